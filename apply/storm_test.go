package apply_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/plan"
)

// Whatever goes wrong, runs that are resumed until nothing is left end with a
// tenant that is the plan less what the report says; no seat was changed twice,
// and nothing was sent that the journal does not have. Reads are not stale for
// longer than the patience: beyond that a refusal is believed.
func TestStorm(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t, drawPlan(rt))
		b.tenant.stale = rapid.IntRange(0, 7).Draw(rt, "stale")
		b.x.BatchSize = rapid.IntRange(1, 20).Draw(rt, "size")
		refused := map[plan.UserID]bool{}
		for _, u := range b.p.Order {
			refused[u] = rapid.IntRange(0, 9).Draw(rt, "refused") == 0
		}
		var last *plan.Report
		for round := range 60 {
			b.revive()
			calm := round >= 5
			disturb(rt, b, refused, calm)
			r, err := b.run(t.Context())
			if err != nil && !errors.Is(err, errCut) && !errors.Is(err, errDisk) {
				rt.Fatalf("round %d: %v", round, err)
			}
			if err == nil && calm && r.Summary.NotReached+r.Summary.Unknown == apply.Closed(b.p, b.history()) {
				last = r
				break
			}
		}
		if last == nil {
			rt.Fatalf("the runs do not come to an end")
		}
		checkStorm(rt, b, last)
	})
}

// drawPlan draws a plan of up to 30 people; not every kind needs to occur.
func drawPlan(rt *rapid.T) *plan.Plan {
	var changes []plan.Change
	for i := range rapid.IntRange(1, 30).Draw(rt, "people") {
		switch rapid.IntRange(0, 4).Draw(rt, "kind") {
		case 0:
			changes = append(changes, change(i, visio, grant(), nil))
		case 1:
			changes = append(changes, change(i, e3, nil, grant(yam)), change(i, e5, grant(), nil))
		case 2:
			changes = append(changes, change(i, e3, grant(), grant(yam)))
		case 3:
			changes = append(changes, change(i, e5, grant(yam), nil), change(i, visio, grant(), nil))
		case 4:
			changes = append(changes, change(i, visio, nil, grant()))
		}
	}
	return planOf(changes...)
}

// disturb sets the troubles of one round.
func disturb(rt *rapid.T, b *bench, refused map[plan.UserID]bool, calm bool) {
	if !calm {
		b.tenant.calls, b.disk.appends = 0, 0
		b.tenant.cut = rapid.IntRange(0, 20).Draw(rt, "cut")
		b.tenant.after = rapid.Bool().Draw(rt, "after")
		b.disk.fail = rapid.IntRange(0, 20).Draw(rt, "fail")
		b.disk.keep = rapid.SampledFrom([]int{-1, 0, 5, 250, 1000}).Draw(rt, "keep")
		b.tenant.omit = func(int, plan.Request) bool { return rapid.IntRange(0, 5).Draw(rt, "omit") == 0 }
	}
	b.tenant.fault = func(_ int, q plan.Request) (*plan.Answer, bool) {
		if refused[q.User] {
			return &plan.Answer{Status: 409, Code: "Directory_ConcurrencyViolation"}, false
		}
		if calm {
			return nil, false
		}
		switch rapid.IntRange(0, 9).Draw(rt, "fault") {
		case 0:
			return &plan.Answer{Status: 429, RetryAfter: 2.5}, false
		case 1:
			return &plan.Answer{Status: rapid.SampledFrom([]int{0, 500, 503, 504}).Draw(rt, "status")}, rapid.Bool().Draw(rt, "effect")
		case 2:
			return &plan.Answer{Status: 503, RetryAfter: 1}, rapid.Bool().Draw(rt, "effect")
		}
		return nil, false
	}
}

func checkStorm(rt *rapid.T, b *bench, r *plan.Report) {
	executed := map[string]bool{}
	for _, d := range apply.Executed(b.p, b.history()) {
		executed[d.Change.ID] = true
	}
	for i, c := range b.p.Changes {
		o := r.Outcomes[i]
		if o.User != c.User.ID || o.SKU != c.SKU() {
			rt.Fatalf("outcome %d is of %s/%s, want %s", i, o.User, o.SKU, c.ID)
		}
		want := 0
		if o.Status == plan.Done || o.Status == plan.Unconfirmed {
			want = 1
		}
		if got := b.tenant.effective[c.ID]; got != want {
			rt.Errorf("%s: %+v, but changed %d times", c.ID, o, got)
		}
		if executed[c.ID] != (want == 1) {
			rt.Errorf("%s: %+v, but the journal says executed %t", c.ID, o, executed[c.ID])
		}
	}
}
