package render

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// fromJournal says that a run left no report of its end, and how far what is
// shown goes.
func (s *account) fromJournal() {
	r := s.report
	switch {
	case !r.FromJournal:
		return
	case r.AtWork:
		s.block(2, say("A process is at work on this run. This is what its journal says up to "+minute(r.EndedAt)+"."))
	default:
		s.block(2, say("The run left no report of its end. This is what its plan and its journal say, up to "+minute(r.EndedAt)+
			": what is done is sure, what is unknown is found out by resuming it."))
	}
}

// whole prints who carried out which plan, then everything that was done.
func (s *account) whole() {
	s.byWhom()
	s.ofPlan()
	for _, d := range []deed{taken, copies, given, adjusted} {
		s.doneOf(d)
	}
}

// mostParts is how many resumes of a run are listed.
const mostParts = 10

// byWhom lists who worked on the run, and from where.
func (s *account) byWhom() {
	r := s.report
	s.heading("BY WHOM", "")
	var list []entry
	parts := r.Parts
	if len(parts) > mostParts && !s.details {
		parts = slices.Concat(parts[:1], parts[len(parts)-mostParts+1:])
	}
	for _, part := range parts {
		facts := []span{say(s.actor(part.Actor)), say(s.system(part))}
		if part.Revision != r.Revision && part.Revision != "" {
			facts = append(facts, say("folder at "+s.commit(part.Revision, 12)))
		}
		operation := s.cut(s.or(part.Operation, "unknown"), 10)
		list = append(list, entry{glued(operation + pad(6-operation.wide()) + "  " + minute(part.At)), s.dotted(facts)})
	}
	if len(parts) == 0 {
		list = append(list, entry{glued("apply   " + minute(r.StartedAt)), []span{say(s.actor(r.Actor) + "; who else is not on record")}})
	}
	if !r.FromJournal && r.Run != "" {
		list = append(list, entry{glued("ended   " + minute(r.EndedAt)), nil})
	}
	s.entries(list)
	if n := len(r.Parts) - len(parts); n > 0 {
		s.block(2, say("and "+count(n, "resume", "resumes")+" between, see --details"))
	}
}

// actor is who Graph says acted.
func (s *account) actor(a plan.Actor) safe {
	id := s.cut(s.text(a.ID), 40)
	name := s.cut(s.text(a.Name), 60)
	kind := safe("an identity that is not known")
	switch a.Kind {
	case plan.ActorPerson:
		kind = "person"
	case plan.ActorApplication:
		kind = "application"
	}
	if name == "" && id == "" {
		return kind
	}
	if id != "" && name != "" {
		id = " (" + id + ")"
	}
	return kind + " " + name + id
}

// system is the user, the machine and the program.
func (s *account) system(p plan.RunPart) safe {
	text := s.cut(s.or(p.Who, "an unknown user"), 40) + " on " + s.cut(s.or(p.Host, "an unknown host"), 40)
	return text + " with " + s.cut(s.or(p.Tool.Name, "an unknown program"), 20) + " " + s.cut(s.text(p.Tool.Version), 40)
}

// commit is the first digits of a revision.
func (p *page) commit(revision string, digits int) safe {
	commit, changed := strings.CutSuffix(revision, "+changed")
	text := p.text(commit)
	if len(text) > digits {
		text = text[:digits]
	}
	if text = p.text(string(text)); changed {
		return text + ", with changes that were not committed"
	}
	return text
}

// ofPlan says which plan was carried out, of which files, and of which changes.
func (s *account) ofPlan() {
	r := s.report
	s.heading("OF WHAT", "")
	list := []entry{{"plan", []span{say(s.cut(s.or(r.Plan, "unknown"), 60))}}}
	if s.plan != nil && !s.plan.CreatedAt.IsZero() {
		list[0].text = append(list[0].text, say(", made "+minute(s.plan.CreatedAt)))
	}
	if r.Changes != "" {
		list = append(list, entry{"changes", []span{say(s.cut(s.text(r.Changes), 64))}})
	}
	files := safe("of no commit that is known")
	if r.Revision != "" {
		files = "commit " + s.commit(r.Revision, 40)
	}
	list = append(list, entry{"files", []span{say(files)}})
	if r.Undoes != nil {
		list = append(list, entry{"undoes", []span{say("run " + s.cut(s.or(r.Undoes.Run, "unknown"), 40))}})
	}
	if r.Run != "" {
		list = append(list, entry{"run", []span{say(s.cut(s.text(r.Run), 60))}})
	}
	s.entries(list)
}

// A deed is what was done to people, as they see it.
type deed uint8

const (
	taken    deed = iota // who had the product has it no longer
	copies               // a direct copy of a seat that stays through a group
	given                //
	adjusted             // service plans of a product that stays
)

// deedOf is what was done. A removal of which the plan does not say more is told
// as a loss.
func (s *account) deedOf(o *plan.Outcome) deed {
	switch o.Action {
	case plan.Assign:
		return given
	case plan.Adjust:
		return adjusted
	}
	if c := s.changes[o]; c != nil && c.Action == plan.Unassign && !c.Lost() {
		return copies
	}
	return taken
}

// losers is how many people lose data by what was done, as far as is known.
func (s *account) losers() int {
	if s.losing != nil {
		return *s.losing
	}
	who := map[plan.UserID]bool{}
	for _, at := range []fate{done, unconfirmed} {
		for _, o := range s.fates[at] {
			if s.loses(o) {
				who[o.User] = true
			}
		}
	}
	n := len(who)
	s.losing = &n
	return n
}

func (s *account) loses(o *plan.Outcome) bool {
	c := s.changes[o]
	return c != nil && c.Action == o.Action && losesData(c)
}

// ofDeed are the outcomes that were done, of one deed: those that lose data first.
// The list is the account's own.
func (s *account) ofDeed(d deed) []*plan.Outcome {
	if known, ok := s.deeds[d]; ok {
		return known
	}
	var losing, others []*plan.Outcome
	for _, o := range s.fates[done] {
		switch {
		case s.deedOf(o) != d:
		case s.loses(o):
			losing = append(losing, o)
		default:
			others = append(others, o)
		}
	}
	for _, list := range [][]*plan.Outcome{losing, others} {
		slices.SortStableFunc(list, func(a, b *plan.Outcome) int { return cmp.Compare(s.statement(a), s.statement(b)) })
	}
	if s.deeds == nil {
		s.deeds = map[deed][]*plan.Outcome{}
	}
	s.deeds[d] = append(losing, others...)
	return s.deeds[d]
}

// doneOf lists what was done to whom, when, how that is known, and by which
// statement.
func (s *account) doneOf(d deed) {
	all := s.ofDeed(d)
	if len(all) == 0 {
		return
	}
	people := map[plan.UserID]bool{}
	for _, o := range all {
		people[o.User] = true
	}
	names := [...]safe{taken: "TAKEN", copies: "COPIES TAKEN", given: "GIVEN", adjusted: "ADJUSTED"}
	whom := [...]safe{taken: " from ", copies: " of ", given: " to ", adjusted: " of "}[d] + count(len(people), "person", "people")
	what := count(len(all), "licence", "licences")
	if d == copies {
		what = count(len(all), "direct copy", "direct copies")
		whom += "; the seats stay through a group"
	}
	day := oneDay(all)
	if day != "" {
		whom += " on " + day
	}
	if s.loses(all[0]) {
		whom += "; ! with loss of data"
	}
	s.heading(names[d], what+whom)
	var shown, rest []*plan.Outcome
	special, plainOnes := 0, 0
	for _, o := range all {
		n, most := &plainOnes, plainRows
		if s.loses(o) {
			n, most = &special, specialRows
		}
		if !s.details && *n >= most {
			rest = append(rest, o)
			continue
		}
		*n++
		shown = append(shown, o)
	}
	s.doneTable(d, shown, day != "")
	s.others(rest)
}

// doneTable prints what was done, below the statements that asked for it.
func (s *account) doneTable(d deed, all []*plan.Outcome, oneDay bool) {
	g := grid{columns: []column{{head: "PERSON", flex: true}, {head: "PRODUCT", flex: true}, {head: "WHEN (UTC)"}, {head: "KNOWN BY"}}}
	last := safe("")
	for _, o := range all {
		r := row{mark: [...]span{taken: in(danger, "-"), copies: in(plain, "-"), given: in(adding, "+"), adjusted: in(changing, "~")}[d], under: s.beneathDone(o)}
		if s.loses(o) {
			r.mark = in(danger, "!")
		}
		if by := s.statement(o); by != last {
			r.above, last = []span{in(faint, "by "+by)}, by
		}
		when := second(o.At)
		if oneDay {
			when = when[len(when)-len("15:04:05"):]
		}
		r.cells = []span{say(s.person(o.User)), say(s.product(o.SKU)), say(when), say(s.cut(s.or(o.Evidence, "not on record"), 13))}
		g.rows = append(g.rows, r)
	}
	s.table("", g)
}

// oneDay is the day on which everything was done, or "" if that is not one.
func oneDay(all []*plan.Outcome) safe {
	first := day(all[0].At)
	for _, o := range all {
		if o.At.IsZero() || day(o.At) != first {
			return ""
		}
	}
	return first
}

// second writes a time in UTC to the second.
func second(t time.Time) safe {
	if t.IsZero() {
		return "not on record"
	}
	return safe(t.UTC().Format("2006-01-02" + join + "15:04:05"))
}

// statement is what asked for a change, with its place.
func (s *account) statement(o *plan.Outcome) safe {
	c := s.changes[o]
	if c == nil {
		return "a statement that the plan does not name"
	}
	k := kind{statement: c.Reason.Statement, file: c.Reason.File, line: c.Reason.Line, code: string(c.Reason.Kind)}
	text, known := s.statements[k]
	if !known {
		text = s.statementOf(c)
		s.statements[k] = text
	}
	return text
}

func (s *account) statementOf(c *plan.Change) safe {
	text := s.cut(s.text(c.Reason.Statement), 40)
	switch {
	case c.Reason.Kind == plan.KindUndo:
		return "undo"
	case c.Reason.Kind == plan.KindUsers:
		text = "users entry"
	case text == "":
		text = s.cut(s.or(string(c.Reason.Kind), "a statement"), 20)
	}
	if place := s.reasonPlace(c.Reason); place != "" {
		text += "," + join + place
	}
	return glued(text)
}

// beneathDone are the lines beneath what was done: with Details what it does to the
// person, and the ids.
func (s *account) beneathDone(o *plan.Outcome) [][]span {
	c := s.changes[o]
	var out [][]span
	if c != nil {
		for _, e := range c.Effects {
			if s.details || e.Kind == "plans" {
				out = append(out, []span{say(s.text(e.Text))})
			}
		}
	}
	if !s.details {
		return out
	}
	ids := safe("user ") + s.cut(s.text(string(o.User)), 40)
	if id := s.cut(s.text(o.RequestID), 60); id != "" {
		ids += ", request " + id
	}
	return append(out, []span{in(faint, ids)})
}

// A likeness is what outcomes have in common that are counted together.
type likeness struct {
	sku       plan.SKU
	action    plan.Action
	statement safe
	code      string
	class     plan.Class
	loses     bool
}

// others counts outcomes that had no room, by what they have in common: those
// with a loss of data never among the others.
func (s *account) others(rest []*plan.Outcome) {
	counts := map[likeness]int{}
	for _, o := range rest {
		counts[s.likenessOf(o)]++
	}
	keys := ranked(counts)
	left, losing := 0, 0
	for i, k := range keys {
		if i >= groupRows {
			left += counts[k]
			losing += counts[k] * truth(k.loses)
			continue
		}
		s.block(2, s.alike(k, counts[k])...)
	}
	switch {
	case left > 0 && losing > 0:
		s.rest(left, ", "+num(losing)+" of them with loss of data")
	case left > 0:
		s.rest(left, " of other products or by other statements")
	case len(rest) > 0:
		s.line(in(faint, "  each of them: "+s.each)) // unbroken: it can be a command
	}
}

// alike says how many outcomes there are of one kind.
func (s *account) alike(k likeness, n int) []span {
	spans := []span{say("and " + num(n) + " more " + s.product(k.sku) + " to " + s.deed(k.action) + ", by " + k.statement)}
	if k.loses {
		spans = append(spans, in(danger, ", with loss of data"))
	}
	if why := s.why(k); why != "" {
		spans = append(spans, say(": "+why))
	}
	return spans
}

// why is what outcomes that were not done have in common.
func (s *account) why(k likeness) safe {
	if k.class != "" && k.class != plan.Ready && k.class != plan.Already {
		return s.classOf(k.class)
	}
	return s.cut(s.text(k.code), 60)
}

func (s *account) likenessOf(o *plan.Outcome) likeness {
	k := likeness{sku: o.SKU, action: o.Action, statement: s.statement(o)}
	switch fateOf(o) {
	case done:
		k.loses = s.loses(o)
	case unconfirmed, uncertain:
		k.loses = s.loses(o)
		k.code, k.class = o.Code, o.Class
	default: // nothing was taken
		k.code, k.class = o.Code, o.Class
	}
	return k
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A seatCount is what became free of a product, and what was used.
type seatCount struct {
	sku         plan.SKU
	freed, used int
}

// seatCounts are those of the products of which seats moved, by name.
func (s *account) seatCounts() []seatCount {
	if s.seats != nil {
		return s.seats
	}
	at := map[plan.SKU]*seatCount{}
	for _, o := range s.fates[done] {
		if at[o.SKU] == nil {
			at[o.SKU] = &seatCount{sku: o.SKU}
		}
		switch c := s.changes[o]; {
		case s.deedOf(o) == taken:
			at[o.SKU].freed++
		case s.deedOf(o) == given && (c == nil || c.Gained()):
			at[o.SKU].used++
		}
	}
	all := []seatCount{}
	for _, n := range at {
		if n.freed+n.used > 0 {
			all = append(all, *n)
		}
	}
	slices.SortFunc(all, func(a, b seatCount) int {
		return cmp.Or(cmp.Compare(s.product(a.sku), s.product(b.sku)), cmp.Compare(a.sku, b.sku))
	})
	s.seats = all
	return all
}

// seatsFreed prints them.
func (s *account) seatsFreed() {
	all := s.seatCounts()
	if len(all) == 0 {
		return
	}
	s.blank()
	g := grid{columns: []column{{flex: true}, {head: "FREED", right: true}, {head: "USED", right: true}}}
	shown := s.upTo(len(all), listedRows)
	for _, n := range all[:shown] {
		g.rows = append(g.rows, row{cells: []span{say(s.product(n.sku)), say(num(n.freed)), say(num(n.used))}})
	}
	s.table("SEATS", g)
	s.rest(len(all)-shown, either(len(all)-shown, " product", " products"))
}
