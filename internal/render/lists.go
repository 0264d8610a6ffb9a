package render

import (
	"cmp"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// How much of the lists is shown without Details.
const (
	listedNames = 12 // people named in one entry
	listedRows  = 20 // entries of one list
)

// heading begins a section: what it is in capitals, and a sentence.
func (p *page) heading(what, sentence safe) {
	p.blank()
	p.flow([]span{in(strong, what), say("  ")}, what.wide()+2, say(sentence))
}

// rest says how many entries had no room. It prints nothing for none.
func (p *page) rest(n int, what safe) {
	if n > 0 {
		p.block(2, say("and "+num(n)+" more"+what+", "+p.more))
	}
}

// upTo is how many of n entries are shown.
func (p *page) upTo(n, most int) int {
	if p.details {
		return n
	}
	return min(n, most)
}

// those names people, by name and each once.
func (s *sheet) those(ids []plan.UserID) safe {
	slices.SortFunc(ids, s.compare)
	ids = slices.Compact(ids)
	shown := s.upTo(len(ids), listedNames)
	list := make([]safe, shown)
	for i := range shown {
		list[i] = s.person(ids[i])
	}
	if n := len(ids) - shown; n > 0 {
		return commas(list) + " and " + glued(num(n)+" more") + " (" + s.more + ")"
	}
	return commas(list)
}

// entries print a list whose every entry has a short subject and a text. The
// texts stand beside the subjects where the subjects are short enough.
func (p *page) entries(all []entry) {
	wide := 0
	for _, e := range all {
		wide = max(wide, e.subject.wide())
	}
	for _, e := range all {
		if wide > p.width*2/5 {
			p.block(2, say(e.subject))
			p.block(4, e.text...)
			continue
		}
		indent := 2 + wide + wideGap
		p.flow([]span{say("  " + e.subject + pad(indent-2-e.subject.wide()))}, indent, e.text...)
	}
}

type entry struct {
	subject safe
	text    []span
}

// becauseOf says why a seat is not given.
func (s *sheet) becauseOf(b plan.Because) safe {
	switch b {
	case plan.NoSeat:
		return "no free seat"
	case plan.NoLocation:
		return "no usage location"
	case plan.AssignOff:
		return "manage.assign is off"
	case plan.NeedsAdjust:
		return "to be adjusted, manage.assign is off"
	case plan.NeedsGroup:
		return "to come through a group"
	case plan.NotAssignable:
		return "product cannot be assigned"
	}
	return s.cut(s.or(string(b), "reason unknown"), 30)
}

// missing lists what is wanted and not given, by reason and product.
func (s *sheet) missing() {
	if len(s.plan.Missing) == 0 {
		return
	}
	type key struct {
		because plan.Because
		sku     plan.SKU
	}
	groups := map[key][]plan.UserID{}
	var keys []key
	for _, m := range s.plan.Missing {
		k := key{m.Because, m.Product.SKU}
		if groups[k] == nil {
			keys = append(keys, k)
		}
		groups[k] = append(groups[k], m.User.ID)
	}
	slices.SortStableFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.because, b.because), cmp.Compare(s.product(a.sku), s.product(b.sku)), cmp.Compare(a.sku, b.sku))
	})
	s.heading("MISSING", count(len(s.plan.Missing), "licence is", "licences are")+" wanted and not given")
	var list []entry
	for _, k := range keys {
		spans := []span{say(glued(s.becauseOf(k.because)))}
		if more := s.remedyOf(k.because, k.sku, len(groups[k])); more != "" {
			spans = append(spans, say(" ("+more+")"))
		}
		list = append(list, entry{s.product(k.sku), append(spans, say(": "+s.those(groups[k])))})
	}
	shown := s.upTo(len(list), listedRows)
	s.entries(list[:shown])
	s.rest(len(list)-shown, either(len(list)-shown, " product or reason", " products or reasons"))
	if s.details {
		s.missingOneByOne()
	}
}

// missingOneByOne says which statement wants each missing seat.
func (s *sheet) missingOneByOne() {
	g := grid{columns: []column{{flex: true}, {flex: true}, {flex: true}, {flex: true}}}
	for _, m := range s.plan.Missing {
		g.rows = append(g.rows, row{cells: []span{say(s.person(m.User.ID)), say(s.product(m.Product.SKU)),
			say(s.name(m.Reason.Statement, "no statement named")), in(faint, s.reasonPlace(m.Reason))}})
	}
	s.blank()
	s.table("", g)
}

// inherited lists what groups give and nobody wants.
func (s *sheet) inherited() {
	rows := s.plan.Inherited
	if len(rows) == 0 {
		return
	}
	s.heading("INHERITED", "held through a group and not wanted; change the group, or say that it is wanted")
	g := grid{columns: []column{{flex: true}, {flex: true}, {right: true}}}
	shown := s.upTo(len(rows), listedRows)
	for _, r := range rows[:shown] {
		g.rows = append(g.rows, row{cells: []span{say(s.name(r.Group.Name, s.shortID(string(r.Group.ID)))),
			say(s.product(r.SKU)), say(count(r.Users, "person", "people"))}})
	}
	s.table("", g)
	s.rest(len(rows)-shown, "")
}

// notEvaluated lists whom a statement could not be asked about, by statement and fact.
func (s *sheet) notEvaluated() {
	if len(s.plan.NotEvaluated) == 0 {
		return
	}
	type key struct {
		statement, file string
		line            int
		fact            string
	}
	groups := map[key][]plan.UserID{}
	var keys []key
	for _, n := range s.plan.NotEvaluated {
		k := key{n.Statement, n.File, n.Line, n.Fact}
		if groups[k] == nil {
			keys = append(keys, k)
		}
		groups[k] = append(groups[k], n.User.ID)
	}
	s.heading("NOT EVALUATED", count(s.unknowns, "person keeps", "people keep")+" what these statements are about, because a fact is unknown")
	shown := s.upTo(len(keys), listedRows)
	for _, k := range keys[:shown] {
		s.block(2, in(strong, s.name(k.statement, "a statement")), say(" "), in(faint, join+s.place(k.file, k.line)),
			say(" "), in(caution, join+glued("unknown: "+s.cut(s.or(k.fact, "a fact"), 60))))
		s.block(4, say(s.those(groups[k])))
	}
	s.rest(len(keys)-shown, either(len(keys)-shown, " statement", " statements"))
}

// drift lists what others changed since the last apply.
func (s *sheet) drift() {
	rows := s.plan.Drift
	if len(rows) == 0 {
		return
	}
	since := safe("since the last apply")
	if at := s.plan.Inputs.Snapshot.BaselineAt; at != nil {
		since += " (" + minute(*at) + ")"
	}
	s.heading("CHANGED OUTSIDE", since)
	g := grid{columns: []column{{flex: true}, {flex: true}, {}}}
	shown := s.upTo(len(rows), listedRows)
	for _, r := range rows[:shown] {
		what := s.cut(s.or(r.What, "changed"), 20)
		if !r.At.IsZero() {
			what += " " + minute(r.At)
		}
		g.rows = append(g.rows, row{cells: []span{say(s.person(r.User.ID)), say(s.product(r.Product.SKU)), say(what)}})
	}
	s.table("", g)
	s.rest(len(rows)-shown, "")
}

// notes prints what is to be known about the plan as a whole.
func (s *sheet) notes() {
	if len(s.plan.Notes) == 0 {
		return
	}
	s.blank()
	s.line(in(strong, "NOTES"))
	left, room := 0, s.upTo(len(s.plan.Notes), listedRows)
	for _, n := range s.plan.Notes {
		switch {
		case n.Code == windowCode && s.waits(): // GUARDS says it, and above the next command
			continue
		case n.Code == noteWaiver: // never hidden
		case room == 0:
			left++
			continue
		default:
			room--
		}
		var spans []span
		code, text := s.cut(s.text(n.Code), 24), s.text(n.Text)
		if code != "" && !strings.HasPrefix(string(text), string(code)) {
			spans = []span{in(strong, code), say(" ")}
		}
		s.block(2, append(spans, say(text+noteRemedy(n.Code, text)))...)
	}
	s.rest(left, "")
}
