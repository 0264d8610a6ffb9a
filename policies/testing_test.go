package policies_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

const visioTest = `package reseat.rules.no_visio_test

import data.reseat.rules.no_visio

taking(product) := {"change": {"action": "unassign", "product": {"skuPartNumber": product}}}

test_stays if count(no_visio.deny) == 1 with input as taking("VISIOCLIENT")

test_set if {
	count(no_visio.deny) == 1 with input as taking("ABC") with data.reseat.config as {"no-visio": {"prefix": "AB"}}
}

test_wrong if count(no_visio.deny) == 1 with input as taking("SPE_E5")

test_fails if concat(sprintf("%1000d", [1]), [sprintf("%1000d", [i]) | some i in l; some _ in l]) == ""

l := [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

todo_test_guests if count(no_visio.warn) == 1
`

func TestTest(t *testing.T) {
	own := map[string]string{"policies/visio.rego": noVisio, "policies/visio_test.rego": visioTest, "policies/few.rego": few}
	report, err := policies.Test(t.Context(), policies.Config{Own: own}, false)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range report.Tests {
		verdict := "pass"
		if !r.Passed {
			verdict = r.Why
		}
		if r.Package != "reseat.rules.no_visio_test" || r.File != "policies/visio_test.rego" || r.Line == 0 || !r.Own {
			t.Errorf("got %+v", r)
		}
		got = append(got, r.Name+": "+verdict)
	}
	want := []string{"test_stays: pass", "test_set: pass", "test_wrong: it is not true: line 13: count(no_visio.deny) == 1 with input as taking(\"SPE_E5\")", "test_fails: ", "todo_test_guests: it is marked as not done (todo_)"}
	if len(got) != len(want) || !strings.Contains(got[3], "concat: it would make a text of more than 65536 bytes") {
		t.Fatalf("got %q, want %q", got, want)
	}
	got[3] = want[3]
	if !slices.Equal(got, want) || report.Passed() {
		t.Errorf("got %q, want %q", got, want)
	}
	if !slices.Equal(report.Untested, []string{"few"}) {
		t.Errorf("untested: got %v, want few", report.Untested)
	}
	if c := report.Coverage; len(c) != 2 || c[0].File != "policies/few.rego" || c[0].Percent != 0 || c[1].File != "policies/visio.rego" || !slices.Equal(c[1].Missed, []int{14}) || c[1].Percent >= 100 || c[1].Percent == 0 {
		t.Errorf("coverage: got %+v", c)
	}
}

func TestTestOfNothing(t *testing.T) {
	for _, own := range []map[string]string{nil, {"few.rego": few}, {"few_test.rego": "package reseat.plan.few_test\n\nx := 1\n"}} {
		report, err := policies.Test(t.Context(), policies.Config{Own: own}, false)
		if err != nil || report.Passed() || len(report.Tests) != 0 {
			t.Errorf("%v: got %+v, %v, want no pass", own, report, err)
		}
	}
}

// TestTestSaysWhere asks that a test that fails names the expression which did not
// hold: the furthest that it came to, in its own text.
func TestTestSaysWhere(t *testing.T) {
	for body, want := range map[string]string{
		"test_x if {\n\ty := 1\n\ty == 2\n\ty == 3\n}":            "it is not true: line 5: y == 2",
		"test_x if {\n\tsome y in [1, 2, 3]\n\ty > 1\n\ty > 5\n}": "it is not true: line 6: y > 5",
		"test_x if not f(1)\n\nf(x) if {\n\tx == 1\n}":            "it is not true: line 3: not f(1)",
		"test_x if {\n\tcount(\n\t\t[1]) == 2\n}":                 "it is not true: line 4: count(…",
		"test_x := false": "it is not true",
		"test_x if \"" + strings.Repeat("a", 200) + "\" == \"\"": "it is not true: line 3: \"" + strings.Repeat("a", 119) + "…",
	} {
		own := map[string]string{"few.rego": few, "few_test.rego": "package reseat.plan.few_test\n\n" + body + "\n\ntest_y if true\n"}
		report, err := policies.Test(t.Context(), policies.Config{Own: own}, false)
		if err != nil || len(report.Tests) != 2 || report.Tests[0].Why != want || !report.Tests[1].Passed {
			t.Errorf("%s: got %+v, %v, want %q", body, report.Tests, err, want)
		}
	}
}

// TestTestOfBuiltIn asks that the built-in rules pass their tests here too.
func TestTestOfBuiltIn(t *testing.T) {
	report, err := policies.Test(t.Context(), policies.Config{Timeout: time.Minute}, true)
	if err != nil || !report.Passed() || len(report.Tests) < 50 {
		t.Fatalf("got %d tests, %v, want all to pass", len(report.Tests), err)
	}
	for _, c := range report.Coverage {
		if c.Percent != 100 || len(c.Missed) > 0 || c.Own {
			t.Errorf("got %+v, want every line", c)
		}
	}
}

// TestTestAttacks asks that tests are held to what rules are.
func TestTestAttacks(t *testing.T) {
	files := func(body string) policies.Config {
		return policies.Config{Timeout: 400 * time.Millisecond, Own: map[string]string{"few.rego": few, "few_test.rego": "package reseat.plan.few_test\n\n" + body}}
	}
	var faults *plan.FaultsError
	if _, err := policies.Test(t.Context(), files("test_x if http.send({}) == 1"), false); !errors.As(err, &faults) || !strings.HasPrefix(faults.Faults[0].Error(), "few_test.rego:3:") {
		t.Errorf("the network: got %v, want a fault", err)
	}
	report, err := policies.Test(t.Context(), files(ten+"test_x if {\n"+manyTuples+"\na + b + c + d + e + f + g + h == 0\n}"), false)
	if err != nil || report.Passed() || len(report.Tests) != 1 || report.Tests[0].Why != "it gave no answer within 400ms" {
		t.Errorf("a loop: got %+v, %v, want it to fail", report, err)
	}
	c := files(ten + `test_x if count([[a, b, c, d, e, f, g, h] | ` + strings.ReplaceAll(manyTuples, "\n", "; ") + "]) == 0")
	c.Timeout = time.Minute
	if report, err := policies.Test(t.Context(), c, false); err == nil && report.Passed() || err != nil && (!strings.Contains(err.Error(), "256 MiB") || !strings.Contains(err.Error(), "few_test.rego:")) {
		t.Errorf("memory: got %+v, %v, want it cut", report, err)
	}
}
