package apply

import (
	"maps"
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
	// given is how many seats requests took since the count, or may have taken.
	given map[plan.SKU]int
	begun int

	ends map[plan.SKU]int // how many requests that move seats have ended
	// tight are products of which the last look showed no seat that is free for
	// sure: they are given one after another.
	tight map[plan.SKU]bool
	// shown is how many of the seats that the run freed Graph's count shows at
	// least: it had none to give when these were free.
	shown map[plan.SKU]int
}

func newSeats() seats {
	n := func() map[plan.SKU]int { return map[plan.SKU]int{} }
	return seats{free: n(), counted: n(), freeing: n(), giving: n(), given: n(), ends: n(), tight: map[plan.SKU]bool{}, shown: n()}
}

// clone is what is known now, to be gone back to. Only what begin touches is its own.
func (s *seats) clone() seats {
	c := *s
	c.free, c.freeing, c.giving, c.given = maps.Clone(s.free), maps.Clone(s.freeing), maps.Clone(s.giving), maps.Clone(s.given)
	return c
}

// count takes note of products, the first time that each is read.
func (s *seats) count(products []plan.Product) {
	for _, p := range products {
		if _, known := s.free[p.SKU]; !known {
			s.free[p.SKU] = p.Bought() - p.Consumed - s.giving[p.SKU]
			s.counted[p.SKU], s.given[p.SKU] = s.begun, s.giving[p.SKU]
		}
	}
}

// mustWait reports whether a job needs a seat that only a request under way frees,
// or of which nobody knows whether it is there while another one takes one.
func (s *seats) mustWait(j *job) bool {
	return slices.ContainsFunc(j.records, func(rec *record) bool {
		sku := rec.change.SKU()
		free, counted := s.free[sku]
		return takesSeat(rec) && (s.freeing[sku] > 0 && (!counted || free <= 0) || s.tight[sku] && s.giving[sku] > 0)
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
			s.given[sku]++
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
			if !rec.done() && !rec.maybe {
				s.given[sku]--
				if counted {
					s.free[sku]++
				}
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

// ended takes note of a job that comes to its end, of whatever kind.
func (s *seats) ended(j *job) {
	for _, rec := range j.under {
		if takesSeat(rec) || rec.change.Lost() {
			s.ends[rec.change.SKU()]++
		}
	}
}

// moved is how many requests that move seats of a job's products have ended.
func (s *seats) moved(j *job) int {
	n := 0
	for _, rec := range j.records {
		n += s.ends[rec.change.SKU()]
	}
	return n
}

// refuse takes note of a job that Graph had no seat for, while nothing else took
// or freed one: what the run had freed by then was no longer hidden.
func (s *seats) refuse(j *job) {
	for sku, freed := range j.alone {
		s.shown[sku] = max(s.shown[sku], freed)
	}
}

func needsSeats(jobs []*job) bool {
	return slices.ContainsFunc(jobs, func(j *job) bool { return slices.ContainsFunc(j.records, takesSeat) })
}

// A count of seats is what a look knows of one product. Whether Graph's count
// shows what was just done is not known: it can be late, or not.
type seatCount struct {
	// most is how many can at most be free: what this run freed may not be in
	// Graph's count. None left is sure, some left is not.
	most int
	// least is how many are free for sure, beside those that requests of other
	// flights take.
	least int
	freed int // by this run
	// freeing and giving are how many requests of other flights do so.
	freeing, giving int
	lone            bool // one was given that may not be there
	given           bool // one was given
	// waiting is the first in the plan's order who waits for one, 0 if nobody does.
	waiting int
}

// seatCounts are the counts of a flight by its products.
func (r *runner) seatCounts(f *flight) map[plan.SKU]*seatCount {
	r.seats.count(f.products)
	counts := map[plan.SKU]*seatCount{}
	for _, p := range f.products {
		freed := r.book.freed[p.SKU]
		counts[p.SKU] = &seatCount{
			most: p.Bought() - p.Consumed + max(0, freed-r.seats.shown[p.SKU]), freed: freed,
			freeing: r.seats.freeing[p.SKU], giving: r.seats.giving[p.SKU],
		}
	}
	mine := map[plan.SKU]int{}
	for _, j := range f.jobs {
		for _, rec := range j.under {
			sku := rec.change.SKU()
			if c := counts[sku]; c != nil && rec.change.Lost() {
				c.freeing--
			} else if c != nil && takesSeat(rec) {
				c.giving--
				mine[sku]++
			}
		}
	}
	for _, p := range f.products {
		c, free := counts[p.SKU], p.Bought()-p.Consumed
		// Others may have taken what the run's own count has, and Graph's may lack
		// what the run gave, though not more than that.
		c.least = max(min(free-c.giving, r.seats.free[p.SKU]+mine[p.SKU]), free-(r.seats.given[p.SKU]-mine[p.SKU]))
	}
	for _, j := range r.queue {
		if j.place == 0 {
			break
		}
		wait(j, counts)
	}
	return counts
}

// wait takes note of a job that waits for seats: nobody who comes after it in the
// plan's order is to take them.
func wait(j *job, counts map[plan.SKU]*seatCount) {
	for _, rec := range j.records {
		if c := counts[rec.change.SKU()]; c != nil && takesSeat(rec) && (c.waiting == 0 || j.place < c.waiting) {
			c.waiting = j.place
		}
	}
}

// A seating is whether there is a seat to give.
type seating int

const (
	seatThere seating = iota
	seatLater         // when it is known what became of other requests
	seatGone
)

// seat says whether one more can be given to a job. Where that is not sure, it is
// given while nothing else moves seats of the product, so that Graph decides about
// one person at a time, in the plan's order.
func (c *seatCount) seat(j *job) seating {
	switch {
	case c == nil: // a product that the tenant does not list: Graph knows
		return seatThere
	case c.most > 0 && c.waiting > 0 && c.waiting < j.place && j.tries == 0:
		return seatLater
	case c.least > 0:
		return seatThere
	case c.most > 0 && c.freeing+c.giving == 0 && !c.given:
		return seatThere
	case c.most > 0, c.freeing > 0:
		return seatLater
	}
	return seatGone
}

// give takes note of a seat that is given to a job.
func (c *seatCount) give(j *job, sku plan.SKU) {
	if c.least <= 0 {
		c.lone = true
		if j.alone == nil {
			j.alone = map[plan.SKU]int{}
		}
		j.alone[sku] = c.freed
	}
	c.given = true
	c.most--
	c.least--
}
