package apply_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/plan"
)

// interrupted runs a bench of eight lanes, sends the first signal at a time and the
// second one, if it is not zero, some time later; it returns how long after the
// first the run ended. That the bubble ends shows that no goroutine is left.
func interrupted(t *testing.T, b *bench, first, second time.Duration) (*plan.Report, time.Duration) {
	t.Helper()
	stop := make(chan struct{})
	b.x.Interrupted = stop
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	start := time.Now()
	time.AfterFunc(first, func() { close(stop) })
	if second > 0 {
		time.AfterFunc(first+second, cancel)
	}
	r, err := b.run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	b.x.Interrupted = nil
	return r, time.Since(start) - first
}

// TestSignalAtAnyTime: with the canary under way, eight batches in flight, dozens of
// people to be read back, or in a wait of 150 s: the first signal lets what is in
// flight come to its end, the second ends the wait for it; a resume does the rest.
func TestSignalAtAnyTime(t *testing.T) {
	for _, second := range []time.Duration{0, 100 * time.Millisecond} {
		for first := 50 * time.Millisecond; first < 60*time.Second; first = first*4 + 17*time.Millisecond {
			synctest.Test(t, func(t *testing.T) {
				b, s := slowBench(t, mixed(320), uint64(first), 8)
				s.lagging = 7 * time.Second
				b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) {
					if len(b.tenant.batches) == 15 {
						return &plan.Answer{Status: 429, RetryAfter: 150}, false
					}
					return nil, false
				}
				r, took := interrupted(t, b, first, second)
				most := 2 * time.Second // a send and a read, each at most 600 ms
				if second > 0 {
					most = second + 350*time.Millisecond
				}
				if took > most {
					t.Errorf("signals at %v and %v later: ended after %v", first, second, took)
				}
				if !r.Summary.Interrupted || s.batchesIn != 0 {
					t.Errorf("signals at %v and %v later: got %+v, %d under way", first, second, r.Summary, s.batchesIn)
				}
				b.revive()
				if r, err := b.run(t.Context()); err != nil {
					t.Fatal(err)
				} else if b.wantDone(r); t.Failed() {
					t.Fatalf("signals at %v and %v later", first, second)
				}
			})
		}
	}
}

// TestSignalWhileTheDiskIsSlow: signals while a journal line takes its time end the
// run when it is written.
func TestSignalWhileTheDiskIsSlow(t *testing.T) {
	for _, second := range []time.Duration{0, time.Second} {
		synctest.Test(t, func(t *testing.T) {
			b, slow := slowBench(t, mixed(200), 3, 8)
			write, once := b.x.Append, sync.Once{}
			b.x.Append = func(lines []byte) error {
				slow.mu.Lock()
				n := len(b.tenant.batches)
				slow.mu.Unlock()
				if n > 6 {
					once.Do(func() { time.Sleep(time.Hour) })
				}
				return write(lines)
			}
			r, took := interrupted(t, b, 10*time.Second, second)
			if !r.Summary.Interrupted || took > time.Hour+2*time.Second {
				t.Errorf("got %+v after %v", r.Summary, took)
			}
			if second == 0 && len(apply.Unsettled(b.p, b.history())) > 0 {
				t.Errorf("got %+v, want what was in flight finished", r.Summary)
			}
			if r, err := b.run(t.Context()); err != nil {
				t.Fatal(err)
			} else {
				b.wantDone(r)
			}
		})
	}
}

// TestResumeOfAResume: a run that is cut with eight batches in flight, again and
// again, also while it finds out what became of them, ends with everything done
// once. Who may have been sent is read before anything is sent to them, and a
// resume of what is finished reads, writes and sends nothing.
func TestResumeOfAResume(t *testing.T) {
	for seed := range uint64(3) {
		synctest.Test(t, func(t *testing.T) {
			b, s := slowBench(t, mixed(320), seed, 8)
			for round := range 12 {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Duration(400+700*round)*time.Millisecond, cancel)
				if _, err := b.run(ctx); err != nil {
					t.Fatal(err)
				}
				cancel()
			}
			r, err := b.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			b.wantDone(r)
			calls, size, start := b.tenant.calls, len(b.disk.data), time.Now()
			if r, err = b.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			b.wantDone(r)
			if b.tenant.calls != calls || len(b.disk.data) != size || time.Since(start) > 0 {
				t.Errorf("a resume of what is finished made %d calls, wrote %d bytes and took %v", b.tenant.calls-calls, len(b.disk.data)-size, time.Since(start))
			}
			if s.batchesIn != 0 {
				t.Errorf("%d batches are under way", s.batchesIn)
			}
		})
	}
}

// TestResumeWithLess: a run that was cut with eight batches in flight is resumed
// when the folder asks for less, rules deny more, and people are gone: none of those
// is sent to, what was carried out of them is on record, and who is gone stays in doubt.
func TestResumeWithLess(t *testing.T) {
	for _, settleOnly := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			b, _ := slowBench(t, crowdOf(320), 5, 8)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(1500*time.Millisecond, cancel)
			r, err := b.run(ctx)
			if err != nil || r.Summary.Unknown < 20 {
				t.Fatalf("got %+v, %v: the test does not bite", r.Summary, err)
			}
			inFlight := map[plan.UserID]bool{}
			for _, c := range apply.Unsettled(b.p, b.history()) {
				inFlight[c.User.ID] = true
			}
			sent := len(b.tenant.batches)
			for i, u := range b.p.Order {
				if i%4 == 1 {
					delete(b.tenant.users, u)
				}
			}
			items := apply.Sift(b.p, nil, b.tenant.user)
			less := map[plan.UserID]bool{}
			for i := range items {
				if i%4 == 2 && items[i].Class == plan.Ready {
					items[i].Class, items[i].Message = plan.DeniedNow, "the files no longer ask for it"
				}
				less[items[i].Change.User.ID] = items[i].Class != plan.Ready
			}
			b.x.SettleOnly = settleOnly
			if r, err = b.x.Run(t.Context(), b.p, "r", items, b.history()); err != nil {
				t.Fatal(err)
			}
			for _, batch := range b.tenant.batches[sent:] {
				for _, u := range batch {
					if less[u] || settleOnly {
						t.Errorf("user %s: sent although it is not ready any more", u)
					}
				}
			}
			executed := map[string]bool{}
			for _, d := range apply.Executed(b.p, b.history()) {
				executed[d.Change.ID] = true
			}
			for i, c := range b.p.Changes {
				o, effects := r.Outcomes[i], b.tenant.effective[c.ID]
				_, there := b.tenant.users[c.User.ID]
				switch {
				case effects > 1, there && executed[c.ID] != (effects == 1), there && o.Status == plan.Uncertain:
					t.Errorf("%s: %+v, changed %d times, executed %t", c.ID, o, effects, executed[c.ID])
				case !there && inFlight[c.User.ID] && (o.Status != plan.Uncertain || o.Class != plan.Gone):
					t.Errorf("%s was in flight and is gone: got %+v", c.ID, o)
				case !there && !inFlight[c.User.ID] && !executed[c.ID] && (o.Status != plan.Skipped || o.Class != plan.Gone):
					t.Errorf("%s was never sent and is gone: got %+v", c.ID, o)
				}
			}
		})
	}
}
