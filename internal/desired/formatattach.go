package desired

import (
	"slices"

	"gopkg.in/yaml.v3"
)

// An attacher gives each comment to the entry above which, behind which or
// below which it stands.
type attacher struct {
	*text
	rest    []comment   // those to come
	pending []comment   // on lines of their own, for the next entry
	trail   []trailStep // the last entry that was met, and those around it
}

// A trailStep is an entry, by the node of its value.
type trailStep struct {
	value *yaml.Node
	in    *yaml.Node // the collection
}

// attach fills in the notes.
func (t *text) attach() {
	a := &attacher{text: t, rest: t.comments}
	for i, d := range t.docs {
		a.trail = a.trail[:0]
		a.title(d)
		a.node(d, 0)
		a.upTo(t.end(i), 1)
		a.settle(-1)
		if len(a.pending) > 0 {
			n := a.note(d)
			n.foot = append(n.foot, a.pending...)
			a.pending = nil
		}
	}
}

// title gives a document what stands above a blank line before its first entry:
// it stays on top, whichever entry comes first.
func (a *attacher) title(d *yaml.Node) {
	if len(d.Content) == 0 {
		return
	}
	a.upTo(d.Content[0].Line, d.Content[0].Column)
	for i := len(a.pending); i > 0; i-- {
		if a.empty(a.pending[i-1].line + 1) {
			a.note(d).head, a.pending = a.pending[:i:i], a.pending[i:]
			return
		}
	}
}

// end is the line behind a document.
func (t *text) end(i int) int {
	at, _ := slices.BinarySearch(t.breaks, t.docs[i].Line+1)
	if at < len(t.breaks) {
		return t.breaks[at]
	}
	return len(t.lines) + 1
}

func (t *text) note(n *yaml.Node) *note {
	if t.notes[n] == nil {
		t.notes[n] = &note{}
	}
	return t.notes[n]
}

// node goes through what is at a depth.
func (a *attacher) node(n *yaml.Node, depth int) {
	step := 1
	switch n.Kind {
	case yaml.MappingNode:
		step = 2
	case yaml.SequenceNode:
	default:
		return
	}
	for i := 0; i+step <= len(n.Content); i += step {
		start, value := n.Content[i], n.Content[i+step-1]
		a.upTo(start.Line, start.Column)
		a.settle(depth)
		if len(a.pending) > 0 {
			a.note(value).head, a.pending = a.pending, nil
		}
		a.trail = append(a.trail[:depth], trailStep{value, n})
		a.node(value, depth+1)
	}
}

// upTo takes the comments before a place: what stands behind something belongs
// to it, the others wait.
func (a *attacher) upTo(line, column int) {
	for len(a.rest) > 0 {
		c := a.rest[0]
		if c.line > line || c.line == line && c.column >= column {
			return
		}
		a.rest = a.rest[1:]
		if c.own || len(a.trail) == 0 {
			a.pending = append(a.pending, c)
			continue
		}
		n := a.note(a.behind(c.line))
		n.tail = append(n.tail, c)
	}
}

// behind is the entry behind which a comment on a line stands: the last one,
// or what is around its brackets where they are closed by then.
func (a *attacher) behind(line int) *yaml.Node {
	i := len(a.trail) - 1
	for ; i > 0; i-- {
		if in := a.trail[i].in; in.Style&yaml.FlowStyle == 0 || a.closes(in) > line {
			break
		}
	}
	return a.trail[i].value
}

// closes is the line on which a collection in brackets ends.
func (a *attacher) closes(n *yaml.Node) int { return max(n.Line, a.ends[n]) }

// settle gives waiting comments to collections that ended, deeper than depth,
// where they stand within the brackets or are indented as the entries are.
func (a *attacher) settle(depth int) {
	for i := len(a.trail) - 1; i > depth && len(a.pending) > 0; i-- {
		in, around := a.trail[i].in, 0
		if i > 0 {
			around = a.trail[i-1].in.Column
		}
		for len(a.pending) > 0 {
			c := a.pending[0]
			flow := in.Style&yaml.FlowStyle != 0
			if flow && c.line >= a.closes(in) || !flow && (c.column < in.Column || c.column <= around) {
				break
			}
			n := a.note(in)
			n.foot = append(n.foot, c)
			a.pending = a.pending[1:]
		}
	}
}
