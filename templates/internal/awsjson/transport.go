package awsjson

import (
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// amazonRoots are the five certificates under which Amazon Trust Services issues those of AWS's endpoints: Amazon Root CA 1 to 4 and
// Starfield Services Root Certificate Authority - G2, valid until 2037 and later. https://www.amazontrust.com/repository/ lists them and
// recommends all five to who keeps roots of his own. Reading the system's, well over a hundred, would take most of a short INIT.
//
//go:embed roots.pem
var amazonRoots []byte

// idleTimeout is how long a connection is kept for the next call. AWS and what lies in between drop idle ones at their own time, and a
// frozen environment does not learn of it; net/http goes by the clock on the wall, which a freeze does not stop.
const idleTimeout = 30 * time.Second

// maxIdle is how many connections are kept: as many as may call at once without opening one each time.
const maxIdle = 32

// transport sends requests. Over TLS it trusts Amazon's roots, and the system's for a server whose issuer these do not know: a proxy
// that opens TLS, an endpoint of the company's own, a stand-in for AWS. Both check the whole certificate, host name and dates included.
type transport struct {
	first *http.Transport
	// system is nil where the caller has named the only roots that count. It reads the roots when it first needs them, SSL_CERT_FILE and
	// SSL_CERT_DIR included.
	system *http.Transport
	// foreign says that the endpoint has proved to be the system's, so that no later connection is refused first.
	foreign atomic.Bool
}

// newTransport takes the roots from a file, as AWS's SDKs do for AWS_CA_BUNDLE, where there is one.
func newTransport(bundle string) (*transport, error) {
	if bundle == "" {
		return &transport{first: withRoots(pool(amazonRoots)), system: withRoots(nil)}, nil
	}
	certificates, err := os.ReadFile(bundle)
	if err != nil {
		return nil, fmt.Errorf("read AWS_CA_BUNDLE: %w", err)
	}
	roots := pool(certificates)
	if roots.Equal(x509.NewCertPool()) {
		return nil, fmt.Errorf("AWS_CA_BUNDLE is %s, in which no certificate can be read", bundle)
	}
	return &transport{first: withRoots(roots)}, nil
}

func pool(certificates []byte) *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certificates)
	return roots
}

// withRoots leaves it to crypto/tls to take the system's where roots is nil.
func withRoots(roots *x509.CertPool) *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		MaxIdleConnsPerHost: maxIdle,
		IdleConnTimeout:     idleTimeout,
		TLSClientConfig:     &tls.Config{RootCAs: roots, ClientSessionCache: tls.NewLRUClientSessionCache(1)},
	}
}

// RoundTrip sends the request. Where the handshake before it has failed, nothing of it was sent yet: it can be sent over another
// connection whatever it asks for.
func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	if t.foreign.Load() {
		return t.system.RoundTrip(request)
	}
	response, err := t.first.RoundTrip(request)
	if _, unknown := errors.AsType[x509.UnknownAuthorityError](err); !unknown || t.system == nil {
		return response, err
	}
	again := *request
	if again.Body, err = request.GetBody(); err != nil {
		return nil, err
	}
	response, err = t.system.RoundTrip(&again)
	if err == nil {
		t.foreign.Store(true)
	}
	return response, err
}

func (t *transport) closeIdle() {
	t.first.CloseIdleConnections()
	if t.system != nil {
		t.system.CloseIdleConnections()
	}
}
