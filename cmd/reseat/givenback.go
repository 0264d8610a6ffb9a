package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

// givenBack notes what a run gave back, and what it took of that which undos gave
// back: what was given back is out of the count of the run that took it, and the
// statement that took it does not take it again.
func (s *session) givenBack(j *job, report *plan.Report) error {
	if err := s.retaken(j, report); err != nil {
		return fmt.Errorf("note what was taken again: %w; resume the run to note it", err)
	}
	if j.plan.Undoes == nil {
		return nil
	}
	if err := s.returned(j, report); err != nil {
		return fmt.Errorf("note what was given back: %w; resume the run to note it", err)
	}
	var seats []state.Seat
	for _, o := range report.Outcomes {
		if o.Action == plan.Assign && (o.Status == plan.Done || o.Class == plan.Already) {
			seats = append(seats, state.Seat{User: o.User, SKU: o.SKU})
		}
	}
	run, err := s.undoneRun(j.plan)
	if err == nil && run != "" && len(seats) > 0 {
		err = s.store.Undone(run, seats, s.app.now())
	}
	if err == nil {
		err = j.run.Given()
	}
	if err != nil {
		return fmt.Errorf("note what was given back: %w; resume the run to note it", err)
	}
	return nil
}

// undoneRun is the run whose removals no longer count once an undo plan is
// carried out: one that was made from a plan alone does not know, but the ledger
// may. Empty is none.
func (s *session) undoneRun(p *plan.Plan) (string, error) {
	if p.Undoes.Run != "" {
		return p.Undoes.Run, nil
	}
	by, _, err := s.store.Used(p.Undoes.Plan)
	return by, err
}

// returned notes the statements that would take again what an undo gave back.
func (s *session) returned(j *job, report *plan.Report) error {
	given := map[state.Seat]bool{}
	for _, o := range report.Outcomes {
		given[state.Seat{User: o.User, SKU: o.SKU}] = o.Status == plan.Done || o.Class == plan.Already
	}
	seats := slices.DeleteFunc(j.now.GivesBack(j.plan, j.run.Name(), s.app.now()), func(g plan.GivenBack) bool {
		return !given[state.Seat{User: g.User, SKU: g.SKU}]
	})
	return s.store.Returned(seats)
}

// retaken notes what a run took: of that, nothing is given back any longer.
func (s *session) retaken(j *job, report *plan.Report) error {
	takes := map[state.Seat]bool{}
	for _, c := range j.plan.Executable() {
		takes[state.Seat{User: c.Request, SKU: c.SKU()}] = c.Takes()
	}
	var seats []state.Seat
	for _, o := range report.Outcomes {
		if seat := (state.Seat{User: o.User, SKU: o.SKU}); o.Status == plan.Done && takes[seat] {
			seats = append(seats, seat)
		}
	}
	return s.store.Retaken(j.run.Name(), seats, s.app.now())
}

// giving notes, before anything is sent, what runs gave back that were cut off,
// and for an undo what it may give back itself: should it be cut off, that is
// known without it being taken up.
func (s *session) giving(j *job) error {
	cut, err := s.cutShort()
	if err == nil {
		err = s.store.Returned(cut)
	}
	if err == nil && j.plan.Undoes != nil && j.now != nil {
		err = j.run.WriteGiving(j.now.GivesBack(j.plan, j.run.Name(), s.app.now()))
	}
	if err != nil {
		return fmt.Errorf("note what is given back: %w; nothing was sent", err)
	}
	return nil
}

// cutShort is what undo runs gave back, or may have, that did not come to tell
// the ledger. Where a journal cannot be read that may be everything.
func (s *session) cutShort() ([]plan.GivenBack, error) {
	runs, err := s.store.StillGiving()
	if err != nil {
		return nil, err
	}
	var all []plan.GivenBack
	for _, run := range runs {
		may, err := run.Giving()
		if errors.Is(err, fs.ErrNotExist) {
			continue // it has come to tell the ledger just now
		}
		if err != nil {
			return nil, err
		}
		p, entries, _, err := readRun(run)
		if err != nil {
			s.app.log.Warn("a run that gave back cannot be read", "run", run.Name(), "error", err)
			all = append(all, may...)
			continue
		}
		given := map[state.Seat]bool{}
		note := func(c *plan.Change) { given[state.Seat{User: c.Request, SKU: c.SKU()}] = true }
		for _, d := range apply.Executed(p, entries) {
			note(d.Change)
		}
		for _, c := range slices.Concat(apply.Unsettled(p, entries), apply.Doubtful(p, entries)) {
			note(&c)
		}
		all = append(all, slices.DeleteFunc(may, func(g plan.GivenBack) bool { return !given[state.Seat{User: g.User, SKU: g.SKU}] })...)
	}
	return s.store.NotReturned(all)
}
