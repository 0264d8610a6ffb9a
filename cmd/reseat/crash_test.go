package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// A sandbox is a copy of the example's folder and what is done there.
type sandbox struct {
	t   testing.TB
	dir string // the folder
	cwd string // where the program runs; empty is here
	env []string
	// stage is the address of a simulated tenant that was started, or empty.
	stage string
}

func newSandbox(t testing.TB) *sandbox {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "contoso")
	if err := copyExample(filepath.Join("..", "..", "examples", "contoso"), dir); err != nil {
		t.Fatal(err)
	}
	return &sandbox{t: t, dir: dir, env: []string{"NO_COLOR=1", "LANG=C.UTF-8", "RESEAT_TEST_NOW=2026-11-20T08:00:00Z"}}
}

// reseat runs the program in a process of its own and returns its exit code
// and what it printed.
func (s *sandbox) reseat(env string, args ...string) (int, string) {
	s.t.Helper()
	cmd := exec.Command("reseat", args...)
	cmd.Dir = s.cwd
	cmd.Env = append(append(os.Environ(), s.env...), env)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

func (s *sandbox) must(want int, args ...string) string {
	s.t.Helper()
	code, out := s.reseat("", args...)
	if code != want {
		s.t.Fatalf("reseat %s: got exit code %d, want %d\n%s", strings.Join(args, " "), code, want, out)
	}
	return out
}

// tenant is the simulated tenant as its file and the log of its writes say,
// and the users of each accepted write.
func (s *sandbox) tenant() (*plan.Snapshot, []string) {
	s.t.Helper()
	sim, err := simulator.New(exampleTenantOf(s.t, s.dir), simulator.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	writes, err := os.ReadFile(filepath.Join(s.dir, ".reseat", "simulator.jsonl"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		s.t.Fatal(err)
	}
	if err := sim.Replay(bytes.NewReader(writes)); err != nil {
		s.t.Fatal(err)
	}
	return sim.Snapshot(), usersOf(s.t, writes)
}

func usersOf(t testing.TB, writes []byte) []string {
	t.Helper()
	var users []string
	for line := range bytes.Lines(writes) {
		var w struct {
			User string `json:"user"`
		}
		if err := json.Unmarshal(line, &w); err != nil {
			t.Fatal(err)
		}
		if w.User != "" {
			users = append(users, w.User)
		}
	}
	return users
}

// seats is who holds what how, as text that can be compared. When a seat was
// given does not count.
func seats(s *plan.Snapshot) string {
	var b strings.Builder
	for _, u := range s.Users {
		for _, x := range u.Sources {
			fmt.Fprintln(&b, u.UserPrincipalName, x.SKU, x.Group, x.State, x.DisabledPlans)
		}
	}
	for _, p := range s.Products {
		fmt.Fprintln(&b, p.PartNumber, p.Consumed)
	}
	return b.String()
}

func (s *sandbox) onlyRun() string {
	s.t.Helper()
	runs, err := filepath.Glob(filepath.Join(s.dir, ".reseat", "runs", "*"))
	if err != nil || len(runs) != 1 {
		s.t.Fatalf("got runs %v, want one", runs)
	}
	return filepath.Base(runs[0])
}

// TestKill kills an apply before and after each of the first and last writes to
// its journal, resumes it, and finds nothing lost and nothing done twice.
func TestKill(t *testing.T) {
	t.Parallel()
	whole := newSandbox(t)
	counter := filepath.Join(t.TempDir(), "count")
	if code, out := whole.reseat("RESEAT_TEST_COUNT="+counter, "apply", whole.dir, "--yes"); code != 0 {
		t.Fatalf("got exit code %d\n%s", code, out)
	}
	done, writes := whole.tenant()
	want := seats(done)
	if len(writes) < 20 {
		t.Fatalf("an apply that is not cut makes %d writes; this proves nothing", len(writes))
	}
	each, err := os.ReadFile(counter)
	if err != nil {
		t.Fatal(err)
	}
	total := len(each) // writes, give or take: results that come together are one
	for _, n := range []int{1, 2, 3, 4, 5, 6, total - 2, total - 1, total} {
		for _, when := range []string{"before", "after"} {
			at := fmt.Sprintf("%s:%d", when, n)
			t.Run(at, func(t *testing.T) {
				t.Parallel()
				killAndResume(t, at, n >= total-2, want, writes)
			})
		}
	}
}

// killAndResume kills an apply, which if it is late may have ended before, and
// takes it up.
func killAndResume(t *testing.T, at string, late bool, want string, once []string) {
	s := newSandbox(t)
	code, out := s.reseat("RESEAT_TEST_KILL="+at, "apply", s.dir, "--yes")
	if code != -1 && code != 1 && (code != 0 || !late) {
		t.Fatalf("got exit code %d, want a killed process\n%s", code, out)
	}
	run := s.onlyRun()
	if code == 0 {
		journalHolds(t, s, run)
	} else if at == "before:1" {
		// Nothing was promised yet: a new apply simply goes on.
		s.must(0, "apply", s.dir, "--yes")
	} else {
		if _, out := s.reseat("", "apply", s.dir, "--yes"); !strings.Contains(out, "hint: ") || !strings.Contains(out, "--resume "+run) {
			t.Errorf("an apply beside a cut one says:\n%s", out)
		}
		s.must(0, "apply", "--resume", run, s.dir)
		journalHolds(t, s, run)
	}
	got, writes := s.tenant()
	if seats(got) != want {
		t.Error("the tenant is not as an apply that was not cut leaves it")
	}
	slices.Sort(writes)
	if n := len(slices.Compact(writes)); n != len(once) || len(writes) != len(once) {
		t.Errorf("got %d writes for %d people, want %d", len(writes), n, len(once))
	}
	s.must(3, "plan", s.dir, "--detailed-exitcode")
}

// journalHolds checks that the journal says of every change that it was
// verified, and that the run can be undone to the state before.
func journalHolds(t *testing.T, s *sandbox, run string) {
	t.Helper()
	dir := filepath.Join(s.dir, ".reseat", "runs", run)
	data, err := os.ReadFile(filepath.Join(dir, "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := os.ReadFile(filepath.Join(dir, "journal.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	entries, whole, err := apply.DecodeJournal(p, lines)
	if err != nil || whole != len(lines) {
		t.Fatalf("journal: %v, %d of %d bytes are whole", err, whole, len(lines))
	}
	if got, want := len(apply.Executed(p, entries)), len(p.Executable()); got != want {
		t.Errorf("the journal knows of %d changes, the plan has %d", got, want)
	}
}
