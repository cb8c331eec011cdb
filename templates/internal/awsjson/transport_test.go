package awsjson

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// systemAuthority is the only issuer that the system of these tests knows: a process reads its roots once.
var systemAuthority = newAuthority("a system's root")

func TestMain(m *testing.M) {
	os.Exit(withSystemRoots(m))
}

func withSystemRoots(m *testing.M) int {
	folder, err := os.MkdirTemp("", "awsjson-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "roots.pem")
	if err := os.WriteFile(file, systemAuthority.pem(), 0o600); err != nil {
		log.Fatal(err)
	}
	for name, value := range map[string]string{"SSL_CERT_FILE": file, "SSL_CERT_DIR": folder} {
		if err := os.Setenv(name, value); err != nil {
			log.Fatal(err)
		}
	}
	return m.Run()
}

// authority issues certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(name string) authority {
	key := newKey()
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	return authority{sign(template, template, &key.PublicKey, key), key}
}

// issue makes a server's certificate for a DNS name or an IP address.
func (a authority) issue(host string, until time.Time) tls.Certificate {
	key := newKey()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2),
		Subject:      pkix.Name{CommonName: host},
		NotBefore:    time.Now().Add(-2 * time.Hour),
		NotAfter:     until,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	issuer, signer := a.certificate, a.key
	if issuer == nil { // nobody but itself
		issuer, signer = template, key
	}
	certificate := sign(template, issuer, &key.PublicKey, signer)
	return tls.Certificate{Certificate: [][]byte{certificate.Raw}, PrivateKey: key}
}

func (a authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

func sign(template, issuer *x509.Certificate, public *ecdsa.PublicKey, signer *ecdsa.PrivateKey) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, public, signer)
	if err != nil {
		panic(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return certificate
}

// serveTLS shows a certificate, answers with the body that it got, and counts connections.
func serveTLS(t *testing.T, certificate tls.Certificate) (string, func() int) {
	t.Helper()
	var connections int
	opened := make(chan struct{}, 100)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened <- struct{}{}
		}
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL, func() int {
		connections += len(opened)
		for range len(opened) {
			<-opened
		}
		return connections
	}
}

func TestCertificates(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the system's roots are files on Linux alone")
	}
	embedded, unknown, itself := newAuthority("Amazon's root"), newAuthority("nobody's root"), authority{}
	valid, expired := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	tests := map[string]struct {
		issuer authority
		host   string
		until  time.Time
		err    string
		// connections are opened by two calls. An issuer is looked for only where host and dates are right.
		connections int
	}{
		"one of Amazon's":                       {embedded, "127.0.0.1", valid, "", 1},
		"one of Amazon's, expired":              {embedded, "127.0.0.1", expired, "expired", 2},
		"one of Amazon's, for another host":     {embedded, "192.0.2.1", valid, "127.0.0.1", 2},
		"one of Amazon's, for a name":           {embedded, "ssm.example.com", valid, "127.0.0.1", 2},
		"one of the system's":                   {systemAuthority, "127.0.0.1", valid, "", 2},
		"one of the system's, expired":          {systemAuthority, "127.0.0.1", expired, "expired", 2},
		"one of the system's, for another host": {systemAuthority, "192.0.2.1", valid, "127.0.0.1", 2},
		"an unknown issuer":                     {unknown, "127.0.0.1", valid, "unknown authority", 4},
		"its own issuer":                        {itself, "127.0.0.1", valid, "unknown authority", 4},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			url, connections := serveTLS(t, test.issuer.issue(test.host, test.until))
			client := testClient(url)
			client.http.trust = trustOf(pool(embedded.pem()), true)
			for range 2 {
				var out struct{ Name string }
				err := client.Call(t.Context(), "GetParameter", map[string]string{"Name": "/a"}, &out)
				if test.err == "" && (err != nil || out.Name != "/a") {
					t.Errorf("got %+v, %v", out, err)
				}
				if test.err != "" && !strings.Contains(text(err), test.err) {
					t.Errorf("error = %v, want …%s…", err, test.err)
				}
			}
			if got := connections(); got != test.connections {
				t.Errorf("connections = %d, want %d", got, test.connections)
			}
		})
	}
}

func TestTheBundleAloneCounts(t *testing.T) {
	own := newAuthority("a company's root")
	bundle := filepath.Join(t.TempDir(), "bundle.pem")
	if err := os.WriteFile(bundle, own.pem(), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		issuer authority
		err    string
	}{
		"its own":    {own, ""},
		"the system": {systemAuthority, "unknown authority"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			url, connections := serveTLS(t, test.issuer.issue("127.0.0.1", time.Now().Add(time.Hour)))
			config := ConfigFromEnv(testService, func(name string) string {
				return map[string]string{
					"AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": url, "AWS_CA_BUNDLE": bundle,
					"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret",
				}[name]
			})
			err := NewClient(testService, config).Call(t.Context(), "GetParameter", struct{}{}, nil)
			if !strings.Contains(text(err), test.err) || (err == nil) != (test.err == "") {
				t.Errorf("error = %v, want …%s…", err, test.err)
			}
			if connections() != 1 {
				t.Errorf("connections = %d, want 1", connections())
			}
		})
	}
}

func TestABundleThatCannotBeRead(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(t.TempDir(), "missing.pem")
	for file, want := range map[string]string{
		empty:   "AWS_CA_BUNDLE is " + empty + ", in which no certificate can be read",
		missing: "read AWS_CA_BUNDLE: open " + missing,
	} {
		client := NewClient(testService, Config{CABundle: file})
		if err := client.Call(t.Context(), "GetParameter", struct{}{}, nil); !strings.HasPrefix(text(err), want) {
			t.Errorf("error = %v, want %s", err, want)
		}
		client.Close()
	}
}

// TestAmazonRoots compares the public keys' hashes with those that https://www.amazontrust.com/repository/ lists.
func TestAmazonRoots(t *testing.T) {
	listed := []struct{ name, key string }{
		{"Amazon Root CA 1", "fbe3018031f9586bcbf41727e417b7d1c45c2f47f93be372a17b96b50757d5a2"},
		{"Amazon Root CA 2", "7f4296fc5b6a4e3b35d3c369623e364ab1af381d8fa7121533c9d6c633ea2461"},
		{"Amazon Root CA 3", "36abc32656acfc645c61b71613c4bf21c787f5cabbee48348d58597803d7abc9"},
		{"Amazon Root CA 4", "f7ecded5c66047d28ed6466b543c40e0743abe81d109254dcf845d4c2c7853c5"},
		{"Starfield Services Root Certificate Authority - G2", "2b071c59a0a0ae76b0eadb2bad23bad4580b69c3601b630c2eaf0613afa83f92"},
	}
	rest := amazonRoots
	for _, root := range listed {
		block, after := pem.Decode(rest)
		if block == nil {
			t.Fatalf("%s is not there", root.name)
		}
		rest = after
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatalf("%s: %v", root.name, err)
		}
		key := sha256.Sum256(certificate.RawSubjectPublicKeyInfo)
		if certificate.Subject.CommonName != root.name || hex.EncodeToString(key[:]) != root.key {
			t.Errorf("%s: found %s with the key %x", root.name, certificate.Subject.CommonName, key)
		}
		if err := certificate.CheckSignatureFrom(certificate); err != nil {
			t.Errorf("%s: %v", root.name, err)
		}
		if certificate.NotAfter.Before(time.Date(2037, time.December, 1, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%s ends on %v", root.name, certificate.NotAfter)
		}
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		t.Errorf("there is more than these: %.80s", rest)
	}
}
