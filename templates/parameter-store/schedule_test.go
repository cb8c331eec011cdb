package main

import (
	"strings"
	"testing"
	"time"
)

func TestSchedule(t *testing.T) {
	s := schedule{ttl: time.Minute}
	start := time.Now()
	at := func(passed time.Duration) time.Time { return start.Add(passed) }
	s.succeeded(start)
	for passed, want := range map[time.Duration]bool{0: false, 59 * time.Second: false, time.Minute: true, time.Hour: true, -time.Second: true} {
		if got := s.isDue(at(passed)); got != want {
			t.Errorf("due after %v = %t", passed, got)
		}
	}
	now := time.Duration(0)
	for _, pause := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
		s.failed(at(now))
		pause *= time.Second
		if s.isDue(at(now+pause-1)) || !s.isDue(at(now+pause)) {
			t.Errorf("after %d failures it is not due in %v", s.failures, pause)
		}
		now += pause
	}
	s.succeeded(at(now))
	if s.failures != 0 || s.isDue(at(now+59*time.Second)) {
		t.Errorf("after a success: %+v", s)
	}
}

func TestScheduleGoesByTheWallClock(t *testing.T) {
	// The monotonic clock stands still in a frozen environment. A time that was read without it is compared by the wall.
	s := schedule{ttl: time.Minute}
	s.succeeded(time.Now())
	if strings.Contains(s.from.String()+s.until.String(), "m=") {
		t.Errorf("the schedule holds readings of the monotonic clock: %v", s.until)
	}
}
