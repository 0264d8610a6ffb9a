package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

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
		Args:  arguments(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.undo(cmd.Context(), args[0], dirOf(args[1:]), out, formats)
		},
	}, "Makes a plan that reverses every change of a run that still stands. It changes nothing by itself:\n"+
		"review the plan, then apply it like any other. RUN is a run's name, or the path of its folder.",
		"  reseat undo 20261120T080000Z-3fa9c2e1 contoso --out undo.json\n  reseat apply undo.json contoso",
		exitOK, exitError, exitRefused, exitNotEvaluated, exitInterrupted)
	a.withPolicy(c)
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
		a.at(dir)
		return &codeError{code: exitError, err: errors.New("undo makes a plan: say with --out where to write it"),
			hint: "reseat undo " + shellWord(name) + a.place + a.policyWords() + " --out undo.json"}
	}
	s, err := a.open(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	run, err := s.store.OpenRun(name)
	if err != nil {
		return &codeError{code: exitError, err: err, hint: "reseat runs"}
	}
	s.everyone = true // people of the run may hold nothing by now
	in, err := s.facts(ctx, nil)
	if err != nil {
		return err
	}
	m, err := s.undoPlan(ctx, run, in)
	if err != nil {
		return err
	}
	s.warnOfLock()
	if err := state.WriteFileBy(out, m.Plan.Write); err != nil {
		return err
	}
	return a.showPlan(m.Plan, outs, render.Options{File: out, Source: "run " + run.Name(), Next: nextAfterPlan(m.Plan, planFlags{out: out}, a.place+a.policyWords())})
}

// undoPlan makes the undo plan of a run from its folder.
func (s *session) undoPlan(ctx context.Context, run *state.Run, in plan.Input) (*plan.Made, error) {
	p, entries, _, err := readRun(run)
	if err != nil {
		return nil, err
	}
	if err := s.complete(run, p, entries); err != nil {
		return nil, err
	}
	if open := apply.Unsettled(p, entries); len(open) > 0 {
		return nil, &codeError{code: exitError, hint: "reseat apply --resume " + run.Name(),
			err: fmt.Errorf("run %s was cut off, and what became of %s is not known yet", run.Name(), counted(len(open), "change"))}
	}
	for _, c := range apply.Doubtful(p, entries) {
		fmt.Fprintf(s.app.err, "note: %s %s is left out: somebody changed it while the run was at work\n", c.User.UserPrincipalName, c.Product.PartNumber)
	}
	if left := len(p.Executable()) - len(apply.Executed(p, entries)) - len(apply.Doubtful(p, entries)); left > 0 {
		fmt.Fprintf(s.app.err, "note: run %s did not make %s of its plan; an undo leaves those alone\n", run.Name(), counted(left, "change"))
	}
	executed := map[string]time.Time{}
	for _, d := range apply.Executed(p, entries) {
		executed[d.Change.ID] = d.At
	}
	return s.learnedBy(ctx, in.Snapshot, &memory{}, (*plan.Made).Needs, func() (*plan.Made, error) {
		return plan.Undo(ctx, plan.UndoInput{Input: in, Run: run.Name(), Plan: p, Executed: executed})
	})
}

// undoAgain makes an undo plan anew, from the run it says it takes back: that
// run, not the file, says what there is to reverse. The file's word for it is
// the name of a run in our own state folder; only the operator may name another place.
func (s *session) undoAgain(ctx context.Context, j *job, in plan.Input) (*plan.Made, error) {
	name, where := j.plan.Undoes.Run, j.undone
	if where == "" {
		if !isRunName(name) {
			return nil, refused("", "undo plan %s names no run: %q", j.plan.ID, name)
		}
		where = name
	}
	run, err := s.store.OpenRun(where)
	if err != nil {
		return nil, &codeError{code: exitRefused, err: fmt.Errorf("undo plan %s: %w", j.plan.ID, err),
			hint: "say where the run's folder is: --run PATH"}
	}
	made, err := s.undoPlan(ctx, run, in)
	if err != nil {
		return nil, err
	}
	if made.Plan.Undoes.Changes != j.plan.Undoes.Changes || run.Name() != name {
		return nil, refused("", "undo plan %s is not of run %s", j.plan.ID, run.Name())
	}
	return made, nil
}

// isRunName reports whether a text is a run's name, and so no path.
func isRunName(s string) bool {
	return !strings.ContainsAny(s, `/\:`) && strings.Trim(s, ".") != "" && !startOf(s).IsZero()
}
