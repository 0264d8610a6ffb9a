package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/internal/state"
)

func (a *app) unlockCmd() *cobra.Command {
	return a.completes(described(&cobra.Command{
		Use:   "unlock ID [DIR]",
		Short: "Remove a lock that outlived its owner",
		Args:  arguments(1, 2),
		RunE:  func(_ *cobra.Command, args []string) error { return a.unlock(args[0], dirOf(args[1:])) },
	}, "Removes the lock of a run that is at work nowhere any more. ID is the lock's, as `reseat runs` and the\n"+
		"error of a locked apply show it. A run on this host that is still at work keeps its lock; whether one\n"+
		"on another host has ended cannot be seen from here: the id is your word that it has.",
		"  reseat unlock 0123456789abcdef contoso", exitOK, exitError, exitLocked), false, lockIDs)
}

func (a *app) unlock(id, dir string) error {
	store, err := a.storeOf(dir)
	if err != nil {
		return err
	}
	was, err := store.Unlock(id)
	var wrong *state.WrongLockError
	switch {
	case errors.As(err, &wrong):
		return &codeError{code: exitError, err: err, hint: "reseat unlock " + wrong.Locked.ID()}
	case errors.Is(err, state.ErrNotLocked):
		return &codeError{code: exitError, err: err, hint: "reseat runs"}
	case err != nil:
		return err
	}
	if _, err := fmt.Fprintf(a.out, "removed the lock %s\n", id); err != nil {
		return fmt.Errorf("write to stdout: %w", err)
	}
	if !was.Dead {
		fmt.Fprintln(a.err, render.Clean("note: whether its holder has ended cannot be told from here ("+was.Error()+"); if it is at work, it stops before its next batch"))
	}
	return a.leftOpen(store, was.Record.Run)
}

// leftOpen says what a run whose lock is gone left behind.
func (a *app) leftOpen(store *state.Store, name string) error {
	if name == "" {
		return nil
	}
	run, err := store.OpenRun(name)
	if err != nil {
		fmt.Fprintln(a.err, "note:", render.Clean(err.Error())+": what it left open is not known")
		return nil
	}
	p, entries, _, err := readRun(run)
	switch {
	case err != nil:
		fmt.Fprintln(a.err, "note: what the run left open is not known:", render.Clean(err.Error()))
	case len(entries) == 0:
		fmt.Fprintf(a.err, "note: run %s sent nothing\n", name)
	default:
		unknown := len(apply.Unsettled(p, entries))
		left := len(p.Executable()) - len(apply.Executed(p, entries)) - len(apply.Doubtful(p, entries)) - unknown
		fmt.Fprintf(a.err, "note: run %s left %s of unknown fate and %d that it did not come to; `%sreseat apply --resume %s%s` finds out and does the rest\n",
			name, counted(unknown, "change"), left, a.before(), name, a.place)
	}
	return nil
}

// lockPause is how long a wait for the lock lasts between two looks.
const lockPause = time.Second

// release gives the tenant free. A lock that was lost is no error once more: what
// it stopped is in the report.
func (s *session) release(l *state.Lock) error {
	err := l.Release()
	if errors.Is(err, state.ErrLost) {
		fmt.Fprintln(s.app.err, "note:", render.Clean(err.Error()))
		return nil
	}
	return err
}

// waitForLock lets a session wait for so long for who holds the tenant.
func (s *session) waitForLock(ctx context.Context, d time.Duration) {
	s.lockTimeout = d
	s.lockPause = func(d time.Duration) error { return s.app.pause(ctx, d) }
}

// takeLock takes the lock. Who holds it is waited for as long as was asked for,
// unless it has ended: then nobody will give it free.
func (s *session) takeLock(operation, run string) (*state.Lock, error) {
	want := state.LockRecord{Operation: operation, Run: run, Who: s.app.who(), Version: s.app.version}
	for waited := time.Duration(0); ; waited += lockPause {
		l, err := s.store.Lock(want, s.app.now())
		var locked *state.LockedError
		if !errors.As(err, &locked) || locked.Dead || waited >= s.lockTimeout {
			return l, err
		}
		if waited == 0 {
			fmt.Fprintf(s.app.err, "waiting for up to %s: %s\n", s.lockTimeout, render.Clean(locked.Error()))
		}
		if err := s.lockPause(min(lockPause, s.lockTimeout-waited)); err != nil {
			return nil, err
		}
		if run == "" { // a resume settles what was sent even so
			if err := s.app.refuseStopped(s.folder.dir, s.store, ""); err != nil {
				return nil, err
			}
		}
	}
}

// pause waits for d.
func (a *app) pause(ctx context.Context, d time.Duration) error {
	if a.wait != nil {
		return a.wait(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
