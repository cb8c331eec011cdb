package awsjson

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// serveCounted counts connections besides.
func serveCounted(t *testing.T, handler http.HandlerFunc) (string, *atomic.Int32) {
	t.Helper()
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(handler)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	return server.URL, &connections
}

func TestTheProtocolOfAService(t *testing.T) {
	for version, want := range map[string]string{"": "application/x-amz-json-1.1", "1.0": "application/x-amz-json-1.0"} {
		var got string
		url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			got = r.Header.Get("Content-Type")
			_, _ = io.WriteString(w, "{}")
		})
		client := testClient(url)
		client.service.JSON = version
		if err := client.Call(t.Context(), "GetItem", struct{}{}, nil); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("content type = %q, want %q", got, want)
		}
	}
}

func TestCallsShareAConnection(t *testing.T) {
	url, connections := serveCounted(t, answer(http.StatusOK, `{}`))
	client := testClient(url)
	for range 5 {
		if err := client.Call(t.Context(), "GetItem", struct{}{}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if connections.Load() != 1 {
		t.Errorf("connections = %d, want 1", connections.Load())
	}
}

func TestAnAnswerThatNobodyHasAskedForIsNotTheNextOne(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n"
	url, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		t.Cleanup(func() { _ = connection.Close() })
		_, _ = io.WriteString(connection, head+`{"From":"one"}`+head+`{"From":"him"}`)
	}, answer(http.StatusOK, `{"From":"two"}`))
	client := testClient(url)
	for _, want := range []string{"one", "two"} {
		var out struct{ From string }
		if err := client.Call(t.Context(), "GetItem", struct{}{}, &out); err != nil || out.From != want {
			t.Errorf("the answer is from %q, %v; want %s", out.From, err, want)
		}
	}
}

// TestCallsAtOnce has eight goroutines call eight times; they open no more connections than there are calls at once.
func TestCallsAtOnce(t *testing.T) {
	url, connections := serveCounted(t, answer(http.StatusOK, `{"Answer":"yes"}`))
	client := testClient(url)
	const callers = 8
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for range 8 {
				var out struct{ Answer string }
				if err := client.Call(t.Context(), "GetItem", struct{}{}, &out); err != nil || out.Answer != "yes" {
					t.Errorf("answer = %q, %v", out.Answer, err)
				}
			}
		})
	}
	all.Wait()
	// A caller may open one while another one's is just on its way back: that is the most there can be.
	if got := connections.Load(); got > 2*callers {
		t.Errorf("connections = %d for %d callers", got, callers)
	}
}

// TestDeadConnections has the far end forget its connections while nobody calls: one answers nothing, as after a freeze, the other one
// is closed.
func TestDeadConnections(t *testing.T) {
	deaths := map[string]http.HandlerFunc{
		"silent": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"closed": reset,
	}
	for name, death := range deaths {
		t.Run(name, func(t *testing.T) {
			var dead sync.Map // the addresses of the connections that were there at the freeze
			var frozen atomic.Bool
			var calls atomic.Int32
			// Nobody is answered before everybody has called, or a connection would be opened that nobody uses.
			const callers = 3
			var called sync.WaitGroup
			called.Add(callers)
			url, connections := serveCounted(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				calls.Add(1)
				if !frozen.Load() {
					dead.Store(r.RemoteAddr, true)
					called.Done()
					called.Wait()
				} else if _, is := dead.Load(r.RemoteAddr); is {
					death(w, r)
					return
				}
				_, _ = io.WriteString(w, "{}")
			})
			client := testClient(url)
			client.config.Retry.Timeout = time.Minute
			var all sync.WaitGroup
			for range callers {
				all.Go(func() {
					if err := client.Call(t.Context(), "GetItem", struct{}{}, nil); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			frozen.Store(true)
			calls.Store(0)
			client.config.Retry.Timeout = 500 * time.Millisecond
			before := connections.Load()
			if err := client.Call(t.Context(), "GetItem", struct{}{}, nil); err != nil {
				t.Fatal(err)
			}
			if calls.Load() != 2 || connections.Load() != before+1 {
				t.Errorf("%d calls and %d new connections, want 2 and 1", calls.Load(), connections.Load()-before)
			}
		})
	}
}

func TestAnIdleConnectionIsGivenUpInTime(t *testing.T) {
	url, connections := serveCounted(t, answer(http.StatusOK, `{}`))
	client := testClient(url)
	for want := range int32(2) {
		if err := client.Call(t.Context(), "GetItem", struct{}{}, nil); err != nil {
			t.Fatal(err)
		}
		if connections.Load() != want+1 {
			t.Errorf("connections = %d, want %d", connections.Load(), want+1)
		}
		client.http.idle[0].since = time.Now().Add(-idleTimeout - time.Second)
	}
}

func TestAnAnswerThatIsTooLarge(t *testing.T) {
	url, calls := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.CopyN(w, zeros{}, maxAnswer+1)
	})
	client := testClient(url)
	client.config.Retry.Attempts = 1
	if err := client.Call(t.Context(), "GetItem", struct{}{}, nil); !strings.Contains(text(err), "the answer has more than") {
		t.Errorf("error = %v after %d calls", err, calls.Load())
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// TestAConnectionThatTheServerEnds has each answer say that it is the last one.
func TestAConnectionThatTheServerEnds(t *testing.T) {
	url, connections := serveCounted(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		_, _ = io.WriteString(w, "{}")
	})
	client := testClient(url)
	for range 2 {
		if err := client.Call(t.Context(), "GetItem", struct{}{}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if connections.Load() != 2 || len(client.http.idle) != 0 {
		t.Errorf("%d connections, of which %d are kept", connections.Load(), len(client.http.idle))
	}
}

// TestACallThatIsGivenUp leaves no connection behind that a later call would fail with.
func TestACallThatIsGivenUp(t *testing.T) {
	url, _ := serveCounted(t, answer(http.StatusOK, `{}`))
	client := testClient(url)
	for range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		go cancel()
		_ = client.Call(ctx, "GetItem", struct{}{}, nil)
		if err := client.Call(t.Context(), "GetItem", struct{}{}, nil); err != nil {
			t.Fatal(err)
		}
	}
}
