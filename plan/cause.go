package plan

import (
	"cmp"
	"slices"
)

// cause tells why a change stands in this plan, by the baseline of the last apply.
//
// It is config where the statement that decides now was not there in the same
// words, or the one that decided then is gone; drift where somebody changed
// the seat; else a fact about the person changed.
func (b *bound) cause(base *Baseline, c *draft) Cause {
	if base == nil {
		return CauseNew
	}
	_, known := slices.BinarySearch(base.Statements, c.ruling.by.hash)
	_, managed := slices.BinarySearch(base.Managed, c.SKU())
	if !known || !managed {
		return CauseConfig
	}
	if !base.knew(c.user.ID) { // manage.people has grown
		return CauseConfig
	}
	then := base.seat(c.user.ID, c.SKU())
	if then != nil && then.Statement != "" && !b.says(then.Statement) {
		return CauseConfig
	}
	if (then != nil) != (c.direct != nil) || then != nil && !sameSet(then.DisabledPlans, c.direct.DisabledPlans) {
		return CauseDrift
	}
	return CauseFact
}

// says reports whether a statement with the hash stands in the folder.
func (b *bound) says(hash string) bool {
	_, found := slices.BinarySearch(b.hashes, hash)
	return found
}

func (b *Baseline) seat(u UserID, sku SKU) *BaselineSeat {
	i, ok := slices.BinarySearchFunc(b.Seats, BaselineSeat{User: u, SKU: sku}, compareSeats)
	if !ok {
		return nil
	}
	return &b.Seats[i]
}

func compareSeats(x, y BaselineSeat) int {
	return cmp.Or(cmp.Compare(x.User, y.User), cmp.Compare(x.SKU, y.SKU))
}

// drift lists the managed direct seats that differ from the baseline. People
// who are gone are not in it: their seats went with the account.
func (b *bound) drift(base *Baseline) []Drifted {
	out := []Drifted{}
	if base == nil {
		return out
	}
	seats := base.Seats
	for i := range b.s.Users {
		u := &b.s.Users[i]
		start, _ := slices.BinarySearchFunc(seats, BaselineSeat{User: u.ID}, compareSeats)
		seats = seats[start:]
		end := 0
		for end < len(seats) && seats[end].User == u.ID {
			end++
		}
		if b.inside(i) != Yes || !base.knew(u.ID) {
			continue
		}
		out = append(out, b.driftOf(u, seats[:end], base.Managed)...)
	}
	return out
}

func (b *bound) driftOf(u *User, then []BaselineSeat, managed []SKU) []Drifted {
	var out []Drifted
	row := func(sku SKU, what string, at *Source) {
		d := Drifted{User: u.ref(), Product: b.catalog.ref(sku), What: what}
		if at != nil {
			d.At = at.UpdatedAt.UTC()
		}
		out = append(out, d)
	}
	ours := func(sku SKU) bool {
		_, ok := slices.BinarySearch(managed, sku)
		return ok && b.managed[sku]
	}
	for i := range u.Sources {
		s := &u.Sources[i]
		if !s.Direct() || !ours(s.SKU) {
			continue
		}
		j := slices.IndexFunc(then, func(t BaselineSeat) bool { return t.SKU == s.SKU })
		switch {
		case j < 0:
			row(s.SKU, "given", s)
		case !sameSet(then[j].DisabledPlans, s.DisabledPlans):
			row(s.SKU, "adjusted", s)
		}
	}
	for _, t := range then {
		direct, _, _ := holding(u, t.SKU)
		if direct == nil && ours(t.SKU) {
			row(t.SKU, "taken", nil)
		}
	}
	slices.SortFunc(out, func(x, y Drifted) int { return cmp.Compare(x.Product.SKU, y.Product.SKU) })
	return out
}

// Baseline is the tenant as it is now, for the causes of later plans; applied
// is digests.changes of the plan that was carried out. The snapshot of the
// input must have been read after that.
func (m *Made) Baseline(applied string) *Baseline {
	b := m.b
	out := &Baseline{FormatVersion: FormatVersion, Tenant: m.in.Snapshot.Organization.ID, Plan: applied,
		ReadAt: m.in.Snapshot.ReadAt.UTC(), Statements: append([]string{}, b.hashes...),
		Managed: sortedKeys(b.managed), People: b.pilotIDs(), Seats: []BaselineSeat{}}
	p := person{b: b}
	for i := range b.s.Users {
		u := &b.s.Users[i]
		if b.inside(i) != Yes {
			continue
		}
		p.reset(u)
		for j := range u.Sources {
			s := &u.Sources[j]
			if s.Direct() && b.managed[s.SKU] {
				out.Seats = append(out.Seats, BaselineSeat{User: u.ID, SKU: s.SKU,
					DisabledPlans: sortedPlans(s.DisabledPlans), Statement: p.rule(s.SKU).by.hash})
			}
		}
	}
	slices.SortFunc(out.Seats, compareSeats)
	return out
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
