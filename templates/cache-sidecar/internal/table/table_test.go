package table

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/templates/internal/awsjson"
)

// serve is a DynamoDB of one handler, and a table in it.
func serve(t *testing.T, handler http.HandlerFunc) *Table {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return tableAt(server.URL)
}

func tableAt(url string) *Table {
	return New(Config{
		Name:    "CacheSample",
		Key:     "id",
		Timeout: 2 * time.Second,
		AWS: awsjson.Config{
			Region:      "eu-central-1",
			Endpoint:    url,
			Credentials: awsjson.StaticCredentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "very-secret"},
		},
	})
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// silent answers when the caller is gone.
func silent(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

func TestRead(t *testing.T) {
	for _, key := range []string{"1", "grüß dich/日本 😀", `"\`, "NaN", strings.Repeat("x", 2048)} {
		var header http.Header
		var body []byte
		table := serve(t, func(w http.ResponseWriter, r *http.Request) {
			header = r.Header
			body, _ = io.ReadAll(r.Body)
			_, _ = io.WriteString(w, `{"Item":{"id":{"S":"1"},"fieldTwo":{"S":"b"},"fieldOne":{"S":"<a> & 日本"}}}`)
		})
		item, err := table.Read(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		if want := `{"fieldOne":"<a> & 日本","fieldTwo":"b","id":"1"}`; string(item) != want {
			t.Errorf("item = %s, want %s", item, want)
		}
		if header.Get("X-Amz-Target") != "DynamoDB_20120810.GetItem" || header.Get("Content-Type") != "application/x-amz-json-1.0" {
			t.Errorf("header = %v", header)
		}
		var sent map[string]any
		if err := json.Unmarshal(body, &sent); err != nil {
			t.Fatal(err)
		}
		keys, _ := sent["Key"].(map[string]any)
		id, _ := keys["id"].(map[string]any)
		if sent["TableName"] != "CacheSample" || id["S"] != key || len(id) != 1 || len(sent) != 2 {
			t.Errorf("sent %s", body)
		}
	}
}

func TestNoItem(t *testing.T) {
	item, err := serve(t, answer(http.StatusOK, `{}`)).Read(t.Context(), "1")
	if item != nil || err != nil {
		t.Errorf("item = %s, %v", item, err)
	}
}

func TestEveryType(t *testing.T) {
	tests := map[string]struct{ attribute, want string }{
		"S":                  {`{"S":"grüß\n\"dich\" </script>"}`, `"grüß\n\"dich\" </script>"`},
		"an empty S":         {`{"S":""}`, `""`},
		"N with 38 digits":   {`{"N":"12345678901234567890123456789012345678"}`, `12345678901234567890123456789012345678`},
		"N behind the point": {`{"N":"-0.10000000000000000000000000000000000001"}`, `-0.10000000000000000000000000000000000001`},
		"N with an exponent": {`{"N":"1E-130"}`, `1E-130`},
		"BOOL":               {`{"BOOL":false}`, `false`},
		"NULL":               {`{"NULL":true}`, `null`},
		"B":                  {`{"B":"AAH/"}`, `"AAH/"`},
		"L":                  {`{"L":[{"N":"1"},{"L":[]},{"M":{}},{"NULL":true}]}`, `[1,[],{},null]`},
		"M":                  {`{"M":{"b":{"BOOL":true},"a":{"S":"x"}}}`, `{"a":"x","b":true}`},
		"SS":                 {`{"SS":["b","a"]}`, `["b","a"]`},
		"NS":                 {`{"NS":["1","2.50"]}`, `[1,2.50]`},
		"BS":                 {`{"BS":["AA==","AQ=="]}`, `["AA==","AQ=="]`},
		"32 levels":          {strings.Repeat(`{"L":[`, 32) + strings.Repeat(`]}`, 32), strings.Repeat(`[`, 32) + strings.Repeat(`]`, 32)},
		"400 KB":             {`{"S":"` + strings.Repeat("é", 200_000) + `"}`, `"` + strings.Repeat("é", 200_000) + `"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			item, err := serve(t, answer(http.StatusOK, `{"Item":{"x":`+test.attribute+`}}`)).Read(t.Context(), "1")
			if err != nil {
				t.Fatal(err)
			}
			if want := `{"x":` + test.want + `}`; string(item) != want {
				t.Errorf("item = %.100s, want %.100s", item, want)
			}
		})
	}
}

func TestGarbage(t *testing.T) {
	for _, body := range []string{
		``, `<html>`, `[]`, `{"Item":7}`, `{"Item":{"id":"1"}}`, `{"Item":{"id":{}}}`, `{"Item":{"id":{"Q":"1"}}}`,
		`{"Item":{"id":{"S":"1","N":"1"}}}`, `{"Item":{"id":{"S":1}}}`, `{"Item":{"n":{"N":"NaN"}}}`, `{"Item":{"n":{"N":""}}}`,
		`{"Item":{"n":{"N":"1,5"}}}`, `{"Item":{"n":{"N":"0x1F"}}}`, `{"Item":{"n":{"NS":["1","Infinity"]}}}`, `{"Item":{"l":{"L":[{}]}}}`,
		`{"Item":{"m":{"M":{"x":{"N":"null"}}}}}`, `{"Item":{"n":{"N":"1"}}} trailing`,
	} {
		item, err := serve(t, answer(http.StatusOK, body)).Read(t.Context(), "1")
		if err == nil {
			t.Errorf("%s is taken for %s", body, item)
		}
	}
}

func TestRefusals(t *testing.T) {
	refuse := func(code, message string) http.HandlerFunc {
		return answer(http.StatusBadRequest, `{"__type":"com.amazonaws.dynamodb.v20120810#`+code+`","message":"`+message+`"}`)
	}
	tests := map[string]struct {
		dynamoDB http.HandlerFunc
		want     string
	}{
		"no such table": {refuse("ResourceNotFoundException", "gone"), "GetItem: ResourceNotFoundException: gone (HTTP status 400). Create the table in eu-central-1, or correct TABLE_NAME"},
		"another key":   {refuse("ValidationException", "no match"), "TABLE_KEY must be the table's whole key"},
		"access denied": {refuse("AccessDeniedException", "not you"), "Allow the function's role dynamodb:GetItem on the table"},
		"throttled":     {refuse("ProvisionedThroughputExceededException", "slow"), "slow (HTTP status 400), tried 4 times"},
		"broken":        {answer(http.StatusInternalServerError, ``), "HTTP status 500, which is not how AWS refuses, tried 4 times"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := serve(t, test.dynamoDB).Read(t.Context(), "1")
			if err == nil || !strings.HasPrefix(err.Error(), "read from table CacheSample: GetItem: ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want %s", err, test.want)
			}
			if errors.Is(err, context.DeadlineExceeded) {
				t.Error("it is taken for a time-out")
			}
		})
	}
}

func TestASlowTableIsGivenUp(t *testing.T) {
	t.Parallel()
	start := time.Now()
	_, err := serve(t, silent).Read(t.Context(), "1")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error = %v", err)
	}
	if passed := time.Since(start); passed > 5*time.Second {
		t.Errorf("it took %s", passed)
	}
}

func TestOneAttemptWithoutAnAnswerIsNotTheEnd(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	table := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			silent(w, r)
			return
		}
		answer(http.StatusOK, `{}`)(w, r)
	})
	if _, err := table.Read(t.Context(), "1"); err != nil || calls.Load() != 2 {
		t.Errorf("%v after %d calls", err, calls.Load())
	}
}

func TestATableThatCannotBeReached(t *testing.T) {
	_, err := tableAt("http://127.0.0.1:1").Read(t.Context(), "1")
	if err == nil || !strings.Contains(err.Error(), "connection refused, tried 4 times") {
		t.Errorf("error = %v", err)
	}
}

func TestReadsAreBounded(t *testing.T) {
	t.Parallel()
	table := serve(t, answer(http.StatusOK, `{}`))
	for range maxReads {
		table.turns <- struct{}{}
	}
	_, err := table.Read(t.Context(), "1")
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "32 reads are under way") {
		t.Errorf("error = %v", err)
	}
	<-table.turns
	if _, err := table.Read(t.Context(), "1"); err != nil {
		t.Error(err)
	}
	if len(table.turns) != maxReads-1 {
		t.Errorf("%d turns are taken, want %d", len(table.turns), maxReads-1)
	}
}
