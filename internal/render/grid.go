package render

// A column of a grid.
type column struct {
	head  safe
	right bool // numbers
	flex  bool // names: shortened where there is no room
}

// A row of a grid: its cells, and lines beneath it.
type row struct {
	above []span // a line before it, or nothing
	mark  span   // one character in the margin, or nothing
	cells []span
	under [][]span
}

// A grid is a small table; its columns are as wide as what stands in them.
type grid struct {
	columns []column
	rows    []row
}

const (
	narrowGap = 2
	wideGap   = 3
	leastName = 8 // a name is not shortened below this
)

// natural is the width of each column if nothing is shortened.
func (g grid) natural() []int {
	wide := make([]int, len(g.columns))
	for i, c := range g.columns {
		wide[i] = c.head.wide()
	}
	for _, r := range g.rows {
		for i, c := range r.cells {
			wide[i] = max(wide[i], c.text.wide())
		}
	}
	return wide
}

func sum(all []int) int {
	n := 0
	for _, v := range all {
		n += v
	}
	return n
}

// fits reports whether the grid needs no shortening in so many cells.
func (g grid) fits(width int) bool {
	return sum(g.natural())+narrowGap*(len(g.columns)-1) <= width
}

// measure returns the width of each column, and the gap between them, for so many cells.
func (g grid) measure(width int) (wide []int, gap int) {
	wide = g.natural()
	gap = wideGap
	if sum(wide)+gap*(len(wide)-1) > width {
		gap = narrowGap
	}
	for sum(wide)+gap*(len(wide)-1) > width {
		at := g.widestName(wide)
		if at < 0 {
			break
		}
		wide[at]--
	}
	return wide, gap
}

// widestName is the column that can best give a cell away: of the names first, or -1.
func (g grid) widestName(wide []int) int {
	for _, flex := range []bool{true, false} {
		at := -1
		for i, c := range g.columns {
			if c.flex == flex && wide[i] > leastName && (at < 0 || wide[i] > wide[at]) {
				at = i
			}
		}
		if at >= 0 {
			return at
		}
	}
	return -1
}

// cells lays a row out.
func (p *page) cells(g grid, wide []int, gap int, cells []span) []span {
	out := make([]span, 0, 2*len(cells))
	for i, c := range cells {
		text := p.cut(c.text, wide[i])
		fill := pad(wide[i] - text.wide())
		if i > 0 {
			out = append(out, say(pad(gap)))
		}
		if g.columns[i].right {
			out = append(out, say(fill), in(c.ink, text))
		} else {
			out = append(out, in(c.ink, text), say(fill))
		}
	}
	return out
}

// table prints a grid. The title, if there is one, stands in the place of the
// first heading and two columns further left than what is below it.
func (p *page) table(title safe, g grid) {
	const indent = 2
	if title != "" {
		g.columns[0].head = pad(title.wide() - indent)
	}
	wide, gap := g.measure(p.width - indent)
	heads := make([]span, len(g.columns))
	headed := title != ""
	for i, c := range g.columns {
		heads[i] = in(strong, c.head)
		headed = headed || c.head != ""
	}
	if headed {
		line := p.cells(g, wide, gap, heads)
		if title == "" {
			line = append([]span{say(pad(indent))}, line...)
		} else {
			line = append([]span{in(strong, title), say(pad(wide[0] + indent - title.wide()))}, line[2:]...)
		}
		p.line(line...)
	}
	for _, r := range g.rows {
		if len(r.above) > 0 {
			p.block(indent, r.above...)
		}
		margin := []span{r.mark, say(pad(indent - r.mark.text.wide()))}
		p.line(append(margin, p.cells(g, wide, gap, r.cells)...)...)
		for _, u := range r.under {
			p.block(indent+2, u...)
		}
	}
}
