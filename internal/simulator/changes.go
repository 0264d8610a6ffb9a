package simulator

import (
	"cmp"
	"slices"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// whole stands among the touches of an account for all of its properties.
const whole = "id"

// note keeps for delta queries which properties of an account a change is about.
// licenseAssignmentStates is none of them: a change in it alone is not
// reported. The caller holds mu.
func (t *Tenant) note(a *account, next holding) {
	if a.touches == nil {
		a.touches = map[string]int{}
	}
	old := cmp.Or(a.told, t.atStart(a.user.ID))
	a.told = a.user
	if old == nil {
		a.touches[whole] = t.tick
		return
	}
	was, is := person{old, a.now, t}, person{a.user, next, t}
	if old == a.user {
		a.noteSeats(was, is, t.tick)
		return
	}
	for _, k := range t.views.users {
		if k.name != "licenseAssignmentStates" && k.name != "signInActivity" && string(k.write(nil, was)) != string(k.write(nil, is)) {
			a.touches[k.name] = t.tick
		}
	}
}

// noteSeats is note for a change that leaves a user's own properties as they
// are, which one write to a group can make ten thousands of.
func (a *account) noteSeats(was, is person, tick int) {
	touch := func(name string, same bool) {
		if !same {
			a.touches[name] = tick
		}
	}
	touch("assignedLicenses", slices.EqualFunc(was.held.licences(), is.held.licences(), func(a, b licence) bool {
		return a.sku == b.sku && slices.Equal(a.disabled, b.disabled)
	}))
	from, to := was.plans(), is.plans()
	touch("assignedPlans", slices.EqualFunc(from, to, func(a, b assigned) bool {
		return a.id == b.id && a.status == b.status && a.since.Equal(b.since)
	}))
	touch("provisionedPlans", slices.EqualFunc(from, to, func(a, b assigned) bool { return a.name == b.name && a.status == b.status }))
}

// atStart is a user as the tenant started with him, or nil.
func (t *Tenant) atStart(id plan.UserID) *plan.User {
	i, found := slices.BinarySearchFunc(t.base.Users, id, func(u plan.User, id plan.UserID) int { return cmp.Compare(u.ID, id) })
	if !found {
		return nil
	}
	return &t.base.Users[i]
}

// changes returns one page of a round by id: everybody in the first round, in
// a later one who has changed. A change that reads do not show yet is reported
// now and again when they do; the service repeats itself, too.
func (t *Tenant) changes(d delta, cols []column[person], top int, minimal bool) (items [][]byte, last string, more bool) {
	i, _ := slices.BinarySearchFunc(t.accounts, d.After, func(a *account, id string) int { return cmp.Compare(string(a.user.ID), id) })
	gone := t.removed(d)
	add := func(id string, item []byte) bool {
		if len(items) == top {
			more = true
			return false
		}
		items, last = append(items, item), id
		return true
	}
	for ; i < len(t.accounts); i++ {
		a := t.accounts[i]
		id := string(a.user.ID)
		if id <= d.After || !d.follows(id) {
			continue
		}
		for len(gone) > 0 && gone[0].id < id {
			if !add(gone[0].id, gone[0].item) {
				return items, last, more
			}
			gone = gone[1:]
		}
		changed, any := a.since(d.Since, cols)
		if d.Since >= 0 && !any {
			continue
		}
		if !minimal || d.Since < 0 {
			changed = a.everSet(cols)
		}
		if !add(id, appendObject(nil, "", changed, t.person(a))) {
			return items, last, more
		}
	}
	for _, g := range gone {
		if !add(g.id, g.item) {
			break
		}
	}
	return items, last, more
}

func (d delta) follows(id string) bool {
	if d.IDs == nil {
		return true
	}
	_, found := slices.BinarySearch(d.IDs, id)
	return found
}

// since returns the id and those columns that a change after one concerns, and
// whether there are any.
func (a *account) since(tick int, cols []column[person]) (some []column[person], any bool) {
	if a.touches[whole] > max(tick, 0) {
		return cols, true
	}
	for _, k := range cols {
		touched := a.touches[k.name] > max(tick, 0)
		if touched || k.name == "id" {
			some = append(some, k)
		}
		any = any || touched
	}
	return some, any
}

// everSet leaves out of columns what nobody ever filled in: delta queries know
// no null but that of a property that lost its value.
func (a *account) everSet(cols []column[person]) []column[person] {
	some := slices.Clone(cols)
	for i, k := range cols {
		if _, ok := a.touches[k.name]; ok {
			continue
		}
		some[i].write = func(b []byte, v person) []byte {
			from := len(b)
			if b = k.write(b, v); b == nil || string(b[from:]) == "null" {
				return nil
			}
			return b
		}
	}
	return some
}

// A removal is an entry about a user who is not there any more.
type removal struct {
	id   string
	item []byte
}

// removed are the users who were deleted, or left the recycle bin, since the
// client knew, by id.
func (t *Tenant) removed(d delta) []removal {
	if d.Since < 0 {
		return nil
	}
	var all []removal
	for _, u := range t.base.Deleted {
		if string(u.ID) <= d.After || !d.follows(string(u.ID)) || u.DeletedAt.IsZero() {
			continue
		}
		// Deletions are kept by the second: one told twice is better than never.
		between := func(at time.Time) bool { return !at.Before(d.From.Truncate(time.Second)) && !at.After(d.At) }
		reason := ""
		switch a := t.bin[u.ID]; {
		case between(u.DeletedAt.Add(keptDeleted)):
			reason = "deleted"
		case a != nil && a.gone > d.Since, a == nil && between(u.DeletedAt): // without an account, by the snapshot
			reason = "changed"
		default:
			continue
		}
		item := appendString([]byte(`{"id":`), u.ID)
		item = append(appendString(append(item, `,"@removed":{"reason":`...), reason), '}', '}')
		all = append(all, removal{string(u.ID), item})
	}
	slices.SortFunc(all, func(a, b removal) int { return cmp.Compare(a.id, b.id) })
	return all
}
