package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// TestUndoCutStaysBack cuts an undo off, takes it up, and asks that nothing of
// what it gave back is taken again: neither what it gave before it was cut nor
// what it gave after.
func TestUndoCutStaysBack(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.must(0, "apply", s.dir, "--yes")
	run := s.onlyRun()
	undo := filepath.Join(s.dir, "undo.json")
	s.must(0, "undo", run, s.dir, "--out", undo, "--keep", "none")
	p, err := readPlan(undo)
	if err != nil {
		t.Fatal(err)
	}
	if code, out := s.reseat("RESEAT_TEST_KILL=after:6", "apply", undo, s.dir); code != -1 && code != 1 {
		t.Fatalf("got exit code %d, want a killed process\n%s", code, out)
	}
	runs, err := filepath.Glob(filepath.Join(s.dir, ".reseat", "runs", "*"))
	if err != nil || len(runs) != 2 {
		t.Fatalf("got runs %v, %v, want two", runs, err)
	}
	for _, r := range runs {
		if name := filepath.Base(r); name != run {
			s.must(0, "apply", "--resume", name, s.dir)
		}
	}
	again, err := plan.Decode([]byte(s.must(0, "plan", s.dir, "-o", "json")))
	if err != nil {
		t.Fatal(err)
	}
	given, denied := map[string]bool{}, 0
	for _, c := range p.Executable() {
		given[c.ID] = c.Action == plan.Assign
	}
	for _, c := range again.Changes {
		if !given[c.ID] || !c.Takes() {
			continue
		}
		if c.Verdict.Executable() {
			t.Errorf("%s %s is taken again", c.User.UserPrincipalName, c.Product.PartNumber)
		}
		for _, d := range c.Decisions {
			if d.Code == "R114" && !strings.HasPrefix(d.Message, "with ") {
				denied++
			}
		}
	}
	if want := len(given); denied < 20 || denied > want {
		t.Errorf("R114 denies %d changes, want most of %d", denied, want)
	}
}
