package plan

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// A matcher answers selectors for one snapshot. It keeps the members of the
// groups that selectors name; a group that is not there, or whose members were
// not read, is unknown.
type matcher struct {
	groups map[string]*membership // by lower-case name and by id
	now    time.Time
	today  Day
	tables map[string]*factTable // by lower-case name
	roles  roleFacts
	will   *outlook // nil: what people will hold is not worked out yet
	reads  []Read
	open   func(*User) need    // what may still be asked of a person
	lists  map[*Term]*wordList // of terms that have many values
}

// A membership is who is in a group, nested groups included.
type membership struct {
	members map[UserID]bool
	whole   bool // false: who is not in members may be a member all the same
}

func newMatcher(s *Snapshot, names []string) *matcher {
	m := &matcher{groups: map[string]*membership{}}
	for _, name := range names {
		key := strings.ToLower(name)
		if _, done := m.groups[key]; !done {
			m.groups[key] = membersOf(s, name)
		}
	}
	return m
}

// membersOf finds a group by id or by name, and gathers its members. A name
// that two groups share is unknown.
func membersOf(s *Snapshot, name string) *membership {
	var found *Group
	for i := range s.Groups {
		g := &s.Groups[i]
		if strings.EqualFold(string(g.ID), name) {
			found = g
			break
		}
		if strings.EqualFold(g.DisplayName, name) {
			if found != nil {
				return nil
			}
			found = g
		}
	}
	if found == nil {
		return nil
	}
	ms := &membership{members: map[UserID]bool{}, whole: true}
	ms.gather(s, found, map[GroupID]bool{})
	return ms
}

func (ms *membership) gather(s *Snapshot, g *Group, seen map[GroupID]bool) {
	if seen[g.ID] {
		return
	}
	seen[g.ID] = true
	ms.whole = ms.whole && g.MembersRead
	for _, u := range g.Members {
		ms.members[u] = true
	}
	for _, id := range g.Nested {
		i, ok := slices.BinarySearchFunc(s.Groups, id, func(g Group, id GroupID) int { return strings.Compare(string(g.ID), string(id)) })
		if !ok {
			ms.whole = false
			continue
		}
		ms.gather(s, &s.Groups[i], seen)
	}
}

// match answers a selector for a person.
func (m *matcher) match(s *Selector, u *User) answer {
	all := isYes
	for i := range s.Terms {
		all = all.and(m.term(&s.Terms[i], u))
		if all == isNo {
			return isNo
		}
	}
	return all
}

func (m *matcher) term(t *Term, u *User) answer {
	switch t.Key {
	case KeyNot:
		return m.match(t.Not, u).not()
	case KeyMemberOf:
		return m.memberOf(t.Values, u.ID)
	case KeyAccountEnabled:
		return truthTerm(t.Values, u.AccountEnabled)
	case KeySynced:
		return truthTerm(t.Values, TruthOf(u.OnPremisesSyncEnabled))
	case KeyResource:
		return truthTerm(t.Values, TruthOf(u.IsResourceAccount))
	case KeyHolds:
		return m.will.holds(t.Values, u)
	case KeyRole:
		return m.role(t.Values, u.ID)
	case KeyMailbox:
		return mailboxTerm(t, u.Mailbox)
	case KeyLastSignIn:
		last, known := u.SignIn.Last()
		return m.older(t.OlderThan, last, known)
	case KeyCreated:
		return m.older(t.OlderThan, u.CreatedAt, !u.CreatedAt.IsZero())
	case KeyListed:
		return m.listedIn(t.Values, u.ID)
	case KeyFact:
		return m.facts(t.Facts, u.ID)
	}
	text := attribute(u, t.Key)
	if list := m.lists[t]; list != nil && text != "" {
		if list.has(text) {
			return isYes
		}
		return isNo
	}
	return textTerm(t, text)
}

func (m *matcher) memberOf(names []string, id UserID) answer {
	any := isNo
	for _, name := range names {
		ms := m.groups[strings.ToLower(name)]
		switch {
		case ms != nil && ms.members[id]:
			return isYes
		case ms == nil || !ms.whole:
			any = isUnknown
		}
	}
	return any
}

func truthTerm(values []string, t Truth) answer {
	if t == Unknown {
		return isUnknown
	}
	for _, v := range values {
		if strings.EqualFold(v, "true") == (t == Yes) {
			return isYes
		}
	}
	return isNo
}

func textTerm(t *Term, text string) answer {
	if text == "" {
		if t.None {
			return isYes
		}
		return isAbsent
	}
	for _, v := range t.Values {
		if glob(v, text) {
			return isYes
		}
	}
	return isNo
}

// attribute is the text that a key asks for.
func attribute(u *User, k Key) string {
	switch k {
	case KeyUserType:
		return u.UserType
	case KeyDepartment:
		return u.Department
	case KeyJobTitle:
		return u.JobTitle
	case KeyCompanyName:
		return u.CompanyName
	case KeyCountry:
		return u.Country
	case KeyCity:
		return u.City
	case KeyOfficeLocation:
		return u.OfficeLocation
	case KeyUsageLocation:
		return u.UsageLocation
	case KeyEmployeeType:
		return u.EmployeeType
	case KeyDisplayName:
		return u.DisplayName
	case KeyMail:
		return u.Mail
	case KeyUPN:
		return u.UserPrincipalName
	}
	if n, ok := extensionNumber(k); ok && u.Extensions != nil {
		return u.Extensions[n-1]
	}
	return ""
}

// extensionNumber is the number of an extensionAttribute key.
func extensionNumber(k Key) (int, bool) {
	digits, ok := strings.CutPrefix(string(k), string(KeyExtension))
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil && 1 <= n && n <= 15
}

// unknownFact names the first thing of a selector that is not known of a
// person, for the plan's list of who was not evaluated.
func (m *matcher) unknownFact(s *Selector, u *User) string {
	for i := range s.Terms {
		t := &s.Terms[i]
		if m.term(t, u).truth() != Unknown {
			continue
		}
		if t.Not != nil {
			return m.unknownFact(t.Not, u)
		}
		return m.unknownTerm(t, u)
	}
	return ""
}

// An audience is a compiled `who`, `except`, `holders` or `add` list.
type audience struct {
	everyone  bool
	people    map[UserID]bool
	selectors []*Selector
	doubt     map[UserID]string // of whom a name of the list may be, and what is not known
}

// truth answers whether the list holds a person; fact names what is not known.
func (a *audience) truth(m *matcher, u *User) (t Truth, fact string) {
	if a.everyone || a.people[u.ID] {
		return Yes, ""
	}
	t = No
	for _, s := range a.selectors {
		switch m.match(s, u).truth() {
		case Yes:
			return Yes, ""
		case Unknown:
			if t == No {
				t, fact = Unknown, m.unknownFact(s, u)
			}
		}
	}
	if doubt, ok := a.doubt[u.ID]; ok && t == No {
		return Unknown, doubt
	}
	return t, fact
}
