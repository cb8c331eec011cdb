package sidecar

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/templates/cache-sidecar/internal/cache"
)

// fakeTable counts reads, and answers each as read says.
type fakeTable struct {
	mu    sync.Mutex
	count int
	read  func(ctx context.Context, key string) ([]byte, error)
}

func (f *fakeTable) Read(ctx context.Context, key string) ([]byte, error) {
	f.mu.Lock()
	f.count++
	f.mu.Unlock()
	return f.read(ctx, key)
}

func (f *fakeTable) reads() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count
}

// has is a table that has everything but keys which begin with "no".
func has() *fakeTable {
	return &fakeTable{read: func(_ context.Context, key string) ([]byte, error) {
		if strings.HasPrefix(key, "no") {
			return nil, nil
		}
		return []byte(`{"id":"` + key + `"}`), nil
	}}
}

// far is a cache elsewhere: memory without Peek.
type far struct{ memory *cache.Memory }

func (f far) Get(ctx context.Context, key string) (cache.Entry, bool) { return f.memory.Get(ctx, key) }
func (f far) Set(ctx context.Context, key string, entry cache.Entry, ttl time.Duration) {
	f.memory.Set(ctx, key, entry, ttl)
}

var usual = TTL{Item: time.Minute, Missing: 5 * time.Second}

func near() Cache { return cache.NewMemory(1 << 20) }

func elsewhere() Cache { return far{cache.NewMemory(1 << 20)} }

// both runs a test with a cache in memory and with one elsewhere, where time passes as it likes.
func both(t *testing.T, test func(t *testing.T, through Cache)) {
	for name, make := range map[string]func() Cache{"near": near, "elsewhere": elsewhere} {
		t.Run(name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { test(t, make()) }) })
	}
}

func TestReadThrough(t *testing.T) {
	steps := []struct {
		after time.Duration
		key   string
		hit   bool
		age   time.Duration
		reads int
	}{
		{0, "1", false, 0, 1},
		{0, "1", true, 0, 1},
		{30 * time.Second, "1", true, 30 * time.Second, 1},
		{0, "2", false, 0, 2},
		{29*time.Second + 999*time.Millisecond, "1", true, time.Minute - time.Millisecond, 2},
		{time.Millisecond, "1", false, 0, 3},
		{0, "none", false, 0, 4},
		{4999 * time.Millisecond, "none", true, 4999 * time.Millisecond, 4},
		{time.Millisecond, "none", false, 0, 5},
		// A night in a frozen environment.
		{9 * time.Hour, "1", false, 0, 6},
	}
	both(t, func(t *testing.T, through Cache) {
		table := has()
		reader := NewReader(table, through, usual)
		for i, step := range steps {
			time.Sleep(step.after)
			answer, err := reader.Read(t.Context(), step.key)
			if err != nil {
				t.Fatal(err)
			}
			if answer.Hit != step.hit || answer.Age != step.age || table.reads() != step.reads || (answer.Item == nil) != (step.key == "none") {
				t.Errorf("step %d: hit %t, age %s, %d reads, item %s; want %+v", i, answer.Hit, answer.Age, table.reads(), answer.Item, step)
			}
		}
	})
}

func TestOneMissMakesOneRead(t *testing.T) {
	both(t, func(t *testing.T, through Cache) {
		table := has()
		quick := table.read
		table.read = func(ctx context.Context, key string) ([]byte, error) {
			time.Sleep(20 * time.Millisecond)
			return quick(ctx, key)
		}
		reader := NewReader(table, through, usual)
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				// Some come while the read is under way, some just when it ends, some afterwards.
				time.Sleep(time.Duration(i) * 200 * time.Microsecond)
				answer, err := reader.Read(t.Context(), "1")
				if err != nil || string(answer.Item) != `{"id":"1"}` {
					t.Errorf("answer = %s, %v", answer.Item, err)
				}
			})
		}
		all.Wait()
		if table.reads() != 1 {
			t.Errorf("%d reads for one miss", table.reads())
		}
	})
}

func TestTheReadGoesOnWithoutItsFirstCaller(t *testing.T) {
	both(t, func(t *testing.T, through Cache) {
		table := has()
		release := make(chan struct{})
		table.read = func(ctx context.Context, _ string) ([]byte, error) {
			select {
			case <-release:
				return []byte(`{}`), nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		reader := NewReader(table, through, usual)
		first, leave := context.WithCancel(t.Context())
		results := make(chan error, 2)
		go func() {
			_, err := reader.Read(first, "1")
			results <- err
		}()
		synctest.Wait()
		go func() {
			_, err := reader.Read(t.Context(), "1")
			results <- err
		}()
		synctest.Wait()
		leave()
		if err := <-results; !errors.Is(err, context.Canceled) {
			t.Errorf("the first caller gets %v", err)
		}
		close(release)
		if err := <-results; err != nil {
			t.Errorf("the second caller gets %v", err)
		}
		if answer, err := reader.Read(t.Context(), "1"); err != nil || !answer.Hit || table.reads() != 1 {
			t.Errorf("afterwards: hit %t, %v, %d reads", answer.Hit, err, table.reads())
		}
	})
}

func TestAnErrorIsSharedAndNotCached(t *testing.T) {
	both(t, func(t *testing.T, through Cache) {
		table := has()
		works := table.read
		down := errors.New("down")
		table.read = func(context.Context, string) ([]byte, error) {
			time.Sleep(time.Millisecond)
			return nil, down
		}
		reader := NewReader(table, through, usual)
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if _, err := reader.Read(t.Context(), "1"); !errors.Is(err, down) {
					t.Errorf("error = %v", err)
				}
			})
		}
		all.Wait()
		if table.reads() != 1 {
			t.Errorf("%d reads for ten callers", table.reads())
		}
		table.read = works
		if answer, err := reader.Read(t.Context(), "1"); err != nil || answer.Hit {
			t.Errorf("afterwards: hit %t, %v", answer.Hit, err)
		}
	})
}

func TestWithoutATimeToLiveNothingIsCached(t *testing.T) {
	both(t, func(t *testing.T, through Cache) {
		table := has()
		reader := NewReader(table, through, TTL{Item: 0, Missing: time.Minute})
		for range 2 {
			for _, key := range []string{"1", "none"} {
				if _, err := reader.Read(t.Context(), key); err != nil {
					t.Fatal(err)
				}
			}
		}
		if table.reads() != 3 {
			t.Errorf("%d reads, want two of the item and one of what is not there", table.reads())
		}
	})
}
