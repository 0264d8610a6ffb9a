package simulator

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"sync"

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
	all := make([]*plan.Group, len(t.base.Groups))
	for i := range all {
		all[i] = &t.base.Groups[i]
	}
	return list(t, c, t.groupSet(t.views.groups), scope{segment: c.counts()}, fragment(c, "groups"), usualTop, all,
		func(b []byte, g *plan.Group) []byte { return appendObject(b, "", cols, g) })
}

// groupSet is what queries may say of groups. Who has errors is looked up at
// most once by each set, so that a listing has one of its own.
func (t *Tenant) groupSet(cols []column[*plan.Group]) *collection[*plan.Group] {
	return groupCollection(cols, sync.OnceValue(t.failing))
}

// failing returns the groups by which somebody should have a licence that an
// error keeps from him. The caller holds mu.
func (t *Tenant) failing() map[plan.GroupID]bool {
	all := map[plan.GroupID]bool{}
	for _, a := range t.accounts {
		for _, s := range t.held(a).sources {
			if s.Group != "" && failed(s) {
				all[s.Group] = true
			}
		}
	}
	return all
}

func failed(s plan.Source) bool { return s.State == plan.ErrorState || s.State == plan.ActiveWithError }

// listFailing answers membersWithLicenseErrors.
func (t *Tenant) listFailing(c *call) (*answer, error) {
	g, err := t.group(c.args[0])
	if err != nil {
		return nil, err
	}
	var all []member
	for _, a := range t.inError(g.ID) {
		all = append(all, member{id: string(a.user.ID), user: a})
	}
	return t.objects(c, all)
}

// listMembers answers members and transitiveMembers, with or without a cast.
func (t *Tenant) listMembers(c *call) (*answer, error) {
	g, err := t.group(c.args[0])
	if err != nil {
		return nil, err
	}
	all, err := t.members(g, slices.Contains(c.segments, "transitiveMembers"))
	if err != nil {
		return nil, err
	}
	return t.objects(c, all)
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
