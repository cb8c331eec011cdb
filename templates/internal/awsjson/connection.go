package awsjson

import (
	"bufio"
	"context"
	"net"
	"net/url"
	"time"

	"example.com/templates/internal/http1"
)

// connection carries one exchange after the other.
type connection struct {
	net.Conn
	in *bufio.Reader
	// proxy is where requests go in the clear, to be passed on; it has to learn where to.
	proxy *url.URL
	// since is when the last exchange ended; zero before the first one.
	since time.Time
	// stale says that the exchange failed without a byte of an answer, where one before had not.
	stale bool
	// last says that no further exchange can follow.
	last bool
}

// exchange sends a request and reads the whole answer.
func (c *connection) exchange(ctx context.Context, request http1.Request) (http1.Answer, error) {
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	// Once the context has ended it, its deadline stays.
	defer func() { c.last = !stop() || c.last }()
	c.stale = !c.since.IsZero()
	if err := request.Write(c); err != nil {
		return http1.Answer{}, err
	}
	if _, err := c.in.Peek(1); err != nil {
		return http1.Answer{}, http1.Unexpected(err)
	}
	c.stale = false
	got, err := http1.ReadAnswer(c.in, maxAnswer)
	c.last = got.Last
	return got, err
}

// rest begins the time for which the connection waits. The clock on the wall counts (Round drops the other one): a freeze does not stop it.
func (c *connection) rest() { c.since = time.Now().Round(0) }

func (c *connection) expired() bool { return time.Now().Round(0).Sub(c.since) > idleTimeout }
