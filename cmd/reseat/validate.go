package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/plan"
)

func (a *app) validateCmd() *cobra.Command {
	strict := false
	c := described(&cobra.Command{
		Use:   "validate [DIR]",
		Short: "Check everything in a folder that needs no tenant",
		Args:  arguments(0, 1),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.validate(cmd.Context(), dirOf(args), strict) },
	}, "Reads the folder and shows every fault in it, with its place and what to do; rules of one's own\n"+
		"are compiled. Whether people and products exist is known to the tenant alone: `reseat plan` checks that.",
		"  reseat validate contoso\n  reseat validate contoso --strict", exitOK, exitError)
	a.withPolicy(c)
	c.Flags().BoolVar(&strict, "strict", false, "names that people.lock does not pin are faults, and pins that no file names")
	return c
}

func (a *app) validate(ctx context.Context, dir string, strict bool) (err error) {
	f, err := a.openFolder(ctx, dir)
	if faults := (*plan.FaultsError)(nil); errors.As(err, &faults) {
		return a.withRuleFaults(ctx, dir, faults)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	d := f.desired
	faults := plan.Check(d, plan.DayOf(a.now()))
	if strict {
		faults = append(faults, plan.CheckPeople(d)...)
	}
	engine, err := a.engineOf(ctx, f.root.FS(), d)
	if wrong := (*plan.FaultsError)(nil); errors.As(err, &wrong) {
		faults = append(faults, wrong.Faults...)
	} else if err != nil {
		return err
	}
	if len(faults) > 0 {
		return &plan.FaultsError{Faults: faults}
	}
	statements := len(d.Keep) + len(d.Remove) + len(d.Users) + len(d.Products) + len(d.Rules)
	rules := ""
	if own := len(engine.Input().Own); own > 0 {
		rules = counted(own, "rule") + " of one's own, "
	}
	return a.tellNext([]string{fmt.Sprintf("%s: %s, %s, %sno faults", d.Settings.Name, counted(len(d.Files), "file"), counted(statements, "statement"), rules)},
		"reseat plan"+a.place+a.policyWords())
}

// withRuleFaults adds the faults of rules of one's own to those of a folder.
func (a *app) withRuleFaults(ctx context.Context, dir string, faults *plan.FaultsError) (err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return faults
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	_, err = a.engineOf(ctx, root.FS(), nil)
	if more := (*plan.FaultsError)(nil); errors.As(err, &more) {
		return &plan.FaultsError{Faults: append(faults.Faults, more.Faults...)}
	}
	return faults
}

// counted says "1 file" or "2 files".
func counted(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return grouped(n) + " " + thing
}
