package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/reseat-cli/reseat/plan"
)

// givingName is there while an undo run is at work, or was cut off: what it may
// give back, by the statements that decide about it.
const givingName = "giving.json"

// A giving is that file.
type giving struct {
	FormatVersion string           `json:"formatVersion"`
	Kind          string           `json:"kind"` // LicenseGiving
	Seats         []plan.GivenBack `json:"seats"`
}

// WriteGiving notes what an undo run may give back. It must be durable before
// the first request, so that what a run gave that was cut off is known: its
// journal says which of it was given.
func (r *Run) WriteGiving(seats []plan.GivenBack) error {
	data, err := json.Marshal(giving{FormatVersion: plan.FormatVersion, Kind: "LicenseGiving", Seats: append([]plan.GivenBack{}, seats...)})
	if err != nil {
		return fmt.Errorf("note what run %s gives back: %w", r.name, err)
	}
	return r.write(givingName, append(data, '\n'))
}

// Giving returns what [Run.WriteGiving] noted; the error is fs.ErrNotExist where
// nothing is, as once all of it is in the ledger.
func (r *Run) Giving() ([]plan.GivenBack, error) {
	data, err := readFile(filepath.Join(r.dir, givingName))
	if err != nil {
		return nil, err
	}
	var g giving
	if err := json.Unmarshal(data, &g); err != nil || g.Kind != "LicenseGiving" {
		return nil, fmt.Errorf("read %q: it is damaged; put it back from a copy, or take it away: what that run gave back may be taken again then", filepath.Join(r.dir, givingName))
	}
	return g.Seats, nil
}

// Given takes the note away: what the run gave back is in the ledger.
func (r *Run) Given() error {
	err := os.Remove(filepath.Join(r.dir, givingName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = syncDir(r.dir)
	}
	if err != nil {
		return fmt.Errorf("take away %s of run %s: %w", givingName, r.name, err)
	}
	return nil
}

// StillGiving lists the runs of the folder that noted what they may give back
// and did not come to tell the ledger, oldest first.
func (s *Store) StillGiving() ([]*Run, error) {
	exists, err := realDir(s.Path(runsName))
	if err != nil || !exists {
		return nil, err
	}
	entries, err := os.ReadDir(s.Path(runsName))
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	var runs []*Run
	for _, e := range entries {
		if !e.IsDir() || !runName.MatchString(e.Name()) {
			continue
		}
		r := &Run{name: e.Name(), dir: filepath.Join(s.Path(runsName), e.Name())}
		if _, err := os.Lstat(filepath.Join(r.dir, givingName)); err == nil {
			runs = append(runs, r)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("list runs: %w", err)
		}
	}
	return runs, nil
}

// NotReturned are those of seats that were given back of which the ledger says
// nothing, whatever became of the others since.
func (s *Store) NotReturned(given []plan.GivenBack) ([]plan.GivenBack, error) {
	if len(given) == 0 {
		return nil, nil
	}
	known, err := s.known()
	if err != nil {
		return nil, err
	}
	var out []plan.GivenBack
	for _, g := range given {
		if k := returned(g).timeless(); !known[k] {
			known[k] = true
			out = append(out, g)
		}
	}
	return out, nil
}
