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
	case c.Verdict == plan.Warn || losesData(c):
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
	usual, special, left, losses := 0, 0, 0, 0
	for _, c := range s.parts[at] {
		ordinary := c.Verdict == plan.Allow && !losesData(c)
		switch {
		case s.details:
		case ordinary && usual == plainRows:
			rest = append(rest, c)
			continue
		case ordinary:
			usual++
		case special == specialRows:
			left++
			if losesData(c) {
				losses++
			}
			continue
		default:
			special++
		}
		s.change(t, c)
	}
	s.grouped(at, rest)
	s.left(at, left, losses)
}

// left counts the rows that need a look and had no room.
func (s *sheet) left(at part, left, losses int) {
	if left == 0 {
		return
	}
	what := [parts]safe{"with a warning", "with a warning", "with a warning", "denied", "blocked"}[at]
	spans := []span{say("and " + num(left) + " more " + what)}
	if losses > 0 {
		spans = append(spans, in(danger, ", "+num(losses)+" of them with loss of data"))
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
	}
	counts := map[key]int{}
	for _, c := range rest {
		counts[key{c.SKU(), c.Reason.Statement, c.Reason.File, c.Reason.Line}]++
	}
	keys := make([]key, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a.sku, b.sku), cmp.Compare(a.statement, b.statement),
			cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})
	one := [parts]safe{"removal", "assignment", "adjustment", "denial", "blocked change"}[at]
	mark, paint := markOf(rest[0])
	others := 0
	for i, k := range keys {
		if i >= groupRows {
			others += counts[k]
			continue
		}
		by := safe("")
		if k.statement != "" {
			by = " by '" + s.name(k.statement, "") + "'"
		}
		if place := s.place(k.file, k.line); place != "" {
			by += " (" + place + ")"
		}
		s.flow([]span{in(paint, mark), say(" ")}, 4,
			say("and "+num(counts[k])+" more "+s.product(k.sku)+" "+either(counts[k], one, one+"s")+by))
	}
	if others > 0 {
		s.flow([]span{in(paint, mark), say(" ")}, 4,
			say("and "+num(others)+" more "+either(others, one, one+"s")+" of other products or by other statements, "+s.more))
	}
}
