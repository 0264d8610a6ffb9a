package main

import (
	"errors"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// TestOutsideTheWindows: nobody is asked about a plan that cannot be applied
// now, and the hint says when to come back.
func TestOutsideTheWindows(t *testing.T) {
	t.Parallel()
	closed := plan.Guard{Code: "R205", When: plan.AtApply, Message: "the windows are closed until 2026-11-23 06:00 Europe/Stockholm", Remedy: "mend it"}
	unread := plan.Guard{Code: "R205", When: plan.AtApply, Message: "the windows are closed: a window cannot be read", Remedy: "mend it"}
	open := plan.Guard{Code: "R205", When: plan.AtApply, OK: true, Message: "the windows are open until 18:00 CET"}
	other := plan.Guard{Code: "R101", When: plan.AtApply, Message: "no role", Remedy: "get one"}
	for _, test := range []struct {
		guards []plan.Guard
		err    string
		hint   string
	}{
		{[]plan.Guard{open, other}, "", ""},
		{[]plan.Guard{other, closed}, "nothing was applied: R205 the windows are closed until 2026-11-23 06:00 Europe/Stockholm", "come back when the windows open, 2026-11-23 06:00 Europe/Stockholm"},
		{[]plan.Guard{unread}, "nothing was applied: R205 the windows are closed: a window cannot be read", "mend it"},
	} {
		err := outside(&plan.Plan{Guards: test.guards})
		var coded *codeError
		switch {
		case test.err == "" && err != nil:
			t.Errorf("got %v", err)
		case test.err == "":
		case !errors.As(err, &coded) || coded.code != exitGuarded || coded.Error() != test.err || coded.hint != test.hint:
			t.Errorf("got %#v, want %q with the hint %q", err, test.err, test.hint)
		}
	}
}

// TestNextOfAPlanThatEndsFirst: a plan that is not valid any more when the
// windows open is not the one to apply.
func TestNextOfAPlanThatEndsFirst(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{ValidUntil: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC), Summary: plan.Summary{Changes: 1},
		Guards: []plan.Guard{{Code: "R205", When: plan.AtApply, Message: "the windows are closed until 2026-11-23 06:00 Europe/Stockholm"}}}
	f := planFlags{out: "plan.json"}
	if got, want := nextAfterPlan(p, f, " contoso"), "reseat plan contoso --out plan.json"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	p.ValidUntil = p.ValidUntil.AddDate(0, 0, 5)
	if got, want := nextAfterPlan(p, f, " contoso"), "reseat apply plan.json contoso"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
