package main

import (
	"errors"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

// outside refuses a plan that the windows stop, before anybody is asked about it.
func outside(p *plan.Plan) error {
	for _, g := range plan.Tripped(p.Guards, plan.AtApply) {
		if g.Code == "R205" {
			return &codeError{code: exitGuarded, err: errors.New("nothing was applied: R205 " + g.Message), hint: comeBack(g)}
		}
	}
	return nil
}

// comeBack is what to do about a guard that stops an apply: where it is only a
// matter of time, when to come back.
func comeBack(g plan.Guard) string {
	if when := render.Opens(g); when != "" {
		return "come back when the windows open, " + when
	}
	return g.Remedy
}
