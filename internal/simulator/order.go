package simulator

import (
	"cmp"
	"slices"
	"strings"
)

// A sorting is an $orderby that was understood.
type sorting[T any] struct {
	name string // of the property, as Graph writes it
	desc bool
	key  func(T) string // compares as the property does
	// needs is whether the index must sort.
	needs bool
}

// order understands an $orderby: one property, and asc or desc.
func (k *collection[T]) order(s string) (*sorting[T], error) {
	words := strings.Fields(s)
	if len(words) == 0 || len(words) > 2 {
		return nil, badQuery("Invalid $orderby clause '%s': one property is expected, and asc or desc.", s)
	}
	o := &sorting[T]{}
	if len(words) == 2 {
		o.desc = strings.EqualFold(words[1], "desc")
		if !o.desc && !strings.EqualFold(words[1], "asc") {
			return nil, badQuery("Invalid $orderby clause '%s': '%s' is neither asc nor desc.", s, words[1])
		}
	}
	same := func(n string) bool { return strings.EqualFold(n, words[0]) }
	i := slices.IndexFunc(k.orders, same)
	if i < 0 {
		if !slices.ContainsFunc(k.names, same) {
			return nil, badQuery("Could not find a property named '%s' on type 'microsoft.graph.%s'.", words[0], k.kind)
		}
		return nil, unsupportedQuery("Unsupported sort property '%s' for '%s'.", words[0], strings.ToUpper(k.kind[:1])+k.kind[1:])
	}
	o.name, o.needs = k.orders[i], !slices.ContainsFunc(k.usualOrders, same)
	f := k.fields[strings.ToLower(o.name)]
	o.key = func(v T) string { return strings.ToLower(f.text(v)) }
	if f.at != nil {
		o.key = func(v T) string { return f.at(v).UTC().Format("2006-01-02T15:04:05.000000000") }
	}
	return o, nil
}

// compare orders two objects; those alike stand by id.
func (o *sorting[T]) compare(a, b T, id func(T) string) int {
	n := cmp.Compare(o.key(a), o.key(b))
	if o.desc {
		n = -n
	}
	return cmp.Or(n, cmp.Compare(id(a), id(b)))
}
