package cache

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// maxConnections bounds how many connections there are; requests beyond wait for one.
	maxConnections = 16
	// maxIdle is how long a connection may lie idle: servers and what lies in between drop it some time later, and a frozen
	// environment does not learn of it.
	maxIdle = 30 * time.Second
)

// Redis is a cache in a server that speaks RESP: Redis, Valkey, ElastiCache. What GET and SET take of that protocol is in resp.go: of the
// clients that are well kept, redigo, the smallest, takes as much memory as a broken server announces, and counts idle time by a clock that
// a freeze may stop; to put both right took as many lines. rueidis and go-redis would add 250 and 650 KB to the layer.
type Redis struct {
	server *url.URL
	// tls is nil where the URL wants none.
	tls *tls.Config
	// turns has a place for each connection in use.
	turns chan struct{}

	mu   sync.Mutex
	idle []*respConn
}

// CheckRedisURL tells what is wrong with a URL, without what is secret in it.
func CheckRedisURL(server *url.URL) error {
	if server.Scheme != "redis" && server.Scheme != "rediss" {
		return errors.New("it begins with neither redis:// nor rediss://")
	}
	if server.Hostname() == "" {
		return errors.New("it names no host")
	}
	if _, err := strconv.ParseUint(database(server), 10, 16); err != nil {
		return errors.New("its path is not the number of a database")
	}
	return nil
}

// database is the number that is selected after connecting.
func database(server *url.URL) string {
	if number := strings.Trim(server.Path, "/"); number != "" {
		return number
	}
	return "0"
}

// NewRedis makes a cache in the server at a URL that CheckRedisURL approves of. Nothing is connected before the first call.
func NewRedis(server *url.URL) *Redis {
	r := &Redis{server: server, turns: make(chan struct{}, maxConnections)}
	if server.Scheme == "rediss" {
		r.tls = &tls.Config{ServerName: server.Hostname(), MinVersion: tls.VersionTLS12}
	}
	return r
}

// Name is what the log calls it.
func (r *Redis) Name() string { return "redis" }

// Get returns nil where there is nothing under the key.
func (r *Redis) Get(ctx context.Context, key string) ([]byte, error) {
	return r.do(ctx, "GET", key)
}

// Set keeps a value for so long.
func (r *Redis) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	_, err := r.do(ctx, "SET", key, string(value), "PX", strconv.FormatInt(max(1, ttl.Milliseconds()), 10))
	return err
}

func (r *Redis) do(ctx context.Context, words ...string) ([]byte, error) {
	select {
	case r.turns <- struct{}{}:
		defer func() { <-r.turns }()
	case <-ctx.Done():
		return nil, fmt.Errorf("%s: %d connections are in use: %w", words[0], maxConnections, context.Cause(ctx))
	}
	for {
		conn, used := r.take()
		if conn == nil {
			var err error
			if conn, err = r.connect(ctx); err != nil {
				return nil, fmt.Errorf("connect to %s: %w", r.server.Host, err)
			}
		}
		reply, err := conn.do(ctx, words...)
		if _, refused := errors.AsType[refusal](err); err == nil || refused {
			r.release(conn)
			if refused {
				err = fmt.Errorf("%s: %w", words[0], err)
			}
			return reply, err
		}
		_ = conn.Close()
		// What was idle as long as this one is no better.
		r.dropIdle()
		if failed, ok := errors.AsType[net.Error](err); !used || ok && failed.Timeout() {
			return nil, fmt.Errorf("%s: %w", words[0], err)
		}
	}
}

// take returns the connection that was used last, if there is one that can be trusted.
func (r *Redis) take() (conn *respConn, used bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.idle) > 0 {
		last := len(r.idle) - 1
		conn, r.idle = r.idle[last], r.idle[:last]
		// By the clock on the wall, which a freeze does not stop.
		if time.Now().Round(0).Sub(conn.idleSince) < maxIdle {
			return conn, true
		}
		_ = conn.Close()
	}
	return nil, false
}

func (r *Redis) release(conn *respConn) {
	// What nobody has asked for must not pass for another key's value.
	if conn.in.Buffered() > 0 {
		_ = conn.Close()
		return
	}
	conn.idleSince = time.Now().Round(0)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.idle = append(r.idle, conn)
}

func (r *Redis) dropIdle() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, conn := range r.idle {
		_ = conn.Close()
	}
	r.idle = nil
}

// connect opens a connection, and says who is calling.
func (r *Redis) connect(ctx context.Context) (*respConn, error) {
	port := r.server.Port()
	if port == "" {
		port = "6379"
	}
	var dialer net.Dialer
	raw, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(r.server.Hostname(), port))
	if err != nil {
		return nil, err
	}
	if r.tls != nil {
		secure := tls.Client(raw, r.tls)
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = raw.Close()
			return nil, err
		}
		raw = secure
	}
	conn := newRespConn(raw)
	if err := r.introduce(ctx, conn); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

func (r *Redis) introduce(ctx context.Context, conn *respConn) error {
	if password, ok := r.server.User.Password(); ok {
		words := []string{"AUTH", password}
		if user := r.server.User.Username(); user != "" {
			words = []string{"AUTH", user, password}
		}
		_, err := conn.do(ctx, words...)
		if _, refused := errors.AsType[refusal](err); refused {
			// Its words may quote what was sent.
			return errors.New("the server refuses the user or the password of REDIS_URL")
		}
		if err != nil {
			return fmt.Errorf("AUTH: %w", err)
		}
	}
	if number := database(r.server); number != "0" {
		if _, err := conn.do(ctx, "SELECT", number); err != nil {
			return fmt.Errorf("SELECT %s: %w", number, err)
		}
	}
	return nil
}
