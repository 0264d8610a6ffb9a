package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

func (a *app) validateCmd() *cobra.Command {
	strict := false
	c := described(&cobra.Command{
		Use:   "validate [DIR]",
		Short: "Check everything in a folder that needs no tenant",
		Args:  arguments(0, 1),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.validate(cmd.Context(), dirOf(args), strict) },
	}, "Reads the folder and shows every fault in it, with its place and what to do. Whether people and\n"+
		"products exist is known to the tenant alone: `reseat plan` checks that.",
		"  reseat validate contoso\n  reseat validate contoso --strict", exitOK, exitError)
	c.Flags().BoolVar(&strict, "strict", false, "names that people.lock does not pin are faults, and pins that no file names")
	return c
}

func (a *app) validate(ctx context.Context, dir string, strict bool) (err error) {
	f, err := a.openFolder(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	d := f.desired
	faults := plan.Check(d, plan.DayOf(a.now()))
	if strict {
		faults = append(faults, plan.CheckPeople(d)...)
	}
	engine, err := policies.New(ctx, policies.Config{})
	if err != nil {
		return err
	}
	faults = append(faults, d.CheckRules(ruleRefs(engine))...)
	if len(faults) > 0 {
		return &plan.FaultsError{Faults: faults}
	}
	statements := len(d.Keep) + len(d.Remove) + len(d.Users) + len(d.Products) + len(d.Rules)
	return a.tellNext([]string{fmt.Sprintf("%s: %s, %s, no faults", d.Settings.Name, counted(len(d.Files), "file"), counted(statements, "statement"))}, "reseat plan"+a.place)
}

// counted says "1 file" or "2 files".
func counted(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return grouped(n) + " " + thing
}
