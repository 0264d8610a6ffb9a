package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

// sign notes durably who works on a run, before anything of it is sent.
func (s *session) sign(j *job) error {
	record, err := readRecord(j.run, j.plan)
	if err != nil {
		return err
	}
	operation := plan.PartResume
	if record == nil {
		record = plan.NewRunRecord(j.plan, j.run.Name())
		if len(j.history) == 0 {
			operation = plan.PartApply
		}
	}
	lock := j.lock.Record()
	j.record = record.With(plan.RunPart{
		At: s.app.now().UTC(), Operation: operation, Actor: j.snap.Actor, Who: lock.Who, Host: lock.Host,
		Tool: plan.Tool{Name: "reseat", Version: s.app.version}, Revision: s.folder.desired.Revision,
	})
	doc, err := j.record.Encode()
	if err != nil {
		return err
	}
	return j.run.WriteRecord(doc)
}

// tell adds to a report what its reader asks: which plan, by whom.
func (j *job) tell(report *plan.Report) {
	report.Of(j.plan, j.record)
	if size, err := j.run.JournalSize(); err == nil {
		report.Journal = size
	}
}

// readRecord reads who worked on a run; nil if an older version made the run
// and noted nobody.
func readRecord(run *state.Run, p *plan.Plan) (*plan.RunRecord, error) {
	data, err := run.ReadRecord()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r, err := plan.DecodeRunRecord(data, p, run.Name())
	if err != nil {
		return nil, &codeError{code: exitError, err: fmt.Errorf("read %s: %w", run.RecordPath(), err),
			hint: "put the file back from a copy, or move it away: the run then reads without who carried it out"}
	}
	return r, nil
}

// account is the report of a run as its folder tells it: the one that it left,
// where its journal says the same, else what plan and journal know. Where the
// report claims what the journal does not tell, note says so.
func account(run *state.Run, p *plan.Plan) (told *plan.Report, note string, err error) {
	record, err := readRecord(run, p)
	if err != nil {
		return nil, "", err
	}
	left, err := readReport(run)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, "", err
	}
	size, err := run.JournalSize()
	if err != nil {
		return nil, "", err
	}
	entries, _, err := journalOf(run, p)
	if err != nil {
		return nil, "", err
	}
	report := apply.Account(p, run.Name(), entries)
	switch {
	case left == nil:
	case left.Journal == 0 && sameOutcomes(left.Outcomes, report.Outcomes): // of a version that did not note how long the journal was
		report = left
	case left.Journal == size && bearsOut(left, report) && signedBy(left, record):
		if record == nil || len(record.Parts) <= len(left.Parts) {
			report = left
		}
	case left.Journal == size || claimsMore(left, report):
		note = "report.json of run " + run.Name() + " does not say what its journal tells: what the journal tells is shown; one of the two was changed, or lost lines"
	}
	if report.StartedAt.IsZero() {
		report.StartedAt = startOf(run.Name())
		report.EndedAt = report.StartedAt
	}
	report.Of(p, record)
	return report, note, nil
}

// bearsOut reports whether a journal tells all that a report says became of its
// changes. Why a change was not reached is the report's own.
func bearsOut(left, journal *plan.Report) bool {
	a, b := left.Summary, journal.Summary
	a.Interrupted, a.Stopped = b.Interrupted, b.Stopped
	if a != b || left.Run != journal.Run || left.Plan != journal.Plan || left.Tenant != journal.Tenant || len(left.Outcomes) != len(journal.Outcomes) {
		return false
	}
	for i, x := range left.Outcomes {
		y := journal.Outcomes[i]
		if x.Status == plan.NotReached {
			x.Class = y.Class
		}
		x.Advice = y.Advice
		if x.At.Equal(y.At) {
			x.At = y.At
		}
		if x != y {
			return false
		}
	}
	return true
}

// signedBy reports whether a report is of who worked on the run last.
func signedBy(left *plan.Report, record *plan.RunRecord) bool {
	if record == nil {
		return true
	}
	n := min(len(record.Parts), len(left.Parts))
	return n > 0 && left.Actor.Kind == record.Parts[n-1].Actor.Kind && left.Actor.ID == record.Parts[n-1].Actor.ID && left.Actor.Name == record.Parts[n-1].Actor.Name
}

// claimsMore reports whether a report says of a change that it was done, of which
// the journal does not.
func claimsMore(left, journal *plan.Report) bool {
	done := map[string]bool{}
	for _, o := range journal.Outcomes {
		done[string(o.User)+"/"+string(o.SKU)] = o.Status == plan.Done || o.Status == plan.Unconfirmed
	}
	return slices.ContainsFunc(left.Outcomes, func(o plan.Outcome) bool {
		return (o.Status == plan.Done || o.Status == plan.Unconfirmed) && !done[string(o.User)+"/"+string(o.SKU)]
	})
}

func sameOutcomes(a, b []plan.Outcome) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].User != b[i].User || a[i].SKU != b[i].SKU || a[i].Status != b[i].Status {
			return false
		}
	}
	return true
}
