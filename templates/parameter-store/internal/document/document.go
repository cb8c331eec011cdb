// Package document makes one text of several values.
package document

import (
	"fmt"
	"strings"
)

// Entry is a value and where it goes.
type Entry struct {
	// Path is a key, or the keys of objects that lie in each other.
	Path  []string
	Value string
	// Origin names it for messages.
	Origin string
}

// collision is the error for two values that would have the same key.
func collision(one, other Entry, key string) error {
	return fmt.Errorf("%s and %s would both be %s. Give one of them another key, e.g. other=NAME, or another name",
		other.Origin, one.Origin, key)
}

// unique leaves out what is there twice, read once below a path and once by its name. It refuses two values of one key.
func unique(entries []Entry, keyOf func(Entry) string) (map[string]Entry, error) {
	byKey := make(map[string]Entry, len(entries))
	for _, entry := range entries {
		key := keyOf(entry)
		if other, taken := byKey[key]; taken && other.Origin != entry.Origin {
			return nil, collision(entry, other, key)
		}
		byKey[key] = entry
	}
	return byKey, nil
}

// joined is a path as one text.
func joined(path []string) string { return strings.Join(path, "/") }
