package state_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

// TestGiving: what a run may give back is listed until it was told.
func TestGiving(t *testing.T) {
	s, err := state.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	r, err := s.NewRun("3fa9c2e1", start)
	if err != nil {
		t.Fatal(err)
	}
	listed := func(want int) {
		t.Helper()
		if runs, err := s.StillGiving(); err != nil || len(runs) != want {
			t.Errorf("got %d runs, %v, want %d", len(runs), err, want)
		}
	}
	listed(0)
	if _, err := r.Giving(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want none", err)
	}
	given := []plan.GivenBack{{User: "u", SKU: "s", Run: r.Name(), At: start, Statement: "a"}, {User: "v", SKU: "s", Run: r.Name(), At: start, Statement: "b"}}
	if err := r.WriteGiving(given); err != nil {
		t.Fatal(err)
	}
	listed(1)
	if got, err := r.Giving(); err != nil || len(got) != 2 || got[0] != given[0] || got[1] != given[1] {
		t.Errorf("got %v, %v, want %v", got, err, given)
	}
	if err := s.Returned(given[:1]); err != nil {
		t.Fatal(err)
	}
	if err := s.Retaken("20260101T000000Z-00000000", []state.Seat{{User: "u", SKU: "s"}}, start); err != nil {
		t.Fatal(err)
	}
	if got, err := s.NotReturned(given); err != nil || len(got) != 1 || got[0] != given[1] {
		t.Errorf("got %v, %v, want the one that the ledger was never told, whatever became of the other", got, err)
	}
	if err := os.WriteFile(filepath.Join(r.Dir(), "giving.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Giving(); err == nil {
		t.Error("a damaged note reads")
	}
	if err := errors.Join(r.Given(), r.Given()); err != nil {
		t.Error(err)
	}
	listed(0)
}
