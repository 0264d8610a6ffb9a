package render

import (
	"cmp"
	"maps"
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// manyRows is from how many changes on they are summed up by statement first.
const manyRows = 100

// A said is a statement with what it asks for: changes by part.
type said struct {
	name, place safe
	parts       [parts]int
	all         int
	codes       [parts]map[string]int // the rules that deny or block
	waived      [parts]int            // that go ahead by a waiver
}

// byStatement sums up a plan that nobody reads row by row: which statements
// decide, and what each comes to. Entries of people count by their file.
func (s *sheet) byStatement() {
	if len(s.plan.Changes) < manyRows || s.plan.Mode == plan.ModeUndo {
		return
	}
	list := s.sumUp()
	s.heading("BY STATEMENT", count(len(s.plan.Changes), "change", "changes"))
	shown := s.upTo(len(list), listedRows)
	var lines []entry
	for _, x := range list[:shown] {
		lines = append(lines, entry{glued(x.name) + join + join + x.place, s.dotted(x.words(s.page.pen))})
	}
	s.entries(lines)
	if n := len(list) - shown; n > 0 {
		s.block(2, say(count(n, "other statement", "other statements")+", "+s.more))
	}
}

// sumUp counts changes by what decided them, the most first.
func (s *sheet) sumUp() []*said {
	type key struct {
		kind            plan.StatementKind
		statement, file string
		line            int
	}
	at := map[key]*said{}
	var list []*said
	for part := range parts {
		for _, c := range s.parts[part] {
			r := c.Reason
			k := key{r.Kind, r.Statement, r.File, r.Line}
			if r.Kind == plan.KindUsers {
				k = key{kind: r.Kind, file: r.File}
			}
			if at[k] == nil {
				place := s.place(k.file, k.line)
				if k.line == 0 {
					place = s.cut(s.text(k.file), 60)
				}
				at[k] = &said{name: s.calls(plan.Statement{Kind: r.Kind, Statement: r.Statement}), place: glued(place)}
				list = append(list, at[k])
			}
			at[k].parts[part]++
			at[k].all++
			at[k].count(part, c)
		}
	}
	slices.SortStableFunc(list, func(a, b *said) int { return cmp.Compare(b.all, a.all) })
	return list
}

// words are what a statement comes to.
func (x *said) words(p pen) []span {
	names := [parts]safe{removing: " to remove", giving: " to assign", adjusting: " to adjust", denied: " denied", blocked: " blocked"}
	var out []span
	for i, n := range x.parts {
		part := part(i)
		if n > 0 {
			out = append(out, say(glued(num(n)+names[part]+x.by(p, part))))
			if w := x.waived[part]; w > 0 {
				out[len(out)-1].text += glued(" (" + num(w) + " by a waiver)")
			}
		}
	}
	return out
}

// count notes by which rules a change is not carried out, or by a waiver is. or by a waiver is.
func (x *said) count(at part, c *plan.Change) {
	if at != denied && at != blocked {
		if goesBy(c) {
			x.waived[at]++
		}
		return
	}
	if x.codes[at] == nil {
		x.codes[at] = map[string]int{}
	}
	for _, d := range c.Decisions {
		if v := d.Counts(); v == plan.Deny || v == plan.Blocked {
			x.codes[at][d.Code]++
		}
	}
}

// by names those rules, the most frequent first.
func (x *said) by(p pen, at part) safe {
	const most = 4
	codes := slices.SortedFunc(maps.Keys(x.codes[at]), func(a, b string) int {
		return cmp.Or(cmp.Compare(x.codes[at][b], x.codes[at][a]), cmp.Compare(a, b))
	})
	var list []safe
	for _, c := range codes[:min(most, len(codes))] {
		list = append(list, p.cut(p.text(c), 12))
	}
	if len(list) == 0 {
		return ""
	}
	return " by " + commas(list)
}
