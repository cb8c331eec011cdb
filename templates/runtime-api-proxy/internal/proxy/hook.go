package proxy

import (
	"encoding/json"
	"strconv"
	"strings"
)

// maxWhole is the largest body that a hook can have whole: events and buffered responses are 6 MB at most, and Lambda refuses a response
// beyond it. A streamed response may be larger.
const maxWhole = 8 << 20

// ErrorType is the type of the error with which an invocation ends whose event or response a hook has refused.
const ErrorType = "Function.RefusedByProxy"

// Hooks is what is done to the messages that pass. Without a hook they pass byte for byte.
type Hooks struct {
	// OnEvent sees each event before the runtime does. Where it returns an error the runtime never sees the event: the invocation
	// ends with that error, and the runtime gets the next event.
	OnEvent Hook
	// OnResponse sees what the runtime posts, answers and errors alike, before Lambda does. Where it returns an error the
	// invocation ends with that error instead.
	OnResponse Hook
}

// Hook is called for one kind of message. Invocations come one after the other, but a hook is called from several goroutines.
type Hook struct {
	// Run may read and change the message. Where it is nil, nothing is called.
	Run func(*Message) error
	// WholeBody has the body collected and put into the message. Then a streamed response is sent on when it is complete, all at once.
	// Without it bodies pass as they come, chunk by chunk, behind a header that the hook has seen. Trailers pass either way.
	WholeBody bool
}

// Message is an event on its way to the runtime, or a response on its way to Lambda.
type Message struct {
	// RequestID is the invocation's.
	RequestID string
	// IsError says that a response is the function's error.
	IsError bool
	// Header is the message's header, to be read and changed. Content-Length and the like are the proxy's business.
	Header *Header
	// Body is the whole body where the hook asked for it, nil otherwise; assign to it to change it.
	Body []byte
}

// route is what a request is about.
type route struct {
	kind      routeKind
	requestID string
}

type routeKind int

const (
	other routeKind = iota
	next
	response
	failure
)

// findRoute recognises the three calls that carry an invocation, in every version of the Runtime API.
func findRoute(method, target string) route {
	path, _, _ := strings.Cut(target, "?")
	_, rest, ok := strings.Cut(strings.TrimPrefix(path, "/"), "/runtime/invocation/")
	if !ok {
		return route{}
	}
	if rest == "next" && method == "GET" {
		return route{kind: next}
	}
	id, what, _ := strings.Cut(rest, "/")
	switch {
	case method == "POST" && what == "response":
		return route{kind: response, requestID: id}
	case method == "POST" && what == "error":
		return route{kind: failure, requestID: id}
	}
	return route{}
}

// errorPath is where the invocation's error is posted, beside the path that a request was for.
func errorPath(target, requestID string) string {
	version, _, _ := strings.Cut(target, "/runtime/invocation/")
	return version + "/runtime/invocation/" + requestID + "/error"
}

// run calls the hook on a message and takes over what it has changed. The error is the hook's, or that of a body that it can't have.
func (hook Hook) run(m *Message, b *body) (refused, err error) {
	if hook.WholeBody {
		if err := b.collect(maxWhole); err == errTooLarge {
			return err, nil
		} else if err != nil {
			return nil, err
		}
		m.Body = b.content
	}
	if refused := hook.Run(m); refused != nil {
		return refused, nil
	}
	if hook.WholeBody {
		b.content = m.Body
		if b.framing.kind != chunked && (len(b.content) > 0 || b.framing.kind == sized) {
			m.Header.Set("Content-Length", strconv.Itoa(len(b.content)))
		}
	}
	return nil, nil
}

// errorBody is what a runtime posts where a function fails.
func errorBody(refused error) []byte {
	// Strings can always be encoded.
	encoded, _ := json.Marshal(map[string]string{"errorType": ErrorType, "errorMessage": refused.Error()})
	return encoded
}
