package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"math/rand/v2"
	"time"

	"example.com/templates/runtime-api-proxy/internal/proxy"
)

// This file is the place for code of your own. OnEvent sees each event before the runtime does, OnResponse sees what the runtime answers
// before Lambda does. A hook may read the message, change it, or refuse it by returning an error. One that needs the whole body says so;
// without one, bodies stream through untouched.
//
// Three examples are here. Each is off until its variable is set.

// hookOptions are the hooks' own variables.
type hookOptions struct {
	// traceHeader is a header that each event gets which has none.
	traceHeader string
	// redactField is a field of JSON answers whose values nobody is to see.
	redactField string
	// logMessages says that each event and each response gets a line in the log.
	logMessages bool
}

func hookOptionsFromEnv(getenv func(string) string) hookOptions {
	return hookOptions{
		traceHeader: getenv("LRAP_TRACE_HEADER"),
		redactField: getenv("LRAP_REDACT_FIELD"),
		logMessages: getenv("LRAP_LOG_MESSAGES") == "true",
	}
}

// newHooks is called once, while the environment starts.
func newHooks(options hookOptions, logger *log.Logger) proxy.Hooks {
	var hooks proxy.Hooks
	if options.traceHeader != "" || options.logMessages {
		hooks.OnEvent.Run = func(event *proxy.Message) error {
			if options.traceHeader != "" && event.Header.Get(options.traceHeader) == "" {
				event.Header.Set(options.traceHeader, newTrace(time.Now()))
			}
			if options.logMessages {
				logger.Printf("Event %s", event.RequestID)
			}
			return nil
		}
	}
	if options.redactField != "" || options.logMessages {
		// Redacting takes the whole body; a line in the log does not.
		hooks.OnResponse.WholeBody = options.redactField != ""
		hooks.OnResponse.Run = func(response *proxy.Message) error {
			if options.redactField != "" {
				response.Body = redact(response.Body, options.redactField)
			}
			if options.logMessages {
				logger.Printf("%s %s", kindOf(response), response.RequestID)
			}
			return nil
		}
	}
	return hooks
}

func kindOf(response *proxy.Message) string {
	if response.IsError {
		return "Error"
	}
	return "Response"
}

// newTrace makes a trace header as X-Ray writes it: the time in seconds and 96 random bits, both in hexadecimal. It is not sampled.
func newTrace(now time.Time) string {
	return fmt.Sprintf("Root=1-%08x-%08x%016x;Sampled=0", now.Unix(), rand.Uint32(), rand.Uint64())
}

// redact replaces the values of a field, however deep it lies, and leaves every other byte as it is. What is no JSON has no fields.
func redact(body []byte, field string) []byte {
	const instead = `"***"`
	var redacted []byte
	copied := 0
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	// Of each object and array around the current token: whether it is an object, and whether a name comes next.
	type level struct{ object, name bool }
	var levels []level
	for {
		token, err := decoder.Token()
		if err != nil {
			break
		}
		if delimiter, ok := token.(json.Delim); ok && (delimiter == '}' || delimiter == ']') {
			levels = levels[:len(levels)-1]
		} else if ok {
			levels = append(levels, level{delimiter == '{', delimiter == '{'})
			continue
		}
		if len(levels) == 0 {
			continue
		}
		inner := &levels[len(levels)-1]
		if inner.object && inner.name && token == field {
			var value json.RawMessage
			if decoder.Decode(&value) != nil {
				break
			}
			end := int(decoder.InputOffset())
			redacted = append(append(redacted, body[copied:end-len(value)]...), instead...)
			copied = end
			continue
		}
		inner.name = inner.object && !inner.name
	}
	return append(redacted, body[copied:]...)
}
