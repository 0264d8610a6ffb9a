package plan

import (
	"slices"
	"time"
)

// Asks are people about whom more is worth knowing, at the price of a request
// each: by id, sorted.
type Asks struct {
	// Mailboxes are people of whom a selector asks what the mailbox is for, where
	// the answer can change the plan, and those who would lose their last plan
	// with a mailbox: what it is for tells a leaver from a meeting room.
	Mailboxes []UserID
	// SignIns are people of whom a selector asks for the last sign-in, where the
	// answer can change the plan, and those who would lose a product.
	SignIns []UserID
}

// None reports whether nothing is asked.
func (a Asks) None() bool { return len(a.Mailboxes)+len(a.SignIns) == 0 }

// Of returns what is asked of some people.
func (a Asks) Of(people map[UserID]bool) Asks {
	others := func(id UserID) bool { return !people[id] }
	return Asks{Mailboxes: slices.DeleteFunc(slices.Clone(a.Mailboxes), others), SignIns: slices.DeleteFunc(slices.Clone(a.SignIns), others)}
}

// Asks tells for whom the kind of mailbox and the last sign-in matter, as far as
// the plan shows by now: who has learnt what is asked, and makes the plan
// again, may find that more is. Nothing is asked twice of anybody, nor what the
// tenant refused to tell of all who were asked for.
func (m *Made) Asks() Asks { return m.asks(true) }

// Needs is the part of [Made.Asks] on which it hangs what the plan does and what
// it warns of; the rest is for those who read it.
func (m *Made) Needs() Asks { return m.asks(false) }

func (m *Made) asks(seen bool) Asks {
	s := m.in.Snapshot
	var a Asks
	add := func(u *User, n need) {
		if n &= s.open(u); n&needMailbox != 0 {
			a.Mailboxes = append(a.Mailboxes, u.ID)
		}
		if n&needSignIn != 0 {
			a.SignIns = append(a.SignIns, u.ID)
		}
	}
	for _, r := range m.diff.requests {
		for _, c := range r.drafts {
			if c.Verdict == Blocked {
				continue
			}
			add(r.user, m.ruleNeeds(c))
			if m.undoes == nil { // an undo asks neither who is protected nor what statements want
				add(r.user, m.protectionNeeds(c))
			}
			add(r.user, m.waiverNeeds(c))
			if seen && c.Lost() {
				add(r.user, needSignIn)
			}
		}
	}
	if m.undoes == nil {
		m.selectorNeeds(add)
	}
	slices.Sort(a.Mailboxes)
	slices.Sort(a.SignIns)
	a.Mailboxes, a.SignIns = slices.Compact(a.Mailboxes), slices.Compact(a.SignIns)
	return a
}

// ruleNeeds is what the rules about mailboxes and sign-ins would have to know. Of
// who swaps a product R108 says nothing; rules of one's own may.
func (m *Made) ruleNeeds(c *draft) (n need) {
	if c.mailboxGoes() {
		n |= needMailbox
	}
	if c.Lost() && m.in.Desired.signInMatters() && (!c.facts.Swapped || len(m.in.Policy.Own) > 0) {
		n |= needSignIn
	}
	return n
}

// protectionNeeds is what protect.match would have to know of the person.
func (m *Made) protectionNeeds(c *draft) (n need) {
	if c.facts.Protected.Matched != Unknown {
		return 0
	}
	for i := range m.b.d.Settings.Protect.Match {
		n |= m.b.matcher.lacks(&m.b.d.Settings.Protect.Match[i], c.user)
	}
	return n
}

// asked are the people of whom facts were asked already, answered or not.
type asked struct {
	mailboxes, signIns map[UserID]bool
	// all is true for a snapshot of which nobody can be asked more.
	all bool
}

// closed is the snapshot as it is where nobody can be asked more: a file. What
// it does not tell of a person, although it was read, the tenant did not tell.
func (s *Snapshot) closed() *Snapshot {
	out := *s
	out.asked.all = true
	return &out
}

// open is what may still be asked of a person.
func (s *Snapshot) open(u *User) need {
	if s.asked.all {
		return 0
	}
	n := needMailbox | needSignIn
	if _, known := u.SignIn.Last(); known || s.asked.signIns[u.ID] || s.refused(ReadSignIns) {
		n &^= needSignIn
	}
	if u.Mailbox != "" || s.asked.mailboxes[u.ID] || s.refused(ReadMailboxes) {
		n &^= needMailbox
	}
	return n
}

// refused reports whether a read brought nothing of anybody.
func (s *Snapshot) refused(what string) bool {
	return slices.ContainsFunc(s.Reads, func(r Read) bool { return r.What == what && r.Status != ReadComplete && r.Items == 0 })
}

// Learn puts what was asked for into the snapshot, and what became of the
// reads. Only who has just read s, and shares it with nobody yet, may call it.
func (s *Snapshot) Learn(asks Asks, mailboxes map[UserID]Mailbox, signIns map[UserID]SignIn, reads ...Read) {
	if s.asked.mailboxes == nil {
		s.asked = asked{mailboxes: map[UserID]bool{}, signIns: map[UserID]bool{}}
	}
	for _, id := range asks.Mailboxes {
		s.asked.mailboxes[id] = true
	}
	for _, id := range asks.SignIns {
		s.asked.signIns[id] = true
	}
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
	s.Reads = slices.Clone(s.Reads)
	for _, r := range reads {
		s.addRead(r)
	}
}

// addRead makes one of reads that took several rounds: as bad as the worst of them.
func (s *Snapshot) addRead(r Read) {
	i := slices.IndexFunc(s.Reads, func(old Read) bool { return old.What == r.What })
	if i < 0 {
		s.Reads = append(s.Reads, r)
		return
	}
	old := &s.Reads[i]
	old.Items += r.Items
	if old.Status == ReadComplete || old.Status == ReadAbsent && r.Status == ReadDenied {
		old.Status, old.Reason = r.Status, r.Reason
	}
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
// from, or nil where nothing is known. asking are the statements that ask for
// the last sign-in.
func (c *draft) seen(asking map[*Ref]bool) *Seen {
	if !c.Lost() {
		return nil
	}
	var out Seen
	if c.mailboxGoes() {
		out.Mailbox = c.user.Mailbox
	}
	if last, ok := c.user.SignIn.Last(); ok {
		out.LastSignIn, out.SignInAsked = last.UTC(), asking[c.ruling.by.Ref]
	}
	if out == (Seen{}) {
		return nil
	}
	return &out
}
