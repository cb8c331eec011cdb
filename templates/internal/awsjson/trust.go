package awsjson

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"sync/atomic"
)

// amazonRoots are the five certificates under which Amazon Trust Services issues those of AWS's endpoints: Amazon Root CA 1 to 4 and
// Starfield Services Root Certificate Authority - G2, valid until 2037 and later. https://www.amazontrust.com/repository/ lists them and
// recommends all five to who keeps roots of his own. Reading the system's, well over a hundred, would take most of a short INIT.
//
//go:embed roots.pem
var amazonRoots []byte

// trust opens connections to servers whose certificates it believes. It knows Amazon's roots, and the system's for a server whose issuer
// these do not know: a proxy that opens TLS, an endpoint of the company's own, a stand-in for AWS. Both check the whole certificate, host
// name and dates included.
type trust struct {
	// roots are the system's where it is nil.
	roots *x509.CertPool
	// system says that the system's count too. It reads the roots when it first needs them, SSL_CERT_FILE and SSL_CERT_DIR included.
	system bool
	// foreign says that the server has proved to be the system's, so that no later connection is refused first.
	foreign  atomic.Bool
	sessions tls.ClientSessionCache
}

// newTrust takes the roots from a file, as AWS's SDKs do for AWS_CA_BUNDLE, where there is one.
func newTrust(bundle string) (*trust, error) {
	if bundle == "" {
		return trustOf(pool(amazonRoots), true), nil
	}
	certificates, err := os.ReadFile(bundle)
	if err != nil {
		return nil, fmt.Errorf("read AWS_CA_BUNDLE: %w", err)
	}
	roots := pool(certificates)
	if roots.Equal(x509.NewCertPool()) {
		return nil, fmt.Errorf("AWS_CA_BUNDLE is %s, in which no certificate can be read", bundle)
	}
	return trustOf(roots, false), nil
}

func trustOf(roots *x509.CertPool, system bool) *trust {
	return &trust{roots: roots, system: system, sessions: tls.NewLRUClientSessionCache(1)}
}

func pool(certificates []byte) *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certificates)
	return roots
}

// open makes sure whom a connection that reach opens is to, where the URL is one of TLS.
func (t *trust) open(ctx context.Context, to *url.URL, reach func() (net.Conn, error)) (net.Conn, error) {
	if to.Scheme != "https" {
		return reach()
	}
	if t.foreign.Load() {
		return t.shake(ctx, to.Hostname(), nil, reach)
	}
	conn, err := t.shake(ctx, to.Hostname(), t.roots, reach)
	if _, unknown := errors.AsType[x509.UnknownAuthorityError](err); !unknown || !t.system {
		return conn, err
	}
	// The failed handshake has ended the connection.
	conn, err = t.shake(ctx, to.Hostname(), nil, reach)
	if err == nil {
		t.foreign.Store(true)
	}
	return conn, err
}

func (t *trust) shake(ctx context.Context, host string, roots *x509.CertPool, reach func() (net.Conn, error)) (net.Conn, error) {
	conn, err := reach()
	if err != nil {
		return nil, err
	}
	config := &tls.Config{RootCAs: roots, ServerName: host, ClientSessionCache: t.sessions, NextProtos: []string{"http/1.1"}}
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secure, nil
}
