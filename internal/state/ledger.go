package state

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// ledgerName is the file of the ledger.
const ledgerName = "ledger.jsonl"

// A ledgerLine is one line of the ledger, of one of five kinds.
type ledgerLine struct {
	Kind    string      `json:"kind"`
	At      time.Time   `json:"at"`
	Run     string      `json:"run"`
	Plan    string      `json:"plan,omitempty"`    // used
	Changes string      `json:"changes,omitempty"` // used: digests.changes
	User    plan.UserID `json:"user,omitempty"`    // all but used
	SKU     plan.SKU    `json:"skuId,omitempty"`
	Counted *bool       `json:"counted,omitempty"` // removed; older lines have none, and count
	// returned: the hash of the statement that decides about the seat; none for nobody
	Statement string `json:"statement,omitempty"`
}

// Kinds of ledger lines.
const (
	kindUsed    = "used"
	kindRemoved = "removed"
	kindUndone  = "undone"
	// An undo gave a seat back, or switched plans of it on; a run took it again.
	kindReturned = "returned"
	kindRetaken  = "retaken"
)

// A UsedError says that another run used a plan.
type UsedError struct {
	Plan, Run string
}

func (e *UsedError) Error() string { return fmt.Sprintf("plan %s was used by run %s", e.Plan, e.Run) }

// Used returns the run that used a plan, if one did.
func (s *Store) Used(planID string) (run string, used bool, err error) {
	_, err = s.eachLedger(func(l *ledgerLine) {
		if !used && l.Kind == kindUsed && l.Plan == planID {
			run, used = l.Run, true
		}
	})
	if err != nil {
		return "", false, err
	}
	return run, used, nil
}

// HasLedger reports whether the ledger says anything. It does once a run has
// sent something.
func (s *Store) HasLedger() (bool, error) {
	any := false
	_, err := s.eachLedger(func(*ledgerLine) { any = true })
	return any && err == nil, err
}

// Use marks a plan as used by a run; changes is its digests.changes. Marking it
// for the same run again does nothing; for another is a *[UsedError]. The
// caller holds the lock.
func (s *Store) Use(planID, changes, run string, at time.Time) error {
	by, used, err := s.Used(planID)
	switch {
	case err != nil:
		return err
	case used && by == run:
		return nil
	case used:
		return &UsedError{Plan: planID, Run: by}
	}
	return s.note([]ledgerLine{{Kind: kindUsed, At: at.UTC(), Run: run, Plan: planID, Changes: changes}})
}

// note appends lines to the ledger, after cutting a torn last line off.
func (s *Store) note(lines []ledgerLine) (err error) {
	if len(lines) == 0 {
		return nil
	}
	keep, err := s.eachLedger(func(*ledgerLine) {})
	if err != nil {
		return err
	}
	var b bytes.Buffer
	for _, l := range lines {
		line, err := l.encode()
		if err != nil {
			return fmt.Errorf("write ledger: %w", err)
		}
		b.Write(line)
	}
	log, err := s.ledgerLog(keep)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	return log.Append(b.Bytes())
}

func (l ledgerLine) encode() ([]byte, error) {
	var b bytes.Buffer
	err := l.encodeTo(&b)
	return b.Bytes(), err
}

func (l ledgerLine) encodeTo(b *bytes.Buffer) error {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	return enc.Encode(l)
}

// eachLedger reads line by line and returns how many bytes the whole lines have.
// Of a large tenant there are hundred thousands, so that nobody holds them all. No
// ledger is an empty one; a torn last line was never counted on.
func (s *Store) eachLedger(f func(*ledgerLine)) (keep int64, err error) {
	file, err := openFile(s.Path(ledgerName))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	r := bufio.NewReaderSize(file, 1<<16)
	d := ledgerDecoder{words: map[string]string{}}
	for n, last := 1, false; ; n++ {
		line, err := r.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return 0, fmt.Errorf("read %q line %d: it is damaged: it has more than %d bytes; put the file back from a copy, or take the line out if you know what it said",
				s.Path(ledgerName), n, r.Size())
		case errors.Is(err, io.EOF):
			if json.NewDecoder(bytes.NewReader(line)).Decode(&json.RawMessage{}) != nil {
				return keep, nil
			}
			// Whole but for its end: it may well have been counted on.
			line, last = append(bytes.Clone(line), '\n'), true
		case err != nil:
			return 0, fmt.Errorf("read file: %w", err)
		}
		l, err := d.line(line)
		if err != nil {
			return 0, fmt.Errorf("read %q line %d: %w; put the file back from a copy, or take the line out if you know what it said",
				s.Path(ledgerName), n, err)
		}
		f(&l)
		if last {
			return keep + int64(len(line)) - 1, nil
		}
		keep += int64(len(line))
	}
}

// ledgerLog opens the ledger to append to, of which keep bytes were read.
func (s *Store) ledgerLog(keep int64) (*Appender, error) {
	if keep > 0 {
		added, err := s.endLine(s.Path(ledgerName), keep)
		if err != nil {
			return nil, fmt.Errorf("open ledger: %w", err)
		}
		keep += added
	}
	return s.Log(ledgerName, keep)
}

// endLine gives a last line of a log, which was read to there, the end that it lacks.
func (s *Store) endLine(path string, to int64) (added int64, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, to-1); err != nil || last[0] == '\n' {
		return 0, err
	}
	if err := s.mayWrite(path); err != nil {
		return 0, err
	}
	if _, err := f.WriteAt([]byte{'\n'}, to); err != nil {
		return 0, err
	}
	return 1, f.Sync()
}

// Unrecorded are the runs of the folder that changed something by their report, and
// of which the ledger does not say that they used a plan: it lost lines.
func (s *Store) Unrecorded() ([]RunInfo, error) {
	used := map[string]bool{}
	if _, err := s.eachLedger(func(l *ledgerLine) { used[l.Run] = used[l.Run] || l.Kind == kindUsed }); err != nil {
		return nil, err
	}
	exists, err := realDir(s.Path(runsName))
	if err != nil || !exists {
		return nil, err
	}
	entries, err := os.ReadDir(s.Path(runsName))
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	var infos []RunInfo
	for _, e := range entries {
		if !e.IsDir() || !runName.MatchString(e.Name()) || used[e.Name()] {
			continue
		}
		if i := (&Run{name: e.Name(), dir: filepath.Join(s.Path(runsName), e.Name()), store: s}).info(); i.Summary != nil && i.Summary.Done > 0 {
			infos = append(infos, i)
		}
	}
	return infos, nil
}

// A ledgerDecoder reads the lines of one ledger, which say the same words over
// and over.
type ledgerDecoder struct {
	words map[string]string
	again bytes.Buffer
}

// mostWords is how many words are kept to be shared.
const mostWords = 1 << 12

func (d *ledgerDecoder) word(w string) string {
	if known, ok := d.words[w]; ok {
		return known
	}
	if len(d.words) < mostWords {
		d.words[w] = w
	}
	return w
}

func (d *ledgerDecoder) line(line []byte) (ledgerLine, error) {
	var l ledgerLine
	if err := json.Unmarshal(line, &l); err != nil {
		return l, fmt.Errorf("it is damaged: %w", err)
	}
	// No unknown key, no value twice: those are not written again.
	d.again.Reset()
	if err := l.encodeTo(&d.again); err != nil || !bytes.Equal(d.again.Bytes(), line) {
		return l, errors.New("it is damaged: not written as reseat writes it")
	}
	l.Kind, l.Run, l.SKU, l.Statement = d.word(l.Kind), d.word(l.Run), plan.SKU(d.word(string(l.SKU))), d.word(l.Statement)
	seat := l.User != "" && l.SKU != "" && l.Plan == ""
	used := l.Plan != "" && l.User == "" && l.SKU == ""
	switch {
	case l.Run == "", l.At.IsZero(), l.Counted != nil && l.Kind != kindRemoved, l.Statement != "" && l.Kind != kindReturned:
	case l.Kind == kindUsed && used, seat && slices.Contains([]string{kindRemoved, kindUndone, kindReturned, kindRetaken}, l.Kind):
		return l, nil
	}
	return l, fmt.Errorf("it is damaged: kind %q does not go with what it says", l.Kind)
}
