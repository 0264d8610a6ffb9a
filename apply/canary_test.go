package apply_test

import (
	"fmt"
	"strings"
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

// TestCanaryThatIsUndone: where Graph says that it did what was asked, and then
// shows something else of all that the first batches were about, or of more than a
// fifth later, nothing more is sent.
func TestCanaryThatIsUndone(t *testing.T) {
	tests := []struct {
		name    string
		undone  func(n int) bool // of the requests as they are sent
		batches int              // 0 is all
	}{
		{"all", func(int) bool { return true }, 2},
		{"none", func(int) bool { return false }, 0},
		{"the canary alone", func(n int) bool { return n == 1 }, 0},
		{"one in ten", func(n int) bool { return n%10 == 0 }, 0},
		{"every third, later", func(n int) bool { return n > 26 && n%3 == 0 }, 5},
	}
	for _, tt := range tests {
		b := newBench(t, crowdOf(150))
		n, undone := 0, 0
		b.tenant.fault = func(_ int, q plan.Request) (*plan.Answer, bool) {
			if n++; tt.undone(n) {
				undone++
				b.tenant.users[q.User].Sources[0].UpdatedAt = noon // taken, and given again at once
				return &plan.Answer{Status: 200}, false
			}
			return nil, false
		}
		r, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if stopped := strings.Contains(r.Summary.Stopped, "something works against this run"); stopped != (tt.batches > 0) {
			t.Errorf("%s: got %+v", tt.name, r.Summary)
		}
		if got := len(b.tenant.batches); tt.batches > 0 && (got > tt.batches || r.Summary.NotReached == 0) || tt.batches == 0 && r.Summary.NotReached > 0 {
			t.Errorf("%s: got %d batches, %+v", tt.name, got, r.Summary)
		}
		changed := 0
		for _, o := range r.Outcomes {
			if o.Class == plan.Changed && o.Status == plan.Done {
				changed++
			}
		}
		if changed != undone || r.Summary.Unknown != 0 {
			t.Errorf("%s: got %+v and %d changed since, want %d", tt.name, r.Summary, changed, undone)
		}
	}
}
