package apply_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

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

// What may have been done, and is neither after a patient read-back, is settled:
// it stays unknown, is not sent again, and is no reason not to undo the rest.
func TestResumeOfWhatIsNowNeither(t *testing.T) {
	tests := []struct {
		name   string
		meddle func(b *bench)
		class  plan.Class
		why    string
	}{
		{"given anew", func(b *bench) { b.tenant.users[user(0)].Sources[0].UpdatedAt = noon }, plan.Changed, "given anew"},
		{"deleted", func(b *bench) { delete(b.tenant.users, user(0)) }, plan.Gone, "no longer exists"},
	}
	for _, tt := range tests {
		b := cutWith(t, plan.Answer{Status: 504})
		if got := len(apply.Unsettled(b.p, b.history())); got != 1 {
			t.Fatalf("%s: got %d unsettled changes before, want 1", tt.name, got)
		}
		was := b.tenant.users[user(0)]
		was.Sources = slices.Clone(was.Sources)
		tt.meddle(b)
		sent := len(b.tenant.batches)
		b.taken = nil
		var lines, waits int
		for round := range 3 {
			if round == 2 {
				b.tenant.users[user(0)] = was // as before once more: too late
			}
			r, err := b.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			o := r.Outcomes[0]
			if o.Status != plan.Uncertain || o.Class != tt.class || !strings.Contains(o.Message, tt.why) || len(b.tenant.batches) != sent {
				t.Errorf("%s: got %+v, want unknown, %s, not sent", tt.name, o, tt.class)
			}
			if o.Evidence != apply.ByReadBack || r.Summary.Unknown != 1 || r.Summary.Stopped != "" {
				t.Errorf("%s: got %+v and %+v, want an unknown that was read back", tt.name, o, r.Summary)
			}
			if strings.Contains(o.Advice, "--resume") || o.Advice == "" {
				t.Errorf("%s: got advice %q, want one that helps", tt.name, o.Advice)
			}
			if round > 0 && (lines != len(b.disk.data) || waits != len(b.waits)) {
				t.Errorf("%s: a resume looks again at what is settled", tt.name)
			}
			lines, waits = len(b.disk.data), len(b.waits)
		}
		if got, want := fmt.Sprint(b.waits[waits-6:]), "[5s 15s 30s 1m0s 2m0s 5m0s]"; got != want {
			t.Errorf("%s: got waits %s, want %s", tt.name, got, want)
		}
		if got := apply.Unsettled(b.p, b.history()); len(got) != 0 {
			t.Errorf("%s: got %d unsettled changes: the run can never be undone", tt.name, len(got))
		}
		if got := apply.Executed(b.p, b.history()); len(got) != 0 {
			t.Errorf("%s: got %d deeds, want none", tt.name, len(got))
		}
		if got := apply.Doubtful(b.p, b.history()); len(got) != 1 || got[0].ID != b.p.Changes[0].ID {
			t.Errorf("%s: got %v, want the one in doubt", tt.name, got)
		}
		if len(b.taken) == 0 || b.taken[0].Status != plan.Uncertain {
			t.Errorf("%s: the ledger was not told of what may have been taken", tt.name)
		}
		stop := make(chan struct{})
		close(stop)
		b.x.Interrupted = stop
		if r, err := b.run(t.Context()); err != nil || r.Summary.Interrupted {
			t.Errorf("%s: got %+v, %v; want nothing left to interrupt", tt.name, r.Summary, err)
		}
	}
}

// Patience that is cut short, or ends with a read that failed, settles nothing.
func TestImpatientReadsSettleNothing(t *testing.T) {
	tests := []struct {
		name    string
		disturb func(b *bench)
	}{
		{"interrupted", func(b *bench) {
			stop := make(chan struct{})
			b.x.Interrupted = stop
			b.x.Wait = func(context.Context, time.Duration) error { close(stop); return context.Canceled }
		}},
		{"the last read fails", func(b *bench) { b.tenant.calls, b.tenant.cut = 0, 7 }},
	}
	for _, tt := range tests {
		b := cutWith(t, plan.Answer{Status: 504})
		b.tenant.users[user(0)].Sources[0].UpdatedAt = noon
		wait := b.x.Wait
		tt.disturb(b)
		if _, err := b.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := len(apply.Unsettled(b.p, b.history())); got != 1 || len(apply.Doubtful(b.p, b.history())) != 0 {
			t.Errorf("%s: got %d unsettled changes, want it open still", tt.name, got)
		}
		b.revive()
		b.x.Interrupted, b.x.Wait = nil, wait
		if _, err := b.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := len(apply.Doubtful(b.p, b.history())); got != 1 {
			t.Errorf("%s: got %d doubtful changes after a patient resume, want 1", tt.name, got)
		}
	}
}

// What looks strange at first is judged by the last look.
func TestStrangeAtFirst(t *testing.T) {
	tests := []struct {
		name   string
		then   func(b *bench)
		status plan.Status
	}{
		{"then as planned", func(b *bench) { b.tenant.users[user(0)] = plan.User{ID: user(0)} }, plan.Done},
		{"then as before", func(b *bench) { b.tenant.users[user(0)].Sources[0].UpdatedAt = assigned }, plan.Skipped},
	}
	for _, tt := range tests {
		b := cutWith(t, plan.Answer{Status: 504})
		b.tenant.users[user(0)].Sources[0].UpdatedAt = noon
		wait := b.x.Wait
		b.x.Wait = func(ctx context.Context, d time.Duration) error {
			if d == 15*time.Second {
				tt.then(b)
			}
			return wait(ctx, d)
		}
		r, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if o := r.Outcomes[0]; o.Status != tt.status {
			t.Errorf("%s: got %+v, want %s", tt.name, o, tt.status)
		}
		if got := len(apply.Doubtful(b.p, b.history())) + len(apply.Unsettled(b.p, b.history())); got != 0 {
			t.Errorf("%s: got %d changes in doubt, want none", tt.name, got)
		}
	}
}

// Half of a lost swap is not sent again when the other half is in doubt, also
// where the run was killed between the lines that say so.
func TestHalfASwapInDoubt(t *testing.T) {
	for _, killed := range []bool{false, true} {
		halfASwapInDoubt(t, killed)
	}
}

func halfASwapInDoubt(t *testing.T, killed bool) {
	b := newBench(t, planOf(change(1, e3, nil, grant()), change(1, e5, grant(), nil)))
	b.tenant.fault = func(_ int, q plan.Request) (*plan.Answer, bool) {
		u := b.tenant.users[q.User]
		u.Sources = append(u.Sources, plan.Source{SKU: e3, State: plan.Active, DisabledPlans: []plan.PlanID{yam}, UpdatedAt: noon})
		b.tenant.users[q.User] = u
		return &plan.Answer{Status: 504}, false
	}
	was := b.tenant.users[user(1)]
	if killed {
		b.disk.fail = 4 // after intent, unknown, and what is in doubt
		if _, err := b.run(t.Context()); !errors.Is(err, errDisk) || len(apply.Doubtful(b.p, b.history())) != 1 {
			t.Fatalf("got %v and %d in doubt: the test does not bite", err, len(apply.Doubtful(b.p, b.history())))
		}
		b.revive()
		b.tenant.users[user(1)] = was // as before once more: too late
	}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := len(b.tenant.batches); got != 1 {
		t.Errorf("got %d batches: half a swap was sent", got)
	}
	if o := r.Outcomes[0]; o.Status != plan.Uncertain || o.Class != plan.Changed {
		t.Errorf("got %+v, want the assign in doubt", o)
	}
	if o := r.Outcomes[1]; o.Status != plan.Skipped || o.Class != plan.Changed || !strings.HasPrefix(o.Message, "with SPE_E3: ") {
		t.Errorf("got %+v, want the removal skipped with it", o)
	}
	if got := len(apply.Unsettled(b.p, b.history())); got != 0 {
		t.Errorf("got %d unsettled changes, want none", got)
	}
}

// Already is a word of the first look alone: later somebody else did it.
func TestAlreadyOnlyAtTheFirstSift(t *testing.T) {
	b := newBench(t, mixed(9))
	stop := make(chan struct{})
	b.x.Interrupted = stop
	b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) {
		if len(b.tenant.batches) == 1 {
			close(stop) // what is sent on it, another goroutine may have taken and not acted upon
		}
		return nil, false
	}
	if r, err := b.run(t.Context()); err != nil || r.Summary.Done == 0 || r.Summary.NotReached == 0 {
		t.Fatalf("got %+v, %v", r, err)
	}
	b.revive()
	b.x.Interrupted = nil
	b.tenant.users[user(4)] = plan.User{ID: user(4)}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if o := b.outcome(r, string(user(4))+"/"+string(visio)); o.Status != plan.Skipped || o.Class != plan.Changed || !strings.Contains(o.Message, "done by somebody else") {
		t.Errorf("got %+v, want changed by somebody else", o)
	}
	if r.Summary.Already != 0 || r.Summary.Skipped != 1 || r.Summary.Done != len(b.p.Changes)-1 {
		t.Errorf("got %+v", r.Summary)
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

// A refusal is not believed when the wait for a read-back was cut short: an
// earlier try may have been carried out.
func TestInterruptedRefusalIsNoFailure(t *testing.T) {
	b := newBench(t, mixed(1))
	b.tenant.stale = 9
	n := 0
	stop := make(chan struct{})
	b.x.Interrupted = stop
	b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) {
		if n++; n == 1 {
			return &plan.Answer{}, true
		}
		close(stop)
		return &plan.Answer{Status: 403, Code: "Authorization_RequestDenied"}, false
	}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if o := r.Outcomes[0]; o.Status != plan.Uncertain || n != 2 {
		t.Errorf("got %+v after %d requests, want unknown after 2", o, n)
	}
	b.revive()
	b.x.Interrupted = nil
	b.tenant.lag = map[plan.UserID]int{}
	if r, err = b.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)
}

// Removals stand each for itself: one in doubt does not hold the other up.
func TestARemovalBesideOneInDoubt(t *testing.T) {
	b := newBench(t, planOf(change(1, e5, grant(), nil), change(1, visio, grant(), nil)))
	first := true
	b.tenant.fault = func(_ int, q plan.Request) (*plan.Answer, bool) {
		if !first {
			return nil, false
		}
		first = false
		b.tenant.users[q.User].Sources[0].UpdatedAt = noon
		return &plan.Answer{Status: 504}, false
	}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.Outcomes[0].Status != plan.Uncertain || r.Outcomes[1].Status != plan.Done || b.tenant.effective[b.p.Changes[0].ID] != 0 {
		t.Errorf("got %+v, want the first in doubt and untouched, the second done", r.Outcomes)
	}
	if r.Summary.Interrupted || r.Summary.Stopped != "" {
		t.Errorf("got %+v", r.Summary)
	}
}

// TestNotBeforeIsNotForgotten: when Graph said when to ask again, a later line
// about the same change, which does not say it, does not make a resumed run ask
// earlier.
func TestNotBeforeIsNotForgotten(t *testing.T) {
	b := cutWith(t, plan.Answer{Status: 500, RetryAfter: 300})
	items := apply.Sift(b.p, nil, b.tenant.user)
	b.clock = noon
	b.tenant.users[user(0)].Sources[0].UpdatedAt = noon // somebody meddles, for a moment
	b.x.Append = func(lines []byte) error {
		if u := b.tenant.users[user(0)]; len(u.Sources) > 0 {
			u.Sources[0].UpdatedAt = assigned
		}
		return b.disk.Append(lines)
	}
	r, err := b.x.Run(t.Context(), b.p, "r", items, b.history())
	if err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)
	if at := b.tenant.sentAt[user(0)]; len(at) != 2 || at[1].Sub(at[0]) < 300*time.Second {
		t.Errorf("sent at %v, want 300 s between", at)
	}
	if !strings.Contains(string(b.disk.data), "sent without an answer, and now") {
		t.Error("the test does not bite")
	}
}

// TestResumeAfterALostAnswer: an answer that was lost may have been one that asked
// to wait, so a resumed run does not send at once.
func TestResumeAfterALostAnswer(t *testing.T) {
	b := newBench(t, mixed(1))
	b.tenant.cut = 2 // the batch, before it takes effect
	if _, err := b.run(t.Context()); err != nil && !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(b.disk.data, []byte("\n"))
	b.disk.data = lines[0] // killed before the answer was written down
	b.revive()
	b.clock = noon
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)
	if got := b.tenant.sentAt[user(0)]; len(got) != 1 || got[0].Sub(noon) < 5*time.Second {
		t.Errorf("sent again at %v, want 5 s after the intent", got)
	}
}

// TestClocksThatAreWrong: a clock that was years ahead when it noted when to ask
// again, or is set back on the way, holds nothing up for longer than the longest
// wait that there is.
func TestClocksThatAreWrong(t *testing.T) {
	b := cutWith(t, plan.Answer{Status: 429, RetryAfter: 60})
	b.clock = noon.AddDate(-3, 0, 0)
	b.waits = nil
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)
	if got := slices.Max(b.waits); got > 10*time.Minute {
		t.Errorf("got a wait of %v", got)
	}

	for _, jump := range []time.Duration{-1000 * time.Hour, 1000 * time.Hour} {
		b = newBench(t, mixed(60))
		b.tenant.stale = 3
		n, total := 0, time.Duration(0)
		b.x.Wait = func(_ context.Context, d time.Duration) error {
			b.clock = b.clock.Add(d)
			if total += d; d > 10*time.Minute {
				t.Errorf("jump of %v: got a wait of %v", jump, d)
			}
			if n++; n%2 == 0 {
				b.clock = b.clock.Add(jump)
			}
			if n > 1000 {
				return errCut
			}
			return nil
		}
		b.x.Append = func(lines []byte) error {
			if bytes.Contains(lines, []byte(`"notBefore"`)) {
				b.clock = b.clock.Add(jump) // ahead of the wait that is to come
			}
			return b.disk.Append(lines)
		}
		put := 0
		b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) {
			if put++; put%7 == 0 && put < 40 {
				return &plan.Answer{Status: 429, RetryAfter: 8}, false
			}
			return nil, false
		}
		if r, err = b.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.wantDone(r)
		t.Logf("jump of %v: %d waits, %v", jump, n, total)
	}
}
