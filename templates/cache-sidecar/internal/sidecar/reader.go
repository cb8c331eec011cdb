// Package sidecar answers GET /{key} with an item: out of a cache, or out of a table, and then it is in the cache.
package sidecar

import (
	"context"
	"time"

	"example.com/templates/cache-sidecar/internal/cache"
	"golang.org/x/sync/singleflight"
)

// Table is where items are.
type Table interface {
	// Read returns an item as JSON, or nil where there is none.
	Read(ctx context.Context, key string) ([]byte, error)
}

// Cache keeps what a table has answered. It has no errors: one that is out of order has nothing, and keeps nothing.
type Cache interface {
	// Get returns an entry, however old it is.
	Get(ctx context.Context, key string) (cache.Entry, bool)
	// Set keeps an entry, which nobody wants any more after so long.
	Set(ctx context.Context, key string, entry cache.Entry, ttl time.Duration)
}

// local is a cache whose answer takes no time.
type local interface {
	Peek(key string) (cache.Entry, bool)
}

// TTL is how old an answer may be.
type TTL struct {
	// Item is for what the table has, Missing for what it has not.
	Item, Missing time.Duration
}

func (t TTL) of(entry cache.Entry) time.Duration {
	if entry.Item == nil {
		return t.Missing
	}
	return t.Item
}

// Answer is what is known of a key.
type Answer struct {
	// Item is the item as JSON; nil where the table has none.
	Item []byte
	// Age is how long ago the table was asked for it.
	Age time.Duration
	// Hit says that it came out of the cache.
	Hit bool
}

// Reader reads through a cache. It is safe for use by several goroutines at once.
type Reader struct {
	table  Table
	cache  Cache
	peek   func(key string) (cache.Entry, bool)
	ttl    TTL
	flight singleflight.Group
	now    func() time.Time
}

// NewReader makes one.
func NewReader(table Table, through Cache, ttl TTL) *Reader {
	r := &Reader{table: table, cache: through, ttl: ttl, now: time.Now}
	if near, ok := through.(local); ok {
		r.peek = near.Peek
	}
	return r
}

// Read answers for a key. Callers who want the same key at the same time share one look-up, which is finished for the others, and for
// the cache, if one of them goes away.
func (r *Reader) Read(ctx context.Context, key string) (Answer, error) {
	if r.peek != nil {
		// A flight would take longer than this.
		if entry, ok := r.peek(key); ok {
			if answer, fresh := r.hit(entry); fresh {
				return answer, nil
			}
		}
	}
	result := r.flight.DoChan(key, func() (any, error) {
		return r.lookUp(context.WithoutCancel(ctx), key)
	})
	select {
	case <-ctx.Done():
		return Answer{}, context.Cause(ctx)
	case found := <-result:
		if found.Err != nil {
			return Answer{}, found.Err
		}
		return found.Val.(Answer), nil
	}
}

// lookUp asks the cache, then the table. The cache has its answer before the caller does: what is left for later is frozen with the
// environment as soon as the function has answered.
func (r *Reader) lookUp(ctx context.Context, key string) (Answer, error) {
	if entry, ok := r.cache.Get(ctx, key); ok {
		if answer, fresh := r.hit(entry); fresh {
			return answer, nil
		}
	}
	asked := r.now()
	item, err := r.table.Read(ctx, key)
	if err != nil {
		return Answer{}, err
	}
	entry := cache.Entry{Item: item, ReadAt: asked.UnixMilli()}
	if ttl := r.ttl.of(entry); ttl > 0 {
		r.cache.Set(ctx, key, entry, ttl)
	}
	return Answer{Item: item, Age: entry.Age(r.now())}, nil
}

// hit makes an answer of an entry that is not too old. It goes by when the table was asked, whoever asked it: a shorter time to live is
// obeyed at once.
func (r *Reader) hit(entry cache.Entry) (answer Answer, fresh bool) {
	age := entry.Age(r.now())
	return Answer{Item: entry.Item, Age: age, Hit: true}, age < r.ttl.of(entry)
}
