package plan

import (
	"slices"
	"time"
)

// GivesBack are the seats that an undo plan gives back when a run carries it
// out, or of which it switches service plans on again, each with the statement
// of the folder that decides about it then. Where a fact is not known that a
// statement asks for, what may decide is there too: one entry each. m is made on
// facts of now: what of p is done already counts as well.
func (m *Made) GivesBack(p *Plan, run string, at time.Time) []GivenBack {
	var out []GivenBack
	who := person{b: m.b}
	changes := p.executable()
	for start := 0; start < len(changes); {
		end := start + 1
		for end < len(changes) && changes[end].Request == changes[start].Request {
			end++
		}
		request := changes[start:end]
		start = end
		u, there := m.in.Snapshot.User(request[0].Request)
		if !there {
			continue
		}
		who.reset(after(u, request))
		for _, c := range request {
			if c.Action != Assign && !c.switchesOn() {
				continue
			}
			for _, hash := range who.deciders(c.SKU()) {
				out = append(out, GivenBack{User: u.ID, SKU: c.SKU(), Run: run, At: at.UTC(), Statement: hash})
			}
		}
	}
	return out
}

// after is a person as a request leaves him.
func after(u *User, request []*Change) *User {
	left := *u
	left.Sources = slices.Clone(u.Sources)
	for _, c := range request {
		left.Sources = slices.DeleteFunc(left.Sources, func(s Source) bool { return s.SKU == c.SKU() && s.Direct() })
		if c.After != nil {
			left.Sources = append(left.Sources, Source{SKU: c.SKU(), State: Active, DisabledPlans: c.After.DisabledPlans})
		}
	}
	return &left
}

// deciders are the hashes of the statements that decide about a product, or may
// once more is known or a keep is over, sorted; one empty hash for nobody.
func (p *person) deciders(sku SKU) []string {
	decided := p.rule(sku)
	hashes := []string{decided.by.hash}
	add := func(r ruling) {
		hashes = append(hashes, r.by.hash)
		if r.doubt != nil {
			hashes = append(hashes, r.doubt.by.hash)
		}
	}
	add(decided)
	// A keep ends one day: what speaks below it decides then.
	p.unkept = true
	add(p.rule(sku))
	for level, r := p.decide(atKeep, sku); r.stance != nobodys; level, r = p.decide(level+1, sku) {
		add(r)
		if r.stance != unevaluated {
			break
		}
	}
	p.unkept = false
	if by, ok := p.b.drops(sku); ok {
		hashes = append(hashes, by.hash)
	}
	slices.Sort(hashes)
	hashes = slices.Compact(hashes)
	if len(hashes) > 1 && hashes[0] == "" {
		hashes = hashes[1:]
	}
	return hashes
}

// undone is the latest undo that gave back what a draft would take, by the
// statement that would take it.
func (p *people) undone(c *draft) UndoneFact {
	var out UndoneFact
	if !c.Takes() {
		return out
	}
	for _, g := range p.givenBack[holdKey{c.user.ID, c.SKU()}] {
		if g.Statement != "" && g.Statement == c.ruling.by.hash && (out.Run == "" || g.At.After(out.At)) {
			out = UndoneFact{Run: g.Run, At: g.At}
		}
	}
	return out
}

// Takes reports whether a change takes something: a direct seat, or a service
// plan of one that is on.
func (c *Change) Takes() bool {
	return c.Action == Unassign && c.Before != nil || c.switchesOff()
}

// switchesOff reports whether a change switches a service plan off that is on.
func (c *Change) switchesOff() bool {
	return c.Action == Adjust && c.Before != nil && c.After != nil && exceed(c.After.DisabledPlans, c.Before.DisabledPlans)
}

// switchesOn reports whether a change switches a service plan on that is off.
func (c *Change) switchesOn() bool {
	return c.Action == Adjust && c.Before != nil && c.After != nil && exceed(c.Before.DisabledPlans, c.After.DisabledPlans)
}

// exceed reports whether a list has what another lacks.
func exceed(list, than []PlanID) bool {
	return slices.ContainsFunc(list, func(id PlanID) bool { return !slices.Contains(than, id) })
}
