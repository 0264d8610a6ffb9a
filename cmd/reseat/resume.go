package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

// resume takes up a run that was cut off. What was sent is settled with any
// plan; to send more the plan must still be valid.
func (a *app) resume(ctx context.Context, name, dir string, outs []output) (err error) {
	s, err := a.open(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	run, err := s.store.OpenRun(name)
	if err != nil {
		return err
	}
	lock, err := s.lock("apply --resume", run.Name())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	j := &job{outs: outs, run: run}
	if j.plan, j.history, err = loadRun(run); err != nil {
		return err
	}
	now := a.now()
	j.settleOnly = !now.Before(j.plan.ValidUntil) || j.plan.Summary.Verdict == plan.Guarded
	if j.settleOnly {
		fmt.Fprintf(a.err, "plan %s was valid until %s: what was sent is settled, nothing more is sent\n", j.plan.ID, j.plan.ValidUntil)
	}
	items, err := s.sift(ctx, j)
	if err != nil {
		return err
	}
	return s.execute(ctx, j, items)
}

// loadRun reads a run's plan and journal, and cuts a torn last line off.
func loadRun(run *state.Run) (*plan.Plan, []apply.Entry, error) {
	data, err := run.ReadPlan()
	if err != nil {
		return nil, nil, err
	}
	p, err := plan.Decode(data)
	if err != nil {
		return nil, nil, fmt.Errorf("plan of run %s: %w", run.Name(), err)
	}
	lines, err := run.ReadJournal()
	if errors.Is(err, os.ErrNotExist) {
		return p, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	entries, whole, err := apply.DecodeJournal(p, lines)
	if err != nil {
		return nil, nil, fmt.Errorf("journal of run %s: %w", run.Name(), err)
	}
	return p, entries, run.KeepJournal(int64(whole))
}
