package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// TestManyFaults: a million faults are not a million lines.
func TestManyFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		faults, lines int
		says          string
	}{
		{1, 2, "a.yaml:1:1: odd: mend it\nerror: 1 fault in the folder\n"},
		{999, 1000, "\nerror: 999 faults in the folder\n"},
		{1000, 1001, "\nerror: 1,000 faults in the folder, and perhaps more\n"},
		{5321, 1002, "a.yaml:1000:1: odd: mend it\nand 4,321 more\nerror: 5,321 faults in the folder\n"},
	} {
		t.Run(fmt.Sprint(c.faults), func(t *testing.T) {
			var faults []plan.Fault
			for i := range c.faults {
				faults = append(faults, plan.Fault{Place: plan.Place{File: "a.yaml", Line: i + 1, Column: 1}, Cause: "odd", Remedy: "mend it"})
			}
			var out strings.Builder
			a := &app{err: &out}
			if code := a.report(&plan.FaultsError{Faults: faults}); code != exitError {
				t.Errorf("got exit code %d, want %d", code, exitError)
			}
			if got := strings.Count(out.String(), "\n"); got != c.lines || !strings.HasSuffix(out.String(), c.says) {
				t.Errorf("got %d lines, the last of them %q, want %d and %q", got, out.String()[max(0, out.Len()-120):], c.lines, c.says)
			}
		})
	}
}
