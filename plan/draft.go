package plan

import (
	"slices"
	"strings"
)

// A draft is a change before it is judged, with what it was made from. Once the
// plan is written the change is the plan's own: of a large tenant, two are too much.
type draft struct {
	*Change
	user   *User
	ruling ruling
	direct *Source
	groups []*Source // held or not, in the order of the snapshot
	facts  *Facts
	waived []*boundWaiver // those that lift decisions on it
}

// A leftFacts is what is left of the facts of drafts once they are judged: what may
// be asked about still. Most leave the same, and share it.
type leftFacts map[leftFact]*Facts

type leftFact struct {
	swapped, mailbox bool // mailbox: the last plan with one goes
	protected        Truth
	signIn           SignInFact
}

func (l leftFacts) of(c *draft) *Facts {
	f := c.facts
	key := leftFact{f.Swapped, c.mailboxGoes(), f.Protected.Matched, f.SignIn}
	key.signIn.Days = 0
	if l[key] == nil {
		left := &Facts{Swapped: key.swapped, Protected: Protection{Matched: key.protected}, SignIn: key.signIn}
		if key.mailbox {
			left.Loses = mailbox.names()
		}
		l[key] = left
	}
	return l[key]
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

// miss records a wanted seat that is not given; lacks is false for one that is
// held already with other service plans.
func (r *requestDraft) miss(b *bound, sku SKU, rule ruling, overrides []Statement, because Because, lacks bool) {
	var groups []GroupName
	if because == NeedsGroup {
		groups = b.giving(sku)
	}
	r.missing = append(r.missing, Missing{
		User: r.user.ref(), Product: b.catalog.ref(sku),
		Reason: rule.by.reason(overrides), Because: because, Groups: groups,
	})
	if lacks {
		r.lacking = append(r.lacking, lack{sku: sku, because: because, carries: b.carries(sku, rule.want.off)})
	}
}

// draft fills in what is known before the rules are asked.
func (d *differ) draft(u *User, sku SKU, rule ruling, action Action, direct *Source, groups []*Source) *draft {
	c := &draft{user: u, ruling: rule, direct: direct, groups: groups, facts: &Facts{}}
	c.Change = &Change{
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

func sortedPlans(ids []PlanID) []PlanID {
	out := append([]PlanID{}, ids...)
	slices.Sort(out)
	return slices.Compact(out)
}

func sameSet(a, b []PlanID) bool {
	return slices.Equal(sortedPlans(a), sortedPlans(b))
}
