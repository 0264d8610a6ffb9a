package simulator

import (
	"cmp"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// A member is an object that is in a group, in a role, or that a person is in:
// exactly one of user, group, role and service is set.
type member struct {
	id      string
	user    *account
	group   *plan.Group
	role    *plan.Role
	service bool
}

// memberCollection is what queries on members of any kind may speak of.
func memberCollection() *collection[member] {
	k := newCollection("directoryObject", nil, func(m member) string { return m.id }, []property[member]{
		wordField("id", "eq in", "ne", func(m member) string { return m.id }),
		wordField("displayName", "eq ge le in starts", "ne null", member.name),
	})
	k.names = []string{"id", "displayName", "deletedDateTime"}
	k.orders, k.searches = []string{"displayName"}, []string{"displayName"}
	return k
}

func (m member) name() string {
	switch {
	case m.user != nil:
		return m.user.user.DisplayName
	case m.group != nil:
		return m.group.DisplayName
	case m.role != nil:
		return m.role.Name
	}
	return ""
}

// A cast is the kind of object that a path ends in, or none.
func castOf(c *call) string {
	for _, s := range c.segments {
		if kind, ok := strings.CutPrefix(s, "microsoft.graph."); ok {
			return kind
		}
	}
	return ""
}

// objects answers a list of members of any kind, with or without a cast. Of
// kinds that the caller may not read, it shows ids alone.
func (t *Tenant) objects(c *call, all []member) (*answer, error) {
	users, err := t.userSelect(c)
	if castOf(c) != "user" && err != nil {
		if users, err = someOf(t.views.users, c, defaultUser), mixedSelect(c, err); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	switch castOf(c) {
	case "user":
		all = slices.DeleteFunc(all, func(m member) bool { return m.user == nil })
		return castList(t, c, t.views.userSet, "users", all, func(m member) person { return t.seen(m.user, c.eventual()) },
			func(b []byte, v person) []byte {
				if !readUsers().allows(c.who, false) {
					return appendHidden(b, odataUser, users, "id", string(v.ID))
				}
				return appendObject(b, "", users, v)
			})
	case "group":
		cols, err := choose(c, "group", t.views.groups, defaultGroup)
		if err != nil {
			return nil, err
		}
		all = slices.DeleteFunc(all, func(m member) bool { return m.group == nil })
		return castList(t, c, t.groupSet(t.views.groups), "groups", all, func(m member) *plan.Group { return m.group },
			func(b []byte, g *plan.Group) []byte {
				if !readGroups().allows(c.who, false) {
					return appendHidden(b, odataGroup, cols, "id", string(g.ID))
				}
				return appendObject(b, "", cols, g)
			})
	case "directoryRole":
		all = slices.DeleteFunc(all, func(m member) bool { return m.role == nil })
	case "servicePrincipal":
		all = slices.DeleteFunc(all, func(m member) bool { return !m.service })
	}
	return list(t, c, t.views.memberSet, scope{segment: c.counts(), relation: true}, fragment(c, "directoryObjects"), usualTop, all,
		func(b []byte, m member) []byte { return t.appendMember(b, c, users, m) })
}

// mixedSelect lets $select name properties of kinds other than users.
func mixedSelect(c *call, err error) error {
	for n := range strings.SplitSeq(c.option("$select"), ",") {
		if n = strings.TrimSpace(n); n == "" || elsewhere(n) || strings.EqualFold(n, "signInActivity") {
			return err
		}
	}
	return nil
}

func castList[T any](t *Tenant, c *call, k *collection[T], set string, all []member, of func(member) T, one func([]byte, T) []byte) (*answer, error) {
	some := make([]T, 0, len(all))
	for _, m := range all {
		some = append(some, of(m))
	}
	return list(t, c, k, scope{segment: c.counts(), relation: true}, fragment(c, set), usualTop, some, one)
}

func (t *Tenant) appendMember(b []byte, c *call, users []column[person], m member) []byte {
	switch {
	case m.user != nil && !readUsers().allows(c.who, false):
		return appendHidden(b, odataUser, users, "id", m.id)
	case m.user != nil:
		return appendObject(b, odataUser, users, t.person(m.user))
	case m.group != nil && !readGroups().allows(c.who, false):
		return appendHidden(b, odataGroup, someOf(t.views.groups, c, defaultGroup), "id", m.id)
	case m.group != nil:
		return appendObject(b, odataGroup, someOf(t.views.groups, c, defaultGroup), m.group)
	case m.role != nil && !readRoles().allows(c.who, false):
		return appendHidden(b, odataRole, someOf(t.views.activated, c, defaultRole), "id", m.id)
	case m.role != nil:
		return appendObject(b, odataRole, someOf(t.views.activated, c, defaultRole), m.role)
	}
	return append(appendString(append(append(b, '{'), odataService+`,"id":`...), m.id), '}')
}

// appendHidden writes an object of which only id and kind may be seen.
func appendHidden[T any](b []byte, annotation string, cols []column[T], key, id string) []byte {
	b = append(append(b, '{'), annotation...)
	for _, k := range cols {
		b = append(appendString(append(b, ','), k.name), ':')
		if k.name == key {
			b = appendString(b, id)
		} else {
			b = append(b, "null"...)
		}
	}
	return append(b, '}')
}

// listMemberOf answers memberOf and transitiveMemberOf: the groups that a
// person is in and the roles that he holds, with those of the groups if deep.
func (t *Tenant) listMemberOf(c *call) (*answer, error) {
	a, err := t.subjectAccount(c)
	if err != nil {
		return nil, err
	}
	deep := slices.Contains(c.segments, "transitiveMemberOf")
	all, err := t.memberOf(a.user.ID, deep)
	if err != nil {
		return nil, err
	}
	return t.objects(c, all)
}

// memberOf returns what a user is a member of, by id. Groups whose members were
// never read may be among it, so that nobody knows.
func (t *Tenant) memberOf(id plan.UserID, deep bool) ([]member, error) {
	if err := t.known(plan.ReadGroups); err != nil {
		return nil, err
	}
	if err := t.known(plan.ReadMembers); err != nil {
		return nil, err
	}
	in := map[plan.GroupID]bool{}
	for i := range t.base.Groups {
		g := &t.base.Groups[i]
		if !g.MembersRead {
			return nil, denied()
		}
		if slices.Contains(g.Members, id) {
			in[g.ID] = true
		}
	}
	for grew := deep; grew; {
		grew = false
		for i := range t.base.Groups {
			g := &t.base.Groups[i]
			if !in[g.ID] && slices.ContainsFunc(g.Nested, func(n plan.GroupID) bool { return in[n] }) {
				in[g.ID], grew = true, true
			}
		}
	}
	var all []member
	for g := range in {
		all = append(all, member{id: string(g), group: t.groups[g]})
	}
	for _, r := range t.holding(func(principal string) bool {
		return principal == string(id) || deep && in[plan.GroupID(principal)]
	}) {
		all = append(all, member{id: t.activatedID(r), role: r})
	}
	slices.SortFunc(all, func(a, b member) int { return cmp.Compare(a.id, b.id) })
	return all, nil
}
