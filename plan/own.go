package plan

import "strings"

// prepare tells what the input says beside folder and tenant: who acts, and what
// undos gave back.
func (p *people) prepare(in *Input) {
	if in.Snapshot.Actor.Kind == ActorPerson {
		p.actor = UserID(strings.ToLower(in.Snapshot.Actor.ID))
	}
	p.apply = in.Apply
	p.givenBack = map[holdKey][]GivenBack{}
	for _, g := range in.GivenBack {
		k := holdKey{g.User, g.SKU}
		p.givenBack[k] = append(p.givenBack[k], g)
	}
}

// own reports whether a change takes something from the person who acts: a
// product, or service plans of one.
func (p *people) own(c *Change) bool {
	return p.actor != "" && c.Request == p.actor && (c.Lost() || c.switchesOff())
}

// ownNotes say in a plan what an apply by the same person leaves out (R111).
func (m *Made) ownNotes() []Note {
	if m.in.Apply || m.in.Desired.Settings.Auth.Apart() {
		return nil
	}
	var notes []Note
	for _, c := range m.Plan.executable() {
		if m.people.own(c) {
			notes = append(notes, Note{Code: "own-access", Text: "R111: " + c.User.UserPrincipalName + " makes this plan, and would lose " + c.Product.PartNumber +
				" or a part of it: an apply by the same person leaves that out"})
		}
	}
	return notes
}
