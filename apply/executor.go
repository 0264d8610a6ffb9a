package apply

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/reseat-cli/reseat/plan"
)

// ErrUnrecorded says that something was sent and what became of it could not be
// written down. Only resuming the run finds out.
var ErrUnrecorded = errors.New("what became of sent requests is not on record; resume the run")

// An Executor carries plans out. Tenant and Append are needed; the zero value
// of everything else is useful.
type Executor struct {
	Tenant Tenant
	// Append writes whole lines to the run's journal. When it returns nil they
	// are durable; after an error it is not called again.
	Append func(lines []byte) error
	// Used marks the plan as used by this run. It is called once a Run, when the
	// first intent is durable and before anything is sent; for a resumed run
	// again, so marking twice for one run must be no error.
	Used func() error
	// Removed is told which seats the run took, those included that it may have
	// taken, after each batch and for the history of a resumed run: the same
	// seat can come twice.
	Removed func([]plan.Outcome) error
	// Held is asked before people are read to be sent, and again when their
	// intents are durable, right before anything is sent: an error, as of a lock
	// that was lost, stops the run there, and is the reason in its report. Nil is
	// not asked.
	Held func() error
	// Open is asked when Held is, whether anything may be sent at this time, and
	// an error stops the run in the same way. Nil is always.
	Open func() error
	Log  hclog.Logger
	Now  func() time.Time
	// Wait returns when the time has passed, or earlier with the context's error.
	Wait     func(ctx context.Context, d time.Duration) error
	Progress func(Progress)
	// Events is told what happens, in order and from one goroutine; nil is not.
	Events func(Event)
	// Interrupted is closed, or sent to, by the first signal: the batch in
	// flight is finished, without more waiting, and nothing else is started.
	Interrupted <-chan struct{}
	// BatchSize is how many requests are sent at once after the first two
	// batches (of 1 and 5); 0 or more than 20 is 20.
	BatchSize int
	// InFlight is how many batches are under way at once after the first two,
	// each of which is verified before anything follows; 0 is 8.
	InFlight int
	// Patience are the waits before the read-backs of a batch; none is 0, 5,
	// 15, 30, 60, 120 and 300 seconds.
	Patience []time.Duration
	// SettleOnly sends nothing: what the history left open is found out. For a
	// plan that may no longer be applied.
	SettleOnly bool
	// Actor is who acts, for the report.
	Actor plan.Actor
}

// Run carries p out as run, as far as its items are ready, and returns what
// became of every executable change. The items are those of [Sift] on facts of
// now. history is the journal of the same run so far, from [DecodeJournal];
// what it settles is not repeated, what it leaves open is read first.
//
// A plan that expires on the way is carried out no further. Refusals and stops
// are in the report. An error is something that kept the run from going on: the
// journal, the ledger or the tenant could not be used. The report is nil only if
// p, items and history do not fit together; then nothing was sent. When ctx
// ends, what is in flight is recorded as unknown and the report says
// interrupted.
func (x Executor) Run(ctx context.Context, p *plan.Plan, run string, items []Item, history []Entry) (*plan.Report, error) {
	if x.Tenant == nil || x.Append == nil {
		return nil, fmt.Errorf("apply plan %q: no tenant or no journal", p.ID)
	}
	r := newRunner(x, p, history)
	if err := r.book.checkPlan(p, items); err != nil {
		return nil, fmt.Errorf("apply: %w", err)
	}
	if err := r.chain(history); err != nil {
		return nil, fmt.Errorf("apply plan %q: %w", p.ID, err)
	}
	started := r.Now().UTC()
	if len(history) > 0 {
		started = history[0].At
	}
	stop := r.listen(ctx)
	defer stop()
	r.toldWith(Began, "")
	err := r.carryOut(ctx)
	summary := r.book.sum
	if left := summary.NotReached + summary.Unknown - r.book.closed; left > 0 {
		summary.Interrupted, summary.Stopped = r.interrupted, r.stopped
	}
	r.toldEnd(err, summary)
	report := &plan.Report{
		Run: run, Plan: p.ID, Tenant: p.Tenant, Actor: r.Actor, StartedAt: started, EndedAt: r.Now().UTC(),
		Outcomes: r.book.outcomes(), Summary: summary,
	}
	if err != nil {
		return report, fmt.Errorf("apply plan %q, run %s: %w", p.ID, run, err)
	}
	return report, nil
}
