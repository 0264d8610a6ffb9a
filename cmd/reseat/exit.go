package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

// The exit codes, a contract with scripts.
const (
	exitOK           = 0
	exitError        = 1
	exitChanges      = 2
	exitDenials      = 3
	exitGuarded      = 4
	exitPartly       = 5
	exitLocked       = 6
	exitRefused      = 7
	exitNotEvaluated = 8
	exitInterrupted  = 130
)

// exitHelp stands at the end of every command's help.
func exitHelp(codes ...int) string {
	words := map[int]string{
		exitOK:           "done, or in sync",
		exitError:        "error",
		exitChanges:      "changes, all of them allowed (with --detailed-exitcode)",
		exitDenials:      "changes, some denied or blocked (with --detailed-exitcode)",
		exitGuarded:      "a guard tripped: nothing of this plan may be applied",
		exitPartly:       "applied in part: some change was not done",
		exitLocked:       "locked by another run, or the stop switch is set",
		exitRefused:      "plan refused: expired, used, damaged, of another tenant, or nothing of it left",
		exitNotEvaluated: "not evaluated: something needed could not be read",
		exitInterrupted:  "interrupted; an apply can be resumed",
	}
	var b strings.Builder
	b.WriteString("Exit codes:\n")
	for _, c := range codes {
		fmt.Fprintf(&b, "  %3d  %s\n", c, words[c])
	}
	return b.String()
}

var errInterrupted = errors.New("interrupted")

// A codeError ends the program with a code of its own, a message and a hint.
type codeError struct {
	code int
	err  error // nil: everything was said already
	hint string
}

func (e *codeError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e *codeError) Unwrap() error { return e.err }

// refused is an exit 7.
func refused(hint, format string, args ...any) error {
	return &codeError{code: exitRefused, err: fmt.Errorf(format, args...), hint: hint}
}

// notApplied is an end before anything was sent.
func notApplied(code int, format string, args ...any) error {
	return &codeError{code: code, err: fmt.Errorf("nothing was applied: "+format, args...)}
}

// helpHint stands for the help of the command that was called.
const helpHint = "--help"

// usage is wrong usage: exit 1.
func usage(format string, args ...any) error {
	return &codeError{code: exitError, err: fmt.Errorf(format, args...), hint: helpHint}
}

// report prints what went wrong for a person and returns the exit code for a
// script. It is the one place that knows both. Of several errors each is said,
// and the code that comes first in their order counts.
func (a *app) report(err error) int {
	for _, one := range flatten(err) {
		_, hint := classify(one)
		a.say(one, hint)
	}
	return codeOf(err)
}

// codeOf is the exit code of an error.
func codeOf(err error) int {
	code := exitOK
	for _, one := range flatten(err) {
		if n, _ := classify(one); before(n, code) {
			code = n
		}
	}
	return code
}

// flatten takes joined errors apart.
func flatten(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, flatten(one)...)
	}
	return all
}

// before reports whether an exit code counts when it meets another: what ended
// the command goes before what it found.
func before(code, other int) bool {
	order := []int{exitInterrupted, exitError, exitLocked, exitRefused, exitNotEvaluated, exitGuarded, exitPartly, exitDenials, exitChanges, exitOK}
	return slices.Index(order, code) < slices.Index(order, other)
}

// say prints one error and its hint.
func (a *app) say(err error, hint string) {
	var quiet *codeError
	var faults *plan.FaultsError
	switch {
	case errors.As(err, &quiet) && quiet.err == nil, errors.Is(err, syscall.EPIPE):
		return // said already, or nobody is there to read it
	case errors.As(err, &faults):
		a.printFaults(faults.Faults)
		return
	}
	text := err.Error()
	if errors.Is(err, context.Canceled) && quiet == nil {
		text = errInterrupted.Error() // what was under way does not matter to who ended it
	}
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if line = render.Clean(strings.TrimSpace(line)); i == 0 {
			fmt.Fprintln(a.err, "error:", line)
		} else if line != "" {
			fmt.Fprintln(a.err, "  "+line)
		}
	}
	if hint != "" {
		fmt.Fprintln(a.err, "hint:", render.Clean(a.placed(hint)))
	}
}

// placed is a hint with what it lacks to be typed as it stands: the folder, and
// the tenant of a rehearsal.
func (a *app) placed(hint string) string {
	if hint == helpHint {
		return a.called + " --help"
	}
	if command, found := strings.CutPrefix(hint, onceOver); found {
		return onceOver + a.placed(command)
	}
	for _, command := range []string{"reseat show ", "reseat stop", "reseat unlock ", "reseat apply --resume ", "reseat runs", "reseat plan", "reseat apply", "reseat doctor", "reseat snapshot", "reseat explain", "reseat lock", "reseat import"} {
		if strings.HasPrefix(hint, command) && !strings.Contains(hint, "--help") {
			if hint += a.place; command == "reseat plan" || strings.HasPrefix(command, "reseat apply") {
				hint += a.policyWords() // judged by the same rules
			}
			return a.before() + hint
		}
	}
	return hint
}

// classify is the one switch from errors to codes and hints.
func classify(err error) (code int, hint string) {
	var coded *codeError
	var incomplete *plan.IncompleteError
	var locked *state.LockedError
	var graphErr *graph.Error
	var signIn *graph.SignInError
	var wrong *graph.WrongTenantError
	switch {
	case errors.As(err, &coded):
		return coded.code, coded.hint
	case errors.Is(err, errInterrupted), errors.Is(err, context.Canceled):
		return exitInterrupted, ""
	case errors.As(err, &locked):
		return exitLocked, lockedHint(locked)
	case errors.Is(err, plan.ErrFormat):
		return exitRefused, "reseat plan --out plan.json"
	case errors.As(err, &wrong):
		return exitError, "sign in to that tenant, or correct tenant.id in reseat.yaml"
	case errors.Is(err, graph.ErrUnauthorized):
		return exitError, "reseat doctor"
	case errors.As(err, &signIn):
		return exitError, signIn.Remedy
	case errors.As(err, &incomplete):
		return exitNotEvaluated, ""
	case errors.Is(err, graph.ErrDenied):
		return exitNotEvaluated, "reseat doctor"
	case errors.As(err, &graphErr), errors.Is(err, graph.ErrIncomplete), errors.Is(err, graph.ErrTooLarge),
		errors.Is(err, graph.ErrUnreachable), errors.Is(err, graph.ErrGarbled):
		return exitNotEvaluated, ""
	}
	return exitError, ""
}

// onceOver stands before the command that removes a lock of which nobody can tell
// from here whether its holder is at work.
const onceOver = "once nobody is at work under it: "

func lockedHint(e *state.LockedError) string {
	switch {
	case e.Alive, e.ID() == "":
		return ""
	case e.Dead && e.Record.Run != "":
		return "reseat apply --resume " + e.Record.Run
	}
	return onceOver + "reseat unlock " + e.ID()
}

// printFaults shows the faults of a folder at once; of a folder that is
// something else altogether, as many as anybody reads.
func (a *app) printFaults(faults []plan.Fault) {
	shown := faults[:min(len(faults), desired.MaxFaults)]
	for _, f := range shown {
		fmt.Fprintln(a.err, render.Clean(f.Error()))
	}
	if more := len(faults) - len(shown); more > 0 {
		fmt.Fprintf(a.err, "and %s more\n", grouped(more))
	}
	perhaps := ""
	if len(faults) == desired.MaxFaults { // there the reading stops
		perhaps = ", and perhaps more"
	}
	fmt.Fprintf(a.err, "error: %s in the folder%s\n", counted(len(faults), "fault"), perhaps)
}
