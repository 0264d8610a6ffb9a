package apply

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A job is one user's request on its way: the changes of it that are still to
// be done.
type job struct {
	user      plan.UserID
	all       []*record // as the batch began
	records   []*record // what is left to be done, or to be found out
	odd       []oddity  // those of records that looked odd when they were read last
	tries     int       // how often it was sent in this Run
	lost      int       // how often the answer was lost
	notBefore time.Time
	// refusal is written if a request that was refused, but may have been
	// carried out when it was sent before, turns out not to have been.
	refusal *Entry
}

// entry is a journal line about some changes of one user.
func entry(state State, user plan.UserID, records []*record) Entry {
	e := Entry{State: state, User: user, Add: []Addition{}, Remove: []plan.SKU{}}
	for _, r := range records {
		if r.change.After == nil {
			e.Remove = append(e.Remove, r.change.SKU())
			continue
		}
		e.Add = append(e.Add, Addition{SKU: r.change.SKU(), DisabledPlans: append([]plan.PlanID{}, r.change.After.DisabledPlans...)})
	}
	slices.Sort(e.Remove)
	slices.SortFunc(e.Add, func(a, b Addition) int { return cmp.Compare(a.SKU, b.SKU) })
	return e
}

// request is what an intent says, as it is sent.
func (j *job) request() plan.Request {
	e := entry(Intent, j.user, j.records)
	q := plan.Request{User: j.user, Add: []plan.License{}, Remove: e.Remove}
	for _, a := range e.Add {
		q.Add = append(q.Add, plan.License{SKU: a.SKU, Grant: plan.Grant{DisabledPlans: a.DisabledPlans}})
	}
	return q
}

// carryOut does the whole run.
func (r *runner) carryOut(ctx context.Context) error {
	if err := r.takeUp(ctx); err != nil {
		return err
	}
	if err := r.setAside(); err != nil {
		return err
	}
	jobs := r.jobs()
	for len(jobs) > 0 && !r.halted() {
		var batch []*job
		batch, jobs = r.cut(jobs)
		r.batch++
		err := r.doBatch(ctx, batch)
		if removed := r.removed(batch); err == nil {
			err = removed
		}
		r.progress(0)
		if err != nil {
			return err
		}
		if why := r.breaker.add(count(batch)); why != "" && r.stopped == "" {
			r.stopped = why
		}
	}
	if r.stopped != "" {
		r.Log.Warn("stopped before the end", "reason", r.stopped, "requests_left", len(jobs))
	}
	return nil
}

// setAside writes down what is not ready and was never sent.
func (r *runner) setAside() error {
	var lines []Entry
	for _, rec := range r.book.order {
		if rec.maybe || !rec.open() || rec.item.Class == plan.Ready {
			continue
		}
		e := entry(Skipped, rec.change.User.ID, []*record{rec})
		e.Class, e.Code, e.Message = rec.item.Class, tidy(rec.item.Code), tidy(rec.item.Message)
		if e.Class == plan.Already {
			e.State = Already
			if r.resumed {
				e.State, e.Class, e.Message = Skipped, plan.Changed, doneByOthers
			}
		}
		lines = append(lines, e)
	}
	return r.write(lines)
}

const doneByOthers = "done by somebody else since the first look"

// jobs are the requests that are still to be sent, in the plan's order, each
// user once.
func (r *runner) jobs() []*job {
	if r.SettleOnly {
		return nil
	}
	jobs := r.openJobs(func(rec *record) bool { return rec.open() && r.sendable(rec) })
	for _, j := range jobs {
		for _, rec := range j.records {
			j.notBefore = later(j.notBefore, rec.last.NotBefore)
			if rec.maybe {
				j.notBefore = later(j.notBefore, rec.last.At.Add(lostWait))
			}
		}
	}
	return jobs
}

// cut takes the next batch off: 1, then 5, then the full size. A request that
// gives a product which an earlier one of the batch frees waits for the next
// batch, since Graph carries the members of one out in any order.
func (r *runner) cut(jobs []*job) (batch, rest []*job) {
	size := r.BatchSize
	switch r.batch {
	case 0:
		size = 1
	case 1:
		size = min(size, 5)
	}
	freed := map[plan.SKU]bool{}
	n := 0
	for n < len(jobs) && n < size {
		needs := slices.ContainsFunc(jobs[n].records, func(rec *record) bool {
			return rec.change.Action == plan.Assign && freed[rec.change.SKU()]
		})
		if needs {
			break
		}
		for _, rec := range jobs[n].records {
			if rec.change.Lost() {
				freed[rec.change.SKU()] = true
			}
		}
		n++
	}
	return jobs[:n], jobs[n:]
}

// count sums up a batch, by request.
func count(batch []*job) tally {
	var t tally
	for _, j := range batch {
		if j.tries == 0 {
			continue
		}
		t.sent++
		states := map[State]int{}
		for _, rec := range j.all {
			states[rec.last.State]++
			if s := rec.last.Status; s == statusToken || s == statusDenied {
				states["denied"]++
			}
		}
		switch {
		case states["denied"] > 0:
			t.denied++
			t.failed++
		case states[Failed]+states[Unknown] > 0:
			t.failed++
		case states[OK]+states[Verified] > 0:
			t.done++
		}
	}
	return t
}

// removed tells the ledger of the seats that jobs took, or may have taken.
func (r *runner) removed(jobs []*job) error {
	var taken []plan.Outcome
	for _, j := range jobs {
		for _, rec := range r.book.of(j.user) {
			if rec.change.Lost() && (rec.done() || rec.maybe && (rec.open() || rec.doubtful())) {
				taken = append(taken, rec.outcome())
			}
		}
	}
	if r.Removed == nil || len(taken) == 0 {
		return nil
	}
	if err := r.Removed(taken); err != nil {
		return fmt.Errorf("record %d removals: %w; resume the run to record them", len(taken), err)
	}
	return nil
}

// markUsed says once that the plan is used.
func (r *runner) markUsed() error {
	if r.used || r.Used == nil {
		return nil
	}
	if err := r.Used(); err != nil {
		return fmt.Errorf("mark plan as used: %w", err)
	}
	r.used = true
	return nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
