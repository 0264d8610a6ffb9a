package apply

import (
	"cmp"
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
	batch     *batch
	tries     int  // how often it was sent in this Run
	carried   int  // changes that the Run had carried out when it was put off first
	lost      int  // how often the answer was lost
	busy      bool // the last answer was a definite "unavailable"
	notBefore time.Time
	// refusal is written if a request that was refused, but may have been
	// carried out when it was sent before, turns out not to have been.
	refusal *Entry

	step   int  // how many waits of the patience are over
	agreed int  // how many read-backs in a row showed that
	view   view // what they show of what Graph said it carried out in this Run
	asWas  bool // the last read-back showed what is of unknown fate as before
	closes bool // history left it open, and it is not to be sent again
	ended  bool // what became of it is known, or is not looked for any more
	read   bool // it is being read back

	begun int       // its number among the requests of this Run
	under []*record // what the seats know of it while it is under way
	place int       // its number when it was begun first, by which nobody overtakes it
	calm  bool      // it waits until something that moves seats of its products ends
	moved int       // how many such had ended when it was put back
	// alone is, by products of which it was not sure that one is left, how many
	// seats the run had freed when it was looked at.
	alone map[plan.SKU]int
	// yielded is how often it was put off for a seat after it had been sent.
	yielded int
}

// A batch is some jobs that were begun together. The breaker judges it when it
// is known what became of all, and the ledger is told when they were read back.
type batch struct {
	number int
	jobs   []*job
	open   int // jobs that have not ended
	unread int // jobs that are read back
	judged bool
}

// over reports whether nothing is left to be done about a batch.
func (b *batch) over() bool { return b.open == 0 && b.unread == 0 }

// entry is a journal line about some changes of one user. An intent says all
// that is sent; what comes after it names the products.
func entry(state State, user plan.UserID, records []*record) Entry {
	e := Entry{State: state, User: user}
	for _, r := range records {
		if r.change.After == nil {
			e.Remove = append(e.Remove, r.change.SKU())
			continue
		}
		a := Addition{SKU: r.change.SKU()}
		if state == Intent {
			a.DisabledPlans = append([]plan.PlanID{}, r.change.After.DisabledPlans...)
		}
		e.Add = append(e.Add, a)
	}
	slices.Sort(e.Remove)
	slices.SortFunc(e.Add, func(a, b Addition) int { return cmp.Compare(a.SKU, b.SKU) })
	return e
}

// request is what an intent says, as it is sent.
func (j *job) request() plan.Request {
	e := entry(Intent, j.user, j.records)
	q := plan.Request{User: j.user, Add: []plan.License{}, Remove: append([]plan.SKU{}, e.Remove...)}
	for _, a := range e.Add {
		q.Add = append(q.Add, plan.License{SKU: a.SKU, Grant: plan.Grant{DisabledPlans: a.DisabledPlans}})
	}
	return q
}

// jobs are the requests of people that are still to be sent, in their order,
// each person once. Of whom a part is being found out, the rest waits.
func (r *runner) jobs(people []plan.UserID) []*job {
	if r.SettleOnly {
		return nil
	}
	jobs := r.openJobs(people, func(rec *record) bool {
		return rec.open() && r.sendable(rec) && !r.settling[rec.change.User.ID]
	})
	for _, j := range jobs {
		for _, rec := range j.records {
			j.notBefore = later(j.notBefore, rec.last.NotBefore)
			if rec.maybe {
				j.notBefore = later(j.notBefore, rec.last.At.Add(lostWait))
			}
		}
		// No wait is longer: what says so was written by a clock that was wrong.
		if most := r.now().Add(maxWait); j.notBefore.After(most) {
			j.notBefore = most
		}
	}
	return jobs
}

// size is how many requests the next batch may have: 1, then 5, each verified
// before anything follows, then as many as Graph takes. A batch of which nothing
// was sent proves nothing, and is followed by one of the same size.
func (r *runner) size() int {
	if r.canary != nil {
		if !r.canary.over() {
			return 0
		}
		if r.canary.count().sent > 0 {
			r.proven++
		}
		r.canary = nil
	}
	switch r.proven {
	case 0:
		return 1
	case 1:
		return min(r.BatchSize, 5)
	}
	return r.BatchSize
}

// cut takes at most n requests off the queue. A request that needs a seat which
// another one frees that has no end yet waits for it, and so does what follows:
// requests are begun in the plan's order.
func (r *runner) cut(n int) []*job {
	busy, before := r.seats.busy(), r.seats.clone()
	queue, held := r.queue, false
	var jobs []*job
	for len(r.queue) > 0 && len(jobs) < n {
		j := r.queue[0]
		if held = r.seats.mustWait(j) || j.calm && r.seats.moved(j) == j.moved &&
			slices.ContainsFunc(j.records, func(rec *record) bool { return busy[rec.change.SKU()] }); held {
			break
		}
		r.queue = r.queue[1:]
		r.seats.begin(j)
		if !j.calm {
			j.place = j.begun
		}
		jobs = append(jobs, j)
	}
	if held && len(jobs) < n/2 && r.flights > 0 {
		// Seats come back with the answers to what took them, so small batches
		// would stay small: more are there when others have come to their end.
		r.seats, r.queue = before, queue
		for _, j := range jobs {
			j.under = nil
			if !j.calm {
				j.place = 0
			}
		}
		return nil
	}
	return jobs
}

// count sums up a batch, by request.
func (b *batch) count() tally {
	var t tally
	for _, j := range b.jobs {
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

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
