package main

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestPatient: a long wait is told, once for all calls that wait together, and
// a short one is not.
func TestPatient(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	start := time.Date(2026, time.November, 20, 8, 0, 0, 0, time.UTC)
	now := start
	a := &app{err: &errs, now: func() time.Time { return now }, terminal: func(any) (int, bool) { return 0, false },
		wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
	together := func(d time.Duration) string {
		errs.Reset()
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if err := a.patient(t.Context(), d); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		return errs.String()
	}
	const line = "waiting 30s: Graph is busy, or cannot be reached\n"
	if got := together(2 * time.Second); got != "" {
		t.Errorf("a short wait: got %q, want nothing", got)
	}
	if got := together(30 * time.Second); got != line {
		t.Errorf("got %q, want %q", got, line)
	}
	p := a.progress("reading")
	now = start.Add(31 * time.Second)
	if got := together(30 * time.Second); got != line {
		t.Errorf("a later one: got %q, want %q", got, line)
	}
	p.done()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	a.wait = nil // by the clock
	if err := a.patient(ended, time.Hour); err != context.Canceled {
		t.Errorf("interrupted: got %v", err)
	}
}

// TestProgressLines: what is not a terminal gets a line now and then, which
// says of how many.
func TestProgressLines(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	now := time.Date(2026, time.November, 20, 8, 0, 0, 0, time.UTC)
	a := &app{err: &errs, now: func() time.Time { return now }, terminal: func(any) (int, bool) { return 0, false }}
	p := a.progress("reading")
	p.expect("users", 200_000)
	for n := range 40 {
		now = now.Add(time.Second)
		p.items("users", n*5_000)
	}
	p.done()
	if got := strings.Count(errs.String(), "\n"); got != 4 || !strings.HasPrefix(errs.String(), "reading users: 45,000 of 200,000\n") {
		t.Errorf("got %d lines:\n%s", got, errs.String())
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 200_000: "200,000", 1_234_567: "1,234,567"} {
		if got := grouped(n); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
