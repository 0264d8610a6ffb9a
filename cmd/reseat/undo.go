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
	"github.com/reseat-cli/reseat/plan"
)

// undoFlags are those of undo.
type undoFlags struct {
	out       string
	keep      string // where the keep file goes; "" is the folder, "none" nowhere
	keepUntil string
	formats   []string
}

func (a *app) undoCmd() *cobra.Command {
	var f undoFlags
	c := described(&cobra.Command{
		Use:   "undo RUN|PATH|PLANFILE [DIR] --out FILE",
		Short: "Make the plan that gives back what a run took",
		Args:  arguments(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.undo(cmd.Context(), args[0], dirOf(args[1:]), f)
		},
	}, "Makes a plan that reverses every change of a run that still stands. It changes nothing by itself:\n"+
		"review the plan, then apply it like any other. RUN is a run's name, PATH its folder, copied from\n"+
		"wherever. With a PLANFILE alone, where the journal is lost, what the tenant shows says what was done.\n\n"+
		"Beside it goes a keep file: commit it with the review, so that the next plan does not take again\n"+
		"what was given back, until the folder's statements are put right or its day is over.",
		"  reseat undo 20261120T080000Z-3fa9c2e1 contoso --out undo.json\n  reseat apply undo.json contoso\n"+
			"  reseat undo ./copied/20261120T080000Z-3fa9c2e1 contoso --out undo.json\n"+
			"  reseat undo plan.json contoso --out undo.json --keep-until 2027-01-31",
		exitOK, exitError, exitRefused, exitNotEvaluated, exitInterrupted)
	a.withPolicy(c)
	fl := c.Flags()
	fl.StringVar(&f.out, "out", "", "write the plan to a file")
	fl.StringVar(&f.keep, "keep", "", "write the keep file elsewhere than into DIR; none: do not write it")
	fl.StringVar(&f.keepUntil, "keep-until", "", "the last `day` of the keep file, as 2027-01-31 (default 30 days from now)")
	fl.StringArrayVarP(&f.formats, "output", "o", nil, "text or json, with =FILE to a file")
	return a.completes(c, true, runNames)
}

func (a *app) undo(ctx context.Context, name, dir string, f undoFlags) (err error) {
	outs, err := outputs(f.formats)
	if err != nil {
		return err
	}
	if f.out == "" {
		a.at(dir)
		return &codeError{code: exitError, err: errors.New("undo makes a plan: say with --out where to write it"),
			hint: "reseat undo " + shellWord(name) + a.place + a.policyWords() + " --out undo.json"}
	}
	until, err := f.until(a.now())
	if err != nil {
		return err
	}
	s, err := a.open(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	of, err := s.undoOf(name)
	if err != nil {
		return err
	}
	// The run ahead of the tenant: both while they are read are more than there should be.
	if err := s.readUndone(of); err != nil {
		return err
	}
	s.everyone = true // people of the run may hold nothing by now
	in, err := s.facts(ctx, nil)
	if err != nil {
		return err
	}
	m, err := s.undoPlan(ctx, of, in)
	if err != nil {
		return err
	}
	m.Settle()
	s.warnOfLock()
	keeping, err := s.keepFile(ctx, m, of, f, until)
	if err != nil {
		return err
	}
	if err := keeping.write(f.out, m.Plan); err != nil {
		return err
	}
	err = a.showPlan(m.Plan, outs, render.Options{File: f.out, Source: of.called(), Next: s.nextAfterUndo(m.Plan, of, f.out)})
	keeping.tell()
	return err
}

// nextAfterUndo is the command that carries an undo plan out. It says where the
// run is that apply holds it against, if the state folder does not know that.
func (s *session) nextAfterUndo(p *plan.Plan, of *undone, out string) string {
	next := nextAfterPlan(p, planFlags{out: out}, s.app.place+s.app.policyWords())
	if !strings.HasPrefix(next, "reseat apply ") || of.where == "" {
		return next
	}
	if of.run != nil {
		if known, err := s.store.OpenRun(of.run.Name()); err == nil && known.Dir() == of.run.Dir() {
			return next
		}
	}
	return next + " --run " + shellWord(of.where)
}

// undoPlan makes the undo plan of a run from its folder, or from its plan alone.
func (s *session) undoPlan(ctx context.Context, of *undone, in plan.Input) (*plan.Made, error) {
	undo := plan.UndoInput{Input: in, Plan: of.plan, Alone: of.run == nil, Executed: map[string]time.Time{}}
	if err := s.readUndone(of); err != nil {
		return nil, err
	}
	if of.run != nil {
		undo.Run, undo.Plan, undo.Executed = of.run.Name(), of.plan, of.executed
	}
	s.app.lean(len(of.plan.Changes), len(in.Snapshot.Users))
	m, err := s.learnedBy(ctx, in.Snapshot, &memory{}, (*plan.Made).Needs, func() (*plan.Made, error) {
		return plan.Undo(ctx, undo)
	})
	if errors.Is(err, plan.ErrOtherTenant) {
		return nil, &codeError{code: exitRefused, err: err, hint: "name the folder of the tenant that it is of"}
	}
	return m, err
}

// readUndone reads what the run did that is to be taken back, once.
func (s *session) readUndone(of *undone) (err error) {
	if of.run == nil || of.executed != nil {
		return nil
	}
	of.executed, err = s.executed(of)
	return err
}

// executed is what a run did, by its journal, and when.
func (s *session) executed(of *undone) (map[string]time.Time, error) {
	p, entries, _, err := readRun(of.run)
	if err != nil {
		return nil, err
	}
	if err := s.complete(of.run, p, entries); err != nil {
		return nil, err
	}
	of.plan = p
	s.app.lean(len(p.Changes), 0)
	if open := apply.Unsettled(p, entries); len(open) > 0 {
		return nil, &codeError{code: exitError, hint: "reseat apply --resume " + shellWord(of.name()),
			err: fmt.Errorf("run %s was cut off, and what became of %s is not known yet", of.run.Name(), counted(len(open), "change"))}
	}
	for _, c := range apply.Doubtful(p, entries) {
		fmt.Fprintf(s.app.err, "note: %s is left out: somebody changed it while the run was at work\n",
			render.Clean(c.User.UserPrincipalName+" "+c.Product.PartNumber))
	}
	done := apply.Executed(p, entries)
	if left := len(p.Executable()) - len(done) - len(apply.Doubtful(p, entries)); left > 0 {
		fmt.Fprintf(s.app.err, "note: run %s did not make %s of its plan; an undo leaves those alone\n", of.run.Name(), counted(left, "change"))
	}
	executed := make(map[string]time.Time, len(done))
	for _, d := range done {
		executed[d.Change.ID] = d.At
	}
	return executed, nil
}

// undoAgain makes an undo plan anew, from the run it says it takes back: that
// run, not the file, says what there is to reverse. The file's word for it is
// the name of a run in our own state folder; only the operator may name another
// place, or the plan file from which it was made.
func (s *session) undoAgain(ctx context.Context, j *job, in plan.Input) (*plan.Made, error) {
	of, err := s.undoneAgain(j)
	if err != nil {
		return nil, err
	}
	made, err := s.undoPlan(ctx, of, in)
	if err != nil {
		return nil, err
	}
	if u := j.plan.Undoes; made.Plan.Undoes.Changes != u.Changes || made.Plan.Undoes.Plan != u.Plan || u.Run != "" && made.Plan.Undoes.Run != u.Run {
		return nil, refused("", "undo plan %s is not of %s", j.plan.ID, of.called())
	}
	return made, nil
}

// undoneAgain finds what an undo plan is held against.
func (s *session) undoneAgain(j *job) (*undone, error) {
	name, where := j.plan.Undoes.Run, j.undone
	alone := name == ""
	switch {
	case where == "" && alone:
		return nil, refused("say which plan it was made from: --run PLANFILE",
			"undo plan %s was made from a plan file alone, and is held against that", j.plan.ID)
	case where == "" && !isRunName(name):
		return nil, refused("", "undo plan %s names no run: %q", j.plan.ID, name)
	case where == "":
		where = name
	case isFile(where) && alone:
		return s.undoneBy(where)
	case isFile(where):
		return nil, refused("say where the run's folder is: --run PATH", "undo plan %s was made from the journal of run %s, and %s is a file", j.plan.ID, name, where)
	}
	run, err := s.store.OpenRun(where)
	if err != nil {
		return nil, &codeError{code: exitRefused, err: fmt.Errorf("undo plan %s: %w", j.plan.ID, err),
			hint: "say where the run's folder is: --run PATH"}
	}
	return &undone{run: run, where: where}, nil
}

// undoneBy is what a plan file says was undone, or where its run is known here
// what that run's journal says: it may have done less.
func (s *session) undoneBy(file string) (*undone, error) {
	p, err := readPlan(file)
	if err != nil {
		return nil, err
	}
	run, where, err := s.runOf(p, file)
	if err != nil || run == nil {
		return &undone{plan: p, where: file}, err
	}
	fmt.Fprintf(s.app.err, "note: plan %s was carried out by run %s, whose journal says what it did\n", p.ID, run.Name())
	return &undone{run: run, plan: p, where: where}, nil
}

// isRunName reports whether a text is a run's name, and so no path.
func isRunName(s string) bool {
	return !strings.ContainsAny(s, `/\:`) && strings.Trim(s, ".") != "" && !startOf(s).IsZero()
}
