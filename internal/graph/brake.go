package graph

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
)

// How a client slows down before Graph has to say no.
const (
	// strained is the share of a limit from which Graph names it in
	// x-ms-throttle-limit-percentage (Graph docs, throttling-limits).
	strained = 0.8
	// strainLasts is how long what an answer said of a limit is held for true:
	// the window over which reads are counted.
	strainLasts = 10 * time.Second
)

// errHeld is a call that was not sent, as the brake went on while it got its
// token.
var errHeld = errors.New("graph asked to be left alone")

// A lane is what calls are held, counted and slowed down by: the service limits
// writes apart from reads, so that one of them may go on while the other waits.
type lane int

const (
	reads lane = iota // of the tenant
	looks             // at people by id, by [Client.Users]: many may ask at once
	writes
	lanes
)

// width is how many calls of a lane may be under way at most.
func (l lane) width() int {
	if l == reads {
		return inFlight
	}
	return abreast
}

// widest is how many calls may be under way at most, of all lanes together.
const widest = inFlight + 2*abreast

// A brake lets calls through, a few at once. After Graph said for how long it
// wants to be left alone nothing is let through before that is over, since
// calls that it throttles count against the limit as well. Then one goes first,
// and with each answer one more may go beside it. Where Graph named the limit of
// writes, and said so to a write, reads go on.
//
// When reads are near a limit half as many of them go at once, and each pauses
// before it is sent: 0.1 s at 80 %, 0.3 s at the limit, 1.1 s at the 180 % that
// Graph reports at most. Writes do not: who sends them is told the share, and
// keeps a rate by it.
type brake struct {
	now  func() time.Time
	wait func(ctx context.Context, d time.Duration) error
	log  hclog.Logger

	mu     sync.Mutex
	of     [lanes]track
	width  int // how many calls of all lanes together may be under way
	moved  chan struct{}
	strain float64   // as Graph reported it of reads last
	seen   time.Time // when
}

// A track is the state of one lane.
type track struct {
	until  time.Time // nothing is sent before; zero: at once
	number int       // of until, counted up with each new one
	width  int       // how many calls may be under way
	under  int       // how many are
}

func newBrake(c Config) *brake {
	b := &brake{now: c.Now, wait: c.Wait, log: c.Log, width: widest, moved: make(chan struct{})}
	for l := range b.of {
		b.of[l].width = lane(l).width()
	}
	return b
}

// enter waits until a call may be sent. Unless it returns an error, leave must
// follow.
func (b *brake) enter(ctx context.Context, l lane) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		b.mu.Lock()
		left, number, moved := b.left(l), b.of[l].number, b.moved
		if left <= 0 && b.room(l) {
			b.of[l].under++
			pause := b.pause(l)
			b.mu.Unlock()
			return b.ease(ctx, l, pause)
		}
		b.mu.Unlock()
		if left <= 0 {
			select {
			case <-moved:
			case <-ctx.Done():
			}
			continue
		}
		if err := b.wait(ctx, left); err != nil {
			return err
		}
		b.release(l, number)
	}
}

// ease is the pause of one call near a limit.
func (b *brake) ease(ctx context.Context, l lane, pause time.Duration) error {
	if pause <= 0 {
		return nil
	}
	err := b.wait(ctx, pause)
	if err != nil {
		b.leave(l, false)
	}
	return err
}

// leave ends a call. One that Graph answered without complaint lets another one
// go beside it from now on.
func (b *brake) leave(l lane, fine bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := &b.of[l]
	t.under--
	if fine && b.left(l) <= 0 {
		t.width = min(t.width+1, l.width())
		b.width = min(b.width+1, widest)
	}
	b.stir()
}

// on reports whether nothing may be sent in a lane now.
func (b *brake) on(l lane) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.left(l) > 0
}

// hold lets nothing through for d, as [retryAfter] gives it, after a call in
// lane l was throttled for a limit, which may be empty. A longer hold stands.
func (b *brake) hold(op string, l lane, limit string, d time.Duration) {
	if d <= 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if l == writes && limit == limitWrite {
		b.of[writes].width = 1
		if b.extend(writes, d) {
			b.log.Info("graph asked to be left alone: nothing is written before that is over", "op", op, "wait", d)
		}
		return
	}
	b.width = 1
	longer := false
	for l := range lanes {
		longer = b.extend(l, d) || longer
	}
	if longer {
		b.log.Info("graph asked to be left alone: nothing is sent before that is over", "op", op, "wait", d)
	}
}

// extend holds a lane for d, unless it is held for longer. The caller holds mu.
func (b *brake) extend(l lane, d time.Duration) bool {
	if d <= b.left(l) {
		return false
	}
	b.of[l].until = b.now().Add(d)
	b.of[l].number++
	return true
}

// release ends the hold of that number: its time has passed, by the clock of
// whoever waited.
func (b *brake) release(l lane, number int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.of[l].number == number {
		b.of[l].until = time.Time{}
	}
}

// feel takes in the share that an answer names, or 0.
func (b *brake) feel(l lane, share float64) {
	if share <= 0 || l == writes {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.strain, b.seen = share, b.now()
}

// left is how long nothing may be sent, at most as long as a hold may be: a
// clock that was set back must not make it more. The caller holds mu.
func (b *brake) left(l lane) time.Duration {
	until := b.of[l].until
	if until.IsZero() {
		return 0
	}
	return min(until.Sub(b.now()), longestAsked)
}

// near reports whether a limit of reads is near. The caller holds mu.
func (b *brake) near() bool {
	age := b.now().Sub(b.seen)
	return b.strain > 0 && age >= 0 && age < strainLasts
}

// room reports whether one more call may be under way. The caller holds mu.
func (b *brake) room(l lane) bool {
	all := 0
	for _, t := range b.of {
		all += t.under
	}
	most := b.of[l].width
	if l != writes && b.near() {
		most = min(most, l.width()/2)
	}
	return all < b.width && b.of[l].under < most
}

// pause is how long a call waits near a limit. The caller holds mu.
func (b *brake) pause(l lane) time.Duration {
	if l == writes || !b.near() {
		return 0
	}
	return time.Duration((b.strain - strained + 0.1) * float64(time.Second)).Round(time.Millisecond)
}

// stir wakes those who wait for room. The caller holds mu.
func (b *brake) stir() {
	close(b.moved)
	b.moved = make(chan struct{})
}

// throttled reports whether a status says that this client asked too much.
func throttled(status int) bool {
	return status == http.StatusTooManyRequests || status == statusBandwidth
}

// statusBandwidth is Graph's 509, Bandwidth Limit Exceeded.
const statusBandwidth = 509

// A clockCheck compares the clock of the other side with ours.
type clockCheck struct {
	mu    sync.Mutex
	skew  time.Duration
	known bool
	said  bool
}

// maxSkew is how far clocks may differ before an operator is told.
const maxSkew = 5 * time.Minute

// Skew returns by how much Graph's clock is ahead of ours, as of the last
// answer that gave its date, and whether there was one. It is exact to a second:
// a date between question and answer is no difference, however long that took.
func (c *Client) Skew() (time.Duration, bool) {
	c.clock.mu.Lock()
	defer c.clock.mu.Unlock()
	return c.clock.skew, c.clock.known
}

// timed takes in the date of an answer to what was asked at a time.
func (c *Client) timed(resp *http.Response, asked time.Time) {
	at, ok := dateOf(resp.Header)
	// A gateway before Graph has a clock of its own, and a cache an old date.
	ours := resp.StatusCode == http.StatusOK || resp.Header.Get("request-id") != ""
	if !ok || !ours || resp.Header.Get("Age") != "" {
		return
	}
	skew := min(at.Sub(asked), 0) // it was given after it was asked for
	if ahead := at.Sub(c.now()); ahead > 0 {
		skew = ahead
	}
	if skew = skew.Round(time.Second); skew == -time.Second {
		skew = 0 // what dates leave off
	}
	k := &c.clock
	k.mu.Lock()
	k.skew, k.known = skew, true
	say := skew.Abs() > maxSkew && !k.said
	k.said = k.said || say
	k.mu.Unlock()
	if say {
		c.log.Warn("the clock of this machine differs from Graph's; set it", "graph_is_ahead_by", skew.String())
	}
}

// dateOf returns when an answer says that it was given.
func dateOf(h http.Header) (time.Time, bool) {
	at, err := http.ParseTime(h.Get("Date"))
	return at, err == nil
}
