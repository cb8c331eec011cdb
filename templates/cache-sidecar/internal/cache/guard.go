package cache

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// pause is how long a cache that has failed is left alone: every request that asks it costs the function up to the time-out.
const pause = time.Second

// Remote is a cache elsewhere. Both calls return in time when the context ends.
type Remote interface {
	// Name is what the log calls it.
	Name() string
	// Get returns nil where there is nothing under the key.
	Get(ctx context.Context, key string) ([]byte, error)
	Set(ctx context.Context, key string, value []byte, ttl time.Duration) error
}

// GuardOptions say how a cache elsewhere is used.
type GuardOptions struct {
	// Prefix begins every key.
	Prefix string
	// Timeout bounds each call.
	Timeout time.Duration
	Log     *slog.Logger
}

// Guard stands between a cache elsewhere and requests, which never fail because of it: a cache that is down or slow has nothing, and is
// left alone for a while. The log says when that begins and when it ends.
type Guard struct {
	GuardOptions
	remote Remote
	now    func() time.Time

	mu      sync.Mutex
	failing bool
	// next is when a failing cache is asked again, in milliseconds since 1970: a frozen environment's other clocks stand still.
	next int64
}

// NewGuard guards a cache.
func NewGuard(remote Remote, options GuardOptions) *Guard {
	return &Guard{GuardOptions: options, remote: remote, now: time.Now}
}

// Get returns an entry, however old it is. A value that is not one of ours is as good as none.
func (g *Guard) Get(ctx context.Context, key string) (Entry, bool) {
	var value []byte
	g.call(ctx, func(ctx context.Context) (err error) {
		value, err = g.remote.Get(ctx, g.Prefix+key)
		return err
	})
	if value == nil {
		return Entry{}, false
	}
	return decode(value)
}

// Set keeps an entry for so long.
func (g *Guard) Set(ctx context.Context, key string, entry Entry, ttl time.Duration) {
	g.call(ctx, func(ctx context.Context) error {
		return g.remote.Set(ctx, g.Prefix+key, encode(entry), ttl)
	})
}

func (g *Guard) call(ctx context.Context, do func(context.Context) error) {
	if !g.admit() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, g.Timeout)
	defer cancel()
	g.learn(do(ctx))
}

// admit lets everybody ask a cache that works, and one request after each pause ask one that doesn't.
func (g *Guard) admit() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.failing {
		return true
	}
	now := g.now().UnixMilli()
	if now < g.next {
		return false
	}
	g.next = now + pause.Milliseconds()
	return true
}

func (g *Guard) learn(err error) {
	g.mu.Lock()
	changed := g.failing != (err != nil)
	g.failing = err != nil
	if err != nil {
		g.next = g.now().UnixMilli() + pause.Milliseconds()
	}
	g.mu.Unlock()
	switch {
	case changed && err != nil:
		g.Log.Warn(g.remote.Name()+" fails: the table answers everything until it is back", "error", err)
	case changed:
		g.Log.Info(g.remote.Name() + " works again")
	}
}
