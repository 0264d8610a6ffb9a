package state_test

import (
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

// TestTakings: what a run takes is noted once, batch after batch and when it is
// taken up, also beside a line that was torn and what others note meanwhile.
func TestTakings(t *testing.T) {
	s, err := state.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	seat := func(user string) state.CountedSeat {
		return state.CountedSeat{Seat: state.Seat{User: plan.UserID(user), SKU: "e3"}, Counted: user != "free"}
	}
	note := func(k *state.Takings, at time.Time, users ...string) {
		t.Helper()
		var seats []state.CountedSeat
		for _, u := range users {
			seats = append(seats, seat(u))
		}
		if err := k.Note(seats, at); err != nil {
			t.Fatal(err)
		}
	}
	first, err := s.Takings("run-1")
	if err != nil {
		t.Fatal(err)
	}
	note(first, noon)
	if there, err := s.HasLedger(); there || err != nil {
		t.Errorf("got %t, %v; nothing was noted yet", there, err)
	}
	note(first, noon, "a", "b", "a", "free")
	if err := errors.Join(s.Use("p", "3fa9c2e1", "run-1", noon), s.Removed("run-2", []state.Seat{seat("a").Seat}, noon)); err != nil {
		t.Fatal(err)
	}
	note(first, noon.Add(time.Minute), "b", "c")
	if err := s.Undone("run-1", []state.Seat{seat("b").Seat}, noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(s.Path("ledger.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"kind":"remo`); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := s.Takings("run-1")
	if err != nil {
		t.Fatal(err)
	}
	note(again, noon.Add(2*time.Hour), "a", "b", "c", "d")
	used, removed, undone, err := s.LedgerOf("run-1")
	want := []state.Seat{seat("a").Seat, seat("b").Seat, seat("c").Seat, seat("d").Seat, seat("free").Seat}
	if !used || !slices.Equal(removed, want) || !slices.Equal(undone, []state.Seat{seat("b").Seat}) || err != nil {
		t.Errorf("got %t, %v, %v, %v", used, removed, undone, err)
	}
	// Since an hour and a half after noon there is d alone, by each run a seat once.
	if n, err := s.Recent(noon.Add(90 * time.Minute)); n["e3"] != 1 || err != nil {
		t.Errorf("got %v, %v", n, err)
	}
	if n, err := s.Recent(noon); n["e3"] != 4 || err != nil { // a, c and d, and a of the other run
		t.Errorf("got %v, %v", n, err)
	}
	data, err := os.ReadFile(s.Path("ledger.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if len(data) == 0 || data[len(data)-1] != '\n' {
		t.Error("the ledger has a torn line")
	}
}

// TestTakingsDamaged: of a ledger that cannot be read nobody knows what it has.
func TestTakingsDamaged(t *testing.T) {
	s, err := state.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Removed("run-1", []state.Seat{{User: "a", SKU: "e3"}}, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.Path("ledger.jsonl"), []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Takings("run-1"); err == nil {
		t.Error("got no error")
	}
}
