package state_test

import (
	"errors"
	"maps"
	"slices"
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
		{hour(-5), map[plan.SKU]int{"e3": 2, "visio": 1}},
		{hour(-4), map[plan.SKU]int{"e3": 1}}, // the first date stands
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

// A run that is resumed tells of the same seats again: what was given back
// stays given back, and nothing is written twice.
func TestRemovedAgain(t *testing.T) {
	s := open(t)
	a, b := state.Seat{User: "a", SKU: "e3"}, state.Seat{User: "b", SKU: "e3"}
	err := errors.Join(
		s.Removed("run-1", []state.Seat{a, b, a}, noon),
		s.Undone("run-1", []state.Seat{a}, noon.Add(time.Hour)),
	)
	if err != nil {
		t.Fatal(err)
	}
	before := read(t, s.Path("ledger.jsonl"))
	if got := strings.Count(before, `"kind":"removed"`); got != 2 {
		t.Errorf("got %d removals noted, want 2", got)
	}
	if err := s.Removed("run-1", []state.Seat{a, b}, noon.Add(30*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := read(t, s.Path("ledger.jsonl")); got != before {
		t.Errorf("got %s, want nothing new", got)
	}
	if got, err := s.Recent(noon.Add(time.Minute)); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v; want that the 24 hours are not renewed", got, err)
	}
	if got, err := s.Recent(noon); err != nil || !maps.Equal(got, map[plan.SKU]int{"e3": 1}) {
		t.Errorf("got %v, %v; want one that was not given back", got, err)
	}
	// Ledgers that were written before this rule say it twice.
	for _, line := range strings.SplitAfter(before, "\n")[:2] {
		write(t, s.Path("ledger.jsonl"), read(t, s.Path("ledger.jsonl"))+strings.Replace(line, "T12:", "T18:", 1))
	}
	if got, err := s.Recent(noon.Add(time.Minute)); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v; want that an old ledger says the same", got, err)
	}
}

func TestCountedSeats(t *testing.T) {
	s := open(t)
	old := `{"kind":"removed","at":"2026-11-20T12:00:00Z","run":"run-0","user":"a","skuId":"e3"}` + "\n"
	if err := s.Use("p0", digest, "run-0", noon); err != nil {
		t.Fatal(err)
	}
	write(t, s.Path("ledger.jsonl"), read(t, s.Path("ledger.jsonl"))+old)
	free := state.Seat{User: "a", SKU: "flow"}
	err := errors.Join(
		s.RemovedSeats("run-1", []state.CountedSeat{{Seat: free}, {Seat: state.Seat{User: "b", SKU: "e3"}, Counted: true}}, noon),
		s.RemovedSeats("run-1", []state.CountedSeat{{Seat: free, Counted: true}}, noon.Add(time.Hour)), // what was said first counts
		s.RemovedSeats("run-1", []state.CountedSeat{{Seat: state.Seat{User: "b", SKU: "flow"}}}, noon.Add(-2*time.Hour)),
		s.RemovedSeats("run-2", []state.CountedSeat{{Seat: state.Seat{User: "c", SKU: "flow"}}}, noon),
		s.Undone("run-2", []state.Seat{{User: "c", SKU: "flow"}}, noon),
	)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Recent(noon); err != nil || !maps.Equal(got, map[plan.SKU]int{"e3": 2}) {
		t.Errorf("recent: got %v, %v", got, err)
	}
	if got, err := s.Lost(noon); err != nil || !maps.Equal(got, map[plan.SKU]int{"e3": 2, "flow": 1}) {
		t.Errorf("lost: got %v, %v", got, err)
	}
	if got, err := s.Lost(noon.Add(time.Hour)); err != nil || len(got) != 0 {
		t.Errorf("lost: got %v, %v; want nothing that late", got, err)
	}
	good := read(t, s.Path("ledger.jsonl"))
	for name, text := range map[string]string{
		"counted of a used plan": strings.Replace(good, `"run":"run-0","plan"`, `"run":"run-0","counted":true,"plan"`, 1),
		"counted of an undone":   strings.Replace(good, `"kind":"removed","at":"2026-11-20T12:00:00Z","run":"run-2"`, `"kind":"undone","at":"2026-11-20T12:00:00Z","run":"run-2"`, 1),
	} {
		if text == good {
			t.Fatalf("%s: the test does not bite", name)
		}
		write(t, s.Path("ledger.jsonl"), text)
		if _, err := s.Lost(noon); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
}

// A journal that lost its tail is found out by what the ledger has of the run.
func TestLedgerOf(t *testing.T) {
	s := open(t)
	if used, removed, undone, err := s.LedgerOf("run-1"); used || len(removed)+len(undone) != 0 || err != nil {
		t.Errorf("got %t, %v, %v, %v; want nothing", used, removed, undone, err)
	}
	a, b, c := state.Seat{User: "a", SKU: "e3"}, state.Seat{User: "a", SKU: "visio"}, state.Seat{User: "b", SKU: "e3"}
	err := errors.Join(
		s.Use("p1", digest, "run-1", noon),
		s.RemovedSeats("run-1", []state.CountedSeat{{Seat: c}, {Seat: a, Counted: true}}, noon),
		s.Removed("run-2", []state.Seat{c}, noon),
		s.Removed("run-1", []state.Seat{b, a}, noon),
		s.Undone("run-1", []state.Seat{b}, noon),
	)
	if err != nil {
		t.Fatal(err)
	}
	used, removed, undone, err := s.LedgerOf("run-1")
	if !used || !slices.Equal(removed, []state.Seat{a, b, c}) || !slices.Equal(undone, []state.Seat{b}) || err != nil {
		t.Errorf("got %t, %v, %v, %v", used, removed, undone, err)
	}
	if used, removed, _, err := s.LedgerOf("run-2"); used || !slices.Equal(removed, []state.Seat{c}) || err != nil {
		t.Errorf("got %t, %v, %v", used, removed, err)
	}
	write(t, s.Path("ledger.jsonl"), "garbage\n")
	if _, _, _, err := s.LedgerOf("run-1"); err == nil {
		t.Error("a damaged ledger was taken for an empty one")
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
		"a long line":    strings.Repeat("x", 200_000) + "\n" + good,
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

// TestLedgerWithoutItsEnd: a last line that lacks nothing but its end counts, and
// gets it; one whose end became something else is damage, and no torn line.
func TestLedgerWithoutItsEnd(t *testing.T) {
	s := open(t)
	if err := errors.Join(s.Use("p1", digest, "run-1", noon), s.Use("p2", digest, "run-2", noon)); err != nil {
		t.Fatal(err)
	}
	path := s.Path("ledger.jsonl")
	good := read(t, path)
	write(t, path, strings.TrimSuffix(good, "\n"))
	if _, used, err := s.Used("p2"); !used || err != nil {
		t.Errorf("got %t, %v; want that it counts", used, err)
	}
	if err := s.Use("p3", digest, "run-3", noon); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); !strings.HasPrefix(got, good) || strings.Count(got, "\n") != 3 {
		t.Errorf("got %q", got)
	}
	taken, err := s.Takings("run-3")
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, strings.TrimSuffix(good, "\n"))
	if err := taken.Note([]state.CountedSeat{{Seat: state.Seat{User: "u", SKU: "s"}, Counted: true}}, noon); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); !strings.HasPrefix(got, good) || strings.Count(got, "\n") != 3 {
		t.Errorf("got %q", got)
	}
	for _, end := range []string{" ", "\r", "J", "\x8a", "{"} {
		write(t, path, strings.TrimSuffix(good, "\n")+end)
		if _, _, err := s.Used("p2"); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%q: got %v, want that line 2 is damaged", end, err)
		}
	}
}
