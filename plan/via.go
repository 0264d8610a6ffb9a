package plan

import (
	"slices"
	"strings"
)

// A boundVia is how seats of a product shall be held, where an entry says so.
type boundVia struct {
	ref
	via Via
}

// checkVia refuses two entries of one product that want its seats held in
// different ways.
func (d *Desired) checkVia(product func(Name) string) []Fault {
	first := map[string]*ProductEntry{}
	var faults []Fault
	for i := range d.Products {
		p := &d.Products[i]
		if p.Via == "" {
			continue
		}
		key := product(p.Product)
		if other := first[key]; other == nil {
			first[key] = p
		} else if other.Via != p.Via {
			faults = append(faults, Fault{Place: p.Place, Remedy: "say one of the two",
				Cause: p.Product.Text + " is `via: " + string(p.Via) + "` here and `via: " + string(other.Via) + "` in " + other.Place.String()})
		}
	}
	return faults
}

// bindVia notes how an entry wants its product held.
func (b *bound) bindVia(p *ProductEntry, sku SKU) {
	if p.Via == "" || b.vias[sku].via != "" {
		return
	}
	r := &Ref{Kind: KindVia, Name: "via: " + string(p.Via), Place: p.Place}
	b.vias[sku] = boundVia{ref: b.newRef(r, p.Product.Text), via: p.Via}
}

// drops tells by what the direct copy of a seat goes that groups give as well,
// and false where it stays.
func (b *bound) drops(sku SKU) (by ref, ok bool) {
	switch v := b.vias[sku]; {
	case v.via == ViaGroup:
		return v.ref, true
	case v.via == ViaDirect || b.d.Settings.Manage.Duplicates != DuplicatesRemove:
		return ref{}, false
	}
	return b.duplicatesRef(), true
}

// viaGroup reports whether a product is never given directly.
func (b *bound) viaGroup(sku SKU) bool { return b.vias[sku].via == ViaGroup }

// giving are the groups that give a product, as far as they are known, by id.
func (b *bound) giving(sku SKU) []GroupName {
	var out []GroupName
	for i := range b.s.Groups {
		g := &b.s.Groups[i]
		if slices.ContainsFunc(g.Gives, func(x Given) bool { return x.SKU == sku }) {
			out = append(out, GroupName{ID: g.ID, Name: b.groupName(g.ID)})
		}
	}
	slices.SortFunc(out, func(x, y GroupName) int { return strings.Compare(string(x.ID), string(y.ID)) })
	return out
}

// notInGroups tells of seats that a group shall give and that are still held
// directly alone: they stay as they are until one does.
func (b *bound) notInGroups(direct map[SKU][]string) []Note {
	var notes []Note
	for _, sku := range sortedKeys(direct) {
		names := direct[sku]
		text := b.catalog.ref(sku).PartNumber + ": " + count(len(names), "seat") + " held directly and through no group yet (" + few(names, 3) + "); "
		if groups := b.giving(sku); len(groups) > 0 {
			text += "put them into " + either(groupNames(groups))
		} else {
			text += "no group that gives it is known"
		}
		notes = append(notes, Note{Code: "via-group", Text: text})
	}
	return notes
}

func groupNames(groups []GroupName) []string {
	out := make([]string, len(groups))
	for i, g := range groups {
		out[i] = g.Name
	}
	return out
}

// either joins up to three names with or.
func either(names []string) string {
	if len(names) > 3 {
		return few(names, 3)
	}
	if len(names) > 1 {
		return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
	}
	return strings.Join(names, "")
}
