package plan_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/plan"
)

func holds(products ...string) *plan.Selector { return selector(plan.KeyHolds, products...) }

func whom(s ...*plan.Selector) []plan.Who {
	out := make([]plan.Who, len(s))
	for i := range s {
		out[i] = plan.Who{Selector: s[i]}
	}
	return out
}

func entry(line int, product string, add ...plan.Who) plan.ProductEntry {
	return plan.ProductEntry{Ref: at(plan.KindProducts, product, line), Product: plan.Name{Text: product}, Add: add}
}

// deny is a judge that denies every change of a product.
type deny struct {
	strict
	part string
}

func (j deny) Changes(ctx context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	out, err := j.strict.Changes(ctx, cases)
	for i, c := range cases {
		if c.Change.Product.PartNumber == j.part {
			out[i] = append(out[i], plan.Decision{Code: "R999", Level: plan.LevelDeny, Message: "no"})
		}
	}
	return out, err
}

// TestWillHold: `holds` means what the person will hold when the plan is done.
func TestWillHold(t *testing.T) {
	everyone := plan.Who{Everyone: true}
	assign := func(in *plan.Input) { in.Desired.Settings.Manage.Assign = true }
	takeE5 := func(in *plan.Input) {
		in.Desired.Remove = append(in.Desired.Remove, remove("e5", 9, list("SPE_E5"), everyone))
	}
	giveE5 := func(in *plan.Input) { in.Desired.Products = append(in.Desired.Products, entry(9, "SPE_E5", everyone)) }
	ifE5 := func(in *plan.Input) {
		in.Desired.Remove = append(in.Desired.Remove, remove("visio", 1, list("VISIOCLIENT"), whom(holds("SPE_E5"))...))
	}
	ifNotE5 := func(in *plan.Input) {
		in.Desired.Remove = append(in.Desired.Remove, remove("visio", 1, list("VISIOCLIENT"), whom(not(holds("SPE_E5")))...))
	}
	rule := func(r plan.Rule) func(*plan.Input) {
		r.Ref = at(plan.KindRules, "rule", 7)
		return func(in *plan.Input) { in.Desired.Rules = append(in.Desired.Rules, r) }
	}
	keepVisio := func(s *plan.Selector, except ...plan.Who) func(*plan.Input) {
		return func(in *plan.Input) {
			in.Desired.Keep = []plan.Keep{{Ref: at(plan.KindKeep, "keep", 1), Who: whom(s), Except: except, Products: list("VISIOCLIENT")}}
			in.Desired.Remove = append(in.Desired.Remove, remove("visio", 2, list("VISIOCLIENT"), everyone))
		}
	}
	holders := func(s *plan.Selector) func(*plan.Input) {
		return func(in *plan.Input) {
			e := entry(3, "VISIOCLIENT")
			e.Closed, e.Holders = true, whom(s)
			in.Desired.Products = append(in.Desired.Products, e)
		}
	}
	tookE5 := "unassign ann SPE_E5 allow e5"
	tookVisio := "unassign ann VISIOCLIENT allow visio"
	for _, tt := range []struct {
		name string
		held []plan.Source
		say  []func(*plan.Input)
		want []string
	}{
		{"remove: held, and stays", []plan.Source{direct(e5), direct(visio)}, says(ifE5), []string{tookVisio}},
		{"remove: held, and goes", []plan.Source{direct(e5), direct(visio)}, says(ifE5, takeE5), []string{tookE5}},
		{"remove: not held, and comes", []plan.Source{direct(visio)}, says(ifE5, giveE5, assign), []string{"assign ann SPE_E5 allow SPE_E5", tookVisio}},
		{"remove: not held, and is missing", []plan.Source{direct(visio)}, says(ifE5, giveE5), []string{"missing ann SPE_E5 assign-off"}},
		{"remove, not: not held, and is missing", []plan.Source{direct(visio)}, says(ifNotE5, giveE5), []string{tookVisio, "missing ann SPE_E5 assign-off"}},
		{"remove, not: held, and goes", []plan.Source{direct(e5), direct(visio)}, says(ifNotE5, takeE5), []string{tookE5, tookVisio}},
		{"remove: the taking is denied", []plan.Source{direct(e5), direct(visio)}, says(ifE5, takeE5, func(in *plan.Input) { in.Judge = deny{part: "SPE_E5"} }),
			[]string{"unassign ann SPE_E5 deny e5", tookVisio}},
		{"remove, not: the taking is denied", []plan.Source{direct(e5), direct(visio)}, says(ifNotE5, takeE5, func(in *plan.Input) { in.Judge = deny{part: "SPE_E5"} }),
			[]string{"unassign ann SPE_E5 deny e5"}},
		{"remove: no seat is free", []plan.Source{direct(visio)}, says(ifE5, giveE5, assign, func(in *plan.Input) { enabled(*in, e5, 0) }), []string{"missing ann SPE_E5 no-seat"}},
		{"remove: through a group, the direct one goes", []plan.Source{direct(e5), through(e5), direct(visio)}, says(ifE5, takeE5),
			[]string{tookE5, tookVisio}},
		{"remove: through a group, blocked", []plan.Source{through(e5), direct(visio)}, says(ifE5, takeE5), []string{"unassign ann SPE_E5 blocked e5", tookVisio}},
		{"except: stays", []plan.Source{direct(e5), direct(visio)}, says(func(in *plan.Input) {
			ifE5(in)
			in.Desired.Remove[0].Who, in.Desired.Remove[0].Except = []plan.Who{everyone}, whom(holds("SPE_E5"))
		}), nil},
		{"except: goes", []plan.Source{direct(e5), direct(visio)}, says(func(in *plan.Input) {
			ifE5(in)
			in.Desired.Remove[0].Who, in.Desired.Remove[0].Except = []plan.Who{everyone}, whom(holds("SPE_E5"))
		}, takeE5), []string{tookE5, tookVisio}},
		{"keep: stays", []plan.Source{direct(e5), direct(visio)}, says(keepVisio(holds("SPE_E5"))), nil},
		{"keep: goes", []plan.Source{direct(e5), direct(visio)}, says(keepVisio(holds("SPE_E5")), takeE5), []string{tookE5, tookVisio}},
		{"except of keep: goes", []plan.Source{direct(e5), direct(visio)}, says(keepVisio(selector(plan.KeyUPN, "*"), whom(holds("SPE_E5"))...), takeE5), []string{tookE5}},
		{"holders: goes", []plan.Source{direct(e5), direct(visio)}, says(holders(holds("SPE_E5")), takeE5), []string{tookE5, "unassign ann VISIOCLIENT allow VISIOCLIENT"}},
		{"holders: comes", []plan.Source{direct(visio)}, says(holders(holds("SPE_E5")), giveE5, assign), []string{"assign ann SPE_E5 allow SPE_E5"}},
		{"add: comes", nil, says(func(in *plan.Input) {
			in.Desired.Products = append(in.Desired.Products, entry(3, "VISIOCLIENT", whom(holds("SPE_E5"))...))
		}, giveE5, assign), []string{"assign ann SPE_E5 allow SPE_E5", "assign ann VISIOCLIENT allow VISIOCLIENT"}},
		{"rule that adds: comes", nil, says(rule(plan.Rule{Match: *holds("SPE_E5"), Add: []plan.Wanted{want("VISIOCLIENT")}}), giveE5, assign),
			[]string{"assign ann SPE_E5 allow SPE_E5", "assign ann VISIOCLIENT allow rule"}},
		{"a chain of three", []plan.Source{direct(e5), direct(visio), direct(pbi)}, says(takeE5, ifNotE5, func(in *plan.Input) {
			in.Desired.Remove = append(in.Desired.Remove, remove("pbi", 2, list("POWER_BI_PRO"), whom(not(holds("VISIOCLIENT")))...))
		}), []string{tookE5, tookVisio, "unassign ann POWER_BI_PRO allow pbi"}},
		{"a chain of three, cut at its root", []plan.Source{direct(e5), direct(visio), direct(pbi)}, says(takeE5, ifNotE5, func(in *plan.Input) {
			in.Desired.Remove = append(in.Desired.Remove, remove("pbi", 2, list("POWER_BI_PRO"), whom(not(holds("VISIOCLIENT")))...))
			in.Judge = deny{part: "SPE_E5"}
		}), []string{"unassign ann SPE_E5 deny e5"}},
		{"a chain of three that gives", nil, says(giveE5, assign, func(in *plan.Input) {
			in.Desired.Products = append(in.Desired.Products, entry(3, "POWER_BI_PRO", whom(holds("VISIOCLIENT"))...), entry(4, "VISIOCLIENT", whom(holds("SPE_E5"))...))
		}), []string{"assign ann SPE_E5 allow SPE_E5", "assign ann VISIOCLIENT allow VISIOCLIENT", "assign ann POWER_BI_PRO allow POWER_BI_PRO"}},
		// Given E5 he would lose Visio; that is denied, and E5 with it, so that he
		// would not hold E5 and could be given it.
		{"what comes true in no way", []plan.Source{direct(visio)}, says(ifE5, giveE5, assign, func(in *plan.Input) { in.Judge = deny{part: "VISIOCLIENT"} }),
			[]string{"assign ann SPE_E5 allow SPE_E5", "not evaluated: visio: whether SPE_E5 will be held, which hangs on this statement"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := with(person(ann, "ann", tt.held...))
			in.Judge = strict{}
			for _, say := range tt.say {
				say(&in)
			}
			p := mustNew(t, in)
			got := lines(p)
			for _, n := range p.NotEvaluated {
				got = append(got, "not evaluated: "+n.Statement+": "+n.Fact)
			}
			if slices.Sort(tt.want); !slices.Equal(sorted(got), tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func says(list ...func(*plan.Input)) []func(*plan.Input) { return list }

func sorted(list []string) []string { slices.Sort(list); return list }

// TestHoldsOfSome: with seats for one of two, `holds` is yes for that one alone.
func TestHoldsOfSome(t *testing.T) {
	in := with(person(ann, "ann", direct(visio)), person(bob, "bob", direct(visio)), person(cleo, "cleo", direct(visio)))
	in.Judge = strict{}
	in.Desired.Settings.Manage.Assign = true
	in.Desired.Products = []plan.ProductEntry{entry(1, "SPE_E5", plan.Who{Everyone: true})}
	in.Desired.Remove = []plan.Remove{remove("visio", 2, list("VISIOCLIENT"), whom(holds("SPE_E5"))...)}
	enabled(in, e5, 1)
	want := []string{"assign ann SPE_E5 allow SPE_E5", "unassign ann VISIOCLIENT allow visio", "missing bob SPE_E5 no-seat", "missing cleo SPE_E5 no-seat"}
	if got := lines(mustNew(t, in)); !slices.Equal(sorted(got), sorted(want)) {
		t.Errorf("got %q, want %q", got, want)
	}
	in.Users = []string{"bob"} // who is outside a limited plan does not matter
	if got, want := lines(mustNew(t, in)), []string{"assign bob SPE_E5 allow SPE_E5", "unassign bob VISIOCLIENT allow visio"}; !slices.Equal(sorted(got), want) {
		t.Errorf("--user: got %q, want %q", got, want)
	}
	in.Users, in.Products = nil, []string{"VISIOCLIENT"} // the swap has to do with it
	if got, want := lines(mustNew(t, in)), []string{"assign ann SPE_E5 allow SPE_E5", "unassign ann VISIOCLIENT allow visio"}; !slices.Equal(sorted(got), want) {
		t.Errorf("--product: got %q, want %q", got, want)
	}
}

// TestHoldsLeftOut: who is left out of a limited plan, as all that he is given
// has nothing to do with it, is taken to be given it.
func TestHoldsLeftOut(t *testing.T) {
	in := with(person(ann, "ann", direct(visio)))
	in.Desired.Settings.Manage.Assign = true
	in.Desired.Products = []plan.ProductEntry{entry(1, "SPE_E5", plan.Who{Everyone: true})}
	in.Desired.Remove = []plan.Remove{remove("visio", 2, list("VISIOCLIENT"), whom(not(holds("SPE_E5")))...)}
	in.Products = []string{"VISIOCLIENT"}
	if p := mustNew(t, in); len(p.Changes)+len(p.Missing)+len(p.NotEvaluated) != 0 {
		t.Errorf("got %q, %+v, want nothing", lines(p), p.NotEvaluated)
	}
}

// TestRings: what hangs on itself is refused, with the places.
func TestRings(t *testing.T) {
	placed := func(line int, s *plan.Selector) *plan.Selector {
		for i := range s.Terms {
			s.Terms[i].Place = plan.Place{File: "a.yaml", Line: line, Column: 5}
			if s.Terms[i].Not != nil {
				s.Terms[i].Not.Terms[0].Place = s.Terms[i].Place
			}
		}
		return s
	}
	take := func(line int, product string, s *plan.Selector) plan.Remove {
		return remove("r"+product, line, list(product), whom(placed(line, s))...)
	}
	for _, tt := range []struct {
		name string
		say  func(*plan.Desired)
		want []string
	}{
		{"of one", func(d *plan.Desired) { d.Remove = []plan.Remove{take(1, "SPE_E3", holds("spe_e3"))} },
			[]string{"a.yaml:1:5: `holds` goes round in a ring: remove \"rSPE_E3\" decides about SPE_E3 by who will hold it"}},
		{"of one, by id and under not", func(d *plan.Desired) { d.Remove = []plan.Remove{take(1, string(e3), not(holds("SPE_E3")))} },
			[]string{"a.yaml:1:5: `holds` goes round in a ring"}},
		{"of two", func(d *plan.Desired) {
			d.Remove = []plan.Remove{take(1, "SPE_E3", holds("SPE_E5"))}
			e := entry(4, "SPE_E5")
			e.Closed, e.Holders = true, whom(placed(4, not(holds("SPE_E3"))))
			d.Products = []plan.ProductEntry{e}
		}, []string{"a.yaml:1:5: `holds` goes round in a ring: remove \"rSPE_E3\" (a.yaml:1:5) decides about SPE_E3 by who will hold SPE_E5, " +
			"and products \"SPE_E5\" (a.yaml:4:5) decides about SPE_E5 by who will hold SPE_E3"}},
		{"of three, in rules, keep and add", func(d *plan.Desired) {
			d.Keep = []plan.Keep{{Ref: at(plan.KindKeep, "k", 2), Who: []plan.Who{{Everyone: true}}, Except: whom(placed(2, holds("SPE_E5"))), Products: list("SPE_E3")}}
			d.Products = []plan.ProductEntry{entry(4, "SPE_E5", whom(placed(4, holds("VISIOCLIENT")))...)}
			d.Rules = []plan.Rule{{Ref: at(plan.KindRules, "rule", 6), Match: *placed(6, holds("SPE_E3")), Add: []plan.Wanted{want("VISIOCLIENT")}}}
		}, []string{"a.yaml:2:5: `holds` goes round in a ring: keep \"k\" (a.yaml:2:5)"}},
		{"by what a product is replaced with", func(d *plan.Desired) {
			e := entry(4, "SPE_E5")
			e.Replace = []plan.Replace{{Ref: at(plan.KindProducts, "replace", 4), With: plan.Name{Text: "SPE_E3"}, Who: []plan.Who{{Everyone: true}}}}
			d.Products = []plan.ProductEntry{e}
			d.Remove = []plan.Remove{take(1, "SPE_E5", holds("SPE_E3"))}
		}, []string{"a.yaml:1:5: `holds` goes round in a ring"}},
		{"by what it takes the place of", func(d *plan.Desired) {
			e := entry(4, "SPE_E5")
			e.Replace = []plan.Replace{{Ref: at(plan.KindProducts, "replace", 4), With: plan.Name{Text: "SPE_E3"}, Who: []plan.Who{{Everyone: true}}}}
			d.Products = []plan.ProductEntry{e, entry(5, "SPE_E3", whom(placed(5, holds("SPE_E5")))...)}
		}, []string{"a.yaml:5:5: `holds` goes round in a ring"}},
		{"none", func(d *plan.Desired) {
			d.Remove = []plan.Remove{take(1, "SPE_E3", holds("SPE_E5")), take(2, "SPE_E3", holds("VISIOCLIENT")), take(3, "SPE_E5", holds("VISIOCLIENT"))}
		}, nil},
		{"none today", func(d *plan.Desired) {
			d.Remove = []plan.Remove{take(1, "SPE_E3", holds("SPE_E3"))}
			d.Remove[0].Span.Until = "2026-01-01"
		}, nil},
		{"of all products", func(d *plan.Desired) {
			d.Remove = []plan.Remove{remove("r", 1, plan.Products{All: true}, whom(placed(1, holds("SPE_E5")))...)}
			d.Keep = []plan.Keep{{Ref: at(plan.KindKeep, "k", 2), Who: whom(placed(2, holds("SPE_E5"))), Products: plan.Products{All: true}}}
			d.Rules = []plan.Rule{{Ref: at(plan.KindRules, "rule", 3), Match: *placed(3, holds("SPE_E5")), Exact: true}}
			d.Settings.Protect.Match = []plan.Selector{*placed(4, holds("SPE_E5"))}
			d.Settings.Manage.People = placed(5, not(holds("SPE_E5")))
		}, []string{"a.yaml:1:5: remove \"r\" is about all products", "a.yaml:2:5: keep \"k\" is about all products", "a.yaml:3:5: rules \"rule\" is about all products",
			"a.yaml:4:5: protect.match is about all products", "a.yaml:5:5: manage.people is about all products"}},
		{"a product that is none", func(d *plan.Desired) { d.Remove = []plan.Remove{take(1, "SPE_E3", holds("SPE_E33"))} },
			[]string{`a.yaml:1:5: no product is called "SPE_E33": did you mean SPE_E3?`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := with(person(ann, "ann"))
			tt.say(in.Desired)
			_, err := plan.New(context.Background(), in)
			var faults *plan.FaultsError
			if errors.As(err, &faults) != (len(tt.want) > 0) {
				t.Fatalf("got %v, want %d faults", err, len(tt.want))
			}
			var got []string
			if faults != nil {
				for _, f := range faults.Faults {
					got = append(got, f.Error())
				}
			}
			if !slices.EqualFunc(got, tt.want, strings.HasPrefix) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if tt.name != "a product that is none" && len(plan.Check(in.Desired, "2026-11-20")) != len(tt.want) {
				t.Errorf("without a tenant: got %v, want %d faults", plan.Check(in.Desired, "2026-11-20"), len(tt.want))
			}
		})
	}
}

// drawHolds adds `holds` to statements of a drawn folder, along the order of the
// products so that there is no ring.
func drawHolds(t *rapid.T, d *plan.Desired) {
	order := []string{"SPE_E5", "SPE_E3", "VISIOCLIENT", "POWER_BI_PRO"}
	pick := func(below int) *plan.Selector {
		s := holds(order[rapid.IntRange(0, below-1).Draw(t, "of")])
		if rapid.Bool().Draw(t, "not held") {
			s = not(s)
		}
		if rapid.IntRange(0, 3).Draw(t, "and") == 0 {
			s = both(s, drawSelector(t))
		}
		return s
	}
	managed := func(p string) bool { return len(d.Settings.Manage.Exclude) == 0 || p != "POWER_BI_PRO" }
	line := 100
	for i := 1; i < len(order); i++ {
		if !managed(order[i]) {
			continue
		}
		line++
		switch rapid.IntRange(0, 6).Draw(t, "kind") {
		case 0:
			d.Keep = append(d.Keep, plan.Keep{Ref: at(plan.KindKeep, "keep "+order[i], line), Who: whom(pick(i)), Products: list(order[i])})
		case 1:
			r := remove("remove "+order[i], line, list(order[i]), whom(pick(i))...)
			r.DataLoss = plan.LossAccept
			d.Remove = append(d.Remove, r)
		case 2:
			d.Remove = append(d.Remove, plan.Remove{Ref: at(plan.KindRemove, "except "+order[i], line), Who: []plan.Who{{Everyone: true}},
				Except: whom(pick(i)), Products: list(order[i]), DataLoss: plan.LossAccept})
		case 3:
			d.Products = append(d.Products, entry(line, order[i], whom(pick(i))...))
		case 4:
			d.Rules = append(d.Rules, plan.Rule{Ref: at(plan.KindRules, "rule "+order[i], line), Match: *pick(i), Add: []plan.Wanted{want(order[i])}})
		case 5:
			if with := order[rapid.IntRange(i, len(order)-1).Draw(t, "with")]; managed(with) && with != order[i] {
				d.Products = append(d.Products, swap(line, order[i], with, whom(pick(i))...))
			}
		}
	}
	onward(d, order)
	if len(plan.Check(d, "2026-11-20")) > 0 { // what is replaced hangs on what it is replaced with
		for i := range d.Products {
			d.Products[i].Replace = nil
		}
	}
}

// TestHoldsComesTrue: whatever `holds` decided agrees with what the person holds
// when the plan is done. It is read off a second plan upon the outcome, whose
// `holds` is replaced by who really holds: it asks the same of everybody who is
// not left unknown.
func TestHoldsComesTrue(t *testing.T) {
	used, unknown := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		drawHolds(t, in.Desired)
		if rapid.Bool().Draw(t, "some are denied") {
			in.Judge = deny{part: parts[rapid.SampledFrom(allSKUs).Draw(t, "denied")]}
		}
		m := newPlan(t, in)
		after := carryOut(t, in, m.Plan)
		answers := m.WillHold()
		for i := range in.Snapshot.Users {
			u := &after.Users[i]
			for _, sku := range allSKUs {
				said, asked := answers(u.ID, sku)
				if !asked {
					continue
				}
				used++
				held := plan.TruthOf(slices.ContainsFunc(u.Sources, func(s plan.Source) bool { return s.SKU == sku && s.Held() }) || slices.Contains(u.Unsourced, sku))
				if said == plan.Unknown {
					unknown++
				} else if said != held {
					t.Fatalf("%s, %s: said %s, holds %s:\n%s", u.UserPrincipalName, parts[sku], said, held, strings.Join(lines(m.Plan), "\n"))
				}
			}
		}
	})
	t.Logf("%d answers, %d unknown", used, unknown)
	if used == 0 {
		t.Error("`holds` was never asked")
	}
}
