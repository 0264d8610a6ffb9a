package plan_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// undoing makes the undo plan of p on a tenant, all of which was made at a time.
func undoing(t testing.TB, in plan.Input, p *plan.Plan, at time.Time, alone bool) *plan.Made {
	t.Helper()
	u := plan.UndoInput{Input: in, Run: "run", Plan: p, Executed: map[string]time.Time{}, Alone: alone}
	for _, c := range p.Executable() {
		u.Executed[c.ID] = at
	}
	if alone {
		u.Run, u.Executed = "", nil
	}
	m, err := plan.Undo(context.Background(), u)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// toldOf are the notes of some codes.
func toldOf(p *plan.Plan, codes ...string) []string {
	out := []string{}
	for _, n := range p.Notes {
		if slices.Contains(codes, n.Code) {
			out = append(out, n.Code+" "+n.Text)
		}
	}
	return out
}

// taken is a tenant in which a plan took SPE_E3 of ann, with one service plan
// off, and gave VISIOCLIENT to bob, and that plan; what became of it since is
// for the test to say.
func taken(t testing.TB) (plan.Input, *plan.Plan) {
	t.Helper()
	in := with(person(ann, "ann", direct(e3, yammer)), person(bob, "bob"))
	in.Judge = protecting{}
	in.Desired.Settings.Manage.Assign = true
	in.Desired.Remove = []plan.Remove{{Ref: at(plan.KindRemove, "back", 1), Who: who("ann@contoso.com"), Products: list("SPE_E3"), DataLoss: plan.LossAccept}}
	in.Desired.Users = []plan.UserEntry{exact(2, "bob@contoso.com", "VISIOCLIENT")}
	for i := range in.Snapshot.Products {
		in.Snapshot.Products[i].Enabled = 10
	}
	p := mustNew(t, in)
	if got := len(p.Executable()); got != 2 {
		t.Fatalf("got %d changes, want 2: %v", got, lines(p))
	}
	in.Snapshot = clone(in.Snapshot)
	u, _ := in.Snapshot.User(ann)
	u.Sources = nil
	u, _ = in.Snapshot.User(bob)
	u.Sources = []plan.Source{{SKU: visio, State: plan.Active, UpdatedAt: in.Now.Add(time.Minute)}}
	return in, p
}

// TestUndoTells: nothing that an undo leaves alone is left silently, whether it
// is of a run or of a plan alone.
func TestUndoTells(t *testing.T) {
	annOf := func(in *plan.Input) *plan.User { u, _ := in.Snapshot.User(ann); return u }
	bobOf := func(in *plan.Input) *plan.User { u, _ := in.Snapshot.User(bob); return u }
	const back, taking = "assign ann SPE_E3 ", "unassign bob VISIOCLIENT "
	tests := []struct {
		name  string
		since func(in *plan.Input)
		want  []string // beginnings of the changes
		note  string   // the beginning of the one note; "" is none
	}{
		{"as the run left it", func(*plan.Input) {}, []string{back, taking}, ""},
		{"given back", func(in *plan.Input) { annOf(in).Sources = []plan.Source{direct(e3, yammer)} }, []string{taking},
			"given-back ann@contoso.com SPE_E3: as before"},
		{"given otherwise", func(in *plan.Input) { annOf(in).Sources = []plan.Source{direct(e3)} }, []string{taking},
			"given-otherwise ann@contoso.com SPE_E3: given again by somebody else"},
		{"through a group", func(in *plan.Input) { annOf(in).Sources = []plan.Source{through(e3)} }, []string{taking},
			"through-group ann@contoso.com SPE_E3: now through a group"},
		{"through a group that gives less", func(in *plan.Input) { annOf(in).Sources = []plan.Source{through(e3, exchange2)} }, []string{back, taking}, ""},
		{"gone", func(in *plan.Input) { in.Snapshot.Users = in.Snapshot.Users[1:] }, []string{taking},
			"person-gone ann@contoso.com SPE_E3: no longer in the tenant"},
		{"deleted", func(in *plan.Input) {
			in.Snapshot.Users, in.Snapshot.Deleted = in.Snapshot.Users[1:], []plan.DeletedUser{{ID: ann, UserPrincipalName: "ann@contoso.com"}}
		}, []string{taking}, "person-deleted ann@contoso.com SPE_E3: deleted; restore"},
		{"no location", func(in *plan.Input) { annOf(in).UsageLocation = "" }, []string{back, taking}, "no-location ann@contoso.com SPE_E3: "},
		{"suspended", func(in *plan.Input) {
			for i := range in.Snapshot.Products {
				if x := &in.Snapshot.Products[i]; x.SKU == e3 {
					x.Status = "Suspended"
				}
			}
		}, []string{back, taking}, "not-assignable ann@contoso.com SPE_E3: "},
		{"given and gone", func(in *plan.Input) { bobOf(in).Sources = nil }, []string{back}, "taken-already bob@contoso.com VISIOCLIENT: "},
		{"given and switched", func(in *plan.Input) { bobOf(in).Sources[0].DisabledPlans = []plan.PlanID{yammer} }, []string{back},
			"changed bob@contoso.com VISIOCLIENT: no longer as the run left it"},
	}
	for _, test := range tests {
		for _, alone := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/alone=%t", test.name, alone), func(t *testing.T) {
				in, p := taken(t)
				test.since(&in)
				m := undoing(t, in, p, in.Now, alone)
				got := lines(m.Plan)
				fits := len(got) == len(test.want)
				for i := range got {
					fits = fits && strings.HasPrefix(got[i], test.want[i])
				}
				if !fits {
					t.Errorf("got %q, want %q", got, test.want)
				}
				notes := toldOf(m.Plan, "given-back", "given-otherwise", "given-anew", "through-group", "person-gone", "person-deleted", "no-location",
					"not-assignable", "taken-already", "changed", "given-before", "no-seat")
				if test.note == "" && len(notes) > 0 || test.note != "" && (len(notes) != 1 || !strings.HasPrefix(notes[0], test.note)) {
					t.Errorf("got notes %q, want one that begins with %q", notes, test.note)
				}
				if n := len(toldOf(m.Plan, "no-journal")); (n == 1) != alone {
					t.Errorf("got %d notes of a lost journal", n)
				}
				for _, c := range m.Plan.Executable() {
					if c.Action == plan.Assign && !slices.Equal(c.After.DisabledPlans, []plan.PlanID{yammer}) {
						t.Errorf("%s is given back with %v off", c.ID, c.After.DisabledPlans)
					}
				}
			})
		}
	}
}

// TestUndoAnew: what was given anew since the run, or before the plan was made,
// is not the run's to take.
func TestUndoAnew(t *testing.T) {
	in, p := taken(t)
	given, _ := in.Snapshot.User(bob)
	given.Sources[0].UpdatedAt = in.Now.Add(time.Hour)
	if got := toldOf(undoing(t, in, p, in.Now, false).Plan, "given-anew"); len(got) != 1 {
		t.Errorf("got %q, want one of bob", got)
	}
	given.Sources[0].UpdatedAt = in.Now.Add(-time.Hour)
	m := undoing(t, in, p, time.Time{}, true)
	if got := toldOf(m.Plan, "given-before"); len(got) != 1 || len(m.Plan.Executable()) != 1 {
		t.Errorf("got %q and %q, want ann's alone given back", got, lines(m.Plan))
	}
}

// TestUndoOfNothing: a plan that was never applied gives an empty undo, and says so.
func TestUndoOfNothing(t *testing.T) {
	in, p := taken(t)
	u, _ := in.Snapshot.User(ann)
	u.Sources = []plan.Source{direct(e3, yammer)}
	u, _ = in.Snapshot.User(bob)
	u.Sources = nil
	m := undoing(t, in, p, time.Time{}, true)
	if len(m.Plan.Changes) != 0 || len(toldOf(m.Plan, "nothing-left")) != 1 {
		t.Errorf("got %q, %q, want an empty plan that says why", lines(m.Plan), m.Plan.Notes)
	}
	if u := m.Plan.Undoes; u == nil || u.Run != "" || u.Plan != p.ID {
		t.Errorf("got %+v, want the plan's id and no run", u)
	}
	if _, err := plan.Decode(plan.Encode(m.Plan)); err != nil {
		t.Error(err)
	}
}

// TestUndoTerms: until when what was lost can be there, counted from when it
// was taken.
func TestUndoTerms(t *testing.T) {
	in, p := taken(t)
	day := 24 * time.Hour
	tests := []struct {
		after time.Duration
		alone bool
		want  []string
	}{
		{0, false, []string{"still-there mailbox: can still be there; the last day to give it back without loss is 2026-12-20: ann@contoso.com"}},
		{30 * day, false, []string{"still-there mailbox: "}},
		{30*day + time.Second, false, []string{"too-late mailbox: the time to give it back without loss was over on 2026-12-20; "}},
		{30*day + time.Second, true, []string{"too-late mailbox: may be lost since 2026-12-20, "}},
		{40 * day, true, []string{"too-late mailbox: the time to give it back without loss was over on 2026-12-20; "}},
	}
	for _, test := range tests {
		later := in
		later.Now = in.Now.Add(test.after)
		got := toldOf(undoing(t, later, p, in.Now, test.alone).Plan, "still-there", "too-late")
		got = slices.DeleteFunc(got, func(s string) bool { return !strings.Contains(s, " mailbox: ") })
		fits := len(got) == len(test.want)
		for i := range got {
			fits = fits && strings.HasPrefix(got[i], test.want[i])
		}
		if !fits {
			t.Errorf("after %v, alone %t: got %q, want %q", test.after, test.alone, got, test.want)
		}
	}
}

// TestUndoShort: where seats are short, the note says how many of what, and who
// goes without: who comes last in the plan's order.
func TestUndoShort(t *testing.T) {
	in := with(person(ann, "ann", direct(visio)), person(bob, "bob", direct(visio)), person(cleo, "cleo", direct(visio)))
	in.Judge = protecting{}
	in.Desired.Remove = []plan.Remove{remove("back", 1, list("VISIOCLIENT"), who("ann@contoso.com", "bob@contoso.com", "cleo@contoso.com")...)}
	p := mustNew(t, in)
	in.Snapshot = clone(in.Snapshot)
	for i := range in.Snapshot.Users {
		in.Snapshot.Users[i].Sources = nil
	}
	for i := range in.Snapshot.Products {
		if x := &in.Snapshot.Products[i]; x.SKU == visio {
			x.Enabled, x.Consumed = 5, 4
		}
	}
	m := undoing(t, in, p, in.Now, false)
	got := toldOf(m.Plan, "no-seat")
	want := []string{"no-seat VISIOCLIENT as it is goes to the others first, in the order of the plan, and not to bob@contoso.com, cleo@contoso.com",
		"no-seat VISIOCLIENT: 3 seats to give back, 1 free: buy or free 2 first"}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if want := []plan.UserID{ann, bob, cleo}; !slices.Equal(m.Plan.Order, want) || len(m.Plan.Executable()) != 3 {
		t.Errorf("got %v of %q, want %v", m.Plan.Order, lines(m.Plan), want)
	}
}

// TestUndoApart: what cannot be given back at all does not hold up what can. What
// the person was given in its place stays.
func TestUndoApart(t *testing.T) {
	in := with(person(ann, "ann", direct(e3, yammer), direct(visio)), person(bob, "bob", direct(visio)))
	in.Judge = protecting{}
	in.Desired.Settings.Manage.Assign = true
	in.Desired.Users = []plan.UserEntry{exact(2, "ann@contoso.com", "POWER_BI_PRO"), exact(3, "bob@contoso.com")}
	in.Desired.Remove = []plan.Remove{{Ref: at(plan.KindRemove, "back", 1), Who: who("ann@contoso.com"), Products: list("SPE_E3"), DataLoss: plan.LossAccept}}
	for i := range in.Snapshot.Products {
		in.Snapshot.Products[i].Enabled = 10
	}
	p := mustNew(t, in)
	if got := len(p.Executable()); got != 4 {
		t.Fatalf("got %d changes, want 4: %v", got, lines(p))
	}
	in.Snapshot = clone(in.Snapshot)
	u, _ := in.Snapshot.User(ann)
	u.Sources = []plan.Source{{SKU: pbi, State: plan.Active, UpdatedAt: in.Now}}
	u, _ = in.Snapshot.User(bob)
	u.Sources = nil
	whole := in.Snapshot
	for _, gone := range []bool{false, true} {
		in.Snapshot = clone(whole)
		for i := range in.Snapshot.Products {
			if x := &in.Snapshot.Products[i]; x.SKU == visio {
				x.Status = "Suspended"
			}
		}
		if gone {
			in.Snapshot.Products = slices.DeleteFunc(in.Snapshot.Products, func(x plan.Product) bool { return x.SKU == visio })
		}
		m := undoing(t, in, p, in.Now, false)
		got := []string{}
		for _, c := range m.Plan.Executable() {
			got = append(got, c.User.UserPrincipalName+" "+string(c.Action)+" "+string(c.SKU()))
		}
		// Nothing else is bob's: that Graph refuses it is an outcome of his own.
		want := []string{"ann@contoso.com assign " + string(e3), "bob@contoso.com assign " + string(visio)}
		if !slices.Equal(got, want) {
			t.Errorf("gone %t: got %q, want %q", gone, got, want)
		}
		if len(m.Plan.Missing) != 1 || m.Plan.Missing[0].User.ID != ann || m.Plan.Missing[0].Product.SKU != visio || m.Plan.Missing[0].Because != plan.NotAssignable {
			t.Errorf("gone %t: got missing %+v, want ann's VISIOCLIENT", gone, m.Plan.Missing)
		}
		if told := toldOf(m.Plan, "left-in-place"); len(told) != 1 || !strings.Contains(told[0], "ann@contoso.com POWER_BI_PRO: ") {
			t.Errorf("gone %t: got %q, want ann's POWER_BI_PRO", gone, told)
		}
		if _, err := plan.Decode(plan.Encode(m.Plan)); err != nil {
			t.Error(err)
		}
	}
}

// TestUndoPlanGone: a service plan that was off and is no longer in the product is
// left out of what Graph is asked: it would refuse it for ever.
func TestUndoPlanGone(t *testing.T) {
	in, p := taken(t)
	for i := range in.Snapshot.Products {
		x := &in.Snapshot.Products[i]
		x.Plans = slices.DeleteFunc(slices.Clone(x.Plans), func(s plan.ServicePlan) bool { return s.ID == yammer })
	}
	m := undoing(t, in, p, in.Now, false)
	back := m.Plan.Executable()[0]
	if back.Action != plan.Assign || len(back.After.DisabledPlans) != 0 {
		t.Errorf("got %s with %v off, want nothing off", back.Action, back.After)
	}
	if told := toldOf(m.Plan, "plan-gone"); len(told) != 1 || !strings.HasPrefix(told[0], "plan-gone ann@contoso.com SPE_E3: ") {
		t.Errorf("got %q, want a note of it", told)
	}
	u, _ := in.Snapshot.User(ann)
	u.Sources = []plan.Source{direct(e3)}
	if told := toldOf(undoing(t, in, p, in.Now, false).Plan, "given-back"); len(told) != 1 {
		t.Errorf("got %q, want ann's as before", told)
	}
}

// TestKeepFor: kept is what a statement of the folder took, with what the same
// person loses for it; not what somebody had given by hand.
func TestKeepFor(t *testing.T) {
	in, p := taken(t)
	m := undoing(t, in, p, in.Now, false)
	kept, left := m.KeepFor(p)
	if len(kept) != 1 || kept[0].User.ID != ann || left != 0 || fmt.Sprint(m.ProductWords(kept[0].Products)) != "[SPE_E3]" {
		t.Errorf("got %+v, %d, want ann's SPE_E3 alone: bob loses", kept, left)
	}
	if n := m.GivenAgain(p); n != 1 {
		t.Errorf("got %d people who are given again what the undo takes, want bob", n)
	}
	for i := range p.Changes {
		p.Changes[i].Cause = plan.CauseDrift
	}
	if kept, left = m.KeepFor(p); len(kept) != 0 || left != 1 {
		t.Errorf("got %+v, %d, want nobody: it was given by hand", kept, left)
	}
	for i := range p.Changes {
		p.Changes[i].Cause, p.Changes[i].Reason.Kind = plan.CauseNew, plan.KindUndo
	}
	if kept, left = m.KeepFor(p); len(kept) != 0 || left != 1 {
		t.Errorf("got %+v, %d, want nobody: an undo took it", kept, left)
	}
	if n := m.GivenAgain(p); n != 0 {
		t.Errorf("got %d people who are given again what an undo gave, want none", n)
	}
	in.Snapshot.Products = slices.Clone(in.Snapshot.Products)
	if words := m.ProductWords([]plan.ProductRef{{SKU: visio, PartNumber: "SPE_E3"}, {SKU: e3, PartNumber: "SPE_E3"}}); !slices.Equal(words, []string{"SPE_E3", string(visio)}) {
		t.Errorf("got %q, want the id where the name means another product", words)
	}
}
