package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

func (a *app) undoCmd() *cobra.Command {
	var out string
	var formats []string
	c := described(&cobra.Command{
		Use:   "undo RUN [DIR] --out FILE",
		Short: "Make the plan that gives back what a run took",
		Args:  cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.undo(cmd.Context(), args[0], dirOf(args[1:]), out, formats)
		},
	}, "Makes a plan that reverses every change of a run that still stands. It changes nothing by itself:\n"+
		"review the plan, then apply it like any other. RUN is a run's name, or the path of its folder.",
		"  reseat undo 20261120T080000Z-3fa9c2e1 contoso --out undo.json\n  reseat apply undo.json contoso",
		exitOK, exitError, exitNotEvaluated, exitInterrupted)
	c.Flags().StringVar(&out, "out", "", "write the plan to a file")
	c.Flags().StringArrayVarP(&formats, "output", "o", nil, "text or json, with =FILE to a file")
	return c
}

func (a *app) undo(ctx context.Context, name, dir, out string, formats []string) (err error) {
	outs, err := outputs(formats)
	if err != nil {
		return err
	}
	if out == "" {
		return usage("undo makes a plan: say with --out where to write it")
	}
	s, err := a.open(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	run, err := s.store.OpenRun(name)
	if err != nil {
		return err
	}
	snap, err := s.read(ctx)
	if err != nil {
		return err
	}
	in, err := s.input(snap)
	if err != nil {
		return err
	}
	m, err := undoPlan(ctx, run, in)
	if err != nil {
		return err
	}
	if err := state.WriteFile(out, plan.Encode(m.Plan)); err != nil {
		return err
	}
	return a.showPlan(m.Plan, outs, render.Options{File: out, Source: "run " + run.Name(), Next: nextAfterPlan(m.Plan, out, dir)})
}

// undoPlan makes the undo plan of a run from its folder alone.
func undoPlan(ctx context.Context, run *state.Run, in plan.Input) (*plan.Made, error) {
	p, entries, err := loadRun(run)
	if err != nil {
		return nil, err
	}
	if open := apply.Unsettled(p, entries); len(open) > 0 {
		return nil, &codeError{code: exitError, err: fmt.Errorf("run %s has %d changes of which nobody knows whether they were made", run.Name(), len(open)),
			hint: "reseat apply --resume " + run.Name()}
	}
	executed := map[string]bool{}
	for _, d := range apply.Executed(p, entries) {
		executed[d.Change.ID] = true
	}
	return plan.Undo(ctx, plan.UndoInput{Input: in, Run: run.Name(), Plan: p, Executed: executed})
}

// undoAgain makes an undo plan anew, from the run it says it takes back: that
// run, not the file, says what there is to reverse.
func (s *session) undoAgain(ctx context.Context, p *plan.Plan, in plan.Input) (*plan.Made, error) {
	if p.Undoes == nil {
		return nil, refused("", "plan %s is an undo plan that names no run", p.ID)
	}
	run, err := s.store.OpenRun(p.Undoes.Run)
	if err != nil {
		return nil, &codeError{code: exitRefused, err: fmt.Errorf("undo plan %s: %w", p.ID, err),
			hint: "use the state folder that holds the run: --state DIR"}
	}
	made, err := undoPlan(ctx, run, in)
	if err != nil {
		return nil, err
	}
	if made.Plan.Undoes.Changes != p.Undoes.Changes {
		return nil, refused("", "undo plan %s is not of this run %s", p.ID, run.Name())
	}
	return made, nil
}
