package plan

import (
	"slices"
	"strings"
)

// holdsTable is the facts file that lists whose mailbox is on hold (R106).
const holdsTable = "holds"

// mailboxOf is what is known of the mailbox of who would lose the last plan with one.
func (b *bound) mailboxOf(u *User) MailboxFact {
	if u.Mailbox != "" {
		return MailboxFact{Kind: string(u.Mailbox)}
	}
	return MailboxFact{Why: b.matcher.unknownTerm(&Term{Key: KeyMailbox}, u)}
}

// hold is what the facts file named holds says of a person.
func (m *matcher) hold(id UserID) HoldFact {
	t := m.tables[holdsTable]
	if t == nil {
		return HoldFact{Listed: No}
	}
	out := HoldFact{Supplied: true, Listed: t.listed(id).truth()}
	name := t.perhaps[id]
	switch {
	case out.Listed == Unknown:
		out.Why = m.unlisted([]string{holdsTable}, id)
	case name != "":
		out.Listed, out.Why = Unknown, t.File+" lists "+quote(name)+", a further address of the account"
	}
	return out
}

// holdsRead says in the document whether holds were looked at.
func (m *matcher) holdsRead() Read {
	r := Read{What: ReadHolds, Status: ReadAbsent, Reason: "not supplied"}
	if t := m.tables[holdsTable]; t != nil {
		r = Read{What: ReadHolds, Items: len(t.Rows), Status: ReadComplete}
		if t.stale != "" {
			r.Status, r.Reason = ReadDenied, t.stale
		}
	}
	return r
}

// mailboxGoes reports whether the change would take the last plan with a mailbox.
func (c *draft) mailboxGoes() bool { return slices.Contains(c.facts.Loses, mailbox.names()[0]) }

func isHolds(t *Table) bool { return strings.EqualFold(t.Name, holdsTable) }
