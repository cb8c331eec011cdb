package proxy

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
)

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
