package plan_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// term is a selector of one term.
func term(t plan.Term) *plan.Selector { return &plan.Selector{Terms: []plan.Term{t}} }

func not(s *plan.Selector) *plan.Selector { return term(plan.Term{Key: plan.KeyNot, Not: s}) }

func both(a, b *plan.Selector) *plan.Selector {
	return &plan.Selector{Terms: slices.Concat(a.Terms, b.Terms)}
}

// asks makes a plan that takes Visio from whom a selector chooses, and says what
// became of ann: yes, no, or what is not known.
func asks(t *testing.T, in plan.Input, s *plan.Selector) string {
	t.Helper()
	in.Desired.Remove = []plan.Remove{remove("r", 1, list("VISIOCLIENT"), plan.Who{Selector: s})}
	p := mustNew(t, in)
	for _, n := range p.NotEvaluated {
		if n.User.ID == ann {
			if len(p.Changes) > 0 && p.Changes[0].User.ID == ann {
				t.Errorf("not evaluated, and changed: %q", lines(p))
			}
			return n.Fact
		}
	}
	if slices.ContainsFunc(p.Changes, func(c plan.Change) bool { return c.User.ID == ann }) {
		return "yes"
	}
	return "no"
}

// now is the time of the tenant of these tests.
var now = tenant().Now

func file(change func(*plan.Table)) func(*plan.Input) {
	return func(in *plan.Input) {
		t := plan.Table{Name: "hr", File: "facts/hr.csv", Key: plan.KeyedByName, Place: plan.Place{File: "reseat.yaml", Line: 9, Column: 3},
			Columns: []string{"lastDay", "Unit"}, Rows: map[string][]string{"ann@contoso.com": {"2026-11-10", "North"}}}
		change(&t)
		in.Desired.Tables = []plan.Table{t}
	}
}

func row(cells ...string) func(*plan.Input) {
	return file(func(t *plan.Table) { t.Rows["ann@contoso.com"] = cells })
}

func user(change func(*plan.User)) func(*plan.Input) {
	return func(in *plan.Input) { change(&in.Snapshot.Users[0]) }
}

func read(what string, status plan.ReadStatus, reason string) func(*plan.Input) {
	return func(in *plan.Input) {
		in.Snapshot.Reads = append(in.Snapshot.Reads, plan.Read{What: what, Status: status, Reason: reason})
	}
}

// asked is a snapshot that was asked about ann, without an answer.
func asked(what string) func(*plan.Input) {
	return func(in *plan.Input) {
		in.Snapshot.Learn(plan.Asks{Mailboxes: []plan.UserID{ann}, SignIns: []plan.UserID{ann}}, nil, nil, plan.Read{What: what, Status: plan.ReadComplete})
	}
}

const (
	helpdesk plan.RoleID = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
	custom   plan.RoleID = "00000000-0000-4000-8000-0000000000aa"
	template plan.RoleID = "00000000-0000-4000-8000-0000000000ab"
)

// roles gives ann, or the group, a role.
func roles(principal string, role plan.RoleID, change func(*plan.Snapshot)) func(*plan.Input) {
	return func(in *plan.Input) {
		s := in.Snapshot
		s.Roles = []plan.Role{{ID: custom, TemplateID: template, Name: "Licence Clerk"}, {ID: helpdesk, TemplateID: helpdesk, Name: "Helpdesk Administrator"}}
		s.Groups = []plan.Group{{ID: grp, DisplayName: "desk", MembersRead: true}}
		s.RoleAssignments = []plan.RoleAssignment{{ID: "a", Role: role, Principal: principal, Scope: "/"}}
		if change != nil {
			change(s)
		}
	}
}

// TestKeys asks every key that people's attributes do not answer.
func TestKeys(t *testing.T) {
	role := func(words ...string) *plan.Selector { return selector(plan.KeyRole, words...) }
	mailbox := func(words ...string) *plan.Selector { return selector(plan.KeyMailbox, words...) }
	signIn := term(plan.Term{Key: plan.KeyLastSignIn, OlderThan: 90})
	created := term(plan.Term{Key: plan.KeyCreated, OlderThan: 30})
	listed := selector(plan.KeyListed, "HR")
	fact := func(f plan.FactTerm) *plan.Selector {
		if f.Table == "" {
			f.Table, f.Column = "hr", "lastday"
		}
		return term(plan.Term{Key: plan.KeyFact, Facts: []plan.FactTerm{f}})
	}
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	day := 24 * time.Hour
	before := func(offset int) plan.FactTerm { return plan.FactTerm{Before: &plan.Date{Offset: offset}} }
	aged := func(age time.Duration, by plan.AsOf) func(*plan.Input) {
		return file(func(t *plan.Table) { t.MaxAge, t.AsOf, t.AsOfBy = 72*time.Hour, now.Add(-age), by })
	}
	unit := func(f plan.FactTerm) *plan.Selector {
		f.Table, f.Column = "hr", "Unit"
		return fact(f)
	}
	twoDays := plan.FactTerm{After: &plan.Date{Day: "2026-11-01"}, Before: &plan.Date{Day: "2026-11-10"}}
	for _, tt := range []struct {
		name string
		s    *plan.Selector
		set  func(*plan.Input)
		want string
	}{
		{"role: none held", role("any"), nil, "no"},
		{"role: any", role("Any"), roles(string(ann), custom, nil), "yes"},
		{"role: by name", role("licence CLERK"), roles(string(ann), custom, nil), "yes"},
		{"role: by id of the definition", role(string(custom)), roles(string(ann), custom, nil), "yes"},
		{"role: by id of the template", role(string(template)), roles(string(ann), custom, nil), "yes"},
		{"role: another", role("helpdesk administrator"), roles(string(ann), custom, nil), "no"},
		{"role: one of two", role("helpdesk administrator", "licence clerk"), roles(string(ann), custom, nil), "yes"},
		{"role: not any", not(role("any")), nil, "yes"},
		{"role: eligible", role("helpdesk administrator"), roles(string(ann), helpdesk, func(s *plan.Snapshot) { s.RoleAssignments[0].Eligible = true }), "yes"},
		{"role: over a unit", role("any"), roles(string(ann), helpdesk, func(s *plan.Snapshot) { s.RoleAssignments[0].Scope = "/administrativeUnits/x" }), "yes"},
		{"role: through a group", role("helpdesk administrator"), roles(string(grp), helpdesk, func(s *plan.Snapshot) { s.Groups[0].Members = []plan.UserID{ann} }), "yes"},
		{"role: to be had through a group", role("any"), roles(string(grp), helpdesk, func(s *plan.Snapshot) { s.Groups[0].Eligible = []plan.UserID{ann} }), "yes"},
		{"role: nobody may join the group", role("any"), roles(string(grp), helpdesk, func(s *plan.Snapshot) { s.Groups[0].Eligible = []plan.UserID{} }), "no"},
		{"role: who may join was not read", not(role("any")), func(in *plan.Input) {
			roles(string(grp), helpdesk, nil)(in)
			read(plan.ReadGroupEligibility, plan.ReadDenied, "403")(in)
		}, "directory roles: who may join desk"},
		{"role: who may join another's group was not read", role("licence clerk"), func(in *plan.Input) {
			roles(string(grp), helpdesk, nil)(in)
			read(plan.ReadGroupEligibility, plan.ReadDenied, "403")(in)
		}, "no"},
		{"role: of which the directory shows nothing, by its built-in name", role("Billing Administrator"), roles(string(ann), "b0f54661-2d74-4c50-afa3-1ec803f12efe", nil), "yes"},
		{"role: a hidden one", role("licence clerk"), roles(string(ann), "00000000-0000-4000-8000-0000000000ff", nil), "directory roles: which role 00000000-0000-4000-8000-0000000000ff is"},
		{"role: a hidden one is one", role("any"), roles(string(ann), "00000000-0000-4000-8000-0000000000ff", nil), "yes"},

		{"mailbox: not read", mailbox("user"), nil, "kind of mailbox: not read"},
		{"mailbox: denied", not(mailbox("user")), read(plan.ReadMailboxes, plan.ReadDenied, "403 ErrorAccessDenied"), "kind of mailbox: 403 ErrorAccessDenied"},
		{"mailbox: not asked of ann", mailbox("user"), read(plan.ReadMailboxes, plan.ReadComplete, ""), "kind of mailbox: not read"},
		{"mailbox: a kind that is not known", mailbox("user"), asked(plan.ReadMailboxes), "kind of mailbox: Graph does not say"},
		{"mailbox: yes", mailbox("room", "Shared"), user(func(u *plan.User) { u.Mailbox = plan.SharedMailbox }), "yes"},
		{"mailbox: no", mailbox("room"), user(func(u *plan.User) { u.Mailbox = plan.SharedMailbox }), "no"},
		{"mailbox: none", mailbox("none"), user(func(u *plan.User) { u.Mailbox = plan.NoMailbox }), "yes"},
		{"mailbox: none, as an absence", term(plan.Term{Key: plan.KeyMailbox, None: true}), user(func(u *plan.User) { u.Mailbox = plan.NoMailbox }), "yes"},
		{"mailbox: not of none", not(mailbox("user")), user(func(u *plan.User) { u.Mailbox = plan.NoMailbox }), "yes"},

		{"sign-in: not read", signIn, nil, "last sign-in: not read"},
		{"sign-in: no P1", not(signIn), read(plan.ReadSignIns, plan.ReadAbsent, "this tenant has no Entra ID P1"), "last sign-in: this tenant has no Entra ID P1"},
		{"sign-in: none", signIn, asked(plan.ReadSignIns), "last sign-in: none is recorded"},
		{"sign-in: to the second", signIn, user(func(u *plan.User) { u.SignIn = &plan.SignIn{Interactive: ago(90 * day)} }), "no"},
		{"sign-in: a second more", signIn, user(func(u *plan.User) { u.SignIn = &plan.SignIn{Interactive: ago(90*day + time.Second)} }), "yes"},
		{"sign-in: an attempt later than the last success", signIn, user(func(u *plan.User) {
			u.SignIn = &plan.SignIn{Interactive: ago(day), Successful: ago(100 * day)}
		}), "yes"},
		{"sign-in: to come", signIn, user(func(u *plan.User) { u.SignIn = &plan.SignIn{Interactive: ago(-day)} }), "no"},

		{"created: null", created, nil, "when the account was created"},
		{"created: to the second", created, user(func(u *plan.User) { u.CreatedAt = ago(30 * day) }), "no"},
		{"created: a second more", created, user(func(u *plan.User) { u.CreatedAt = ago(30*day + time.Second) }), "yes"},
		{"created: not", not(created), user(func(u *plan.User) { u.CreatedAt = ago(day) }), "yes"},

		{"listed", listed, row("", ""), "yes"},
		{"listed: by id", listed, file(func(t *plan.Table) { t.Key, t.Rows = plan.KeyedByID, map[string][]string{string(ann): {"", ""}} }), "yes"},
		{"listed: no", listed, file(func(t *plan.Table) { t.Rows = nil }), "no"},
		{"listed: not", not(listed), file(func(t *plan.Table) { t.Rows = nil }), "yes"},
		{"listed: no such file", listed, nil, "HR: no such facts file"},
		{"listed: old", listed, aged(5*day, plan.ByColumn), "facts/hr.csv is 5 days old, at most 3 are allowed"},
		{"listed: old, and not in it", not(listed), func(in *plan.Input) {
			aged(5*day, plan.ByColumn)(in)
			in.Desired.Tables[0].Rows = nil
		}, "facts/hr.csv is 5 days old, at most 3 are allowed"},
		{"listed: a name of two", listed, func(in *plan.Input) {
			row("", "")(in)
			in.Snapshot.Users = append(in.Snapshot.Users, person(bob, "ANN"))
		}, "two accounts bear the name that is in facts/hr.csv"},

		{"fact: one of", unit(plan.FactTerm{Values: []string{"south", "nor*"}}), row("", "North"), "yes"},
		{"fact: none of", unit(plan.FactTerm{Values: []string{"south"}}), row("", "North"), "no"},
		{"fact: an empty cell", unit(plan.FactTerm{Values: []string{"south"}}), row("", ""), "no"},
		{"fact: not, of an empty cell", not(unit(plan.FactTerm{Values: []string{"south"}})), row("", ""), "no"},
		{"fact: none", unit(plan.FactTerm{None: true}), row("", ""), "yes"},
		{"fact: not in the file", unit(plan.FactTerm{None: true}), file(func(t *plan.Table) { t.Rows = nil }), "hr.Unit: not in facts/hr.csv"},
		{"fact: not in a complete file", unit(plan.FactTerm{None: true}), file(func(t *plan.Table) { t.Rows, t.Complete = nil, true }), "yes"},
		{"fact: not in a complete file, a value", not(unit(plan.FactTerm{Values: []string{"x"}})), file(func(t *plan.Table) { t.Rows, t.Complete = nil, true }), "no"},
		{"fact: before, to the day", fact(before(-10)), row("2026-11-10", ""), "no"},
		{"fact: before, a day more", fact(before(-9)), row("2026-11-10", ""), "yes"},
		{"fact: after, to the day", fact(plan.FactTerm{After: &plan.Date{Day: "2026-11-10"}}), row("2026-11-10", ""), "no"},
		{"fact: after, a day more", fact(plan.FactTerm{After: &plan.Date{Day: "2026-11-09"}}), row("2026-11-10", ""), "yes"},
		{"fact: between", fact(twoDays), row("2026-11-09", ""), "yes"},
		{"fact: between, no", fact(twoDays), row("2026-11-10", ""), "no"},
		{"fact: a moment is of its day in UTC", fact(before(-9)), row("2026-11-10T23:30:00-05:00", ""), "no"},
		{"fact: no day", fact(before(-9)), row("soon", ""), "hr.lastday: no day in facts/hr.csv"},
		{"fact: not, of no day", not(fact(before(-9))), row("2026-13-10", ""), "hr.lastday: no day in facts/hr.csv"},
		{"fact: an empty day", fact(before(0)), row("", ""), "no"},
		{"fact: not, of an empty day", not(fact(before(0))), row("", ""), "no"},
		{"fact: a short row", unit(plan.FactTerm{None: true}), row("2026-11-10"), "hr.Unit: no such column in facts/hr.csv"},
		{"fact: no such column", fact(plan.FactTerm{Table: "hr", Column: "x", None: true}), row("", ""), "hr.x: no such column in facts/hr.csv"},
		{"fact: no such file", fact(plan.FactTerm{Table: "hr", Column: "x", None: true}), nil, "hr.x: no such facts file"},
		{"fact: as old as it may be", fact(before(0)), aged(3*day, plan.ByColumn), "yes"},
		{"fact: a second too old", fact(before(0)), aged(3*day+time.Second, plan.ByCommit), "facts/hr.csv is more than 3 days old, at most 3 are allowed"},
		{"fact: of no known age", fact(before(0)), file(func(t *plan.Table) { t.MaxAge = 50 * time.Hour }), "facts/hr.csv is of an age that is not known, at most 2 days are allowed"},
		{"fact: tomorrow", fact(before(0)), aged(-day, plan.ByColumn), "yes"},
		{"fact: of next year", fact(before(0)), aged(-400*day, plan.ByColumn), "facts/hr.csv is of 2027-12-25, which is to come"},
		{"fact: two columns, one unknown", term(plan.Term{Key: plan.KeyFact, Facts: []plan.FactTerm{
			{Table: "hr", Column: "Unit", Values: []string{"north"}}, {Table: "hr", Column: "lastDay", Before: &plan.Date{}}}}), row("soon", "North"), "hr.lastDay: no day in facts/hr.csv"},
		{"fact: two columns, one plainly no", term(plan.Term{Key: plan.KeyFact, Facts: []plan.FactTerm{
			{Table: "hr", Column: "lastDay", Before: &plan.Date{}}, {Table: "hr", Column: "Unit", Values: []string{"south"}}}}), row("soon", "North"), "no"},

		{"enabled: null", selector(plan.KeyAccountEnabled, "true"), user(func(u *plan.User) { u.AccountEnabled = plan.Unknown }), "whether the account is enabled"},
		{"another key rules out what is not known", both(mailbox("user"), selector(plan.KeyDepartment, "Design")), nil, "no"},
		{"will hold what is not managed", selector(plan.KeyHolds, "MCOEV"), user(func(u *plan.User) {
			u.Sources = append(u.Sources, direct("e43b5b99-8dfb-405f-9987-dc307f34bcbd"))
		}), "yes"},
		{"will not hold what is not managed", selector(plan.KeyHolds, "MCOEV"), nil, "no"},
		{"holds what has no known source", selector(plan.KeyHolds, "SPE_E3"), user(func(u *plan.User) { u.Unsourced = []plan.SKU{e3} }), "yes"},
		{"holds through a group that failed", selector(plan.KeyHolds, "SPE_E3"), user(func(u *plan.User) {
			u.Sources = append(u.Sources, plan.Source{SKU: e3, Group: grp, State: plan.ErrorState})
		}), "no"},
		{"holds one of two", selector(plan.KeyHolds, "SPE_E3", "SPE_E5"), user(func(u *plan.User) { u.Sources = append(u.Sources, through(e5)) }), "yes"},
		{"holds neither of two", not(selector(plan.KeyHolds, "SPE_E3", "SPE_E5")), nil, "yes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := with(person(ann, "ann", direct(visio)))
			if tt.set != nil {
				tt.set(&in)
			}
			if got := asks(t, in, tt.s); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestFactsOld: a file that is too old is said once, with how its age is known.
func TestFactsOld(t *testing.T) {
	for by, want := range map[plan.AsOf]string{
		plan.ByColumn: "reseat.yaml:9: facts/hr.csv is 5 days old, at most 3 are allowed (by its asOf column): who is asked about in it is not evaluated, and keeps all",
		plan.ByCommit: "reseat.yaml:9: facts/hr.csv is 5 days old, at most 3 are allowed (by its last commit): who is asked about in it is not evaluated, and keeps all",
		plan.ByTime:   "reseat.yaml:9: facts/hr.csv is 5 days old, at most 3 are allowed (by its modification time): who is asked about in it is not evaluated, and keeps all",
	} {
		in := with(person(ann, "ann", direct(visio)), person(bob, "bob", direct(visio)))
		file(func(t *plan.Table) { t.MaxAge, t.AsOf, t.AsOfBy = 72*time.Hour, now.Add(-5*24*time.Hour), by })(&in)
		in.Desired.Remove = []plan.Remove{remove("r", 1, list("VISIOCLIENT"), plan.Who{Selector: selector(plan.KeyListed, "hr")})}
		p := mustNew(t, in)
		var got []string
		for _, n := range p.Notes {
			if n.Code == "facts-old" {
				got = append(got, n.Text)
			}
		}
		if !slices.Equal(got, []string{want}) || len(p.NotEvaluated) != 2 {
			t.Errorf("got notes %q and %d not evaluated, want %q and 2", got, len(p.NotEvaluated), want)
		}
	}
}

// TestRoleNames refuses a role that nobody knows, wherever a selector asks for it.
func TestRoleNames(t *testing.T) {
	in := with(person(ann, "ann", direct(visio)))
	s := selector(plan.KeyRole, "any", "Global Administrator", "Chief Clerk")
	s.Terms[0].Place = plan.Place{File: "a.yaml", Line: 7, Column: 2}
	in.Desired.Settings.Protect.Match = []plan.Selector{*not(s)}
	_, err := plan.New(context.Background(), in)
	var faults *plan.FaultsError
	if !errors.As(err, &faults) || len(faults.Faults) != 1 || faults.Faults[0].Place != s.Terms[0].Place || !strings.Contains(err.Error(), `no directory role is called "Chief Clerk"`) {
		t.Errorf("got %v, want one fault at %v", err, s.Terms[0].Place)
	}
}

// TestProtectedRoleNames: a role of protect.roles that nobody knows is a fault; one
// that is taken off the list by a misspelt name would go on to protect unnoticed.
func TestProtectedRoleNames(t *testing.T) {
	place := plan.Place{File: "reseat.yaml", Line: 7, Column: 2}
	for _, list := range []func(*plan.Protect) *[]plan.Name{
		func(p *plan.Protect) *[]plan.Name { return &p.RolesAdd }, func(p *plan.Protect) *[]plan.Name { return &p.RolesExcept },
	} {
		in := with(person(ann, "ann", direct(visio)))
		*list(&in.Desired.Settings.Protect) = []plan.Name{{Text: "Global Administrator"}, {Text: "Chief Clerk", Place: place}}
		_, err := plan.New(t.Context(), in)
		var faults *plan.FaultsError
		if !errors.As(err, &faults) || len(faults.Faults) != 1 || faults.Faults[0].Place != place {
			t.Errorf("got %v, want one fault at %v", err, place)
		}
	}
}
