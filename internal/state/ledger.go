package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
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
	lines, _, err := s.readLedger()
	if err != nil {
		return "", false, err
	}
	for _, l := range lines {
		if l.Kind == kindUsed && l.Plan == planID {
			return l.Run, true, nil
		}
	}
	return "", false, nil
}

// HasLedger reports whether the ledger says anything. It does once a run has
// sent something.
func (s *Store) HasLedger() (bool, error) {
	lines, _, err := s.readLedger()
	return len(lines) > 0, err
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
	_, keep, err := s.readLedger()
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
	log, err := s.Log(ledgerName, keep)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	return log.Append(b.Bytes())
}

func (l ledgerLine) encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(l)
	return b.Bytes(), err
}

// readLedger reads all whole lines and returns how many bytes they have. No
// ledger is an empty one; a torn last line was never counted on.
func (s *Store) readLedger() (lines []ledgerLine, keep int64, err error) {
	data, err := s.ReadLog(ledgerName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	keep = whole(data)
	for line := range bytes.Lines(data[:keep]) {
		l, err := decodeLedgerLine(line)
		if err != nil {
			return nil, 0, fmt.Errorf("read %q line %d: %w; put the file back from a copy, or take the line out if you know what it said",
				s.Path(ledgerName), len(lines)+1, err)
		}
		lines = append(lines, l)
	}
	return lines, keep, nil
}

func decodeLedgerLine(line []byte) (ledgerLine, error) {
	var l ledgerLine
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&l); err != nil {
		return l, fmt.Errorf("it is damaged: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return l, errors.New("it is damaged: more than one value")
	}
	if again, err := l.encode(); err != nil || !bytes.Equal(again, line) {
		return l, errors.New("it is damaged: not written as reseat writes it")
	}
	seat := l.User != "" && l.SKU != "" && l.Plan == ""
	used := l.Plan != "" && l.User == "" && l.SKU == ""
	switch {
	case l.Run == "", l.At.IsZero(), l.Counted != nil && l.Kind != kindRemoved, l.Statement != "" && l.Kind != kindReturned:
	case l.Kind == kindUsed && used, seat && slices.Contains([]string{kindRemoved, kindUndone, kindReturned, kindRetaken}, l.Kind):
		return l, nil
	}
	return l, fmt.Errorf("it is damaged: kind %q does not go with what it says", l.Kind)
}
