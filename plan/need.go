package plan

import "slices"

// A need is what is not known of a person and costs a request.
type need uint8

const (
	needMailbox need = 1 << iota
	needSignIn
)

// lacks is what a selector would have to know of a person to be sure. Where it
// asks for both, the sign-in is read first: it may settle the matter, and many
// are read at once.
func (m *matcher) lacks(s *Selector, u *User) need {
	if m.match(s, u).truth() != Unknown {
		return 0
	}
	var n need
	for i := range s.Terms {
		t := &s.Terms[i]
		switch {
		case t.Not != nil:
			n |= m.lacks(t.Not, u)
		case m.term(t, u).truth() != Unknown:
		case t.Key == KeyMailbox:
			n |= needMailbox
		case t.Key == KeyLastSignIn:
			n |= needSignIn
		}
	}
	if n &= m.open(u); n&needSignIn != 0 {
		return needSignIn
	}
	return n
}

// lacks is what would have to be known to be sure whether a person is on the list.
func (a *audience) lacks(m *matcher, u *User) (n need) {
	if t, _ := a.truth(m, u); t != Unknown {
		return 0
	}
	for _, s := range a.selectors {
		n |= m.lacks(s, u)
	}
	return n
}

// selectorNeeds finds out for whom the selectors of statements, and of
// manage.people, would have to know more.
func (m *Made) selectorNeeds(add func(*User, need)) {
	if !m.b.d.uses(KeyMailbox, KeyLastSignIn) {
		return
	}
	d := m.b.newDiffer()
	for i := range m.b.s.Users {
		u := &m.b.s.Users[i]
		inside := m.b.inside(i)
		if inside == No || m.only != nil && !m.only(u) {
			continue
		}
		n := d.needs(u)
		if inside == Unknown && n == 0 && d.speaks(u) {
			n = m.b.matcher.lacks(m.b.d.Settings.Manage.People, u)
		}
		add(u, n)
	}
}

// needs is what would have to be known of a person to decide about his products.
func (d *differ) needs(u *User) (n need) {
	skus := d.atStake(u)
	for _, r := range d.p.maybes {
		skus = appendKeys(skus, r.wanted)
	}
	for i := range d.b.rules {
		if d.p.hidden != nil && d.b.rules[i].exact { // it, or one that it hides
			skus = appendKeys(skus, d.b.rules[i].wanted)
		}
	}
	for _, sku := range skus {
		n |= d.p.needsOf(sku)
	}
	return n
}

// needsOf is what would have to be known to decide about one product, and what
// takes its place.
func (p *person) needsOf(sku SKU) need {
	n, r := p.needsBelow(atKeep, sku)
	if n == 0 && p.inDoubt(sku, r).stance != r.stance {
		return p.doubtNeeds(sku, nil)
	}
	if n != 0 || r.stance != wanted && (r.stance != nobodys || !p.has(sku)) {
		return n
	}
	n, by := p.replaceNeeds(sku)
	if n == 0 && by != nil { // what is replaced itself takes nobody's place
		n, _ = p.replaceNeeds(by.with)
	}
	return n
}

// replaceNeeds is what would have to be known to tell which statement replaces a
// product; by is the one that does, for all that is known.
func (p *person) replaceNeeds(sku SKU) (n need, by *boundReplace) {
	m := p.b.matcher
	for i := range p.b.replaces[sku] {
		r := &p.b.replaces[sku][i]
		who, _ := r.who.truth(m, p.u)
		except, _ := r.except.truth(m, p.u)
		if who == No || except == Yes {
			continue
		}
		if n = r.who.lacks(m, p.u) | r.except.lacks(m, p.u); n != 0 || who == Yes && except == No {
			return n, r
		}
	}
	return 0, nil
}

// swaps reports whether a product may take the place of another.
func (p *person) swaps(sku SKU) bool {
	return slices.ContainsFunc(p.b.into[sku], func(from SKU) bool {
		r := p.levels(from)
		return p.has(from) || r.stance == wanted || r.stance == unevaluated
	})
}

// needsBelow asks the levels from one on. It returns what is to be read now, or
// else what they decide; what stands higher is read only once it is known that
// something below it would be done.
func (p *person) needsBelow(level int, sku SKU) (need, ruling) {
	levels := [...]func(*person, SKU) (need, ruling, bool){
		(*person).keepNeeds, (*person).removeNeeds, (*person).usersNeeds, (*person).productsNeeds, (*person).rulesNeeds,
	}
	for ; level < len(levels); level++ {
		n, r, spoke := levels[level](p, sku)
		if n == 0 && spoke {
			return 0, r
		}
		if n == 0 {
			continue
		}
		below, rest := p.needsBelow(level+1, sku)
		if below != 0 {
			return below, rest
		}
		if p.matters(level, sku, rest) {
			return n, r
		}
		return 0, r
	}
	return 0, ruling{}
}

// unsure is what is not known of a product that somebody holds, where something
// would be done about it for one of the answers: else it is not said of the
// person that he was not evaluated.
func (p *person) unsure(sku SKU, rule ruling) (ruling, bool) {
	if rule.by.Kind == KindReplace {
		return rule, true
	}
	for level := atKeep; ; level++ {
		var r ruling
		if level, r = p.decide(level, sku); r.stance != unevaluated {
			return ruling{}, false
		}
		if _, rest := p.decide(level+1, sku); level == atUsers || p.matters(level, sku, rest) {
			return r, true
		}
	}
}

// matters reports whether it makes a difference that a level does not know
// whether it speaks, given what would be decided without it.
func (p *person) matters(level int, sku SKU, rest ruling) bool {
	direct, _, through := holding(p.u, sku)
	held := p.has(sku)
	_, drops := p.b.drops(sku)
	takes := level == atRemove || level == atProducts && p.b.closed(sku) || level == atRules && (p.hidden != nil || p.exact != nil)
	gives := level >= atProducts
	switch {
	case held && takes || !held && gives, drops && direct != nil && through, level == atRules && p.mayAdjust(sku):
		return true
	case len(p.b.replaces[sku]) > 0 && (held || rest.stance == wanted), p.swaps(sku):
		return true
	case rest.stance == unwanted:
		return held
	case rest.stance == wanted:
		return !held || rest.want.given
	}
	return false
}

// mayAdjust reports whether a rule of which it is not known whether it matches
// wants other service plans.
func (p *person) mayAdjust(sku SKU) bool {
	given := func(r *boundRule) bool { return r.wanted[sku] != nil && r.wanted[sku].given }
	return p.hidden != nil || p.exact != nil && given(p.exact) || slices.ContainsFunc(p.maybes, given) || slices.ContainsFunc(p.adds, given)
}

// closed reports whether a product has holders.
func (b *bound) closed(sku SKU) bool {
	for i := range b.products[sku] {
		if b.products[sku][i].closed {
			return true
		}
	}
	return false
}

func (p *person) keepNeeds(sku SKU) (n need, r ruling, spoke bool) {
	m := p.b.matcher
	p.b.keepIndex.each(p.u.ID, sku, func(i int) bool {
		k := &p.b.keep[i]
		if !k.products[sku] {
			return true
		}
		who, _ := k.who.truth(m, p.u)
		except, _ := k.except.truth(m, p.u)
		switch {
		case who == No || except == Yes:
		case who == Yes && except == No:
			n, r, spoke = 0, ruling{stance: kept, by: k.ref}, true
			return false
		default: // an except that is not known keeps, and may not
			n |= k.who.lacks(m, p.u) | k.except.lacks(m, p.u)
			r, spoke = ruling{stance: kept, by: k.ref}, true
		}
		return true
	})
	return n, r, spoke
}

func (p *person) removeNeeds(sku SKU) (n need, _ ruling, _ bool) {
	m := p.b.matcher
	p.b.removeIndex.each(p.u.ID, sku, func(i int) bool {
		r := &p.b.remove[i]
		if !r.products[sku] {
			return true
		}
		if speaks, _ := r.speaks(m, p.u); speaks == Unknown { // beside a sure one it may be stricter
			n |= r.who.lacks(m, p.u) | r.except.lacks(m, p.u)
		}
		return true
	})
	r, spoke := p.byRemove(sku)
	return n, r, spoke
}

func (p *person) usersNeeds(sku SKU) (need, ruling, bool) {
	r, spoke := p.byUsers(sku)
	return 0, r, spoke
}

func (p *person) productsNeeds(sku SKU) (n need, _ ruling, _ bool) {
	r, spoke := p.byProducts(sku)
	if r.stance != unevaluated {
		return 0, r, spoke
	}
	for i := range p.b.products[sku] {
		e := &p.b.products[sku][i]
		n |= e.holders.lacks(p.b.matcher, p.u) | e.add.lacks(p.b.matcher, p.u)
	}
	return n, r, spoke
}

func (p *person) rulesNeeds(sku SKU) (n need, _ ruling, _ bool) {
	r, spoke := p.byRules(sku)
	if r.stance != unevaluated && !(r.stance == wanted && p.mayAdjust(sku)) {
		return 0, r, spoke
	}
	for _, rule := range p.maybes {
		if rule.wanted[sku] != nil {
			n |= p.b.matcher.lacks(rule.match, p.u)
		}
	}
	if p.hidden != nil {
		n |= p.b.matcher.lacks(p.hidden.match, p.u)
	}
	return n, r, spoke
}
