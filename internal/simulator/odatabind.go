package simulator

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// ops are operators of $filter, as a set.
type ops uint16

const (
	opEq ops = 1 << iota
	opNe
	opGe
	opLe
	opIn
	opStarts
	opEnds
	opContains
	opNull // eq null, ne null
)

// opsOf reads a set as in "eq in starts".
func opsOf(s string) ops {
	var set ops
	for w := range strings.FieldsSeq(s) {
		set |= map[string]ops{"eq": opEq, "ne": opNe, "ge": opGe, "le": opLe, "in": opIn, "starts": opStarts, "ends": opEnds, "contains": opContains, "null": opNull}[w]
	}
	return set
}

// A property is one that $filter may speak of. Exactly one of text, truth,
// at, list and count is set: what it has no value for is "", Unknown or zero.
type property[T any] struct {
	name string
	// usual are the operators that every query may use, advanced those that
	// need the indexed copy of the directory.
	usual, advanced ops

	text  func(T) string
	truth func(T) plan.Truth
	at    func(T) time.Time
	// list is a collection's values, under the name within its elements or, for
	// a collection of plain values, none. guid tells how they are written.
	list   func(T) []string
	within string
	guid   bool
	// has is a short cut for eq on a list, or nil.
	has   func(T, string) bool
	count func(T) int
}

// A collection is what queries know of a kind of object.
type collection[T any] struct {
	kind   string // as in "user"
	names  []string
	fields map[string]property[T] // by lower-case name
	id     func(T) string
	// orders are the properties to sort by; searches those of $search.
	orders, searches []string
	// usualOrders may be sorted by without advanced parameters.
	usualOrders []string
	// direct has no index: nothing is advanced there.
	direct bool
}

// A filter is a $filter that was understood.
type filter[T any] struct {
	match func(T) bool
	// needs is the operator that makes the query an advanced one, or empty.
	needs string
	// keys are the only values of id or userPrincipalName that can match; nil
	// is any.
	keys []string
	// ids, signIns and others say which properties it speaks of.
	ids, signIns, others bool
}

const maxClauses = 15

func (k *collection[T]) unsupported(path string) error {
	return unsupportedQuery("Unsupported or invalid query filter clause specified for property '%s' of resource '%s'.", path, strings.ToUpper(k.kind[:1])+k.kind[1:])
}

// filter understands a $filter on the collection, of at most so many clauses.
func (k *collection[T]) filter(s string, most int) (*filter[T], error) {
	e, err := parseFilter(s)
	if err != nil {
		return nil, err
	}
	if n := e.clauses(); n > most {
		return nil, unsupportedQuery("Too many child clauses specified in search filter expression containing 'OR' operators: %d. Max allowed: %d.", n, most)
	}
	f := &filter[T]{}
	f.match, f.keys, err = k.bind(f, e)
	return f, err
}

// bind gives a term its meaning, and the only keys that can match it.
func (k *collection[T]) bind(f *filter[T], e *term) (match func(T) bool, keys []string, err error) {
	switch e.op {
	case "and", "or":
		return k.bindJoined(f, e)
	case "not":
		kid, _, err := k.bind(f, e.kids[0])
		f.advance("not")
		return func(v T) bool { return !kid(v) }, nil, err
	case "any", "all":
		match, err = k.bindLambda(f, e)
		return match, nil, err
	}
	return k.bindLeaf(f, e)
}

func (f *filter[T]) advance(op string) {
	if f.needs == "" {
		f.needs = op
	}
}

func (k *collection[T]) bindJoined(f *filter[T], e *term) (func(T) bool, []string, error) {
	var parts []func(T) bool
	var keys []string
	known := e.op == "or"
	for _, kid := range e.kids {
		m, own, err := k.bind(f, kid)
		if err != nil {
			return nil, nil, err
		}
		parts = append(parts, m)
		switch {
		case e.op == "or":
			known = known && own != nil
			keys = append(keys, own...)
		case own != nil && (keys == nil || len(own) < len(keys)):
			keys = own
		}
	}
	if e.op == "or" {
		if !known {
			keys = nil
		}
		return func(v T) bool { return slices.ContainsFunc(parts, func(m func(T) bool) bool { return m(v) }) }, keys, nil
	}
	return func(v T) bool { return !slices.ContainsFunc(parts, func(m func(T) bool) bool { return !m(v) }) }, keys, nil
}

// property finds a property, or says why it cannot be filtered by.
func (k *collection[T]) property(f *filter[T], path string) (property[T], error) {
	p, ok := k.fields[strings.ToLower(path)]
	first, _, _ := strings.Cut(path, "/")
	switch {
	case ok:
	case slices.ContainsFunc(k.names, func(n string) bool { return strings.EqualFold(n, first) }):
		return p, k.unsupported(path)
	default:
		return p, badQuery("Invalid filter clause: Could not find a property named '%s' on type 'microsoft.graph.%s'.", path, k.kind)
	}
	switch {
	case strings.HasPrefix(p.name, "signInActivity/"):
		f.signIns = true
	case p.name == "id":
		f.ids = true
	default:
		f.others = true
	}
	return p, nil
}

// allow notes what an operator needs, or refuses it for the property.
func (k *collection[T]) allow(f *filter[T], p property[T], op ops, word string) error {
	switch {
	case p.usual&op != 0:
	case p.advanced&op != 0:
		f.advance(word)
	default:
		return k.unsupported(p.name)
	}
	return nil
}

func incompatible(want string, got literalKind) error {
	return badQuery("Invalid filter clause: A binary operator with incompatible types was detected. Found operand types '%s' and '%s'.", want, got.edm())
}

func (k *collection[T]) bindLeaf(f *filter[T], e *term) (func(T) bool, []string, error) {
	p, err := k.property(f, e.path)
	if err != nil {
		return nil, nil, err
	}
	if p.list != nil {
		return nil, nil, k.unsupported(e.path)
	}
	op, word := opNamed(e.op), e.op
	if len(e.values) == 1 && e.values[0].kind == nullLiteral && op&(opEq|opNe) != 0 {
		if err := k.allow(f, p, opNull, word); err != nil {
			return nil, nil, err
		}
		if op == opNe {
			f.advance(word)
		}
		return p.null(op == opEq), nil, nil
	}
	if (e.op == "gt" || e.op == "lt") && p.at == nil && p.count == nil {
		return nil, nil, k.unsupported(e.path)
	}
	if err := k.allow(f, p, op, word); err != nil {
		return nil, nil, err
	}
	for _, v := range e.values {
		if want := p.literal(); v.kind != want {
			return nil, nil, incompatible(want.edm(), v.kind)
		}
	}
	match := p.compare(e)
	if (p.name == "id" || p.name == "userPrincipalName") && (op == opEq || op == opIn) {
		keys := make([]string, 0, len(e.values))
		for _, v := range e.values {
			keys = append(keys, v.text)
		}
		return match, keys, nil
	}
	return match, nil, nil
}

// bindLambda understands any over a collection: one comparison of its element.
func (k *collection[T]) bindLambda(f *filter[T], e *term) (func(T) bool, error) {
	p, err := k.property(f, e.path)
	if err != nil {
		return nil, err
	}
	if p.list == nil || e.op != "any" || len(e.kids) == 0 {
		return nil, k.unsupported(e.path)
	}
	return k.bindElement(f, p, e.word, e.kids[0])
}

func (k *collection[T]) bindElement(f *filter[T], p property[T], word string, e *term) (func(T) bool, error) {
	want := word
	if p.within != "" {
		want += "/" + p.within
	}
	switch {
	case e.op == "or":
		var parts []func(T) bool
		for _, kid := range e.kids {
			m, err := k.bindElement(f, p, word, kid)
			if err != nil {
				return nil, err
			}
			parts = append(parts, m)
		}
		return func(v T) bool { return slices.ContainsFunc(parts, func(m func(T) bool) bool { return m(v) }) }, nil
	case e.op == "and" || e.op == "not" || e.op == "any" || e.op == "all":
		return nil, k.unsupported(p.name)
	case !strings.EqualFold(e.path, want):
		if first, _, _ := strings.Cut(e.path, "/"); !strings.EqualFold(first, word) {
			return nil, badQuery("Invalid filter clause: '%s' is not the range variable '%s'.", e.path, word)
		}
		return nil, k.unsupported(p.name)
	}
	if err := k.allow(f, p, opNamed(e.op), e.op); err != nil || e.op == "ne" || e.op == "gt" || e.op == "lt" {
		return nil, cmp.Or(err, k.unsupported(p.name))
	}
	for _, v := range e.values {
		if v.kind != p.literal() {
			return nil, incompatible(p.literal().edm(), v.kind)
		}
	}
	if p.has != nil && e.op == "eq" {
		return func(v T) bool { return p.has(v, e.values[0].text) }, nil
	}
	return func(v T) bool {
		return slices.ContainsFunc(p.list(v), func(s string) bool { return compareText(e, s) })
	}, nil
}
