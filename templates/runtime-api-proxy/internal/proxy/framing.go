package proxy

import (
	"bytes"
	"fmt"
	"net/textproto"
	"strconv"
	"strings"
)

// framing says how the end of a body is found.
type framing struct {
	kind framingKind
	// length is that of a sized body.
	length int64
}

type framingKind int

const (
	// empty is no body at all.
	empty framingKind = iota
	sized
	chunked
	// untilClose is the body of a response that ends with the connection.
	untilClose
)

// requestFraming is that of a request's body.
func requestFraming(h *Header) (framing, error) {
	f, known, err := declaredFraming(h)
	if err != nil || known {
		return f, err
	}
	return framing{}, nil
}

// responseFraming is that of a response's body; some responses have none, whatever their header says.
func responseFraming(h *Header, status int, toHead bool) (framing, error) {
	if toHead || status < 200 || status == 204 || status == 304 {
		return framing{}, nil
	}
	f, known, err := declaredFraming(h)
	if err != nil || known {
		return f, err
	}
	return framing{kind: untilClose}, nil
}

// declaredFraming is what the header says; known is false where it says nothing.
func declaredFraming(h *Header) (f framing, known bool, err error) {
	for at := h.firstField(); ; {
		line, ok := h.field(at)
		if !ok {
			return f, known, nil
		}
		at = line.end
		switch {
		case line.is("Transfer-Encoding"):
			codings := strings.Split(string(line.value), ",")
			if !strings.EqualFold(textproto.TrimString(codings[len(codings)-1]), "chunked") {
				return framing{}, false, fmt.Errorf("%w: Transfer-Encoding %q", errNotHTTP, line.value)
			}
			f, known = framing{kind: chunked}, true
		case line.is("Content-Length") && f.kind != chunked:
			length, err := strconv.ParseUint(string(line.value), 10, 63)
			if err != nil || known && f.length != int64(length) {
				return framing{}, false, fmt.Errorf("%w: Content-Length %q", errNotHTTP, line.value)
			}
			f, known = framing{kind: sized, length: int64(length)}, true
		}
	}
}

// chunkSize reads it off the line before a chunk, which may have an extension after a semicolon.
func chunkSize(line []byte) (int64, error) {
	digits, _, _ := bytes.Cut(line, []byte(";"))
	size, err := strconv.ParseUint(string(bytes.TrimSpace(digits)), 16, 63)
	if err != nil {
		return 0, fmt.Errorf("%w: chunk of size %q", errNotHTTP, digits)
	}
	return int64(size), nil
}
