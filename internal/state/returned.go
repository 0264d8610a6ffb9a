package state

import (
	"cmp"
	"slices"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// Returned notes what undos gave back. What was noted of that run, seat and
// statement already is not noted again, whatever became of it since: a resumed
// run may tell everything again. The caller holds the lock.
func (s *Store) Returned(given []plan.GivenBack) error {
	if len(given) == 0 {
		return nil
	}
	known, err := s.known()
	if err != nil {
		return err
	}
	var news []ledgerLine
	for _, g := range given {
		k := returned(g).timeless()
		if known[k] {
			continue
		}
		known[k] = true
		news = append(news, ledgerLine{Kind: kindReturned, At: g.At.UTC(), Run: g.Run, User: g.User, SKU: g.SKU, Statement: g.Statement})
	}
	return s.note(news)
}

// Retaken notes that a run took seats, or switched service plans of them off: what
// undos gave back of those before no longer stands. Others are not noted. The
// caller holds the lock.
func (s *Store) Retaken(run string, seats []Seat, at time.Time) error {
	if len(seats) == 0 {
		return nil
	}
	standing, told := standing{}, map[Seat]bool{} // told: those of which the run has told already
	_, err := s.eachLedger(func(l *ledgerLine) {
		standing.fold(l)
		if l.Kind == kindRetaken && l.Run == run {
			told[Seat{l.User, l.SKU}] = true
		}
	})
	if err != nil {
		return err
	}
	var news []ledgerLine
	for _, seat := range seats {
		stands := slices.ContainsFunc(standing[seat], func(g plan.GivenBack) bool { return g.Run != run })
		if stands && !told[seat] {
			news = append(news, ledgerLine{Kind: kindRetaken, At: at.UTC(), Run: run, User: seat.User, SKU: seat.SKU})
		}
	}
	return s.note(news)
}

// known is what the ledger says was given back, whatever became of it since.
func (s *Store) known() (map[plan.GivenBack]bool, error) {
	known := map[plan.GivenBack]bool{}
	_, err := s.eachLedger(func(l *ledgerLine) {
		if l.Kind == kindReturned {
			known[l.returned().timeless()] = true
		}
	})
	return known, err
}

// GivenBack returns what undos gave back and no run has taken since, sorted by
// user, product, and when it was noted.
func (s *Store) GivenBack() ([]plan.GivenBack, error) {
	stands := standing{}
	if _, err := s.eachLedger(stands.fold); err != nil {
		return nil, err
	}
	var all []plan.GivenBack
	for _, given := range stands {
		all = append(all, given...)
	}
	slices.SortFunc(all, func(a, b plan.GivenBack) int {
		return cmp.Or(cmp.Compare(a.User, b.User), cmp.Compare(a.SKU, b.SKU), a.At.Compare(b.At),
			cmp.Compare(a.Run, b.Run), cmp.Compare(a.Statement, b.Statement))
	})
	return all, nil
}

// standing folds lines: what was given back and not taken after that.
type standing map[Seat][]plan.GivenBack

func (m standing) fold(l *ledgerLine) {
	seat := Seat{l.User, l.SKU}
	switch l.Kind {
	case kindReturned:
		m[seat] = append(m[seat], plan.GivenBack(l.returned()))
	case kindRemoved, kindRetaken:
		delete(m, seat)
	}
}

// A returned is what a line of that kind says.
type returned plan.GivenBack

func (l *ledgerLine) returned() returned {
	return returned{User: l.User, SKU: l.SKU, Run: l.Run, At: l.At, Statement: l.Statement}
}

// timeless is what tells one from another.
func (r returned) timeless() plan.GivenBack {
	r.At = time.Time{}
	return plan.GivenBack(r)
}
