package simulator

import (
	"iter"
	"slices"
	"sort"
	"strings"
	"sync"
)

// indexed returns what the indexed copy of the directory shows of a user's
// seats: it lags by [Options.IndexLag] more than the directory. The caller
// holds mu.
func (t *Tenant) indexed(a *account) holding {
	for _, v := range a.past {
		if !t.inIndex(v.write) {
			return v.holding
		}
	}
	return a.now
}

// inIndex reports whether a write shows in advanced queries.
func (t *Tenant) inIndex(m mark) bool {
	m.at = m.at.Add(t.o.IndexLag)
	return t.settled(m, 1)
}

// orders keep all accounts sorted by a property, once they were asked for so
// and until the next write.
type orders struct {
	mu     sync.Mutex
	seq    int
	sorted map[string][]*account
}

// ordered are the accounts behind an id in an order of their own.
func (t *Tenant) ordered(o *sorting[person], after string) iter.Seq[*account] {
	view := func(a *account) person { return person{a.user, a.now, t} }
	id := t.views.userSet.id
	all := t.orders.by(t.seq, o.name+map[bool]string{true: " desc"}[o.desc], func() []*account {
		type keyed struct {
			key string
			*account
		}
		all := make([]keyed, 0, len(t.accounts))
		for _, a := range t.accounts {
			all = append(all, keyed{o.key(view(a)), a})
		}
		slices.SortStableFunc(all, func(a, b keyed) int { // they stand by id
			if o.desc {
				a, b = b, a
			}
			return strings.Compare(a.key, b.key)
		})
		sorted := make([]*account, 0, len(all))
		for _, k := range all {
			sorted = append(sorted, k.account)
		}
		return sorted
	})
	from := 0
	if last := t.account(after); last != nil {
		from = sort.Search(len(all), func(i int) bool { return o.compare(view(all[i]), view(last), id) > 0 })
	}
	return slices.Values(all[from:])
}

func (s *orders) by(seq int, name string, sort func() []*account) []*account {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sorted == nil || s.seq != seq {
		s.seq, s.sorted = seq, map[string][]*account{}
	}
	if s.sorted[name] == nil {
		s.sorted[name] = sort()
	}
	return s.sorted[name]
}
