package plan

import (
	"slices"
)

// list notes what is no change and still worth knowing: seats that are held
// twice and left so, and seats that a group fails to give.
func (d *differ) list(u *User, sku SKU, rule ruling, direct *Source, groups []*Source, through bool) {
	switch {
	case direct == nil:
	case through && d.b.vias[sku].via != ViaDirect:
		if _, goes := d.b.drops(sku); !goes {
			d.out.duplicates[sku] = append(d.out.duplicates[sku], u.UserPrincipalName)
		}
	case !through && len(groups) == 0 && d.b.viaGroup(sku) && (rule.stance == wanted || rule.stance == nobodys):
		d.out.alone[sku] = append(d.out.alone[sku], u.UserPrincipalName)
	}
	if rule.note != "" {
		d.out.waiting = append(d.out.waiting, Note{Code: "replace-waits", Text: rule.note})
	}
	if rule.doubt != nil && direct != nil {
		d.unknown(u, ruling{by: rule.doubt.by, fact: rule.doubt.fact})
	}
	for _, g := range groups {
		if !g.Held() {
			key := inheritedKey{g.Group, sku}
			d.out.failed[key] = append(d.out.failed[key], u.UserPrincipalName)
		}
	}
}

// doubled reports whether Graph shows a seat as given directly more than once:
// then nobody knows which of them counts.
func doubled(u *User, sku SKU) bool {
	n := 0
	for i := range u.Sources {
		if s := &u.Sources[i]; s.SKU == sku && s.Direct() {
			n++
		}
	}
	return n > 1
}

// duplicate takes the direct copy of a seat that groups give as well, once
// they give at least the same as it shall give.
func (d *differ) duplicate(r *requestDraft, u *User, sku SKU, rule ruling, asWanted, direct *Source, groups []*Source) *requestDraft {
	if !d.b.covers(sku, asWanted, groups) {
		d.out.waiting = append(d.out.waiting, Note{Code: "duplicate-waits", Text: u.UserPrincipalName + " keeps the direct " +
			d.b.catalog.ref(sku).PartNumber + ": the group's copy is not Active, or gives less"})
		return r
	}
	rule.loss = LossDeny
	return d.add(r, d.draft(u, sku, rule, Unassign, direct, groups))
}

// covers reports whether all Active copies through groups together give at
// least the service plans of the direct one.
func (b *bound) covers(sku SKU, direct *Source, groups []*Source) bool {
	p := b.catalog.bySKU[sku]
	active := false
	lost := map[PlanID]int{} // by how many Active copies a plan is switched off
	n := 0
	for _, g := range groups {
		if g.State != Active {
			continue
		}
		active = true
		n++
		for _, id := range sortedPlans(g.DisabledPlans) {
			lost[id]++
		}
	}
	if !active {
		return false
	}
	for id, times := range lost {
		inProduct := p == nil || slices.ContainsFunc(p.Plans, func(sp ServicePlan) bool { return sp.ID == id })
		if times == n && inProduct && !slices.Contains(direct.DisabledPlans, id) {
			return false
		}
	}
	return true
}

// duplicatesRef stands for manage.duplicates where it decides.
func (b *bound) duplicatesRef() ref {
	r := &Ref{Kind: KindSettings, Name: "duplicates: remove", Place: b.d.Settings.Manage.DuplicatesPlace}
	return ref{Ref: r, hash: "duplicates: remove"}
}
