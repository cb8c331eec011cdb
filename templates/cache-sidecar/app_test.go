package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const testID = "9b7c1f0e-52aa-4c1e-8f0d-6f5e0c3a2b11"

// lambda is an Extensions API, and a DynamoDB beside it.
type lambda struct {
	// events are what next answers, one after the other, when invoked says so; a status where it is a number.
	events []any
	// invoked is what the function does between the first event and the second.
	invoked func()
	// dynamoDB answers GetItem.
	dynamoDB http.HandlerFunc

	mu sync.Mutex
	// paths are what was asked of the Extensions API, in order; bodies are what came with them.
	paths, bodies []string
}

func (l *lambda) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/" {
		l.dynamoDB(w, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	l.mu.Lock()
	l.paths = append(l.paths, strings.TrimPrefix(r.URL.Path, "/2020-01-01/extension"))
	l.bodies = append(l.bodies, string(body))
	l.mu.Unlock()
	switch r.URL.Path {
	case "/2020-01-01/extension/register":
		w.Header().Set("Lambda-Extension-Identifier", testID)
		_, _ = io.WriteString(w, `{"functionName":"orders"}`)
	case "/2020-01-01/extension/event/next":
		if len(l.events) == 1 && l.invoked != nil {
			l.invoked()
		}
		event := l.events[0]
		l.events = l.events[1:]
		if status, ok := event.(int); ok {
			w.WriteHeader(status)
			return
		}
		_, _ = fmt.Fprint(w, event)
	default:
		w.WriteHeader(http.StatusAccepted)
	}
}

const invoke = `{"eventType":"INVOKE","requestId":"r-1"}`

// shutdown has the two seconds that Lambda leaves an extension.
func shutdown() string {
	return fmt.Sprintf(`{"eventType":"SHUTDOWN","deadlineMs":%d,"shutdownReason":"spindown"}`, time.Now().Add(2*time.Second).UnixMilli())
}

// freePort is one that nobody has, on either loopback address.
func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// start runs the extension against l and returns its log and its error.
func start(t *testing.T, l *lambda, env map[string]string) (string, error) {
	t.Helper()
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	all := map[string]string{
		"AWS_LAMBDA_RUNTIME_API":    strings.TrimPrefix(server.URL, "http://"),
		"AWS_ENDPOINT_URL_DYNAMODB": server.URL,
		"AWS_REGION":                "eu-central-1",
		"AWS_ACCESS_KEY_ID":         "AKIDEXAMPLE",
		"AWS_SECRET_ACCESS_KEY":     "very-secret",
		"CACHE_PORT":                fmt.Sprint(freePort(t)),
		"LOG_LEVEL":                 "debug",
	}
	for name, value := range env {
		all[name] = value
	}
	options, err := optionsFromEnv("my-extension", func(name string) string { return all[name] })
	var out syncedBuffer
	err = newApp(options, newLogger(&out, options.name, options.level)).run(t.Context(), err)
	if strings.Contains(out.String(), "very-secret") {
		t.Errorf("a secret in the log:\n%s", &out)
	}
	return out.String(), err
}

// syncedBuffer is a log that several goroutines write.
type syncedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *syncedBuffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(line)
}

func (b *syncedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func get(t *testing.T, url string) (int, string, http.Header) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Error(err)
		return 0, "", nil
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(body), response.Header
}

func TestALife(t *testing.T) {
	port := freePort(t)
	l := &lambda{
		events: []any{invoke, shutdown()},
		dynamoDB: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"Item":{"id":{"S":"1"},"fieldOne":{"S":"a"},"fieldTwo":{"S":"b"}}}`)
		},
	}
	l.invoked = func() {
		for _, want := range []string{"miss", "hit"} {
			status, body, header := get(t, fmt.Sprintf("http://127.0.0.1:%d/1", port))
			if status != http.StatusOK || body != `{"fieldOne":"a","fieldTwo":"b","id":"1"}` || header.Get("X-Cache") != want {
				t.Errorf("%d %s %s, want a %s", status, body, header.Get("X-Cache"), want)
			}
		}
	}
	out, err := start(t, l, map[string]string{"CACHE_PORT": fmt.Sprint(port)})
	if err != nil {
		t.Fatal(err)
	}
	if l.bodies[0] != `{"events":["INVOKE","SHUTDOWN"]}` {
		t.Errorf("registered with %s", l.bodies[0])
	}
	want := []string{
		fmt.Sprintf("[my-extension] level=INFO msg=listening address=http://localhost:%d table=CacheSample cache=memory", port),
		"[my-extension] level=DEBUG msg=INVOKE requestId=r-1",
		"[my-extension] level=DEBUG msg=miss key=1 found=true age=",
		"[my-extension] level=DEBUG msg=hit key=1 found=true age=",
		"[my-extension] level=INFO msg=SHUTDOWN reason=spindown",
	}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(lines) != len(want) {
		t.Fatalf("log:\n%s", out)
	}
	for i := range want {
		if !strings.HasPrefix(lines[i], want[i]) {
			t.Errorf("line %d = %s, want %s", i, lines[i], want[i])
		}
	}
	if conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
		_ = conn.Close()
		t.Error("somebody is still listening")
	}
}

func TestItListensBeforeItRegisters(t *testing.T) {
	port := freePort(t)
	reached := false
	l := &lambda{events: []any{shutdown()}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/register") {
			conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if reached = err == nil; reached {
				_ = conn.Close()
			}
		}
		l.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	env := map[string]string{"AWS_LAMBDA_RUNTIME_API": strings.TrimPrefix(server.URL, "http://"), "CACHE_PORT": fmt.Sprint(port)}
	if _, err := start(t, l, env); err != nil {
		t.Fatal(err)
	}
	if !reached {
		t.Error("nobody listened when the extension registered")
	}
}

// A table out of reach is no reason not to start: the function may never ask.
func TestInitNeedsNeitherTableNorCache(t *testing.T) {
	l := &lambda{events: []any{invoke, shutdown()}}
	env := map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1", "CACHE_BACKEND": "redis", "REDIS_URL": "redis://127.0.0.1:1"}
	if out, err := start(t, l, env); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// The first request would have to wait for the secret, longer than a cache may take; INIT must not wait for it either.
func TestASecretIsReadWhileTheFunctionStarts(t *testing.T) {
	asked, initialised := make(chan struct{}), make(chan struct{})
	secrets := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(asked)
		<-initialised
		_, _ = io.WriteString(w, `{"SecretString":"a-token"}`)
	}))
	t.Cleanup(secrets.Close)
	l := &lambda{events: []any{invoke, shutdown()}}
	l.invoked = func() {
		<-asked
		close(initialised)
	}
	_, err := start(t, l, map[string]string{
		"CACHE_BACKEND": "momento", "MOMENTO_CACHE": "c", "MOMENTO_ENDPOINT": "http://127.0.0.1:1",
		"MOMENTO_SECRET_ID": "momento", "AWS_ENDPOINT_URL_SECRETS_MANAGER": secrets.URL,
	})
	if err != nil {
		t.Error(err)
	}
}

func TestInitFails(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	port := fmt.Sprint(taken.Addr().(*net.TCPAddr).Port)
	tests := map[string]struct{ name, value, want string }{
		"a port that is taken":           {"CACHE_PORT", port, ":" + port + ": bind: address already in use. Set CACHE_PORT to a port that is free"},
		"a variable that makes no sense": {"CACHE_BACKEND", "memcached", `CACHE_BACKEND is "memcached"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := &lambda{}
			_, err := start(t, l, map[string]string{test.name: test.value})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want %s", err, test.want)
			}
			if strings.Join(l.paths, " ") != "/register /init/error" || !strings.Contains(l.bodies[1], "CACHE_") {
				t.Errorf("told Lambda %v %v", l.paths, l.bodies)
			}
		})
	}
}

// localhost is ::1 to Node.js, among others, where the machine has that address.
func TestBothLoopbackAddresses(t *testing.T) {
	taken, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("this machine has no IPv6 loopback address")
	}
	port := taken.Addr().(*net.TCPAddr).Port
	if listeners, err := listen(port); err == nil {
		t.Errorf("somebody else has the port on ::1, and it listens on %v", listeners)
	}
	if err := taken.Close(); err != nil {
		t.Fatal(err)
	}
	listeners, err := listen(port)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"127.0.0.1", "::1"} {
		if host, _, _ := net.SplitHostPort(listeners[i].Addr().String()); host != want {
			t.Errorf("listener %d is on %s, want %s", i, host, want)
		}
		_ = listeners[i].Close()
	}
}

// A frozen environment wakes late, with every time-out passed: a connection that the function has kept must still be good.
func TestIdleConnectionsAreKept(t *testing.T) {
	connections := 0
	server := httptest.NewUnstartedServer(nil)
	server.Config = newServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), newLogger(io.Discard, "x", 0))
	server.Config.ReadHeaderTimeout = 250 * time.Millisecond
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections++
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	for range 3 {
		get(t, server.URL)
		time.Sleep(server.Config.ReadHeaderTimeout * 5 / 4)
	}
	if connections != 1 {
		t.Errorf("%d connections for requests one after the other, want 1", connections)
	}
}

func TestABrokenExtensionsAPIIsReported(t *testing.T) {
	l := &lambda{events: []any{http.StatusInternalServerError}}
	if _, err := start(t, l, nil); err == nil || !strings.Contains(err.Error(), "HTTP status 500") {
		t.Errorf("error = %v", err)
	}
	if last := l.paths[len(l.paths)-1]; last != "/exit/error" {
		t.Errorf("the last call is %s", last)
	}
}

func TestOutsideLambda(t *testing.T) {
	_, err := start(t, &lambda{}, map[string]string{"AWS_LAMBDA_RUNTIME_API": ""})
	if err == nil || !strings.Contains(err.Error(), "AWS_LAMBDA_RUNTIME_API is not set") {
		t.Errorf("error = %v", err)
	}
}

// A request that nobody can answer in time must not keep the extension beyond its deadline.
func TestShutdownDoesNotWaitForASlowTable(t *testing.T) {
	port := freePort(t)
	asked := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	l := &lambda{
		events: []any{invoke, fmt.Sprintf(`{"eventType":"SHUTDOWN","deadlineMs":%d}`, time.Now().Add(300*time.Millisecond).UnixMilli())},
		dynamoDB: func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			close(asked)
			<-ctx.Done()
		},
	}
	l.invoked = func() {
		go func() {
			request, _ := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/1", port), nil)
			if response, err := http.DefaultClient.Do(request); err == nil {
				_ = response.Body.Close()
			}
		}()
		<-asked
	}
	began := time.Now()
	if _, err := start(t, l, map[string]string{"CACHE_PORT": fmt.Sprint(port), "TABLE_TIMEOUT": "60s"}); err != nil {
		t.Error(err)
	}
	if passed := time.Since(began); passed > 5*time.Second {
		t.Errorf("it took %s", passed)
	}
}
