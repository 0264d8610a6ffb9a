package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"
)

// TestHelp: the help of every command has an example and ends with its exit codes.
func TestHelp(t *testing.T) {
	t.Parallel()
	help := func(args ...string) string {
		var out, errs bytes.Buffer
		a := &app{in: strings.NewReader(""), out: &out, err: &errs, version: "test", now: time.Now,
			env: func(string) string { return "" }, terminal: func(any) (int, bool) { return 0, false }}
		if code := a.run(context.Background(), append(args, "--help")); code != exitOK {
			t.Fatalf("%v: got exit code %d\n%s", args, code, errs.String())
		}
		return out.String()
	}
	commands := []string{"init", "import", "doctor", "validate", "fmt", "lock", "snapshot", "plan", "explain", "show", "apply", "undo", "policy", "policy list", "policy test", "policy explain", "runs", "unlock", "stop", "sim", "schema", "version", "completion"}
	whole := help()
	for _, c := range commands {
		if !strings.Contains(c, " ") && !strings.Contains(whole, "\n  "+c+" ") {
			t.Errorf("the help does not list %s:\n%s", c, whole)
		}
		text := help(strings.Fields(c)...)
		_, codes, found := strings.Cut(text, "\nExit codes:\n")
		if !found || strings.Contains(codes, "\n\n") || !strings.Contains(codes, "    0  ") {
			t.Errorf("%s: its help does not end with exit codes:\n%s", c, text)
		}
		if c != "completion" && !strings.Contains(text, "Examples:\n  reseat "+c) {
			t.Errorf("%s: its help has no example:\n%s", c, text)
		}
	}
	// All flags of sim are in one of its groups, where they can be found.
	groups, _, _ := strings.Cut(help("sim"), "\nGlobal Flags:")
	flags := 0
	for line := range strings.Lines(groups) {
		if strings.HasPrefix(line, "      --") {
			flags++
		}
	}
	if flags != 24 || strings.Contains(groups, "\nFlags:") || !strings.Contains(groups, "\nWhat lags or goes wrong:\n") {
		t.Errorf("got %d flags, want 24 in groups:\n%s", flags, groups)
	}
}
