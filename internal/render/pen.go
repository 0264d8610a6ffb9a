package render

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// safe is text that may be printed. Constants of this package are safe by
// themselves; every other string becomes safe in [pen.text] and nowhere else.
//
// Within it a no-break space (which [Clean] lets nobody else write) keeps words
// on one line; it is printed as a space.
type safe string

// join is the no-break space.
const join = "\u00a0"

// glued keeps the words of s on one line where there is room.
func glued(s safe) safe { return safe(strings.ReplaceAll(string(s), " ", join)) }

// wide is the number of cells that s takes.
func (s safe) wide() int {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return ansi.StringWidth(string(s))
		}
	}
	return len(s)
}

// A pen makes text.
type pen struct{ ascii bool }

// longest is how many bytes of one text of a stranger are shown.
const longest = 1200

// text makes s, which comes from outside, printable: harmless, on one line,
// with single spaces, of bearable length.
func (p pen) text(s string) safe {
	long := len(s) > longest
	if long {
		s = s[:longest]
		for range utf8.UTFMax { // not within a character
			if r, n := utf8.DecodeLastRuneInString(s); r != utf8.RuneError || n != 1 {
				break
			}
			s = s[:len(s)-1]
		}
	}
	s = strings.Trim(Clean(s), " ")
	for strings.Contains(s, "  ") {
		s = strings.ReplaceAll(s, "  ", " ")
	}
	if p.ascii {
		s = inASCII(s)
	}
	if long {
		return safe(s) + p.ellipsis()
	}
	return safe(s)
}

func inASCII(s string) string {
	if ansi.StringWidth(s) == len(s) && isASCII(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
		} else {
			b.WriteString(escape(r))
		}
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// or returns the text of s, or otherwise if there is none.
func (p pen) or(s string, otherwise safe) safe {
	if t := p.text(s); t != "" {
		return t
	}
	return otherwise
}

func (p pen) ellipsis() safe {
	if p.ascii {
		return "..."
	}
	return "…"
}

// dot parts the statements of one line.
func (p pen) dot() safe {
	if p.ascii {
		return " | "
	}
	return " · "
}

// cut shortens s to at most width cells. What is left out is taken from the
// middle, because names of one kind begin alike, and an ellipsis says so.
func (p pen) cut(s safe, width int) safe {
	if s.wide() <= width {
		return s
	}
	dots := p.ellipsis()
	room := width - dots.wide()
	if room < 2 {
		return safe(ansi.Truncate(string(dots), max(width, 0), ""))
	}
	for tail := room / 2; ; tail-- {
		whole := safe(ansi.Truncate(string(s), room-room/2, "")) + dots
		if tail > 0 {
			whole += safe(ansi.TruncateLeft(string(s), s.wide()-tail, ""))
		}
		// A wide character upon the edge may stay whole on either side.
		if whole.wide() <= width || tail <= 0 {
			return whole
		}
	}
}

// pad is n spaces, none if n is negative.
func pad(n int) safe { return safe(strings.Repeat(" ", max(n, 0))) }
