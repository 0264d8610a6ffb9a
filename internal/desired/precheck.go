package desired

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// precheck looks at the bytes before the parser does: what the parser would
// take for something else than an editor shows, what it answers without a
// place, and what it takes too long for. It returns the text without its mark,
// and reports the first fault of each sort.
func (s *source) precheck(data []byte) ([]byte, bool) {
	if bytes.HasPrefix(data, []byte{0xFF, 0xFE}) || bytes.HasPrefix(data, []byte{0xFE, 0xFF}) {
		s.reportAt(1, 1, "the file is UTF-16", "save it as UTF-8")
		return nil, false
	}
	if bytes.Count(data, []byte{'\n'}) > maxLines {
		s.reportAt(1, 1, "the file has more than 16 million lines", "split it into several files")
		return nil, false
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	c := checker{source: s, seen: map[badSort]bool{}}
	for rest, line := data, 1; len(rest) > 0 && len(c.seen) < maxSorts; line++ {
		text, after, _ := bytes.Cut(rest, []byte{'\n'})
		c.line(bytes.TrimSuffix(text, []byte{'\r'}), line)
		rest = after
	}
	return data, len(c.seen) == 0
}

// A checker goes through one file's lines.
type checker struct {
	*source
	seen map[badSort]bool // faults reported; junk has one in each byte
}

// A badSort is a sort of fault that is reported once; some are one for each rune.
type badSort int32

// maxSorts is how many sorts of faults are enough: bytes of any sort have them all.
const maxSorts = 16

const (
	badLine badSort = iota
	badDirective
	badTab
	badText
	badNUL
	badBreak   badSort = 1 << 24
	badControl badSort = 2 << 24
)

func (c *checker) first(sort badSort) bool {
	if c.seen[sort] {
		return false
	}
	c.seen[sort] = true
	return true
}

func (c *checker) line(text []byte, line int) {
	if len(text) > maxLine {
		if c.first(badLine) {
			c.reportAt(line, 1, "the line has more than 64 KiB", "break it into several lines")
		}
		return
	}
	if len(text) > 0 && text[0] == '%' && c.first(badDirective) {
		// Thousands of %TAG lines make the parser quadratic.
		c.reportAt(line, 1, "a line that begins with `%` is a YAML directive, and directives are not used", "take it out, or indent the text")
	}
	indent := len(text) - len(bytes.TrimLeft(text, " "))
	if indent < len(text) && text[indent] == '\t' && len(bytes.TrimSpace(text)) > 0 && c.first(badTab) {
		c.reportAt(line, indent+1, "the line is indented with a tab", "indent with spaces")
	}
	for i := 0; i < len(text); {
		if b := text[i]; b >= 0x20 && b < 0x7F {
			i++
			continue
		}
		i += c.rune(text, i, line)
	}
}

// parts is about how many entries the parser would find, and at least as many
// as there are lines; it stops counting beyond most.
func parts(data []byte, most int) int {
	n, first := 0, true // first on its line
	for i := 0; i < len(data) && n <= most; i++ {
		next := byte('\n')
		if i+1 < len(data) {
			next = data[i+1]
		}
		switch b := data[i]; {
		case b == ' ':
		case b == '\n':
			n, first = n+1, true
		case b == '[', b == '{', b == ',' && next != '\n', (b == '-' || b == '?' || b == ':') && next == ' ' && !first:
			n, first = n+1, false
		default:
			first = false
		}
	}
	return n
}

// rune looks at the rune at text[i:], which is not plain ASCII, and returns its length.
func (c *checker) rune(text []byte, i, line int) int {
	r, size := utf8.DecodeRune(text[i:])
	column := func() int { return utf8.RuneCount(text[:i]) + 1 }
	switch {
	case r == '\t':
	case r == utf8.RuneError && size <= 1:
		if c.first(badText) {
			c.reportAt(line, column(), "the file is not valid UTF-8", "save it as UTF-8")
		}
	case r == 0:
		if c.first(badNUL) {
			c.reportAt(line, column(), "there is a NUL byte", "save the file as UTF-8 text")
		}
	case r == '\r', r == 0x85, r == 0x2028, r == 0x2029:
		if c.first(badBreak + badSort(r)) {
			c.reportAt(line, column(), fmt.Sprintf("there is an unusual line break (U+%04X)", r), "end lines with a plain line feed")
		}
	case r < 0x20, r >= 0x7F && r < 0xA0, r == 0xFEFF, r == 0xFFFE, r == 0xFFFF:
		if c.first(badControl + badSort(r)) {
			c.reportAt(line, column(), fmt.Sprintf("there is a control character (U+%04X)", r), "take it out")
		}
	}
	return size
}
