package render

import (
	"cmp"
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// A reckoning is what changes come to for people: who loses a product, who
// moves from one to another, who only loses a copy of a seat that stays.
type reckoning struct {
	removed, copies, given, adjusted, moved int
	from, to, of                            map[plan.UserID]bool // who loses, who gets, of whom something is adjusted
	moves                                   []move               // most people first
}

// A move is one product in the place of another, and how often.
type move struct {
	from, to plan.SKU
	people   int
}

// leastMoves is how many kinds of moves are told each by itself.
const leastMoves = 3

// reckon counts changes that are, or were, carried out. A move is one only with
// both its halves.
func reckon(changes []*plan.Change) reckoning {
	r := reckoning{from: map[plan.UserID]bool{}, to: map[plan.UserID]bool{}, of: map[plan.UserID]bool{}}
	given := map[seat]bool{}
	for _, c := range changes {
		if c.Action == plan.Assign {
			given[seat{c.User.ID, c.SKU()}] = true
		}
	}
	moves := map[move]int{}
	for _, c := range changes {
		to := seat{c.User.ID, c.Becomes}
		switch {
		case c.Action == plan.Adjust:
			r.adjusted++
			r.of[c.User.ID] = true
		case c.Action != plan.Unassign:
		case c.Becomes != "" && given[to]:
			delete(given, to)
			moves[move{from: c.SKU(), to: c.Becomes}]++
			r.moved++
		case c.Held.Direct && c.Held.ThroughGroup():
			r.copies++
		default:
			r.removed++
			r.from[c.User.ID] = true
		}
	}
	for g := range given {
		r.given++
		r.to[g.user] = true
	}
	for m, n := range moves {
		m.people = n
		r.moves = append(r.moves, m)
	}
	slices.SortFunc(r.moves, func(a, b move) int {
		return cmp.Or(cmp.Compare(b.people, a.people), cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})
	return r
}

// told are the moves in words; deed is "move" of one and of many people.
func (n names) told(r *reckoning, one, many safe) []safe {
	if len(r.moves) > leastMoves {
		return []safe{count(r.moved, "person", "people") + " " + either(r.moved, one, many) + " from one product to another"}
	}
	var out []safe
	for _, m := range r.moves {
		out = append(out, count(m.people, "person", "people")+" "+either(m.people, one, many)+" from "+n.product(m.from)+" to "+n.product(m.to))
	}
	return out
}
