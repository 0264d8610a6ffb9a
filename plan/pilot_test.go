package plan_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// piloted is a tenant of ann in Design, who is chosen, bob in Sales, who is not,
// and cleo, of whom it is not known; everything about them would change.
func piloted() plan.Input {
	twice := []plan.Source{direct(visio), direct(e3), through(e3), {SKU: e5, Group: grp, State: plan.Active}}
	in := with(person(ann, "ann", twice...), person(bob, "bob", twice...), person(cleo, "cleo", twice...))
	in.Snapshot.Users[0].Department = "Design"
	in.Snapshot.Users[1].AccountEnabled, in.Snapshot.Users[0].AccountEnabled = plan.No, plan.Yes
	in.Snapshot.Users[2].AccountEnabled = plan.Unknown
	in.Snapshot.Users[2].Department = "Design"
	s := both(selector(plan.KeyAccountEnabled, "true"), selector(plan.KeyDepartment, "Design"))
	s.Place = plan.Place{File: "reseat.yaml", Line: 7, Column: 11}
	d := in.Desired
	d.Settings.Manage.People = s
	d.Settings.Manage.Duplicates = plan.DuplicatesKeep
	d.Remove = []plan.Remove{remove("visio", 1, list("VISIOCLIENT"), plan.Who{Everyone: true})}
	d.Products = []plan.ProductEntry{entry(2, "POWER_BI_PRO", plan.Who{Everyone: true})}
	d.Rules = []plan.Rule{{Ref: at(plan.KindRules, "all", 3), Match: *selector(plan.KeyUPN, "*"), Exact: true, Licenses: []plan.Wanted{want("SPE_E3")}}}
	return in
}

// TestPilot: who is not chosen is in no row and in no figure, and who may be is
// named once.
func TestPilot(t *testing.T) {
	in := piloted()
	in.Baseline = &plan.Baseline{Managed: []plan.SKU{visio, e3, e5, pbi}} // of before: everything was given since
	slices.Sort(in.Baseline.Managed)
	seen := &noting{}
	in.Judge = seen
	in.Desired.Settings.Limits.Uncounted = names("SPE_E3") // of the three, only hers count
	p := mustNew(t, in)
	if got, want := sorted(lines(p)), []string{"missing ann POWER_BI_PRO assign-off", "unassign ann VISIOCLIENT allow visio"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	want := []plan.NotEvaluated{{User: p.NotEvaluated[0].User, Statement: "manage.people", File: "reseat.yaml", Line: 7, Fact: "whether the account is enabled"}}
	if !slices.Equal(p.NotEvaluated, want) || p.NotEvaluated[0].User.ID != cleo {
		t.Errorf("got not evaluated %+v, want cleo once", p.NotEvaluated)
	}
	if len(p.Inherited) != 1 || p.Inherited[0].Users != 1 {
		t.Errorf("got inherited %+v, want that of ann", p.Inherited)
	}
	for _, d := range p.Drift {
		if d.User.ID != ann {
			t.Errorf("got drift %+v", d)
		}
	}
	if len(p.Drift) != 2 || p.Summary.UsersInSync != 0 || p.Inputs.Snapshot.SeatsDirect != 1 || seen.facts.Removals.Seats != 1 || seen.facts.Products[0].Seats != 3 {
		t.Errorf("got %d drifted, %d in sync, %d seats, base %+v, %+v; want 2, 0, that of ann, and of the product those of all", len(p.Drift), p.Summary.UsersInSync,
			p.Inputs.Snapshot.SeatsDirect, seen.facts.Removals, seen.facts.Products)
	}
	var notes []string
	for _, n := range p.Notes {
		if strings.Contains(n.Text, "bob") || strings.Contains(n.Text, "cleo") {
			t.Errorf("got note %q", n.Text)
		}
		if n.Code == "pilot" {
			notes = append(notes, n.Text)
		}
	}
	if !slices.Equal(notes, []string{"reseat.yaml:7: manage.people chooses 1 of 3 accounts; all others stay as they are"}) {
		t.Errorf("got notes %q", notes)
	}
}

// noting is a judge that notes what guards are told.
type noting struct {
	lenient
	facts plan.PlanFacts
}

func (f *noting) Plan(_ context.Context, facts plan.PlanFacts) ([]plan.Decision, error) {
	f.facts = facts
	return nil, nil
}

// TestPilotInSync counts who is chosen and of whom nothing is said.
func TestPilotInSync(t *testing.T) {
	in := piloted()
	in.Desired.Remove, in.Desired.Products, in.Desired.Rules = nil, nil, nil
	p := mustNew(t, in)
	if p.Summary.UsersInSync != 1 || len(p.NotEvaluated) != 0 || p.Summary.Verdict != plan.InSync {
		t.Errorf("got %d in sync, not evaluated %+v; of cleo nothing would be said", p.Summary.UsersInSync, p.NotEvaluated)
	}
	in.Desired.Settings.Manage.People = selector(plan.KeyDepartment, "Desing")
	p = mustNew(t, in)
	if !slices.ContainsFunc(p.Notes, func(n plan.Note) bool { return n.Code == "matches-nobody" }) || p.Summary.UsersInSync != 0 {
		t.Errorf("a selector that matches nobody: got %+v, %d in sync", p.Notes, p.Summary.UsersInSync)
	}
	in = piloted()
	for _, name := range []string{"bob", "cleo"} {
		in.Users = []string{name}
		p = mustNew(t, in)
		if len(p.Changes)+len(p.Missing) != 0 || !slices.ContainsFunc(p.Notes, func(n plan.Note) bool { return n.Code == "pilot" && strings.HasPrefix(n.Text, `"`+name+`"`) }) {
			t.Errorf("--user %s: got %q, %+v", name, lines(p), p.Notes)
		}
	}
}

// TestPilotBaseline: the baseline says nothing of people outside; when they come
// in, what they hold has not drifted, and what changes is by the folder.
func TestPilotBaseline(t *testing.T) {
	in := piloted()
	m, err := plan.New(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	base := m.Baseline("")
	if len(base.Seats) != 2 || base.Seats[0].User != ann || !slices.Equal(base.People, []plan.UserID{ann}) {
		t.Fatalf("got seats %+v of %q, want those of ann", base.Seats, base.People)
	}
	in.Baseline, in.Desired.Settings.Manage.People = base, nil
	p := mustNew(t, in)
	if len(p.Drift) != 0 {
		t.Errorf("got drift %+v of people who came in", p.Drift)
	}
	for _, c := range p.Changes {
		want := plan.CauseConfig
		if c.User.ID == ann {
			want = plan.CauseFact // the baseline was written before the first apply
		}
		if c.Cause != want {
			t.Errorf("%s: got cause %s, want %s", c.ID, c.Cause, want)
		}
	}
	if len(p.Changes) != 3 {
		t.Errorf("got %q, want a change of each", lines(p))
	}
	if m, err = plan.New(context.Background(), in); err != nil || m.Baseline("").People != nil {
		t.Errorf("got people %v, %v, want none: everyone", m.Baseline("").People, err)
	}
}

// TestPilotUndo: what was done to somebody is given back though he is outside by now.
func TestPilotUndo(t *testing.T) {
	in := piloted()
	p := mustNew(t, in)
	after := in
	after.Snapshot = clone(in.Snapshot)
	u := &after.Snapshot.Users[0]
	u.Department = "Sales"
	u.Sources = slices.DeleteFunc(u.Sources, func(s plan.Source) bool { return s.SKU == visio })
	m, err := plan.Undo(context.Background(), plan.UndoInput{Input: after, Run: "run", Plan: p, Executed: map[string]time.Time{p.Changes[0].ID: {}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := lines(m.Plan); !slices.Equal(got, []string{"assign ann VISIOCLIENT allow undo of run"}) {
		t.Errorf("got %q", got)
	}
}
