package document

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Env makes lines of NAME=value that sh, python-dotenv and Node.js read alike. They understand quotes differently: what cannot be
// written so that they agree is refused.
func Env(entries []Entry) ([]byte, error) {
	byName, err := unique(entries, func(entry Entry) string { return variable(entry.Path) })
	if err != nil {
		return nil, err
	}
	var names []string
	for name := range byName {
		names = append(names, name)
	}
	slices.Sort(names)
	var out bytes.Buffer
	for _, name := range names {
		value, err := quote(byName[name].Value)
		if err != nil {
			return nil, fmt.Errorf("%s cannot be written as %s to a .env file: %w. Set CONFIG_FORMAT to json, which takes any value",
				byName[name].Origin, name, err)
		}
		fmt.Fprintf(&out, "%s=%s\n", name, value)
	}
	return out.Bytes(), nil
}

// variable is a path as a name that every shell takes: in capitals, with underscores for all but letters and digits.
func variable(path []string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return r
		}
		return '_'
	}, joined(path))
	if name == "" || name[0] <= '9' {
		return "_" + name
	}
	return name
}

func quote(value string) (string, error) {
	switch {
	case strings.ContainsAny(value, "\x00\r"):
		return "", errors.New("its value has a carriage return or a zero byte, which readers lose")
	case strings.Contains(value, "${"):
		return "", errors.New("its value has ${, which python-dotenv would replace even in quotes")
	case !strings.Contains(value, "'") && !strings.Contains(value, `\\`) && !strings.HasSuffix(value, `\`):
		// All take what stands in single quotes as it is; only python-dotenv makes one backslash of two, and escapes the end with one.
		return "'" + value + "'", nil
	case !strings.ContainsAny(value, "\"$`\\"):
		// In double quotes, sh would replace these.
		return `"` + value + `"`, nil
	case strings.Contains(value, "'"):
		return "", errors.New("its value has a single quote and besides one of \" $ ` \\, for which readers have no common way to write")
	}
	return "", errors.New("its value ends in a backslash, or has two in a row, which readers take differently")
}
