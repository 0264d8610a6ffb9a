package apply_test

import (
	"container/heap"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/plan"
)

// A quota counts writes as the directory does, in one of the two ways that it
// may; throttled ones are counted as well.
type quota struct {
	window  bool
	amount  float64
	span    time.Duration
	used    float64
	since   time.Time
	shares  bool // it says how much is used up
	silent  bool // a 429 has no Retry-After
	stray   int  // one in so many is throttled for a reason of its own
	asked   int
	refused int
}

func (q *quota) take(now time.Time) plan.Answer {
	if q.asked++; q.stray > 0 && (q.asked*7919)%q.stray == 0 {
		q.refused++
		return plan.Answer{Status: 429, RetryAfter: 3}
	}
	rate := q.amount / q.span.Seconds()
	past := now.Sub(q.since)
	switch {
	case !q.window:
		q.used, q.since = max(0, q.used-rate*past.Seconds()), now
	case past >= q.span:
		q.used, q.since = 0, now
	}
	q.used++
	a := plan.Answer{Status: 200}
	if over := q.used - q.amount; over > 0 {
		q.refused++
		a.Status = 429
		if q.shares {
			a.Limit = "Write"
		}
		a.RetryAfter = over / rate
		if q.window {
			a.RetryAfter = (q.span - now.Sub(q.since)).Seconds()
		}
		if q.silent {
			a.RetryAfter = 0
		}
	}
	if part := float64(int(q.used/q.amount*100)) / 100; q.shares && part >= 0.8 {
		a.Share = min(part, 1.8)
	}
	return a
}

// A moment is when something of a race happens.
type moment struct {
	at  time.Time
	seq int
	do  func(now time.Time)
}

type moments []moment

func (m moments) Len() int      { return len(m) }
func (m moments) Swap(i, j int) { m[i], m[j] = m[j], m[i] }
func (m moments) Less(i, j int) bool {
	return m[i].at.Before(m[j].at) || m[i].at.Equal(m[j].at) && m[i].seq < m[j].seq
}
func (m *moments) Push(x any) { *m = append(*m, x.(moment)) }
func (m *moments) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}

// A race sends requests through eight lanes as the pacer lets them go: each
// batch is looked at, then sent; what is throttled goes again after its time.
type race struct {
	q     *quota
	delay time.Duration // of each call

	p      apply.Pacer
	todo   moments // what happens next
	seq    int
	lanes  int
	left   int
	again  []time.Time // when those that were put off may go
	done   int
	sent   int
	last   time.Time
	wakeup time.Time
}

func (r *race) later(at time.Time, do func(time.Time)) {
	r.seq++
	heap.Push(&r.todo, moment{at, r.seq, do})
}

func (r *race) run(n int) time.Duration {
	r.p, r.left = apply.NewPacer(), n
	r.launch(noon)
	for len(r.todo) > 0 && r.done < n {
		m := heap.Pop(&r.todo).(moment)
		r.last = m.at
		m.do(m.at)
		r.launch(m.at)
	}
	return r.last.Sub(noon)
}

func (r *race) launch(now time.Time) {
	for r.lanes < 8 {
		room, until := r.p.Room(now)
		n := 0
		var rest []time.Time
		for _, at := range r.again {
			if n < min(room, 20) && !at.After(now) {
				n++
				continue
			}
			rest = append(rest, at)
		}
		r.again = rest
		if n == 0 {
			n = min(room, 20, r.left)
			r.left -= n
		}
		if n == 0 {
			for _, at := range rest {
				if at.After(until) {
					until = at
				}
			}
			if r.left+len(rest) > 0 && !until.IsZero() && (until.Before(r.wakeup) || !r.wakeup.After(now)) {
				if !until.After(now) {
					until = now.Add(time.Millisecond)
				}
				r.wakeup = until
				r.later(until, func(time.Time) {})
			}
			return
		}
		r.lanes++
		r.p.Begin(now, n)
		r.later(now.Add(r.delay), func(now time.Time) { r.send(now, n) })
	}
}

func (r *race) send(now time.Time, n int) {
	answers := make([]plan.Answer, n)
	for i := range answers {
		answers[i] = r.q.take(now.Add(r.delay / 2))
		r.sent++
	}
	r.later(now.Add(r.delay), func(now time.Time) {
		r.lanes--
		for _, a := range answers {
			r.p.Heard(now, a)
			if a.Status == 200 {
				r.done++
				continue
			}
			r.again = append(r.again, now.Add(max(5*time.Second, time.Duration(a.RetryAfter*float64(time.Second)))))
		}
	})
}

// TestPace: 10,000 requests go about as fast as the quota lets them, whichever
// way it counts and whether it says how much is used up; few are throttled.
func TestPace(t *testing.T) {
	for _, window := range []bool{true, false} {
		for _, shares := range []bool{true, false} {
			for _, delay := range []time.Duration{5 * time.Millisecond, 50 * time.Millisecond, 400 * time.Millisecond, 2 * time.Second} {
				q := &quota{window: window, amount: 3000, span: 150 * time.Second, shares: shares}
				r := race{q: q, delay: delay}
				took := r.run(10000)
				floor := 350 * time.Second
				if window {
					floor = 450*time.Second + 1000/160*2*delay
				}
				most, slack := 200, time.Duration(105)
				if delay > time.Second {
					most, slack = 350, 106 // two batches of each lane are on their way for four seconds
				}
				if r.done != 10000 || took > floor*slack/100 || took < floor*99/100 || q.refused > most {
					t.Errorf("window=%t shares=%t delay=%v: got %d in %v and %d throttled, want about %v and at most %d",
						window, shares, delay, r.done, took, q.refused, floor, most)
				}
				t.Logf("window=%t shares=%t delay=%v: %.3f of the floor, %d throttled", window, shares, delay, took.Seconds()/floor.Seconds(), q.refused)
			}
		}
	}
}

// TestPaceOfOtherQuotas: a quota that is not as documented is found.
func TestPaceOfOtherQuotas(t *testing.T) {
	tests := []struct {
		name  string
		q     quota
		floor time.Duration // for 10,000
		slack float64
		most  int // throttled
	}{
		{"six times as much", quota{shares: true, amount: 18000, span: 300 * time.Second}, 0, 0, 0},
		{"half, in a bucket", quota{shares: true, amount: 1500, span: 150 * time.Second}, 850 * time.Second, 1.05, 200},
		{"half, in a window", quota{shares: true, window: true, amount: 1500, span: 150 * time.Second}, 900 * time.Second, 1.05, 200},
		{"twice, without a word", quota{amount: 6000, span: 150 * time.Second}, 100 * time.Second, 2.2, 200},
		{"half, without a word", quota{amount: 1500, span: 150 * time.Second}, 850 * time.Second, 1.1, 900},
		{"no time is said", quota{shares: true, silent: true, window: true, amount: 3000, span: 150 * time.Second}, 450 * time.Second, 1.35, 300},
	}
	for _, tt := range tests {
		r := race{q: &tt.q, delay: 50 * time.Millisecond}
		took := r.run(10000)
		if limit := time.Duration(float64(tt.floor)*tt.slack) + 10*time.Second; r.done != 10000 || took > limit || tt.q.refused > tt.most {
			t.Errorf("%s: got %d in %v and %d throttled, want %v and at most %d", tt.name, r.done, took, tt.q.refused, limit, tt.most)
		}
		t.Logf("%s: %v of %v, %d throttled", tt.name, took, tt.floor, tt.q.refused)
	}
}

// TestPaceWithoutQuota: nothing is slowed down that nobody limits.
func TestPaceWithoutQuota(t *testing.T) {
	r := race{q: &quota{amount: 1e9, span: time.Second}, delay: 50 * time.Millisecond}
	if took := r.run(10000); took > 9*time.Second {
		t.Errorf("got %v for 10,000 in eight lanes of 200 a second each", took)
	}
}

// hostileWaits are what a server may say in a Retry-After.
func hostileWaits() []float64 {
	return []float64{0, -1, 1e9, 1e300, math.NaN(), math.Inf(1), math.Inf(-1), 1e-12, 0.249, 2.128, 30, 150, 600}
}

// TestPaceAgainstHostileAnswers: whatever a server says of its limits, the pacer
// begins nothing while it was asked to wait, neither spins nor stops for ever, and
// comes to its end when the server means well again; also when the clock jumps.
func TestPaceAgainstHostileAnswers(t *testing.T) {
	waits := hostileWaits()
	shares := []float64{0, 0.8, 0.97, 1, 1.8, 5, 1e300, -3, math.NaN(), math.Inf(1), 1e-300}
	limits := []string{"", "Write", "Read", "ReadWrite", "Tenant", "x"}
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 5))
		share := shares[rnd.IntN(len(shares))] // said all the time
		calm := 500 + rnd.IntN(1000)           // answers, after which all is well
		p, now, hold := apply.NewPacer(), noon, noon
		begun, answered, flying, rounds := 0, 0, 0, 0
		for ; answered < 3000; rounds++ {
			if rounds > 100_000 {
				t.Fatalf("seed %d: it spins: %d answered", seed, answered)
			}
			n, until := p.Room(now)
			if n > 0 && now.Before(hold) {
				t.Fatalf("seed %d: %d may go %v before their time", seed, n, hold.Sub(now))
			}
			if n = min(n, 20, 160-flying); n > 0 {
				p.Begin(now, n)
				begun, flying = begun+n, flying+n
				continue
			}
			if flying == 0 {
				if d := until.Sub(now); d <= 0 || d > 10*time.Minute {
					t.Fatalf("seed %d: it stops: nothing is under way, and it waits %v", seed, d)
				}
				now = until
				continue
			}
			now = now.Add(time.Duration(rnd.IntN(100)) * time.Millisecond)
			for range min(flying, 1+rnd.IntN(20)) {
				a := plan.Answer{Status: 200, Share: share}
				if answered < calm && rnd.IntN(4) == 0 {
					a.Share = shares[rnd.IntN(len(shares))]
				}
				if answered < calm && rnd.IntN(20) == 0 {
					a.Status, a.RetryAfter, a.Limit = 429, waits[rnd.IntN(len(waits))], limits[rnd.IntN(len(limits))]
					if w := a.RetryAfter; w > 0 {
						hold = maxTime(hold, now.Add(time.Duration(min(w, 600)*float64(time.Second))))
					}
				} else if rnd.IntN(50) == 0 {
					a.Status = []int{0, 400, 403, 500, 503}[rnd.IntN(5)]
				}
				p.Heard(now, a)
				answered, flying = answered+1, flying-1
			}
			if rnd.IntN(500) == 0 && seed%3 == 0 {
				now, hold = now.Add(time.Duration(rnd.IntN(600))*time.Second), noon
			}
		}
	}
}

func maxTime(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// TestPaceOfStrayThrottles: a 429 here and there, of which Graph does not say that
// it is for the limit on writes, is waited for and no more: it is no reason to
// crawl for the rest of the run.
func TestPaceOfStrayThrottles(t *testing.T) {
	for name, q := range map[string]*quota{
		"no quota": {amount: 1e9, span: time.Second, stray: 50},
		"window":   {amount: 3000, span: 150 * time.Second, window: true, shares: true, stray: 50},
		"bucket":   {amount: 3000, span: 150 * time.Second, shares: true, stray: 50},
	} {
		r := race{q: q, delay: 50 * time.Millisecond}
		took := r.run(10_000)
		t.Logf("%s: %v, %d of %d throttled", name, took, q.refused, r.sent)
		if took > 10*time.Minute || r.done != 10_000 {
			t.Errorf("%s: %d in %v", name, r.done, took)
		}
	}
}
