package desired

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

const (
	// widest is how many columns a list on one line may take with what stands
	// before it, and widestEntry a mapping, whose author had it on one line.
	widest, widestEntry = 100, 120
	// farthest is how far to the right comments of lines in a row are aligned.
	farthest = 72
)

// A formatter writes a text anew.
type formatter struct {
	*text
	out   bytes.Buffer
	fresh bool      // nothing was written of the present block: no blank line
	run   []outLine // lines in a row that have a comment behind them
	path  []string  // the keys around, and [] for an entry of a list
}

type outLine struct{ code, comment string }

// write returns the text in canonical form. The notes must be filled in.
func (t *text) write() []byte {
	w := &formatter{text: t, fresh: true}
	for i, d := range t.docs {
		if i > 0 {
			w.blank(t.end(i - 1))
			w.line("---", nil)
			w.fresh = true
		}
		w.title(d)
		w.collection(d, 0, "")
		w.foot(d, 0)
	}
	w.flush()
	return w.out.Bytes()
}

// line writes one line, with what stands behind it.
func (w *formatter) line(code string, tail []comment) {
	w.fresh = false
	if len(tail) > 0 {
		w.run = append(w.run, outLine{code, tail[0].text})
		return
	}
	w.flush()
	w.out.WriteString(code)
	w.out.WriteByte('\n')
}

// flush writes lines with comments behind them, these in one column.
func (w *formatter) flush() {
	column := 0
	for _, l := range w.run {
		if n := utf8.RuneCountInString(l.code); n <= farthest {
			column = max(column, n)
		}
	}
	for _, l := range w.run {
		w.out.WriteString(l.code)
		w.out.WriteString(strings.Repeat(" ", max(0, column-utf8.RuneCountInString(l.code))+2))
		w.out.WriteString(l.comment)
		w.out.WriteByte('\n')
	}
	w.run = w.run[:0]
}

// blank writes an empty line where the author left some before a line.
func (w *formatter) blank(line int) {
	if w.empty(line-1) && !w.fresh {
		w.flush()
		w.out.WriteByte('\n')
		w.fresh = true // one is enough
	}
}

func (w *formatter) comments(all []comment, indent int) {
	for _, c := range all {
		w.blank(c.line)
		w.line(strings.Repeat(" ", indent)+c.text, nil)
	}
}

// above writes what stands above an entry, and returns what stands behind it.
// Behind a line there is room for one comment only.
func (w *formatter) above(start, value *yaml.Node, indent int) (tail []comment) {
	n := w.notes[value]
	if n == nil {
		w.blank(start.Line)
		return nil
	}
	w.comments(n.head, indent)
	w.blank(start.Line)
	if len(n.tail) > 1 {
		w.comments(n.tail[1:], indent)
	}
	return n.tail
}

func (w *formatter) foot(n *yaml.Node, indent int) {
	if note := w.notes[n]; note != nil {
		w.comments(note.foot, indent)
	}
}

// title writes what stands on top of a document, and a blank line.
func (w *formatter) title(d *yaml.Node) {
	if n := w.notes[d]; n != nil && len(n.head) > 0 {
		w.comments(n.head, 0)
		w.out.WriteByte('\n')
		w.fresh = true
	}
}

// collection writes the entries of a mapping or list on lines of their own; the
// first stands behind lead, which is a list's dash or nothing.
func (w *formatter) collection(n *yaml.Node, indent int, lead string) {
	switch n.Kind {
	case yaml.MappingNode:
		for i, at := range w.order(n) {
			key, value := n.Content[at], n.Content[at+1]
			front := strings.Repeat(" ", indent)
			var tail []comment
			if i > 0 || lead == "" {
				tail = w.above(key, value, indent)
			} else {
				front, tail = lead, w.tail(value)
			}
			w.path = append(w.path, key.Value)
			w.value(front+worded(key, false)+":", value, indent, tail)
			w.path = w.path[:len(w.path)-1]
		}
	case yaml.SequenceNode:
		w.path = append(w.path, "[]")
		for _, e := range n.Content {
			w.item(e, indent, lead)
			lead = ""
		}
		w.path = w.path[:len(w.path)-1]
	default:
		w.line(worded(n, false), nil)
	}
}

func (w *formatter) tail(value *yaml.Node) []comment {
	if n := w.notes[value]; n != nil {
		return n.tail
	}
	return nil
}

// item writes one entry of a list, behind lead as in collection.
func (w *formatter) item(e *yaml.Node, indent int, lead string) {
	dash := strings.Repeat(" ", indent) + "- "
	var tail []comment
	if lead == "" {
		tail = w.above(e, e, indent)
	} else {
		dash, tail = lead+"- ", w.tail(e)
	}
	if !w.opens(dash, e) {
		w.value(strings.TrimSuffix(dash, " "), e, indent, tail)
		return
	}
	if lead == "" {
		w.hoist(e, indent)
	}
	w.collection(e, indent+2, dash)
	w.foot(e, indent+2)
}

// opens reports whether an entry of a list is a collection whose own first
// entry stands behind the dash.
func (w *formatter) opens(dash string, e *yaml.Node) bool {
	return e.Kind != yaml.ScalarNode && len(e.Content) > 0 && w.inline(dash, e) == ""
}

// hoist writes the comments above a dash that stand within the entry behind it,
// where there is no room for them.
func (w *formatter) hoist(e *yaml.Node, indent int) {
	if tail := w.tail(e); len(tail) > 0 {
		w.comments(tail[:1], indent)
	}
	first := e.Content[0]
	if e.Kind == yaml.MappingNode {
		first = e.Content[w.order(e)[0]+1]
	}
	n := w.notes[first]
	if n != nil {
		w.comments(n.head, indent)
		if len(n.tail) > 1 {
			w.comments(n.tail[1:], indent)
		}
	}
	if e.Kind == yaml.SequenceNode && w.opens(strings.Repeat(" ", indent+2)+"- ", first) {
		w.hoist(first, indent)
	}
}

// value writes what stands behind a key or dash: on the same line if it can.
func (w *formatter) value(front string, n *yaml.Node, indent int, tail []comment) {
	switch {
	case n.Kind == yaml.ScalarNode && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		w.lines(front, n, indent, tail)
		return
	case n.Kind == yaml.ScalarNode && n.Value == "" && worded(n, false) == "":
		w.line(front, tail)
		return
	case n.Kind == yaml.ScalarNode || len(n.Content) == 0:
		w.line(front+" "+w.flow(n, false), tail)
		w.foot(n, indent+2)
		return
	}
	if text := w.inline(front+" ", n); text != "" {
		w.line(front+" "+text, tail)
		return
	}
	w.line(front, tail)
	w.fresh = true
	w.collection(n, indent+2, "")
	w.foot(n, indent+2)
}

// inline is a collection on one line behind front, or empty where it shall not
// stand there.
func (w *formatter) inline(front string, n *yaml.Node) string {
	room := widest - utf8.RuneCountInString(front)
	if n.Kind == yaml.MappingNode {
		room += widestEntry - widest
	}
	least := room // flows may take less than there is
	if n.Kind == yaml.ScalarNode || !w.flows(n, &least) {
		return ""
	}
	if text := w.flow(n, false); utf8.RuneCountInString(text) <= room {
		return text
	}
	return ""
}

// flows reports whether a collection may stand on one line: a list of single
// values always, others where their author had them in brackets; none with a
// comment in it. It gives up where room is surely too little.
func (w *formatter) flows(n *yaml.Node, room *int) bool {
	if note := w.notes[n]; note != nil && len(note.foot) > 0 {
		return false
	}
	brackets := n.Style&yaml.FlowStyle != 0
	for i, c := range n.Content {
		if *room -= 1; *room < 0 {
			return false
		}
		value := n.Kind == yaml.SequenceNode || i%2 == 1
		if note := w.notes[c]; value && note != nil {
			return false
		}
		switch {
		case c.Kind == yaml.ScalarNode:
			*room -= len(c.Value) / utf8.UTFMax
			if c.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 || c.Value == "" && c.Style == 0 {
				return false
			}
		case !brackets || !w.flows(c, room):
			return false
		}
	}
	return brackets || n.Kind == yaml.SequenceNode
}

// flow writes a value on one line.
func (w *formatter) flow(n *yaml.Node, within bool) string {
	var b strings.Builder
	switch n.Kind {
	case yaml.SequenceNode:
		b.WriteByte('[')
		w.path = append(w.path, "[]")
		for i, c := range n.Content {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(w.flow(c, true))
		}
		w.path = w.path[:len(w.path)-1]
		b.WriteByte(']')
	case yaml.MappingNode:
		b.WriteByte('{')
		for i, at := range w.order(n) {
			if i > 0 {
				b.WriteString(", ")
			}
			key := n.Content[at]
			w.path = append(w.path, key.Value)
			b.WriteString(worded(key, true) + ": " + w.flow(n.Content[at+1], true))
			w.path = w.path[:len(w.path)-1]
		}
		b.WriteByte('}')
	default:
		return worded(n, within)
	}
	return b.String()
}

// lines writes a text that stands on lines of its own as it was, indented anew.
func (w *formatter) lines(front string, n *yaml.Node, indent int, tail []comment) {
	m := mark{n, w.indents[n]}
	first, last, spaces := w.block(m)
	head := w.announced(n)
	if strings.ContainsAny(head, "123456789") {
		head = strings.Map(func(c rune) rune {
			if c >= '1' && c <= '9' {
				return '2'
			}
			return c
		}, head)
	}
	w.line(front+" "+head, tail)
	w.flush()
	end, whole := last, strings.Contains(head, "+")
	if whole {
		for w.empty(end+1) && end+1 < len(w.text.lines) {
			end++
		}
	}
	for i := first; i <= end; i++ {
		line := w.text.line(i)
		if len(line) <= spaces {
			w.out.WriteByte('\n')
			continue
		}
		w.out.WriteString(strings.Repeat(" ", indent+2))
		w.out.Write(line[spaces:])
		w.out.WriteByte('\n')
	}
	w.fresh = whole // an empty line would be one more of the text
}

// order is where the pairs of a mapping begin, in canonical order.
func (w *formatter) order(n *yaml.Node) []int {
	at := make([]int, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		at = append(at, i)
	}
	words := strings.Fields(w.vocabulary())
	if len(words) == 0 {
		return at
	}
	rank := func(i int) int {
		if r := slices.Index(words, n.Content[i].Value); r >= 0 {
			return r
		}
		return len(words)
	}
	slices.SortStableFunc(at, func(a, b int) int { return rank(a) - rank(b) })
	return at
}

// vocabulary is the order of the keys of the mapping that is written now; empty
// where that is its author's.
func (w *formatter) vocabulary() string {
	p := w.path
	switch n := len(p); {
	case n == 0:
		return "apiVersion kind"
	case n == 2 && p[1] == "[]" && (p[0] == "keep" || p[0] == "remove"):
		return "name who except products from until dataLoss after reason"
	case n == 2 && p[0] == "rules":
		return "name match licenses add"
	case n == 2 && p[0] == "users":
		return "licenses add remove note"
	case n == 2 && p[0] == "products":
		return "holders add via replace"
	case n == 4 && p[0] == "products" && p[2] == "replace":
		return "with who except"
	case n == 3 && p[0] == "limits" && p[1] == "raise":
		return "removals product removalPercent productPercent assignments until reason"
	case n == 2 && p[0] == "windows":
		return "allow deny for zone"
	case n == 2 && p[0] == "waivers":
		return "rule user match product until reason"
	case n > 1 && p[n-1] == "[]" && (p[n-2] == "licenses" || p[n-2] == "add" || p[0] == "users"):
		return "sku disabledPlans"
	}
	return ""
}
