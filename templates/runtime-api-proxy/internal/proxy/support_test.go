package proxy

import (
	"bufio"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// patienceOfTests is what any single read or write may take; nothing that works comes near it.
const patienceOfTests = 20 * time.Second

// world is a proxy between a test, which plays the runtime, and a Runtime API of raw connections.
type world struct {
	t        testing.TB
	address  string
	upstream *net.TCPListener

	mu       sync.Mutex
	warnings []string
}

func newWorld(t testing.TB, hooks Hooks) *world {
	t.Helper()
	w := &world{t: t, upstream: listen(t)}
	w.address = w.startProxy(w.upstream.Addr().String(), hooks)
	return w
}

func listen(t testing.TB) *net.TCPListener {
	t.Helper()
	listener, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener
}

// startProxy starts one more, before whatever is at upstream.
func (w *world) startProxy(upstream string, hooks Hooks) string {
	w.t.Helper()
	listener := listen(w.t)
	proxy := New(upstream, hooks, func(err error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.warnings = append(w.warnings, err.Error())
	})
	go func() {
		if err := proxy.Serve(w.t.Context(), listener); err != nil {
			w.t.Error(err)
		}
	}()
	return listener.Addr().String()
}

func (w *world) warned() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.warnings, "\n")
}

// connect gives the runtime's end of a new connection and the Runtime API's.
func (w *world) connect() (runtime, api *peer) {
	w.t.Helper()
	conn, err := net.Dial("tcp4", w.address)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.upstream.SetDeadline(time.Now().Add(patienceOfTests)); err != nil {
		w.t.Fatal(err)
	}
	accepted, err := w.upstream.AcceptTCP()
	if err != nil {
		w.t.Fatal(err)
	}
	return newPeer(w.t, conn.(*net.TCPConn)), newPeer(w.t, accepted)
}

// peer is one end of a connection.
type peer struct {
	t testing.TB
	*net.TCPConn
	in *bufio.Reader
}

func newPeer(t testing.TB, conn *net.TCPConn) *peer {
	t.Helper()
	if err := conn.SetDeadline(time.Now().Add(patienceOfTests)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &peer{t, conn, bufio.NewReader(conn)}
}

func (p *peer) send(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p, text); err != nil {
		p.t.Fatal(err)
	}
}

// expect reads as many bytes as want has, and compares.
func (p *peer) expect(want string) {
	p.t.Helper()
	got := make([]byte, len(want))
	n, err := io.ReadFull(p.in, got)
	if err != nil || string(got) != want {
		p.t.Fatalf("got\n%.500q (%v), want\n%.500q", got[:n], err, want)
	}
}

// expectEnd reads to the end of the connection, where there must be nothing but want.
func (p *peer) expectEnd(want string) {
	p.t.Helper()
	got, err := io.ReadAll(p.in)
	if err != nil || string(got) != want {
		p.t.Fatalf("got\n%.500q (%v), want\n%.500q", got, err, want)
	}
}

// expectReset wants the connection broken off rather than closed.
func (p *peer) expectReset() {
	p.t.Helper()
	if got, err := io.ReadAll(p.in); err == nil || !strings.Contains(err.Error(), "reset by peer") {
		p.t.Fatalf("got %.200q and %v, want a reset", got, err)
	}
}

// host is the Host header that the Runtime API gets.
func (w *world) host() string { return "Host: " + w.upstream.Addr().String() + "\r\n" }
