package plan

import "slices"

// pilotName is what messages call manage.people.
const pilotName = "manage.people"

// bindPilot finds out whom manage.people chooses.
func (b *bound) bindPilot() {
	s := b.d.Settings.Manage.People
	if s == nil {
		return
	}
	b.pilot = make([]Truth, len(b.s.Users))
	inside := 0
	for i := range b.s.Users {
		if b.pilot[i] = b.matcher.match(s, &b.s.Users[i]).truth(); b.pilot[i] == Yes {
			inside++
		}
	}
	b.matchesNobody(audience{selectors: []*Selector{s}})
	b.notes = append(b.notes, Note{Code: "pilot", Text: s.Place.File + ":" + itoa(s.Place.Line) + ": " + pilotName + " chooses " + itoa(inside) +
		" of " + count(len(b.s.Users), "account") + "; all others stay as they are"})
}

// inside answers whether the i-th user is one whom a plan may be about. Unknown
// is outside, too.
func (b *bound) inside(i int) Truth {
	if b.pilot == nil {
		return Yes
	}
	return b.pilot[i]
}

// outside reports whether manage.people does not choose a person, or may not.
func (b *bound) outside(id UserID) bool {
	if b.pilot == nil {
		return false
	}
	i, ok := b.s.index(id)
	return !ok || b.pilot[i] != Yes
}

// pilotRef stands for manage.people where it leaves somebody out.
func (b *bound) pilotRef() ref {
	return ref{Ref: &Ref{Kind: KindSettings, Name: pilotName, Place: b.d.Settings.Manage.People.Place}}
}

// doubt lists a person of whom it is not known whether manage.people chooses
// him, if the folder would otherwise say something of him.
func (d *differ) doubt(u *User) {
	if d.shadow == nil {
		d.shadow = d.b.newDiffer()
	}
	if d.shadow.speaks(u) {
		d.unknown(u, ruling{by: d.b.pilotRef(), fact: d.b.matcher.unknownFact(d.b.d.Settings.Manage.People, u)})
	}
}

// speaks reports whether the folder says something of a person that a plan
// would show. What d found out before is forgotten.
func (d *differ) speaks(u *User) bool {
	d.out = d.b.newDiffer().out
	d.compare(u)
	return len(d.out.requests)+len(d.out.notEvaluated)+len(d.out.inherited) > 0
}

// inSync counts the people whom the plan may be about and of whom it says nothing.
func (m *Made) inSync(touched map[UserID]bool) int {
	if m.b.pilot == nil {
		return m.in.Snapshot.total() - len(touched)
	}
	n := 0
	for i := range m.in.Snapshot.Users {
		if m.b.pilot[i] == Yes && !touched[m.in.Snapshot.Users[i].ID] {
			n++
		}
	}
	return n
}

// pilotIDs are the people whom manage.people chooses, sorted; nil is everyone.
func (b *bound) pilotIDs() []UserID {
	if b.pilot == nil {
		return nil
	}
	ids := []UserID{}
	for i := range b.s.Users {
		if b.pilot[i] == Yes {
			ids = append(ids, b.s.Users[i].ID)
		}
	}
	return ids
}

// knew reports whether a person was one whom the plan could be about when the
// baseline was written: of others it says nothing.
func (base *Baseline) knew(id UserID) bool {
	if base.People == nil {
		return true
	}
	_, found := slices.BinarySearch(base.People, id)
	return found
}
