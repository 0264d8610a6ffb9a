package policies

import (
	"fmt"
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// maxWeight is how many values one value may be written out of. A variable stands
// for a value that is written out anew wherever it is used, so that a list of
// twice the list before, a few dozen times over, is more than any memory holds,
// in one step that nothing interrupts. What a call gives back is written out once
// and shared; so is what a rule gives back, but its type is not.
const maxWeight = 10_000

// A scale weighs what the variables of compiled rules may stand for.
type scale struct {
	c       *ast.Compiler
	alias   map[variable]variable
	sources map[variable][]source
	weights map[variable]int
	rules   map[*ast.Rule]int
}

// A variable is one of a rule.
type variable struct {
	rule *ast.Rule
	name ast.Var
}

// A source is a term that a variable may stand for.
type source struct {
	rule *ast.Rule
	term *ast.Term
}

// weigh is a stage of the compiler that refuses rules whose values weigh too much,
// and replacements that it cannot see through.
func weigh(c *ast.Compiler) *ast.Error {
	s := &scale{c: c, alias: map[variable]variable{}, sources: map[variable][]source{}, weights: map[variable]int{}, rules: map[*ast.Rule]int{}}
	var rules []*ast.Rule
	for _, name := range slices.Sorted(maps.Keys(c.Modules)) {
		ast.WalkRules(c.Modules[name], func(r *ast.Rule) bool {
			rules = append(rules, r)
			return false
		})
	}
	for _, r := range rules {
		if err := opaque(r); err != nil {
			return err
		}
		if err := s.read(r); err != nil {
			return err
		}
	}
	for _, r := range rules {
		var heavy *ast.Term
		ast.WalkTerms(r, func(t *ast.Term) bool {
			if heavy == nil && s.weight(source{r, t}) > maxWeight {
				heavy = t
			}
			return heavy != nil
		})
		if heavy != nil {
			return ast.NewError(ast.CompileErr, placeOf(heavy, r), "a value is made of more than %d values", maxWeight)
		}
	}
	return nil
}

func placeOf(t *ast.Term, r *ast.Rule) *ast.Location {
	if t.Location != nil && t.Location.File != "" {
		return t.Location
	}
	return r.Location
}

// read takes in what a rule says its variables stand for.
func (s *scale) read(r *ast.Rule) (fault *ast.Error) {
	ast.WalkExprs(r, func(e *ast.Expr) bool {
		for _, w := range e.With {
			if fault == nil && !s.replaceable(w.Target) {
				fault = ast.NewError(ast.CompileErr, w.Location, "%v cannot be replaced, only input and data that is no function", w.Target)
			}
		}
		switch terms := e.Terms.(type) {
		case *ast.Every:
			s.source(source{r, terms.Value}, source{r, terms.Domain})
			if terms.Key != nil {
				s.source(source{r, terms.Key}, source{r, terms.Domain})
			}
		case []*ast.Term:
			s.call(r, e, terms)
		}
		return false
	})
	return fault
}

// replaceable holds for what `with` may replace.
func (s *scale) replaceable(target *ast.Term) bool {
	ref, ok := target.Value.(ast.Ref)
	if !ok {
		return false
	}
	if ref.HasPrefix(ast.InputRootRef) {
		return true
	}
	function := slices.ContainsFunc(s.c.GetRulesExact(ref), func(r *ast.Rule) bool { return len(r.Head.Args) > 0 })
	return ref.HasPrefix(ast.DefaultRootRef) && !function
}

// call takes in an equation, or what a function of the rules is given.
func (s *scale) call(r *ast.Rule, e *ast.Expr, terms []*ast.Term) {
	if e.IsEquality() && len(terms) == 3 {
		s.pair(source{r, terms[1]}, source{r, terms[2]})
		return
	}
	ref, ok := terms[0].Value.(ast.Ref)
	if !ok || !ref.HasPrefix(ast.DefaultRootRef) {
		return
	}
	for _, f := range s.c.GetRulesExact(ref) {
		for f := f; f != nil; f = f.Else {
			for i, arg := range f.Head.Args {
				if i+1 < len(terms) {
					s.pair(source{f, arg}, source{r, terms[i+1]})
				}
			}
		}
	}
}

// pair takes in that two terms are the same.
func (s *scale) pair(a, b source) {
	va, aVar := a.term.Value.(ast.Var)
	vb, bVar := b.term.Value.(ast.Var)
	switch {
	case aVar && bVar:
		x, y := s.root(variable{a.rule, va}), s.root(variable{b.rule, vb})
		if x != y {
			s.alias[x] = y
			s.sources[y] = append(s.sources[y], s.sources[x]...)
		}
	case aVar:
		s.source(a, b)
	case bVar:
		s.source(b, a)
	default:
		s.parts(a, b)
	}
}

// parts pairs what stands in two lists or objects in the same place, and lets the
// variables of the one stand for all of the other where that is not plain.
func (s *scale) parts(a, b source) {
	x, okX := a.term.Value.(*ast.Array)
	y, okY := b.term.Value.(*ast.Array)
	if okX && okY {
		for i := range min(x.Len(), y.Len()) {
			s.pair(source{a.rule, x.Elem(i)}, source{b.rule, y.Elem(i)})
		}
		return
	}
	o, okO := a.term.Value.(ast.Object)
	p, okP := b.term.Value.(ast.Object)
	if okO && okP {
		o.Foreach(func(key, value *ast.Term) {
			if other := p.Get(key); other != nil {
				s.pair(source{a.rule, value}, source{b.rule, other})
			}
		})
		return
	}
	s.within(a, b)
	s.within(b, a)
}

// within lets each variable in a list or object stand for an element of what a
// reference names.
func (s *scale) within(a, b source) {
	if _, ok := b.term.Value.(ast.Ref); !ok {
		return
	}
	switch a.term.Value.(type) {
	case *ast.Array, ast.Object:
		ast.WalkTerms(a.term, func(t *ast.Term) bool {
			if _, ok := t.Value.(ast.Var); ok {
				s.source(source{a.rule, t}, b)
			}
			return false
		})
	}
}

// source takes in that a variable may stand for a term.
func (s *scale) source(v, t source) {
	if name, ok := v.term.Value.(ast.Var); ok {
		x := s.root(variable{v.rule, name})
		s.sources[x] = append(s.sources[x], t)
		return
	}
	s.within(v, t)
}

func (s *scale) root(v variable) variable {
	for {
		next, ok := s.alias[v]
		if !ok {
			return v
		}
		v = next
	}
}

// weight is of how many values a term is written out, at most one more than
// maxWeight.
func (s *scale) weight(t source) int {
	n := 1
	add := func(part *ast.Term) { n = min(n+s.weight(source{t.rule, part}), maxWeight+1) }
	switch v := t.term.Value.(type) {
	case ast.Var:
		return s.weightOf(s.root(variable{t.rule, v}))
	case ast.Ref:
		switch {
		case v.HasPrefix(ast.DefaultRootRef):
			return s.weightOfRules(v)
		case !v.HasPrefix(ast.InputRootRef):
			return s.weight(source{t.rule, v[0]})
		}
	case *ast.ArrayComprehension:
		add(v.Term)
	case *ast.SetComprehension:
		add(v.Term)
	case *ast.ObjectComprehension:
		add(v.Key)
		add(v.Value)
	case *ast.Array:
		v.Foreach(add)
	case ast.Set:
		v.Foreach(add)
	case ast.Object:
		v.Foreach(func(key, value *ast.Term) { add(key); add(value) })
	}
	return n
}

// weightOfRules is that of what a reference to rules names: one, or all below it.
func (s *scale) weightOfRules(ref ast.Ref) int {
	rules := s.c.GetRulesForVirtualDocument(ref)
	if len(rules) == 0 && len(s.c.GetRulesWithPrefix(ref.ConstantPrefix())) > 0 {
		return maxWeight + 1 // a whole package
	}
	n := 1
	for _, r := range rules {
		n = min(n+s.weightOfRule(r), maxWeight+1)
	}
	return n
}

func (s *scale) weightOfRule(r *ast.Rule) int {
	if w, ok := s.rules[r]; ok {
		return w
	}
	s.rules[r] = 1 // rules do not ask themselves
	n := 0
	for f := r; f != nil; f = f.Else {
		for _, t := range []*ast.Term{f.Head.Key, f.Head.Value} {
			if t != nil {
				n = max(n, s.weight(source{f, t}))
			}
		}
	}
	s.rules[r] = n
	return n
}

func (s *scale) weightOf(v variable) int {
	if w, ok := s.weights[v]; ok {
		return w
	}
	s.weights[v] = 1 // of itself a variable cannot be made
	n := 1
	for _, t := range s.sources[v] {
		n = max(n, s.weight(t))
	}
	s.weights[v] = n
	return n
}

// numbers adds the faults of numbers that are too large to reckon with.
func numbers(m *ast.Module, faults *faults) (sound bool) {
	sound = true
	ast.WalkTerms(m, func(t *ast.Term) bool {
		if n, ok := t.Value.(ast.Number); ok && !smallNumber(string(n)) {
			faults.loc(t.Location, fmt.Sprintf("a number of more than %d digits", maxDigits), "write it shorter")
			sound = false
		}
		return false
	})
	return sound
}
