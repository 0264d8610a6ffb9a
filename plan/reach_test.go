package plan_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/plan"
)

// reached is the snapshot as it is when only those are read whom r names: who
// holds a product, or is in error with one through a group, and named people.
func reached(s *plan.Snapshot, r plan.Reach) *plan.Snapshot {
	out := *s
	out.Scope, out.Total = plan.Holders, len(s.Users)
	out.Users = slices.DeleteFunc(slices.Clone(s.Users), func(u plan.User) bool {
		holds := slices.ContainsFunc(r.Products, func(sku plan.SKU) bool {
			return slices.Contains(u.Unsourced, sku) || slices.ContainsFunc(u.Sources, func(x plan.Source) bool { return x.SKU == sku })
		})
		named := slices.ContainsFunc(r.People, func(n string) bool {
			return strings.EqualFold(n, u.UserPrincipalName) || strings.EqualFold(n, string(u.ID))
		})
		return !holds && !named && !slices.Contains(r.IDs, u.ID)
	})
	out.Count = plan.UserCount{Before: len(out.Users), After: len(out.Users)}
	return &out
}

// same is the document without what says how much was read.
func same(p *plan.Plan) string {
	q := *p
	q.Inputs.Snapshot.Users, q.Inputs.Snapshot.Of, q.Inputs.Snapshot.SeatsDirect = 0, 0, 0
	q.Digests.Body = ""
	q.Guards = slices.Clone(p.Guards)
	for i := range q.Guards {
		q.Guards[i].AtLeast = false
		if g := &q.Guards[i]; g.OK && g.Code != "R203" && g.Code != "R208" {
			g.Of, g.Limit = 0, 0
		}
	}
	return string(plan.Encode(&q))
}

// phone is a product that no folder of these tests manages.
const phone plan.SKU = "e43b5b99-8dfb-405f-9987-dc307f34bcbd"

// nobodyWants takes from a folder what can want a seat for people it does not name.
func nobodyWants(d *plan.Desired) {
	d.Rules = slices.DeleteFunc(d.Rules, func(r plan.Rule) bool { return len(r.Licenses)+len(r.Add) > 0 })
	d.Products = slices.DeleteFunc(d.Products, func(p plan.ProductEntry) bool { return len(p.Holders)+len(p.Add) > 0 })
	d.Settings.Manage.People = nil // of whom all are counted
}

// drawPins pins some of the people's names: to who bears them, to others, and to
// people who are gone.
func drawPins(t *rapid.T, d *plan.Desired, people int) {
	if d.Locked = rapid.Bool().Draw(t, "locked"); !d.Locked {
		return
	}
	for i := range people {
		to := i
		switch rapid.IntRange(0, 4).Draw(t, "pin") {
		case 0:
			continue
		case 1:
			to = (i + 1) % people
		case 2:
			to = 0xee
		}
		d.Pins = append(d.Pins, plan.Pin{ID: plan.UserID(fmt.Sprintf("00000000-0000-4000-8000-0000000000%02x", to)), Name: fmt.Sprintf("p%d@contoso.com", i)})
	}
	d.Pins = append(d.Pins, plan.Pin{ID: "00000000-0000-4000-8000-000000000000", Name: "old0@contoso.com"})
}

// TestHoldersAreEnough: a plan made of those alone whom the folder can be about
// is the plan that all people give, or says that it needs them.
func TestHoldersAreEnough(t *testing.T) {
	alike, more, less := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		if rapid.Bool().Draw(t, "holds") {
			drawHolds(t, in.Desired)
			for i := range in.Snapshot.Users { // of a product that nobody manages
				if rapid.IntRange(0, 3).Draw(t, "phone") == 0 {
					u := &in.Snapshot.Users[i]
					u.Sources = append(u.Sources, direct(phone))
					plan.SortSources(u.Sources)
				}
			}
			in.Desired.Keep = append(in.Desired.Keep, plan.Keep{Ref: at(plan.KindKeep, "phone", 200), Who: whom(holds("MCOEV")), Products: list("VISIOCLIENT")})
		}
		nobodyWants(in.Desired)
		for i := range in.Snapshot.Users {
			if rapid.Bool().Draw(t, "holds nothing") {
				u := &in.Snapshot.Users[i]
				u.Sources, u.Unsourced = nil, nil
			}
		}
		drawPins(t, in.Desired, len(in.Snapshot.Users))
		for _, name := range []string{"p0@contoso.com", "p1@contoso.com", "old0@contoso.com", "nobody@contoso.com"} {
			if rapid.IntRange(0, 5).Draw(t, "named") == 0 {
				in.Desired.Settings.Protect.Users = append(in.Desired.Settings.Protect.Users, plan.Name{Text: name})
			}
		}
		if rapid.Bool().Draw(t, "deleted") {
			in.Snapshot.Deleted = []plan.DeletedUser{{ID: "00000000-0000-4000-8000-0000000000fe", UserPrincipalName: "nobody@contoso.com"}}
		}
		if rapid.Bool().Draw(t, "baseline") {
			then := in
			then.Snapshot = clone(in.Snapshot)
			for i := range then.Snapshot.Users {
				if rapid.Bool().Draw(t, "held then") {
					then.Snapshot.Users[i].Sources = []plan.Source{direct(visio)}
				}
			}
			in.Baseline = newPlan(t, then).Baseline("")
		}
		r := plan.ReachOf(in.Desired, in.Snapshot.Products, in.Baseline, nil)
		if r.Everyone {
			t.Fatalf("everyone, for %s", r.Why)
		}
		some := in
		some.Snapshot = reached(in.Snapshot, r)
		got, err := plan.New(context.Background(), some)
		if errors.Is(err, plan.ErrNeedsEveryone) {
			more++
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if a, b := same(got.Plan), same(newPlan(t, in).Plan); a != b {
			t.Fatalf("of %d of %d people got\n%s\nwant\n%s", len(some.Snapshot.Users), len(in.Snapshot.Users), a, b)
		}
		alike++
		if len(some.Snapshot.Users) < len(in.Snapshot.Users) {
			less++
		}
	})
	if alike == 0 || less == 0 || more == 0 {
		t.Errorf("%d plans alike, %d of them with fewer people, %d that needed everyone: each should occur", alike, less, more)
	}
}

func TestReach(t *testing.T) {
	in := with(person(ann, "ann", direct(visio)), person(bob, "bob"))
	d := in.Desired
	d.Remove = []plan.Remove{{Ref: at(plan.KindRemove, "visio", 1), Who: []plan.Who{{Selector: selector(plan.KeyDepartment, "sales")}, {Person: "bob@contoso.com"}}, Products: list("VISIOCLIENT")}}
	d.Settings.Manage = plan.Manage{}
	base := &plan.Baseline{Seats: []plan.BaselineSeat{{User: ann, SKU: visio}, {User: bob, SKU: e3}}}
	r := plan.ReachOf(d, in.Snapshot.Products, base, []string{"cleo@contoso.com"})
	if r.Everyone || !slices.Equal(r.Products, []plan.SKU{visio}) ||
		!slices.Equal(r.People, []string{"bob@contoso.com", "cleo@contoso.com"}) || !slices.Equal(r.IDs, []plan.UserID{ann}) {
		t.Fatalf("got %+v", r)
	}
	all := *in.Desired
	all.Settings.Manage = plan.Manage{All: true}
	if r := plan.ReachOf(&all, nil, nil, nil); r.Everyone || len(r.Products) != 0 {
		t.Errorf("all products, of a tenant that was not asked yet: got %+v", r)
	}
	if r := plan.ReachOf(&all, in.Snapshot.Products, nil, nil); r.Everyone || !slices.Contains(r.Products, visio) || !slices.Contains(r.Products, e3) {
		t.Errorf("all products: got %+v", r)
	}
	for name, more := range map[string]func(*plan.Desired){
		"a rule that gives": func(d *plan.Desired) {
			d.Rules = []plan.Rule{{Ref: at(plan.KindRules, "a rule that gives", 2), Match: *selector(plan.KeyDepartment, "sales"), Add: []plan.Wanted{want("VISIOCLIENT")}}}
		},
		"a closed list with a selector": func(d *plan.Desired) {
			d.Products = []plan.ProductEntry{{Ref: at(plan.KindProducts, "a closed list with a selector", 2), Product: plan.Name{Text: "VISIOCLIENT"}, Closed: true,
				Holders: []plan.Who{{Selector: selector(plan.KeyDepartment, "sales")}}}}
		},
		"manage.people": func(d *plan.Desired) { d.Settings.Manage.People = selector(plan.KeyMemberOf, "wave-1") },
		"an open list for everyone": func(d *plan.Desired) {
			d.Products = []plan.ProductEntry{{Ref: at(plan.KindProducts, "an open list for everyone", 2), Product: plan.Name{Text: "VISIOCLIENT"}, Add: []plan.Who{{Everyone: true}}}}
		},
	} {
		d := *in.Desired
		more(&d)
		if r := plan.ReachOf(&d, in.Snapshot.Products, nil, nil); !r.Everyone || r.Why != name {
			t.Errorf("%s: got %+v", name, r)
		}
	}
}

// TestActorApart: what is said of the identity that plans is said to be so.
func TestActorApart(t *testing.T) {
	in := with(person(ann, "ann", direct(visio)))
	in.Judge = tripping{code: "R101"}
	guard := func() plan.Guard {
		m, err := plan.New(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		return m.Plan.Guards[0]
	}
	if g := guard(); g.Code != "R101" || g.Message != "over" {
		t.Errorf("one identity: got %+v", g)
	}
	in.Desired.Settings.Auth = plan.Auth{Plan: plan.Identity{Method: plan.AuthCLI}, Apply: plan.Identity{Method: plan.AuthGitHub}}
	if g := guard(); g.Message != "of the identity that plans: over; apply signs in otherwise, and that identity is judged then" {
		t.Errorf("two identities: got %+v", g)
	}
}

// TestReachPrefixes: how names begin is told where a selector says nothing else.
func TestReachPrefixes(t *testing.T) {
	in := with(person(ann, "ann"))
	d := in.Desired
	both := selector(plan.KeyUPN, "Svc-*", "break?glass@*")
	d.Settings.Protect.Match = []plan.Selector{*selector(plan.KeyUPN, "bg-*@*"), *selector(plan.KeyUPN, "ab*"), *selector(plan.KeyUPN, "*@contoso.com", "long-*"),
		*selector(plan.KeyDepartment, "sales*"), {Terms: append(both.Terms, selector(plan.KeyDepartment, "x").Terms...)}, {Terms: []plan.Term{{Key: plan.KeyNot, Not: both}}}}
	d.Keep = []plan.Keep{{Who: []plan.Who{{Selector: both}, {Person: "eve@contoso.com"}}, Except: []plan.Who{{Selector: selector(plan.KeyUPN, "bg-*")}}}}
	d.Remove = []plan.Remove{{Who: []plan.Who{{Selector: selector(plan.KeyUPN, "left-*")}}, Except: []plan.Who{{Selector: selector(plan.KeyUPN, "test.one@contoso.com")}}}}
	if got, want := plan.ReachOf(d, in.Snapshot.Products, nil, nil).Prefixes, []string{"bg-", "break", "svc-", "test.one@contoso.com"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestNeedsEveryone: what may look otherwise among all is not judged among some.
func TestNeedsEveryone(t *testing.T) {
	base := func() plan.Input {
		in := with(person(ann, "ann", direct(visio)), person(bob, "bob"))
		in.Snapshot.Scope, in.Snapshot.Total = plan.Holders, 2
		return in
	}
	for name, change := range map[string]func(*plan.Input){
		"a name in users": func(in *plan.Input) {
			in.Desired.Users = []plan.UserEntry{{Ref: at(plan.KindUsers, "eve", 1), Person: plan.Name{Text: "eve@contoso.com"}}}
		},
		"a name in protect": func(in *plan.Input) { in.Desired.Settings.Protect.Users = names("eve@contoso.com") },
		"a selector in protect": func(in *plan.Input) {
			in.Desired.Settings.Protect.Match = []plan.Selector{*selector(plan.KeyUPN, "bg-*")}
		},
		"a product that only its holders know": func(in *plan.Input) {
			in.Desired.Settings.Limits.Uncounted = names("00000000-0000-4000-8000-00000000beef")
		},
		"--product": func(in *plan.Input) { in.Products = []string{"00000000-0000-4000-8000-00000000beef"} },
		"a limit":   func(in *plan.Input) { in.Judge = tripping{code: "R202"} },
		"--user":    func(in *plan.Input) { in.Users = []string{"eve"} },
	} {
		in := base()
		change(&in)
		if _, err := plan.New(context.Background(), in); !errors.Is(err, plan.ErrNeedsEveryone) {
			t.Errorf("%s: got %v, want ErrNeedsEveryone", name, err)
		}
		in.Snapshot.Scope = plan.Everyone
		if _, err := plan.New(context.Background(), in); errors.Is(err, plan.ErrNeedsEveryone) {
			t.Errorf("%s, with everyone: got %v", name, err)
		}
	}
	in := base()
	if p := mustNew(t, in); p.Inputs.Snapshot.Of != 2 {
		t.Errorf("got of %d, want 2", p.Inputs.Snapshot.Of)
	}
}

// tripping is a judge of which one guard trips.
type tripping struct {
	strict
	code string
}

func (j tripping) Plan(context.Context, plan.PlanFacts) ([]plan.Decision, error) {
	return []plan.Decision{{Code: j.code, Rule: "limit", Level: plan.LevelGuard, Message: "over"}}, nil
}

// TestFormers: where a name went is said, and decides nothing.
func TestFormers(t *testing.T) {
	gone := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	in := with(person(ann, "ann", direct(visio)), person(bob, "bob"))
	in.Snapshot.Users[1].Aliases = []string{"robert@contoso.com"}
	in.Snapshot.Deleted = []plan.DeletedUser{{ID: "00000000-0000-4000-8000-0000000000fe", UserPrincipalName: "gil@contoso.com", DeletedAt: gone}}
	in.Desired.Settings.Protect.Users = names("gil@contoso.com")
	in.Desired.Products = []plan.ProductEntry{{Ref: at(plan.KindProducts, "VISIOCLIENT", 1), Product: plan.Name{Text: "VISIOCLIENT"}, Closed: true,
		Holders: who("gil@contoso.com", "00000000-0000-4000-8000-0000000000fe")}}
	in.Desired.Users = []plan.UserEntry{{Ref: at(plan.KindUsers, "robert", 2), Person: plan.Name{Text: "robert@contoso.com"}, Exact: true}}
	p := mustNew(t, in)
	if p.Summary.Verdict != plan.HasChanges || len(p.Changes) != 1 || p.Changes[0].User.ID != ann {
		t.Fatalf("got %s %v, want a deleted person to stop nothing", p.Summary.Verdict, p.Changes)
	}
	var notes []string
	for _, n := range p.Notes {
		notes = append(notes, n.Text)
	}
	all := strings.Join(notes, "\n")
	for _, want := range []string{
		`"gil@contoso.com" is no longer in the tenant: the account was deleted on 2026-11-03`,
		`"robert@contoso.com"; it is an address of bob@contoso.com`,
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the notes lack %s:\n%s", want, all)
		}
	}
	if !bytes.Contains(plan.Encode(p), []byte("2026-11-03")) {
		t.Error("the day is not in the document")
	}
}

// TestEligibleThroughGroup: who may make himself a member of a group has its role.
func TestEligibleThroughGroup(t *testing.T) {
	in := with(person(ann, "ann", direct(visio)), person(bob, "bob", direct(visio)))
	in.Snapshot.Groups = []plan.Group{{ID: grp, DisplayName: "helpdesk", MembersRead: true, Members: []plan.UserID{bob}, Eligible: []plan.UserID{ann, bob}}}
	in.Snapshot.Roles = []plan.Role{{ID: "729827e3-9c14-49f7-bb1b-9608f156bbb8", TemplateID: "729827e3-9c14-49f7-bb1b-9608f156bbb8", Name: "Helpdesk Administrator"}}
	in.Snapshot.RoleAssignments = []plan.RoleAssignment{{ID: "a", Role: "729827e3-9c14-49f7-bb1b-9608f156bbb8", Principal: string(grp), Kind: plan.PrincipalGroup, Scope: "/"}}
	seen := seeing{roles: map[plan.UserID][]plan.HeldRole{}}
	in.Judge = seen
	in.Desired.Products = []plan.ProductEntry{{Ref: at(plan.KindProducts, "VISIOCLIENT", 1), Product: plan.Name{Text: "VISIOCLIENT"}, Closed: true}}
	mustNew(t, in)
	if got := seen.roles[ann]; len(got) != 1 || got[0].How != "eligible" || got[0].Group != "helpdesk" {
		t.Errorf("ann: got %+v, want eligible through helpdesk", got)
	}
	if got := seen.roles[bob]; len(got) != 1 || got[0].How != "group" {
		t.Errorf("bob: got %+v, want the group alone", got)
	}
}

// seeing is a judge that notes the roles it is told of.
type seeing struct {
	strict
	roles map[plan.UserID][]plan.HeldRole
}

func (j seeing) Changes(_ context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	for _, c := range cases {
		j.roles[c.Change.User.ID] = c.Facts.Roles
	}
	return make([][]plan.Decision, len(cases)), nil
}

// TestAsks: a sign-in matters for who loses a product, a mailbox for who loses
// the last plan with one; what is learnt stands with the change.
func TestAsks(t *testing.T) {
	in := with(person(ann, "ann", direct(visio)), person(bob, "bob", direct(e3)), person(cleo, "cleo", direct(e3), through(e3)))
	in.Desired.Remove = []plan.Remove{{Ref: at(plan.KindRemove, "all", 1), Who: []plan.Who{{Everyone: true}}, Products: list("VISIOCLIENT", "SPE_E3"), DataLoss: plan.LossAccept}}
	made := func() *plan.Made {
		m, err := plan.New(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	asks := made().Asks()
	if !slices.Equal(asks.SignIns, []plan.UserID{ann, bob}) || !slices.Equal(asks.Mailboxes, []plan.UserID{bob}) {
		t.Fatalf("got %+v, want sign-ins of ann and bob, the mailbox of bob", asks)
	}
	day := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	in.Snapshot.Learn(asks, map[plan.UserID]plan.Mailbox{bob: plan.RoomMailbox, ann: plan.SharedMailbox},
		map[plan.UserID]plan.SignIn{bob: {Interactive: day.AddDate(0, -1, 0), NonInteractive: day}},
		plan.Read{What: plan.ReadSignIns, Items: 1, Status: plan.ReadComplete})
	m := made()
	if asks := m.Asks(); !asks.None() {
		t.Errorf("got %+v, want nothing asked twice", asks)
	}
	for _, c := range m.Plan.Changes {
		var want *plan.Seen
		if c.User.ID == bob {
			want = &plan.Seen{Mailbox: plan.RoomMailbox, LastSignIn: day}
		}
		if (c.Seen == nil) != (want == nil) || want != nil && *c.Seen != *want {
			t.Errorf("%s: got %+v, want %+v", c.ID, c.Seen, want)
		}
	}
}

func TestLastSignIn(t *testing.T) {
	day := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name string
		in   *plan.SignIn
		want time.Time
	}{
		{"nothing known", nil, time.Time{}},
		{"an empty one", &plan.SignIn{}, time.Time{}},
		{"a success wins over later attempts", &plan.SignIn{Successful: day, Interactive: day.AddDate(0, 1, 0)}, day},
		{"else the later", &plan.SignIn{Interactive: day, NonInteractive: day.AddDate(0, 0, 1)}, day.AddDate(0, 0, 1)},
		{"else the other", &plan.SignIn{Interactive: day}, day},
	} {
		if got, ok := test.in.Last(); ok != !test.want.IsZero() || !got.Equal(test.want) {
			t.Errorf("%s: got %v %t, want %v", test.name, got, ok, test.want)
		}
	}
}

// TestWordsOfTomorrow: a word that decides and is not known stops the plan, if
// it is about a managed product.
func TestWordsOfTomorrow(t *testing.T) {
	base := func() plan.Input {
		in := with(person(ann, "ann", through(visio)))
		in.Snapshot.Users[0].Sources = slices.Clone(in.Snapshot.Users[0].Sources)
		in.Snapshot.Products = slices.Clone(in.Snapshot.Products)
		return in
	}
	visioOf := func(in plan.Input) *plan.Product {
		return &in.Snapshot.Products[slices.IndexFunc(in.Snapshot.Products, func(p plan.Product) bool { return p.SKU == visio })]
	}
	for name, change := range map[string]func(plan.Input){
		"the state of VISIOCLIENT of ann@contoso.com through a group is \"Odd\"": func(in plan.Input) { in.Snapshot.Users[0].Sources[0].State = "Odd" },
		`capabilityStatus of VISIOCLIENT is "Odd"`:                               func(in plan.Input) { visioOf(in).Status = "Odd" },
		`appliesTo of VISIOCLIENT is "Robot"`:                                    func(in plan.Input) { visioOf(in).AppliesTo = "Robot" },
	} {
		in := base()
		change(in)
		var incomplete *plan.IncompleteError
		if _, err := plan.New(context.Background(), in); !errors.As(err, &incomplete) || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %s", err, name)
		}
		in.Desired.Settings.Manage.Exclude = names("VISIOCLIENT")
		if _, err := plan.New(context.Background(), in); err != nil {
			t.Errorf("%s, not managed: got %v", name, err)
		}
	}
	in := base()
	in.Snapshot.Users[0].Sources = []plan.Source{{SKU: visio, State: "Odd"}}
	if _, err := plan.New(context.Background(), in); err != nil {
		t.Errorf("a direct seat is held in any state: got %v", err)
	}
}
