package awsjson

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"example.com/templates/internal/http1"
)

// dial opens a connection for a request, through a proxy where there is one.
func (t *transport) dial(request *http.Request) (*connection, error) {
	ctx := request.Context()
	proxy, err := t.proxyFor(request)
	if err != nil {
		return nil, err
	}
	if proxy == nil {
		conn, err := t.trust.open(ctx, request.URL, func() (net.Conn, error) { return dialTCP(ctx, request.URL) })
		if err != nil {
			return nil, err
		}
		return &connection{Conn: conn, in: bufio.NewReader(conn)}, nil
	}
	reach := func() (net.Conn, error) {
		return t.trust.open(ctx, proxy, func() (net.Conn, error) { return dialTCP(ctx, proxy) })
	}
	if request.URL.Scheme == "http" {
		conn, err := reach()
		if err != nil {
			return nil, viaProxy(proxy, err)
		}
		return &connection{Conn: conn, in: bufio.NewReader(conn), proxy: proxy}, nil
	}
	conn, err := t.trust.open(ctx, request.URL, func() (net.Conn, error) {
		conn, err := reach()
		if err != nil {
			return nil, viaProxy(proxy, err)
		}
		if err := tunnel(ctx, conn, proxy, request.URL); err != nil {
			_ = conn.Close()
			return nil, viaProxy(proxy, err)
		}
		return conn, nil
	})
	if err != nil {
		return nil, err
	}
	return &connection{Conn: conn, in: bufio.NewReader(conn)}, nil
}

func (t *transport) proxyFor(request *http.Request) (*url.URL, error) {
	if t.proxy == nil {
		return nil, nil
	}
	proxy, err := t.proxy(request)
	if err != nil || proxy == nil {
		return nil, err
	}
	if proxy.Scheme != "http" && proxy.Scheme != "https" {
		return nil, fmt.Errorf("the proxy %s is none that speaks HTTP", proxy.Redacted())
	}
	return proxy, nil
}

func viaProxy(proxy *url.URL, err error) error {
	return fmt.Errorf("reach the proxy %s: %w", proxy.Redacted(), err)
}

func dialTCP(ctx context.Context, to *url.URL) (net.Conn, error) {
	var dialer net.Dialer
	return dialer.DialContext(ctx, "tcp", hostAndPort(to))
}

func hostAndPort(to *url.URL) string {
	port := to.Port()
	if port == "" && to.Scheme == "https" {
		port = "443"
	}
	return net.JoinHostPort(to.Hostname(), first(port, "80"))
}

// tunnel asks the proxy at the other end to go on to a server.
func tunnel(ctx context.Context, conn net.Conn, proxy, to *url.URL) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	address := hostAndPort(to)
	header := http.Header{}
	identify(header, proxy)
	if err := (http1.Request{Method: http.MethodConnect, Target: address, Host: address, Header: header}).Write(conn); err != nil {
		return err
	}
	// Nothing is lost with this reader: behind the answer, a server of TLS waits to be spoken to.
	got, err := http1.ReadHead(bufio.NewReader(conn))
	if err != nil {
		return err
	}
	if got.Status != http.StatusOK {
		return fmt.Errorf("HTTP status %d", got.Status)
	}
	return nil
}

// message puts a request into the words for this connection.
func (c *connection) message(request *http.Request, body []byte) http1.Request {
	message := http1.Request{
		Method: request.Method,
		Target: request.URL.RequestURI(),
		// The signer has taken a port away that goes without saying.
		Host:   first(request.Host, request.URL.Host),
		Header: request.Header,
		Body:   body,
	}
	if c.proxy != nil {
		message.Target = request.URL.Scheme + "://" + request.URL.Host + message.Target
		message.Header = request.Header.Clone()
		identify(message.Header, c.proxy)
	}
	return message
}

// identify says who asks, where the proxy's URL does.
func identify(header http.Header, proxy *url.URL) {
	if proxy.User == nil {
		return
	}
	password, _ := proxy.User.Password()
	credentials := base64.StdEncoding.EncodeToString([]byte(proxy.User.Username() + ":" + password))
	header.Set("Proxy-Authorization", "Basic "+credentials)
}
