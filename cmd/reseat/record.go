package main

import (
	"errors"
	"fmt"
	"io/fs"

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
// or where it left none of its end, what plan and journal know.
func account(run *state.Run, p *plan.Plan) (*plan.Report, error) {
	record, err := readRecord(run, p)
	if err != nil {
		return nil, err
	}
	report, err := readReport(run)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	size, err := run.JournalSize()
	if err != nil {
		return nil, err
	}
	if report == nil || report.Journal != size || record != nil && len(record.Parts) > len(report.Parts) {
		if report, err = fromJournal(run, p, report); err != nil {
			return nil, err
		}
	}
	report.Of(p, record)
	return report, nil
}

// fromJournal makes the report of a run from its journal. old is one that the
// run left, or nil; it is the answer where it says the same.
func fromJournal(run *state.Run, p *plan.Plan, old *plan.Report) (*plan.Report, error) {
	_, entries, _, err := readRun(run)
	if err != nil {
		return nil, err
	}
	report := apply.Account(p, run.Name(), entries)
	if old != nil && old.Journal == 0 && sameOutcomes(old.Outcomes, report.Outcomes) {
		return old, nil // of a version that did not note how long the journal was
	}
	if report.StartedAt.IsZero() {
		report.StartedAt = startOf(run.Name())
		report.EndedAt = report.StartedAt
	}
	return report, nil
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
