package plan

import "slices"

// A stance is what the statements say of one person and one product.
type stance uint8

const (
	nobodys     stance = iota // no statement speaks: as it is
	kept                      // as it is, by keep
	unevaluated               // a fact is unknown: as it is
	wanted
	unwanted
)

// verb is how a message says it.
func (s stance) verb() string {
	switch s {
	case kept:
		return "keeps"
	case wanted:
		return "wants"
	}
	return "takes"
}

// A ruling is what is decided about one person and one product, and by which
// statement.
type ruling struct {
	stance stance
	by     ref
	want   *want
	// named is true where an unwanted product was named, or all were: then a
	// seat through a group is blocked (R105), not counted.
	named bool
	loss  DataLoss
	// fact is what was not known; of a product that is kept all the same, what
	// else would not be.
	fact string
	// unresolved are names on a closed list that are nobody (R207).
	unresolved []string
	// with takes the place of the product, and is not taken without it; from are
	// the products whose place a wanted one takes.
	with SKU
	// copied is true where nobody speaks of the product that goes, and groups give
	// it too: only the direct copy says that another is wanted.
	copied bool
	from   []swapped
	note   string // why a replacement leaves the product as it is
	doubt  *doubt // a replacement that does not speak for lack of a fact
}

// A person is one user while the statements are asked about him: truths that
// several products need are worked out once.
type person struct {
	b     *bound
	u     *User
	entry *boundUser
	// ruled is true once the rules were asked; then exact is the exact rule that
	// decides, if one does.
	ruled  bool
	exact  *boundRule
	hidden *boundRule // an exact rule that is unknown and hides later ones
	adds   []*boundRule
	maybes []*boundRule // add rules that are unknown
	// unkept is true where it is asked what would be without any keep.
	unkept bool
}

// reset makes p ready for another user, keeping its memory.
func (p *person) reset(u *User) {
	*p = person{b: p.b, u: u, entry: p.b.users[u.ID], adds: p.adds[:0], maybes: p.maybes[:0]}
}

// rule decides about one product: what the levels say, and then what takes its
// place, or whose place it takes.
func (p *person) rule(sku SKU) ruling {
	decided := p.ruleAlone(sku)
	d := decided.doubt
	if d == nil || d.with == "" || decided.stance != wanted || p.has(sku) || !p.has(d.with) || p.ruleAlone(d.with).stance == unwanted {
		return decided
	}
	return ruling{stance: unevaluated, by: d.by, fact: d.fact} // he may have the other in its place
}

// ruleAlone is rule without a look at what else the person holds.
func (p *person) ruleAlone(sku SKU) ruling {
	decided := p.levels(sku)
	if len(p.b.replaces) == 0 {
		return decided
	}
	m := p.move(sku, decided)
	if m.by != nil {
		return m.ruling
	}
	decided = p.replacing(sku, decided)
	if m.doubt != nil {
		decided.doubt = m.doubt
	}
	return decided
}

// levels decides before anything is replaced. The first that speaks does: keep,
// remove, users, products, rules; where none speaks the seat stays as it is.
func (p *person) levels(sku SKU) ruling {
	_, r := p.decide(atKeep, sku)
	return r
}

// The levels, as the first that speaks decides.
const (
	atKeep = iota
	atRemove
	atUsers
	atProducts
	atRules
)

// decide asks the levels from one on, and returns which speaks and what it says.
func (p *person) decide(from int, sku SKU) (level int, r ruling) {
	levels := [...]func(*person, SKU) (ruling, bool){
		(*person).byKeep, (*person).byRemove, (*person).byUsers, (*person).byProducts, (*person).byRules,
	}
	for level = from; level < len(levels); level++ {
		if r, spoke := levels[level](p, sku); spoke {
			return level, r
		}
	}
	return level, ruling{}
}

// byKeep: a sure keep keeps. One that is unknown keeps as well, and the person
// counts as not evaluated; an unknown except does not take a sure keep away.
func (p *person) byKeep(sku SKU) (ruling, bool) {
	var out ruling
	if p.unkept {
		return out, false
	}
	p.b.keepIndex.each(p.u.ID, sku, func(i int) bool {
		k := &p.b.keep[i]
		if !k.products[sku] {
			return true
		}
		who, fact := k.who.truth(p.b.matcher, p.u)
		if who == No {
			return true
		}
		except, exceptFact := k.except.truth(p.b.matcher, p.u)
		switch {
		case except == Yes:
		case who == Yes && except == No:
			if out.stance != kept {
				out = ruling{stance: kept, by: k.ref}
			}
			out.fact = ""
			return false
		case who == Yes && out.stance != kept:
			out = ruling{stance: kept, by: k.ref, fact: exceptFact}
		case out.stance == nobodys:
			out = ruling{stance: unevaluated, by: k.ref, fact: fact}
		}
		return true
	})
	return out, out.stance != nobodys
}

// byRemove: one sure statement is enough; the strictest dataLoss of all that
// match, or may, counts; one that is unknown, in who or in except, silences
// what stands below.
func (p *person) byRemove(sku SKU) (ruling, bool) {
	var out ruling
	strictest := LossAccept
	p.b.removeIndex.each(p.u.ID, sku, func(i int) bool {
		r := &p.b.remove[i]
		if !r.products[sku] {
			return true
		}
		speaks, fact := r.speaks(p.b.matcher, p.u)
		switch {
		case speaks == No:
			return true
		case speaks == Yes && out.stance != unwanted:
			out = ruling{stance: unwanted, by: r.ref, named: true}
		case speaks == Unknown && out.stance == nobodys:
			out = ruling{stance: unevaluated, by: r.ref, fact: fact}
		}
		strictest = stricter(strictest, r.loss)
		return true
	})
	out.loss = strictest
	return out, out.stance != nobodys
}

// speaks answers whether the statement is about a person: in who, and not in except.
func (r *boundRemove) speaks(m *matcher, u *User) (Truth, string) {
	who, fact := r.who.truth(m, u)
	if who == No {
		return No, ""
	}
	except, exceptFact := r.except.truth(m, u)
	switch {
	case except == Yes:
		return No, ""
	case except == Unknown:
		return Unknown, exceptFact
	}
	return who, fact
}

// stricter is the stricter of two data-loss modes: deny, skip, accept.
func stricter(a, b DataLoss) DataLoss {
	order := []DataLoss{LossDeny, LossSkip, LossAccept}
	return order[min(max(slices.Index(order, a), 0), max(slices.Index(order, b), 0))]
}

func (p *person) byUsers(sku SKU) (ruling, bool) {
	e := p.entry
	switch {
	case e == nil:
		return ruling{}, false
	case e.doubt != "":
		return e.unsure(sku)
	case e.wanted[sku] != nil:
		return ruling{stance: wanted, by: e.ref, want: e.wanted[sku]}, true
	case e.remove[sku]:
		return ruling{stance: unwanted, by: e.ref, named: true, loss: LossDeny}, true
	case e.exact:
		return ruling{stance: unwanted, by: e.ref, named: len(e.wanted) == 0, loss: LossDeny}, true
	}
	return ruling{}, false
}

// byProducts: on the list or added is wanted; a closed list does not want who
// is surely not on it.
func (p *person) byProducts(sku SKU) (ruling, bool) {
	var out ruling
	for i := range p.b.products[sku] {
		e := &p.b.products[sku][i]
		holder, fact := e.holders.truth(p.b.matcher, p.u)
		add, addFact := e.add.truth(p.b.matcher, p.u)
		switch {
		case holder == Yes || add == Yes:
			return ruling{stance: wanted, by: e.ref, want: &want{}}, true
		case holder == Unknown:
			out = ruling{stance: unevaluated, by: e.ref, fact: fact}
		case add == Unknown:
			out = ruling{stance: unevaluated, by: e.ref, fact: addFact}
		case e.closed && out.stance == nobodys:
			out = ruling{stance: unwanted, by: e.ref, named: true, loss: LossDeny}
		}
	}
	if out.stance == unwanted {
		for i := range p.b.products[sku] {
			out.unresolved = append(out.unresolved, p.b.products[sku][i].unresolved...)
		}
	}
	return out, out.stance != nobodys
}

// byRules: what a sure add wants is wanted; else the first exact rule that
// matches decides, unless an unknown one stands before it or an unknown add
// would want the product.
func (p *person) byRules(sku SKU) (ruling, bool) {
	p.askRules()
	for _, r := range p.adds {
		if r.wanted[sku] != nil {
			return p.wantedBy(r, sku), true
		}
	}
	if p.exact != nil && p.exact.wanted[sku] != nil {
		return p.wantedBy(p.exact, sku), true
	}
	for _, r := range p.maybes {
		if r.wanted[sku] != nil {
			return ruling{stance: unevaluated, by: r.ref, fact: p.b.matcher.unknownFact(r.match, p.u)}, true
		}
	}
	if p.hidden != nil {
		return ruling{stance: unevaluated, by: p.hidden.ref, fact: p.b.matcher.unknownFact(p.hidden.match, p.u)}, true
	}
	if p.exact != nil {
		return ruling{stance: unwanted, by: p.exact.ref, loss: LossDeny}, true
	}
	return ruling{}, false
}

// wantedBy is a product that a rule surely wants. Its service plans are left
// alone where another rule would come first, if it matched, and says otherwise.
func (p *person) wantedBy(r *boundRule, sku SKU) ruling {
	out := ruling{stance: wanted, by: r.ref, want: r.wanted[sku]}
	direct, _, _ := holding(p.u, sku)
	if direct == nil || !out.want.given || sameSet(direct.DisabledPlans, out.want.off) {
		return out
	}
	for _, m := range p.maybes {
		w := m.wanted[sku]
		if w == nil || !r.exact && r.Place.Compare(m.Place) < 0 || w.given && sameSet(w.off, out.want.off) {
			continue
		}
		out.want = &want{off: out.want.off}
		out.doubt = &doubt{by: m.ref, fact: p.b.matcher.unknownFact(m.match, p.u)}
		break
	}
	return out
}

// askRules matches every rule once.
func (p *person) askRules() {
	if p.ruled {
		return
	}
	p.ruled = true
	for i := range p.b.rules {
		r := &p.b.rules[i]
		if r.exact && (p.exact != nil || p.hidden != nil) {
			continue
		}
		switch t := p.b.matcher.match(r.match, p.u).truth(); {
		case t == Yes && r.exact:
			p.exact = r
		case t == Yes:
			p.adds = append(p.adds, r)
		case t == Unknown && r.exact:
			p.hidden = r
		case t == Unknown:
			p.maybes = append(p.maybes, r)
		}
	}
}

// wants appends every managed product that some statement may want for the
// person: those that must be looked at although he does not hold them.
func (p *person) wants(skus []SKU) []SKU {
	if p.entry != nil {
		skus = appendKeys(skus, p.entry.wanted)
	}
	skus = append(skus, p.b.order...)
	p.askRules()
	if p.exact != nil {
		skus = appendKeys(skus, p.exact.wanted)
	}
	for _, r := range p.adds {
		skus = appendKeys(skus, r.wanted)
	}
	return skus
}

func appendKeys(skus []SKU, m map[SKU]*want) []SKU {
	for sku := range m {
		skus = append(skus, sku)
	}
	return skus
}

// overrides lists the statements below the deciding one, or beside it, that
// want the opposite.
func (p *person) overrides(sku SKU, decided ruling) []Statement {
	out := []Statement{}
	seen := map[Place]bool{decided.by.Place: true}
	for _, level := range [...]func(*person, SKU) (ruling, bool){
		(*person).byUsers, (*person).byProducts, (*person).byRules,
	} {
		r, spoke := level(p, sku)
		if !spoke || seen[r.by.Place] || r.stance == decided.stance || r.stance == unevaluated {
			continue
		}
		seen[r.by.Place] = true
		out = append(out, r.by.statement())
	}
	return out
}

func (r ref) statement() Statement {
	if r.Ref == nil {
		return Statement{}
	}
	return Statement{Statement: r.Name, Kind: r.Kind, File: r.File, Line: r.Line}
}
