package plan_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A recorder is a judge that remembers what it was asked.
type recorder struct {
	strict
	cases map[string]plan.Case
	facts plan.PlanFacts
	says  []plan.Decision // about the plan
}

func (r *recorder) Changes(ctx context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	for _, c := range cases {
		name, _, _ := strings.Cut(c.Change.User.UserPrincipalName, "@")
		r.cases[name+" "+c.Change.Product.PartNumber] = c
	}
	return r.strict.Changes(ctx, cases)
}

func (r *recorder) Plan(_ context.Context, f plan.PlanFacts) ([]plan.Decision, error) {
	r.facts = f
	return r.says, nil
}

func record(in *plan.Input) *recorder {
	r := &recorder{cases: map[string]plan.Case{}}
	in.Judge = r
	return r
}

// crowd is n people who hold Visio directly and lose it.
func crowd(n int) plan.Input {
	var people []plan.User
	for i := range n {
		people = append(people, person(plan.UserID(fmt.Sprintf("00000000-0000-4000-8000-%012x", i)), fmt.Sprintf("p%d", i), direct(visio)))
	}
	in := with(people...)
	for i := range in.Snapshot.Products {
		in.Snapshot.Products[i].Enabled = 10 * n
	}
	in.Desired.Remove = []plan.Remove{remove("r", 1, list("VISIOCLIENT"), plan.Who{Everyone: true})}
	return in
}

// TestFigures is what counts as a removal, and against which limit.
func TestFigures(t *testing.T) {
	raise := func(r plan.Raise) func(*plan.Input) {
		return func(in *plan.Input) {
			r.Until, r.Reason = "2026-12-31", "CHG-1"
			in.Desired.Settings.Limits.Raise = append(in.Desired.Settings.Limits.Raise, r)
		}
	}
	visioName := &plan.Name{Text: "VISIOCLIENT"}
	tests := []struct {
		name   string
		people int
		say    []func(*plan.Input)
		want   string // count, recent, limit, seats, percent, all | products | assigns
	}{
		{"the default limit", 10, nil, "10+0 of 25, 10 seats 5%, all 10 | VISIOCLIENT 10 of 10 20% | 0"},
		{"0.5 % rounded up where that is more", 5001, nil, "5001+0 of 26, 5001 seats 5%, all 5001 | VISIOCLIENT 5001 of 5001 20% | 0"},
		{"a limit that was given", 5001, []func(*plan.Input){func(in *plan.Input) {
			in.Desired.Settings.Limits.Removals, in.Desired.Settings.Limits.RemovalsGiven = 7, true
		}}, "5001+0 of 7, 5001 seats 5%, all 5001 | VISIOCLIENT 5001 of 5001 20% | 0"},
		{"free products count nowhere", 10, []func(*plan.Input){func(in *plan.Input) {
			in.Desired.Settings.Limits.Uncounted = names("VISIOCLIENT")
			in.Recent = map[plan.SKU]int{visio: 3}
		}}, "0+0 of 25, 0 seats 5%, all 0 |  | 0"},
		{"what the ledger took", 10, []func(*plan.Input){func(in *plan.Input) { in.Recent = map[plan.SKU]int{visio: 3, pbi: 2} }},
			"10+5 of 25, 10 seats 5%, all 10 | VISIOCLIENT 10 of 10 20% | 0"},
		{"swaps", 10, []func(*plan.Input){func(in *plan.Input) {
			in.Desired.Settings.Manage.Assign = true
			in.Desired.Rules = []plan.Rule{{Ref: at(plan.KindRules, "a", 2), Match: *selector(plan.KeyUPN, "*"), Add: []plan.Wanted{want("POWER_BI_PRO")}}}
		}}, "0+0 of 25, 10 seats 5%, all 0 |  | 10"},
		{"what a free product replaces is no swap", 10, []func(*plan.Input){func(in *plan.Input) {
			in.Desired.Settings.Manage.Assign = true
			in.Desired.Settings.Limits.Uncounted = names("POWER_BI_PRO")
			in.Desired.Rules = []plan.Rule{{Ref: at(plan.KindRules, "a", 2), Match: *selector(plan.KeyUPN, "*"), Add: []plan.Wanted{want("POWER_BI_PRO")}}}
		}}, "10+0 of 25, 10 seats 5%, all 10 | VISIOCLIENT 10 of 10 20% | 10"},
		{"a free seat that goes beside a swap is no half of it", 10, []func(*plan.Input){func(in *plan.Input) {
			for i := range in.Snapshot.Users {
				in.Snapshot.Users[i].Sources = append(in.Snapshot.Users[i].Sources, direct(e3))
				plan.SortSources(in.Snapshot.Users[i].Sources)
			}
			in.Desired.Settings.Manage.Assign = true
			in.Desired.Settings.Limits.Uncounted = names("SPE_E3") // comes before Visio
			in.Desired.Remove[0].DataLoss = plan.LossAccept
			in.Desired.Remove[0].Products = list("VISIOCLIENT", "SPE_E3")
			in.Desired.Rules = []plan.Rule{{Ref: at(plan.KindRules, "a", 2), Match: *selector(plan.KeyUPN, "*"), Add: []plan.Wanted{want("POWER_BI_PRO")}}}
		}}, "0+0 of 25, 10 seats 5%, all 0 |  | 10"},
		{"two go for one that comes", 10, []func(*plan.Input){func(in *plan.Input) {
			for i := range in.Snapshot.Users {
				in.Snapshot.Users[i].Sources = append(in.Snapshot.Users[i].Sources, direct(e3))
				plan.SortSources(in.Snapshot.Users[i].Sources)
			}
			in.Desired.Settings.Manage.Assign = true
			in.Desired.Remove[0].Products = list("VISIOCLIENT", "SPE_E3")
			in.Desired.Rules = []plan.Rule{{Ref: at(plan.KindRules, "a", 2), Match: *selector(plan.KeyUPN, "*"), Add: []plan.Wanted{want("SPE_E5")}}}
		}}, "10+0 of 25, 20 seats 5%, all 10 | VISIOCLIENT 10 of 10 20% | 10"},
		{"an adjust is neither", 10, []func(*plan.Input){func(in *plan.Input) {
			for i := range in.Snapshot.Users {
				in.Snapshot.Users[i].Sources = []plan.Source{direct(e3)}
			}
			in.Desired.Settings.Manage.Assign = true
			in.Desired.Remove = nil
			in.Desired.Rules = []plan.Rule{{Ref: at(plan.KindRules, "a", 2), Match: *selector(plan.KeyUPN, "*"),
				Add: []plan.Wanted{{Product: plan.Name{Text: "SPE_E3"}, PlansGiven: true, DisabledPlans: names("YAMMER_ENTERPRISE")}}}}
		}}, "0+0 of 25, 10 seats 5%, all 0 |  | 0"},
		{"a seat that stays through a group", 10, []func(*plan.Input){func(in *plan.Input) {
			for i := range in.Snapshot.Users {
				in.Snapshot.Users[i].Sources = append(in.Snapshot.Users[i].Sources, through(visio))
			}
		}}, "0+0 of 25, 10 seats 5%, all 0 |  | 0"},
		{"a general raise", 10, []func(*plan.Input){raise(plan.Raise{Removals: 40, RemovalPercent: 50})}, "10+0 of 40, 10 seats 50%, all 0 | VISIOCLIENT 10 of 10 20% | 0"},
		{"a general raise that is too small", 10, []func(*plan.Input){raise(plan.Raise{Removals: 9})}, "10+0 of 25, 10 seats 5%, all 10 | VISIOCLIENT 10 of 10 20% | 0"},
		{"a raise of the product", 10, []func(*plan.Input){raise(plan.Raise{Product: visioName, Removals: 12, ProductPercent: 100}),
			func(in *plan.Input) { in.Recent = map[plan.SKU]int{visio: 3} }},
			"0+0 of 25, 10 seats 5%, all 0 | VISIOCLIENT 10 of 10 100% raised to 12, 3 recent | 0"},
		{"a raise of the product's percentage alone", 10, []func(*plan.Input){raise(plan.Raise{Product: visioName, ProductPercent: 100})},
			"0+0 of 25, 10 seats 5%, all 0 | VISIOCLIENT 10 of 10 100% raised to 25, 0 recent | 0"},
		{"a raise on its last day", 10, []func(*plan.Input){func(in *plan.Input) {
			in.Desired.Settings.Limits.Raise = []plan.Raise{{Removals: 99, Until: "2026-11-20", Reason: "CHG-1"}}
		}}, "10+0 of 99, 10 seats 5%, all 0 | VISIOCLIENT 10 of 10 20% | 0"},
		{"several raises of all and of one", 10, []func(*plan.Input){raise(plan.Raise{Removals: 40}), raise(plan.Raise{Removals: 30, ProductPercent: 60, Assignments: 50}),
			raise(plan.Raise{Product: visioName, Removals: 12}), raise(plan.Raise{Product: visioName, Removals: 11, ProductPercent: 50}),
			func(in *plan.Input) { in.Recent = map[plan.SKU]int{visio: 3, pbi: 2} }},
			"0+2 of 40, 10 seats 5%, all 0 | VISIOCLIENT 10 of 10 60% raised to 12, 3 recent | 0"},
		{"a raise of another product", 10, []func(*plan.Input){raise(plan.Raise{Product: &plan.Name{Text: "SPE_E3"}, Removals: 99, ProductPercent: 100})},
			"10+0 of 25, 10 seats 5%, all 10 | VISIOCLIENT 10 of 10 20% | 0"},
		{"a raise that has ended", 10, []func(*plan.Input){func(in *plan.Input) {
			in.Desired.Settings.Limits.Raise = []plan.Raise{{Removals: 99, Until: "2026-11-19", Reason: "CHG-1"}}
		}}, "10+0 of 25, 10 seats 5%, all 10 | VISIOCLIENT 10 of 10 20% | 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := crowd(tt.people)
			for _, say := range tt.say {
				say(&in)
			}
			r := record(&in)
			mustNew(t, in)
			if got := figures(r.facts); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func figures(f plan.PlanFacts) string {
	x := f.Removals
	var products []string
	for _, p := range f.Products {
		s := fmt.Sprintf("%s %d of %d %d%%", p.Product.PartNumber, p.Removals, p.Seats, p.Percent)
		if p.Raised {
			s += fmt.Sprintf(" raised to %d, %d recent", p.Limit, p.Recent)
		}
		products = append(products, s)
	}
	return fmt.Sprintf("%d+%d of %d, %d seats %d%%, all %d | %s | %d", x.Count, x.Recent, x.Limit, x.Seats, x.Percent, x.All, strings.Join(products, "; "), f.Assignments)
}

// TestGuardsStop: a guard that trips guards the plan, one that counts at apply
// does not, and an incomplete read is no plan at all.
func TestGuardsStop(t *testing.T) {
	in := crowd(4)
	r := record(&in)
	r.says = []plan.Decision{{Code: "R201", Level: plan.LevelGuard, Message: "too many"}}
	if p := mustNew(t, in); p.Summary.Verdict != plan.Guarded || len(plan.Tripped(p.Guards, plan.AtPlan)) != 1 {
		t.Errorf("got %s, want guarded", p.Summary.Verdict)
	}
	r.says = []plan.Decision{{Code: "R201", Level: plan.LevelGuard}}
	if p := mustNew(t, in); p.Summary.Verdict != plan.Guarded {
		t.Errorf("a guard without words: got %s, want guarded", p.Summary.Verdict)
	}
	r.says = []plan.Decision{{Code: "R101", Level: plan.LevelGuard, Message: "not allowed to"}}
	p := mustNew(t, in)
	if p.Summary.Verdict == plan.Guarded || len(plan.Tripped(p.Guards, plan.AtApply)) != 1 {
		t.Errorf("got %s, want a plan that another identity can apply", p.Summary.Verdict)
	}
	if !slices.ContainsFunc(p.Notes, func(n plan.Note) bool { return n.Code == "R101" }) {
		t.Error("the plan does not note R101")
	}
	r.says = []plan.Decision{{Code: "R999", Level: plan.LevelGuard, Message: "a rule of tomorrow"}}
	if p := mustNew(t, in); p.Summary.Verdict != plan.Guarded {
		t.Errorf("a guard that is not known: got %s, want guarded", p.Summary.Verdict)
	}
	var incomplete *plan.IncompleteError
	r.says = []plan.Decision{{Code: "R206", Level: plan.LevelGuard, Message: "half of it"}}
	if _, err := plan.New(t.Context(), in); !errors.As(err, &incomplete) {
		t.Errorf("got %v, want not evaluated", err)
	}
	r.says = nil
	for _, what := range []string{plan.ReadUsers, plan.ReadProducts, plan.ReadRoles, plan.ReadEligibility} {
		in.Snapshot.Reads = []plan.Read{{What: what, Status: plan.ReadDenied, Reason: "403"}}
		if _, err := plan.New(t.Context(), in); !errors.As(err, &incomplete) {
			t.Errorf("%s was denied: got %v, want not evaluated", what, err)
		}
	}
}

// TestReadFacts are the figures of R206.
func TestReadFacts(t *testing.T) {
	in := crowd(3)
	in.Snapshot.Count = plan.UserCount{Before: 3, After: 9}
	for i := range in.Snapshot.Products {
		if in.Snapshot.Products[i].SKU == pbi {
			in.Snapshot.Products[i].Consumed = 5
		}
	}
	in.Snapshot.Users[0].Sources = append(in.Snapshot.Users[0].Sources, plan.Source{SKU: pbi, Group: grp, State: plan.ErrorState})
	plan.SortSources(in.Snapshot.Users[0].Sources)
	in.Hour = map[plan.SKU]int{pbi: 1}
	r := record(&in)
	mustNew(t, in)
	f := r.facts.Reads
	if f.Users != 3 || f.CountBefore != 3 || f.CountAfter != 9 || len(f.Unheld) != 1 || f.Unheld[0].Consumed != 5 || f.Unheld[0].Recent != 1 {
		t.Errorf("got %+v", f)
	}
}

// TestRoles: directly, through a group, eligible, over a unit; a role that
// nobody described; a group whose members are not known is no plan.
func TestRoles(t *testing.T) {
	const admin, helpdesk, own plan.RoleID = "62e90394-69f5-4237-9190-012177145e10", "729827e3-9c14-49f7-bb1b-9608f156bbb8", "00000000-0000-4000-8000-0000000000aa"
	in := crowd(1)
	s := in.Snapshot
	id := string(s.Users[0].ID)
	s.Roles = []plan.Role{{ID: admin, TemplateID: admin, Name: "Global Administrator"}, {ID: helpdesk, TemplateID: helpdesk, Name: "Helpdesk Administrator"}}
	s.Groups = []plan.Group{{ID: grp, DisplayName: "tier-0", Members: []plan.UserID{s.Users[0].ID}, MembersRead: true}}
	s.RoleAssignments = []plan.RoleAssignment{
		{ID: "1", Role: admin, Principal: id, Kind: plan.PrincipalUser, Scope: "/", Eligible: true},
		{ID: "2", Role: helpdesk, Principal: string(grp), Kind: plan.PrincipalGroup, Scope: "/"},
		{ID: "3", Role: own, Principal: id, Kind: plan.PrincipalUser, Scope: "/administrativeUnits/x"},
	}
	r := record(&in)
	mustNew(t, in)
	var got []string
	for _, h := range r.cases["p0 VISIOCLIENT"].Facts.Roles {
		got = append(got, fmt.Sprintf("%s %s %s unit=%t known=%t builtin=%t", h.Name, h.How, h.Group, h.Unit, h.Known, h.BuiltIn))
	}
	want := []string{
		string(own) + " direct  unit=true known=false builtin=false",
		"Global Administrator eligible  unit=false known=true builtin=true",
		"Helpdesk Administrator group tier-0 unit=false known=true builtin=true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	s.Groups[0].MembersRead = false
	var incomplete *plan.IncompleteError
	if _, err := plan.New(t.Context(), in); !errors.As(err, &incomplete) {
		t.Errorf("members not known: got %v, want not evaluated", err)
	}
}

// TestProtection: by list, by match, and by a match that is not known.
func TestProtection(t *testing.T) {
	in := crowd(2)
	p := &in.Desired.Settings.Protect
	p.Users = []plan.Name{{Text: "p0@contoso.com", Place: plan.Place{File: "reseat.yaml", Line: 9}}}
	p.Match = []plan.Selector{*selector(plan.KeyMemberOf, "nowhere")}
	r := record(&in)
	mustNew(t, in)
	if f := r.cases["p0 VISIOCLIENT"].Facts.Protected; !f.Listed || f.Place != "reseat.yaml:9" {
		t.Errorf("listed: got %+v", f)
	}
	if f := r.cases["p1 VISIOCLIENT"].Facts.Protected; f.Listed || f.Matched != plan.Unknown {
		t.Errorf("a group that is not known: got %+v, want unknown", f)
	}
	p.Users[0].Text = "nobody@contoso.com"
	mustNew(t, in)
	if got := r.facts.Unresolved; len(got) != 1 || got[0].Where != "protect" {
		t.Errorf("got %v, want the name that is nobody", got)
	}
}

// TestSelfService: what settles it, and what is evidence.
func TestSelfService(t *testing.T) {
	in := crowd(2)
	owner := in.Snapshot.Users[1].ID
	in.Snapshot.Subscriptions = []plan.Subscription{{ID: "s", SKU: visio, OwnerID: string(owner), OwnerType: "User"}}
	r := record(&in)
	class := func() string {
		t.Helper()
		mustNew(t, in)
		return r.cases["p0 VISIOCLIENT"].Facts.SelfService.Class
	}
	if got := class(); got != "probable" {
		t.Errorf("owned by a user: got %s, want probable", got)
	}
	in.Snapshot.Subscriptions[0].OwnerTenantID = "331af819-0000-4000-8000-000000000000"
	if got := class(); got != "none" {
		t.Errorf("made by a partner: got %s, want none", got)
	}
	in.Snapshot.Subscriptions[0].OwnerTenantID = ""
	in.Snapshot.RoleAssignments = []plan.RoleAssignment{{ID: "1", Role: "62e90394-69f5-4237-9190-012177145e10", Principal: string(owner), Kind: plan.PrincipalUser, Scope: "/"}}
	if got := class(); got != "none" {
		t.Errorf("owned by an administrator: got %s, want none", got)
	}
	in.Desired.Settings.SelfService.Products = names("VISIOCLIENT")
	if got := class(); got != "declared" {
		t.Errorf("got %s, want declared", got)
	}
	in.Desired.Settings.SelfService.TakenOver = names("VISIOCLIENT")
	if got := class(); got != "settled" {
		t.Errorf("got %s, want settled", got)
	}
}

// TestValidUntil: never later than the day on which a statement would speak otherwise.
func TestValidUntil(t *testing.T) {
	day := func(d string) time.Time { return plan.Day(d).Start() }
	in := crowd(4)
	in.Now = day("2026-11-20").Add(8 * time.Hour)
	in.Desired.Settings.ValidFor = 14 * 24 * time.Hour
	check := func(what string, want time.Time) {
		t.Helper()
		if got := mustNew(t, in).ValidUntil; !got.Equal(want) {
			t.Errorf("%s: got %s, want %s", what, got, want)
		}
	}
	check("nothing changes", day("2026-12-04").Add(8*time.Hour))
	in.Desired.Keep = []plan.Keep{{Ref: at(plan.KindKeep, "k", 5), Who: who("p0@contoso.com"), Products: list("SPE_E3"), Span: plan.Span{Until: "2026-11-30"}}}
	check("a keep ends", day("2026-12-01"))
	in.Desired.Remove[0].Span = plan.Span{Until: "2026-11-25"}
	check("a remove ends before", day("2026-11-26"))
	in.Desired.Settings.Limits.Raise = []plan.Raise{{Removals: 30, Until: "2026-11-21", Reason: "CHG"}}
	check("a raise in use ends before", day("2026-11-22"))
}

// TestFiguresOfWhatIsReady: at apply the figures are those of what would still be
// sent, and what counts then is what the ledger is told.
func TestFiguresOfWhatIsReady(t *testing.T) {
	in := crowd(10)
	in.Desired.Settings.Manage.Assign = true
	in.Desired.Rules = []plan.Rule{{Ref: at(plan.KindRules, "a", 2), Match: *selector(plan.KeyUPN, "p1@*"), Add: []plan.Wanted{want("POWER_BI_PRO")}}}
	r := record(&in)
	m, err := plan.New(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := figures(r.facts), "9+0 of 25, 10 seats 5%, all 9 | VISIOCLIENT 9 of 10 20% | 1"; got != want {
		t.Errorf("at plan: got %s, want %s", got, want)
	}
	all := m.Plan.Executable()
	takes := func(c *plan.Change) bool { return c.Action == plan.Unassign && c.ID <= all[2].ID }
	if _, err := m.Guards(t.Context(), takes); err != nil || !r.facts.Apply {
		t.Errorf("got %v, at apply %t", err, r.facts.Apply)
	}
	// p0, and p1 whose new seat is there by now: no swap any more.
	if got, want := figures(r.facts), "2+0 of 25, 10 seats 5%, all 2 | VISIOCLIENT 2 of 10 20% | 0"; got != want {
		t.Errorf("at apply: got %s, want %s", got, want)
	}
	none := func(*plan.Change) bool { return false }
	if all, some := m.Counted(m.Plan, none), m.Counted(m.Plan, takes); len(all) != 9 || len(some) != 10 {
		t.Errorf("got %d counted of all and %d with what is ready, want 9 and 10", len(all), len(some))
	}
}

// TestWorstProduct: the row of R203 shows the product nearest to its limit.
func TestWorstProduct(t *testing.T) {
	in := crowd(10)
	for i := range in.Snapshot.Users[:4] {
		u := &in.Snapshot.Users[i]
		u.Sources = append(u.Sources, direct(pbi))
		plan.SortSources(u.Sources)
	}
	in.Desired.Remove = []plan.Remove{remove("v", 1, list("VISIOCLIENT"), who("p0@contoso.com", "p1@contoso.com", "p2@contoso.com")...),
		remove("p", 2, list("POWER_BI_PRO"), who("p0@contoso.com", "p1@contoso.com")...)}
	for _, tt := range []struct {
		raise int
		want  string
	}{{0, "POWER_BI_PRO 2 of 0, 4 seats 20%"}, {95, "VISIOCLIENT 3 of 2, 10 seats 20%"}} {
		if tt.raise > 0 {
			in.Desired.Settings.Limits.Raise = []plan.Raise{{Product: &plan.Name{Text: "POWER_BI_PRO"}, ProductPercent: tt.raise, Until: "2026-12-31", Reason: "CHG"}}
		}
		g := mustNew(t, in).Guards
		i := slices.IndexFunc(g, func(g plan.Guard) bool { return g.Code == "R203" })
		if got := fmt.Sprintf("%s %d of %d, %d seats %d%%", g[i].Subject, g[i].Value, g[i].Limit, g[i].Of, g[i].Percent); got != tt.want {
			t.Errorf("raised to %d: got %s, want %s", tt.raise, got, tt.want)
		}
	}
}

// TestPlainRoles: none of the lists of roles has what another has, and people with
// an everyday role are not protected.
func TestPlainRoles(t *testing.T) {
	lists := plan.RoleLists()
	seen := map[plan.RoleID]string{}
	for _, list := range lists {
		for id, name := range list {
			if seen[id] != "" || len(id) != 36 || string(id) != strings.ToLower(string(id)) {
				t.Errorf("%s %s: on two lists, or no id", id, name)
			}
			seen[id] = name
		}
	}
	plain := lists[2]
	for id, name := range map[plan.RoleID]string{
		"88d8e3e3-8f55-4a1e-953a-9b9898b8876b": "Directory Readers", "4a5d8f65-41da-4de4-8968-e035b65339cf": "Reports Reader",
		"790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b": "Message Center Reader", "95e79109-95c0-4d8e-aee3-d01accf2d47b": "Guest Inviter",
		"e8cef6f1-e4bd-4ea8-bc07-4b8d950f4477": "Printer Technician",
	} {
		if plain[id] != name {
			t.Errorf("%s: got %q, want %q", id, plain[id], name)
		}
	}
}

// TestPrivileged: what a definition says of itself, what is known of Microsoft's
// roles where it does not, and nothing of a role that the tenant made.
func TestPrivileged(t *testing.T) {
	const intune, readers, own plan.RoleID = "3a2c62db-5318-420d-8d74-23affee5d9d5", "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "00000000-0000-4000-8000-0000000000aa"
	for _, tt := range []struct {
		id      plan.RoleID
		builtIn bool
		says    plan.Truth
		want    plan.Truth
	}{
		{intune, true, plan.Unknown, plan.Yes}, {intune, true, plan.No, plan.No}, {readers, true, plan.Unknown, plan.No}, {readers, true, plan.Yes, plan.Yes},
		{own, false, plan.Unknown, plan.Unknown}, {own, false, plan.Yes, plan.Yes}, {own, false, plan.No, plan.No},
		{"62e90394-69f5-4237-9190-012177145e10", true, plan.Unknown, plan.Yes},
		{own, true, plan.Unknown, plan.Unknown},      // newer than the lists
		{readers, false, plan.Unknown, plan.Unknown}, // says that it is the tenant's own
	} {
		in := crowd(1)
		in.Snapshot.Roles = []plan.Role{{ID: tt.id, TemplateID: tt.id, Name: "a role", BuiltIn: tt.builtIn, Privileged: tt.says}}
		in.Snapshot.RoleAssignments = []plan.RoleAssignment{{ID: "1", Role: tt.id, Principal: string(in.Snapshot.Users[0].ID), Kind: plan.PrincipalUser, Scope: "/"}}
		r := record(&in)
		mustNew(t, in)
		if held := r.cases["p0 VISIOCLIENT"].Facts.Roles; len(held) != 1 || held[0].Privileged != tt.want {
			t.Errorf("%s, which says %s: got %+v, want %s", tt.id, tt.says, held, tt.want)
		}
	}
}

// TestAssignmentLimit: a general raise lifts it, one that is lower does not.
func TestAssignmentLimit(t *testing.T) {
	for raised, want := range map[int]int{0: 25, 24: 25, 26: 26} {
		in := crowd(1)
		if raised > 0 {
			in.Desired.Settings.Limits.Raise = []plan.Raise{{Assignments: raised, Until: "2026-12-31", Reason: "CHG-1"}}
		}
		r := record(&in)
		if mustNew(t, in); r.facts.AssignmentLimit != want {
			t.Errorf("raised to %d: got %d, want %d", raised, r.facts.AssignmentLimit, want)
		}
	}
}
