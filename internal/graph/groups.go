package graph

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/reseat-cli/reseat/plan"
)

const groupSelect = "id,displayName,membershipRule,onPremisesSyncEnabled,isAssignableToRole,securityEnabled,assignedLicenses"

type wireGroup struct {
	ID             guid              `json:"id"`
	DisplayName    text              `json:"displayName"`
	MembershipRule text              `json:"membershipRule"`
	Synced         bool              `json:"onPremisesSyncEnabled"`
	RoleAssignable bool              `json:"isAssignableToRole"`
	Security       bool              `json:"securityEnabled"`
	Licenses       many[wireLicense] `json:"assignedLicenses"`
}

func (w wireGroup) group() plan.Group {
	g := plan.Group{
		ID: plan.GroupID(w.ID), DisplayName: string(w.DisplayName), MembershipRule: string(w.MembershipRule),
		Synced: w.Synced, RoleAssignable: w.RoleAssignable, SecurityEnabled: w.Security, Members: []plan.UserID{},
	}
	for _, l := range w.Licenses {
		if l.SKU != "" {
			g.Gives = append(g.Gives, plan.Given{SKU: plan.SKU(l.SKU), DisabledPlans: planIDs(l.DisabledPlans)})
		}
	}
	slices.SortFunc(g.Gives, func(a, b plan.Given) int { return cmp.Compare(a.SKU, b.SKU) })
	return g
}

// A gathering collects groups from several goroutines.
type gathering struct {
	mu      sync.Mutex
	groups  map[plan.GroupID]plan.Group
	reasons map[plan.GroupID]string // why a group could not be read
	members int
	denied  []plan.Read

	eligible     map[plan.GroupID][]plan.UserID
	eligibleRead plan.Read
}

func (g *gathering) with(f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	f()
}

// roleAndWanted reads the groups that hold a role, and those that wants names.
// Members of the former must be readable; all else that fails is noted.
func (c *Client) roleAndWanted(ctx context.Context, roles []plan.RoleAssignment, names []string, wanted []plan.GroupID, g *gathering) error {
	holding := holdingRoles(roles)
	var found []plan.GroupID
	err := together(ctx,
		func(ctx context.Context) error {
			return c.describe(ctx, slices.Concat(holding, wanted), g)
		},
		func(ctx context.Context) error {
			return each(ctx, names, aside-1, func(ctx context.Context, name string) error {
				id, err := c.find(ctx, name, g)
				if id != "" {
					g.with(func() { found = append(found, id) })
				}
				return err
			})
		},
	)
	if err != nil {
		return err
	}
	for _, id := range wanted {
		if why, failed := g.reasons[id]; failed {
			g.deny(plan.ReadGroups, string(id), why)
		}
	}
	if err := c.enrol(ctx, holding, append(wanted, found...), g); err != nil {
		return err
	}
	return c.groupEligibility(ctx, holding, g)
}

// licensing reads the names of the groups that license somebody, those left
// out that are known, or known not to be readable.
func (c *Client) licensing(ctx context.Context, users []plan.User, g *gathering) error {
	ids := slices.DeleteFunc(licensingGroups(users), func(id plan.GroupID) bool {
		_, read := g.groups[id]
		_, failed := g.reasons[id]
		return read || failed
	})
	return c.describe(ctx, ids, g)
}

// splitWants parts the wanted groups into names and ids, each once.
func splitWants(all []string) (names []string, ids []plan.GroupID, g *gathering) {
	g = &gathering{
		groups: map[plan.GroupID]plan.Group{}, reasons: map[plan.GroupID]string{}, eligible: map[plan.GroupID][]plan.UserID{},
	}
	for _, s := range sorted(all) {
		if id, err := plan.ParseGUID(s); err == nil {
			ids = append(ids, plan.GroupID(id))
			continue
		}
		names = append(names, s)
	}
	return names, ids, g
}

// licensingGroups returns the groups that license one of users, sorted.
func licensingGroups(users []plan.User) []plan.GroupID {
	seen := map[plan.GroupID]bool{}
	for i := range users {
		for _, s := range users[i].Sources {
			if s.Group != "" {
				seen[s.Group] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// holdingRoles returns the groups that have a role, sorted.
func holdingRoles(roles []plan.RoleAssignment) []plan.GroupID {
	var ids []plan.GroupID
	for _, r := range roles {
		if r.Kind == plan.PrincipalGroup {
			ids = append(ids, plan.GroupID(r.Principal))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// describe reads names and the like of groups by id.
func (c *Client) describe(ctx context.Context, ids []plan.GroupID, g *gathering) error {
	var gets []get
	for _, id := range ids {
		gets = append(gets, get{id: string(id), url: "/groups/" + string(id) + "?$select=" + groupSelect})
	}
	const op = "read groups"
	return c.batchGet(ctx, reads, op, gets, func(id string, body jsontext.Value, err error) error {
		var w wireGroup
		if err == nil {
			err = decodeOne(body, func(d *jsontext.Decoder) error { return newScribe().decode(d, &w) })
		}
		if err == nil && string(w.ID) != id {
			err = errors.New("the answer is about another group")
		}
		if fatal(ctx, err) {
			return err
		}
		g.with(func() {
			if err != nil {
				g.reasons[plan.GroupID(id)] = reason(c.hushed(op, err))
				return
			}
			g.groups[plan.GroupID(id)] = w.group()
		})
		return nil
	})
}

// find reads the one group of a name. What fails is noted, and the id empty;
// the error is one that ends all reads.
func (c *Client) find(ctx context.Context, name string, g *gathering) (plan.GroupID, error) {
	filter := url.QueryEscape("displayName eq '" + strings.ReplaceAll(name, "'", "''") + "'")
	l := listing{op: fmt.Sprintf("find group %q", clip(name, 100)),
		path: "/groups?$filter=" + strings.ReplaceAll(filter, "+", "%20") + "&$select=" + groupSelect}
	found, err := collect[wireGroup](ctx, c, l)
	if fatal(ctx, err) {
		return "", err
	}
	// A service, or a proxy, that does not know the filter gives all groups.
	found = slices.DeleteFunc(found, func(w wireGroup) bool { return !strings.EqualFold(string(w.DisplayName), name) })
	why := ""
	switch {
	case err != nil:
		why = reason(err)
	case len(found) == 0:
		why = "no group has this name"
	case len(found) > 1:
		why = fmt.Sprintf("%d groups have this name; use the id", len(found))
	case found[0].ID == "":
		why = "the group has no id"
	}
	if why != "" {
		g.with(func() { g.deny(plan.ReadGroups, name, why) })
		return "", nil
	}
	group := found[0].group()
	g.with(func() { g.groups[group.ID] = group })
	return group.ID, nil
}

// enrol reads who is in the groups that hold a role, which must work, and in
// those that are wanted.
func (c *Client) enrol(ctx context.Context, holding, wanted []plan.GroupID, g *gathering) error {
	all := slices.Concat(holding, wanted)
	slices.Sort(all)
	return each(ctx, slices.Compact(all), aside, func(ctx context.Context, id plan.GroupID) error {
		must := slices.Contains(holding, id)
		if _, failed := g.reasons[id]; failed && !must {
			return nil
		}
		members, err := c.members(ctx, id)
		if err != nil && (must || fatal(ctx, err)) {
			return err
		}
		g.with(func() {
			group, ok := g.groups[id]
			if !ok {
				group = plan.Group{ID: id, Members: []plan.UserID{}}
			}
			if err != nil {
				g.deny(plan.ReadMembers, first(group.DisplayName, string(id)), reason(err))
			} else {
				group.Members, group.MembersRead = members, true
				g.members += len(members)
			}
			g.groups[id] = group
		})
		return nil
	})
}

// members reads the people in a group, those of groups within it too.
func (c *Client) members(ctx context.Context, id plan.GroupID) ([]plan.UserID, error) {
	type wire struct {
		ID guid `json:"id"`
	}
	// The cast to users is an advanced query: it needs the count and the header.
	l := listing{op: "read members of group " + string(id), eventual: true,
		path: "/groups/" + string(id) + "/transitiveMembers/microsoft.graph.user?$select=id&$count=true&$top=999"}
	all, err := collect[wire](ctx, c, l)
	if err != nil {
		return nil, err
	}
	members := make([]plan.UserID, 0, len(all))
	for _, w := range all {
		if w.ID == "" {
			return nil, fmt.Errorf("%s: a member without an id", l.op)
		}
		members = append(members, plan.UserID(w.ID))
	}
	slices.Sort(members)
	return slices.Compact(members), nil
}

// deny notes why one wanted group is not known.
func (g *gathering) deny(what, name, why string) {
	g.denied = append(g.denied, plan.Read{What: what, Status: plan.ReadDenied, Reason: fmt.Sprintf("group %q: %s", name, why)})
}

// result returns the groups by id, and the reads: one of all groups, one of
// all members, one of who may become a member, then one for each wanted group
// that is not known.
func (g *gathering) result() ([]plan.Group, []plan.Read) {
	all := make([]plan.Group, 0, len(g.groups))
	for id, group := range g.groups {
		group.Eligible = g.eligible[id]
		all = append(all, group)
	}
	slices.SortFunc(all, func(a, b plan.Group) int { return cmp.Compare(a.ID, b.ID) })
	groups := plan.Read{What: plan.ReadGroups, Items: len(all), Status: plan.ReadComplete}
	if n := len(g.reasons); n > 0 {
		why := ""
		for id, s := range g.reasons {
			if line := fmt.Sprintf("%s: %s", id, s); why == "" || line < why {
				why = line
			}
		}
		groups.Status, groups.Reason = plan.ReadDenied, why
		if n > 1 {
			groups.Reason = fmt.Sprintf("%s, and %d more", why, n-1)
		}
	}
	slices.SortFunc(g.denied, func(a, b plan.Read) int { return cmp.Or(cmp.Compare(a.What, b.What), cmp.Compare(a.Reason, b.Reason)) })
	members := plan.Read{What: plan.ReadMembers, Items: g.members, Status: plan.ReadComplete}
	return all, append([]plan.Read{groups, members, g.eligibleRead}, g.denied...)
}
