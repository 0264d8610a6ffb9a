package render

import (
	"cmp"
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// grouped prints one line for many alike changes: of one product, by one statement.
func (s *sheet) grouped(at part, rest []*plan.Change) {
	if len(rest) == 0 {
		return
	}
	counts := map[kind]int{}
	for _, c := range rest {
		counts[kindOf(c)]++
	}
	keys := make([]kind, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b kind) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a.sku, b.sku), cmp.Compare(a.statement, b.statement),
			cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line), cmp.Compare(a.code, b.code), cmp.Compare(a.message, b.message))
	})
	one := [parts]safe{"removal", "assignment", "adjustment", "denial", "blocked change"}[at]
	others, warned := 0, false
	for i, k := range keys {
		if i >= groupRows {
			others += counts[k]
			warned = warned || k.code == recentUse
			continue
		}
		by := safe("")
		mark, paint := groupMark(at, k.code == recentUse)
		if k.statement != "" {
			by = " by '" + s.name(k.statement, "") + "'"
		}
		if place := s.place(k.file, k.line); place != "" {
			by += " (" + place + ")"
		}
		s.flow([]span{in(paint, mark), say(" ")}, 4,
			say("and "+num(counts[k])+" more "+s.product(k.sku)+" "+either(counts[k], one, one+"s")+by+s.finding(k)))
	}
	if others > 0 {
		mark, paint := groupMark(at, warned)
		s.flow([]span{in(paint, mark), say(" ")}, 4,
			say("and "+num(others)+" more "+either(others, one, one+"s")+" of other products or by other statements, "+s.more))
	}
}

// groupMark is the sign before a line of grouped changes.
func groupMark(at part, warned bool) (safe, ink) {
	switch {
	case at == blocked:
		return "#", strong
	case warned:
		return "!", caution
	case at == giving:
		return "+", adding
	case at == adjusting:
		return "~", changing
	}
	return "-", danger
}

// A kind is what grouped changes have in common.
type kind struct {
	sku             plan.SKU
	statement, file string
	line            int
	code, message   string // what a rule says of them
}

func kindOf(c *plan.Change) kind {
	k := kind{sku: c.SKU(), statement: c.Reason.Statement, file: c.Reason.File, line: c.Reason.Line}
	switch {
	case c.Verdict == plan.Warn:
		k.code, k.message = recentUse, "signed in lately"
	case len(c.Decisions) > 0 && c.Verdict != plan.Allow:
		k.code, k.message = c.Decisions[0].Code, c.Decisions[0].Message
	}
	return k
}

// finding is what a rule says of a group.
func (s *sheet) finding(k kind) safe {
	if k.code == "" {
		return ""
	}
	return ": " + s.cut(s.text(k.code), 32) + " " + s.text(k.message)
}

// Of so many blocked changes of one kind only the first are shown.
const (
	manyAlike = 20
	someAlike = 10
)

// A fold says which blocked rows stand for others of their kind.
type fold struct{ all, shown map[kind]int }

// alike counts the blocked changes by kind; other parts are not folded so.
func (s *sheet) alike(at part) *fold {
	if at != blocked {
		return nil
	}
	f := &fold{all: map[kind]int{}, shown: map[kind]int{}}
	for _, c := range s.parts[at] {
		f.all[kindOf(c)]++
	}
	return f
}

// folds reports whether enough rows of a change's kind are shown before it.
func (f *fold) folds(c *plan.Change) bool {
	if f == nil || waives(c) {
		return false
	}
	k := kindOf(c)
	if f.all[k] <= manyAlike {
		return false
	}
	f.shown[k]++
	return f.shown[k] > someAlike
}
