package policies_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/reseat-cli/reseat/policies"
)

// TestRego runs the rules' own tests, each as a subtest, and asks that they
// reach every line of every rule.
func TestRego(t *testing.T) {
	modules, err := policies.Parse(files(t, true))
	if err != nil {
		t.Fatal(err)
	}
	reached := cover.New()
	// The tests may call all functions, the rules may not: New sees to that.
	results, err := tester.NewRunner().
		SetCompiler(ast.NewCompiler()).
		SetModules(modules).
		SetCoverageQueryTracer(reached).
		RaiseBuiltinErrors(true).
		RunTests(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ran := map[string]int{}
	for r := range results {
		pkg := strings.TrimPrefix(r.Package, "data.")
		ran[pkg]++
		t.Run(strings.TrimPrefix(pkg, "reseat.")+"/"+r.Name, func(t *testing.T) {
			switch {
			case r.Skip:
				t.Error("it is marked as not done")
			case r.Error != nil:
				t.Error(r.Error)
			case !r.Pass():
				t.Errorf("%s failed", r.Location)
			}
		})
	}
	rules := policies.SortedPackages()
	if len(rules) == 0 {
		t.Fatal("there are no rules")
	}
	for _, pkg := range append(rules, policies.Library) {
		if ran[pkg+"_test"] == 0 {
			t.Errorf("%s has no test", pkg)
		}
	}
	covered(t, reached.Report(modules))
}

// covered fails for every line of a rule that no test reaches.
func covered(t *testing.T, report cover.Report) {
	t.Helper()
	seen := 0
	for _, name := range slices.Sorted(maps.Keys(files(t, false))) {
		f := report.Files[name]
		if f == nil || f.CoveredLines == 0 {
			t.Errorf("%s: no test reaches it", name)
			continue
		}
		seen++
		for _, r := range f.NotCovered {
			t.Errorf("%s:%d: no test reaches it", name, r.Start.Row)
		}
	}
	if seen == 0 {
		t.Error("the coverage speaks of no rule")
	}
}
