package render

import (
	"io"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// Explanation writes why somebody keeps, loses, gets or lacks products: the
// answer of each product first, then the person, then product by product every
// statement that could speak. The only errors are those of w.
func Explanation(w io.Writer, e *plan.Explanation, o Options) error {
	p := &plan.Plan{Tenant: e.Tenant, Inputs: plan.Inputs{Snapshot: e.Snapshot, Desired: plan.DesiredInput{Revision: e.Revision}}}
	s := &explained{sheet: newSheet(w, p, o), e: e}
	s.title("reseat explain", e.Tenant, s.source(o), minute(e.CreatedAt), s.offline())
	for i := range e.Products {
		s.answer(&e.Products[i])
	}
	if len(e.Products) == 0 {
		s.flow([]span{in(strong, s.who()), say(" ")}, 2, say("holds nothing that is managed, and no statement wants anything for this person"))
	}
	if len(e.Unmanaged) > 0 {
		s.block(2, in(faint, "not managed: "+s.parts(e.Unmanaged)))
	}
	s.person()
	for i := range e.Products {
		if e.Products[i].Managed {
			s.product(&e.Products[i])
		}
	}
	if o.Next != "" {
		s.blank()
		s.next(o)
	}
	return s.send(w, "explanation")
}

// explained is the page of one explanation.
type explained struct {
	*sheet
	e *plan.Explanation
}

// who is the person, by the whole name.
func (s *explained) who() safe {
	return glued(s.or(s.e.Person.UserPrincipalName, s.or(s.e.Person.DisplayName, s.shortID(string(s.e.Person.ID)))))
}

func (s *explained) part(r plan.ProductRef) safe {
	return glued(s.cut(s.or(r.PartNumber, s.shortID(string(r.SKU))), 40))
}

func (s *explained) parts(all []plan.ProductRef) safe {
	out := make([]safe, len(all))
	for i, r := range all {
		out[i] = s.part(r)
	}
	return commas(out)
}

// answer is one line: what comes of a product, and by which statement.
func (s *explained) answer(x *plan.Explained) {
	mark, deed, why := s.comes(x)
	spans := []span{in(strong, s.who()), say(" "), in(mark.ink, deed)}
	if why != "" {
		spans = append(spans, say(": "+why))
	}
	if at := s.decidedAt(x); at != "" {
		spans = append(spans, say(" "), in(faint, join+at))
	}
	s.flow([]span{mark, say(" ")}, 4, spans...)
}

func (s *explained) decidedAt(x *plan.Explained) safe {
	if x.Decided == nil {
		return ""
	}
	return s.place(x.Decided.File, x.Decided.Line)
}

// comes says what comes of a product, and why, with the mark of a plan.
func (s *explained) comes(x *plan.Explained) (mark span, deed, why safe) {
	part, mark := s.part(x.Product), say(" ")
	by := s.by(x)
	switch x.Outcome {
	case plan.OutChange:
		sign, i := markOf(x.Change)
		return in(i, sign), s.deed(x.Change, part), by
	case plan.OutMissing:
		if x.Missing.Because == plan.NeedsAdjust {
			return in(caution, "!"), "keeps the service plans of " + part + " as they are", s.becauseOf(x.Missing.Because) + "; wanted by " + by
		}
		return in(caution, "!"), "lacks " + part, s.becauseOf(x.Missing.Because) + "; wanted by " + by
	case plan.OutNotManaged:
		return mark, s.stays(x, part), "not managed, nothing is done"
	case plan.OutInSync:
		return in(good, "="), "keeps " + part, "wanted by " + by
	case plan.OutKept:
		return mark, s.stays(x, part), by
	case plan.OutNotEvaluated:
		return in(caution, "?"), s.stays(x, part), "not evaluated, unknown: " + s.or(x.Unknown, "a fact") + "; asked by " + by
	case plan.OutAsIs:
		return mark, s.stays(x, part), "no statement speaks"
	case plan.OutCounted:
		return mark, "keeps " + part + " through a group", "not wanted by " + by + ", which does not name the product; counted in the plan"
	case plan.OutSkipped:
		return mark, "keeps " + part, "not wanted by " + by + ", and kept by dataLoss: skip"
	case plan.OutUnsourced:
		return mark, "keeps " + part, "Graph does not say whether it is held directly"
	case plan.OutOutside:
		return mark, s.stays(x, part), "not in manage.people, nothing is done"
	case plan.OutNotHeld:
		return in(good, "="), "does not hold " + part, "not wanted by " + by
	}
	return mark, part, s.cut(s.text(string(x.Outcome)), 40)
}

func (s *explained) stays(x *plan.Explained, part safe) safe {
	switch {
	case x.Held.Direct || x.Held.ThroughGroup() || x.Unsourced:
		return "keeps " + part
	case len(x.Held.Groups) > 0:
		return "does not get " + part + " from its group"
	}
	return "does not hold " + part
}

// deed is what a change does, or would do.
func (s *explained) deed(c *plan.Change, part safe) safe {
	would := !c.Verdict.Executable()
	var deed, may safe
	switch {
	case c.Action == plan.Assign:
		deed, may = "gets "+part, "would get "+part
	case c.Action == plan.Adjust:
		deed, may = "keeps "+part+" with other service plans", "would keep "+part+" with other service plans"
	case c.Held.Direct && c.Held.ThroughGroup():
		deed, may = "loses the direct copy of "+part, "would lose the direct copy of "+part
	default:
		deed, may = "loses "+part, "would lose "+part
	}
	switch {
	case !would:
		return deed
	case c.Verdict == plan.Blocked:
		return may + ", blocked"
	}
	return may + ", denied"
}

// by names the statement that decides.
func (s *explained) by(x *plan.Explained) safe {
	if x.Decided == nil {
		return "no statement"
	}
	return s.statement(*x.Decided)
}

// statement is how a statement is called here: its section and its name.
func (s *explained) statement(x plan.Statement) safe {
	name := s.cut(s.text(x.Statement), 60)
	switch x.Kind {
	case plan.KindSettings:
		return "manage." + name
	case plan.KindVia, plan.KindReplace: // these are called what they do
		return name
	case plan.KindUsers:
		return "users entry"
	case plan.KindProducts:
		return "products entry"
	case plan.KindRules:
		return glued("rule " + quoted(name))
	}
	return s.cut(s.text(string(x.Kind)), 20) + " " + glued(quoted(name))
}

func quoted(s safe) safe { return `"` + s + `"` }

// person prints what is known beside the products.
func (s *explained) person() {
	p := &s.e.Person
	s.blank()
	name := s.or(p.DisplayName, s.who())
	s.flow([]span{in(strong, name), say("  ")}, 2, in(faint, s.text(string(p.ID))))
	facts := []entry{{"account", []span{say(enabled(p.AccountEnabled))}}, {"facts", s.dotted(s.facts(p))}}
	facts = append(facts, entry{"roles", s.roles(p.Roles)}, entry{"protected", s.protected(p)})
	if len(p.People) > 0 {
		word, paint := answer(p.InPeople)
		facts = append(facts, entry{"in manage.people", append([]span{in(paint, word), say(": ")}, s.terms(p.People)...)})
	}
	for i := range p.Waivers {
		facts = append(facts, entry{"waiver", s.waiver(&p.Waivers[i])})
	}
	s.entries(facts)
}

// waiver says what is lifted for the person, of what and until when.
func (s *explained) waiver(w *plan.PersonWaiver) []span {
	product := safe("every product")
	if w.Product != "" {
		product = s.cut(s.text(w.Product), 60)
	}
	out := []span{in(caution, s.cut(s.text(w.Rule), 60)), say(" on " + product + " until " + s.text(string(w.Until)) + ": "), say(s.text(w.Reason))}
	switch {
	case w.Answer == plan.Unknown && len(w.Terms) == 0:
		out = append(out, say("; lifts nothing, as its name may be somebody else's"))
	case w.Answer == plan.Unknown:
		out = append(out, say("; lifts nothing, as it is not known: "))
		out = append(out, s.terms(w.Terms)...)
	}
	return append(out, say(" "), in(faint, join+s.place(w.File, w.Line)))
}

// facts are the attributes by the keys that selectors use.
func (s *explained) facts(p *plan.Person) []span {
	var out []span
	for _, f := range p.Facts {
		key := s.cut(s.text(string(f.Key)), 24)
		if f.Why != "" {
			out = append(out, in(caution, key+" "+s.text(f.Why)))
			continue
		}
		out = append(out, say(key+" "+s.name(f.Text, "")))
	}
	if p.UsageLocation() == "" {
		out = append(out, in(caution, "no usageLocation: nothing can be given directly"))
	}
	return out
}

func enabled(t plan.Truth) safe {
	switch t {
	case plan.Yes:
		return "enabled"
	case plan.No:
		return "disabled"
	}
	return "not known whether it is enabled"
}

func (s *explained) roles(all []plan.HeldRole) []span {
	if len(all) == 0 {
		return []span{say("none")}
	}
	out := make([]safe, len(all))
	for i, r := range all {
		out[i] = s.name(r.Name, "unknown role")
		var how []safe
		if r.How != "direct" {
			how = append(how, s.cut(s.text(r.How), 20))
		}
		if r.Group != "" {
			how = append(how, s.name(r.Group, ""))
		}
		if r.Unit {
			how = append(how, "over an administrative unit")
		}
		if r.Excepted {
			how = append(how, "not protected, by protect.roles.except")
		}
		if len(how) > 0 {
			out[i] += safe(" (" + strings.Join(texts(how), ", ") + ")")
		}
	}
	return []span{say(commas(out))}
}

func texts(all []safe) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = string(s)
	}
	return out
}

func (s *explained) protected(p *plan.Person) []span {
	at := s.cut(s.text(p.Protected.Place), 60)
	switch {
	case p.Protected.Listed:
		return []span{in(caution, "by protect.users"), say(" "), in(faint, join+at)}
	case p.Protected.Matched == plan.Yes:
		return []span{in(caution, "by protect.match"), say(" "), in(faint, join+at)}
	case p.Protected.Matched == plan.Unknown && p.Protected.Place != "":
		return []span{in(caution, "maybe, by protect.match, so yes"), say(" "), in(faint, join+at)}
	}
	return []span{say("neither by protect.users nor by protect.match")}
}
