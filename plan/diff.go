package plan

import (
	"slices"
)

// A difference is what wanted and held differ in, user by user.
type difference struct {
	requests     []*requestDraft // only users with changes or missing seats, by user id
	inherited    map[inheritedKey]int
	notEvaluated []NotEvaluated
	unsourced    int // R113 cases that are left alone
	waiting      []Note
	duplicates   map[SKU][]string          // held directly and through a group, and left so: by name
	failed       map[inheritedKey][]string // not given by a group that should: by name
	alone        map[SKU][]string          // held directly where a group shall give them: by name
	direct       directCounts
	left         map[UserID]bool // whose requests --product leaves out
}

type inheritedKey struct {
	group GroupID
	sku   SKU
}

// directCounts are the bases of the percentage guards: of each product what the
// tenant holds, and of all what the people hold whom a plan may be about.
type directCounts struct {
	all    int
	inside map[SKU]int // of all, by product
	bySKU  map[SKU]int
}

// A differ compares users one after another, keeping its memory between them.
type differ struct {
	b    *bound
	p    person
	out  difference
	skus []SKU
	// shadow compares people of whom it is not known whether they matter.
	shadow *differ
}

func (b *bound) newDiffer() *differ {
	d := &differ{b: b, p: person{b: b}}
	d.out.inherited = map[inheritedKey]int{}
	d.out.duplicates, d.out.failed, d.out.alone = map[SKU][]string{}, map[inheritedKey][]string{}, map[SKU][]string{}
	d.out.direct.bySKU = map[SKU]int{}
	d.out.direct.inside = d.out.direct.bySKU
	if b.pilot != nil {
		d.out.direct.inside = map[SKU]int{}
	}
	return d
}

// diff compares everyone. It is a pass over all people, so that for who is in
// sync nothing is allocated. A limited plan looks at some people only.
func (b *bound) diff(limit func(*User) bool) *difference {
	d := b.newDiffer()
	for i := range b.s.Users {
		u := &b.s.Users[i]
		inside := b.inside(i)
		d.count(u, inside)
		switch {
		case inside == No || limit != nil && !limit(u):
		case inside == Unknown:
			d.doubt(u)
		default:
			d.compare(u)
		}
	}
	return &d.out
}

// count adds to the direct seats of known source.
func (d *differ) count(u *User, inside Truth) {
	c := &d.out.direct
	for i := range u.Sources {
		s := &u.Sources[i]
		if !s.Direct() {
			continue
		}
		c.bySKU[s.SKU]++
		if inside != Yes {
			continue
		}
		c.all++
		if d.b.pilot != nil {
			c.inside[s.SKU]++
		}
	}
}

func (d *differ) compare(u *User) {
	var r *requestDraft
	for _, sku := range d.atStake(u) {
		r = d.seat(r, u, sku)
	}
	if r != nil {
		d.out.requests = append(d.out.requests, r)
	}
}

// atStake are the managed products that a person holds or may be wanted to,
// sorted; the slice is d's own. The person is asked about anew.
func (d *differ) atStake(u *User) []SKU {
	d.p.reset(u)
	d.skus = d.p.wants(d.skus[:0])
	for i := range u.Sources {
		d.skus = append(d.skus, u.Sources[i].SKU)
	}
	d.skus = append(d.skus, u.Unsourced...)
	slices.Sort(d.skus)
	managed := d.skus[:0]
	var last SKU
	for _, sku := range d.skus {
		if sku != last && d.b.managed[sku] {
			managed = append(managed, sku)
		}
		last = sku
	}
	return managed
}

// seat turns what is wanted and how the seat is held into a change, or into what
// else the plan says of it; TestTable has the cases one by one.
func (d *differ) seat(r *requestDraft, u *User, sku SKU) *requestDraft {
	rule := d.p.rule(sku)
	direct, groups, through := holding(u, sku)
	d.list(u, sku, rule, direct, groups, through)
	if direct == nil && slices.Contains(u.Unsourced, sku) || doubled(u, sku) {
		return d.unknownSource(r, u, sku, rule)
	}
	switch rule.stance {
	case kept:
	case unevaluated:
		if direct == nil && !through {
			return r // there is nothing to keep
		}
		if unsure, ok := d.p.unsure(sku, rule); ok {
			d.unknown(u, unsure)
		}
	case nobodys:
		if direct == nil || !through {
			return r
		}
		if by, ok := d.b.drops(sku); ok && rule.doubt == nil {
			return d.duplicate(r, u, sku, ruling{by: by}, direct, direct, groups)
		}
	case wanted:
		return d.wanted(r, u, sku, rule, direct, groups, through)
	case unwanted:
		return d.unwanted(r, u, sku, rule, direct, groups, through)
	}
	return r
}

func (d *differ) wanted(r *requestDraft, u *User, sku SKU, rule ruling, direct *Source, groups []*Source, through bool) *requestDraft {
	differs := direct != nil && rule.want.given && !sameSet(direct.DisabledPlans, rule.want.off) && rule.doubt == nil
	switch {
	case direct == nil && through:
		return r
	case direct == nil:
		return d.give(r, u, sku, rule, Assign, nil, groups)
	case through:
		return d.both(r, u, sku, rule, differs, direct, groups)
	case differs:
		return d.give(r, u, sku, rule, Adjust, direct, groups)
	}
	return r
}

// both is for a wanted seat that is held directly and through groups.
func (d *differ) both(r *requestDraft, u *User, sku SKU, rule ruling, differs bool, direct *Source, groups []*Source) *requestDraft {
	by, goes := d.b.drops(sku)
	goes = goes && rule.doubt == nil // who is not evaluated keeps it as it is
	asWanted := *direct
	if differs {
		asWanted.DisabledPlans = rule.want.off
	}
	switch {
	case differs && (!goes || !d.b.covers(sku, &asWanted, groups)):
		return d.give(r, u, sku, rule, Adjust, direct, groups)
	case goes:
		rule.by = by
		return d.duplicate(r, u, sku, rule, &asWanted, direct, groups)
	}
	return r
}

func (d *differ) unwanted(r *requestDraft, u *User, sku SKU, rule ruling, direct *Source, groups []*Source, through bool) *requestDraft {
	switch {
	case direct != nil:
		return d.add(r, d.draft(u, sku, rule, Unassign, direct, groups))
	case !through:
		return r
	case rule.named || d.b.d.Settings.Manage.Inherited == InheritedBlock:
		c := d.draft(u, sku, rule, Unassign, nil, groups)
		c.facts.Inherited = true
		return d.add(r, c)
	}
	for _, g := range groups {
		if g.Held() {
			d.out.inherited[inheritedKey{g.Group, sku}]++
		}
	}
	return r
}

// unknownSource is for a product in assignedLicenses of which Graph does not
// say where it comes from: blocked where something would be done, else left alone.
func (d *differ) unknownSource(r *requestDraft, u *User, sku SKU, rule ruling) *requestDraft {
	if rule.stance != unwanted && (rule.stance != wanted || !rule.want.given) {
		d.out.unsourced++
		return r
	}
	action := Unassign
	if rule.stance == wanted {
		action = Adjust
	}
	c := d.draft(u, sku, rule, action, nil, nil)
	c.Action = Unassign // R113 is shown as what it would take
	c.After = nil
	c.facts.Source = "unknown"
	return d.add(r, c)
}

// give drafts an assign or adjust, or says why the seat is missing.
func (d *differ) give(r *requestDraft, u *User, sku SKU, rule ruling, action Action, direct *Source, groups []*Source) *requestDraft {
	p := d.b.catalog.bySKU[sku]
	because := Because("")
	switch {
	case action == Assign && d.b.viaGroup(sku):
		because = NeedsGroup
	case !d.b.d.Settings.Manage.Assign && action == Adjust:
		because = NeedsAdjust
	case !d.b.d.Settings.Manage.Assign:
		because = AssignOff
	case p == nil || !p.Assignable():
		because = NotAssignable
	case u.UsageLocation == "":
		because = NoLocation
	}
	if because == "" {
		return d.add(r, d.draft(u, sku, rule, action, direct, groups))
	}
	r = d.request(r, u)
	r.miss(d.b, sku, rule, d.p.overrides(sku, rule), because, action == Assign)
	return r
}

func (d *differ) unknown(u *User, rule ruling) {
	n := NotEvaluated{User: u.ref(), Statement: rule.by.Name, File: rule.by.File, Line: rule.by.Line, Fact: rule.fact}
	for i := len(d.out.notEvaluated) - 1; i >= 0 && d.out.notEvaluated[i].User.ID == u.ID; i-- {
		if d.out.notEvaluated[i] == n {
			return
		}
	}
	d.out.notEvaluated = append(d.out.notEvaluated, n)
}

func (d *differ) request(r *requestDraft, u *User) *requestDraft {
	if r == nil {
		r = &requestDraft{user: u}
	}
	return r
}

func (d *differ) add(r *requestDraft, c *draft) *requestDraft {
	r = d.request(r, c.user)
	r.drafts = append(r.drafts, c)
	return r
}
