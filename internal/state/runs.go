package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

const (
	runsName    = "runs"
	planName    = "plan.json"
	journalName = "journal.jsonl"
	undoName    = "undo.json"
	reportName  = "report.json"
)

// runName is how runs are called: when they started, the first 8 of
// digests.changes, and a number if two would be called the same.
var runName = regexp.MustCompile(`^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}(-[0-9]{1,2})?$`)

var digest = regexp.MustCompile(`^[0-9a-f]{8,128}$`)

// A Run is the folder of one run. It is complete in itself.
type Run struct {
	name, dir string
	store     *Store // whose OnWrite is asked; nil: nobody
}

// Name is the run's name.
func (r *Run) Name() string { return r.name }

// Dir is the run's folder.
func (r *Run) Dir() string { return r.dir }

// NewRun makes the folder of a run that starts now; changes is its plan's
// digests.changes.
func (s *Store) NewRun(changes string, start time.Time) (*Run, error) {
	if !digest.MatchString(changes) {
		return nil, fmt.Errorf("make run: %q is not a digest", changes)
	}
	if err := s.create(); err != nil {
		return nil, err
	}
	runs := s.Path(runsName)
	if err := makeDir(runs); err != nil {
		return nil, fmt.Errorf("make run: %w", err)
	}
	base := start.UTC().Format("20060102T150405Z") + "-" + changes[:8]
	name := base
	if err := s.mayWrite(filepath.Join(runs, base)); err != nil {
		return nil, fmt.Errorf("make run: %w", err)
	}
	for n := 2; n < 100; n++ {
		err := os.Mkdir(filepath.Join(runs, name), 0o700)
		if err == nil {
			err = syncDir(runs)
		}
		if err == nil {
			return &Run{name: name, dir: filepath.Join(runs, name), store: s}, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("make run: %w", err)
		}
		name = fmt.Sprintf("%s-%d", base, n)
	}
	return nil, fmt.Errorf("make run %s: it exists a hundred times", base)
}

// OpenRun opens a run by its name within the folder, or by the path of its own
// folder wherever that is.
func (s *Store) OpenRun(nameOrPath string) (*Run, error) {
	if runName.MatchString(nameOrPath) {
		dir := filepath.Join(s.Path(runsName), nameOrPath)
		if _, err := realDir(s.Path(runsName)); err != nil {
			return nil, fmt.Errorf("open run: %w", err)
		}
		exists, err := realDir(dir)
		if err != nil {
			return nil, fmt.Errorf("open run: %w", err)
		}
		if !exists {
			return nil, fmt.Errorf("open run %s: there is none in %q: %w", nameOrPath, s.Path(runsName), fs.ErrNotExist)
		}
		return &Run{name: nameOrPath, dir: dir, store: s}, nil
	}
	if !strings.ContainsAny(nameOrPath, `/\`) {
		return nil, fmt.Errorf("open run %q: not the name of a run, as in 20261120T080000Z-3fa9c2e1, and no path (for a folder here, write ./%s)", nameOrPath, nameOrPath)
	}
	run, err := openRunDir(nameOrPath)
	if err == nil {
		run.store = s
	}
	return run, err
}

// openRunDir opens a run's folder that may have been moved and renamed.
func openRunDir(path string) (*Run, error) {
	dir, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open run: %w", err)
	}
	exists, err := realDir(dir)
	if err != nil {
		return nil, fmt.Errorf("open run: %w", err)
	}
	if !exists {
		return nil, fmt.Errorf("open run: no folder %q: %w", path, fs.ErrNotExist)
	}
	if name := filepath.Base(dir); runName.MatchString(name) {
		return &Run{name: name, dir: dir}, nil
	}
	data, err := readFile(filepath.Join(dir, undoName))
	if err != nil {
		return nil, fmt.Errorf("open run: %q is not the folder of a run: %w", path, err)
	}
	var undo struct {
		Run string `json:"run"`
	}
	if err := json.Unmarshal(data, &undo); err != nil || !runName.MatchString(undo.Run) {
		return nil, fmt.Errorf("open run: %q is not the folder of a run: its %s names none", path, undoName)
	}
	return &Run{name: undo.Run, dir: dir}, nil
}

// WritePlan puts plan.json in place.
func (r *Run) WritePlan(data []byte) error { return r.write(planName, data) }

// WritePlanBy puts what write writes in place as plan.json.
func (r *Run) WritePlanBy(write func(io.Writer) error) error {
	return r.store.writeFileBy(filepath.Join(r.dir, planName), write)
}

// WriteUndoBy puts what write writes in place as undo.json.
func (r *Run) WriteUndoBy(write func(io.Writer) error) error {
	return r.store.writeFileBy(filepath.Join(r.dir, undoName), write)
}

// WriteUndo puts undo.json in place.
func (r *Run) WriteUndo(data []byte) error { return r.write(undoName, data) }

// WriteReport puts report.json in place; a resumed run replaces it.
func (r *Run) WriteReport(data []byte) error { return r.write(reportName, data) }

// WriteReportBy puts what write writes in place as report.json.
func (r *Run) WriteReportBy(write func(io.Writer) error) error {
	return r.store.writeFileBy(filepath.Join(r.dir, reportName), write)
}

func (r *Run) write(name string, data []byte) error {
	return r.store.writeFile(filepath.Join(r.dir, name), data)
}

// ReadPlan returns the bytes of plan.json; the error of this and of the other
// reads is fs.ErrNotExist if there is none.
func (r *Run) ReadPlan() ([]byte, error) { return readFile(filepath.Join(r.dir, planName)) }

// OpenPlan opens plan.json to be read.
func (r *Run) OpenPlan() (io.ReadCloser, error) { return openFile(filepath.Join(r.dir, planName)) }

// ReadUndo returns the bytes of undo.json.
func (r *Run) ReadUndo() ([]byte, error) { return readFile(filepath.Join(r.dir, undoName)) }

// ReadReport returns the bytes of report.json.
func (r *Run) ReadReport() ([]byte, error) { return readFile(filepath.Join(r.dir, reportName)) }

// OpenReport opens report.json to be read.
func (r *Run) OpenReport() (io.ReadCloser, error) { return openFile(filepath.Join(r.dir, reportName)) }

// OpenJournal opens the journal to be read, a torn last line included.
func (r *Run) OpenJournal() (io.ReadCloser, error) {
	return openFile(filepath.Join(r.dir, journalName))
}

// ReadJournal returns the bytes of the journal, a torn last line included.
func (r *Run) ReadJournal() ([]byte, error) { return readFile(filepath.Join(r.dir, journalName)) }

// KeepJournal cuts the journal to the bytes that are whole. Where a whole line came
// since they were read, another process is at work: that is an error, and nothing
// is cut off.
func (r *Run) KeepJournal(n int64) error { return cut(filepath.Join(r.dir, journalName), n) }

// Journal opens the journal to append to. One with a torn last line is an
// error: [Run.KeepJournal] cuts it off.
func (r *Run) Journal() (*Appender, error) { return r.store.openLog(filepath.Join(r.dir, journalName)) }

// wroteJournal reports whether a run wrote a line to its journal.
func (s *Store) wroteJournal(name string) (bool, error) {
	if !runName.MatchString(name) {
		return false, fmt.Errorf("the lock names no run: %q", name)
	}
	r := &Run{name: name, dir: filepath.Join(s.Path(runsName), name), store: s}
	if _, err := os.Lstat(filepath.Join(r.dir, journalName)); errors.Is(err, fs.ErrNotExist) {
		// A run that was opened by its path keeps its journal elsewhere.
		exists, dirErr := realDir(r.dir)
		return !exists, dirErr
	}
	size, err := r.JournalSize()
	return size > 0, err
}
