package plan

import (
	"slices"
	"strings"
)

// A Kept is a person and the products that a keep must speak of, so that the
// next plan leaves as it is what an undo brought back.
type Kept struct {
	User     UserRef
	Products []ProductRef // sorted by skuId
}

// KeepFor returns whom an undo plan of a run's plan gives back something that a
// statement of the folder had taken, sorted by user id. What the undo takes from
// those people for it is kept away as well: else the next plan would give it
// again beside what they got back. left counts what is given back and is not
// kept: somebody had given it by hand, against the folder, which still is right.
func (m *Made) KeepFor(run *Plan) (kept []Kept, left int) {
	taken := map[string]*Change{}
	for i := range run.Changes {
		taken[run.Changes[i].ID] = &run.Changes[i]
	}
	byUser := map[UserID]*Kept{}
	for _, c := range m.Plan.executable() {
		by := taken[c.ID]
		switch {
		case c.Takes() || by == nil:
			continue
		case by.Reason.Kind == KindUndo || by.Cause == CauseDrift:
			left++
			continue
		case byUser[c.Request] == nil:
			byUser[c.Request] = &Kept{User: c.User}
		}
		byUser[c.Request].Products = append(byUser[c.Request].Products, c.Product)
	}
	for _, c := range m.Plan.executable() {
		if k := byUser[c.Request]; k != nil && c.Takes() {
			k.Products = append(k.Products, c.Product)
		}
	}
	for _, id := range sortedKeys(byUser) {
		k := byUser[id]
		slices.SortFunc(k.Products, func(a, b ProductRef) int { return strings.Compare(string(a.SKU), string(b.SKU)) })
		kept = append(kept, *k)
	}
	return kept, left
}

// GivenAgain counts the people of whom an undo plan takes what a statement of the
// folder had given, and whom no keep of [Made.KeepFor] speaks of: as long as that
// statement stands, the next plan gives it to them again.
func (m *Made) GivenAgain(run *Plan) int {
	wanted := map[string]bool{}
	for i := range run.Changes {
		c := &run.Changes[i]
		wanted[c.ID] = c.Reason.Kind != KindUndo && c.Action != Unassign
	}
	kept, _ := m.KeepFor(run)
	people := map[UserID]bool{}
	for _, c := range m.Plan.executable() {
		if c.Takes() && wanted[c.ID] {
			people[c.Request] = true
		}
	}
	for _, k := range kept {
		delete(people, k.User.ID)
	}
	return len(people)
}

// ProductWords are how the folder's statements may call products: by part number
// where that means the one product alone, else by id.
func (m *Made) ProductWords(products []ProductRef) []string {
	words := make([]string, len(products))
	for i, p := range products {
		words[i] = string(p.SKU)
		if sku, cause, _ := m.b.catalog.find(p.PartNumber); cause == "" && sku == p.SKU {
			words[i] = p.PartNumber
		}
	}
	slices.Sort(words)
	return words
}
