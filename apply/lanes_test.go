package apply_test

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/plan"
)

// A slow tenant is a tenant whose calls take time and overlap, by the clock of a
// bubble. It holds what is sent against what lanes must keep.
type slow struct {
	*tenant
	mu      sync.Mutex
	rand    *rand.Rand
	most    int // batches that may be under way
	longest time.Duration
	lagging time.Duration

	sending   map[plan.UserID]bool
	batchesIn int
	peak      int
	notBefore map[plan.UserID]time.Time
	changed   map[plan.UserID]time.Time // when what was written last is shown
	answered  []int                     // sizes of batches that were answered
	gone      bool                      // the process was killed: nothing more may be sent
}

func newSlow(n *tenant, seed uint64, most int) *slow {
	return &slow{tenant: n, rand: rand.New(rand.NewPCG(seed, 1)), most: most, longest: 300 * time.Millisecond,
		sending: map[plan.UserID]bool{}, notBefore: map[plan.UserID]time.Time{}, changed: map[plan.UserID]time.Time{}}
}

// pass lets a call take its time.
func (s *slow) pass(ctx context.Context) error {
	s.mu.Lock()
	d := time.Duration(s.rand.Int64N(int64(s.longest)))
	s.mu.Unlock()
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *slow) Users(ctx context.Context, ids []plan.UserID) (map[plan.UserID]plan.User, error) {
	if err := s.pass(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		s.lag[id] = 0
		if time.Now().Before(s.changed[id]) {
			s.lag[id] = 1
		}
	}
	return s.tenant.Users(ctx, ids)
}

func (s *slow) Products(ctx context.Context) ([]plan.Product, error) {
	if err := s.pass(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tenant.Products(ctx)
}

func (s *slow) Assign(ctx context.Context, requests []plan.Request) ([]plan.Answer, error) {
	s.begin(requests)
	defer s.end(requests)
	if err := s.pass(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	before := map[plan.UserID]plan.User{}
	for _, q := range requests {
		before[q.User] = s.users[q.User]
	}
	answers, err := s.tenant.Assign(ctx, requests)
	for _, a := range answers {
		if a.RetryAfter > 0 {
			s.notBefore[a.User] = time.Now().Add(time.Duration(a.RetryAfter * float64(time.Second)))
		}
	}
	for id, was := range before {
		if !slices.EqualFunc(was.Sources, s.users[id].Sources, func(a, b plan.Source) bool {
			return a.SKU == b.SKU && slices.Equal(a.DisabledPlans, b.DisabledPlans)
		}) {
			s.old[id], s.changed[id] = was, time.Now().Add(s.lagging)
		}
	}
	s.mu.Unlock()
	if e := s.pass(ctx); e != nil {
		return nil, e
	}
	return answers, err
}

func (s *slow) begin(requests []plan.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		s.t.Error("something was sent after the process was killed")
	}
	s.batchesIn++
	s.peak = max(s.peak, s.batchesIn)
	if s.batchesIn > s.most {
		s.t.Errorf("%d batches are under way, want at most %d", s.batchesIn, s.most)
	}
	for _, q := range requests {
		if s.sending[q.User] {
			s.t.Errorf("user %s: a request is sent while another one is under way", q.User)
		}
		if until := s.notBefore[q.User]; time.Now().Before(until) {
			s.t.Errorf("user %s: sent %v before its time", q.User, time.Until(until))
		}
		s.sending[q.User] = true
	}
}

func (s *slow) end(requests []plan.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.batchesIn--
	s.answered = append(s.answered, len(requests))
	for _, q := range requests {
		s.sending[q.User] = false
	}
}

// slowBench is a bench of lanes, by the clock of a bubble.
func slowBench(t *testing.T, p *plan.Plan, seed uint64, lanes int) (*bench, *slow) {
	b := newBench(t, p)
	s := newSlow(b.tenant, seed, lanes)
	b.tenant.now = time.Now
	b.x.Append = func(lines []byte) error { s.mu.Lock(); defer s.mu.Unlock(); return b.disk.Append(lines) }
	b.x.Tenant, b.x.InFlight, b.x.Wait, b.x.Now = s, lanes, nil, time.Now
	return b, s
}

// TestLanes: batches overlap, but for the first two.
func TestLanes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, s := slowBench(t, mixed(400), 1, 8)
		start := time.Now()
		r, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b.wantDone(r)
		if s.peak < 4 {
			t.Errorf("at most %d batches were under way together", s.peak)
		}
		if got := s.answered[:2]; !slices.Equal(got, []int{1, 5}) {
			t.Errorf("got %v as the first batches, want 1 and 5, each alone", got)
		}
		t.Logf("%v, %d batches at a time", time.Since(start), s.peak)
	})
}

// TestStormOfLanes is the storm with several batches in flight: in any order of
// answers, and whatever goes wrong. A failure names its seed.
func TestStormOfLanes(t *testing.T) {
	storms := 12
	if n, err := strconv.Atoi(flag.Lookup("rapid.checks").Value.String()); err == nil && n > 100 {
		storms = n
	}
	for range storms {
		seed := rand.Uint64()
		synctest.Test(t, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 4))
			if why := stormOfLanes(t, crowd(rnd), seed, 1+rnd.IntN(8)); why != "" || t.Failed() {
				t.Fatalf("seed %d: %s", seed, why)
			}
		})
	}
}

// crowd is a plan for up to 120 people, with every kind of request.
func crowd(rnd *rand.Rand) *plan.Plan {
	var changes []plan.Change
	for i := range 1 + rnd.IntN(120) {
		switch rnd.IntN(5) {
		case 0:
			changes = append(changes, change(i, visio, grant(), nil))
		case 1:
			changes = append(changes, change(i, e3, nil, grant(yam)), change(i, e5, grant(), nil))
		case 2:
			changes = append(changes, change(i, e3, grant(), grant(yam)))
		case 3:
			changes = append(changes, change(i, e5, grant(yam), nil), change(i, visio, grant(), nil))
		case 4:
			changes = append(changes, change(i, visio, nil, grant()))
		}
	}
	return planOf(changes...)
}

func stormOfLanes(t *testing.T, p *plan.Plan, seed uint64, lanes int) string {
	b, s := slowBench(t, p, seed, lanes)
	rnd := rand.New(rand.NewPCG(seed, 2))
	s.lagging = time.Duration(rnd.IntN(4)) * 20 * time.Second
	refused := map[plan.UserID]bool{}
	for _, u := range p.Order {
		refused[u] = rnd.IntN(10) == 0
	}
	for round := range 60 {
		calm := round >= 5
		b.revive()
		b.x.Interrupted = nil
		ctx, cancel := context.WithCancel(t.Context())
		disturbLanes(b, rnd, refused, calm, cancel)
		r, err := b.run(ctx)
		cancel()
		if err != nil && !errors.Is(err, errCut) && !errors.Is(err, errDisk) {
			return err.Error()
		}
		if err == nil && calm && r.Summary.NotReached+r.Summary.Unknown == apply.Closed(b.p, b.history()) {
			return checkLanes(b, r)
		}
	}
	return "the runs do not come to an end"
}

// disturbLanes sets the troubles of one round.
func disturbLanes(b *bench, rnd *rand.Rand, refused map[plan.UserID]bool, calm bool, cancel func()) {
	if !calm {
		b.tenant.calls, b.disk.appends = 0, 0
		b.tenant.after, b.disk.keep = rnd.IntN(2) == 0, []int{-1, 0, 5, 250, 1000, 5000}[rnd.IntN(6)]
		switch rnd.IntN(5) {
		case 0:
			b.tenant.cut = 1 + rnd.IntN(30)
		case 1, 2:
			b.disk.fail = 1 + rnd.IntN(30)
		case 3:
			time.AfterFunc(time.Duration(rnd.IntN(5000))*time.Millisecond, cancel)
		case 4:
			stop := make(chan struct{})
			b.x.Interrupted = stop
			time.AfterFunc(time.Duration(rnd.IntN(5000))*time.Millisecond, func() { close(stop) })
		}
		b.tenant.omit = func(int, plan.Request) bool { return rnd.IntN(12) == 0 }
	}
	b.tenant.fault = func(_ int, q plan.Request) (*plan.Answer, bool) {
		if refused[q.User] {
			return &plan.Answer{Status: 409, Code: "Directory_ConcurrencyViolation"}, false
		}
		if calm {
			return nil, false
		}
		effect := rnd.IntN(2) == 0
		switch rnd.IntN(20) {
		case 0:
			return &plan.Answer{Status: 429, RetryAfter: 2.5}, false
		case 1:
			return &plan.Answer{Status: []int{0, 500, 503, 504}[rnd.IntN(4)]}, effect
		case 2:
			return &plan.Answer{Status: 503, RetryAfter: 1}, effect
		}
		return nil, false
	}
}

func checkLanes(b *bench, r *plan.Report) string {
	executed := map[string]bool{}
	for _, d := range apply.Executed(b.p, b.history()) {
		executed[d.Change.ID] = true
	}
	for i, c := range b.p.Changes {
		o, want := r.Outcomes[i], 0
		if o.Status == plan.Done || o.Status == plan.Unconfirmed {
			want = 1
		}
		if got := b.tenant.effective[c.ID]; got != want || executed[c.ID] != (want == 1) {
			b.t.Errorf("%s: %+v, but changed %d times, and the journal says executed %t", c.ID, o, got, executed[c.ID])
		}
	}
	return ""
}

// TestSeatsInLanes: a seat is given when the request that frees it was answered,
// also when several batches are under way; no request is refused for want of one.
func TestSeatsInLanes(t *testing.T) {
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			var changes []plan.Change
			for i := range 100 {
				changes = append(changes, change(i, visio, grant(), nil))
			}
			for i := range 100 {
				changes = append(changes, change(200+i, visio, nil, grant()))
			}
			p := planOf(changes...)
			rnd := rand.New(rand.NewPCG(seed, 3))
			rnd.Shuffle(100, func(i, j int) { p.Order[i], p.Order[j] = p.Order[j], p.Order[i] })
			b, _ := slowBench(t, p, seed, 8)
			b.tenant.bought[visio] = 100 + int(seed)
			throttled := 0
			b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) {
				if rnd.IntN(10) == 0 {
					throttled++
					return &plan.Answer{Status: 429, RetryAfter: 3}, false
				}
				return nil, false
			}
			r, err := b.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			b.wantDone(r)
		})
	}
}

// TestGraphThatNoLongerAnswers: what is in flight is lost, but not everything is
// sent into the void; when it answers again, the run is resumed to its end.
func TestGraphThatNoLongerAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, s := slowBench(t, mixed(1000), 1, 8)
		b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) {
			if len(b.tenant.batches) > 4 {
				return &plan.Answer{Status: 504}, false
			}
			return nil, false
		}
		r, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if r.Summary.Stopped == "" || r.Summary.NotReached == 0 {
			t.Errorf("got %+v, want it stopped", r.Summary)
		}
		users := map[plan.UserID]bool{}
		for _, batch := range b.tenant.batches {
			for _, u := range batch {
				users[u] = true
			}
		}
		if got := len(users); got > 6+12*20 {
			t.Errorf("%d people were sent into the void", got)
		}
		b.revive()
		if r, err = b.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.wantDone(r)
		_ = s
	})
}

// TestUnavailable: where Graph says that it is not available, and four reads show
// the seat as it was, that is believed: the next try need not wait nine minutes.
func TestUnavailable(t *testing.T) {
	for status, most := range map[int]time.Duration{503: time.Minute, 504: 10 * time.Minute} {
		b := newBench(t, mixed(1))
		first := true
		b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) {
			defer func() { first = false }()
			if first {
				return &plan.Answer{Status: status}, false
			}
			return nil, false
		}
		r, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b.wantDone(r)
		at := b.tenant.sentAt[user(0)]
		if got := at[1].Sub(at[0]); got > most || got < most*5/6 {
			t.Errorf("status %d: sent again after %v, want at most %v", status, got, most)
		}
	}
}

// TestInterruptInLanes: the first signal lets batches in flight come to their
// end and be read once; nothing is started any more.
func TestInterruptInLanes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, s := slowBench(t, mixed(1000), 1, 8)
		stop := make(chan struct{})
		b.x.Interrupted = stop
		var at time.Time
		time.AfterFunc(2*time.Second, func() { at = time.Now(); close(stop) })
		r, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := time.Since(at); at.IsZero() || got > 2*time.Second {
			t.Errorf("ended %v after the signal", got)
		}
		if !r.Summary.Interrupted || r.Summary.Unknown != 0 || r.Summary.NotReached == 0 || r.Summary.Done == 0 || s.peak < 3 {
			t.Errorf("got %+v", r.Summary)
		}
		b.x.Interrupted = nil
		if r, err = b.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.wantDone(r)
	})
}

// TestDiskFullInLanes: when the journal cannot be written, what is in flight is
// waited for, and nothing is sent any more.
func TestDiskFullInLanes(t *testing.T) {
	for fail := 8; fail < 20; fail++ {
		synctest.Test(t, func(t *testing.T) {
			b, s := slowBench(t, mixed(600), uint64(fail), 8)
			b.disk.fail, b.disk.dead = fail, nil
			if _, err := b.run(t.Context()); !errors.Is(err, errDisk) {
				t.Fatalf("got %v, want %v", err, errDisk)
			}
			if s.batchesIn != 0 {
				t.Errorf("%d batches are still under way", s.batchesIn)
			}
			if b.disk.appends != fail {
				t.Errorf("got %d appends, want none after one that failed", b.disk.appends-fail)
			}
			b.revive()
			r, err := b.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			b.wantDone(r)
		})
	}
}
