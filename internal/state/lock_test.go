package state_test

import (
	"encoding/json"
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/reseat-cli/reseat/internal/state"
)

func TestLock(t *testing.T) {
	s := open(t)
	l, err := s.Lock(state.LockRecord{Operation: "apply", Who: "ann", Version: "0.1.0"}, noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.For("20261120T120000Z-3fa9c2e1"); err != nil {
		t.Fatal(err)
	}
	var locked *state.LockedError
	_, err = s.Lock(state.LockRecord{Operation: "apply", Run: "20261120T120000Z-3fa9c2e1"}, noon)
	if !errors.As(err, &locked) || locked.Dead || locked.Record != l.Record() || locked.Record.Run == "" || locked.Record.Who != "ann" {
		t.Fatalf("got %+v, %v; want the record of the holder", locked, err)
	}
	if !strings.Contains(err.Error(), locked.Record.ID) {
		t.Errorf("got %q, want the lock's id in it", err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if _, held, err := s.Holder(); held || err != nil {
		t.Errorf("got %t, %v; want nobody", held, err)
	}
	if err := l.Release(); err == nil {
		t.Error("a lock was released twice")
	}
}

func TestOneOfManyGetsTheLock(t *testing.T) {
	s := open(t)
	var got atomic.Int32
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			_, err := s.Lock(state.LockRecord{Operation: "apply"}, noon)
			var locked *state.LockedError
			switch {
			case err == nil:
				got.Add(1)
			case !errors.As(err, &locked) || locked.Record.ID == "":
				t.Errorf("got %v, want a whole record", err)
			}
		})
	}
	wg.Wait()
	if got.Load() != 1 {
		t.Errorf("%d got the lock, want one", got.Load())
	}
}

// deadLock leaves the lock of a process that has ended.
func deadLock(t *testing.T, s *state.Store, pid int, change func(*state.LockRecord)) {
	t.Helper()
	l, err := s.Lock(state.LockRecord{Operation: "apply"}, noon)
	if err != nil {
		t.Fatal(err)
	}
	r := l.Record()
	r.PID = pid
	change(&r)
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	write(t, s.Path("lock"), string(data))
}

// deadPID is the id of a process of ours that has ended.
func deadPID(t *testing.T) int {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Skipf("cannot find a program to start: %v", err)
	}
	p, err := os.StartProcess(exe, []string{exe, "-test.run=^$"}, &os.ProcAttr{})
	if err != nil {
		t.Skipf("cannot start a process: %v", err)
	}
	pid := p.Pid
	if _, err := p.Wait(); err != nil {
		t.Fatal(err)
	}
	if state.Alive(pid) {
		t.Skip("the process id was given to another at once")
	}
	return pid
}

func TestTakeOver(t *testing.T) {
	const run, other = "20261120T120000Z-3fa9c2e1", "20261120T120001Z-3fa9c2e1"
	tests := []struct {
		name   string
		change func(*state.LockRecord)
		lines  string // of the run's journal
		want   string // run that is taken up
		ok     bool
		dead   bool
	}{
		{"before it had a run", func(*state.LockRecord) {}, "x\n", "", true, true},
		{"before it wrote", func(r *state.LockRecord) { r.Run = run }, "", "", true, true},
		{"after it wrote", func(r *state.LockRecord) { r.Run = run }, "x\n", "", false, true},
		{"resumed", func(r *state.LockRecord) { r.Run = run }, "x\n", run, true, true},
		{"another is resumed", func(r *state.LockRecord) { r.Run = run }, "x\n", other, false, true},
		{"its journal is elsewhere", func(r *state.LockRecord) { r.Run = other }, "x\n", "", false, true},
		{"a run that is none", func(r *state.LockRecord) { r.Run = "../../x" }, "x\n", "", false, true},
		{"another host", func(r *state.LockRecord) { r.Host, r.Run = "elsewhere", run }, "", run, false, false},
		{"alive, without a start", func(r *state.LockRecord) { r.PID, r.Run, r.Started = os.Getpid(), run, "" }, "", run, false, false},
		{"alive", func(r *state.LockRecord) { r.PID, r.Run = os.Getpid(), run }, "", run, false, false},
	}
	pid := deadPID(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t)
			r, err := s.NewRun(digest, noon)
			if err != nil {
				t.Fatal(err)
			}
			if tt.lines != "" {
				write(t, r.Dir()+"/journal.jsonl", tt.lines)
			}
			deadLock(t, s, pid, tt.change)
			l, err := s.Lock(state.LockRecord{Operation: "apply", Run: tt.want}, noon)
			if tt.ok {
				if err != nil {
					t.Fatal(err)
				}
				if err := l.Release(); err != nil {
					t.Error(err)
				}
				return
			}
			var locked *state.LockedError
			if !errors.As(err, &locked) || locked.Dead != tt.dead {
				t.Errorf("got %v, want locked, dead=%t", err, tt.dead)
			}
		})
	}
}

func TestOneOfManyTakesOver(t *testing.T) {
	pid := deadPID(t)
	for range 10 {
		s := open(t)
		deadLock(t, s, pid, func(*state.LockRecord) {})
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

func TestALockThatMakesNoSenseLocks(t *testing.T) {
	s := open(t)
	if _, err := s.NewRun(digest, noon); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "{", `{"id":"../../x"}`, `{"id":"0011223344556677","x":1}`} {
		write(t, s.Path("lock"), text)
		var locked *state.LockedError
		if _, err := s.Lock(state.LockRecord{}, noon); !errors.As(err, &locked) || locked.Record.ID != "" {
			t.Errorf("%q: got %v, want locked", text, err)
		}
	}
}

func TestAForeignLockIsLeftAlone(t *testing.T) {
	s := open(t)
	l, err := s.Lock(state.LockRecord{}, noon)
	if err != nil {
		t.Fatal(err)
	}
	foreign := `{"id":"0011223344556677","operation":"apply","run":"","who":"","host":"h","pid":1,"version":"","created":"2026-11-20T12:00:00Z"}`
	write(t, s.Path("lock"), foreign)
	if err := l.For("x"); err == nil {
		t.Error("a foreign lock was changed")
	}
	if err := l.Release(); err == nil {
		t.Error("a foreign lock was released")
	}
	if got := read(t, s.Path("lock")); got != foreign {
		t.Errorf("got %s", got)
	}
}

func TestHeld(t *testing.T) {
	s := open(t)
	l, err := s.Lock(state.LockRecord{Operation: "apply"}, noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(l.Held(), l.For("20261120T120000Z-3fa9c2e1"), l.Held()); err != nil {
		t.Errorf("got %v, want it held", err)
	}
	ours := read(t, s.Path("lock"))
	tests := []struct {
		name, text, want string
	}{
		{"another's", strings.Replace(ours, l.Record().ID, "0011223344556677", 1), "the lock was lost: the tenant is locked: apply"},
		{"garbage", "{", "the lock was lost: the tenant is locked, and the lock"},
		{"gone", "", "the lock was lost: somebody removed "},
	}
	for _, tt := range tests {
		if tt.text == "" {
			err = os.Remove(s.Path("lock"))
		} else {
			write(t, s.Path("lock"), tt.text)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Held(); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
	if err := os.Mkdir(s.Path("lock"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := l.Held(); err == nil || !strings.HasPrefix(err.Error(), "nobody can tell whether the lock is still held: ") {
		t.Errorf("not readable: got %v", err)
	}
}

// A process id that lives again may be of another process, as 1 is in containers.
func TestAProcessIDThatWasGivenAgain(t *testing.T) {
	const run = "20261120T120000Z-3fa9c2e1"
	s := open(t)
	l, err := s.Lock(state.LockRecord{Operation: "apply"}, noon)
	if err != nil {
		t.Fatal(err)
	}
	started := l.Record().Started
	if runtime.GOOS != "linux" {
		t.Skip("start times are not read here")
	}
	if n, err := strconv.ParseUint(started, 10, 64); err != nil || n == 0 {
		t.Fatalf("got start %q, want a number of ticks", started)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	deadLock(t, s, os.Getpid(), func(*state.LockRecord) {})
	var locked *state.LockedError
	if _, err := s.Lock(state.LockRecord{Run: run}, noon); !errors.As(err, &locked) || locked.Dead || !locked.Alive {
		t.Fatalf("got %v, want that this process is at work", err)
	}
	changeLock(t, s, func(r *state.LockRecord) { r.Started += "0" })
	if l, err = s.Lock(state.LockRecord{Run: run}, noon); err != nil {
		t.Fatalf("got %v, want the lock of an earlier process taken over", err)
	}
	if l.Record().Started != started {
		t.Errorf("got start %q, want %q", l.Record().Started, started)
	}
	r, err := s.NewRun(digest, noon)
	if err != nil {
		t.Fatal(err)
	}
	write(t, r.Dir()+"/plan.json", `{"id":"p"}`)
	for started, want := range map[string]state.RunState{started: state.Running, "": state.Running, started + "0": state.Interrupted} {
		changeLock(t, s, func(l *state.LockRecord) { l.Run, l.Started = r.Name(), started })
		if got, err := s.Runs(); err != nil || got[0].State != want {
			t.Errorf("start %q: got %v, %v; want %s", started, got, err, want)
		}
	}
}

// changeLock changes the lock that is there.
func changeLock(t *testing.T, s *state.Store, change func(*state.LockRecord)) {
	t.Helper()
	r, _, err := s.Holder()
	if err != nil {
		t.Fatal(err)
	}
	change(&r)
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	write(t, s.Path("lock"), string(data))
}

func TestLockedErrorText(t *testing.T) {
	const run, id = "20261120T120000Z-3fa9c2e1", "0011223344556677"
	full := state.LockRecord{ID: id, Operation: "apply", Run: run, Who: "dana", Host: "vm", PID: 7, Created: noon}
	tests := []struct {
		err  state.LockedError
		want string
	}{
		{state.LockedError{Record: full, Path: "/s/lock", Alive: true}, "the tenant is locked: apply of dana on host vm since 2026-11-20 12:00 UTC, run " + run + ", is at work; lock " + id},
		{state.LockedError{Record: full, Path: "/s/lock", Dead: true}, "the tenant is locked: apply of dana on host vm since 2026-11-20 12:00 UTC, run " + run + ", was cut off; lock " + id},
		{state.LockedError{Record: full, Path: "/s/lock"}, "the tenant is locked: apply of dana on host vm since 2026-11-20 12:00 UTC, run " + run + ", is at work, as far as can be told from here (see \"/s/lock\"); lock " + id},
		{state.LockedError{Record: state.LockRecord{ID: id, Operation: "apply"}, Alive: true}, "the tenant is locked: apply, is at work; lock " + id},
		{state.LockedError{Record: state.LockRecord{ID: id, Who: "dana", Run: run}, Dead: true}, "the tenant is locked: work of dana, run " + run + ", was cut off; lock " + id},
		{state.LockedError{Path: "/s/lock"}, "the tenant is locked, and the lock \"/s/lock\" cannot be read"},
	}
	for _, tt := range tests {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

// TestLockOfAnotherStays: a lock is neither released nor marked by who lost it, also
// where it changes hands between the look and the deed, and nobody waits for who
// is just removing it.
func TestLockOfAnotherStays(t *testing.T) {
	for round := range 40 {
		s := open(t)
		first, err := s.Lock(state.LockRecord{Operation: "apply"}, noon)
		if err != nil {
			t.Fatal(err)
		}
		// As if it were of another host, so that it can be unlocked.
		record := first.Record()
		record.Host = "elsewhere"
		data, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		write(t, s.Path("lock"), string(data))
		var wg sync.WaitGroup
		var second *state.Lock
		wg.Go(func() {
			if round%2 == 0 {
				_ = first.Release()
			} else {
				_ = first.For("20261120T120000Z-3fa9c2e1")
			}
		})
		wg.Go(func() { _, _ = s.Unlock(record.ID) })
		wg.Go(func() {
			for range 20 {
				if l, err := s.Lock(state.LockRecord{Operation: "apply"}, noon); err == nil {
					second = l
					return
				}
			}
		})
		wg.Wait()
		if second == nil {
			continue
		}
		if err := second.Held(); err != nil {
			t.Fatalf("round %d: the lock of another was taken away: %v", round, err)
		}
	}
}
