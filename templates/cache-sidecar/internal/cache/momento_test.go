package cache

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/templates/internal/awsjson"
)

const apiKey = "eyJ-a-key"

func momentoAt(t *testing.T, url string, token Token) *Momento {
	t.Helper()
	return NewMomento(MomentoConfig{Cache: "my-cache", Endpoint: parse(t, url), Token: token})
}

// serveMomento is a Momento of one handler, and a cache in it.
func serveMomento(t *testing.T, handler http.HandlerFunc) *Momento {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return momentoAt(t, server.URL, FixedToken(apiKey))
}

func status(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// momentoAPI keeps values as Momento's HTTP API does.
type momentoAPI struct {
	kept map[string]string
	ttl  string
}

func (m *momentoAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	key := query.Get("key")
	switch {
	case r.Header.Get("Authorization") != apiKey:
		status(http.StatusUnauthorized, `{"error":"no"}`)(w, r)
	case r.URL.Path != "/cache/my-cache":
		status(http.StatusNotFound, `{"error":"Cache not found"}`)(w, r)
	case r.Method == http.MethodPut:
		body, _ := io.ReadAll(r.Body)
		m.kept[key], m.ttl = string(body), query.Get("ttl_seconds")
		w.WriteHeader(http.StatusNoContent)
	default:
		value, ok := m.kept[key]
		if !ok {
			status(http.StatusNotFound, `{"error":"Key not found"}`)(w, r)
			return
		}
		_, _ = io.WriteString(w, value)
	}
}

func TestMomento(t *testing.T) {
	api := &momentoAPI{kept: map[string]string{}}
	momento := serveMomento(t, api.ServeHTTP)
	for _, key := range []string{"1", "grüß dich/日本 😀", "a+b c&d=e%2F", "\x00\n\"", strings.Repeat("k", 2048)} {
		if value, err := momento.Get(t.Context(), key); value != nil || err != nil {
			t.Errorf("an empty cache has %q, %v", value, err)
		}
		want := strings.Repeat("é\x00\n", 100_000)
		if err := momento.Set(t.Context(), key, []byte(want), 1200*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		if value, err := momento.Get(t.Context(), key); string(value) != want || err != nil {
			t.Errorf("%.20q has %.20q, %v", key, value, err)
		}
		if api.kept[key] == "" || api.ttl != "2" {
			t.Errorf("%.20q is not kept, or for %s seconds", key, api.ttl)
		}
	}
}

func TestMomentoRefuses(t *testing.T) {
	tests := map[string]struct {
		status     int
		body, want string
	}{
		"no such cache":  {404, `{"error":"Cache not found"}`, "HTTP status 404: create the cache my-cache, or correct MOMENTO_CACHE"},
		"a bad request":  {400, `{}`, "HTTP status 400"},
		"a wrong key":    {401, `{}`, "HTTP status 401: the API key is wrong or has expired"},
		"not allowed":    {403, `{}`, "HTTP status 403: the API key does not allow it"},
		"too many":       {429, `{}`, "HTTP status 429: a limit of the account is reached"},
		"broken":         {500, `oh no: ` + apiKey, "HTTP status 500"},
		"a redirect":     {307, ``, "HTTP status 307"},
		"a proxy's page": {502, `<html>`, "HTTP status 502"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			momento := serveMomento(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", "/elsewhere")
				status(test.status, test.body)(w, r)
			})
			value, err := momento.Get(t.Context(), "1")
			if err == nil || err.Error() != "read an item: "+test.want {
				t.Errorf("%q, %v; want %s", value, err, test.want)
			}
			if err := momento.Set(t.Context(), "1", []byte("x"), time.Minute); err == nil || err.Error() != "write an item: "+test.want {
				t.Errorf("%v; want %s", err, test.want)
			}
		})
	}
}

func TestMomentoSlowOrGone(t *testing.T) {
	slow := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	endless := func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	}
	cut := func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "100") }
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		timeout time.Duration
		want    string
	}{
		"slow":    {slow, briefly, "deadline exceeded"},
		"endless": {endless, patiently, "the answer has more than 4194304 bytes"},
		"cut":     {cut, patiently, "unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			value, err := serveMomento(t, test.handler).Get(within(t, test.timeout), "a-key-of-mine")
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "a-key-of-mine") {
				t.Errorf("%.20q, %v; want %s", value, err, test.want)
			}
		})
	}
	_, err := momentoAt(t, "http://127.0.0.1:1", FixedToken(apiKey)).Get(t.Context(), "1")
	if err == nil || !strings.Contains(err.Error(), "connection refused") || strings.Contains(err.Error(), apiKey) {
		t.Errorf("error = %v", err)
	}
}

// secretAt is a token in a Secrets Manager of one handler.
func secretAt(t *testing.T, handler http.HandlerFunc) *SecretToken {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return NewSecretToken("momento", awsjson.Config{
		Region:      "eu-central-1",
		Endpoint:    server.URL,
		Credentials: awsjson.StaticCredentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "very-secret"},
		Retry:       awsjson.Retry{Attempts: 2, Timeout: time.Second, Backoff: time.Millisecond},
	})
}

func secret(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"SecretString": text})
	}
}

func TestSecrets(t *testing.T) {
	tests := map[string]struct{ secret, want, err string }{
		"a token":                     {"hunter2", "hunter2", ""},
		"a token and a newline":       {"hunter2\n", "hunter2", ""},
		"an object with our field":    {`{"user":"x","MOMENTO_API_KEY":"hunter2"}`, "hunter2", ""},
		"an object with one field":    {`{"token":"hunter2"}`, "hunter2", ""},
		"an object with other fields": {`{"a":"hunter2","b":"hunter3"}`, "", "it has no field MOMENTO_API_KEY"},
		"an object of objects":        {`{"a":{"b":"hunter2"}}`, "", "it is neither a token nor a JSON object of texts"},
		"half an object":              {`{"a":"hunter2`, "", "it is neither a token nor a JSON object of texts"},
		"nothing":                     {"", "", "it is empty, or not text"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			token, err := secretAt(t, secret(test.secret)).Get(t.Context())
			if token != test.want || (err == nil) != (test.err == "") {
				t.Errorf("token = %q, %v", token, err)
			}
			if err != nil && (err.Error() != "read the secret momento: "+test.err || strings.Contains(err.Error(), "hunter")) {
				t.Errorf("error = %v, want %s", err, test.err)
			}
		})
	}
}

func TestSecretsManagerRefuses(t *testing.T) {
	for code, want := range map[string]string{
		"ResourceNotFoundException": "Create the secret, or correct MOMENTO_SECRET_ID",
		"AccessDeniedException":     "Allow the function's role secretsmanager:GetSecretValue on the secret",
		"DecryptionFailure":         "DecryptionFailure: no (HTTP status 400)",
	} {
		_, err := secretAt(t, status(http.StatusBadRequest, `{"__type":"`+code+`","message":"no"}`)).Get(t.Context())
		if err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("error = %v, want %s", err, want)
		}
	}
}

// A secret that was replaced is read again once Momento rejects what it held.
func TestASecretThatWasReplaced(t *testing.T) {
	var reads atomic.Int32
	now := "old"
	token := secretAt(t, func(w http.ResponseWriter, r *http.Request) {
		reads.Add(1)
		secret(now)(w, r)
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != now {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(server.Close)
	momento := momentoAt(t, server.URL, token)
	get := func() error {
		_, err := momento.Get(t.Context(), "1")
		return err
	}
	if err := get(); err != nil {
		t.Fatal(err)
	}
	if err := get(); err != nil || reads.Load() != 1 {
		t.Errorf("%v after %d reads of the secret", err, reads.Load())
	}
	now = "new"
	if err := get(); err == nil {
		t.Error("the old key is still good")
	}
	if err := get(); err != nil || reads.Load() != 2 {
		t.Errorf("%v after %d reads of the secret", err, reads.Load())
	}
}

// Who waits too long for the secret goes on without it; the next one has it.
func TestASlowSecret(t *testing.T) {
	release := make(chan struct{})
	var reads atomic.Int32
	token := secretAt(t, func(w http.ResponseWriter, r *http.Request) {
		reads.Add(1)
		<-release
		secret("hunter2")(w, r)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := token.Get(ctx); err == nil || !strings.Contains(err.Error(), "read the secret momento: context deadline exceeded") {
		t.Errorf("error = %v", err)
	}
	close(release)
	if got, err := token.Get(t.Context()); got != "hunter2" || err != nil || reads.Load() != 1 {
		t.Errorf("token = %q, %v after %d reads", got, err, reads.Load())
	}
}
