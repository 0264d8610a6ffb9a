package simulator

import (
	"strings"
)

type tokenKind uint8

const (
	endToken tokenKind = iota
	wordToken
	stringToken
	markToken
)

// A lexer splits a $filter into words, strings and marks.
type lexer struct {
	s    string
	from int // where the next token is looked for
	at   int // where the present one begins
	kind tokenKind
	text string
}

// scan reports whether it came to a token or to the end.
func (l *lexer) scan() bool {
	for l.from < len(l.s) && strings.IndexByte(" \t\r\n", l.s[l.from]) >= 0 {
		l.from++
	}
	l.at = l.from
	if l.from == len(l.s) {
		l.kind, l.text = endToken, ""
		return true
	}
	switch c := l.s[l.from]; {
	case strings.IndexByte("(),/:", c) >= 0:
		l.kind, l.text = markToken, string(c)
		l.from++
	case c == '\'':
		return l.quoted()
	case inWord(c):
		for l.from < len(l.s) && (inWord(l.s[l.from]) || l.s[l.from] == ':' && clockTime(l.s[l.at:l.from])) {
			l.from++
		}
		l.kind, l.text = wordToken, l.s[l.at:l.from]
	default:
		return false
	}
	return true
}

// quoted reads a string in single quotes, within which two are one.
func (l *lexer) quoted() bool {
	var b strings.Builder
	for i := l.from + 1; i < len(l.s); i++ {
		if l.s[i] == '\'' {
			if i+1 == len(l.s) || l.s[i+1] != '\'' {
				l.kind, l.text, l.from = stringToken, b.String(), i+1
				return true
			}
			i++
		}
		b.WriteByte(l.s[i])
	}
	return false
}

func inWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("_$.-+", c) >= 0
}

// clockTime reports whether a word so far is a date with the beginning of a
// time, within which a colon is no mark.
func clockTime(w string) bool {
	return len(w) > 10 && w[10]|0x20 == 't' && w[4] == '-' && w[7] == '-' && '0' <= w[0] && w[0] <= '9'
}
