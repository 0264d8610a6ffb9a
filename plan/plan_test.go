package plan_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// The people of these tests.
const (
	ann  plan.UserID  = "00000000-0000-4000-8000-00000000000a"
	bob  plan.UserID  = "00000000-0000-4000-8000-00000000000b"
	cleo plan.UserID  = "00000000-0000-4000-8000-00000000000c"
	grp  plan.GroupID = "00000000-0000-4000-8000-0000000000f1"
)

// The plan of one service in two products.
const (
	yammer   plan.PlanID = "7547a3fe-08ee-4ccb-b430-5077c5041653"
	academic plan.PlanID = "2078e8df-cff6-4290-98cb-5408261a760a"
)

func person(id plan.UserID, name string, sources ...plan.Source) plan.User {
	plan.SortSources(sources)
	return plan.User{ID: id, UserPrincipalName: name + "@contoso.com", DisplayName: name, AccountEnabled: plan.Yes,
		UserType: "Member", UsageLocation: "SE", Department: "Sales", Sources: sources}
}

func direct(sku plan.SKU, off ...plan.PlanID) plan.Source {
	return plan.Source{SKU: sku, State: plan.Active, DisabledPlans: off}
}

func through(sku plan.SKU, off ...plan.PlanID) plan.Source {
	return plan.Source{SKU: sku, Group: grp, State: plan.Active, DisabledPlans: off}
}

// with puts people into a tenant and counts their seats.
func with(people ...plan.User) plan.Input {
	in := tenant()
	in.Snapshot.Users = people
	slices.SortFunc(in.Snapshot.Users, func(a, b plan.User) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for i := range in.Snapshot.Products {
		p := &in.Snapshot.Products[i]
		for _, u := range people {
			if slices.ContainsFunc(u.Sources, func(s plan.Source) bool { return s.SKU == p.SKU && s.Held() }) || slices.Contains(u.Unsourced, p.SKU) {
				p.Consumed++
			}
		}
	}
	return in
}

func at(kind plan.StatementKind, name string, line int) plan.Ref {
	return plan.Ref{Kind: kind, Name: name, Place: plan.Place{File: "a.yaml", Line: line, Column: 1}}
}

func who(people ...string) []plan.Who {
	out := make([]plan.Who, len(people))
	for i, p := range people {
		out[i] = plan.Who{Person: p}
	}
	return out
}

func remove(name string, line int, products plan.Products, people ...plan.Who) plan.Remove {
	return plan.Remove{Ref: at(plan.KindRemove, name, line), Who: people, Products: products, DataLoss: plan.LossDeny}
}

func exact(line int, user string, products ...string) plan.UserEntry {
	e := plan.UserEntry{Ref: at(plan.KindUsers, user, line), Person: plan.Name{Text: user}, Exact: true}
	for _, p := range products {
		e.Licenses = append(e.Licenses, want(p))
	}
	return e
}

func mustNew(t testing.TB, in plan.Input) *plan.Plan {
	t.Helper()
	m, err := plan.New(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return m.Plan
}

// lines are the changes and missing seats of a plan, as short words.
func lines(p *plan.Plan) []string {
	var out []string
	for _, c := range p.Changes {
		name, _, _ := strings.Cut(c.User.UserPrincipalName, "@")
		out = append(out, strings.Join([]string{string(c.Action), name, c.Product.PartNumber, string(c.Verdict), c.Reason.Statement}, " "))
	}
	for _, m := range p.Missing {
		name, _, _ := strings.Cut(m.User.UserPrincipalName, "@")
		out = append(out, "missing "+name+" "+m.Product.PartNumber+" "+string(m.Because))
	}
	return out
}

// TestTable is the table from what is wanted and how it is held to a change,
// row by row.
func TestTable(t *testing.T) {
	wants := func(d *plan.Desired) { d.Users = []plan.UserEntry{exact(1, "ann@contoso.com", "SPE_E3")} }
	takes := func(d *plan.Desired) {
		d.Remove = []plan.Remove{remove("back", 1, list("SPE_E3"), who("ann@contoso.com")...)}
	}
	rule := func(d *plan.Desired) {
		d.Rules = []plan.Rule{{Ref: at(plan.KindRules, "sales", 1), Match: *selector(plan.KeyDepartment, "sales"), Exact: true}}
	}
	wantsPlans := func(d *plan.Desired) {
		wants(d)
		d.Users[0].Licenses[0].PlansGiven = true
		d.Users[0].Licenses[0].DisabledPlans = names("YAMMER_ENTERPRISE")
	}
	assign := func(d *plan.Desired) { d.Settings.Manage.Assign = true }
	duplicates := func(d *plan.Desired) { d.Settings.Manage.Duplicates = plan.DuplicatesRemove }
	block := func(d *plan.Desired) { d.Settings.Manage.Inherited = plan.InheritedBlock }
	failed := plan.Source{SKU: e3, Group: grp, State: plan.ErrorState, Error: "CountViolation"}
	tests := []struct {
		name string
		say  []func(*plan.Desired)
		held []plan.Source
		want []string
	}{
		{"wanted, held by nobody, assign off", ways(wants), nil, []string{"missing ann SPE_E3 assign-off"}},
		{"wanted, held by nobody", ways(wants, assign), nil, []string{"assign ann SPE_E3 allow ann@contoso.com"}},
		{"wanted, through a group", ways(wants, assign), []plan.Source{through(e3)}, nil},
		{"wanted, the group failed", ways(wants, assign), []plan.Source{failed}, []string{"assign ann SPE_E3 allow ann@contoso.com"}},
		{"wanted, direct", ways(wants, assign), []plan.Source{direct(e3)}, nil},
		{"wanted, direct, plans not said", ways(wants, assign), []plan.Source{direct(e3, yammer)}, nil},
		{"wanted, direct, other plans", ways(wantsPlans, assign), []plan.Source{direct(e3)}, []string{"adjust ann SPE_E3 allow ann@contoso.com"}},
		{"wanted, direct, other plans, assign off", ways(wantsPlans), []plan.Source{direct(e3)}, []string{"missing ann SPE_E3 adjust"}},
		{"wanted, both ways", ways(wants), []plan.Source{direct(e3), through(e3)}, nil},
		{"wanted, both ways, duplicates go", ways(wants, duplicates), []plan.Source{direct(e3), through(e3)}, []string{"unassign ann SPE_E3 allow duplicates: remove"}},
		{"wanted, both ways, the group gives less", ways(wants, duplicates), []plan.Source{direct(e3), through(e3, yammer)}, nil},
		{"wanted, both ways, the group has an error", ways(wants, duplicates),
			[]plan.Source{direct(e3), {SKU: e3, Group: grp, State: plan.ActiveWithError}}, nil},
		{"not wanted, direct", ways(takes), []plan.Source{direct(e3)}, []string{"unassign ann SPE_E3 allow back"}},
		{"not wanted, both ways", ways(takes), []plan.Source{direct(e3), through(e3)}, []string{"unassign ann SPE_E3 allow back"}},
		{"not wanted by name, through a group", ways(takes), []plan.Source{through(e3)}, []string{"unassign ann SPE_E3 blocked back"}},
		{"not wanted by a rule, through a group", ways(rule), []plan.Source{through(e3)}, nil},
		{"not wanted by a rule, through a group, blocked", ways(rule, block), []plan.Source{through(e3)}, []string{"unassign ann SPE_E3 blocked sales"}},
		{"not wanted, the group failed", ways(takes), []plan.Source{failed}, nil},
		{"nobody speaks", nil, []plan.Source{direct(e3)}, nil},
		{"nobody speaks, duplicates go", ways(duplicates), []plan.Source{direct(e3), through(e3)}, []string{"unassign ann SPE_E3 allow duplicates: remove"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := with(person(ann, "ann", tt.held...))
			in.Judge = strict{}
			for _, say := range tt.say {
				say(in.Desired)
			}
			if got := lines(mustNew(t, in)); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func ways(list ...func(*plan.Desired)) []func(*plan.Desired) { return list }

// strict is a judge that knows the two rules about how a seat is held, R112
// and R107, as the real ones do.
type strict struct{ lenient }

func (strict) Changes(_ context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	out := make([][]plan.Decision, len(cases))
	for i, c := range cases {
		add := func(code string, level plan.Level, message string) {
			out[i] = append(out[i], plan.Decision{Code: code, Level: level, Message: message})
		}
		if c.Facts.Inherited {
			add("R105", plan.LevelBlocked, "comes from a group")
		}
		if len(c.Facts.Loses) > 0 && !c.Facts.Undo {
			level := plan.LevelDeny
			if c.Change.DataLoss == plan.LossAccept || c.Change.User.AccountEnabled == plan.No {
				level = plan.LevelWarn
			}
			if c.Change.User.UserPrincipalName != "ann@contoso.com" {
				add("R107", level, "loses "+strings.Join(c.Facts.Loses, ", "))
			}
		}
		if len(c.Facts.Missing) > 0 {
			add("R112", plan.LevelBlocked, "no "+c.Facts.Missing[0].Product.PartNumber)
		}
		if c.Facts.Source == "unknown" {
			add("R113", plan.LevelBlocked, "source unknown")
		}
	}
	return out, nil
}

func TestUnsourced(t *testing.T) {
	u := person(ann, "ann")
	u.Unsourced = []plan.SKU{e3}
	in := with(u)
	in.Judge = strict{}
	if got := lines(mustNew(t, in)); len(got) != 0 {
		t.Errorf("nobody speaks: got %q, want nothing", got)
	}
	in.Desired.Remove = []plan.Remove{remove("back", 1, list("SPE_E3"), who("ann@contoso.com")...)}
	p := mustNew(t, in)
	if got, want := lines(p), []string{"unassign ann SPE_E3 blocked back"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if p.Changes[0].Before != nil {
		t.Errorf("got before %v, want null", p.Changes[0].Before)
	}
}

// TestWhoDecides is the order of levels: keep, remove, users, products, rules.
func TestWhoDecides(t *testing.T) {
	in := with(person(ann, "ann", direct(visio)))
	d := in.Desired
	d.Rules = []plan.Rule{{Ref: at(plan.KindRules, "rule", 5), Match: *selector(plan.KeyDepartment, "Sales"), Exact: true}}
	step := func(want ...string) {
		t.Helper()
		if got := lines(mustNew(t, in)); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	step("unassign ann VISIOCLIENT allow rule")
	d.Products = []plan.ProductEntry{{Ref: at(plan.KindProducts, "VISIOCLIENT", 4), Product: plan.Name{Text: "VISIOCLIENT"},
		Add: []plan.Who{{Selector: selector(plan.KeyDepartment, "Sales")}}}}
	step()
	d.Users = []plan.UserEntry{{Ref: at(plan.KindUsers, "ann", 3), Person: plan.Name{Text: string(ann)}, Remove: names("VISIOCLIENT")}}
	step("unassign ann VISIOCLIENT allow ann")
	d.Users = []plan.UserEntry{exact(3, "ann@contoso.com", "VISIOCLIENT")}
	d.Remove = []plan.Remove{remove("gone", 2, list("VISIOCLIENT"), plan.Who{Selector: selector(plan.KeyUPN, "ann@*")})}
	p := mustNew(t, in)
	if got, want := lines(p), []string{"unassign ann VISIOCLIENT allow gone"}; !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	var over []string
	for _, o := range p.Changes[0].Reason.Overrides {
		over = append(over, o.Statement)
	}
	if want := []string{"ann@contoso.com", "VISIOCLIENT"}; !slices.Equal(over, want) {
		t.Errorf("overrides: got %q, want %q", over, want)
	}
	d.Keep = []plan.Keep{{Ref: at(plan.KindKeep, "keep", 1), Who: []plan.Who{{Everyone: true}}, Products: plan.Products{All: true}}}
	step()
	d.Keep[0].Span = plan.Span{Until: "2026-11-19"}
	step("unassign ann VISIOCLIENT allow gone")
}

// TestUnknownKeeps: what is not known never costs a seat, in each kind of statement.
func TestUnknownKeeps(t *testing.T) {
	secret := selector(plan.KeyMemberOf, "secret") // a group that nobody may read
	tests := map[string]func(*plan.Desired){
		"keep": func(d *plan.Desired) {
			d.Keep = []plan.Keep{{Ref: at(plan.KindKeep, "k", 1), Who: []plan.Who{{Selector: secret}}, Products: list("VISIOCLIENT")}}
			d.Remove = []plan.Remove{remove("r", 2, list("VISIOCLIENT"), plan.Who{Everyone: true})}
		},
		"remove": func(d *plan.Desired) {
			d.Remove = []plan.Remove{remove("r", 2, list("VISIOCLIENT"), plan.Who{Selector: secret})}
			d.Rules = []plan.Rule{{Ref: at(plan.KindRules, "all", 5), Match: *selector(plan.KeyUPN, "*"), Exact: true}}
		},
		"except of remove": func(d *plan.Desired) {
			d.Remove = []plan.Remove{remove("r", 2, list("VISIOCLIENT"), plan.Who{Everyone: true})}
			d.Remove[0].Except = []plan.Who{{Selector: secret}}
		},
		"holders": func(d *plan.Desired) {
			d.Products = []plan.ProductEntry{{Ref: at(plan.KindProducts, "v", 4), Product: plan.Name{Text: "VISIOCLIENT"}, Closed: true,
				Holders: []plan.Who{{Selector: secret}}}}
		},
		"rule": func(d *plan.Desired) {
			d.Rules = []plan.Rule{
				{Ref: at(plan.KindRules, "first", 5), Match: *secret, Exact: true, Licenses: []plan.Wanted{want("VISIOCLIENT")}},
				{Ref: at(plan.KindRules, "all", 6), Match: *selector(plan.KeyUPN, "*"), Exact: true},
			}
		},
		"add of a rule": func(d *plan.Desired) {
			d.Rules = []plan.Rule{
				{Ref: at(plan.KindRules, "all", 6), Match: *selector(plan.KeyUPN, "*"), Exact: true},
				{Ref: at(plan.KindRules, "also", 7), Match: *secret, Add: []plan.Wanted{want("VISIOCLIENT")}},
			}
		},
		"not": func(d *plan.Desired) {
			d.Remove = []plan.Remove{remove("r", 2, list("VISIOCLIENT"), plan.Who{Selector: &plan.Selector{
				Terms: []plan.Term{{Key: plan.KeyNot, Not: secret}}}})}
		},
	}
	for name, say := range tests {
		t.Run(name, func(t *testing.T) {
			in := with(person(ann, "ann", direct(visio)))
			say(in.Desired)
			if got := lines(mustNew(t, in)); len(got) != 0 {
				t.Errorf("unknown group: got %q, want nothing", got)
			}
			// The same with the group known to be empty: now it must bite, or the test proves nothing.
			in.Snapshot.Groups = []plan.Group{{ID: grp, DisplayName: "secret", MembersRead: true}}
			if got := lines(mustNew(t, in)); len(got) != 1 {
				t.Errorf("known group: got %q, want one change", got)
			}
		})
	}
}

func TestEmptyAttribute(t *testing.T) {
	u := person(ann, "ann", direct(visio))
	u.Department = ""
	sales := selector(plan.KeyDepartment, "Sales")
	none := &plan.Selector{Terms: []plan.Term{{Key: plan.KeyDepartment, None: true}}}
	not := func(s *plan.Selector) *plan.Selector {
		return &plan.Selector{Terms: []plan.Term{{Key: plan.KeyNot, Not: s}}}
	}
	both := &plan.Selector{Terms: append(slices.Clone(sales.Terms), plan.Term{Key: plan.KeyCountry, Values: []string{"NO"}})}
	u.Country = "SE"
	for _, tt := range []struct {
		name string
		s    *plan.Selector
		want int
	}{
		{"list", sales, 0}, {"not a list", not(sales), 0}, {"none", none, 1}, {"not none", not(none), 0},
		{"not of two, one plainly does not match", not(both), 1},
	} {
		in := with(u)
		in.Desired.Remove = []plan.Remove{remove("r", 1, list("VISIOCLIENT"), plan.Who{Selector: tt.s})}
		if got := lines(mustNew(t, in)); len(got) != tt.want {
			t.Errorf("%s: got %q, want %d changes", tt.name, got, tt.want)
		}
	}
}

// TestRequestsStandOrFall: a swap whose new seat is not there takes nothing,
// and a denied part stops the whole.
func TestRequestsStandOrFall(t *testing.T) {
	swap := func(free int) plan.Input {
		in := with(person(bob, "bob", direct(e5)))
		in.Judge = strict{}
		in.Desired.Settings.Manage.Assign = true
		in.Desired.Users = []plan.UserEntry{exact(1, "bob@contoso.com", "SPE_E3")}
		for i := range in.Snapshot.Products {
			if in.Snapshot.Products[i].SKU == e3 {
				in.Snapshot.Products[i].Enabled = free
			}
		}
		return in
	}
	if got, want := lines(mustNew(t, swap(1))), []string{"assign bob SPE_E3 allow bob@contoso.com", "unassign bob SPE_E5 allow bob@contoso.com"}; !slices.Equal(got, want) {
		t.Errorf("with a seat: got %q, want %q", got, want)
	}
	p := mustNew(t, swap(0))
	if got, want := lines(p), []string{"unassign bob SPE_E5 blocked bob@contoso.com", "missing bob SPE_E3 no-seat"}; !slices.Equal(got, want) {
		t.Errorf("without: got %q, want %q", got, want)
	}
	if got := p.Changes[0].Decisions[0].Code; got != "R112" {
		t.Errorf("got %s, want R112", got)
	}
}

// TestSeatsInOrder: who frees a seat goes first, and a ring of swaps without a
// free seat waits.
func TestSeatsInOrder(t *testing.T) {
	in := with(person(ann, "ann"), person(cleo, "cleo", direct(e3)))
	in.Desired.Settings.Manage.Assign = true
	in.Desired.Users = []plan.UserEntry{exact(1, "ann@contoso.com", "SPE_E3"), exact(2, "cleo@contoso.com")}
	enabled(in, e3, 1)
	p := mustNew(t, in)
	if want := []plan.UserID{cleo, ann}; !slices.Equal(p.Order, want) {
		t.Errorf("got order %q, want %q", p.Order, want)
	}

	ring := with(person(ann, "ann", direct(e3)), person(bob, "bob", direct(e5)))
	ring.Judge = strict{}
	ring.Desired.Settings.Manage.Assign = true
	ring.Desired.Users = []plan.UserEntry{exact(1, "ann@contoso.com", "SPE_E5"), exact(2, "bob@contoso.com", "SPE_E3")}
	enabled(ring, e3, 1)
	enabled(ring, e5, 1)
	if got := mustNew(t, ring).Summary.Changes; got != 0 {
		t.Errorf("ring without a free seat: got %d changes, want 0", got)
	}
	enabled(ring, e3, 2)
	if got := mustNew(t, ring).Summary.Changes; got != 4 {
		t.Errorf("ring with one free seat: got %d changes, want 4", got)
	}
}

func enabled(in plan.Input, sku plan.SKU, n int) {
	for i := range in.Snapshot.Products {
		if in.Snapshot.Products[i].SKU == sku {
			in.Snapshot.Products[i].Enabled = n
		}
	}
}

// TestLastMailbox judges "last" over the person as the whole request leaves him.
func TestLastMailbox(t *testing.T) {
	take := func(loss plan.DataLoss, products ...string) func(*plan.Desired) {
		return func(d *plan.Desired) {
			r := remove(string(loss), 1, list(products...), who("bob@contoso.com")...)
			r.DataLoss = loss
			d.Remove = append(d.Remove, r)
		}
	}
	tests := []struct {
		name string
		held []plan.Source
		say  func(*plan.Desired)
		want []string
	}{
		{"the last", []plan.Source{direct(e3)}, take(plan.LossDeny, "SPE_E3"), []string{"unassign bob SPE_E3 deny deny"}},
		{"accepted", []plan.Source{direct(e3)}, take(plan.LossAccept, "SPE_E3"), []string{"unassign bob SPE_E3 warn accept"}},
		{"skipped", []plan.Source{direct(e3)}, take(plan.LossSkip, "SPE_E3"), nil},
		{"another stays", []plan.Source{direct(e3), direct(e5)}, take(plan.LossDeny, "SPE_E3"), []string{"unassign bob SPE_E3 allow deny"}},
		{"both go", []plan.Source{direct(e3), direct(e5)}, take(plan.LossDeny, "SPE_E3", "SPE_E5"),
			[]string{"unassign bob SPE_E3 deny deny", "unassign bob SPE_E5 deny deny"}},
		{"a group's copy stays", []plan.Source{direct(e3), through(e3)}, take(plan.LossDeny, "SPE_E3"), []string{"unassign bob SPE_E3 allow deny"}},
		{"foundation is no mailbox", []plan.Source{direct(visio)}, take(plan.LossDeny, "VISIOCLIENT"), []string{"unassign bob VISIOCLIENT allow deny"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := with(person(bob, "bob", tt.held...))
			in.Judge = strict{}
			tt.say(in.Desired)
			if got := lines(mustNew(t, in)); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestFaultsAllAtOnce(t *testing.T) {
	in := with(person(ann, "ann"))
	in.Desired.Users = []plan.UserEntry{exact(1, "ann@contoso.com", "SPE_E33"), exact(2, string(ann), "VISIOCLIENT")}
	in.Desired.Remove = []plan.Remove{remove("r", 3, list("MCOEV"), who("ann@contoso.com")...)}
	_, err := plan.New(context.Background(), in)
	var faults *plan.FaultsError
	if !errors.As(err, &faults) {
		t.Fatalf("got %v, want faults", err)
	}
	var got []string
	for _, f := range faults.Faults {
		got = append(got, f.Cause+": "+f.Remedy)
	}
	for _, want := range []string{
		`no product is called "SPE_E33": did you mean SPE_E3?`,
		`"MCOEV" is not managed: add it to manage.products, or take it out of manage.exclude`,
		`is the same person as "ann@contoso.com"`,
	} {
		if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("got %q, want one with %q", got, want)
		}
	}
}

// TestContradictions refuses what two statements say of the same person by name.
func TestContradictions(t *testing.T) {
	add := func(people ...string) plan.ProductEntry {
		return plan.ProductEntry{Ref: at(plan.KindProducts, "VISIOCLIENT", 9), Product: plan.Name{Text: "VISIOCLIENT"}, Add: who(people...)}
	}
	closed := func(people ...string) plan.ProductEntry {
		return plan.ProductEntry{Ref: at(plan.KindProducts, "VISIOCLIENT", 9), Product: plan.Name{Text: "VISIOCLIENT"}, Closed: true, Holders: who(people...)}
	}
	takes := remove("back", 1, list("VISIOCLIENT"), who("Ann@contoso.com")...)
	later := takes
	later.Span = plan.Span{From: "2027-02-01"}
	sel := remove("sel", 1, list("VISIOCLIENT"), plan.Who{Selector: selector(plan.KeyUPN, "ann@*")})
	keep := plan.Keep{Ref: at(plan.KindKeep, "keep", 2), Who: who("ann@contoso.com"), Products: list("VISIOCLIENT"), Span: plan.Span{Until: "2027-01-31"}}
	tests := []struct {
		name string
		d    plan.Desired
		want int
	}{
		{"remove and add", plan.Desired{Remove: []plan.Remove{takes}, Products: []plan.ProductEntry{add("ann@contoso.com")}}, 1},
		{"exact set and add", plan.Desired{Users: []plan.UserEntry{exact(3, "ann@contoso.com")}, Products: []plan.ProductEntry{add("ann@contoso.com")}}, 1},
		{"exact set with it", plan.Desired{Users: []plan.UserEntry{exact(3, "ann@contoso.com", "VISIOCLIENT")}, Products: []plan.ProductEntry{add("ann@contoso.com")}}, 0},
		{"keep and remove", plan.Desired{Keep: []plan.Keep{keep}, Remove: []plan.Remove{takes}}, 1},
		{"keep and remove on other days", plan.Desired{Keep: []plan.Keep{keep}, Remove: []plan.Remove{later}}, 0},
		{"a selector against a name", plan.Desired{Remove: []plan.Remove{sel}, Products: []plan.ProductEntry{add("ann@contoso.com")}}, 0},
		{"a named person against a closed list", plan.Desired{Users: []plan.UserEntry{exact(3, "ann@contoso.com", "VISIOCLIENT")}, Products: []plan.ProductEntry{closed("bob@contoso.com")}}, 1},
		{"a named person on the closed list", plan.Desired{Users: []plan.UserEntry{exact(3, "ann@contoso.com", "VISIOCLIENT")}, Products: []plan.ProductEntry{closed("ann@contoso.com")}}, 0},
		{"two closed lists", plan.Desired{Products: []plan.ProductEntry{closed("ann@contoso.com"), {Ref: at(plan.KindProducts, "VISIOCLIENT", 12),
			Product: plan.Name{Text: "visioclient"}, Closed: true, Holders: who("bob@contoso.com")}}}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.d.Settings = tenant().Desired.Settings
			if got := plan.Check(&tt.d, "2026-11-20"); len(got) != tt.want {
				t.Errorf("got %v, want %d faults", got, tt.want)
			}
		})
	}
}

// TestFile: a saved plan reads back, and one with any byte changed does not.
func TestFile(t *testing.T) {
	in := with(person(ann, "ann", direct(visio)), person(bob, "bob", direct(e3), through(e3)))
	in.Desired.Remove = []plan.Remove{remove("r", 1, list("VISIOCLIENT", "SPE_E3"), plan.Who{Everyone: true})}
	data := plan.Encode(mustNew(t, in))
	p, err := plan.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if got := plan.Encode(p); !bytes.Equal(got, data) {
		t.Error("a plan that was read is not written as it was")
	}
	for i := range data {
		for _, change := range []byte{data[i] ^ 1, data[i] ^ 0x20, ' '} {
			if change == data[i] {
				continue
			}
			bad := bytes.Clone(data)
			bad[i] = change
			if _, err := plan.Decode(bad); !errors.Is(err, plan.ErrFormat) {
				t.Fatalf("byte %d changed from %q to %q: got %v, want ErrFormat", i, data[i], change, err)
			}
		}
	}
	for _, bad := range [][]byte{nil, []byte("{}"), []byte("null"), data[:len(data)-1], append(bytes.Clone(data), '\n')} {
		if _, err := plan.Decode(bad); !errors.Is(err, plan.ErrFormat) {
			t.Errorf("%d bytes: got %v, want ErrFormat", len(bad), err)
		}
	}
	if again := plan.Encode(mustNew(t, in)); !bytes.Equal(again, data) {
		t.Error("the same inputs gave other bytes")
	}
}

// TestEveryClash: what one entry says against another is told for each product,
// where it stands, and in the same order each time.
func TestEveryClash(t *testing.T) {
	entry := plan.UserEntry{Ref: at(plan.KindUsers, "ann@contoso.com", 5), Person: plan.Name{Text: "ann@contoso.com"}, Exact: true}
	for i, p := range []string{"SPE_E5", "VISIOCLIENT", "POWER_BI_PRO"} {
		w := want(p)
		w.Product.Place = plan.Place{File: "a.yaml", Line: 5, Column: 10 * (i + 1)}
		entry.Licenses = append(entry.Licenses, w)
	}
	d := plan.Desired{Settings: tenant().Desired.Settings, Users: []plan.UserEntry{entry},
		Remove: []plan.Remove{remove("back", 1, list("POWER_BI_PRO", "SPE_E5", "VISIOCLIENT"), who("ann@contoso.com")...)}}
	for range 20 {
		var columns []int
		for _, f := range plan.Check(&d, "2026-11-20") {
			columns = append(columns, f.Place.Column)
		}
		if want := []int{10, 20, 30}; !slices.Equal(columns, want) {
			t.Fatalf("got faults at columns %v, want %v", columns, want)
		}
	}
}

// TestSeatOfABlockedRequest: a seat that a request was to be given and cannot
// use goes to the next in line.
func TestSeatOfABlockedRequest(t *testing.T) {
	in := with(person(bob, "bob", direct(e5)), person(cleo, "cleo"))
	in.Judge = strict{}
	in.Desired.Settings.Manage.Assign = true
	in.Desired.Users = []plan.UserEntry{exact(1, "bob@contoso.com", "SPE_E3", "VISIOCLIENT"), exact(2, "cleo@contoso.com", "SPE_E3", "VISIOCLIENT")}
	enabled(in, e3, 0)
	enabled(in, visio, 1)
	p := mustNew(t, in)
	used := 0
	for _, c := range p.Executable() {
		if c.Product.PartNumber == "VISIOCLIENT" {
			used++
		}
	}
	if used != 1 {
		t.Errorf("got %d of one seat given:\n%s", used, strings.Join(lines(p), "\n"))
	}
}
