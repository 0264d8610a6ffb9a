package render

import (
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/reseat-cli/reseat/plan"
)

// Plan writes p for a person who is to decide about it. The verdict is the
// first statement, the danger is the last, above the id and the next command.
//
// p is read only and need not be sound: whatever stands in it is shown harmless
// (see [Clean]), and counts are taken from its changes. The only errors are
// those of w.
func Plan(w io.Writer, p *plan.Plan, o Options) error {
	s := newSheet(w, p, o)
	s.header(o)
	s.verdict()
	s.byStatement()
	s.changes()
	s.missing()
	s.inherited()
	s.notEvaluated()
	s.seats()
	s.drift()
	s.notes()
	s.checks()
	s.beforeYouApprove()
	s.end(o)
	return s.send(w, "plan")
}

// A sheet is the page of one plan.
type sheet struct {
	*page
	names
	tally
	plan *plan.Plan
}

func newSheet(w io.Writer, p *plan.Plan, o Options) *sheet {
	pg := newPage(w, o)
	n := newNames(pg.pen, pg.width, p)
	return &sheet{page: pg, names: n, tally: newTally(p, n), plan: p}
}

// header says which tenant, from which files, and when.
func (s *sheet) header(o Options) {
	s.title("reseat plan", s.plan.Tenant, s.source(o), minute(s.plan.CreatedAt), s.mode(), s.offline())
}

// title prints the first line: what it is, the tenant, and parts, as many as are not empty.
func (p *page) title(what safe, t plan.Tenant, parts ...safe) {
	who := p.cut(glued(p.or(t.Name, p.shortID(string(t.ID)))), 40)
	spans := []span{in(strong, who)}
	if t.Domain != "" {
		spans = append(spans, say(" "), say(glued("("+p.cut(p.text(t.Domain), 60)+")")))
	}
	if t.Cloud != "" && t.Cloud != plan.Global {
		spans = append(spans, say("  "), say(glued("cloud "+p.text(string(t.Cloud)))))
	}
	for _, part := range parts {
		if part != "" {
			spans = append(spans, say(" "), say(join+join+part))
		}
	}
	p.flow([]span{in(strong, what), say("   ")}, 2, spans...)
	p.blank()
}

func (s *sheet) source(o Options) safe {
	switch {
	case o.Source != "":
		return s.cut(glued(s.text(o.Source)), 60)
	case s.plan.Inputs.Desired.Revision != "":
		return s.revision(s.plan.Inputs.Desired.Revision)
	}
	return ""
}

// revision shortens a commit as git does.
func (s *sheet) revision(r string) safe {
	commit, changed := strings.CutSuffix(r, "+changed")
	text := "files " + safe(ansi.Truncate(string(s.text(commit)), 7, ""))
	if changed {
		text += ", changed since"
	}
	return glued(text)
}

// mode says what is unusual about the plan as a whole.
func (s *sheet) mode() safe {
	switch s.plan.Mode {
	case plan.ModeNormal, "":
		return ""
	case plan.ModeLimited:
		return s.limited()
	case plan.ModeUndo:
		if s.plan.Undoes != nil && s.plan.Undoes.Run == "" {
			return glued("UNDO of plan " + s.cut(s.text(s.plan.Undoes.Plan), 40))
		}
		if s.plan.Undoes != nil {
			return glued("UNDO of run " + s.cut(s.text(s.plan.Undoes.Run), 40))
		}
		return "UNDO"
	}
	return glued("mode " + s.cut(s.text(string(s.plan.Mode)), 20))
}

// offline says that a saved snapshot stood for the tenant.
func (s *sheet) offline() safe {
	in := s.plan.Inputs.Snapshot
	if in.File == "" {
		return ""
	}
	return glued("FROM FILE " + s.cut(s.text(in.File), 40) + " of " + minute(in.ReadAt))
}

// limited says what a limited plan looks at.
func (s *sheet) limited() safe {
	l := s.plan.Inputs.Limit
	if l == nil {
		return glued("LIMITED to some users or products")
	}
	text := safe("LIMITED to")
	for i, name := range append(append([]string{}, l.Users...), l.Products...) {
		if i == 5 {
			text += " and " + num(len(l.Users)+len(l.Products)-i) + " more"
			break
		}
		text += " " + s.cut(s.text(name), 40)
	}
	return text
}

// verdict is the line that a reader with five seconds reads.
func (s *sheet) verdict() {
	p := s.plan
	var facts []span
	add := func(i ink, t safe) { facts = append(facts, in(i, glued(t))) }
	s.deeds(add)
	if through, _ := parted(s.waived); len(through) > 0 {
		n := len(through)
		add(caution, num(n)+" by a waiver")
	}
	if n := failedRules(s.failures); n > 0 {
		add(danger, count(n, "rule", "rules")+" gave no answer")
	}
	if n := len(s.parts[denied]); n > 0 {
		add(plain, num(n)+" denied")
	}
	if n := len(s.parts[blocked]); n > 0 {
		add(plain, num(n)+" blocked")
	}
	if n := len(p.Missing); n > 0 {
		add(plain, num(n)+" missing")
	}
	if s.unknowns > 0 {
		add(caution, count(s.unknowns, "person", "people")+" not evaluated")
	}
	if n := p.Summary.UsersInSync; n > 0 || len(facts) == 0 {
		add(plain, count(n, "person", "people")+" in sync")
	}
	word, mark := s.word()
	switch {
	case s.guarded:
		s.flow([]span{in(mark, word), say("  ")}, word.wide()+2, s.trips()...)
		s.block(word.wide()+2, s.dotted(facts)...)
	case s.executable() == 0:
		s.flow([]span{in(mark, word), say("  ")}, word.wide()+2, s.dotted(append([]span{say(s.nothing())}, facts...))...)
	default:
		s.flow([]span{in(mark, word), say("  ")}, word.wide()+2, s.dotted(facts)...)
	}
}

// deeds tell what the changes that are carried out come to.
func (s *sheet) deeds(add func(ink, safe)) {
	r := reckon(slices.Concat(s.parts[removing], s.parts[giving], s.parts[adjusting]))
	if r.removed > 0 {
		add(plain, count(r.removed, "licence", "licences")+" to remove from "+count(len(r.from), "person", "people"))
	}
	switch n := len(s.losing); {
	case n == 0:
	case !slices.ContainsFunc(s.losing, func(id plan.UserID) bool { return !r.from[id] }):
		add(danger, num(n)+" of them "+either(n, "loses", "lose")+" data")
	default:
		add(danger, count(n, "person loses", "people lose")+" data")
	}
	if r.copies > 0 {
		add(plain, count(r.copies, "direct copy", "direct copies")+" to remove, "+either(r.copies, "the seat stays", "the seats stay"))
	}
	for _, text := range s.told(&r, "moves", "move") {
		add(plain, text)
	}
	if r.given > 0 {
		add(plain, num(r.given)+" to assign to "+count(len(r.to), "person", "people"))
	}
	if r.adjusted > 0 {
		add(plain, num(r.adjusted)+" to adjust")
	}
}

// nothing says that no change would be carried out, in words that never hide
// that something is wanted or was not looked at.
func (s *sheet) nothing() safe {
	switch {
	case !s.idle():
		return glued("nothing that may be applied")
	case s.plan.Summary.Verdict != plan.InSync:
		return glued("no change in this plan, and it does not say that all is in sync")
	case s.unknowns > 0:
		return glued("nothing to do for those who were evaluated")
	}
	return glued("nothing to do")
}

// idle reports whether the folder asks for nothing that the tenant lacks.
func (s *sheet) idle() bool { return len(s.plan.Changes) == 0 && len(s.plan.Missing) == 0 }

func (s *sheet) word() (safe, ink) {
	switch {
	case s.guarded:
		return "GUARDED", danger
	case s.idle() && s.plan.Summary.Verdict == plan.InSync && s.unknowns > 0:
		return "NOT EVALUATED", caution
	case s.idle() && s.plan.Summary.Verdict == plan.InSync:
		return "IN SYNC", good
	case s.idle():
		return "UNCLEAR", danger
	}
	return "PLAN", strong
}

// trips says why nothing of a guarded plan may be applied.
func (s *sheet) trips() []span {
	spans := []span{say("nothing of this plan may be applied")}
	for i, g := range s.tripped {
		lead := safe("; ")
		if i == 0 {
			lead = ": "
		}
		spans = append(spans, say(lead), in(danger, glued(s.guardName(g))), say(glued(s.guardFigures(g))))
	}
	return spans
}

// dotted puts dots between statements, so that a line is broken after one.
func (p *page) dotted(facts []span) []span {
	out := make([]span, 0, 2*len(facts))
	for i, f := range facts {
		if i > 0 {
			out = append(out, say(safe(strings.TrimSuffix(string(glued(p.dot())), join))+" "))
		}
		out = append(out, f)
	}
	return out
}
