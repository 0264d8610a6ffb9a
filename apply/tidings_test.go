package apply_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/plan"
)

// TestEvents: whoever listens can tell what became of every change, what was
// waited for, and why the run ended.
func TestEvents(t *testing.T) {
	b := newBench(t, mixed(30))
	delete(b.tenant.users, user(0))
	put := false
	b.tenant.fault = func(_ int, q plan.Request) (*plan.Answer, bool) {
		if q.User == user(9) && !put {
			put = true
			return &plan.Answer{Status: 429, RetryAfter: 40}, false
		}
		return nil, false
	}
	b.x.Open = func() error {
		if len(b.tenant.batches) >= 4 {
			return errors.New("the windows are closed")
		}
		return nil
	}
	var events []apply.Event
	b.x.Events = func(e apply.Event) { events = append(events, e) }
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]plan.Outcome{}
	sent := map[plan.UserID]bool{}
	var kinds []apply.EventKind
	for _, e := range events {
		if e.At.IsZero() {
			t.Errorf("%s: no time", e.Kind)
		}
		if len(kinds) == 0 || kinds[len(kinds)-1] != e.Kind {
			kinds = append(kinds, e.Kind)
		}
		switch e.Kind {
		case apply.Sending:
			for _, u := range e.Users {
				sent[u] = true
			}
		case apply.Settled:
			if o := *e.Outcome; o.Status == plan.Done && !sent[o.User] {
				t.Errorf("%s was done before it was sent", o.User)
			}
			got[string(e.Outcome.User)+"/"+string(e.Outcome.SKU)] = *e.Outcome
		case apply.Waiting:
			if p := e.Progress; p.Wait != 40*time.Second || !strings.Contains(e.Message, "Graph asked") || p.Waiting == 0 {
				t.Errorf("got %+v, %q", p, e.Message)
			}
		case apply.Stopping, apply.Ended:
			if !strings.Contains(e.Message, "windows are closed") {
				t.Errorf("%s: got %q", e.Kind, e.Message)
			}
		}
	}
	if first, last := kinds[0], kinds[len(kinds)-1]; first != apply.Began || last != apply.Ended ||
		!slices.Contains(kinds, apply.Waiting) || !slices.Contains(kinds, apply.Stopping) {
		t.Errorf("got kinds %v", kinds)
	}
	for _, o := range r.Outcomes {
		was, told := got[string(o.User)+"/"+string(o.SKU)]
		if told != (o.Status != plan.NotReached) || told && was != o {
			t.Errorf("got %+v at the end, told %+v", o, was)
		}
		if o.Status == plan.Done && o.At.IsZero() {
			t.Errorf("%+v has no time", o)
		}
	}
}

// TestRate: how many are settled a second, over the last half minute, and how
// long the rest takes.
func TestRate(t *testing.T) {
	b := newBench(t, mixed(400))
	b.x.Now = func() time.Time { return b.clock }
	b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) {
		b.clock = b.clock.Add(100 * time.Millisecond) // ten requests a second
		return nil, false
	}
	var seen []apply.Progress
	b.x.Progress = func(p apply.Progress) { seen = append(seen, p) }
	if _, err := b.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := seen[len(seen)*3/4]
	perRequest := float64(len(b.p.Changes)) / float64(len(b.p.Order))
	if got, want := p.Rate, 10*perRequest; got < want*0.8 || got > want*1.2 {
		t.Errorf("got %.1f a second, want about %.1f", got, want)
	}
	left := p.Total - p.Done - p.Unknown
	if want := time.Duration(float64(left) / p.Rate * float64(time.Second)); p.Left < want/2 || p.Left > want*2 {
		t.Errorf("got %v left of %d changes, want about %v", p.Left, left, want)
	}
}
