package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

func (a *app) runsCmd() *cobra.Command {
	var formats []string
	c := described(&cobra.Command{
		Use:   "runs [DIR]",
		Short: "List the runs of a tenant, newest first",
		Args:  arguments(0, 1),
		RunE:  func(_ *cobra.Command, args []string) error { return a.runs(dirOf(args), formats) },
	}, "Lists what was applied, newest first: by whom, how far, and what to type for a run that can be resumed;\n"+
		"the lock if somebody holds it, with the id that unlock takes; and the stop switch if it is set.",
		"  reseat runs contoso\n  reseat runs contoso -o json", exitOK, exitError)
	c.Flags().StringArrayVarP(&formats, "output", "o", nil, "text or json, with =FILE to a file")
	return c
}

// storeOf opens the state of a folder that is one.
func (a *app) storeOf(dir string) (*state.Store, error) {
	a.at(dir)
	if _, err := os.Stat(filepath.Join(dir, "reseat.yaml")); err != nil && a.opts.state == "" {
		return nil, &codeError{code: exitError, err: fmt.Errorf("%s is no tenant's folder: %w", dir, err), hint: "name a folder that has a reseat.yaml"}
	}
	return state.Open(a.stateDir(dir), a.log)
}

func (a *app) runs(dir string, formats []string) error {
	outs, err := outputs(formats)
	if err != nil {
		return err
	}
	store, err := a.storeOf(dir)
	if err != nil {
		return err
	}
	infos, err := store.Runs()
	if err != nil {
		return err
	}
	lock, held, err := store.Holder()
	unreadable := ""
	var locked *state.LockedError
	switch {
	case errors.As(err, &locked): // it locks all the same, and says nothing of runs
		lock, held, unreadable = state.LockRecord{ID: locked.ID()}, true, locked.Error()
	case err != nil:
		return err
	}
	doc, err := documentOf(struct {
		Runs []state.RunInfo   `json:"runs"`
		Lock *state.LockRecord `json:"lock"`
		Stop string            `json:"stop"` // why nothing is sent now; empty if it may be
	}{append([]state.RunInfo{}, infos...), lockOrNil(lock, held), a.stopText(dir, store)})
	if err != nil {
		return err
	}
	return a.emit(outs, doc, func(w *bytes.Buffer, o render.Options) error {
		a.headStop(w, a.stopText(dir, store))
		rows := runRows(store, a.now(), infos, lock, held)
		o.Next, o.Held = resumeNext(rows, a.place), cmp.Or(unreadable, holding(lock, held))
		return render.Runs(w, rows, o)
	})
}

// resumeNext is the command that takes up the newest run that can be, or empty.
func resumeNext(rows []render.Run, place string) string {
	for _, r := range rows {
		if r.State == string(state.Interrupted) || r.State == string(state.Resumable) {
			return "reseat apply --resume " + r.Name + place
		}
	}
	return ""
}

// holding says who holds the lock without a run yet; a run's own row says it else.
func holding(lock state.LockRecord, held bool) string {
	if !held || lock.Run != "" {
		return ""
	}
	return fmt.Sprintf("locked by %s of %s on %s since %s, lock %s", lock.Operation, lock.Who, lock.Host, lock.Created.UTC().Format("2006-01-02 15:04 UTC"), lock.ID)
}

func lockOrNil(lock state.LockRecord, held bool) *state.LockRecord {
	if !held {
		return nil
	}
	return &lock
}

// runRows are runs as people see them.
func runRows(store *state.Store, now time.Time, infos []state.RunInfo, lock state.LockRecord, held bool) []render.Run {
	rows := make([]render.Run, 0, len(infos))
	for _, i := range infos {
		row := render.Run{Name: i.Name, Plan: i.Plan, State: string(i.State), Started: startOf(i.Name)}
		if i.By != nil {
			row.By, row.Started, row.Resumes = byWhom(i.By), i.Started, i.Resumes
		}
		if i.Fault != "" {
			row.State = "unreadable: " + i.Fault
		}
		switch s := i.Summary; {
		case i.State == state.Unsent:
			row.State = "nothing sent"
		case s != nil:
			row.Done, row.Failed, row.Left = s.Done+s.Already, s.Failed+s.Unknown, s.NotReached+s.Skipped
			if i.State == state.Resumable && s.Unknown == 0 && expired(store, i.Name, now) {
				row.State = "expired"
			}
		case i.Fault == "":
			countRun(store, &row)
		}
		if held && lock.Run == i.Name {
			row.Lock = lock.ID
		}
		rows = append(rows, row)
	}
	return rows
}

// byWhom is who began a run.
func byWhom(p *plan.RunPart) string {
	who := string(p.Actor.Kind) + " " + cmp.Or(p.Actor.Name, p.Actor.ID)
	return fmt.Sprintf("%s, %s on %s", who, cmp.Or(p.Who, "an unknown user"), cmp.Or(p.Host, "an unknown host"))
}

// expired reports whether a run's plan may no longer be applied: what is left
// of it is left.
func expired(store *state.Store, name string, now time.Time) bool {
	run, err := store.OpenRun(name)
	if err != nil {
		return false
	}
	p, _, _, err := readRun(run)
	return err == nil && !now.Before(p.ValidUntil)
}

// countRun counts what a run without a report did, by its journal.
func countRun(store *state.Store, row *render.Run) {
	run, err := store.OpenRun(row.Name)
	var p *plan.Plan
	var entries []apply.Entry
	if err == nil {
		p, entries, _, err = readRun(run)
	}
	if err != nil {
		row.State = "unreadable: " + err.Error()
		return
	}
	sum := apply.Account(p, row.Name, entries).Summary
	row.Done, row.Failed, row.Left = sum.Done+sum.Already, sum.Failed+sum.Unknown, sum.NotReached+sum.Skipped
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

// locked does something while this process holds the tenant.
func (s *session) locked(operation, run string, do func(*state.Lock) error) (err error) {
	l, err := s.takeLock(operation, run)
	if err != nil {
		return err
	}
	defer func() {
		if !s.keepLock {
			err = errors.Join(err, s.release(l))
		}
	}()
	return do(l)
}

// who is the name that a lock shows.
func (a *app) who() string {
	for _, name := range []string{"USER", "USERNAME"} {
		if v := a.env(name); v != "" {
			return v
		}
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

// ledger notes what a batch took: swaps and free products too, which do not
// count for the limits.
func (s *session) ledger(j *job, taken []plan.Outcome) error {
	var seats []state.CountedSeat
	for _, o := range taken {
		seats = append(seats, state.CountedSeat{Seat: state.Seat{User: o.User, SKU: o.SKU}, Counted: j.counted[string(o.User)+"/"+string(o.SKU)]})
	}
	if err := j.takings.Note(seats, s.app.now()); err != nil {
		return fmt.Errorf("note removals: %w", err)
	}
	return nil
}
