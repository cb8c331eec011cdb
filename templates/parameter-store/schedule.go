package main

import "time"

// schedule says when to read again. It goes by the wall clock: while an environment is frozen, no other one goes on.
type schedule struct {
	ttl time.Duration
	// from is when it was read last, or tried; until is when it is due.
	from, until time.Time
	// failures are those since it was last read.
	failures int
}

// isDue says whether it is time; so it is where the clock was set back.
func (s *schedule) isDue(now time.Time) bool {
	return now.Before(s.from) || !now.Before(s.until)
}

// succeeded waits for the time to live.
func (s *schedule) succeeded(now time.Time) {
	s.failures = 0
	s.wait(now, s.ttl)
}

// failed waits a second, and longer each time, so that a service that is down does not slow down every invocation.
func (s *schedule) failed(now time.Time) {
	s.wait(now, min(s.ttl, time.Second<<min(s.failures, 10)))
	s.failures++
}

func (s *schedule) wait(now time.Time, pause time.Duration) {
	s.from = now.Round(0) // without the monotonic clock's reading, by which times would be compared
	s.until = s.from.Add(pause)
}
