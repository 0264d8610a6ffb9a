package policies

import (
	"errors"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/types"
)

// maxMade is how many values a value that a rule makes may have in it, each as
// often as it occurs. Two values are compared by recursion over all of them, and
// a stack that overflows ends the program.
const maxMade = 20_000

// madeName is the check that is put behind whatever makes a value.
const madeName = boundPrefix + "made"

// made lets a value pass that is not too large.
func made(_ rego.BuiltinContext, operands []*ast.Term) (*ast.Term, error) {
	if err := withinMade(operands[0].Value); err != nil {
		return nil, err
	}
	return ast.InternedTerm(true), nil
}

func withinMade(v ast.Value) error {
	left := maxMade
	if !spend(v, &left, func(ast.Value) int { return 1 }) {
		return errors.New("a value is made of more than 20000 values")
	}
	return nil
}

// madeDecl declares the check.
func madeDecl() *ast.Builtin {
	return &ast.Builtin{Name: madeName, Decl: types.NewFunction(types.Args(types.A), types.B)}
}

// check is an expression that checks what a term stands for.
func check(t *ast.Term, l *ast.Location) *ast.Expr {
	e := ast.NewExpr([]*ast.Term{{Value: madeDecl().Ref(), Location: l}, t})
	e.Location = l
	return e
}

// railed puts checks behind the expressions of a body that make a value, and
// behind all of it for what a rule or comprehension gives back.
func railed(body ast.Body, back ...*ast.Term) ast.Body {
	var all ast.Body
	for _, e := range body {
		all = append(all, e)
		terms, ok := e.Terms.([]*ast.Term)
		if !ok || !e.IsEquality() || len(terms) != 3 || e.Negated {
			continue
		}
		if parts(terms[1]) > 0 && parts(terms[2]) > 0 {
			all = append(all, check(terms[1], e.Location))
		}
		for i, t := range terms[1:] {
			if _, ok := t.Value.(ast.Var); ok && makes(terms[2-i]) {
				all = append(all, check(t, e.Location))
			}
		}
	}
	for _, t := range back {
		if t != nil && !ast.IsConstant(t.Value) {
			all = append(all, check(t, t.Location))
		}
	}
	for i, e := range all {
		e.Index = i
	}
	return all
}

// makes holds for a term whose evaluation makes a value.
func makes(t *ast.Term) bool {
	switch v := t.Value.(type) {
	case *ast.ArrayComprehension, *ast.SetComprehension, *ast.ObjectComprehension:
		return true
	case *ast.Array, ast.Set, ast.Object:
		return !v.IsGround()
	}
	return false
}

// rail puts checks into a rule and all comprehensions in it.
func rail(r *ast.Rule) {
	ast.WalkTerms(r, func(t *ast.Term) bool {
		switch v := t.Value.(type) {
		case *ast.ArrayComprehension:
			v.Body = railed(v.Body, v.Term)
		case *ast.SetComprehension:
			v.Body = railed(v.Body, v.Term)
		case *ast.ObjectComprehension:
			v.Body = railed(v.Body, v.Key, v.Value)
		}
		return false
	})
	ast.WalkExprs(r, func(e *ast.Expr) bool {
		if every, ok := e.Terms.(*ast.Every); ok {
			every.Body = railed(append(ast.Body{check(every.Value, every.Value.Location)}, every.Body...))
		}
		return false
	})
	for f := r; f != nil; f = f.Else {
		given := ast.Body{}
		for _, arg := range f.Head.Args {
			if !ast.IsConstant(arg.Value) {
				given = append(given, check(arg, f.Location))
			}
		}
		f.Body = railed(append(given, f.Body...), f.Head.Key, f.Head.Value)
	}
}

// opaque says what in a rule the checks could not see through, or is nil.
func opaque(r *ast.Rule) (found *ast.Error) {
	if len(r.Head.Reference) > 1 && r.Head.RuleKind() == ast.SingleValue && len(r.Head.Args) == 0 {
		return ast.NewError(ast.CompileErr, r.Location, "a rule that adds to an object is not allowed, an object comprehension is")
	}
	ast.WalkExprs(r, func(e *ast.Expr) bool {
		for _, w := range e.With {
			if parts(w.Value) > maxParts && found == nil {
				found = ast.NewError(ast.CompileErr, w.Location, "what stands for input is made of more than %d variables", maxParts)
			}
		}
		terms, ok := e.Terms.([]*ast.Term)
		if ok && e.IsEquality() && len(terms) == 3 && min(parts(terms[1]), parts(terms[2])) > maxParts && found == nil {
			found = ast.NewError(ast.CompileErr, e.Location, "two values of more than %d variables each are compared", maxParts)
		}
		if ok && e.IsEquality() && len(terms) == 3 && comprehends(terms[1]) && comprehends(terms[2]) && found == nil {
			found = ast.NewError(ast.CompileErr, e.Location, "two comprehensions are compared: give them names first")
		}
		return false
	})
	return found
}

// maxParts is how many variables two lists or objects may have that are compared
// as they are written.
const maxParts = 32

// parts counts the variables and references that a list or object is made of.
func parts(t *ast.Term) (n int) {
	switch t.Value.(type) {
	case *ast.Array, ast.Set, ast.Object:
	default:
		return 0
	}
	ast.WalkTerms(t, func(t *ast.Term) bool {
		switch t.Value.(type) {
		case ast.Ref:
			n++
			return true
		case ast.Var:
			n++
		}
		return false
	})
	return n
}

func comprehends(t *ast.Term) (found bool) {
	ast.WalkTerms(t, func(t *ast.Term) bool {
		switch t.Value.(type) {
		case *ast.ArrayComprehension, *ast.SetComprehension, *ast.ObjectComprehension:
			found = true
		}
		return found
	})
	return found
}
