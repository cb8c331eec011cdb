package sidecar

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// serve is the sidecar in front of a table.
func serve(t *testing.T, table Table, log io.Writer) string {
	t.Helper()
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	server := httptest.NewServer(NewHandler(NewReader(table, near(), usual), logger))
	t.Cleanup(server.Close)
	return server.URL
}

func request(t *testing.T, method, url string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func TestAnswers(t *testing.T) {
	var log bytes.Buffer
	url := serve(t, has(), &log)
	for _, want := range []struct {
		path, cache, body, line string
		status                  int
	}{
		{"/1", "miss", `{"id":"1"}`, "msg=miss key=1 found=true", http.StatusOK},
		{"/1", "hit", `{"id":"1"}`, "msg=hit key=1 found=true", http.StatusOK},
		{"/none", "miss", `{"error":"not found"}`, "msg=miss key=none found=false", http.StatusNotFound},
		{"/none", "hit", `{"error":"not found"}`, "msg=hit key=none found=false", http.StatusNotFound},
	} {
		log.Reset()
		response, body := request(t, http.MethodGet, url+want.path)
		header := response.Header
		if response.StatusCode != want.status || body != want.body || header.Get("X-Cache") != want.cache {
			t.Errorf("%s: %d %s %s; want %+v", want.path, response.StatusCode, header.Get("X-Cache"), body, want)
		}
		if header.Get("Content-Type") != "application/json" || header.Get("Age") != "0" {
			t.Errorf("%s: header = %v", want.path, header)
		}
		if !strings.Contains(log.String(), want.line) {
			t.Errorf("%s: log = %s, want %s", want.path, &log, want.line)
		}
	}
}

func TestKeys(t *testing.T) {
	tests := map[string]string{
		"/1":                                 "1",
		"/a%2Fb":                             "a/b",
		"/a%2fb%2F":                          "a/b/",
		"/gr%C3%BC%C3%9F%20dich":             "grüß dich",
		"/%F0%9F%98%80":                      "😀",
		"/100%25":                            "100%",
		"/100%2525":                          "100%25",
		"/a%2F100%25":                        "a/100%",
		"/a+b":                               "a+b",
		"/NaN":                               "NaN",
		"/%7Bkey%7D":                         "{key}",
		"/1?x=y":                             "1",
		"/%00":                               "\x00",
		"/%22%0A":                            "\"\n",
		"/" + strings.Repeat("%C3%A9", 1024): strings.Repeat("é", 1024),
	}
	for path, want := range tests {
		var got string
		table := &fakeTable{read: func(_ context.Context, key string) ([]byte, error) {
			got = key
			return []byte(`{}`), nil
		}}
		response, _ := request(t, http.MethodGet, serve(t, table, io.Discard)+path)
		if response.StatusCode != http.StatusOK || got != want {
			t.Errorf("%.40s: status %d, key %.40q; want %.40q", path, response.StatusCode, got, want)
		}
	}
}

func TestNoKeys(t *testing.T) {
	table := has()
	url := serve(t, table, io.Discard)
	tests := map[string]struct {
		method, path string
		status       int
		want         string
	}{
		"none":                {http.MethodGet, "/", http.StatusBadRequest, "ask for /{key}"},
		"two parts":           {http.MethodGet, "/a/b", http.StatusBadRequest, "write a slash in the key as %2F"},
		"not UTF-8":           {http.MethodGet, "/%ff", http.StatusBadRequest, "not UTF-8"},
		"not UTF-8, a slash":  {http.MethodGet, "/%2F%ff", http.StatusBadRequest, "not UTF-8"},
		"longer than 2048":    {http.MethodGet, "/" + strings.Repeat("x", 2049), http.StatusBadRequest, "more than 2048 bytes"},
		"POST":                {http.MethodPost, "/1", http.StatusMethodNotAllowed, "with GET, and nothing else"},
		"DELETE":              {http.MethodDelete, "/1", http.StatusMethodNotAllowed, "with GET, and nothing else"},
		"a method of its own": {"PURGE", "/1", http.StatusMethodNotAllowed, "with GET, and nothing else"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			response, body := request(t, test.method, url+test.path)
			var said struct{ Error string }
			if err := json.Unmarshal([]byte(body), &said); err != nil {
				t.Errorf("%s: %v", body, err)
			}
			if response.StatusCode != test.status || !strings.Contains(said.Error, test.want) {
				t.Errorf("status %d, %s; want %d, %s", response.StatusCode, said.Error, test.status, test.want)
			}
			if allow := response.Header.Get("Allow"); (test.status == http.StatusMethodNotAllowed) != (allow == "GET") {
				t.Errorf("Allow = %q", allow)
			}
		})
	}
	if table.reads() != 0 {
		t.Errorf("the table was read %d times", table.reads())
	}
}

func TestATableThatFails(t *testing.T) {
	tests := map[string]struct {
		err    error
		status int
	}{
		"refuses":  {errors.New(`it said "no"`), http.StatusBadGateway},
		"is slow":  {fmt.Errorf("no answer in time: %w", context.DeadlineExceeded), http.StatusGatewayTimeout},
		"went off": {context.Canceled, http.StatusBadGateway},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			table := &fakeTable{read: func(context.Context, string) ([]byte, error) { return nil, test.err }}
			response, body := request(t, http.MethodGet, serve(t, table, &log)+"/1")
			var said struct{ Error string }
			if err := json.Unmarshal([]byte(body), &said); err != nil || said.Error != test.err.Error() {
				t.Errorf("body = %s", body)
			}
			if response.StatusCode != test.status || response.Header.Get("X-Cache") != "" {
				t.Errorf("status = %d, header = %v", response.StatusCode, response.Header)
			}
			if !strings.Contains(log.String(), "level=ERROR") {
				t.Errorf("log = %s", &log)
			}
		})
	}
}

func TestLargeItems(t *testing.T) {
	large := `{"x":"` + strings.Repeat("é", 200_000) + `"}`
	table := &fakeTable{read: func(context.Context, string) ([]byte, error) { return []byte(large), nil }}
	url := serve(t, table, io.Discard)
	for _, want := range []string{"miss", "hit"} {
		response, body := request(t, http.MethodGet, url+"/1")
		if body != large || response.ContentLength != int64(len(large)) || response.Header.Get("X-Cache") != want {
			t.Errorf("%d bytes of %d, %s", len(body), response.ContentLength, response.Header.Get("X-Cache"))
		}
	}
}
