package proxy

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// maxHeader bounds a message's header: runtimes send up to 1 MiB of X-Ray cause in one.
const maxHeader = 2 << 20

// errNotHTTP says that a message is none. Whoever sent it would have been refused without the proxy too.
var errNotHTTP = errors.New("this is not HTTP/1.1")

// Header is the first line and the header of a message, byte for byte as they came: case, order, spaces and repetitions stay as they
// are, except for what a hook changes. The zero Header is empty, for tests of hooks.
type Header struct {
	// raw ends with the empty line.
	raw []byte
}

// Get returns the first value of a field, whatever the case of its name; empty where there is none.
func (h *Header) Get(name string) string {
	for at := h.firstField(); ; {
		f, ok := h.field(at)
		if !ok {
			return ""
		}
		if f.is(name) {
			return string(f.value)
		}
		at = f.end
	}
}

// Set gives a field one value: in the place of its first line, or as a last line. Line breaks become spaces.
func (h *Header) Set(name, value string) {
	if len(h.raw) == 0 {
		h.raw = []byte("\r\n\r\n")
	}
	h.setLine(name, []byte(oneLine(name+": "+value)+"\r\n"))
}

// setLine puts a whole line in the place of a field's first one, and removes the others.
func (h *Header) setLine(name string, line []byte) {
	replaced := false
	for at := h.firstField(); ; {
		f, ok := h.field(at)
		if !ok {
			break
		}
		switch {
		case !f.is(name):
			at = f.end
		case replaced:
			h.splice(f.start, f.end, nil)
		default:
			h.splice(f.start, f.end, line)
			at = f.start + len(line)
			replaced = true
		}
	}
	if !replaced {
		end := h.fieldsEnd()
		h.splice(end, end, line)
	}
}

// Del removes every line of a field.
func (h *Header) Del(name string) {
	for at := h.firstField(); ; {
		f, ok := h.field(at)
		if !ok {
			return
		}
		if f.is(name) {
			h.splice(f.start, f.end, nil)
		} else {
			at = f.end
		}
	}
}

func oneLine(text string) string {
	if !strings.ContainsAny(text, "\r\n") {
		return text
	}
	return strings.NewReplacer("\r", " ", "\n", " ").Replace(text)
}

// field is one line: where it begins and where the next one does.
type field struct {
	start, end  int
	name, value []byte
}

func (f field) is(name string) bool {
	return len(f.name) == len(name) && bytes.EqualFold(f.name, []byte(name))
}

// field returns the line that begins at a position; false at the empty line.
func (h *Header) field(start int) (field, bool) {
	line, _, _ := bytes.Cut(h.raw[start:], []byte("\n"))
	name, value, ok := bytes.Cut(line, []byte(":"))
	if !ok {
		return field{}, false
	}
	return field{start: start, end: start + len(line) + 1, name: name, value: bytes.Trim(value, " \t\r")}, true
}

func (h *Header) firstField() int { return bytes.IndexByte(h.raw, '\n') + 1 }

// fieldsEnd is where the empty line begins.
func (h *Header) fieldsEnd() int { return bytes.LastIndexByte(h.raw[:len(h.raw)-1], '\n') + 1 }

func (h *Header) splice(start, end int, with []byte) {
	h.raw = slices.Replace(h.raw, start, end, with...)
}

// firstLine is without its line break.
func (h *Header) firstLine() []byte {
	line, _, _ := bytes.Cut(h.raw, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}

// request returns method and target of a request, which the next change of the header changes; ok is false where the line is not one.
func (h *Header) request() (method, target []byte, ok bool) {
	method, rest, _ := bytes.Cut(h.firstLine(), []byte(" "))
	target, protocol, _ := bytes.Cut(rest, []byte(" "))
	return method, target, len(target) > 0 && bytes.HasPrefix(protocol, []byte("HTTP/1."))
}

// setTarget makes it a request for something else.
func (h *Header) setTarget(target string) {
	method, old, _ := h.request()
	start := len(method) + 1
	h.splice(start, start+len(old), []byte(target))
}

// status returns that of a response; ok is false where the line is not one.
func (h *Header) status() (status int, ok bool) {
	protocol, rest, _ := bytes.Cut(h.firstLine(), []byte(" "))
	digits, _, _ := bytes.Cut(rest, []byte(" "))
	if !bytes.HasPrefix(protocol, []byte("HTTP/1.")) || len(digits) != 3 {
		return 0, false
	}
	status, err := strconv.Atoi(string(digits))
	return status, err == nil && status >= 100
}

// read reads the next message's. It returns io.EOF where the connection ends before it begins.
func (h *Header) read(in *bufio.Reader) error {
	h.raw = h.raw[:0]
	// Where the line that is being read begins.
	line := 0
	for {
		part, err := in.ReadSlice('\n')
		h.raw = append(h.raw, part...)
		if len(h.raw) > maxHeader {
			return fmt.Errorf("a header of more than %d bytes", maxHeader)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if errors.Is(err, io.EOF) && len(h.raw) > 0 {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		current := h.raw[line:]
		blank := len(bytes.TrimRight(current, "\r\n")) == 0
		switch {
		case blank && line > 0:
			return nil
		case blank:
			// Some clients leave an empty line behind a body.
			h.raw = h.raw[:0]
		case line > 0 && (current[0] == ' ' || current[0] == '\t' || !bytes.Contains(current, []byte(":"))):
			return errNotHTTP
		default:
			line = len(h.raw)
		}
	}
}
