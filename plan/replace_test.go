package plan_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

var (
	everyone = plan.Who{Everyone: true}
	salesmen = plan.Who{Selector: selector(plan.KeyDepartment, "sales")}
	hidden   = plan.Who{Selector: selector(plan.KeyMemberOf, "hidden")} // nobody may read who is in it
)

// swap is an entry that replaces one product with another.
func swap(line int, x, y string, who ...plan.Who) plan.ProductEntry {
	return plan.ProductEntry{Ref: at(plan.KindProducts, x, line), Product: plan.Name{Text: x},
		Replace: []plan.Replace{{Ref: at(plan.KindProducts, x, line), With: plan.Name{Text: y, Place: plan.Place{File: "a.yaml", Line: line, Column: 9}}, Who: who}}}
}

func folder(list ...plan.ProductEntry) func(*plan.Desired) {
	return func(d *plan.Desired) { d.Products = append(d.Products, list...) }
}

func assigns(d *plan.Desired) { d.Settings.Manage.Assign = true }

// TestReplace holds each case of a replacement, for ann: E5 is to become E3.
func TestReplace(t *testing.T) {
	all := folder(swap(9, "SPE_E5", "SPE_E3", everyone))
	wants := func(products ...string) func(*plan.Desired) {
		return func(d *plan.Desired) { d.Users = append(d.Users, exact(1, "ann@contoso.com", products...)) }
	}
	adds := func(products ...string) func(*plan.Desired) {
		return func(d *plan.Desired) {
			e := plan.UserEntry{Ref: at(plan.KindUsers, "ann@contoso.com", 1), Person: plan.Name{Text: "ann@contoso.com"}}
			for _, p := range products {
				e.Add = append(e.Add, want(p))
			}
			d.Users = append(d.Users, e)
		}
	}
	takes := func(product string) func(*plan.Desired) {
		return func(d *plan.Desired) {
			d.Users = append(d.Users, plan.UserEntry{Ref: at(plan.KindUsers, "ann@contoso.com", 1), Person: plan.Name{Text: "ann@contoso.com"}, Remove: names(product)})
		}
	}
	keeps := func(product string, who plan.Who) func(*plan.Desired) {
		return func(d *plan.Desired) {
			d.Keep = append(d.Keep, plan.Keep{Ref: at(plan.KindKeep, "board", 2), Who: []plan.Who{who}, Products: list(product)})
		}
	}
	rule := func(products ...string) func(*plan.Desired) {
		return func(d *plan.Desired) {
			r := plan.Rule{Ref: at(plan.KindRules, "sales", 5), Match: *salesmen.Selector, Exact: true}
			for _, p := range products {
				r.Licenses = append(r.Licenses, want(p))
			}
			d.Rules = append(d.Rules, r)
		}
	}
	removesAll := func(d *plan.Desired) {
		d.Remove = append(d.Remove, remove("all", 3, plan.Products{All: true}, salesmen))
	}
	except := func(who plan.Who) func(*plan.Desired) {
		e := swap(9, "SPE_E5", "SPE_E3", everyone)
		e.Replace[0].Except = []plan.Who{who}
		return folder(e)
	}
	swapped := []string{"assign ann SPE_E3 allow replace SPE_E5 with SPE_E3", "unassign ann SPE_E5 allow replace SPE_E5 with SPE_E3"}
	takesE5 := []string{"unassign ann SPE_E5 allow replace SPE_E5 with SPE_E3"}
	doubled := []plan.Source{direct(e5), direct(e5)}
	tests := []struct {
		name   string
		say    []func(*plan.Desired)
		held   []plan.Source
		want   []string
		tells  string // in a note, or in whom it could not be asked about
		counts int    // seats through groups that are counted
	}{
		{name: "nobody speaks, held directly", say: ways(all, assigns), held: []plan.Source{direct(e5)}, want: swapped},
		{name: "nobody speaks, held through a group", say: ways(all, assigns), held: []plan.Source{through(e5)}, counts: 1},
		{name: "nobody speaks, held both ways", say: ways(all, assigns), held: []plan.Source{direct(e5), through(e5)}, want: swapped},
		{name: "nobody speaks, not held", say: ways(all, assigns)},
		{name: "nobody speaks, a group fails to give it", say: ways(all, assigns), held: []plan.Source{{SKU: e5, Group: grp, State: plan.ErrorState}}},
		{name: "nobody speaks, given directly twice", say: ways(all, assigns), held: doubled},
		{name: "wanted and held", say: ways(wants("SPE_E5"), all, assigns), held: []plan.Source{direct(e5)}, want: swapped},
		{name: "wanted and not held", say: ways(wants("SPE_E5"), all, assigns), want: swapped[:1]},
		{name: "wanted, held through a group", say: ways(adds("SPE_E5"), all, assigns), held: []plan.Source{through(e5)}, want: swapped[:1], counts: 1},
		{name: "wanted by a rule, the rule does not want the new one", say: ways(rule("SPE_E5"), all, assigns), held: []plan.Source{direct(e5)}, want: swapped},
		{name: "done already", say: ways(rule("SPE_E5"), all, assigns), held: []plan.Source{direct(e3)}},
		{name: "the new one is held already", say: ways(all, assigns), held: []plan.Source{direct(e5), direct(e3)}, want: takesE5},
		{name: "the new one comes through a group", say: ways(all, assigns), held: []plan.Source{direct(e5), through(e3)}, want: takesE5},
		{name: "the new one comes through a group that fails", say: ways(all, assigns), held: []plan.Source{direct(e5), {SKU: e3, Group: grp, State: plan.ActiveWithError}},
			tells: "SPE_E5 stays as it is and not replaced with SPE_E3 (a.yaml:9): the copy of SPE_E3 through a group is not Active"},
		{name: "one of two groups fails", say: ways(all, assigns), held: []plan.Source{direct(e5), through(e3), {SKU: e3, Group: inner, State: plan.ActiveWithError}}, want: takesE5},
		{name: "the new one is wanted already", say: ways(adds("SPE_E3"), all, assigns), held: []plan.Source{direct(e5)},
			want: []string{"assign ann SPE_E3 allow ann@contoso.com", takesE5[0]}},
		{name: "kept", say: ways(keeps("SPE_E5", everyone), all, assigns), held: []plan.Source{direct(e5)}},
		{name: "not evaluated", say: ways(keeps("SPE_E5", hidden), all, assigns), held: []plan.Source{direct(e5)}, tells: "members of hidden"},
		{name: "not wanted anyway", say: ways(takes("SPE_E5"), all, assigns), held: []plan.Source{direct(e5), direct(e3)},
			want: []string{"unassign ann SPE_E5 allow ann@contoso.com"}},
		{name: "the new one is kept and held", say: ways(keeps("SPE_E3", everyone), all, assigns), held: []plan.Source{direct(e5), direct(e3)}, want: takesE5},
		{name: "the new one is kept and not held", say: ways(keeps("SPE_E3", everyone), all, assigns), held: []plan.Source{direct(e5)},
			tells: `SPE_E5 stays as it is and not replaced with SPE_E3 (a.yaml:9): keep "board" (a.yaml:2) keeps SPE_E3`},
		{name: "the new one is kept, the old one wanted, neither held", say: ways(wants("SPE_E5"), keeps("SPE_E3", everyone), all, assigns),
			tells: "SPE_E5 is not given"},
		{name: "the new one is not evaluated", say: ways(keeps("SPE_E3", hidden), all, assigns), held: []plan.Source{direct(e5)}, tells: "may speak of SPE_E3"},
		{name: "the new one is taken by name", say: ways(takes("SPE_E3"), all, assigns), held: []plan.Source{direct(e5)}, tells: "takes SPE_E3"},
		{name: "the new one is taken by a remove of all, and the old one", say: ways(removesAll, all, assigns), held: []plan.Source{direct(visio)},
			want: []string{"unassign ann VISIOCLIENT allow all"}},
		{name: "for others only", say: ways(folder(swap(9, "SPE_E5", "SPE_E3", who("bob@contoso.com")...)), assigns), held: []plan.Source{direct(e5)}},
		{name: "by name", say: ways(folder(swap(9, "SPE_E5", "SPE_E3", who("ann@contoso.com")...)), assigns), held: []plan.Source{direct(e5)}, want: swapped},
		{name: "unknown in who", say: ways(folder(swap(9, "SPE_E5", "SPE_E3", hidden)), assigns), held: []plan.Source{direct(e5)}, tells: "members of hidden"},
		{name: "unknown in who, wanted and not held", say: ways(wants("SPE_E5"), folder(swap(9, "SPE_E5", "SPE_E3", hidden)), assigns)},
		{name: "excepted", say: ways(except(salesmen), assigns), held: []plan.Source{direct(e5)}},
		{name: "unknown in except", say: ways(except(hidden), assigns), held: []plan.Source{direct(e5)}, tells: "members of hidden"},
		{name: "unknown in except, wanted and not held", say: ways(wants("SPE_E5"), except(hidden), assigns), want: []string{"assign ann SPE_E5 allow ann@contoso.com"}},
		{name: "two speak, the first in the files counts", say: ways(folder(swap(9, "SPE_E5", "SPE_E3", everyone), swap(10, "SPE_E5", "POWER_BI_PRO", everyone)), assigns),
			held: []plan.Source{direct(e5)}, want: swapped},
		{name: "the first is unknown", say: ways(folder(swap(8, "SPE_E5", "POWER_BI_PRO", hidden), swap(9, "SPE_E5", "SPE_E3", everyone)), assigns),
			held: []plan.Source{direct(e5)}, tells: "members of hidden"},
		{name: "a chain", say: ways(all, folder(swap(10, "SPE_E3", "POWER_BI_PRO", everyone)), assigns), held: []plan.Source{direct(e5)}, tells: "SPE_E3 is replaced too"},
		{name: "a chain that may be", say: ways(all, folder(swap(10, "SPE_E3", "POWER_BI_PRO", hidden)), assigns), held: []plan.Source{direct(e5)}, tells: "SPE_E3 is replaced too"},
		{name: "a chain for others", say: ways(all, folder(swap(10, "SPE_E3", "POWER_BI_PRO", who("bob@contoso.com")...)), assigns), held: []plan.Source{direct(e5)}, want: swapped},
		{name: "a ring", say: ways(all, folder(swap(10, "SPE_E3", "SPE_E5", everyone)), assigns), held: []plan.Source{direct(e5), direct(e3)}, tells: "is replaced too"},
		{name: "two become one", say: ways(all, folder(swap(10, "POWER_BI_PRO", "SPE_E3", everyone)), assigns), held: []plan.Source{direct(e5), direct(pbi)},
			want: []string{swapped[0], takesE5[0], "unassign ann POWER_BI_PRO allow replace POWER_BI_PRO with SPE_E3"}},
		{name: "assign is off", say: ways(all), held: []plan.Source{direct(e5)},
			want: []string{"unassign ann SPE_E5 blocked replace SPE_E5 with SPE_E3", "missing ann SPE_E3 assign-off"}},
		{name: "assign is off, held both ways", say: ways(all), held: []plan.Source{direct(e5), through(e5)},
			want: []string{"unassign ann SPE_E5 blocked replace SPE_E5 with SPE_E3", "missing ann SPE_E3 assign-off"}},
		{name: "assign is off, wanted and held both ways", say: ways(wants("SPE_E5"), all), held: []plan.Source{direct(e5), through(e5)},
			want: []string{"unassign ann SPE_E5 allow replace SPE_E5 with SPE_E3", "missing ann SPE_E3 assign-off"}},
		{name: "the new one carries none of its services and is missing", say: ways(folder(swap(9, "VISIOCLIENT", "POWER_BI_PRO", everyone))), held: []plan.Source{direct(visio)},
			want: []string{"unassign ann VISIOCLIENT blocked replace VISIOCLIENT with POWER_BI_PRO", "missing ann POWER_BI_PRO assign-off"}},
		{name: "the new one is to come through a group", say: ways(all, folder(plan.ProductEntry{Ref: at(plan.KindProducts, "SPE_E3", 12), Product: plan.Name{Text: "SPE_E3"}, Via: plan.ViaGroup}), assigns),
			held: []plan.Source{direct(e5)}, want: []string{"unassign ann SPE_E5 blocked replace SPE_E5 with SPE_E3", "missing ann SPE_E3 via-group"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			other := person(bob, "bob")
			other.Department = "Design"
			in := with(person(ann, "ann", tt.held...), other)
			in.Judge = strict{}
			for _, say := range tt.say {
				say(in.Desired)
			}
			p := mustNew(t, in)
			got := lines(p)
			slices.Sort(got)
			slices.Sort(tt.want)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if told := told(p); tt.tells != "" && !strings.Contains(told, tt.tells) {
				t.Errorf("it tells %q, want %q in it", told, tt.tells)
			} else if tt.tells == "" && len(tt.want) == 0 && strings.Contains(told, "SPE_E5") && !strings.Contains(told, "group-error") {
				t.Errorf("it tells %q, want nothing", told)
			}
			counts := 0
			for _, r := range p.Inherited {
				counts += r.Users
			}
			if counts != tt.counts {
				t.Errorf("got %d seats counted, want %d", counts, tt.counts)
			}
		})
	}
}

// told are the notes of a plan, and whom it could not be made about.
func told(p *plan.Plan) string {
	var b strings.Builder
	for _, n := range p.Notes {
		b.WriteString(n.Code + " " + n.Text + "\n")
	}
	for _, n := range p.NotEvaluated {
		b.WriteString(n.Statement + ": " + n.Fact + "\n")
	}
	return b.String()
}

// TestReplaceOverrides: a swap says what wanted the old product, and what did
// not want the new one.
func TestReplaceOverrides(t *testing.T) {
	in := with(person(ann, "ann", direct(e5)))
	in.Judge = strict{}
	in.Desired.Settings.Manage.Assign = true
	in.Desired.Rules = []plan.Rule{{Ref: at(plan.KindRules, "sales", 5), Match: *salesmen.Selector, Exact: true, Licenses: []plan.Wanted{want("SPE_E5")}}}
	in.Desired.Products = []plan.ProductEntry{swap(9, "SPE_E5", "SPE_E3", everyone)}
	for _, c := range mustNew(t, in).Changes {
		r := c.Reason
		if r.Kind != plan.KindReplace || r.Line != 9 || len(r.Overrides) != 1 || r.Overrides[0].Statement != "sales" || r.Overrides[0].Line != 5 {
			t.Errorf("%s: got %+v, want replace of line 9 over the rule of line 5", c.Action, r)
		}
	}
}

// TestReplaceFaults are replacements that cannot hold, without a tenant and with one.
func TestReplaceFaults(t *testing.T) {
	e3 := swap(9, "SPE_E5", "SPE_E3", everyone)
	anns := swap(9, "SPE_E5", "SPE_E3", who("ann@contoso.com")...)
	exceptAnn := swap(9, "SPE_E5", "SPE_E3", who("ann@contoso.com", "bob@contoso.com")...)
	exceptAnn.Replace[0].Except = who("Ann@contoso.com")
	closed := plan.ProductEntry{Ref: at(plan.KindProducts, "SPE_E3", 12), Product: plan.Name{Text: "spe_e3"}, Closed: true, Holders: who("ann@contoso.com")}
	takes := func(from, until plan.Day, people ...plan.Who) plan.Remove {
		r := remove("back", 3, list("SPE_E3"), people...)
		r.Span = plan.Span{From: from, Until: until}
		return r
	}
	keep := func(product string) []plan.Keep {
		return []plan.Keep{{Ref: at(plan.KindKeep, "board", 2), Who: who("ann@contoso.com"), Products: list(product)}}
	}
	entry := func(remove ...string) []plan.UserEntry {
		return []plan.UserEntry{{Ref: at(plan.KindUsers, "ann@contoso.com", 1), Person: plan.Name{Text: "ann@contoso.com"}, Remove: names(remove...)}}
	}
	tests := []struct {
		name string
		d    plan.Desired
		want string // empty: no fault
	}{
		{"plain", plan.Desired{Products: []plan.ProductEntry{e3}}, ""},
		{"with itself", plan.Desired{Products: []plan.ProductEntry{swap(9, "SPE_E5", "spe_e5", everyone)}}, "SPE_E5 is replaced with itself: name another product"},
		{"with an id of itself", plan.Desired{Products: []plan.ProductEntry{swap(9, "SPE_E5", string(e5), everyone)}}, "SPE_E5 is replaced with itself"},
		{"into a closed list", plan.Desired{Products: []plan.ProductEntry{e3, closed}},
			"nothing can be replaced with SPE_E3: its holders in a.yaml:12:1 are the whole list: write `add` there instead of `holders`"},
		{"out of a closed list", plan.Desired{Products: []plan.ProductEntry{swap(9, "SPE_E3", "SPE_E5", everyone), closed}}, ""},
		{"a remove takes the new one", plan.Desired{Products: []plan.ProductEntry{e3}, Remove: []plan.Remove{takes("", "", salesmen)}},
			`remove "back" (a.yaml:3:1) takes SPE_E3, which this gives: leave it out of the remove, or name different people in both`},
		{"a remove names others", plan.Desired{Products: []plan.ProductEntry{anns}, Remove: []plan.Remove{takes("", "", who("bob@contoso.com")...)}}, ""},
		{"a remove names the same", plan.Desired{Products: []plan.ProductEntry{anns}, Remove: []plan.Remove{takes("", "", who("ann@contoso.com")...)}}, `remove "back"`},
		{"a remove names one who is excepted", plan.Desired{Products: []plan.ProductEntry{exceptAnn}, Remove: []plan.Remove{takes("", "", who("ann@contoso.com")...)}}, ""},
		{"a remove names, this chooses", plan.Desired{Products: []plan.ProductEntry{e3}, Remove: []plan.Remove{takes("", "", who("ann@contoso.com")...)}}, `remove "back"`},
		{"a remove that has ended", plan.Desired{Products: []plan.ProductEntry{e3}, Remove: []plan.Remove{takes("", "2026-11-19", salesmen)}}, ""},
		{"a remove that begins", plan.Desired{Products: []plan.ProductEntry{e3}, Remove: []plan.Remove{takes("2027-01-01", "", salesmen)}}, `remove "back"`},
		{"a remove of all", plan.Desired{Products: []plan.ProductEntry{e3}, Remove: []plan.Remove{remove("all", 3, plan.Products{All: true}, salesmen)}}, ""},
		{"an entry wants what is replaced", plan.Desired{Products: []plan.ProductEntry{anns}, Users: []plan.UserEntry{exact(1, "ann@contoso.com", "SPE_E5")}}, ""},
		{"an entry takes the new one", plan.Desired{Products: []plan.ProductEntry{anns}, Users: entry("SPE_E3")},
			`replace of "SPE_E5" gives what users "ann@contoso.com" (a.yaml:1:1) takes: decide for one of them`},
		{"an entry takes the old one", plan.Desired{Products: []plan.ProductEntry{anns}, Users: entry("SPE_E5")}, ""},
		{"an entry of who is chosen takes the new one", plan.Desired{Products: []plan.ProductEntry{e3}, Users: entry("SPE_E3")}, ""},
		{"an empty entry", plan.Desired{Products: []plan.ProductEntry{anns}, Users: []plan.UserEntry{exact(1, "ann@contoso.com")}}, ""},
		{"a keep of the old one", plan.Desired{Products: []plan.ProductEntry{anns}, Keep: keep("SPE_E5")}, `replace of "SPE_E5" replaces what keep "board" (-) keeps: decide`},
		{"a keep of the new one", plan.Desired{Products: []plan.ProductEntry{anns}, Keep: keep("SPE_E3")}, `keeps: decide`},
		{"a keep of another", plan.Desired{Products: []plan.ProductEntry{anns}, Keep: keep("VISIOCLIENT")}, ""},
		{"a keep of one who is excepted", plan.Desired{Products: []plan.ProductEntry{exceptAnn}, Keep: keep("SPE_E5")}, ""},
		{"ways that differ", plan.Desired{Products: []plan.ProductEntry{via(1, plan.ViaGroup), via(2, plan.ViaDirect)}},
			"SPE_E3 is `via: direct` here and `via: group` in a.yaml:1:1: say one of the two"},
		{"ways that agree", plan.Desired{Products: []plan.ProductEntry{via(1, plan.ViaGroup), via(2, plan.ViaGroup), via(3, "")}}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := with(person(ann, "ann"), person(bob, "bob"))
			tt.d.Settings = in.Desired.Settings
			in.Desired = &tt.d
			_, err := plan.New(t.Context(), in)
			for from, faults := range map[string][]plan.Fault{"Check": plan.Check(&tt.d, "2026-11-20"), "New": faultsOf(err)} {
				switch {
				case tt.want == "" && len(faults) > 0:
					t.Errorf("%s: got %v, want none", from, faults)
				case tt.want != "" && (len(faults) != 1 || !strings.Contains(faults[0].Error(), tt.want)):
					t.Errorf("%s: got %v, want one with %q", from, faults, tt.want)
				}
			}
		})
	}
}

func faultsOf(err error) []plan.Fault {
	if f, ok := err.(*plan.FaultsError); ok {
		return f.Faults
	}
	return nil
}

// TestReplaceReaches: a replacement is about who holds the old product, so
// that others need not be read; and both products are managed.
func TestReplaceReaches(t *testing.T) {
	in := with()
	in.Desired.Settings.Manage.Given, in.Desired.Settings.Manage.Products = false, nil
	e := swap(9, "SPE_E5", "SPE_E3", salesmen)
	e.Replace[0].Who = append(e.Replace[0].Who, who("ann@contoso.com")...)
	e.Replace[0].Except = []plan.Who{{Selector: selector(plan.KeyUPN, "bg-*@*")}, {Selector: selector(plan.KeyMemberOf, "board")}}
	in.Desired.Products = []plan.ProductEntry{e}
	r := plan.ReachOf(in.Desired, in.Snapshot.Products, nil, nil)
	if r.Everyone || len(r.Products) != 2 || !slices.Equal(r.People, []string{"ann@contoso.com"}) || !slices.Equal(r.Prefixes, []string{"bg-"}) {
		t.Errorf("got %+v", r)
	}
	if got := in.Desired.Groups(); !slices.Equal(got, []string{"board"}) {
		t.Errorf("got groups %q", got)
	}
	_, err := plan.New(t.Context(), in)
	if err != nil {
		t.Errorf("got %v, want no fault: the new product is managed because it is named", err)
	}
}

// TestReplaceCause: a new replacement is why seats change, and one that said the
// same before is not.
func TestReplaceCause(t *testing.T) {
	in := with(person(ann, "ann", direct(e3)), person(bob, "bob", direct(e5)))
	in.Desired.Settings.Manage.Assign = true
	m, err := plan.New(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	in.Baseline = m.Baseline("")
	in.Desired.Products = []plan.ProductEntry{swap(9, "SPE_E5", "SPE_E3", everyone)}
	for _, c := range mustNew(t, in).Changes {
		if c.Cause != plan.CauseConfig {
			t.Errorf("%s %s: got %s, want config", c.Action, c.Product.PartNumber, c.Cause)
		}
	}
	in.Snapshot.Users[1].Sources = []plan.Source{direct(e3)}
	if m, err = plan.New(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	in.Baseline = m.Baseline("")
	in.Snapshot = clone(in.Snapshot)
	in.Snapshot.Users[0].Sources = []plan.Source{direct(e5)}
	p := mustNew(t, in)
	if len(p.Changes) != 2 || p.Changes[0].Cause != plan.CauseDrift || p.Changes[1].Cause != plan.CauseDrift {
		t.Errorf("got %v, want two changes by drift", p.Changes)
	}
}

// TestReplaceIsWhy: a seat that stands by a replacement is lost by config once
// the replacement is gone, though the rule that takes it stood there before.
func TestReplaceIsWhy(t *testing.T) {
	in := with(person(ann, "ann", direct(e3)))
	in.Desired.Settings.Manage.Assign = true
	in.Desired.Rules = []plan.Rule{{Ref: at(plan.KindRules, "sales", 5), Match: *salesmen.Selector, Exact: true, Licenses: []plan.Wanted{want("SPE_E5")}}}
	in.Desired.Products = []plan.ProductEntry{swap(9, "SPE_E5", "SPE_E3", everyone)}
	m, err := plan.New(t.Context(), in)
	if err != nil || len(m.Plan.Changes) != 0 {
		t.Fatalf("got %v, %v, want it in sync", m, err)
	}
	in.Baseline = m.Baseline("")
	in.Desired.Products = nil
	for _, c := range mustNew(t, in).Changes {
		if c.Product.SKU == e3 && c.Cause != plan.CauseConfig {
			t.Errorf("got %s, want config", c.Cause)
		}
	}
}

// TestReplaceIsAStatement: replacements count among what a folder says (R204).
func TestReplaceIsAStatement(t *testing.T) {
	in := with(person(ann, "ann"))
	j := &counting{}
	in.Judge = j
	e := swap(9, "SPE_E5", "SPE_E3", everyone)
	e.Replace = append(e.Replace, swap(10, "SPE_E5", "VISIOCLIENT", everyone).Replace...)
	in.Desired.Products = []plan.ProductEntry{e}
	mustNew(t, in)
	if j.statements != 3 {
		t.Errorf("got %d statements, want the entry and two replacements", j.statements)
	}
}

// counting is a judge that notes how many statements there are.
type counting struct {
	lenient
	statements int
}

func (c *counting) Plan(_ context.Context, f plan.PlanFacts) ([]plan.Decision, error) {
	c.statements = f.Statements
	return nil, nil
}
