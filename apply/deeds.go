package apply

import (
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A Deed is a change that a run really made: what an undo gives back or takes.
type Deed struct {
	Change *plan.Change // the plan's own, with the state before and after
	At     time.Time    // when it was known to be done
	// Evidence is [ByAnswer] or [ByReadBack]; RequestID is Graph's.
	Evidence, RequestID string
}

// Executed returns what a run of p really took, gave or adjusted, by its
// journal, in the order of p's changes.
func Executed(p *plan.Plan, entries []Entry) []Deed {
	deeds := []Deed{}
	for _, r := range newBook(p, entries).order {
		if r.done() {
			deeds = append(deeds, Deed{Change: r.change, At: r.at, Evidence: r.last.Evidence, RequestID: r.last.RequestID})
		}
	}
	return deeds
}

// Unsettled returns the changes that a run of p sent, or was about to send,
// without knowing what became of them. Resume the run before it is undone: it
// finds out, or finds that nobody can ([Doubtful]).
func Unsettled(p *plan.Plan, entries []Entry) []plan.Change {
	changes := []plan.Change{}
	for _, r := range newBook(p, entries).order {
		if r.last.State != "" && r.open() && r.maybe {
			changes = append(changes, *r.change)
		}
	}
	return changes
}

// Doubtful returns the changes that a run of p sent and of which nobody can
// find out whether it made them: a patient read-back showed the seat neither as
// before nor as planned, because somebody else changed it or the person is
// gone. They are settled: not in [Unsettled], nor in [Executed], so that an
// undo leaves them out and should say so.
func Doubtful(p *plan.Plan, entries []Entry) []plan.Change {
	changes := []plan.Change{}
	for _, r := range newBook(p, entries).order {
		if r.doubtful() {
			changes = append(changes, *r.change)
		}
	}
	return changes
}

// Closed is how many of the changes that are not known to be done, or not, a
// resume of the run would not look at again.
func Closed(p *plan.Plan, entries []Entry) int { return newBook(p, entries).closed }
