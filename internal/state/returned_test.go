package state_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

func given(run string, user plan.UserID, statement string, hours int) plan.GivenBack {
	return plan.GivenBack{User: user, SKU: "e3", Run: run, At: noon.Add(time.Duration(hours) * time.Hour), Statement: statement}
}

func wantGivenBack(t *testing.T, s *state.Store, want ...plan.GivenBack) {
	t.Helper()
	if got, err := s.GivenBack(); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestGivenBack(t *testing.T) {
	s := open(t)
	wantGivenBack(t, s)
	a, b, c := given("undo-1", "a", "x", 0), given("undo-1", "b", "", 0), given("undo-1", "c", "x", 0)
	also := given("undo-1", "a", "y", 0) // may decide as well
	if err := s.Returned([]plan.GivenBack{c, b, also, a}); err != nil {
		t.Fatal(err)
	}
	wantGivenBack(t, s, a, also, b, c)

	before := read(t, s.Path("ledger.jsonl"))
	again := given("undo-1", "a", "x", 5)
	if err := errors.Join(s.Returned([]plan.GivenBack{again}), s.Returned(nil)); err != nil || read(t, s.Path("ledger.jsonl")) != before {
		t.Errorf("a resumed run that tells it again: got %v, want nothing new", err)
	}

	// Taken away, or switched off, by a run; what was not given back is not noted.
	if err := errors.Join(
		s.Removed("run-2", []state.Seat{{User: "a", SKU: "e3"}, {User: "a", SKU: "visio"}}, noon),
		s.Retaken("run-2", []state.Seat{{User: "a", SKU: "e3"}, {User: "b", SKU: "e3"}, {User: "d", SKU: "e3"}}, noon),
	); err != nil {
		t.Fatal(err)
	}
	wantGivenBack(t, s, c)
	if n := strings.Count(read(t, s.Path("ledger.jsonl")), `"kind":"retaken"`); n != 1 {
		t.Errorf("got %d lines of what was taken again, want one", n)
	}

	// Given back anew; then the run that took it is resumed and tells it again.
	anew := given("undo-2", "b", "z", 7)
	if err := errors.Join(
		s.Returned([]plan.GivenBack{anew}),
		s.Retaken("run-2", []state.Seat{{User: "b", SKU: "e3"}}, noon),
		s.Returned([]plan.GivenBack{b}),
	); err != nil {
		t.Fatal(err)
	}
	wantGivenBack(t, s, anew, c)

	// What an undo itself takes does not speak against what it gives.
	if err := s.Retaken("undo-1", []state.Seat{{User: "c", SKU: "e3"}}, noon); err != nil {
		t.Fatal(err)
	}
	wantGivenBack(t, s, anew, c)
}

// TestReturnedLines asks that lines which say what their kind does not are refused.
func TestReturnedLines(t *testing.T) {
	for _, line := range []string{
		`{"kind":"returned","at":"2026-11-20T12:00:00Z","run":"r","user":"a"}`,
		`{"kind":"returned","at":"2026-11-20T12:00:00Z","run":"r","user":"a","skuId":"e3","counted":true}`,
		`{"kind":"retaken","at":"2026-11-20T12:00:00Z","run":"r","user":"a","skuId":"e3","statement":"x"}`,
		`{"kind":"removed","at":"2026-11-20T12:00:00Z","run":"r","user":"a","skuId":"e3","statement":"x"}`,
		`{"kind":"used","at":"2026-11-20T12:00:00Z","run":"r","plan":"p","statement":"x"}`,
		`{"kind":"returned","at":"2026-11-20T12:00:00Z","user":"a","skuId":"e3"}`,
	} {
		s := open(t)
		if err := s.Use("p1", digest, "run-1", noon); err != nil {
			t.Fatal(err)
		}
		write(t, s.Path("ledger.jsonl"), read(t, s.Path("ledger.jsonl"))+line+"\n")
		if _, err := s.GivenBack(); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%s: got %v, want that it is damaged", line, err)
		}
	}
}
