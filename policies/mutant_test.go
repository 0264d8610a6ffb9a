package policies_test

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/reseat-cli/reseat/policies"
)

// equivalent are the mutants that no test can notice, as they mean the same, each
// with the reason.
func equivalent() map[string]string {
	return map[string]string{
		"lib.rego: few: -1 for 0": "a slice from before the start begins at the start",
		"r114_undone.rego: day: input.facts.undone.run for input.facts.undone.at (2)": "without a day there is none to cut short, and the other branch holds",
		"r114_undone.rego: day: without input.facts.undone.at":                        "the same",
		"r205_window.rego: state: input.window.given for input.window.text (2)":       "without a text there is none to clip, and the last branch holds",
		"r205_window.rego: state: input.window.open for input.window.text (2)":        "the same",
		"r205_window.rego: state: without input.window.text":                          "the same",
		"r206_incomplete_read.rego: guard again: without counted":                     "a count of -1 is the least of two, and nothing is short of it",
	}
}

// TestMutants changes each rule in one place at a time: a condition left out or
// turned round, a comparison off by one or the other way, a figure, a word or a
// member of a set, another figure of the same kind, a branch or a definition left
// out. The tests that stand beside the rule must notice each of them.
func TestMutants(t *testing.T) {
	if raced {
		t.Skip("nothing here is shared, and it takes ten times as long: make rego runs it")
	}
	texts := files(t, true)
	same := equivalent()
	made, died := 0, 0
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if strings.HasSuffix(name, "_test.rego") {
			continue
		}
		survivors, viable := mutants(t, texts, name)
		made += viable
		if viable < 3 {
			t.Errorf("%s: made %d mutants, want more: the test looks in the wrong place", name, viable)
		}
		for _, s := range survivors {
			died--
			if _, ok := same[s]; ok {
				delete(same, s)
				continue
			}
			t.Errorf("no test notices %s", s)
		}
		died += viable
	}
	for what := range same {
		t.Errorf("listed as equivalent, and either noticed or not made: %s", what)
	}
	t.Logf("%d mutants, %d noticed", made, died)
}

// mutants makes all mutants of one file and returns those that its tests let
// pass, and how many compile.
func mutants(t *testing.T, texts map[string]string, name string) (survivors []string, viable int) {
	t.Helper()
	test := strings.TrimSuffix(name, ".rego") + "_test.rego"
	modules, err := policies.Parse(map[string]string{"lib.rego": texts["lib.rego"], name: texts[name], test: texts[test]})
	if err != nil {
		t.Fatal(err)
	}
	if !passes(t, modules) {
		t.Fatalf("%s: its tests fail without a change", name)
	}
	whole := modules[name]
	list := mutations(whole.Copy())
	var mu sync.Mutex
	var work sync.WaitGroup
	room := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range list {
		work.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			changed := whole.Copy()
			m := mutations(changed)[i]
			m.make()
			all := maps.Clone(modules)
			all[name] = changed
			if !compiles(all) {
				return
			}
			pass := passes(t, all)
			mu.Lock()
			defer mu.Unlock()
			if viable++; pass {
				survivors = append(survivors, name+": "+m.what)
			}
		})
	}
	work.Wait()
	slices.Sort(survivors)
	return survivors, viable
}

// compiles reports whether the engine could take the rules: a mutant that it
// refuses is noticed by everybody.
func compiles(modules map[string]*ast.Module) bool {
	c := ast.NewCompiler()
	c.Compile(modules)
	return !c.Failed()
}

// passes reports whether all tests of modules pass.
func passes(t *testing.T, modules map[string]*ast.Module) bool {
	t.Helper()
	results, err := tester.NewRunner().SetCompiler(ast.NewCompiler()).SetModules(modules).RaiseBuiltinErrors(true).RunTests(t.Context(), nil)
	if err != nil {
		return false
	}
	all, some := true, false
	for r := range results {
		all, some = all && r.Pass(), true
	}
	return all && some
}

// A mutation is one change of a module.
type mutation struct {
	what string
	make func()
}

// mutations lists every change of a module, in a fixed order. Each changes the
// module itself, so that only one may be made.
func mutations(m *ast.Module) []mutation {
	g := &mutator{figures: map[string][]string{}}
	ast.WalkRefs(m, func(r ast.Ref) bool {
		if family, last, ok := figure(r); ok && !slices.Contains(g.figures[family], last) {
			g.figures[family] = append(g.figures[family], last)
		}
		return false
	})
	for _, family := range g.figures {
		slices.Sort(family)
	}
	for i, r := range m.Rules {
		g.at = r.Head.Ref().String()
		if n := slices.IndexFunc(m.Rules, func(o *ast.Rule) bool { return o.Head.Ref().Equal(r.Head.Ref()) }); n != i {
			g.at += " again"
		}
		g.add("without the definition", func() { m.Rules = slices.Delete(m.Rules, i, i+1) })
		g.rule(r)
	}
	return g.list
}

type mutator struct {
	at      string
	list    []mutation
	figures map[string][]string // the last words of references, by what stands before
	said    map[string]int
}

func (g *mutator) add(what string, change func()) {
	what = strings.Join(strings.Fields(g.at+": "+what), " ")
	if g.said == nil {
		g.said = map[string]int{}
	}
	if g.said[what]++; g.said[what] > 1 {
		what = fmt.Sprintf("%s (%d)", what, g.said[what])
	}
	g.list = append(g.list, mutation{what, change})
}

func (g *mutator) rule(r *ast.Rule) {
	if r.Else != nil {
		g.add("without the else after "+r.Body.String(), func() { r.Else = nil })
		g.rule(r.Else)
	}
	if r.Head.Value != nil {
		g.term(r.Head.Value, false)
	}
	if r.Head.Key != nil {
		g.term(r.Head.Key, false)
	}
	g.body(r.Body)
}

// body mutates each condition. One that is left out becomes true, so that the
// others stay as they are.
func (g *mutator) body(b ast.Body) {
	for _, e := range b {
		said := e.String()
		binds := e.IsAssignment()
		if _, ok := e.Terms.(*ast.SomeDecl); ok {
			binds = true
		}
		if said == "true" {
			continue
		}
		if !binds {
			g.add("without "+said, func() { e.Terms, e.Negated = ast.BooleanTerm(true), false })
			if not, ok := e.Terms.(*ast.Not); ok {
				g.add("turned round "+said, func() { e.Terms = not.Body[0].Terms })
			} else {
				g.add("turned round "+said, func() { e.Negated = !e.Negated })
			}
		}
		switch x := e.Terms.(type) {
		case []*ast.Term:
			g.call(x, said)
		case *ast.Term:
			g.term(x, true)
		case *ast.SomeDecl:
			for _, s := range x.Symbols {
				g.term(s, true)
			}
		case *ast.Every:
			g.term(x.Domain, true)
			g.body(x.Body)
		case *ast.Not:
			for _, inner := range x.Body {
				switch y := inner.Terms.(type) {
				case []*ast.Term:
					g.call(y, inner.String())
				case *ast.Term:
					g.term(y, true)
				}
			}
		}
	}
}

// others are what stands for an operator in a mutant.
func others(operator string) []string {
	return map[string][]string{
		"gt": {"gte", "lt"}, "gte": {"gt", "lt"}, "lt": {"lte", "gt"}, "lte": {"lt", "gt"},
		"equal": {"neq"}, "neq": {"equal"}, "plus": {"minus"}, "minus": {"plus"}, "mul": {"plus"}, "min": {"max"}, "max": {"min"},
	}[operator]
}

// call mutates a call: its operator, then its operands. Words are looked at where
// they are compared, and not where they are what a message says.
func (g *mutator) call(terms []*ast.Term, said string) {
	operator := terms[0].String()
	for _, o := range others(operator) {
		g.add(o+" for "+operator+" in "+said, func() { terms[0].Value = ast.Ref{ast.VarTerm(o)} })
	}
	if operator == "lib.clip" { // how much of a text a message shows decides nothing
		terms = terms[:2]
	}
	words := slices.Contains([]string{"equal", "neq", "internal.member_2", "startswith", "endswith", "contains"}, operator)
	for _, x := range terms[1:] {
		g.term(x, words)
	}
}

// term mutates what an operand says.
func (g *mutator) term(x *ast.Term, words bool) {
	said := x.String()
	instead := func(v ast.Value) { g.add(v.String()+" for "+said, func() { x.Value = v }) }
	switch v := x.Value.(type) {
	case ast.Number:
		if n, ok := v.Int(); ok {
			instead(ast.Number(fmt.Sprint(n + 1)))
			instead(ast.Number(fmt.Sprint(n - 1)))
		}
	case ast.String:
		if words {
			instead(v + "?")
		}
	case ast.Boolean:
		if words {
			instead(!v)
		}
	case ast.Ref:
		g.ref(x, v)
	case ast.Call:
		g.call(v, said)
	case *ast.Array:
		v.Foreach(func(e *ast.Term) { g.term(e, words) })
	case ast.Set:
		for _, gone := range v.Slice() {
			g.add("without "+gone.String()+" in "+said, func() {
				x.Value = ast.NewSet(slices.DeleteFunc(slices.Clone(v.Slice()), gone.Equal)...)
			})
		}
	case ast.Object:
		v.Foreach(func(_, e *ast.Term) { g.term(e, false) })
	case *ast.SetComprehension:
		g.term(v.Term, false)
		g.body(v.Body)
	case *ast.ArrayComprehension:
		g.term(v.Term, false)
		g.body(v.Body)
	}
}

// ref puts each other figure of the same kind in the place of one.
func (g *mutator) ref(x *ast.Term, r ast.Ref) {
	family, last, ok := figure(r)
	if !ok {
		return
	}
	for _, other := range g.figures[family] {
		if other != last {
			g.add(family+"."+other+" for "+r.String(), func() {
				x.Value = slices.Concat(r[:len(r)-1], ast.Ref{ast.StringTerm(other)})
			})
		}
	}
}

// figure splits a reference such as input.removals.count before its last word.
func figure(r ast.Ref) (family, last string, ok bool) {
	if len(r) < 2 || r.HasPrefix(ast.DefaultRootRef) {
		return "", "", false
	}
	word, ok := r[len(r)-1].Value.(ast.String)
	return r[:len(r)-1].String(), string(word), ok
}
