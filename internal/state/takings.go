package state

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

// Takings note in the ledger what one run takes, batch after batch: the ledger
// is not read again, however much there is to note. The caller holds the lock as
// long as they are in use.
type Takings struct {
	store *Store
	run   string
	known map[Seat]bool // of this run
	whole bool          // the ledger's last line was looked at, and cut off if it was torn
}

// Takings reads what the ledger has of a run and notes what comes.
func (s *Store) Takings(run string) (*Takings, error) {
	t := &Takings{store: s, run: run, known: map[Seat]bool{}}
	_, err := s.eachLedger(func(l *ledgerLine) {
		if l.Run == run && (l.Kind == kindRemoved || l.Kind == kindUndone) {
			t.known[Seat{l.User, l.SKU}] = true
		}
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// Note notes seats that the run took. What the ledger has of the run and a seat
// already stands as it was first noted, given back or not: a resumed run may tell
// everything again. When it returns nil they are durable.
func (t *Takings) Note(seats []CountedSeat, at time.Time) error {
	var b bytes.Buffer
	var news []Seat
	fresh := map[Seat]bool{}
	for _, seat := range seats {
		if t.known[seat.Seat] || fresh[seat.Seat] {
			continue
		}
		fresh[seat.Seat] = true
		news = append(news, seat.Seat)
		line, err := ledgerLine{Kind: kindRemoved, At: at.UTC(), Run: t.run, User: seat.User, SKU: seat.SKU, Counted: &seat.Counted}.encode()
		if err != nil {
			return fmt.Errorf("write ledger: %w", err)
		}
		b.Write(line)
	}
	if len(news) == 0 {
		return nil
	}
	if err := t.append(b.Bytes()); err != nil {
		return err
	}
	for _, seat := range news {
		t.known[seat] = true
	}
	return nil
}

// append appends lines to the ledger. It is opened each time, since others of this
// process may have noted something meanwhile, and read only the first time.
func (t *Takings) append(lines []byte) (err error) {
	keep := int64(0)
	if !t.whole {
		if keep, err = t.store.eachLedger(func(*ledgerLine) {}); err != nil {
			return err
		}
	}
	var log *Appender
	if t.whole {
		log, err = t.store.openLog(t.store.Path(ledgerName))
	} else {
		log, err = t.store.ledgerLog(keep)
	}
	if err != nil {
		return err
	}
	t.whole = true
	return errors.Join(log.Append(lines), log.Close())
}
