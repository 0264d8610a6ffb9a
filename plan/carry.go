package plan

import (
	"slices"
	"strings"
)

// A swapped product is one that another takes the place of, with what was off
// in it.
type swapped struct {
	sku SKU
	off []PlanID
}

// A skuPair is a product and the one that takes its place.
type skuPair struct{ from, with SKU }

// A counterpart is a service plan of the new product, and those of the old one
// that do what it does; none where nothing is known to.
type counterpart struct {
	plan PlanID
	of   []PlanID
}

// pair works out once which service plan of one product is which of another:
// by id, else by name, else by family.
func (b *bound) pair(from, with SKU) {
	key := skuPair{from, with}
	x, y := b.catalog.bySKU[from], b.catalog.bySKU[with]
	if _, done := b.pairs[key]; done || x == nil || y == nil {
		return
	}
	if b.families == nil {
		b.families = families()
	}
	list := make([]counterpart, len(y.Plans))
	for i, sp := range y.Plans {
		list[i] = counterpart{plan: sp.ID, of: b.like(x, sp)}
	}
	b.pairs[key] = list
}

func (b *bound) like(x *Product, sp ServicePlan) []PlanID {
	of := func(same func(ServicePlan) bool) (ids []PlanID) {
		for _, other := range x.Plans {
			if same(other) {
				ids = append(ids, other.ID)
			}
		}
		return ids
	}
	if ids := of(func(o ServicePlan) bool { return o.ID == sp.ID }); ids != nil {
		return ids
	}
	if ids := of(func(o ServicePlan) bool { return sp.Name != "" && strings.EqualFold(o.Name, sp.Name) }); ids != nil {
		return ids
	}
	family := b.families[sp.ID]
	return of(func(o ServicePlan) bool { return family != "" && b.families[o.ID] == family })
}

// off is what is off in a product that is to be replaced: as the statement that
// wants it says, or else in all copies that are held.
func (p *person) off(sku SKU, level ruling) []PlanID {
	if level.stance == wanted && level.want.given {
		return level.want.off
	}
	var off []PlanID
	first := true
	for i := range p.u.Sources {
		s := &p.u.Sources[i]
		switch {
		case s.SKU != sku || !s.Held():
		case first:
			off, first = sortedPlans(s.DisabledPlans), false
		default:
			off = slices.DeleteFunc(off, func(id PlanID) bool { return !slices.Contains(s.DisabledPlans, id) })
		}
	}
	return off
}

// carry is what is off in the new product: the plans whose counterparts are
// off wherever there are some.
func (b *bound) carry(from []swapped, with SKU) []PlanID {
	off := []PlanID{}
	wasOff, wasOn := map[PlanID]bool{}, map[PlanID]bool{}
	for _, s := range from {
		if len(s.off) == 0 && len(from) == 1 {
			return off
		}
		for _, c := range b.pairs[skuPair{s.sku, with}] {
			if len(c.of) == 0 {
				continue
			}
			if slices.ContainsFunc(c.of, func(id PlanID) bool { return !slices.Contains(s.off, id) }) {
				wasOn[c.plan] = true
			} else {
				wasOff[c.plan] = true
			}
		}
	}
	for id := range wasOff {
		if !wasOn[id] {
			off = append(off, id)
		}
	}
	slices.Sort(off)
	return off
}

// listedPlans is how many service plans an effect names.
const listedPlans = 12

// carried says what becomes of the service plans that were off.
func (b *bound) carried(c *draft) []Effect {
	with := b.catalog.bySKU[c.SKU()]
	var out []Effect
	say := func(lead string, p *Product, ids []PlanID) {
		if len(ids) == 0 {
			return
		}
		names := make([]string, len(ids))
		for i, id := range ids {
			names[i] = p.planName(id)
		}
		slices.Sort(names)
		out = append(out, Effect{Kind: "plans", Text: lead + ": " + few(names, listedPlans)})
	}
	if len(c.ruling.from) == 0 {
		say("switched off", with, c.After.DisabledPlans)
		return out
	}
	say("stays off", with, c.After.DisabledPlans)
	for _, s := range c.ruling.from {
		if len(s.off) == 0 {
			continue
		}
		x := b.catalog.bySKU[s.sku]
		part, pairs := b.catalog.ref(s.sku).PartNumber, b.pairs[skuPair{s.sku, c.SKU()}]
		known := func(id PlanID) bool {
			return slices.ContainsFunc(pairs, func(p counterpart) bool { return slices.Contains(p.of, id) })
		}
		say("off in "+part+" and unknown to "+c.Product.PartNumber+", may come on again", x,
			slices.DeleteFunc(slices.Clone(s.off), known))
		var back, fresh []PlanID
		for _, p := range pairs {
			switch {
			case slices.Contains(c.After.DisabledPlans, p.plan):
			case len(p.of) == 0:
				fresh = append(fresh, p.plan)
			case slices.ContainsFunc(p.of, func(id PlanID) bool { return slices.Contains(s.off, id) }):
				back = append(back, p.plan)
			}
		}
		say("off in "+part+" in part, on with "+c.Product.PartNumber, with, back)
		say("not in "+part+", on with "+c.Product.PartNumber, with, fresh)
	}
	return out
}
