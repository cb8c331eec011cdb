package cache

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// respServer listens and hands every connection to serve, which may keep it as long as the test lasts.
func respServer(t *testing.T, serve func(conn net.Conn)) *url.URL {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var open sync.Map
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open.Store(conn, true)
			all.Go(func() { serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		open.Range(func(conn, _ any) bool {
			_ = conn.(net.Conn).Close()
			return true
		})
		all.Wait()
	})
	return parse(t, "redis://"+listener.Addr().String())
}

func parse(t *testing.T, text string) *url.URL {
	t.Helper()
	parsed, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// readCommand is a command as its words; nil at the end of the connection.
func readCommand(in *bufio.Reader) []string {
	var count, length int
	if _, err := fmt.Fscanf(in, "*%d\r\n", &count); err != nil {
		return nil
	}
	words := make([]string, count)
	for i := range words {
		if _, err := fmt.Fscanf(in, "$%d\r\n", &length); err != nil {
			return nil
		}
		word := make([]byte, length+2)
		if _, err := io.ReadFull(in, word); err != nil {
			return nil
		}
		words[i] = string(word[:length])
	}
	return words
}

// answering answers each command as it is told.
func answering(reply func(words []string) string) func(net.Conn) {
	return func(conn net.Conn) {
		in := bufio.NewReader(conn)
		for words := readCommand(in); words != nil; words = readCommand(in) {
			if _, err := io.WriteString(conn, reply(words)); err != nil {
				return
			}
		}
	}
}

// within is a context that ends after a while.
func within(t *testing.T, timeout time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	t.Cleanup(cancel)
	return ctx
}

// Times for what ends by itself, on a busy machine too, and for what never does.
const (
	patiently = 10 * time.Second
	briefly   = 200 * time.Millisecond
)

func TestGarbageFromRedis(t *testing.T) {
	tests := map[string]struct {
		reply, want string
		timeout     time.Duration
	}{
		"an error":           {"-LOADING Redis is loading the dataset in memory\r\n", "GET: LOADING Redis is loading the dataset in memory", patiently},
		"an unknown command": {"-ERR unknown command 'GET', with args beginning with: 'hunter2'\r\n", "GET: ERR unknown command 'GET'", patiently},
		"HTTP":               {"HTTP/1.1 400 Bad Request\r\n\r\n", "GET: the server's reply is none of Redis's", patiently},
		"a number":           {":1\r\n", "none of Redis's", patiently},
		"a list":             {"*1000000000\r\n", "none of Redis's", patiently},
		"an empty line":      {"\r\n", "none of Redis's", patiently},
		"no length":          {"$\r\n", "none of Redis's", patiently},
		"a negative length":  {"$-2\r\n", "none of Redis's", patiently},
		"a length in words":  {"$many\r\n", "none of Redis's", patiently},
		"a petabyte":         {"$1125899906842624\r\n", "the server announces a value of 1125899906842624 bytes", patiently},
		"more than a number": {"$99999999999999999999999\r\n", "none of Redis's", patiently},
		"a longer value":     {"$2\r\nabcd", "none of Redis's", patiently},
		"a newline alone":    {"+OK\n", "none of Redis's", patiently},
		"a line for ever":    {"+" + strings.Repeat("x", 1<<16), "none of Redis's", patiently},
		"half of a value":    {"$10\r\nabc", "GET: ", briefly},
		"nothing":            {"", "i/o timeout", briefly},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			redis := NewRedis(respServer(t, answering(func([]string) string { return test.reply })))
			value, err := redis.Get(within(t, test.timeout), "1")
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%q, %v; want %s", value, err, test.want)
			}
			if len(redis.turns) != 0 {
				t.Error("a connection counts as in use")
			}
		})
	}
}

func TestCommands(t *testing.T) {
	var asked [][]string
	server := respServer(t, answering(func(words []string) string {
		asked = append(asked, words)
		if words[0] == "GET" {
			return "$-1\r\n"
		}
		return "+OK\r\n"
	}))
	server.User = url.UserPassword("user", "pässword\r\n")
	server.Path = "/3"
	redis := NewRedis(server)
	if err := redis.Set(t.Context(), "grüß\r\n/1", []byte("a\r\nb\x00"), 1500*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if value, err := redis.Get(t.Context(), "1"); value != nil || err != nil {
		t.Errorf("value = %q, %v", value, err)
	}
	want := `[["AUTH" "user" "pässword\r\n"] ["SELECT" "3"] ["SET" "grüß\r\n/1" "a\r\nb\x00" "PX" "1500"] ["GET" "1"]]`
	if got := fmt.Sprintf("%q", asked); got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
}

func TestAReplyThatNobodyHasAskedForIsNoValue(t *testing.T) {
	redis := NewRedis(respServer(t, answering(func(words []string) string { return "$1\r\n" + words[1] + "\r\n$5\r\nother\r\n" })))
	for _, key := range []string{"a", "b"} {
		if value, err := redis.Get(within(t, patiently), key); string(value) != key || err != nil {
			t.Errorf("the value of %s is %q, %v", key, value, err)
		}
	}
}

func TestRedisRefusesTheCaller(t *testing.T) {
	for command, want := range map[string]string{
		"AUTH":   "the server refuses the user or the password of REDIS_URL",
		"SELECT": "SELECT 3: ERR invalid: hunter2",
	} {
		server := respServer(t, answering(func(words []string) string {
			if words[0] == command {
				return "-ERR invalid: hunter2\r\n"
			}
			return "+OK\r\n"
		}))
		server.User, server.Path = url.UserPassword("", "hunter2"), "/3"
		_, err := NewRedis(server).Get(within(t, patiently), "1")
		if err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("error = %v, want %s", err, want)
		}
	}
}

// A server closes connections that are idle for long, or goes away and comes back: nobody is to notice.
func TestConnectionsThatTheServerHasClosed(t *testing.T) {
	var connections atomic.Int32
	server := respServer(t, func(conn net.Conn) {
		connections.Add(1)
		in := bufio.NewReader(conn)
		readCommand(in)
		_, _ = io.WriteString(conn, "$1\r\na\r\n")
		_ = conn.Close()
	})
	redis := NewRedis(server)
	for range 3 {
		if value, err := redis.Get(within(t, patiently), "1"); err != nil || string(value) != "a" {
			t.Errorf("value = %q, %v", value, err)
		}
	}
	if connections.Load() != 3 {
		t.Errorf("%d connections, want 3", connections.Load())
	}
}

func TestConnectionsAreUsedAgainAndBounded(t *testing.T) {
	var open, most, connections atomic.Int32
	server := respServer(t, func(conn net.Conn) {
		connections.Add(1)
		in := bufio.NewReader(conn)
		for readCommand(in) != nil {
			now := open.Add(1)
			for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
			}
			time.Sleep(time.Millisecond)
			open.Add(-1)
			_, _ = io.WriteString(conn, "$-1\r\n")
		}
	})
	redis := NewRedis(server)
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			for range 3 {
				if _, err := redis.Get(t.Context(), "1"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if most.Load() > maxConnections || connections.Load() > maxConnections {
		t.Errorf("%d commands at once over %d connections, want at most %d", most.Load(), connections.Load(), maxConnections)
	}
	if len(redis.turns) != 0 || len(redis.idle) != int(connections.Load()) {
		t.Errorf("%d connections in use, %d idle, of %d", len(redis.turns), len(redis.idle), connections.Load())
	}
}

func TestConnectionsThatWereIdleForLong(t *testing.T) {
	var connections atomic.Int32
	server := respServer(t, func(conn net.Conn) {
		connections.Add(1)
		answering(func([]string) string { return "$-1\r\n" })(conn)
	})
	redis := NewRedis(server)
	for _, age := range []time.Duration{0, maxIdle - time.Second, maxIdle} {
		for _, conn := range redis.idle {
			conn.idleSince = conn.idleSince.Add(-age)
		}
		if _, err := redis.Get(within(t, patiently), "1"); err != nil {
			t.Fatal(err)
		}
	}
	if connections.Load() != 2 {
		t.Errorf("%d connections, want 2", connections.Load())
	}
}

func TestRedisOutOfReach(t *testing.T) {
	_, err := NewRedis(parse(t, "redis://:hunter2@127.0.0.1:1")).Get(within(t, patiently), "1")
	if err == nil || !strings.Contains(err.Error(), "connect to 127.0.0.1:1: ") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error = %v", err)
	}
}

func TestRedisOverTLS(t *testing.T) {
	// httptest has a certificate for 127.0.0.1.
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	certificates := server.TLS.Certificates
	target := respServer(t, func(conn net.Conn) {
		secure := tls.Server(conn, &tls.Config{Certificates: certificates})
		answering(func([]string) string { return "$1\r\na\r\n" })(secure)
	})
	target.Scheme = "rediss"
	redis := NewRedis(target)
	if _, err := redis.Get(t.Context(), "1"); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate that nobody trusts: %v", err)
	}
	redis.tls.RootCAs = x509.NewCertPool()
	redis.tls.RootCAs.AddCert(server.Certificate())
	if value, err := redis.Get(t.Context(), "1"); err != nil || string(value) != "a" {
		t.Errorf("value = %q, %v", value, err)
	}
}

// realRedis starts the distribution's server, and gives back what stops and starts it again.
func realRedis(t *testing.T, options ...string) (server *url.URL, restart func()) {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		if program, err = exec.LookPath("valkey-server"); err != nil {
			t.Skip("neither redis-server nor valkey-server is on this machine")
		}
	}
	folder := t.TempDir()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().(*net.TCPAddr)
	_ = listener.Close()
	var command *exec.Cmd
	start := func() {
		arguments := append([]string{"--port", fmt.Sprint(address.Port), "--bind", "127.0.0.1", "--save", "", "--dir", folder}, options...)
		command = exec.Command(program, arguments...)
		log, err := os.Create(filepath.Join(folder, "log"))
		if err != nil {
			t.Fatal(err)
		}
		defer log.Close()
		command.Stdout = log
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		for range 500 {
			if conn, err := net.Dial("tcp", address.String()); err == nil {
				_ = conn.Close()
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Fatal("the server does not listen")
	}
	stop := func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	}
	start()
	t.Cleanup(func() { stop() })
	return parse(t, "redis://"+address.String()), func() {
		stop()
		start()
	}
}

func TestARealServer(t *testing.T) {
	server, restart := realRedis(t)
	server.Path = "/2"
	redis := NewRedis(server)
	large := strings.Repeat("é\r\n", 100_000)
	for key, want := range map[string]string{"1": "{}", "grüß\r\n 日本 😀": "a\x00b", "large": large, strings.Repeat("k", 2048): ""} {
		if value, err := redis.Get(t.Context(), key); value != nil || err != nil {
			t.Errorf("an empty cache has %q, %v", value, err)
		}
		if err := redis.Set(t.Context(), key, []byte(want), time.Minute); err != nil {
			t.Fatal(err)
		}
		if value, err := redis.Get(t.Context(), key); value == nil || string(value) != want || err != nil {
			t.Errorf("%.20q has %.20q, %v; want %.20q", key, value, err, want)
		}
	}
	if err := redis.Set(t.Context(), "1", []byte("new"), 20*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	for start := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if value, err := redis.Get(t.Context(), "1"); value == nil && err == nil {
			break
		}
		if time.Since(start) > 5*time.Second {
			t.Fatal("it is kept for longer than it was to be")
		}
	}
	restart()
	if value, err := redis.Get(t.Context(), "large"); value != nil || err != nil {
		t.Errorf("after a restart: %.20q, %v", value, err)
	}
}

func TestARealServerWithAPassword(t *testing.T) {
	server, _ := realRedis(t, "--requirepass", "hunter2")
	tests := map[string]struct {
		user *url.Userinfo
		want string
	}{
		"the password":         {url.UserPassword("", "hunter2"), ""},
		"the user besides":     {url.UserPassword("default", "hunter2"), ""},
		"another password":     {url.UserPassword("", "hunter3"), "the server refuses the user or the password of REDIS_URL"},
		"no password":          {nil, "GET: NOAUTH"},
		"another user with it": {url.UserPassword("who", "hunter2"), "refuses the user"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			one := *server
			one.User = test.user
			_, err := NewRedis(&one).Get(t.Context(), "1")
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want %s", err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "hunter") {
				t.Errorf("a secret in %v", err)
			}
		})
	}
}
