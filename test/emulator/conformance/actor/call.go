// HTTP calls as a script writes them, right or wrong, and what came back.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

type call struct {
	// METHOD PATH
	Call    string
	Headers map[string]string
	Body    string
	// A body of so many bytes instead.
	Bytes    int
	Chunked  bool
	Trailers map[string]string
	// The connection ends in the middle of the body.
	Cut bool
	// Under which label it is reported; not at all without.
	As string
}

type facts struct {
	Variables map[string]string `json:"variables"`
	Arguments []string          `json:"arguments"`
	Folder    string            `json:"folder"`
	Group     bool              `json:"group"`
}

// What an actor saw, one line of its output.
type saw struct {
	By      string            `json:"by"`
	At      string            `json:"at"`
	Time    int64             `json:"time"`
	Status  int               `json:"status,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    *string           `json:"body,omitempty"`
	Took    int64             `json:"took,omitempty"`
	Error   string            `json:"error,omitempty"`
	Facts   *facts            `json:"facts,omitempty"`
	Events  []json.RawMessage `json:"events,omitempty"`
	Count   int               `json:"count,omitempty"`
	Method  string            `json:"method,omitempty"`
	Path    string            `json:"path,omitempty"`
}

const sign = "@@ "

func report(s saw) {
	s.By = name
	s.Time = time.Now().UnixMilli()
	var line bytes.Buffer
	line.WriteString(sign)
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	encoder.Encode(s)
	os.Stdout.Write(line.Bytes())
}

var client = &http.Client{}

func (c call) make() {
	started := time.Now()
	response, err := c.send()
	if err != nil {
		if c.As != "" {
			report(saw{At: c.As, Error: err.Error()})
		}
		if !c.Cut {
			// The platform is gone: a loop would run hot.
			time.Sleep(50 * time.Millisecond)
		}
		return
	}
	body, _ := io.ReadAll(response.Body)
	response.Body.Close()
	headers := map[string]string{}
	for key := range response.Header {
		headers[strings.ToLower(key)] = response.Header.Get(key)
	}
	c.learn(response, body)
	if c.As == "" {
		return
	}
	text := string(body)
	if len(text) > 1500 {
		text = text[:1500]
	}
	report(saw{At: c.As, Status: response.StatusCode, Headers: headers, Body: &text, Took: time.Since(started).Milliseconds()})
}

func (c call) send() (*http.Response, error) {
	method, path, _ := strings.Cut(fill(c.Call), " ")
	// A port is a number.
	content := []byte(fill(strings.ReplaceAll(c.Body, `"{port}"`, "{port}")))
	if c.Bytes > 0 {
		content = bytes.Repeat([]byte("x"), c.Bytes)
	}
	host := os.Getenv("AWS_LAMBDA_RUNTIME_API")
	if c.Cut {
		return nil, cutOff(host, method, path, content)
	}
	request, err := http.NewRequest(method, "http://"+host+path, bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	for key, value := range c.Headers {
		request.Header.Set(key, fill(value))
	}
	if c.Chunked || c.Trailers != nil {
		request.ContentLength = -1
		request.Trailer = http.Header{}
		for key, value := range c.Trailers {
			request.Trailer.Set(key, fill(value))
		}
	}
	return client.Do(request)
}

// cutOff declares twice as much as it sends.
func cutOff(host, method, path string, content []byte) error {
	connection, err := net.Dial("tcp", host)
	if err != nil {
		return err
	}
	defer connection.Close()
	fmt.Fprintf(connection, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n%s", method, path, host, 2*len(content)+2, content)
	time.Sleep(20 * time.Millisecond)
	return fmt.Errorf("cut off")
}

// learn keeps what later steps refer to.
func (c call) learn(response *http.Response, body []byte) {
	if id := response.Header.Get("Lambda-Runtime-Aws-Request-Id"); id != "" {
		remember("id", id)
		remember("payload", string(body))
	}
	if identifier := response.Header.Get("Lambda-Extension-Identifier"); identifier != "" {
		remember("identifier", identifier)
	}
	if strings.HasSuffix(c.Call, "/extension/event/next") {
		var event struct{ EventType string }
		json.Unmarshal(body, &event)
		remember("event", event.EventType)
	}
}
