package simulator

import (
	"cmp"
	"slices"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A holding is where a user's seats come from, sorted. It and its lists are
// never changed: readers may still hold them.
type holding struct {
	sources   []plan.Source
	unsourced []plan.SKU
}

// A licence is one entry of assignedLicenses, merged over its sources.
type licence struct {
	sku      plan.SKU
	disabled []plan.PlanID // off in every source
	since    time.Time     // newest lastUpdatedDateTime
}

// shown reports whether a source appears in assignedLicenses, which is also
// when it consumes a unit.
func shown(s plan.Source) bool {
	return s.State == plan.Active || s.State == plan.ActiveWithError || s.State == plan.Disabled
}

func (h holding) shows(sku plan.SKU) bool {
	if slices.Contains(h.unsourced, sku) {
		return true
	}
	return slices.ContainsFunc(h.sources, func(s plan.Source) bool { return s.SKU == sku && shown(s) })
}

func (h holding) direct(sku plan.SKU) (plan.Source, bool) {
	for _, s := range h.sources {
		if s.SKU == sku && s.Direct() {
			return s, true
		}
	}
	return plan.Source{}, false
}

func (h holding) inherits(sku plan.SKU) bool {
	return slices.ContainsFunc(h.sources, func(s plan.Source) bool { return s.SKU == sku && !s.Direct() })
}

// licences returns what assignedLicenses says, sorted by SKU: one entry per
// product, and a service plan is on if any source has it on.
func (h holding) licences() []licence {
	var all []licence
	for _, s := range h.sources {
		if !shown(s) {
			continue
		}
		if n := len(all); n > 0 && all[n-1].sku == s.SKU {
			all[n-1].disabled = both(all[n-1].disabled, s.DisabledPlans)
			if s.UpdatedAt.After(all[n-1].since) {
				all[n-1].since = s.UpdatedAt
			}
			continue
		}
		all = append(all, licence{s.SKU, s.DisabledPlans, s.UpdatedAt})
	}
	for _, sku := range h.unsourced {
		i, found := slices.BinarySearchFunc(all, sku, func(l licence, k plan.SKU) int { return cmp.Compare(l.sku, k) })
		if found {
			all[i].disabled = nil
		} else {
			all = slices.Insert(all, i, licence{sku: sku})
		}
	}
	return all
}

func both(a, b []plan.PlanID) []plan.PlanID {
	var in []plan.PlanID
	for _, p := range a {
		if slices.Contains(b, p) {
			in = append(in, p)
		}
	}
	return in
}

// with returns the holding with a direct source put in place of the present one.
func (h holding) with(s plan.Source) holding {
	n := h.without(s.SKU)
	n.sources = append(n.sources, s)
	slices.SortFunc(n.sources, compareSources)
	n.unsourced = scant(slices.DeleteFunc(slices.Clone(h.unsourced), func(k plan.SKU) bool { return k == s.SKU }))
	return n
}

// without returns the holding less the direct source of a product.
func (h holding) without(sku plan.SKU) holding {
	n := holding{sources: make([]plan.Source, 0, len(h.sources)+1), unsourced: h.unsourced}
	for _, s := range h.sources {
		if s.SKU != sku || !s.Direct() {
			n.sources = append(n.sources, s)
		}
	}
	return n
}
