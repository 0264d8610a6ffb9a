package desired

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// A comment is one as it stands in a file, from its `#` to the end of the line.
type comment struct {
	line, column int
	text         string
	own          bool // nothing but a list's dash stands before it on its line
}

// A mark is a node within which a `#` is no comment, or which ends with a
// bracket that is worth finding.
type mark struct {
	node   *yaml.Node
	indent int // of what the node stands in, for text on lines of its own
}

// marks gathers the marks of a document in the order of the text.
func marks(out []mark, n *yaml.Node, indent int) []mark {
	switch n.Kind {
	case yaml.ScalarNode:
		if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
			out = append(out, mark{n, indent})
		}
		return out
	case yaml.MappingNode, yaml.SequenceNode:
		if n.Style&yaml.FlowStyle != 0 {
			out = append(out, mark{n, indent})
		} else {
			indent = n.Column - 1
		}
	}
	for _, c := range n.Content {
		out = marks(out, c, indent)
	}
	return out
}

// A scanner goes through a text and finds its comments, the ends of brackets
// and the lines between documents.
type scanner struct {
	*text
	marks []mark // those to come
	open  []*yaml.Node
	line  int // the present one
	at    int // byte in data
	start int // where the line begins
	used  int // the byte up to which column was counted
	col   int // runes before used
}

func (t *text) scan() {
	s := &scanner{text: t, line: 1}
	for _, d := range t.docs {
		s.marks = marks(s.marks, d, -1)
	}
	for s.at < len(s.data) {
		s.step()
	}
}

func (s *scanner) newLine() {
	s.at++
	s.line++
	s.start, s.used, s.col = s.at, s.at, 0
}

// column counts runes, as the parser does; from 1.
func (s *scanner) column() int {
	s.col += utf8.RuneCount(s.data[s.used:s.at])
	s.used = s.at
	return s.col + 1
}

// step passes over one character, or over all of a quoted or indented text.
func (s *scanner) step() {
	c := s.data[s.at]
	if c == '\n' {
		s.newLine()
		return
	}
	if s.at == s.start && len(s.open) == 0 && bytes.HasPrefix(s.data[s.at:], []byte("---")) && len(bytes.TrimLeft(s.rest()[3:3+min(1, len(s.rest())-3)], " \t")) == 0 {
		s.breaks = append(s.breaks, s.line)
		s.at += 3
		return
	}
	if c == '#' && (s.at == s.start || s.data[s.at-1] == ' ' || s.data[s.at-1] == '\t') {
		s.comment()
		return
	}
	if len(s.marks) > 0 && s.marks[0].node.Line == s.line && strings.IndexByte("\"'|>[{", c) >= 0 && s.marks[0].node.Column == s.column() {
		m := s.marks[0]
		s.marks = s.marks[1:]
		s.enter(m, c)
		return
	}
	if (c == ']' || c == '}') && len(s.open) > 0 {
		top := s.open[len(s.open)-1]
		s.open = s.open[:len(s.open)-1]
		if top.Line != s.line {
			s.ends[top] = s.line
		}
	}
	s.at++
	// A pair within brackets is a mapping of its own without a bracket.
	for len(s.marks) > 0 && s.passed(s.marks[0].node) {
		s.marks = s.marks[1:]
	}
}

// passed reports whether the scanner is behind the beginning of a node.
func (s *scanner) passed(n *yaml.Node) bool {
	return n.Line < s.line || n.Line == s.line && n.Column < s.column()
}

// rest is what is left of the line.
func (s *scanner) rest() []byte {
	rest := s.data[s.at:]
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

func (s *scanner) comment() {
	before := strings.Trim(string(s.data[s.start:s.at]), "-? \t")
	text := s.rest()
	s.comments = append(s.comments, comment{line: s.line, column: s.column(), text: strings.TrimRight(string(text), " \t"), own: before == ""})
	s.at += len(text)
}

// enter passes over a quoted text, or into brackets.
func (s *scanner) enter(m mark, c byte) {
	switch {
	case c == '[' || c == '{':
		s.open = append(s.open, m.node)
		s.at++
	case c == '"' || c == '\'':
		s.quoted(c)
	default:
		s.indents[m.node] = m.indent
		_, last, _ := s.block(m)
		s.header()
		for s.line < last && s.at < len(s.data) {
			s.at += len(s.rest())
			if s.at < len(s.data) {
				s.newLine()
			}
		}
		s.at += len(s.rest())
	}
}

// header passes over the line on which a text on lines of its own is announced.
func (s *scanner) header() {
	for ; s.at < len(s.data) && s.data[s.at] != '\n'; s.at++ {
		if s.data[s.at] == '#' && s.data[s.at-1] == ' ' {
			s.comment()
			return
		}
	}
}

func (s *scanner) quoted(quote byte) {
	for s.at++; s.at < len(s.data); s.at++ {
		switch c := s.data[s.at]; {
		case c == '\n':
			s.newLine()
			s.at--
		case c == '\\' && quote == '"' && s.at+1 < len(s.data) && s.data[s.at+1] != '\n':
			s.at++
		case c == quote && quote == '\'' && s.at+1 < len(s.data) && s.data[s.at+1] == quote:
			s.at++
		case c == quote:
			s.at++
			return
		}
	}
}

// block tells on which lines the text of a literal or folded scalar stands, and
// how far it is indented. The last line is at least that of its header.
func (t *text) block(m mark) (first, last, indent int) {
	first, last = m.node.Line+1, m.node.Line
	for n := first; n <= len(t.lines); n++ {
		line := t.line(n)
		spaces := len(line) - len(bytes.TrimLeft(line, " "))
		if spaces == len(line) {
			continue
		}
		if indent == 0 {
			indent = t.given(m)
			if indent == 0 {
				indent = spaces
			}
			if spaces <= m.indent || spaces < indent {
				break
			}
		}
		if spaces < indent {
			break
		}
		last = n
	}
	return first, last, indent
}

// given is the indentation that the header of a text says, or 0.
func (t *text) given(m mark) int {
	for _, c := range t.announced(m.node) {
		if c >= '1' && c <= '9' {
			return max(m.indent, 0) + int(c-'0')
		}
	}
	return 0
}

// announced is the header of a text on lines of its own: its sign, and whatever
// stands close behind.
func (t *text) announced(n *yaml.Node) string {
	line := []rune(string(t.line(n.Line)))
	if n.Column < 1 || n.Column > len(line) {
		return ""
	}
	head, _, _ := strings.Cut(string(line[n.Column-1:]), " ")
	return head
}
