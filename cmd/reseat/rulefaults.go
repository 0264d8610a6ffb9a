package main

import (
	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// checkRules refuses a folder whose waivers or policy speak of rules otherwise
// than those in force allow.
func checkRules(d *plan.Desired, e *policies.Engine) error {
	if faults := d.CheckRules(ruleRefs(e)); len(faults) > 0 {
		return &plan.FaultsError{Faults: faults}
	}
	return nil
}

// ruleRefs are the rules in force as a folder may speak of them.
func ruleRefs(e *policies.Engine) []plan.RuleRef {
	var refs []plan.RuleRef
	for _, r := range e.Rules() {
		refs = append(refs, plan.RuleRef{Code: r.Code, Name: r.Name, Level: r.Level, Waivable: r.Waivable, Own: r.Own})
	}
	return refs
}
