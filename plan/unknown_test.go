package plan_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A fact of this table is a selector that is not known of ann, with ways to
// make it so, or to have it answer yes or no.
type fact struct {
	name             string
	s                *plan.Selector
	unknown, yes, no func(*plan.Input)
	says             string // of what is not known
	holds            bool   // about what will be held
}

func facts() []fact {
	nothing := func(*plan.Input) {}
	mailbox := func(m plan.Mailbox) func(*plan.Input) { return user(func(u *plan.User) { u.Mailbox = m }) }
	signedIn := func(days int) func(*plan.Input) {
		return user(func(u *plan.User) { u.SignIn = &plan.SignIn{Successful: now.AddDate(0, 0, -days)} })
	}
	born := func(days int) func(*plan.Input) {
		return user(func(u *plan.User) { u.CreatedAt = now.AddDate(0, 0, -days) })
	}
	enabled := func(t plan.Truth) func(*plan.Input) { return user(func(u *plan.User) { u.AccountEnabled = t }) }
	group := func(read bool, members ...plan.UserID) func(*plan.Input) {
		return func(in *plan.Input) {
			in.Snapshot.Groups = []plan.Group{{ID: grp, DisplayName: "secret", MembersRead: read, Members: members}}
		}
	}
	left := term(plan.Term{Key: plan.KeyFact, Facts: []plan.FactTerm{{Table: "hr", Column: "lastDay", Before: &plan.Date{}}}})
	old := file(func(t *plan.Table) { t.MaxAge, t.AsOf, t.AsOfBy = time.Hour, now.Add(-48*time.Hour), plan.ByTime })
	gone := file(func(t *plan.Table) { t.Rows = nil })
	const stale = "facts/hr.csv is 2 days old, at most 60 minutes are allowed"
	return []fact{
		{name: "accountEnabled null", s: selector(plan.KeyAccountEnabled, "true"), unknown: enabled(plan.Unknown), yes: enabled(plan.Yes), no: enabled(plan.No),
			says: "whether the account is enabled"},
		{name: "mailbox 403", s: selector(plan.KeyMailbox, "shared"), unknown: read(plan.ReadMailboxes, plan.ReadDenied, "403 ErrorAccessDenied"),
			yes: mailbox(plan.SharedMailbox), no: mailbox(plan.NoMailbox), says: "kind of mailbox: 403 ErrorAccessDenied"},
		{name: "lastSignIn without P1", s: term(plan.Term{Key: plan.KeyLastSignIn, OlderThan: 90}), unknown: read(plan.ReadSignIns, plan.ReadAbsent, "no P1"),
			yes: signedIn(91), no: signedIn(89), says: "last sign-in: no P1"},
		{name: "created null", s: term(plan.Term{Key: plan.KeyCreated, OlderThan: 30}), unknown: nothing, yes: born(31), no: born(29),
			says: "when the account was created"},
		{name: "memberOf of a group that was not read", s: selector(plan.KeyMemberOf, "secret"), unknown: group(false), yes: group(true, ann), no: group(true),
			says: "members of secret"},
		{name: "memberOf of a group that is not there", s: selector(plan.KeyMemberOf, "secret"), unknown: nothing, yes: group(true, ann), no: group(true),
			says: "members of secret"},
		{name: "listed in an old file", s: selector(plan.KeyListed, "hr"), unknown: old, yes: row("", ""), no: gone, says: stale},
		{name: "a fact of an old file", s: left, unknown: old, yes: row("2026-01-01", ""), no: row("2027-01-01", ""), says: stale},
		{name: "a fact that is not in the file", s: left, unknown: gone, yes: row("2026-01-01", ""), no: row("2027-01-01", ""), says: "hr.lastDay: not in facts/hr.csv"},
		{name: "a fact that is no day", s: left, unknown: row("soon", ""), yes: row("2026-01-01", ""), no: row("2027-01-01", ""), says: "hr.lastDay: no day in facts/hr.csv"},
		{name: "a role to be had through a group", s: selector(plan.KeyRole, "any"), unknown: func(in *plan.Input) {
			roles(string(grp), helpdesk, nil)(in)
			read(plan.ReadGroupEligibility, plan.ReadDenied, "403")(in)
		}, yes: roles(string(ann), helpdesk, nil), no: roles(string(bob), helpdesk, nil), says: "directory roles: who may join desk"},
		{name: "holds that comes true in no way", s: holds("SPE_E5"), holds: true, unknown: func(in *plan.Input) {
			in.Desired.Settings.Manage.Assign = true
			in.Desired.Products = append(in.Desired.Products, entry(50, "SPE_E5", who(string(ann))...))
			in.Desired.Remove = append(in.Desired.Remove, remove("pbi", 51, list("POWER_BI_PRO"), whom(holds("SPE_E5"))...))
		}, yes: user(func(u *plan.User) { u.Sources = append(u.Sources, through(e5)) }), no: nothing, says: "whether SPE_E5 will be held, which hangs on this statement"},
	}
}

// unsettled is a judge that denies all of Power BI, and what would cost a
// protected person something.
type unsettled struct{ protecting }

func (unsettled) Changes(ctx context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	out, err := protecting{}.Changes(ctx, cases)
	for i, c := range cases {
		if c.Change.Product.SKU == pbi {
			out[i] = append(out[i], plan.Decision{Code: "R999", Level: plan.LevelDeny, Message: "no"})
		}
	}
	return out, err
}

// TestUnknownCostsNothing: whatever is not known of a person, in whatever place
// it is asked, costs no seat, and the plan says of whom it was not known, and
// what. With the fact known, one way or the other, it does.
func TestUnknownCostsNothing(t *testing.T) {
	everyone := plan.Who{Everyone: true}
	take := func(d *plan.Desired) {
		d.Remove = append(d.Remove, remove("take", 9, list("VISIOCLIENT"), everyone))
	}
	rule := func(name string, line int, s *plan.Selector, exact bool, products ...string) plan.Rule {
		r := plan.Rule{Ref: at(plan.KindRules, name, line), Match: *s, Exact: exact}
		for _, p := range products {
			if exact {
				r.Licenses = append(r.Licenses, want(p))
			} else {
				r.Add = append(r.Add, want(p))
			}
		}
		return r
	}
	none := rule("none", 90, selector(plan.KeyUPN, "*"), true, "POWER_BI_PRO", "SPE_E5", "SPE_E3")
	replace := func(d *plan.Desired, who, except []plan.Who) {
		d.Settings.Manage.Assign = true
		d.Products = append(d.Products, plan.ProductEntry{Ref: at(plan.KindProducts, "VISIOCLIENT", 3), Product: plan.Name{Text: "VISIOCLIENT"},
			Replace: []plan.Replace{{Ref: at(plan.KindProducts, "", 4), With: plan.Name{Text: "SPE_E3"}, Who: who, Except: except}}})
	}
	for _, kind := range []struct {
		name  string
		say   func(*plan.Desired, *plan.Selector)
		bites bool // the answer with which the seat goes
		who   string
		all   bool // about all products: `holds` cannot stand there
	}{
		{"keep.who", func(d *plan.Desired, s *plan.Selector) {
			take(d)
			d.Keep = []plan.Keep{{Ref: at(plan.KindKeep, "keep", 1), Who: whom(s), Products: list("VISIOCLIENT")}}
		}, false, "keep", false},
		{"keep.except", func(d *plan.Desired, s *plan.Selector) {
			take(d)
			d.Keep = []plan.Keep{{Ref: at(plan.KindKeep, "keep", 1), Who: []plan.Who{everyone}, Except: whom(s), Products: list("VISIOCLIENT")}}
		}, true, "", false}, // he is kept for sure, as long as nobody knows
		{"remove.who", func(d *plan.Desired, s *plan.Selector) { take(d); d.Remove[0].Who = whom(s) }, true, "take", false},
		{"remove.except", func(d *plan.Desired, s *plan.Selector) { take(d); d.Remove[0].Except = whom(s) }, false, "take", false},
		{"remove.who above a rule", func(d *plan.Desired, s *plan.Selector) {
			take(d)
			d.Remove[0].Who = whom(s)
			d.Rules = []plan.Rule{none}
		}, true, "take", false},
		{"holders", func(d *plan.Desired, s *plan.Selector) {
			e := entry(3, "VISIOCLIENT")
			e.Closed, e.Holders = true, whom(s)
			d.Products = append(d.Products, e)
		}, false, "VISIOCLIENT", false},
		{"add", func(d *plan.Desired, s *plan.Selector) {
			d.Products = append(d.Products, entry(3, "VISIOCLIENT", whom(s)...))
			d.Rules = []plan.Rule{none}
		}, false, "VISIOCLIENT", false},
		{"replace.who", func(d *plan.Desired, s *plan.Selector) { replace(d, whom(s), nil) }, true, "replace VISIOCLIENT with SPE_E3", false},
		{"replace.except", func(d *plan.Desired, s *plan.Selector) { replace(d, []plan.Who{everyone}, whom(s)) }, false, "replace VISIOCLIENT with SPE_E3", false},
		{"rules, licenses", func(d *plan.Desired, s *plan.Selector) {
			d.Rules = []plan.Rule{rule("first", 5, s, true, "VISIOCLIENT", "POWER_BI_PRO", "SPE_E5"), none}
		}, false, "first", true},
		{"rules, add", func(d *plan.Desired, s *plan.Selector) {
			d.Rules = []plan.Rule{rule("add", 5, s, false, "VISIOCLIENT"), none}
		}, false, "add", false},
		{"manage.people", func(d *plan.Desired, s *plan.Selector) { take(d); d.Settings.Manage.People = s }, true, "manage.people", true},
		{"protect.match", func(d *plan.Desired, s *plan.Selector) { take(d); d.Settings.Protect.Match = []plan.Selector{*s} }, false, "R104", true},
	} {
		for _, f := range facts() {
			if kind.all && f.holds {
				continue
			}
			t.Run(kind.name+"/"+f.name, func(t *testing.T) {
				made := func(set func(*plan.Input)) (*plan.Plan, *plan.Change) {
					in := with(person(ann, "ann", direct(visio), direct(pbi)), person(bob, "bob"))
					in.Judge = unsettled{}
					kind.say(in.Desired, f.s)
					set(&in)
					p := mustNew(t, in)
					i := slices.IndexFunc(p.Changes, func(c plan.Change) bool { return c.User.ID == ann && c.SKU() == visio })
					if i < 0 {
						return p, nil
					}
					return p, &p.Changes[i]
				}
				p, c := made(f.unknown)
				if c != nil && c.Verdict.Executable() {
					t.Errorf("not known: got %q, want the seat kept", lines(p))
				}
				rows := 0
				for _, n := range p.NotEvaluated {
					if n.User.ID == ann && n.Statement == kind.who && n.Fact == f.says {
						rows++
					}
				}
				switch kind.who {
				case "":
				case "R104":
					if c == nil || !slices.ContainsFunc(c.Decisions, func(d plan.Decision) bool { return d.Code == "R104" }) {
						t.Errorf("got %q, want the change denied by R104", lines(p))
					}
				default:
					if rows != 1 {
						t.Errorf("got not evaluated %+v, want ann once by %s: %s", p.NotEvaluated, kind.who, f.says)
					}
				}
				bites, spares := f.yes, f.no
				if !kind.bites {
					bites, spares = f.no, f.yes
				}
				if p, c := made(bites); c == nil || !c.Verdict.Executable() {
					t.Errorf("known to be %t: got %q, want the seat taken", kind.bites, lines(p))
				}
				if kind.name == "remove.who above a rule" {
					return // with either answer something takes it
				}
				if p, c := made(spares); c != nil && c.Verdict.Executable() {
					t.Errorf("known to be %t: got %q, want the seat kept", !kind.bites, lines(p))
				}
			})
		}
	}
}
