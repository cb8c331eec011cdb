package cache

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
)

func item(text string) Entry { return Entry{Item: []byte(text)} }

func keys(m *Memory) string {
	var all []string
	for element := m.order.Front(); element != nil; element = element.Next() {
		all = append(all, element.Value.(*memoryEntry).key)
	}
	return strings.Join(all, " ")
}

func TestMemoryForgetsWhatWasNotAskedForTheLongest(t *testing.T) {
	m := NewMemory(3 * (overhead + 1 + 10))
	for _, key := range []string{"a", "b", "c"} {
		m.Set(t.Context(), key, item("0123456789"), 0)
	}
	if _, ok := m.Get(t.Context(), "a"); !ok {
		t.Error("a is gone")
	}
	m.Set(t.Context(), "d", item("0123456789"), 0)
	if got := keys(m); got != "d a c" {
		t.Errorf("keys = %s, want d a c", got)
	}
	if _, ok := m.Get(t.Context(), "b"); ok {
		t.Error("b is still there")
	}
}

func TestMemoryKeepsNoMoreThanTheKey(t *testing.T) {
	const entries, line = 1000, 32 << 10
	m := NewMemory(1 << 20)
	before := heap()
	for i := range entries {
		request := fmt.Sprintf("%04d?%s", i, strings.Repeat("x", line))
		m.Set(t.Context(), request[:4], Entry{}, 0)
	}
	if taken := heap() - before; taken > entries*line/2 {
		t.Errorf("%d entries take %d bytes", len(m.entries), taken)
	}
}

func heap() int {
	var now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&now)
	return int(now.HeapAlloc)
}

func TestMemoryCountsBytes(t *testing.T) {
	const most = 4096
	m := NewMemory(most)
	steps := []struct {
		key   string
		bytes int
		want  string
	}{
		{"a", 1000, "a"},
		{"b", 1000, "b a"},
		{"a", 2000, "a b"},
		{"a", 10, "a b"},
		{"c", 3000, "c a"},
		{"too large", most, "c a"},
		{"c", most, "a"},
		{"all", most - overhead - 3, "all"},
	}
	for _, step := range steps {
		m.Set(t.Context(), step.key, item(strings.Repeat("x", step.bytes)), 0)
		if got := keys(m); got != step.want {
			t.Errorf("after %s with %d bytes: keys = %s, want %s", step.key, step.bytes, got, step.want)
		}
		sum := 0
		for key, element := range m.entries {
			entry := element.Value.(*memoryEntry)
			if entry.key != key {
				t.Errorf("%s lies under %s", entry.key, key)
			}
			sum += entry.bytes()
		}
		if sum != m.bytes || sum > most {
			t.Errorf("after %s: %d bytes, counted as %d, of %d", step.key, sum, m.bytes, most)
		}
	}
}

func TestMemoryKeepsThatThereIsNothing(t *testing.T) {
	m := NewMemory(1000)
	m.Set(t.Context(), "a", Entry{ReadAt: 7}, 0)
	if entry, ok := m.Get(t.Context(), "a"); !ok || entry.Item != nil || entry.ReadAt != 7 {
		t.Errorf("entry = %+v, %t", entry, ok)
	}
}

func TestMemoryAtOnce(t *testing.T) {
	m := NewMemory(20 * overhead)
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for i := range 500 {
				key := fmt.Sprint((worker + i) % 50)
				if entry, ok := m.Get(t.Context(), key); ok && string(entry.Item) != key {
					t.Errorf("%s has %s", key, entry.Item)
				}
				m.Set(t.Context(), key, item(key), 0)
			}
		})
	}
	all.Wait()
}
