package proxy

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
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

// passRequests returns when the runtime sends no more, or can't be understood, or the Runtime API takes no more.
func (l *link) passRequests() error {
	in, out := pipe(l.client, l.upstream)
	header := &Header{}
	for {
		if err := header.read(in); err != nil {
			return err
		}
		if err := l.passRequest(header, in, out); err != nil {
			return err
		}
	}
}

func (l *link) passRequest(header *Header, in *bufio.Reader, out *bufio.Writer) error {
	method, target, ok := header.request()
	if !ok {
		return fmt.Errorf("%w: %.100q", errNotHTTP, header.firstLine())
	}
	framing, err := requestFraming(header)
	if err != nil {
		return err
	}
	waiting := exchange{isHead: string(method) == "HEAD"}
	var about route
	if l.hooked {
		waiting.target = string(target)
		about = findRoute(string(method), waiting.target)
	}
	header.setLine("Host", l.host)
	content := &body{framing: framing, in: in}
	switch {
	case about.kind == next && l.hooks.OnEvent.Run != nil:
		waiting.next = bytes.Clone(header.raw)
	case (about.kind == response || about.kind == failure) && l.hooks.OnResponse.Run != nil:
		if err := l.hookResponse(header, content, waiting.target, about); err != nil {
			return err
		}
	}
	l.toUpstream.Lock()
	defer l.toUpstream.Unlock()
	l.push(waiting)
	return send(out, header, content)
}

// hookResponse runs OnResponse; where it refuses, the request becomes one that reports its error.
func (l *link) hookResponse(header *Header, content *body, target string, about route) error {
	if strings.EqualFold(header.Get("Expect"), "100-continue") {
		// The runtime sends the body when it is told to, and the hook may want it before Lambda is asked.
		if err := l.tellToContinue(); err != nil {
			return err
		}
		header.Del("Expect")
	}
	message := &Message{RequestID: about.requestID, IsError: about.kind == failure, Header: header}
	refused, err := l.hooks.OnResponse.run(message, content)
	if err != nil || refused == nil {
		return err
	}
	if err := content.discard(); err != nil {
		return err
	}
	header.setTarget(errorPath(target, about.requestID))
	for _, name := range []string{"Transfer-Encoding", "Trailer", "Expect", "Lambda-Runtime-Function-Response-Mode"} {
		header.Del(name)
	}
	content.content = errorBody(refused)
	content.framing = framing{kind: sized, length: int64(len(content.content))}
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(content.content)))
	header.Set("Lambda-Runtime-Function-Error-Type", ErrorType)
	return nil
}

func (l *link) tellToContinue() error {
	l.toClient.Lock()
	defer l.toClient.Unlock()
	_, err := io.WriteString(l.client, "HTTP/1.1 100 Continue\r\n\r\n")
	return err
}

// passResponses returns when the Runtime API sends no more, or can't be understood, or the runtime takes no more.
func (l *link) passResponses() error {
	in, out := pipe(l.upstream, l.client)
	header := &Header{}
	for {
		if err := header.read(in); err != nil {
			return err
		}
		if err := l.passResponse(header, in, out); err != nil {
			return err
		}
	}
}

func (l *link) passResponse(header *Header, in *bufio.Reader, out *bufio.Writer) error {
	status, ok := header.status()
	if !ok {
		return fmt.Errorf("%w: %.100q", errNotHTTP, header.firstLine())
	}
	// A response of the 100s is followed by the one that counts.
	var answered exchange
	if status >= 200 {
		answered = l.pop()
	}
	framing, err := responseFraming(header, status, answered.isHead)
	if err != nil {
		return err
	}
	content := &body{framing: framing, in: in}
	if answered.next != nil && status == 200 {
		message := &Message{RequestID: header.Get("Lambda-Runtime-Aws-Request-Id"), Header: header}
		refused, err := l.hooks.OnEvent.run(message, content)
		if err != nil {
			return err
		}
		if refused != nil {
			return l.refuseEvent(answered, message.RequestID, refused, content)
		}
	}
	l.toClient.Lock()
	defer l.toClient.Unlock()
	if err := send(out, header, content); err != nil {
		return err
	}
	if framing.kind == untilClose {
		return io.EOF
	}
	return nil
}

// refuseEvent ends the invocation with the hook's error and asks for the next event: the runtime goes on waiting for it.
func (l *link) refuseEvent(asked exchange, requestID string, refused error, content *body) error {
	if err := content.discard(); err != nil {
		return err
	}
	report := errorBody(refused)
	l.toUpstream.Lock()
	defer l.toUpstream.Unlock()
	if _, err := fmt.Fprintf(l.upstream, "POST %s HTTP/1.1\r\n%sContent-Type: application/json\r\n"+
		"Lambda-Runtime-Function-Error-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		errorPath(asked.target, requestID), l.host, ErrorType, len(report), report); err != nil {
		return err
	}
	header := &Header{}
	if err := header.read(content.in); err != nil {
		return unexpected(err)
	}
	status, _ := header.status()
	framing, err := responseFraming(header, status, false)
	if err != nil {
		return err
	}
	if err := (&body{framing: framing, in: content.in}).discard(); err != nil {
		return err
	}
	if status != 202 {
		l.warn(fmt.Errorf("refuse event %s: the Runtime API answered with %d", requestID, status))
	}
	l.push(asked)
	_, err = l.upstream.Write(asked.next)
	return err
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
