package main

import (
	"context"
	"log"

	"example.com/templates/internal/telemetry"
)

// nothing is no API. What is not listened to is not in the binary.
const nothing telemetry.API = 0

// listen gives a function that subscribes with these options to the platform's events and to the function's log.
func listen(options telemetry.Options, logger *log.Logger) func(context.Context, string) (listener, error) {
	// Without telemetry.Extension: the lines that are logged here would come back, and be counted and so on.
	options.Types = []string{telemetry.Platform, telemetry.Function}
	options.Handle = (&tally{log: logger}).handle
	return func(ctx context.Context, extensionID string) (listener, error) {
		options.ExtensionID = extensionID
		l, err := telemetry.Subscribe(ctx, options)
		if err != nil {
			return nil, err
		}
		return l, nil
	}
}

// tally counts the lines that the function logs and tells what each invocation took, when its report comes: that may be while the next
// one is running, or at SHUTDOWN.
type tally struct {
	log   *log.Logger
	lines int
}

func (t *tally) handle(events []telemetry.Event) {
	for _, event := range events {
		switch event.Type {
		case "function":
			t.lines++
		case "platform.report":
			report, err := event.Report()
			if err != nil {
				t.log.Print(err)
				continue
			}
			t.log.Printf("Report %s: %.2f ms, %d of %d MB, lines of the function so far: %d", report.RequestID,
				report.Metrics.DurationMs, report.Metrics.MaxMemoryUsedMB, report.Metrics.MemorySizeMB, t.lines)
		}
	}
}
