package state_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/reseat-cli/reseat/internal/state"
)

// id is the id of the lock that is there.
func id(t *testing.T, s *state.Store) string {
	t.Helper()
	locked, err := s.Locked()
	if err != nil || locked == nil {
		t.Fatalf("got %v, %v; want a lock", locked, err)
	}
	return locked.ID()
}

// wantFree asks that the lock can be taken, and that nothing of a lock or of
// claims on one is left behind.
func wantFree(t *testing.T, s *state.Store) {
	t.Helper()
	l, err := s.Lock(state.LockRecord{Operation: "apply"}, noon)
	if err != nil {
		t.Fatalf("it is not free: %v", err)
	}
	if err := l.Release(); err != nil {
		t.Error(err)
	}
	if left, err := filepath.Glob(s.Path("lock*")); len(left) > 0 || err != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestUnlock(t *testing.T) {
	pid := deadPID(t)
	const run = "20261120T120000Z-3fa9c2e1"
	for _, tt := range []struct {
		name   string
		change func(*state.LockRecord)
		dead   bool
	}{
		{"cut off", func(r *state.LockRecord) { r.Run = run }, true},
		{"of another host", func(r *state.LockRecord) { r.Host, r.Run, r.PID = "elsewhere", run, os.Getpid() }, false},
		{"of who cannot be told", func(r *state.LockRecord) { r.PID, r.Started, r.Run = os.Getpid(), "", run }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t)
			deadLock(t, s, pid, tt.change)
			if runtime.GOOS != "linux" && tt.name == "cut off" {
				t.Log("without start times")
			}
			const other = "0011223344556677"
			_, err := s.Unlock(other)
			var wrong *state.WrongLockError
			if !errors.As(err, &wrong) || wrong.Locked.ID() != id(t, s) || !strings.Contains(err.Error(), id(t, s)) {
				t.Fatalf("another id: got %v", err)
			}
			was, err := s.Unlock(id(t, s))
			if err != nil || was.Dead != tt.dead || was.Record.Run != run {
				t.Fatalf("got %+v, %v", was, err)
			}
			wantFree(t, s)
			if _, err := s.Unlock(other); !errors.Is(err, state.ErrNotLocked) {
				t.Errorf("nothing is locked: got %v", err)
			}
		})
	}
}

func TestUnlockOfWhoIsAtWork(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("start times are not read here")
	}
	s := open(t)
	l, err := s.Lock(state.LockRecord{Operation: "apply"}, noon)
	if err != nil {
		t.Fatal(err)
	}
	var locked *state.LockedError
	if _, err := s.Unlock(l.Record().ID); !errors.As(err, &locked) || !locked.Alive {
		t.Errorf("got %v, want that it is at work", err)
	}
	if err := l.Held(); err != nil {
		t.Error(err)
	}
}

// A lock that makes no sense is called by what stands in it.
func TestUnlockOfWhatMakesNoSense(t *testing.T) {
	s := open(t)
	if _, err := s.NewRun(digest, noon); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "{", `{"id":"../../x"}`} {
		write(t, s.Path("lock"), text)
		called := id(t, s)
		_, err := s.Lock(state.LockRecord{}, noon)
		if err == nil || !strings.HasSuffix(err.Error(), "; lock "+called) {
			t.Errorf("%q: got %v, want its id %s", text, err, called)
		}
		write(t, s.Path("lock"), text+" ")
		var wrong *state.WrongLockError
		if _, err := s.Unlock(called); !errors.As(err, &wrong) {
			t.Errorf("%q: another one that makes no sense: got %v", text, err)
		}
		if _, err := s.Unlock(id(t, s)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		wantFree(t, s)
	}
}

// claim leaves the claim of a process on the lock that is there.
func claim(t *testing.T, s *state.Store, change func(*state.LockRecord)) {
	t.Helper()
	r, _, err := s.Holder()
	if err != nil {
		t.Fatal(err)
	}
	held := r.ID
	r.ID = "00112233aabbccdd"
	change(&r)
	write(t, s.Path("lock."+held+".claim"), fmt.Sprintf(
		`{"id":%q,"operation":"apply","run":"","who":"","host":%q,"pid":%d,"version":"","created":"2026-11-20T12:00:00Z","started":%q}`, r.ID, r.Host, r.PID, r.Started))
}

// Who ends while he takes a lock over leaves a claim that keeps nobody out.
func TestClaimThatIsLeft(t *testing.T) {
	pid := deadPID(t)
	s := open(t)
	deadLock(t, s, pid, func(*state.LockRecord) {})
	claim(t, s, func(*state.LockRecord) {})
	wantFree(t, s)

	deadLock(t, s, pid, func(*state.LockRecord) {})
	claim(t, s, func(r *state.LockRecord) { r.Host = "elsewhere" })
	if _, err := s.Lock(state.LockRecord{}, noon); err == nil || !strings.Contains(err.Error(), "on host elsewhere since 2026-11-20 12:00 UTC is taking it over") {
		t.Errorf("a claim that may be at work: got %v", err)
	}
	if _, err := s.Unlock(id(t, s)); err != nil {
		t.Error(err)
	}
	wantFree(t, s)

	deadLock(t, s, pid, func(*state.LockRecord) {})
	write(t, s.Path("lock."+id(t, s)+".claim"), "{")
	if _, err := s.Lock(state.LockRecord{}, noon); err == nil {
		t.Error("a claim that cannot be read was passed")
	}
	if _, err := s.Unlock(id(t, s)); err != nil {
		t.Error(err)
	}
	wantFree(t, s)

	if runtime.GOOS == "linux" { // where who is at work is known
		deadLock(t, s, pid, func(*state.LockRecord) {})
		l, err := open(t).Lock(state.LockRecord{}, noon)
		if err != nil {
			t.Fatal(err)
		}
		claim(t, s, func(r *state.LockRecord) { r.PID, r.Started = l.Record().PID, l.Record().Started })
		var locked *state.LockedError
		if _, err := s.Unlock(id(t, s)); !errors.As(err, &locked) {
			t.Errorf("who is at work at a claim: got %v", err)
		}
	}
}

func TestOneOfManyTakesOverAClaim(t *testing.T) {
	pid := deadPID(t)
	for range 10 {
		s := open(t)
		deadLock(t, s, pid, func(*state.LockRecord) {})
		claim(t, s, func(*state.LockRecord) {})
		var got atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				_, err := s.Lock(state.LockRecord{Operation: "apply"}, noon)
				var locked *state.LockedError
				if err == nil {
					got.Add(1)
				} else if !errors.As(err, &locked) {
					t.Errorf("got %v, want locked", err)
				}
			})
		}
		wg.Wait()
		if got.Load() != 1 {
			t.Fatalf("%d took the lock over, want one", got.Load())
		}
	}
}

// A holder is judged by its process id only where that means what it meant.
func TestElsewhereByTheSameName(t *testing.T) {
	pid := deadPID(t)
	s := open(t)
	l, err := s.Lock(state.LockRecord{}, noon)
	if err != nil {
		t.Fatal(err)
	}
	me := l.Record()
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "linux" || me.Boot == "" || me.Space == "" {
		t.Skip("the system does not say where this is")
	}
	const otherBoot, otherMachine = "00000000-0000-4000-8000-000000000000", "0011223344556677"
	for _, tt := range []struct {
		name   string
		change func(*state.LockRecord)
		dead   bool
		known  bool // only where this machine has a name of its own
	}{
		{"here", func(*state.LockRecord) {}, true, false},
		{"by an older version", func(r *state.LockRecord) { r.Machine, r.Boot, r.Space = "", "", "" }, true, false},
		{"in another container", func(r *state.LockRecord) { r.Space = "pid:[4026530000]" }, false, false},
		{"another machine", func(r *state.LockRecord) { r.Machine, r.Boot = otherMachine, otherBoot }, false, true},
		{"before this machine was started anew", func(r *state.LockRecord) { r.Boot = otherBoot; r.PID = os.Getpid() }, true, true},
		{"another boot of who knows what", func(r *state.LockRecord) { r.Machine, r.Boot = "", otherBoot }, false, false},
	} {
		if tt.known && me.Machine == "" {
			continue
		}
		deadLock(t, s, pid, tt.change)
		locked, err := s.Locked()
		if err != nil || locked.Dead != tt.dead || locked.Alive {
			t.Errorf("%s: got %+v, %v; want dead=%t", tt.name, locked, err, tt.dead)
		}
		if err := os.Remove(s.Path("lock")); err != nil {
			t.Fatal(err)
		}
	}
}

// A run whose folder was made and nothing more is no fault.
func TestUnsentRun(t *testing.T) {
	s := open(t)
	r, err := s.NewRun(digest, noon)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Runs(); err != nil || got[0].State != state.Unsent || got[0].Fault != "" || !r.Unsent() {
		t.Errorf("got %+v, %v; want it unsent", got, err)
	}
	write(t, r.Dir()+"/journal.jsonl", "")
	if got, err := s.Runs(); err != nil || got[0].State == state.Unsent || got[0].Fault == "" || r.Unsent() {
		t.Errorf("a journal without a plan: got %+v, %v", got, err)
	}
}

// BenchmarkHeld is what is asked before every batch.
func BenchmarkHeld(b *testing.B) {
	s, err := state.Open(filepath.Join(b.TempDir(), ".reseat"), nil)
	if err != nil {
		b.Fatal(err)
	}
	l, err := s.Lock(state.LockRecord{Operation: "apply"}, noon)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := l.Held(); err != nil {
			b.Fatal(err)
		}
		if _, set, err := s.Stopped(); set || err != nil {
			b.Fatal(set, err)
		}
	}
}
