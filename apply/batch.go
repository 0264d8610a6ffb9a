package apply

import (
	"context"
	"fmt"
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// doBatch carries the requests of one batch to their end: read, compare, write
// down, send, write down, read back; and again for those that Graph put off or
// whose answer was lost.
func (r *runner) doBatch(ctx context.Context, jobs []*job) error {
	for len(jobs) > 0 {
		if !r.holdOff(jobs) || !r.mayGoOn() {
			return nil
		}
		due, err := r.lookAgain(ctx, jobs)
		if err != nil || len(due) == 0 || !r.mayGoOn() {
			return err
		}
		if err := r.intend(due); err != nil {
			return err
		}
		ok, lost, again, err := r.record(due, r.send(ctx, due))
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			r.interrupted = true
			return nil
		}
		back, err := r.readBack(ctx, ok, lost)
		if err != nil || r.halted() {
			return err
		}
		jobs = append(again, back...)
	}
	return nil
}

// holdOff waits until every job may be sent.
func (r *runner) holdOff(jobs []*job) bool {
	until := jobs[0].notBefore
	for _, j := range jobs {
		until = later(until, j.notBefore)
	}
	return r.pause(min(until.Sub(r.Now()), maxWait))
}

// lookAgain reads the people of a batch and returns the jobs with changes that
// are still as the plan saw them; what is not is written down.
func (r *runner) lookAgain(ctx context.Context, jobs []*job) ([]*job, error) {
	users, err := r.Tenant.Users(ctx, usersOf(jobs))
	if err != nil {
		return nil, r.readFailed(ctx, "read users before sending", err)
	}
	seats, err := r.freeSeats(ctx, jobs)
	if err != nil {
		return nil, r.readFailed(ctx, "read products before sending", err)
	}
	var due []*job
	var lines []Entry
	for _, j := range jobs {
		u, exists := users[j.user]
		lines = append(lines, r.lookAt(j, u, exists, seats)...)
		if len(j.records) > 0 {
			due = append(due, j)
		}
	}
	return due, r.write(lines)
}

// readFailed is the error of a read before anything of a batch was sent, or nil
// if the run was cancelled meanwhile.
func (r *runner) readFailed(ctx context.Context, deed string, err error) error {
	if ctx.Err() != nil {
		r.interrupted = true
		return nil
	}
	return fmt.Errorf("%s: %w", deed, err)
}

// lookAt keeps of a job what may be sent, and returns lines about the rest.
func (r *runner) lookAt(j *job, u plan.User, exists bool, seats map[plan.SKU]int) []Entry {
	var lines []Entry
	var keep []*record
	var worst *Entry
	var by *record
	for _, rec := range j.records {
		e, ready := r.settleOne(rec, u, exists, seats)
		if ready {
			keep = append(keep, rec)
			continue
		}
		lines = append(lines, e...)
		if last := e[len(e)-1]; last.State == Skipped || last.State == Unknown {
			if worst == nil || severity(last.Class) > severity(worst.Class) {
				worst, by = &last, rec
			}
		}
	}
	if worst != nil && r.assigns[j.user] {
		for _, rec := range keep {
			e := entry(Skipped, j.user, []*record{rec})
			e.Class, e.Code, e.Message = worst.Class, worst.Code, tidy(withOther(by.change, worst.Message))
			if rec.maybe {
				e.State = Unknown
			}
			lines = append(lines, e)
		}
		keep = nil
	}
	for _, rec := range keep {
		if takesSeat(rec) {
			seats[rec.change.SKU()]--
		}
	}
	j.records = keep
	return lines
}

// settleOne looks at one change; lines say what became of it if it is not ready.
func (r *runner) settleOne(rec *record, u plan.User, exists bool, seats map[plan.SKU]int) (lines []Entry, ready bool) {
	saw, why := look(rec.change, u, exists)
	one := []*record{rec}
	if saw == asAfter && rec.maybe {
		return readBackLines(rec.change.User.ID, one), false
	}
	e := entry(Skipped, rec.change.User.ID, one)
	e.Message = why
	switch saw {
	case asBefore:
		free, counted := seats[rec.change.SKU()]
		if rec.maybe || !takesSeat(rec) || !counted || free > 0 {
			return nil, true
		}
		e.Class, e.Message = plan.SeatGone, "no free seat is left to give"
	case asAfter:
		e.Class, e.Message = plan.Changed, doneByOthers
	case nobody:
		e.Class = plan.Gone
	default:
		e.Class = plan.Changed
	}
	if rec.maybe {
		e.State, e.Message = Unknown, "sent without an answer, and now: "+why
	}
	return []Entry{e}, false
}

// readBackLines say that changes whose answer was lost were carried out.
func readBackLines(user plan.UserID, records []*record) []Entry {
	done := entry(OK, user, records)
	done.Evidence = ByReadBack
	seen := entry(Verified, user, records)
	seen.Evidence = ByReadBack
	return []Entry{done, seen}
}

// takesSeat reports whether a change uses a seat that nobody uses now.
func takesSeat(rec *record) bool {
	return rec.change.Action == plan.Assign && !rec.change.Held.ThroughGroup()
}

// freeSeats returns how many seats can at most be free, by product, if a job
// gives one. Graph counts late, so what this run freed is added: none left is
// sure, some left is not.
func (r *runner) freeSeats(ctx context.Context, jobs []*job) (map[plan.SKU]int, error) {
	seats := map[plan.SKU]int{}
	if !slices.ContainsFunc(jobs, func(j *job) bool { return slices.ContainsFunc(j.records, takesSeat) }) {
		return seats, nil
	}
	products, err := r.Tenant.Products(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range products {
		seats[p.SKU] = p.Bought() - p.Consumed
	}
	for sku, n := range r.book.freed {
		if _, counted := seats[sku]; counted {
			seats[sku] += n
		}
	}
	return seats, nil
}

// intend makes the intents of a batch durable, and the plan used.
func (r *runner) intend(jobs []*job) error {
	lines := make([]Entry, 0, len(jobs))
	for _, j := range jobs {
		lines = append(lines, entry(Intent, j.user, j.records))
	}
	if err := r.write(lines); err != nil {
		return fmt.Errorf("nothing of this batch was sent: %w", err)
	}
	return r.markUsed()
}

// send sends a batch and returns the answers by user. A request without an
// answer, or with two, has Status 0.
func (r *runner) send(ctx context.Context, jobs []*job) map[plan.UserID]plan.Answer {
	requests := make([]plan.Request, 0, len(jobs))
	answers := make(map[plan.UserID]plan.Answer, len(jobs))
	for _, j := range jobs {
		j.tries++
		requests = append(requests, j.request())
		answers[j.user] = plan.Answer{User: j.user}
	}
	got, err := r.Tenant.Assign(ctx, requests)
	seen := map[plan.UserID]bool{}
	for _, a := range got {
		if _, asked := answers[a.User]; !asked {
			r.Log.Warn("an answer to what was not asked", "user", a.User)
			continue
		}
		if seen[a.User] {
			a = plan.Answer{User: a.User, Message: "Graph answered twice"}
		}
		seen[a.User], answers[a.User] = true, a
	}
	if err != nil {
		r.Log.Warn("a batch ended with an error", "batch", r.batch, "error", err)
		for user, a := range answers {
			if a.Status == 0 && a.Message == "" {
				a.Message = err.Error()
				answers[user] = a
			}
		}
	}
	return answers
}

func usersOf(jobs []*job) []plan.UserID {
	ids := make([]plan.UserID, len(jobs))
	for i, j := range jobs {
		ids[i] = j.user
	}
	return ids
}
