package apply

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// checkPlan refuses a plan that cannot be carried out as it stands, and a list
// of items that is not about exactly its executable changes.
func (b *book) checkPlan(p *plan.Plan, items []Item) error {
	if p.Digests.Body == "" {
		return fmt.Errorf("plan %q has no digest of its body: encode it first", p.ID)
	}
	ordered := map[plan.UserID]bool{}
	for _, u := range p.Order {
		ordered[u] = true
	}
	if !slices.IsSortedFunc(b.order, func(x, y *record) int { return cmp.Compare(x.change.User.ID, y.change.User.ID) }) {
		return fmt.Errorf("plan %q: its changes are not sorted by user", p.ID)
	}
	for _, r := range b.order {
		if b.find(r.change.User.ID, r.change.SKU()) != r {
			return fmt.Errorf("plan %q names a change twice", p.ID)
		}
		if !sound(r.change) {
			return fmt.Errorf("plan %q: change %q does not fit its action %q", p.ID, r.change.ID, r.change.Action)
		}
		if !ordered[r.change.User.ID] {
			return fmt.Errorf("plan %q: its order lacks user %q", p.ID, r.change.User.ID)
		}
	}
	for _, it := range items {
		r := b.find(it.Change.User.ID, it.Change.SKU())
		if r == nil || r.item.Class != "" {
			return fmt.Errorf("item %q is not of plan %q, or comes twice", it.Change.ID, p.ID)
		}
		if severity(it.Class) < 0 {
			return fmt.Errorf("item %q has no class %q", it.Change.ID, it.Class)
		}
		r.item = sifted{it.Class, it.Code, it.Message}
	}
	for _, r := range b.order {
		if r.item.Class == "" {
			return fmt.Errorf("change %q of plan %q was not sifted", r.change.ID, p.ID)
		}
	}
	return b.checkTogether(p.Mode == plan.ModeUndo)
}

// checkTogether refuses items in which a request with an assign is ready in part.
func (b *book) checkTogether(undo bool) error {
	var items []Item
	for first := 0; first < len(b.order); {
		of := b.of(b.order[first].change.User.ID)
		first += len(of)
		items = items[:0]
		for _, r := range of {
			items = append(items, Item{Change: r.change, Class: r.item.Class, Code: r.item.Code, Message: r.item.Message})
		}
		for i, it := range together(items, undo) {
			if it.Class != items[i].Class {
				return fmt.Errorf("change %q is %q while its request falls: sift the items together", it.Change.ID, items[i].Class)
			}
		}
	}
	return nil
}

// sound reports whether before and after of a change fit its action.
func sound(c *plan.Change) bool {
	switch c.Action {
	case plan.Unassign:
		return c.Before != nil && c.After == nil
	case plan.Assign:
		return c.Before == nil && c.After != nil
	case plan.Adjust:
		return c.Before != nil && c.After != nil
	}
	return false
}
