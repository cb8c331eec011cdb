package extension

import (
	"encoding/json"
	"fmt"
)

// Error is a refusal of the Extensions API.
type Error struct {
	// Status is the HTTP status.
	Status int
	// Type is Lambda's name for what is wrong, like Extension.InvalidExtensionState; empty where the answer has none.
	Type    string `json:"errorType"`
	Message string `json:"errorMessage"`
}

func (e *Error) Error() string {
	if e.Type == "" {
		return fmt.Sprintf("HTTP status %d", e.Status)
	}
	return fmt.Sprintf("%s: %s (HTTP status %d)", e.Type, e.Message, e.Status)
}

func refusal(status int, body []byte) error {
	refused := &Error{}
	// A body that is no JSON leaves both fields empty: the status has to do.
	_ = json.Unmarshal(body, refused)
	refused.Status = status
	return refused
}
