package plan

import (
	"slices"
	"strings"
)

// sections asks each section by itself, and marks the statement that decides
// and those it overrides.
func (x *explainer) sections(e *Explained, r ruling) []Section {
	sku := e.Product.SKU
	out := []Section{}
	for _, one := range [...]struct {
		kind StatementKind
		ask  func(*person, SKU) (ruling, bool)
		hear func(SKU) ([]Heard, int)
	}{
		{KindKeep, (*person).byKeep, x.keeps},
		{KindRemove, (*person).byRemove, x.removes},
		{KindUsers, (*person).byUsers, x.entry},
		{KindProducts, (*person).byProducts, x.entries},
		{KindRules, (*person).byRules, x.rules},
		{KindReplace, (*person).byReplace, x.replaces},
	} {
		s := Section{Section: one.kind}
		said, _ := one.ask(x.p, sku)
		s.Stance = said.stance.word()
		s.Statements, s.Others = one.hear(sku)
		for i := range s.Statements {
			h := &s.Statements[i]
			h.Decides = r.stance != nobodys && h.Aside == "" && h.at == r.by.Ref
			h.Overridden = slices.Contains(e.Overridden, h.Statement)
		}
		if one.kind != KindReplace || len(s.Statements) > 0 { // a section of its own only here
			out = append(out, s)
		}
	}
	return out
}

// byReplace is what a replacement decides about a product, if one does.
func (p *person) byReplace(sku SKU) (ruling, bool) {
	r := p.rule(sku)
	if r.by.Ref == nil || r.by.Kind != KindReplace {
		return ruling{}, false
	}
	return r, true
}

// could reports whether a list could hold the person: by a selector or a name.
func (x *explainer) could(list []Who) bool {
	return slices.ContainsFunc(list, func(w Who) bool { return w.Person == "" || x.named(w.Person) })
}

// named reports whether a name of the files is, or may be, the person's.
func (x *explainer) named(name string) bool { return x.means(name) != No }

// means reports whether a name of the files means the person. One that is
// somebody else's by now may mean either.
func (x *explainer) means(name string) Truth {
	f := x.b.find(name)
	switch {
	case f.there():
		return TruthOf(f.id == x.u.ID)
	case slices.Contains(x.b.doubtful(f), x.u.ID):
		return Unknown
	}
	return No
}

// list asks one list of a statement.
func (x *explainer) list(what string, list []Who) Asked {
	out := Asked{List: what, Answer: No, Entries: []AskedEntry{}, Nobody: []string{}}
	for _, w := range list {
		e := AskedEntry{Line: w.Line, Answer: Yes, Terms: []AskedTerm{}}
		switch {
		case w.Everyone:
			e.Name = "everyone"
		case w.Selector != nil:
			e.Terms, e.Answer = x.terms(w.Selector), x.b.matcher.match(w.Selector, x.u).truth()
		case x.named(w.Person):
			if e.Name, e.Answer = w.Person, x.means(w.Person); e.Answer == Unknown {
				e.Why = meant(w.Person)
			}
		case x.b.find(w.Person).is == isNowhere:
			out.Nobody = append(out.Nobody, w.Person)
			continue
		default:
			out.Others++
			continue
		}
		out.Answer = out.Answer.or(e.Answer)
		out.Entries = append(out.Entries, e)
	}
	return out
}

// or is yes if one of two is, else unknown if one of two is.
func (t Truth) or(u Truth) Truth {
	switch {
	case t == Yes || u == Yes:
		return Yes
	case t == Unknown || u == Unknown:
		return Unknown
	}
	return No
}

// lists asks the lists of a statement that are there.
func (x *explainer) lists(who, except []Who) []Asked {
	out := []Asked{x.list("who", who)}
	if len(except) > 0 {
		out = append(out, x.list("except", except))
	}
	return out
}

func heard(r *Ref, answer Truth, says Stance, asked []Asked) Heard {
	return Heard{Statement: ref{Ref: r}.statement(), Answer: answer, Says: says, Asked: asked, at: r}
}

// aside is why a statement does not speak today, or empty.
func (x *explainer) aside(s Span) string {
	switch day := x.b.day; {
	case s.From != "" && day < s.From:
		return "it speaks from " + string(s.From)
	case s.Until != "" && s.Until < day:
		return "it ended on " + string(s.Until)
	}
	return ""
}

func (x *explainer) keeps(sku SKU) (out []Heard, others int) {
	out = []Heard{}
	for i := range x.b.d.Keep {
		k := &x.b.d.Keep[i]
		switch {
		case k.Products.All && !x.b.managed[sku], !k.Products.All && !x.b.skusQuietly(k.Products.List)[sku]:
			continue
		case !x.could(k.Who):
			others++
			continue
		}
		asked := x.lists(k.Who, k.Except)
		answer := asked[0].Answer
		if len(asked) > 1 && asked[1].Answer == Yes { // an unknown one takes no protection away
			answer = No
		}
		h := heard(&k.Ref, answer, StanceKept, asked)
		h.Aside, h.Reason = x.aside(k.Span), k.Reason
		out = append(out, h)
	}
	return out, others
}

func (x *explainer) removes(sku SKU) (out []Heard, others int) {
	out = []Heard{}
	for i := range x.b.d.Remove {
		r := &x.b.d.Remove[i]
		switch {
		case !x.removesIt(r, sku):
			continue
		case !x.could(r.Who):
			others++
			continue
		}
		asked := x.lists(r.Who, r.Except)
		answer := asked[0].Answer
		if len(asked) > 1 && answer != No {
			switch asked[1].Answer {
			case Yes:
				answer = No
			case Unknown:
				answer = Unknown
			}
		}
		h := heard(&r.Ref, answer, StanceNotWant, asked)
		h.Aside, h.Reason, h.DataLoss = x.aside(r.Span), r.Reason, r.DataLoss
		out = append(out, h)
	}
	return out, others
}

func (x *explainer) removesIt(r *Remove, sku SKU) bool {
	if r.Products.All {
		return x.b.managed[sku] && !forDevices(x.b.catalog.ref(sku).PartNumber)
	}
	return x.b.skusQuietly(r.Products.List)[sku]
}

// entry is the person's own.
func (x *explainer) entry(sku SKU) ([]Heard, int) {
	e := x.p.entry
	if e == nil {
		return []Heard{}, 0
	}
	h := heard(e.Ref, No, StanceNone, []Asked{})
	switch r, spoke := x.p.byUsers(sku); {
	case spoke && r.stance == unevaluated:
		h.Answer, h.Aside = Unknown, ""
		if h.Says = StanceNotWant; e.wanted[sku] != nil {
			h.Says = StanceWant
		}
		h.Asked = []Asked{{List: "users", Answer: Unknown, Nobody: []string{}, Entries: []AskedEntry{
			{Name: e.Name, Line: e.Line, Answer: Unknown, Terms: []AskedTerm{}, Why: e.doubt}}}}
	case spoke:
		h.Answer, h.Says = Yes, r.stance.word()
	}
	i := slices.IndexFunc(x.b.d.Users, func(u UserEntry) bool { return u.Place == e.Place })
	if i >= 0 {
		h.Reason = x.b.d.Users[i].Note
	}
	return []Heard{h}, 0
}

// entries are those of the section products.
func (x *explainer) entries(sku SKU) (out []Heard, others int) {
	out = []Heard{}
	for i := range x.b.d.Products {
		p := &x.b.d.Products[i]
		if other, cause, _ := x.b.catalog.find(p.Product.Text); cause != "" || other != sku {
			continue
		}
		if !p.Closed && !x.could(p.Add) {
			others += min(1, len(p.Add)) // an entry may say only how, or what takes the place
			continue
		}
		holder, add := x.list("holders", p.Holders), x.list("add", p.Add)
		answer, says, asked := holder.Answer.or(add.Answer), StanceWant, []Asked{}
		if p.Closed {
			asked = append(asked, holder)
			if answer == No {
				answer, says = Yes, StanceNotWant
			}
		}
		if len(p.Add) > 0 {
			asked = append(asked, add)
		}
		out = append(out, heard(&p.Ref, answer, says, asked))
	}
	return out, others
}

// rules are those that could say something of the product: of the exact ones
// all, as the first that matches decides.
func (x *explainer) rules(sku SKU) ([]Heard, int) {
	out := []Heard{}
	x.p.askRules()
	first := "" // the exact rule that hides later ones
	for i := range x.b.rules {
		r := &x.b.rules[i]
		wants := r.wanted[sku] != nil
		if !r.exact && !wants {
			continue
		}
		t := x.b.matcher.match(r.match, x.u).truth()
		says := StanceWant
		if !wants {
			says = StanceNotWant
		}
		h := heard(r.Ref, t, says, []Asked{{List: "match", Answer: t, Nobody: []string{}, Entries: []AskedEntry{
			{Line: r.match.Place.Line, Answer: t, Terms: x.terms(r.match)}}}})
		if r.exact && t != No {
			if first != "" {
				h.Aside = "the rule " + first + " comes first"
			} else {
				first = quote(strings.TrimSpace(r.Name))
			}
		}
		out = append(out, h)
	}
	return out, 0
}

// replaces are the replacements of the product, and those that put it in the
// place of another.
func (x *explainer) replaces(sku SKU) (out []Heard, others int) {
	out = []Heard{}
	list := slices.Clone(x.b.replaces[sku])
	for _, from := range x.b.into[sku] {
		for _, r := range x.b.replaces[from] {
			if r.with == sku {
				list = append(list, r)
			}
		}
	}
	decides := x.p.rule(sku).by.Ref
	for i := range list {
		r := &list[i]
		who, except := x.replaced(r)
		if !x.could(who) {
			others++
			continue
		}
		answer, _, doubt := r.speaks(x.b.matcher, x.u)
		says := StanceNotWant
		if r.with == sku {
			says = StanceWant
		}
		h := heard(r.Ref, answer, says, x.lists(who, except))
		switch {
		case doubt == "":
		case decides == r.Ref: // what came by it stays
			h.Answer = Unknown
		default:
			h.Aside = "who may be excepted is: " + doubt
		}
		out = append(out, h)
	}
	return out, others
}

// replaced are the lists of a replacement as they were written.
func (x *explainer) replaced(r *boundReplace) (who, except []Who) {
	for i := range x.b.d.Products {
		for j := range x.b.d.Products[i].Replace {
			if one := &x.b.d.Products[i].Replace[j]; one.Place == r.Place {
				return one.Who, one.Except
			}
		}
	}
	return nil, nil
}
