package policies_test

import (
	"testing"

	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// engine returns the built-in rules.
func engine(t testing.TB) *policies.Engine {
	t.Helper()
	e, err := policies.New(t.Context(), policies.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// quiet is a case on which no rule has anything to say.
func quiet() plan.Case {
	return plan.Case{
		Change: plan.CaseChange{
			ID: "u/s", Action: plan.Unassign,
			User:     plan.UserRef{ID: "u", UserPrincipalName: "ann@contoso.com", AccountEnabled: plan.Yes},
			Product:  plan.ProductRef{SKU: "s", PartNumber: "SPE_E5", Name: "Microsoft 365 E5"},
			Held:     plan.Held{Direct: true, Groups: []plan.HeldGroup{}},
			Reason:   plan.Reason{Statement: "leavers", File: "a.yaml", Line: 6, Overrides: []plan.Statement{}},
			DataLoss: plan.LossDeny,
		},
		Facts: plan.Facts{
			Source: "direct", Roles: []plan.HeldRole{}, Protected: plan.Protection{Matched: plan.No},
			SelfService: plan.SelfServiceFact{Class: "none"}, Loses: []string{}, Missing: []plan.MissingReplacement{},
		},
	}
}

// calm are facts about a plan on which no rule has anything to say.
func calm() plan.PlanFacts {
	return plan.PlanFacts{
		Apply: true,
		Actor: plan.ActorFact{
			Kind: plan.ActorApplication, Name: "reseat", PermissionsKnown: true,
			Permissions: []string{"LicenseAssignment.ReadWrite.All"}, Roles: []plan.ActorRole{},
		},
		Statements: 1,
		Removals:   plan.RemovalFacts{Count: 4, Limit: 25, Seats: 400, Percent: 5, All: 4},
		Products:   []plan.ProductFacts{{Product: plan.ProductRef{SKU: "s", PartNumber: "SPE_E5"}, Removals: 4, Seats: 100, Percent: 20}},
		Small:      3,
		Reads:      plan.ReadFacts{Users: 412, CountBefore: 412, CountAfter: 412, Unheld: []plan.UnheldProduct{}},
	}
}

func TestQuiet(t *testing.T) {
	e := engine(t)
	found, err := e.Changes(t.Context(), []plan.Case{quiet()})
	if err != nil || len(found) != 1 || len(found[0]) != 0 {
		t.Errorf("a quiet change: got %v, %v, want no finding", found, err)
	}
	whole, err := e.Plan(t.Context(), calm())
	if err != nil || len(whole) != 0 {
		t.Errorf("a calm plan: got %v, %v, want no finding", whole, err)
	}
}

// TestWaivable: by code and name together, and nothing that is marked.
func TestWaivable(t *testing.T) {
	e := engine(t)
	for _, test := range []struct {
		code, name string
		want       bool
	}{
		{"R103", "protected-role", true}, {"R107", "data-loss", true}, {"R103", "data-loss", false}, {"R103", "", false}, {"", "protected-role", false},
		{"R102", "self-service", false}, {"R105", "inherited", false}, {"R112", "replacement-missing", false}, {"R113", "source-unknown", false},
		{"R201", "removal-limit", false}, {"R101", "actor-role", false}, {"R207", "unresolved-name", false}, {"R000", "engine", false}, {"", "", false},
	} {
		if got := e.Waivable(plan.Decision{Code: test.code, Rule: test.name, Level: plan.LevelDeny}); got != test.want {
			t.Errorf("%s %s: got %t, want %t", test.code, test.name, got, test.want)
		}
	}
}
