package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

// resume takes up a run that was cut off. What was sent is settled with any
// plan; to send more the plan must still be valid.
func (a *app) resume(ctx context.Context, name, dir string, f applyFlags, outs []output) (err error) {
	s, err := a.open(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	run, err := s.store.OpenRun(name)
	if err != nil {
		return &codeError{code: exitError, err: err, hint: "reseat runs"}
	}
	s.waitForLock(ctx, f.patience)
	return s.locked("apply --resume "+name, run.Name(), func(l *state.Lock) error {
		j := &job{outs: outs, run: run, lock: l, undone: f.run}
		return s.takeUp(ctx, j)
	})
}

func (s *session) takeUp(ctx context.Context, j *job) error {
	whole := 0
	var err error
	if j.plan, j.history, whole, err = readRun(j.run); err != nil {
		return err
	}
	j.again = func() (*plan.Plan, error) { return planOf(j.run) }
	s.app.lean(len(j.plan.Changes), 0)
	if err := s.complete(j.run, j.plan, j.history); err != nil {
		return err
	}
	noted, err := s.noted(j)
	if err != nil {
		return err
	}
	if report := finished(j); report != nil && noted {
		fmt.Fprintf(s.app.err, "run %s is finished: nothing of it is left to be taken up\n", j.run.Name())
		return errors.Join(s.catchUp(ctx, j, report), s.app.showReport(report, j.plan, s.folder.dir, j.undone, j.outs), outcomeCode(report))
	}
	if len(j.history) == 0 {
		if err := s.app.refuseStopped(s.folder.dir, s.store, ""); err != nil {
			return err
		}
	}
	s.keepLock = len(j.history) > 0
	if err := j.run.KeepJournal(int64(whole)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := s.fresh(j.plan, j.run.Name()); err != nil {
		var no *codeError
		if len(j.history) == 0 || !errors.As(err, &no) || no.code != exitRefused {
			return err // nothing was sent: the plan is refused like any other
		}
		fmt.Fprintf(s.app.err, "note: %v: what was sent is settled, nothing more is sent\n", err)
		j.settleOnly = true
	}
	items, err := s.sift(ctx, j)
	if err != nil {
		return err
	}
	if len(j.history) == 0 {
		if done, err := s.nothingToDo(ctx, j, items); done {
			return err
		}
	}
	return s.execute(ctx, j, items)
}

// finished is the report of a run of which nothing is left to be found out or
// to be done; nil for any other. Taking it up again would only make what others
// did since look like its own work.
func finished(j *job) *plan.Report {
	r, err := readReport(j.run)
	if err != nil || len(apply.Unsettled(j.plan, j.history)) > 0 {
		return nil
	}
	told := apply.Account(j.plan, j.run.Name(), j.history).Summary // the report may not say what the journal does
	open := max(r.Summary.NotReached+r.Summary.Unknown, told.NotReached+told.Unknown) - apply.Closed(j.plan, j.history)
	if r.Summary.Interrupted || r.Summary.Stopped != "" || open > 0 {
		return nil
	}
	return r
}

// noted reports whether the ledger knows of every seat that the run took. One that
// knows nothing of the run is another's, or gone, and is left as it is.
func (s *session) noted(j *job) (bool, error) {
	used, removed, _, err := s.store.LedgerOf(j.run.Name())
	if err != nil || !used {
		return true, err
	}
	known := map[state.Seat]bool{}
	for _, seat := range removed {
		known[seat] = true
	}
	for _, d := range apply.Executed(j.plan, j.history) {
		if d.Change.Lost() && !known[state.Seat{User: d.Change.Request, SKU: d.Change.SKU()}] {
			return false, nil
		}
	}
	return true, nil
}

// catchUp writes the baseline that a finished run could not write, as on a full
// disk: without it the next plan takes what the run did for others' work.
func (s *session) catchUp(ctx context.Context, j *job, report *plan.Report) error {
	base, err := s.store.Baseline()
	if err != nil || base != nil && !base.ReadAt.Before(report.EndedAt.Truncate(time.Second)) {
		return err
	}
	if err := s.readNow(ctx, j); err != nil {
		return err
	}
	return s.saveBaseline(ctx, j, report)
}

// unfinished reports whether a run can be taken up: whether something of it is
// left to be found out or to be done, as far as its folder can be read.
func (s *session) unfinished(name string) bool {
	run, err := s.store.OpenRun(name)
	if err != nil {
		return false
	}
	j := &job{run: run}
	if j.plan, j.history, _, err = readRun(run); err != nil {
		return false
	}
	return finished(j) == nil
}

// outcomeCode is the exit code of a run by what became of its changes.
func outcomeCode(r *plan.Report) error {
	for _, o := range r.Outcomes {
		if o.Status != plan.Done && o.Class != plan.Already {
			return &codeError{code: exitPartly}
		}
	}
	return nil
}

// planOf reads a run's plan.
func planOf(run *state.Run) (*plan.Plan, error) {
	file, err := run.OpenPlan()
	if err != nil && run.Unsent() {
		return nil, unsent(run)
	}
	if err != nil {
		return nil, err
	}
	p, err := plan.DecodeFrom(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("plan of run %s: %w", run.Name(), err)
	}
	return p, nil
}

// A line of a journal has about so many bytes, and for so many lines there is room
// made on the file's word.
const (
	lineOfJournal = 250
	mostForetold  = 1 << 19
)

// readRun reads a run's plan and journal, and changes nothing: the run may be
// at work. whole is how many bytes of the journal are whole lines.
func readRun(run *state.Run) (p *plan.Plan, entries []apply.Entry, whole int, err error) {
	if p, err = planOf(run); err != nil {
		return nil, nil, 0, err
	}
	if entries, whole, err = journalOf(run, p); err != nil {
		return nil, nil, 0, err
	}
	return p, entries, whole, nil
}

// journalOf reads the journal of a run of p; one that is not there is empty.
func journalOf(run *state.Run, p *plan.Plan) (entries []apply.Entry, whole int, err error) {
	size, err := run.JournalSize()
	if err != nil {
		return nil, 0, err
	}
	file, err := run.OpenJournal()
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	entries, whole, err = apply.DecodeJournalFrom(p, file, int(min(size/lineOfJournal, mostForetold)))
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, 0, fmt.Errorf("journal of run %s: %w", run.Name(), err)
	}
	return entries, whole, nil
}

// complete refuses a run whose journal lost lines: the ledger knows of more
// than it tells. A journal that is gone is not "nothing was done".
func (s *session) complete(run *state.Run, p *plan.Plan, entries []apply.Entry) error {
	used, removed, _, err := s.store.LedgerOf(run.Name())
	if err != nil {
		return err
	}
	told := map[state.Seat]bool{}
	for _, e := range entries {
		for _, sku := range e.Remove {
			told[state.Seat{User: e.User, SKU: sku}] = true
		}
	}
	lost := slices.ContainsFunc(removed, func(x state.Seat) bool { return !told[x] })
	if lost || used && len(entries) == 0 {
		return fmt.Errorf("the journal of run %s lost lines: the ledger knows of more than it tells; restore %s from a copy", run.Name(), run.Dir())
	}
	return nil
}

// unsent is the error of a run that was cut off while its folder was made.
func unsent(run *state.Run) error {
	return &codeError{code: exitError, hint: "reseat runs",
		err: fmt.Errorf("run %s was cut off before it sent anything: there is nothing to take up, show or undo", run.Name())}
}
