package plan

import (
	"slices"
	"time"
)

// Asks are people about whom more is worth knowing, at the price of a request
// each: by id, sorted.
type Asks struct {
	// Mailboxes are people who would lose their last plan with a mailbox: what
	// the mailbox is for tells a leaver from a meeting room.
	Mailboxes []UserID
	// SignIns are people who would lose a product.
	SignIns []UserID
}

// Asks tells for whom the kind of mailbox and the last sign-in matter. Facts
// that the snapshot has already are not asked for again.
func (m *Made) Asks() Asks {
	var a Asks
	for _, r := range m.diff.requests {
		for _, c := range r.drafts {
			if c.Verdict == Blocked || !c.Lost() {
				continue
			}
			if r.user.SignIn == nil {
				a.SignIns = append(a.SignIns, r.user.ID)
			}
			if r.user.Mailbox == "" && slices.Contains(c.facts.Loses, mailbox.names()[0]) {
				a.Mailboxes = append(a.Mailboxes, r.user.ID)
			}
		}
	}
	slices.Sort(a.Mailboxes)
	slices.Sort(a.SignIns)
	a.Mailboxes, a.SignIns = slices.Compact(a.Mailboxes), slices.Compact(a.SignIns)
	return a
}

// Learn puts what was asked for into the snapshot, and what became of the
// reads. Only who has just read s, and shares it with nobody yet, may call it.
func (s *Snapshot) Learn(mailboxes map[UserID]Mailbox, signIns map[UserID]SignIn, reads ...Read) {
	for id, m := range mailboxes {
		if u, ok := s.User(id); ok {
			u.Mailbox = m
		}
	}
	for id, at := range signIns {
		if u, ok := s.User(id); ok {
			u.SignIn = &at
		}
	}
	s.Reads = append(slices.Clone(s.Reads), reads...)
}

// Last is the last sign-in as far as it is known: the last success, or else the
// later of the other two; false where none is.
func (s *SignIn) Last() (time.Time, bool) {
	if s == nil {
		return time.Time{}, false
	}
	if !s.Successful.IsZero() {
		return s.Successful, true
	}
	last := s.Interactive
	if s.NonInteractive.After(last) {
		last = s.NonInteractive
	}
	return last, !last.IsZero()
}

// seen is what a reviewer may want to know of the person a product is taken
// from, or nil where nothing is known.
func (c *draft) seen() *Seen {
	if !c.Lost() {
		return nil
	}
	var out Seen
	if slices.Contains(c.facts.Loses, mailbox.names()[0]) {
		out.Mailbox = c.user.Mailbox
	}
	if last, ok := c.user.SignIn.Last(); ok {
		out.LastSignIn = last.UTC()
	}
	if out == (Seen{}) {
		return nil
	}
	return &out
}
