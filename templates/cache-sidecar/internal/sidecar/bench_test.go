package sidecar

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/templates/cache-sidecar/internal/cache"
)

// BenchmarkHits is how fast hits are answered over loopback, beside a handler of net/http's that does nothing but look into a map.
func BenchmarkHits(b *testing.B) {
	const items = 1000
	entries := cache.NewMemory(1 << 20)
	plain := map[string][]byte{}
	for i := range items {
		key := strconv.Itoa(i)
		body := fmt.Appendf(nil, `{"fieldOne":"a value","fieldTwo":"another","id":%q}`, key)
		entries.Set(b.Context(), key, cache.Entry{Item: body, ReadAt: time.Now().UnixMilli()}, 0)
		plain["/"+key] = body
	}
	b.Run("sidecar", func(b *testing.B) {
		quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
		ask(b, NewHandler(NewReader(has(), entries, TTL{Item: time.Hour}), quiet), items)
	})
	b.Run("map", func(b *testing.B) {
		ask(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(plain[r.URL.Path]) }), items)
	})
}

// ask asks for one item after the other, over a connection for each goroutine.
func ask(b *testing.B, handler http.Handler, items int) {
	server := httptest.NewServer(handler)
	b.Cleanup(server.Close)
	b.RunParallel(func(pb *testing.PB) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
		if err != nil {
			b.Error(err)
			return
		}
		defer conn.Close()
		in := bufio.NewReader(conn)
		for i := 0; pb.Next(); i++ {
			_, _ = fmt.Fprintf(conn, "GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n", i%items)
			response, err := http.ReadResponse(in, nil)
			if err != nil || response.StatusCode != http.StatusOK {
				b.Errorf("response = %v, %v", response, err)
				return
			}
			if _, err := io.Copy(io.Discard, response.Body); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
