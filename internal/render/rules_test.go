package render_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

// evil is what a rule of one's own may say of itself.
const evil = "a|b `c` <img> [x](http://evil.example)\x1b[2J ::error:: \u202eabc"

func rulings() []render.Ruling {
	long := strings.Repeat("nobody loses what nobody gave ", 6)
	return []render.Ruling{
		{Code: "R102", Name: "self-service", Level: plan.LevelDeny, Title: "Self-service purchases are left alone", Description: long, Remedy: long, Fixed: true, Settings: []string{}, Waivers: []string{}},
		{Code: "R108", Name: "recent-use", Level: plan.LevelOff, Title: long, Waivable: true, Settings: []string{"days: 30", "level: off"},
			Waivers: []string{"for adele@contoso.com, until 2026-12-31: CHG-1 (reseat.yaml:8)"}},
		{Code: "R201", Name: "removal-limit", Level: plan.LevelGuard, Title: "Not too many removals"},
		{Code: "R205", Name: "window", Level: plan.LevelGuard, Title: "Within the windows"},
		{Code: "WWI-1", Name: strings.Repeat("long-", 6) + "name", Level: plan.LevelWarn, Title: evil, Own: true, Waivable: true, File: "policies/" + strings.Repeat("x", 60) + ".rego", Remedy: evil},
	}
}

// TestRulings: the list fits the terminal, in both forms, says what can be done
// about each rule, and is harmless.
func TestRulings(t *testing.T) {
	for _, width := range []int{80, 100, 120} {
		for _, details := range []bool{false, true} {
			var b bytes.Buffer
			if err := render.Rulings(&b, rulings(), render.Options{Width: width, Details: details, Source: "the rules in force in contoso"}); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(b.String()) {
				if n := ansi.StringWidth(strings.TrimSuffix(line, "\n")); n > width {
					t.Errorf("width %d, details %t: %d cells: %s", width, details, n, line)
				}
			}
			want := []string{"R102", "self-service", "R108", "off", "yes, 1", "limit"}
			if !details && !strings.Contains(strings.Join(strings.Fields(b.String()), " "), "Self-service purchases are left alone") {
				t.Errorf("width %d: what a rule says is cut:\n%s", width, b.String())
			}
			if details {
				want = []string{"! R102 self-service", "set: days: 30, level: off", "waiver: for adele@contoso.com, until 2026-12-31", "waiver: limit", "one's own,"}
			}
			for _, w := range want {
				if !strings.Contains(b.String(), w) {
					t.Errorf("width %d, details %t: %q is not in\n%s", width, details, w, b.String())
				}
			}
			if strings.ContainsAny(b.String(), "\x1b\u202e") || strings.Contains(b.String(), "::error::") {
				t.Errorf("got something harmful:\n%q", b.String())
			}
		}
	}
}

func TestRulingsMarkdown(t *testing.T) {
	var b bytes.Buffer
	if err := render.RulingsMarkdown(&b, rulings(), render.Options{Source: evil}); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{"| R102! | self-service | deny | no | Self-service purchases are left alone |\n", "| R108 | recent-use | off | yes, 1 |", "\nSet: days: 30, level: off\n", "| R201 | removal-limit | guard | limit |"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	for _, bad := range []string{"\x1b", "\u202e", "<img>", "[x](", " a|b", "http://"} {
		if strings.Contains(text, bad) {
			t.Errorf("%q is in\n%s", bad, text)
		}
	}
}

func TestRuleTests(t *testing.T) {
	r := &render.RuleTest{
		Summary:  render.TestSummary{Passed: 1, Failed: 1, Percent: 66},
		Tests:    []render.TestRow{{Name: "rules.a_test.test_x", File: "policies/a_test.rego", Line: 5, Pass: true}, {Name: "rules.a_test.test_y", File: "policies/a_test.rego", Line: 9, Why: evil}},
		Files:    []render.CoverRow{{File: "policies/a.rego", Lines: 9, Missing: []int{3, 7, 8}}, {File: "policies/b.rego", Lines: 2}},
		Untested: []string{"b"},
	}
	var b bytes.Buffer
	if err := render.RuleTests(&b, r, render.Options{Width: 80}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"pass  rules.a_test.test_x  policies/a_test.rego:5\n", "FAIL  rules.a_test.test_y  policies/a_test.rego:9\n", "no test reaches lines 3, 7-8\n", "note: no test is for the rule b\n",
		"TESTS  1 test passed · 1 failed · 66 % of the lines reached\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
	if strings.ContainsAny(b.String(), "\x1b\u202e") {
		t.Errorf("got something harmful: %q", b.String())
	}
}
