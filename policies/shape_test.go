package policies_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/policies"
)

// TestOwnShape asks that what the compiler would take minutes or all memory for is
// refused before, at its place, and that what is just as large as it may be is not.
func TestOwnShape(t *testing.T) {
	finding := "\n\ndeny contains {\"code\": \"EVIL\", \"message\": \"m\"} if input.change.id\n"
	lines := func(n int, line string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, line+"\n", i)
		}
		return b.String()
	}
	deep := func(n int, open, inner, end string) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(end, n)
	}
	times := func(n int, s string) string { return strings.TrimSuffix(strings.Repeat(s, n), s[len(s)-1:]) }
	tests := []struct {
		name     string
		body     func(n int) string
		fits     int // that n is no fault
		too      int
		line     int
		contains string
	}{
		{"rules", func(n int) string { return lines(n, "p%d if input.change.id") }, 999, 1000, 1005, "more than 1000 rules"},
		{"a chain of rules", func(n int) string {
			return "p0 := input.change.id\n" + lines(n, "p%[1]d_ := data.reseat.rules.evil.p0")
		}, 998, 8000, 1003, "more than 1000 rules"},
		{"else", func(n int) string {
			return "p := 0 if input.change.id" + strings.Repeat(" else := 1 if input.change.id", n)
		}, 100, 101, 3, "more than 100 times else"},
		{"a body", func(n int) string { return "p if {\n" + lines(n, "input.change.id == \"%d\"") + "}" }, 100, 101, 4, "a body of more than 100"},
		{"arguments", func(n int) string { return "f(" + times(n, "_,") + ") := 1" }, 100, 101, 3, "more than 100 arguments"},
		{"imports", func(n int) string { return lines(n, "import data.reseat.rules.evil as x%d") }, 0, 101, 103, "more than 100 imports"},
		{"a sum", func(n int) string { return "p := " + times(n, "1+") }, 60, 65, 3, "more than 64 deep"},
		{"a list", func(n int) string { return "p := " + deep(n, "[", "1", "]") }, 60, 65, 3, "more than 64 deep"},
		{"comprehensions", func(n int) string { return "p := " + deep(n, "[1 | [] != ", "[]", "]") }, 6, 7, 3, "more than 6 comprehensions"},
		{"every", func(n int) string { return "p if {\n" + deep(n, "every _ in [1] { ", "input.change.id", "}") + "\n}" }, 6, 7, 4, "more than 6 comprehensions or every"},
		{"calls in a list", func(n int) string { return "p := [" + times(n, "count(input.change.id),") + "]" }, 100, 10_000, 3, "a rule of more than 1000"},
		{"variables", func(n int) string {
			return "p if {\nsome " + strings.TrimSuffix(strings.ReplaceAll(lines(n, "x%d,"), "\n", ""), ",") + "\ninput.change.id == x1\n}"
		}, 0, 2000, 4, "a rule of more than 1000"},
		{"replacements", func(n int) string { return "p if input.change.id" + strings.Repeat(" with input.y as 1", n) }, 100, 20_000, 3, "a rule of more than 1000"},
		{"a large file", func(n int) string { return lines(n, "p%d := ["+times(40, "input.change.id,")+"]") }, 100, 900, 3, "a file of more than 10000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := func(n int) map[string]string {
				return map[string]string{"ok.rego": noVisio, "policies/evil.rego": "package reseat.rules.evil\n\n" + tt.body(n) + finding}
			}
			if tt.fits > 0 {
				if _, err := policies.New(t.Context(), policies.Config{Own: file(tt.fits)}); err != nil {
					t.Errorf("%d: got %.300v", tt.fits, err)
				}
			}
			_, err := policies.New(t.Context(), policies.Config{Own: file(tt.too)})
			if err == nil || !strings.Contains(err.Error(), tt.contains) || !strings.Contains(err.Error(), "evil.rego:") {
				t.Errorf("%d: got %.300v, want %q", tt.too, err, tt.contains)
			}
			if tt.name != "a large file" && err != nil && !strings.Contains(err.Error(), fmt.Sprintf("evil.rego:%d:", tt.line)) {
				t.Errorf("got %.200v, want it in line %d", err, tt.line)
			}
		})
	}
}
