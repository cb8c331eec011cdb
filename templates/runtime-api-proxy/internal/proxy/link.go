package proxy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
)

// bufferSize is that of each of the four buffers of a connection. Most messages fit: one read, one write.
const bufferSize = 16 << 10

// link is a connection of the runtime's and the one of its own that it has to the Runtime API. What happens to one of them happens to
// the other: it is closed, half closed or reset likewise, so that each side fails, waits and gives up as it would without a proxy.
type link struct {
	client   *net.TCPConn
	upstream *net.TCPConn
	// host is the Host header's line for the Runtime API.
	host  []byte
	hooks Hooks
	// hooked says that there is a hook at all.
	hooked bool
	warn   func(error)

	// toUpstream and toClient are held while a message is written.
	toUpstream sync.Mutex
	toClient   sync.Mutex

	mu sync.Mutex
	// waiting are the requests that have no response yet, the oldest first.
	waiting []exchange
}

// exchange is a request that waits for its response.
type exchange struct {
	// isHead says that the response has no body.
	isHead bool
	// next is a request for an event that OnEvent wants to see, kept because it is sent again where the event is refused.
	next []byte
	// target is what it asks for.
	target string
}

// writeError is an error of the connection that is written to, as opposed to the one that is read from.
type writeError struct{ err error }

func (e writeError) Error() string { return e.err.Error() }

// flushing is a connection to read from; whatever is still to be written to the other one is written before anything is waited for.
type flushing struct {
	io.Reader
	out *bufio.Writer
}

func (f flushing) Read(p []byte) (int, error) {
	if err := f.out.Flush(); err != nil {
		return 0, err
	}
	return f.Reader.Read(p)
}

// marked is a connection to write to, whose errors can be told from those of reading.
type marked struct{ io.Writer }

func (m marked) Write(p []byte) (int, error) {
	n, err := m.Writer.Write(p)
	if err != nil {
		err = writeError{err}
	}
	return n, err
}

func pipe(from io.Reader, to io.Writer) (*bufio.Reader, *bufio.Writer) {
	out := bufio.NewWriterSize(marked{to}, bufferSize)
	return bufio.NewReaderSize(flushing{from, out}, bufferSize), out
}

// serve passes messages until both sides have ended. gone is called as soon as the runtime's has.
func (l *link) serve(gone func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.endResponses(l.passResponses())
	}()
	l.endRequests(l.passRequests())
	gone()
	<-done
	_ = l.client.Close()
	_ = l.upstream.Close()
}

func (l *link) endRequests(err error) {
	_, broken := errors.AsType[writeError](err)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		_ = l.upstream.CloseWrite()
	case broken:
		// The Runtime API takes no more, but may have answered: read on, since closing now would reset the connection and take the
		// answer with it.
		_, _ = io.Copy(io.Discard, l.client)
	default:
		l.reset(fmt.Errorf("read from the runtime: %w", err))
	}
}

func (l *link) endResponses(err error) {
	_, broken := errors.AsType[writeError](err)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		_ = l.client.CloseWrite()
	case broken:
		l.reset(nil)
	default:
		l.reset(fmt.Errorf("read from the Runtime API: %w", err))
	}
}

// reset breaks both connections off, and says why where that is nobody's doing but a message's.
func (l *link) reset(err error) {
	if _, isNet := errors.AsType[net.Error](err); err != nil && !isNet {
		l.warn(err)
	}
	for _, conn := range []*net.TCPConn{l.client, l.upstream} {
		_ = conn.SetLinger(0)
		_ = conn.Close()
	}
}

// send writes a message and leaves nothing in the buffer.
func send(out *bufio.Writer, header *Header, content *body) error {
	if _, err := out.Write(header.raw); err != nil {
		return err
	}
	if err := content.writeTo(out); err != nil {
		return err
	}
	return out.Flush()
}

func (l *link) push(e exchange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(l.waiting, e)
}

// pop takes the oldest; none where the Runtime API says something that it was not asked.
func (l *link) pop() exchange {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		return exchange{}
	}
	oldest := l.waiting[0]
	l.waiting = append(l.waiting[:0], l.waiting[1:]...)
	return oldest
}
