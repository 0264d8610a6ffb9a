package state_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHugeFiles: a file that grew without bounds is refused by its size, and a lock
// or a stop switch like that still locks and stops.
func TestHugeFiles(t *testing.T) {
	s := open(t)
	run, err := s.NewRun(strings.Repeat("3fa9c2e1", 8), noon)
	if err != nil {
		t.Fatal(err)
	}
	huge := func(path string) {
		t.Helper()
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
		if err == nil {
			err = errors.Join(f.Truncate(1<<30), f.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, read := range map[string]func() ([]byte, error){
		"journal.jsonl": run.ReadJournal, "undo.json": run.ReadUndo, "report.json": run.ReadReport, "run.json": run.ReadRecord,
	} {
		huge(filepath.Join(run.Dir(), name))
		if data, err := read(); err == nil || !strings.Contains(err.Error(), name+`": it is damaged: it has more than `) || data != nil {
			t.Errorf("%s: got %d bytes, %v", name, len(data), err)
		}
	}
	huge(s.Path("ledger.jsonl"))
	if _, err := s.Recent(noon); err == nil {
		t.Error("a huge ledger was read")
	}
	huge(s.Path("stop"))
	if _, set, err := s.Stopped(); !set || err == nil {
		t.Errorf("a huge stop switch: got %v, %v", set, err)
	}
	huge(s.Path("lock"))
	if _, held, err := s.Holder(); held || err == nil {
		t.Errorf("a huge lock: got %v, %v", held, err)
	}
}
