package proxy

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// maxLine bounds the lines between chunks, and those of a trailer, where a stack trace in base64 may stand.
const maxLine = maxHeader

// body is what comes behind a header: still in the connection, or collected for a hook.
type body struct {
	framing framing
	in      *bufio.Reader
	// collected says that the two below hold it, and nothing is left in the connection.
	collected bool
	content   []byte
	// trailer is the lines behind the last chunk, with the empty one.
	trailer []byte
}

// errTooLarge says that a hook asked for a body that it can't have.
var errTooLarge = errors.New("too large for a hook that wants it whole")

// writeTo sends it on. What has come is sent before more is waited for: see link.
func (b *body) writeTo(out io.Writer) error {
	switch {
	case !b.collected:
		return b.receive(out, out, out)
	case b.framing.kind != chunked:
		_, err := out.Write(b.content)
		return err
	}
	if len(b.content) > 0 {
		if _, err := fmt.Fprintf(out, "%x\r\n%s\r\n", len(b.content), b.content); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(out, "0\r\n%s", b.trailer)
	return err
}

// collect reads all of it. Where it is too large the rest stays in the connection.
func (b *body) collect(limit int) error {
	content := &limited{limit: limit}
	if b.framing.kind == sized && b.framing.length <= int64(limit) {
		content.bytes = make([]byte, 0, b.framing.length)
	}
	var trailer bytes.Buffer
	if err := b.receive(content, io.Discard, &trailer); err != nil {
		return err
	}
	if content.overflown {
		b.collected = true
		return errTooLarge
	}
	b.content, b.trailer, b.collected = content.bytes, trailer.Bytes(), true
	return nil
}

// discard reads what is left of it.
func (b *body) discard() error {
	if b.collected {
		return nil
	}
	b.collected = true
	return b.receive(io.Discard, io.Discard, io.Discard)
}

// receive reads it to its end: content, the frame around chunks, and the trailer.
func (b *body) receive(content, frame, trailer io.Writer) error {
	switch b.framing.kind {
	case empty:
		return nil
	case sized:
		return b.copyN(content, b.framing.length)
	case untilClose:
		return b.copyAll(content)
	}
	for {
		line, err := b.line()
		if err != nil {
			return err
		}
		if _, err := frame.Write(line); err != nil {
			return err
		}
		size, err := chunkSize(line)
		if err != nil {
			return err
		}
		if size == 0 {
			return b.copyTrailer(trailer)
		}
		if err := b.copyN(content, size); err != nil {
			return err
		}
		if line, err = b.line(); err != nil {
			return err
		}
		if len(bytes.TrimRight(line, "\r\n")) > 0 {
			return fmt.Errorf("%w: a chunk that is longer than its size", errNotHTTP)
		}
		if _, err := frame.Write(line); err != nil {
			return err
		}
	}
}

func (b *body) copyTrailer(out io.Writer) error {
	for {
		line, err := b.line()
		if err != nil {
			return err
		}
		if _, err := out.Write(line); err != nil {
			return err
		}
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			return nil
		}
	}
}

// copyN hands on n bytes in the portions in which they come.
func (b *body) copyN(out io.Writer, n int64) error {
	for n > 0 {
		written, err := b.portion(out, n)
		if err != nil {
			return unexpected(err)
		}
		n -= written
	}
	return nil
}

func (b *body) copyAll(out io.Writer) error {
	for {
		if _, err := b.portion(out, int64(b.in.Size())); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// portion hands on what is there, at most n bytes of it; where nothing is there it waits.
func (b *body) portion(out io.Writer, n int64) (int64, error) {
	if b.in.Buffered() == 0 {
		if _, err := b.in.Peek(1); err != nil {
			return 0, err
		}
	}
	there, err := b.in.Peek(int(min(n, int64(b.in.Buffered()))))
	if err != nil {
		return 0, err
	}
	if _, err := out.Write(there); err != nil {
		return 0, err
	}
	_, err = b.in.Discard(len(there))
	return int64(len(there)), err
}

// line reads one, with its end.
func (b *body) line() ([]byte, error) {
	line, err := b.in.ReadSlice('\n')
	if err == nil {
		return line, nil
	}
	// Longer than the buffer.
	long := bytes.Clone(line)
	for errors.Is(err, bufio.ErrBufferFull) && len(long) < maxLine {
		line, err = b.in.ReadSlice('\n')
		long = append(long, line...)
	}
	if errors.Is(err, bufio.ErrBufferFull) {
		return nil, fmt.Errorf("%w: a line of more than %d bytes", errNotHTTP, maxLine)
	}
	return long, unexpected(err)
}

// unexpected is the error for a body that ends too early.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// limited keeps what is written to it, or, where that is too much, nothing.
type limited struct {
	limit     int
	bytes     []byte
	overflown bool
}

func (l *limited) Write(p []byte) (int, error) {
	if l.overflown = l.overflown || len(l.bytes)+len(p) > l.limit; l.overflown {
		l.bytes = nil
		return len(p), nil
	}
	l.bytes = append(l.bytes, p...)
	return len(p), nil
}
