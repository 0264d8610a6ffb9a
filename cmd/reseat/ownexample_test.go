package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestExampleOwnRules: the rules of the example are tested to the last line, and
// its guard trips when less is agreed.
func TestExampleOwnRules(t *testing.T) {
	t.Parallel()
	x := newTrial(t, "own-rules", time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC))
	s := newSandbox(t)
	s.cwd = x.root
	code, got := s.reseat("", "policy", "test", x.dir, "--min-coverage", "100")
	if code != exitOK || !strings.Contains(got, "TESTS  11 tests passed · 100 % of the lines reached\n") || strings.Contains(got, "FAIL") {
		t.Errorf("got exit code %d\n%s", code, got)
	}
	file := filepath.Join(x.root, "examples", "own-rules", "reseat.yaml")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	less := strings.Replace(string(data), "most: 4", "most: 2", 1)
	if err := os.WriteFile(file, []byte(less), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, got := s.reseat("", "plan", x.dir); code != exitGuarded || !strings.Contains(got, "WWI-3 copilot-recall: 3 Copilot seats in one plan, 2 are agreed") {
		t.Errorf("with less agreed: got exit code %d\n%s", code, got)
	}
}
