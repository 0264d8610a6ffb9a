package apply

import (
	"context"

	"github.com/reseat-cli/reseat/plan"
)

// A flight is some requests on their way together: looked at, sent, answered.
type flight struct {
	jobs     []*job
	products []plan.Product // as the look saw them, if a job gives a seat
}

// A result is what a lane hands back: the call that it made, and what came of it.
type result struct {
	deed    deed
	flight  *flight
	users   map[plan.UserID]plan.User
	answers map[plan.UserID]plan.Answer
	err     error
}

// A deed of a lane.
type deed int

const (
	looked deed = iota // users and products were read, ahead of sending
	sent               // requests were sent
	reread             // users were read back
)

// inLane makes calls beside the runner, which alone touches journal and book.
// With one batch in flight there is nothing beside it: the calls are made on the
// spot, in an order that does not depend on the scheduler.
func (r *runner) inLane(do func() result) {
	if r.InFlight == 1 {
		r.inbox = append(r.inbox, do())
		return
	}
	go func() { r.results <- do() }()
}

// startLook reads the people of a flight, and the products if it gives any.
func (r *runner) startLook(ctx context.Context, f *flight) {
	r.flights++
	// The first look counts as well: what the run frees from then on is known.
	count := needsSeats(f.jobs) || len(r.assigns) > 0 && len(r.seats.counted) == 0
	ids := usersOf(f.jobs)
	r.inLane(func() result {
		res := result{deed: looked, flight: f}
		if res.users, res.err = r.Tenant.Users(ctx, ids); res.err != nil || !count {
			return res
		}
		f.products, res.err = r.Tenant.Products(ctx)
		return res
	})
}

// startSend sends a flight whose intents are durable.
func (r *runner) startSend(ctx context.Context, f *flight) {
	r.flights++
	r.sending++
	requests := make([]plan.Request, 0, len(f.jobs))
	for _, j := range f.jobs {
		j.tries++
		requests = append(requests, j.request())
	}
	r.inLane(func() result { return result{deed: sent, flight: f, answers: r.send(ctx, requests)} })
}

// startReread reads people back.
func (r *runner) startReread(ctx context.Context, jobs []*job) {
	r.reads++
	ids := usersOf(jobs)
	r.inLane(func() result {
		res := result{deed: reread, flight: &flight{jobs: jobs}}
		res.users, res.err = r.Tenant.Users(ctx, ids)
		return res
	})
}

// send sends requests and returns the answers by user. A request without an
// answer, or with two, has Status 0.
func (r *runner) send(ctx context.Context, requests []plan.Request) map[plan.UserID]plan.Answer {
	answers := make(map[plan.UserID]plan.Answer, len(requests))
	for _, q := range requests {
		answers[q.User] = plan.Answer{User: q.User}
	}
	got, err := r.Tenant.Assign(ctx, requests)
	seen := map[plan.UserID]bool{}
	for _, a := range got {
		if _, asked := answers[a.User]; !asked {
			r.Log.Warn("an answer to what was not asked", "user", tidy(string(a.User)))
			continue
		}
		if seen[a.User] {
			a = plan.Answer{User: a.User, Message: "Graph answered twice"}
		}
		seen[a.User], answers[a.User] = true, a
	}
	if err != nil {
		r.Log.Warn("a batch ended with an error", "error", err)
		for user, a := range answers {
			if a.Status == 0 && a.Message == "" {
				a.Message = err.Error()
				answers[user] = a
			}
		}
	}
	return answers
}

// collect returns what lanes have handed back; it waits for the first until the
// alarm rings, if there is one.
func (r *runner) collect(alarm <-chan struct{}) []result {
	got := r.inbox
	r.inbox = nil
	if len(got) == 0 {
		select {
		case res := <-r.results:
			got = append(got, res)
		case <-alarm:
		}
	}
	for {
		select {
		case res := <-r.results:
			got = append(got, res)
		default:
			return got
		}
	}
}

func usersOf(jobs []*job) []plan.UserID {
	ids := make([]plan.UserID, len(jobs))
	for i, j := range jobs {
		ids[i] = j.user
	}
	return ids
}
