package simulator

import (
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// The states of a group's licenseProcessingState.
const (
	queued     = "QueuedForProcessing"
	inProgress = "ProcessingInProgress"
	complete   = "ProcessingComplete"
)

// processing returns the state of a group's licenseProcessingState, or "" for
// null: a group that neither gives nor just gave anything. The caller holds mu.
func (t *Tenant) processing(id plan.GroupID) string {
	now := t.o.Now()
	for _, j := range t.jobs {
		if j.group != id || j.user != "" || !now.Before(j.due) {
			continue
		}
		if now.Before(j.at.Add(j.due.Sub(j.at) / 2)) {
			return queued
		}
		return inProgress
	}
	if g := t.groups[id]; g == nil || len(g.Gives) == 0 {
		return ""
	}
	return complete
}

// inError returns who has a seat through a group that shows an error, sorted
// by id: the group's membersWithLicenseErrors. The caller holds mu.
func (t *Tenant) inError(id plan.GroupID) []*account {
	var all []*account
	for _, a := range t.accounts {
		if slices.ContainsFunc(t.held(a).sources, func(s plan.Source) bool { return s.Group == id && failed(s) }) {
			all = append(all, a)
		}
	}
	return all
}

func (t *Tenant) assignGroupLicense(c *call) (*answer, error) {
	o, err := readOrder(c)
	if err != nil {
		return nil, err
	}
	id, err := t.groupID(c, groupRoles())
	if err != nil {
		return nil, err
	}
	if err := t.commit(c.now, &entry{Kind: assignGroup, Group: id, Add: o.add, Remove: o.remove}); err != nil {
		return nil, err
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	a, err := t.getGroup(c)
	if err != nil {
		return nil, err
	}
	a.status = http.StatusAccepted
	a.header = map[string]string{"Location": c.root + "/v2/" + string(t.base.Organization.ID) + "/directoryObjects/" + string(id) + "/Microsoft.DirectoryServices.Group"}
	return a, nil
}

// groupID returns the group that a write is about, and refuses a signed-in
// person who has none of the roles.
func (t *Tenant) groupID(c *call, roles []string) (plan.GroupID, error) {
	if !t.mayAs(c.who, roles) {
		return "", denied()
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	g, err := t.group(c.args[0])
	if err != nil {
		return "", err
	}
	return g.ID, nil
}

// prepareGroup judges what a group shall give. Units and locations are the
// members' matter, later.
func (t *Tenant) prepareGroup(e *entry) (func(mark), error) {
	g := t.groups[e.Group]
	if g == nil {
		return nil, notFound(string(e.Group))
	}
	if !g.SecurityEnabled {
		return nil, badRequest("License assignment failed because the group is not security enabled.")
	}
	before := gift(g.Gives)
	o := order{e.Add, e.Remove}.settle(before)
	e.Add = o.add
	next := before
	for _, sku := range o.remove {
		if _, ok := before.direct(sku); !ok {
			return nil, badRequest("Group does not have a corresponding license.")
		}
		next = next.without(sku)
	}
	for _, add := range o.add {
		s, err := t.fit(add)
		if err != nil {
			return nil, err
		}
		if _, had := before.direct(add.SKU); !had && !s.Assignable() {
			return nil, noUnits(add.SKU)
		}
		next = next.with(plan.Source{SKU: add.SKU, State: plan.Active, DisabledPlans: add.DisabledPlans})
	}
	if err := t.lawful(before, next); err != nil {
		return nil, err
	}
	return func(m mark) {
		t.alter(m.seq, func() {
			if _, ok := t.given[g.ID]; !ok {
				t.given[g.ID] = g.Gives
			}
			g.Gives = nil
			for _, s := range next.sources {
				g.Gives = append(g.Gives, plan.Given{SKU: s.SKU, DisabledPlans: s.DisabledPlans})
			}
			t.later(job{at: e.At, due: e.Due, seq: e.Seq, group: g.ID, gives: g.Gives, draw: e.Draw})
		})
	}, nil
}

// gift is what a group gives, as if a user held it.
func gift(gives []plan.Given) holding {
	var h holding
	for _, g := range gives {
		h.sources = append(h.sources, plan.Source{SKU: g.SKU, State: plan.Active, DisabledPlans: g.DisabledPlans})
	}
	slices.SortFunc(h.sources, compareSources)
	return h
}

// inDraw returns whom a group's licences reach, in the order in which they get
// their seats. Where nobody could read the members, they are those who have a
// seat through the group.
func (t *Tenant) inDraw(g *plan.Group, draw uint64) []*account {
	var all []*account
	if g.MembersRead {
		for _, id := range g.Members {
			if a := t.byID[id]; a != nil {
				all = append(all, a)
			}
		}
	} else {
		for _, a := range t.accounts {
			if slices.ContainsFunc(a.now.sources, func(s plan.Source) bool { return s.Group == g.ID }) {
				all = append(all, a)
			}
		}
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(g.ID)) // never fails
	rand.New(rand.NewPCG(draw, h.Sum64())).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// reconcile gives a user what a group gives him by now, or what error comes
// of it. Its caller holds writes.
func (t *Tenant) reconcile(a *account, g *plan.Group, at time.Time) {
	if g == nil {
		return
	}
	var gives []plan.Given
	if t.within(a, g) {
		var ok bool
		if gives, ok = t.given[g.ID]; !ok {
			gives = g.Gives
		}
	}
	next := t.atOnce(a, g.ID, gives, at)
	if !t.affordable(a.now, next) || t.breach(a.now, next) != nil {
		next = t.oneByOne(a, g.ID, gives, at)
	}
	if !sameSources(a.now.sources, next.sources) {
		t.install(a, next, t.mark(t.seq, at))
	}
}

// within reports whether a user is directly in a group, as far as anybody knows.
func (t *Tenant) within(a *account, g *plan.Group) bool {
	_, in := slices.BinarySearch(g.Members, a.user.ID)
	return in || !g.MembersRead
}

// atOnce is what a user holds if all that a group gives, and only that, came
// to him without an error.
func (t *Tenant) atOnce(a *account, group plan.GroupID, gives []plan.Given, at time.Time) holding {
	next := a.now
	for _, s := range a.now.sources {
		if s.Group == group && !slices.ContainsFunc(gives, func(g plan.Given) bool { return g.SKU == s.SKU }) {
			next = next.less(s.SKU, group)
		}
	}
	for _, g := range gives {
		next = next.through(group, g, plan.Active, "", at)
	}
	return next
}

// oneByOne gives what can be given, and says of the rest why not. What cannot
// be taken, because something needs it, stays with an error.
func (t *Tenant) oneByOne(a *account, group plan.GroupID, gives []plan.Given, at time.Time) holding {
	next := a.now
	for _, g := range gives {
		with := next.through(group, g, plan.Active, "", at)
		old, had := next.source(g.SKU, group)
		had = had && shown(old)
		code := ""
		if b := t.breach(next, with); !t.affordable(a.now, with) {
			code = "CountViolation"
		} else if b != nil {
			code = b.code
		}
		switch {
		case code == "":
			next = with
		case had: // keeps the plans it has
			next = next.through(group, plan.Given{SKU: g.SKU, DisabledPlans: old.DisabledPlans}, plan.ActiveWithError, code, at)
		default:
			next = next.through(group, g, plan.ErrorState, code, at)
		}
	}
	for _, s := range a.now.sources {
		if s.Group != group || slices.ContainsFunc(gives, func(g plan.Given) bool { return g.SKU == s.SKU }) {
			continue
		}
		without := next.less(s.SKU, group)
		if b := t.breach(next, without); b != nil {
			without = next.through(group, plan.Given{SKU: s.SKU, DisabledPlans: s.DisabledPlans}, plan.ActiveWithError, b.code, at)
		}
		next = without
	}
	return next
}

// affordable reports whether there are units for what a user gets anew.
func (t *Tenant) affordable(from, to holding) bool {
	for sku, n := range units(from, to) {
		if s := t.bySKU[sku]; n > 0 && (s == nil || !s.Assignable() || s.consumed >= s.Bought()) {
			return false
		}
	}
	return true
}
