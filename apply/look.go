package apply

import (
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// A sight is how a change's seat looks, compared with the plan.
type sight int

const (
	asBefore sight = iota // as the plan saw it
	asAfter               // as the plan wants it
	asOther               // neither
	nobody                // the user does not exist
)

// look compares the seat of a change with what was read of its user. The text
// says what is not as before.
func look(c *plan.Change, u plan.User, exists bool) (sight, string) {
	if !exists {
		return nobody, "the user no longer exists"
	}
	if slices.Contains(u.Unsourced, c.SKU()) {
		return asOther, "Graph no longer says whether the seat is direct"
	}
	direct, twice := directSource(u, c.SKU())
	if twice {
		return asOther, "Graph shows the seat twice"
	}
	if sameGrant(direct, c.After) {
		return asAfter, "the seat is as the plan wants it"
	}
	switch {
	case !sameGrant(direct, c.Before):
		return asOther, "the direct seat is not as the plan saw it"
	case direct != nil && !direct.UpdatedAt.Equal(c.Held.UpdatedAt):
		return asOther, "the seat was given anew since the plan was made"
	case throughGroup(u, c.SKU()) != c.Held.ThroughGroup():
		return asOther, "a group gives the seat now, or no longer does"
	}
	return asBefore, ""
}

// directSource returns a user's direct entry of a product, nil if there is none,
// and whether there are several: which of them counts nobody knows.
func directSource(u plan.User, sku plan.SKU) (direct *plan.Source, twice bool) {
	for i := range u.Sources {
		if s := &u.Sources[i]; s.SKU == sku && s.Direct() {
			direct, twice = s, direct != nil
		}
	}
	return direct, twice
}

func throughGroup(u plan.User, sku plan.SKU) bool {
	return slices.ContainsFunc(u.Sources, func(s plan.Source) bool {
		return s.SKU == sku && !s.Direct() && s.Held()
	})
}

// sameGrant reports whether a direct source says what a grant says; nil is no
// direct seat.
func sameGrant(s *plan.Source, g *plan.Grant) bool {
	if s == nil || g == nil {
		return s == nil && g == nil
	}
	return samePlans(s.DisabledPlans, g.DisabledPlans)
}

func samePlans(a, b []plan.PlanID) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}
