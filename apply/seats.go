package apply

import (
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// Seats is what a Run knows of free seats while several requests are under way,
// so that none is sent before the one that frees its seat has been answered.
type seats struct {
	// free is how many are free for sure, of the products that were counted:
	// what requests under way give is taken, what they free is not yet there.
	free map[plan.SKU]int
	// counted is the number of the last request that had begun by then: what it
	// and those before it free may be part of the count.
	counted map[plan.SKU]int
	// freeing and giving are how many requests under way do so.
	freeing, giving map[plan.SKU]int
	begun           int
}

func newSeats() seats {
	return seats{map[plan.SKU]int{}, map[plan.SKU]int{}, map[plan.SKU]int{}, map[plan.SKU]int{}, 0}
}

// count takes note of products, the first time that each is read.
func (s *seats) count(products []plan.Product) {
	for _, p := range products {
		if _, known := s.free[p.SKU]; !known {
			s.free[p.SKU] = p.Bought() - p.Consumed - s.giving[p.SKU]
			s.counted[p.SKU] = s.begun
		}
	}
}

// mustWait reports whether a job needs a seat that only a request under way frees.
func (s *seats) mustWait(j *job) bool {
	return slices.ContainsFunc(j.records, func(rec *record) bool {
		sku := rec.change.SKU()
		free, counted := s.free[sku]
		return takesSeat(rec) && s.freeing[sku] > 0 && (!counted || free <= 0)
	})
}

// begin takes note of a job that is under way from now on.
func (s *seats) begin(j *job) {
	s.begun++
	j.begun = s.begun
	j.under = slices.Clone(j.records)
	for _, rec := range j.under {
		sku := rec.change.SKU()
		if rec.change.Lost() {
			s.freeing[sku]++
		}
		if takesSeat(rec) {
			s.giving[sku]++
			if _, counted := s.free[sku]; counted {
				s.free[sku]--
			}
		}
	}
}

// end takes note of what became of a job that was under way.
func (s *seats) end(j *job) {
	for _, rec := range j.under {
		sku := rec.change.SKU()
		_, counted := s.free[sku]
		if rec.change.Lost() {
			s.freeing[sku]--
			if counted && rec.done() && j.begun > s.counted[sku] {
				s.free[sku]++
			}
		}
		if takesSeat(rec) {
			s.giving[sku]--
			if counted && !rec.done() && !rec.maybe {
				s.free[sku]++
			}
		}
	}
	j.under = nil
}

// busy are the products that requests under way free or give.
func (s *seats) busy() map[plan.SKU]bool {
	busy := map[plan.SKU]bool{}
	for _, m := range []map[plan.SKU]int{s.freeing, s.giving} {
		for sku, n := range m {
			if n > 0 {
				busy[sku] = true
			}
		}
	}
	return busy
}

// takesSeat reports whether a change uses a seat that nobody uses now.
func takesSeat(rec *record) bool {
	return rec.change.Action == plan.Assign && !rec.change.Held.ThroughGroup()
}

func needsSeats(jobs []*job) bool {
	return slices.ContainsFunc(jobs, func(j *job) bool { return slices.ContainsFunc(j.records, takesSeat) })
}

// A count of seats is what a look knows of one product.
type seatCount struct {
	// most is how many can at most be free. Graph counts late, so what this run
	// freed is added: none left is sure, some left is not.
	most int
	// freeing and giving are how many requests of other flights do so.
	freeing, giving int
	sure            bool // by the run's own count there is one for each that is under way
}

// seatCounts are the counts of a flight by its products.
func (r *runner) seatCounts(f *flight) map[plan.SKU]*seatCount {
	r.seats.count(f.products)
	counts := map[plan.SKU]*seatCount{}
	for _, p := range f.products {
		counts[p.SKU] = &seatCount{
			most:    p.Bought() - p.Consumed + r.book.freed[p.SKU],
			freeing: r.seats.freeing[p.SKU], giving: r.seats.giving[p.SKU], sure: r.seats.free[p.SKU] >= 0,
		}
	}
	for _, j := range f.jobs {
		for _, rec := range j.under {
			if c := counts[rec.change.SKU()]; c != nil && rec.change.Lost() {
				c.freeing--
			} else if c != nil && takesSeat(rec) {
				c.giving--
			}
		}
	}
	return counts
}

// A seating is whether there is a seat to give.
type seating int

const (
	seatThere seating = iota
	seatLater         // when it is known what became of other requests
	seatGone
)

// seat says whether one more can be given.
func (c *seatCount) seat() seating {
	switch {
	case c == nil: // a product that the tenant does not list: Graph knows
		return seatThere
	case c.most > 0 && (c.sure || c.most > c.giving):
		return seatThere
	case c.freeing > 0, c.most > 0 && c.giving > 0:
		return seatLater
	case c.most > 0:
		return seatThere
	}
	return seatGone
}
