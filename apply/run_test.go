package apply_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/plan"
)

func TestRun(t *testing.T) {
	b := newBench(t, mixed(30))
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)
	var sizes []int
	for _, batch := range b.tenant.batches {
		sizes = append(sizes, len(batch))
	}
	if got, want := fmt.Sprint(sizes), "[1 5 20 4]"; got != want {
		t.Errorf("got batches of %s, want %s", got, want)
	}
	if b.used != 1 {
		t.Errorf("the plan was marked as used %d times, want once", b.used)
	}
	if got, want := len(b.taken), 8+8+2*7; got != want {
		t.Errorf("the ledger was told of %d removals, want %d", got, want)
	}
	if len(b.waits) != 0 {
		t.Errorf("got waits %v, want none", b.waits)
	}
	if r.Summary.Done != len(b.p.Changes) || r.Summary.Stopped != "" || r.Summary.Interrupted {
		t.Errorf("got summary %+v", r.Summary)
	}
}

// The connection dies at call n, before or after the call took effect, and
// stays dead; a second run with the journal so far does the rest.
func TestCut(t *testing.T) {
	for _, after := range []bool{false, true} {
		for n := 1; ; n++ {
			b := newBench(t, mixed(9))
			b.tenant.cut, b.tenant.after = n, after
			_, err := b.run(t.Context())
			if b.tenant.calls < n {
				if n < 8 {
					t.Errorf("only %d calls were cut", n)
				}
				break
			}
			t.Run(fmt.Sprintf("call=%d/after=%t", n, after), func(t *testing.T) {
				b.t, b.tenant.t = t, t
				if err != nil && !errors.Is(err, errCut) {
					t.Errorf("first run: got %v, want %v", err, errCut)
				}
				b.revive()
				r, err := b.run(t.Context())
				if err != nil {
					t.Fatalf("second run: %v", err)
				}
				b.wantDone(r)
			})
		}
	}
}

// The process dies at append n: nothing of it, part of it or all of it is durable.
func TestKilledAtAppend(t *testing.T) {
	for _, keep := range []int{0, 1, 300, 700, -1} {
		for n := 1; ; n++ {
			b := newBench(t, mixed(9))
			b.disk.fail, b.disk.keep = n, keep
			_, err := b.run(t.Context())
			if b.disk.appends < n {
				if n < 8 {
					t.Errorf("only %d appends were killed", n)
				}
				break
			}
			t.Run(fmt.Sprintf("append=%d/keep=%d", n, keep), func(t *testing.T) {
				b.t, b.tenant.t = t, t
				if !errors.Is(err, errDisk) {
					t.Errorf("first run: got %v, want %v", err, errDisk)
				}
				sent := len(b.tenant.batches)
				if strings.Contains(err.Error(), "nothing of this batch was sent") == errors.Is(err, apply.ErrUnrecorded) {
					t.Errorf("got %v, want it to say whether something was sent", err)
				}
				b.revive()
				r, err := b.run(t.Context())
				if err != nil {
					t.Fatalf("second run: %v", err)
				}
				b.wantDone(r)
				if n == 1 && sent != 0 {
					t.Errorf("%d batches were sent without a record", sent)
				}
			})
		}
	}
}

func TestPutOffMembersAreSentAgainAlone(t *testing.T) {
	for _, status := range []int{429, 424, 503} {
		b := newBench(t, mixed(6))
		put := 0
		b.tenant.fault = func(_ int, q plan.Request) (*plan.Answer, bool) {
			if q.User == user(3) && put < 2 {
				put++
				return &plan.Answer{Status: status, Code: "TooManyRequests", RetryAfter: 7.5}, false
			}
			return nil, false
		}
		r, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b.wantDone(r)
		at := b.tenant.sentAt[user(3)]
		if len(at) != 3 || at[1].Sub(at[0]) < 7500*time.Millisecond || at[2].Sub(at[1]) < 7500*time.Millisecond {
			t.Errorf("status %d: sent at %v, want 3 times, 7.5 s apart", status, at)
		}
		if got := len(b.tenant.sentAt[user(4)]); got != 1 {
			t.Errorf("status %d: another member was sent %d times, want once", status, got)
		}
		if !strings.Contains(string(b.disk.data), `"notBefore":"2026-11-20T12:00:07.5`) {
			t.Errorf("status %d: the journal has no not-before time", status)
		}
	}
}

// A killed run must not make the next one hurry.
func TestResumeWaitsForRetryAfter(t *testing.T) {
	b := newBench(t, mixed(1))
	b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) {
		return &plan.Answer{Status: 429, RetryAfter: 60}, false
	}
	ctx, cancel := context.WithCancel(t.Context())
	wait := b.x.Wait
	b.x.Wait = func(context.Context, time.Duration) error { cancel(); return context.Canceled }
	r, err := b.run(ctx)
	if err != nil || !r.Summary.Interrupted || r.Outcomes[0].Status != plan.NotReached {
		t.Fatalf("first run: got %+v, %v", r, err)
	}
	b.revive()
	b.x.Wait = wait
	if r, err = b.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)
	if at := b.tenant.sentAt[user(0)]; at[1].Sub(at[0]) < time.Minute {
		t.Errorf("sent at %v, want a minute between", at)
	}
}

func TestPutOffForEver(t *testing.T) {
	b := newBench(t, mixed(8))
	b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) { return &plan.Answer{Status: 429}, false }
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := len(b.tenant.sentAt[user(0)]); got != 5 || r.Summary.NotReached != len(b.p.Changes) || !strings.Contains(r.Summary.Stopped, "put the same request off 5 times") {
		t.Errorf("sent %d times, got %+v", got, r.Summary)
	}
	b.revive()
	if r, err = b.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)
}

// One that is put off again and again while others get through does not end the run.
func TestUnluckyRequest(t *testing.T) {
	b := newBench(t, mixed(60))
	b.x.BatchSize = 2
	unlucky, tries := plan.UserID(""), 0
	b.tenant.fault = func(_ int, q plan.Request) (*plan.Answer, bool) {
		if unlucky == "" && len(b.tenant.batches) == 3 {
			unlucky = q.User
		}
		if q.User == unlucky && tries < 9 {
			tries++
			return &plan.Answer{Status: 429, RetryAfter: 1}, false
		}
		return nil, false
	}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)
	if tries != 9 {
		t.Errorf("put off %d times: the test does not bite", tries)
	}
}

func TestLostAnswers(t *testing.T) {
	for name, effect := range map[string]bool{"carried out": true, "not carried out": false} {
		for _, status := range []int{0, 408, 500, 502, 503, 504} {
			b := newBench(t, mixed(6))
			first := true
			b.tenant.fault = func(_ int, q plan.Request) (*plan.Answer, bool) {
				if q.User == user(1) && first {
					first = false
					return &plan.Answer{Status: status}, effect
				}
				return nil, false
			}
			r, err := b.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			b.wantDone(r)
			wantSent, wantEvidence := 2, apply.ByAnswer
			if effect {
				wantSent, wantEvidence = 1, apply.ByReadBack
			}
			if got := len(b.tenant.sentAt[user(1)]); got != wantSent {
				t.Errorf("%s, status %d: sent %d times, want %d", name, status, got, wantSent)
			}
			if o := b.outcome(r, b.p.Changes[1].ID); o.Evidence != wantEvidence {
				t.Errorf("%s, status %d: got evidence %q, want %q", name, status, o.Evidence, wantEvidence)
			}
			if b.waits[0] < 5*time.Second {
				t.Errorf("%s, status %d: got first wait %v, want at least 5s", name, status, b.waits[0])
			}
		}
	}
}

func TestAlwaysLost(t *testing.T) {
	b := newBench(t, mixed(1))
	b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) { return &plan.Answer{Status: 504}, false }
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := len(b.tenant.sentAt[user(0)]); got != 2 || r.Outcomes[0].Status != plan.Uncertain {
		t.Errorf("sent %d times, outcome %+v; want twice and unknown", got, r.Outcomes[0])
	}
	if got := apply.Unsettled(b.p, b.history()); len(got) != 1 {
		t.Errorf("got %d unsettled changes, want 1", len(got))
	}
	if len(b.taken) != 1 {
		t.Errorf("the ledger was told of %d removals, want the one that may have happened", len(b.taken))
	}
}

func TestMissingMember(t *testing.T) {
	b := newBench(t, mixed(6))
	b.tenant.omit = func(_ int, q plan.Request) bool { return q.User == user(2) }
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)
	if o := b.outcome(r, b.p.Changes[3].ID); o.Evidence != apply.ByReadBack {
		t.Errorf("got evidence %q, want a read-back", o.Evidence)
	}
}

func TestStaleReads(t *testing.T) {
	for _, stale := range []int{1, 3, 6} {
		b := newBench(t, mixed(4))
		b.tenant.stale = stale
		b.tenant.omit = func(_ int, q plan.Request) bool { return q.User == user(3) }
		r, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b.wantDone(r)
	}
}

func TestNeverSeen(t *testing.T) {
	b := newBench(t, mixed(1))
	b.tenant.stale = 1000
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Outcomes[0]; got.Status != plan.Unconfirmed || r.Summary.Unknown != 1 {
		t.Errorf("got %+v, want unconfirmed", got)
	}
	if got, want := fmt.Sprint(b.waits), "[5s 15s 30s 1m0s 2m0s 5m0s]"; got != want {
		t.Errorf("got waits %s, want %s", got, want)
	}
	b.tenant.lag = map[plan.UserID]int{}
	if r, err = b.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)
	if got := len(b.tenant.sentAt[user(0)]); got != 1 {
		t.Errorf("sent %d times, want once", got)
	}
}

// What Graph accepted and the tenant goes on showing as it was is looked for once
// more by a resume, and not for ever.
func TestNeverSeenIsSettled(t *testing.T) {
	b := newBench(t, mixed(1))
	b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) { return &plan.Answer{Status: 200}, false }
	for round, want := range []plan.Class{plan.Ready, plan.Changed, plan.Changed} {
		b.clock = b.clock.Add(10 * time.Minute)
		b.waits = nil
		r, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if o := r.Outcomes[0]; o.Status != plan.Unconfirmed || o.Class != want || o.Evidence != apply.ByAnswer || !o.At.Before(noon.Add(11*time.Minute)) {
			t.Errorf("round %d: got %+v, want %s", round, o, want)
		}
		if round == 2 && len(b.waits) > 0 {
			t.Errorf("it was waited for again: %v", b.waits)
		}
	}
	if got := len(b.tenant.sentAt[user(0)]); got != 1 {
		t.Errorf("sent %d times, want once", got)
	}
	if done, closed := apply.Executed(b.p, b.history()), apply.Closed(b.p, b.history()); len(done) != 1 || closed != 1 {
		t.Errorf("got %v and %d, want one for an undo to look at, and no resume to wait for it", done, closed)
	}
}

// A repeated removal after stale reads is told by Graph; it is read again and not failed.
func TestNotHeldIsReadAgain(t *testing.T) {
	b := newBench(t, mixed(1))
	b.tenant.stale = 8 // longer than the patience: the removal is sent twice
	b.tenant.omit = func(call int, _ plan.Request) bool { return call < 4 }
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)
	if got := len(b.tenant.sentAt[user(0)]); got < 2 {
		t.Errorf("sent %d times: the test does not bite", got)
	}
}

// Graph's "not held" after a lost answer means that we took it, whatever reads show.
func TestNotHeldAfterALostAnswerIsNoFailure(t *testing.T) {
	b := newBench(t, mixed(1))
	b.tenant.stale = 1000
	b.tenant.omit = func(int, plan.Request) bool { return len(b.tenant.batches) == 1 }
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if o := r.Outcomes[0]; o.Status != plan.Uncertain || !strings.Contains(o.Message, "corresponding license") {
		t.Errorf("got %+v, want unknown", o)
	}
	b.tenant.lag = map[plan.UserID]int{}
	if r, err = b.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		status                 int
		code, message          string
		class                  plan.Class
		advice                 string
		stillHoldsAfterRefusal bool
	}{
		{400, "Request_BadRequest", "Subscription with SKU x does not have any AVAILABLE licenses.", plan.SeatGone, "free one", true},
		{400, "Request_BadRequest", "License assignment cannot be done for user with invalid usage location.", plan.Ready, "usage location", true},
		{400, "Request_BadRequest", "User license is inherited from a group membership and it cannot be removed directly from the user.", plan.Ready, "group", true},
		{400, "Request_BadRequest", "License assignment failed because service plan a depends on the service plan(s) b", plan.Ready, "another product", true},
		{400, "Request_BadRequest", "something new", plan.Ready, "request id", true},
		{403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", plan.Ready, "may not change", true},
		{404, "Request_ResourceNotFound", "Resource does not exist", plan.Ready, "no longer exists", true},
		{409, "Directory_ConcurrencyViolation", "Error due to concurrent requests", plan.Ready, "later", true},
	}
	for _, tt := range tests {
		b := newBench(t, mixed(8))
		b.tenant.fault = func(_ int, q plan.Request) (*plan.Answer, bool) {
			if q.User == user(4) {
				return &plan.Answer{Status: tt.status, Code: tt.code, Message: tt.message, RequestID: "r-9"}, false
			}
			return nil, false
		}
		r, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		o := b.outcome(r, string(user(4))+"/"+string(visio))
		if o.Status != plan.Failed || o.Class != tt.class || o.Code != tt.code || o.Message != tt.message || o.RequestID != "r-9" || !strings.Contains(o.Advice, tt.advice) {
			t.Errorf("%s: got %+v", tt.message, o)
		}
		if r.Summary.Failed != 1 || r.Summary.Done != len(b.p.Changes)-1 || r.Summary.Stopped != "" {
			t.Errorf("%s: got %+v, want all the others done", tt.message, r.Summary)
		}
		sent := len(b.tenant.sentAt[user(4)])
		b.revive()
		if _, err := b.run(t.Context()); err != nil || len(b.tenant.sentAt[user(4)]) != sent {
			t.Errorf("%s: a refused request was repeated by resume (%v)", tt.message, err)
		}
	}
}

func TestBreaker(t *testing.T) {
	refuse := func(status int, who func(n int) bool) func(int, plan.Request) (*plan.Answer, bool) {
		n := 0
		return func(int, plan.Request) (*plan.Answer, bool) {
			n++
			if who(n) {
				return &plan.Answer{Status: status, Code: "x"}, false
			}
			return nil, false
		}
	}
	all := func(int) bool { return true }
	tests := []struct {
		name    string
		fault   func(int, plan.Request) (*plan.Answer, bool)
		stopped string
		batches int
	}{
		{"denied", refuse(403, all), "Graph denied all 6 requests", 2},
		{"token", refuse(401, all), "no longer accepts the token", 1},
		{"barren", refuse(409, all), "3 batches in a row", 3},
		{"share", refuse(400, func(n int) bool { return n > 6 && n%3 == 0 }), "of 26 requests failed", 3},
		{"share not reached", refuse(400, func(n int) bool { return n%5 == 0 }), "", 6},
		{"first three are denied, then not", refuse(403, func(n int) bool { return n < 4 }), "", 6},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, mixed(80))
			b.tenant.fault = tt.fault
			r, err := b.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Summary.Stopped; (got == "") != (tt.stopped == "") || !strings.Contains(got, tt.stopped) {
				t.Errorf("got stopped %q, want %q", got, tt.stopped)
			}
			if got := len(b.tenant.batches); got != tt.batches {
				t.Errorf("got %d batches, want %d", got, tt.batches)
			}
		})
	}
}

func TestSomebodyElse(t *testing.T) {
	tests := []struct {
		name    string
		meddle  func(n *tenant)
		class   plan.Class
		message string
	}{
		{"done", func(n *tenant) { n.users[user(0)] = plan.User{ID: user(0)} }, plan.Changed, "somebody else"},
		{"deleted", func(n *tenant) { delete(n.users, user(0)) }, plan.Gone, "no longer exists"},
		{"given anew", func(n *tenant) { n.users[user(0)].Sources[0].UpdatedAt = noon }, plan.Changed, "given anew"},
	}
	for _, tt := range tests {
		b := newBench(t, mixed(1))
		items := apply.Sift(b.p, nil, b.tenant.user)
		tt.meddle(b.tenant)
		r, err := b.x.Run(t.Context(), b.p, "r", items, nil)
		if err != nil {
			t.Fatal(err)
		}
		if o := r.Outcomes[0]; o.Status != plan.Skipped || o.Class != tt.class || !strings.Contains(o.Message, tt.message) {
			t.Errorf("%s: got %+v", tt.name, o)
		}
		if len(b.tenant.batches) != 0 || b.used != 0 {
			t.Errorf("%s: something was sent, or the plan used", tt.name)
		}
	}
}

func TestSwapFallsTogetherAtTheSecondLook(t *testing.T) {
	b := newBench(t, planOf(change(1, e3, nil, grant()), change(1, e5, grant(), nil)))
	items := apply.Sift(b.p, nil, b.tenant.user)
	b.tenant.bought[e3] = 0
	r, err := b.x.Run(t.Context(), b.p, "r", items, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"no free seat is left to give", "with SPE_E3: no free seat is left to give"} {
		if o := r.Outcomes[i]; o.Class != plan.SeatGone || o.Message != want {
			t.Errorf("got %+v, want no-seat, %q", o, want)
		}
	}
	if len(b.tenant.batches) != 0 {
		t.Error("half a swap was sent")
	}
}

// In an undo a product that is sold out keeps nothing else away that is given
// back; nothing is taken of who does not get all of it.
func TestUndoGivesWhatThereIs(t *testing.T) {
	tests := []struct {
		name   string
		meddle func(n *tenant)
		want   []plan.Class // of E3, E5, which is taken, and VISIOCLIENT; who is ready is done
	}{
		{"seats are there", func(*tenant) {}, []plan.Class{plan.Ready, plan.Ready, plan.Ready}},
		{"one is sold out", func(n *tenant) { n.bought[visio] = 0 }, []plan.Class{plan.Ready, plan.SeatGone, plan.SeatGone}},
		{"what was given is switched", func(n *tenant) {
			u := n.users[user(0)]
			u.Sources = slices.Clone(u.Sources)
			u.Sources[0].DisabledPlans = []plan.PlanID{"00000000-0000-4000-8000-0000000000ff"}
			n.users[user(0)] = u
		}, []plan.Class{plan.Ready, plan.Changed, plan.Ready}},
		{"one is given otherwise", func(n *tenant) {
			u := n.users[user(0)]
			u.Sources = append(slices.Clone(u.Sources), plan.Source{SKU: visio, State: plan.Active, DisabledPlans: []plan.PlanID{"00000000-0000-4000-8000-0000000000ff"}})
			n.users[user(0)] = u
		}, []plan.Class{plan.Changed, plan.Changed, plan.Changed}},
	}
	for _, tt := range tests {
		p := planOf(change(0, e3, nil, grant()), change(0, visio, nil, grant()), change(0, e5, grant(), nil))
		p.Mode = plan.ModeUndo
		b := newBench(t, p)
		items := apply.Sift(b.p, nil, b.tenant.user)
		tt.meddle(b.tenant)
		r, err := b.x.Run(t.Context(), b.p, "r", items, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range tt.want {
			if o := r.Outcomes[i]; o.Class != want || (o.Status == plan.Done) != (want == plan.Ready) {
				t.Errorf("%s: %s: got %+v, want class %q", tt.name, o.SKU, o, want)
			}
		}
	}
}

// Graph carries the members of a batch out in any order (the tenant of these
// tests from last to first), so who needs a seat waits for who frees it.
func TestSeatsAreFreedBeforeTheyAreGiven(t *testing.T) {
	var changes []plan.Change
	for i := range 12 {
		changes = append(changes, change(i, visio, grant(), nil))
	}
	for i := range 12 {
		changes = append(changes, change(20+i, visio, nil, grant()))
	}
	b := newBench(t, planOf(changes...))
	b.tenant.bought[visio] = 12
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)
}

func TestInterrupt(t *testing.T) {
	b := newBench(t, mixed(30))
	stop := make(chan struct{})
	b.x.Interrupted = stop
	b.tenant.fault = func(call int, _ plan.Request) (*plan.Answer, bool) {
		if len(b.tenant.batches) == 2 {
			select {
			case <-stop:
			default:
				close(stop)
			}
		}
		return nil, false
	}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := len(b.tenant.batches); got != 2 || !r.Summary.Interrupted || r.Summary.Unknown != 0 || r.Summary.Done == 0 {
		t.Errorf("got %d batches and %+v, want the second one finished", got, r.Summary)
	}
	b.x.Interrupted = nil
	b.revive()
	if r, err = b.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)
}

// By the real clock of a bubble: the first signal ends a wait of five minutes.
func TestInterruptEndsWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, mixed(1))
		stop := make(chan struct{})
		b.x.Interrupted, b.x.Wait, b.x.Now = stop, nil, time.Now
		b.tenant.stale = 1000
		start := time.Now()
		time.AfterFunc(90*time.Second, func() { close(stop) })
		r, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := time.Since(start); got != 90*time.Second || !r.Summary.Interrupted || r.Outcomes[0].Status != plan.Unconfirmed {
			t.Errorf("ended after %v with %+v, want 90s, interrupted", got, r.Summary)
		}
	})
}

func TestCancelRecordsWhatIsInFlight(t *testing.T) {
	b := newBench(t, mixed(9))
	ctx, cancel := context.WithCancel(t.Context())
	b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) {
		if len(b.tenant.batches) == 2 {
			cancel()
			return &plan.Answer{}, true
		}
		return nil, false
	}
	r, err := b.run(ctx)
	if err != nil || !r.Summary.Interrupted || r.Summary.Unknown == 0 {
		t.Fatalf("got %+v, %v; want interrupted, with unknown ones", r, err)
	}
	if !strings.Contains(string(b.disk.data), `"state":"UNKNOWN"`) {
		t.Error("the journal does not say what was in flight")
	}
	b.revive()
	if r, err = b.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)
}

func TestUsedFailsBeforeSending(t *testing.T) {
	b := newBench(t, mixed(3))
	b.x.Used = func() error { return errDisk }
	if _, err := b.run(t.Context()); !errors.Is(err, errDisk) {
		t.Errorf("got %v, want %v", err, errDisk)
	}
	if len(b.tenant.batches) != 0 {
		t.Error("something was sent of a plan that is not marked as used")
	}
}

// TestSettleOnly: nothing is sent, and what was not carried out is put off:
// while the plan is valid a later resume sends it.
func TestSettleOnly(t *testing.T) {
	for _, after := range []bool{false, true} {
		b := newBench(t, mixed(4))
		b.tenant.cut, b.tenant.after = 3, after // the first batch, after a look at people and products
		if _, err := b.run(t.Context()); err != nil && !errors.Is(err, errCut) {
			t.Fatal(err)
		}
		b.revive()
		b.x.SettleOnly = true
		sent := len(b.tenant.batches)
		r, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(b.tenant.batches) != sent {
			t.Error("something was sent")
		}
		want, left := plan.NotReached, len(b.p.Changes)
		if after {
			want, left = plan.Done, left-1
		}
		if got := r.Outcomes[0].Status; got != want || r.Summary.NotReached != left {
			t.Errorf("after=%t: got %s and %+v, want %s and %d not reached", after, got, r.Summary, want, left)
		}
		b.x.SettleOnly = false
		if r, err = b.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.wantDone(r)
	}
}

// TestSettleExpired: of a plan that may no longer be applied nothing is put off.
func TestSettleExpired(t *testing.T) {
	b := newBench(t, mixed(4))
	b.tenant.cut = 3 // the first batch, before it takes effect
	if _, err := b.run(t.Context()); err != nil && !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	b.revive()
	b.p.ValidUntil = noon
	b.x.SettleOnly = true
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if o := r.Outcomes[0]; o.Status != plan.Skipped || o.Class != plan.DeniedNow {
		t.Errorf("got %s %s, want it skipped for good", o.Status, o.Class)
	}
}

func TestRunRefusesWhatDoesNotFit(t *testing.T) {
	good := func() (*plan.Plan, []apply.Item) {
		p := mixed(2)
		return p, apply.Sift(p, nil, newTenant(t, p).user)
	}
	tests := []struct {
		name  string
		spoil func(p *plan.Plan, items []apply.Item) []apply.Item
		want  string
	}{
		{"no digest", func(p *plan.Plan, i []apply.Item) []apply.Item { p.Digests.Body = ""; return i }, "encode it first"},
		{"an item is missing", func(_ *plan.Plan, i []apply.Item) []apply.Item { return i[1:] }, "was not sifted"},
		{"an item twice", func(_ *plan.Plan, i []apply.Item) []apply.Item { return append(i, i[0]) }, "twice"},
		{"a foreign item", func(_ *plan.Plan, i []apply.Item) []apply.Item {
			c := *i[0].Change
			c.User.ID, i[0].Change = "x", &c
			return i
		}, "is not of plan"},
		{"no class", func(_ *plan.Plan, i []apply.Item) []apply.Item { i[0].Class = "fine"; return i }, "no class"},
		{"half a swap", func(_ *plan.Plan, i []apply.Item) []apply.Item { i[1].Class = plan.SeatGone; return i }, "its request falls"},
		{"order", func(p *plan.Plan, i []apply.Item) []apply.Item { p.Order = p.Order[1:]; return i }, "order lacks"},
		{"action", func(p *plan.Plan, i []apply.Item) []apply.Item { p.Changes[0].Action = plan.Assign; return i }, "does not fit its action"},
	}
	for _, tt := range tests {
		p, items := good()
		b := newBench(t, p)
		items = tt.spoil(p, items)
		r, err := b.x.Run(t.Context(), p, "r", items, nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) || r != nil {
			t.Errorf("%s: got %v, %v; want %q", tt.name, r, err, tt.want)
		}
		if b.tenant.calls != 0 || len(b.disk.data) != 0 {
			t.Errorf("%s: something was done", tt.name)
		}
	}
}

// A seat that our own lost request took must not look like the last one gone.
func TestLostAssignOfTheLastSeat(t *testing.T) {
	b := newBench(t, planOf(change(1, visio, nil, grant())))
	b.tenant.bought[visio] = 1
	b.tenant.stale = 8 // longer than the patience
	first := true
	b.tenant.omit = func(int, plan.Request) bool { defer func() { first = false }(); return first }
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)
	if got := len(b.tenant.sentAt[user(1)]); got != 2 {
		t.Errorf("sent %d times: the test does not bite", got)
	}
}

// What Graph said it did stays done, also if somebody undoes it at once.
func TestGivenBackBeforeTheReadBack(t *testing.T) {
	b := newBench(t, mixed(1))
	b.tenant.fault = func(_ int, q plan.Request) (*plan.Answer, bool) {
		b.tenant.users[q.User].Sources[0].UpdatedAt = noon
		return &plan.Answer{Status: 200}, false
	}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if o := r.Outcomes[0]; o.Status != plan.Done || o.Evidence != apply.ByAnswer || o.Class != plan.Changed || !strings.Contains(o.Message, "changed by somebody since") {
		t.Errorf("got %+v, want done by Graph's answer, and changed since", o)
	}
	if r.Summary.Unknown != 0 {
		t.Errorf("got %+v: a resume would look for ever", r.Summary)
	}
	if got := len(apply.Executed(b.p, b.history())); got != 1 {
		t.Errorf("got %d deeds, want 1", got)
	}
}

// A run that died between the answer and the ledger tells the ledger when it is resumed.
func TestResumeTellsTheLedger(t *testing.T) {
	b := newBench(t, mixed(1))
	told := b.x.Removed
	b.x.Removed = func([]plan.Outcome) error { return errDisk }
	if _, err := b.run(t.Context()); !errors.Is(err, errDisk) || !strings.Contains(err.Error(), "resume the run") {
		t.Fatalf("got %v, want %v and what to do", err, errDisk)
	}
	b.x.Removed = told
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.wantDone(r)
	if len(b.taken) != 1 || b.used != 2 {
		t.Errorf("got %d removals told and %d marks, want 1 and 2", len(b.taken), b.used)
	}
}

// A lost request that is refused when it is sent again may have been carried out the first time.
func TestRefusedAfterALostAnswer(t *testing.T) {
	for _, effect := range []bool{false, true} {
		b := newBench(t, mixed(1))
		b.tenant.stale = 9 // longer than the patience
		n := 0
		b.tenant.fault = func(int, plan.Request) (*plan.Answer, bool) {
			n++
			if n == 1 {
				return &plan.Answer{}, effect
			}
			return &plan.Answer{Status: 403, Code: "Authorization_RequestDenied"}, false
		}
		r, err := b.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := plan.Failed
		if effect {
			want = plan.Done
		}
		if o := r.Outcomes[0]; o.Status != want || n != 2 {
			t.Errorf("effect=%t: got %+v after %d requests, want %s after 2", effect, o, n, want)
		}
	}
}
