package main

import (
	"os"
	"path/filepath"
	"slices"
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

// TestUndoCutAndLeft cuts an undo off and never takes it up: what it had given
// back by then is not taken again, by a plan that is made right after nor by one
// that is made once another run told the ledger.
func TestUndoCutAndLeft(t *testing.T) {
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
	if code, out := s.reseat("RESEAT_TEST_KILL=after:8", "apply", undo, s.dir); code != -1 && code != 1 {
		t.Fatalf("got exit code %d, want a killed process\n%s", code, out)
	}
	snap, _ := s.tenant()
	held := func(c *plan.Change) bool {
		u, _ := snap.User(c.Request)
		return u != nil && slices.ContainsFunc(u.Sources, func(x plan.Source) bool { return x.SKU == c.SKU() && x.Direct() })
	}
	back := map[string]bool{}
	for _, c := range p.Executable() {
		back[c.ID] = c.Action == plan.Assign && held(c)
	}
	check := func(when string) {
		t.Helper()
		file := filepath.Join(s.dir, "again.json")
		s.must(0, "plan", s.dir, "--out", file)
		again, err := readPlan(file)
		if err != nil {
			t.Fatal(err)
		}
		denied := 0
		for _, c := range again.Changes {
			if !back[c.ID] || !c.Takes() {
				continue
			}
			if c.Verdict.Executable() {
				t.Errorf("%s: %s %s is taken again", when, c.User.UserPrincipalName, c.Product.PartNumber)
			}
			if slices.ContainsFunc(c.Decisions, func(d plan.Decision) bool { return d.Code == "R114" }) {
				denied++
			}
		}
		if denied < 3 {
			t.Errorf("%s: R114 denies %d changes, want those that were given back", when, denied)
		}
	}
	check("cut")
	if err := os.Remove(filepath.Join(s.dir, ".reseat", "lock")); err != nil {
		t.Fatal(err)
	}
	if code, out := s.reseat("", "apply", s.dir, "--yes"); code != 0 && code != 5 {
		t.Fatalf("got exit code %d\n%s", code, out)
	}
	runs, err := filepath.Glob(filepath.Join(s.dir, ".reseat", "runs", "*", "giving.json"))
	if err != nil || len(runs) != 1 {
		t.Fatalf("got %v, %v, want the note of the run that was cut", runs, err)
	}
	if err := os.Remove(runs[0]); err != nil {
		t.Fatal(err)
	}
	check("in the ledger")
}
