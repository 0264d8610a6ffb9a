package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/reseat-cli/reseat/apply"
)

// A diskNote is what a disk sees: each durable write in its order, by what it is of.
type disk struct {
	h      *hall
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
	for _, what := range []string{"lock", "RUN", "lock", "RUN/plan.json", "RUN/undo.json", "RUN/journal.jsonl", "ledger.jsonl"} {
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
		t.Run(fmt.Sprintf("%s %d", strings.ReplaceAll(what, "/", " "), n), func(t *testing.T) {
			t.Parallel()
			fullAt(t, what, n)
		})
	}
}

// fullAt fills the disk from the n-th write of something on, all but that of the
// tenant.
func fullAt(t *testing.T, what string, n int) {
	h := small(t)
	full := false
	d := &disk{h: h, fail: func(now string, nth int) bool {
		full = full || now == what && nth == n
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
