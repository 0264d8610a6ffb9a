package state_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/internal/state"
)

var errFull = errors.New("no space left on device")

// A disk takes a number of bytes; then it is full until it is emptied.
type disk struct {
	data     []byte
	room     int
	syncs    int
	syncFail bool
}

func (d *disk) Write(b []byte) (int, error) {
	n := min(len(b), d.room)
	d.data, d.room = append(d.data, b[:n]...), d.room-n
	if n < len(b) {
		return n, errFull
	}
	return n, nil
}

func (d *disk) Sync() error {
	d.syncs++
	if d.syncFail {
		return errFull
	}
	return nil
}

func (d *disk) Close() error { return nil }

func TestAppenderStopsAtTheFirstFailure(t *testing.T) {
	for _, d := range []*disk{{room: 10}, {room: 1000, syncFail: true}} {
		a := state.NewAppender("journal.jsonl", d)
		if !d.syncFail {
			if err := a.Append([]byte("12345\n")); err != nil || d.syncs != 1 {
				t.Fatalf("got %v after %d syncs, want one", err, d.syncs)
			}
		}
		if err := a.Append([]byte("67890\n")); !errors.Is(err, errFull) {
			t.Errorf("got %v, want %v", err, errFull)
		}
		d.room, d.syncFail = 1000, false
		before := len(d.data)
		if err := a.Append([]byte("1\n")); !errors.Is(err, errFull) || !strings.Contains(err.Error(), "after a failed write") {
			t.Errorf("got %v, want a refusal", err)
		}
		if len(d.data) != before {
			t.Error("something was written after a failed write")
		}
	}
}

func TestAppenderTakesWholeLines(t *testing.T) {
	d := &disk{room: 100}
	a := state.NewAppender("x", d)
	if err := a.Append([]byte("half")); err == nil || len(d.data) != 0 {
		t.Errorf("got %v, want a refusal", err)
	}
	if err := a.Append([]byte("one\ntwo\n")); err != nil {
		t.Errorf("got %v: a refusal is no failed write", err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if err := a.Append([]byte("x\n")); err == nil {
		t.Error("a closed log was written to")
	}
}

func TestTornTailsAreCut(t *testing.T) {
	s := open(t)
	run, err := s.NewRun(digest, noon)
	if err != nil {
		t.Fatal(err)
	}
	journal, err := run.Journal()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(journal.Append([]byte("one\n")), journal.Close()); err != nil {
		t.Fatal(err)
	}
	path := run.Dir() + "/journal.jsonl"
	write(t, path, "one\ntw")
	if _, err := run.Journal(); err == nil || !strings.Contains(err.Error(), "torn") {
		t.Errorf("got %v, want that it is torn", err)
	}
	if err := run.KeepJournal(7); err == nil {
		t.Error("more was kept than there is")
	}
	if err := run.KeepJournal(4); err != nil {
		t.Fatal(err)
	}
	if journal, err = run.Journal(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(journal.Append([]byte("three\n")), journal.Close()); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); got != "one\nthree\n" {
		t.Errorf("got %q", got)
	}
}

func TestLog(t *testing.T) {
	s := open(t)
	if _, err := s.Log("simulator.jsonl", 5); err == nil {
		t.Error("a log that is gone was opened to keep 5 bytes of it")
	}
	for _, line := range []string{"one\n", "two\n"} {
		data, err := s.ReadLog("simulator.jsonl")
		if err != nil && len(data) > 0 {
			t.Fatal(err)
		}
		log, err := s.Log("simulator.jsonl", int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(log.Append([]byte(line)), log.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if got := read(t, s.Path("simulator.jsonl")); got != "one\ntwo\n" {
		t.Errorf("got %q", got)
	}
}

// TestWholeLinesAreNotCut: a line that another process wrote since the log was read
// stays, and who would have cut it off stops.
func TestWholeLinesAreNotCut(t *testing.T) {
	s := open(t)
	run, err := s.NewRun(strings.Repeat("3fa9c2e1", 8), noon)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(run.Dir(), "journal.jsonl")
	for _, tt := range []struct {
		was  string
		keep int64
		cut  bool
	}{
		{"one\ntwo\n", 4, false},
		{"one\ntwo\nthr", 4, false},
		{"one\n\n", 4, false},
		{"one\n" + strings.Repeat("x", 200_000) + "\n", 4, false},
		{"one\ntw", 4, true},
		{"one\n" + strings.Repeat("x", 200_000), 4, true},
		{"one\n", 4, true},
	} {
		if err := os.WriteFile(path, []byte(tt.was), 0o600); err != nil {
			t.Fatal(err)
		}
		err := run.KeepJournal(tt.keep)
		got := read(t, path)
		if tt.cut && (err != nil || got != "one\n") || !tt.cut && (err == nil || got != tt.was) {
			t.Errorf("%.20q: got %v and %.20q", tt.was, err, got)
		}
	}
}
