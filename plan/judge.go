package plan

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// A judgement asks the rules about drafts and gives out seats. It is over
// when every request has its final facts.
type judgement struct {
	b       *bound
	judge   Judge
	facts   *people
	pool    map[SKU]int // free seats; may be negative
	waivers []*boundWaiver
	order   []UserID
	first   map[UserID]bool // whose requests come first where seats are short
	undo    bool
}

// judgeAll gives every draft its decisions and verdict, and sets the order in
// which requests are carried out.
//
// Requests that only free seats are settled first. Those that need seats
// follow in rounds: each round gives out what is free by now, so that no
// request relies on a seat of one that comes later or is denied.
func (j *judgement) judgeAll(ctx context.Context, requests []*requestDraft) error {
	if err := j.ask(ctx, requests); err != nil {
		return err
	}
	free := maps.Clone(j.pool)
	var frees, needs []*requestDraft
	for _, r := range requests {
		if r.assigns() > 0 {
			needs = append(needs, r)
		} else {
			frees = append(frees, r)
		}
	}
	if err := j.settle(ctx, frees); err != nil {
		return err
	}
	for _, v := range [...]Verdict{Allow, Warn} {
		for _, r := range frees {
			if r.executable() && r.worst() == v {
				j.commit(r)
			}
		}
	}
	if err := j.newDesk(needs).giveOut(ctx); err != nil {
		return err
	}
	j.march(requests, free)
	return nil
}

// reserve takes seats for all assigns of a request from the pool, or none. If
// not whole, it takes what there is, and what there is not becomes missing.
func (j *judgement) reserve(r *requestDraft, whole bool) bool {
	need := map[SKU]int{}
	for _, c := range r.drafts {
		if c.Gained() {
			need[c.SKU()]++
		}
	}
	short := false
	for sku, n := range need {
		short = short || j.pool[sku] < n
	}
	if short && whole {
		return false
	}
	r.drafts = slices.DeleteFunc(r.drafts, func(c *draft) bool {
		if !c.Gained() {
			return false
		}
		if j.pool[c.SKU()] > 0 {
			j.pool[c.SKU()]--
			return false
		}
		r.miss(j.b, c.SKU(), c.ruling, c.Reason.Overrides, NoSeat, true)
		return true
	})
	return true
}

// giveBack returns what reserve took.
func (j *judgement) giveBack(r *requestDraft) (freed []SKU) {
	for _, c := range r.drafts {
		if c.Gained() {
			j.pool[c.SKU()]++
			freed = append(freed, c.SKU())
		}
	}
	return freed
}

// commit puts an executable request into the order, frees its seats, and
// returns of which products.
func (j *judgement) commit(r *requestDraft) (freed []SKU) {
	j.order = append(j.order, r.user.ID)
	for _, c := range r.drafts {
		if c.Verdict.Executable() && c.Lost() {
			j.pool[c.SKU()]++
			freed = append(freed, c.SKU())
		}
	}
	return freed
}

// ask judges every draft on the facts that do not depend on its neighbours.
func (j *judgement) ask(ctx context.Context, requests []*requestDraft) error {
	var all []*draft
	for _, r := range requests {
		for _, c := range r.drafts {
			j.facts.fill(c)
			all = append(all, c)
		}
		j.b.swap(r)
	}
	return j.decide(ctx, all)
}

// settle judges requests again on what depends on the whole request: first what
// is missing (R112) and what takes whose place (R108), then what the person loses
// (R106, R107, R109) and what needs what goes (R110), since a change that is
// blocked for another reason stays.
func (j *judgement) settle(ctx context.Context, requests []*requestDraft) error {
	var again []*draft
	for _, r := range requests {
		news := j.b.swap(r) // what cannot be given takes nobody's place
		for _, c := range r.drafts {
			if c.facts.Missing = j.b.missingFor(r, c); len(c.facts.Missing) > 0 || slices.Contains(news, c) {
				again = append(again, c)
			}
		}
	}
	if err := j.decide(ctx, again); err != nil {
		return err
	}
	if err := j.skipAll(ctx, requests); err != nil {
		return err
	}
	again = again[:0]
	for _, r := range requests {
		again = append(again, j.lose(r)...)
	}
	for len(again) > 0 {
		if err := j.decide(ctx, again); err != nil {
			return err
		}
		again = again[:0]
		for _, r := range requests { // what was denied by now stays, and may need what goes
			if slices.ContainsFunc(r.drafts, func(c *draft) bool { return !c.Verdict.Executable() }) {
				again = append(again, j.need(r)...)
			}
		}
	}
	for _, r := range requests {
		r.together(j.undo)
	}
	return nil
}

// skipAll leaves out of requests what is to be skipped.
func (j *judgement) skipAll(ctx context.Context, requests []*requestDraft) error {
	for {
		var again []*draft
		for _, r := range requests {
			again = append(again, j.skip(r)...)
		}
		if len(again) == 0 {
			return nil
		}
		if err := j.decide(ctx, again); err != nil {
			return err
		}
	}
}

// skip leaves out the changes whose statement says `dataLoss: skip`, where the
// person would lose the last of a service, and returns those that take another's
// place now: the rules must see them before it is said what goes with them.
func (j *judgement) skip(r *requestDraft) []*draft {
	if !slices.ContainsFunc(r.drafts, func(c *draft) bool { return c.ruling.loss == LossSkip }) {
		return nil
	}
	lost := j.b.loses(r, func(c *draft) bool { return c.Verdict.Executable() })
	left := len(r.drafts)
	r.drafts = slices.DeleteFunc(r.drafts, func(c *draft) bool {
		skips := c.ruling.loss == LossSkip && lost[c]&(mailbox|files) != 0
		if skips {
			r.skipped = append(r.skipped, c.Reason.Statement)
		}
		return skips
	})
	if len(r.drafts) == left {
		return nil
	}
	return j.b.swap(r)
}

// lose works out the services each change takes for good and what needs them,
// and returns those that the rules must see again.
func (j *judgement) lose(r *requestDraft) []*draft {
	lost := j.b.loses(r, func(c *draft) bool { return c.Verdict.Executable() })
	again := j.need(r)
	for _, c := range r.drafts {
		c.Effects = j.b.effects(c, lost[c])
		if c.facts.Loses = lossNames(lost[c]); len(c.facts.Loses) > 0 {
			if c.mailboxGoes() {
				c.facts.Mailbox = j.b.mailboxOf(c.user)
			}
			if !slices.Contains(again, c) {
				again = append(again, c)
			}
		}
	}
	return again
}

// atOnce is how many changes the rules are asked about at once: the cases are
// larger than the changes, and need not all be there.
const atOnce = 1 << 12

// decide asks the rules and sets decisions and verdicts.
func (j *judgement) decide(ctx context.Context, drafts []*draft) error {
	for some := range slices.Chunk(drafts, atOnce) {
		if err := j.decideSome(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

func (j *judgement) decideSome(ctx context.Context, drafts []*draft) error {
	cases := make([]Case, len(drafts))
	for i, c := range drafts {
		c.facts.Undo = j.undo
		cases[i] = Case{Change: CaseChange{
			ID: c.ID, Action: c.Action, User: c.User, Product: c.Product, Held: c.Held, Reason: c.Reason, DataLoss: c.ruling.loss,
		}, Facts: *c.facts}
	}
	findings, err := j.judge.Changes(ctx, cases)
	if err != nil {
		return fmt.Errorf("ask the rules: %w", err)
	}
	if len(findings) != len(cases) {
		return fmt.Errorf("ask the rules: %d answers to %d changes", len(findings), len(cases))
	}
	for i, c := range drafts {
		c.Decisions = append([]Decision{}, findings[i]...)
		j.lift(c)
		c.Verdict = verdict(c.Decisions)
	}
	return nil
}

// verdict is what the decisions come to: the worst of what each of them counts.
func verdict(decisions []Decision) Verdict {
	v := Allow
	for _, d := range decisions {
		v = v.Worse(d.Counts())
	}
	return v
}

func (r *requestDraft) assigns() int {
	n := 0
	for _, c := range r.drafts {
		if c.Action == Assign {
			n++
		}
	}
	return n
}

// frees reports whether the request would make a seat free.
func (r *requestDraft) frees() bool {
	return slices.ContainsFunc(r.drafts, func(c *draft) bool { return c.Lost() && c.Verdict.Executable() })
}

// clone copies a request as far as settling changes it.
func (r *requestDraft) clone() *requestDraft {
	out := *r
	out.drafts = make([]*draft, len(r.drafts))
	for i, c := range r.drafts {
		one, change, facts := *c, *c.Change, *c.facts
		one.Change, one.facts = &change, &facts
		out.drafts[i] = &one
	}
	out.missing, out.lacking, out.skipped = slices.Clone(r.missing), slices.Clone(r.lacking), slices.Clone(r.skipped)
	return &out
}

// executable reports whether anything of the request is carried out.
func (r *requestDraft) executable() bool {
	return slices.ContainsFunc(r.drafts, func(c *draft) bool { return c.Verdict.Executable() })
}

// worst is the worst verdict among the changes that are carried out.
func (r *requestDraft) worst() Verdict {
	v := Allow
	for _, c := range r.drafts {
		if c.Verdict.Executable() {
			v = v.Worse(c.Verdict)
		}
	}
	return v
}

// together lets a request with an assign stand or fall as a whole: the worst
// verdict of what could be sent counts for all of it. In an undo what gives back
// does not fall with what takes: nobody goes without his own for what he was
// given in its place.
func (r *requestDraft) together(undo bool) {
	if r.assigns() == 0 {
		return
	}
	all := func(*draft) bool { return true }
	if undo {
		gives := func(c *draft) bool { return !c.Takes() }
		r.fall(gives, gives)
		r.fall(func(c *draft) bool { return !gives(c) }, all)
		return
	}
	r.fall(all, all)
}

// fall lets some changes fall with the worst among others.
func (r *requestDraft) fall(falls, with func(*draft) bool) {
	var worst *draft
	for _, c := range r.drafts {
		if c.sendable() && with(c) && (worst == nil || c.Verdict.rank() > worst.Verdict.rank()) {
			worst = c
		}
	}
	if worst == nil || worst.Verdict == Allow {
		return
	}
	for _, c := range r.drafts {
		if c.sendable() && falls(c) && c.Verdict.rank() < worst.Verdict.rank() {
			c.Verdict = worst.Verdict
			c.Decisions = append(c.Decisions, worst.with())
		}
	}
}

// sendable reports whether a change could be sent at all: one that is blocked
// by how the seat is held (R105, R113) could not.
func (c *draft) sendable() bool {
	return c.Action != Unassign || c.Before != nil
}

// with is the decision that another change carries because this one's verdict
// counts for it: of a denial that is lifted, what is left of it.
func (c *draft) with() Decision {
	level := map[Verdict]Level{Warn: LevelWarn, Blocked: LevelBlocked}[c.Verdict]
	if level == "" {
		level = LevelDeny
	}
	for _, d := range c.Decisions {
		if d.Counts() == c.Verdict {
			return Decision{Code: d.Code, Rule: d.Rule, Level: level, Message: "with " + c.Product.PartNumber}
		}
	}
	return Decision{Code: "R000", Rule: "engine", Level: LevelDeny, Message: "with " + c.Product.PartNumber}
}
