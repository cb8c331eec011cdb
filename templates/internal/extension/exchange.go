package extension

import (
	"bufio"
	"context"
	"net"
	"sync"
	"time"

	"example.com/templates/internal/http1"
)

// maxAnswer bounds what is read of an answer; events never hold the function's payload and stay far below it.
const maxAnswer = 1 << 20

// exchanger speaks HTTP/1.1 with one server in the clear, over one connection after the other.
type exchanger struct {
	address string

	mu sync.Mutex
	// idle is the connection of the last exchange, if another may follow on it.
	idle *connection
}

type connection struct {
	net.Conn
	in *bufio.Reader
	// used says that an exchange went over it before: the server may have closed it since.
	used bool
}

// exchange sends a request and waits for the answer, without a time-out of its own.
func (e *exchanger) exchange(ctx context.Context, request http1.Request) (http1.Answer, error) {
	request.Host = e.address
	for {
		conn, err := e.connect(ctx)
		if err != nil {
			return http1.Answer{}, err
		}
		got, begun, err := conn.exchange(ctx, request)
		if err == nil {
			e.release(conn, got.Last)
			return got, nil
		}
		_ = conn.Close()
		if ctx.Err() != nil {
			return http1.Answer{}, context.Cause(ctx)
		}
		if begun || !conn.used {
			return http1.Answer{}, err
		}
		// The server had closed the connection while nobody looked: it has not seen the request.
	}
}

func (e *exchanger) connect(ctx context.Context) (*connection, error) {
	e.mu.Lock()
	conn := e.idle
	e.idle = nil
	e.mu.Unlock()
	if conn != nil {
		return conn, nil
	}
	var dialer net.Dialer
	dialed, err := dialer.DialContext(ctx, "tcp", e.address)
	if err != nil {
		return nil, err
	}
	return &connection{Conn: dialed, in: bufio.NewReader(dialed)}, nil
}

// release keeps a connection for the next exchange, unless that was its last one or there is one already.
func (e *exchanger) release(conn *connection, last bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.idle != nil || last {
		_ = conn.Close()
		return
	}
	conn.used = true
	e.idle = conn
}

// exchange sends one request; begun says that an answer has begun.
func (c *connection) exchange(ctx context.Context, request http1.Request) (got http1.Answer, begun bool, err error) {
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := request.Write(c); err != nil {
		return http1.Answer{}, false, err
	}
	if _, err := c.in.Peek(1); err != nil {
		return http1.Answer{}, false, http1.Unexpected(err)
	}
	got, err = http1.ReadAnswer(c.in, maxAnswer)
	return got, true, err
}
