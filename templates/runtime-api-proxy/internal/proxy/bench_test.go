package proxy

import (
	"io"
	"strings"
	"testing"
)

// BenchmarkEvent is one event and one answer of 200 bytes each, there and back.
func BenchmarkEvent(b *testing.B) {
	w := newWorld(b, Hooks{})
	runtime, api := w.connect()
	next := "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n" + w.host() + "\r\n"
	event := "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: 7\r\nContent-Length: 200\r\n\r\n" + strings.Repeat("x", 200)
	b.ReportAllocs()
	buffer := make([]byte, len(event))
	for b.Loop() {
		runtime.send(next)
		if _, err := io.ReadFull(api.TCPConn, buffer[:len(next)]); err != nil {
			b.Fatal(err)
		}
		api.send(event)
		if _, err := io.ReadFull(runtime.TCPConn, buffer); err != nil {
			b.Fatal(err)
		}
	}
}
