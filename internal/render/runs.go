package render

import (
	"cmp"
	"io"
	"slices"
	"time"
)

// A Run is one row of the list of runs.
type Run struct {
	Name    string // RUN, as other commands take it
	Plan    string // the id of its plan
	State   string // done, interrupted, running …
	Started time.Time
	By      string // who began it, or empty
	Resumes int
	Done    int // changes done, or already as wanted
	Failed  int // failed, or unknown
	Left    int // not reached, or skipped
	// Lock is the id of the lock that the run holds, for `reseat unlock`; or empty.
	Lock string
}

// Runs writes a list of runs, newest first, whatever their order in rows. The
// only errors are those of w.
func Runs(w io.Writer, rows []Run, o Options) error {
	p := newPage(w, o)
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b Run) int {
		return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(b.Name, a.Name))
	})
	if len(rows) == 0 {
		p.line(say("no runs yet"))
	} else {
		p.runs(rows)
	}
	if o.Held != "" {
		p.blank()
		p.block(0, in(caution, p.text(o.Held)))
	}
	if o.Next != "" {
		p.blank()
		p.next(o)
	}
	return p.send(w, "runs")
}

func (p *page) runs(rows []Run) {
	full := grid{columns: []column{{head: "RUN", flex: true}, {head: "STATE"},
		{head: "DONE", right: true}, {head: "FAILED", right: true}, {head: "LEFT", right: true}, {head: "PLAN", flex: true}}}
	short := grid{columns: full.columns[:5]}
	for _, r := range rows {
		state, n := say(p.cut(p.or(r.State, "unknown"), 14)), say(num(r.Failed))
		if r.Failed > 0 {
			n.ink = danger
		}
		name, plan := say(p.cut(p.or(r.Name, "unknown"), 40)), in(faint, p.cut(p.or(r.Plan, "unknown"), 40))
		var lock [][]span
		if id := p.cut(p.text(r.Lock), 60); id != "" {
			lock = [][]span{{in(caution, "holds the lock "+id)}}
		}
		var by [][]span
		if who := p.text(r.By); who != "" {
			by = [][]span{{in(faint, "by "+who+p.resumed(r.Resumes))}}
		}
		full.rows = append(full.rows, row{cells: []span{name, state, say(num(r.Done)), n, say(num(r.Left)), plan}, under: slices.Concat(by, lock)})
		beneath := []span{in(faint, glued("started "+minute(r.Started)+",")), say(" "), in(faint, glued("plan ")), plan}
		short.rows = append(short.rows, row{cells: []span{name, state, say(num(r.Done)), n, say(num(r.Left))}, under: slices.Concat([][]span{beneath}, by, lock)})
	}
	if full.fits(p.width - 2) {
		p.table("", full)
		return
	}
	p.table("", short)
}

// resumed says how often a run was taken up.
func (p *page) resumed(times int) safe {
	switch times {
	case 0:
		return ""
	case 1:
		return "; taken up once"
	}
	return "; taken up " + num(times) + " times"
}
