package http1

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"strings"
)

// Answer is what came back, read to its end.
type Answer struct {
	Status int
	Header textproto.MIMEHeader
	Body   []byte
	// Last says that nothing can follow on the connection.
	Last bool
}

// ReadAnswer reads an answer whose body has no more than so many bytes. One that breaks off is an io.ErrUnexpectedEOF.
func ReadAnswer(in *bufio.Reader, limit int) (Answer, error) {
	lines := textproto.NewReader(in)
	for {
		answer, err := readHead(lines)
		if err != nil {
			return Answer{}, Unexpected(err)
		}
		if answer.Status < 200 {
			continue // there is more to come
		}
		err = answer.readBody(lines, limit)
		return answer, Unexpected(err)
	}
}

// ReadHead reads an answer that has no body, like a proxy's to CONNECT.
func ReadHead(in *bufio.Reader) (Answer, error) {
	answer, err := readHead(textproto.NewReader(in))
	return answer, Unexpected(err)
}

func readHead(lines *textproto.Reader) (Answer, error) {
	line, err := lines.ReadLine()
	if err != nil {
		return Answer{}, err
	}
	protocol, rest, _ := strings.Cut(line, " ")
	code, _, _ := strings.Cut(rest, " ")
	status, err := strconv.Atoi(code)
	if !strings.HasPrefix(protocol, "HTTP/1.") || err != nil {
		return Answer{}, fmt.Errorf("the answer is not HTTP: %.100q", line)
	}
	header, err := lines.ReadMIMEHeader()
	if err != nil {
		return Answer{}, err
	}
	last := protocol == "HTTP/1.0" || strings.EqualFold(header.Get("Connection"), "close")
	return Answer{Status: status, Header: header, Last: last}, nil
}

func (a *Answer) readBody(lines *textproto.Reader, limit int) (err error) {
	length := a.Header.Get("Content-Length")
	switch {
	case a.Status == 204 || a.Status == 304:
		return nil
	case strings.EqualFold(a.Header.Get("Transfer-Encoding"), "chunked"):
		a.Body, err = readChunks(lines, limit)
		return err
	case length == "":
		// It ends with the connection.
		a.Last = true
		a.Body, err = io.ReadAll(io.LimitReader(lines.R, int64(limit)+1))
		if len(a.Body) > limit {
			return tooLarge(limit)
		}
		return err
	}
	size, err := strconv.ParseUint(length, 10, 31)
	if err != nil {
		return fmt.Errorf("the answer's Content-Length is %q", length)
	}
	if int(size) > limit {
		return tooLarge(limit)
	}
	a.Body = make([]byte, size)
	_, err = io.ReadFull(lines.R, a.Body)
	return err
}

func readChunks(lines *textproto.Reader, limit int) ([]byte, error) {
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
		if len(body)+int(size) > limit {
			return nil, tooLarge(limit)
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

func tooLarge(limit int) error { return fmt.Errorf("the answer has more than %d bytes", limit) }

// Unexpected is the error for an answer that breaks off.
func Unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
