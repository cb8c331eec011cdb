// Package cache keeps what a table answered: in memory, in Redis or Valkey, or in Momento.
package cache

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// Entry is what is known of a key.
type Entry struct {
	// Item is the item as JSON; nil where the table has none.
	Item []byte
	// ReadAt is when the table was asked for it, in milliseconds since 1970: a frozen environment's other clocks stand still.
	ReadAt int64
}

// Age is how long ago the table was asked. Clocks of several machines differ a little, and one that was wrong is put right: what comes
// from the future is as old as that is far away, so that it ends some time.
func (e Entry) Age(now time.Time) time.Duration {
	return (time.Duration(now.UnixMilli()-e.ReadAt) * time.Millisecond).Abs()
}

// version begins every entry in a cache elsewhere. Change it with the format.
const version = "1"

// encode writes an entry as version, time, and on the next line the item, if there is one.
func encode(entry Entry) []byte {
	value := make([]byte, 0, len(version)+20+len(entry.Item))
	value = append(value, version+" "...)
	value = strconv.AppendInt(value, entry.ReadAt, 10)
	value = append(value, '\n')
	return append(value, entry.Item...)
}

// decode reads what encode wrote, and nothing else: others may write to the cache too.
func decode(value []byte) (Entry, bool) {
	head, item, whole := bytes.Cut(value, []byte{'\n'})
	digits, ours := bytes.CutPrefix(head, []byte(version+" "))
	readAt, err := strconv.ParseInt(string(digits), 10, 64)
	if !whole || !ours || err != nil {
		return Entry{}, false
	}
	if len(item) == 0 {
		return Entry{ReadAt: readAt}, true
	}
	return Entry{Item: item, ReadAt: readAt}, json.Valid(item)
}
