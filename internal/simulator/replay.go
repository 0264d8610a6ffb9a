package simulator

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// An entry is one accepted write, a line of what [Options.Append] is given.
type entry struct {
	Seq int       `json:"seq"`
	At  time.Time `json:"at"`
	// Kind is what was written; none is the licences of a user, as in files
	// from before there were kinds. The fields below belong to some kinds each.
	Kind    kind         `json:"kind,omitempty"`
	Group   plan.GroupID `json:"group,omitempty"`
	User    plan.UserID  `json:"user"`
	Add     []addition   `json:"add"`
	Remove  []plan.SKU   `json:"remove"`
	Members []string     `json:"members,omitempty"` // object ids
	Set     patch        `json:"set,omitempty"`
	// Due is when what takes its time comes into effect, and Draw seeds the
	// order in which people get their seats then.
	Due  time.Time `json:"due,omitzero"`
	Draw uint64    `json:"draw,omitempty"`
	// Kept says that a restored user gets his direct seats back.
	Kept bool `json:"kept,omitempty"`
	// Base is the SHA-256 of the snapshot that the tenant started from, in
	// lower-case hex; on the first line alone.
	Base string `json:"base,omitempty"`
	// Sum is the SHA-256 of the line before's Sum and of this line without its own.
	Sum string `json:"sum"`

	user *plan.User // as the write left him, for the answer
	next holding
	// changed says that the user holds other seats by it; of assignUser alone.
	changed bool
}

// encode seals an entry and returns its line. The caller holds writes.
func (t *Tenant) encode(e *entry) ([]byte, error) {
	e.Add, e.Remove, e.Base, e.Sum = full(e.Add), full(e.Remove), "", ""
	if e.Seq == 1 {
		var err error
		if e.Base, err = t.digest(); err != nil {
			return nil, err
		}
	}
	b, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode write: %w", err)
	}
	sum := sha256.Sum256(append([]byte(t.sum), b...))
	e.Sum = hex.EncodeToString(sum[:])
	if b, err = json.Marshal(e); err != nil {
		return nil, fmt.Errorf("encode write: %w", err)
	}
	return append(b, '\n'), nil
}

// Replay restores the writes that r holds, in the form that [Options.Append]
// was given, onto a tenant that was made anew from the same base. A last line
// without its newline was torn by a crash before its write was answered, and is
// left out: [Tenant.ReplayedBytes] says where it begins, and the file must be cut
// there before more is appended. Anything else that is not as it was written is
// an error that names the line, and the tenant is then as New made it.
func (t *Tenant) Replay(r io.Reader) error {
	t.writes.Lock()
	defer t.writes.Unlock()
	if t.seq > 0 || t.broken != nil {
		return errors.New("replay writes: the tenant has been written to already")
	}
	err := t.replay(bufio.NewReader(r))
	if err == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.index()
	return err
}

func (t *Tenant) replay(r *bufio.Reader) error {
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("replay writes: line %d: %w", n, err)
		}
		if err := t.again(n, line); err != nil {
			return fmt.Errorf("replay writes: line %d: %w", n, err)
		}
		t.size += int64(len(line))
	}
}

// again carries out what one line says.
func (t *Tenant) again(n int, line []byte) error {
	const remedy = "restore the file from a copy, or move it away to start from the snapshot again"
	var e entry
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return fmt.Errorf("not a write (%w); %s", err, remedy)
	}
	if n == 1 {
		if base, err := t.digest(); err != nil {
			return err
		} else if e.Base != base {
			return fmt.Errorf("the writes belong to another snapshot (SHA-256 %.16q, this one has %.16q); use the snapshot they were made on, or move the file away", e.Base, base)
		}
	}
	if e.Seq != n {
		return fmt.Errorf("write %d stands where write %d should; %s", e.Seq, n, remedy)
	}
	if want, err := t.encode(&e); err != nil {
		return err
	} else if !bytes.Equal(want, line) {
		return fmt.Errorf("the line is not as it was written; %s", remedy)
	}
	t.carry(e.At)
	effect, err := t.prepare(&e)
	if err != nil {
		return fmt.Errorf("the tenant refuses this write (%w); it was made by another version of the simulator, move the file away", err)
	}
	t.sum = e.Sum
	effect(t.mark(e.Seq, e.At))
	t.carry(e.At)
	return nil
}

// ReplayedBytes is how much of what was replayed is whole: the length that a
// file of writes must have before the next one is appended to it.
func (t *Tenant) ReplayedBytes() int64 {
	t.writes.Lock()
	defer t.writes.Unlock()
	return t.size
}
