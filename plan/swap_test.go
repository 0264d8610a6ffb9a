package plan_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/plan"
)

// mover is ann, who holds products directly and shall hold others instead.
func mover(holds []plan.SKU, wants ...string) plan.Input {
	u := person(ann, "ann")
	for _, sku := range holds {
		u.Sources = append(u.Sources, direct(sku))
	}
	u.AccountEnabled = plan.No // so that nothing is denied over data
	plan.SortSources(u.Sources)
	in := with(u)
	in.Desired.Settings.Manage.Assign = true
	in.Desired.Users = []plan.UserEntry{exact(1, "ann@contoso.com", wants...)}
	return in
}

// TestSwapped: of a request with assigns as many removals as assigns are swaps,
// those that share a service first; what is not given takes nobody's place.
func TestSwapped(t *testing.T) {
	for name, tt := range map[string]struct {
		in   plan.Input
		set  func(*plan.Input)
		want []string // what is swapped in the end
		all  []string // what was asked at first, where that is not it
	}{
		"one for one":           {in: mover([]plan.SKU{e5}, "SPE_E3"), want: []string{"SPE_E5"}},
		"the one that is alike": {in: mover([]plan.SKU{e5, visio}, "SPE_E3"), want: []string{"SPE_E5"}},
		"neither is alike":      {in: mover([]plan.SKU{visio, pbi}, "SPE_E3"), want: []string{"VISIOCLIENT"}},
		"two for two":           {in: mover([]plan.SKU{e5, visio}, "SPE_E3", "POWER_BI_PRO"), want: []string{"SPE_E5", "VISIOCLIENT"}},
		"nothing is given":      {in: mover([]plan.SKU{e5, visio})},
		"assign is off":         {in: mover([]plan.SKU{visio}, "POWER_BI_PRO"), set: func(in *plan.Input) { in.Desired.Settings.Manage.Assign = false }},
		"no seat is left":       {in: mover([]plan.SKU{visio}, "POWER_BI_PRO"), set: func(in *plan.Input) { enabled(*in, pbi, 0) }, all: []string{"VISIOCLIENT"}},
		"a free product comes":  {in: mover([]plan.SKU{visio}, "POWER_BI_PRO"), set: func(in *plan.Input) { in.Desired.Settings.Limits.Uncounted = names("POWER_BI_PRO") }},
		"a free product goes":   {in: mover([]plan.SKU{visio}, "POWER_BI_PRO"), set: func(in *plan.Input) { in.Desired.Settings.Limits.Uncounted = names("VISIOCLIENT") }},
		"a group gives it as well": {in: mover([]plan.SKU{visio}, "POWER_BI_PRO"), set: func(in *plan.Input) {
			u := &in.Snapshot.Users[0]
			u.Sources = append(u.Sources, through(visio))
			plan.SortSources(u.Sources)
		}},
		"service plans are switched": {in: mover([]plan.SKU{visio, pbi}, "POWER_BI_PRO")},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.set != nil {
				tt.set(&tt.in)
			}
			var asked []string
			r := record(&tt.in)
			tt.in.Judge = watched{r, func(c plan.Case) {
				if c.Facts.Swapped {
					asked = append(asked, c.Change.Product.PartNumber)
				}
			}}
			m, err := plan.New(t.Context(), tt.in)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range m.Plan.Changes {
				if r.cases["ann "+c.Product.PartNumber].Facts.Swapped {
					got = append(got, c.Product.PartNumber)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if tt.all != nil && !slices.Equal(asked, tt.all) {
				t.Errorf("asked of %v, want %v", asked, tt.all)
			}
		})
	}
}

// A watched judge shows each case that it is asked about.
type watched struct {
	*recorder
	see func(plan.Case)
}

func (w watched) Changes(ctx context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	for _, c := range cases {
		w.see(c)
	}
	return w.recorder.Changes(ctx, cases)
}

// TestSwappedIsNotCounted: what the rules were told last of an executable change
// is what the limits count: a seat that is lost counts, or is swapped, or is of a
// free product.
func TestSwappedIsNotCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		if seldom(t, "uncounted") {
			in.Desired.Settings.Limits.Uncounted = names("POWER_BI_PRO")
		}
		in.Judge = noticing{}
		m := newPlan(t, in)
		told, counted := m.Swapped(), m.Counted(m.Plan, func(*plan.Change) bool { return true })
		for _, c := range m.Plan.Executable() {
			free := c.SKU() == pbi && len(in.Desired.Settings.Limits.Uncounted) > 0
			swapped := told[c.ID]
			if swapped && (!c.Lost() || free) || counted[c.ID] != (c.Lost() && !free && !swapped) {
				t.Fatalf("%s of %s %s: swapped %t, counted %t", c.Action, c.User.UserPrincipalName, c.Product.PartNumber, swapped, counted[c.ID])
			}
			if said := slices.ContainsFunc(c.Decisions, func(d plan.Decision) bool { return d.Message == "noticed" }); said != (c.Lost() && !swapped) {
				t.Fatalf("%s of %s %s: swapped %t, noticed %t", c.Action, c.User.UserPrincipalName, c.Product.PartNumber, swapped, said)
			}
		}
	})
}

// TestSwapsAreNotAskedAbout: whether somebody signed in of late who swaps a product
// is of no matter, but to rules of one's own.
func TestSwapsAreNotAskedAbout(t *testing.T) {
	in := mover([]plan.SKU{e5, visio}, "SPE_E3")
	if got := needed(t, in).SignIns; !slices.Equal(got, []plan.UserID{ann}) {
		t.Errorf("one of two is lost: got %v, want ann", got)
	}
	in = mover([]plan.SKU{e5}, "SPE_E3")
	if got := needed(t, in).SignIns; len(got) > 0 {
		t.Errorf("a swap: got %v, want nobody", got)
	}
	for _, n := range mustNew(t, in).Notes {
		if n.Code == "recent-use" {
			t.Errorf("got the note %q", n.Text)
		}
	}
	in.Policy.Own = []string{"mine"}
	if got := needed(t, in).SignIns; !slices.Equal(got, []plan.UserID{ann}) {
		t.Errorf("with a rule of one's own: got %v, want ann", got)
	}
}

// A noticing judge warns of every product that is lost and not swapped.
type noticing struct{ strict }

func (n noticing) Changes(ctx context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	out, err := n.strict.Changes(ctx, cases)
	for i, c := range cases {
		if c.Change.Action == plan.Unassign && c.Change.Held.Direct && !c.Change.Held.ThroughGroup() && !c.Facts.Swapped {
			out[i] = append(out[i], plan.Decision{Code: "R108", Level: plan.LevelWarn, Message: "noticed"})
		}
	}
	return out, err
}

// TestSkippedLeavesAHalf: what is skipped is no half of a swap, another removal is
// then, and what that takes for good is still told.
func TestSkippedLeavesAHalf(t *testing.T) {
	in := mover([]plan.SKU{e5, visio})
	in.Snapshot.Users[0].AccountEnabled = plan.Yes
	in.Snapshot.Users[0].UserPrincipalName = "bob@contoso.com"
	in.Desired.Users = nil
	skip := remove("skip", 1, list("SPE_E5"), who("bob@contoso.com")...)
	skip.DataLoss = plan.LossSkip
	in.Desired.Remove = []plan.Remove{skip, remove("back", 2, list("VISIOCLIENT"), who("bob@contoso.com")...)}
	in.Desired.Products = []plan.ProductEntry{{Ref: at(plan.KindProducts, "POWER_BI_PRO", 3), Product: plan.Name{Text: "POWER_BI_PRO"}, Add: who("bob@contoso.com")}}
	in.Judge = noticing{}
	var got []string
	for _, c := range mustNew(t, in).Changes {
		for _, d := range c.Decisions {
			got = append(got, c.Product.PartNumber+" "+d.Code)
		}
	}
	if len(got) > 0 {
		t.Errorf("got %v, want no finding: Visio is given back for Power BI", got)
	}
}

// A grudging judge denies an undo every other removal, or what gives back.
type grudging struct {
	strict
	gives bool
}

func (g grudging) Changes(ctx context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	out, err := g.strict.Changes(ctx, cases)
	for i, c := range cases {
		takes := c.Change.Action == plan.Unassign
		if c.Facts.Undo && c.Change.ID[len(c.Change.ID)-1]%2 == 0 && takes != g.gives {
			out[i] = append(out[i], plan.Decision{Code: "R111", Level: plan.LevelDeny})
		}
	}
	return out, err
}

// TestUndoGivesAlone: what an undo gives back never falls with what it takes; nobody
// loses what he was given while he is not given back what that stands for.
func TestUndoGivesAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		p := newPlan(t, in).Plan
		executed := map[string]time.Time{}
		for _, c := range p.Executable() {
			executed[c.ID] = time.Time{}
		}
		in.Snapshot = carryOut(t, in, p)
		gives := rapid.Bool().Draw(t, "what gives is denied")
		in.Judge = grudging{gives: gives}
		m, err := plan.Undo(context.Background(), plan.UndoInput{Input: in, Run: "run", Plan: p, Executed: executed})
		if err != nil {
			t.Fatal(err)
		}
		barred := map[plan.UserID]bool{}
		for i := range m.Plan.Changes {
			c := &m.Plan.Changes[i]
			if c.Action == plan.Assign && !c.Verdict.Executable() {
				if barred[c.Request] = true; !gives {
					t.Fatalf("%s is not given back:\n%s", c.ID, strings.Join(lines(m.Plan), "\n"))
				}
			}
		}
		for _, c := range m.Plan.Executable() {
			if c.Action == plan.Unassign && barred[c.Request] {
				t.Fatalf("%s is taken and nothing given back:\n%s", c.ID, strings.Join(lines(m.Plan), "\n"))
			}
		}
	})
}
