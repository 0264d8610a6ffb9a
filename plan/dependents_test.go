package plan_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// Service plans that others need, and those that need them.
var (
	sites    = plan.ServicePlan{ID: "5dbe027f-2339-4123-9542-606e4d348a72", Name: "SHAREPOINTENTERPRISE"}
	projects = plan.ServicePlan{ID: "fe71d6c3-a2ea-4499-9778-da042bf08063", Name: "SHAREPOINT_PROJECT"}
	exchange = plan.ServicePlan{ID: "efb87545-963c-4e0d-99df-69c6916d9eb0", Name: "EXCHANGE_S_ENTERPRISE"}
	deskless = plan.ServicePlan{ID: "4a82b400-a79f-41a4-b4e2-e94f5787b113", Name: "EXCHANGE_S_DESKLESS"}
	standard = plan.ServicePlan{ID: "9aaf7827-d63c-4b61-89c3-182f06f82e5c", Name: "EXCHANGE_S_STANDARD"}
	teams    = plan.ServicePlan{ID: "57ff2da0-773e-42df-b2af-ffb7a2317929", Name: "TEAMS1"}
	skype    = plan.ServicePlan{ID: "0feaeb32-d00e-4d66-bd5a-43b5b83db82c", Name: "MCOSTANDARD"}
	phones   = plan.ServicePlan{ID: "4828c8ec-dc2e-4779-b502-87ac9ce28ab7", Name: "MCOEV"}
	dialIn   = plan.ServicePlan{ID: "3e26ee1f-8a5f-4d52-aee2-b81ce45c8f40", Name: "MCOMEETADV"}
	archive  = plan.ServicePlan{ID: "176a09a6-7ec5-4039-ac02-b2791c6ba793", Name: "EXCHANGE_S_ARCHIVE_ADDON"}
	defender = plan.ServicePlan{ID: "f20fedf3-f3c3-43c3-8267-2bfdd51c0939", Name: "ATP_ENTERPRISE"}
	calling  = plan.ServicePlan{ID: "00000000-0000-4000-8000-00000000ca11", Name: "mcopstn99"}
	other    = plan.ServicePlan{ID: "00000000-0000-4000-8000-00000000ca12", Name: "SOMETHING"}
)

// carrying gives products of a tenant other service plans.
func carrying(in *plan.Input, sku plan.SKU, plans ...plan.ServicePlan) {
	product(in, sku).Plans = plans
}

func dependents(list []plan.Dependent) string {
	var out []string
	for _, d := range list {
		out = append(out, fmt.Sprintf("%s %s needs %s", d.Product.PartNumber, d.Plan, d.Needs))
	}
	return strings.Join(out, ", ")
}

// TestPlansNeedPlans: ann keeps Visio, which carries one plan, and loses E3, which
// carries another.
func TestPlansNeedPlans(t *testing.T) {
	for _, tt := range []struct {
		keeps, loses plan.ServicePlan
		needs        bool
	}{
		{projects, sites, true},
		{projects, exchange, false},
		{defender, exchange, true},
		{defender, deskless, true},
		{archive, exchange, true},
		{archive, standard, true},
		{archive, deskless, false},
		{phones, teams, true},
		{phones, skype, true},
		{phones, sites, false},
		{dialIn, teams, true},
		{calling, phones, true},
		{calling, teams, false},
		{other, teams, false},
		{sites, projects, false},
	} {
		t.Run(tt.keeps.Name+" without "+tt.loses.Name, func(t *testing.T) {
			in := leaver(direct(visio))
			carrying(&in, visio, tt.keeps)
			carrying(&in, e3, tt.loses)
			r := record(&in)
			mustNew(t, in)
			want := ""
			if tt.needs {
				want = "VISIOCLIENT " + tt.keeps.Name + " needs " + tt.loses.Name
			}
			if got := dependents(r.cases["ann SPE_E3"].Facts.NeededBy); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// TestNeededBy is over the person as the whole request leaves him. E3 carries
// SharePoint and goes, Visio carries what needs it.
func TestNeededBy(t *testing.T) {
	const needed = "VISIOCLIENT SHAREPOINT_PROJECT needs SHAREPOINTENTERPRISE"
	sources := func(list ...plan.Source) func(*plan.Input) {
		return func(in *plan.Input) {
			plan.SortSources(list)
			in.Snapshot.Users[0].Sources = list
		}
	}
	state := func(s plan.Source, state plan.SourceState) plan.Source { s.State = state; return s }
	takes := func(in *plan.Input, parts ...string) {
		in.Desired.Remove[0].Products = list(append(parts, "SPE_E3")...)
	}
	adjusts := func(off ...string) func(*plan.Input) {
		return func(in *plan.Input) {
			in.Desired.Settings.Manage.Assign = true
			in.Desired.Remove, in.Desired.Users = nil, []plan.UserEntry{exact(1, "ann@contoso.com", "SPE_E3", "VISIOCLIENT")}
			in.Desired.Users[0].Licenses[0].PlansGiven = true
			in.Desired.Users[0].Licenses[0].DisabledPlans = names(off...)
		}
	}
	for name, tt := range map[string]struct {
		set  func(*plan.Input)
		want string
	}{
		"kept directly":                    {func(*plan.Input) {}, needed},
		"kept through a group":             {sources(direct(e3), through(visio)), needed},
		"kept both ways is told once":      {sources(direct(e3), direct(visio), through(visio)), needed},
		"a group failed to give it":        {sources(direct(e3), state(through(visio), plan.ErrorState)), ""},
		"its plan is off":                  {sources(direct(e3), direct(visio, projects.ID)), ""},
		"the plan that goes was off":       {sources(direct(e3, sites.ID), direct(visio)), ""},
		"goes too":                         {func(in *plan.Input) { takes(in, "VISIOCLIENT") }, ""},
		"goes too, and is denied":          {func(in *plan.Input) { takes(in, "VISIOCLIENT"); in.Judge = deny{part: "VISIOCLIENT"} }, needed},
		"another product gives it":         {sources(direct(e3), direct(visio), direct(e5)), ""},
		"another gives it through a group": {sources(direct(e3), direct(visio), through(e5)), ""},
		"the group is about to take it":    {sources(direct(e3), direct(visio), state(through(e5), plan.ActiveWithError)), needed},
		"another gives it, switched off":   {sources(direct(e3), direct(visio), direct(e5, sites.ID)), needed},
		"another gives it, and goes": {func(in *plan.Input) {
			sources(direct(e3), direct(visio), direct(e5))(in)
			takes(in, "SPE_E5")
		}, needed},
		"another gives it, and is suspended": {func(in *plan.Input) {
			sources(direct(e3), direct(visio), direct(e5))(in)
			product(in, e5).Status = "Suspended"
		}, needed},
		"the seat stays through a group": {sources(direct(e3), through(e3), direct(visio)), ""},
		"given in the same request": {func(in *plan.Input) {
			in.Desired.Settings.Manage.Assign = true
			in.Desired.Users = []plan.UserEntry{exact(1, "ann@contoso.com", "SPE_E5", "VISIOCLIENT")}
			in.Desired.Remove = nil
		}, ""},
		"what needs it is given in the same request": {func(in *plan.Input) {
			sources(direct(e3))(in)
			in.Desired.Settings.Manage.Assign = true
			in.Desired.Users = []plan.UserEntry{exact(1, "ann@contoso.com", "VISIOCLIENT")}
			in.Desired.Remove = nil
		}, needed},
		"switched off":         {adjusts("SHAREPOINTENTERPRISE"), needed},
		"another switched":     {adjusts("EXCHANGE_S_ENTERPRISE"), ""},
		"nothing to say of it": {func(in *plan.Input) { in.Snapshot.Users[0].Sources = []plan.Source{direct(e3)} }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := leaver(direct(visio))
			carrying(&in, e3, sites, exchange)
			carrying(&in, e5, sites, exchange)
			carrying(&in, visio, projects)
			tt.set(&in)
			inner := in.Judge
			r := record(&in)
			if d, ok := inner.(deny); ok {
				in.Judge = recorded{deny: d, to: r}
			}
			mustNew(t, in)
			c, there := r.cases["ann SPE_E3"]
			if got := dependents(c.Facts.NeededBy); got != tt.want || !there {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// recorded denies, and a recorder remembers.
type recorded struct {
	deny
	to *recorder
}

func (j recorded) Changes(ctx context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	if _, err := j.to.Changes(ctx, cases); err != nil {
		return nil, err
	}
	return j.deny.Changes(ctx, cases)
}

// TestDeniedInTheSecondRound: what was to go and stays, because it would cost
// the last mailbox, still needs what goes beside it.
func TestDeniedInTheSecondRound(t *testing.T) {
	in := with(person(bob, "bob", direct(e3), direct(visio)))
	carrying(&in, e3, exchange, phones)
	carrying(&in, visio, teams)
	in.Desired.Remove = []plan.Remove{remove("back", 1, list("SPE_E3", "VISIOCLIENT"), who("bob@contoso.com")...)}
	r := record(&in)
	p := mustNew(t, in)
	if got, want := lines(p), []string{"unassign bob SPE_E3 deny back", "unassign bob VISIOCLIENT allow back"}; !slices.Equal(sorted(got), want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	if got, want := dependents(r.cases["bob VISIOCLIENT"].Facts.NeededBy), "SPE_E3 MCOEV needs TEAMS1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
