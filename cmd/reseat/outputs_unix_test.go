//go:build !windows

package main

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestEventsToNobody: a pipe without a reader, or a place that cannot be written to,
// is an error before anything is sent; a plan is never written over by its own apply.
func TestEventsToNobody(t *testing.T) {
	t.Parallel()
	h := small(t)
	if err := syscall.Mkfifo(h.path("pipe"), 0o600); err != nil {
		t.Skip(err)
	}
	h.run(0, "plan", h.dir, "--out", h.path("plan.json"))
	was, err := os.ReadFile(h.path("plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		outs []string
		says string
	}{
		"a pipe":            {[]string{"jsonl=" + h.path("pipe")}, "nobody reads from the pipe"},
		"a folder":          {[]string{"jsonl=" + h.dir}, "write events: "},
		"nowhere":           {[]string{"jsonl=" + h.path("no/where")}, "write events: "},
		"the plan":          {[]string{"jsonl=" + h.path("plan.json")}, "would be written over"},
		"the plan as a way": {[]string{"jsonl=" + h.path("./policies/../plan.json")}, ""},
		"the plan's report": {[]string{"json=" + h.path("plan.json")}, "would be written over"},
		"one file for two":  {[]string{"jsonl=" + h.path("a"), "json=" + h.path("a")}, "both go to"},
		"one file twice":    {[]string{"json=" + h.path("a"), "text=" + h.path("./a")}, "both go to"},
	} {
		args := []string{"apply", h.path("plan.json"), h.dir}
		for _, o := range tt.outs {
			args = append(args, "-o", o)
		}
		code, out, errs := h.reseat(args...)
		now, err := os.ReadFile(h.path("plan.json"))
		if err != nil {
			t.Fatal(err)
		}
		if code != exitError || h.writes() != 0 || !strings.Contains(errs, tt.says) || string(now) != string(was) || len(h.runs()) != 0 {
			t.Errorf("%s: got exit code %d, %d writes, plan of %d bytes\n%s%s", name, code, h.writes(), len(now), out, errs)
		}
	}
}
