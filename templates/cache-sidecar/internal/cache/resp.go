package cache

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// maxReply is the longest value that is read: a DynamoDB item of 400 KB grows where its characters must be escaped in JSON.
const maxReply = 4 << 20

// refusal is an error that the server told, and after which it goes on listening.
type refusal string

func (r refusal) Error() string { return string(r) }

// respConn is a connection to a server that speaks RESP, the protocol of Redis, as far as commands take it whose reply is one text.
type respConn struct {
	net.Conn
	in *bufio.Reader
	// idleSince is when the last reply came.
	idleSince time.Time
}

func newRespConn(conn net.Conn) *respConn { return &respConn{Conn: conn, in: bufio.NewReader(conn)} }

// do sends a command and reads its reply, nil where that is null. After an error that is no refusal the connection is of no more use.
func (c *respConn) do(ctx context.Context, words ...string) ([]byte, error) {
	// Without a deadline it is the zero time, which means none here too.
	deadline, _ := ctx.Deadline()
	if err := c.SetDeadline(deadline); err != nil {
		return nil, err
	}
	var command bytes.Buffer
	fmt.Fprintf(&command, "*%d\r\n", len(words))
	for _, word := range words {
		fmt.Fprintf(&command, "$%d\r\n%s\r\n", len(word), word)
	}
	if _, err := c.Write(command.Bytes()); err != nil {
		return nil, err
	}
	reply, err := c.reply()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return reply, err
}

func (c *respConn) reply() ([]byte, error) {
	line, err := c.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return nil, errNotRESP
	}
	if err != nil {
		return nil, err
	}
	line, whole := bytes.CutSuffix(line, []byte("\r\n"))
	if !whole || len(line) == 0 {
		return nil, errNotRESP
	}
	switch rest := string(line[1:]); line[0] {
	case '+':
		return []byte(rest), nil
	case '-':
		// A server that does not know a command goes on with its arguments, the item among them.
		why, _, _ := strings.Cut(rest, ", with args")
		return nil, refusal(why)
	case '$':
		return c.text(rest)
	}
	return nil, errNotRESP
}

var errNotRESP = errors.New("the server's reply is none of Redis's")

// text reads what follows the length.
func (c *respConn) text(length string) ([]byte, error) {
	if length == "-1" {
		return nil, nil
	}
	size, err := strconv.ParseUint(length, 10, 63)
	if err != nil {
		return nil, errNotRESP
	}
	// No more memory is taken than a value can need, whatever a server announces.
	if size > maxReply {
		return nil, fmt.Errorf("the server announces a value of %d bytes", size)
	}
	text := make([]byte, size+2)
	if _, err := io.ReadFull(c.in, text); err != nil {
		return nil, err
	}
	text, whole := bytes.CutSuffix(text, []byte("\r\n"))
	if !whole {
		return nil, errNotRESP
	}
	return text, nil
}
