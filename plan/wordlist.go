package plan

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A wordList is a long list of patterns, in which most are plain words: those are
// looked up. The file that keeps what an undo gave back names ten thousand people
// in a term, each of whom must not be held against each person.
type wordList struct {
	plain map[string]bool // folded
	globs []string
}

// longList is from how many values on a list is worth it.
const longList = 16

// listWords makes the lists of the folder's long terms.
func (b *bound) listWords() map[*Term]*wordList {
	lists := map[*Term]*wordList{}
	b.d.eachSelector(func(s *Selector) {
		s.each(func(t *Term) {
			if len(t.Values) >= longList {
				lists[t] = newWordList(t.Values)
			}
		})
	})
	return lists
}

func newWordList(values []string) *wordList {
	l := &wordList{plain: make(map[string]bool, len(values))}
	for _, v := range values {
		if strings.ContainsAny(v, "*?") {
			l.globs = append(l.globs, v)
		} else {
			l.plain[folded(v)] = true
		}
	}
	return l
}

// has reports whether a text matches one of the list, as [glob] says.
func (l *wordList) has(text string) bool {
	if l.plain[folded(text)] {
		return true
	}
	for _, v := range l.globs {
		if glob(v, text) {
			return true
		}
	}
	return false
}

// folded is the same for two texts exactly where strings.EqualFold says that they
// are: each rune is the least of those that it equals without case.
func folded(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - ('a' - 'A')
		case r < utf8.RuneSelf:
			return r
		}
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return least
	}, text)
}
