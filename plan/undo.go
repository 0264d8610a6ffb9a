package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// An UndoInput is what an undo plan is made from.
type UndoInput struct {
	Input
	Run  string // the run that is taken back
	Plan *Plan  // what that run carried out
	// Executed are the ids of the changes that the run really made, and when.
	Executed map[string]time.Time
}

// Undo makes the plan that reverses what a run did and what still stands:
// seats that were taken are given back with the same service plans, seats that
// were given are taken. People without a free seat stay in it: that is an
// outcome of their own at apply. The statements of the folder are not asked.
func Undo(ctx context.Context, in UndoInput) (*Made, error) {
	if in.Plan.Tenant.ID != in.Snapshot.Organization.ID {
		return nil, fmt.Errorf("run %s is of tenant %s, not of %s", in.Run, in.Plan.Tenant.ID, in.Snapshot.Organization.ID)
	}
	in.undo = true
	m, err := prepare(in.Input)
	if err != nil {
		return nil, err
	}
	m.diff = m.b.reverse(in)
	j := &judgement{b: m.b, judge: in.Judge, facts: m.people, pool: m.free(), waivers: m.waivers.list, undo: true}
	if err := j.ask(ctx, m.diff.requests); err != nil {
		return nil, err
	}
	if err := j.settle(ctx, m.diff.requests); err != nil {
		return nil, err
	}
	for _, r := range undoOrder(m.diff.requests) {
		if r.executable() {
			j.commit(r)
		}
	}
	m.undoes = &Undone{Run: in.Run, Plan: in.Plan.ID, Changes: in.Plan.Digests.Changes}
	m.b.notes = append(m.b.notes, j.overSubscribed(m.diff.requests)...)
	return m.write(ctx, j, ModeUndo)
}

// undoOrder puts requests that only take seats first.
func undoOrder(requests []*requestDraft) []*requestDraft {
	out := slices.Clone(requests)
	slices.SortStableFunc(out, func(a, b *requestDraft) int { return min(a.assigns(), 1) - min(b.assigns(), 1) })
	return out
}

// skew is how far Graph's clock and ours may differ.
const skew = 5 * time.Minute

// reverse drafts the changes that turn the run round, for what still is as
// the run left it.
func (b *bound) reverse(in UndoInput) *difference {
	d := b.newDiffer()
	byUser := map[UserID][]*Change{}
	for i := range in.Plan.Changes {
		c := &in.Plan.Changes[i]
		if _, made := in.Executed[c.ID]; made {
			byUser[c.Request] = append(byUser[c.Request], c)
		}
	}
	for i := range b.s.Users {
		u := &b.s.Users[i]
		d.count(u, b.inside(i))
		d.p.reset(u)
		var r *requestDraft
		for _, c := range byUser[u.ID] {
			r = d.reverse(r, u, c, in.Run, in.Executed[c.ID])
		}
		if r != nil {
			d.out.requests = append(d.out.requests, r)
		}
		delete(byUser, u.ID)
	}
	if moved := d.out.moved; len(moved) > 0 {
		b.notes = append(b.notes, Note{Code: "changed", Text: few(moved, 5) + ": no longer as the run left it, and left alone"})
	}
	for _, id := range sortedKeys(byUser) {
		b.notes = append(b.notes, Note{Code: "gone", Text: byUser[id][0].User.UserPrincipalName + " is no longer in the tenant: nothing can be given back"})
	}
	return &d.out
}

// reverse drafts one change turned round. What the run gave is taken back even
// if it is a last mailbox: the person had none before, so R107 warns only.
func (d *differ) reverse(r *requestDraft, u *User, c *Change, run string, at time.Time) *requestDraft {
	direct, groups, _ := holding(u, c.SKU())
	rule := ruling{stance: wanted, by: ref{Ref: &Ref{Kind: KindUndo, Name: "undo of " + run}, hash: "undo"}, loss: LossAccept}
	anew := direct != nil && !at.IsZero() && direct.UpdatedAt.After(at.Add(skew))
	if (direct != nil) != (c.After != nil) || direct != nil && !sameSet(direct.DisabledPlans, c.After.DisabledPlans) ||
		anew || doubled(u, c.SKU()) || slices.Contains(u.Unsourced, c.SKU()) {
		d.out.moved = append(d.out.moved, u.UserPrincipalName+" "+d.b.catalog.ref(c.SKU()).PartNumber)
		return r
	}
	action := Adjust
	switch {
	case c.Before == nil:
		action, rule.stance, rule.named = Unassign, unwanted, true
	case c.After == nil:
		action = Assign
	}
	if c.Before != nil {
		rule.want = &want{given: true, off: c.Before.DisabledPlans}
	}
	if action == Assign && u.UsageLocation == "" {
		d.b.notes = append(d.b.notes, Note{Code: "no-location", Text: u.UserPrincipalName + " has no usage location: Graph will refuse to give " +
			d.b.catalog.ref(c.SKU()).PartNumber + " back until one is set"})
	}
	draft := d.draft(u, c.SKU(), rule, action, direct, groups)
	draft.Reason.Overrides = []Statement{}
	return d.add(r, draft)
}

// overSubscribed names the products of which the undo needs more seats than
// are free.
func (j *judgement) overSubscribed(requests []*requestDraft) []Note {
	need := map[SKU]int{}
	for _, r := range requests {
		for _, c := range r.drafts {
			if c.Gained() && c.Verdict.Executable() {
				need[c.SKU()]++
			}
		}
	}
	var notes []Note
	for _, sku := range sortedKeys(need) {
		if free := max(j.pool[sku], 0); need[sku] > free {
			notes = append(notes, Note{Code: "no-seat", Text: fmt.Sprintf("%s: %s to give back, %d free: buy or free %d first",
				j.b.catalog.ref(sku).PartNumber, count(need[sku], "seat"), free, need[sku]-free)})
		}
	}
	slices.SortFunc(notes, func(a, b Note) int { return strings.Compare(a.Text, b.Text) })
	return notes
}
