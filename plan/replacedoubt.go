package plan

import (
	"cmp"
	"slices"
)

// inDoubt leaves a held product as it is that an exact set does not want, where
// it would be wanted in place of another if more were known.
func (p *person) inDoubt(sku SKU, decided ruling) ruling {
	if decided.stance != unwanted || decided.named || !p.has(sku) {
		return decided
	}
	if d := p.mayReplace(sku, nil); d != nil {
		return ruling{stance: unevaluated, by: d.by, fact: d.fact}
	}
	return decided
}

// mayReplace finds a statement by which the product takes the place of one that
// is wanted, for all that is known; nil if there is none. Past are the products
// that were come by.
func (p *person) mayReplace(sku SKU, past []SKU) *doubt {
	past = append(past, sku)
	for _, x := range p.b.into[sku] {
		if slices.Contains(past, x) {
			continue
		}
		r, fact := p.mayMove(x, sku)
		if r == nil {
			continue
		}
		may, unsure := p.mayBeWanted(x)
		if d := (*doubt)(nil); !may {
			if d = p.mayReplace(x, past); d == nil {
				continue
			}
			unsure = d.fact
		}
		if fact = cmp.Or(fact, unsure, p.move(x, p.levels(x)).ruling.fact); fact != "" {
			return &doubt{by: r.ref, fact: fact}
		}
	}
	return nil
}

// mayMove is the statement that replaces a product with another, or may, and
// what is not known of that; nil where none does.
func (p *person) mayMove(from, with SKU) (*boundReplace, string) {
	m := p.b.matcher
	for i := range p.b.replaces[from] {
		r := &p.b.replaces[from][i]
		who, fact := r.who.truth(m, p.u)
		except, exceptFact := r.except.truth(m, p.u)
		switch {
		case who == No || except == Yes:
		case r.with == with:
			return r, cmp.Or(fact, exceptFact)
		case who == Yes && except == No:
			return nil, ""
		}
	}
	return nil, ""
}

// mayBeWanted reports whether a product is wanted before anything is replaced,
// for all that is known, and what is not known of that.
func (p *person) mayBeWanted(sku SKU) (may bool, fact string) {
	for level := atKeep; ; level++ {
		var r ruling
		level, r = p.decide(level, sku)
		fact = cmp.Or(fact, r.fact)
		switch {
		case r.stance == wanted:
			return true, fact
		case r.stance == kept && r.fact != "":
		case r.stance != unevaluated:
			return false, ""
		case level > atRemove: // those above want nothing
			return true, fact
		}
	}
}

// doubtNeeds is what would have to be known to tell whether a product takes the
// place of others. Past are the products that were come by.
func (p *person) doubtNeeds(sku SKU, past []SKU) (n need) {
	past = append(past, sku)
	for _, x := range p.b.into[sku] {
		if slices.Contains(past, x) {
			continue
		}
		more, _ := p.replaceNeeds(x)
		n |= more | p.doubtNeeds(x, past)
	}
	return n
}
