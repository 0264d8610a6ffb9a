package plan_test

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/plan"
)

// What a random world has beside drawFolder: the rest of the language.

const (
	inner plan.GroupID = "00000000-0000-4000-8000-0000000000f2"
	desks plan.GroupID = "00000000-0000-4000-8000-0000000000f3" // gives a role
)

// texts are the keys of selectors that ask for a text.
var texts = []plan.Key{plan.KeyUserType, plan.KeyJobTitle, plan.KeyCompanyName, plan.KeyCountry, plan.KeyCity, plan.KeyOfficeLocation,
	plan.KeyUsageLocation, plan.KeyEmployeeType, plan.KeyDisplayName, plan.KeyMail, plan.KeyExtension + "7", plan.KeyDepartment}

// drawAttributes gives a person what texts ask for: a, b, or nothing.
func drawAttributes(t *rapid.T, u *plan.User) {
	text := rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "attributes")
	u.JobTitle, u.CompanyName, u.Country, u.City, u.OfficeLocation, u.EmployeeType, u.Mail = text, text, text, text, text, text, text
	u.Extensions = &[15]string{6: text}
	u.OnPremisesSyncEnabled, u.IsResourceAccount = text == "a", text == "b"
	if text == "b" {
		u.UserType = "Guest"
	}
}

// attributed asks for a text, or for a yes or no that is never unknown.
func attributed(t *rapid.T) *plan.Selector {
	if i := rapid.IntRange(0, 5).Draw(t, "claim"); i < 2 {
		return selector([]plan.Key{plan.KeySynced, plan.KeyResource}[i], "true")
	}
	key := rapid.SampledFrom(texts).Draw(t, "key")
	values := []string{"a", "guest", "se", "p[1-3]", "p1"}
	if rapid.Bool().Draw(t, "or none") {
		return term(plan.Term{Key: key, Values: values, None: true})
	}
	return selector(key, values...)
}

func seldom(t *rapid.T, what string) bool { return rapid.IntRange(0, 4).Draw(t, what) == 0 }

// widen draws what drawFolder leaves out, in ways that contradict nothing.
func widen(t *rapid.T, in *plan.Input) {
	s, d := in.Snapshot, in.Desired
	s.Groups = append(s.Groups, plan.Group{ID: inner, DisplayName: "inner", MembersRead: rapid.Bool().Draw(t, "inner read"), Members: somebody(t, s.Users)},
		plan.Group{ID: desks, DisplayName: "desks", MembersRead: true, Members: []plan.UserID{}})
	if seldom(t, "nested") {
		s.Groups[0].Nested = []plan.GroupID{inner}
	}
	if seldom(t, "role of a group") {
		s.RoleAssignments = append(s.RoleAssignments, plan.RoleAssignment{ID: "g", Role: helpdesk, Principal: string(desks), Kind: plan.PrincipalGroup, Scope: "/"})
		if rapid.Bool().Draw(t, "who may join is not known") {
			s.Reads = append(s.Reads, plan.Read{What: plan.ReadGroupEligibility, Status: plan.ReadDenied, Reason: "403"})
		} else {
			s.Groups[2].Eligible = somebody(t, s.Users)
		}
	}
	widenStatements(t, d)
	widenEntries(t, in)
	if seldom(t, "pilot") {
		d.Settings.Manage.People = drawSelector(t)
	}
	if seldom(t, "protect") {
		d.Settings.Protect.Match = []plan.Selector{*drawSelector(t)}
		d.Settings.Protect.Users = names(s.Users[0].UserPrincipalName)
	}
}

// widenStatements gives statements of keep and remove days, exceptions and all
// products.
func widenStatements(t *rapid.T, d *plan.Desired) {
	span := func() plan.Span {
		return rapid.SampledFrom([]plan.Span{{}, {}, {}, {Until: "2026-11-19"}, {From: "2026-11-21"}, {From: "2026-11-20", Until: "2026-11-20"}}).Draw(t, "span")
	}
	for i := range d.Keep {
		k := &d.Keep[i]
		k.Span, k.Products.All = span(), seldom(t, "keep all")
		if seldom(t, "keep except") {
			k.Except = whom(drawSelector(t))
		}
	}
	for i := range d.Remove {
		r := &d.Remove[i]
		if r.Span = span(); seldom(t, "remove all") {
			r.Products = plan.Products{All: true}
		}
		if seldom(t, "everyone") {
			r.Who = []plan.Who{everyone}
		}
	}
}

// widenEntries turns some entries of users into open ones, names some people by
// id, by an old name or by one that is another's now, and puts people without an
// entry by name into one other statement each.
func widenEntries(t *rapid.T, in *plan.Input) {
	d, people := in.Desired, in.Snapshot.Users
	entered := map[string]bool{}
	for i := range d.Users {
		e := &d.Users[i]
		entered[e.Person.Text] = true
		j := slices.IndexFunc(people, func(u plan.User) bool { return u.UserPrincipalName == e.Person.Text })
		switch rapid.IntRange(0, 7).Draw(t, "called") {
		case 0:
			e.Person.Text = string(people[j].ID)
		case 1:
			e.Person.Text = fmt.Sprintf("old%d@contoso.com", j)
			d.Pins = append(d.Pins, plan.Pin{ID: people[j].ID, Name: e.Person.Text})
		case 2:
			d.Pins = append(d.Pins, plan.Pin{ID: people[(j+1)%len(people)].ID, Name: e.Person.Text})
		case 3:
			e.Person.Text = fmt.Sprintf("nobody%d@contoso.com", j)
		}
		if !seldom(t, "open") {
			continue
		}
		e.Exact, e.Add, e.Licenses = false, e.Licenses, nil
		for _, p := range []string{"VISIOCLIENT", "SPE_E3"} {
			if !slices.ContainsFunc(e.Add, func(w plan.Wanted) bool { return w.Product.Text == p }) && rapid.Bool().Draw(t, "takes") {
				e.Remove = append(e.Remove, names(p)...)
			}
		}
	}
	for _, u := range people {
		if !entered[u.UserPrincipalName] && seldom(t, "named") {
			nameIn(t, d, plan.Who{Person: u.UserPrincipalName})
		}
	}
}

// nameIn puts a person into one statement by name.
func nameIn(t *rapid.T, d *plan.Desired, who plan.Who) {
	var lists []*[]plan.Who
	for i := range d.Keep {
		lists = append(lists, &d.Keep[i].Who)
	}
	for i := range d.Remove {
		lists = append(lists, &d.Remove[i].Who)
		if len(d.Remove[i].Except) > 0 {
			lists = append(lists, &d.Remove[i].Except)
		}
	}
	for i := range d.Products {
		p := &d.Products[i]
		if len(p.Add) > 0 {
			lists = append(lists, &p.Add)
		}
		for j := range p.Replace {
			lists = append(lists, &p.Replace[j].Who)
		}
	}
	if len(lists) > 0 {
		l := lists[rapid.IntRange(0, len(lists)-1).Draw(t, "in")]
		*l = append(*l, who)
	}
}
