package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// TestMovedStays: who was moved to another product keeps it when it is no longer
// known whether he is to have it, although the rule that gave the first one is
// exact; and the plan says what is not known.
func TestMovedStays(t *testing.T) {
	visioToPBI := func(who ...plan.Who) plan.ProductEntry { return swap(9, "VISIOCLIENT", "POWER_BI_PRO", who...) }
	exceptHidden := visioToPBI(everyone)
	exceptHidden.Replace[0].Except = []plan.Who{hidden}
	added := visioToPBI(everyone)
	added.Add = []plan.Who{hidden}
	rule := func(products ...string) plan.Rule {
		r := plan.Rule{Ref: at(plan.KindRules, "sales", 5), Match: *salesmen.Selector, Exact: true}
		for _, p := range products {
			r.Licenses = append(r.Licenses, want(p))
		}
		return r
	}
	keep := plan.Keep{Ref: at(plan.KindKeep, "board", 2), Who: []plan.Who{everyone}, Except: []plan.Who{hidden}, Products: list("VISIOCLIENT")}
	for _, tt := range []struct {
		name string
		d    plan.Desired
		want string // what is not known; empty: it goes
	}{
		{"who", plan.Desired{Rules: []plan.Rule{rule("VISIOCLIENT")}, Products: []plan.ProductEntry{visioToPBI(hidden)}}, "members of hidden"},
		{"except", plan.Desired{Rules: []plan.Rule{rule("VISIOCLIENT")}, Products: []plan.ProductEntry{exceptHidden}}, "members of hidden"},
		{"whether the first is wanted", plan.Desired{Rules: []plan.Rule{rule()}, Products: []plan.ProductEntry{added}}, "members of hidden"},
		{"except of what keeps the first", plan.Desired{Rules: []plan.Rule{rule("VISIOCLIENT")}, Keep: []plan.Keep{keep}, Products: []plan.ProductEntry{visioToPBI(everyone)}}, "members of hidden"},
		{"which product", plan.Desired{Rules: []plan.Rule{rule("VISIOCLIENT")}, Products: []plan.ProductEntry{visioToPBI(everyone), swap(10, "POWER_BI_PRO", "SPE_E3", everyone)}},
			"which product, as POWER_BI_PRO is replaced too"},
		{"the last of three", plan.Desired{Rules: []plan.Rule{rule("SPE_E5")}, Products: []plan.ProductEntry{swap(8, "SPE_E5", "VISIOCLIENT", everyone), visioToPBI(everyone)}},
			"which product, as VISIOCLIENT is replaced too"},
		{"not who", plan.Desired{Rules: []plan.Rule{rule("VISIOCLIENT")}, Products: []plan.ProductEntry{visioToPBI(who("bob@contoso.com")...)}}, ""},
		{"the first is not wanted", plan.Desired{Rules: []plan.Rule{rule()}, Products: []plan.ProductEntry{visioToPBI(hidden)}}, ""},
		{"another is given first", plan.Desired{Rules: []plan.Rule{rule("VISIOCLIENT")}, Products: []plan.ProductEntry{swap(8, "VISIOCLIENT", "SPE_E3", everyone), visioToPBI(hidden)}}, ""},
	} {
		for _, assign := range []bool{true, false} {
			in := with(person(ann, "ann", direct(pbi)), person(bob, "bob"))
			in.Judge = strict{}
			tt.d.Settings = in.Desired.Settings
			tt.d.Settings.Manage.Assign = assign
			in.Desired = &tt.d
			p := mustNew(t, in)
			taken := strings.Contains(strings.Join(lines(p), "\n"), "unassign ann POWER_BI_PRO")
			given := strings.Contains(strings.Join(lines(p), "\n"), "assign ann VISIOCLIENT") || strings.Contains(strings.Join(lines(p), "\n"), "missing ann VISIOCLIENT")
			if taken != (tt.want == "") || given && !taken {
				t.Errorf("%s: got %q, want it taken: %t", tt.name, lines(p), tt.want == "")
			}
			if told := told(p); tt.want != "" && !strings.Contains(told, "POWER_BI_PRO: "+tt.want) {
				t.Errorf("%s: it tells %q, want %q", tt.name, told, tt.want)
			}
		}
	}
}

// TestPlansOfARule: service plans stay as they are where a rule that may match
// says otherwise; the first in the file counts.
func TestPlansOfARule(t *testing.T) {
	rule := func(name string, line int, s *plan.Selector, exact bool, off ...string) plan.Rule {
		w := want("SPE_E3")
		w.PlansGiven, w.DisabledPlans = len(off) > 0, names(off...)
		r := plan.Rule{Ref: at(plan.KindRules, name, line), Match: *s, Exact: exact}
		if exact {
			r.Licenses = []plan.Wanted{w}
		} else {
			r.Add = []plan.Wanted{w}
		}
		return r
	}
	sales, unknown := salesmen.Selector, hidden.Selector
	for _, tt := range []struct {
		name  string
		rules []plan.Rule
		want  bool // an adjust
	}{
		{"alone", []plan.Rule{rule("a", 1, sales, true, "YAMMER_ENTERPRISE")}, true},
		{"an exact one, and one that may add", []plan.Rule{rule("a", 1, sales, true, "YAMMER_ENTERPRISE"), rule("b", 2, unknown, false)}, false},
		{"one that may add says the same", []plan.Rule{rule("a", 1, sales, true, "YAMMER_ENTERPRISE"), rule("b", 2, unknown, false, "YAMMER_ENTERPRISE")}, true},
		{"one that adds, before one that may", []plan.Rule{rule("a", 1, sales, false, "YAMMER_ENTERPRISE"), rule("b", 2, unknown, false)}, true},
		{"one that adds, behind one that may", []plan.Rule{rule("b", 1, unknown, false), rule("a", 2, sales, false, "YAMMER_ENTERPRISE")}, false},
	} {
		in := with(person(ann, "ann", direct(e3)))
		in.Desired.Settings.Manage.Assign = true
		in.Desired.Rules = tt.rules
		p := mustNew(t, in)
		if got := len(p.Executable()) == 1; got != tt.want {
			t.Errorf("%s: got %q, want an adjust: %t", tt.name, lines(p), tt.want)
		}
		if told := told(p); strings.Contains(told, "b: members of hidden") == tt.want {
			t.Errorf("%s: it tells %q", tt.name, told)
		}
	}
}

// TestInItsPlace: who may be excepted is given what is to be replaced, unless he
// has what takes its place and keeps that.
func TestInItsPlace(t *testing.T) {
	for _, tt := range []struct {
		name  string
		held  []plan.Source
		takes []string // by an entry
		want  []string
	}{
		{"holds neither", nil, nil, []string{"assign ann VISIOCLIENT allow ann@contoso.com"}},
		{"holds the other", []plan.Source{direct(pbi)}, nil, nil},
		{"holds the other, which goes", []plan.Source{direct(pbi)}, []string{"POWER_BI_PRO"},
			[]string{"assign ann VISIOCLIENT allow ann@contoso.com", "unassign ann POWER_BI_PRO allow ann@contoso.com"}},
	} {
		in := with(person(ann, "ann", tt.held...))
		in.Desired.Settings.Manage.Assign = true
		in.Desired.Users = []plan.UserEntry{{Ref: at(plan.KindUsers, "ann@contoso.com", 1), Person: plan.Name{Text: "ann@contoso.com"},
			Add: []plan.Wanted{want("VISIOCLIENT")}, Remove: names(tt.takes...)}}
		e := swap(9, "VISIOCLIENT", "POWER_BI_PRO", everyone)
		e.Replace[0].Except = []plan.Who{hidden}
		in.Desired.Products = []plan.ProductEntry{e}
		if got := sorted(lines(mustNew(t, in))); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
