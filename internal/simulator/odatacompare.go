package simulator

import (
	"cmp"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

func opNamed(word string) ops {
	switch word {
	case "eq":
		return opEq
	case "ne":
		return opNe
	case "ge", "gt":
		return opGe
	case "le", "lt":
		return opLe
	case "in":
		return opIn
	case "startswith":
		return opStarts
	case "endswith":
		return opEnds
	}
	return opContains
}

// literal is the kind of constant that the property is compared with.
func (p property[T]) literal() literalKind {
	switch {
	case p.truth != nil:
		return boolLiteral
	case p.at != nil:
		return timeLiteral
	case p.count != nil:
		return intLiteral
	case p.guid:
		return guidLiteral
	}
	return stringLiteral
}

func (p property[T]) null(want bool) func(T) bool {
	switch {
	case p.truth != nil:
		return func(v T) bool { return (p.truth(v) == plan.Unknown) == want }
	case p.at != nil:
		return func(v T) bool { return p.at(v).IsZero() == want }
	case p.count != nil:
		return func(T) bool { return !want }
	}
	return func(v T) bool { return (p.text(v) == "") == want }
}

// compare is a comparison with constants of the right kind. What has no value
// is unequal to all of them, and neither above nor below.
func (p property[T]) compare(e *term) func(T) bool {
	v := e.values[0]
	switch {
	case p.truth != nil:
		return func(x T) bool {
			return slices.ContainsFunc(e.values, func(v literal) bool { return p.truth(x) == plan.TruthOf(v.n == 1) }) != (e.op == "ne")
		}
	case p.at != nil:
		return func(x T) bool {
			at := p.at(x)
			if at.IsZero() {
				return e.op == "ne"
			}
			if e.op == "in" {
				return slices.ContainsFunc(e.values, func(v literal) bool { return v.at.Equal(at) })
			}
			return holds(e.op, at.Compare(v.at))
		}
	case p.count != nil:
		return func(x T) bool { return holds(e.op, cmp.Compare(p.count(x), v.n)) }
	}
	return func(x T) bool { return compareText(e, p.text(x)) }
}

func holds(op string, order int) bool {
	switch op {
	case "eq":
		return order == 0
	case "ne":
		return order != 0
	case "ge":
		return order >= 0
	case "gt":
		return order > 0
	case "le":
		return order <= 0
	}
	return order < 0
}

// compareText compares without case, as the directory does.
func compareText(e *term, s string) bool {
	want := e.values[0].text
	switch e.op {
	case "in":
		return s != "" && slices.ContainsFunc(e.values, func(v literal) bool { return strings.EqualFold(s, v.text) })
	case "eq":
		return s != "" && strings.EqualFold(s, want)
	case "ne":
		return s == "" || !strings.EqualFold(s, want)
	}
	if s == "" {
		return false
	}
	s, want = strings.ToLower(s), strings.ToLower(want)
	switch e.op {
	case "startswith":
		return strings.HasPrefix(s, want)
	case "endswith":
		return strings.HasSuffix(s, want)
	case "contains":
		return strings.Contains(s, want)
	}
	return holds(e.op, strings.Compare(s, want))
}
