package plan

import (
	"slices"
	"strings"
	"time"
)

// bindMatcher makes the matcher of the folder's selectors.
func (b *bound) bindMatcher(now time.Time) {
	b.matcher = newMatcher(b.s, b.d.Groups())
	m := b.matcher
	m.now, m.today, m.reads, m.open = now.UTC(), b.day, b.s.Reads, b.s.open
	m.tables = b.bindTables(now)
	m.roles, m.lists = b.bindRoles(), b.listWords()
	b.noGroups()
}

// roleFacts are what selectors ask of directory roles.
type roleFacts struct {
	held  map[UserID][]HeldRole
	meant map[string]map[RoleID]bool // the roles that a word of a selector means
	// open are roles of a group of which nobody could read who may make himself a
	// member, with the group's name.
	open map[RoleID]string
	some string // one of these names, the same each time
}

// anyRole is the word for whatever role.
const anyRole = "any"

// bindRoles resolves the roles that selectors name.
func (b *bound) bindRoles() roleFacts {
	r := roleFacts{held: b.roles, meant: map[string]map[RoleID]bool{}, open: map[RoleID]string{}}
	b.d.eachTerm(KeyRole, func(t *Term) {
		for _, word := range t.Values {
			if strings.EqualFold(word, anyRole) {
				continue
			}
			b.roleName(Name{Text: word, Place: t.Place})
			r.meant[word] = b.rolesCalled(word)
		}
	})
	denied := slices.ContainsFunc(b.s.Reads, func(r Read) bool { return r.What == ReadGroupEligibility && r.Status == ReadDenied })
	for _, a := range b.s.RoleAssignments {
		g := b.group(GroupID(a.Principal))
		if !denied || g == nil || g.Eligible != nil {
			continue
		}
		r.open[a.Role] = g.DisplayName
		if r.some == "" || g.DisplayName < r.some {
			r.some = g.DisplayName
		}
	}
	return r
}

// rolesCalled are the ids of the definitions that a word means.
func (b *bound) rolesCalled(word string) map[RoleID]bool {
	ids := map[RoleID]bool{}
	for i := range b.s.Roles {
		if r := &b.s.Roles[i]; r.called(word) {
			ids[r.ID] = true
		}
	}
	for id, name := range builtInRoles { // a built-in role's definition has the template's id
		if strings.EqualFold(name, word) || strings.EqualFold(string(id), word) {
			ids[id] = true
		}
	}
	return ids
}

// role answers whether a person has one of the roles: assigned, through a group,
// activated, or to be had for the asking.
func (m *matcher) role(words []string, id UserID) answer {
	out := isNo
	for _, word := range words {
		ids, named := m.roles.meant[word]
		for i := range m.roles.held[id] {
			h := &m.roles.held[id][i]
			if !named || ids[h.ID] {
				return isYes
			}
			if !h.Known && builtInName(h.ID) == "" {
				out = isUnknown // which role it is the directory does not show
			}
		}
		for role := range m.roles.open {
			if !named || ids[role] {
				out = isUnknown
			}
		}
	}
	return out
}

// mailbox answers what a person's mailbox is for.
func mailboxTerm(t *Term, kind Mailbox) answer {
	switch {
	case kind == "":
		return isUnknown
	case t.None && kind == NoMailbox:
		return isYes
	}
	for _, v := range t.Values {
		if strings.EqualFold(v, string(kind)) {
			return isYes
		}
	}
	return isNo
}

// older answers whether something was more than so many days ago.
func (m *matcher) older(days int, at time.Time, known bool) answer {
	switch {
	case !known:
		return isUnknown
	case at.Before(m.now.AddDate(0, 0, -days)):
		return isYes
	}
	return isNo
}

// unknownTerm says in words what is not known of a person.
func (m *matcher) unknownTerm(t *Term, u *User) string {
	switch t.Key {
	case KeyAccountEnabled:
		return "whether the account is enabled"
	case KeyMemberOf:
		return "members of " + strings.Join(t.Values, ", ")
	case KeyRole:
		return m.unknownRole(t.Values, u.ID)
	case KeyMailbox:
		return m.unread("kind of mailbox", ReadMailboxes, "Graph does not say", m.open(u)&needMailbox != 0)
	case KeyLastSignIn:
		return m.unread("last sign-in", ReadSignIns, "none is recorded", m.open(u)&needSignIn != 0)
	case KeyCreated:
		return "when the account was created"
	case KeyListed:
		return m.unlisted(t.Values, u.ID)
	case KeyFact:
		return m.unknownCell(t.Facts, u.ID)
	case KeyHolds:
		return m.will.unknown(t.Values, u)
	}
	return string(t.Key)
}

func (m *matcher) unknownRole(words []string, id UserID) string {
	for i := range m.roles.held[id] {
		if h := &m.roles.held[id][i]; !h.Known && builtInName(h.ID) == "" {
			return "directory roles: which role " + h.Name + " is"
		}
	}
	return "directory roles: who may join " + m.roles.some
}

func (m *matcher) unknownCell(facts []FactTerm, id UserID) string {
	for i := range facts {
		f := &facts[i]
		switch a, why := m.fact(f, id); {
		case a != isUnknown:
		case m.tables[strings.ToLower(f.Table)] != nil && why == m.tables[strings.ToLower(f.Table)].stale:
			return why
		default:
			return f.factName() + ": " + why
		}
	}
	return string(KeyFact)
}

// unread names a fact that costs a request, and why it is not known.
func (m *matcher) unread(fact, what, none string, open bool) string {
	i := slices.IndexFunc(m.reads, func(r Read) bool { return r.What == what })
	switch {
	case i < 0 || open:
		return fact + ": not read"
	case m.reads[i].Status == ReadComplete:
		return fact + ": " + none
	}
	return fact + ": " + m.reads[i].Reason
}
