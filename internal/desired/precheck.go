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
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	c := checker{source: s, seen: map[string]bool{}}
	for rest, line := data, 1; len(rest) > 0; line++ {
		text, after, _ := bytes.Cut(rest, []byte{'\n'})
		c.line(bytes.TrimSuffix(text, []byte{'\r'}), line)
		rest = after
	}
	if c.parts > maxParts {
		s.reportAt(1, 1, "the file has more than 8 million entries", "split it into several files")
		return nil, false
	}
	return data, len(c.seen) == 0
}

// A checker goes through one file's lines.
type checker struct {
	*source
	seen  map[string]bool // sorts of faults reported
	parts int
}

func (c *checker) once(line, column int, cause, remedy string) {
	if !c.seen[cause] {
		c.seen[cause] = true
		c.reportAt(line, column, cause, remedy)
	}
}

func (c *checker) line(text []byte, line int) {
	if len(text) > maxLine {
		c.once(line, 1, "the line has more than 64 KiB", "break it into several lines")
		return
	}
	c.parts++
	if len(text) > 0 && text[0] == '%' {
		// Thousands of %TAG lines make the parser quadratic.
		c.once(line, 1, "a line that begins with `%` is a YAML directive, and directives are not used", "take it out, or indent the text")
	}
	indent := len(text) - len(bytes.TrimLeft(text, " "))
	if indent < len(text) && text[indent] == '\t' && len(bytes.TrimSpace(text)) > 0 {
		c.once(line, indent+1, "the line is indented with a tab", "indent with spaces")
	}
	for i := 0; i < len(text); {
		if b := text[i]; b >= 0x20 && b < 0x7F {
			if b == ',' || b == '[' || b == '{' || (b == '-' || b == '?') && i+1 < len(text) && text[i+1] == ' ' {
				c.parts++
			}
			i++
			continue
		}
		i += c.rune(text, i, line)
	}
}

// rune looks at the rune at text[i:], which is not plain ASCII, and returns its length.
func (c *checker) rune(text []byte, i, line int) int {
	r, size := utf8.DecodeRune(text[i:])
	column := func() int { return utf8.RuneCount(text[:i]) + 1 }
	switch {
	case r == utf8.RuneError && size <= 1:
		c.once(line, column(), "the file is not valid UTF-8", "save it as UTF-8")
	case r == 0:
		c.once(line, column(), "there is a NUL byte", "save the file as UTF-8 text")
	case r == '\t':
	case r == '\r', r == 0x85, r == 0x2028, r == 0x2029:
		c.once(line, column(), fmt.Sprintf("there is an unusual line break (U+%04X)", r), "end lines with a plain line feed")
	case r < 0x20, r >= 0x7F && r < 0xA0, r == 0xFEFF, r == 0xFFFE, r == 0xFFFF:
		c.once(line, column(), fmt.Sprintf("there is a control character (U+%04X)", r), "take it out")
	}
	return size
}
