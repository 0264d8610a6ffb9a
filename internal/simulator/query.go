package simulator

import "strings"

// A query is what a call asks of a collection.
type query[T any] struct {
	filter *filter[T]   // nil without $filter
	search func(T) bool // nil without $search
	order  *sorting[T]  // nil is the order of the ids
	count  bool         // @odata.count is asked for, and will be given
	// index is whether the indexed copy of the directory answers, which lags
	// more than the directory itself.
	index bool
}

// A scope is where a query is made, which decides what it needs.
type scope struct {
	segment  bool // on /$count, which stands for $count=true
	relation bool // on members of an object, where every condition needs the index
	clauses  int  // allowed in $filter; 0 is the directory's limit
}

// query understands $filter, $search, $orderby and $count, and refuses what
// they need but do not have.
func (k *collection[T]) query(c *call, at scope) (*query[T], error) {
	q := &query[T]{}
	var err error
	if q.count, err = c.counting(); err != nil {
		return nil, err
	}
	needs := ""
	if c.query.Has("$filter") {
		if q.filter, err = k.filter(c.option("$filter"), max(at.clauses, maxClauses)); err != nil {
			return nil, err
		}
		if needs = q.filter.needs; at.relation {
			needs = "$filter"
		}
	}
	if c.query.Has("$orderby") {
		if q.order, err = k.order(c.option("$orderby")); err != nil {
			return nil, err
		}
		if needs == "" && (q.order.needs || q.filter != nil || at.relation) {
			needs = "$orderby"
		}
	}
	if c.query.Has("$search") {
		if !c.eventual() {
			return nil, unsupportedQuery("Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'")
		}
		if q.search, err = k.search(c.option("$search")); err != nil {
			return nil, err
		}
	}
	q.index = q.count || c.eventual() && (at.segment || q.search != nil)
	if needs != "" && !(q.count || at.segment && c.eventual()) {
		return nil, k.needsIndex(needs)
	}
	if q.index && c.query.Has("$expand") {
		return nil, unsupportedQuery("Request with $expand query parameter is not supported with advanced query parameters.")
	}
	if q.filter != nil && q.filter.signIns && (q.filter.ids || q.filter.others || q.search != nil) {
		return nil, unsupportedQuery("Unsupported query: the signInActivity property cannot be filtered by together with other properties.")
	}
	return q, nil
}

func (k *collection[T]) needsIndex(op string) error {
	if k.direct {
		return badQuery("Invalid filter clause: the operator '%s' is not supported on this resource.", op)
	}
	for _, written := range []string{"endsWith", "startsWith"} {
		if strings.EqualFold(op, written) {
			op = written
		}
	}
	return unsupportedQuery("Operator '%s' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information", op)
}

func (q *query[T]) match(v T) bool {
	return (q.filter == nil || q.filter.match(v)) && (q.search == nil || q.search(v))
}

// all reports whether the query leaves nothing out.
func (q *query[T]) all() bool { return q.filter == nil && q.search == nil }
