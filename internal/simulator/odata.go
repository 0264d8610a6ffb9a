package simulator

import (
	"strconv"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A term is one node of a $filter, as it is written: what it may mean for a
// kind of object is decided by [collection.bind].
type term struct {
	op     string // and or not · eq ne ge gt le lt in · startswith endswith contains · any all
	path   string // of the property, as in "signInActivity/lastSignInDateTime" or "assignedLicenses/$count"
	values []literal
	kids   []*term // of and, or, not; at most one of any and all
	word   string  // the range variable of any and all
}

// A literal is a constant of a $filter.
type literal struct {
	kind literalKind
	text string // of a string as it is, of a GUID in lower case
	at   time.Time
	n    int
}

type literalKind uint8

const (
	nullLiteral literalKind = iota
	stringLiteral
	boolLiteral // n is 1 for true
	intLiteral
	guidLiteral
	timeLiteral
)

// edm is the name that error texts have for the kind.
func (k literalKind) edm() string {
	return [...]string{"Edm.Null", "Edm.String", "Edm.Boolean", "Edm.Int32", "Edm.Guid", "Edm.DateTimeOffset"}[k]
}

// maxDepth is how far parentheses may nest.
const maxDepth = 32

// parseFilter takes a $filter apart. What it does not understand whole it
// refuses: half a filter is a wrong answer.
func parseFilter(s string) (*term, error) {
	p := &parser{lexer: lexer{s: s}}
	p.next()
	e := p.either(0)
	if p.err == nil && p.kind != endToken {
		p.fail("Syntax error at position %d in '%s'.", p.at, s)
	}
	if p.err != nil {
		return nil, p.err
	}
	return e, nil
}

// A parser keeps the first fault; after one every token is the end.
type parser struct {
	lexer
	err    error
	closed bool // the term that was read last stood in parentheses
}

func (p *parser) fail(format string, args ...any) *term {
	if p.err == nil {
		p.err = badQuery("Invalid filter clause: "+format, args...)
	}
	p.kind, p.text = endToken, ""
	return &term{}
}

func (p *parser) next() {
	if p.err == nil && !p.scan() {
		p.fail("There is an unterminated literal or an unexpected character at position %d in '%s'.", p.at, p.s)
	}
}

func (p *parser) word(w string) bool { return p.kind == wordToken && strings.EqualFold(p.text, w) }

func (p *parser) take(mark string) bool {
	if p.kind != markToken || p.text != mark {
		return false
	}
	p.next()
	return true
}

func (p *parser) need(mark string) {
	if !p.take(mark) {
		p.fail("'%s' expected at position %d in '%s'.", mark, p.at, p.s)
	}
}

func (p *parser) either(depth int) *term { return p.joined("or", depth, p.both) }

func (p *parser) both(depth int) *term { return p.joined("and", depth, p.unary) }

func (p *parser) joined(op string, depth int, part func(int) *term) *term {
	e := part(depth)
	if !p.word(op) {
		return e
	}
	e = &term{op: op, kids: []*term{e}}
	for p.word(op) {
		p.next()
		e.kids = append(e.kids, part(depth))
	}
	return e
}

func (p *parser) unary(depth int) *term {
	if depth > maxDepth {
		return p.fail("The expression is nested too deeply.")
	}
	switch {
	case p.word("not"):
		p.next()
		kid := p.unary(depth + 1)
		if bare(kid) && !p.closed {
			return p.fail("A 'not' stands before what is not a boolean, at position %d in '%s'; put it in parentheses.", p.at, p.s)
		}
		return &term{op: "not", kids: []*term{kid}}
	case p.take("("):
		e := p.either(depth + 1)
		p.need(")")
		p.closed = true
		return e
	}
	p.closed = false
	return p.primary(depth)
}

// bare reports whether a term is a comparison, which binds less than not.
func bare(e *term) bool {
	switch e.op {
	case "eq", "ne", "ge", "gt", "le", "lt", "in":
		return true
	}
	return false
}

func (p *parser) primary(depth int) *term {
	if p.kind != wordToken {
		return p.fail("A property or function is expected at position %d in '%s'.", p.at, p.s)
	}
	name := p.text
	p.next()
	switch f := strings.ToLower(name); f {
	case "startswith", "endswith", "contains":
		if p.take("(") {
			e := &term{op: f, path: p.property()}
			p.need(",")
			e.values = []literal{p.literal()}
			p.need(")")
			return e
		}
	}
	e := &term{path: name}
	for p.take("/") {
		part := p.text
		if p.kind != wordToken {
			return p.fail("A name is expected at position %d in '%s'.", p.at, p.s)
		}
		p.next()
		if f := strings.ToLower(part); (f == "any" || f == "all") && p.take("(") {
			e.op = f
			return p.lambda(e, depth)
		}
		e.path += "/" + part
	}
	return p.comparison(e)
}

// property reads a path that is an argument.
func (p *parser) property() string {
	if p.kind != wordToken {
		p.fail("A property is expected at position %d in '%s'.", p.at, p.s)
		return ""
	}
	path := p.text
	p.next()
	for p.take("/") {
		if p.kind != wordToken {
			p.fail("A name is expected at position %d in '%s'.", p.at, p.s)
			return ""
		}
		path += "/" + p.text
		p.next()
	}
	return path
}

func (p *parser) lambda(e *term, depth int) *term {
	if p.take(")") {
		return e
	}
	e.word = p.text
	if p.kind != wordToken {
		return p.fail("A range variable is expected at position %d in '%s'.", p.at, p.s)
	}
	p.next()
	p.need(":")
	e.kids = []*term{p.either(depth + 1)}
	p.need(")")
	return e
}

func (p *parser) comparison(e *term) *term {
	e.op = strings.ToLower(p.text)
	if p.kind != wordToken {
		return p.fail("An operator is expected at position %d in '%s'.", p.at, p.s)
	}
	p.next()
	switch e.op {
	case "eq", "ne", "ge", "gt", "le", "lt":
		e.values = []literal{p.literal()}
	case "in":
		p.need("(")
		e.values = []literal{p.literal()}
		for p.take(",") {
			e.values = append(e.values, p.literal())
		}
		p.need(")")
	default:
		return p.fail("'%s' is no operator, in '%s'.", e.op, p.s)
	}
	return e
}

func (p *parser) literal() literal {
	text, kind := p.text, p.kind
	if kind != stringToken && kind != wordToken {
		p.fail("A value is expected at position %d in '%s'.", p.at, p.s)
		return literal{}
	}
	p.next()
	if kind == stringToken {
		return literal{kind: stringLiteral, text: text}
	}
	switch strings.ToLower(text) {
	case "null":
		return literal{}
	case "true":
		return literal{kind: boolLiteral, n: 1}
	case "false":
		return literal{kind: boolLiteral}
	}
	if id, err := plan.ParseGUID(text); err == nil {
		return literal{kind: guidLiteral, text: id}
	}
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		return literal{kind: intLiteral, n: int(n)}
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return literal{kind: timeLiteral, at: at}
		}
	}
	p.fail("'%s' is no value, in '%s'.", text, p.s)
	return literal{}
}

// clauses counts the comparisons of a filter; each value of in is one.
func (e *term) clauses() int {
	switch e.op {
	case "and", "or", "not", "any", "all":
		n := 0
		for _, k := range e.kids {
			n += k.clauses()
		}
		return max(n, 1)
	}
	return max(len(e.values), 1)
}
