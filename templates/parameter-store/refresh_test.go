package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// invoke is an event, whose invocation has as long as Lambda gives it by default.
func invoke(l *lambda) map[string]any {
	return map[string]any{"eventType": "INVOKE", "deadlineMs": time.Now().Add(100*l.pause + 3*time.Second).UnixMilli(), "requestId": "r"}
}

// answers gives each call of Parameter Store its own.
func answers(l *lambda, handlers ...http.HandlerFunc) {
	l.ssm = func(w http.ResponseWriter, r *http.Request) {
		next := handlers[0]
		if len(handlers) > 1 {
			handlers = handlers[1:]
		}
		next(w, r)
	}
}

func down(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }

func refreshing(t *testing.T, pause time.Duration, invocations int) *lambda {
	l := &lambda{pause: pause, file: filepath.Join(t.TempDir(), "app.json")}
	for range invocations {
		l.events = append(l.events, invoke(l))
	}
	l.events = append(l.events, shutdown)
	return l
}

func TestRefresh(t *testing.T) {
	l := refreshing(t, time.Minute, 4)
	answers(l, value("one"), value("one"), value("two"))
	out, err := start(t, l, map[string]string{"CONFIG_TTL": "90"})
	if err != nil {
		t.Fatal(err)
	}
	// It is read in INIT, in the second invocation, and in the fourth.
	if want := []string{"one", "one", "one", "one", "two"}; !reflect.DeepEqual(l.filesAtNext, want) {
		t.Errorf("files = %q, want %q", l.filesAtNext, want)
	}
	if l.registered != `{"events":["INVOKE","SHUTDOWN"]}` {
		t.Errorf("registered with %s", l.registered)
	}
	if strings.Count(strings.Join(l.paths, "\n")+"\n", "/\n") != 3 {
		t.Errorf("calls: %v", l.paths)
	}
	if strings.Count(out, "Refreshed "+l.file+" in ") != 1 || strings.Contains(out, "two") {
		t.Errorf("log:\n%s", out)
	}
}

func TestAFailedRefreshKeepsTheFile(t *testing.T) {
	l := refreshing(t, time.Minute, 5)
	answers(l, value("one"), down, down, down, down, value("one"), value("two"))
	out, err := start(t, l, map[string]string{"CONFIG_TTL": "1m"})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"one", "one", "one", "one", "two", "two"}; !reflect.DeepEqual(l.filesAtNext, want) {
		t.Errorf("files = %q, want %q", l.filesAtNext, want)
	}
	if strings.Count(out, "Not refreshed, "+l.file+" stays as it is") != 1 || strings.Count(out, "Read again after failures") != 1 {
		t.Errorf("log:\n%s", out)
	}
}

func TestAFileThatInitCouldNotMakeComesLater(t *testing.T) {
	l := refreshing(t, 2*time.Second, 2)
	answers(l, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"ParameterNotFound"}`)
	}, value("there"))
	out, err := start(t, l, map[string]string{"CONFIG_TTL": "1h"})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"", "there", "there"}; !reflect.DeepEqual(l.filesAtNext, want) {
		t.Errorf("files = %q, want %q\n%s", l.filesAtNext, want, out)
	}
}

func TestARefreshIsShort(t *testing.T) {
	tests := map[string]struct {
		timeout, left time.Duration
		tried         bool
	}{
		"of its own accord":                       {200 * time.Millisecond, time.Hour, true},
		"where the invocation has little time":    {time.Minute, 400 * time.Millisecond, true},
		"and is not tried where there is no time": {time.Minute, -time.Second, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := &lambda{file: filepath.Join(t.TempDir(), "app.json"), pause: time.Minute, refreshTimeout: test.timeout}
			server := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.ReadAll(r.Body)
				<-r.Context().Done()
			})
			answers(l, value("one"), server)
			// The environment thaws for the invocation, whose deadline counts from then.
			deadline := time.Now().Add(l.pause + test.left)
			l.events = []any{map[string]any{"eventType": "INVOKE", "deadlineMs": deadline.UnixMilli()}, shutdown}
			started := time.Now()
			out, err := start(t, l, map[string]string{"CONFIG_TTL": "10"})
			if took := time.Since(started); err != nil || took > 3*time.Second {
				t.Errorf("took %v, error %v", took, err)
			}
			if got, _ := os.ReadFile(l.file); string(got) != "one" || strings.Contains(out, "Not refreshed") != test.tried {
				t.Errorf("file = %q, log:\n%s", got, out)
			}
			if !strings.HasSuffix(out, "SHUTDOWN: spindown\n") {
				t.Errorf("log:\n%s", out)
			}
		})
	}
}

func TestWrongSettings(t *testing.T) {
	l := refreshing(t, time.Minute, 0)
	l.ssm = value("one")
	out, err := start(t, l, map[string]string{"CONFIG_TTL": "often", "CONFIG_FORMAT": "yaml"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`Nothing will be refreshed: CONFIG_TTL is "often". Set it to seconds`,
		`The function runs without ` + l.file + `: CONFIG_FORMAT is "yaml". Set it to json or env`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("log:\n%s\nwant %s", out, want)
		}
	}
	if l.registered != `{"events":["SHUTDOWN"]}` || l.fileAtNext != nil {
		t.Errorf("registered with %s, file = %q", l.registered, l.fileAtNext)
	}
	l = refreshing(t, time.Minute, 0)
	l.ssm = value("one")
	if _, err := start(t, l, map[string]string{"CONFIG_TTL": "often"}); err != nil || string(l.fileAtNext) != "one" {
		t.Errorf("a wrong time to live alone leaves the file %q, error %v", l.fileAtNext, err)
	}
}
