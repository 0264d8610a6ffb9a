package plan_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/plan"
)

// The laws of the core, over random tenants and folders.

var allSKUs = []plan.SKU{e3, e5, visio, pbi}

var parts = map[plan.SKU]string{e3: "SPE_E3", e5: "SPE_E5", visio: "VISIOCLIENT", pbi: "POWER_BI_PRO"}

// world draws a tenant and a folder for it.
func world(t *rapid.T) plan.Input {
	n := rapid.IntRange(1, 12).Draw(t, "people")
	var people []plan.User
	for i := range n {
		people = append(people, drawPerson(t, i))
	}
	in := with(people...)
	in.Judge = strict{}
	for i := range in.Snapshot.Products {
		p := &in.Snapshot.Products[i]
		p.Enabled = max(0, p.Consumed+rapid.IntRange(-1, 3).Draw(t, "spare"))
		if rapid.IntRange(0, 9).Draw(t, "suspended") == 0 {
			p.Status = "Suspended"
		}
	}
	in.Snapshot.Groups = []plan.Group{{ID: grp, DisplayName: "board", MembersRead: rapid.Bool().Draw(t, "read"), Members: somebody(t, people)}}
	in.Snapshot.Roles = []plan.Role{{ID: helpdesk, TemplateID: helpdesk, Name: "Helpdesk Administrator"}}
	for i, id := range somebody(t, people) {
		in.Snapshot.RoleAssignments = append(in.Snapshot.RoleAssignments, plan.RoleAssignment{ID: fmt.Sprint(i), Role: helpdesk, Principal: string(id), Scope: "/"})
	}
	in.Desired.Tables = []plan.Table{drawTable(t, people)}
	if rapid.Bool().Draw(t, "other yammer") { // E5 carries the same service under another id
		for i := range in.Snapshot.Products {
			if p := &in.Snapshot.Products[i]; p.SKU == e5 {
				p.Plans = append(slices.Clone(p.Plans[:2]), plan.ServicePlan{ID: academic, Name: "YAMMER_EDU"})
			}
		}
	}
	drawFolder(t, in.Desired, people)
	widen(t, &in)
	return in
}

func drawTable(t *rapid.T, people []plan.User) plan.Table {
	f := plan.Table{Name: "hr", File: "hr.csv", Key: rapid.SampledFrom([]plan.TableKey{plan.KeyedByID, plan.KeyedByName}).Draw(t, "key"),
		Columns: []string{"lastDay", "Unit"}, Complete: rapid.Bool().Draw(t, "complete"), Rows: map[string][]string{}}
	if rapid.IntRange(0, 3).Draw(t, "old") == 0 {
		f.MaxAge, f.AsOf = time.Hour, now.Add(-2*time.Hour)
	}
	for _, u := range people {
		key := string(u.ID)
		if f.Key == plan.KeyedByName {
			key = u.UserPrincipalName
		}
		if rapid.Bool().Draw(t, "in the file") {
			f.Rows[key] = []string{rapid.SampledFrom([]string{"2026-11-01", "2026-11-19", "", "soon"}).Draw(t, "last day"),
				rapid.SampledFrom([]string{"North", "South", ""}).Draw(t, "unit")}
		}
	}
	return f
}

func drawPerson(t *rapid.T, i int) plan.User {
	u := person(plan.UserID(fmt.Sprintf("00000000-0000-4000-8000-0000000000%02x", i)), fmt.Sprintf("p%d", i))
	u.Department = rapid.SampledFrom([]string{"Sales", "Design", ""}).Draw(t, "department")
	u.AccountEnabled = rapid.SampledFrom([]plan.Truth{plan.Yes, plan.No, plan.Unknown}).Draw(t, "enabled")
	u.Mailbox = rapid.SampledFrom([]plan.Mailbox{"", plan.UserMailbox, plan.SharedMailbox, plan.NoMailbox}).Draw(t, "mailbox")
	if days := rapid.SampledFrom([]int{0, 10, 60, 200}).Draw(t, "signed in"); days > 0 {
		u.SignIn = &plan.SignIn{Interactive: now.AddDate(0, 0, -days)}
	}
	if rapid.Bool().Draw(t, "created") {
		u.CreatedAt = now.AddDate(0, 0, -rapid.SampledFrom([]int{3, 60}).Draw(t, "age"))
	}
	if rapid.IntRange(0, 5).Draw(t, "nowhere") == 0 {
		u.UsageLocation = ""
	}
	drawAttributes(t, &u)
	for _, sku := range allSKUs {
		off := []plan.PlanID{}
		if rapid.Bool().Draw(t, "off") && (sku == e3 || sku == e5) {
			off = append(off, yammer)
			if sku == e5 {
				off = []plan.PlanID{academic, yammer}
			}
		}
		switch rapid.IntRange(0, 9).Draw(t, "held") {
		case 0, 1:
			u.Sources = append(u.Sources, direct(sku, off...))
		case 2:
			u.Sources = append(u.Sources, through(sku))
		case 3:
			u.Sources = append(u.Sources, direct(sku), through(sku, off...))
		case 4:
			u.Sources = append(u.Sources, plan.Source{SKU: sku, Group: grp, State: plan.ErrorState})
		case 5:
			u.Unsourced = append(u.Unsourced, sku)
		case 6:
			u.Sources = append(u.Sources, plan.Source{SKU: sku, Group: grp, State: plan.ActiveWithError})
			if rapid.Bool().Draw(t, "and directly") {
				u.Sources = append(u.Sources, direct(sku, off...))
			}
		}
	}
	plan.SortSources(u.Sources)
	slices.Sort(u.Unsourced)
	return u
}

func somebody(t *rapid.T, people []plan.User) []plan.UserID {
	out := []plan.UserID{}
	for _, u := range people {
		if rapid.IntRange(0, 3).Draw(t, "member") == 0 {
			out = append(out, u.ID)
		}
	}
	return out
}

func drawSelector(t *rapid.T) *plan.Selector {
	if seldom(t, "of an attribute") {
		return attributed(t)
	}
	s := rapid.SampledFrom([]*plan.Selector{
		selector(plan.KeyDepartment, "sales"), selector(plan.KeyDepartment, "des*"), selector(plan.KeyAccountEnabled, "false"),
		selector(plan.KeyMemberOf, "board"), selector(plan.KeyMemberOf, "nothing"), selector(plan.KeyUPN, "p?@*"),
		selector(plan.KeyMailbox, "shared", "none"), term(plan.Term{Key: plan.KeyLastSignIn, OlderThan: 90}), term(plan.Term{Key: plan.KeyCreated, OlderThan: 30}),
		selector(plan.KeyRole, "any"), selector(plan.KeyRole, "Helpdesk Administrator"), selector(plan.KeyListed, "hr"),
		both(selector(plan.KeyMailbox, "user"), term(plan.Term{Key: plan.KeyLastSignIn, OlderThan: 30})),
		term(plan.Term{Key: plan.KeyFact, Facts: []plan.FactTerm{{Table: "hr", Column: "lastDay", Before: &plan.Date{Offset: -7}}}}),
		term(plan.Term{Key: plan.KeyFact, Facts: []plan.FactTerm{{Table: "hr", Column: "Unit", Values: []string{"north"}}}}),
		both(selector(plan.KeyMemberOf, "inner"), selector(plan.KeyAccountEnabled, "true")),
	}).Draw(t, "selector")
	if rapid.IntRange(0, 4).Draw(t, "not") == 0 {
		return &plan.Selector{Terms: []plan.Term{{Key: plan.KeyNot, Not: s}}}
	}
	return s
}

func drawProducts(t *rapid.T) []string {
	var out []string
	for _, sku := range allSKUs {
		if rapid.IntRange(0, 2).Draw(t, "product") == 0 {
			out = append(out, parts[sku])
		}
	}
	return out
}

func drawWanted(t *rapid.T) []plan.Wanted {
	var out []plan.Wanted
	for _, p := range drawProducts(t) {
		w := want(p)
		if strings.HasPrefix(p, "SPE") && rapid.IntRange(0, 3).Draw(t, "plans") == 0 {
			w.PlansGiven = true
			if p == "SPE_E3" && rapid.Bool().Draw(t, "yammer") {
				w.DisabledPlans = names("YAMMER_ENTERPRISE")
			}
		}
		out = append(out, w)
	}
	return out
}

// drawFolder says things by selector at every level, so that nothing contradicts.
func drawFolder(t *rapid.T, d *plan.Desired, people []plan.User) {
	m := &d.Settings.Manage
	m.Assign = rapid.Bool().Draw(t, "assign")
	m.Duplicates = rapid.SampledFrom([]plan.Duplicates{plan.DuplicatesKeep, plan.DuplicatesRemove}).Draw(t, "duplicates")
	m.Inherited = rapid.SampledFrom([]plan.Inherited{plan.InheritedReport, plan.InheritedBlock}).Draw(t, "inherited")
	if rapid.IntRange(0, 3).Draw(t, "exclude") == 0 {
		m.Exclude = names("POWER_BI_PRO")
	}
	line := 1
	next := func(kind plan.StatementKind) plan.Ref { line++; return at(kind, fmt.Sprint(kind, line), line) }
	var managed []string
	for _, sku := range allSKUs {
		if len(m.Exclude) == 0 || sku != pbi {
			managed = append(managed, parts[sku])
		}
	}
	some := func() plan.Products {
		return list(slices.DeleteFunc(drawProducts(t), func(p string) bool { return !slices.Contains(managed, p) })...)
	}
	wanted := func() []plan.Wanted {
		return slices.DeleteFunc(drawWanted(t), func(w plan.Wanted) bool { return !slices.Contains(managed, w.Product.Text) })
	}
	for range rapid.IntRange(0, 1).Draw(t, "keeps") {
		d.Keep = append(d.Keep, plan.Keep{Ref: next(plan.KindKeep), Who: []plan.Who{{Selector: drawSelector(t)}}, Products: some()})
	}
	for range rapid.IntRange(0, 2).Draw(t, "removes") {
		r := plan.Remove{Ref: next(plan.KindRemove), Who: []plan.Who{{Selector: drawSelector(t)}}, Products: some(),
			DataLoss: rapid.SampledFrom([]plan.DataLoss{plan.LossDeny, plan.LossSkip, plan.LossAccept}).Draw(t, "loss")}
		if rapid.Bool().Draw(t, "except") {
			r.Except = []plan.Who{{Selector: drawSelector(t)}}
		}
		d.Remove = append(d.Remove, r)
	}
	for i := range people {
		if rapid.IntRange(0, 3).Draw(t, "entry") == 0 {
			e := plan.UserEntry{Ref: next(plan.KindUsers), Person: plan.Name{Text: people[i].UserPrincipalName}, Exact: true, Licenses: wanted()}
			d.Users = append(d.Users, e)
		}
	}
	if rapid.Bool().Draw(t, "products") {
		e := plan.ProductEntry{Ref: next(plan.KindProducts), Product: plan.Name{Text: "VISIOCLIENT"},
			Closed: rapid.Bool().Draw(t, "closed"), Add: []plan.Who{{Selector: drawSelector(t)}}}
		if e.Closed {
			e.Holders = []plan.Who{{Selector: drawSelector(t)}}
		}
		d.Products = append(d.Products, e)
	}
	drawWays(t, d, managed, next)
	for range rapid.IntRange(0, 3).Draw(t, "rules") {
		r := plan.Rule{Ref: next(plan.KindRules), Match: *drawSelector(t), Exact: rapid.Bool().Draw(t, "exact")}
		if r.Exact {
			r.Licenses = wanted()
		} else if r.Add = wanted(); len(r.Add) == 0 {
			continue
		}
		d.Rules = append(d.Rules, r)
	}
}

// onward leaves out the replacements that stand in no order of products, or that
// a statement which was added forbids.
func onward(d *plan.Desired, order []string) {
	for i := range d.Products {
		p := &d.Products[i]
		p.Replace = slices.DeleteFunc(p.Replace, func(r plan.Replace) bool {
			return slices.Index(order, p.Product.Text) > slices.Index(order, r.With.Text) || !mayReplace(d, r.With.Text)
		})
	}
}

// mayReplace reports whether a product can take the place of another: no
// remove lists it, and it has no closed list.
func mayReplace(d *plan.Desired, y string) bool {
	return !slices.ContainsFunc(d.Remove, func(r plan.Remove) bool {
		return slices.ContainsFunc(r.Products.List, func(n plan.Name) bool { return n.Text == y })
	}) && !slices.ContainsFunc(d.Products, func(p plan.ProductEntry) bool { return p.Closed && p.Product.Text == y })
}

// drawWays says how some products shall be held, and what takes the place of
// others, where no statement forbids it.
func drawWays(t *rapid.T, d *plan.Desired, managed []string, next func(plan.StatementKind) plan.Ref) {
	for _, x := range managed {
		e := plan.ProductEntry{Ref: next(plan.KindProducts), Product: plan.Name{Text: x}}
		if rapid.IntRange(0, 3).Draw(t, "way") == 0 {
			e.Via = rapid.SampledFrom([]plan.Via{plan.ViaAny, plan.ViaDirect, plan.ViaGroup}).Draw(t, "via")
		}
		for range rapid.IntRange(0, 4).Draw(t, "replaces") - 2 {
			y := rapid.SampledFrom(managed).Draw(t, "with")
			if y == x || !mayReplace(d, y) {
				continue
			}
			r := plan.Replace{Ref: next(plan.KindProducts), With: plan.Name{Text: y}, Who: []plan.Who{{Everyone: true}}}
			if rapid.Bool().Draw(t, "some") {
				r.Who = []plan.Who{{Selector: drawSelector(t)}}
			}
			if rapid.IntRange(0, 2).Draw(t, "except") == 0 {
				r.Except = []plan.Who{{Selector: drawSelector(t)}}
			}
			e.Replace = append(e.Replace, r)
		}
		if e.Via != "" || len(e.Replace) > 0 {
			d.Products = append(d.Products, e)
		}
	}
}

// carryOut applies a plan to a copy of the tenant in the plan's own order, and
// checks that in no prefix a product uses more seats than it has.
func carryOut(t *rapid.T, in plan.Input, p *plan.Plan) *plan.Snapshot {
	s := clone(in.Snapshot)
	for _, id := range p.Order {
		u, ok := s.User(id)
		if !ok {
			t.Fatalf("the order names %s, who is nobody", id)
		}
		gave := map[plan.SKU]bool{}
		for _, c := range p.Executable() {
			if c.Request == id {
				change(t, s, u, c)
				gave[c.SKU()] = gave[c.SKU()] || c.Action == plan.Assign
			}
		}
		for i := range s.Products {
			if x := &s.Products[i]; gave[x.SKU] && x.Consumed > x.Bought() {
				t.Fatalf("overdraft: %s uses %d of %d after %s", x.PartNumber, x.Consumed, x.Bought(), u.UserPrincipalName)
			}
		}
	}
	return s
}

func clone(s *plan.Snapshot) *plan.Snapshot {
	out := *s
	out.Users, out.Products = slices.Clone(s.Users), slices.Clone(s.Products)
	for i := range out.Users {
		out.Users[i].Sources = slices.Clone(out.Users[i].Sources)
	}
	return &out
}

// change does what Graph does for one change.
func change(t *rapid.T, s *plan.Snapshot, u *plan.User, c *plan.Change) {
	held := func() bool {
		return slices.Contains(u.Unsourced, c.SKU()) ||
			slices.ContainsFunc(u.Sources, func(x plan.Source) bool { return x.SKU == c.SKU() && x.Held() })
	}
	before := held()
	i := slices.IndexFunc(u.Sources, func(x plan.Source) bool { return x.SKU == c.SKU() && x.Direct() })
	if (i >= 0) != (c.Before != nil) {
		t.Fatalf("%s: before is %v, held directly is %t", c.ID, c.Before, i >= 0)
	}
	if i >= 0 {
		u.Sources = slices.Delete(u.Sources, i, i+1)
	}
	if c.After != nil {
		u.Sources = append(u.Sources, direct(c.SKU(), c.After.DisabledPlans...))
		plan.SortSources(u.Sources)
	}
	for j := range s.Products {
		if s.Products[j].SKU == c.SKU() {
			switch after := held(); {
			case before && !after:
				s.Products[j].Consumed--
			case after && !before:
				s.Products[j].Consumed++
			}
		}
	}
}

func newPlan(t *rapid.T, in plan.Input) *plan.Made {
	m, err := plan.New(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestNothingToDo: a plan that was carried out and is made again has nothing
// left to carry out. Hands off and the overdraft come with it.
//
// Seats that are short make two exceptions, what `holds` could not tell a third, and what differs is checked to be
// one: a user who was done in part and lacked a seat that others then freed is
// given it by the next plan, as each user has one request in a plan; and a
// request that fell because of one of its changes, whose seat others then took,
// no longer contains an assign that its other changes could fall with.
func TestNothingToDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		in.Judge = protecting{}
		if rapid.Bool().Draw(t, "holds") {
			drawHolds(t, in.Desired)
		}
		for round := 1; ; round++ {
			m := newPlan(t, in)
			p := m.Plan
			handsOff(t, in, p)
			in.Snapshot = carryOut(t, in, p)
			again := newPlan(t, in).Plan
			if again.Summary.Changes == 0 {
				return
			}
			if round > len(in.Snapshot.Users) {
				t.Fatal("it never ends")
			}
			for _, c := range again.Executable() {
				if !waited(p, c.Request) && !freedByWaiting(m, again, c) && !hung(m, c.Request) {
					t.Fatalf("made again it has changes:\n%s\nfirst:\n%s", strings.Join(lines(again), "\n"), strings.Join(lines(p), "\n"))
				}
			}
		}
	})
}

// hung reports whether it was not known what a user would hold: once the first
// plan is done it is.
func hung(m *plan.Made, id plan.UserID) bool {
	will := m.WillHold()
	return slices.ContainsFunc(allSKUs, func(sku plan.SKU) bool {
		t, asked := will(id, sku)
		return asked && t == plan.Unknown
	})
}

// freedByWaiting reports whether a change gives a seat that was short, and that
// one of the other exceptions frees now.
func freedByWaiting(m *plan.Made, again *plan.Plan, c *plan.Change) bool {
	short := slices.ContainsFunc(m.Plan.Missing, func(m plan.Missing) bool { return m.User.ID == c.Request && m.Because == plan.NoSeat })
	return short && slices.ContainsFunc(again.Executable(), func(o *plan.Change) bool {
		return o.Lost() && (waited(m.Plan, o.Request) || hung(m, o.Request))
	})
}

// waited reports whether a user was done in part and lacked a seat for the
// rest, or wanted a seat in a request that fell.
func waited(p *plan.Plan, id plan.UserID) bool {
	fell := slices.ContainsFunc(p.Changes, func(c plan.Change) bool {
		return c.Request == id && c.Action == plan.Assign && !c.Verdict.Executable()
	})
	return fell || slices.Contains(p.Order, id) && slices.ContainsFunc(p.Missing, func(m plan.Missing) bool {
		return m.User.ID == id && m.Because == plan.NoSeat
	})
}

// handsOff checks that nothing speaks of what is not ours: products that are
// not managed, seats through groups alone, and seats of unknown source.
func handsOff(t *rapid.T, in plan.Input, p *plan.Plan) {
	excluded := len(in.Desired.Settings.Manage.Exclude) > 0
	for _, c := range p.Changes {
		u, ok := in.Snapshot.User(c.Request)
		switch {
		case !ok:
			t.Fatalf("%s: nobody in the tenant", c.ID)
		case excluded && c.SKU() == pbi:
			t.Fatalf("%s: not managed", c.ID)
		case c.Verdict.Executable() && slices.Contains(u.Unsourced, c.SKU()):
			t.Fatalf("%s: source unknown", c.ID)
		case c.Verdict.Executable() && c.Action == plan.Unassign && !slices.ContainsFunc(u.Sources, func(s plan.Source) bool { return s.SKU == c.SKU() && s.Direct() }):
			t.Fatalf("%s: not held directly", c.ID)
		}
		if s := in.Desired.Settings.Manage.People; s != nil && len(s.Terms) == 1 && s.Terms[0].Key == plan.KeyDepartment && s.Terms[0].Values[0] == "sales" && u.Department != "Sales" {
			t.Fatalf("%s: not in manage.people", c.ID)
		}
		if kept(in.Desired, u, c.SKU()) {
			t.Fatalf("%s: a keep speaks of it", c.ID)
		}
		if c.Verdict.Executable() && c.Lost() && c.Reason.Kind == plan.KindReplace && !replaced(p, u, &c) {
			t.Fatalf("%s: taken, and nothing takes its place:\n%s", c.ID, strings.Join(lines(p), "\n"))
		}
	}
}

// replaced reports whether who loses a seat by a replacement has the other one,
// or is given it in the same request.
func replaced(p *plan.Plan, u *plan.User, c *plan.Change) bool {
	_, with, _ := strings.Cut(c.Reason.Statement, " with ")
	held := slices.ContainsFunc(u.Sources, func(s plan.Source) bool { return parts[s.SKU] == with && s.Held() }) ||
		slices.ContainsFunc(u.Unsourced, func(sku plan.SKU) bool { return parts[sku] == with })
	return held || slices.ContainsFunc(p.Executable(), func(o *plan.Change) bool {
		return o.Request == c.Request && o.Action == plan.Assign && o.Product.PartNumber == with
	})
}

// kept is a second, plain reading of keep: whoever it may mean.
func kept(d *plan.Desired, u *plan.User, sku plan.SKU) bool {
	for _, k := range d.Keep {
		term := k.Who[0].Selector.Terms[0]
		if !k.Span.Speaks("2026-11-20") || len(k.Except) > 0 || len(k.Who[0].Selector.Terms) > 1 {
			continue
		}
		sure := term.Key == plan.KeyAccountEnabled && u.AccountEnabled == plan.No ||
			term.Key == plan.KeyDepartment && term.Values[0] == "sales" && u.Department == "Sales"
		if sure && k.Products.All || sure && slices.ContainsFunc(k.Products.List, func(n plan.Name) bool { return n.Text == parts[sku] }) {
			return true
		}
	}
	return false
}

// offOf drops from what people hold which service plans are off that the product
// does not have: Graph takes no such list, and an undo sends none.
func offOf(s *plan.Snapshot, sources []plan.Source) string {
	out := slices.Clone(sources)
	for i := range out {
		at := slices.IndexFunc(s.Products, func(x plan.Product) bool { return x.SKU == out[i].SKU })
		if at < 0 || len(s.Products[at].Plans) == 0 {
			continue
		}
		out[i].DisabledPlans = slices.DeleteFunc(slices.Clone(out[i].DisabledPlans), func(id plan.PlanID) bool {
			return !slices.ContainsFunc(s.Products[at].Plans, func(x plan.ServicePlan) bool { return x.ID == id })
		})
	}
	return fmt.Sprint(out)
}

// TestUndoGivesBack: a run that is undone leaves everybody with what he had, but
// for what is told: a product that can no longer be given.
func TestUndoGivesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		before := in.Snapshot
		p := newPlan(t, in).Plan
		executed := map[string]time.Time{}
		for _, c := range p.Executable() {
			executed[c.ID] = time.Time{}
		}
		in.Snapshot = carryOut(t, in, p)
		m, err := plan.Undo(context.Background(), plan.UndoInput{Input: in, Run: "run", Plan: p, Executed: executed})
		if err != nil {
			t.Fatal(err)
		}
		short := map[plan.UserID]bool{} // who is told that he gets only a part
		for _, x := range m.Plan.Missing {
			short[x.User.ID] = true
		}
		back := map[string]bool{}
		for _, c := range m.Plan.Executable() {
			if back[c.ID] = true; short[c.Request] && c.Takes() {
				t.Fatalf("%s is taken, and not all that was there before is given back:\n%s", c.ID, strings.Join(lines(m.Plan), "\n"))
			}
		}
		for _, c := range p.Executable() {
			if !back[c.ID] && !short[c.Request] {
				t.Fatalf("the run made %s, and the undo does not reverse it:\n%s", c.ID, strings.Join(lines(m.Plan), "\n"))
			}
		}
		after := clone(in.Snapshot)
		for _, id := range m.Plan.Order {
			u, _ := after.User(id)
			for _, c := range m.Plan.Executable() {
				if c.Request == id {
					change(t, after, u, c)
				}
			}
		}
		for i := range before.Users {
			if short[before.Users[i].ID] {
				continue
			}
			if got, want := offOf(before, after.Users[i].Sources), offOf(before, before.Users[i].Sources); got != want {
				t.Fatalf("%s: got %s, want %s", before.Users[i].UserPrincipalName, got, want)
			}
		}
	})
}

// TestSameBytes: equal inputs give equal bytes, whatever order they come in,
// and what was written reads back.
func TestSameBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		m := newPlan(t, in)
		data := plan.Encode(m.Plan)
		if again := plan.Encode(newPlan(t, in).Plan); !bytes.Equal(again, data) {
			t.Fatal("made twice, it differs")
		}
		p, err := plan.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(plan.Encode(p), data) {
			t.Fatal("written again, it differs")
		}
		i := rapid.IntRange(0, len(data)-1).Draw(t, "byte")
		bad := bytes.Clone(data)
		bad[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		if _, err := plan.Decode(bad); err == nil {
			t.Fatalf("byte %d may be changed", i)
		}
	})
}

// TestBaselineTellsDrift: after an apply nothing has drifted, and a seat that
// somebody gives is drift.
func TestBaselineTellsDrift(t *testing.T) {
	in := with(person(ann, "ann", direct(visio)), person(bob, "bob"))
	in.Desired.Products = []plan.ProductEntry{{Ref: at(plan.KindProducts, "VISIOCLIENT", 1), Product: plan.Name{Text: "VISIOCLIENT"}, Closed: true, Holders: who("ann@contoso.com")}}
	m, err := plan.New(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	in.Baseline = m.Baseline("")
	if p := mustNew(t, in); len(p.Drift) != 0 || p.Summary.Verdict != plan.InSync {
		t.Fatalf("got %v %s, want no drift and in sync", p.Drift, p.Summary.Verdict)
	}
	in.Snapshot = clone(in.Snapshot)
	in.Snapshot.Users[1].Sources = []plan.Source{direct(visio)}
	p := mustNew(t, in)
	if len(p.Drift) != 1 || p.Drift[0].What != "given" || len(p.Changes) != 1 || p.Changes[0].Cause != plan.CauseDrift {
		t.Fatalf("got drift %v, changes %v", p.Drift, p.Changes)
	}
	in.Desired.Products[0].Holders = nil
	causes := map[plan.Cause]int{}
	for _, c := range mustNew(t, in).Changes {
		causes[c.Cause]++
	}
	if causes[plan.CauseConfig] != 2 {
		t.Errorf("got %v, want the changed list to be the cause of both", causes)
	}
}
