package policies

import (
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Bounds of how a rule of one's own is written: the compiler takes the square of
// these, or worse, and cannot be interrupted.
const (
	maxClauses = 1000 // of all rules in a file, each else counted
	maxElses   = 100  // behind one clause
	maxBody    = 100  // expressions of a body, and arguments of a function
	maxImports = 100
	maxPieces  = 1000   // expressions, references, calls and declared variables of a clause
	maxAll     = 10_000 // of those in a file
	maxDepth   = 64     // of values and calls within one another
	maxInner   = 6      // comprehensions and every within one another
)

// shaped adds the fault of a module that is written larger than the compiler can
// take in good time.
func shaped(m *ast.Module, faults *faults) bool {
	if len(m.Imports) > maxImports {
		faults.loc(m.Imports[maxImports].Location, fmt.Sprintf("more than %d imports", maxImports), "take those away that are not used")
		return false
	}
	clauses := 0
	for _, r := range m.Rules {
		elses := -1
		for f := r; f != nil; f = f.Else {
			clauses++
			elses++
			if len(f.Head.Args) > maxBody {
				faults.loc(r.Location, fmt.Sprintf("a function of more than %d arguments", maxBody), "give it a list or an object")
				return false
			}
		}
		if elses > maxElses {
			faults.loc(r.Location, fmt.Sprintf("a rule with more than %d times else", maxElses), "use an object that has a value for each key")
			return false
		}
		if clauses > maxClauses {
			faults.loc(r.Location, fmt.Sprintf("more than %d rules in a file", maxClauses), "use a set or an object for what is alike, or several files")
			return false
		}
	}
	return nested(m, faults)
}

// nested adds the fault of a module that has too much within one another.
func nested(m *ast.Module, faults *faults) bool {
	depth, inner, pieces, all := 0, 0, 0, 0
	var at *ast.Location // of the last expression
	var cause string
	visit := ast.NewBeforeAfterVisitor(func(x any) bool {
		switch x := x.(type) {
		case *ast.Annotations, *ast.Comment:
			return true
		case *ast.Term:
			depth++
		case *ast.ArrayComprehension, *ast.SetComprehension, *ast.ObjectComprehension, *ast.Every:
			inner++
			pieces++
		case ast.Ref, ast.Call:
			pieces++
		case *ast.SomeDecl:
			pieces += len(x.Symbols)
		case *ast.Expr:
			pieces++
			if cause == "" && x.Location != nil {
				at = x.Location
			}
		case ast.Body:
			if len(x) > maxBody && cause == "" {
				cause, at = fmt.Sprintf("a body of more than %d expressions", maxBody), x.Loc()
			}
		}
		switch {
		case cause != "":
		case depth > maxDepth:
			cause = fmt.Sprintf("values or calls are more than %d deep within one another", maxDepth)
		case inner > maxInner:
			cause = fmt.Sprintf("more than %d comprehensions or every within one another", maxInner)
		case pieces > maxPieces:
			cause = fmt.Sprintf("a rule of more than %d expressions, calls and references", maxPieces)
		}
		return cause != ""
	}, func(x any) {
		switch x.(type) {
		case *ast.Term:
			depth--
		case *ast.ArrayComprehension, *ast.SetComprehension, *ast.ObjectComprehension, *ast.Every:
			inner--
		}
	})
	for _, r := range m.Rules {
		at, pieces = r.Location, 0
		visit.Walk(r)
		if all += pieces; cause == "" && all > maxAll {
			cause = fmt.Sprintf("a file of more than %d expressions, calls and references", maxAll)
		}
		if cause != "" {
			faults.loc(at, cause, "give parts of it names of their own")
			return false
		}
	}
	return true
}
