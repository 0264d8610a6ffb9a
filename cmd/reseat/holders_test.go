package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// holdersRuns and holdersSeed are flags, as in
//
//	go test ./cmd/reseat -run '^TestHoldersGiveThePlan$' -holders.runs 5000
//	go test ./cmd/reseat -run '^TestHoldersGiveThePlan$' -holders.seed 17 -v
var (
	holdersRuns = flag.Int("holders.runs", sparing(80, 40), "how many made-up tenants are read by holders alone")
	holdersSeed = flag.Int("holders.seed", -1, "the one run to repeat, with its folder")
)

// TestHoldersGiveThePlan: over made-up tenants and folders in which nobody is
// wanted to hold something unnamed, the plan made of holders alone is the plan
// made of everyone, or the plan says that it needs them. The client, the rules
// and the simulated tenant are the real ones.
func TestHoldersGiveThePlan(t *testing.T) {
	t.Parallel()
	engine, err := policies.New(t.Context(), policies.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if *holdersSeed >= 0 {
		r := newHoldersRun(t, uint64(*holdersSeed), engine)
		t.Logf("%s\nended %s, %d of %d people", r.text, r.compare(t), r.some, r.all)
		return
	}
	ends, seen := map[string]int{}, map[string]int{}
	some, all, changes := 0, 0, 0
	for seed := range *holdersRuns {
		r := newHoldersRun(t, uint64(seed), engine)
		end := r.compare(t)
		if t.Failed() {
			t.Fatalf("seed %d, folder\n%s", seed, r.text)
		}
		ends[end]++
		if end == holdersAlike {
			some, all, changes = some+r.some, all+r.all, changes+r.made.Summary.Changes
			r.count(seen)
		}
	}
	t.Logf("%v; where alike, %d of %d people were read, for %d changes; in so many plans: %v", ends, some, all, changes, seen)
	if n := ends[holdersAlike]; n < *holdersRuns*2/5 || 2*some > all || changes < n || ends[holdersMore] == 0 {
		t.Errorf("got %v, %d of %d people and %d changes: too few are alike, or too many read", ends, some, all, changes)
	}
	if *holdersRuns < 40 {
		return // too few to show everything
	}
	for _, what := range []string{"drift", "drift of who holds nothing", "missing", "note group-error", "note R113", "note deleted", "R102", "R103", "R104", "R105", "R107"} {
		if seen[what] == 0 {
			t.Errorf("no plan shows %s: a difference in it would not be noticed", what)
		}
	}
}

// The ends of a run.
const (
	holdersAlike = "alike"
	holdersMore  = "needs everyone"
	holdersFault = "the same fault"
)

// A holdersRun is one tenant with one folder.
type holdersRun struct {
	seed   uint64
	rand   *rand.Rand
	engine *policies.Engine
	tenant *plan.Snapshot
	sim    *simulator.Tenant
	token  string
	text   string
	want   *plan.Desired
	base   *plan.Baseline
	users  []string // --user
	wares  []string // --product
	odd    bool     // names and selectors that are nobody's are likely

	some, all int
	made      *plan.Plan
}

// count notes what a plan shows.
func (r *holdersRun) count(seen map[string]int) {
	shows := map[string]bool{"drift": len(r.made.Drift) > 0, "inherited": len(r.made.Inherited) > 0, "missing": len(r.made.Missing) > 0,
		"not evaluated": len(r.made.NotEvaluated) > 0, "limited": r.made.Mode == plan.ModeLimited}
	for _, d := range r.made.Drift {
		u, _ := r.tenant.User(d.User.ID)
		shows["drift of who holds nothing"] = shows["drift of who holds nothing"] || len(u.Sources) == 0
	}
	for _, n := range r.made.Notes {
		shows["note "+n.Code] = true
	}
	for _, c := range r.made.Changes {
		for _, d := range c.Decisions {
			shows[d.Code] = true
		}
	}
	for what, yes := range shows {
		if yes {
			seen[what]++
		}
	}
}

func newHoldersRun(t *testing.T, seed uint64, engine *policies.Engine) *holdersRun {
	r := &holdersRun{seed: seed, rand: rand.New(rand.NewPCG(seed, 0x686f6c64)), engine: engine}
	r.odd = r.rand.IntN(4) == 0
	size := []int{30, 60, 100, 150, 250, 400, 400, 600, 1000, 3000}[r.rand.IntN(10)]
	r.tenant = simulator.Generate(simulator.GenerateOptions{Seed: seed, Users: size, Now: proxyNow()})
	r.disturb()
	if r.rand.IntN(3) == 0 { // somebody signed in by hand
		u := &r.tenant.Users[r.rand.IntN(len(r.tenant.Users))]
		a := &r.tenant.Actor
		a.Kind, a.ID, a.Name = plan.ActorPerson, string(u.ID), u.UserPrincipalName
	}
	sim, err := simulator.New(r.tenant, simulator.Options{Seed: seed, Now: proxyNow, NoPIM: r.rand.IntN(5) == 0, ShortPages: r.rand.IntN(4) == 0})
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	r.sim, r.token = sim, sim.Token(r.tenant.Actor, time.Hour)
	r.text = r.folder()
	r.want = readText(t, r.text)
	if r.rand.IntN(2) == 0 {
		r.base = r.baseline(t)
	}
	if r.rand.IntN(8) == 0 {
		r.users = []string{r.person(), r.person()}
	}
	if r.rand.IntN(8) == 0 {
		r.wares = []string{r.product()}
	}
	return r
}

func readText(t testing.TB, text string) *plan.Desired {
	t.Helper()
	d, faults, err := desired.Read(fstest.MapFS{"reseat.yaml": {Data: []byte(text)}})
	if err != nil || len(faults) > 0 {
		t.Fatalf("%v %v\n%s", err, faults, text)
	}
	return d
}

// disturb makes the tenant odder than it was made.
func (r *holdersRun) disturb() {
	s := r.tenant
	pick := func() *plan.User { return &s.Users[r.rand.IntN(len(s.Users))] }
	for range r.rand.IntN(6) {
		u := pick()
		switch r.rand.IntN(5) {
		case 0:
			u.Aliases = append(u.Aliases, fmt.Sprintf("alias%d@fabrikam.example", r.rand.IntN(3)))
			slices.Sort(u.Aliases)
			u.Aliases = slices.Compact(u.Aliases)
		case 1:
			u.AccountEnabled = plan.Unknown
		case 2:
			u.UserPrincipalName = strings.ToUpper(u.UserPrincipalName[:1]) + u.UserPrincipalName[1:]
		case 3: // a group that fails to give: no filter by licence finds who holds nothing else
			var fails []plan.Group
			for _, g := range s.Groups {
				if len(g.Gives) > 0 {
					fails = append(fails, g)
				}
			}
			g := fails[r.rand.IntN(len(fails))]
			for i := range s.Groups {
				if s.Groups[i].ID == g.ID && !slices.Contains(g.Members, u.ID) && len(u.Sources) == 0 {
					s.Groups[i].Members = append(s.Groups[i].Members, u.ID)
					slices.Sort(s.Groups[i].Members)
					u.Sources = append(u.Sources, plan.Source{SKU: g.Gives[0].SKU, Group: g.ID, State: plan.ErrorState, Error: "CountViolation", DisabledPlans: []plan.PlanID{}})
				}
			}
		case 4: // a product left the tenant and not the people
			if r.rand.IntN(3) == 0 {
				u.Sources = append(u.Sources, plan.Source{SKU: bygone, State: plan.Active, DisabledPlans: []plan.PlanID{}})
				plan.SortSources(u.Sources)
			}
		}
	}
	if r.rand.IntN(6) == 0 { // what is read lags behind what is counted
		p := &s.Products[r.rand.IntN(len(s.Products))]
		p.Consumed += 7
	}
	for i := range s.Subscriptions {
		if r.rand.IntN(4) == 0 {
			s.Subscriptions[i].OwnerID, s.Subscriptions[i].OwnerTenantID = string(pick().ID), ""
		}
	}
	if len(s.Deleted) == 0 {
		s.Deleted = []plan.DeletedUser{{ID: "00000000-0000-4000-8000-0000000000fe", UserPrincipalName: "gil@fabrikam.example", DeletedAt: proxyNow().AddDate(0, 0, -3)}}
	}
}

// bygone is a product that people hold and subscribedSkus does not list.
const bygone plan.SKU = "aaaaaaaa-0000-4000-8000-0000000000aa"

func (r *holdersRun) product() string {
	all := []string{"SPE_E3", "SPE_E5", "SPE_F1", "EXCHANGESTANDARD", "POWER_BI_PRO", "Microsoft_Teams_Rooms_Pro", "MCOEV", "MCOPSTN1",
		"VISIOCLIENT", "POWER_BI_PRO_DEPT", "Microsoft_365_Copilot", "PROJECTPROFESSIONAL", "AAD_PREMIUM_P2", "FLOW_FREE", "POWERAPPS_PER_USER"}
	i := r.rand.IntN(len(all))
	if r.rand.IntN(2) == 0 { // rather what few hold
		i = 4 + r.rand.IntN(len(all)-4)
	}
	return all[i]
}

func (r *holdersRun) products(n int) []string {
	var out []string
	for range 1 + r.rand.IntN(n) {
		out = append(out, r.product())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// person is somebody as people write him: by name, by name in other letters, by
// id; seldom one who is gone, or nobody.
func (r *holdersRun) person() string {
	u := &r.tenant.Users[r.rand.IntN(len(r.tenant.Users))]
	if r.odd && r.rand.IntN(8) == 0 {
		return []string{"nobody@fabrikam.example", "alias1@fabrikam.example", "00000000-0000-4000-8000-00000000dead"}[r.rand.IntN(3)]
	}
	switch r.rand.IntN(40) {
	case 3, 4, 5, 6:
		return strings.ToUpper(string(u.ID))
	case 7, 8, 9:
		return string(u.ID)
	case 10, 11, 12:
		return strings.ToUpper(u.UserPrincipalName)
	case 13, 14:
		return r.tenant.Deleted[r.rand.IntN(len(r.tenant.Deleted))].UserPrincipalName
	case 15:
		return strings.ToUpper(string(r.tenant.Deleted[0].ID))
	case 16, 17:
		owner := r.tenant.Subscriptions[r.rand.IntN(len(r.tenant.Subscriptions))].OwnerID
		if _, there := r.tenant.User(plan.UserID(owner)); there || r.odd {
			return owner
		}
	case 18:
		if r.tenant.Actor.Kind == plan.ActorPerson {
			return r.tenant.Actor.Name
		}
	}
	return u.UserPrincipalName
}

func (r *holdersRun) people(n int) []string {
	var out []string
	for range 1 + r.rand.IntN(n) {
		p := r.person()
		if !slices.ContainsFunc(out, func(q string) bool { return strings.EqualFold(p, q) }) {
			out = append(out, p)
		}
	}
	return out
}

func (r *holdersRun) selector() string {
	all := []string{
		`{accountEnabled: "false"}`, `{accountEnabled: "true"}`, `{userType: Member}`, `{department: [Sales, Finance]}`,
		`{department: none}`, `{not: {department: Sales}}`, `{memberOf: lic-e3-staff}`, `{memberOf: lic-e3-legacy}`, `{memberOf: all-managers}`,
		`{memberOf: lic-phone}`, `{not: {memberOf: lic-f1-frontline}}`, `{memberOf: nowhere}`, `{userPrincipalName: "*1*"}`, `{displayName: "A*"}`,
		`{usageLocation: [SE, NO, DK]}`, `{onPremisesSyncEnabled: "true"}`, `{employeeType: Frontline}`,
		// seldom anybody who holds something:
		`{userPrincipalName: "bg-*@*"}`, `{country: Atlantis}`, `{accountEnabled: "false", department: [Sales]}`, `{userType: Guest}`, `{memberOf: role-helpdesk}`,
	}
	if r.odd {
		return all[r.rand.IntN(len(all))]
	}
	return all[r.rand.IntN(len(all)-5)]
}

// whom is a list of people and selectors.
func (r *holdersRun) whom() string {
	var out []string
	if r.rand.IntN(2) == 0 {
		out = inQuotes(r.people(4))
	}
	if len(out) == 0 || r.rand.IntN(2) == 0 {
		out = append(out, r.selector())
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func inQuotes(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = fmt.Sprintf("%q", w)
	}
	return out
}

func listed(words []string) string { return "[" + strings.Join(inQuotes(words), ", ") + "]" }

// folder is a folder as text, of one file.
func (r *holdersRun) folder() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("apiVersion: reseat/v1\nkind: Tenant\nname: fabrikam\ntenant: {id: fabrikam.onmicrosoft.com}")
	managed := r.products(5)
	line("manage:")
	all := r.rand.IntN(10) == 0
	given := all || r.rand.IntN(3) > 0
	if all {
		managed = r.products(15)
		line("  products: all")
	} else if given {
		if r.rand.IntN(10) == 0 {
			managed = append(managed, string(bygone))
		}
		line("  products: %s", listed(managed))
	}
	line("  assign: %t\n  duplicates: %s\n  inherited: %s", r.rand.IntN(2) == 0, []string{"keep", "remove"}[r.rand.IntN(2)], []string{"report", "block"}[r.rand.IntN(2)])
	if all && r.rand.IntN(2) == 0 {
		line("  exclude: [FLOW_FREE, SPE_F1]")
		managed = slices.DeleteFunc(managed, func(s string) bool { return s == "FLOW_FREE" || s == "SPE_F1" })
		if len(managed) == 0 {
			managed = []string{"VISIOCLIENT"}
		}
	}
	switch r.rand.IntN(4) {
	case 0:
	case 1:
		line("limits: {removals: %d, removalPercent: %d, productPercent: %d}", 5+r.rand.IntN(60), 5+r.rand.IntN(60), 20+r.rand.IntN(80))
	default:
		line("limits: {removals: 5000, removalPercent: 100, productPercent: 100, assignments: 5000, uncounted: [FLOW_FREE], raise: [{removals: 5000, removalPercent: 100, until: 2027-01-31, reason: test}]}")
	}
	if r.rand.IntN(2) == 0 {
		line("protect:")
		line("  users: %s", listed(r.people(3)))
		if r.rand.IntN(3) == 0 {
			line("  match: [%s]", r.selector())
		}
	}
	if r.rand.IntN(2) == 0 {
		line("prices: {currency: EUR, perMonth: {SPE_E3: \"33.00\"}}")
	}
	line("---\napiVersion: reseat/v1\nkind: Licenses")
	r.statements(line, managed, given)
	return b.String()
}

func (r *holdersRun) statements(line func(string, ...any), managed []string, given bool) {
	some := func() string {
		if given && r.rand.IntN(4) == 0 {
			return "all"
		}
		var out []string
		for _, m := range managed {
			if r.rand.IntN(2) == 0 {
				out = append(out, m)
			}
		}
		return listed(append(out, managed[0])[:max(1, len(out))])
	}
	if r.rand.IntN(3) == 0 {
		line("keep:\n  - {name: kept, who: %s, products: %s, reason: board}", r.whom(), some())
	}
	line("remove:")
	for i := range 1 + r.rand.IntN(3) {
		who := r.whom()
		if r.rand.IntN(4) == 0 {
			who = "[everyone]"
		}
		except := ""
		if r.rand.IntN(3) == 0 {
			except = ", except: " + r.whom()
		}
		line("  - {name: gone %d, who: %s%s, products: %s, dataLoss: %s}", i, who, except, some(), []string{"deny", "skip", "accept"}[r.rand.IntN(3)])
	}
	if r.rand.IntN(3) == 0 {
		line("users:")
		for _, p := range r.people(4) {
			switch r.rand.IntN(3) {
			case 0:
				if given {
					line("  %q: %s", p, listed(managed[:r.rand.IntN(len(managed)+1)]))
					continue
				}
				fallthrough
			case 1:
				line("  %q: {add: [%s]}", p, managed[0])
			case 2:
				line("  %q: {remove: [%s]}", p, managed[0])
			}
		}
	}
	if r.rand.IntN(3) == 0 {
		kind := []string{"holders", "add"}[r.rand.IntN(2)]
		line("products:\n  %s: {%s: %s}", managed[len(managed)-1], kind, listed(r.people(30)))
	}
	if given && r.rand.IntN(3) == 0 {
		line("rules:\n  - {name: none, match: %s, licenses: []}", r.selector())
	}
}

// baseline is how an apply left the tenant before people in it moved on.
func (r *holdersRun) baseline(t *testing.T) *plan.Baseline {
	data, err := plan.EncodeSnapshot(r.tenant)
	if err != nil {
		t.Fatal(err)
	}
	then, err := plan.DecodeSnapshot(data)
	if err != nil {
		t.Fatal(err)
	}
	then.Actor = r.tenant.Actor
	for range r.rand.IntN(12) {
		u := &then.Users[r.rand.IntN(len(then.Users))]
		p := &then.Products[r.rand.IntN(len(then.Products))]
		if i := slices.IndexFunc(u.Sources, func(s plan.Source) bool { return s.Direct() && s.SKU == p.SKU }); i >= 0 {
			u.Sources = slices.Delete(u.Sources, i, i+1)
			continue
		}
		u.Sources = append(u.Sources, plan.Source{SKU: p.SKU, State: plan.Active, DisabledPlans: []plan.PlanID{}})
		plan.SortSources(u.Sources)
	}
	text := r.text
	if r.rand.IntN(3) == 0 {
		text = strings.ReplaceAll(text, "gone 0", "something else")
	}
	m, err := plan.New(context.Background(), plan.Input{Now: proxyNow().AddDate(0, 0, -1), Desired: readText(t, text), Snapshot: then, Judge: r.engine, Policy: r.engine.Input()})
	if err != nil {
		return nil // the folder is at fault, as both plans will say
	}
	return m.Baseline("")
}

// client is the real one, now and then over HTTP.
func (r *holdersRun) client(t *testing.T) *graph.Client {
	config := graph.Config{Root: "https://graph.simulated.invalid", Transport: r.sim, Now: proxyNow,
		Token: func(context.Context) (string, time.Time, error) { return r.token, time.Time{}, nil }}
	if r.seed%16 == 0 {
		server := httptest.NewServer(r.sim)
		t.Cleanup(server.Close)
		config.Root, config.Transport = server.URL, nil
	}
	c, err := graph.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (r *holdersRun) plan(snap *plan.Snapshot) (*plan.Plan, error) {
	m, err := plan.New(context.Background(), plan.Input{Now: proxyNow(), Desired: r.want, Snapshot: snap, Baseline: r.base, Judge: r.engine, Policy: r.engine.Input(),
		Users: r.users, Products: r.wares})
	if err != nil {
		return nil, err
	}
	return m.Plan, nil
}

// compare reads by holders and reads everyone, and makes a plan of either.
func (r *holdersRun) compare(t *testing.T) string {
	c := r.client(t)
	if reach := plan.ReachOf(r.want, nil, nil, nil); reach.Everyone {
		t.Fatalf("everyone, for %s", reach.Why)
	}
	products, err := c.Products(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	reach := plan.ReachOf(r.want, products, r.base, r.users)
	wants := graph.Wants{Groups: r.want.Groups(), Holders: &graph.HolderWants{Products: reach.Products, Names: reach.People, IDs: reach.IDs}}
	some, err := c.Snapshot(t.Context(), wants)
	if err != nil {
		t.Fatal(err)
	}
	if some.Total, err = c.CountUsers(t.Context()); err != nil {
		t.Fatal(err)
	}
	wants.Holders = nil
	all, err := c.Snapshot(t.Context(), wants)
	if err != nil {
		t.Fatal(err)
	}
	r.some, r.all = len(some.Users), len(all.Users)
	got, err := r.plan(some)
	if errors.Is(err, plan.ErrNeedsEveryone) {
		return holdersMore
	}
	want, fullErr := r.plan(all)
	if err != nil || fullErr != nil {
		if fmt.Sprint(err) != fmt.Sprint(fullErr) {
			t.Errorf("of holders: %v; of everyone: %v", err, fullErr)
		}
		return holdersFault
	}
	if a, b := withoutReads(got), withoutReads(want); a != b {
		t.Errorf("of %d of %d people: %s", r.some, r.all, firstDifference(a, b))
	}
	r.made = got
	return holdersAlike
}

// comparable is the document without what says how much was read.
func withoutReads(p *plan.Plan) string {
	q := *p
	q.Inputs.Snapshot = plan.SnapshotInput{Reads: []plan.Read{}}
	q.Digests.Body = ""
	q.Guards = slices.Clone(p.Guards)
	for i := range q.Guards {
		q.Guards[i].Of, q.Guards[i].Limit, q.Guards[i].AtLeast = 0, 0, false
	}
	return string(plan.Encode(&q))
}
