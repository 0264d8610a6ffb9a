package plan_test

import (
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// TestCheckRules: what may stand raises no fault; every fault is among the
// faulty folders of internal/desired.
func TestCheckRules(t *testing.T) {
	rules := []plan.RuleRef{
		{Code: "R103", Name: "protected-role", Level: plan.LevelDeny, Waivable: true},
		{Code: "R108", Name: "recent-use", Level: plan.LevelWarn, Waivable: true},
		{Code: "R109", Name: "shared-mailbox", Level: plan.LevelDeny, Waivable: true},
		{Code: "R201", Name: "removal-limit", Level: plan.LevelGuard, Waivable: true}, // a guard is none, whatever is said of it
		{Name: "cost-centre", Level: plan.LevelDeny, Waivable: true, Own: true},
	}
	setting := func(rule string, values map[string]any) plan.RuleSetting {
		return plan.RuleSetting{Rule: plan.Name{Text: rule}, Values: values}
	}
	var d plan.Desired
	d.Settings.Waivers = []plan.Waiver{
		waiver(1, "R103", "ann@contoso.com", ""), waiver(2, "protected-role", "ann@contoso.com", "SPE_E3"), waiver(3, "R108", "ann@contoso.com", ""),
		waiver(4, "protected-role", "bob@contoso.com", ""), waiver(5, "cost-centre", "bob@contoso.com", ""), waiver(6, "r103", "", ""), waiver(7, "R103", "", ""),
	}
	d.Settings.Policy = []plan.RuleSetting{
		setting("recent-use", map[string]any{"days": 1, "level": "off"}), setting("recent-use", map[string]any{"days": 3650, "level": "deny"}),
		setting("shared-mailbox", map[string]any{"level": "warn"}), setting("recent-use", map[string]any{}),
		setting("cost-centre", map[string]any{"days": "many", "level": map[string]any{"x": []any{1}}}),
	}
	if faults := d.CheckRules(rules); len(faults) > 0 {
		t.Errorf("got %v, want none", faults)
	}
	d.Settings.Policy = nil
	d.Settings.Waivers = []plan.Waiver{waiver(1, "removal-limit", "ann@contoso.com", "")}
	if faults := d.CheckRules(rules); len(faults) != 1 {
		t.Errorf("of a guard that says it may be waived: got %v, want a fault", faults)
	}
	d.Settings.Waivers = []plan.Waiver{waiver(1, "R103", "ann@contoso.com", "")}
	if faults := d.CheckRules(nil); len(faults) != 1 || faults[0].Remedy == "" {
		t.Errorf("without rules: got %v, want a fault with a remedy", faults)
	}
	d.Pins = []plan.Pin{{ID: ann, Name: "ann@contoso.com"}}
	d.Settings.Waivers = []plan.Waiver{waiver(1, "R103", "ann@contoso.com", "SPE_E3"), waiver(2, "R103", string(ann), string(e3))}
	if faults := d.CheckRules(rules); len(faults) != 1 || faults[0].Place.Line != 2 {
		t.Errorf("twice, by name and by id: got %v, want a fault in line 2", faults)
	}
}
