package state_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

func TestUsed(t *testing.T) {
	s := open(t)
	if err := s.Use("p1", digest, "run-1", noon); err != nil {
		t.Fatal(err)
	}
	if run, used, err := s.Used("p1"); run != "run-1" || !used || err != nil {
		t.Errorf("got %q, %t, %v", run, used, err)
	}
	if _, used, err := s.Used("p2"); used || err != nil {
		t.Errorf("got %t, %v; want not used", used, err)
	}
	before := read(t, s.Path("ledger.jsonl"))
	if err := s.Use("p1", digest, "run-1", noon); err != nil || read(t, s.Path("ledger.jsonl")) != before {
		t.Errorf("got %v; want nothing for the same run", err)
	}
	var used *state.UsedError
	if err := s.Use("p1", digest, "run-2", noon); !errors.As(err, &used) || used.Run != "run-1" {
		t.Errorf("got %v, want that run-1 used it", err)
	}
}

func TestRecent(t *testing.T) {
	s := open(t)
	hour := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }
	a, b, c := state.Seat{User: "a", SKU: "e3"}, state.Seat{User: "b", SKU: "e3"}, state.Seat{User: "a", SKU: "visio"}
	err := errors.Join(
		s.Removed("old", []state.Seat{a}, hour(-30)),
		s.Removed("run-1", []state.Seat{a, b, c}, hour(-5)),
		s.Removed("run-1", []state.Seat{a, c}, hour(-4)), // resumed
		s.Removed("run-2", []state.Seat{a}, hour(-3)),    // given again since, and taken again
		s.Undone("run-1", []state.Seat{b}, hour(-2)),
		s.Removed("run-3", nil, hour(-1)),
	)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		since time.Time
		want  map[plan.SKU]int
	}{
		{hour(-24), map[plan.SKU]int{"e3": 2, "visio": 1}},
		{hour(-4), map[plan.SKU]int{"e3": 2, "visio": 1}},
		{hour(-3), map[plan.SKU]int{"e3": 1}},
		{hour(-48), map[plan.SKU]int{"e3": 3, "visio": 1}},
		{hour(0), map[plan.SKU]int{}},
	}
	for _, tt := range tests {
		if got, err := s.Recent(tt.since); err != nil || !maps.Equal(got, tt.want) {
			t.Errorf("since %v: got %v, %v; want %v", tt.since, got, err, tt.want)
		}
	}
}

func TestLedgerTornAndDamaged(t *testing.T) {
	s := open(t)
	if err := errors.Join(s.Use("p1", digest, "run-1", noon), s.Use("p2", digest, "run-2", noon)); err != nil {
		t.Fatal(err)
	}
	path := s.Path("ledger.jsonl")
	good := read(t, path)
	write(t, path, good[:len(good)-9])
	if _, used, err := s.Used("p2"); used || err != nil {
		t.Errorf("torn: got %t, %v; want that it was never noted", used, err)
	}
	if err := s.Use("p2", digest, "run-2", noon); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); got != good {
		t.Errorf("torn: got %q, want %q", got, good)
	}
	for name, text := range map[string]string{
		"garbage":        "garbage\n" + good,
		"unknown kind":   strings.Replace(good, `"used"`, `"unused"`, 1),
		"unknown key":    strings.Replace(good, `"plan"`, `"plann"`, 1),
		"no run":         strings.Replace(good, `"run-1"`, `""`, 1),
		"kind and seat":  strings.Replace(good, `"used"`, `"removed"`, 1),
		"two on a line":  strings.Replace(good, "}\n", "}{}\n", 1),
		"an empty line":  "\n" + good,
		"a time is none": strings.Replace(good, "2026", "x", 1),
	} {
		write(t, path, text)
		_, _, usedErr := s.Used("p9")
		_, recentErr := s.Recent(noon)
		for _, err := range []error{usedErr, recentErr, s.Use("p9", digest, "r", noon)} {
			if err == nil || !strings.Contains(err.Error(), "line 1") || !strings.Contains(err.Error(), "ledger.jsonl") || !strings.Contains(err.Error(), "from a copy") {
				t.Errorf("%s: got %v, want file, line and remedy", name, err)
			}
		}
		if got := read(t, path); got != text {
			t.Errorf("%s: the damaged ledger was changed", name)
		}
	}
}
