package plan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// An UndoInput is what an undo plan is made from.
type UndoInput struct {
	Input
	Run  string // the run that is taken back; "" where only its plan is there
	Plan *Plan  // what that run carried out
	// Executed are the ids of the changes that the run really made, and when.
	Executed map[string]time.Time
	// Alone is true where only the plan is there and no journal: then what the
	// plan would have done counts as done where the tenant looks as the plan
	// leaves it. Executed is not looked at.
	Alone bool
}

// what names the thing that is taken back.
func (in *UndoInput) what() string {
	if in.Run == "" {
		return "plan " + in.Plan.ID
	}
	return in.Run
}

// ErrOtherTenant is wrapped by the error of [Undo] about a plan for another tenant.
var ErrOtherTenant = errors.New("of another tenant")

// Undo makes the plan that reverses what a run did and what still stands:
// seats that were taken are given back with the same service plans, seats that
// were given are taken. People without a free seat stay in it: that is an
// outcome of their own at apply. The statements of the folder are not asked.
// What is not reversed, and what comes back too late, is told in notes.
func Undo(ctx context.Context, in UndoInput) (*Made, error) {
	if in.Plan.Tenant.ID != in.Snapshot.Organization.ID {
		return nil, fmt.Errorf("%s is %w: of %s, not of %s", in.what(), ErrOtherTenant, in.Plan.Tenant.ID, in.Snapshot.Organization.ID)
	}
	in.undo = true
	m, err := prepare(in.Input)
	if err != nil {
		return nil, err
	}
	m.diff = m.b.reverse(&in)
	free := m.free()
	j := &judgement{b: m.b, judge: in.Judge, facts: m.people, pool: m.free(), waivers: m.waivers.list, undo: true}
	if err := j.ask(ctx, m.diff.requests); err != nil {
		return nil, err
	}
	if err := j.settle(ctx, m.diff.requests); err != nil {
		return nil, err
	}
	order, rest := inOrder(m.diff.requests, free)
	for _, r := range slices.Concat(order, rest) {
		j.order = append(j.order, r.user.ID)
	}
	m.undoes = &Undone{Run: in.Run, Plan: in.Plan.ID, Changes: in.Plan.Digests.Changes}
	m.b.notes = append(m.b.notes, m.b.overSubscribed(order, rest, free)...)
	m.b.notes = append(m.b.notes, m.b.deadlines(&in, m.diff.requests)...)
	return m.write(ctx, j, ModeUndo)
}

// skew is how far Graph's clock and ours may differ.
const skew = 5 * time.Minute

// reverse drafts the changes that turn the run round, for what still is as
// the run left it.
func (b *bound) reverse(in *UndoInput) *difference {
	d := &undoing{differ: b.newDiffer(), in: in, left: map[string][]string{},
		by: ref{Ref: &Ref{Kind: KindUndo, Name: "undo of " + in.what()}, hash: "undo"}}
	byUser := map[UserID][]*Change{}
	for _, c := range in.Plan.executable() {
		if _, made := in.Executed[c.ID]; made || in.Alone {
			byUser[c.Request] = append(byUser[c.Request], c)
		}
	}
	for i := range b.s.Users {
		u := &b.s.Users[i]
		d.count(u, b.inside(i))
		d.p.reset(u)
		var r *requestDraft
		for _, c := range byUser[u.ID] {
			r = d.reverse(r, u, c)
		}
		if r != nil {
			d.apart(r)
			d.out.requests = append(d.out.requests, r)
		}
		delete(byUser, u.ID)
	}
	for _, id := range sortedKeys(byUser) {
		d.gone(byUser[id])
	}
	d.tell()
	return &d.out
}

// An undoing drafts the changes of an undo plan.
type undoing struct {
	*differ
	in   *UndoInput
	left map[string][]string // what is not reversed, by why
	by   ref                 // who asks for it, the same for all
}

// reverse drafts one change turned round. What the run gave is taken back even
// if it is a last mailbox: the person had none before, so R107 warns only.
func (d *undoing) reverse(r *requestDraft, u *User, c *Change) *requestDraft {
	direct, groups, through := holding(u, c.SKU())
	if why := d.stands(u, c, direct, groups, through); why != "" {
		d.leave(why, u.UserPrincipalName, c)
		return r
	}
	rule := ruling{stance: wanted, by: d.by, loss: LossAccept}
	action := Adjust
	switch {
	case c.Before == nil:
		action, rule.stance, rule.named = Unassign, unwanted, true
	case c.After == nil:
		action = Assign
	}
	if c.Before != nil {
		rule.want = &want{given: true, off: d.known(c.SKU(), c.Before.DisabledPlans)}
		if len(rule.want.off) < len(c.Before.DisabledPlans) {
			d.leave(leftNoPlan, u.UserPrincipalName, c)
		}
	}
	if action != Unassign {
		d.obstacles(u, c)
	}
	draft := d.draft(u, c.SKU(), rule, action, direct, groups)
	draft.Reason.Overrides, draft.ID = []Statement{}, c.ID // of many, each id twice is much
	return d.add(r, draft)
}

// stands reports why a change is not to be reversed, or "" where the seat still
// is as the run left it.
func (d *undoing) stands(u *User, c *Change, direct *Source, groups []*Source, through bool) string {
	switch {
	case doubled(u, c.SKU()) || slices.Contains(u.Unsourced, c.SKU()):
		return leftChanged
	case c.After == nil && direct == nil:
		before := &Source{SKU: c.SKU(), DisabledPlans: c.Before.DisabledPlans}
		if through && !c.Held.ThroughGroup() && d.b.covers(c.SKU(), before, groups) {
			return leftThroughGroup
		}
		return ""
	case direct == nil && c.Before == nil:
		return leftTaken
	case direct == nil:
		return leftChanged
	case c.Before != nil && (sameSet(direct.DisabledPlans, c.Before.DisabledPlans) || sameSet(direct.DisabledPlans, d.known(c.SKU(), c.Before.DisabledPlans))):
		return leftGivenBack
	case c.After == nil:
		return leftOtherwise
	case !sameSet(direct.DisabledPlans, c.After.DisabledPlans):
		return leftChanged
	}
	return d.anew(c, direct)
}

// known are those service plans of a list that the product still has, or all
// where it is not known which it has: Graph refuses to switch off another.
func (d *undoing) known(sku SKU, plans []PlanID) []PlanID {
	p := d.b.catalog.bySKU[sku]
	if p == nil || len(p.Plans) == 0 {
		return plans
	}
	return slices.DeleteFunc(slices.Clone(plans), func(id PlanID) bool {
		return !slices.ContainsFunc(p.Plans, func(has ServicePlan) bool { return has.ID == id })
	})
}

// apart leaves out what cannot be given back at all from a request that gives
// back something else: Graph refuses a request as a whole, and nobody goes without
// his mailbox because the tenant no longer has an add-on. What was given in the
// place of something then stays with him too.
func (d *undoing) apart(r *requestDraft) {
	cannot := func(c *draft) bool {
		p := d.b.catalog.bySKU[c.SKU()]
		return c.Action == Assign && (p == nil || !p.Assignable())
	}
	gives := func(c *draft) bool { return !c.Takes() && !cannot(c) }
	if !slices.ContainsFunc(r.drafts, cannot) || !slices.ContainsFunc(r.drafts, gives) {
		return
	}
	left := r.drafts
	r.drafts = nil
	for _, c := range left {
		switch {
		case cannot(c):
			r.miss(d.b, c.SKU(), c.ruling, c.Reason.Overrides, NotAssignable, false)
		case c.Takes():
			d.leave(leftInPlace, c.user.UserPrincipalName, c.Change)
		default:
			r.drafts = append(r.drafts, c)
		}
	}
}

// anew reports that a seat which the run gave, or switched, was given again
// since; without a journal also that it need not be the one that the plan gave.
func (d *undoing) anew(c *Change, direct *Source) string {
	switch at := d.in.Executed[c.ID]; {
	case d.in.Alone:
		if c.Action == Assign && !direct.UpdatedAt.After(d.in.Plan.CreatedAt) {
			return leftNotOurs
		}
	case !at.IsZero() && direct.UpdatedAt.After(at.Add(skew)):
		return leftAnew
	}
	return ""
}

// gone notes a person who is no longer there.
func (d *undoing) gone(changes []*Change) {
	why := leftGone
	if slices.ContainsFunc(d.b.s.Deleted, func(x DeletedUser) bool { return x.ID == changes[0].Request }) {
		why = leftDeleted
	}
	for _, c := range changes {
		d.leave(why, c.User.UserPrincipalName, c)
	}
}

func (d *undoing) leave(why, name string, c *Change) {
	d.left[why] = append(d.left[why], name+" "+d.b.catalog.ref(c.SKU()).PartNumber)
}
