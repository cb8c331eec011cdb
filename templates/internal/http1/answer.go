package http1

import (
	"bufio"
	"bytes"
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

// maxHead bounds what is read of an answer before its body, and behind one that comes in chunks.
const maxHead = 64 << 10

// ReadAnswer reads an answer whose body has no more than so many bytes. One that breaks off is an io.ErrUnexpectedEOF.
func ReadAnswer(in *bufio.Reader, limit int) (Answer, error) {
	for {
		answer, err := ReadHead(in)
		if err != nil {
			return Answer{}, err
		}
		if answer.Status < 200 {
			continue // there is more to come
		}
		err = answer.readBody(in, limit)
		// What nobody has asked for must not pass for the next answer.
		answer.Last = answer.Last || in.Buffered() > 0
		return answer, Unexpected(err)
	}
}

// ReadHead reads an answer that has no body, like a proxy's to CONNECT.
func ReadHead(in *bufio.Reader) (Answer, error) {
	answer, err := readHead(in)
	return answer, Unexpected(err)
}

func readHead(in *bufio.Reader) (Answer, error) {
	// Whoever speaks something else may never come to an empty line.
	start, err := in.Peek(len("HTTP/"))
	if err != nil {
		return Answer{}, err
	}
	if string(start) != "HTTP/" {
		start, _ = in.Peek(in.Buffered())
		return Answer{}, notHTTP(string(start))
	}
	text, err := readSection(in)
	if err != nil {
		return Answer{}, err
	}
	line, fields, _ := strings.Cut(text, "\n")
	protocol, rest, _ := strings.Cut(strings.TrimSuffix(line, "\r"), " ")
	code, _, _ := strings.Cut(rest, " ")
	status, err := strconv.ParseUint(code, 10, 16)
	if protocol != "HTTP/1.1" && protocol != "HTTP/1.0" || err != nil || len(code) != 3 {
		return Answer{}, notHTTP(line)
	}
	header, err := readFields(fields)
	if err != nil {
		return Answer{}, err
	}
	last := protocol == "HTTP/1.0" || strings.Contains(strings.ToLower(strings.Join(header["Connection"], ",")), "close")
	return Answer{Status: int(status), Header: header, Last: last}, nil
}

func notHTTP(text string) error {
	line, _, _ := strings.Cut(text, "\n")
	return fmt.Errorf("the answer is not HTTP: %.100q", strings.TrimSpace(line))
}

// readSection reads lines up to an empty one.
func readSection(in *bufio.Reader) (string, error) {
	var text []byte
	for begin := 0; ; {
		part, err := in.ReadSlice('\n')
		text = append(text, part...)
		switch {
		case len(text) > maxHead:
			return "", fmt.Errorf("the answer's head has more than %d bytes", maxHead)
		case errors.Is(err, bufio.ErrBufferFull):
			continue // the line goes on
		case err != nil:
			return "", err
		case len(bytes.TrimRight(text[begin:], "\r\n")) == 0:
			return string(text), nil
		}
		begin = len(text)
	}
}

func readFields(text string) (textproto.MIMEHeader, error) {
	return textproto.NewReader(bufio.NewReader(strings.NewReader(text))).ReadMIMEHeader()
}

func (a *Answer) readBody(in *bufio.Reader, limit int) (err error) {
	codings, lengths := a.Header["Transfer-Encoding"], a.Header["Content-Length"]
	switch {
	case a.Status == 204 || a.Status == 304:
		return nil
	case len(codings) == 1 && strings.EqualFold(codings[0], "chunked"):
		// Who names a length besides may have sent that much.
		a.Last = a.Last || lengths != nil
		a.Body, err = readChunks(in, limit)
		return err
	case codings != nil:
		return fmt.Errorf("the answer's Transfer-Encoding is %.100q", strings.Join(codings, ", "))
	case lengths == nil:
		// It ends with the connection.
		a.Last = true
		a.Body, err = io.ReadAll(io.LimitReader(in, int64(limit)+1))
		if len(a.Body) > limit {
			return tooLarge(limit)
		}
		return err
	}
	length := strings.Join(lengths, ", ")
	size, err := strconv.ParseUint(length, 10, 31)
	if err != nil {
		return fmt.Errorf("the answer's Content-Length is %q", length)
	}
	if int(size) > limit {
		return tooLarge(limit)
	}
	a.Body = make([]byte, size)
	_, err = io.ReadFull(in, a.Body)
	return err
}

func readChunks(in *bufio.Reader, limit int) ([]byte, error) {
	var body []byte
	for {
		// No line is longer than the reader's buffer.
		line, err := in.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		text, whole := strings.CutSuffix(string(line), "\r\n")
		digits, _, _ := strings.Cut(text, ";")
		size, err := strconv.ParseUint(strings.TrimRight(digits, " \t"), 16, 31)
		if err != nil || !whole {
			return nil, fmt.Errorf("the answer has a chunk of size %.20q", digits)
		}
		if size == 0 {
			_, err := readSection(in)
			return body, err
		}
		if len(body)+int(size) > limit {
			return nil, tooLarge(limit)
		}
		start := len(body)
		body = append(body, make([]byte, size)...)
		if _, err := io.ReadFull(in, body[start:]); err != nil {
			return nil, err
		}
		if end, err := in.ReadSlice('\n'); err != nil || string(end) != "\r\n" {
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
