package apply

import (
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// rateSpan is over how long the rate of a run is measured.
const rateSpan = 30 * time.Second

// waitTold is from how long on a pause is an event.
const waitTold = 5 * time.Second

// A sample is how many changes were settled at a time.
type sample struct {
	at      time.Time
	settled int
}

// tidings are what a runner remembers to tell how it goes on.
type tidings struct {
	samples  []sample  // of the last half minute
	waitEnd  time.Time // the pause that was told last
	stopping bool      // that nothing more is sent was told
}

// rate is how many changes a second were settled of late.
func (t *tidings) rate(now time.Time, settled int) float64 {
	if n := len(t.samples); n == 0 || now.Sub(t.samples[n-1].at) >= time.Second {
		t.samples = append(t.samples, sample{now, settled})
	}
	for len(t.samples) > 2 && now.Sub(t.samples[1].at) >= rateSpan {
		t.samples = t.samples[1:]
	}
	first := t.samples[0]
	past := now.Sub(first.at).Seconds()
	if past < 1 {
		return 0
	}
	return float64(settled-first.settled) / past
}

// state is how far the run is.
func (r *runner) state(wait time.Duration, because string) Progress {
	s := r.book.sum
	p := Progress{
		Total: len(r.book.order), Done: s.Done, Already: s.Already, Skipped: s.Skipped, Failed: s.Failed,
		Unknown: s.Unknown, Batch: r.batch, InFlight: r.flights, Waiting: r.retry.changes + r.watch.changes,
		Wait: wait, Because: because,
	}
	p.Rate = r.news.rate(r.now(), s.Done+s.Already+s.Skipped+s.Failed+r.book.unconfirmed)
	if p.Rate > 0 {
		p.Left = time.Duration(float64(s.NotReached) / p.Rate * float64(time.Second))
	}
	return p
}

// progress tells how far the run is, and what it waits for, if it does.
func (r *runner) progress(wait time.Duration, because string) {
	if r.Progress != nil {
		r.Progress(r.state(wait, because))
	}
}

// told tells of an event.
func (r *runner) told(e Event) {
	if r.Events != nil {
		e.At = r.Now().UTC()
		r.Events(e)
	}
}

// toldWith tells of an event that says how far the run is.
func (r *runner) toldWith(kind EventKind, message string) {
	if r.Events != nil {
		p := r.state(0, "")
		r.told(Event{Kind: kind, Progress: &p, Message: message})
	}
}

// toldWait tells of a pause: once of each, and only of what takes a while.
func (r *runner) toldWait(until time.Time, because string) {
	d := until.Sub(r.now())
	r.progress(d, because)
	if r.Events == nil || d < waitTold || until.Equal(r.news.waitEnd) {
		return
	}
	r.news.waitEnd = until
	p := r.state(d, because)
	r.told(Event{Kind: Waiting, Progress: &p, Message: because})
}

// toldSettled tells what became of changes, as far as lines of the journal say
// something new.
func (r *runner) toldSettled(rec *record, was plan.Status) {
	if now := rec.status(); r.Events == nil || now == was || now == plan.NotReached || rec.last.State == Intent {
		return
	}
	o := rec.outcome()
	r.told(Event{Kind: Settled, Outcome: &o})
}

// toldStopping tells once that nothing more is sent, and why.
func (r *runner) toldStopping() {
	if r.news.stopping || !r.ending() {
		return
	}
	r.news.stopping = true
	r.told(Event{Kind: Stopping, Message: r.reason()})
}

// reason is why the run ends before its time, or empty.
func (r *runner) reason() string {
	switch {
	case r.err != nil:
		return tidy(r.err.Error())
	case r.stopped != "":
		return r.stopped
	case r.interrupted:
		return "interrupted"
	}
	return ""
}

// toldEnd tells that the run is over, and why if not all was done.
func (r *runner) toldEnd(err error, s plan.ReportSummary) {
	why := s.Stopped
	switch {
	case err != nil:
		why = tidy(err.Error())
	case why == "" && s.Interrupted:
		why = "interrupted"
	}
	r.toldWith(Ended, why)
}
