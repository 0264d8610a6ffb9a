package simulator

import (
	"sync"
	"time"
)

// A Clock is a clock that can be set. It goes as its base does, from wherever
// it was set to. It is safe for concurrent use.
type Clock struct {
	base func() time.Time
	mu   sync.Mutex
	off  time.Duration
}

// NewClock makes a clock that shows what base does until it is set. A base
// that stands still makes a clock that moves by [Clock.Advance] alone. Nil is
// [time.Now].
func NewClock(base func() time.Time) *Clock {
	if base == nil {
		base = time.Now
	}
	return &Clock{base: base}
}

// Now is the time that the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base().Add(c.off)
}

// Advance moves the clock.
func (c *Clock) Advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.off += by
}

// Set makes the clock show a time.
func (c *Clock) Set(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.off = to.Sub(c.base())
}
