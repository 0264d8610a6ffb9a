package plan

import (
	"context"
	"slices"
)

// A desk gives out seats to the requests that need some, in rounds.
//
// In each round those go that can be given everything. Where nobody can, one
// whose other changes free a seat gets what there is: that may help others.
// When none is left that frees anything, the rest gets what there is. A freed
// seat wakes those that wait for its product, and nobody else.
//
// What stays missing for one user may still become free by a later request; as
// each user has one request in a plan, it is the next plan that gives it.
type desk struct {
	*judgement
	waiting []*requestDraft         // in the order of the line; nil where served
	lines   map[SKU][]*requestDraft // who needs a seat of a product, in the order of the line
	trials  []*requestDraft         // who was not yet tried with less than everything
	woken   bool                    // trials are out of order
}

// newDesk forms the line: those of the plan under review first, then those that
// free a seat, then by user id.
func (j *judgement) newDesk(requests []*requestDraft) *desk {
	d := &desk{judgement: j, waiting: slices.Clone(requests), lines: map[SKU][]*requestDraft{}}
	rank := func(r *requestDraft) int {
		n := 0
		if !j.first[r.user.ID] {
			n += 2
		}
		if !r.frees() {
			n++
		}
		return n
	}
	slices.SortStableFunc(d.waiting, func(a, b *requestDraft) int { return rank(a) - rank(b) })
	for i, r := range d.waiting {
		r.place = i
		for _, c := range r.drafts {
			if c.Gained() {
				d.lines[c.SKU()] = append(d.lines[c.SKU()], r)
			}
		}
	}
	return d
}

func (d *desk) giveOut(ctx context.Context) error {
	now := d.reserveAll(d.waiting)
	d.trials = slices.Clone(d.waiting)
	for {
		freed, err := d.carry(ctx, now)
		if err == nil && len(freed) == 0 {
			freed, err = d.giveOne(ctx)
		}
		if err != nil {
			return err
		}
		if len(freed) == 0 {
			return d.giveRest(ctx)
		}
		now = d.wake(freed)
	}
}

// reserveAll takes everybody out of the line who can be given everything.
func (d *desk) reserveAll(line []*requestDraft) []*requestDraft {
	var now []*requestDraft
	for _, r := range line {
		if r != nil && !r.served && d.reserve(r, true) {
			r.served = true
			now = append(now, r)
		}
	}
	return now
}

// wake reserves for those who wait for products of which a seat was freed, as
// long as there are seats.
func (d *desk) wake(freed []SKU) []*requestDraft {
	var now []*requestDraft
	slices.Sort(freed)
	for _, sku := range slices.Compact(freed) {
		line := d.lines[sku]
		for len(line) > 0 && line[0].served {
			line = line[1:]
		}
		d.lines[sku] = line
		for _, r := range line {
			if d.pool[sku] <= 0 {
				break
			}
			if r.served {
				continue
			}
			if r.barren {
				r.barren = false
				d.trials, d.woken = append(d.trials, r), true
			}
			if d.reserve(r, true) {
				r.served = true
				now = append(now, r)
			}
		}
	}
	slices.SortFunc(now, func(a, b *requestDraft) int { return a.place - b.place })
	return now
}

// carry settles requests that have their seats and returns the products of
// which seats became free by that.
func (d *desk) carry(ctx context.Context, now []*requestDraft) (freed []SKU, err error) {
	if err := d.settle(ctx, now); err != nil {
		return nil, err
	}
	for _, r := range now {
		if r.executable() {
			freed = append(freed, d.commit(r)...)
		} else {
			freed = append(freed, d.giveBack(r)...)
		}
	}
	return freed, nil
}

// giveOne looks for the first request that frees a seat although it cannot be
// given everything, and carries it. One that was found to free nothing is not
// tried again until a seat that it needs is freed.
func (d *desk) giveOne(ctx context.Context) (freed []SKU, err error) {
	if d.woken {
		slices.SortFunc(d.trials, func(a, b *requestDraft) int { return a.place - b.place })
		d.woken = false
	}
	for len(d.trials) > 0 {
		r := d.trials[0]
		d.trials = d.trials[1:]
		if r.served || r.barren {
			continue
		}
		trial := r.clone()
		d.reserve(trial, false)
		if err := d.settle(ctx, []*requestDraft{trial}); err != nil {
			return nil, err
		}
		if !trial.frees() {
			d.giveBack(trial)
			r.barren = true
			continue
		}
		*r = *trial
		r.served = true
		return d.commit(r), nil
	}
	return nil, nil
}

// giveRest settles requests of which none frees a seat, one after another: what
// one was given and cannot use is there for the next.
func (d *desk) giveRest(ctx context.Context) error {
	for _, r := range d.waiting {
		if r.served {
			continue
		}
		r.served = true
		d.reserve(r, false)
		if _, err := d.carry(ctx, []*requestDraft{r}); err != nil {
			return err
		}
	}
	return nil
}
