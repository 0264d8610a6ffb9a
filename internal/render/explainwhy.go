package render

import (
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// product prints how one product is held and every section that was asked.
func (s *explained) product(x *plan.Explained) {
	s.blank()
	head := []span{in(strong, s.part(x.Product))}
	if name := s.name(x.Product.Name, ""); name != "" && x.Product.Name != x.Product.PartNumber {
		head = append(head, say(" "), say(join+name))
	}
	s.flow(nil, 2, head...)
	facts := []entry{{"held", s.heldHow(x)}}
	if x.WantedOff != nil {
		facts = append(facts, entry{"wanted off", []span{say(s.orNone(*x.WantedOff))}})
	}
	if c := x.Change; c != nil {
		facts = append(facts, entry{"change", []span{say(s.verdictOf(c))}})
	}
	for _, o := range x.Overridden {
		facts = append(facts, entry{"overrides", []span{say(s.statement(o) + " "), in(faint, join+s.place(o.File, o.Line))}})
	}
	for _, n := range x.Notes {
		facts = append(facts, entry{"note", []span{say(s.text(n))}})
	}
	s.entries(facts)
	if x.Change != nil {
		if l := s.light(x.Change); len(l) > 0 {
			s.block(4, l...)
		}
		for _, u := range s.beneath(x.Change) {
			s.block(4, u...)
		}
	}
	for i := range x.Sections {
		s.section(&x.Sections[i])
	}
}

func (s *explained) orNone(names []string) safe {
	out := make([]safe, len(names))
	for i, n := range names {
		out[i] = s.name(n, "")
	}
	if len(out) == 0 {
		return "none"
	}
	return commas(out)
}

func (s *explained) heldHow(x *plan.Explained) []span {
	var how []safe
	if x.Held.Direct {
		one := safe("directly")
		if !x.Held.UpdatedAt.IsZero() {
			one += ", since " + day(x.Held.UpdatedAt)
		}
		if len(x.Off) > 0 {
			one += ", without " + s.orNone(x.Off)
		}
		how = append(how, one)
	}
	if x.Unsourced {
		how = append(how, "Graph does not say how")
	}
	for _, g := range x.Held.Groups {
		one := "through " + s.name(g.Name, "a group")
		switch {
		case g.Dynamic == plan.Yes:
			one += " (dynamic)"
		case g.Synced == plan.Yes:
			one += " (synced)"
		}
		if g.State != plan.Active {
			one += ", " + s.cut(s.text(string(g.State)), 24)
		}
		how = append(how, one)
	}
	if len(how) == 0 {
		return []span{say("no")}
	}
	return []span{say(safe(strings.Join(texts(how), "; ")))}
}

// verdictOf is what a change does, its verdict and its cause.
func (s *explained) verdictOf(c *plan.Change) safe {
	word := map[plan.Verdict]safe{plan.Allow: "allowed", plan.Warn: "allowed, with a warning", plan.Blocked: "blocked", plan.Deny: "denied"}[c.Verdict]
	if word == "" {
		word = s.cut(s.text(string(c.Verdict)), 20)
	}
	if goesBy(c) {
		word += ", by a waiver"
	}
	return s.cut(s.text(string(c.Action)), 20) + ", " + word + "; cause " + s.or(string(c.Cause), "unknown")
}

// section prints what one section of the folder says.
func (s *explained) section(x *plan.Section) {
	label := s.cut(s.text(string(x.Section)), 12)
	if len(x.Statements) == 0 {
		text := safe("nothing about this")
		if x.Others > 0 {
			text = count(x.Others, "statement", "statements") + " about other people"
		}
		s.under("", label, in(faint, text))
		return
	}
	for i := range x.Statements {
		s.heard(&x.Statements[i], label)
		label = ""
	}
	if x.Others > 0 {
		s.under("", "", in(faint, "and "+count(x.Others, "statement", "statements")+" about other people"))
	}
}

const sectionWide = 12 // the mark and the longest section, products

func (s *explained) under(mark, label safe, spans ...span) {
	s.flow([]span{in(strong, mark+pad(2-mark.wide())), in(strong, label), say(pad(sectionWide - 2 - label.wide()))}, sectionWide, spans...)
}

// heard prints one statement: its answer, what it asks for, and its facts.
func (s *explained) heard(h *plan.Heard, label safe) {
	mark := safe("")
	word, paint := answer(h.Answer)
	if h.Decides {
		mark = ">"
	}
	says := map[plan.Stance]safe{plan.StanceKept: "keep it", plan.StanceWant: "shall hold it", plan.StanceNotWant: "shall not hold it"}[h.Says]
	if h.Says == plan.StanceNone {
		says = "says nothing of it"
	}
	spans := []span{in(paint, word), say(" "), say(join + s.cut(s.text(h.Statement.Statement), 60)), say(" "), in(faint, join+s.place(h.File, h.Line))}
	var more []safe
	if h.Answer != plan.No || h.Says == plan.StanceNone {
		more = append(more, says)
	}
	switch {
	case h.Aside != "":
		more = append(more, s.text(h.Aside))
	case h.Decides && h.Answer == plan.Unknown:
		more = append(more, "if so", "nothing is done while that is unknown")
	case h.Decides:
		more = append(more, "decides")
	case h.Overridden:
		more = append(more, "overridden")
	}
	if h.Answer != plan.No && h.DataLoss != "" && h.DataLoss != plan.LossDeny {
		more = append(more, "dataLoss: "+s.cut(s.text(string(h.DataLoss)), 20))
	}
	if len(more) > 0 {
		spans = append(spans, say(": "+safe(strings.Join(texts(more), ", "))))
	}
	if r := s.text(h.Reason); r != "" {
		spans = append(spans, in(faint, " ("+s.cut(r, 80)+")"))
	}
	s.under(mark, label, spans...)
	for i := range h.Asked {
		s.asked(&h.Asked[i])
	}
}

func answer(t plan.Truth) (safe, ink) {
	switch t {
	case plan.Yes:
		return "yes", good
	case plan.No:
		return "no", plain
	}
	return "unknown", caution
}

const leastEntries = 6 // of one list, where all answer no

// asked prints one list of a statement: each entry that may be about the person.
func (s *explained) asked(a *plan.Asked) {
	list := s.cut(s.text(a.List), 12)
	shown := 0
	for i := range a.Entries {
		e := &a.Entries[i]
		if e.Answer == plan.No && !s.details && shown >= leastEntries {
			continue
		}
		shown++
		s.block(sectionWide+2, append([]span{say(list + ": ")}, s.entry(e)...)...)
	}
	var rest []safe
	if n := len(a.Entries) - shown; n > 0 {
		rest = append(rest, count(n, "more selector that answers", "more selectors that answer")+" no")
	}
	if a.Others > 0 {
		rest = append(rest, count(a.Others, "other name", "other names"))
	}
	if len(a.Nobody) > 0 {
		rest = append(rest, count(len(a.Nobody), "name that nobody bears", "names that nobody bears"))
	}
	if len(rest) > 0 {
		lead := list + ": "
		if shown > 0 {
			lead += "and "
		}
		s.block(sectionWide+2, in(faint, lead+listed(rest)))
	}
}

func (s *explained) entry(e *plan.AskedEntry) []span {
	word, paint := answer(e.Answer)
	switch {
	case e.Name == "everyone":
		return []span{say("everyone: "), in(paint, word)}
	case e.Name != "" && e.Why != "":
		return []span{say("by name: "), in(paint, word), say(" (it is not known " + s.text(e.Why) + ")")}
	case e.Name != "":
		return []span{say("by name: "), in(paint, word)}
	}
	spans := s.terms(e.Terms)
	if len(e.Terms) > 1 {
		spans = append(spans, say("; all of it: "), in(paint, word))
	}
	return spans
}

// terms are the keys of a selector with what was found.
func (s *explained) terms(all []plan.AskedTerm) []span {
	var out []span
	for i := range all {
		if i > 0 {
			out = append(out, say("; "))
		}
		out = append(out, s.term(&all[i])...)
	}
	return out
}

func (s *explained) term(t *plan.AskedTerm) []span {
	word, paint := answer(t.Answer)
	key := s.cut(s.text(string(t.Key)), 24)
	if len(t.Not) > 0 {
		return append(append([]span{say("not (")}, s.terms(t.Not)...), say("): "), in(paint, word))
	}
	values := make([]safe, len(t.Asked))
	for i, v := range t.Asked {
		values[i] = s.name(v, "")
	}
	asked := ", asked for [" + commas(values) + "]: "
	switch {
	case t.Answer == plan.Unknown:
		return []span{say(key + asked), in(paint, "not known"), say(" (" + s.text(t.Why) + ")")}
	case t.Has == "":
		return []span{say(key + s.lacks(t.Key) + asked), in(paint, word)}
	case t.Key.Bool():
		return []span{say(key + " is " + s.name(t.Has, "") + asked), in(paint, word)}
	}
	return []span{say(key + " is " + glued(quoted(s.name(t.Has, ""))) + asked), in(paint, word)}
}

// lacks says that the person has nothing of a key.
func (s *explained) lacks(k plan.Key) safe {
	switch k {
	case plan.KeyMemberOf, plan.KeyHolds, plan.KeyRole, plan.KeyListed:
		return ": none of them"
	}
	return " is empty"
}
