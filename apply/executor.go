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
	if left := summary.NotReached + summary.Unknown - r.book.doubtful; left > 0 {
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

// listen makes waits end at the first signal.
func (r *runner) listen(ctx context.Context) (stop func()) {
	waits, cancel := context.WithCancel(ctx)
	r.waits = waits
	if r.Interrupted == nil {
		return cancel
	}
	go func() {
		select {
		case <-r.Interrupted:
			cancel()
		case <-waits.Done():
		}
	}()
	return cancel
}

// mayGoOn asks, before anything more is sent, whether the tenant is still ours
// and the plan still valid; if not, the run stops.
func (r *runner) mayGoOn() bool {
	if r.Held != nil {
		if err := r.Held(); err != nil {
			r.stopped = tidy(err.Error())
			return false
		}
	}
	if r.Open != nil {
		if err := r.Open(); err != nil {
			r.stopped = tidy(err.Error())
			return false
		}
	}
	if until := r.p.ValidUntil; r.expired() {
		r.stopped = "the plan was valid until " + until.UTC().Format("2006-01-02 15:04 UTC")
		return false
	}
	return true
}

// halted reports whether nothing more may be started.
func (r *runner) halted() bool {
	select {
	case <-r.Interrupted:
		r.interrupted = true
	default:
	}
	if r.waits.Err() != nil {
		r.interrupted = true
	}
	return r.interrupted || r.stopped != ""
}

// now is the time, and not before what was waited for.
func (r *runner) now() time.Time { return later(r.Now(), r.floor) }

// pause waits until a time, unless the run is interrupted meanwhile.
func (r *runner) pause(until time.Time, because string) {
	d := min(until.Sub(r.now()), maxWait) // unless a clock was set back, none is longer
	if d <= 0 {
		return
	}
	r.toldWait(r.held(until, because))
	if err := r.Wait(r.waits, d); err != nil {
		r.interrupted = true
		return
	}
	r.floor = later(r.floor, until)
}

// write makes entries durable, then counts on them.
func (r *runner) write(entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	var lines []byte
	seq, prev, at := r.seq, r.prev, r.Now().UTC().Truncate(time.Millisecond)
	for i := range entries {
		seq++
		entries[i].Seq, entries[i].Prev, entries[i].At = seq, prev, at
		line, err := entries[i].Encode()
		if err != nil {
			return err
		}
		prev = hash(line[:len(line)-1])
		lines = append(lines, line...)
	}
	if err := r.Append(lines); err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	r.seq, r.prev = seq, prev
	for _, e := range entries {
		r.book.foldTold(e, r.toldSettled)
	}
	return nil
}

// expired reports whether the plan may no longer be applied.
func (r *runner) expired() bool {
	return !r.p.ValidUntil.IsZero() && !r.Now().Before(r.p.ValidUntil)
}
