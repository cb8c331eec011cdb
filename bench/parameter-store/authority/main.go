// Makes the certificates of a stand-in for AWS on 127.0.0.1 that look like AWS's: RSA, with an issuer in between. It writes root.pem,
// chain.pem and key.pem into the folder that it is given.
package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

func main() {
	if err := write(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

// signed is a certificate with its key.
type signed struct {
	*x509.Certificate
	key *rsa.PrivateKey
}

func write(folder string) error {
	root, err := issue("Root", nil)
	if err != nil {
		return err
	}
	between, err := issue("Between", root)
	if err != nil {
		return err
	}
	server, err := issue("127.0.0.1", between)
	if err != nil {
		return err
	}
	key, err := x509.MarshalPKCS8PrivateKey(server.key)
	if err != nil {
		return err
	}
	files := map[string][]byte{
		"root.pem":  encode("CERTIFICATE", root.Raw),
		"chain.pem": append(encode("CERTIFICATE", server.Raw), encode("CERTIFICATE", between.Raw)...),
		"key.pem":   encode("PRIVATE KEY", key),
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// issue makes a certificate for an address or, where the name is none, for an issuer; one without a parent signs itself.
func issue(name string, parent *signed) (*signed, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(time.Now().UnixNano()),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(24 * time.Hour),
		BasicConstraintsValid: true,
	}
	if address := net.ParseIP(name); address != nil {
		template.IPAddresses = []net.IP{address}
		template.KeyUsage = x509.KeyUsageDigitalSignature
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	} else {
		template.IsCA = true
		template.KeyUsage = x509.KeyUsageCertSign
	}
	issuer := &signed{template, key}
	if parent != nil {
		issuer = parent
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer.Certificate, &key.PublicKey, issuer.key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	return &signed{certificate, key}, err
}

func encode(kind string, bytes []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes})
}
