package apply

import (
	"cmp"
	"slices"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A record is what a journal says of one change.
type record struct {
	change *plan.Change
	item   Item  // as sifted; Class is empty before that
	last   Entry // the last line about it; State is empty if there is none
	// maybe is true if something sent before may have been carried out without
	// our knowing; before is what it was ahead of the last intent.
	maybe, before bool
	intended      bool      // there is an intent, in whatever run of Run
	at            time.Time // of the line that says it was carried out
}

// done reports whether the change was carried out, as far as the journal knows.
func (r *record) done() bool { return r.last.State == OK || r.last.State == Verified }

// open reports whether something is still to be found out or to be done.
func (r *record) open() bool {
	switch r.last.State {
	case "", Intent, Sent:
		return true
	case Unknown:
		return !r.doubtful()
	case Skipped:
		return r.last.Class == plan.Ready // put off: a later resume may send it
	}
	return false
}

// doubtful reports whether it was sent and cannot be found out whether it was
// carried out: a patient read-back shows neither the one nor the other.
func (r *record) doubtful() bool {
	return r.maybe && r.last.State == Unknown && r.last.Evidence == ByReadBack
}

// A book folds journal lines into records, those of the history and those of
// the run alike, so that a report never knows more than the journal.
type book struct {
	records map[string]*record
	order   []*record // by the plan's changes
	sum     plan.ReportSummary
	freed   map[plan.SKU]int // seats that the run took, as far as it knows
	// doubtful is how many of the unknown ones a resume would not look at again.
	doubtful int
}

func newBook(p *plan.Plan, entries []Entry) *book {
	b := &book{records: map[string]*record{}, freed: map[plan.SKU]int{}}
	for i := range p.Changes {
		c := &p.Changes[i]
		if !c.Verdict.Executable() {
			continue
		}
		r := &record{change: c}
		b.records[key(c.User.ID, c.SKU())] = r
		b.order = append(b.order, r)
		b.count(r, 1)
	}
	for i := range entries {
		b.fold(entries[i])
	}
	return b
}

func (b *book) fold(e Entry) {
	for _, k := range e.keys() {
		r := b.records[k]
		if r == nil {
			continue
		}
		b.count(r, -1)
		switch e.State {
		case Intent:
			r.before, r.maybe, r.intended = r.maybe, true, true
		case Sent:
			// A 503 may come from behind the service that did the work.
			if e.Status != statusUnavailable {
				r.maybe = r.before
			}
		case Skipped:
			if e.Class == plan.Ready {
				r.maybe = false // it was read back as it was
			}
		case OK:
			r.at = e.At
		}
		r.last = e
		b.count(r, 1)
	}
}

// count adds a record to the sums, or takes it out.
func (b *book) count(r *record, n int) {
	if r.done() && r.change.Lost() {
		b.freed[r.change.SKU()] += n
	}
	if r.doubtful() {
		b.doubtful += n
	}
	switch r.status() {
	case plan.Done:
		b.sum.Done += n
	case plan.Failed:
		b.sum.Failed += n
	case plan.Uncertain, plan.Unconfirmed:
		b.sum.Unknown += n
	case plan.NotReached:
		b.sum.NotReached += n
	case plan.Skipped:
		if r.last.Class == plan.Already {
			b.sum.Already += n
		} else {
			b.sum.Skipped += n
		}
	}
}

// status is what became of a record.
func (r *record) status() plan.Status {
	switch r.last.State {
	case Verified:
		return plan.Done
	case OK:
		return plan.Unconfirmed
	case Skipped:
		if r.open() {
			return plan.NotReached
		}
		return plan.Skipped
	case Already:
		return plan.Skipped
	case Failed:
		return plan.Failed
	}
	if r.maybe {
		return plan.Uncertain
	}
	return plan.NotReached
}

// of returns the records of one user, in the order of the plan.
func (b *book) of(user plan.UserID) []*record {
	lo, _ := slices.BinarySearchFunc(b.order, user, func(r *record, u plan.UserID) int {
		return cmp.Compare(r.change.User.ID, u)
	})
	hi := lo
	for hi < len(b.order) && b.order[hi].change.User.ID == user {
		hi++
	}
	return b.order[lo:hi]
}

// outcome is what a report says of a record.
func (r *record) outcome() plan.Outcome {
	o := plan.Outcome{
		User: r.change.User.ID, SKU: r.change.SKU(), Action: r.change.Action, Class: plan.Ready, Status: r.status(),
		Code: r.last.Code, Message: r.last.Message, Evidence: r.last.Evidence, RequestID: r.last.RequestID,
	}
	if r.last.Class != "" {
		o.Class = r.last.Class
	}
	switch o.Status {
	case plan.NotReached:
		if r.last.State == "" && r.item.Class != "" {
			o.Class = r.item.Class
		}
	case plan.Unconfirmed:
		o.Advice = "Graph can take some minutes to show a change: `reseat apply --resume` with this run looks again"
	case plan.Failed:
		o.Advice = judge(r.last.Status, r.last.Code, r.last.Message).advice
	case plan.Uncertain:
		if r.doubtful() {
			o.Advice = "look at the person's licences: an undo of this run leaves this one out"
			break
		}
		o.Advice = "`reseat apply --resume` with this run reads it again"
		if o.Message == "" {
			o.Message = "sent without a recorded answer"
		}
	}
	return o
}

// outcomes are those of every executable change, sorted for a report.
func (b *book) outcomes() []plan.Outcome {
	outcomes := make([]plan.Outcome, 0, len(b.order))
	for _, r := range b.order {
		outcomes = append(outcomes, r.outcome())
	}
	slices.SortFunc(outcomes, func(a, b plan.Outcome) int {
		return cmp.Or(cmp.Compare(a.User, b.User), cmp.Compare(a.SKU, b.SKU))
	})
	return outcomes
}
