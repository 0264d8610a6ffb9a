package graph

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// Wants says what of a tenant to read beside what is always read.
type Wants struct {
	// Groups are names or ids of groups whose members matter, as selectors'
	// memberOf names them. One that is not found, not unique or not readable
	// is no error: it is absent from [plan.Snapshot.Groups], or there with
	// MembersRead false, and a denied entry of [plan.Snapshot.Reads] says why.
	Groups []string
	// Progress, if not nil, is told what has been read so far, one call at a
	// time. What is one of the names of reads in package plan.
	Progress func(what string, items int)
}

// Snapshot reads the tenant, once [Client.Verify] found it to be the right
// one. What the plan cannot do without (the
// organisation, users, products, roles and who has them, members of groups
// that have them) ends in an error; what it can do without is noted in Reads.
// The counts of users are asked for, not judged.
func (c *Client) Snapshot(ctx context.Context, wants Wants) (*plan.Snapshot, error) {
	s := &plan.Snapshot{ReadAt: c.now().UTC().Truncate(time.Second)}
	var err error
	if s.Actor, _, err = c.Actor(ctx); err != nil {
		return nil, err
	}
	if s.Organization, err = c.Verify(ctx); err != nil {
		return nil, err
	}
	var mu sync.Mutex
	progress := func(what string, items int) {
		if wants.Progress == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		wants.Progress(what, items)
	}
	eligible, reads, err := c.gather(ctx, s, progress)
	if err != nil {
		return nil, err
	}
	assigned := len(s.RoleAssignments)
	s.RoleAssignments = append(s.RoleAssignments, eligible...)
	slices.SortStableFunc(s.RoleAssignments, func(a, b plan.RoleAssignment) int { return cmp.Compare(a.ID, b.ID) })
	if err := c.nameKinds(ctx, s.RoleAssignments, s.Users); err != nil {
		return nil, err
	}
	g, err := c.groupsOf(ctx, s.Users, s.RoleAssignments, wants)
	if err != nil {
		return nil, err
	}
	s.Groups = g.groups
	progress(plan.ReadGroups, len(g.groups))
	s.Reads = append([]plan.Read{
		{What: plan.ReadUsers, Items: len(s.Users), Status: plan.ReadComplete},
		{What: plan.ReadProducts, Items: len(s.Products), Status: plan.ReadComplete},
		reads[0],
		{What: plan.ReadRoles, Items: assigned, Status: plan.ReadComplete},
		reads[1],
	}, g.reads...)
	return s, nil
}

// gather reads what does not depend on anything read before, all at once. It
// returns who is eligible for a role, and what became of the reads of
// subscriptions and of eligibility.
func (c *Client) gather(ctx context.Context, s *plan.Snapshot, progress func(string, int)) (eligible []plan.RoleAssignment, reads [2]plan.Read, err error) {
	err = together(ctx,
		func(ctx context.Context) (err error) {
			s.Users, s.Count, err = c.users(ctx, func(n int) { progress(plan.ReadUsers, n) })
			return err
		},
		func(ctx context.Context) (err error) {
			s.Products, err = c.Products(ctx)
			progress(plan.ReadProducts, len(s.Products))
			return err
		},
		func(ctx context.Context) (err error) {
			s.Subscriptions, reads[0], err = c.subscriptions(ctx)
			progress(plan.ReadSubscriptions, len(s.Subscriptions))
			return err
		},
		func(ctx context.Context) (err error) {
			s.Roles, err = c.roles(ctx)
			return err
		},
		func(ctx context.Context) (err error) {
			s.RoleAssignments, err = c.roleAssignments(ctx)
			progress(plan.ReadRoles, len(s.RoleAssignments))
			return err
		},
		func(ctx context.Context) (err error) {
			eligible, reads[1], err = c.eligibility(ctx)
			progress(plan.ReadEligibility, len(eligible))
			return err
		},
	)
	return eligible, reads, err
}
