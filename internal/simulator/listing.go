package simulator

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const (
	usualTop = 100
	// unpaged is for collections that come in one piece unless $top is given.
	unpaged = 1 << 20
)

// list answers a collection whose objects stand by id. context is the fragment
// of its context URL, usual the length of a page.
func list[T any](t *Tenant, c *call, k *collection[T], at scope, context string, usual int, all []T, one func([]byte, T) []byte) (*answer, error) {
	q, err := k.query(c, at)
	if err != nil {
		return nil, err
	}
	if !q.all() {
		all = slices.DeleteFunc(slices.Clone(all), func(v T) bool { return !q.match(v) })
	}
	if at.segment {
		return t.countOf(c, len(all))
	}
	p, err := t.page(c, usual, nil)
	if err != nil {
		return nil, err
	}
	if q.order != nil {
		all = slices.Clone(all)
		slices.SortFunc(all, func(a, b T) int { return q.order.compare(a, b, k.id) })
	}
	l := newListing(c, context)
	if q.count && p.first {
		l.count(len(all))
	}
	some := all
	if !p.first {
		from, ok := k.behind(q, all, p.after)
		if !ok {
			return nil, expiredPage()
		}
		some = all[from:]
	}
	if len(some) > p.top {
		some = some[:p.top]
		after := p.after
		if p.top > 0 {
			after = k.id(some[p.top-1])
		}
		l.link(t.next(c, after))
	}
	return value(l, some, one), nil
}

// behind is where the objects after the one with an id begin. One that left an
// ordered collection in between leaves no place to go on from.
func (k *collection[T]) behind(q *query[T], all []T, id string) (int, bool) {
	if q.order != nil && id != "" {
		i := slices.IndexFunc(all, func(v T) bool { return k.id(v) == id })
		return i + 1, i >= 0
	}
	from, found := slices.BinarySearchFunc(all, id, func(v T, id string) int { return strings.Compare(k.id(v), id) })
	if found {
		from++
	}
	return from, true
}

// countOf answers /$count: a number as plain text.
func (t *Tenant) countOf(c *call, n int) (*answer, error) {
	if !c.eventual() {
		return nil, badRequest("$count is not currently supported.")
	}
	return &answer{status: http.StatusOK, body: strconv.AppendInt(nil, int64(n), 10), plain: true}, nil
}

// counts reports whether a call is one of /$count.
func (c *call) counts() bool { return c.segments[len(c.segments)-1] == "$count" }
