package cache

import (
	"bufio"
	"strings"
	"testing"
)

// FuzzReply has a server say anything: what is taken for a value stands in what it said.
func FuzzReply(f *testing.F) {
	for _, seed := range []string{"+OK\r\n", "-ERR no\r\n", "$3\r\na\r\n\r\n", "$-1\r\n", "$0\r\n\r\n", ":1\r\n", "*2\r\n$1\r\na\r\n", "$4194305\r\n", "+\r\n", "$+1\r\na\r\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, said string) {
		conn := &respConn{in: bufio.NewReader(strings.NewReader(said))}
		value, err := conn.reply()
		if err != nil && value != nil {
			t.Errorf("both %q and %v", value, err)
		}
		if !strings.Contains(said, string(value)) {
			t.Errorf("%q is taken for %q", said, value)
		}
	})
}

// FuzzDecode has a cache hold anything: what is taken for an entry is written as it was.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"1 12\n{}", "1 12\n", "1 -5\n[1]", "1 +5\n{}", "1 007\n{}", "2 12\n{}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		entry, ok := decode(value)
		if !ok {
			return
		}
		if again, ok := decode(encode(entry)); !ok || string(again.Item) != string(entry.Item) || again.ReadAt != entry.ReadAt {
			t.Errorf("%q: %+v became %+v, %t", value, entry, again, ok)
		}
	})
}
