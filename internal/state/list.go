package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A RunState is how a run ended.
type RunState string

// The states of runs.
const (
	Finished    RunState = "finished"    // everything of it is settled
	Interrupted RunState = "interrupted" // cut off before its report; can be resumed
	Resumable   RunState = "resumable"   // ended in order, with something left
	Unsent      RunState = "unsent"      // cut off before it had a plan: it sent nothing, and there is nothing to resume
	Running     RunState = "running"     // its lock is held by a process that may be at work
)

// A RunInfo is one run in a list.
type RunInfo struct {
	Name string `json:"run"`
	// Plan is the plan's id, as its file says.
	Plan  string   `json:"plan"`
	State RunState `json:"state"`
	// Started is when the run began and By who began it; Resumes is how often it
	// was taken up. Runs of older versions do not say.
	Started time.Time     `json:"startedAt,omitzero"`
	By      *plan.RunPart `json:"by,omitempty"`
	Resumes int           `json:"resumes,omitempty"`
	// Summary is that of the report; nil if there is none, or if the run was taken
	// up since and left no other.
	Summary *plan.ReportSummary `json:"summary"`
	// Fault is why the run's folder cannot be read, or empty.
	Fault string `json:"fault,omitempty"`
}

// Runs lists the runs of the folder, newest first. A run that cannot be read is
// in the list with its fault.
func (s *Store) Runs() ([]RunInfo, error) {
	exists, err := realDir(s.Path(runsName))
	if err != nil || !exists {
		return []RunInfo{}, err
	}
	entries, err := os.ReadDir(s.Path(runsName))
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	lock, held, err := s.Holder()
	var locked *LockedError
	if err != nil && !errors.As(err, &locked) {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	infos := []RunInfo{}
	for _, e := range slices.Backward(entries) {
		if !e.IsDir() || !runName.MatchString(e.Name()) {
			continue
		}
		info := (&Run{name: e.Name(), dir: filepath.Join(s.Path(runsName), e.Name()), store: s}).info()
		if dead, _ := lock.fate(host); held && lock.Run == info.Name && !dead {
			info.State = Running
		}
		infos = append(infos, info)
	}
	return infos, nil
}

// info reads what a list says of a run.
func (r *Run) info() RunInfo {
	i := RunInfo{Name: r.name, State: Interrupted}
	fault := func(err error) RunInfo {
		i.Fault = err.Error()
		return i
	}
	if r.Unsent() {
		_ = r.signed(&i) // whoever began it, where that is on record
		i.State = Unsent
		return i
	}
	if err := r.signed(&i); err != nil {
		return fault(err)
	}
	data, err := r.ReadReport()
	if errors.Is(err, fs.ErrNotExist) {
		return i
	}
	if err != nil {
		return fault(err)
	}
	var report plan.Report
	if err := json.Unmarshal(data, &report); err != nil {
		return fault(fmt.Errorf("read %s: %w", reportName, err))
	}
	if size, err := r.JournalSize(); err != nil {
		return fault(err)
	} else if report.Journal > 0 && report.Journal != size || len(report.Parts) > 0 && i.Resumes+1 > len(report.Parts) {
		return i // cut off again
	}
	i.Summary, i.State = &report.Summary, Finished
	if report.Summary.NotReached+report.Summary.Unknown > inDoubt(report.Outcomes) {
		i.State = Resumable
	}
	return i
}

// Unsent reports whether the run was cut off while its folder was made: it has
// no plan, and no journal or report, which come after that.
func (r *Run) Unsent() bool {
	for _, name := range []string{planName, journalName, reportName} {
		if _, err := os.Lstat(filepath.Join(r.dir, name)); !errors.Is(err, fs.ErrNotExist) {
			return false
		}
	}
	return true
}

// signed reads which plan a run is of and who works on it, from its record, or
// where it has none from its plan.
func (r *Run) signed(i *RunInfo) error {
	data, err := r.ReadRecord()
	if errors.Is(err, fs.ErrNotExist) {
		return r.planned(i)
	}
	if err != nil {
		return err
	}
	var record plan.RunRecord
	if err := json.Unmarshal(data, &record); err != nil || record.Kind != plan.RunKind || record.Run != r.name || len(record.Parts) == 0 {
		return fmt.Errorf("read %q: it is damaged; put it back from a copy, or move it away", r.RecordPath())
	}
	by := record.Parts[0]
	i.Plan, i.Started, i.By, i.Resumes = record.Plan, by.At, &by, len(record.Parts)-1
	return nil
}

// planned reads the plan's id from its file.
func (r *Run) planned(i *RunInfo) error {
	data, err := r.ReadPlan()
	if err != nil {
		return err
	}
	var p struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return fmt.Errorf("read %s: %w", planName, err)
	}
	i.Plan = p.ID
	return nil
}

// inDoubt counts the unknown outcomes that read-backs settled as such, and those that
// Graph accepted and the tenant never showed: there is nothing in them to resume.
func inDoubt(outcomes []plan.Outcome) int {
	n := 0
	for _, o := range outcomes {
		if o.Status == plan.Uncertain && o.Evidence == "read-back" || o.Status == plan.Unconfirmed && o.Class == plan.Changed {
			n++
		}
	}
	return n
}
