package extension

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
	"time"
)

// maxAnswer bounds what is read of an answer; events never hold the function's payload and stay far below it.
const maxAnswer = 1 << 20

// errTooLarge says that an answer is none of the Extensions API's.
var errTooLarge = fmt.Errorf("the answer has more than %d bytes", maxAnswer)

// exchanger speaks HTTP/1.1 with one server in the clear, as far as the Extensions API takes it. net/http can do much more, and would
// double the bytes and the memory of a small extension.
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

// answer is what came back, read to its end.
type answer struct {
	status int
	header textproto.MIMEHeader
	body   []byte
}

// exchange sends a request and waits for the answer, without a time-out of its own.
func (e *exchanger) exchange(ctx context.Context, method, path string, header map[string]string, body []byte) (answer, error) {
	var request strings.Builder
	fmt.Fprintf(&request, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, path, e.address)
	for name, value := range header {
		fmt.Fprintf(&request, "%s: %s\r\n", name, value)
	}
	if method != "GET" {
		fmt.Fprintf(&request, "Content-Length: %d\r\n", len(body))
	}
	fmt.Fprintf(&request, "\r\n%s", body)
	for {
		conn, err := e.connect(ctx)
		if err != nil {
			return answer{}, err
		}
		got, begun, err := conn.exchange(ctx, request.String())
		if err == nil {
			e.release(conn, got.header)
			return got, nil
		}
		_ = conn.Close()
		if ctx.Err() != nil {
			return answer{}, context.Cause(ctx)
		}
		if begun || !conn.used {
			return answer{}, err
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

// release keeps a connection for the next exchange, unless the server wants it closed or there is one already.
func (e *exchanger) release(conn *connection, header textproto.MIMEHeader) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.idle != nil || strings.EqualFold(header.Get("Connection"), "close") {
		_ = conn.Close()
		return
	}
	conn.used = true
	e.idle = conn
}

// exchange sends one request; begun says that an answer has begun.
func (c *connection) exchange(ctx context.Context, request string) (got answer, begun bool, err error) {
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if _, err := io.WriteString(c, request); err != nil {
		return answer{}, false, err
	}
	if _, err := c.in.Peek(1); err != nil {
		return answer{}, false, unexpected(err)
	}
	got, err = readAnswer(c.in)
	return got, true, unexpected(err)
}

func readAnswer(in *bufio.Reader) (answer, error) {
	lines := textproto.NewReader(in)
	for {
		status, err := readStatus(lines)
		if err != nil {
			return answer{}, err
		}
		header, err := lines.ReadMIMEHeader()
		if err != nil {
			return answer{}, err
		}
		if status < 200 {
			continue
		}
		body, err := readBody(lines, status, header)
		return answer{status: status, header: header, body: body}, err
	}
}

func readStatus(lines *textproto.Reader) (int, error) {
	line, err := lines.ReadLine()
	if err != nil {
		return 0, err
	}
	protocol, rest, _ := strings.Cut(line, " ")
	code, _, _ := strings.Cut(rest, " ")
	status, err := strconv.Atoi(code)
	if !strings.HasPrefix(protocol, "HTTP/1.") || err != nil {
		return 0, fmt.Errorf("the answer is not HTTP: %.100q", line)
	}
	return status, nil
}

func readBody(lines *textproto.Reader, status int, header textproto.MIMEHeader) ([]byte, error) {
	switch {
	case status == 204 || status == 304:
		return nil, nil
	case strings.EqualFold(header.Get("Transfer-Encoding"), "chunked"):
		return readChunks(lines)
	case header.Get("Content-Length") == "":
		// It ends with the connection.
		header.Set("Connection", "close")
		body, err := io.ReadAll(io.LimitReader(lines.R, maxAnswer+1))
		if len(body) > maxAnswer {
			return nil, errTooLarge
		}
		return body, err
	}
	length, err := strconv.ParseUint(header.Get("Content-Length"), 10, 31)
	if err != nil {
		return nil, fmt.Errorf("the answer's Content-Length is %q", header.Get("Content-Length"))
	}
	if length > maxAnswer {
		return nil, errTooLarge
	}
	body := make([]byte, length)
	_, err = io.ReadFull(lines.R, body)
	return body, err
}

func readChunks(lines *textproto.Reader) ([]byte, error) {
	var body []byte
	for {
		line, err := lines.ReadLine()
		if err != nil {
			return nil, err
		}
		digits, _, _ := strings.Cut(line, ";")
		size, err := strconv.ParseUint(strings.TrimSpace(digits), 16, 31)
		if err != nil {
			return nil, fmt.Errorf("the answer has a chunk of size %.20q", digits)
		}
		if size == 0 {
			_, err := lines.ReadMIMEHeader()
			return body, err
		}
		if len(body)+int(size) > maxAnswer {
			return nil, errTooLarge
		}
		start := len(body)
		body = append(body, make([]byte, size)...)
		if _, err := io.ReadFull(lines.R, body[start:]); err != nil {
			return nil, err
		}
		if end, err := lines.ReadLine(); err != nil || end != "" {
			return nil, errors.Join(errors.New("the answer has a chunk without an end"), err)
		}
	}
}

// unexpected is the error for an answer that breaks off.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
