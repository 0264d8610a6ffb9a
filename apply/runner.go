package apply

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/reseat-cli/reseat/plan"
)

// A runner is one Run.
type runner struct {
	Executor
	p       *plan.Plan
	book    *book
	seq     int
	prev    string
	used    bool
	breaker breaker
	batch   int
	assigns map[plan.UserID]bool // whose requests contain an assign
	resumed bool                 // there is a history
	waits   context.Context      // ends with ctx or at the first signal

	interrupted bool
	stopped     string    // why the run ends before its time
	err         error     // what keeps it from going on
	floor       time.Time // it is at least this late, since that was waited for

	seats seats
	pace  pacer
	queue []*job // not begun, in the plan's order
	retry agenda // begun, and to be sent (again) at a time
	watch agenda // to be read back
	// canary is a batch that nothing follows before it is verified; proven is how
	// many there were of which something was sent.
	canary *batch
	proven int
	// settling are the people of whose requests a part is being found out, and
	// the rest, which stands or falls with it, waits for that.
	settling map[plan.UserID]bool
	untold   []*batch
	results  chan result
	inbox    []result // of lanes that run on the spot
	arrived  []result
	// flights, sending and reads are how many lanes look or send, send, read back.
	flights, sending, reads int

	hard, soft []Entry // lines to be written at once, or along with others
	ready      []*flight
	answered   []settled
	watched    []*job // whose read-backs are over
	news       tidings
}

func newRunner(x Executor, p *plan.Plan, history []Entry) *runner {
	r := &runner{Executor: x, p: p, book: newBook(p, history), prev: firstPrev(p), assigns: map[plan.UserID]bool{}, resumed: len(history) > 0}
	if r.Log == nil {
		r.Log = hclog.NewNullLogger()
	}
	r.Log = r.Log.Named("apply")
	if r.Now == nil {
		r.Now = time.Now
	}
	if r.Wait == nil {
		r.Wait = sleep
	}
	if len(r.Patience) == 0 {
		r.Patience = patience()
	}
	if r.BatchSize <= 0 || r.BatchSize > maxBatch {
		r.BatchSize = maxBatch
	}
	if r.InFlight <= 0 {
		r.InFlight = inFlight
	}
	r.results, r.seats = make(chan result, 2*r.InFlight), newSeats()
	r.pace = newPacer()
	for _, rec := range r.book.order {
		if rec.change.Action == plan.Assign {
			r.assigns[rec.change.User.ID] = true
		}
	}
	return r
}

// sleep waits by the clock.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// chain finds the end of the history's chain of hashes. [DecodeJournal] has held
// the lines against each other; here the history must be of this plan, and whole.
func (r *runner) chain(history []Entry) error {
	for i, e := range history {
		if e.Seq != i+1 || i == 0 && e.Prev != r.prev {
			return fmt.Errorf("line %d of the history is not of this plan's journal", e.Seq)
		}
	}
	if len(history) == 0 {
		return nil
	}
	last := history[len(history)-1]
	line, err := last.Encode()
	if err != nil {
		return err
	}
	r.seq, r.prev = last.Seq, hash(line[:len(line)-1])
	return nil
}
