package extension

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

const testID = "3a5e2f10-6f0b-4a1b-9d53-0a7f4d1c9e01"

// request is what a handler saw.
type request struct {
	method string
	path   string
	header http.Header
	body   string
}

// serve answers every request with the status, the headers and the body, and gives back what was asked.
func serve(t *testing.T, status int, header map[string]string, body string) (*Client, *[]request) {
	t.Helper()
	var seen []request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		seen = append(seen, request{r.Method, r.URL.Path, r.Header, string(sent)})
		for name, value := range header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	client := NewClient(strings.TrimPrefix(server.URL, "http://"), "my-extension")
	client.id = testID
	return client, &seen
}

func TestRegister(t *testing.T) {
	client, seen := serve(t, http.StatusOK, map[string]string{headerID: testID},
		`{"functionName":"orders","functionVersion":"$LATEST","handler":"index.handler"}`)
	client.id = ""

	got, err := client.Register(t.Context(), Invoke, Shutdown)
	if err != nil {
		t.Fatal(err)
	}
	want := Registration{ID: testID, FunctionName: "orders", FunctionVersion: "$LATEST", Handler: "index.handler"}
	if got != want {
		t.Errorf("registration = %+v, want %+v", got, want)
	}
	if client.id != testID {
		t.Errorf("the client remembers %q, want %q", client.id, testID)
	}
	sent := (*seen)[0]
	if sent.method != http.MethodPost || sent.path != "/2020-01-01/extension/register" {
		t.Errorf("sent %s %s", sent.method, sent.path)
	}
	if name := sent.header.Get(headerName); name != "my-extension" {
		t.Errorf("%s = %q", headerName, name)
	}
	if sent.body != `{"events":["INVOKE","SHUTDOWN"]}` {
		t.Errorf("body = %s", sent.body)
	}
}

func TestRegisterForNothingSendsAnEmptyList(t *testing.T) {
	client, seen := serve(t, http.StatusOK, map[string]string{headerID: testID}, `{}`)
	if _, err := client.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	if body := (*seen)[0].body; body != `{"events":[]}` {
		t.Errorf("body = %s", body)
	}
}

func TestRegisterRefused(t *testing.T) {
	tests := map[string]struct {
		status int
		body   string
		want   string
	}{
		"by the API": {
			http.StatusForbidden,
			`{"errorType":"Extension.InvalidEventType","errorMessage":"BOGUS: ErrorInvalidEventType"}`,
			"register extension my-extension: Extension.InvalidEventType: BOGUS: ErrorInvalidEventType (HTTP status 403)",
		},
		"without words":     {http.StatusNotFound, "", "register extension my-extension: HTTP status 404"},
		"with no JSON":      {http.StatusOK, "<html>", "register extension my-extension: the answer is not the JSON that the Extensions API promises"},
		"with no ID header": {http.StatusOK, "{}", "register extension my-extension: the answer has no Lambda-Extension-Identifier header"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			client, _ := serve(t, test.status, nil, test.body)
			_, err := client.Register(t.Context(), Shutdown)
			if err == nil || err.Error() != test.want {
				t.Errorf("error = %v, want %s", err, test.want)
			}
		})
	}
}

func TestNext(t *testing.T) {
	tests := map[string]struct {
		body string
		want Event
	}{
		"INVOKE": {
			`{"eventType":"INVOKE","deadlineMs":1700000003000,"requestId":"r-1","invokedFunctionArn":"arn:aws:lambda:eu-west-1:123456789012:function:orders","tracing":{"type":"X-Amzn-Trace-Id","value":"Root=1"}}`,
			Event{Type: Invoke, DeadlineMs: 1700000003000, RequestID: "r-1", InvokedFunctionARN: "arn:aws:lambda:eu-west-1:123456789012:function:orders"},
		},
		"SHUTDOWN": {
			`{"eventType":"SHUTDOWN","deadlineMs":1700000002000,"shutdownReason":"spindown"}`,
			Event{Type: Shutdown, DeadlineMs: 1700000002000, ShutdownReason: "spindown"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			client, seen := serve(t, http.StatusOK, nil, test.body)
			got, err := client.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("event = %+v, want %+v", got, test.want)
			}
			if !got.Deadline().Equal(time.UnixMilli(test.want.DeadlineMs)) {
				t.Errorf("deadline = %v", got.Deadline())
			}
			sent := (*seen)[0]
			if sent.method != http.MethodGet || sent.path != "/2020-01-01/extension/event/next" || sent.header.Get(headerID) != testID {
				t.Errorf("sent %s %s with ID %q", sent.method, sent.path, sent.header.Get(headerID))
			}
		})
	}
}

func TestNextRefusedIsAnError(t *testing.T) {
	client, _ := serve(t, http.StatusForbidden, nil, `{"errorType":"Extension.UnknownExtensionIdentifier","errorMessage":"Unknown extension"}`)
	_, err := client.Next(t.Context())
	refused, ok := errors.AsType[*Error](err)
	if !ok || refused.Status != http.StatusForbidden || refused.Type != "Extension.UnknownExtensionIdentifier" {
		t.Errorf("error = %#v", err)
	}
}

func TestReports(t *testing.T) {
	tests := map[string]struct {
		path   string
		report func(*Client) error
	}{
		"init": {"/2020-01-01/extension/init/error", func(c *Client) error {
			return c.InitError(t.Context(), "Extension.ConfigInvalid", errors.New("no \"port\""))
		}},
		"exit": {"/2020-01-01/extension/exit/error", func(c *Client) error {
			return c.ExitError(t.Context(), "Extension.ConfigInvalid", errors.New("no \"port\""))
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			client, seen := serve(t, http.StatusAccepted, nil, `{"status":"OK"}`)
			if err := test.report(client); err != nil {
				t.Fatal(err)
			}
			sent := (*seen)[0]
			if sent.path != test.path || sent.header.Get(headerID) != testID || sent.header.Get(headerErrorType) != "Extension.ConfigInvalid" {
				t.Errorf("sent %s with headers %v", sent.path, sent.header)
			}
			var body map[string]any
			if err := json.Unmarshal([]byte(sent.body), &body); err != nil {
				t.Fatal(err)
			}
			if body["errorMessage"] != `no "port"` || body["errorType"] != "Extension.ConfigInvalid" {
				t.Errorf("body = %s", sent.body)
			}
		})
	}
}

func TestReportRefused(t *testing.T) {
	client, _ := serve(t, http.StatusForbidden, nil, `{"errorType":"Extension.InvalidExtensionState","errorMessage":"not allowed"}`)
	err := client.InitError(t.Context(), "Extension.ConfigInvalid", errors.New("broken"))
	if err == nil || !strings.HasPrefix(err.Error(), "report Extension.ConfigInvalid: Extension.InvalidExtensionState") {
		t.Errorf("error = %v", err)
	}
}

// A proxy that a function has set is for the world outside; the Extensions API has a link-local address that HTTP_PROXY would catch.
func TestProxiesAreIgnored(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("http_proxy", "http://127.0.0.1:1")
	t.Setenv("NO_PROXY", "")
	client, seen := serve(t, http.StatusOK, nil, `{"eventType":"INVOKE"}`)
	if _, err := client.Next(t.Context()); err != nil || len(*seen) != 1 {
		t.Errorf("error = %v, seen %d", err, len(*seen))
	}
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	var addresses []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		addresses = append(addresses, r.RemoteAddr)
		_, _ = io.WriteString(w, `{"eventType":"INVOKE"}`)
	}))
	t.Cleanup(server.Close)
	client := NewClient(strings.TrimPrefix(server.URL, "http://"), "my-extension")
	for range 3 {
		if _, err := client.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(slices.Compact(addresses)) != 1 {
		t.Errorf("connections = %v, want one", addresses)
	}
}
