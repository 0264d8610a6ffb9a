package plan

import (
	"slices"
	"strings"
)

// A draft is a change before it is judged, with what it was made from.
type draft struct {
	Change
	user   *User
	ruling ruling
	direct *Source
	groups []*Source // held or not, in the order of the snapshot
	facts  Facts
}

// A requestDraft is everything about one user: the changes, and what is wanted and not given.
type requestDraft struct {
	user    *User
	drafts  []*draft
	missing []Missing
	// lacking are the missing products, for R112.
	lacking []lack
	// skipped are the statements by whose `dataLoss: skip` a seat is kept.
	skipped []string
	// place, served and barren are the desk's: where it stands in line, whether
	// it had its turn, and that it frees no seat as long as it lacks one.
	place          int
	served, barren bool
}

// A lack is a wanted product that is not held and not given, and its services.
type lack struct {
	sku     SKU
	because Because
	carries service
}

// A difference is what wanted and held differ in, user by user.
type difference struct {
	requests     []*requestDraft // only users with changes or missing seats, by user id
	inherited    map[inheritedKey]int
	notEvaluated []NotEvaluated
	unsourced    int // R113 cases that are left alone
	waiting      []Note
	duplicates   map[SKU][]string          // held directly and through a group, and left so: by name
	failed       map[inheritedKey][]string // not given by a group that should: by name
	moved        []string                  // undo: seats that are no longer as the run left them
	direct       directCounts
}

type inheritedKey struct {
	group GroupID
	sku   SKU
}

// directCounts are the bases of the percentage guards.
type directCounts struct {
	all   int
	bySKU map[SKU]int
}

// A differ compares users one after another, keeping its memory between them.
type differ struct {
	b    *bound
	p    person
	out  difference
	skus []SKU
}

// diff compares everyone. It is a pass over all people, so that for who is in
// sync nothing is allocated. A limited plan looks at some people only.
func (b *bound) diff(limit func(*User) bool) *difference {
	d := &differ{b: b, p: person{b: b}}
	d.out.inherited = map[inheritedKey]int{}
	d.out.duplicates, d.out.failed = map[SKU][]string{}, map[inheritedKey][]string{}
	d.out.direct.bySKU = map[SKU]int{}
	for i := range b.s.Users {
		u := &b.s.Users[i]
		d.count(u)
		if limit == nil || limit(u) {
			d.compare(u)
		}
	}
	return &d.out
}

// count adds to the direct seats of known source.
func (d *differ) count(u *User) {
	for i := range u.Sources {
		if s := &u.Sources[i]; s.Direct() {
			d.out.direct.all++
			d.out.direct.bySKU[s.SKU]++
		}
	}
}

func (d *differ) compare(u *User) {
	d.p.reset(u)
	d.skus = d.p.wants(d.skus[:0])
	for i := range u.Sources {
		d.skus = append(d.skus, u.Sources[i].SKU)
	}
	d.skus = append(d.skus, u.Unsourced...)
	slices.Sort(d.skus)
	var r *requestDraft
	var last SKU
	for _, sku := range d.skus {
		if sku == last || !d.b.managed[sku] {
			continue
		}
		last = sku
		r = d.seat(r, u, sku)
	}
	if r != nil {
		d.out.requests = append(d.out.requests, r)
	}
}

// holding gathers how a user holds a product.
func holding(u *User, sku SKU) (direct *Source, groups []*Source, through bool) {
	for i := range u.Sources {
		s := &u.Sources[i]
		switch {
		case s.SKU != sku:
		case s.Direct():
			direct = s
		default:
			groups = append(groups, s)
			through = through || s.Held()
		}
	}
	return direct, groups, through
}

// list notes what is no change and still worth knowing: seats that are held
// twice and left so, and seats that a group fails to give.
func (d *differ) list(u *User, sku SKU, direct *Source, groups []*Source, through bool) {
	if direct != nil && through && d.b.d.Settings.Manage.Duplicates == DuplicatesKeep {
		d.out.duplicates[sku] = append(d.out.duplicates[sku], u.UserPrincipalName)
	}
	for _, g := range groups {
		if !g.Held() {
			key := inheritedKey{g.Group, sku}
			d.out.failed[key] = append(d.out.failed[key], u.UserPrincipalName)
		}
	}
}

// doubled reports whether Graph shows a seat as given directly more than once:
// then nobody knows which of them counts.
func doubled(u *User, sku SKU) bool {
	n := 0
	for i := range u.Sources {
		if s := &u.Sources[i]; s.SKU == sku && s.Direct() {
			n++
		}
	}
	return n > 1
}

// seat applies the table "from wanted and held to a change" of design.md section 2.
func (d *differ) seat(r *requestDraft, u *User, sku SKU) *requestDraft {
	rule := d.p.rule(sku)
	direct, groups, through := holding(u, sku)
	d.list(u, sku, direct, groups, through)
	if direct == nil && slices.Contains(u.Unsourced, sku) || doubled(u, sku) {
		return d.unknownSource(r, u, sku, rule)
	}
	switch rule.stance {
	case kept:
	case unevaluated:
		if direct != nil || through { // else there is nothing to keep
			d.unknown(u, rule)
		}
	case nobodys:
		if direct != nil && through && d.b.d.Settings.Manage.Duplicates == DuplicatesRemove {
			return d.duplicate(r, u, sku, ruling{by: d.b.duplicatesRef()}, direct, direct, groups)
		}
	case wanted:
		return d.wanted(r, u, sku, rule, direct, groups, through)
	case unwanted:
		return d.unwanted(r, u, sku, rule, direct, groups, through)
	}
	return r
}

func (d *differ) wanted(r *requestDraft, u *User, sku SKU, rule ruling, direct *Source, groups []*Source, through bool) *requestDraft {
	differs := direct != nil && rule.want.given && !sameSet(direct.DisabledPlans, rule.want.off)
	switch {
	case direct == nil && through:
		return r
	case direct == nil:
		return d.give(r, u, sku, rule, Assign, nil, groups)
	case through && d.b.d.Settings.Manage.Duplicates == DuplicatesRemove:
		asWanted := *direct
		if differs {
			asWanted.DisabledPlans = rule.want.off
		}
		if differs && !d.b.covers(sku, &asWanted, groups) {
			return d.give(r, u, sku, rule, Adjust, direct, groups)
		}
		rule.by = d.b.duplicatesRef()
		return d.duplicate(r, u, sku, rule, &asWanted, direct, groups)
	case differs:
		return d.give(r, u, sku, rule, Adjust, direct, groups)
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
	c.Action = Unassign // R113 is shown as what it would take, design.md section 4
	c.After = nil
	c.facts.Source = "unknown"
	return d.add(r, c)
}

// duplicate takes the direct copy of a seat that groups give as well, once
// they give at least the same as it shall give.
func (d *differ) duplicate(r *requestDraft, u *User, sku SKU, rule ruling, asWanted, direct *Source, groups []*Source) *requestDraft {
	if !d.b.covers(sku, asWanted, groups) {
		d.out.waiting = append(d.out.waiting, Note{Code: "duplicate-waits", Text: u.UserPrincipalName + " keeps the direct " +
			d.b.catalog.ref(sku).PartNumber + ": the group's copy is not Active, or gives less"})
		return r
	}
	rule.loss = LossDeny
	return d.add(r, d.draft(u, sku, rule, Unassign, direct, groups))
}

// covers reports whether all Active copies through groups together give at
// least the service plans of the direct one.
func (b *bound) covers(sku SKU, direct *Source, groups []*Source) bool {
	p := b.catalog.bySKU[sku]
	active := false
	lost := map[PlanID]int{} // by how many Active copies a plan is switched off
	n := 0
	for _, g := range groups {
		if g.State != Active {
			continue
		}
		active = true
		n++
		for _, id := range sortedPlans(g.DisabledPlans) {
			lost[id]++
		}
	}
	if !active {
		return false
	}
	for id, times := range lost {
		inProduct := p == nil || slices.ContainsFunc(p.Plans, func(sp ServicePlan) bool { return sp.ID == id })
		if times == n && inProduct && !slices.Contains(direct.DisabledPlans, id) {
			return false
		}
	}
	return true
}

// give drafts an assign or adjust, or says why the seat is missing.
func (d *differ) give(r *requestDraft, u *User, sku SKU, rule ruling, action Action, direct *Source, groups []*Source) *requestDraft {
	p := d.b.catalog.bySKU[sku]
	because := Because("")
	switch {
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

// miss records a wanted seat that is not given; lacks is false for one that is
// held already with other service plans.
func (r *requestDraft) miss(b *bound, sku SKU, rule ruling, overrides []Statement, because Because, lacks bool) {
	r.missing = append(r.missing, Missing{
		User: r.user.ref(), Product: b.catalog.ref(sku),
		Reason: rule.by.reason(overrides), Because: because,
	})
	if lacks {
		r.lacking = append(r.lacking, lack{sku: sku, because: because, carries: b.carries(sku, rule.want.off)})
	}
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

// draft fills in what is known before the rules are asked.
func (d *differ) draft(u *User, sku SKU, rule ruling, action Action, direct *Source, groups []*Source) *draft {
	c := &draft{user: u, ruling: rule, direct: direct, groups: groups}
	c.Change = Change{
		ID: string(u.ID) + "/" + string(sku), Request: u.ID, Action: action,
		User: u.ref(), Product: d.b.catalog.ref(sku), Held: d.b.held(direct, groups),
		Reason:  rule.by.reason(d.p.overrides(sku, rule)),
		Effects: []Effect{}, Decisions: []Decision{},
	}
	if direct != nil {
		c.Before = &Grant{DisabledPlans: sortedPlans(direct.DisabledPlans)}
	}
	if action != Unassign {
		c.After = &Grant{DisabledPlans: sortedPlans(rule.want.off)}
	}
	c.facts.Source = source(direct, c.Held)
	return c
}

func source(direct *Source, h Held) string {
	switch through := h.ThroughGroup(); {
	case direct != nil && through:
		return "both"
	case direct != nil:
		return "direct"
	case through:
		return "group"
	}
	return "none"
}

func (u *User) ref() UserRef {
	return UserRef{ID: u.ID, UserPrincipalName: u.UserPrincipalName, DisplayName: u.DisplayName, AccountEnabled: u.AccountEnabled}
}

func (r ref) reason(overrides []Statement) Reason {
	s := r.statement()
	return Reason{Statement: s.Statement, Kind: s.Kind, File: s.File, Line: s.Line, Overrides: overrides}
}

// held describes how a seat is held, naming the groups.
func (b *bound) held(direct *Source, groups []*Source) Held {
	h := Held{Direct: direct != nil, Groups: []HeldGroup{}}
	if direct != nil {
		h.UpdatedAt = direct.UpdatedAt.UTC()
	}
	for _, g := range groups {
		row := HeldGroup{ID: g.Group, Name: string(g.Group), State: g.State}
		if known := b.group(g.Group); known != nil {
			row.Name, row.Dynamic, row.Synced = known.DisplayName, TruthOf(known.Dynamic()), TruthOf(known.Synced)
		}
		h.Groups = append(h.Groups, row)
	}
	slices.SortFunc(h.Groups, func(x, y HeldGroup) int { return strings.Compare(string(x.ID), string(y.ID)) })
	return h
}

func (b *bound) group(id GroupID) *Group {
	i, ok := slices.BinarySearchFunc(b.s.Groups, id, func(g Group, id GroupID) int { return strings.Compare(string(g.ID), string(id)) })
	if !ok {
		return nil
	}
	return &b.s.Groups[i]
}

// duplicatesRef stands for manage.duplicates where it decides.
func (b *bound) duplicatesRef() ref {
	r := &Ref{Kind: KindSettings, Name: "duplicates: remove", Place: b.d.Settings.Manage.DuplicatesPlace}
	return ref{Ref: r, hash: "duplicates: remove"}
}

func sortedPlans(ids []PlanID) []PlanID {
	out := append([]PlanID{}, ids...)
	slices.Sort(out)
	return slices.Compact(out)
}

func sameSet(a, b []PlanID) bool {
	return slices.Equal(sortedPlans(a), sortedPlans(b))
}
