package simulator

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

func (t *Tenant) group(id string) (*plan.Group, error) {
	if err := t.known(plan.ReadGroups); err != nil {
		return nil, err
	}
	if g := t.groups[plan.GroupID(strings.ToLower(id))]; g != nil {
		return g, nil
	}
	return nil, notFound(id)
}

func (t *Tenant) getGroup(c *call) (*answer, error) {
	cols, err := choose(c, "group", t.views.groups, defaultGroup)
	if err != nil {
		return nil, err
	}
	g, err := t.group(c.args[0])
	if err != nil {
		return nil, err
	}
	context := c.context(fragment(c, "groups") + "/$entity")
	return &answer{status: http.StatusOK, body: appendObject(nil, context, cols, g)}, nil
}

func (t *Tenant) listGroups(c *call) (*answer, error) {
	if err := t.known(plan.ReadGroups); err != nil {
		return nil, err
	}
	cols, err := choose(c, "group", t.views.groups, defaultGroup)
	if err != nil {
		return nil, err
	}
	fits, err := groupFilter(c)
	if err != nil {
		return nil, err
	}
	var all []member
	for i := range t.base.Groups {
		if g := &t.base.Groups[i]; fits(g) {
			all = append(all, member{id: string(g.ID), group: g})
		}
	}
	return t.paged(c, fragment(c, "groups"), all, func(b []byte, m member) []byte { return appendObject(b, "", cols, m.group) })
}

func groupFilter(c *call) (func(*plan.Group) bool, error) {
	if !c.query.Has("$filter") {
		return func(*plan.Group) bool { return true }, nil
	}
	s := strings.TrimSpace(c.option("$filter"))
	if m := match(`displayName eq `+literal, s); m != nil {
		name := strings.ReplaceAll(m[1], "''", "'")
		return func(g *plan.Group) bool { return strings.EqualFold(g.DisplayName, name) }, nil
	}
	if m := match(countFilter, s); m != nil {
		if err := advanced(c); err != nil {
			return nil, err
		}
		return func(g *plan.Group) bool { return (len(g.Gives) > 0) == (m[1] == "ne") }, nil
	}
	return nil, invalidFilter(s)
}

// A member is a user or a group within a group, or a group of a listing.
type member struct {
	id    string
	user  *account
	group *plan.Group
}

// paged answers one page of a listing that is sorted by id.
func (t *Tenant) paged(c *call, context string, all []member, one func([]byte, member) []byte) (*answer, error) {
	p, err := t.page(c)
	if err != nil {
		return nil, err
	}
	counting, err := c.counting()
	if err != nil {
		return nil, err
	}
	l := newListing(c, context)
	if counting && p.first {
		l.count(len(all))
	}
	from, _ := slices.BinarySearchFunc(all, p.after, func(m member, id string) int {
		if m.id <= id {
			return -1
		}
		return 1
	})
	some := all[from:]
	if len(some) > p.top {
		some = some[:p.top]
		after := p.after
		if p.top > 0 {
			after = some[p.top-1].id
		}
		l.link(t.next(c, after))
	}
	return value(l, some, one), nil
}

// listMembers answers members and transitiveMembers, with or without the cast
// to users. Who may not read users is shown ids alone.
func (t *Tenant) listMembers(c *call) (*answer, error) {
	g, err := t.group(c.args[0])
	if err != nil {
		return nil, err
	}
	users, err := t.userSelect(c)
	if err != nil {
		return nil, err
	}
	groups := someOf(t.views.groups, c, defaultGroup)
	all, err := t.members(g, c.segments[2] == "transitiveMembers")
	if err != nil {
		return nil, err
	}
	cast := len(c.segments) > 3
	if cast {
		all = slices.DeleteFunc(all, func(m member) bool { return m.user == nil })
	}
	hidden := !readUsers().allows(c.who, false)
	context := "directoryObjects"
	if cast {
		context = "users"
	}
	return t.paged(c, fragment(c, context), all, func(b []byte, m member) []byte {
		switch {
		case m.group != nil:
			return appendObject(b, odataGroup, groups, m.group)
		case hidden:
			return appendHidden(b, users, m.id)
		case cast:
			return appendObject(b, "", users, t.person(m.user))
		}
		return appendObject(b, odataUser, users, t.person(m.user))
	})
}

// appendHidden writes a user of whom only the id may be seen.
func appendHidden(b []byte, cols []column[person], id string) []byte {
	b = append(b, '{')
	b = append(b, odataUser...)
	for _, k := range cols {
		b = append(appendString(append(b, ','), k.name), ':')
		if k.name == "id" {
			b = appendString(b, id)
		} else {
			b = append(b, "null"...)
		}
	}
	return append(b, '}')
}

// someOf returns the columns of a type that is only one of several listed, so
// that $select may name properties that it lacks.
func someOf[T any](all []column[T], c *call, defaults string) []column[T] {
	names := defaults
	if c.query.Has("$select") {
		names = c.option("$select")
	}
	var some []column[T]
	for _, k := range all {
		if slices.ContainsFunc(strings.Split(names, ","), func(n string) bool { return strings.EqualFold(strings.TrimSpace(n), k.name) }) {
			some = append(some, k)
		}
	}
	return some
}

// members returns a group's members by id: its own, or those of the groups
// within it too. Members that were never read are refused, not left out.
func (t *Tenant) members(g *plan.Group, deep bool) ([]member, error) {
	seen := map[string]bool{}
	var all []member
	todo := []*plan.Group{g}
	for visited := map[plan.GroupID]bool{g.ID: true}; len(todo) > 0; {
		at := todo[0]
		todo = todo[1:]
		if !at.MembersRead || t.read(plan.ReadMembers) == plan.ReadDenied {
			return nil, denied()
		}
		for _, id := range at.Members {
			if u := t.byID[id]; u != nil && !seen[string(id)] {
				seen[string(id)] = true
				all = append(all, member{id: string(id), user: u})
			}
		}
		for _, id := range at.Nested {
			n := t.groups[id]
			if n == nil {
				return nil, denied()
			}
			if !seen[string(id)] {
				seen[string(id)] = true
				all = append(all, member{id: string(id), group: n})
			}
			if deep && !visited[id] {
				visited[id] = true
				todo = append(todo, n)
			}
		}
	}
	slices.SortFunc(all, func(a, b member) int { return cmp.Compare(a.id, b.id) })
	return all, nil
}
