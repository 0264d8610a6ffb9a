package policies

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/reseat-cli/reseat/plan"
)

// faults collects what is wrong with rules of one's own.
type faults struct{ all []plan.Fault }

// err is all faults in order, or nil.
func (f *faults) err() error {
	if len(f.all) == 0 {
		return nil
	}
	slices.SortFunc(f.all, func(a, b plan.Fault) int {
		return cmp.Or(a.Place.Compare(b.Place), cmp.Compare(a.Cause, b.Cause), cmp.Compare(a.Remedy, b.Remedy))
	})
	return &plan.FaultsError{Faults: slices.Compact(f.all)}
}

// at adds a fault of a whole file.
func (f *faults) at(path, cause, remedy string) {
	f.loc(&ast.Location{File: path, Row: 1, Col: 1}, cause, remedy)
}

// loc adds a fault. The texts may hold what the file says.
func (f *faults) loc(l *ast.Location, cause, remedy string) {
	place := plan.Place{File: l.File, Line: max(l.Row, 1), Column: max(l.Col, 1)}
	f.all = append(f.all, plan.Fault{Place: place, Cause: harmless(cause), Remedy: harmless(remedy)})
}

// of adds what OPA finds wrong with a file; path is that of an error which names
// no file.
func (f *faults) of(path string, err error) {
	var many ast.Errors
	if !errors.As(err, &many) {
		var one *ast.Error
		if !errors.As(err, &one) {
			f.at(path, err.Error(), "")
			return
		}
		many = ast.Errors{one}
	}
	for _, e := range many {
		l := e.Location
		if l == nil || l.File == "" {
			l = &ast.Location{File: path, Row: 1, Col: 1}
		}
		cause, remedy := said(e)
		f.loc(l, cause, remedy)
	}
}

// said is an error of OPA's in our words: what, and what to do.
func said(e *ast.Error) (cause, remedy string) {
	cause = e.Message // not its details: types written out may be larger than any memory
	if name, ok := strings.CutPrefix(e.Message, "undefined function "); ok {
		return "a rule has no function " + name, remedyFunction(name)
	}
	if cause, remedy, ok := misspelt(e); ok {
		return cause, remedy
	}
	switch e.Code {
	case ast.ParseErr:
		if strings.Contains(cause, "keyword is required") {
			return "this is no Rego: " + cause, "write `deny contains {\"code\": …, \"message\": …} if { … }`; helpers take `if` too"
		}
		return "this is no Rego: " + cause, ""
	case ast.TypeErr:
		return cause, "the types do not fit: compare and give only what can be alike"
	case ast.UnsafeVarErr:
		return cause, "give it a value in the body, by := or some … in …"
	case ast.CompileErr:
		if strings.Contains(cause, "cannot be replaced") {
			return cause, "pass what a test needs as input"
		}
	case ast.RecursionErr:
		return cause, "a rule may not ask itself"
	}
	return cause, ""
}

// remedyFunction says why a function is not there and what to do instead.
func remedyFunction(name string) string {
	family, _, _ := strings.Cut(name, ".")
	switch family {
	case "http", "net", "providers":
		return "rules reach no network: what they judge is in input, what they need besides can be set under policy"
	case "opa", "rego":
		return "rules see neither the environment nor the program: what they need can be set under policy"
	case "time":
		return "rules see no clock: the facts in input have days where they matter"
	case "rand", "uuid":
		return "rules know no chance: the same facts must give the same findings"
	case "data", "input":
		return "define it in this file"
	}
	return "a rule may call only functions on numbers, texts, lists, sets and objects whose work is bounded"
}

// remedyPackage says why a package is taken and which are free.
func remedyPackage(pkg string) string {
	const free = "name it package reseat.rules.NAME (about a change) or reseat.plan.NAME (about the plan)"
	first, rest, _ := strings.Cut(pkg, ".")
	second, _, _ := strings.Cut(rest, ".")
	switch {
	case first == "reseat" && second == "builtin":
		return "built-in rules cannot be changed or added to: " + free
	case first == "reseat" && second == "config":
		return "settings stand in reseat.yaml under policy: " + free
	case first == "reseat" && second == "lib", first == "system":
		return "it is reserved: " + free
	}
	return free
}
