package awsjson

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/templates/internal/http1"
)

// maxMessage is how much of a service's own words is told.
const maxMessage = 500

// Error is a refusal by the service.
type Error struct {
	// Status is the HTTP status.
	Status int
	// Code is AWS's name for what is wrong, like AccessDeniedException; empty where the answer has none.
	Code string
	// Message is what the service says about it, its first line.
	Message string
}

func (e *Error) Error() string {
	switch {
	case e.Code == "":
		return fmt.Sprintf("HTTP status %d, which is not how AWS refuses", e.Status)
	case e.Message == "":
		return fmt.Sprintf("%s (HTTP status %d)", e.Code, e.Status)
	}
	return fmt.Sprintf("%s: %s (HTTP status %d)", e.Code, e.Message, e.Status)
}

// refusal reads the code from where the services put it: the body's __type with a namespace before it, or a header with a URL behind.
func refusal(got http1.Answer) error {
	var said struct {
		Type    string `json:"__type"`
		Message string `json:"message"` // some say Message: encoding/json does not mind the case
	}
	// A body that is no JSON leaves everything empty: the status has to do.
	_ = json.Unmarshal(got.Body, &said)
	code := first(said.Type, got.Header.Get("X-Amzn-Errortype"))
	code, _, _ = strings.Cut(code[strings.LastIndexByte(code, '#')+1:], ":")
	return &Error{Status: got.Status, Code: code, Message: shorten(said.Message)}
}

// shorten keeps the first line: a refused signature's message goes on with the whole request, session token included. It ends before what
// would pass for a line of its own on a terminal, too.
func shorten(message string) string {
	if end := strings.IndexFunc(message, unicode.IsControl); end >= 0 {
		message = message[:end]
	}
	if len(message) > maxMessage {
		message = message[:maxMessage]
		for !utf8.ValidString(message) {
			message = message[:len(message)-1]
		}
		message += "…"
	}
	return message
}
