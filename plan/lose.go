package plan

import "slices"

// unknownServices are what a product may carry whose service plans the tenant
// does not tell: whatever would be missed.
const unknownServices = mailbox | files

// carries is what a product gives when some of its service plans are off.
func (b *bound) carries(sku SKU, off []PlanID) service {
	p := b.catalog.bySKU[sku]
	if p == nil {
		return unknownServices
	}
	return p.servicesWithout(off)
}

// keeps is what a source gives for sure: one that is Active, of a product that
// the tenant tells of and that is not suspended. ActiveWithError is a seat that
// Graph is about to take away.
func (b *bound) keeps(s *Source) service {
	p := b.catalog.bySKU[s.SKU]
	if p == nil || s.State != Active || !p.usable() {
		return 0
	}
	return p.servicesWithout(s.DisabledPlans)
}

// takes is what a change takes away, before anything else the person holds is looked at.
func (b *bound) takes(c *draft) service {
	switch {
	case c.direct == nil:
		return 0
	case c.Action == Unassign:
		return b.carries(c.direct.SKU, c.direct.DisabledPlans)
	case c.Action == Adjust:
		return b.carries(c.direct.SKU, c.direct.DisabledPlans) &^ b.carries(c.direct.SKU, c.After.DisabledPlans)
	}
	return 0
}

// loses says for each change that goes which services the person has no plan
// of any more when all that go are carried out. Changes that stay count as
// not made.
func (b *bound) loses(r *requestDraft, goes func(*draft) bool) map[*draft]service {
	taken := map[SKU]bool{}
	var left service
	for _, c := range r.drafts {
		switch {
		case !goes(c):
		case c.Action == Unassign && c.direct != nil:
			taken[c.SKU()] = true
		case c.Action == Adjust:
			taken[c.SKU()] = true
			left |= b.carries(c.direct.SKU, c.After.DisabledPlans)
		case c.Action == Assign:
			left |= b.carries(c.SKU(), c.After.DisabledPlans)
		}
	}
	for i := range r.user.Sources {
		if s := &r.user.Sources[i]; !s.Direct() || !taken[s.SKU] {
			left |= b.keeps(s)
		}
	}
	out := map[*draft]service{}
	for _, c := range r.drafts {
		if goes(c) {
			out[c] = b.takes(c) &^ left
		}
	}
	return out
}

// missingFor lists the wanted products that cannot be given and carry a
// service of the seat that the change takes, or shall take its place (R112). A direct copy of a seat
// that stays through a group is not stopped.
func (b *bound) missingFor(r *requestDraft, c *draft) []MissingReplacement {
	out := []MissingReplacement{}
	for _, l := range r.lacking {
		both, instead := b.takes(c)&l.carries, c.ruling.with == l.sku
		if c.Lost() && (both != 0 || instead) || instead && c.ruling.copied {
			out = append(out, MissingReplacement{Product: b.catalog.ref(l.sku), Because: l.because, Services: both.names(), Instead: instead && c.ruling.copied})
		}
	}
	return out
}

// lossNames are the services that R107 speaks of.
func lossNames(s service) []string { return (s & (mailbox | files)).names() }

// effects says in words what a change does to the person.
func (b *bound) effects(c *draft, lost service) []Effect {
	out := []Effect{}
	switch {
	case c.Action == Unassign && c.direct != nil && c.Held.ThroughGroup():
		out = append(out, Effect{Kind: "seat", Text: "the seat stays through " + stays(c.Held) + "; nothing is freed"})
	case c.Lost():
		out = append(out, Effect{Kind: "seat", Text: "the seat becomes free"})
	}
	for _, e := range lossEffects {
		if lost&e.service != 0 {
			out = append(out, e.Effect)
		}
	}
	switch {
	case c.Action == Adjust:
		out = append(out, b.switched(c)...)
	case c.Action == Assign && len(c.After.DisabledPlans)+len(c.ruling.from) > 0:
		out = append(out, b.carried(c)...)
	}
	return out
}

// lossEffects are the figures of Microsoft's documentation (Microsoft 365
// admin center "Unassign licenses", SharePoint "Manage unlicensed OneDrive
// accounts"); the time counts from apply.
var lossEffects = [...]struct {
	service service
	Effect
}{
	{mailbox, Effect{Kind: "mailbox", Text: "mailbox: gone 30 days after apply, unless a licence with one is given back", RecoverableFor: "P30D"}},
	{files, Effect{Kind: "files", Text: "OneDrive: read-only after 60 days, archived after 93", RecoverableFor: "P60D"}},
	{teams, Effect{Kind: "teams", Text: "Teams: sign-in stops"}},
	{phone, Effect{Kind: "phone", Text: "phone: the number stays bound to the account; unassign it first"}},
	{office, Effect{Kind: "office", Text: "Office apps: view and print only within 30 days"}},
}

func stays(h Held) string {
	for _, g := range h.Groups {
		if g.State == Active || g.State == ActiveWithError {
			return g.Name
		}
	}
	return "a group"
}

// switched lists the service plans that an adjust turns on and off.
func (b *bound) switched(c *draft) []Effect {
	p := b.catalog.bySKU[c.SKU()]
	var out []Effect
	for _, id := range c.After.DisabledPlans {
		if !slices.Contains(c.Before.DisabledPlans, id) {
			out = append(out, Effect{Kind: "plans", Text: "switches off " + p.planName(id)})
		}
	}
	for _, id := range c.Before.DisabledPlans {
		if !slices.Contains(c.After.DisabledPlans, id) {
			out = append(out, Effect{Kind: "plans", Text: "switches on " + p.planName(id)})
		}
	}
	return out
}

func (p *Product) planName(id PlanID) string {
	if p != nil {
		for _, sp := range p.Plans {
			if sp.ID == id && sp.Name != "" {
				return sp.Name
			}
		}
	}
	return string(id)
}
