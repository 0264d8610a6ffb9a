package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

// An undone is what is taken back: a run, or a plan of which no run is there.
type undone struct {
	run   *state.Run // nil: the plan alone
	plan  *plan.Plan
	where string // what the operator called it, if that is a path
	// executed is what the run did, and when, by the ids of changes; nil: not read yet.
	executed map[string]time.Time
}

// called is how people call it.
func (u *undone) called() string {
	switch {
	case u.run != nil:
		return "run " + u.run.Name()
	case u.plan != nil:
		return "plan " + u.plan.ID
	}
	return u.where
}

// name is how a command names the run.
func (u *undone) name() string {
	if u.where != "" {
		return u.where
	}
	return u.run.Name()
}

// undoOf finds what the operator names: a run of ours, the folder of one, or a
// plan file.
func (s *session) undoOf(name string) (*undone, error) {
	if !isRunName(name) && isFile(name) {
		return s.undoOfPlan(name)
	}
	run, err := s.store.OpenRun(name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) && isRunName(name) {
			err = fmt.Errorf("%w; if another machine carried it out, name a copy of its folder, or where that is lost the plan file", err)
		}
		return nil, &codeError{code: exitError, err: err, hint: "reseat runs"}
	}
	of := &undone{run: run}
	if !isRunName(name) {
		of.where = name
	}
	return of, nil
}

// undoOfPlan finds the run of a plan file; where there is none, the plan stands
// for it.
func (s *session) undoOfPlan(file string) (*undone, error) {
	p, err := readPlan(file)
	if err != nil {
		return nil, err
	}
	run, where, err := s.runOf(p, file)
	if err != nil {
		return nil, err
	}
	if run != nil {
		fmt.Fprintf(s.app.err, "note: plan %s was carried out by run %s, whose journal says what it did\n", p.ID, run.Name())
		return &undone{run: run, plan: p, where: where}, nil
	}
	if p.Mode == plan.ModeUndo {
		return nil, refused("reseat apply "+shellWord(file),
			"%s is an undo plan itself, and the run that carried it out is not here: to take that back name its run or its folder; to give back, apply it", file)
	}
	return &undone{plan: p, where: file}, nil
}

// runOf is the run that carried a plan out: that whose folder the file lies in,
// or one of ours; nil if there is none.
func (s *session) runOf(p *plan.Plan, file string) (run *state.Run, where string, err error) {
	if dir := filepath.Dir(file); filepath.Base(file) == "plan.json" && isFile(filepath.Join(dir, "undo.json")) {
		where = dir + string(filepath.Separator)
		if run, err = s.store.OpenRun(where); err == nil {
			return run, where, nil
		}
	}
	by, used, err := s.store.Used(p.ID)
	if err != nil {
		return nil, "", err
	}
	if used {
		run, err = s.store.OpenRun(by)
		if errors.Is(err, fs.ErrNotExist) {
			fmt.Fprintf(s.app.err, "note: run %s carried plan %s out, and its folder is not in %s\n", by, p.ID, s.store.Path("runs"))
			return nil, "", nil
		}
		return run, "", err
	}
	infos, err := s.store.Runs()
	if err != nil {
		return nil, "", err
	}
	for _, i := range infos {
		if i.Plan == p.ID && i.Fault == "" {
			run, err = s.store.OpenRun(i.Name)
			return run, "", err
		}
	}
	return nil, "", nil
}
