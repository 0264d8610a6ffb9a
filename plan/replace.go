package plan

import "slices"

// A boundReplace says for whom another product takes the place of one.
type boundReplace struct {
	ref
	from, with  SKU
	who, except audience
}

// speaks answers whether the statement is about a person. Who may be excepted,
// for all that is known, is: then it is No, and doubt names what is not known.
func (r *boundReplace) speaks(m *matcher, u *User) (t Truth, fact, doubt string) {
	who, fact := r.who.truth(m, u)
	if who == No {
		return No, "", ""
	}
	except, exceptFact := r.except.truth(m, u)
	if except != No {
		return No, "", exceptFact
	}
	return who, fact, ""
}

// bindReplaces resolves the replacements of an entry.
func (b *bound) bindReplaces(p *ProductEntry, sku SKU) {
	for i := range p.Replace {
		r := &p.Replace[i]
		with, ok := b.statement(r.With)
		if !ok || with == sku {
			continue // the latter is a fault of its own
		}
		name := "replace " + b.catalog.ref(sku).PartNumber + " with " + b.catalog.ref(with).PartNumber
		out := boundReplace{from: sku, with: with}
		out.ref = b.newRef(&Ref{Kind: KindReplace, Name: name, Place: r.Place}, sku, with, saidWho(r.Who), saidWho(r.Except))
		var nobody, nobodyExcept []Name
		out.who, nobody = b.audience(r.Who)
		out.except, nobodyExcept = b.audience(r.Except)
		b.matchesNobody(out.except)
		b.nobody(nobody)
		b.danger(nobodyExcept, "except", "")
		b.replaces[sku] = append(b.replaces[sku], out)
		if !slices.Contains(b.into[with], sku) {
			b.into[with] = append(b.into[with], sku)
		}
		b.order = append(b.order, with)
		b.pair(sku, with)
	}
}

// A move is what the replacements make of one person and one product.
type move struct {
	by     *boundReplace // nil: none decides
	ruling ruling        // of the product
	goes   bool          // by.with is wanted in its place
	doubt  *doubt
}

// A doubt is a statement that does not speak because a fact is unknown.
type doubt struct {
	by   ref
	fact string
	with SKU // what would take the place
}

// replacement is the first statement that replaces the product for the person,
// or may: what stands behind one that may is not asked. Who may be excepted is,
// unless a later one speaks: then it is not known which of them does.
func (p *person) replacement(sku SKU) (by *boundReplace, t Truth, fact string, d *doubt) {
	list := p.b.replaces[sku]
	for i := range list {
		t, fact, unsure := list[i].speaks(p.b.matcher, p.u)
		switch {
		case t != No && d != nil:
			return by, Unknown, d.fact, nil
		case t != No:
			return &list[i], t, fact, nil
		case unsure != "" && d == nil:
			by, d = &list[i], &doubt{by: list[i].ref, fact: unsure, with: list[i].with}
		}
	}
	return nil, No, "", d
}

// move works out what becomes of a product that is wanted, or of which nobody
// speaks; decided is what the levels say. A seat that is kept, not evaluated or
// not wanted is none of its business.
func (p *person) move(sku SKU, decided ruling) move {
	if len(p.b.replaces[sku]) == 0 || decided.stance != wanted && decided.stance != nobodys {
		return move{}
	}
	direct, _, through := holding(p.u, sku)
	if decided.stance == nobodys && (direct == nil && !through || unclear(p.u, sku, direct)) {
		return move{} // nothing to replace, or nobody knows what
	}
	r, speaks, fact, d := p.replacement(sku)
	out := move{by: r, doubt: d}
	if r == nil {
		return out
	}
	if speaks == Unknown {
		out.ruling = ruling{stance: unevaluated, by: r.ref, fact: fact}
		return out
	}
	if next, _, _, d := p.replacement(r.with); next != nil {
		out.ruling = ruling{stance: unevaluated, by: r.ref, fact: "which product, as " + p.b.catalog.ref(r.with).PartNumber + " is replaced too"}
		return out
	} else if d != nil { // it may be
		out.ruling = ruling{stance: unevaluated, by: r.ref, fact: d.fact}
		return out
	}
	out.ruling = ruling{stance: unwanted, by: r.ref, loss: LossDeny}
	if decided.stance == nobodys && direct == nil {
		return out // the group decides; counted
	}
	with := p.levels(r.with)
	switch {
	case p.failing(r.with):
		out.ruling = ruling{stance: kept, by: r.ref, note: p.unmoved(r) + "the copy of " + p.b.catalog.ref(r.with).PartNumber + " through a group is not Active"}
	case with.stance == kept && p.has(r.with):
	case with.stance == kept || with.stance == unevaluated || with.stance == unwanted && with.named:
		out.ruling = ruling{stance: kept, by: r.ref, note: p.stays(r, with)}
	default:
		out.goes, out.ruling.with, out.ruling.copied = true, r.with, decided.stance == nobodys && through
	}
	return out
}

// stays says why a product is not replaced.
func (p *person) stays(r *boundReplace, with ruling) string {
	why := map[stance]string{kept: "keeps", unevaluated: "may speak of", unwanted: "takes"}[with.stance]
	return p.unmoved(r) + with.by.label() + " (" + with.by.File + ":" + itoa(with.by.Line) + ") " + why + " " + p.b.catalog.ref(r.with).PartNumber
}

// unmoved is how a note begins that says why a product is not replaced.
func (p *person) unmoved(r *boundReplace) string {
	from, to := p.b.catalog.ref(r.from).PartNumber, p.b.catalog.ref(r.with).PartNumber
	what := " stays as it is"
	if !p.has(r.from) {
		what = " is not given"
	}
	return p.u.UserPrincipalName + ": " + from + what + " and not replaced with " + to + " (" + r.File + ":" + itoa(r.Line) + "): "
}

// failing reports whether the person has the product through groups alone, of
// which none gives it for sure: Graph may be about to take it away.
func (p *person) failing(sku SKU) bool {
	direct, groups, through := holding(p.u, sku)
	return through && direct == nil && !slices.Contains(p.u.Unsourced, sku) &&
		!slices.ContainsFunc(groups, func(s *Source) bool { return s.State == Active })
}

// has reports whether the person holds the product in any way.
func (p *person) has(sku SKU) bool {
	direct, _, through := holding(p.u, sku)
	return direct != nil || through || slices.Contains(p.u.Unsourced, sku)
}

// unclear reports whether Graph does not tell how a seat is held.
func unclear(u *User, sku SKU, direct *Source) bool {
	return direct == nil && slices.Contains(u.Unsourced, sku) || doubled(u, sku)
}

// replacing turns what the levels say of a product into wanted where it takes
// the place of another. One that is wanted with service plans of its own stays
// as it was said.
func (p *person) replacing(sku SKU, decided ruling) ruling {
	switch {
	case decided.stance == kept, decided.stance == unevaluated, decided.named, decided.stance == wanted && decided.want.given:
		return decided
	}
	var from []swapped
	var by *boundReplace
	for _, x := range p.b.into[sku] {
		level := p.levels(x)
		m := p.move(x, level)
		if !m.goes || m.by.with != sku {
			continue
		}
		if by == nil || m.by.Place.Compare(by.Place) < 0 {
			by = m.by
		}
		from = append(from, swapped{sku: x, off: p.off(x, level)})
	}
	if by == nil {
		return p.inDoubt(sku, decided)
	}
	if decided.stance != wanted {
		decided = ruling{stance: wanted, by: by.ref}
	}
	decided.from = from
	decided.want = &want{off: p.b.carry(from, sku)}
	return decided
}
