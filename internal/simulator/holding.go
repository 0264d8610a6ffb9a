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

// source returns the entry of a product through a group.
func (h holding) source(sku plan.SKU, group plan.GroupID) (plan.Source, bool) {
	for _, s := range h.sources {
		if s.SKU == sku && s.Group == group {
			return s, true
		}
	}
	return plan.Source{}, false
}

// less returns the holding without a product's entry through a group.
func (h holding) less(sku plan.SKU, group plan.GroupID) holding {
	return holding{unsourced: h.unsourced, sources: slices.DeleteFunc(slices.Clone(h.sources), func(s plan.Source) bool {
		return s.SKU == sku && s.Group == group
	})}
}

// through returns the holding with a product's entry through a group, whose
// time stays if nothing else changes.
func (h holding) through(group plan.GroupID, g plan.Given, state plan.SourceState, code string, at time.Time) holding {
	s := plan.Source{SKU: g.SKU, Group: group, State: state, Error: code, DisabledPlans: full(g.DisabledPlans), UpdatedAt: at}
	slices.Sort(s.DisabledPlans)
	if old, ok := h.source(g.SKU, group); ok && sameSource(old, s) {
		return h
	}
	n := h.less(g.SKU, group)
	n.sources = append(n.sources, s)
	slices.SortFunc(n.sources, compareSources)
	if state != plan.ErrorState {
		n.unsourced = scant(slices.DeleteFunc(slices.Clone(h.unsourced), func(k plan.SKU) bool { return k == g.SKU }))
	}
	return n
}

// sameSource compares two entries of one product and place, but for their times.
func sameSource(a, b plan.Source) bool {
	return a.State == b.State && a.Error == b.Error && slices.Equal(a.DisabledPlans, b.DisabledPlans)
}

func sameSources(a, b []plan.Source) bool {
	return slices.EqualFunc(a, b, func(a, b plan.Source) bool { return compareSources(a, b) == 0 && sameSource(a, b) })
}
