package parameter

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/templates/internal/awsjson"
)

func config(t *testing.T, status int, answer string, seen *string) awsjson.Config {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*seen = r.Header.Get("X-Amz-Target") + " " + string(body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return awsjson.Config{
		Region:      "eu-central-1",
		Endpoint:    server.URL,
		Credentials: awsjson.StaticCredentials{AccessKeyID: "id", SecretAccessKey: "secret"},
		Retry:       awsjson.Retry{Attempts: 1, Timeout: time.Second},
	}
}

func TestFetch(t *testing.T) {
	values := map[string]struct{ json, want string }{
		"JSON":      {`"{\"a\": [1, 2]}\n"`, "{\"a\": [1, 2]}\n"},
		"non-ASCII": {`"gr\u00fc\u00df \ud83d\ude00 日本"`, "grüß 😀 日本"},
		"HTML":      {`"<&>"`, "<&>"},
		"empty":     {`""`, ""},
	}
	for name, test := range values {
		t.Run(name, func(t *testing.T) {
			var seen string
			got, err := Fetch(t.Context(), config(t, http.StatusOK, `{"Parameter":{"Value":`+test.json+`}}`, &seen), "/a/b")
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("value = %q, want %q", got, test.want)
			}
			if want := `AmazonSSM.GetParameter {"Name":"/a/b","WithDecryption":true}`; seen != want {
				t.Errorf("asked %s, want %s", seen, want)
			}
		})
	}
}

func TestFetchSaysWhatToDo(t *testing.T) {
	tests := map[string]struct {
		status       int
		answer, want string
	}{
		"no such parameter": {400, `{"__type":"ParameterNotFound"}`, "Create the parameter in eu-central-1, or correct PARAMETER_NAME"},
		"no such version":   {400, `{"__type":"ParameterVersionNotFound"}`, "Correct what follows the colon in PARAMETER_NAME"},
		"the parameter is not allowed": {
			400, `{"__type":"AccessDeniedException","Message":"is not authorized to perform: ssm:GetParameter on resource: x"}`,
			"Allow the function's role ssm:GetParameter on the parameter",
		},
		"its key is not allowed": {
			400, `{"__type":"AccessDeniedException","Message":"is not authorized to perform: kms:Decrypt on resource: x"}`,
			"Allow the function's role kms:Decrypt on the parameter's key",
		},
		"anything else": {400, `{"__type":"ExpiredTokenException","message":"expired"}`, "ExpiredTokenException: expired (HTTP status 400)"},
		"no value":      {200, `{"Parameter":{}}`, "the answer holds no value"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var seen string
			_, err := Fetch(t.Context(), config(t, test.status, test.answer, &seen), "/a/b")
			if err == nil || !strings.HasSuffix(err.Error(), test.want) {
				t.Errorf("error = %v, want …%s", err, test.want)
			}
		})
	}
}
