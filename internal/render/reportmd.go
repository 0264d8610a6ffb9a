package render

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// A rung is how much of a report is shown where there is not room for all.
type rung struct {
	special, plain int // rows of a table: of losses, failures and doubts; of all else
	groups, parts  int // lines that count the others; resumes
}

const everything = 1 << 30

// rungs are tried in turn until one fits. What is left out is counted, a loss of
// data never among other things.
func rungs() []rung {
	return []rung{
		{everything, everything, 20, 50},
		{everything, plainRows, 20, 50},
		{specialRows, plainRows, 20, mostParts},
		{specialRows, 0, 20, mostParts},
		{plainRows, 0, 20, mostParts},
		{10, 0, 10, 4},
		{0, 0, 4, 2},
		{0, 0, 0, 1},
	}
}

// ReportMarkdown writes a report for a comment or a summary: the verdict first,
// losses and failures in sight, all else folded, in fewer than 60,000 bytes.
// Tables are whole; rows for which there is no room are counted.
//
// It tells what [Report] tells with Whole. Who reads it may not be who may know
// everybody's name: Redact says how people are called. Width, Color, ASCII and
// Details are not used. The only errors are those of w.
func ReportMarkdown(w io.Writer, r *plan.Report, p *plan.Plan, o Options) error {
	o.Width, o.Color, o.ASCII, o.Details, o.Whole = 0, false, false, false, true
	s := newAccount(io.Discard, r, p, o)
	s.names = s.redacted(o.Redact, p)
	s.hidden = o.Redact != RedactNone
	text := ""
	for _, step := range rungs() {
		if step.plain == everything && len(r.Outcomes) > budget/40 || step.special == everything && s.inSight() > budget/40 {
			continue // no row is shorter
		}
		m := &comment{account: s, rung: step}
		if text = m.write(o); len(text) < budget {
			break
		}
	}
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// inSight is how many rows would not be folded.
func (s *account) inSight() int {
	n := len(s.fates[failed]) + len(s.fates[uncertain]) + len(s.fates[unconfirmed])
	for _, o := range s.fates[done] {
		n += truth(s.loses(o))
	}
	return n
}

// A comment is a report as Markdown, at one rung.
type comment struct {
	*account
	markdown
	rung
}

func (c *comment) write(o Options) string {
	m := &c.markdown
	r := c.report
	word, _ := c.word()
	if run := c.text(r.Run); c.named() {
		m.line("<!-- reseat:run:", run, " -->")
	}
	m.line("### Licence run: ", code(c.cut(c.or(r.Tenant.Name, c.shortID(string(r.Tenant.ID))), 40)), ": ", word)
	m.blank()
	m.line(c.sentence())
	m.blank()
	if why := c.said(r.Summary.Stopped, 300); why != "" {
		m.line("Stopped: ", code(why))
		m.blank()
	}
	if r.FromJournal {
		m.line(c.unended())
		m.blank()
	}
	if n := c.losers(); n > 0 {
		m.line("> [!CAUTION]")
		m.line("> **", count(n, "person loses", "people lose"), " data**, unless the licence is given back in time.")
		m.blank()
	}
	c.losses()
	for _, at := range []fate{failed, uncertain, unconfirmed} {
		c.notDone(at)
	}
	for _, d := range []deed{taken, copies, given, adjusted} {
		c.doneOf(d)
	}
	for _, at := range []fate{skipped, notReached, already} {
		c.notDone(at)
	}
	c.seats()
	c.origin()
	c.commands(o)
	return m.b.String()
}

// sentence is the verdict.
func (c *comment) sentence() safe {
	var all []safe
	for _, f := range c.facts(true, false) {
		if f.ink == danger {
			f.text = "**" + f.text + "**"
		}
		all = append(all, f.text)
	}
	return joined(all, " · ")
}

func joined(all []safe, by safe) safe {
	var b strings.Builder
	for i, s := range all {
		if i > 0 {
			b.WriteString(string(by))
		}
		b.WriteString(string(s))
	}
	return safe(b.String())
}

func (c *comment) unended() safe {
	if c.report.AtWork {
		return "A process is at work on this run: this is what its journal says up to " + minute(c.report.EndedAt) + "."
	}
	return "The run left no report of its end: this is what its plan and its journal say, up to " + minute(c.report.EndedAt) +
		". What is unknown is found out by resuming it."
}

// said is a message that fits into a cell.
func (c *comment) said(s string, width int) safe {
	if c.hidden {
		s = addresses(s)
	}
	return c.cut(c.text(s), width)
}

// cells are who and what.
func (c *comment) who(o *plan.Outcome) []safe {
	return []safe{code(c.person(o.User)), code(c.product(o.SKU))}
}

// losses are the removals that cost data: never folded.
func (c *comment) losses() {
	var all []*plan.Outcome
	for _, at := range []fate{done, unconfirmed, uncertain} {
		for _, o := range c.fates[at] {
			if c.loses(o) {
				all = append(all, o)
			}
		}
	}
	if len(all) == 0 {
		return
	}
	m := &c.markdown
	m.line("#### Taken with loss of data (", num(len(all)), ")")
	m.blank()
	shown := min(len(all), c.special)
	rows := make([][]safe, 0, shown)
	for _, o := range all[:shown] {
		rows = append(rows, append(c.who(o), second(o.At), c.known(o), code(c.statement(o)), c.until(o)))
	}
	m.table([]safe{"person", "product", "when (UTC)", "known by", "statement", "give back until"}, rows)
	c.rest(all[shown:])
	m.blank()
}

// known says how it is known that something was done.
func (c *comment) known(o *plan.Outcome) safe {
	switch {
	case fateOf(o) == uncertain:
		return "unknown whether it was taken"
	case fateOf(o) == unconfirmed:
		return "answer, not visible yet"
	case o.Evidence == "":
		return "not on record"
	}
	return code(c.cut(c.text(o.Evidence), 13))
}

// until are what a removal costs, each with the last day to give it back.
func (c *comment) until(o *plan.Outcome) safe {
	change := c.changes[o]
	if change == nil {
		return "unknown"
	}
	start := c.report.StartedAt
	if start.IsZero() {
		start = c.report.EndedAt
	}
	var all []safe
	for _, e := range change.Effects {
		if e.RecoverableFor == "" {
			continue
		}
		end := safe("a day that is not known")
		if t, ok := after(c.tookAt(o, start), e.RecoverableFor); ok {
			end = day(t)
		}
		all = append(all, c.goes(e)+" "+end)
	}
	if len(all) == 0 {
		return "see the plan"
	}
	return joined(all[:min(len(all), 4)], "; ")
}

// goes is what a removal costs, in a word.
func (c *comment) goes(e plan.Effect) safe {
	switch e.Kind {
	case "mailbox":
		return "mailbox"
	case "files":
		return "OneDrive"
	}
	return code(c.said(e.Text, 60))
}

// notDone are the changes of a fate that is not done. What failed or is in doubt
// stands in sight.
func (c *comment) notDone(at fate) {
	all := c.fates[at]
	if len(all) == 0 {
		return
	}
	m := &c.markdown
	name, means := c.heads(at)
	most := c.plain
	inSight := at == failed || at == uncertain || at == unconfirmed
	if inSight {
		most = c.special
	}
	write := func() {
		shown := min(len(all), most)
		rows := make([][]safe, 0, shown)
		for _, o := range all[:shown] {
			rows = append(rows, append(c.who(o), code(c.deed(o.Action)), c.reason(at, o), c.advice(o)))
		}
		m.table([]safe{"person", "product", "to do", "why", "what to do"}, rows)
		c.rest(all[shown:])
	}
	if inSight {
		m.line("#### ", name, " (", num(len(all)), "): ", means)
		m.blank()
		write()
		m.blank()
		return
	}
	m.folded(name+" ("+num(len(all))+"): "+means, write)
}

// reason is why a change was not done.
func (c *comment) reason(at fate, o *plan.Outcome) safe {
	var all []safe
	if at == skipped {
		all = append(all, code(c.classOf(o.Class)))
	}
	if t := c.said(o.Message, 200); t != "" {
		all = append(all, code(t))
	}
	if t := c.cut(c.text(o.Code), 60); t != "" {
		all = append(all, code(t))
	}
	if len(all) == 0 {
		return "-"
	}
	return joined(all, " ")
}

func (c *comment) advice(o *plan.Outcome) safe {
	text := code(c.said(o.Advice, 200))
	if id := c.cut(c.text(o.RequestID), 60); id != "" && o.Status == plan.Failed {
		text += " request " + code(id)
	}
	return text
}

// doneOf are what was done and costs no data, folded.
func (c *comment) doneOf(d deed) {
	all := c.ofDeed(d)
	if i := slices.IndexFunc(all, func(o *plan.Outcome) bool { return !c.loses(o) }); i >= 0 {
		all = all[i:]
	} else {
		all = nil
	}
	if len(all) == 0 {
		return
	}
	m := &c.markdown
	name := [...]safe{taken: "Taken, without loss of data", copies: "Direct copies taken, the seats stay through a group", given: "Given", adjusted: "Adjusted"}[d]
	m.folded(name+" ("+num(len(all))+")", func() {
		shown := min(len(all), c.plain)
		rows := make([][]safe, 0, shown)
		for _, o := range all[:shown] {
			rows = append(rows, append(c.who(o), second(o.At), c.known(o), code(c.statement(o))))
		}
		m.table([]safe{"person", "product", "when (UTC)", "known by", "statement"}, rows)
		c.rest(all[shown:])
	})
}

// rest counts the rows for which there was no room.
func (c *comment) rest(all []*plan.Outcome) {
	if len(all) == 0 {
		return
	}
	counts := map[likeness]int{}
	for _, o := range all {
		counts[c.likenessOf(o)]++
	}
	m := &c.markdown
	m.blank()
	keys := ranked(counts)
	left := len(all)
	for _, k := range keys[:min(len(keys), c.groups)] {
		text := "- and " + num(counts[k]) + " more " + code(c.product(k.sku)) + " to " + code(c.deed(k.action)) + " by " + code(k.statement)
		if k.loses {
			text += ", **with loss of data**"
		}
		if why := c.why(k); why != "" {
			text += ": " + code(why)
		}
		m.line(text)
		left -= counts[k]
	}
	if left > 0 {
		losing := 0
		for _, k := range keys[min(len(keys), c.groups):] {
			losing += counts[k] * truth(k.loses)
		}
		text := "- and " + num(left) + " more"
		if losing > 0 {
			text += ", **" + num(losing) + " with loss of data**"
		}
		m.line(text + ", see report.json")
		return
	}
	m.line("- each of them is in report.json")
}

// seats are what became free and what was used, by product.
func (c *comment) seats() {
	counts := c.seatCounts()
	if len(counts) == 0 {
		return
	}
	m := &c.markdown
	m.folded("Seats", func() {
		shown := min(len(counts), max(c.groups, 1)*3)
		rows := make([][]safe, 0, shown)
		for _, n := range counts[:shown] {
			rows = append(rows, []safe{code(c.product(n.sku)), num(n.freed), num(n.used)})
		}
		m.table([]safe{"product", "freed", "used"}, rows)
		if n := len(counts) - shown; n > 0 {
			m.blank()
			m.line("- and ", count(n, "more product", "more products"), ", see report.json")
		}
	})
}

// origin says which plan it was, of which files, and who carried it out.
func (c *comment) origin() {
	r := c.report
	rows := [][]safe{{"run", code(c.cut(c.text(r.Run), 60))}, {"plan", code(c.cut(c.text(r.Plan), 60))}}
	if r.Changes != "" {
		rows = append(rows, []safe{"changes", code(c.cut(c.text(r.Changes), 64))})
	}
	if r.Revision != "" {
		rows = append(rows, []safe{"files", "commit " + code(c.commit(r.Revision, 40))})
	}
	if r.Undoes != nil {
		rows = append(rows, []safe{"undoes run", code(c.cut(c.text(r.Undoes.Run), 40))})
	}
	parts := r.Parts
	if len(parts) > c.parts {
		parts = slices.Concat(parts[:1], parts[len(parts)-c.parts+1:])
	}
	for _, p := range parts {
		rows = append(rows, []safe{code(c.cut(c.or(p.Operation, "unknown"), 10)), minute(p.At) + " by " + c.hand(p.Actor) + ", " + c.machine(p)})
	}
	if n := len(r.Parts) - len(parts); n > 0 {
		rows = append(rows, []safe{"between", count(n, "more resume", "more resumes") + ", see report.json"})
	}
	if len(parts) == 0 {
		rows = append(rows, []safe{"apply", minute(r.StartedAt) + " by " + c.hand(r.Actor) + "; who else is not on record"})
	}
	if !r.FromJournal {
		rows = append(rows, []safe{"ended", minute(r.EndedAt)})
	}
	c.markdown.folded("By whom, of which plan", func() { c.markdown.table([]safe{"what", "which"}, rows) })
}

// hand is who Graph says acted; a person is not named where people are not.
func (c *comment) hand(a plan.Actor) safe {
	if c.hidden && a.Kind != plan.ActorApplication {
		return "a person, " + code(c.shortID(a.ID))
	}
	return code(c.actor(a))
}

// machine is where a part of a run was carried out.
func (c *comment) machine(p plan.RunPart) safe {
	if c.hidden {
		p.Who = "a user"
	}
	return code(c.system(p))
}

// commands are what can be typed next.
func (c *comment) commands(o Options) {
	for _, next := range c.nextCommands(o) {
		if next.typed == "" {
			c.markdown.line("_", next.label, "_")
			continue
		}
		c.markdown.line(next.label, " ", code(next.typed))
		c.markdown.blank()
	}
}

// ranked are kinds of outcomes: losses first, then the most frequent.
func ranked(counts map[likeness]int) []likeness {
	keys := make([]likeness, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b likeness) int {
		return cmp.Or(-cmp.Compare(truth(a.loses), truth(b.loses)), cmp.Compare(counts[b], counts[a]), cmp.Compare(a.sku, b.sku), cmp.Compare(a.action, b.action),
			cmp.Compare(a.statement, b.statement), cmp.Compare(a.class, b.class), cmp.Compare(a.code, b.code))
	})
	return keys
}
