package apply

import (
	"math"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A pacer says how many requests may be sent, and when.
type pacer struct {
	hold time.Time // nothing is sent before
}

// room is how many requests may be begun now; if none, until is when to ask again.
func (p *pacer) room(now time.Time) (n int, until time.Time) {
	if now.Before(p.hold) {
		return 0, p.hold
	}
	return math.MaxInt, now
}

// heard takes note of an answer.
func (p *pacer) heard(now time.Time, a plan.Answer) {
	if a.Status == statusThrottled && a.RetryAfter > 0 {
		p.hold = later(p.hold, now.Add(backoff(a.RetryAfter, 1)))
	}
}
