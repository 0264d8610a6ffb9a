package policies_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// TestOwnAsksForWhatIs: a field of input that is misspelt would make a rule
// silent, and is a fault with its place.
func TestOwnAsksForWhatIs(t *testing.T) {
	tests := []struct{ name, pkg, body, cause, remedy string }{
		{"a fact", "reseat.rules.visio", `deny contains {"code": "A-1", "message": "m"} if count(input.facts.rols) > 0`,
			"input.facts has no rols", "did you mean roles? `reseat schema rule-input` says what input has"},
		{"the first part", "reseat.rules.visio", `deny contains {"code": "A-1", "message": "m"} if input.chnage.action == "unassign"`,
			"input has no chnage", "did you mean change? `reseat schema rule-input` says what input has"},
		{"deep", "reseat.rules.visio", `warn contains {"code": "A-1", "message": input.change.user.upn}`,
			"input.change.user has no upn", "`reseat schema rule-input` says what input has"},
		{"in a list", "reseat.rules.visio", `warn contains {"code": "A-1", "message": "m"} if {
	some role in input.facts.roles
	role.nmae == "Global Administrator"
}`, "role has no nmae", "did you mean name? `reseat schema rule-input` says what input has"},
		{"in any of a list", "reseat.rules.visio", `warn contains {"code": "A-1", "message": "m"} if input.facts.roles[_].nmae == "x"`,
			"input.facts.roles[_] has no nmae", "did you mean name? `reseat schema rule-input` says what input has"},
		{"a helper", "reseat.rules.visio", "part := input.change.prodcut\n\nwarn contains {\"code\": \"A-1\", \"message\": \"m\"} if part.name == \"x\"",
			"input.change has no prodcut", "did you mean product? `reseat schema rule-input` says what input has"},
		{"of the plan", "reseat.plan.visio", `guard contains {"code": "A-1", "message": "m"} if input.change.action == "unassign"`,
			"input has no change", "`reseat schema rule-input` says what input has"},
		{"of a change", "reseat.rules.visio", `warn contains {"code": "A-1", "message": "m"} if input.assignments > 2`,
			"input has no assignments", "`reseat schema rule-input` says what input has"},
		{"settings by the package's name", "reseat.rules.last_visio", `deny contains {"code": "A-1", "message": "m"} if input.change.product.skuPartNumber == data.reseat.config.last_visio.part`,
			"no rule is called last_visio", `write data.reseat.config["last-visio"]`},
		{"settings of none", "reseat.rules.visio", `deny contains {"code": "A-1", "message": "m"} if data.reseat.config.parts[_] == "x"`,
			"no rule is called parts", `settings are those of a rule, as data.reseat.config["visio"]`},
		{"imported", "reseat.rules.visio", "import data.reseat.config.visoi\n\ndeny contains {\"code\": \"A-1\", \"message\": \"m\"} if visoi.part == \"x\"",
			"no rule is called visoi", `write data.reseat.config["visio"]`},
		{"another type", "reseat.rules.visio", `warn contains {"code": "A-1", "message": "m"} if input.change.action == 3`,
			"match error", "the types do not fit: compare and give only what can be alike"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := policies.New(t.Context(), policies.Config{Own: map[string]string{"policies/visio.rego": "package " + tt.pkg + "\n\n" + tt.body + "\n"}})
			var faults *plan.FaultsError
			if !errors.As(err, &faults) || len(faults.Faults) != 1 {
				t.Fatalf("got %v, want one fault", err)
			}
			f := faults.Faults[0]
			if !strings.Contains(f.Cause, tt.cause) || f.Remedy != tt.remedy || f.Place.File != "policies/visio.rego" || f.Place.Line < 3 {
				t.Errorf("got %+v, want %q", f, tt.cause)
			}
		})
	}
}

// TestOwnAsksForSettings: settings of the rule itself, of another and of a
// built-in one can be asked for, given or not.
func TestOwnAsksForSettings(t *testing.T) {
	withOwn(t, map[string]string{"policies/last_visio.rego": `package reseat.rules.last_visio

warn contains {"code": "A-1", "message": "m"} if data.reseat.config["last-visio"].part == "x"

warn contains {"code": "A-2", "message": "m"} if data.reseat.config["recent-use"].days > 30

warn contains {"code": "A-3", "message": "m"} if some name, _ in data.reseat.config

warn contains {"code": "A-4", "message": "m"} if object.get(data.reseat.config, ["last-visio", "parts"], []) == []
`}, nil)
}

// TestBuiltInAskForWhatIs: the schema has all that the built-in rules ask for, so
// that a rule which does as they do is never refused.
func TestBuiltInAskForWhatIs(t *testing.T) {
	if err := policies.BuiltInFit(); err != nil {
		t.Error(err)
	}
}
