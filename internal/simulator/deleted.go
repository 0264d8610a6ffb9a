package simulator

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// keptDeleted is how long a deleted user stays in the recycle bin.
const keptDeleted = 30 * 24 * time.Hour

// deletedView is how users in the recycle bin are shown and asked for.
func (t *Tenant) deletedView(users []column[person]) ([]column[person], *collection[person]) {
	at := func(v person) time.Time {
		i := slices.IndexFunc(t.base.Deleted, func(d plan.DeletedUser) bool { return d.ID == v.ID })
		if i < 0 {
			return time.Time{}
		}
		return t.base.Deleted[i].DeletedAt
	}
	cols := slices.Clone(users)
	for i, k := range cols {
		if k.name == "deletedDateTime" {
			cols[i] = moment("deletedDateTime", at)
		}
	}
	k := userCollection(cols)
	k.orders = append(k.orders, "deletedDateTime")
	k.fields["deleteddatetime"] = timeField("deletedDateTime", "eq ge le", "ne in", at)
	return cols, k
}

// inBin reports whether a user is in the recycle bin at a time. One who was
// deleted here is, though the clock was set back since.
func (t *Tenant) inBin(d plan.DeletedUser, at time.Time) bool {
	begun := t.binned(string(d.ID)) || !d.DeletedAt.After(at)
	return d.DeletedAt.IsZero() || begun && at.Before(d.DeletedAt.Add(keptDeleted))
}

// deletedPerson is a deleted user as answers show him. His name has his id
// without hyphens before it, so that another may take it; he holds nothing.
func (t *Tenant) deletedPerson(d plan.DeletedUser) person {
	u := &plan.User{
		ID: d.ID, DisplayName: d.DisplayName, UserType: "Member",
		UserPrincipalName: strings.ReplaceAll(string(d.ID), "-", "") + d.UserPrincipalName,
	}
	return person{u, holding{}, t}
}

func (t *Tenant) listDeleted(c *call) (*answer, error) {
	if err := t.known(plan.ReadDeleted); err != nil {
		return nil, err
	}
	cols, err := t.deletedSelect(c)
	if err != nil {
		return nil, err
	}
	var all []person
	for _, d := range t.base.Deleted {
		if t.inBin(d, t.o.Now()) {
			all = append(all, t.deletedPerson(d))
		}
	}
	slices.SortFunc(all, func(a, b person) int { return cmp.Compare(a.ID, b.ID) })
	return list(t, c, t.views.deletedSet, scope{segment: c.counts()}, fragment(c, "directory/deletedItems/microsoft.graph.user"), usualTop, all,
		func(b []byte, v person) []byte { return appendObject(b, "", cols, v) })
}

// listDeletedGroups answers that no group is in the recycle bin: a snapshot
// keeps none, and security groups never come there.
func (t *Tenant) listDeletedGroups(c *call) (*answer, error) {
	cols, err := choose(c, "group", t.views.groups, defaultGroup)
	if err != nil {
		return nil, err
	}
	return list(t, c, t.groupSet(t.views.groups), scope{segment: c.counts()}, fragment(c, "directory/deletedItems/microsoft.graph.group"), usualTop, nil,
		func(b []byte, g *plan.Group) []byte { return appendObject(b, "", cols, g) })
}

func (t *Tenant) getDeleted(c *call) (*answer, error) {
	if err := t.known(plan.ReadDeleted); err != nil {
		return nil, err
	}
	cols, err := t.deletedSelect(c)
	if err != nil {
		return nil, err
	}
	for _, d := range t.base.Deleted {
		if strings.EqualFold(string(d.ID), c.args[0]) && t.inBin(d, t.o.Now()) {
			context := c.context("directoryObjects/$entity") + "," + odataUser
			return &answer{status: http.StatusOK, body: appendObject(nil, context, cols, t.deletedPerson(d))}, nil
		}
	}
	return nil, notFound(c.args[0])
}

func (t *Tenant) deletedSelect(c *call) ([]column[person], error) {
	if _, err := t.userSelect(c); err != nil {
		return nil, err
	}
	return choose(c, "user", t.views.deleted, defaultUser)
}
