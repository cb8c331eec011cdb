package awsjson

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// proxyServer is a proxy that opens tunnels and passes on what is sent in the clear; it remembers what it was asked for.
type proxyServer struct {
	asked, authorization string
	// status is what it answers where it refuses.
	status int
}

func (p *proxyServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.asked, p.authorization = r.Method+" "+r.RequestURI, r.Header.Get("Proxy-Authorization")
	if p.status != 0 {
		w.WriteHeader(p.status)
		return
	}
	if r.Method != http.MethodConnect {
		r.RequestURI = ""
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer response.Body.Close()
		_, _ = io.Copy(w, response.Body)
		return
	}
	server, err := net.Dial("tcp", r.Host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	w.WriteHeader(http.StatusOK)
	client, in, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	go func() {
		// What the client has sent meanwhile lies there.
		_, _ = io.Copy(server, in)
		_ = server.Close()
	}()
	_, _ = io.Copy(client, server)
	_ = client.Close()
}

// serveProxy gives the proxy's URL, over TLS where there is a certificate.
func serveProxy(t *testing.T, proxy *proxyServer, certificate *tls.Certificate) *url.URL {
	t.Helper()
	server := httptest.NewUnstartedServer(proxy)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if certificate == nil {
		server.Start()
	} else {
		server.TLS = &tls.Config{Certificates: []tls.Certificate{*certificate}}
		server.StartTLS()
	}
	t.Cleanup(server.Close)
	parsed, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	parsed.User = url.UserPassword("somebody", "hunter2")
	return parsed
}

func callThrough(t *testing.T, proxy *url.URL, endpoint string, known authority) error {
	t.Helper()
	client := testClient(endpoint)
	client.config.Retry = Retry{Attempts: 1, Timeout: 2 * time.Second}
	client.http.trust = trustOf(pool(known.pem()), true)
	client.http.proxy = http.ProxyURL(proxy)
	for range 2 { // the second time over the same connection
		var out struct{ Name string }
		if err := client.Call(t.Context(), "GetParameter", map[string]string{"Name": "/a"}, &out); err != nil {
			return err
		}
		if out.Name != "/a" {
			t.Errorf("got %+v", out)
		}
	}
	return nil
}

func TestThroughAProxy(t *testing.T) {
	known := newAuthority("Amazon's root")
	certificate := known.issue("127.0.0.1", time.Now().Add(time.Hour))
	secure, connections := serveTLS(t, certificate)
	plain, calls := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })
	const basic = "Basic c29tZWJvZHk6aHVudGVyMg=="
	tests := map[string]struct {
		certificate *tls.Certificate
		endpoint    string
		asked       string
	}{
		"to TLS":                     {nil, secure, "CONNECT " + strings.TrimPrefix(secure, "https://")},
		"in the clear":               {nil, plain, "POST " + plain + "/"},
		"over TLS to TLS":            {&certificate, secure, "CONNECT " + strings.TrimPrefix(secure, "https://")},
		"over TLS to one without it": {&certificate, plain, "POST " + plain + "/"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			proxy := &proxyServer{}
			before := connections()
			if err := callThrough(t, serveProxy(t, proxy, test.certificate), test.endpoint, known); err != nil {
				t.Fatal(err)
			}
			if proxy.asked != test.asked || proxy.authorization != basic {
				t.Errorf("asked for %q with %q, want %q", proxy.asked, proxy.authorization, test.asked)
			}
			if test.endpoint == secure && connections() != before+1 {
				t.Errorf("%d connections, want 1", connections()-before)
			}
		})
	}
	if calls.Load() != 4 {
		t.Errorf("%d calls in the clear, want 4", calls.Load())
	}
}

func TestAProxyThatHelpsNobody(t *testing.T) {
	known := newAuthority("Amazon's root")
	secure, _ := serveTLS(t, known.issue("127.0.0.1", time.Now().Add(time.Hour)))
	unknown := newAuthority("nobody's root").issue("127.0.0.1", time.Now().Add(time.Hour))
	tests := map[string]struct {
		proxy *url.URL
		want  string
	}{
		"it refuses":            {serveProxy(t, &proxyServer{status: http.StatusProxyAuthRequired}, nil), ": HTTP status 407"},
		"it cannot be trusted":  {serveProxy(t, &proxyServer{}, &unknown), "unknown authority"},
		"it is not there":       {&url.URL{Scheme: "http", Host: "127.0.0.1:1", User: url.UserPassword("somebody", "hunter2")}, "connection refused"},
		"it speaks another way": {&url.URL{Scheme: "socks5", Host: "127.0.0.1:1", User: url.UserPassword("somebody", "hunter2")}, "is none that speaks HTTP"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := callThrough(t, test.proxy, secure, known)
			if message := text(err); !strings.Contains(message, "the proxy "+test.proxy.Redacted()) || !strings.Contains(message, test.want) {
				t.Errorf("error = %v, want …%s…", err, test.want)
			}
			if strings.Contains(text(err), "hunter2") {
				t.Errorf("a secret in the error: %v", err)
			}
		})
	}
}

func TestAServerBehindTheProxyIsLookedAtAsWell(t *testing.T) {
	known := newAuthority("Amazon's root")
	secure, _ := serveTLS(t, known.issue("192.0.2.1", time.Now().Add(time.Hour)))
	err := callThrough(t, serveProxy(t, &proxyServer{}, nil), secure, known)
	if !strings.Contains(text(err), "certificate is valid for 192.0.2.1, not 127.0.0.1") {
		t.Errorf("error = %v", err)
	}
}

func TestAProxyThatDoesNotAnswer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	client := testClient("https://127.0.0.1:1")
	client.http.proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: listener.Addr().String()})
	start := time.Now()
	if err := client.Call(ctx, "GetParameter", struct{}{}, nil); err == nil || time.Since(start) > 5*time.Second {
		t.Errorf("error = %v after %v", err, time.Since(start))
	}
}
