package policies

import (
	"errors"
	"fmt"
	"maps"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// Bounds of one call of a function in a rule of one's own. A call cannot be
// interrupted, so that it may neither take long nor make much.
const (
	maxText     = 64 << 10 // bytes of a text that is given or made
	maxElements = 100_000  // of a list, set or object that is given or made
	maxDigits   = 400      // of a number, and its exponent
	maxNodes    = 1 << 18  // values within values that are given, each as often as it occurs
	maxRough    = 1 << 20  // bytes of a text as reckoned before it is made
	maxWork     = 16 << 20 // steps as reckoned before they are made
	maxWidth    = 1000     // of a field in sprintf
	maxPattern  = 1000     // bytes of a regular expression
	maxReplaced = 4 << 10  // bytes that regex.replace goes through: it takes the square of them
)

// An operand is checked before a function is called: what the function would
// make of it must not be too much.
type bound func(operands []*ast.Term) error

// bounds are the functions whose work a rule could drive up, with what is asked
// beyond the sizes of what is given and made. Of the other allowed functions the
// work is at most that of looking at what they are given.
func bounds() map[string]bound {
	simple := func([]*ast.Term) error { return nil }
	b := map[string]bound{
		"concat": boundConcat, "replace": boundReplace, "sprintf": boundSprintf, "regex.match": boundMatch,
		"regex.replace": boundRegexReplace, "indexof": boundProduct, "trim": boundProduct,
		"sort": boundNodes, "union": boundSets, "intersection": boundSets,
	}
	for _, name := range []string{
		"and", "or", "minus", "plus", "mul", "div", "rem", "abs", "ceil", "floor", "round", "sum", "max", "min",
		"array.concat", "array.slice", "object.keys", "format_int", "lower", "upper", "split", "substring", "contains",
		"trim_prefix", "trim_space", "trim_suffix",
	} {
		b[name] = simple
	}
	return b
}

// boundPrefix is what the bounded functions are called after compilation.
const boundPrefix = "bounded_"

// bounded are the functions of bounds as a query takes them, by their new names.
func bounded() []*tester.Builtin {
	table := bounds()
	all := make([]*tester.Builtin, 0, len(table))
	for _, name := range slices.Sorted(maps.Keys(table)) {
		decl := *ast.BuiltinMap[name]
		decl.Name = boundPrefix + name
		f := rego.FunctionDyn(&rego.Function{Name: decl.Name, Decl: decl.Decl}, within(topdown.GetBuiltin(name), table[name]))
		all = append(all, &tester.Builtin{Decl: &decl, Func: f})
	}
	check := madeDecl()
	return append(all, &tester.Builtin{Decl: check, Func: rego.FunctionDyn(&rego.Function{Name: check.Name, Decl: check.Decl}, made)})
}

// within calls a function if what it is given allows it, and passes on what it
// makes if that is not too much.
func within(call topdown.BuiltinFunc, check bound) rego.BuiltinDyn {
	return func(b rego.BuiltinContext, operands []*ast.Term) (made *ast.Term, err error) {
		for _, o := range operands {
			if err := size(o.Value); err != nil {
				return nil, fmt.Errorf("it is given %w", err)
			}
		}
		if err := check(operands); err != nil {
			return nil, err
		}
		err = call(b, operands, func(t *ast.Term) error { made = t; return nil })
		if err != nil || made == nil {
			return nil, err
		}
		if err := size(made.Value); err != nil {
			return nil, fmt.Errorf("it would make %w", err)
		}
		if err := withinMade(made.Value); err != nil {
			return nil, err
		}
		return made, nil
	}
}

// bind is a stage of the compiler that puts the bounded functions in the place of
// those that rules call. It comes last, when all is checked by the names that
// rules use.
func bind(c *ast.Compiler) *ast.Error {
	table := bounds()
	for _, name := range slices.Sorted(maps.Keys(c.Modules)) {
		var left *ast.Error
		rename := func(t *ast.Term) *ast.Term {
			if ref, ok := t.Value.(ast.Ref); ok && table[ref.String()] != nil {
				bound := ast.Builtin{Name: boundPrefix + ref.String()}
				return &ast.Term{Value: bound.Ref(), Location: t.Location}
			}
			return t
		}
		ast.WalkExprs(c.Modules[name], func(e *ast.Expr) bool {
			if terms, ok := e.Terms.([]*ast.Term); ok && len(terms) > 0 {
				terms[0] = rename(terms[0])
			}
			for _, w := range e.With {
				w.Target, w.Value = rename(w.Target), rename(w.Value)
			}
			return false
		})
		ast.WalkTerms(c.Modules[name], func(t *ast.Term) bool {
			if _, ok := t.Value.(ast.Call); ok && left == nil {
				left = ast.NewError(ast.CompileErr, t.Location, "a call cannot stand here")
			}
			return false
		})
		if left != nil {
			return left
		}
		ast.WalkRules(c.Modules[name], func(r *ast.Rule) bool {
			rail(r)
			return true
		})
	}
	return nil
}

// size errs if a value is too large, not looking at what is in it.
func size(v ast.Value) error {
	n := 0
	switch v := v.(type) {
	case ast.String:
		if len(v) > maxText {
			return fmt.Errorf("a text of more than %d bytes", maxText)
		}
	case ast.Number:
		if !smallNumber(string(v)) {
			return fmt.Errorf("a number of more than %d digits", maxDigits)
		}
	case *ast.Array:
		n = v.Len()
	case ast.Set:
		n = v.Len()
	case ast.Object:
		n = v.Len()
	}
	if n > maxElements {
		return fmt.Errorf("more than %d elements", maxElements)
	}
	return nil
}

// smallNumber holds if a number is short as it is written and written out.
func smallNumber(s string) bool {
	if len(s) > maxDigits {
		return false
	}
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return true
	}
	exponent, err := strconv.Atoi(strings.TrimPrefix(s[i+1:], "+"))
	return err == nil && -maxDigits <= exponent && exponent <= maxDigits
}

// errMuch is what a call would make too much of.
var errMuch = errors.New("it would make or take too much")

func boundText(n int) error {
	if n > maxRough || n < 0 {
		return errMuch
	}
	return nil
}

func stringOf(t *ast.Term) string {
	s, _ := t.Value.(ast.String)
	return string(s)
}

// each calls f with the elements of a list or set.
func each(v ast.Value, f func(*ast.Term)) {
	switch v := v.(type) {
	case *ast.Array:
		v.Foreach(f)
	case ast.Set:
		v.Foreach(f)
	}
}

func boundConcat(o []*ast.Term) error {
	n := 0
	each(o[1].Value, func(t *ast.Term) { n = min(n+len(stringOf(t))+len(stringOf(o[0])), maxRough+1) })
	return boundText(n)
}

func boundReplace(o []*ast.Term) error {
	s, old, with := stringOf(o[0]), stringOf(o[1]), stringOf(o[2])
	return boundText(len(s) + strings.Count(s, old)*len(with))
}

func boundProduct(o []*ast.Term) error {
	if len(stringOf(o[0]))*len(stringOf(o[1])) > maxWork {
		return errMuch
	}
	return nil
}

func boundSets(o []*ast.Term) error {
	n := 0
	each(o[0].Value, func(t *ast.Term) {
		if s, ok := t.Value.(ast.Set); ok {
			n += s.Len()
		}
	})
	if n > maxElements {
		return errMuch
	}
	return nil
}

func boundNodes(o []*ast.Term) error {
	left := maxNodes
	for _, t := range o {
		if !spend(t.Value, &left, func(ast.Value) int { return 1 }) {
			return errMuch
		}
	}
	return nil
}

// boundSprintf reckons that each field shows all that there is.
func boundSprintf(o []*ast.Term) error {
	format := stringOf(o[0])
	left := maxRough
	wide := func(v ast.Value) int {
		switch v := v.(type) {
		case ast.String:
			return 2 + len(v)
		case ast.Number:
			return 1 + len(v)
		}
		return 4
	}
	if !spend(o[1].Value, &left, wide) {
		return errMuch
	}
	for field := range strings.SplitSeq(format, "%") {
		digits := strings.TrimLeft(field, "+-# []0123456789.*")
		flags := field[:len(field)-len(digits)]
		if strings.Contains(flags, "*") {
			return errors.New("a width from the arguments is not allowed")
		}
		for _, n := range strings.FieldsFunc(flags, func(r rune) bool { return r < '0' || r > '9' }) {
			if w, err := strconv.Atoi(n); err != nil || w > maxWidth {
				return fmt.Errorf("a field may be at most %d wide", maxWidth)
			}
		}
	}
	fields := strings.Count(format, "%")
	return boundText(len(format) + fields*(2*maxWidth/100+maxRough-left) + fieldsWide(format)*2*maxWidth)
}

// fieldsWide counts the fields that may have a width.
func fieldsWide(format string) int {
	n := 0
	for field := range strings.SplitSeq(format, "%") {
		if len(field) > 0 && strings.ContainsRune("+-# []0123456789.", rune(field[0])) {
			n++
		}
	}
	return n
}

// spend takes what each value within v costs, as often as it occurs, and stops
// where nothing is left.
func spend(v ast.Value, left *int, cost func(ast.Value) int) bool {
	if *left -= cost(v); *left < 0 {
		return false
	}
	stop := func(t *ast.Term) bool { return !spend(t.Value, left, cost) }
	switch v := v.(type) {
	case *ast.Array:
		return !v.Until(stop)
	case ast.Set:
		return !v.Until(stop)
	case ast.Object:
		return !v.Until(func(key, value *ast.Term) bool { return stop(key) || stop(value) })
	}
	return true
}

// boundPattern reckons the steps that a regular expression takes over a text.
func boundPattern(pattern, text string) error {
	if len(pattern) > maxPattern {
		return fmt.Errorf("a pattern may have at most %d bytes", maxPattern)
	}
	p, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil // the function itself says what is wrong
	}
	if n := states(p); n > maxWork || n*(1+utf8.RuneCountInString(text)) > maxWork {
		return errors.New("the pattern is too large for the text")
	}
	return nil
}

// states is about how many states a pattern has when its repetitions are written
// out.
func states(p *syntax.Regexp) int {
	n := 1 + len(p.Rune)
	if p.Op == syntax.OpCharClass {
		n = 1
	}
	for _, sub := range p.Sub {
		n = min(n+states(sub), maxWork+1)
	}
	if p.Op == syntax.OpRepeat {
		n = min(n*max(p.Min, p.Max, 1), maxWork+1)
	}
	return n
}

func boundMatch(o []*ast.Term) error { return boundPattern(stringOf(o[0]), stringOf(o[1])) }

func boundRegexReplace(o []*ast.Term) error {
	text, pattern, with := stringOf(o[0]), stringOf(o[1]), stringOf(o[2])
	if err := boundPattern(pattern, text); err != nil {
		return err
	}
	if len(text) > maxReplaced {
		return fmt.Errorf("it would go through a text of more than %d bytes", maxReplaced)
	}
	return boundText(len(text) + (len(text)+1)*len(with) + strings.Count(with, "$")*len(text))
}
