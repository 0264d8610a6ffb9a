package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/internal/state"
)

// stopFile beside reseat.yaml stops like the switch in the state folder: it can
// be committed, so that whoever applies from that branch is stopped.
const stopFile = "STOP"

// mostReason is how much of a reason is kept, in characters.
const mostReason = 300

func (a *app) stopCmd() *cobra.Command {
	var reason string
	var off bool
	c := described(&cobra.Command{
		Use:   "stop [DIR]",
		Short: "Let nothing more be sent to a tenant, until it is cleared",
		Args:  arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case off && cmd.Flags().Changed("reason"):
				return usage("--reason goes with setting the switch, not with --clear")
			case off:
				return a.clearStop(dirOf(args))
			}
			return a.setStop(dirOf(args), reason)
		},
	}, "Sets the stop switch of a tenant: an apply that begins is refused, and one that is at work with the\n"+
		"same state folder stops before its next batch, to be resumed later. Plans can still be made.\n"+
		"A file named STOP beside reseat.yaml stops as well, and so does RESEAT_STOP in the environment.",
		"  reseat stop contoso --reason 'wrong people in wave 2'\n  reseat stop --clear contoso", exitOK, exitError)
	c.Flags().StringVar(&reason, "reason", "", "why, for those who are stopped")
	c.Flags().BoolVar(&off, "clear", false, "take the switch away")
	return c
}

// setStop sets the switch and says whom it stops.
func (a *app) setStop(dir, reason string) error {
	store, err := a.storeOf(dir)
	if err != nil {
		return err
	}
	now, was, err := store.SetStop(state.Stop{At: a.now(), Who: shortened(a.who()), Reason: shortened(reason)})
	if err != nil {
		return &codeError{code: exitError, err: err, hint: "stop it by a file named STOP beside reseat.yaml, or by RESEAT_STOP=1"}
	}
	text := "the stop switch is set"
	if was {
		text = "the stop switch was set before"
	}
	if _, err := fmt.Fprintf(a.out, "%s%s: nothing more is sent until `%s`\n", text, setBy(now), a.before()+"reseat stop --clear"+a.place); err != nil {
		return fmt.Errorf("write to stdout: %w", err)
	}
	locked, err := store.Locked()
	switch {
	case err != nil:
		fmt.Fprintln(a.err, "note: whether a run is at work is not known:", render.Clean(err.Error()))
	case locked != nil && locked.Alive:
		fmt.Fprintf(a.err, "note: %s: it stops before its next batch\n", render.Clean(locked.Error()))
	case locked != nil && !locked.Dead:
		fmt.Fprintf(a.err, "note: %s: it stops before its next batch, if it is at work\n", render.Clean(locked.Error()))
	}
	return nil
}

// clearStop takes the switch away; what else still stops is an error.
func (a *app) clearStop(dir string) error {
	store, err := a.storeOf(dir)
	if err != nil {
		return err
	}
	was, err := store.ClearStop()
	if err != nil {
		return err
	}
	if stop := a.stopped(dir, store); stop != nil {
		return &codeError{code: exitError, err: fmt.Errorf("it is still stopped: %w", stop.err), hint: stop.remedy}
	}
	text := "the stop switch is cleared"
	if !was {
		text = "the stop switch was not set"
	}
	if _, err := fmt.Fprintln(a.out, text); err != nil {
		return fmt.Errorf("write to stdout: %w", err)
	}
	return nil
}

// A stopping is what lets nothing be sent, and what to do about it.
type stopping struct {
	err    error
	remedy string
}

// stopped is why nothing may be sent to the tenant of a folder, or nil. What
// cannot be read stops.
func (a *app) stopped(dir string, store *state.Store) *stopping {
	by, set, err := store.Stopped()
	switch {
	case err != nil:
		return &stopping{fmt.Errorf("the stop switch cannot be read, which stops: %w", err), "reseat stop --clear"}
	case set:
		return &stopping{errors.New("the stop switch is set" + setBy(by)), "reseat stop --clear"}
	}
	file := filepath.Join(dir, stopFile)
	reason, set, err := reasonIn(file)
	switch {
	case err != nil:
		return &stopping{fmt.Errorf("whether %s is there cannot be read, which stops: %w", file, err), "see to " + shellWord(file)}
	case set:
		return &stopping{errors.New("the file " + file + " stops it" + because(reason)), "once it may go on, remove " + shellWord(file)}
	}
	if v := a.env("RESEAT_STOP"); v != "" {
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "0", "false":
			return nil
		case "1", "true", "yes", "":
			v = ""
		}
		return &stopping{errors.New("RESEAT_STOP is set" + because(v)), "once it may go on, unset RESEAT_STOP"}
	}
	return nil
}

// reasonIn is what a file that stops says, and whether it is there. Anything of
// that name stops, but only a regular file is opened.
func reasonIn(file string) (reason string, set bool, err error) {
	info, err := os.Lstat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	}
	if err != nil {
		return "", true, err
	}
	if !info.Mode().IsRegular() {
		return "", true, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return "", true, nil // it is there, which is what it says
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 4<<10))
	if err != nil {
		return "", true, nil
	}
	return string(text), true, nil
}

// setBy tells who set the switch, when and why, as far as it says.
func setBy(s state.Stop) string {
	text := ""
	if who := shortened(s.Who); who != "" {
		text += " by " + who
	}
	if host := shortened(s.Host); host != "" {
		text += " on host " + host
	}
	if !s.At.IsZero() {
		text += " since " + s.At.UTC().Format("2006-01-02 15:04 UTC")
	}
	return text + because(s.Reason)
}

func because(reason string) string {
	if reason = shortened(reason); reason == "" {
		return ""
	}
	return " (" + reason + ")"
}

// shortened is text of others as one harmless line of some length.
func shortened(s string) string {
	s = render.Clean(strings.Join(strings.Fields(s), " "))
	if r := []rune(s); len(r) > mostReason {
		s = string(r[:mostReason-1]) + "…"
	}
	return s
}

// refuseStopped is the end of an apply that the stop switch lets do nothing, or nil.
func (a *app) refuseStopped(dir string, store *state.Store, nothing string) error {
	stop := a.stopped(dir, store)
	if stop == nil {
		return nil
	}
	return &codeError{code: exitLocked, err: fmt.Errorf("%s: %w", cmp.Or(nothing, "nothing was applied"), stop.err), hint: stop.remedy}
}

// mayBegin refuses an apply that begins under the stop switch, before anything
// else is looked at.
func (a *app) mayBegin(dir string) error {
	a.at(dir)
	store, err := state.Open(a.stateDir(dir), a.log)
	if err != nil {
		return err
	}
	return a.refuseStopped(dir, store, "")
}

// maySend is asked before every batch: an error stops the run there.
func (s *session) maySend() error {
	if stop := s.app.stopped(s.folder.dir, s.store); stop != nil {
		return stop.err
	}
	return s.windowOpen()
}

// stopText is why nothing is sent now; empty if it may be.
func (a *app) stopText(dir string, store *state.Store) string {
	stop := a.stopped(dir, store)
	if stop == nil {
		return ""
	}
	return render.Clean(stop.err.Error())
}

// headStop says on top of a list that nothing is sent now.
func (a *app) headStop(w io.Writer, why string) {
	if why != "" {
		fmt.Fprintf(w, "STOPPED  %s\n\n", why)
	}
}

// warnOfStop says on stderr that an apply would be refused.
func (s *session) warnOfStop() {
	if stop := s.app.stopped(s.folder.dir, s.store); stop != nil {
		fmt.Fprintln(s.app.err, "note:", render.Clean(stop.err.Error()))
	}
}

// clockOff refuses to go by a clock that Graph's does not agree with: the end of
// a plan, windows and the days on which statements speak all go by it.
func (s *session) clockOff(nothing string) error {
	ahead, known := s.tenant.reader.Skew()
	if !known || ahead.Abs() <= skew {
		return nil
	}
	way := "behind"
	if ahead < 0 {
		way = "ahead of"
	}
	return &codeError{code: exitRefused, hint: "set the clock of this machine, by NTP for example",
		err: fmt.Errorf("%s: the clock of this machine is %s %s Graph's, and the end of a plan, windows and dates go by it", nothing, ahead.Abs().Round(time.Second), way)}
}
