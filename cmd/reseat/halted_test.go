package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

// sixty is a folder by which sixty people of a thousand lose Visio.
func sixty(t *testing.T) *hall {
	t.Helper()
	return newHall(t, moved(crowdOf(1000, hallVisio, hallPower), "Gone", 60), wideLimits, takeVisio)
}

// atWrite makes a program that does something at the n-th write to its journal,
// once that is durable.
func atWrite(n int, do func(a *app)) func(*app) {
	return func(a *app) {
		a.journal = func(write func([]byte) error) func([]byte) error {
			return func(lines []byte) error {
				err := write(lines)
				if n--; n == 0 {
					do(a)
				}
				return err
			}
		}
	}
}

// TestStopWhileAtWork: a run stops before its next batch, with what is in flight
// finished; it cannot be taken up before the switch is cleared, and then does the rest.
func TestStopWhileAtWork(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		set, clear func(t *testing.T, h *hall)
		says       string
	}{
		"by command": {func(t *testing.T, h *hall) {
			out, errs := h.run(0, "stop", h.dir, "--reason", "CHG-9")
			if !strings.Contains(out, "(CHG-9)") || !strings.Contains(errs, "before its next batch") {
				t.Errorf("it does not say what it does to the run:\n%s%s", out, errs)
			}
		}, func(_ *testing.T, h *hall) { h.run(0, "stop", "--clear", h.dir) }, "the stop switch is set by"},
		"by a file": {func(_ *testing.T, h *hall) { h.write("STOP", "CHG-9") },
			func(t *testing.T, h *hall) {
				if err := os.Remove(h.path("STOP")); err != nil {
					t.Fatal(err)
				}
			}, "STOP stops it (CHG-9)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := sixty(t)
			code, out, errs := h.as(t.Context(), atWrite(2, func(*app) { tt.set(t, h) }), "apply", h.dir, "--yes")
			done := h.writes()
			if text := strings.Join(strings.Fields(out), " "); code != exitPartly || done == 0 || done >= 60 || !strings.Contains(text, tt.says) {
				t.Fatalf("got exit code %d and %d writes, want 5 and some\n%s%s", code, done, out, errs)
			}
			run := h.lastRun()
			if !strings.Contains(out+errs, "reseat apply --resume "+run) {
				t.Errorf("it does not say how to go on:\n%s%s", out, errs)
			}
			if code, out, errs := h.reseat("apply", "--resume", run, h.dir); code != exitLocked || h.writes() != done ||
				!strings.Contains(errs, "error: nothing more is applied: ") || !strings.Contains(errs, tt.says) {
				t.Errorf("resumed while stopped: got exit code %d, %d writes\n%s%s", code, h.writes()-done, out, errs)
			}
			tt.clear(t, h)
			h.run(0, "apply", "--resume", run, h.dir)
			if h.writes() != 60 {
				t.Errorf("got %d writes, want 60", h.writes())
			}
		})
	}
}

// TestResumeWhileStopped settles what was sent, whatever stops more.
func TestResumeWhileStopped(t *testing.T) {
	t.Parallel()
	h := sixty(t)
	// What became of the first batch is not on record.
	if code, _, errs := h.as(t.Context(), cutAt(2), "apply", h.dir, "--yes"); code != exitError || h.writes() == 0 {
		t.Fatalf("got exit code %d, %d writes\n%s", code, h.writes(), errs)
	}
	run, done := h.lastRun(), h.writes()
	h.run(0, "stop", h.dir)
	h.run(exitLocked, "apply", "--resume", run, h.dir)
	if h.writes() != done {
		t.Errorf("got %d writes more", h.writes()-done)
	}
	if _, errs := h.run(0, "undo", run, h.dir, "--out", h.path("undo.json")); strings.Contains(errs, "not known") {
		t.Errorf("what was sent is not settled:\n%s", errs)
	}
	h.run(0, "stop", "--clear", h.dir)
	h.run(0, "apply", "--resume", run, h.dir)
	if h.writes() != 60 {
		t.Errorf("got %d writes, want 60", h.writes())
	}
}

// TestStopWhileAsked: what is answered after the switch was set is refused.
func TestStopWhileAsked(t *testing.T) {
	t.Parallel()
	h := small(t)
	code, out, errs := h.as(t.Context(), func(a *app) {
		a.terminal = func(any) (int, bool) { return 100, true }
		a.in = readerFunc(func(p []byte) (int, error) {
			h.run(0, "stop", h.dir)
			return copy(p, "hall\n"), nil
		})
	}, "apply", h.dir)
	if code != exitLocked || h.writes() != 0 || len(h.runs()) != 0 || !strings.Contains(errs, "nothing was applied: the stop switch") {
		t.Errorf("got exit code %d, %d writes\n%s%s", code, h.writes(), out, errs)
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// runs are the folders of runs.
func (h *hall) runs() []string {
	h.t.Helper()
	runs, err := filepath.Glob(filepath.Join(h.dir, ".reseat", "runs", "*"))
	if err != nil {
		h.t.Fatal(err)
	}
	return runs
}

// TestClockOff: plans, windows and dates rest on the clock; where Graph's plainly
// differs nothing is sent, and a resume only settles.
func TestClockOff(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		off  time.Duration
		code int
		says string
	}{
		"right":            {0, 0, ""},
		"a little ahead":   {4*time.Minute + 50*time.Second, 0, ""},
		"a little behind":  {-4*time.Minute - 50*time.Second, 0, ""},
		"too far ahead":    {6 * time.Minute, exitRefused, "is 6m0s ahead of Graph's"},
		"too far behind":   {-6 * time.Minute, exitRefused, "is 6m0s behind Graph's"},
		"in another year":  {-400 * 24 * time.Hour, exitRefused, "is 9600h0m0s behind Graph's"},
		"of another zone?": {time.Hour, exitRefused, "is 1h0m0s ahead of Graph's"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, moved(recounted(crowdOf(100, hallVisio, hallPower)), "Gone", 5), hallStage, simulator.Options{})
			var o, e bytes.Buffer
			a := s.app(&o, &e)
			a.now = func() time.Time { return s.time().Add(tt.off) }
			code := a.run(t.Context(), []string{"apply", s.dir, "--yes"})
			if code != tt.code || tt.says != "" && !strings.Contains(e.String(), "error: nothing was applied: the clock of this machine "+tt.says) {
				t.Errorf("got exit code %d, want %d\n%s%s", code, tt.code, o.String(), e.String())
			}
			if tt.code != 0 && (len(s.writes) != 0 || !strings.Contains(e.String(), "hint: set the clock of this machine")) {
				t.Errorf("got %d writes\n%s", len(s.writes), e.String())
			}
			if tt.code == 0 && len(s.writes) != 5 {
				t.Errorf("got %d writes, want 5", len(s.writes))
			}
		})
	}
}

// TestLockRemovedWhileAtWork: a run whose lock is taken away stops before its next
// batch, like one that is stopped.
func TestLockRemovedWhileAtWork(t *testing.T) {
	t.Parallel()
	h := sixty(t)
	code, out, errs := h.as(t.Context(), atWrite(2, func(*app) {
		if err := os.Remove(filepath.Join(h.dir, ".reseat", "lock")); err != nil {
			t.Error(err)
		}
	}), "apply", h.dir, "--yes")
	if text := strings.Join(strings.Fields(out), " "); code != exitPartly || h.writes() == 0 || h.writes() >= 60 || !strings.Contains(text, "the lock was lost: somebody removed") {
		t.Errorf("got exit code %d, %d writes\n%s%s", code, h.writes(), out, errs)
	}
	h.run(0, "apply", "--resume", h.lastRun(), h.dir)
	if h.writes() != 60 {
		t.Errorf("got %d writes, want 60", h.writes())
	}
}

// TestAnotherStateFolder: a plan that was made beside a folder which knows more is
// applied with a word about it.
func TestAnotherStateFolder(t *testing.T) {
	t.Parallel()
	s := newStage(t, moved(recounted(crowdOf(100, hallVisio, hallPower)), "Gone", 5), hallStage, simulator.Options{})
	s.run(0, "apply", s.dir, "--yes")
	s.write("reseat.yaml", strings.Replace(hallStage, "VISIOCLIENT", "POWER_BI_PRO", 1))
	s.run(0, "plan", s.dir, "--out", s.path("plan.json"))
	_, errs := s.run(0, "apply", s.path("plan.json"), s.dir, "--state", s.path("elsewhere"))
	if !strings.Contains(errs, "note: the plan was made beside a state folder that knows of an apply at 2026-11-20 08:00 UTC, and ") {
		t.Errorf("it does not say so:\n%s", errs)
	}
	s.write("reseat.yaml", strings.Replace(hallStage, "VISIOCLIENT", "SPE_E3", 1))
	if _, errs := s.run(0, "apply", s.dir, "--yes"); strings.Contains(errs, "made beside") {
		t.Errorf("it says so of its own folder:\n%s", errs)
	}
}

// hallStage is the folder of a hall that stands behind HTTP.
const hallStage = "apiVersion: reseat/v1\nkind: Tenant\nname: hall\ntenant: {id: hall.onmicrosoft.com}\n---\napiVersion: reseat/v1\nkind: Licenses\n" + takeVisio + "\n"

func recounted(s *plan.Snapshot) *plan.Snapshot {
	recount(s)
	return s
}

// TestLockTimeout: who holds the tenant is waited for, and what he did is seen.
func TestLockTimeout(t *testing.T) {
	t.Parallel()
	h := small(t)
	store, err := state.Open(filepath.Join(h.dir, ".reseat"), nil)
	if err != nil {
		t.Fatal(err)
	}
	lock, err := store.Lock(state.LockRecord{Operation: "apply", Who: "ann"}, h.now)
	if err != nil {
		t.Fatal(err)
	}
	waits := 0
	code, out, errs := h.as(t.Context(), func(a *app) {
		a.wait = func(ctx context.Context, d time.Duration) error {
			if waits++; waits == 3 {
				if err := lock.Release(); err != nil {
					t.Error(err)
				}
			}
			return ctx.Err()
		}
	}, "apply", h.dir, "--yes", "--lock-timeout", "1m")
	if code != 0 || h.writes() != 5 || strings.Count(errs, "waiting for up to 1m0s: the tenant is locked: apply of ann") != 1 {
		t.Errorf("got exit code %d, %d writes after %d waits\n%s%s", code, h.writes(), waits, out, errs)
	}

	if lock, err = store.Lock(state.LockRecord{Operation: "apply", Who: "ann"}, h.now); err != nil {
		t.Fatal(err)
	}
	var waited time.Duration
	code, _, errs = h.as(t.Context(), func(a *app) {
		a.wait = func(ctx context.Context, d time.Duration) error { waited += d; return ctx.Err() }
	}, "apply", h.dir, "--yes", "--lock-timeout", "2500ms")
	if code != exitLocked || waited != 2500*time.Millisecond || !strings.Contains(errs, "error: the tenant is locked: apply of ann") {
		t.Errorf("got exit code %d after %s\n%s", code, waited, errs)
	}
	code, _, errs = h.as(t.Context(), func(a *app) {
		a.wait = func(ctx context.Context, d time.Duration) error {
			if _, _, err := store.SetStop(state.Stop{At: h.now, Who: "bo"}); err != nil {
				t.Error(err)
			}
			return nil
		}
	}, "apply", h.dir, "--yes", "--lock-timeout", "1h")
	if code != exitLocked || !strings.Contains(errs, "error: nothing was applied: the stop switch is set by bo") {
		t.Errorf("stopped while it waits: got exit code %d\n%s", code, errs)
	}
	if err := lock.Release(); err != nil {
		t.Error(err)
	}
}

// TestUnlockOfACutRun says what the run left open, and how to find out.
func TestUnlockOfACutRun(t *testing.T) {
	t.Parallel()
	h := sixty(t)
	if code, _, errs := h.as(t.Context(), cutAt(2), "apply", h.dir, "--yes"); code != exitError {
		t.Fatalf("got exit code %d\n%s", code, errs)
	}
	run := h.lastRun()
	h.lock(`{"id":"0123456789abcdef","operation":"apply","run":"` + run + `","who":"dana","host":"elsewhere","pid":1,"version":"test","created":"2026-11-20T08:00:00Z"}`)
	out, errs := h.run(0, "unlock", "0123456789abcdef", h.dir)
	want := regexp.MustCompile(`note: run ` + run + ` left 1 change of unknown fate and 59 that it did not come to; ` + "`reseat apply --resume " + run + " .*`")
	if out != "removed the lock 0123456789abcdef\n" || !want.MatchString(errs) {
		t.Errorf("got\n%s%s", out, errs)
	}
	h.run(0, "apply", "--resume", run, h.dir)
	if h.writes() != 60 {
		t.Errorf("got %d writes, want 60", h.writes())
	}
}

// signalled runs a command that is sent signals: raise sends one and returns when
// it was noticed.
func (h *hall) signalled(change func(a *app, raise func()), args ...string) (code int, out, errs string) {
	h.t.Helper()
	ch := make(chan os.Signal)
	var ctx context.Context
	var stop func()
	code, out, errs = func() (int, string, string) {
		var o, e lockedBuffer
		a := &app{in: strings.NewReader(""), out: &o, err: &e, version: "test", env: func(string) string { return "" },
			terminal: func(any) (int, bool) { return 0, false }, now: func() time.Time { return h.now },
			wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
		ctx, stop = a.listen(context.Background(), ch)
		defer stop()
		n := 0
		change(a, func() {
			ch <- os.Interrupt
			if n++; n > 1 || !a.isApplying() {
				<-ctx.Done()
				return
			}
			<-a.interrupted
		})
		return a.run(ctx, args), o.String(), e.String()
	}()
	return code, out, errs
}

// TestSignals: wherever a signal comes, the command ends with 130, nothing is in
// the way of the next, and what was sent can be taken up.
func TestSignals(t *testing.T) {
	t.Parallel()
	ask := func(a *app, raise func()) {
		a.terminal = func(any) (int, bool) { return 100, true }
		a.in = readerFunc(func([]byte) (int, error) { raise(); select {} })
	}
	for name, tt := range map[string]struct {
		change func(t *testing.T, h *hall) func(*app, func())
		args   []string
		sent   bool // something was sent, which can be taken up
	}{
		"while it reads": {func(t *testing.T, h *hall) func(*app, func()) {
			return func(a *app, raise func()) {
				at, now := 0, a.now
				a.now = func() time.Time { // asked by the simulated tenant at every call
					if at++; at == 40 {
						raise()
					}
					return now()
				}
			}
		}, []string{"--yes"}, false},
		"while it asks": {func(*testing.T, *hall) func(*app, func()) { return ask }, nil, false},
		"while it waits for the lock": {func(t *testing.T, h *hall) func(*app, func()) {
			h.lock(`{"id":"0123456789abcdef","operation":"apply","run":"","who":"dana","host":"elsewhere","pid":1,"version":"test","created":"2026-11-20T08:00:00Z"}`)
			return func(a *app, raise func()) {
				a.wait = func(ctx context.Context, _ time.Duration) error { raise(); return ctx.Err() }
			}
		}, []string{"--yes", "--lock-timeout", "1h"}, false},
		"once at the first intent": {func(*testing.T, *hall) func(*app, func()) {
			return func(a *app, raise func()) { atWrite(1, func(*app) { raise() })(a) }
		}, []string{"--yes"}, true},
		"once after the second answer": {func(*testing.T, *hall) func(*app, func()) {
			return func(a *app, raise func()) { atWrite(5, func(*app) { raise() })(a) }
		}, []string{"--yes"}, true},
		"twice at an intent": {func(*testing.T, *hall) func(*app, func()) {
			return func(a *app, raise func()) { atWrite(4, func(*app) { raise(); raise() })(a) }
		}, []string{"--yes"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := sixty(t)
			code, out, errs := h.signalled(tt.change(t, h), append([]string{"apply", h.dir}, tt.args...)...)
			done := h.writes()
			if code != exitInterrupted || done >= 60 || tt.sent != (len(h.runs()) == 1) {
				t.Fatalf("got exit code %d, %d writes\n%s%s", code, done, out, errs)
			}
			if !tt.sent {
				if done != 0 || !strings.Contains(errs, "interrupted") {
					t.Errorf("got %d writes\n%s%s", done, out, errs)
				}
				_ = os.Remove(filepath.Join(h.dir, ".reseat", "lock")) // of another host
				h.run(0, "apply", h.dir, "--yes")
			} else {
				run := h.lastRun()
				if !strings.Contains(out+errs, "reseat apply --resume "+run) {
					t.Errorf("it does not say how to go on:\n%s%s", out, errs)
				}
				h.run(0, "apply", "--resume", run, h.dir)
			}
			if h.writes() != 60 {
				t.Errorf("got %d writes, want 60", h.writes())
			}
		})
	}
}
