package main

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

func (a *app) runsCmd() *cobra.Command {
	var formats []string
	c := described(&cobra.Command{
		Use:   "runs [DIR]",
		Short: "List the runs of a tenant, newest first",
		Args:  atMost(1),
		RunE:  func(_ *cobra.Command, args []string) error { return a.runs(dirOf(args), formats) },
	}, "Lists what was applied, newest first, and the lock if somebody holds it.",
		"  reseat runs contoso", exitOK, exitError)
	c.Flags().StringArrayVarP(&formats, "output", "o", nil, "text or json, with =FILE to a file")
	return c
}

func (a *app) runs(dir string, formats []string) error {
	outs, err := outputs(formats)
	if err != nil {
		return err
	}
	store, err := state.Open(a.stateDir(dir), a.log)
	if err != nil {
		return err
	}
	infos, err := store.Runs()
	if err != nil {
		return err
	}
	lock, held, err := store.Holder()
	if err != nil {
		return err
	}
	doc, err := documentOf(struct {
		Runs []state.RunInfo   `json:"runs"`
		Lock *state.LockRecord `json:"lock"`
	}{append([]state.RunInfo{}, infos...), lockOrNil(lock, held)})
	if err != nil {
		return err
	}
	return a.emit(outs, doc, func(w *bytes.Buffer, o render.Options) error {
		return render.Runs(w, runRows(infos, lock, held), o)
	})
}

func lockOrNil(lock state.LockRecord, held bool) *state.LockRecord {
	if !held {
		return nil
	}
	return &lock
}

// runRows are runs as people see them.
func runRows(infos []state.RunInfo, lock state.LockRecord, held bool) []render.Run {
	rows := make([]render.Run, 0, len(infos))
	for _, i := range infos {
		row := render.Run{Name: i.Name, Plan: i.Plan, State: string(i.State), Started: startOf(i.Name)}
		if i.Fault != "" {
			row.State = "unreadable: " + i.Fault
		}
		if s := i.Summary; s != nil {
			row.Done, row.Failed, row.Left = s.Done+s.Already, s.Failed+s.Unknown, s.NotReached+s.Skipped
		}
		if held && lock.Run == i.Name {
			row.Lock = lock.ID
		}
		rows = append(rows, row)
	}
	return rows
}

// startOf is the time in a run's name; zero if there is none.
func startOf(run string) time.Time {
	stamp, _, _ := strings.Cut(run, "-")
	t, err := time.Parse("20060102T150405Z", stamp)
	if err != nil {
		return time.Time{}
	}
	return t
}

// lock takes the tenant for this process.
func (s *session) lock(operation, run string) (*state.Lock, error) {
	who := s.app.env("USER")
	if who == "" {
		who = s.app.env("USERNAME")
	}
	return s.store.Lock(state.LockRecord{Operation: operation, Run: run, Who: who, Version: s.app.version}, s.app.now())
}

// ledger notes what a batch took, for the limits of the next 24 hours.
func (s *session) ledger(j *job, taken []plan.Outcome) error {
	counted := j.now.Counted(j.plan)
	var seats []state.Seat
	for _, o := range taken {
		if counted[string(o.User)+"/"+string(o.SKU)] {
			seats = append(seats, state.Seat{User: o.User, SKU: o.SKU})
		}
	}
	if len(seats) == 0 {
		return nil
	}
	if err := s.store.Removed(j.run.Name(), seats, s.app.now()); err != nil {
		return fmt.Errorf("note removals: %w", err)
	}
	return nil
}

// givenBack takes what an undo gave back out of the count of the run that took it.
func (s *session) givenBack(j *job, report *plan.Report) error {
	if j.plan.Undoes == nil {
		return nil
	}
	var seats []state.Seat
	for _, o := range report.Outcomes {
		if o.Action == plan.Assign && (o.Status == plan.Done || o.Class == plan.Already) {
			seats = append(seats, state.Seat{User: o.User, SKU: o.SKU})
		}
	}
	if len(seats) == 0 {
		return nil
	}
	if err := s.store.Undone(j.plan.Undoes.Run, seats, s.app.now()); err != nil {
		return fmt.Errorf("note what was given back: %w", err)
	}
	return nil
}
