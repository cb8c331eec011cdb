package cache

import (
	"strings"
	"testing"
	"time"
)

func TestEntriesComeBackAsTheyWere(t *testing.T) {
	large := `{"id":"` + strings.Repeat("é", 200_000) + `"}`
	for name, entry := range map[string]Entry{
		"an item":     {Item: []byte(`{"id":"grüß\ndich"}`), ReadAt: 1700000000123},
		"400 KB":      {Item: []byte(large), ReadAt: 1},
		"nothing":     {ReadAt: 1700000000123},
		"before 1970": {Item: []byte(`{}`), ReadAt: -5},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := decode(encode(entry))
			if !ok || string(got.Item) != string(entry.Item) || (got.Item == nil) != (entry.Item == nil) || got.ReadAt != entry.ReadAt {
				t.Errorf("%.50s at %d came back as %.50s at %d, %t", entry.Item, entry.ReadAt, got.Item, got.ReadAt, ok)
			}
		})
	}
}

func TestWhatOthersWroteIsNoEntry(t *testing.T) {
	for _, value := range []string{
		"", "1", "1 12", `{"id":"1"}`, "2 12\n{}", "1 x\n{}", "1 12\n<html>", "1 12\n{} {}", "1 12\n{\"id\":", "<html>\n</html>", "1 99999999999999999999\n{}",
	} {
		if entry, ok := decode([]byte(value)); ok {
			t.Errorf("%q is taken for %+v", value, entry)
		}
	}
}

func TestAge(t *testing.T) {
	now := time.UnixMilli(100_000)
	for readAt, want := range map[int64]time.Duration{98_500: 1500 * time.Millisecond, 100_000: 0, 100_700: 700 * time.Millisecond} {
		if age := (Entry{ReadAt: readAt}).Age(now); age != want {
			t.Errorf("read at %d: age = %s, want %s", readAt, age, want)
		}
	}
}
