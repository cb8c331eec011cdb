package telemetry

import (
	"encoding/json"
	"fmt"
	"time"
)

// Event is something that happened in the execution environment.
type Event struct {
	Time time.Time `json:"time"`
	// Type is platform.start, platform.report, function, extension and so on. There will be more of them: pass over unknown ones.
	Type string `json:"type"`
	// Record is a line of text for function and extension (or an object, where the function logs JSON), an object for platform's.
	Record json.RawMessage `json:"record"`
}

// Text is the record of an event that is a line of a log; the record's JSON where it is no text.
func (e Event) Text() string {
	var text string
	if json.Unmarshal(e.Record, &text) != nil {
		return string(e.Record)
	}
	return text
}

// Report is the record of platform.report: what an invocation took.
type Report struct {
	RequestID string `json:"requestId"`
	Metrics   struct {
		DurationMs       float64 `json:"durationMs"`
		BilledDurationMs float64 `json:"billedDurationMs"`
		MemorySizeMB     int     `json:"memorySizeMB"`
		MaxMemoryUsedMB  int     `json:"maxMemoryUsedMB"`
		// InitDurationMs is 0 where the invocation found a warm environment.
		InitDurationMs float64 `json:"initDurationMs"`
	} `json:"metrics"`
}

// Report reads the record of a platform.report.
func (e Event) Report() (Report, error) {
	var report Report
	if err := json.Unmarshal(e.Record, &report); err != nil {
		return Report{}, fmt.Errorf("read the record of %s: %w", e.Type, err)
	}
	return report, nil
}
