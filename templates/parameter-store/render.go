package main

import (
	"fmt"
	"strings"

	"example.com/templates/parameter-store/internal/document"
	"example.com/templates/parameter-store/internal/source"
)

// render makes the file's content.
func render(values []source.Value, format format) ([]byte, error) {
	if format == formatRaw {
		return []byte(values[0].Text), nil
	}
	entries := make([]document.Entry, len(values))
	for i, value := range values {
		if value.Binary {
			return nil, fmt.Errorf("%s is binary, for which neither JSON nor .env has a form. Read it alone, and leave CONFIG_FORMAT empty", value.Origin)
		}
		entries[i] = document.Entry{Path: value.Path, Value: value.Text, Origin: value.Origin}
	}
	if format == formatEnv {
		return document.Env(entries)
	}
	return document.JSON(entries)
}

// announce says what is about to be read, a line for each kind.
func announce(set source.Set) []string {
	var lines []string
	for _, kind := range []struct {
		one, several string
		references   []source.Reference
	}{
		{"parameter", "parameters", set.Parameters},
		{"parameters below", "parameters below", set.Paths},
		{"secret", "secrets", set.Secrets},
	} {
		var ids []string
		for _, reference := range kind.references {
			ids = append(ids, reference.ID)
		}
		switch len(ids) {
		case 0:
		case 1:
			lines = append(lines, "Fetching "+kind.one+": "+ids[0])
		default:
			lines = append(lines, "Fetching "+kind.several+": "+strings.Join(ids, ", "))
		}
	}
	return lines
}

// count says what has been read.
func count(set source.Set, values []source.Value) string {
	switch {
	case len(values) > 1:
		return fmt.Sprintf("%d values", len(values))
	case len(set.Secrets) > 0:
		return "Secret"
	}
	return "Parameter"
}
