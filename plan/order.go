package plan

import (
	"cmp"
	"container/heap"
	"maps"
	"slices"
	"strings"
)

// A turn is one request on its way into the order.
type turn struct {
	r     *requestDraft
	rank  int
	needs []SKU // what it takes a seat of
	frees []SKU // what it frees one of
}

// How dear a request is: those of the dearest come last.
const (
	costsNothing = iota
	isWarned
	losesData
)

// ranks are twice as many: what frees seats, or needs none, comes before what
// needs some of the same kind.
const ranks = 2 * (losesData + 1)

func newTurn(r *requestDraft) *turn {
	t := &turn{r: r}
	cost := costsNothing
	if r.worst() == Warn {
		cost = isWarned
	}
	for _, c := range r.drafts {
		if !c.Verdict.Executable() {
			continue
		}
		if c.Gained() {
			t.needs = append(t.needs, c.SKU())
		}
		if c.Lost() {
			t.frees = append(t.frees, c.SKU())
		}
		if slices.ContainsFunc(c.Effects, func(e Effect) bool { return e.RecoverableFor != "" }) {
			cost = losesData
		}
	}
	t.rank = 2 * cost
	if len(t.needs) > 0 {
		t.rank++
	}
	return t
}

// compareTurns orders by rank, then by user id.
func compareTurns(a, b *turn) int {
	return cmp.Or(cmp.Compare(a.rank, b.rank), strings.Compare(string(a.r.user.ID), string(b.r.user.ID)))
}

// A line is who waits for a seat of one product, the first in order on top.
type line []*turn

func (l line) Len() int           { return len(l) }
func (l line) Less(i, j int) bool { return compareTurns(l[i], l[j]) < 0 }
func (l line) Swap(i, j int)      { l[i], l[j] = l[j], l[i] }
func (l *line) Push(x any)        { *l = append(*l, x.(*turn)) }
func (l *line) Pop() any {
	last := (*l)[len(*l)-1]
	*l = (*l)[:len(*l)-1]
	return last
}

// A march puts requests into the order in which they are carried out. It goes in
// steps: all of the mildest rank that have their seats as the step begins, by
// user id. What a step frees is there for the next one, so that no request of a
// step waits for another of it.
type march struct {
	pool  map[SKU]int
	ready [ranks][]*turn
	lines map[SKU]*line // each turn that waits, in the line of one product it lacks
}

// inOrder returns requests in the order in which they are carried out, those
// first in which nobody loses data, warned ones last, and at the very end those
// that lose data; but one that needs a seat that a later one would free comes
// after that. Free are the seats there are before. The rest, in order too, are
// those that no seat is left for.
func inOrder(requests []*requestDraft, free map[SKU]int) (order, rest []*requestDraft) {
	m := &march{pool: maps.Clone(free), lines: map[SKU]*line{}}
	for _, r := range requests {
		if r.executable() {
			t := newTurn(r)
			m.ready[t.rank] = append(m.ready[t.rank], t)
		}
	}
	for step := m.next(); step != nil; step = m.next() {
		order = append(order, m.step(step)...)
	}
	var left []*turn
	for _, l := range m.lines {
		left = append(left, *l...)
	}
	slices.SortFunc(left, compareTurns)
	for _, t := range left {
		rest = append(rest, t.r)
	}
	return order, rest
}

// next takes those of the mildest rank who may have their seats, by user id.
func (m *march) next() []*turn {
	for rank, step := range m.ready {
		if len(step) > 0 {
			m.ready[rank] = nil
			slices.SortFunc(step, compareTurns)
			return step
		}
	}
	return nil
}

// step gives those their seats who can have them all, and lets the others wait.
func (m *march) step(step []*turn) []*requestDraft {
	var order []*requestDraft
	var freed []SKU
	for _, t := range step {
		if m.waits(t) {
			for _, sku := range t.needs { // what it did not take is for others
				m.wake(sku)
			}
			continue
		}
		for _, sku := range t.needs {
			m.pool[sku]--
		}
		freed = append(freed, t.frees...)
		order = append(order, t.r)
	}
	for _, sku := range freed {
		m.pool[sku]++
	}
	slices.Sort(freed)
	for _, sku := range slices.Compact(freed) {
		m.wake(sku)
	}
	return order
}

// waits puts a turn into a line if it lacks a seat.
func (m *march) waits(t *turn) bool {
	for _, sku := range t.needs {
		if m.pool[sku] > 0 {
			continue
		}
		if m.lines[sku] == nil {
			m.lines[sku] = &line{}
		}
		heap.Push(m.lines[sku], t)
		return true
	}
	return false
}

// wake makes ready as many of a line as there are seats, if they lack no other.
func (m *march) wake(sku SKU) {
	l := m.lines[sku]
	for n := m.pool[sku]; l != nil && n > 0 && l.Len() > 0; {
		if t := heap.Pop(l).(*turn); !m.waits(t) {
			m.ready[t.rank] = append(m.ready[t.rank], t)
			n--
		}
	}
}

// march sets the order of executable requests, of which each has its seats when
// they are carried out as they were committed. Rarely the milder ones would
// take the seats with which a ring of swaps begins: then it stays as committed.
func (j *judgement) march(requests []*requestDraft, free map[SKU]int) {
	order, rest := inOrder(requests, free)
	if len(rest) > 0 {
		return
	}
	j.order = j.order[:0]
	for _, r := range order {
		j.order = append(j.order, r.user.ID)
	}
}
