package cache

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// fakeRemote is a cache elsewhere that does what it is told.
type fakeRemote struct {
	calls atomic.Int32
	get   func(ctx context.Context, key string) ([]byte, error)
	set   func(ctx context.Context, key string, value []byte, ttl time.Duration) error
}

func (f *fakeRemote) Name() string { return "far away" }

func (f *fakeRemote) Get(ctx context.Context, key string) ([]byte, error) {
	f.calls.Add(1)
	return f.get(ctx, key)
}

func (f *fakeRemote) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	f.calls.Add(1)
	return f.set(ctx, key, value, ttl)
}

// guarded is a guard with a log to look at.
func guarded(remote Remote) (*Guard, *bytes.Buffer) {
	var log bytes.Buffer
	return NewGuard(remote, GuardOptions{Prefix: "p/", Timeout: 100 * time.Millisecond, Log: slog.New(slog.NewTextHandler(&log, nil))}), &log
}

func TestGuardPassesOn(t *testing.T) {
	kept := map[string][]byte{}
	var lived time.Duration
	guard, log := guarded(&fakeRemote{
		get: func(_ context.Context, key string) ([]byte, error) { return kept[key], nil },
		set: func(_ context.Context, key string, value []byte, ttl time.Duration) error {
			kept[key], lived = value, ttl
			return nil
		},
	})
	if entry, ok := guard.Get(t.Context(), "1"); ok {
		t.Errorf("an empty cache has %+v", entry)
	}
	guard.Set(t.Context(), "1", Entry{Item: []byte(`{}`), ReadAt: 7}, time.Minute)
	entry, ok := guard.Get(t.Context(), "1")
	if !ok || string(entry.Item) != `{}` || entry.ReadAt != 7 || lived != time.Minute || kept["p/1"] == nil {
		t.Errorf("entry = %+v, %t, for %s", entry, ok, lived)
	}
	kept["p/1"] = []byte("<html>")
	if entry, ok := guard.Get(t.Context(), "1"); ok {
		t.Errorf("what others wrote is taken for %+v", entry)
	}
	if log.Len() > 0 {
		t.Errorf("log = %s", log)
	}
}

func TestGuardLeavesAFailingCacheAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := true
		remote := &fakeRemote{get: func(context.Context, string) ([]byte, error) {
			if down {
				return nil, errors.New("down")
			}
			return encode(Entry{Item: []byte(`{}`)}), nil
		}}
		guard, log := guarded(remote)
		ask := func(times int, want bool) {
			t.Helper()
			for range times {
				if _, ok := guard.Get(t.Context(), "1"); ok != want {
					t.Errorf("the cache has it: %t, want %t", ok, want)
				}
			}
		}
		ask(10, false)
		if calls := remote.calls.Load(); calls != 1 {
			t.Errorf("%d calls of a cache that is down, want 1", calls)
		}
		time.Sleep(pause)
		ask(10, false)
		if calls := remote.calls.Load(); calls != 2 {
			t.Errorf("%d calls after a pause, want 2", calls)
		}
		down = false
		ask(1, false)
		time.Sleep(pause)
		ask(10, true)
		if calls := remote.calls.Load(); calls != 12 {
			t.Errorf("%d calls after it is back, want 12", calls)
		}
		want := "level=WARN msg=\"far away fails: the table answers everything until it is back\" error=down\nlevel=INFO msg=\"far away works again\"\n"
		var lines strings.Builder
		for line := range strings.Lines(log.String()) {
			_, line, _ = strings.Cut(line, " ")
			lines.WriteString(line)
		}
		if lines.String() != want {
			t.Errorf("log:\n%s", log)
		}
	})
}

func TestGuardWaitsNoLongerThanItsTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}
		guard, _ := guarded(&fakeRemote{
			get: func(ctx context.Context, _ string) ([]byte, error) { return nil, slow(ctx) },
			set: func(ctx context.Context, _ string, _ []byte, _ time.Duration) error { return slow(ctx) },
		})
		start := time.Now()
		guard.Get(t.Context(), "1")
		guard.Set(t.Context(), "1", Entry{}, time.Minute)
		if passed := time.Since(start); passed != guard.Timeout {
			t.Errorf("a request waited for %s, want %s", passed, guard.Timeout)
		}
	})
}

// Of many requests, one finds out whether a failing cache is back.
func TestGuardSendsOneAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		remote := &fakeRemote{get: func(ctx context.Context, _ string) ([]byte, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}
		guard, log := guarded(remote)
		guard.Get(t.Context(), "1")
		time.Sleep(pause)
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() { guard.Get(t.Context(), "1") })
		}
		all.Wait()
		if calls := remote.calls.Load(); calls != 2 {
			t.Errorf("%d calls, want 2", calls)
		}
		if lines := strings.Count(log.String(), "\n"); lines != 1 {
			t.Errorf("%d lines of log, want 1:\n%s", lines, log)
		}
	})
}
