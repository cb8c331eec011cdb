package proxy

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	plainRequest  = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n"
	plainResponse = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
)

func TestRequestsPassByteForByte(t *testing.T) {
	tests := map[string]struct{ head, rest string }{
		"next":                     {"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n", "User-Agent: x\r\n\r\n"},
		"a response":               {"POST /2018-06-01/runtime/invocation/1/response HTTP/1.1\r\n", "Content-Length: 4\r\n\r\n\"ab\""},
		"init/error":               {"POST /2018-06-01/runtime/init/error HTTP/1.1\r\n", "Lambda-Runtime-Function-Error-Type: Runtime.X\r\nContent-Length: 2\r\n\r\n{}"},
		"restore/next":             {"GET /2018-06-01/runtime/restore/next HTTP/1.1\r\n", "\r\n"},
		"restore/error":            {"POST /2018-06-01/runtime/restore/error HTTP/1.1\r\n", "Content-Length: 0\r\n\r\n"},
		"an internal extension":    {"POST /2020-01-01/extension/register HTTP/1.1\r\n", "Lambda-Extension-Name: x\r\nContent-Length: 13\r\n\r\n{\"events\":[]}"},
		"the Logs API":             {"PUT /2020-08-15/logs HTTP/1.1\r\n", "Content-Length: 2\r\n\r\n{}"},
		"the Telemetry API":        {"PUT /2022-07-01/telemetry HTTP/1.1\r\n", "Content-Length: 2\r\n\r\n{}"},
		"SnapStart's credentials":  {"GET /2021-04-23/credentials HTTP/1.1\r\n", "Authorization: t\r\n\r\n"},
		"an unknown path":          {"PATCH /2099-01-01/what?ever=%20#x HTTP/1.1\r\n", "Content-Length: 1\r\n\r\nx"},
		"odd case and repetitions": {"GET / HTTP/1.1\r\n", "x-LOWER: 1\r\nX-Twice: b\r\nx-twice:  a \r\nX-Twice: b\r\nX-Empty:\r\n\r\n"},
		"chunks with extensions":   {"POST / HTTP/1.1\r\n", "Transfer-Encoding: chunked\r\n\r\n3;a=\"b\"\r\nabc\r\n0a\r\n0123456789\r\n0\r\n\r\n"},
		"a trailer":                {"POST / HTTP/1.1\r\n", "transfer-encoding: Chunked\r\nTrailer: A, b\r\n\r\n1\r\nx\r\n0\r\nA: 1\r\nb: " + strings.Repeat("y", 100_000) + "\r\n\r\n"},
		"a cause of 1 MiB":         {"POST / HTTP/1.1\r\n", "Lambda-Runtime-Function-XRay-Error-Cause: " + strings.Repeat("c", 1<<20) + "\r\nContent-Length: 0\r\n\r\n"},
		"HTTP/1.0":                 {"GET / HTTP/1.0\r\n", "\r\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, Hooks{})
			runtime, api := w.connect()
			// Twice: what follows a message must be read as the beginning of the next one.
			for range 2 {
				go func() { _, _ = io.WriteString(runtime, test.head+"Host: 127.0.0.1:9009\r\n"+test.rest) }()
				api.expect(test.head + w.host() + test.rest)
				api.send("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
				runtime.expect("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
			}
			if warned := w.warned(); warned != "" {
				t.Error(warned)
			}
		})
	}
}

func TestResponsesPassByteForByte(t *testing.T) {
	tests := map[string]struct{ method, response string }{
		"an event":         {"GET", "HTTP/1.1 200 OK\r\nlambda-runtime-AWS-request-id: 1\r\nX-A: 2\r\nX-A: 1\r\nContent-Length: 2\r\n\r\n{}"},
		"202":              {"POST", "HTTP/1.1 202 Accepted\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n"},
		"a refusal":        {"POST", "HTTP/1.1 403 Forbidden\r\nContent-Length: 1\r\n\r\nx"},
		"too large":        {"POST", "HTTP/1.1 413 Request Entity Too Large\r\nContent-Length: 1\r\n\r\nx"},
		"an error":         {"GET", "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"},
		"an odd status":    {"GET", "HTTP/1.1 599\r\nContent-Length: 0\r\n\r\n"},
		"chunks, trailers": {"GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: y\r\n\r\n"},
		"to HEAD":          {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"},
		"204":              {"GET", "HTTP/1.1 204 No Content\r\n\r\n"},
		"304":              {"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"},
		"after a 100":      {"POST", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 1\r\n\r\nx"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, Hooks{})
			runtime, api := w.connect()
			for range 2 {
				runtime.send(test.method + " / HTTP/1.1\r\nHost: x\r\n\r\n")
				api.expect(test.method + " / HTTP/1.1\r\n" + w.host() + "\r\n")
				api.send(test.response)
				runtime.expect(test.response)
			}
		})
	}
}

func TestABodyUntilTheEnd(t *testing.T) {
	w := newWorld(t, Hooks{})
	runtime, api := w.connect()
	runtime.send(plainRequest)
	api.send("HTTP/1.1 200 OK\r\n\r\none")
	runtime.expect("HTTP/1.1 200 OK\r\n\r\none")
	api.send("two")
	_ = api.CloseWrite()
	runtime.expectEnd("two")
}

func TestNothingIsHeldBack(t *testing.T) {
	w := newWorld(t, Hooks{})
	runtime, api := w.connect()
	head := "POST /2018-06-01/runtime/invocation/1/response HTTP/1.1\r\n"
	runtime.send(head + "Host: x\r\nTransfer-Encoding: chunked\r\n\r\n")
	api.expect(head + w.host() + "Transfer-Encoding: chunked\r\n\r\n")
	for _, piece := range []string{"3\r\nabc\r\n", "6\r\nd", "ef", "ghi\r\n", "10\r\n0123", "456789abcdef\r\n", "0\r\nX: y\r\n", "\r\n"} {
		runtime.send(piece)
		api.expect(piece)
	}
	answer := "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n"
	for _, piece := range []string{answer, "a", "bc", "def"} {
		api.send(piece)
		runtime.expect(piece)
	}
}

func TestSixMegabytesBothWays(t *testing.T) {
	large := bytes.Repeat([]byte("0123456789abcdef"), 6<<20/16)
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Trailer", "X-End")
		if r.URL.Path == "/sized" {
			w.Header().Del("Trailer")
			w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		}
		_, _ = w.Write(body)
		w.Header().Set("X-End", r.Trailer.Get("X-End"))
	}))
	t.Cleanup(echo.Close)
	w := newWorld(t, Hooks{})
	address := w.startProxy(w.startProxy(echo.Listener.Addr().String(), Hooks{}), Hooks{})
	for _, path := range []string{"/sized", "/chunked", "/sized"} {
		request, err := http.NewRequest(http.MethodPost, "http://"+address+path, bytes.NewReader(large))
		if err != nil {
			t.Fatal(err)
		}
		if path == "/chunked" {
			request.ContentLength = -1
			request.Trailer = http.Header{"X-End": {"reached"}}
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil || !bytes.Equal(got, large) {
			t.Errorf("%s: %d bytes of %d came back (%v)", path, len(got), len(large), err)
		}
		if path == "/chunked" && answer.Trailer.Get("X-End") != "reached" {
			t.Errorf("trailer = %v", answer.Trailer)
		}
	}
}

func TestALongPollIsLeftAlone(t *testing.T) {
	w := newWorld(t, Hooks{})
	runtime, api := w.connect()
	runtime.send(plainRequest)
	time.Sleep(1500 * time.Millisecond)
	api.send(plainResponse)
	runtime.expect(plainResponse)
}

func TestSeveralRequestsAtOnce(t *testing.T) {
	w := newWorld(t, Hooks{})
	runtime, api := w.connect()
	one := "HEAD /one HTTP/1.1\r\nHost: x\r\n\r\n"
	runtime.send(one + plainRequest)
	api.expect(strings.ReplaceAll(one+plainRequest, "Host: x\r\n", w.host()))
	answers := "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n" + plainResponse
	api.send(answers)
	runtime.expect(answers)
}

func TestTheEndOfTheRuntimeReachesTheAPI(t *testing.T) {
	tests := map[string]struct {
		end  func(*peer)
		want func(*peer)
	}{
		"closed": {func(p *peer) { _ = p.Close() }, func(p *peer) { p.expectEnd("") }},
		"killed": {func(p *peer) { _ = p.SetLinger(0); _ = p.Close() }, (*peer).expectReset},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, Hooks{})
			runtime, api := w.connect()
			request := "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n" + w.host() + "\r\n"
			runtime.send(plainRequest)
			api.expect(request)
			test.end(runtime)
			test.want(api)
		})
	}
}

// The Runtime API is a Go server: it cancels a request when its connection is half closed.
func TestARequestThatNobodyWaitsForIsCancelled(t *testing.T) {
	cancelled := make(chan struct{})
	arrived := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
		close(cancelled)
	}))
	t.Cleanup(server.Close)
	w := newWorld(t, Hooks{})
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+w.startProxy(server.Listener.Addr().String(), Hooks{}), nil)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		<-arrived
		cancel()
	}()
	if answer, err := http.DefaultClient.Do(request); err == nil {
		t.Errorf("answered with %s", answer.Status)
	}
	select {
	case <-cancelled:
	case <-time.After(patienceOfTests):
		t.Error("the request is still there")
	}
}

func TestTheEndOfTheAPIReachesTheRuntime(t *testing.T) {
	tests := map[string]struct {
		answer string
		end    func(*peer)
		want   func(*peer)
	}{
		"between messages":      {plainResponse, func(p *peer) { _ = p.Close() }, func(p *peer) { p.expectEnd(plainResponse) }},
		"before its answer":     {"", func(p *peer) { _ = p.Close() }, func(p *peer) { p.expectEnd("") }},
		"in the middle":         {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", func(p *peer) { _ = p.CloseWrite() }, func(p *peer) { p.expectEnd("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc") }},
		"in the middle, broken": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", func(p *peer) { _ = p.SetLinger(0); _ = p.Close() }, (*peer).expectReset},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, Hooks{})
			runtime, api := w.connect()
			runtime.send(plainRequest)
			api.expect("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n" + w.host() + "\r\n")
			api.send(test.answer)
			test.end(api)
			test.want(runtime)
		})
	}
}

// Lambda refuses what is too large before it has all of it.
func TestAnAnswerInTheMiddleOfTheRequest(t *testing.T) {
	w := newWorld(t, Hooks{})
	runtime, api := w.connect()
	runtime.send("POST /2018-06-01/runtime/invocation/1/response HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n")
	api.expect("POST ")
	refusal := "HTTP/1.1 413 Request Entity Too Large\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"
	api.send(refusal)
	_ = api.CloseWrite()
	runtime.expectEnd(refusal)
	// What still comes is taken, until the runtime has seen the answer.
	runtime.send(strings.Repeat("x", 1<<20))
}

func TestNoAPI(t *testing.T) {
	w := newWorld(t, Hooks{})
	_ = w.upstream.Close()
	conn, err := net.Dial("tcp4", w.address)
	if err != nil {
		t.Fatal(err)
	}
	newPeer(t, conn.(*net.TCPConn)).expectReset()
	if warned := w.warned(); !strings.Contains(warned, "connect to the Runtime API: ") || !strings.Contains(warned, "refused") {
		t.Errorf("warned: %s", warned)
	}
}

func TestAnAPIThatIsStarting(t *testing.T) {
	w := newWorld(t, Hooks{})
	address := w.upstream.Addr().String()
	_ = w.upstream.Close()
	conn, err := net.Dial("tcp4", w.address)
	if err != nil {
		t.Fatal(err)
	}
	runtime := newPeer(t, conn.(*net.TCPConn))
	runtime.send(plainRequest)
	time.Sleep(100 * time.Millisecond)
	listener, err := net.Listen("tcp4", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	accepted, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	api := newPeer(t, accepted.(*net.TCPConn))
	api.send(plainResponse)
	runtime.expect(plainResponse)
}

func TestWhatIsNoHTTPBreaksTheConnectionOff(t *testing.T) {
	tests := map[string]struct{ request, response, want string }{
		"a request line":        {"what is this\r\n\r\n", "", "what is this"},
		"a header line":         {"GET / HTTP/1.1\r\nno colon\r\n\r\n", "", "not HTTP"},
		"a folded line":         {"GET / HTTP/1.1\r\nA: b\r\n c: d\r\n\r\n", "", "not HTTP"},
		"two lengths":           {"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "", "Content-Length"},
		"a negative length":     {"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "", "Content-Length"},
		"an unknown coding":     {"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "", "Transfer-Encoding"},
		"a chunk without size":  {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "", "chunk of size"},
		"a chunk of wrong size": {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxyz\r\n", "", "longer than its size"},
		"an endless header":     {"GET / HTTP/1.1\r\nA: " + strings.Repeat("x", maxHeader), "", "a header of more than"},
		"an endless line":       {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1", maxLine+bufferSize), "", "a line of more than"},
		"a status line":         {plainRequest, "SSH-2.0\r\n\r\n", "SSH-2.0"},
		"a status":              {plainRequest, "HTTP/1.1 20x OK\r\n\r\n", "20x"},
		"a response's length":   {plainRequest, "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "Content-Length"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, Hooks{})
			runtime, api := w.connect()
			written := make(chan error, 1)
			go func() {
				_, err := io.WriteString(runtime, test.request)
				written <- err
			}()
			if test.response != "" {
				api.expect("GET ")
				api.send(test.response)
			}
			// Whoever comes first, reader or writer, is told.
			if got, err := io.ReadAll(runtime.in); err == nil && <-written == nil {
				t.Errorf("the connection ended well, with %q", got)
			}
			if _, err := io.ReadAll(api.in); err == nil {
				t.Error("the Runtime API's connection ended well")
			}
			if warned := w.warned(); !strings.Contains(warned, test.want) || len(warned) > 500 {
				t.Errorf("warned: %.600s", warned)
			}
		})
	}
}

func TestDrain(t *testing.T) {
	listener, upstream := listen(t), listen(t)
	proxy := New(upstream.Addr().String(), Hooks{}, func(err error) { t.Error(err) })
	var served sync.WaitGroup
	served.Go(func() {
		if err := proxy.Serve(t.Context(), listener); err != nil {
			t.Error(err)
		}
	})
	conn, err := net.Dial("tcp4", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := upstream.AcceptTCP()
	if err != nil {
		t.Fatal(err)
	}
	runtime, api := newPeer(t, conn.(*net.TCPConn)), newPeer(t, accepted)
	_ = listener.Close()
	served.Wait()

	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	proxy.Drain(short)
	if short.Err() == nil {
		t.Error("Drain did not wait for the connection")
	}
	// Meanwhile messages pass as before.
	runtime.send(plainRequest)
	api.send(plainResponse)
	runtime.expect(plainResponse)
	_ = runtime.Close()
	long, cancel := context.WithTimeout(t.Context(), patienceOfTests)
	defer cancel()
	proxy.Drain(long)
	if long.Err() != nil {
		t.Error("Drain waited although nobody was connected")
	}
}

// However the bytes of a conversation are cut into pieces on their way, the same ones arrive.
func TestBytesInPieces(t *testing.T) {
	w := newWorld(t, Hooks{})
	requests := strings.ReplaceAll(nextLine+"HOST\r\n"+
		responseLine+"HOSTTransfer-Encoding: chunked\r\nTrailer: A\r\n\r\n5;x=y\r\nab\r\nc\r\n1\r\nz\r\n0\r\nA: b\r\n\r\n"+
		"HEAD /ping HTTP/1.1\r\nHOST\r\n"+
		errorLine+"HOSTContent-Length: 14\r\n\r\n\r\n\r\n{GET / H\r\n", "HOST", w.host())
	responses := eventHead + "Content-Length: 4\r\n\r\n\r\n\r\n" +
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n0123456789abcdef\r\n00\r\n\r\n" +
		"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" +
		"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}"
	runtime, api := w.connect()
	random := rand.New(rand.NewPCG(1, 2))
	inPieces := func(to *peer, text string) {
		for len(text) > 0 {
			n := 1 + random.IntN(min(len(text), 40))
			to.send(text[:n])
			text = text[n:]
			if random.IntN(4) == 0 {
				time.Sleep(50 * time.Microsecond)
			}
		}
	}
	for range 100 {
		inPieces(runtime, requests)
		api.expect(requests)
		inPieces(api, responses)
		runtime.expect(responses)
	}
	if warned := w.warned(); warned != "" {
		t.Error(warned)
	}
}

func TestManyConnections(t *testing.T) {
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		_, _ = w.Write(body)
	}))
	t.Cleanup(echo.Close)
	count := func(m *Message) error { m.Header.Set("X-Seen", m.RequestID); return nil }
	hooks := Hooks{OnEvent: Hook{Run: count}, OnResponse: Hook{Run: count, WholeBody: true}}
	address := newWorld(t, Hooks{}).startProxy(echo.Listener.Addr().String(), hooks)
	var clients sync.WaitGroup
	for client := range 8 {
		clients.Go(func() {
			connection := &http.Client{Transport: &http.Transport{}}
			defer connection.CloseIdleConnections()
			for n := range 50 {
				text := strings.Repeat(fmt.Sprint(client, n, ","), 1+n*100)
				answer, err := connection.Post(fmt.Sprintf("http://%s/2018-06-01/runtime/invocation/%d/response", address, n), "text/plain", strings.NewReader(text))
				if err != nil {
					t.Error(err)
					return
				}
				got, err := io.ReadAll(answer.Body)
				_ = answer.Body.Close()
				if err != nil || string(got) != text {
					t.Errorf("client %d, request %d: %d bytes of %d (%v)", client, n, len(got), len(text), err)
				}
			}
		})
	}
	clients.Wait()
}
