package state

import (
	"cmp"
	"slices"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A Seat is a seat in the ledger.
type Seat struct {
	User plan.UserID
	SKU  plan.SKU
}

// A CountedSeat is a seat that a run took. Counted says whether the limits
// count it.
type CountedSeat struct {
	Seat
	Counted bool
}

// Removed notes seats that a run took, all of which the limits count. It is
// [Store.RemovedSeats] otherwise.
func (s *Store) Removed(run string, seats []Seat, at time.Time) error {
	counted := make([]CountedSeat, len(seats))
	for i, seat := range seats {
		counted[i] = CountedSeat{Seat: seat, Counted: true}
	}
	return s.RemovedSeats(run, counted, at)
}

// RemovedSeats notes seats that a run took. What the ledger has of that run and
// seat already stands as it was first noted, given back or not: a resumed run
// may tell everything again. The caller holds the lock.
func (s *Store) RemovedSeats(run string, seats []CountedSeat, at time.Time) error {
	if len(seats) == 0 {
		return nil
	}
	t, err := s.Takings(run)
	if err != nil {
		return err
	}
	return t.Note(seats, at)
}

// Undone notes seats that a run took and that were given back. The caller holds
// the lock.
func (s *Store) Undone(run string, seats []Seat, at time.Time) error {
	lines := make([]ledgerLine, 0, len(seats))
	for _, seat := range seats {
		lines = append(lines, ledgerLine{Kind: kindUndone, At: at.UTC(), Run: run, User: seat.User, SKU: seat.SKU})
	}
	return s.note(lines)
}

// Recent returns how many seats that the limits count runs took since a time
// and did not give back, by product. A seat counts once a run, from when it was
// first noted.
func (s *Store) Recent(since time.Time) (map[plan.SKU]int, error) {
	return s.sum(since, func(_ taking, r removal) bool { return r.counted })
}

// RecentBut is [Store.Recent] without what one run noted of some seats: those
// that a resume found not taken after all, and is about to take.
func (s *Store) RecentBut(since time.Time, run string, seats map[Seat]bool) (map[plan.SKU]int, error) {
	return s.sum(since, func(k taking, r removal) bool { return r.counted && !(k.run == run && seats[k.seat]) })
}

// Lost returns how many seats runs took since a time and did not give back, by
// product, whether the limits count them or not.
func (s *Store) Lost(since time.Time) (map[plan.SKU]int, error) {
	return s.sum(since, func(taking, removal) bool { return true })
}

func (s *Store) sum(since time.Time, want func(taking, removal) bool) (map[plan.SKU]int, error) {
	removals := removals{}
	if _, err := s.eachLedger(removals.fold); err != nil {
		return nil, err
	}
	counts := map[plan.SKU]int{}
	for k, r := range removals {
		if r.removed && !r.undone && !r.at.Before(since) && want(k, r) {
			counts[k.seat.SKU]++
		}
	}
	return counts, nil
}

// LedgerOf returns what the ledger has of a run: whether it used a plan, the
// seats that it took or may have taken, and those of them that were given back.
// Both lists are sorted by user and product; what was given back is in both.
// A journal that knows of less is not whole.
func (s *Store) LedgerOf(run string) (used bool, removed []Seat, undone []Seat, err error) {
	removals := removals{}
	_, err = s.eachLedger(func(l *ledgerLine) {
		used = used || l.Kind == kindUsed && l.Run == run
		if l.Run == run {
			removals.fold(l)
		}
	})
	if err != nil {
		return false, nil, nil, err
	}
	for k, r := range removals {
		if r.removed {
			removed = append(removed, k.seat)
		}
		if r.undone {
			undone = append(undone, k.seat)
		}
	}
	slices.SortFunc(removed, compareSeats)
	slices.SortFunc(undone, compareSeats)
	return used, removed, undone, nil
}

func compareSeats(a, b Seat) int {
	return cmp.Or(cmp.Compare(a.User, b.User), cmp.Compare(a.SKU, b.SKU))
}

// A taking is one seat taken by one run.
type taking struct {
	run  string
	seat Seat
}

// A removal is what the ledger says of a taking.
type removal struct {
	at              time.Time // when it was first noted
	removed, undone bool
	counted         bool
}

// removals folds lines. A taking stands as it was first noted, and once undone
// it stays so, since a resumed run tells what it took again.
type removals map[taking]removal

func (m removals) fold(l *ledgerLine) {
	k := taking{l.Run, Seat{l.User, l.SKU}}
	r := m[k]
	switch {
	case l.Kind == kindUndone:
		r.undone = true
	case l.Kind != kindRemoved || r.removed:
		return
	default:
		r.at, r.removed, r.counted = l.At, true, l.Counted == nil || *l.Counted
	}
	m[k] = r
}
