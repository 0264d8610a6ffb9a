package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const recordName = "run.json"

// WriteRecord puts run.json in place; a resumed run replaces it.
func (r *Run) WriteRecord(data []byte) error { return r.write(recordName, data) }

// ReadRecord returns the bytes of run.json.
func (r *Run) ReadRecord() ([]byte, error) { return readFile(filepath.Join(r.dir, recordName)) }

// RecordPath is where run.json is, for messages.
func (r *Run) RecordPath() string { return filepath.Join(r.dir, recordName) }

// JournalSize is how many bytes the journal has, a torn last line included; 0
// if there is none.
func (r *Run) JournalSize() (int64, error) {
	info, err := os.Lstat(filepath.Join(r.dir, journalName))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look at the journal: %w", err)
	}
	return info.Size(), nil
}

// OpenRunAt opens the folder of a run wherever it lies, without the state
// folder that it is of. The error is fs.ErrNotExist if there is no such folder.
func OpenRunAt(path string) (*Run, error) { return openRunDir(path) }

// Home is the state folder that the run lies in, or "" where it was carried
// elsewhere.
func (r *Run) Home() string {
	runs := filepath.Dir(r.dir)
	if filepath.Base(runs) != runsName || filepath.Base(r.dir) != r.name {
		return ""
	}
	return filepath.Dir(runs)
}

// AtWork returns the lock of a run if a process that may be alive holds it.
func (s *Store) AtWork(run string) (lock LockRecord, atWork bool, err error) {
	lock, held, err := s.Holder()
	if err != nil || !held || lock.Run != run {
		return LockRecord{}, false, err
	}
	host, err := os.Hostname()
	if err != nil {
		return LockRecord{}, false, fmt.Errorf("look at the lock: %w", err)
	}
	dead, _ := lock.fate(host)
	return lock, !dead, nil
}
