package awsjson

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// idleTimeout is how long a connection is kept for the next call. AWS and what lies in between drop idle ones at their own time, and a
// frozen environment does not learn of it.
const idleTimeout = 30 * time.Second

// maxIdle is how many connections are kept: as many as may call at once without opening one each time.
const maxIdle = 32

// maxAnswer bounds what is read of an answer. The largest that AWS's JSON services give are a few megabytes.
const maxAnswer = 8 << 20

var errTooLarge = fmt.Errorf("the answer has more than %d bytes", maxAnswer)

// transport sends requests to one server, in net/http's words but over connections of its own. http.Transport can do much that nobody
// needs here, and makes a small extension's layer a twentieth larger.
type transport struct {
	trust *trust
	// proxy names the proxy for a request, or none; nil where there is never one.
	proxy func(*http.Request) (*url.URL, error)

	mu sync.Mutex
	// idle are the connections over which nothing goes, the one that was used last at the end.
	idle []*connection
}

func newTransport(bundle string) (*transport, error) {
	trust, err := newTrust(bundle)
	return &transport{trust: trust, proxy: http.ProxyFromEnvironment}, err
}

// reply is what came back, read to its end.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// exchange sends a request and waits for the answer for as long as the request's context lasts.
func (t *transport) exchange(request *http.Request) (reply, error) {
	for {
		conn := t.take()
		if conn == nil {
			var err error
			if conn, err = t.dial(request); err != nil {
				return reply{}, err
			}
		}
		got, err := conn.exchange(request)
		if err == nil {
			t.release(conn)
			return got, nil
		}
		_ = conn.Close()
		// Where one connection is dead after a freeze, all of them are.
		t.closeIdle()
		if ended := request.Context().Err(); ended != nil {
			return reply{}, ended
		}
		if !conn.stale {
			return reply{}, err
		}
		// The server had closed the connection while nobody looked: it has not seen the request.
		if request.GetBody == nil {
			continue
		}
		if request.Body, err = request.GetBody(); err != nil {
			return reply{}, err
		}
	}
}

// take gives the connection that was used last, which is the one most likely to be alive; nil where there is none.
func (t *transport) take() *connection {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := len(t.idle) - 1
	if last < 0 {
		return nil
	}
	conn := t.idle[last]
	if conn.expired() {
		// Those before it have waited for longer.
		t.closeAll()
		return nil
	}
	t.idle = t.idle[:last]
	return conn
}

func (t *transport) release(conn *connection) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if conn.last || len(t.idle) == maxIdle {
		_ = conn.Close()
		return
	}
	conn.rest()
	t.idle = append(t.idle, conn)
}

func (t *transport) closeIdle() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closeAll()
}

func (t *transport) closeAll() {
	for _, conn := range t.idle {
		_ = conn.Close()
	}
	t.idle = nil
}

// unexpected is the error for an answer that breaks off.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
