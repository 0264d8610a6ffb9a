package apply

import (
	"math"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// What Graph documents of its limit on writes, per app and tenant: 3,000 in
// 150 s (Graph docs, throttling-limits). Whether that is a window that opens with
// the first write or a bucket that fills all the time is not documented.
const (
	quotaWrites = 3000
	quotaRefill = 20 // a second
)

const (
	// levelAim is which part of the quota is used up at most. A request beyond
	// it would be throttled, and be counted all the same.
	levelAim = 0.97
	// shareFloor is from where Graph says how much is used up.
	shareFloor = 0.8
	// mostShare is the most that Graph says is used up.
	mostShare = 1.8
	// handful is how many requests are let go together at the limit: few, so
	// that few are throttled when it turns out to be a window.
	handful = 5
	// probeWait is after how long one request is tried, should the level stay
	// above the aim.
	probeWait = 10 * time.Second
	// strayMost is which part of late may be throttled, without a word of which
	// limit it is, before that is taken for the limit on writes.
	strayMost = 0.2
	// windowWait is from where a Retry-After speaks for a window: after it all
	// of the quota is there again.
	windowWait = 10 * time.Second
)

// A pacer says how many requests may be sent, and when. It goes at full speed
// until Graph tells how much of the quota is used up, or throttles; from then on
// it keeps the level of what is used up just below the limit. It takes for
// granted that the level falls at the documented rate: where it does not, as in a
// window, the next answer says so.
type pacer struct {
	capacity float64 // writes that use up all
	refill   float64 // writes a second that become free again
	level    float64 // writes that were used up at the time of at
	at       time.Time
	flying   int  // begun, and not yet answered
	informed bool // Graph has said something about the quota
	shares   bool // it says how much is used up

	hold    time.Time // nothing is begun before
	probing bool      // after a hold a few go first, and the rest when they are answered
	misses  int       // holds in a row after which Graph still throttled
	density float64   // which part of the answers of late was a 429
	begun   time.Time // when the last request was

	slope struct { // of the share over what was sent
		share float64
		n     int
		at    time.Time
	}
	answered int
	since    int       // answered since all of the quota was there
	slowed   time.Time // when the refill was last changed
	braked   time.Time // when it was last lowered
}

func newPacer() pacer { return pacer{capacity: quotaWrites, refill: quotaRefill} }

// room is how many requests may be begun now; if none, until is when to ask
// again, or zero if that is when one is answered.
func (p *pacer) room(now time.Time) (n int, until time.Time) {
	switch {
	case now.Before(p.hold):
		return 0, p.hold
	case p.probing:
		return max(0, p.probes()-p.flying), time.Time{}
	case !p.informed && p.wall():
		return max(0, 2*maxBatch-p.flying), time.Time{}
	case !p.informed:
		return math.MaxInt, now
	}
	free := levelAim*p.capacity - p.used(now) - float64(p.flying)
	if free >= handful {
		return int(free), now
	}
	until = now.Add(time.Duration(math.Ceil((handful-free)/p.refill*1000)) * time.Millisecond)
	if probe := p.begun.Add(probeWait); p.flying == 0 && probe.Before(until) {
		if !probe.After(now) {
			return 1, now
		}
		until = probe
	}
	return 0, until
}

// crowded reports whether answers that came since requests were begun say that
// they would be too many by now.
func (p *pacer) crowded(now time.Time) bool {
	const slack = 0.01
	return now.Before(p.hold) || p.informed && p.used(now)+float64(p.flying) > (levelAim+slack)*p.capacity+handful
}

// probes are how many go ahead after a hold: one, where the last hold was too short.
func (p *pacer) probes() int {
	if p.misses > 1 {
		return 1
	}
	return maxBatch
}

// wall reports whether by what is documented the quota should be used up about
// now. Should Graph not say anything before it throttles, few are to be hit.
func (p *pacer) wall() bool {
	used := float64(p.answered+p.flying) / p.capacity
	return used > 0.95 && used < 1.25
}

// used is how many writes are used up by now, those under way not counted.
func (p *pacer) used(now time.Time) float64 {
	return max(0, p.level-p.refill*max(0, now.Sub(p.at).Seconds()))
}

// begin takes note of requests that are begun.
func (p *pacer) begin(now time.Time, n int) {
	p.flying += n
	p.begun = now
}

// back takes note of requests that were begun and are not sent.
func (p *pacer) back(n int) { p.flying -= n }

// heard takes note of an answer.
func (p *pacer) heard(now time.Time, a plan.Answer) {
	if math.IsNaN(a.Share) || a.Share < 0 {
		a.Share = 0
	}
	a.Share = min(a.Share, mostShare)
	p.flying--
	p.answered++
	p.since++
	p.level, p.at = p.used(now)+1, now
	if a.Status == statusThrottled {
		p.density += (1 - p.density) / maxBatch
		p.throttled(now, a)
		return
	}
	p.density -= p.density / maxBatch
	if a.Share > 0 {
		if !p.shares {
			// It may be less than is documented; if somebody else uses it as well,
			// the slope will tell.
			p.capacity = min(p.capacity, max(float64(p.since)/a.Share, handful/(1-levelAim)))
		}
		p.learn(now, a.Share)
		p.shares, p.informed = true, true
		p.level = a.Share * p.capacity
	} else if p.shares && a.Status >= 200 && a.Status <= 299 {
		p.capacity = max(p.capacity, min(quotaWrites, float64(p.since)/shareFloor))
		p.level = min(p.level, shareFloor*p.capacity)
	}
	if !now.Before(p.hold) {
		p.probing, p.misses = false, 0
	}
	if !p.shares && p.informed && now.Sub(p.slowed) >= probeWait {
		p.refill, p.slowed = p.refill+0.1, now // nothing was throttled for a while
	}
}

// throttled takes note of a 429.
func (p *pacer) throttled(now time.Time, a plan.Answer) {
	if !now.Before(p.hold) {
		p.misses++
	}
	wait := backoff(a.RetryAfter, p.misses)
	p.hold, p.probing = later(p.hold, now.Add(wait)), true
	if a.Limit == limitRead || a.Limit == limitReadWrite || p.stray(a) {
		return // that says nothing about the limit on writes
	}
	if !p.informed {
		p.capacity = max(p.level, handful/(1-levelAim)) // all that was sent so far
		p.slowed = now
	}
	p.informed = true
	p.level = max(p.level, p.capacity)
	if a.Share > 0 {
		p.shares = true
		p.level = max(p.level, a.Share*p.capacity)
	}
	if wait >= windowWait {
		// The level that the hold leaves over is none.
		p.level, p.at, p.since = 0, p.hold, 0
		return
	}
	if !p.shares && now.Sub(p.slowed) >= 3*time.Second {
		less := 0.97
		if now.Sub(p.braked) < 20*time.Second {
			less = 0.85
		}
		p.refill, p.slowed, p.braked = max(p.refill*less, 1), now, now
	}
}

// stray reports whether a 429 may be about its one request, or about anything: it
// is one of few, and does not say that it is for the limit on writes.
func (p *pacer) stray(a plan.Answer) bool {
	return a.Limit == "" && a.Share == 0 && p.density < strayMost && (p.shares || !p.informed)
}

// The limits that a 429 can be for, as Graph names them, beside that on writes.
const (
	limitRead      = "Read"
	limitReadWrite = "ReadWrite"
)

// learn finds the capacity by how much the share rises with what is sent. Where
// much becomes free meanwhile that tells nothing.
func (p *pacer) learn(now time.Time, share float64) {
	s := &p.slope
	if s.at.IsZero() || share < s.share || now.Sub(s.at) > time.Minute {
		s.share, s.n, s.at = share, p.answered, now
		return
	}
	rise, n := share-s.share, float64(p.answered-s.n)
	freed := p.refill * now.Sub(s.at).Seconds()
	if rise < 0.05 || n < 2*maxBatch || n < 4*freed {
		return
	}
	// The share is that of whatever limit is nearest, and may be one on reads:
	// what speaks for more than was thought is believed step by step.
	p.capacity = min(max((n-freed)/rise, handful/(1-levelAim)), 1.1*p.capacity)
	s.share, s.n, s.at = share, p.answered, now
}
