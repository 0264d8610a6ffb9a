package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

func (a *app) schemaCmd() *cobra.Command {
	return described(&cobra.Command{
		Use:       "schema rule-input",
		Short:     "Print the JSON Schema of what rules see",
		Args:      arguments(1, 1),
		ValidArgs: []string{"rule-input"},
		RunE: func(_ *cobra.Command, args []string) error {
			if args[0] == "rule-input" {
				return a.put("", policies.InputSchema())
			}
			hint := "reseat schema rule-input"
			if plan.Nearest(args[0], []string{"rule-input"}) == "" {
				return &codeError{code: exitError, err: fmt.Errorf("there is no schema of %q: there is one of rule-input", args[0]), hint: hint}
			}
			return &codeError{code: exitError, err: fmt.Errorf("there is no schema of %q: did you mean rule-input?", args[0]), hint: hint}
		},
	}, "Prints a JSON Schema (draft 2020-12). That of rule-input says what a rule of one's own finds in input,\n"+
		"about a change (Case) or about the plan (PlanFacts), and in data.reseat.config (Config).",
		"  reseat schema rule-input > input.schema.json", exitOK, exitError)
}
