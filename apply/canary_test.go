package apply_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/plan"
)

// sizes are how many requests the first batches had.
func sizes(batches [][]plan.UserID, n int) string {
	var got []int
	for _, b := range batches[:min(n, len(batches))] {
		got = append(got, len(b))
	}
	return fmt.Sprint(got)
}

// TestCanaryIsWhatIsSent: a batch of which nothing is sent, because somebody else
// was faster, proves nothing: the first request goes alone all the same, and five
// after it.
func TestCanaryIsWhatIsSent(t *testing.T) {
	for _, gone := range [][]int{{0}, {0, 1}, {1, 2, 3, 4, 5}, {0, 2, 3, 4, 5, 6}} {
		b := newBench(t, mixed(60))
		items := apply.Sift(b.p, nil, b.tenant.user)
		for _, n := range gone {
			delete(b.tenant.users, user(n))
		}
		if _, err := b.x.Run(t.Context(), b.p, "r", items, nil); err != nil {
			t.Fatal(err)
		}
		if got, want := sizes(b.tenant.batches, 3), "[1 5 20]"; got != want {
			t.Errorf("without %v: got batches of %s, want %s", gone, got, want)
		}
	}
}

// TestCanaryIsVerified: nothing is sent before the directory shows the first
// request, nor after the five that follow, in a resumed run as well.
func TestCanaryIsVerified(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, s := slowBench(t, mixed(300), 1, 8)
		s.lagging = 20 * time.Second
		stop, once := make(chan struct{}), sync.Once{}
		b.x.Interrupted = stop
		b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) {
			if len(b.tenant.batches) == 4 {
				once.Do(func() { close(stop) })
			}
			return nil, false
		}
		verified := func(batches [][]plan.UserID) {
			t.Helper()
			if got, want := sizes(batches, 3), "[1 5 20]"; got != want {
				t.Fatalf("got batches of %s, want %s", got, want)
			}
			for i := range 2 {
				first, next := b.tenant.sentAt[batches[i][0]], b.tenant.sentAt[batches[i+1][0]]
				if got := next[0].Sub(first[0]); got < s.lagging {
					t.Errorf("batch %d was sent %v after the one before, want at least %v", i+2, got, s.lagging)
				}
			}
		}
		if _, err := b.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		verified(b.tenant.batches)
		b.revive()
		b.x.Interrupted = nil
		sent := len(b.tenant.batches)
		r, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		verified(b.tenant.batches[sent:])
		b.wantDone(r)
	})
}
