package plan_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/plan"
)

func explained(t testing.TB, in plan.Input, user, product string) *plan.Explanation {
	t.Helper()
	m, err := plan.New(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	e, err := m.Explain(user, product)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// explainedLines is what an explanation says of one product, as short words: the outcome,
// the stance and who decided; then each statement with its answer.
func explainedLines(p plan.Explained) []string {
	by := "nobody"
	if p.Decided != nil {
		by = p.Decided.Statement
	}
	out := []string{fmt.Sprintf("%s %s by %s", p.Outcome, p.Stance, by)}
	for _, s := range p.Sections {
		for _, h := range s.Statements {
			line := fmt.Sprintf("%s %s: %s", s.Section, h.Statement.Statement, h.Answer)
			if h.Says != "" {
				line += " " + string(h.Says)
			}
			for _, mark := range []struct {
				on   bool
				word string
			}{{h.Decides, "decides"}, {h.Overridden, "overridden"}, {h.Aside != "", "(" + h.Aside + ")"}} {
				if mark.on {
					line += " " + mark.word
				}
			}
			out = append(out, line)
		}
		if s.Others > 0 {
			out = append(out, fmt.Sprintf("%s %d others", s.Section, s.Others))
		}
	}
	return out
}

// TestExplain goes through every level.
func TestExplain(t *testing.T) {
	keep := func(name string, line int, who ...plan.Who) plan.Keep {
		return plan.Keep{Ref: at(plan.KindKeep, name, line), Who: who, Products: plan.Products{All: true}}
	}
	sales := plan.Who{Selector: selector(plan.KeyDepartment, "sales")}
	design := plan.Who{Selector: selector(plan.KeyDepartment, "design")}
	board := plan.Who{Selector: selector(plan.KeyMemberOf, "board")} // its members were not read
	rule := func(name string, line int, who plan.Who, products ...string) plan.Rule {
		r := plan.Rule{Ref: at(plan.KindRules, name, line), Match: *who.Selector, Exact: true}
		for _, p := range products {
			r.Licenses = append(r.Licenses, want(p))
		}
		return r
	}
	back := func(d *plan.Desired) {
		d.Remove = append(d.Remove, remove("back", 2, list("SPE_E3"), who("ann@contoso.com")...))
	}
	entry := func(products ...string) func(*plan.Desired) {
		return func(d *plan.Desired) { d.Users = append(d.Users, exact(5, "ann@contoso.com", products...)) }
	}
	holders := func(list ...plan.Who) func(*plan.Desired) {
		return func(d *plan.Desired) {
			d.Products = append(d.Products, plan.ProductEntry{Ref: at(plan.KindProducts, "SPE_E3", 6), Product: plan.Name{Text: "SPE_E3"}, Closed: true, Holders: list})
		}
	}
	rules := func(list ...plan.Rule) func(*plan.Desired) {
		return func(d *plan.Desired) { d.Rules = append(d.Rules, list...) }
	}
	e3s := []plan.Source{direct(e3)}
	for _, test := range []struct {
		name string
		say  []func(*plan.Desired)
		held []plan.Source
		want []string
	}{
		{"nobody speaks", nil, e3s, []string{"as-is  by nobody"}},
		{"a keep over a remove over rules", ways(func(d *plan.Desired) {
			d.Keep = []plan.Keep{keep("board", 1, sales), keep("others", 9, who("bob@contoso.com")...)}
			d.Remove = []plan.Remove{remove("all sales", 2, list("SPE_E3"), sales)}
		}, rules(rule("office", 7, sales, "SPE_E3"))), e3s,
			[]string{"kept kept by board", "keep board: yes kept decides", "keep 1 others", "remove all sales: yes unwanted", "rules office: yes wanted overridden"}},
		{"a keep that is not known", ways(func(d *plan.Desired) { d.Keep = []plan.Keep{keep("board", 1, board)} }, rules(rule("none", 7, sales))), e3s,
			[]string{"not-evaluated unknown by board", "keep board: unknown kept decides", "rules none: yes unwanted overridden"}},
		{"a keep of another day, and one with an except", ways(func(d *plan.Desired) {
			old, apart := keep("old", 1, sales), keep("apart", 2, sales)
			old.Span.Until, apart.Except = "2026-11-19", who("ann@contoso.com")
			d.Keep = []plan.Keep{old, apart}
		}), e3s, []string{"as-is  by nobody", "keep old: yes kept (it ended on 2026-11-19)", "keep apart: no kept"}},
		{"a remove over an entry", ways(func(d *plan.Desired) { d.Remove = []plan.Remove{remove("all sales", 2, list("SPE_E3"), sales)} }, entry("SPE_E3")), e3s,
			[]string{"change unwanted by all sales", "remove all sales: yes unwanted decides", "users ann@contoso.com: yes wanted overridden"}},
		{"a remove of another day", ways(func(d *plan.Desired) {
			back(d)
			d.Remove[0].Span.From = "2027-01-01"
		}), e3s, []string{"as-is  by nobody", "remove back: yes unwanted (it speaks from 2027-01-01)"}},
		{"a remove with an except that is not known", ways(func(d *plan.Desired) {
			back(d)
			d.Remove[0].Except = []plan.Who{board}
		}), e3s, []string{"not-evaluated unknown by back", "remove back: unknown unwanted decides"}},
		{"an entry that lacks it", ways(entry("SPE_E5"), holders(sales)), e3s,
			[]string{"change unwanted by ann@contoso.com", "users ann@contoso.com: yes unwanted decides", "products SPE_E3: yes wanted overridden"}},
		{"an entry that says nothing of it", ways(func(d *plan.Desired) {
			d.Users = []plan.UserEntry{{Ref: at(plan.KindUsers, "ann@contoso.com", 5), Person: plan.Name{Text: "ann@contoso.com"}, Add: []plan.Wanted{want("VISIOCLIENT")}}}
		}), e3s, []string{"as-is  by nobody", "users ann@contoso.com: no"}},
		{"not on a closed list", ways(holders(design)), e3s, []string{"change unwanted by SPE_E3", "products SPE_E3: yes unwanted decides"}},
		{"on a closed list", ways(holders(sales)), e3s, []string{"in-sync wanted by SPE_E3", "products SPE_E3: yes wanted decides"}},
		{"a list of others", ways(func(d *plan.Desired) {
			d.Products = []plan.ProductEntry{{Ref: at(plan.KindProducts, "SPE_E3", 6), Product: plan.Name{Text: "SPE_E3"}, Add: who("bob@contoso.com")}}
		}), e3s, []string{"as-is  by nobody", "products 1 others"}},
		{"the first rule", ways(rules(rule("designers", 7, design, "SPE_E5"), rule("sellers", 8, sales, "VISIOCLIENT"), rule("all sellers", 9, sales, "SPE_E3"))), e3s,
			[]string{"change unwanted by sellers", "rules designers: no unwanted", "rules sellers: yes unwanted decides", `rules all sellers: yes wanted (the rule "sellers" comes first)`}},
		{"a rule that is not known", ways(rules(rule("board", 7, board), rule("sellers", 8, sales))), e3s,
			[]string{"not-evaluated unknown by board", "rules board: unknown unwanted decides", `rules sellers: yes unwanted (the rule "board" comes first)`}},
		{"through a group, by a rule", ways(rules(rule("sellers", 8, sales))), []plan.Source{through(e3)},
			[]string{"counted unwanted by sellers", "rules sellers: yes unwanted decides"}},
		{"duplicates", ways(entry("SPE_E3"), func(d *plan.Desired) { d.Settings.Manage.Duplicates = plan.DuplicatesRemove }), []plan.Source{direct(e3), through(e3)},
			[]string{"change wanted by duplicates: remove", "users ann@contoso.com: yes wanted decides"}},
		{"replaced", ways(rules(rule("sellers", 8, sales, "SPE_E3")), func(d *plan.Desired) {
			d.Settings.Manage.Assign = true
			d.Products = []plan.ProductEntry{{Ref: at(plan.KindProducts, "SPE_E3", 6), Product: plan.Name{Text: "SPE_E3"}, Replace: []plan.Replace{
				{Ref: at(plan.KindReplace, "", 7), With: plan.Name{Text: "SPE_E5"}, Who: who("bob@contoso.com")},
				{Ref: at(plan.KindReplace, "", 9), With: plan.Name{Text: "SPE_E5"}, Who: []plan.Who{sales}}}}}
		}), e3s, []string{"change unwanted by replace SPE_E3 with SPE_E5", "rules sellers: yes wanted overridden",
			"replace replace SPE_E3 with SPE_E5: yes unwanted decides", "replace 1 others"}},
		{"given through groups alone", ways(entry("SPE_E3"), func(d *plan.Desired) {
			d.Products = []plan.ProductEntry{{Ref: at(plan.KindProducts, "SPE_E3", 6), Product: plan.Name{Text: "SPE_E3"}, Via: plan.ViaGroup}}
		}), []plan.Source{direct(e3), through(e3)}, []string{"change wanted by via: group", "users ann@contoso.com: yes wanted decides"}},
		{"not in the pilot", ways(back, func(d *plan.Desired) { d.Settings.Manage.People = selector(plan.KeyDepartment, "design") }), e3s,
			[]string{"outside unwanted by back", "remove back: yes unwanted decides"}},
		{"a name that is somebody else's now", ways(back, func(d *plan.Desired) {
			d.Locked, d.Pins = true, []plan.Pin{{ID: "00000000-0000-4000-8000-0000000000aa", Name: "ann@contoso.com"}}
		}), e3s, []string{"not-evaluated unknown by back", "remove back: unknown unwanted decides"}},
		{"wanted and not given", ways(entry("SPE_E3")), nil, []string{"missing wanted by ann@contoso.com", "users ann@contoso.com: yes wanted decides"}},
		{"not wanted and not held", ways(back), nil, []string{"not-held unwanted by back", "remove back: yes unwanted decides"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := with(person(ann, "ann", test.held...), person(bob, "bob"))
			in.Snapshot.Groups = []plan.Group{{ID: grp, DisplayName: "board"}}
			for _, say := range test.say {
				say(in.Desired)
			}
			e := explained(t, in, string(ann), "SPE_E3")
			if got := explainedLines(e.Products[0]); !slices.Equal(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

// TestExplainTerms: each term says what was asked, what there is, and why
// something is not known.
func TestExplainTerms(t *testing.T) {
	u := person(ann, "ann", direct(e3))
	u.AccountEnabled, u.JobTitle = plan.Unknown, ""
	in := with(u, person(bob, "bob"))
	in.Snapshot.Groups = []plan.Group{{ID: grp, DisplayName: "Board", MembersRead: true, Members: []plan.UserID{ann}},
		{ID: "00000000-0000-4000-8000-0000000000f2", DisplayName: "closed"}}
	in.Snapshot.Reads = append(in.Snapshot.Reads, plan.Read{What: plan.ReadMembers, Status: plan.ReadDenied, Reason: "403 Forbidden"})
	in.Desired.Settings.Manage.Given, in.Desired.Settings.Manage.Products = true, names("SPE_E3")
	in.Snapshot.Users[0].CreatedAt = time.Date(2020, 1, 31, 0, 0, 0, 0, time.UTC)
	in.Desired.Tables = []plan.Table{{Name: "hr", File: "hr.csv", Key: plan.KeyedByID, Columns: []string{"lastDay"}, Rows: map[string][]string{string(ann): {"2026-11-19"}}}}
	one := func(key plan.Key, values ...string) plan.Term { return plan.Term{Key: key, Values: values} }
	in.Desired.Rules = []plan.Rule{{Ref: at(plan.KindRules, "all", 1), Add: []plan.Wanted{want("SPE_E3")}, Match: plan.Selector{Terms: []plan.Term{
		one(plan.KeyDepartment, "Sales", "Des*"), one(plan.KeyJobTitle, "Clerk"), one(plan.KeyAccountEnabled, "true"), one(plan.KeyMemberOf, "board", "closed"),
		{Key: plan.KeyCreated, OlderThan: 30}, one(plan.KeyMailbox, "shared"), one(plan.KeyRole, "any"), one(plan.KeyHolds, "VISIOCLIENT"), {Key: plan.KeyFact, Facts: []plan.FactTerm{
			{Table: "hr", Column: "lastDay", Before: &plan.Date{Offset: -14}}}}, one(plan.KeyListed, "hr"),
		one(plan.KeyMemberOf, "closed"), one(plan.KeyMemberOf, "nothing"), one(plan.KeySynced, "true"),
		{Key: plan.KeyNot, Not: selector(plan.KeyCity, "Oslo")}, {Key: plan.KeyCity, None: true},
	}}}}
	var got []string
	for _, x := range explained(t, in, string(ann), "SPE_E3").Products[0].Sections[4].Statements[0].Asked[0].Entries[0].Terms {
		got = append(got, fmt.Sprintf("%s %q has %q: %s %t %q %d", x.Key, x.Asked, x.Has, x.Answer, x.Empty, x.Why, len(x.Not)))
	}
	want := []string{
		`department ["Sales" "Des*"] has "Sales": yes false "" 0`,
		`jobTitle ["Clerk"] has "": no true "" 0`,
		`accountEnabled ["true"] has "": unknown false "Graph does not say" 0`,
		`memberOf ["board" "closed"] has "board": yes false "" 0`,
		`created ["olderThan 30d"] has "2020-01-31": yes false "" 0`,
		`mailbox ["shared"] has "": unknown false "kind of mailbox: not read" 0`,
		`role ["any"] has "": no false "" 0`,
		`holds ["VISIOCLIENT"] has "": no false "" 0`,
		`fact ["hr.lastDay before today-14d"] has "hr.lastDay 2026-11-19": no false "" 0`,
		`listed ["hr"] has "hr": yes false "" 0`,
		`memberOf ["closed"] has "": unknown false "the members of \"closed\" were not all read (403 Forbidden)" 0`,
		`memberOf ["nothing"] has "": unknown false "no group called \"nothing\" was read" 0`,
		`onPremisesSyncEnabled ["true"] has "false": no false "" 0`,
		`not [] has "": no false "" 1`,
		`city ["none"] has "": yes false "" 0`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestExplainPerson: the facts at the top, and all products without one named.
func TestExplainPerson(t *testing.T) {
	u := person(ann, "ann", direct(e3, yammer), direct(visio))
	u.Extensions = &[15]string{2: "x"}
	in := with(u, person(bob, "bob"))
	in.Desired.Settings.Manage.Exclude = names("VISIOCLIENT")
	in.Desired.Settings.Protect.Users = []plan.Name{{Text: "ann@contoso.com", Place: plan.Place{File: "reseat.yaml", Line: 7}}}
	in.Desired.Users = []plan.UserEntry{exact(1, "ann@contoso.com", "SPE_E3", "SPE_E5")}
	in.Snapshot.RoleAssignments = []plan.RoleAssignment{{ID: "1", Role: "62e90394-69f5-4237-9190-012177145e10", Principal: string(ann), Kind: plan.PrincipalUser, Scope: "/"}}
	e := explained(t, in, "ANN@contoso.com", "")
	var got []string
	for _, f := range e.Person.Facts {
		got = append(got, string(f.Key)+"="+f.Text+f.Why)
	}
	if s := strings.Join(got, " "); s != "userType=Member department=Sales usageLocation=SE extensionAttribute3=x mailbox=is not known lastSignIn=is not known" {
		t.Errorf("got facts %s", s)
	}
	if len(e.Person.Roles) != 1 || !e.Person.Protected.Listed || e.Person.InPeople != plan.Yes {
		t.Errorf("got %+v, want a role, protection, and in the pilot", e.Person)
	}
	if len(e.Products) != 2 || e.Products[0].Outcome != plan.OutInSync || e.Products[1].Outcome != plan.OutMissing || !slices.Equal(e.Products[0].Off, []string{"YAMMER_ENTERPRISE"}) {
		t.Errorf("got %+v, want E3 in sync without Yammer, and E5 missing", e.Products)
	}
	if len(e.Unmanaged) != 1 || e.Unmanaged[0].SKU != visio {
		t.Errorf("got %v not managed, want Visio", e.Unmanaged)
	}
	e = explained(t, in, "ann", "visioclient")
	if len(e.Products) != 1 || e.Products[0].Outcome != plan.OutNotManaged || len(e.Unmanaged) != 0 {
		t.Errorf("got %+v, want Visio, which is not managed", e.Products)
	}
}

// TestExplainNobody: a name that is nobody's says what is known of it.
func TestExplainNobody(t *testing.T) {
	other := person(cleo, "bob")
	other.UserPrincipalName = "bob@fabrikam.com"
	in := with(person(ann, "adele"), person(bob, "bob"), other)
	in.Snapshot.Deleted = []plan.DeletedUser{{ID: "00000000-0000-4000-8000-0000000000dd", UserPrincipalName: "gone@contoso.com", DeletedAt: time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)}}
	m, err := plan.New(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range [][3]string{
		{"adelle", "", `"adelle" is nobody in the tenant: did you mean adele?`},
		{"adele@contso.com", "", `"adele@contso.com" is nobody in the tenant: did you mean adele@contoso.com?`},
		{"zz", "", `"zz" is nobody in the tenant: say the userPrincipalName or the object id`},
		{"gone", "", `"gone" is no longer in the tenant: the account was deleted on 2026-11-03`},
		{"bob", "", `"bob" is more than one person: bob@contoso.com (00000000-0000-4000-8000-00000000000b), bob@fabrikam.com (00000000-0000-4000-8000-00000000000c)`},
		{"adele", "SPE_E4", `no product is called "SPE_E4": did you mean SPE_E3?`},
	} {
		if _, err := m.Explain(test[0], test[1]); err == nil || err.Error() != test[2] {
			t.Errorf("%s %s: got %v, want %s", test[0], test[1], err, test[2])
		}
	}
	in.Users = []string{"gone@contoso.com"}
	if _, err := plan.New(context.Background(), in); err == nil || !strings.Contains(err.Error(), "deleted on 2026-11-03") {
		t.Errorf("got %v, want the day of the deletion", err)
	}
	in.Users = []string{"adele"}
	if m, err = plan.New(context.Background(), in); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Explain("bob@contoso.com", ""); err == nil {
		t.Error("got no error for somebody outside of a limited plan")
	}
}

// TestExplainAgrees: for everybody and every managed product, the statement
// that an explanation names is the plan's, and what its statements answer leads
// to the same decision by the order of the sections alone.
func TestExplainAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		m, err := plan.New(context.Background(), in)
		if err != nil {
			t.Skip(err) // a folder that contradicts itself
		}
		for _, u := range in.Snapshot.Users {
			for _, sku := range allSKUs {
				e, err := m.Explain(string(u.ID), string(sku))
				if err != nil {
					t.Fatal(err)
				}
				agrees(t, m.Plan, &u, e.Products[0])
			}
		}
	})
}

func agrees(t *rapid.T, p *plan.Plan, u *plan.User, e plan.Explained) {
	where := u.UserPrincipalName + " " + e.Product.PartNumber + "\n" + strings.Join(explainedLines(e), "\n")
	var reason *plan.Reason
	for i := range p.Changes {
		if c := &p.Changes[i]; c.User.ID == u.ID && c.SKU() == e.Product.SKU {
			reason = &c.Reason
		}
	}
	if (reason != nil) != (e.Change != nil) || (reason != nil) != (e.Outcome == plan.OutChange) {
		t.Fatalf("%s: the plan has a change: %t", where, reason != nil)
	}
	if reason != nil && (*e.Decided != plan.Statement{Statement: reason.Statement, Kind: reason.Kind, File: reason.File, Line: reason.Line} ||
		reason.Kind != plan.KindSettings && reason.Kind != plan.KindVia && !slices.Equal(e.Overridden, reason.Overrides)) {
		t.Fatalf("%s: the plan says %+v", where, *reason)
	}
	if !e.Managed {
		if e.Outcome != plan.OutNotManaged {
			t.Fatalf("%s: not managed", where)
		}
		return
	}
	decided := plan.StanceNone
	moved := slices.IndexFunc(e.Sections, func(s plan.Section) bool { return s.Section == plan.KindReplace && s.Stance != "" })
	for _, s := range e.Sections {
		if s.Section == plan.KindReplace {
			continue
		}
		says := sectionSays(s)
		if says != s.Stance {
			t.Fatalf("%s: %s says %q by its statements, got %q", where, s.Section, says, s.Stance)
		}
		if decided == plan.StanceNone && moved < 0 {
			decided = says
			deciders(t, where, s, says)
			continue
		}
		deciders(t, where, s, plan.StanceNone)
	}
	if moved >= 0 { // it may also keep, or leave unknown, what a replacement would take
		decided = e.Sections[moved].Stance
		n := 0
		for _, h := range e.Sections[moved].Statements {
			if h.Decides {
				n++
			}
			if h.Decides && h.Answer == plan.No {
				t.Fatalf("%s: %s decides and does not speak", where, h.Statement.Statement)
			}
		}
		if n != 1 {
			t.Fatalf("%s: %d replacements decide", where, n)
		}
	}
	if decided != e.Stance {
		t.Fatalf("%s: by its sections %q", where, decided)
	}
}

// deciders checks that just one statement decides where the section does.
func deciders(t *rapid.T, where string, s plan.Section, says plan.Stance) {
	n := 0
	for _, h := range s.Statements {
		if !h.Decides {
			continue
		}
		n++
		if unknown := says == plan.StanceUnknown; unknown && h.Answer != plan.Unknown || !unknown && (h.Answer != plan.Yes || h.Says != says) {
			t.Fatalf("%s: %s decides %q and says %s %q", where, h.Statement.Statement, says, h.Answer, h.Says)
		}
	}
	if want := says != plan.StanceNone; (n == 1) != want || n > 1 {
		t.Fatalf("%s: %d statements of %s decide, and the section says %q", where, n, s.Section, says)
	}
}

// sectionSays is what the answers of a section amount to.
func sectionSays(s plan.Section) plan.Stance {
	found := func(answer plan.Truth, says plan.Stance) bool {
		return slices.ContainsFunc(s.Statements, func(h plan.Heard) bool {
			return h.Aside == "" && h.Answer == answer && (says == "" || h.Says == says)
		})
	}
	switch {
	case found(plan.Yes, plan.StanceKept):
		return plan.StanceKept
	case found(plan.Yes, plan.StanceWant):
		return plan.StanceWant
	case s.Section == plan.KindRemove && found(plan.Yes, plan.StanceNotWant):
		return plan.StanceNotWant
	case found(plan.Unknown, ""):
		return plan.StanceUnknown
	case found(plan.Yes, plan.StanceNotWant):
		return plan.StanceNotWant
	}
	return plan.StanceNone
}

// TestExplainNothingToTake: a remove that is unknown is no news of what a person
// does not hold, unless something else wants it.
func TestExplainNothingToTake(t *testing.T) {
	in := with(person(ann, "ann", direct(e3)))
	in.Desired.Remove = []plan.Remove{{Ref: at(plan.KindRemove, "hidden", 3), Who: []plan.Who{hidden}, Products: list("SPE_E3", "VISIOCLIENT", "POWER_BI_PRO")}}
	in.Desired.Users = []plan.UserEntry{{Ref: at(plan.KindUsers, "ann@contoso.com", 1), Person: plan.Name{Text: "ann@contoso.com"}, Add: []plan.Wanted{want("POWER_BI_PRO")}}}
	var got []string
	for _, p := range explained(t, in, "ann@contoso.com", "").Products {
		got = append(got, p.Product.PartNumber)
	}
	if want := []string{"POWER_BI_PRO", "SPE_E3"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
