// Package http1 writes HTTP/1.1 requests and reads whole answers, as far as Lambda's APIs and AWS's services take it. net/http can do much
// more, and would make a small extension's layer half as large again.
package http1

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// Request is a request with its whole body.
type Request struct {
	Method string
	// Target is the path with its query, or what else stands there in a request to a proxy.
	Target string
	Host   string
	Header map[string][]string
	Body   []byte
}

// Write sends the request in one piece. It refuses a header that would break it in two; its error does not quote the value.
func (r Request) Write(to io.Writer) error {
	var text bytes.Buffer
	fmt.Fprintf(&text, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.Method, r.Target, r.Host)
	for name, values := range r.Header {
		for _, value := range values {
			if strings.ContainsAny(value, "\r\n") {
				return fmt.Errorf("the header %s has more than one line", name)
			}
			fmt.Fprintf(&text, "%s: %s\r\n", name, value)
		}
	}
	if r.Method == "POST" {
		fmt.Fprintf(&text, "Content-Length: %d\r\n", len(r.Body))
	}
	text.WriteString("\r\n")
	text.Write(r.Body)
	_, err := to.Write(text.Bytes())
	return err
}
