package apply

import (
	"cmp"
	"slices"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A record is what a journal says of one change. There is one for each, of
// hundred thousands, so it keeps of lines what is needed later alone.
type record struct {
	change *plan.Change
	item   sifted // Class is empty before that
	last   line   // the last one about it; State is empty if there is none
	// maybe is true if something sent before may have been carried out without
	// our knowing; before is what it was ahead of the last intent.
	maybe, before bool
	intended      bool      // there is an intent, in whatever run of Run
	at            time.Time // of the line that says it was carried out
}

// Sifted is what [Sift] found about a change.
type sifted struct {
	Class         plan.Class
	Code, Message string
}

// A line is what a record keeps of an [Entry].
type line struct {
	State     State
	Class     plan.Class
	Status    int
	Code      string
	Message   string
	RequestID string
	Evidence  string
	At        time.Time
	NotBefore time.Time
}

// keep takes note of an entry. One that says that a change was verified need not
// repeat how it is known.
func (l *line) keep(e *Entry) {
	id, evidence := e.RequestID, e.Evidence
	if e.State == Verified && evidence == "" {
		id, evidence = l.RequestID, l.Evidence
	}
	// A line that does not say when to ask again takes nothing back of what Graph said.
	*l = line{e.State, e.Class, e.Status, e.Code, e.Message, id, evidence, e.At, later(l.NotBefore, e.NotBefore)}
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

// given reports whether Graph accepted it, and a resume waits no longer to see it.
func (r *record) given() bool { return r.last.State == OK && r.last.Class == plan.Changed }

// A book folds journal lines into records, those of the history and those of
// the run alike, so that a report never knows more than the journal.
type book struct {
	order  []*record // by the plan's changes
	byUser []*record // the same, sorted by user
	sum    plan.ReportSummary
	freed  map[plan.SKU]int // seats that the run took, as far as it knows
	// closed is how many of the unknown ones a resume would not look at again.
	closed int
	// unconfirmed is how many were carried out, and not read back yet.
	unconfirmed int
}

func newBook(p *plan.Plan, entries []Entry) *book {
	n := 0
	for i := range p.Changes {
		if p.Changes[i].Verdict.Executable() {
			n++
		}
	}
	b := &book{order: make([]*record, 0, n), freed: map[plan.SKU]int{}}
	records := make([]record, n) // one piece of memory
	for i := range p.Changes {
		if c := &p.Changes[i]; c.Verdict.Executable() {
			r := &records[len(b.order)]
			r.change = c
			b.order = append(b.order, r)
			b.count(r, 1)
		}
	}
	b.byUser = b.order
	if byUser := func(x, y *record) int { return cmp.Compare(x.change.User.ID, y.change.User.ID) }; !slices.IsSortedFunc(b.order, byUser) {
		b.byUser = slices.Clone(b.order)
		slices.SortStableFunc(b.byUser, byUser)
	}
	for i := range entries {
		b.fold(entries[i])
	}
	return b
}

func (b *book) fold(e Entry) { b.foldTold(e, func(*record, plan.Status) {}) }

// foldTold folds a line, and tells of each record that it is about what that was.
func (b *book) foldTold(e Entry, told func(r *record, was plan.Status)) {
	for _, r := range b.of(e.User) {
		if !e.about(r.change.SKU()) {
			continue
		}
		was := r.status()
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
			if !r.done() {
				r.at = e.At
			}
		}
		r.last.keep(&e)
		b.count(r, 1)
		told(r, was)
	}
}

// count adds a record to the sums, or takes it out.
func (b *book) count(r *record, n int) {
	if r.done() && r.change.Lost() {
		b.freed[r.change.SKU()] += n
	}
	if r.doubtful() || r.given() {
		b.closed += n
	}
	if r.last.State == OK {
		b.unconfirmed += n
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

// find returns the record of a change, or nil.
func (b *book) find(user plan.UserID, sku plan.SKU) *record {
	for _, r := range b.of(user) {
		if r.change.SKU() == sku {
			return r
		}
	}
	return nil
}

// of returns the records of one user, in the order of the plan.
func (b *book) of(user plan.UserID) []*record {
	lo, _ := slices.BinarySearchFunc(b.byUser, user, func(r *record, u plan.UserID) int {
		return cmp.Compare(r.change.User.ID, u)
	})
	hi := lo
	for hi < len(b.byUser) && b.byUser[hi].change.User.ID == user {
		hi++
	}
	return b.byUser[lo:hi]
}

// outcome is what a report says of a record.
func (r *record) outcome() plan.Outcome {
	o := plan.Outcome{
		User: r.change.User.ID, SKU: r.change.SKU(), Action: r.change.Action, Class: plan.Ready, Status: r.status(),
		Code: r.last.Code, Message: r.last.Message, Evidence: r.last.Evidence, RequestID: r.last.RequestID, At: r.last.At,
	}
	if r.done() {
		o.At = r.at
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
		if r.given() {
			o.Advice = "look at the person's licences: the next plan asks for it again if it is still wanted"
		}
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
