package plan

import (
	"cmp"
	"slices"
	"strings"
)

// Counts is what a decision asks of its change. One that a waiver lifts counts
// for less: a denial as a warning, a warning as nothing. Nothing else is ever
// lifted, and a level that nobody knows denies.
func (d Decision) Counts() Verdict {
	lifted := d.Waiver != ""
	switch {
	case d.Level == LevelWarn && lifted:
		return Allow
	case d.Level == LevelWarn, d.Level == LevelDeny && lifted:
		return Warn
	case d.Level == LevelBlocked:
		return Blocked
	}
	return Deny
}

// liftable reports whether a decision is one that waivers are about at all.
// That a rule could not be relied upon is never lifted: nobody knows what it
// would have said.
func (d Decision) liftable() bool {
	return (d.Level == LevelDeny || d.Level == LevelWarn) && !d.Failed
}

// waivers are those that are in force, and what is to be said of the others.
type waivers struct {
	list  []*boundWaiver
	notes []Note // of those that have ended
}

// A boundWaiver is a waiver whose names are resolved.
type boundWaiver struct {
	*Waiver
	id   UserID // whom it means by name; empty where that is nobody for sure
	sku  SKU    // empty: every product
	note string // where, which rule, for whom, of what
}

// bindWaivers resolves the waivers of the folder. Whom a name is not sure to
// mean is not meant; a name that is nobody's trips R207, as it may be that of
// somebody who is spelt otherwise and to whom the plan does what was not meant.
func (b *bound) bindWaivers() waivers {
	var out waivers
	for i := range b.d.Settings.Waivers {
		w := &boundWaiver{Waiver: &b.d.Settings.Waivers[i]}
		if w.Product != nil {
			var ok bool
			if w.sku, ok = b.product(*w.Product); !ok {
				continue
			}
		}
		w.note = w.words(b)
		if w.Until < b.day {
			out.notes = append(out.notes, Note{Code: "waiver-expired", Text: w.note + " ended on " + string(w.Until) + " and lifts nothing; take it out"})
			continue
		}
		if w.User != nil {
			w.id = b.waived(*w.User)
		}
		out.list = append(out.list, w)
	}
	// The one that holds longest lifts first: so long does the plan hold, too.
	slices.SortStableFunc(out.list, func(x, y *boundWaiver) int {
		return cmp.Or(cmp.Compare(y.Until, x.Until), x.Place.Compare(y.Place))
	})
	return out
}

// waived finds whom a waiver names, or nobody.
func (b *bound) waived(n Name) UserID {
	f := b.find(n.Text)
	switch {
	case f.there():
		b.tell(n, f, "")
		return f.id
	case f.is == isNowhere:
		b.danger([]Name{n}, "waivers", "")
	default:
		b.tell(n, f, "this waiver lifts nothing")
	}
	return ""
}

// words say which waiver it is.
func (w *Waiver) words(b *bound) string {
	whom := "those who match"
	if w.User != nil {
		whom = w.User.Text
	}
	product := "every product"
	if w.Product != nil {
		product = w.Product.Text
		if sku, cause, _ := b.catalog.find(product); cause == "" {
			product = b.catalog.ref(sku).PartNumber
		}
	}
	return w.at() + ": the waiver of " + w.Rule.Text + " for " + whom + " on " + product
}

func (w *Waiver) at() string { return w.Place.File + ":" + itoa(w.Place.Line) }

// names reports whether the waiver is of the rule that decided.
func (w *Waiver) names(d Decision) bool {
	return d.Code != "" && strings.EqualFold(w.Rule.Text, d.Code) || d.Rule != "" && strings.EqualFold(w.Rule.Text, d.Rule)
}

// why is what a decision says that it lifts.
func (w *Waiver) why() string {
	return "until " + string(w.Until) + ": " + w.said() + " (" + w.at() + ")"
}

// said is the reason in one line.
func (w *Waiver) said() string { return strings.Join(strings.Fields(w.Reason), " ") }

// speaks reports whether the waiver is about a person and a product.
func (w *boundWaiver) speaks(m *matcher, u *User, sku SKU) Truth {
	switch {
	case w.sku != "" && w.sku != sku:
		return No
	case w.Match != nil:
		return m.match(w.Match, u).truth()
	}
	return TruthOf(w.id != "" && w.id == u.ID)
}

// lift puts waivers to the decisions on a change that they lift.
func (j *judgement) lift(c *draft) {
	c.waived = nil
	for i := range c.Decisions {
		d := &c.Decisions[i]
		d.Waiver = "" // a rule waives nothing
		if len(j.waivers) == 0 || !d.liftable() || !j.judge.Waivable(*d) {
			continue
		}
		for _, w := range j.waivers {
			if w.names(*d) && w.speaks(j.b.matcher, c.user, c.SKU()) == Yes {
				d.Waiver = w.why()
				c.waived = append(c.waived, w)
				break
			}
		}
	}
}

// waiverNeeds is what would have to be known of a person to tell whether a
// waiver lifts a decision that stands.
func (m *Made) waiverNeeds(c *draft) (n need) {
	for _, d := range c.Decisions {
		if d.Waiver != "" || !d.liftable() || !m.in.Judge.Waivable(d) {
			continue
		}
		for _, w := range m.waivers.list {
			if w.Match != nil && w.names(d) && w.speaks(m.b.matcher, c.user, c.SKU()) == Unknown {
				n |= m.b.matcher.lacks(w.Match, c.user)
			}
		}
	}
	return n
}

// waiversEnd are the days on which waivers end without which this plan could
// not be carried out as it is.
func (m *Made) waiversEnd() []Day {
	var days []Day
	for _, r := range m.diff.requests {
		for _, c := range r.drafts {
			if !c.Verdict.Executable() {
				continue
			}
			for _, w := range c.waived {
				days = append(days, w.Until)
			}
		}
	}
	return days
}

// waiverNotes say which waivers are used, and by whom, which are not, and which
// have ended. A plan of some people, or one that asks no statements, cannot tell
// what is of no use.
func (m *Made) waiverNotes(mode Mode) []Note {
	used := map[*boundWaiver][]string{}
	for _, r := range m.diff.requests {
		for _, c := range r.drafts {
			for _, w := range c.waived {
				name := r.user.UserPrincipalName
				if len(used[w]) == 0 || used[w][len(used[w])-1] != name {
					used[w] = append(used[w], name)
				}
			}
		}
	}
	notes := slices.Clone(m.waivers.notes)
	for _, w := range m.waivers.list {
		switch names := used[w]; {
		case len(names) > 0 && w.Match != nil:
			notes = append(notes, Note{Code: "waiver", Text: w.note + " (" + few(names, 3) + ") holds until " + string(w.Until) + ": " + w.said()})
		case len(names) > 0:
			notes = append(notes, Note{Code: "waiver", Text: w.note + " holds until " + string(w.Until) + ": " + w.said()})
		case mode == ModeNormal:
			notes = append(notes, Note{Code: "waiver-unused", Text: w.note + " lifts nothing in this plan; it ends on " + string(w.Until)})
		}
	}
	return notes
}

// waivers are those in force that are, or may be, for the person, by their places.
func (x *explainer) waivers() []PersonWaiver {
	out := []PersonWaiver{}
	for _, w := range x.m.waivers.list {
		p := PersonWaiver{Rule: w.Rule.Text, Until: w.Until, Reason: w.said(), File: w.Place.File, Line: w.Place.Line, Terms: []AskedTerm{}}
		switch {
		case w.Match != nil:
			p.Answer, p.Terms = x.b.matcher.match(w.Match, x.u).truth(), x.terms(w.Match)
		case w.User != nil:
			p.Answer = x.means(w.User.Text)
		}
		if w.sku != "" {
			p.Product = x.b.catalog.ref(w.sku).PartNumber
		}
		if p.Answer != No {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b PersonWaiver) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return out
}
