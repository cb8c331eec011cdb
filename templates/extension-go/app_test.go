package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/templates/internal/extension"
	"example.com/templates/internal/telemetry"
)

const testID = "9b7c1f0e-52aa-4c1e-8f0d-6f5e0c3a2b11"

// lambda is an Extensions API that answers next with its events, one after the other; with a status where one is a number.
type lambda struct {
	events []any
	// subscribed is the status of the answer to a subscription.
	subscribed int
	// delivered is what the listener is sent once SHUTDOWN has been told.
	delivered string
	listener  string
	paths     []string
	bodies    []string
}

func (l *lambda) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	l.paths = append(l.paths, r.URL.Path)
	l.bodies = append(l.bodies, string(body))
	switch r.URL.Path {
	case "/2020-01-01/extension/register":
		w.Header().Set("Lambda-Extension-Identifier", testID)
		_, _ = io.WriteString(w, `{"functionName":"orders"}`)
	case "/2020-01-01/extension/event/next":
		event := l.events[0]
		l.events = l.events[1:]
		if status, ok := event.(int); ok {
			w.WriteHeader(status)
			return
		}
		_ = json.NewEncoder(w).Encode(event)
		if len(l.events) == 0 && l.listener != "" {
			go func() { _, _ = http.Post(l.listener, "application/json", strings.NewReader(l.delivered)) }()
		}
	case "/2022-07-01/telemetry", "/2020-08-15/logs":
		var subscription struct{ Destination struct{ URI string } }
		_ = json.Unmarshal(body, &subscription)
		if uri, err := url.Parse(subscription.Destination.URI); err == nil {
			l.listener = "http://127.0.0.1:" + uri.Port()
		}
		w.WriteHeader(l.subscribed)
	default:
		w.WriteHeader(http.StatusAccepted)
	}
}

func invoke(requestID string) map[string]any {
	return map[string]any{"eventType": "INVOKE", "deadlineMs": time.Now().Add(time.Minute).UnixMilli(), "requestId": requestID}
}

func shutdown() map[string]any {
	return map[string]any{"eventType": "SHUTDOWN", "deadlineMs": time.Now().Add(time.Second).UnixMilli(), "shutdownReason": "spindown"}
}

// start runs the extension against l and returns its log and its error.
func start(t *testing.T, l *lambda, api telemetry.API) (string, error) {
	t.Helper()
	return startWith(t, l, api, func(logger *log.Logger) worker { return &work{logger} })
}

func startWith(t *testing.T, l *lambda, api telemetry.API, newWorker func(*log.Logger) worker) (string, error) {
	t.Helper()
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	runtimeAPI := strings.TrimPrefix(server.URL, "http://")
	var out bytes.Buffer
	logger := log.New(&out, "", 0)
	app := &app{log: logger, client: extension.NewClient(runtimeAPI, "my-extension"), worker: newWorker(logger)}
	if api != nothing {
		app.listen = listen(telemetry.Options{RuntimeAPI: runtimeAPI, API: api}, logger)
	}
	err := app.run(t.Context())
	return out.String(), err
}

func TestALife(t *testing.T) {
	l := &lambda{events: []any{invoke("r-1"), invoke("r-2"), shutdown()}}
	out, err := start(t, l, nothing)
	if err != nil {
		t.Fatal(err)
	}
	if want := "Invocation r-1\nInvocation r-2\nSHUTDOWN: spindown\n"; out != want {
		t.Errorf("log = %q, want %q", out, want)
	}
	next := "/2020-01-01/extension/event/next"
	if want := []string{"/2020-01-01/extension/register", next, next, next}; !slices.Equal(l.paths, want) {
		t.Errorf("asked %v, want %v", l.paths, want)
	}
	if l.bodies[0] != `{"events":["INVOKE","SHUTDOWN"]}` {
		t.Errorf("registered with %s", l.bodies[0])
	}
}

func TestOutsideLambda(t *testing.T) {
	if err := run("my-extension", "", log.Default()); err == nil || !strings.HasPrefix(err.Error(), "AWS_LAMBDA_RUNTIME_API is not set") {
		t.Errorf("error = %v", err)
	}
}

func TestAnUnreachableAPIIsAnError(t *testing.T) {
	if err := run("my-extension", "127.0.0.1:1", log.Default()); err == nil || !strings.HasPrefix(err.Error(), "register extension my-extension: ") {
		t.Errorf("error = %v", err)
	}
}

func TestABrokenAPIIsReported(t *testing.T) {
	l := &lambda{events: []any{invoke("r-1"), http.StatusInternalServerError}}
	_, err := start(t, l, nothing)
	if refused, ok := errors.AsType[*extension.Error](err); !ok || refused.Status != http.StatusInternalServerError {
		t.Errorf("error = %v", err)
	}
	if last := l.paths[len(l.paths)-1]; last != "/2020-01-01/extension/exit/error" {
		t.Errorf("the last call is %s", last)
	}
}

// lazy is a worker that fails, and otherwise waits until it has to stop.
type lazy struct {
	work
	failure error
	until   []time.Time
}

func (l *lazy) initialise(context.Context) error { return l.failure }

func (l *lazy) invoked(ctx context.Context, _ extension.Event) {
	<-ctx.Done()
	l.until = append(l.until, time.Now())
}

func TestAFailedInitIsReported(t *testing.T) {
	l := &lambda{}
	failure := errors.New("no licence")
	_, err := startWith(t, l, nothing, func(*log.Logger) worker { return &lazy{failure: failure} })
	if !errors.Is(err, failure) {
		t.Errorf("error = %v", err)
	}
	if want := []string{"/2020-01-01/extension/register", "/2020-01-01/extension/init/error"}; !slices.Equal(l.paths, want) {
		t.Errorf("asked %v, want %v", l.paths, want)
	}
	if want := `{"errorMessage":"no licence","errorType":"Extension.InitFailed","stackTrace":[]}`; l.bodies[1] != want {
		t.Errorf("reported %s", l.bodies[1])
	}
}

func TestWorkHasTheEventsDeadline(t *testing.T) {
	deadline := time.Now().Add(50 * time.Millisecond)
	event := invoke("r-1")
	event["deadlineMs"] = deadline.UnixMilli()
	waiting := &lazy{work: work{log.New(io.Discard, "", 0)}}
	l := &lambda{events: []any{event, shutdown()}}
	if _, err := startWith(t, l, nothing, func(*log.Logger) worker { return waiting }); err != nil {
		t.Fatal(err)
	}
	if len(waiting.until) != 1 || waiting.until[0].Before(deadline.Truncate(time.Millisecond)) {
		t.Errorf("stopped at %v, the deadline was %v", waiting.until, deadline)
	}
}

func TestListening(t *testing.T) {
	tests := map[string]struct {
		api  telemetry.API
		path string
	}{
		"Telemetry API": {telemetry.Telemetry, "/2022-07-01/telemetry"},
		"Logs API":      {telemetry.Logs, "/2020-08-15/logs"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := &lambda{
				events: []any{invoke("r-1"), shutdown()}, subscribed: http.StatusOK,
				delivered: `[{"time":"2026-11-21T08:00:00Z","type":"function","record":"a line"},
					{"time":"2026-11-21T08:00:00Z","type":"platform.report","record":{"requestId":"r-1","metrics":{"durationMs":2.5,"maxMemoryUsedMB":40,"memorySizeMB":128}}},
					{"time":"2026-11-21T08:00:00Z","type":"platform.report","record":7}]`,
			}
			out, err := start(t, l, test.api)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{
				"Report r-1: 2.50 ms, 40 of 128 MB, lines of the function so far: 1\n",
				"read the record of platform.report: ",
			} {
				if !strings.Contains(out, want) {
					t.Errorf("log = %q, without %q", out, want)
				}
			}
			if l.paths[1] != test.path {
				t.Errorf("asked %v: the subscription must come before the first event", l.paths)
			}
			if !strings.Contains(l.bodies[1], `"types":["platform","function"]`) {
				t.Errorf("subscribed with %s", l.bodies[1])
			}
		})
	}
}

func TestWithoutTelemetryTheFunctionRuns(t *testing.T) {
	l := &lambda{events: []any{invoke("r-1"), shutdown()}, subscribed: http.StatusAccepted}
	out, err := start(t, l, telemetry.Telemetry)
	if err != nil {
		t.Fatal(err)
	}
	if want := "Nothing but events is heard: subscribe to telemetry: this environment has no Telemetry API\nInvocation r-1\nSHUTDOWN: spindown\n"; out != want {
		t.Errorf("log = %q, want %q", out, want)
	}
}
