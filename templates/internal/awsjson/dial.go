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
		return &connection{Conn: conn, in: bufio.NewReader(conn), throughProxy: true, header: authorization(proxy)}, nil
	}
	conn, err := t.trust.open(ctx, request.URL, func() (net.Conn, error) {
		conn, err := reach()
		if err != nil {
			return nil, viaProxy(proxy, err)
		}
		if err := tunnel(ctx, conn, request.URL, authorization(proxy)); err != nil {
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
func tunnel(ctx context.Context, conn net.Conn, to *url.URL, header http.Header) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	address := hostAndPort(to)
	request := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: header}
	if err := request.Write(conn); err != nil {
		return err
	}
	// Nothing is lost with this reader: behind the answer, a server of TLS waits to be spoken to.
	response, err := http.ReadResponse(bufio.NewReader(conn), request)
	if err != nil {
		return unexpected(err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP status %d", response.StatusCode)
	}
	return nil
}

// authorization is how a proxy's URL says who asks.
func authorization(proxy *url.URL) http.Header {
	if proxy.User == nil {
		return http.Header{}
	}
	password, _ := proxy.User.Password()
	credentials := base64.StdEncoding.EncodeToString([]byte(proxy.User.Username() + ":" + password))
	return http.Header{"Proxy-Authorization": {"Basic " + credentials}}
}
