package extension

import "time"

// EventType is a phase of the execution environment's life that an extension can be told of.
type EventType string

const (
	// Invoke is the start of an invocation. An extension that registers for it is woken each time, and an invocation ends only when
	// it has called Next again.
	Invoke EventType = "INVOKE"
	// Shutdown is the end of the environment. An extension that registers for it has until the event's deadline to exit.
	Shutdown EventType = "SHUTDOWN"
)

// Event is what Next returns.
type Event struct {
	Type EventType `json:"eventType"`
	// DeadlineMs is when the phase must be over, in milliseconds since 1970. A frozen environment's clocks jump: compare with this,
	// not with time passed.
	DeadlineMs int64 `json:"deadlineMs"`
	// RequestID and InvokedFunctionARN are those of the invocation; empty at SHUTDOWN.
	RequestID          string `json:"requestId"`
	InvokedFunctionARN string `json:"invokedFunctionArn"`
	// ShutdownReason is spindown, timeout or failure (in whichever case); empty at INVOKE.
	ShutdownReason string `json:"shutdownReason"`
}

// Deadline is DeadlineMs as a time.
func (e Event) Deadline() time.Time { return time.UnixMilli(e.DeadlineMs) }
