package apply_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/plan"
)

// A lock that is lost stops the run before the next batch: nothing more is
// intended or sent, and a resume does the rest.
func TestLostLockStops(t *testing.T) {
	lost := errors.New("the lock was lost: it is\ngone")
	for _, batches := range []int{0, 1, 2} {
		b := newBench(t, mixed(30))
		b.x.Held = func() error {
			if len(b.tenant.batches) >= batches {
				return lost
			}
			return nil
		}
		r, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if r.Summary.Stopped != "the lock was lost: it is gone" || r.Summary.Interrupted || r.Summary.NotReached == 0 || r.Summary.Unknown != 0 {
			t.Errorf("after %d batches: got %+v", batches, r.Summary)
		}
		if got := len(b.tenant.batches); got != batches {
			t.Errorf("got %d batches, want %d", got, batches)
		}
		if batches == 0 && b.tenant.calls != 0 {
			t.Errorf("got %d calls without the lock, want none", b.tenant.calls)
		}
		if batches == 0 && (b.used != 0 || len(b.disk.data) != 0) {
			t.Errorf("the plan was marked as used %d times, the journal says %q", b.used, b.disk.data)
		}
		b.x.Held = nil
		if r, err = b.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.wantDone(r)
	}
}

// Windows that close stop the run before the next batch, and before what Graph
// put off is sent again; a resume does the rest.
func TestClosedWindowStops(t *testing.T) {
	b := newBench(t, mixed(30))
	b.x.Open = func() error {
		if len(b.tenant.batches) >= 2 {
			return errors.New("the windows are closed")
		}
		return nil
	}
	r, err := b.run(t.Context())
	if err != nil || r.Summary.Stopped != "the windows are closed" || r.Summary.Interrupted || r.Summary.NotReached == 0 || r.Summary.Unknown != 0 {
		t.Fatalf("got %+v, %v", r.Summary, err)
	}
	if got := len(b.tenant.batches); got != 2 {
		t.Errorf("got %d batches, want two", got)
	}
	b.x.Open = nil
	if r, err = b.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)

	b = newBench(t, mixed(1))
	b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) { return &plan.Answer{Status: 429, RetryAfter: 90}, false }
	b.x.Open = func() error {
		if b.clock.After(noon) {
			return errors.New("the windows are closed")
		}
		return nil
	}
	r, err = b.run(t.Context())
	if err != nil || len(b.tenant.batches) != 1 || r.Summary.Stopped != "the windows are closed" || r.Outcomes[0].Status != plan.NotReached {
		t.Errorf("got %d batches, %+v, %v, want one and then the stop", len(b.tenant.batches), r.Summary, err)
	}
}

// The lock can be lost while the people of a batch are read.
func TestLockIsAskedForAfterTheRead(t *testing.T) {
	b := newBench(t, mixed(1))
	calls := b.tenant.calls
	b.x.Held = func() error {
		if b.tenant.calls > calls {
			return errors.New("the lock was lost: x")
		}
		return nil
	}
	r, err := b.run(t.Context())
	if err != nil || r.Summary.Stopped != "the lock was lost: x" || b.used != 0 || len(b.tenant.batches) != 0 {
		t.Errorf("got %+v, %v, %d batches", r.Summary, err, len(b.tenant.batches))
	}
}

// To make intents durable takes a while: what stops a run meanwhile stops them as
// well, and the journal says that nothing was sent.
func TestStopWhileIntentsAreWritten(t *testing.T) {
	tests := []struct {
		name, reason string
		stop         func(b *bench, written *bool, interrupt chan struct{})
	}{
		{"lock", "the lock was lost: x", func(b *bench, written *bool, _ chan struct{}) {
			b.x.Held = func() error {
				if *written {
					return errors.New("the lock was lost: x")
				}
				return nil
			}
		}},
		{"window", "the windows are closed", func(b *bench, written *bool, _ chan struct{}) {
			b.x.Open = func() error {
				if *written {
					return errors.New("the windows are closed")
				}
				return nil
			}
		}},
		{"expired", "the plan was valid until 2026-11-20 12:01 UTC", func(b *bench, written *bool, _ chan struct{}) {
			b.p.ValidUntil = noon.Add(time.Minute)
			b.x.Now = func() time.Time {
				if *written {
					return noon.Add(time.Minute)
				}
				return noon
			}
		}},
		{"signal", "", func(b *bench, _ *bool, interrupt chan struct{}) { b.x.Interrupted = interrupt }},
	}
	for _, tt := range tests {
		for batch := 1; batch <= 3; batch++ {
			b := newBench(t, mixed(60))
			now, written, interrupt, n := b.x.Now, false, make(chan struct{}), 0
			b.x.Append = func(lines []byte) error {
				if err := b.disk.Append(lines); err != nil {
					return err
				}
				if bytes.Contains(lines, []byte(`"state":"INTENT"`)) {
					if n++; n == batch {
						written = true
						close(interrupt)
					}
				}
				return nil
			}
			tt.stop(b, &written, interrupt)
			r, err := b.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := len(b.tenant.batches); got != batch-1 || r.Summary.Stopped != tt.reason || r.Summary.Interrupted != (tt.reason == "") {
				t.Errorf("%s at batch %d: got %d batches, %+v", tt.name, batch, got, r.Summary)
			}
			if r.Summary.Unknown != 0 || len(apply.Unsettled(b.p, b.history())) != 0 || batch == 1 && b.used != 0 {
				t.Errorf("%s at batch %d: got %+v, want that nothing was sent on record", tt.name, batch, r.Summary)
			}
			b.x.Held, b.x.Open, b.x.Interrupted, b.x.Now, b.p.ValidUntil = nil, nil, nil, now, time.Time{}
			if r, err = b.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			b.wantDone(r)
		}
	}
}

// A request that Graph put off is not sent again without the lock.
func TestLostLockStopsRepeats(t *testing.T) {
	b := newBench(t, mixed(1))
	b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) { return &plan.Answer{Status: 429, RetryAfter: 90}, false }
	b.x.Held = func() error {
		if b.clock.After(noon) {
			return errors.New("the lock was lost: x")
		}
		return nil
	}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(b.tenant.batches) != 1 || r.Summary.Stopped != "the lock was lost: x" || r.Outcomes[0].Status != plan.NotReached {
		t.Errorf("got %d batches, %+v, want one and then the stop", len(b.tenant.batches), r.Summary)
	}
}

// A plan that expires on the way is not carried out further.
func TestExpiresOnTheWay(t *testing.T) {
	b := newBench(t, mixed(30))
	b.p.ValidUntil = noon.Add(time.Minute)
	b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) {
		if len(b.tenant.batches) == 2 {
			b.clock = noon.Add(time.Minute) // valid until is the first moment at which it no longer is
		}
		return nil, false
	}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := len(b.tenant.batches); got != 2 || r.Summary.Stopped != "the plan was valid until 2026-11-20 12:01 UTC" {
		t.Errorf("got %d batches and %+v, want 2 and that the plan expired", got, r.Summary)
	}
	if r.Summary.Unknown != 0 || r.Summary.Done == 0 || r.Summary.NotReached == 0 {
		t.Errorf("got %+v, want the batch in flight finished", r.Summary)
	}
	sent := len(b.tenant.batches)
	if r, err = b.run(t.Context()); err != nil || len(b.tenant.batches) != sent || !strings.Contains(r.Summary.Stopped, "valid until") {
		t.Errorf("got %+v, %v; want that a resume sends nothing either", r, err)
	}
}

func TestStillValid(t *testing.T) {
	b := newBench(t, mixed(9))
	b.p.ValidUntil = noon.Add(time.Nanosecond)
	b.x.Held = func() error { return nil }
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)
	if got := len(apply.Doubtful(b.p, b.history())); got != 0 {
		t.Errorf("got %d doubtful changes, want none", got)
	}
}
