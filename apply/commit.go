package apply

import (
	"fmt"
	"slices"
	"time"
)

// rideAlong is how many lines that can wait are kept for the next append.
const rideAlong = 200

// commit makes the lines of all lanes durable that are there now, in one
// append. Lines about read-backs that confirm an answer wait for others to ride
// along with: losing them costs no more than another read.
func (r *runner) commit() error {
	if len(r.hard) == 0 && len(r.soft) < rideAlong {
		return nil
	}
	return r.flush()
}

// flush makes all lines durable, then tells the ledger and whoever watches.
func (r *runner) flush() error {
	lines := append(r.soft, r.hard...)
	r.soft, r.hard = nil, nil
	if len(lines) > 0 {
		if err := r.write(lines); err != nil {
			return r.unwritten(lines, err)
		}
	}
	var over []*batch
	for _, b := range r.untold {
		if b.over() {
			over = append(over, b)
		}
	}
	if len(over) > 0 {
		if err := r.tell(over); err != nil {
			r.fail(err)
		}
	}
	if len(lines)+len(over) > 0 {
		r.progress(0, "")
	}
	return nil
}

// unwritten is the error about lines that did not become durable. It says
// whether something was sent that is not on record.
func (r *runner) unwritten(lines []Entry, err error) error {
	answers := slices.ContainsFunc(lines, func(e Entry) bool {
		return e.State != Intent && e.State != Verified && e.State != Skipped && e.State != Already
	})
	intents := slices.ContainsFunc(lines, func(e Entry) bool { return e.State == Intent })
	switch {
	case r.sending > 0 || answers:
		return fmt.Errorf("%w: %w", ErrUnrecorded, err)
	case intents:
		return fmt.Errorf("nothing of this batch was sent: %w", err)
	case len(lines) > 0 && lines[0].State == Verified:
		return fmt.Errorf("%w: %w", ErrUnrecorded, err)
	}
	return err
}

// write makes entries durable, then counts on them.
func (r *runner) write(entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	var lines []byte
	seq, prev, at := r.seq, r.prev, r.Now().UTC().Truncate(time.Millisecond)
	for i := range entries {
		seq++
		entries[i].Seq, entries[i].Prev, entries[i].At = seq, prev, at
		line, err := entries[i].Encode()
		if err != nil {
			return err
		}
		prev = hash(line[:len(line)-1])
		lines = append(lines, line...)
	}
	if err := r.Append(lines); err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	r.seq, r.prev = seq, prev
	for _, e := range entries {
		r.book.foldTold(e, r.toldSettled)
	}
	return nil
}
