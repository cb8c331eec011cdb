package extension

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// script is a server that answers each request of a connection with the next text, and closes where there is none left. It counts
// connections.
func script(t *testing.T, connections ...[]string) (*Client, func() int) {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	count := make(chan int, 1)
	count <- 0
	go func() {
		for _, answers := range connections {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			count <- 1 + <-count
			in := bufio.NewReader(conn)
			for _, text := range answers {
				request, err := http.ReadRequest(in)
				if err != nil {
					break
				}
				_, _ = io.Copy(io.Discard, request.Body)
				_, _ = io.WriteString(conn, text)
			}
			_ = conn.Close()
		}
	}()
	return NewClient(listener.Addr().String(), "x"), func() int {
		n := <-count
		count <- n
		return n
	}
}

const event = `{"eventType":"INVOKE","requestId":"7"}`

func TestEveryFramingIsRead(t *testing.T) {
	ok := "HTTP/1.1 200 OK\r\n"
	tests := map[string]string{
		"a length":             fmt.Sprintf("%scontent-length: %d\r\n\r\n%s", ok, len(event), event),
		"chunks":               ok + "Transfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("5;a=b\r\n%s\r\n%X\r\n%s\r\n0\r\nA: b\r\n\r\n", event[:5], len(event)-5, event[5:]),
		"the end":              ok + "\r\n" + event,
		"a response before it": "HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n" + fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", ok, len(event), event),
		"no reason":            fmt.Sprintf("HTTP/1.1 200\r\nContent-Length: %d\r\n\r\n%s", len(event), event),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			client, _ := script(t, []string{text})
			if got, err := client.Next(t.Context()); err != nil || got.RequestID != "7" {
				t.Errorf("event = %+v (%v)", got, err)
			}
		})
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	ok := "HTTP/1.1 200 OK\r\n"
	tests := map[string]struct{ text, want string }{
		"nothing":             {"", "unexpected EOF"},
		"another protocol":    {"SSH-2.0-x\r\n\r\n", `the answer is not HTTP: "SSH-2.0-x"`},
		"half a header":       {ok + "Content-Length: 2\r\n", "unexpected EOF"},
		"half a body":         {ok + "Content-Length: 9\r\n\r\n{", "unexpected EOF"},
		"half a chunk":        {ok + "Transfer-Encoding: chunked\r\n\r\n9\r\n{", "unexpected EOF"},
		"a chunk of no size":  {ok + "Transfer-Encoding: chunked\r\n\r\nx\r\n", `a chunk of size "x"`},
		"a chunk too long":    {ok + "Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n", "a chunk without an end"},
		"a length of letters": {ok + "Content-Length: ten\r\n\r\n", `Content-Length is "ten"`},
		"a large one":         {ok + "Content-Length: 2000000\r\n\r\n", "more than 1048576 bytes"},
		"large chunks":        {ok + "Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n", "more than 1048576 bytes"},
		"an endless one":      {ok + "\r\n" + strings.Repeat("x", maxAnswer+1), "more than 1048576 bytes"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			client, _ := script(t, []string{test.text})
			if _, err := client.Next(t.Context()); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want %s", err, test.want)
			}
		})
	}
}

func TestAClosedConnectionIsReplaced(t *testing.T) {
	text := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(event), event)
	closing := "HTTP/1.1 200 OK\r\nConnection: close\r\n" + strings.TrimPrefix(text, "HTTP/1.1 200 OK\r\n")
	client, count := script(t, []string{text, text}, []string{closing}, []string{text})
	for range 4 {
		if _, err := client.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(); n != 3 {
		t.Errorf("%d connections, want 3", n)
	}
}

func TestNobodyThere(t *testing.T) {
	client := NewClient("127.0.0.1:1", "x")
	if _, err := client.Next(t.Context()); err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("error = %v", err)
	}
}

func TestCancelledWhileWaiting(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	cause := errors.New("the listener broke")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		_, _ = conn.Read(make([]byte, 1))
		cancel(cause)
		time.Sleep(20 * time.Second)
		_ = conn.Close()
	}()
	if _, err := NewClient(listener.Addr().String(), "x").Next(ctx); !errors.Is(err, cause) {
		t.Errorf("error = %v, want the cause", err)
	}
}
