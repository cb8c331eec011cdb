package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const testID = "9b7c1f0e-52aa-4c1e-8f0d-6f5e0c3a2b11"

// lambda is an Extensions API and a Runtime API with one event.
type lambda struct {
	*httptest.Server
	// shutdown is what next of the Extensions API waits for; its value is the answer's status.
	shutdown chan int
	// onRegister is called before register is answered.
	onRegister func()
	// allowed is the time to shut down.
	allowed time.Duration

	mu    sync.Mutex
	calls []string
}

func startLambda(t *testing.T) *lambda {
	l := &lambda{shutdown: make(chan int, 1), onRegister: func() {}, allowed: 2 * time.Second}
	l.Server = httptest.NewServer(l)
	t.Cleanup(l.Close)
	return l
}

func (l *lambda) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	l.mu.Lock()
	l.calls = append(l.calls, fmt.Sprintf("%s %s %s%s", r.Method, r.URL.Path, r.Header.Get("Lambda-Extension-Function-Error-Type"), body))
	l.mu.Unlock()
	switch r.URL.Path {
	case "/2020-01-01/extension/register":
		l.onRegister()
		w.Header().Set("Lambda-Extension-Identifier", testID)
		_, _ = io.WriteString(w, "{}")
	case "/2020-01-01/extension/event/next":
		select {
		case status := <-l.shutdown:
			w.WriteHeader(status)
			_, _ = fmt.Fprintf(w, `{"eventType":"SHUTDOWN","shutdownReason":"spindown","deadlineMs":%d}`, time.Now().Add(l.allowed).UnixMilli())
		case <-r.Context().Done():
		}
	case "/2018-06-01/runtime/invocation/next":
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", "7")
		_, _ = io.WriteString(w, "{}")
	default:
		w.WriteHeader(http.StatusAccepted)
	}
}

func (l *lambda) address() string { return l.Listener.Addr().String() }

// start runs the extension; the returned function waits for its end, and gives its log and its error.
func start(t *testing.T, l *lambda, env map[string]string) func() (string, error) {
	t.Helper()
	all := map[string]string{"AWS_LAMBDA_RUNTIME_API": l.address()}
	for name, value := range env {
		all[name] = value
	}
	options, invalid := optionsFromEnv("my-proxy", func(name string) string { return all[name] })
	var out bytes.Buffer
	ended := make(chan error)
	app := newApp(options, log.New(&out, "[my-proxy] ", 0))
	go func() { ended <- app.run(t.Context(), invalid) }()
	return func() (string, error) {
		err := <-ended
		return out.String(), err
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

func get(client *http.Client, port, path string) (string, error) {
	answer, err := client.Get("http://127.0.0.1:" + port + path)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return string(body), err
}

const nextPath = "/2018-06-01/runtime/invocation/next"

func TestTheProxyIsUpBeforeTheExtensionHasRegistered(t *testing.T) {
	l := startLambda(t)
	port := freePort(t)
	client := &http.Client{Transport: &http.Transport{}}
	l.onRegister = func() {
		if body, err := get(client, port, nextPath); err != nil || body != "{}" {
			t.Errorf("while registering: %q, %v", body, err)
		}
		client.CloseIdleConnections()
	}
	wait := start(t, l, map[string]string{"LRAP_LISTENER_PORT": port})
	l.shutdown <- http.StatusOK
	out, err := wait()
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("[my-proxy] Passing on from 127.0.0.1:%s to %s\n[my-proxy] SHUTDOWN: spindown\n", port, l.address())
	if out != want {
		t.Errorf("log:\n%swant:\n%s", out, want)
	}
	// Woken by SHUTDOWN alone.
	calls := []string{
		`POST /2020-01-01/extension/register {"events":["SHUTDOWN"]}`,
		"GET /2018-06-01/runtime/invocation/next ",
		"GET /2020-01-01/extension/event/next ",
	}
	if strings.Join(l.calls, "\n") != strings.Join(calls, "\n") {
		t.Errorf("calls:\n%s", strings.Join(l.calls, "\n"))
	}
}

func TestShutdownWaitsForTheRuntime(t *testing.T) {
	l := startLambda(t)
	port := freePort(t)
	wait := start(t, l, map[string]string{"LRAP_LISTENER_PORT": port, "LRAP_LOG_MESSAGES": "true"})
	client := &http.Client{Transport: &http.Transport{}}
	// Connected, and kept.
	for connected := false; !connected; {
		_, err := get(client, port, nextPath)
		connected = err == nil
	}
	l.shutdown <- http.StatusOK
	time.Sleep(200 * time.Millisecond)
	if body, err := get(client, port, nextPath); err != nil || body != "{}" {
		t.Errorf("after SHUTDOWN: %q, %v", body, err)
	}
	start := time.Now()
	client.CloseIdleConnections()
	out, err := wait()
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("ended %v after the runtime", took)
	}
	if strings.Count(out, "[my-proxy] Event 7\n") != 2 {
		t.Errorf("log:\n%s", out)
	}
}

func TestShutdownEndsInTimeAllTheSame(t *testing.T) {
	l := startLambda(t)
	l.allowed = 500 * time.Millisecond
	port := freePort(t)
	wait := start(t, l, map[string]string{"LRAP_LISTENER_PORT": port})
	client := &http.Client{Transport: &http.Transport{}}
	for connected := false; !connected; {
		_, err := get(client, port, nextPath)
		connected = err == nil
	}
	before := time.Now()
	l.shutdown <- http.StatusOK
	if _, err := wait(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(before); took < 300*time.Millisecond || took > 500*time.Millisecond {
		t.Errorf("ended after %v of 500 ms", took)
	}
}

func TestFailuresAreReported(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, takenPort, _ := net.SplitHostPort(taken.Addr().String())
	tests := map[string]struct {
		env   map[string]string
		want  string
		calls string
	}{
		"a port that is taken": {
			map[string]string{"LRAP_LISTENER_PORT": takenPort}, "address already in use. Set LRAP_LISTENER_PORT to a port that is free",
			"POST /2020-01-01/extension/init/error Extension.ListenFailed",
		},
		"no port": {
			map[string]string{"LRAP_LISTENER_PORT": "http"}, `LRAP_LISTENER_PORT is "http". Set it to a port`,
			"POST /2020-01-01/extension/init/error Extension.ListenFailed",
		},
		"an Extensions API that breaks": {
			map[string]string{"LRAP_LISTENER_PORT": freePort(t)}, "HTTP status 500", "POST /2020-01-01/extension/exit/error Extension.ProxyFailed",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := startLambda(t)
			l.shutdown <- http.StatusInternalServerError
			_, err := start(t, l, test.env)()
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v", err)
			}
			if last := l.calls[len(l.calls)-1]; !strings.HasPrefix(last, test.calls) {
				t.Errorf("the last call is %s", last)
			}
		})
	}
}

func TestOutsideLambda(t *testing.T) {
	_, err := start(t, startLambda(t), map[string]string{"AWS_LAMBDA_RUNTIME_API": ""})()
	if err == nil || !strings.Contains(err.Error(), "AWS_LAMBDA_RUNTIME_API is not set") {
		t.Errorf("error = %v", err)
	}
}
