package plan

// AnonymousID is what [Anonymize] makes of an id.
func AnonymousID(key []byte, id string) string { return newDisguise(&Snapshot{}, key).id(id) }

// A FamilyRow is a row of the table of plan families.
type FamilyRow struct {
	Family, Name string
	ID           PlanID
}

// FamilyPlans is the table of plan families.
func FamilyPlans() []FamilyRow {
	var out []FamilyRow
	for _, p := range familyPlans {
		out = append(out, FamilyRow{p.family, p.name, p.id})
	}
	return out
}

// Services are the names of the services that a service plan carries.
func Services(id PlanID) []string { return serviceOf(id).names() }

// WillHold is what the plan took people to hold when it is done, of products
// that `holds` asks for.
func (m *Made) WillHold() func(UserID, SKU) (Truth, bool) {
	o := m.b.matcher.will
	return func(id UserID, sku SKU) (Truth, bool) {
		if o == nil || !o.asked[sku] {
			return Unknown, false
		}
		u, _ := m.in.Snapshot.User(id)
		return o.truth(sku, u), true
	}
}

// EachSelector calls f with every selector of the folder.
func (d *Desired) EachSelector(f func(*Selector)) { d.eachSelector(f) }

// Swapped are the ids of the changes that are told to the rules as one half of a swap.
func (m *Made) Swapped() map[string]bool {
	out := map[string]bool{}
	for _, r := range m.diff.requests {
		for _, c := range r.drafts {
			out[c.ID] = c.facts.Swapped
		}
	}
	return out
}

// RoleLists are the lists of Microsoft's roles: those that protect always, the
// other privileged ones, and those that are plain.
func RoleLists() [3]map[RoleID]string {
	return [3]map[RoleID]string{builtInRoles, privilegedRoles, plainRoles}
}

// InOrder puts the requests of a plan into order again, and returns how many.
func (m *Made) InOrder() int {
	order, _ := inOrder(m.diff.requests, m.free())
	return len(order)
}

// InList reports whether a text matches one of a long list of patterns, and
// Matches whether it matches one of them held against it one by one.
func InList(patterns []string, text string) bool { return newWordList(patterns).has(text) }

// Matches is the other way.
func Matches(patterns []string, text string) bool {
	for _, p := range patterns {
		if glob(p, text) {
			return true
		}
	}
	return false
}
