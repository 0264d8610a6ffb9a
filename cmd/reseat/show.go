package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

func (a *app) showCmd() *cobra.Command {
	var formats []string
	var details bool
	c := described(&cobra.Command{
		Use:   "show FILE|RUN [DIR]",
		Short: "Show a saved plan or a run again",
		Args:  arguments(1, 2),
		RunE: func(_ *cobra.Command, args []string) error {
			outs, err := outputs(formats)
			if err != nil {
				return err
			}
			if isFile(args[0]) {
				return a.showFile(args[0], outs, details)
			}
			return a.showRun(args[0], dirOf(args[1:]), outs)
		},
	}, "Shows a plan file as `reseat plan` showed it, or what became of a run.",
		"  reseat show plan.json --details\n  reseat show 20261120T080000Z-3fa9c2e1 contoso", exitOK, exitError, exitRefused)
	c.Flags().StringArrayVarP(&formats, "output", "o", nil, "text or json, with =FILE to a file")
	c.Flags().BoolVar(&details, "details", false, "show every line and all seats, nothing grouped")
	return c
}

func (a *app) showFile(file string, outs []output, details bool) error {
	p, err := readPlan(file)
	if err != nil {
		return err
	}
	return a.showPlan(p, outs, render.Options{Details: details, File: file})
}

func (a *app) showRun(name, dir string, outs []output) error {
	if !isTenantFolder(dir) && a.opts.state == "" {
		return &codeError{code: exitError, err: fmt.Errorf("%q is no file, and %s no tenant's folder, of which it could be a run", name, dir), hint: "name a plan file, or a run and the folder that has a reseat.yaml"}
	}
	store, err := a.storeOf(dir)
	if err != nil {
		return err
	}
	run, err := store.OpenRun(name)
	if err != nil {
		return &codeError{code: exitError, err: err, hint: "reseat runs"}
	}
	p, _, _, err := readRun(run)
	if err != nil {
		return err
	}
	report, err := readReport(run)
	if errors.Is(err, fs.ErrNotExist) {
		return &codeError{code: exitError, err: fmt.Errorf("run %s was cut off before its report was written", run.Name()),
			hint: "reseat apply --resume " + run.Name()}
	}
	if err != nil {
		return err
	}
	return a.showReport(report, p, dir, outs)
}

func readReport(run *state.Run) (*plan.Report, error) {
	data, err := run.ReadReport()
	if err != nil {
		return nil, err
	}
	var r plan.Report
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("report of run %s: %w", run.Name(), err)
	}
	return &r, nil
}
