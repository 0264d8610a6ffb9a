package policies_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/reseat-cli/reseat/policies"
)

// TestMutants turns each comparison and figure of each guard round, shifts it
// by one, or takes a `not` away, one at a time, and asks that the rules' own
// tests notice.
func TestMutants(t *testing.T) {
	swaps := []struct{ from, to string }{
		{" > ", " >= "}, {" > ", " < "}, {" >= ", " > "}, {" <= ", " < "}, {" * 100", " * 101"}, {" * 1000", " * 999"},
		{" + ", " - "}, {" - ", " + "}, {"min(", "max("}, {"max(", "min("}, {"not ", ""}, {":= 5", ":= 6"}, {":= 5", ":= 4"},
		{":= 95", ":= 94"}, {":= 95", ":= 96"}, {"removals.all", "removals.count"},
	}
	texts := files(t, true)
	made := 0
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if !strings.HasPrefix(name, "r2") && name != "lib.rego" || strings.HasSuffix(name, "_test.rego") {
			continue
		}
		test := strings.TrimSuffix(name, ".rego") + "_test.rego"
		if whole := (map[string]string{"lib.rego": texts["lib.rego"], name: texts[name], test: texts[test]}); !passes(t, whole) {
			t.Fatalf("%s: its tests fail without a change", name)
		}
		for _, s := range swaps {
			for _, at := range places(texts[name], s.from) {
				made++
				mutant := map[string]string{"lib.rego": texts["lib.rego"], test: texts[test]}
				mutant[name] = texts[name][:at] + s.to + texts[name][at+len(s.from):]
				if passes(t, mutant) {
					row := 1 + strings.Count(texts[name][:at], "\n")
					t.Errorf("%s:%d: no test notices %q for %q", name, row, s.to, s.from)
				}
			}
		}
	}
	if made < 30 {
		t.Errorf("made %d mutants, want more: the test looks in the wrong place", made)
	}
}

// places are where code, and no comment or text, holds part.
func places(text, part string) []int {
	var all []int
	start := 0
	for line := range strings.SplitAfterSeq(text, "\n") {
		for i := range line {
			code := !strings.HasPrefix(line, "#") && strings.Count(line[:i], `"`)%2 == 0
			if code && strings.HasPrefix(line[i:], part) {
				all = append(all, start+i)
			}
		}
		start += len(line)
	}
	return all
}

// passes reports whether the rules compile and all their tests pass.
func passes(t *testing.T, texts map[string]string) bool {
	t.Helper()
	modules, err := policies.Parse(texts)
	if err != nil {
		return false
	}
	results, err := tester.NewRunner().SetCompiler(ast.NewCompiler()).SetModules(modules).RunTests(t.Context(), nil)
	if err != nil {
		return false
	}
	all := true
	for r := range results {
		all = all && r.Pass()
	}
	return all
}
