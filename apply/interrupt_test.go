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
	for _, second := range []time.Duration{0, time.Millisecond, 100 * time.Millisecond} {
		for first := 50 * time.Millisecond; first < 60*time.Second; first = first*5/2 + 17*time.Millisecond {
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
			b, _ := slowBench(t, mixed(200), 3, 8)
			write, once := b.x.Append, sync.Once{}
			b.x.Append = func(lines []byte) error {
				if len(b.tenant.batches) > 6 {
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
