package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

// A night is a copy of the example whose windows open at 06:00 and close at
// 09:00 in Stockholm, and a clock.
type night struct {
	t    *testing.T
	dir  string
	now  time.Time
	line func() // called after each write to a journal
}

func newNight(t *testing.T, clock string) *night {
	n := &night{t: t, dir: newSandbox(t).dir, line: func() {}}
	n.at(clock)
	return n
}

// at sets the clock of the first day, in the zone of the windows.
func (n *night) at(clock string) { n.on(20, clock) }

func (n *night) on(day int, clock string) {
	n.t.Helper()
	now, err := time.Parse(time.RFC3339, fmt.Sprintf("2026-11-%dT%s:00+01:00", day, clock))
	if err != nil {
		n.t.Fatal(err)
	}
	n.now = now
}

// do opens the folder and does something with it; it returns the exit code and
// what was printed.
func (n *night) do(deed func(context.Context, *session) error) (int, string) {
	n.t.Helper()
	var out bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &out, err: &out, version: "test",
		env: func(string) string { return "" }, terminal: func(any) (int, bool) { return 0, false },
		now:         func() time.Time { return n.now },
		wait:        func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		interrupted: make(chan struct{}),
		journal: func(lines func([]byte) error) func([]byte) error {
			return func(b []byte) error {
				defer n.line()
				return lines(b)
			}
		},
	}
	a.log = hclog.NewNullLogger()
	s, err := a.open(n.t.Context(), n.dir)
	if err != nil {
		n.t.Fatal(err)
	}
	s.folder.desired.Settings.Windows = []plan.Window{{Cron: "0 6 * * *", For: 3 * time.Hour, Zone: "Europe/Stockholm"}}
	err = errors.Join(deed(n.t.Context(), s), s.close())
	var code *codeError
	switch {
	case err == nil:
		return exitOK, out.String()
	case errors.As(err, &code):
		return code.code, out.String() + err.Error()
	}
	n.t.Fatal(err)
	return 0, ""
}

func (n *night) apply() (int, string) {
	return n.do(func(ctx context.Context, s *session) error {
		return s.locked("apply", "", func(l *state.Lock) error { return s.applyUnasked(ctx, []output{{format: "text"}}, l) })
	})
}

func (n *night) carryOut(p *plan.Plan) (int, string) {
	return n.do(func(ctx context.Context, s *session) error {
		return s.locked("apply", "", func(l *state.Lock) error { return s.carryOut(ctx, &job{plan: p, lock: l}) })
	})
}

func (n *night) resume(run string) (int, string) {
	return n.do(func(ctx context.Context, s *session) error {
		r, err := s.store.OpenRun(run)
		if err != nil {
			return err
		}
		return s.locked("apply --resume", r.Name(), func(l *state.Lock) error { return s.takeUp(ctx, &job{run: r, lock: l}) })
	})
}

func (n *night) plan() *plan.Plan {
	var made *plan.Made
	n.do(func(ctx context.Context, s *session) (err error) {
		made, _, err = s.make(ctx, nil, nil)
		return err
	})
	return made.Plan
}

func (n *night) undo(run string) *plan.Plan {
	var made *plan.Made
	n.do(func(ctx context.Context, s *session) error {
		r, err := s.store.OpenRun(run)
		if err != nil {
			return err
		}
		s.everyone = true
		in, err := s.facts(ctx, nil)
		if err != nil {
			return err
		}
		made, err = s.undoPlan(ctx, &undone{run: r}, in)
		return err
	})
	return made.Plan
}

// executed is how many changes the only run made, of how many.
func (n *night) executed() (done, of int, run string) {
	n.t.Helper()
	s := &sandbox{t: n.t, dir: n.dir}
	store, err := state.Open(filepath.Join(n.dir, ".reseat"), hclog.NewNullLogger())
	if err != nil {
		n.t.Fatal(err)
	}
	r, err := store.OpenRun(s.onlyRun())
	if err != nil {
		n.t.Fatal(err)
	}
	p, entries, _, err := readRun(r)
	if err != nil {
		n.t.Fatal(err)
	}
	return len(apply.Executed(p, entries)), len(p.Executable()), r.Name()
}

func windowRow(t *testing.T, p *plan.Plan) plan.Guard {
	t.Helper()
	for _, g := range p.Guards {
		if g.Code == "R205" {
			return g
		}
	}
	t.Fatal("the plan has no row of R205")
	return plan.Guard{}
}

// TestPlanTellsTheWindow asks that a plan made while the windows are closed is a
// normal one, and that it says when they open.
func TestPlanTellsTheWindow(t *testing.T) {
	t.Parallel()
	n := newNight(t, "05:59")
	p := n.plan()
	g := windowRow(t, p)
	if g.OK || g.When != plan.AtApply || g.Message != "the windows are closed until 06:00 CET" || g.Remedy == "" {
		t.Errorf("got %+v, want it closed until six, at apply", g)
	}
	if p.Summary.Verdict == plan.Guarded || p.Summary.Changes == 0 {
		t.Errorf("got %+v, want a plan as any other", p.Summary)
	}
	n.at("06:00")
	if g := windowRow(t, n.plan()); !g.OK || g.Message != "the windows are open until 09:00 CET" {
		t.Errorf("got %+v, want it open until nine", g)
	}
}

// TestClosedWindow asks that an apply outside the windows sends nothing, and that
// the same plan goes once they are open.
func TestClosedWindow(t *testing.T) {
	t.Parallel()
	n := newNight(t, "05:59")
	p := n.plan()
	code, out := n.carryOut(p)
	if code != exitGuarded || !strings.Contains(out, "nothing was applied: R205 the windows are closed until 06:00 CET") {
		t.Errorf("got exit code %d, want 4\n%s", code, out)
	}
	if code, out := n.apply(); code != exitGuarded {
		t.Errorf("got exit code %d, want 4\n%s", code, out)
	}
	n.at("06:00")
	if code, out := n.carryOut(p); code != exitOK {
		t.Errorf("got exit code %d, want 0\n%s", code, out)
	}
}

// TestWindowClosesBefore asks that the windows are judged by the time of the
// apply, not by that of the plan that it shows.
func TestWindowClosesBefore(t *testing.T) {
	t.Parallel()
	n := newNight(t, "08:59")
	code, out := n.do(func(ctx context.Context, s *session) error {
		return s.locked("apply", "", func(l *state.Lock) error {
			m, snap, err := s.propose(ctx, nil)
			if err != nil {
				return err
			}
			n.at("09:00")
			return s.carryOut(ctx, &job{plan: m.Plan, lock: l, now: m, snap: snap})
		})
	})
	if code != exitGuarded || !strings.Contains(out, "nothing was applied: R205") {
		t.Errorf("got exit code %d, want 4\n%s", code, out)
	}
}

// TestWindowCloses asks that a run stops between two batches when the windows
// close, that it can be taken up when they open again and not before, and that
// an undo waits for them as well.
func TestWindowCloses(t *testing.T) {
	t.Parallel()
	n := newNight(t, "08:59")
	writes := 0
	n.line = func() {
		if writes++; writes == 3 { // within the first batch
			n.at("09:00")
		}
	}
	code, out := n.apply()
	done, of, run := n.executed()
	if code != exitPartly || done == 0 || done == of {
		t.Fatalf("got exit code %d and %d of %d changes, want 5 and some\n%s", code, done, of, out)
	}
	if text := strings.Join(strings.Fields(out), " "); !strings.Contains(text, "the windows are closed until 2026-11-21 06:00 Europe/Stockholm") {
		t.Errorf("the report does not say why it stopped:\n%s", out)
	}
	n.line = func() {}
	code, out = n.resume(run)
	if again, _, _ := n.executed(); code != exitGuarded || again != done || !strings.Contains(out, "nothing more is applied: R205") {
		t.Errorf("resumed while closed: got exit code %d and %d changes, want 4 and %d\n%s", code, again, done, out)
	}
	n.on(21, "06:00")
	if code, out := n.resume(run); code != exitOK {
		t.Fatalf("resumed: got exit code %d, want 0\n%s", code, out)
	}
	if done, of, _ := n.executed(); done != of {
		t.Errorf("resumed: got %d of %d changes", done, of)
	}
	undo := n.undo(run)
	n.on(21, "12:00")
	if code, out := n.carryOut(undo); code != exitGuarded {
		t.Errorf("an undo while closed: got exit code %d, want 4\n%s", code, out)
	}
	n.on(21, "08:30")
	if code, out := n.carryOut(undo); code != exitOK {
		t.Errorf("an undo: got exit code %d, want 0\n%s", code, out)
	}
}
