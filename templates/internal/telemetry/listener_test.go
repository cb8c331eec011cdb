package telemetry

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/templates/internal/extension"
)

const testID = "3a5e2f10-6f0b-4a1b-9d53-0a7f4d1c9e01"

// request is a subscription as it came.
type request struct {
	method, path, id, body string
}

// lambda answers subscriptions with the status and the body, and gives back what was asked.
func lambda(t *testing.T, status int, body string) (runtimeAPI string, seen *[]request) {
	t.Helper()
	seen = &[]request{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		*seen = append(*seen, request{r.Method, r.URL.Path, r.Header.Get(headerID), string(sent)})
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://"), seen
}

// start subscribes and gives back where to deliver, from this machine.
func start(t *testing.T, handle func([]Event)) (*Listener, string) {
	t.Helper()
	api, seen := lambda(t, http.StatusOK, `"OK"`)
	l, err := Subscribe(t.Context(), Options{RuntimeAPI: api, ExtensionID: testID, API: Telemetry, Types: []string{Platform}, Handle: handle})
	if err != nil {
		t.Fatal(err)
	}
	return l, destination(t, (*seen)[0].body)
}

// destination is the address in a subscription; its host is known to Lambda alone.
func destination(t *testing.T, subscription string) string {
	t.Helper()
	var body struct{ Destination struct{ URI string } }
	if err := json.Unmarshal([]byte(subscription), &body); err != nil {
		t.Fatal(err)
	}
	uri, err := url.Parse(body.Destination.URI)
	if err != nil || uri.Hostname() != "sandbox.localdomain" {
		t.Fatalf("URI = %q, %v", body.Destination.URI, err)
	}
	return "http://127.0.0.1:" + uri.Port() + uri.Path
}

func deliver(t *testing.T, to, body string) int {
	t.Helper()
	response, err := http.Post(to, "application/json", strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0
	}
	defer response.Body.Close()
	return response.StatusCode
}

func TestSubscribe(t *testing.T) {
	tests := map[string]struct {
		api          API
		path, schema string
	}{
		"Telemetry API": {Telemetry, "/2022-07-01/telemetry", "2022-12-13"},
		"Logs API":      {Logs, "/2020-08-15/logs", "2021-03-18"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			runtimeAPI, seen := lambda(t, http.StatusOK, `"OK"`)
			l, err := Subscribe(t.Context(), Options{
				RuntimeAPI: runtimeAPI, ExtensionID: testID, API: test.api, Types: []string{Platform, Function}, Handle: func([]Event) {},
			})
			if err != nil {
				t.Fatal(err)
			}
			l.Drain(t.Context(), time.Now())
			sent := (*seen)[0]
			if sent.method != http.MethodPut || sent.path != test.path || sent.id != testID {
				t.Errorf("sent %+v", sent)
			}
			address := destination(t, sent.body)
			port := address[strings.LastIndex(address, ":"):]
			want := `{"schemaVersion":"` + test.schema + `","types":["platform","function"],"destination":{"protocol":"HTTP","URI":"http://sandbox.localdomain` + port + `"}}`
			if sent.body != want {
				t.Errorf("body = %s, want %s", sent.body, want)
			}
		})
	}
}

func TestSubscribeRefused(t *testing.T) {
	tests := map[string]struct {
		status     int
		body, want string
	}{
		"too late": {
			403, `{"errorType":"Telemetry.SubscriptionClosed","errorMessage":"closed already"}`,
			"subscribe to telemetry: Telemetry.SubscriptionClosed: closed already (HTTP status 403)",
		},
		"without words": {500, "", "subscribe to telemetry: HTTP status 500"},
		"no such API": {
			202, `{"errorType":"Telemetry.NotSupported","errorMessage":"Telemetry API is not supported"}`,
			"subscribe to telemetry: this environment has no Telemetry API",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			api, seen := lambda(t, test.status, test.body)
			_, err := Subscribe(t.Context(), Options{RuntimeAPI: api, API: Telemetry, Types: []string{Platform}})
			if err == nil || err.Error() != test.want {
				t.Errorf("error = %v, want %s", err, test.want)
			}
			if refused, ok := errors.AsType[*extension.Error](err); ok != (test.status != 202) || ok && refused.Status != test.status {
				t.Errorf("error = %#v", refused)
			}
			if errors.Is(err, ErrNotSupported) != (test.status == 202) {
				t.Errorf("error = %#v", err)
			}
			if _, err := http.Post(destination(t, (*seen)[0].body), "", nil); err == nil {
				t.Error("it still listens")
			}
		})
	}
}

func TestSubscribeWithoutAnAPI(t *testing.T) {
	if _, err := Subscribe(t.Context(), Options{RuntimeAPI: "127.0.0.1:1", API: Logs}); err == nil {
		t.Error("no error")
	}
}

func TestBatchesComeInOrderAndWhole(t *testing.T) {
	var got []string
	l, to := start(t, func(events []Event) {
		var types []string
		for _, event := range events {
			types = append(types, event.Type+" "+event.Text())
		}
		got = append(got, strings.Join(types, ", "))
	})
	bodies := []string{
		`[{"time":"2026-11-21T08:00:00.123Z","type":"platform.start","record":{"requestId":"r-1"}},{"time":"2026-11-21T08:00:00.124Z","type":"function","record":"grüß\n"}]`,
		`[]`,
		`[{"time":"2026-11-21T08:00:01Z","type":"platform.somethingNew","record":{}}]`,
	}
	for _, body := range bodies {
		if status := deliver(t, to, body); status != http.StatusOK {
			t.Errorf("%s was answered with %d", body, status)
		}
	}
	l.Drain(t.Context(), time.Now().Add(2*margin))
	want := []string{`platform.start {"requestId":"r-1"}, function grüß` + "\n", "", "platform.somethingNew {}"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWhatIsNoBatchIsRefused(t *testing.T) {
	l, to := start(t, func(events []Event) { t.Errorf("handled %v", events) })
	for _, body := range []string{"", "{}", `[{"time":"yesterday"}]`, `["` + strings.Repeat("x", maxBatch) + `"]`} {
		if status := deliver(t, to, body); status != http.StatusBadRequest {
			t.Errorf("%.20s was answered with %d", body, status)
		}
	}
	l.Drain(t.Context(), time.Now())
}

// A callback that is slow holds deliveries up; it is never given two at once, and nothing that was taken is lost.
func TestASlowCallback(t *testing.T) {
	var handled []string
	begin := make(chan struct{})
	l, to := start(t, func(events []Event) {
		<-begin
		handled = append(handled, events[0].Text())
	})
	var senders sync.WaitGroup
	statuses := make([]int, maxWaiting+5)
	for n := range statuses {
		senders.Go(func() {
			statuses[n] = deliver(t, to, fmt.Sprintf(`[{"time":"2026-11-21T08:00:00Z","type":"function","record":"%d"}]`, n))
		})
	}
	close(begin)
	senders.Wait()
	l.Drain(t.Context(), time.Now().Add(2*margin))
	if len(handled) != len(statuses) || slices.Max(statuses) != http.StatusOK {
		t.Errorf("handled %d of %d, statuses %v", len(handled), len(statuses), statuses)
	}
}

// The report of the last invocation may come after SHUTDOWN: the listener is there until just before the deadline, and no longer.
func TestDrainWaitsForWhatIsLate(t *testing.T) {
	var got []string
	l, to := start(t, func(events []Event) { got = append(got, events[0].Type) })
	deadline := time.Now().Add(margin + time.Second)
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		l.Drain(t.Context(), deadline)
	}()
	time.Sleep(100 * time.Millisecond)
	if status := deliver(t, to, `[{"time":"2026-11-21T08:00:00Z","type":"platform.report","record":{}}]`); status != http.StatusOK {
		t.Errorf("status = %d", status)
	}
	<-drained
	if !slices.Equal(got, []string{"platform.report"}) {
		t.Errorf("got %v", got)
	}
	if early := time.Until(deadline); early > margin {
		t.Errorf("drained %v before the deadline", early)
	}
	if _, err := http.Post(to, "", nil); err == nil {
		t.Error("it still listens")
	}
}

func TestDrainGivesUpACallbackAtTheDeadline(t *testing.T) {
	forever := make(chan struct{})
	t.Cleanup(func() { close(forever) })
	l, to := start(t, func([]Event) { <-forever })
	for range maxWaiting + 1 {
		deliver(t, to, `[{"time":"2026-11-21T08:00:00Z","type":"function","record":"x"}]`)
	}
	refused := make(chan int)
	go func() { refused <- deliver(t, to, `[]`) }() // the queue is full: it waits
	deadline := time.Now().Add(margin + 100*time.Millisecond)
	l.Drain(t.Context(), deadline)
	if late := time.Since(deadline); late < 0 || late > time.Second {
		t.Errorf("drained %v after the deadline", late)
	}
	if status := <-refused; status != http.StatusServiceUnavailable {
		t.Errorf("what nobody took was answered with %d", status)
	}
}

func TestReport(t *testing.T) {
	event := Event{Type: "platform.report", Record: json.RawMessage(
		`{"requestId":"r-1","status":"success","metrics":{"durationMs":2.46,"billedDurationMs":417,"memorySizeMB":1024,"maxMemoryUsedMB":95,"initDurationMs":413.61}}`)}
	report, err := event.Report()
	if err != nil {
		t.Fatal(err)
	}
	m := report.Metrics
	if report.RequestID != "r-1" || m.DurationMs != 2.46 || m.BilledDurationMs != 417 || m.MemorySizeMB != 1024 || m.MaxMemoryUsedMB != 95 || m.InitDurationMs != 413.61 {
		t.Errorf("report = %+v", report)
	}
	event.Record = json.RawMessage(`"text"`)
	if _, err := event.Report(); err == nil || !strings.HasPrefix(err.Error(), "read the record of platform.report: ") {
		t.Errorf("error = %v", err)
	}
}
