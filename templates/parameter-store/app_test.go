package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

const testID = "9b7c1f0e-52aa-4c1e-8f0d-6f5e0c3a2b11"

// lambda is an Extensions API that ends after its last event, and a Parameter Store beside it.
type lambda struct {
	// events are what next answers, one after the other; a status where it is a number.
	events []any
	// ssm answers Parameter Store's operations, and Secrets Manager's.
	ssm http.HandlerFunc
	// pause is how long the environment is frozen before each event.
	pause  time.Duration
	frozen time.Duration
	// refreshTimeout is the extension's, where it is not to have its own.
	refreshTimeout time.Duration
	// filesAtNext is what the file holds at each call of next.
	filesAtNext []string
	// paths are what was asked of both, in order.
	paths []string
	// registered is the body of the register call.
	registered string
	// fileAtNext is the file's content when next was first called: what the function finds.
	fileAtNext []byte
	file       string
}

func (l *lambda) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.paths = append(l.paths, r.URL.Path)
	switch r.URL.Path {
	case "/":
		l.ssm(w, r)
	case "/2020-01-01/extension/register":
		body, _ := io.ReadAll(r.Body)
		l.registered = string(body)
		w.Header().Set("Lambda-Extension-Identifier", testID)
		_, _ = io.WriteString(w, `{"functionName":"orders"}`)
	case "/2020-01-01/extension/event/next":
		if l.fileAtNext == nil {
			l.fileAtNext, _ = os.ReadFile(l.file)
		}
		content, _ := os.ReadFile(l.file)
		l.filesAtNext = append(l.filesAtNext, string(content))
		l.frozen += l.pause
		event := l.events[0]
		l.events = l.events[1:]
		if status, ok := event.(int); ok {
			w.WriteHeader(status)
			return
		}
		_ = json.NewEncoder(w).Encode(event)
	default:
		w.WriteHeader(http.StatusAccepted)
	}
}

// now is the wall clock, which goes on while the environment is frozen.
func (l *lambda) now() time.Time { return time.Now().Add(l.frozen) }

var shutdown = map[string]any{"eventType": "SHUTDOWN", "deadlineMs": 1, "shutdownReason": "spindown"}

// start runs the extension against l and returns its log and its error.
func start(t *testing.T, l *lambda, env map[string]string) (string, error) {
	t.Helper()
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	all := map[string]string{
		"AWS_LAMBDA_RUNTIME_API": strings.TrimPrefix(server.URL, "http://"),
		"AWS_ENDPOINT_URL":       server.URL,
		"AWS_REGION":             "eu-central-1",
		"AWS_ACCESS_KEY_ID":      "AKIDEXAMPLE",
		"AWS_SECRET_ACCESS_KEY":  "very-secret",
		"PARAMETER_NAME":         "/orders/config",
		"CONFIG_FILE":            l.file,
	}
	for name, value := range env {
		all[name] = value
	}
	options := optionsFromEnv("my-extension", func(name string) string { return all[name] })
	options.fetchTimeout = time.Second
	if l.refreshTimeout > 0 {
		options.refreshTimeout = l.refreshTimeout
	}
	options.reader.Retry.Backoff = time.Millisecond
	var out bytes.Buffer
	app := newApp(options, log.New(&out, "["+options.name+"] ", 0))
	app.now = l.now
	err := app.run(t.Context())
	return out.String(), err
}

func value(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"Parameter": map[string]string{"Value": text}})
	}
}

func TestTheFileIsThereBeforeInitEnds(t *testing.T) {
	content := "{\"greeting\": \"grüß dich\"}\r\n"
	file := filepath.Join(t.TempDir(), "config", "app.json")
	l := &lambda{events: []any{shutdown}, ssm: value(content), file: file}
	out, err := start(t, l, nil)
	if err != nil {
		t.Fatal(err)
	}
	if string(l.fileAtNext) != content {
		t.Errorf("file = %q, want %q", l.fileAtNext, content)
	}
	if l.registered != `{"events":["SHUTDOWN"]}` {
		t.Errorf("registered with %s", l.registered)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("mode = %o, want 600", mode)
	}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	want := []string{
		"[my-extension] INIT start",
		"[my-extension] Registered with ID: " + testID,
		"[my-extension] Fetching parameter: /orders/config",
		"[my-extension] Parameter written to " + file + " in ",
		"[my-extension] INIT complete",
		"[my-extension] SHUTDOWN: spindown",
	}
	if len(lines) != len(want) {
		t.Fatalf("log:\n%s", out)
	}
	for i := range want {
		if !strings.HasPrefix(lines[i], want[i]) {
			t.Errorf("line %d = %q, want %q", i, lines[i], want[i])
		}
	}
}

func TestAFailureNeverEndsTheFunction(t *testing.T) {
	refuse := func(code string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": "no"})
		}
	}
	tests := map[string]struct {
		ssm  http.HandlerFunc
		env  map[string]string
		want string
	}{
		"no such parameter": {refuse("ParameterNotFound"), nil, "Create the parameter in eu-central-1"},
		"access denied":     {refuse("AccessDeniedException"), nil, "Allow the function's role ssm:GetParameter"},
		"no PARAMETER_NAME": {nil, map[string]string{"PARAMETER_NAME": ""}, "PARAMETER_NAME is not set"},
		"no credentials":    {nil, map[string]string{"AWS_ACCESS_KEY_ID": ""}, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"},
		"SSM unreachable":   {nil, map[string]string{"AWS_ENDPOINT_URL_SSM": "http://127.0.0.1:1"}, "tried 6 times"},
		"garbage":           {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }, nil, "not its JSON"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "app.json")
			// /tmp outlives the processes of an environment: what an earlier INIT has left must not be taken for this one's.
			if err := os.WriteFile(file, []byte("from an earlier INIT"), 0o600); err != nil {
				t.Fatal(err)
			}
			l := &lambda{events: []any{shutdown}, ssm: test.ssm, file: file}
			out, err := start(t, l, test.env)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(out, "The function runs without "+file+": ") || !strings.Contains(out, test.want) {
				t.Errorf("log:\n%s", out)
			}
			if !strings.Contains(out, "INIT complete") {
				t.Errorf("INIT is not completed:\n%s", out)
			}
			if l.fileAtNext != nil {
				t.Errorf("the function would find %q", l.fileAtNext)
			}
			if strings.Contains(out, "very-secret") {
				t.Errorf("a secret in the log:\n%s", out)
			}
		})
	}
}

func TestFilesThatCannotBeWritten(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "a-file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ file, want string }{
		"relative":     {"app.json", `CONFIG_FILE is "app.json". Set it to an absolute path`},
		"a folder":     {folder, "CONFIG_FILE is the folder"},
		"below a file": {filepath.Join(file, "app.json"), "The function runs without"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := &lambda{events: []any{shutdown}, ssm: value("{}"), file: test.file}
			out, err := start(t, l, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(out, test.want) {
				t.Errorf("log:\n%s", out)
			}
		})
	}
}

func TestABrokenExtensionsAPIIsReported(t *testing.T) {
	l := &lambda{events: []any{http.StatusInternalServerError}, ssm: value("{}"), file: filepath.Join(t.TempDir(), "app.json")}
	_, err := start(t, l, nil)
	if err == nil || !strings.Contains(err.Error(), "HTTP status 500") {
		t.Errorf("error = %v", err)
	}
	if last := l.paths[len(l.paths)-1]; last != "/2020-01-01/extension/exit/error" {
		t.Errorf("the last call is %s", last)
	}
}

func TestOutsideLambda(t *testing.T) {
	_, err := start(t, &lambda{}, map[string]string{"AWS_LAMBDA_RUNTIME_API": ""})
	if err == nil || !strings.Contains(err.Error(), "AWS_LAMBDA_RUNTIME_API is not set") {
		t.Errorf("error = %v", err)
	}
}
