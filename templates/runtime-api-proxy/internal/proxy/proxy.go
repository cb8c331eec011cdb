// Package proxy passes HTTP/1.1 messages between a runtime and the Runtime API, byte for byte and as they come, and lets hooks see and
// change those that carry an invocation.
//
// It is written by hand, over connections rather than requests: net/http renames and reorders headers, hides how a connection ends, and
// takes about three times as long for a message.
package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
	"time"
)

// patience is how long a Runtime API that refuses connections is tried again: it may be another proxy that is just starting.
const patience = time.Second

// pause is the time between two tries.
const pause = 10 * time.Millisecond

// Proxy is a listener's worth of connections.
type Proxy struct {
	upstream string
	hooks    Hooks
	warn     func(error)

	clients sync.WaitGroup
}

// New makes a proxy before the Runtime API at upstream (host:port). warn is told of messages that are no HTTP and of a Runtime API that
// can't be reached; the runtime learns it too, from its connection.
func New(upstream string, hooks Hooks, warn func(error)) *Proxy {
	return &Proxy{upstream: upstream, hooks: hooks, warn: warn}
}

// Serve passes messages for everybody who connects, until the listener is closed.
func (p *Proxy) Serve(ctx context.Context, listener *net.TCPListener) error {
	// Somebody who has just been accepted is waited for, too.
	p.clients.Add(1)
	defer p.clients.Done()
	for {
		client, err := listener.AcceptTCP()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ECONNABORTED) {
			// Too many files are open in this moment, or somebody has changed their mind.
			time.Sleep(pause)
			continue
		}
		if err != nil {
			return fmt.Errorf("accept connections: %w", err)
		}
		p.clients.Add(1)
		go p.pass(ctx, client)
	}
}

// Drain waits until nobody is connected any more. Call it after the listener was closed.
func (p *Proxy) Drain(ctx context.Context) {
	drained := make(chan struct{})
	go func() {
		p.clients.Wait()
		close(drained)
	}()
	select {
	case <-drained:
	case <-ctx.Done():
	}
}

func (p *Proxy) pass(ctx context.Context, client *net.TCPConn) {
	gone := sync.OnceFunc(p.clients.Done)
	defer gone()
	upstream, err := p.dial(ctx)
	if err != nil {
		p.warn(fmt.Errorf("connect to the Runtime API: %w", err))
		// The runtime could not have connected without the proxy: the nearest to that is a connection which is gone.
		_ = client.SetLinger(0)
		_ = client.Close()
		return
	}
	l := &link{
		client:   client,
		upstream: upstream,
		host:     []byte("Host: " + p.upstream + "\r\n"),
		hooks:    p.hooks,
		hooked:   p.hooks.OnEvent.Run != nil || p.hooks.OnResponse.Run != nil,
		warn:     p.warn,
	}
	l.serve(gone)
}

func (p *Proxy) dial(ctx context.Context) (*net.TCPConn, error) {
	deadline := time.Now().Add(patience)
	for {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, "tcp", p.upstream)
		if err == nil {
			return conn.(*net.TCPConn), nil
		}
		if !errors.Is(err, syscall.ECONNREFUSED) || time.Now().After(deadline) {
			return nil, err
		}
		time.Sleep(pause)
	}
}
