package apply_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/plan"
)

// allowing is a judge that finds nothing.
type allowing struct{}

func (allowing) Changes(_ context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	return make([][]plan.Decision, len(cases)), nil
}

func (allowing) Plan(context.Context, plan.PlanFacts) ([]plan.Decision, error) { return nil, nil }

func (allowing) Waivable(plan.Decision) bool { return false }

func (allowing) Remedy(string) string { return "" }

// TestUndoLaw: whatever befell a run, and wherever it was cut, what its journal
// says it did is undone, and everybody has what he had before with the same
// service plans: but for what the undo itself reports.
func TestUndoLaw(t *testing.T) {
	short := 0
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t, drawPlan(rt))
		before := directSeats(b.tenant)
		b.x.BatchSize = rapid.IntRange(1, 20).Draw(rt, "size")
		disturb(rt, b, map[plan.UserID]bool{}, false)
		if _, err := b.run(t.Context()); err != nil && !errors.Is(err, errCut) && !errors.Is(err, errDisk) {
			rt.Fatal(err)
		}
		settleAll(rt, b)
		if rapid.Bool().Draw(rt, "short") {
			b.tenant.bought[visio] = b.tenant.consumed(visio) + rapid.IntRange(0, 3).Draw(rt, "free")
		}
		back := undoBench(rt, b)
		report := carryBack(rt, back)
		late := map[string]bool{}
		for _, o := range report.Outcomes {
			late[fmt.Sprint(o.User, "/", o.SKU)] = o.Status != plan.Done && o.Class != plan.Already
			if o.Class == plan.SeatGone {
				short++
			}
		}
		for _, c := range apply.Doubtful(b.p, b.history()) {
			late[c.ID] = true
		}
		after := directSeats(back.tenant)
		for _, c := range b.p.Changes {
			if got, want := after[c.ID], before[c.ID]; got != want && !late[c.ID] {
				rt.Errorf("%s: got %q, want %q as before\n%v", c.ID, got, want, report.Outcomes)
			}
		}
	})
	if short == 0 {
		t.Error("no undo lacked a seat: the test draws too little")
	}
}

// directSeats are the direct seats of everybody by change id, with what is off.
func directSeats(n *tenant) map[string]string {
	out := map[string]string{}
	for id, u := range n.users {
		for _, s := range u.Sources {
			if s.Direct() {
				out[fmt.Sprint(id, "/", s.SKU)] = fmt.Sprint("held, off: ", s.DisabledPlans)
			}
		}
	}
	return out
}

// settleAll finds out what was left open, and sends nothing.
func settleAll(rt *rapid.T, b *bench) {
	b.revive()
	b.x.SettleOnly = true
	for range 10 {
		if len(apply.Unsettled(b.p, b.history())) == 0 {
			return
		}
		if _, err := b.run(b.t.Context()); err != nil {
			rt.Fatal(err)
		}
	}
	rt.Fatal("what was sent is never found out")
}

// undoBench is the undo plan of what a bench's journal says, on its tenant.
func undoBench(rt *rapid.T, b *bench) *bench {
	executed := map[string]time.Time{}
	for _, d := range apply.Executed(b.p, b.history()) {
		executed[d.Change.ID] = d.At
	}
	s := &plan.Snapshot{Organization: plan.Organization{ID: b.p.Tenant.ID}, ReadAt: b.clock, Count: plan.UserCount{Before: -1, After: -1}}
	s.Products, _ = b.tenant.Products(b.t.Context())
	slices.SortFunc(s.Products, func(x, y plan.Product) int { return strings.Compare(string(x.SKU), string(y.SKU)) })
	for _, u := range b.tenant.users {
		u.UsageLocation, u.UserPrincipalName, u.Sources = "SE", string(u.ID), slices.Clone(u.Sources)
		plan.SortSources(u.Sources)
		s.Users = append(s.Users, u)
	}
	slices.SortFunc(s.Users, func(x, y plan.User) int { return strings.Compare(string(x.ID), string(y.ID)) })
	m, err := plan.Undo(b.t.Context(), plan.UndoInput{Run: "run-1", Plan: b.p, Executed: executed, Input: plan.Input{
		Now: b.clock, Snapshot: s, Judge: allowing{}, Desired: &plan.Desired{Settings: plan.Settings{Name: "t", ValidFor: 1000 * time.Hour}}}})
	if err != nil {
		rt.Fatal(err)
	}
	if got := len(m.Plan.Executable()); got != len(executed) {
		rt.Fatalf("got %d changes of an undo, want %d: nobody else changed anything", got, len(executed))
	}
	back := newBench(b.t, m.Plan)
	back.tenant, back.x.Tenant, back.disk.dead, back.clock = b.tenant, b.tenant, &b.tenant.dead, b.clock
	back.tenant.journal = func() []byte { return back.disk.data }
	back.tenant.now = func() time.Time { return back.clock }
	return back
}

// carryBack applies an undo under faults, until nothing of it is left.
func carryBack(rt *rapid.T, b *bench) *plan.Report {
	for round := range 60 {
		b.revive()
		calm := round >= 3
		disturb(rt, b, map[plan.UserID]bool{}, calm)
		r, err := b.run(b.t.Context())
		if err != nil && !errors.Is(err, errCut) && !errors.Is(err, errDisk) {
			rt.Fatal(err)
		}
		if err == nil && calm && r.Summary.NotReached+r.Summary.Unknown == apply.Closed(b.p, b.history()) {
			return r
		}
	}
	rt.Fatal("the undo does not come to an end")
	return nil
}
