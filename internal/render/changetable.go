package render

import "github.com/reseat-cli/reseat/plan"

// leastWhy is the narrowest column in which a reason is still a pleasure; with
// less room it stands beneath its row. What explains a change further needs
// leastUnder, and hangs below the product where there is less.
const (
	leastWhy   = 34
	leastUnder = 50
)

// A changeTable is the layout of the table of changes for one width: two
// columns for the mark, then who, what, how held, cause and, if there is room, why.
type changeTable struct {
	grid
	wide  []int
	gap   int
	why   int  // the column at which reasons begin
	under int  // the column at which all else begins
	own   bool // reasons stand on lines of their own
}

func (s *sheet) changeTable() changeTable {
	t := changeTable{grid: grid{columns: []column{
		{head: "PERSON", flex: true}, {head: "PRODUCT", flex: true}, {head: "HELD"},
	}}}
	if s.causes() {
		t.columns = append(t.columns, column{head: "CAUSE"})
	}
	for i := range s.plan.Changes {
		t.rows = append(t.rows, row{cells: s.facts(&s.plan.Changes[i])})
	}
	const marks = 2
	natural := t.natural()
	for _, t.gap = range []int{wideGap, narrowGap} {
		t.why = marks + sum(natural) + t.gap*len(natural)
		if room := s.width - t.why; room >= leastWhy && (t.gap == narrowGap || room >= s.longestWhy()) {
			t.wide = natural
			t.under = t.why
			if s.width-t.why < leastUnder {
				t.under = s.hang(marks + t.wide[0] + t.gap)
			}
			return t
		}
	}
	t.own = true
	t.wide, t.gap = t.measure(s.width - marks)
	t.why = s.hang(marks + t.wide[0] + t.gap)
	t.under = t.why
	return t
}

// hang is where lines beneath a row begin: below its product, unless the names
// before it are so long that little room is left.
func (s *sheet) hang(product int) int {
	if product > s.width/4 {
		return 6
	}
	return product
}

// longestWhy is the room that all reasons with their places ask for.
func (s *sheet) longestWhy() int {
	most := 0
	for i := range s.plan.Changes {
		c := &s.plan.Changes[i]
		most = max(most, s.why(c).wide()+narrowGap+s.reasonPlace(c.Reason).wide())
	}
	return most
}

func (s *sheet) facts(c *plan.Change) []span {
	cells := []span{say(s.person(c.User.ID)), say(s.product(c.SKU())), say(held(c))}
	if s.causes() {
		cells = append(cells, say(s.cut(s.or(string(c.Cause), "unknown"), 10)))
	}
	return cells
}

// causes reports whether they say anything: without a baseline all are new, and
// an undo has none but the run.
func (s *sheet) causes() bool {
	return s.plan.Inputs.Snapshot.BaselineAt != nil && s.plan.Mode != plan.ModeUndo
}

func (t changeTable) heads() []span {
	line := []span{say("  ")}
	for i, c := range t.columns {
		line = append(line, in(strong, c.head), say(pad(t.wide[i]-c.head.wide()+t.gap)))
	}
	if !t.own {
		line = append(line, in(strong, "WHY"))
	}
	return line
}

// change prints one row and what stands beneath it.
func (s *sheet) change(t changeTable, c *plan.Change) {
	mark, paint := markOf(c)
	line := append([]span{in(paint, mark), say(" ")}, s.cells(t.grid, t.wide, t.gap, s.facts(c))...)
	why := []span{say(s.why(c))}
	if place := s.reasonPlace(c.Reason); place != "" {
		why = append(why, say(" "), in(faint, join+place))
	}
	why = append(append(append(why, s.signIn(c)...), s.light(c)...), s.over(c.Reason)...)
	if t.own {
		s.line(line...)
		s.block(t.why, why...)
	} else {
		s.flow(append(line, say(pad(t.gap))), t.why, why...)
	}
	for _, b := range s.beneath(c) {
		s.block(t.under, b...)
	}
}
