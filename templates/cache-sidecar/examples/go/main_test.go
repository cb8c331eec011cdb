package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

// invoke sends the event as Lambda does, JSON in and JSON out.
func invoke(t *testing.T, items *items, event string) Response {
	t.Helper()
	payload, err := lambda.NewHandler(items.handle).Invoke(t.Context(), []byte(event))
	if err != nil {
		t.Fatalf("invoke with %s: %v", event, err)
	}
	var response Response
	if err := json.Unmarshal(payload, &response); err != nil {
		t.Fatalf("parse %s: %v", payload, err)
	}
	return response
}

func TestHandle(t *testing.T) {
	cache := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.EscapedPath() {
		case "/42", "/a%2Fb%3Fc%25d":
			w.Header().Set("X-Cache", "hit")
			fmt.Fprintf(w, `{"id":%q}`, r.URL.Path[1:])
		case "/slow":
			w.WriteHeader(http.StatusGatewayTimeout)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer cache.Close()
	items := newItems(cache.URL)

	tests := map[string]struct {
		event  string
		status int
		cache  string
		body   string
	}{
		"a REST API's request": {
			event:  `{"resource":"/items/{id}","httpMethod":"GET","pathParameters":{"id":"42"},"multiValueHeaders":{"Accept":["*/*"]}}`,
			status: 200, cache: "hit", body: `{"id":"42"}`,
		},
		"an HTTP API's request": {
			event:  `{"version":"2.0","routeKey":"GET /items/{id}","pathParameters":{"id":"42"},"requestContext":{"http":{"method":"GET"}}}`,
			status: 200, cache: "hit", body: `{"id":"42"}`,
		},
		"characters that mean something in a path": {
			event:  `{"pathParameters":{"id":"a/b?c%d"}}`,
			status: 200, cache: "hit", body: `{"id":"a/b?c%d"}`,
		},
		"nobody has it": {event: `{"pathParameters":{"id":"43"}}`, status: 404, body: `{"error":"not found"}`},
		"a slow table":  {event: `{"pathParameters":{"id":"slow"}}`, status: 502, body: `{"error":"the item cannot be read"}`},
		"no parameters": {event: `{"pathParameters":null}`, status: 400, body: `{"error":"the path has no id"}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := invoke(t, items, test.event)
			if got.StatusCode != test.status || got.Body != test.body || got.Headers["x-cache"] != test.cache {
				t.Errorf("got %+v, want status %d, x-cache %q and body %s", got, test.status, test.cache, test.body)
			}
			if got.Headers["content-type"] != "application/json" {
				t.Errorf("got content-type %q", got.Headers["content-type"])
			}
		})
	}
}

func TestConnectionIsKept(t *testing.T) {
	var connections atomic.Int32
	cache := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{}`)
	}))
	cache.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	cache.Start()
	defer cache.Close()
	items := newItems(cache.URL)
	for range 3 {
		invoke(t, items, `{"pathParameters":{"id":"42"}}`)
	}
	if got := connections.Load(); got != 1 {
		t.Errorf("three events took %d connections", got)
	}
}

func TestNobodyAnswers(t *testing.T) {
	cache := httptest.NewServer(http.NotFoundHandler())
	cache.Close()
	if got := invoke(t, newItems(cache.URL), `{"pathParameters":{"id":"42"}}`); got.StatusCode != 502 {
		t.Errorf("got %+v", got)
	}
}

func TestTimeOut(t *testing.T) {
	cache := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer cache.Close()
	items := newItems(cache.URL)
	items.client.Timeout = 10 * time.Millisecond
	if got := invoke(t, items, `{"pathParameters":{"id":"42"}}`); got.StatusCode != 502 {
		t.Errorf("got %+v", got)
	}
}
