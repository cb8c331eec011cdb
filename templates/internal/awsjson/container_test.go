package awsjson

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

func containerEnv(url string, more map[string]string) func(string) string {
	return func(name string) string {
		switch name {
		case "AWS_REGION":
			return "eu-central-1"
		case "AWS_CONTAINER_CREDENTIALS_FULL_URI":
			return url
		}
		return more[name]
	}
}

// issueKeys answers with keys that are numbered by the request and live for so long.
func issueKeys(life time.Duration) http.HandlerFunc {
	var mu sync.Mutex
	var count int
	return func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		count++
		_, _ = fmt.Fprintf(w, `{"AccessKeyId":"ASIA%d","SecretAccessKey":"very-secret","Token":"a-session","Expiration":%q}`,
			count, time.Now().Add(life).UTC().Format(time.RFC3339))
	}
}

func TestCredentialsOfTheContainer(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("from-a-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		env  map[string]string
		want string
	}{
		"a token":         {map[string]string{"AWS_CONTAINER_AUTHORIZATION_TOKEN": "a-token"}, "a-token"},
		"a token's file":  {map[string]string{"AWS_CONTAINER_AUTHORIZATION_TOKEN": "a-token", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": file}, "from-a-file"},
		"without a token": {nil, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			keys := issueKeys(time.Hour)
			var authorization, path string
			url, calls := serve(t, func(w http.ResponseWriter, r *http.Request) {
				authorization, path = r.Header.Get("Authorization"), r.URL.Path
				keys(w, r)
			})
			provider := ConfigFromEnv(testService, containerEnv(url+"/2021-04-23/credentials", test.env)).Credentials
			for range 2 { // the second time from memory
				got, err := provider.Retrieve(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if got.AccessKeyID != "ASIA1" || got.SecretAccessKey != "very-secret" || got.SessionToken != "a-session" {
					t.Errorf("keys of %s", got.AccessKeyID)
				}
			}
			if authorization != test.want || path != "/2021-04-23/credentials" || calls.Load() != 1 {
				t.Errorf("asked %d times for %s with %q, want once with %q", calls.Load(), path, authorization, test.want)
			}
		})
	}
}

func TestCredentialsAreRenewedBeforeTheyExpire(t *testing.T) {
	url, calls := serve(t, issueKeys(containerWindow-time.Minute))
	provider := ConfigFromEnv(testService, containerEnv(url, nil)).Credentials
	for want := range 2 {
		got, err := provider.Retrieve(t.Context())
		if err != nil || got.AccessKeyID != fmt.Sprintf("ASIA%d", want+1) {
			t.Errorf("keys of %s, %v", got.AccessKeyID, err)
		}
	}
	if calls.Load() != 2 {
		t.Errorf("asked %d times, want 2", calls.Load())
	}
}

func TestCallsAtOnceAskForCredentialsOnce(t *testing.T) {
	asked := make(chan struct{})
	keys := issueKeys(time.Hour)
	credentials, count := serve(t, func(w http.ResponseWriter, r *http.Request) {
		<-asked
		keys(w, r)
	})
	service, calls := serve(t, answer(http.StatusOK, "{}"))
	client := NewClient(testService, ConfigFromEnv(testService, containerEnv(credentials, map[string]string{"AWS_ENDPOINT_URL": service})))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := client.Call(t.Context(), "GetItem", struct{}{}, nil); err != nil {
				t.Error(err)
			}
		})
	}
	close(asked)
	all.Wait()
	if count.Load() != 1 || calls.Load() != 4 {
		t.Errorf("%d requests for credentials and %d calls", count.Load(), calls.Load())
	}
}

func TestKeysInVariablesCountBeforeTheContainer(t *testing.T) {
	url, calls := serve(t, issueKeys(time.Hour))
	keys := map[string]string{"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "very-secret"}
	got, err := ConfigFromEnv(testService, containerEnv(url, keys)).Credentials.Retrieve(t.Context())
	if err != nil || got.AccessKeyID != "AKIDEXAMPLE" || calls.Load() != 0 {
		t.Errorf("keys of %s, %v, asked %d times", got.AccessKeyID, err, calls.Load())
	}
}

func TestACallTriesAgainWhereCredentialsFail(t *testing.T) {
	credentials, asked := serve(t, answer(http.StatusServiceUnavailable, ""), reset, issueKeys(time.Hour))
	service, calls := serve(t, answer(http.StatusOK, "{}"))
	config := ConfigFromEnv(testService, containerEnv(credentials, map[string]string{"AWS_ENDPOINT_URL": service}))
	config.Retry = fast
	if err := NewClient(testService, config).Call(t.Context(), "GetItem", struct{}{}, nil); err != nil {
		t.Fatal(err)
	}
	if asked.Load() != 3 || calls.Load() != 1 {
		t.Errorf("%d requests for credentials and %d calls, want 3 and 1", asked.Load(), calls.Load())
	}
}

func TestCredentialsThatCannotBeHad(t *testing.T) {
	tests := map[string]struct {
		handler http.HandlerFunc
		env     map[string]string
		want    string
	}{
		"refused":      {answer(http.StatusForbidden, `{"message":"a-token"}`), nil, "HTTP status 403"},
		"garbage":      {answer(http.StatusOK, `{"AccessKeyId":"ASIA1","SecretAccessKey":"very-sec`), nil, "the answer holds none"},
		"no secret":    {answer(http.StatusOK, `{"AccessKeyId":"ASIA1"}`), nil, "the answer holds none"},
		"no file":      {nil, map[string]string{"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/nowhere"}, "read AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: open /nowhere"},
		"a wild token": {nil, map[string]string{"AWS_CONTAINER_AUTHORIZATION_TOKEN": "a-token\r\nX: y"}, "the authorization token has more than one line"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			url, calls := serve(t, test.handler)
			env := map[string]string{"AWS_CONTAINER_AUTHORIZATION_TOKEN": "a-token"}
			for name, value := range test.env {
				env[name] = value
			}
			client := NewClient(testService, ConfigFromEnv(testService, containerEnv(url, env)))
			err := client.Call(t.Context(), "GetItem", struct{}{}, nil)
			if message := text(err); !strings.Contains(message, "ask "+url+" for credentials: ") || !strings.Contains(message, test.want) {
				t.Errorf("error = %v, want …%s…", err, test.want)
			}
			for _, secret := range []string{"a-token", "very-sec"} {
				if strings.Contains(text(err), secret) {
					t.Errorf("a secret in the error: %v", err)
				}
			}
			if calls.Load() > 1 {
				t.Errorf("asked %d times", calls.Load())
			}
		})
	}
}

func TestWhoMayKnowTheToken(t *testing.T) {
	tests := map[string]bool{
		"http://127.0.0.1:9001/2021-04-23/credentials": true,
		"http://localhost:9001":                        true,
		"http://[::1]:80/a":                            true,
		"http://169.254.170.2/a":                       true,
		"http://169.254.170.23/a":                      true,
		"http://[fd00:ec2::23]/a":                      true,
		"https://example.com/a":                        true,
		"http://example.com/a":                         false,
		"http://169.254.169.254/a":                     false,
		"http://192.0.2.1/a":                           false,
		"http://127.0.0.1.example.com/a":               false,
		"ftp://127.0.0.1/a":                            false,
		"127.0.0.1":                                    false,
	}
	for url, want := range tests {
		t.Run(url, func(t *testing.T) {
			request, err := http.NewRequest(http.MethodGet, url, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := mayKnowToken(request.URL); got != want {
				t.Errorf("may know it: %v, want %v", got, want)
			}
		})
	}
}

func TestAnEndpointThatMayNotKnowTheToken(t *testing.T) {
	provider := newContainerCredentials("http://192.0.2.1/a", "a-token", "")
	_, err := provider.Retrieve(t.Context())
	if !strings.Contains(text(err), "must begin with https:// or name this machine") || strings.Contains(text(err), "a-token") {
		t.Errorf("error = %v", err)
	}
}

func TestAnEndpointThatDoesNotAnswer(t *testing.T) {
	url, _ := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	var provider aws.CredentialsProvider = newContainerCredentials(url, "", "")
	if _, err := provider.Retrieve(ctx); err == nil {
		t.Error("no error")
	}
}
