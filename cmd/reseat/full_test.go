package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/state"
)

// A disk is what a disk sees: each durable write in its order, by what it is of.
type disk struct {
	h      *hall
	mu     sync.Mutex
	writes []string
	// fail is asked about each write and says whether the disk is full.
	fail func(what string, nth int) bool
	seen map[string]int
}

var (
	claimName = regexp.MustCompile(`lock\.[0-9a-f]+\.claim`)
	runFolder = regexp.MustCompile(`runs/[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}(-[0-9]+)?`)
)

// on makes a program whose state folder lies on the disk.
func (d *disk) on(a *app) {
	d.seen = map[string]int{}
	a.disk = func(path string) error {
		what, err := filepath.Rel(filepath.Join(d.h.dir, ".reseat"), path)
		if err != nil {
			return err
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		what = runFolder.ReplaceAllString(claimName.ReplaceAllString(filepath.ToSlash(what), "claim"), "RUN")
		d.seen[what]++
		d.writes = append(d.writes, what)
		if d.fail != nil && d.fail(what, d.seen[what]) {
			return syscall.ENOSPC
		}
		return nil
	}
}

// TestOrderOfWrites: who applies what, and how things were before, is durable
// before the first request, and so is the intent of each.
func TestOrderOfWrites(t *testing.T) {
	t.Parallel()
	h := small(t)
	d := &disk{h: h}
	if code, out, errs := h.as(t.Context(), d.on, "apply", h.dir, "--yes"); code != 0 {
		t.Fatalf("got exit code %d\n%s%s", code, out, errs)
	}
	first := slices.Index(d.writes, "simulator.jsonl") // the first request that took effect
	if first < 0 {
		t.Fatalf("nothing was sent: %v", d.writes)
	}
	at := -1
	for _, what := range []string{"lock", "RUN", "lock", "RUN/plan.json", "RUN/undo.json", "RUN/run.json", "RUN/journal.jsonl", "ledger.jsonl"} {
		next := slices.Index(d.writes[at+1:first], what)
		if next < 0 {
			t.Fatalf("%s is not written in its turn: %v", what, d.writes)
		}
		at += 1 + next
	}
	for _, what := range []string{"ledger.jsonl", "RUN/report.json", "baseline.json"} {
		if !slices.Contains(d.writes[first:], what) {
			t.Errorf("%s is not written after that: %v", what, d.writes)
		}
	}
}

// TestFullDisk fills the disk ahead of every durable write of an apply, one after
// the other. Nothing is sent that is not on record; what went wrong is said; and
// once there is space, the rest is done, nothing twice.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	probe := small(t)
	d := &disk{h: probe}
	if code, out, errs := probe.as(t.Context(), d.on, "apply", probe.dir, "--yes"); code != 0 {
		t.Fatalf("got exit code %d\n%s%s", code, out, errs)
	}
	nth := map[string]int{}
	for _, what := range d.writes {
		if strings.HasPrefix(what, "simulator") {
			continue // is the tenant's, not ours
		}
		nth[what]++
		n := nth[what]
		for _, mode := range []string{"from then on", "just then"} {
			t.Run(fmt.Sprintf("%s %d %s", strings.ReplaceAll(what, "/", " "), n, mode), func(t *testing.T) {
				t.Parallel()
				fullAt(t, what, n, mode == "just then")
			})
		}
	}
}

// fullAt fills the disk at the n-th write of something, and with all that comes
// after it unless it is just once; but for what is the tenant's.
func fullAt(t *testing.T, what string, n int, once bool) {
	h := small(t)
	full := false
	d := &disk{h: h, fail: func(now string, nth int) bool {
		full = full && !once || now == what && nth == n
		return full && !strings.HasPrefix(now, "simulator")
	}}
	code, out, errs := h.as(t.Context(), d.on, "apply", h.dir, "--yes")
	if code != exitError || !strings.Contains(errs, "no space left on device") {
		t.Errorf("got exit code %d, want 1 and why\n%s%s", code, out, errs)
	}
	sent := h.writes()
	begun := h.onRecord(t)
	if sent > begun {
		t.Errorf("%d were sent, %d are on record", sent, begun)
	}
	if _, err := os.Lstat(filepath.Join(h.dir, ".reseat", "lock")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lock is left behind: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(h.dir, ".reseat", "*.claim")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if begun > 0 {
		run := h.lastRun()
		if !strings.Contains(out+errs, "reseat apply --resume "+run) {
			t.Errorf("it does not say how to go on:\n%s%s", out, errs)
		}
		h.run(0, "apply", "--resume", run, h.dir)
		h.run(0, "undo", run, h.dir, "--out", h.path("undo.json"))
	} else {
		h.run(0, "apply", h.dir, "--yes")
	}
	if h.writes() != 5 {
		t.Errorf("got %d writes, want 5", h.writes())
	}
	store, err := state.Open(filepath.Join(h.dir, ".reseat"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := store.Recent(h.now.Add(-time.Hour)); err != nil || got[hallVisio] != 5 {
		t.Errorf("the limits count %d removals, %v; want 5", got[hallVisio], err)
	}
	p := h.plan(0)
	if len(p.Drift) > 0 || p.Inputs.Snapshot.BaselineAt == nil {
		t.Errorf("what was applied looks as if others did it: %+v, baseline of %v", p.Drift, p.Inputs.Snapshot.BaselineAt)
	}
	if out, errs := h.run(0, "runs", h.dir); strings.Contains(out+errs, "unreadable") {
		t.Errorf("a run is a fault:\n%s%s", out, errs)
	}
}

// onRecord is how many people the journals of all runs have an intent about.
func (h *hall) onRecord(t *testing.T) int {
	t.Helper()
	people := map[string]bool{}
	for _, dir := range h.runs() {
		p, err := readPlan(filepath.Join(dir, "plan.json"))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, "journal.jsonl"))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		entries, _, err := apply.DecodeJournal(p, data)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.State == apply.Intent {
				people[string(e.User)] = true
			}
		}
	}
	return len(people)
}

// TestKilledBeforeTheFirstRequest kills an apply ahead of each durable write that
// comes before its first request. Nothing is sent; the next apply goes on, or a
// resume once there is an intent; and no run is a fault for ever.
func TestKilledBeforeTheFirstRequest(t *testing.T) {
	t.Parallel()
	probe := small(t)
	d := &disk{h: probe}
	if code, out, errs := probe.as(t.Context(), d.on, "apply", probe.dir, "--yes"); code != 0 {
		t.Fatalf("got exit code %d\n%s%s", code, out, errs)
	}
	for n, what := range d.writes[:slices.Index(d.writes, "simulator.jsonl")] {
		t.Run(fmt.Sprintf("%d %s", n+1, strings.ReplaceAll(what, "/", " ")), func(t *testing.T) {
			t.Parallel()
			h := small(t)
			s := &sandbox{t: t, dir: h.dir, env: []string{"NO_COLOR=1", "LANG=C.UTF-8", "RESEAT_TEST_NOW=2026-11-20T08:00:00Z"}}
			if code, out := s.reseat(fmt.Sprintf("RESEAT_TEST_DISK=%d", n+1), "apply", s.dir, "--yes"); code == 0 || h.writes() != 0 {
				t.Fatalf("got exit code %d, %d writes; want a killed process\n%s", code, h.writes(), out)
			}
			if intents := h.onRecord(t); intents > 0 {
				s.must(exitLocked, "apply", s.dir, "--yes")
				s.must(0, "apply", "--resume", s.onlyRun(), s.dir)
			} else {
				s.must(0, "apply", s.dir, "--yes")
			}
			if h.writes() != 5 {
				t.Errorf("got %d writes, want 5", h.writes())
			}
			if out := s.must(0, "runs", s.dir); strings.Contains(out, "unreadable") || strings.Contains(what, "plan.json") != strings.Contains(out, "nothing sent") && what != "lock" {
				t.Errorf("got runs\n%s", out)
			}
			for _, dir := range h.runs() {
				if code, out := s.reseat("", "show", filepath.Base(dir), s.dir); code != 0 && !strings.Contains(out, "sent anything") && !strings.Contains(out, "was cut off") {
					t.Errorf("show says\n%s", out)
				}
			}
			if left, err := filepath.Glob(filepath.Join(h.dir, ".reseat", "lock*")); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}
