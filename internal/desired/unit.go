package desired

import "bytes"

// A unit is what stands in one line, or in the few lines of one entry.
type unit struct {
	kind   unitKind
	size   int // bytes, with the line breaks
	lines  int
	indent int
	name   []byte // as it is read; what was written is longer by its quotes
	// value is what stands after the name: in the same line from column on, or in
	// the lines below if column is 0.
	value  []byte
	column int
}

type unitKind byte

const (
	other    unitKind = iota
	filler            // an empty line or a comment
	personal          // `name: [a, b]` or such, which neither line above nor below can change
)

// What an entry may have at most to be read for itself. The parser takes no
// key of more than 1024 characters.
const (
	maxKey   = 512
	maxUnit  = 4096
	maxNests = 8
)

// readUnit reads the unit at the beginning of data. It knows only the simplest
// way of writing an entry: a name of plain letters with or without quotes,
// after it a list or mapping in brackets in the same line, or one with an entry
// a line below. What these mean is left to the parser.
func readUnit(data []byte) unit {
	text, size := cutLine(data)
	u := unit{size: size, lines: 1, indent: spaces(text)}
	rest := text[u.indent:]
	switch {
	case len(rest) == 0:
		u.kind = filler
		return u
	case rest[0] == '#':
		if bytes.IndexByte(rest, '*') < 0 { // what an alias is, is found by its star
			u.kind = filler
		}
		return u
	case u.indent == 0 || len(text) > maxUnit:
		return u
	}
	n := nameEnd(rest)
	if n == 0 || n >= len(rest) || rest[n] != ':' {
		return u
	}
	u.name = bytes.Trim(rest[:n], `"'`)
	after := rest[n+1:]
	if ending(after) {
		u.below(data)
		return u
	}
	if gap := spaces(after); gap > 0 {
		c := brackets{text: after[gap:]}
		if c.collection(0) && ending(c.text[c.at:]) {
			u.kind, u.value, u.column = personal, c.text[:c.at], u.indent+n+1+gap+1
		}
	}
	return u
}

// below takes what stands in the lines below the name into the unit.
func (u *unit) below(data []byte) {
	size, lines := block(data[u.size:min(len(data), u.size+maxUnit)], u.indent, 0)
	if lines > 0 && (u.size+size == len(data) || data[u.size+size-1] == '\n') {
		u.kind, u.value = personal, data[u.size:u.size+size]
		u.size, u.lines = u.size+size, 1+lines
	}
}

// block measures a list or a mapping with an entry a line that belongs to a key
// indented so far.
func block(data []byte, parent, depth int) (size, lines int) {
	indent, items := -1, false
	for size < len(data) && depth < maxNests {
		text, n := cutLine(data[size:])
		dent := spaces(text)
		isItem := len(text) > dent && text[dent] == '-'
		if indent < 0 && (dent > parent || isItem && dent == parent) {
			indent, items = dent, isItem
		}
		if dent != indent || isItem != items {
			break
		}
		below := 0
		switch kind := childOf(text[dent:]); {
		case kind == other:
			return size, lines
		case kind == filler: // a key with nothing after it
			var more int
			if more, below = block(data[size+n:], dent, depth+1); below == 0 {
				return size, lines
			}
			n += more
		}
		size, lines = size+n, lines+1+below
	}
	return size, lines
}

// childOf tells what a line below a name is: personal if it stands for itself,
// filler if it is a key of what stands below.
func childOf(text []byte) unitKind {
	var rest []byte
	if len(text) > 0 && text[0] == '-' {
		rest = text[1:]
	} else {
		n := 0
		if len(text) > 0 {
			n = nameEnd(text)
		}
		if n == 0 || n >= len(text) || text[n] != ':' {
			return other
		}
		if rest = text[n+1:]; ending(rest) {
			return filler
		}
	}
	gap := spaces(rest)
	c := brackets{text: rest[gap:]}
	if gap > 0 && c.node(0) && ending(c.text[c.at:]) {
		return personal
	}
	return other
}

// cutLine returns a line without its break, and its size with it.
func cutLine(data []byte) (text []byte, size int) {
	i := bytes.IndexByte(data, '\n')
	if i < 0 {
		return data, len(data)
	}
	return bytes.TrimSuffix(data[:i], []byte{'\r'}), i + 1
}

func spaces(text []byte) int {
	for i, b := range text {
		if b != ' ' {
			return i
		}
	}
	return len(text)
}

// ending reports whether nothing but a comment is left of a line.
func ending(rest []byte) bool {
	n := spaces(rest)
	return n == len(rest) || n > 0 && rest[n] == '#' && bytes.IndexByte(rest, '*') < 0
}

// nameEnd is where a name ends, with its quotes if it has any; 0 is no plain name.
func nameEnd(text []byte) int {
	if quote := text[0]; quote == '"' || quote == '\'' {
		n := 1
		for n < len(text) && n < maxKey && (alnum(text[n]) || bytes.IndexByte([]byte("._@+-#"), text[n]) >= 0) {
			n++
		}
		if n == 1 || n == len(text) || text[n] != quote {
			return 0
		}
		return n + 1
	}
	n := 0
	for n < len(text) && n < maxKey && (alnum(text[n]) || n > 0 && bytes.IndexByte([]byte("._@+-#'"), text[n]) >= 0) {
		n++
	}
	if n > 0 && text[n-1] == '\'' {
		return 0 // it would be taken for a quote
	}
	return n
}

func alnum(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9'
}

// brackets goes through a list or mapping in brackets whose brackets, commas,
// colons and quotes are all in their places.
type brackets struct {
	text []byte
	at   int
}

func (c *brackets) peek() byte {
	if c.at < len(c.text) {
		return c.text[c.at]
	}
	return 0
}

func (c *brackets) skip() { c.at += spaces(c.text[c.at:]) }

func (c *brackets) node(depth int) bool {
	if b := c.peek(); b == '[' || b == '{' {
		return c.collection(depth)
	}
	return c.word()
}

func (c *brackets) collection(depth int) bool {
	open := c.peek()
	closing := map[byte]byte{'[': ']', '{': '}'}[open]
	if closing == 0 || depth == maxNests {
		return false
	}
	c.at++
	c.skip()
	if c.peek() == closing {
		c.at++
		return true
	}
	for {
		if open == '{' && !c.key() || !c.node(depth+1) {
			return false
		}
		c.skip()
		b := c.peek()
		c.at++
		if b != ',' {
			return b == closing
		}
		c.skip()
	}
}

// key goes over a word with a colon and a space after it.
func (c *brackets) key() bool {
	if !c.word() || c.peek() != ':' {
		return false
	}
	c.at++
	gap := spaces(c.text[c.at:])
	c.at += gap
	return gap > 0
}

// word goes over one word, or several words with spaces between them.
func (c *brackets) word() bool {
	start := c.at
	if quote := c.peek(); quote == '"' || quote == '\'' {
		for c.at++; c.at < len(c.text) && c.at-start < maxKey; c.at++ {
			switch b := c.text[c.at]; {
			case b == quote:
				c.at++
				return true
			case b == '\\' || b == '*' || b < ' ':
				return false
			}
		}
		return false
	}
	for c.at < len(c.text) && c.at-start < maxKey && (wordy(c.text[c.at]) || c.at > start && c.inside()) {
		c.at++
	}
	return c.at > start && c.at-start < maxKey && c.text[c.at-1] != ' '
}

func wordy(b byte) bool { return alnum(b) || b == '_' || b >= 0x80 }

// inside reports whether a byte may stand within a plain word, not at an end of it.
func (c *brackets) inside() bool {
	next := byte(0)
	if c.at+1 < len(c.text) {
		next = c.text[c.at+1]
	}
	switch c.text[c.at] {
	case '.', '-', '@', '+', '/', '(', ')', '=':
		return true
	case ' ', ':':
		return wordy(next) || next == '/' && c.text[c.at] == ':'
	}
	return false
}
