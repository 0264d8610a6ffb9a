package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestUnseenEnd: an apply whose report goes to a file says on stderr how it ended
// before its time, and what to type; with a report on the screen it does not.
func TestUnseenEnd(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		forms []string
		seen  bool
	}{
		{[]string{"-o", "jsonl=EVENTS"}, false},
		{[]string{"-o", "json"}, false},
		{[]string{"-o", "text=EVENTS"}, false},
		{[]string{"-o", "text", "-o", "jsonl=EVENTS"}, true},
	} {
		h := sixty(t)
		args := []string{"apply", h.dir, "--yes"}
		for _, form := range test.forms {
			args = append(args, strings.ReplaceAll(form, "EVENTS", filepath.Join(h.dir, "ended")))
		}
		code, out, errs := h.as(t.Context(), atWrite(2, func(*app) { h.run(0, "stop", h.dir, "--reason", "CHG-9") }), args...)
		run := h.lastRun()
		if code != exitPartly {
			t.Fatalf("%v: got exit code %d\n%s%s", test.forms, code, out, errs)
		}
		text := strings.Join(strings.Fields(errs), " ")
		if !test.seen && (!strings.Contains(text, "run "+run+": 1 done, 59 not reached, stopped: the stop switch is set by ") || !strings.Contains(text, "hint: reseat apply --resume "+run)) {
			t.Errorf("%v: nobody says how to go on:\n%s", test.forms, errs)
		}
		if test.seen && strings.Contains(text, "not reached") {
			t.Errorf("%v: it is said twice:\n%s", test.forms, errs)
		}
	}
}
