package render

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean returns s as text that a terminal and a CI log can show on one line
// without obeying it. Control, bidirectional, zero-width and other invisible
// characters, bytes that are no UTF-8, and accents without a letter or heaped
// upon one stand as escapes (\n, \x1b, \u202e, \xff). So does the second
// character of `::` and `##` and a colon at the very end, without which no
// command of a CI log (`::error`, `##vso[`) can begin, wherever the text is
// put. Everything else, whatever its script, stays as it is.
//
// Clean of a cleaned text is the same text.
func Clean(s string) string {
	if harmless(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	last, marks := rune(-1), mostMarks
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		mark := unicode.Is(unicode.M, r)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
			r = 'x'
		case (r == ':' || r == '#') && r == last, r == ':' && i+size == len(s),
			invisible(r), mark && marks >= mostMarks:
			b.WriteString(escape(r))
			r = 'x'
		default:
			b.WriteRune(r)
		}
		switch {
		case r == ' ' || r == '\u3000':
			marks = mostMarks
		case mark && r != 'x':
			marks++
		case !mark:
			marks = 0
		}
		last, i = r, i+size
	}
	return b.String()
}

// mostMarks is how many accents one letter may carry; Vietnamese and Hebrew need two or three.
const mostMarks = 3

// harmless is the quick answer for nearly all names.
func harmless(s string) bool {
	last := byte(0)
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || (c == ':' || c == '#') && c == last {
			return false
		}
		last = c
	}
	return last != ':'
}

// invisible reports whether r leaves no ink, or ink that nobody can foresee.
func invisible(r rune) bool {
	switch {
	case r == ' ' || r == '\u3000': // the wide space stands within Japanese names
		return false
	case r == '\u2800': // a Braille pattern without dots
		return true
	}
	return !unicode.IsGraphic(r) || unicode.Is(unicode.Zs, r) ||
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) || unicode.Is(unicode.Variation_Selector, r)
}

func escape(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < utf8.RuneSelf:
		return fmt.Sprintf(`\x%02x`, r)
	case r <= 0xffff:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}
