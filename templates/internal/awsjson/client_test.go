package awsjson

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

var testService = Service{ID: "SSM", Name: "ssm", Target: "AmazonSSM"}

var fast = Retry{Attempts: 4, Timeout: time.Second, Backoff: time.Millisecond}

func testConfig(endpoint string) Config {
	return Config{
		Region:      "eu-central-1",
		Endpoint:    endpoint,
		Credentials: StaticCredentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "very-secret", SessionToken: "a-token"},
		Retry:       fast,
	}
}

func testClient(endpoint string) *Client { return NewClient(testService, testConfig(endpoint)) }

// serve answers the n-th request with the n-th answer, the last one for ever, and counts.
func serve(t *testing.T, answers ...http.HandlerFunc) (string, *atomic.Int32) {
	t.Helper()
	var count atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(count.Add(1))
		answers[min(n, len(answers))-1](w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, &count
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func reset(w http.ResponseWriter, _ *http.Request) {
	connection, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	connection.(*net.TCPConn).SetLinger(0)
	connection.Close()
}

func TestCallIsSigned(t *testing.T) {
	var got *http.Request
	var body []byte
	url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		_, _ = io.WriteString(w, `{"Answer":"yes"}`)
	})
	var out struct{ Answer string }
	if err := testClient(url).Call(t.Context(), "GetParameter", map[string]string{"Name": "/ä"}, &out); err != nil {
		t.Fatal(err)
	}
	if out.Answer != "yes" {
		t.Errorf("answer = %q", out.Answer)
	}
	if got.Method != http.MethodPost || got.URL.Path != "/" || string(body) != `{"Name":"/ä"}` {
		t.Errorf("sent %s %s %s", got.Method, got.URL.Path, body)
	}
	for name, want := range map[string]string{
		"Content-Type":         "application/x-amz-json-1.1",
		"X-Amz-Target":         "AmazonSSM.GetParameter",
		"X-Amz-Security-Token": "a-token",
	} {
		if value := got.Header.Get(name); value != want {
			t.Errorf("%s = %q, want %q", name, value, want)
		}
	}
	authorization := regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\d{8}/eu-central-1/ssm/aws4_request, ` +
		`SignedHeaders=[a-z0-9;-]*x-amz-security-token;x-amz-target, Signature=[0-9a-f]{64}$`)
	if value := got.Header.Get("Authorization"); !authorization.MatchString(value) {
		t.Errorf("Authorization = %s", value)
	}
}

func TestCallTriesAgain(t *testing.T) {
	ok := answer(http.StatusOK, `{}`)
	tests := map[string]struct {
		first http.HandlerFunc
		calls int32
		err   string
	}{
		"throttled":               {answer(400, `{"__type":"ThrottlingException","message":"Rate exceeded"}`), 2, ""},
		"throttled with 429":      {answer(429, ``), 2, ""},
		"internal error":          {answer(500, `{"__type":"InternalServerError"}`), 2, ""},
		"a load balancer":         {answer(503, `<html>busy</html>`), 2, ""},
		"a proxy that has waited": {answer(408, ``), 2, ""},
		"connection reset":        {reset, 2, ""},
		"connection cut short":    {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "100") }, 2, ""},
		"access denied":           {answer(400, `{"__type":"AccessDeniedException","Message":"not you"}`), 1, "GetParameter: AccessDeniedException: not you (HTTP status 400)"},
		"a redirect":              {answer(307, ``), 1, "GetParameter: HTTP status 307, which is not how AWS refuses"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			url, calls := serve(t, test.first, ok)
			err := testClient(url).Call(t.Context(), "GetParameter", struct{}{}, nil)
			if message := text(err); message != test.err {
				t.Errorf("error = %q, want %q", message, test.err)
			}
			if calls.Load() != test.calls {
				t.Errorf("calls = %d, want %d", calls.Load(), test.calls)
			}
		})
	}
}

func TestCallGivesUpAfterItsAttempts(t *testing.T) {
	url, calls := serve(t, answer(400, `{"__type":"ThrottlingException","message":"Rate exceeded"}`))
	err := testClient(url).Call(t.Context(), "GetParameter", struct{}{}, nil)
	want := "GetParameter: ThrottlingException: Rate exceeded (HTTP status 400), tried 4 times"
	if text(err) != want {
		t.Errorf("error = %v, want %s", err, want)
	}
	if calls.Load() != 4 {
		t.Errorf("calls = %d", calls.Load())
	}
	if _, ok := errors.AsType[*Error](err); !ok {
		t.Error("the refusal is not in the error's chain")
	}
}

func TestCallStopsWhereNoTimeIsLeft(t *testing.T) {
	url, calls := serve(t, answer(503, ``))
	client := testClient(url)
	client.config.Retry = Retry{Attempts: 9, Timeout: time.Second, Backoff: time.Hour}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	start := time.Now()
	err := client.Call(ctx, "GetParameter", struct{}{}, nil)
	if !strings.HasSuffix(text(err), "tried once") || calls.Load() != 1 || time.Since(start) > 10*time.Second {
		t.Errorf("error = %v after %d calls and %v", err, calls.Load(), time.Since(start))
	}
}

func TestAnAttemptTimesOut(t *testing.T) {
	slow := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	url, calls := serve(t, slow, answer(http.StatusOK, `{}`))
	client := testClient(url)
	client.config.Retry.Timeout = 50 * time.Millisecond
	if err := client.Call(t.Context(), "GetParameter", struct{}{}, nil); err != nil {
		t.Error(err)
	}
	if calls.Load() != 2 {
		t.Errorf("calls = %d, want 2", calls.Load())
	}

	url, _ = serve(t, slow)
	client = testClient(url)
	client.config.Retry = Retry{Attempts: 1, Timeout: 20 * time.Millisecond, Backoff: time.Millisecond}
	if err := client.Call(t.Context(), "GetParameter", struct{}{}, nil); !strings.Contains(text(err), "no answer in time") {
		t.Errorf("error = %v", err)
	}
}

func TestErrors(t *testing.T) {
	tests := map[string]struct {
		status int
		header string
		body   string
		want   string
	}{
		"a namespace before the code": {400, "", `{"__type":"com.amazonaws.ssm#ParameterNotFound"}`, "ParameterNotFound (HTTP status 400)"},
		"a URL behind it, in a header": {
			400, "ParameterNotFound:http://internal.example.com/coral/", `{"message":"gone"}`, "ParameterNotFound: gone (HTTP status 400)",
		},
		"no JSON": {403, "", `<secret>`, "HTTP status 403, which is not how AWS refuses"},
		"words that go on with the request": {
			400, "", `{"__type":"InvalidSignatureException","message":"It does not match.\n\nx-amz-security-token:a-token"}`,
			"InvalidSignatureException: It does not match. (HTTP status 400)",
		},
		"words with a line of their own": {
			400, "", `{"__type":"ValidationException","message":"No.\r[my-extension] INIT complete"}`, "ValidationException: No. (HTTP status 400)",
		},
		"long words": {
			400, "", `{"__type":"ValidationException","message":"` + strings.Repeat("é", 300) + `"}`,
			"ValidationException: " + strings.Repeat("é", 250) + "… (HTTP status 400)",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			url, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if test.header != "" {
					w.Header().Set("X-Amzn-Errortype", test.header)
				}
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			})
			err := testClient(url).Call(t.Context(), "GetParameter", struct{}{}, nil)
			if want := "GetParameter: " + test.want; text(err) != want {
				t.Errorf("error = %v, want %s", err, want)
			}
		})
	}
}

func TestAGarbageAnswerIsNotQuoted(t *testing.T) {
	url, calls := serve(t, answer(http.StatusOK, `{"Parameter":{"Value":"hunter2`))
	var out any
	err := testClient(url).Call(t.Context(), "GetParameter", struct{}{}, &out)
	if err == nil || strings.Contains(err.Error(), "hunter2") || calls.Load() != 1 {
		t.Errorf("error = %v after %d calls", err, calls.Load())
	}
}

func TestAnIncompleteConfigurationIsTold(t *testing.T) {
	tests := map[string]struct {
		config Config
		want   string
	}{
		"no region":      {Config{}, "AWS_REGION is not set"},
		"no scheme":      {testConfig("localhost:8000"), "the endpoint is no URL of HTTP. Correct AWS_ENDPOINT_URL, or the variable that begins so"},
		"no host":        {testConfig("https:///"), "the endpoint is no URL of HTTP. Correct AWS_ENDPOINT_URL, or the variable that begins so"},
		"another scheme": {testConfig("ftp://localhost"), "the endpoint is no URL of HTTP. Correct AWS_ENDPOINT_URL, or the variable that begins so"},
		"no URL":         {testConfig("http://us er:hunter2@%"), "the endpoint is no URL of HTTP. Correct AWS_ENDPOINT_URL, or the variable that begins so"},
		"no credentials": {Config{Region: "eu-west-1", Endpoint: "http://localhost"}, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"},
		"no keys":        {Config{Region: "eu-west-1", Endpoint: "http://localhost", Credentials: StaticCredentials{}}, "X: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if err := NewClient(testService, test.config).Call(t.Context(), "X", nil, nil); text(err) != test.want {
				t.Errorf("error = %v, want %s", err, test.want)
			}
		})
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
