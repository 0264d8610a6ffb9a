package apply_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/plan"
)

// What is not ready is written down before anything is sent, and stays so.
func TestSetAside(t *testing.T) {
	b := newBench(t, mixed(9))
	delete(b.tenant.users, user(0))
	b.tenant.users[user(4)] = plan.User{ID: user(4)} // its seat is gone already
	var last apply.Progress
	b.x.Progress = func(p apply.Progress) { last = p }
	for range 2 {
		r, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if o := b.outcome(r, string(user(0))+"/"+string(visio)); o.Status != plan.Skipped || o.Class != plan.Gone {
			t.Errorf("got %+v, want gone", o)
		}
		if o := b.outcome(r, string(user(4))+"/"+string(visio)); o.Status != plan.Skipped || o.Class != plan.Already {
			t.Errorf("got %+v, want already", o)
		}
		want := plan.ReportSummary{Done: len(b.p.Changes) - 2, Already: 1, Skipped: 1}
		if r.Summary != want {
			t.Errorf("got %+v, want %+v", r.Summary, want)
		}
	}
	if last.Total != len(b.p.Changes) || last.Done != last.Total-2 || last.Already != 1 || last.Skipped != 1 || last.Batch == 0 {
		t.Errorf("got progress %+v", last)
	}
	if got := len(apply.Executed(b.p, b.history())); got != len(b.p.Changes)-2 {
		t.Errorf("got %d deeds, want what was done by us alone", got)
	}
}

// cutWith runs until the connection dies, with one answer for the first person.
func cutWith(t *testing.T, a plan.Answer) *bench {
	t.Helper()
	b := newBench(t, mixed(1))
	b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) {
		b.tenant.dead = true
		return &a, false
	}
	if _, err := b.run(t.Context()); err != nil && !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	b.revive()
	return b
}

// What we know not to have done, and is done when the run is resumed, was somebody else.
func TestResumeOfWhatSomebodyElseDid(t *testing.T) {
	b := cutWith(t, plan.Answer{Status: 429})
	b.tenant.users[user(0)] = plan.User{ID: user(0)}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if o := r.Outcomes[0]; o.Status != plan.Skipped || o.Class != plan.Changed || !strings.Contains(o.Message, "somebody else") {
		t.Errorf("got %+v, want changed by somebody else", o)
	}
	if len(apply.Executed(b.p, b.history())) != 0 {
		t.Error("an undo would give back what this run did not take")
	}
}

// What may have been done, and now is neither, stays unknown and is not sent again.
func TestResumeOfWhatIsNowNeither(t *testing.T) {
	tests := []struct {
		name   string
		meddle func(b *bench)
		class  plan.Class
	}{
		{"given anew", func(b *bench) { b.tenant.users[user(0)].Sources[0].UpdatedAt = noon }, plan.Changed},
		{"deleted", func(b *bench) { delete(b.tenant.users, user(0)) }, plan.Gone},
	}
	for _, tt := range tests {
		b := cutWith(t, plan.Answer{Status: 504})
		tt.meddle(b)
		sent := len(b.tenant.batches)
		var lines int
		for range 2 {
			r, err := b.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if o := r.Outcomes[0]; o.Status != plan.Uncertain || o.Class != tt.class || len(b.tenant.batches) != sent {
				t.Errorf("%s: got %+v, want unknown, %s, not sent", tt.name, o, tt.class)
			}
			if lines != 0 && lines != len(b.disk.data) {
				t.Errorf("%s: every resume writes the same again", tt.name)
			}
			lines = len(b.disk.data)
		}
	}
}

// Denied by the fresh facts: it was not done, and is not sent.
func TestResumeOfWhatIsDeniedNow(t *testing.T) {
	b := cutWith(t, plan.Answer{Status: 504})
	items := apply.Sift(b.p, &plan.Plan{}, b.tenant.user)
	r, err := b.x.Run(t.Context(), b.p, "r", items, b.history())
	if err != nil {
		t.Fatal(err)
	}
	if o := r.Outcomes[0]; o.Status != plan.Skipped || o.Class != plan.DeniedNow {
		t.Errorf("got %+v, want denied now", o)
	}
	if got := len(b.tenant.batches); got != 1 {
		t.Errorf("got %d batches, want none but the first", got)
	}
}

func TestWordsOfGraphAreTidied(t *testing.T) {
	b := newBench(t, mixed(1))
	b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) {
		return &plan.Answer{Status: 400, Code: "x\ny", Message: "a\x1b[31m\n\xff" + strings.Repeat("é", 10000)}, false
	}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o := r.Outcomes[0]
	if o.Code != "x y" || !strings.HasPrefix(o.Message, "a [31m \uFFFDé") || len([]rune(o.Message)) > 501 {
		t.Errorf("got %q %q", o.Code, o.Message)
	}
	if got := b.history(); len(got) != 2 {
		t.Errorf("got %d lines, want 2", len(got))
	}
}

func TestAnswersThatMakeNoSense(t *testing.T) {
	b := newBench(t, mixed(6))
	b.x.Tenant = confused{b.tenant}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)
	for _, o := range r.Outcomes {
		if o.Evidence != apply.ByReadBack {
			t.Errorf("got %+v, want only a read-back to be believed", o)
		}
	}
}
