package render

import (
	"github.com/reseat-cli/reseat/plan"
)

// How much of a long plan is shown without Details.
const (
	plainRows   = 50  // allowed changes without a loss, per part; the rest is grouped
	specialRows = 200 // warned, denied or blocked ones, per part; the rest is counted
	groupRows   = 20  // lines of grouped changes, per part
)

// markOf is the sign before a row, and its ink.
func markOf(c *plan.Change) (safe, ink) {
	switch at := partOf(c); {
	case at == denied:
		return "x", danger
	case at == blocked:
		return "#", strong
	case losesData(c):
		return "!", danger
	case c.Verdict == plan.Warn || waives(c):
		return "!", caution
	case at == giving:
		return "+", adding
	case at == adjusting:
		return "~", changing
	}
	return "-", danger
}

// changes prints the table of all changes.
func (s *sheet) changes() {
	if len(s.plan.Changes) == 0 {
		return
	}
	s.blank()
	s.legend()
	s.blank()
	t := s.changeTable()
	s.line(t.heads()...)
	for at := range parts {
		s.part(t, at)
	}
}

// legend explains the marks that occur.
func (s *sheet) legend() {
	text := []struct{ mark, means safe }{
		{"-", "remove"}, {"+", "assign"}, {"~", "adjust"}, {"!", "with a warning"}, {"x", "denied by a rule"}, {"#", "blocked"},
	}
	inks := map[safe]ink{}
	for i := range s.plan.Changes {
		mark, i := markOf(&s.plan.Changes[i])
		inks[mark] = i
	}
	var spans []span
	for _, t := range text {
		if i, ok := inks[t.mark]; ok {
			if len(spans) > 0 {
				spans = append(spans, say(join+" "))
			}
			spans = append(spans, in(i, t.mark), say(join+glued(t.means)))
		}
	}
	s.block(2, spans...)
}

// part prints one group of changes: all that need a look, and of the others as
// many as can be read.
func (s *sheet) part(t changeTable, at part) {
	var rest []*plan.Change
	usual, special, lifted := 0, 0, 0
	var left leftOver
	alike := s.alike(at)
	for _, c := range s.inOrder(at) {
		ordinary := ordinary(c)
		switch {
		case s.details:
		case alike.folds(c):
			rest = append(rest, c)
			continue
		case ordinary && usual == plainRows:
			rest = append(rest, c)
			continue
		case ordinary:
			usual++
		case waives(c) && lifted < specialRows: // they have room of their own
			lifted++
		case special == specialRows || waives(c):
			left.add(c)
			continue
		default:
			special++
		}
		s.change(t, c)
	}
	s.grouped(at, rest)
	s.left(at, left)
}

// A leftOver counts rows that need a look and had no room.
type leftOver struct{ all, losses, waived int }

func (l *leftOver) add(c *plan.Change) {
	l.all++
	if losesData(c) {
		l.losses++
	}
	if waives(c) {
		l.waived++
	}
}

// left counts the rows that need a look and had no room.
func (s *sheet) left(at part, left leftOver) {
	if left.all == 0 {
		return
	}
	what := [parts]safe{"with a warning", "with a warning", "with a warning", "denied", "blocked"}[at]
	spans := []span{say("and " + num(left.all) + " more " + what)}
	if left.losses > 0 {
		spans = append(spans, in(danger, ", "+num(left.losses)+" of them with loss of data"))
	}
	if left.waived > 0 {
		spans = append(spans, in(caution, ", "+num(left.waived)+" of them by a waiver"))
	}
	s.block(2, append(spans, say(", "+s.more))...)
}
