package cache

import (
	"container/list"
	"context"
	"strings"
	"sync"
	"time"
)

// overhead is about what the bookkeeping of an entry takes besides key and item.
const overhead = 200

// Memory is a cache in this process, which forgets what was not asked for the longest when it is full. It is safe for use by several
// goroutines at once.
type Memory struct {
	maxBytes int

	mu    sync.Mutex
	bytes int
	// order has the entry that was asked for last at its front.
	order   *list.List
	entries map[string]*list.Element
}

type memoryEntry struct {
	key   string
	entry Entry
}

func (e *memoryEntry) bytes() int { return overhead + len(e.key) + len(e.entry.Item) }

// NewMemory makes a cache that holds at most so many bytes.
func NewMemory(maxBytes int) *Memory {
	return &Memory{maxBytes: maxBytes, order: list.New(), entries: map[string]*list.Element{}}
}

// Peek returns an entry, however old it is.
func (m *Memory) Peek(key string) (Entry, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	element, ok := m.entries[key]
	if !ok {
		return Entry{}, false
	}
	m.order.MoveToFront(element)
	return element.Value.(*memoryEntry).entry, true
}

// Get is Peek, which waits for nobody.
func (m *Memory) Get(_ context.Context, key string) (Entry, bool) { return m.Peek(key) }

// Set keeps an entry in the place of the one before. What is larger than the whole cache is not kept.
func (m *Memory) Set(_ context.Context, key string, entry Entry, _ time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if element, ok := m.entries[key]; ok {
		m.remove(element)
	}
	// Whoever cut the key out of a longer text would have the cache keep all of that.
	added := &memoryEntry{strings.Clone(key), entry}
	if added.bytes() > m.maxBytes {
		return
	}
	m.bytes += added.bytes()
	m.entries[added.key] = m.order.PushFront(added)
	for m.bytes > m.maxBytes {
		m.remove(m.order.Back())
	}
}

func (m *Memory) remove(element *list.Element) {
	removed := m.order.Remove(element).(*memoryEntry)
	m.bytes -= removed.bytes()
	delete(m.entries, removed.key)
}
