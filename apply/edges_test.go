package apply_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/plan"
)

// A watched tenant calls back at each read of people, and may tell of products
// what is not so.
type watched struct {
	*tenant
	reads  int
	before func(read int)
	skus   func([]plan.Product)
}

func (w *watched) Users(ctx context.Context, ids []plan.UserID) (map[plan.UserID]plan.User, error) {
	if w.reads++; w.before != nil {
		w.before(w.reads)
	}
	return w.tenant.Users(ctx, ids)
}

func (w *watched) Products(ctx context.Context) ([]plan.Product, error) {
	got, err := w.tenant.Products(ctx)
	if w.skus != nil {
		w.skus(got)
	}
	return got, err
}

// TestPutOffMembersWait: each member goes by its own time, whatever the pace says:
// a 503 or 424 with a Retry-After says nothing about the quota.
func TestPutOffMembersWait(t *testing.T) {
	for _, status := range []int{429, 424, 503} {
		b := newBench(t, mixed(40))
		waits := map[plan.UserID]float64{user(8): 90, user(9): 7.5, user(10): 0.249, user(11): 31}
		b.tenant.fault = func(_ int, q plan.Request) (*plan.Answer, bool) {
			if w := waits[q.User]; w > 0 && len(b.tenant.sentAt[q.User]) == 1 {
				return &plan.Answer{Status: status, RetryAfter: w}, false
			}
			return nil, false
		}
		r, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b.wantDone(r)
		for u, w := range waits {
			at := b.tenant.sentAt[u]
			if got := at[1].Sub(at[0]).Seconds(); len(at) != 2 || got < w {
				t.Errorf("status %d: %s was sent again after %v s, want %v", status, u, got, w)
			}
		}
	}
}

// TestLateEffect: what took effect after the whole patience is found at the next
// look, and belongs to what the run took; nothing is sent again.
func TestLateEffect(t *testing.T) {
	b := newBench(t, mixed(1))
	b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) { return &plan.Answer{Status: 504}, false }
	b.x.Tenant = &watched{tenant: b.tenant, before: func(read int) {
		if read == 1+7+1 { // a look, the patience, and the look ahead of the second try
			b.tenant.users[user(0)] = plan.User{ID: user(0)}
		}
	}}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if o := r.Outcomes[0]; o.Status != plan.Done || o.Evidence != apply.ByReadBack || len(b.tenant.batches) != 1 {
		t.Errorf("got %+v after %d batches, want done by read-back after one", o, len(b.tenant.batches))
	}
	if got := len(apply.Executed(b.p, b.history())); got != 1 {
		t.Errorf("got %d deeds, want the one that undo gives back", got)
	}
}

// TestOddAtTheSecondLook: of a swap whose answer was lost neither half is said not
// to have been sent, when one looks odd ahead of the second try.
func TestOddAtTheSecondLook(t *testing.T) {
	b := newBench(t, planOf(change(1, e3, nil, grant()), change(1, e5, grant(), nil)))
	b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) { return &plan.Answer{Status: 504}, false }
	b.x.Tenant = &watched{tenant: b.tenant, before: func(read int) {
		if read == 1+7+1 {
			b.tenant.users[user(1)].Sources[0].UpdatedAt = noon
		}
	}}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range r.Outcomes {
		if o.Status != plan.Uncertain || o.Class != plan.Changed || len(b.tenant.batches) != 1 {
			t.Errorf("got %+v after %d batches, want unknown after one", o, len(b.tenant.batches))
		}
	}
}

// TestNeverHeld: that a seat is not there to be taken is the person's outcome, not
// the end of the run, however often Graph says it.
func TestNeverHeld(t *testing.T) {
	b := newBench(t, mixed(40))
	b.tenant.fault = func(_ int, q plan.Request) (*plan.Answer, bool) {
		if q.User == user(8) {
			return &plan.Answer{Status: 400, Code: "Request_BadRequest", Message: "User does not have a corresponding license."}, false
		}
		return nil, false
	}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.Summary.Stopped != "" || r.Summary.Failed != 1 || r.Summary.Done != len(b.p.Changes)-1 {
		t.Errorf("got %+v, want one failed and all others done", r.Summary)
	}
	if o := b.outcome(r, string(user(8))+"/"+string(visio)); o.Status != plan.Failed || len(b.tenant.sentAt[user(8)]) != 5 {
		t.Errorf("got %+v after %d tries", o, len(b.tenant.sentAt[user(8)]))
	}
}

// TestLastSeatOfABatch: seats are counted down within a batch: who has none is not
// sent.
func TestLastSeatOfABatch(t *testing.T) {
	b := newBench(t, planOf(change(1, visio, nil, grant()), change(2, visio, nil, grant()), change(3, visio, nil, grant())))
	b.tenant.bought[visio] = 2
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if o := r.Outcomes[2]; r.Summary.Done != 2 || o.Status != plan.Skipped || o.Class != plan.SeatGone || len(b.tenant.sentAt[user(3)]) != 0 {
		t.Errorf("got %+v, %d requests", o, len(b.tenant.sentAt[user(3)]))
	}
}

// TestSeatsAreCountedLate: what the run freed itself is there to be given, although
// Graph's count does not show it yet.
func TestSeatsAreCountedLate(t *testing.T) {
	var changes []plan.Change
	for i := range 12 {
		changes = append(changes, change(i, visio, grant(), nil))
	}
	for i := range 12 {
		changes = append(changes, change(20+i, visio, nil, grant()))
	}
	b := newBench(t, planOf(changes...))
	b.tenant.bought[visio] = 12
	b.x.Tenant = &watched{tenant: b.tenant, skus: func(all []plan.Product) {
		for i := range all {
			if all[i].SKU == visio {
				all[i].Consumed = 12
			}
		}
	}}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)
}

// TestBreakerAtItsLimits: one less, exactly, and one more.
func TestBreakerAtItsLimits(t *testing.T) {
	tests := []struct {
		name    string
		batches []apply.BreakerTally
		want    string
		at      int
	}{
		{"20 % of 20", []apply.BreakerTally{{20, 16, 4, 0}}, "", -1},
		{"more than 20 % of 20", []apply.BreakerTally{{20, 15, 5, 0}}, "5 of 20 requests failed", 0},
		{"more than 20 % of 19", []apply.BreakerTally{{19, 1, 18, 0}}, "", -1},
		{"two barren", []apply.BreakerTally{{1, 0, 1, 0}, {5, 0, 5, 0}}, "", -1},
		{"three barren", []apply.BreakerTally{{1, 0, 1, 0}, {5, 0, 5, 0}, {5, 0, 5, 0}}, "3 batches in a row", 2},
		{"one success between", []apply.BreakerTally{{1, 0, 1, 0}, {1, 0, 1, 0}, {1, 1, 0, 0}, {1, 0, 1, 0}, {1, 0, 1, 0}}, "", -1},
		{"nothing sent between", []apply.BreakerTally{{1, 0, 1, 0}, {1, 0, 1, 0}, {}, {1, 0, 1, 0}}, "3 batches in a row", 3},
		{"all denied", []apply.BreakerTally{{1, 0, 1, 1}, {2, 0, 2, 2}}, "denied all 3 requests", 1},
		{"all but one denied", []apply.BreakerTally{{1, 1, 0, 0}, {5, 0, 5, 5}}, "", -1},
	}
	for _, tt := range tests {
		if got, at := apply.Break(tt.batches...); at != tt.at || !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
			t.Errorf("%s: got %q at %d, want %q at %d", tt.name, got, at, tt.want, tt.at)
		}
	}
}

// TestHostileRetryAfter: no Retry-After holds a request up for longer than ten
// minutes, nor lets it go at once.
func TestHostileRetryAfter(t *testing.T) {
	for _, after := range hostileWaits() {
		b := newBench(t, mixed(1))
		b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) {
			if len(b.tenant.batches) == 1 {
				return &plan.Answer{Status: 429, RetryAfter: after}, false
			}
			return nil, false
		}
		r, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b.wantDone(r)
		at := b.tenant.sentAt[user(0)]
		if got := at[1].Sub(at[0]); got <= 0 || got > 10*time.Minute+time.Second || !(after > 0) && got < 5*time.Second {
			t.Errorf("Retry-After of %v: sent again after %v", after, got)
		}
	}
}

// TestTwoForOneSeat: two that were put off, and for which one seat is left by now,
// do not wait for each other for ever: Graph decides.
func TestTwoForOneSeat(t *testing.T) {
	b := newBench(t, planOf(change(1, visio, nil, grant()), change(2, visio, nil, grant()), change(3, visio, nil, grant())))
	b.tenant.bought[visio] = 2
	counted := 0
	b.x.Tenant = &watched{tenant: b.tenant, skus: func(all []plan.Product) {
		counted++
		for i := range all {
			if all[i].SKU == visio { // others give and take meanwhile
				all[i].Enabled, all[i].Consumed = 10, map[int]int{1: 9, 2: 5}[counted]
				if counted > 2 {
					all[i].Consumed = 9
				}
			}
		}
	}}
	b.tenant.fault = func(_ int, q plan.Request) (*plan.Answer, bool) {
		if wait := map[plan.UserID]float64{user(2): 10, user(3): 17}[q.User]; wait > 0 && len(b.tenant.sentAt[q.User]) == 1 {
			return &plan.Answer{Status: 424, RetryAfter: wait}, false
		}
		return nil, false
	}
	wait := b.x.Wait
	b.x.Wait = func(ctx context.Context, d time.Duration) error {
		if b.clock.Sub(noon) > time.Hour {
			return errCut
		}
		return wait(ctx, d)
	}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := b.clock.Sub(noon); r.Summary.Done != 2 || r.Summary.NotReached+r.Summary.Unknown != 0 || got > 15*time.Minute {
		t.Errorf("got %+v after %v, want two done and one without a seat", r.Summary, got)
	}
}
