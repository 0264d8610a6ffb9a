package policies_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// TestCodeOfAnother: a rule of one's own does not speak under another rule's name,
// by which a waiver of that one would lift it.
func TestCodeOfAnother(t *testing.T) {
	const gate = "package reseat.rules.gate\n\ndeny contains {\"code\": \"GATE\", \"message\": \"no\"} if input.change.action == \"adjust\"\n"
	other := func(code string) map[string]string {
		return map[string]string{"policies/gate.rego": gate,
			"policies/other.rego": "package reseat.rules.other\n\ndeny contains {\"code\": " + code + ", \"message\": \"no\"} if input.change.action\n"}
	}
	for code, wrong := range map[string]bool{"GATE": true, "PROTECTED-ROLE": true, "OTHER": false, "GATE-2": false} {
		_, err := policies.New(t.Context(), policies.Config{Own: other(`"` + code + `"`)})
		var faults *plan.FaultsError
		if errors.As(err, &faults) != wrong || wrong && !strings.Contains(err.Error(), "policies/other.rego:1:1: the code "+code+" is the name of another rule") {
			t.Errorf("%s: got %v", code, err)
		}
	}
	for code, wrong := range map[string]bool{`upper("gate")`: true, `upper("protected-role")`: true, `upper("other")`: false} {
		e, err := policies.New(t.Context(), policies.Config{Own: other(code)})
		if err != nil {
			t.Fatal(err)
		}
		c := quiet()
		found, err := e.Changes(t.Context(), []plan.Case{c})
		if err != nil {
			t.Fatal(err)
		}
		heard := false
		for _, d := range found[0] {
			if d.Rule == "other" {
				heard = true
				if d.Level != plan.LevelDeny || d.Failed != wrong || wrong && d.Code != "OTHER" {
					t.Errorf("%s: got %+v", code, d)
				}
			}
		}
		if !heard {
			t.Errorf("%s: the rule is not heard: %+v", code, found[0])
		}
	}
}
