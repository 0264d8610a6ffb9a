package simulator

import (
	"maps"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// settled reports whether a write shows in reads that lag by so many times
// the tenant's lag.
func (t *Tenant) settled(m mark, times int) bool {
	due := m.at.Add(time.Duration(times) * (t.o.Lag + m.stale))
	return m.seq <= t.seq-times*t.o.LagWrites && !due.After(t.o.Now())
}

// mark is when a write takes effect, with the staleness that it draws.
func (t *Tenant) mark(seq int, at time.Time) mark {
	r := t.o.Stale
	if r.Max == 0 {
		return mark{seq: seq, at: at}
	}
	return mark{seq, at, r.Min + time.Duration(t.chance(int(r.Max-r.Min)+1))}
}

// held returns what reads show of a user's seats. The caller holds mu.
func (t *Tenant) held(a *account) holding {
	for _, v := range a.past {
		if !t.settled(v.write, 1) {
			return v.holding
		}
	}
	return a.now
}

// consumed returns what reads show of a product's units. The caller holds mu.
func (t *Tenant) consumed(s *stock) int {
	n := s.consumed
	for _, c := range t.recent {
		if !t.settled(c.mark, 2) {
			n -= c.units[s.SKU]
		}
	}
	return n
}

// install gives an account its new holding. The caller holds writes, not mu.
func (t *Tenant) install(a *account, next holding, m mark) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.put(a, next, m)
}

// put is install for who holds mu as well.
func (t *Tenant) put(a *account, next holding, m mark) {
	units := units(a.now, next)
	t.tick++
	if t.o.LagWrites > 0 || t.o.Lag > 0 || t.o.IndexLag > 0 || m.stale > 0 {
		a.past = append(a.past, version{a.now, m})
		t.recent = append(t.recent, change{m, t.tick, units})
	}
	t.note(a, next)
	a.now, t.seq = next, m.seq
	for sku, n := range units {
		if s := t.bySKU[sku]; s != nil {
			s.consumed += n
		}
	}
	for len(a.past) > 0 && t.inIndex(a.past[0].write) {
		a.past = a.past[1:]
	}
	for len(t.recent) > 0 && t.settled(t.recent[0].mark, 2) {
		t.recent = t.recent[1:]
	}
}

// units returns by how much each product's consumed units change.
func units(from, to holding) map[plan.SKU]int {
	n := map[plan.SKU]int{}
	for _, l := range from.licences() {
		n[l.sku]--
	}
	for _, l := range to.licences() {
		n[l.sku]++
	}
	maps.DeleteFunc(n, func(_ plan.SKU, by int) bool { return by == 0 })
	return n
}
