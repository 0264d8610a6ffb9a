package plan_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/plan"
)

// stays denies as R114 does, and else judges as strict does.
type stays struct{ strict }

func (j stays) Changes(ctx context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	found, err := j.strict.Changes(ctx, cases)
	for i, c := range cases {
		if c.Facts.Undone.Run != "" {
			found[i] = append(slices.Clone(found[i]), plan.Decision{Code: "R114", Rule: "undone", Level: plan.LevelDeny, Message: "undone"})
		}
	}
	return found, err
}

// TestGivenBackStays: what a run took and an undo gave back, the same folder does
// not take again. It holds for an undo that was cut off and resumed when all was
// done as well.
func TestGivenBackStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		p := newPlan(t, in).Plan
		executed := map[string]time.Time{}
		for _, c := range p.Executable() {
			executed[c.ID] = time.Time{}
		}
		undoing := func() *plan.Made {
			m, err := plan.Undo(context.Background(), plan.UndoInput{Input: in, Run: "run", Plan: p, Executed: executed})
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		in.Snapshot = carryOut(t, in, p)
		m := undoing()
		first := m.GivesBack(m.Plan, "undo", in.Now)
		after := clone(in.Snapshot)
		for _, c := range m.Plan.Executable() {
			u, _ := after.User(c.Request)
			change(t, after, u, c)
		}
		in.Snapshot = after
		in.GivenBack = undoing().GivesBack(m.Plan, "undo", in.Now)
		if !slices.Equal(first, in.GivenBack) {
			t.Fatalf("before the undo %v, after it %v", first, in.GivenBack)
		}
		in.Judge = stays{}
		for _, c := range newPlan(t, in).Plan.Executable() {
			if _, did := executed[c.ID]; did && c.Takes() {
				t.Fatalf("%s %s is taken again by %s %s, given back: %v", c.Action, c.ID, c.Reason.Kind, c.Reason.Statement, in.GivenBack)
			}
		}
	})
}
