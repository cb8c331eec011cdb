package awsjson

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"time"
)

// connection carries one exchange after the other.
type connection struct {
	net.Conn
	in *bufio.Reader
	// throughProxy says that requests go in the clear to a proxy, which has to learn where to.
	throughProxy bool
	// header is what that proxy wants to know besides.
	header http.Header
	// since is when the last exchange ended; zero before the first one.
	since time.Time
	// stale says that the exchange failed without a byte of an answer, where one before had not.
	stale bool
	// last says that no further exchange can follow.
	last bool
}

// exchange sends a request and reads the whole answer.
func (c *connection) exchange(request *http.Request) (reply, error) {
	stop := context.AfterFunc(request.Context(), func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	// Once the context has ended it, its deadline stays.
	defer func() { c.last = !stop() || c.last }()
	c.stale = !c.since.IsZero()
	if err := c.write(request); err != nil {
		return reply{}, err
	}
	if _, err := c.in.Peek(1); err != nil {
		return reply{}, unexpected(err)
	}
	c.stale = false
	got, err := c.read(request)
	return got, unexpected(err)
}

func (c *connection) write(request *http.Request) error {
	if !c.throughProxy {
		return request.Write(c)
	}
	for name, values := range c.header {
		request.Header[name] = values
	}
	return request.WriteProxy(c)
}

func (c *connection) read(request *http.Request) (reply, error) {
	for {
		response, err := http.ReadResponse(c.in, request)
		if err != nil {
			return reply{}, err
		}
		body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
		if err != nil {
			return reply{}, err
		}
		if len(body) > maxAnswer {
			return reply{}, errTooLarge
		}
		if response.StatusCode < http.StatusOK {
			continue // there is more to come
		}
		c.last = response.Close
		return reply{response.StatusCode, response.Header, body}, nil
	}
}

// rest begins the time for which the connection waits. The clock on the wall counts (Round drops the other one): a freeze does not stop it.
func (c *connection) rest() { c.since = time.Now().Round(0) }

func (c *connection) expired() bool { return time.Now().Round(0).Sub(c.since) > idleTimeout }
