package awsjson

import (
	"net/http"
	"net/url"
	"sync"
	"time"

	"example.com/templates/internal/http1"
)

// idleTimeout is how long a connection is kept for the next call. AWS and what lies in between drop idle ones at their own time, and a
// frozen environment does not learn of it.
const idleTimeout = 30 * time.Second

// maxIdle is how many connections are kept: as many as may call at once without opening one each time.
const maxIdle = 32

// maxAnswer bounds what is read of an answer. The largest that AWS's JSON services give are a few megabytes.
const maxAnswer = 8 << 20

// transport sends requests to one server. http.Transport can do much that nobody needs here, and makes a small extension's layer larger by
// a twentieth.
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

// exchange sends a request with this body and waits for the answer for as long as the request's context lasts.
func (t *transport) exchange(request *http.Request, body []byte) (http1.Answer, error) {
	ctx := request.Context()
	for {
		conn := t.take()
		if conn == nil {
			var err error
			if conn, err = t.dial(request); err != nil {
				return http1.Answer{}, err
			}
		}
		got, err := conn.exchange(ctx, conn.message(request, body))
		if err == nil {
			t.release(conn)
			return got, nil
		}
		_ = conn.Close()
		// Where one connection is dead after a freeze, all of them are.
		t.closeIdle()
		if ended := ctx.Err(); ended != nil {
			return http1.Answer{}, ended
		}
		if !conn.stale {
			return http1.Answer{}, err
		}
		// The server had closed the connection while nobody looked: it has not seen the request.
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
