package proxy

import (
	"bufio"
	"fmt"
	"io"
)

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
