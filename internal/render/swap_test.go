package render_test

import (
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

// swaps is a plan of people who move from one product to another, some through
// groups, with too few seats.
func swaps() *plan.Plan {
	w := contoso()
	p := inSync()
	rule := plan.Statement{Statement: "sales", Kind: plan.KindRules, File: "people.yaml", Line: 12}
	why := reason(plan.KindReplace, "replace SPE_E5 with SPE_E3", "products.yaml", 15)
	why.Overrides = []plan.Statement{rule}
	twice := why
	twice.Overrides = []plan.Statement{{Statement: "gus.ferreira@contoso.com", Kind: plan.KindUsers, File: "people/g.yaml", Line: 8},
		{Statement: "SPE_E5", Kind: plan.KindProducts, File: "products.yaml", Line: 2}, rule}
	free := plan.Effect{Kind: "seat", Text: "the seat becomes free"}
	goes := func(v plan.Verdict, u plan.UserRef, r plan.Reason) plan.Change {
		c := change(v, u, w.e5, direct, plan.CauseConfig, r)
		c.Effects = []plan.Effect{free}
		return c
	}
	comes := change(plan.Allow, w.gus, w.e3, plan.Held{}, plan.CauseConfig, twice)
	comes.Action, comes.After = plan.Assign, &plan.Grant{DisabledPlans: []plan.PlanID{"1"}}
	comes.Effects = []plan.Effect{{Kind: "plans", Text: "stays off: YAMMER_ENTERPRISE"},
		{Kind: "plans", Text: "off in SPE_E5 and unknown to SPE_E3, may come on again: MCOEV, MCOMEETADV"},
		{Kind: "plans", Text: "not in SPE_E5, on with SPE_E3: MDE_LITE"}}
	waits := goes(plan.Blocked, w.fay, why)
	waits.Decisions = finding("R112", plan.LevelBlocked, "no free SPE_E3 seat: keeps SPE_E5 until there is one")
	moves := goes(plan.Allow, w.gus, twice)
	moves.Becomes = w.e3.SKU
	copied := change(plan.Allow, w.ben, w.e3, throughGroup(true), plan.CauseConfig, reason(plan.KindVia, "via: group", "products.yaml", 4))
	copied.Effects = []plan.Effect{{Kind: "seat", Text: "the seat stays through lic-e3-staff; nothing is freed"}}
	p.Changes = []plan.Change{copied, waits, moves, comes}
	missing := func(u plan.UserRef, product plan.ProductRef, because plan.Because, groups ...plan.GroupName) plan.Missing {
		return plan.Missing{User: u, Product: product, Reason: why, Because: because, Groups: groups}
	}
	p.Missing = []plan.Missing{
		missing(w.fay, w.e3, plan.NoSeat), missing(w.hana, w.e3, plan.NoSeat), missing(w.dana, w.e5, plan.NoSeat),
		missing(w.carla, w.visio, plan.NeedsGroup, plan.GroupName{ID: "7a000000-1111-4222-8333-444455556666", Name: "lic-visio"},
			plan.GroupName{ID: "7b000000-1111-4222-8333-444455556666", Name: "7b000000-1111-4222-8333-444455556666"}),
		missing(w.carla, w.project, plan.NeedsGroup),
		missing(w.amelia, w.teams, plan.NoLocation),
	}
	p.NotEvaluated = []plan.NotEvaluated{{User: w.eli, Statement: "replace SPE_E5 with SPE_E3", File: "products.yaml", Line: 15, Fact: "which product, as SPE_E3 is replaced too"}}
	p.Seats[0].UsedAfter, p.Seats[0].UsedBefore = 1300, 1300
	p.Seats[3].UsedAfter = 39
	return p
}

func TestSwapsGolden(t *testing.T) {
	for name, width := range map[string]int{"swaps-80": 80, "swaps-120": 120} {
		text := planText(t, swaps(), render.Options{Width: width})
		bounded(t, text, width)
		golden(t, name, text)
	}
}

// TestOverIsHarmless: names of statements that were overridden, and of groups,
// are strangers' words.
func TestOverIsHarmless(t *testing.T) {
	p := swaps()
	for i := range p.Changes {
		p.Changes[i].Reason.Overrides = []plan.Statement{{Statement: "a\x1b[2Jb\u202e" + strings.Repeat("x", 500), Kind: "rules\x07", File: "f\n.yaml", Line: 1}, {}}
	}
	p.Missing[3].Groups[0].Name = "g\x1b]0;x\x07" + strings.Repeat("y", 500)
	text := planText(t, p, render.Options{Width: 80})
	bounded(t, text, 80)
	if strings.ContainsAny(text, "\x1b\x07\u202e") || strings.Contains(text, strings.Repeat("x", 60)) || strings.Contains(text, strings.Repeat("y", 60)) {
		t.Errorf("got\n%q", text)
	}
}
