package proxy

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

const (
	nextLine     = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n"
	responseLine = "POST /2018-06-01/runtime/invocation/7/response HTTP/1.1\r\n"
	errorLine    = "POST /2018-06-01/runtime/invocation/7/error HTTP/1.1\r\n"
	eventHead    = "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: 7\r\n"
	host         = "Host: x\r\n"
)

func TestOnEvent(t *testing.T) {
	tests := map[string]struct {
		hook      Hook
		got, want string
	}{
		"a header more": {
			Hook{Run: func(m *Message) error { m.Header.Set("X-Trace", "1-"+m.RequestID); return nil }},
			eventHead + "Content-Length: 2\r\n\r\n{}",
			eventHead + "Content-Length: 2\r\nX-Trace: 1-7\r\n\r\n{}",
		},
		"a header changed": {
			Hook{Run: func(m *Message) error { m.Header.Set("x-a", "new\r\nX-Evil: 1"); return nil }},
			eventHead + "X-A: 1\r\nContent-Length: 2\r\nX-a: 2\r\n\r\n{}",
			eventHead + "x-a: new  X-Evil: 1\r\nContent-Length: 2\r\n\r\n{}",
		},
		"a header less": {
			Hook{Run: func(m *Message) error { m.Header.Del("x-a"); return nil }},
			eventHead + "X-A: 1\r\nContent-Length: 2\r\nX-a: 2\r\n\r\n{}",
			eventHead + "Content-Length: 2\r\n\r\n{}",
		},
		"another body": {
			Hook{WholeBody: true, Run: func(m *Message) error { m.Body = fmt.Appendf(nil, "<%s>", m.Body); return nil }},
			eventHead + "Content-Length: 2\r\n\r\n{}",
			eventHead + "Content-Length: 4\r\n\r\n<{}>",
		},
		"another body in chunks": {
			Hook{WholeBody: true, Run: func(m *Message) error { m.Body = fmt.Appendf(nil, "<%s>", m.Body); return nil }},
			eventHead + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;x\r\n}\r\n0\r\nA: b\r\n\r\n",
			eventHead + "Transfer-Encoding: chunked\r\n\r\n4\r\n<{}>\r\n0\r\nA: b\r\n\r\n",
		},
		"no body": {
			Hook{WholeBody: true, Run: func(m *Message) error { m.Body = nil; return nil }},
			eventHead + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
			eventHead + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		},
		"not an event": {
			Hook{Run: func(*Message) error { return errors.New("called") }},
			"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\n{}",
			"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\n{}",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, Hooks{OnEvent: test.hook})
			runtime, api := w.connect()
			for range 2 {
				runtime.send(nextLine + host + "\r\n")
				api.expect(nextLine + w.host() + "\r\n")
				api.send(test.got)
				runtime.expect(test.want)
			}
		})
	}
}

func TestOnResponse(t *testing.T) {
	tests := map[string]struct {
		hook      Hook
		got, want string
	}{
		"a header more": {
			Hook{Run: func(m *Message) error { m.Header.Set("X-Id", m.RequestID); return nil }},
			responseLine + "Host: x\r\nContent-Length: 2\r\n\r\n{}",
			responseLine + "HOSTContent-Length: 2\r\nX-Id: 7\r\n\r\n{}",
		},
		"another body": {
			Hook{WholeBody: true, Run: func(m *Message) error { m.Body = []byte(strings.ToUpper(string(m.Body))); return nil }},
			responseLine + "Host: x\r\nContent-Length: 3\r\n\r\n\"a\"",
			responseLine + "HOSTContent-Length: 3\r\n\r\n\"A\"",
		},
		"a body with trailers, as aws-lambda-go sends it": {
			Hook{WholeBody: true, Run: func(m *Message) error { m.Body = []byte(`"longer"`); return nil }},
			responseLine + "Host: x\r\nTransfer-Encoding: chunked\r\nTrailer: A\r\n\r\n3\r\n\"a\"\r\n0\r\nA: 1\r\n\r\n",
			responseLine + "HOSTTransfer-Encoding: chunked\r\nTrailer: A\r\n\r\n8\r\n\"longer\"\r\n0\r\nA: 1\r\n\r\n",
		},
		"an error": {
			Hook{Run: func(m *Message) error { m.Header.Set("X-Error", fmt.Sprint(m.IsError)); return nil }},
			errorLine + "Host: x\r\nContent-Length: 2\r\n\r\n{}",
			errorLine + "HOSTContent-Length: 2\r\nX-Error: true\r\n\r\n{}",
		},
		"no response": {
			Hook{Run: func(*Message) error { return errors.New("called") }},
			"POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
			"POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHOSTContent-Length: 2\r\n\r\n{}",
		},
		"refused": {
			Hook{Run: func(*Message) error { return errors.New(`no "secrets"`) }},
			responseLine + "Host: x\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\n{}",
			errorLine + "HOSTContent-Length: 71\r\nContent-Type: application/json\r\nLambda-Runtime-Function-Error-Type: Function.RefusedByProxy\r\n\r\n" +
				`{"errorMessage":"no \"secrets\"","errorType":"Function.RefusedByProxy"}`,
		},
		"refused in the middle of a stream": {
			Hook{Run: func(*Message) error { return errors.New("no") }},
			responseLine + "Host: x\r\nLambda-Runtime-Function-Response-Mode: streaming\r\nTrailer: A\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nA: 1\r\n\r\n",
			errorLine + "HOSTContent-Type: application/json\r\nContent-Length: 59\r\nLambda-Runtime-Function-Error-Type: Function.RefusedByProxy\r\n\r\n" +
				`{"errorMessage":"no","errorType":"Function.RefusedByProxy"}`,
		},
		"too large to be seen": {
			Hook{WholeBody: true, Run: func(*Message) error { return nil }},
			responseLine + "Host: x\r\nContent-Length: 8388609\r\n\r\n" + strings.Repeat("x", maxWhole+1),
			errorLine + "HOSTContent-Length: 97\r\nContent-Type: application/json\r\nLambda-Runtime-Function-Error-Type: Function.RefusedByProxy\r\n\r\n" +
				`{"errorMessage":"too large for a hook that wants it whole","errorType":"Function.RefusedByProxy"}`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, Hooks{OnResponse: test.hook})
			runtime, api := w.connect()
			for range 2 {
				go func() { _, _ = runtime.Write([]byte(test.got)) }()
				api.expect(strings.Replace(test.want, "HOST", w.host(), 1))
				api.send("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
				runtime.expect("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
			}
		})
	}
}

// A hook that does not ask for bodies sees the header before the body has come, and holds nothing back.
func TestHooksLeaveStreamsAlone(t *testing.T) {
	see := Hook{Run: func(m *Message) error {
		if m.Body != nil {
			return errors.New("has a body")
		}
		return nil
	}}
	w := newWorld(t, Hooks{OnEvent: see, OnResponse: see})
	runtime, api := w.connect()
	head := responseLine + "Transfer-Encoding: chunked\r\n\r\n"
	runtime.send(strings.Replace(head, "\r\n", "\r\n"+host, 1))
	api.expect(strings.Replace(head, "\r\n", "\r\n"+w.host(), 1))
	for _, chunk := range []string{"1\r\na\r\n", "1\r\nb\r\n", "0\r\n\r\n"} {
		runtime.send(chunk)
		api.expect(chunk)
	}
}

func TestARefusedEventNeverReachesTheRuntime(t *testing.T) {
	for _, framing := range []string{"Content-Length: 3\r\n\r\nbad", "Transfer-Encoding: chunked\r\n\r\n3\r\nbad\r\n0\r\n\r\n"} {
		w := newWorld(t, Hooks{OnEvent: Hook{WholeBody: true, Run: func(m *Message) error {
			if string(m.Body) == "bad" {
				return errors.New("a bad event")
			}
			return nil
		}}})
		runtime, api := w.connect()
		runtime.send(nextLine + host + "A: b\r\n\r\n")
		for range 2 {
			api.expect(nextLine + w.host() + "A: b\r\n\r\n")
			api.send(eventHead + framing)
			api.expect(errorLine + w.host() + "Content-Type: application/json\r\nLambda-Runtime-Function-Error-Type: Function.RefusedByProxy\r\n" +
				"Content-Length: 68\r\n\r\n" + `{"errorMessage":"a bad event","errorType":"Function.RefusedByProxy"}`)
			api.send("HTTP/1.1 202 Accepted\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n")
		}
		api.expect(nextLine + w.host() + "A: b\r\n\r\n")
		good := eventHead + "Content-Length: 4\r\n\r\ngood"
		api.send(good)
		runtime.expect(good)
		if warned := w.warned(); warned != "" {
			t.Error(warned)
		}
	}
}

// curl waits for leave to send a large body, and gives up after a second.
func TestExpectContinueIsAnsweredForAHook(t *testing.T) {
	w := newWorld(t, Hooks{OnResponse: Hook{WholeBody: true, Run: func(*Message) error { return nil }}})
	runtime, api := w.connect()
	runtime.send(responseLine + host + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
	runtime.expect("HTTP/1.1 100 Continue\r\n\r\n")
	runtime.send("{}")
	api.expect(responseLine + w.host() + "Content-Length: 2\r\n\r\n{}")
}

func TestFindRoute(t *testing.T) {
	tests := map[string]route{
		"GET /2018-06-01/runtime/invocation/next":             {kind: next},
		"GET /2018-06-01/runtime/invocation/next?a=b":         {kind: next},
		"POST /2018-06-01/runtime/invocation/7/response":      {kind: response, requestID: "7"},
		"POST /2030-01-01/runtime/invocation/7/error?x":       {kind: failure, requestID: "7"},
		"POST /2018-06-01/runtime/invocation/next":            {},
		"GET /2018-06-01/runtime/invocation/7/response":       {},
		"POST /2018-06-01/runtime/init/error":                 {},
		"GET /2018-06-01/runtime/restore/next":                {},
		"POST /2018-06-01/runtime/invocation/7/response/more": {},
		"GET /2020-01-01/extension/event/next":                {},
		"GET /?x=/runtime/invocation/next":                    {},
	}
	for request, want := range tests {
		method, target, _ := strings.Cut(request, " ")
		if got := findRoute(method, target); got != want {
			t.Errorf("%s is %+v, want %+v", request, got, want)
		}
	}
}
