package apply

import (
	"fmt"
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// tell tells the ledger of what batches took that are over.
func (r *runner) tell(batches []*batch) error {
	var jobs []*job
	for _, b := range batches {
		jobs = append(jobs, b.jobs...)
	}
	r.untold = slices.DeleteFunc(r.untold, func(b *batch) bool { return slices.Contains(batches, b) })
	return r.removed(jobs)
}

// removed tells the ledger of the seats that jobs took, or may have taken.
func (r *runner) removed(jobs []*job) error {
	var taken []plan.Outcome
	for _, j := range jobs {
		for _, rec := range r.book.of(j.user) {
			if rec.change.Lost() && (rec.done() || rec.maybe && (rec.open() || rec.doubtful())) {
				taken = append(taken, rec.outcome())
			}
		}
	}
	if r.Removed == nil || len(taken) == 0 {
		return nil
	}
	if err := r.Removed(taken); err != nil {
		return fmt.Errorf("record %d removals: %w; resume the run to record them", len(taken), err)
	}
	return nil
}

// markUsed says once that the plan is used.
func (r *runner) markUsed() error {
	if r.used || r.Used == nil {
		return nil
	}
	if err := r.Used(); err != nil {
		return fmt.Errorf("mark plan as used: %w", err)
	}
	r.used = true
	return nil
}
