package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

const largeApplyFolder = `apiVersion: reseat/v1
kind: Tenant
name: fabrikam
tenant: {id: fabrikam.onmicrosoft.com}
manage: {products: [VISIOCLIENT]}
protect: {users: [bg-01@fabrikam.onmicrosoft.com]}
limits: {raise: [{removals: 200000, removalPercent: 100, productPercent: 100, until: 2027-01-31, reason: CHG-1}]}
---
apiVersion: reseat/v1
kind: Licenses
remove:
  - {name: leavers, who: [{accountEnabled: "true"}], products: [VISIOCLIENT]}
`

// The bounds of an apply of 100,000 changes; the time is that of the processors.
const (
	largeApplyPeople  = 120_000
	largeApplyChanges = 100_000
	largeApplyMemory  = 400 << 20
	largeApplyWork    = 4 * time.Minute
	largeLine         = 1 << 10 // of the journal, for each change
)

// A largeStage is the program, in processes of its own, on a large tenant that
// this process serves.
type largeStage struct {
	t   *testing.T
	dir string
	url string
}

func newLargeStage(t *testing.T, people int) *largeStage {
	t.Helper()
	base := simulator.Generate(simulator.GenerateOptions{Seed: 1, Users: people, Now: time.Now(), Holders: map[plan.SKU]int{visioClient: people * 11 / 12}})
	for i := range base.Products {
		if p := &base.Products[i]; p.SKU == visioClient {
			p.Enabled += people // made up with fewer seats than holders, which no undo gives back
		}
	}
	sim, err := simulator.New(base, simulator.Options{Issuer: true})
	if err != nil {
		t.Fatal(err)
	}
	l, err := simulator.Listen("127.0.0.1:0", sim, hclog.NewNullLogger())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- l.Serve(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	runtime.GC()
	debug.FreeOSMemory() // a child's figures may count what its parent had
	s := &largeStage{t: t, dir: t.TempDir(), url: "http://" + l.Addr()}
	write(t, filepath.Join(s.dir, "reseat.yaml"), largeApplyFolder)
	return s
}

// run runs the program and tells what it took; a code of -1 is a kill.
func (s *largeStage) run(want int, env string, args ...string) string {
	s.t.Helper()
	told := filepath.Join(s.t.TempDir(), "memory")
	start := time.Now()
	cmd := exec.Command("reseat", args...)
	cmd.Env = append(os.Environ(), "RESEAT_GRAPH_URL="+s.url, "LANG=C.UTF-8", "NO_COLOR=1", "RESEAT_TEST_MEMORY="+told, env)
	cmd.Env = append(cmd.Env, newQuickClock(start, 1).env()...) // one by which waiting takes its time
	out, err := cmd.CombinedOutput()
	took, used := time.Since(start), peak(s.t, told, cmd.ProcessState)
	worked := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	s.t.Logf("reseat %s: %v (%v of the processors), %d MiB", args[0], took, worked, used>>20)
	if got := cmd.ProcessState.ExitCode(); got != want {
		s.t.Fatalf("reseat %s: got exit code %d, want %d: %v\n%s", strings.Join(args, " "), got, want, err, tail(string(out)))
	}
	if want < 0 || args[0] == "plan" {
		return string(out)
	}
	if used > largeApplyMemory {
		s.t.Errorf("reseat %s took %d MiB, want at most %d", strings.Join(args, " "), used>>20, largeApplyMemory>>20)
	}
	if worked > largeApplyWork {
		s.t.Errorf("reseat %s took %v of the processors, want at most %v", strings.Join(args, " "), worked, largeApplyWork)
	}
	return string(out)
}

func tail(s string) string { return s[max(0, len(s)-3000):] }

// lastRun is the folder of the newest run.
func (s *largeStage) lastRun() string {
	s.t.Helper()
	runs, err := filepath.Glob(filepath.Join(s.dir, ".reseat", "rehearsal", "runs", "*"))
	if err != nil || len(runs) == 0 {
		s.t.Fatalf("no run: %v", err)
	}
	return slices.MaxFunc(runs, func(a, b string) int { return strings.Compare(filepath.Base(a), filepath.Base(b)) })
}

// fresh lets the folder ask again for what was undone, by another statement.
func (s *largeStage) fresh() {
	s.t.Helper()
	keeps, err := filepath.Glob(filepath.Join(s.dir, "undo-*.yaml"))
	if err != nil || len(keeps) == 0 {
		s.t.Fatalf("no keep file: %v", err)
	}
	for _, keep := range keeps {
		if err := os.Remove(keep); err != nil {
			s.t.Fatal(err)
		}
	}
	write(s.t, filepath.Join(s.dir, "reseat.yaml"), strings.Replace(largeApplyFolder, "name: leavers", "name: leavers-again", 1))
}

// journalFits holds the journal of a run against the size that a change may have.
func (s *largeStage) journalFits(run string, changes int) {
	s.t.Helper()
	info, err := os.Stat(filepath.Join(run, "journal.jsonl"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Logf("a journal of %d bytes for each of %d changes", info.Size()/int64(changes), changes)
	if info.Size() > int64(changes)*largeLine {
		s.t.Errorf("a journal of %d bytes for %d changes, want at most %d for each", info.Size(), changes, largeLine)
	}
}

// TestLargeApply is the program itself carrying out 100,000 changes in as many
// requests, showing that run, taking it back, and doing it again in two parts:
// in bounded memory, in minutes, with a journal that stays small. RESEAT_LARGE=1,
// or the number of people.
func TestLargeApply(t *testing.T) {
	if os.Getenv("RESEAT_LARGE") == "" {
		t.Skip("takes minutes: RESEAT_LARGE=1, or make bench-large")
	}
	people := largeApplyPeople
	if n, err := strconv.Atoi(os.Getenv("RESEAT_LARGE")); err == nil && n > 1 {
		people = n
	}
	s := newLargeStage(t, people)
	file, back := filepath.Join(s.dir, "plan.json"), filepath.Join(s.dir, "undo.json")
	s.run(0, "", "plan", s.dir, "--out", file)
	p, err := readPlan(file)
	if err != nil {
		t.Fatal(err)
	}
	changes := p.Summary.Changes
	t.Logf("%d changes in %d requests", changes, p.Summary.Requests)
	if p.Summary.Requests != changes || changes*largeApplyPeople < largeApplyChanges*people {
		t.Fatalf("got %+v, want %d changes in as many requests", p.Summary, largeApplyChanges)
	}
	out := s.run(0, "", "apply", file, s.dir)
	if !strings.Contains(out, "licences removed from "+grouped(changes)+" people") {
		t.Fatalf("got %s", tail(out))
	}
	run := s.lastRun()
	s.journalFits(run, changes)
	s.run(0, "", "show", filepath.Base(run), s.dir)
	s.run(0, "", "undo", filepath.Base(run), s.dir, "--out", back)
	s.run(0, "", "apply", back, s.dir)
	s.journalFits(s.lastRun(), changes)

	s.fresh()
	s.run(0, "", "plan", s.dir, "--out", file)
	s.run(-1, fmt.Sprintf("RESEAT_TEST_KILL=before:%d", changes/40), "apply", file, s.dir)
	run = s.lastRun()
	s.run(0, "", "apply", "--resume", filepath.Base(run), s.dir)
	s.journalFits(run, changes)
}
