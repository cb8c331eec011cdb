package main

import (
	"io"
	"log/slog"
	"strings"
)

// newLogger makes a logger whose lines begin with the extension's name and carry no time: Lambda's log has its own.
func newLogger(out io.Writer, name string, level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(prefixed{out, "[" + name + "] "}, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(groups []string, attribute slog.Attr) slog.Attr {
			if len(groups) == 0 && attribute.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return attribute
		},
	}))
}

// prefixed puts a prefix before everything that is written at once; a handler writes each line at once.
type prefixed struct {
	out    io.Writer
	prefix string
}

func (p prefixed) Write(line []byte) (int, error) {
	if _, err := p.out.Write(append([]byte(p.prefix), line...)); err != nil {
		return 0, err
	}
	return len(line), nil
}

// levels are the words for log levels that functions in any language have in LOG_LEVEL, which is theirs as much as the extension's.
var levels = map[string]slog.Level{
	"":         slog.LevelInfo,
	"trace":    slog.LevelDebug,
	"debug":    slog.LevelDebug,
	"info":     slog.LevelInfo,
	"warn":     slog.LevelWarn,
	"warning":  slog.LevelWarn,
	"error":    slog.LevelError,
	"critical": slog.LevelError,
	"fatal":    slog.LevelError,
}

// levelOf is what a word means; info where it means nothing here.
func levelOf(word string) slog.Level { return levels[strings.ToLower(word)] }
