package main

import (
	"context"
	"time"

	"example.com/templates/parameter-store/internal/configfile"
)

// refreshes says whether the values are ever read again. Wrong settings do not get better by it.
func (a *app) refreshes() bool { return a.options.ttl > 0 && a.options.wrong == nil }

// refresh reads the values again when it is time. It runs beside the function, which is not held up, but the environment belongs to the
// invocation until both are done: hence half of what the invocation has left at most. The file stays as it is where it fails.
func (a *app) refresh(ctx context.Context, deadline time.Time) {
	now := a.now()
	limit := min(a.options.refreshTimeout, deadline.Sub(now)/2)
	if !a.refreshes() || !a.schedule.isDue(now) || limit <= 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	start := time.Now()
	changed, err := a.update(ctx)
	if err != nil {
		// Once: it is tried again and again.
		if a.schedule.failures == 0 {
			a.log.Printf("Not refreshed, %s stays as it is; later invocations try again: %v", a.options.file, err)
		}
		a.schedule.failed(a.now())
		return
	}
	switch {
	case changed:
		a.log.Printf("Refreshed %s in %d ms", a.options.file, time.Since(start).Milliseconds())
	case a.schedule.failures > 0:
		a.log.Printf("Read again after failures: %s is as it was", a.options.file)
	}
	a.schedule.succeeded(a.now())
}

// update writes the file where the values have changed.
func (a *app) update(ctx context.Context) (changed bool, err error) {
	reader := a.options.reader
	reader.Retry.Attempts = refreshAttempts
	values, err := reader.Read(ctx, a.options.set)
	if err != nil {
		return false, err
	}
	content, err := render(values, a.options.format)
	if err != nil {
		return false, err
	}
	return configfile.Update(a.options.file, content)
}
