package policies

import (
	"fmt"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// reached notes which lines tests reach, and for each test how far it came: the
// last expression of its own that did not hold. The runner is a test ahead of who
// reads its results.
type reached struct {
	*cover.Cover
	mu      sync.Mutex
	bodies  map[uint64]string // which test a query is the body of
	failing map[string]*ast.Expr
	last    string // the test that was begun last
}

func newReached() *reached {
	return &reached{Cover: cover.New(), bodies: map[uint64]string{}, failing: map[string]*ast.Expr{}}
}

// TraceEvent implements topdown.QueryTracer.
func (r *reached) TraceEvent(e topdown.Event) {
	r.Cover.TraceEvent(e)
	switch node := e.Node.(type) {
	case *ast.Rule:
		if name := string(node.Head.Name); e.Op == topdown.EnterOp && strings.HasPrefix(name, "test_") {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.last = testAt(node.Location, name)
			r.bodies[e.QueryID] = r.last
		}
	case *ast.Expr:
		if e.Op != topdown.FailOp {
			return
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if name, ok := r.bodies[e.QueryID]; ok && (r.failing[name] == nil || r.failing[name].Index <= node.Index) {
			r.failing[name] = node
		}
	}
}

// testAt names a test by where it begins.
func testAt(l *ast.Location, name string) string {
	if l == nil {
		return name
	}
	return fmt.Sprintf("%s:%d: %s", l.File, l.Row, name)
}

// why says which expression of a test did not hold.
func (r *reached) why(test string) string {
	const said = "it is not true"
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.failing[test]
	if e == nil || e.Location == nil {
		return said
	}
	line, _, more := strings.Cut(string(e.Location.Text), "\n")
	if runes := []rune(line); len(runes) > maxShown {
		line, more = string(runes[:maxShown]), true
	}
	if more {
		line += "…"
	}
	return harmless(fmt.Sprintf("%s: line %d: %s", said, e.Location.Row, line))
}

// maxShown is how much of an expression is shown.
const maxShown = 120

// begun is the test that was begun last.
func (r *reached) begun() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}
