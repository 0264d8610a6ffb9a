package render

import (
	"cmp"
	"slices"

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
	case c.Verdict == plan.Warn || losesData(c) || waives(c):
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
	for _, c := range s.parts[at] {
		ordinary := ordinary(c)
		switch {
		case s.details:
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

// grouped prints one line for many alike changes: of one product, by one statement.
func (s *sheet) grouped(at part, rest []*plan.Change) {
	if len(rest) == 0 {
		return
	}
	type key struct {
		sku             plan.SKU
		statement, file string
		line            int
		recent          bool
	}
	counts := map[key]int{}
	for _, c := range rest {
		counts[key{c.SKU(), c.Reason.Statement, c.Reason.File, c.Reason.Line, c.Verdict == plan.Warn}]++
	}
	keys := make([]key, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a.sku, b.sku), cmp.Compare(a.statement, b.statement),
			cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line), order(a.recent, b.recent))
	})
	one := [parts]safe{"removal", "assignment", "adjustment", "denial", "blocked change"}[at]
	others, recent := 0, false
	for i, k := range keys {
		if i >= groupRows {
			others += counts[k]
			recent = recent || k.recent
			continue
		}
		by := safe("")
		mark, paint := groupMark(at, k.recent)
		if k.statement != "" {
			by = " by '" + s.name(k.statement, "") + "'"
		}
		if place := s.place(k.file, k.line); place != "" {
			by += " (" + place + ")"
		}
		s.flow([]span{in(paint, mark), say(" ")}, 4,
			say("and "+num(counts[k])+" more "+s.product(k.sku)+" "+either(counts[k], one, one+"s")+by+lately(k.recent)))
	}
	if others > 0 {
		mark, paint := groupMark(at, recent)
		s.flow([]span{in(paint, mark), say(" ")}, 4,
			say("and "+num(others)+" more "+either(others, one, one+"s")+" of other products or by other statements, "+s.more))
	}
}

// groupMark is the sign before a line of grouped changes.
func groupMark(at part, recent bool) (safe, ink) {
	switch {
	case recent:
		return "!", caution
	case at == giving:
		return "+", adding
	case at == adjusting:
		return "~", changing
	}
	return "-", danger
}

// lately says that R108 warns of all of a group.
func lately(recent bool) safe {
	if recent {
		return ": R108 signed in lately"
	}
	return ""
}

func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return 1
	}
	return -1
}
