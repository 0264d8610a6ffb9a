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
	// Holders, if not nil, says whom to read instead of everyone.
	Holders *HolderWants
	// Progress, if not nil, is told what has been read so far, one call at a
	// time. What is one of the names of reads in package plan.
	Progress func(what string, items int)
	// Expect, if not nil, is told how many there will be of something, where that
	// is known, before Progress is told of it.
	Expect func(what string, items int)
}

// Snapshot reads the tenant, once [Client.Verify] found it to be the right
// one. What the plan cannot do without (the organisation, users, products,
// roles and who has them, members of groups that have them) ends in an error;
// what it can do without is noted in Reads.
//
// The counts of users are asked for, not judged: before the first page of
// users is asked for, and after the last has come. With [Wants.Holders] they
// are judged, see [HolderWants].
func (c *Client) Snapshot(ctx context.Context, wants Wants) (*plan.Snapshot, error) {
	r := &reading{c: c, wants: wants, s: &plan.Snapshot{ReadAt: c.now().UTC().Truncate(time.Second)}, grouped: make(chan struct{}), subscribed: make(chan struct{})}
	var err error
	if r.s.Actor, _, err = c.Actor(ctx); err != nil {
		return nil, err
	}
	if r.s.Organization, err = c.Verify(ctx); err != nil {
		return nil, err
	}
	// In a large tenant people take longest: no page of theirs shall wait until
	// something else is read, so that takes no more than four calls at once.
	err = together(ctx, r.people, r.privileged, r.rest)
	if err != nil {
		return nil, err
	}
	return r.finish(), nil
}

// A reading is a snapshot while it is read. Each of its methods reads one part
// and may run beside the others.
type reading struct {
	c     *Client
	wants Wants
	s     *plan.Snapshot
	mu    sync.Mutex // of progress

	eligible []plan.RoleAssignment
	groups   *gathering

	subscribed chan struct{} // closed when subscriptions are read
	grouped    chan struct{} // likewise the groups that do not depend on users

	subscriptionsRead, eligibleRead, deletedRead plan.Read
	// failed are reads that holders need, and that did not work.
	failed []plan.Read
}

func (r *reading) progress(what string, items int) {
	if r.wants.Progress == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wants.Progress(what, items)
}

// aside is how many calls each of privileged and rest makes at once at most;
// two of [inFlight] are then left for people, which is as many as are on their
// way to and fro: a page that arrives and the one that was asked for.
const aside = 2

// rest reads what depends on nothing, and is short.
func (r *reading) rest(ctx context.Context) error {
	all := []func(context.Context) error{r.subscriptions, r.products, r.roles, r.deleted}
	return each(ctx, all, aside, func(ctx context.Context, read func(context.Context) error) error { return read(ctx) })
}

func (r *reading) products(ctx context.Context) (err error) {
	r.s.Products, err = r.c.Products(ctx)
	r.progress(plan.ReadProducts, len(r.s.Products))
	return err
}

func (r *reading) subscriptions(ctx context.Context) (err error) {
	r.s.Subscriptions, r.subscriptionsRead, err = r.c.subscriptions(ctx)
	r.progress(plan.ReadSubscriptions, len(r.s.Subscriptions))
	if err == nil {
		close(r.subscribed)
	}
	return err
}

func (r *reading) roles(ctx context.Context) (err error) {
	r.s.Roles, err = r.c.roles(ctx)
	return err
}

func (r *reading) deleted(ctx context.Context) (err error) {
	r.s.Deleted, r.deletedRead, err = r.c.deleted(ctx)
	r.progress(plan.ReadDeleted, len(r.s.Deleted))
	return err
}

// people reads users, and then the groups that license one of them.
func (r *reading) people(ctx context.Context) error {
	read := r.everyone
	if r.wants.Holders != nil {
		read = r.holders
	}
	after, err := read(ctx)
	if err != nil {
		return err
	}
	return together(ctx, after, func(ctx context.Context) error {
		if err := await(ctx, r.grouped); err != nil {
			return err
		}
		return r.c.licensing(ctx, r.s.Users, r.groups)
	})
}

// await waits until c is closed, or for the end of ctx.
func await(ctx context.Context, c <-chan struct{}) error {
	select {
	case <-c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// everyone reads all users. It returns what is to be done once they are read:
// count them again.
func (r *reading) everyone(ctx context.Context) (after func(context.Context) error, err error) {
	after = func(ctx context.Context) (err error) {
		r.s.Count.After, err = r.c.count(ctx, "count users", "")
		return err
	}
	// The first page waits for the answer: a count that was only sent before may
	// look at the directory later than the page does.
	if r.s.Count.Before, err = r.c.count(ctx, "count users", ""); err != nil {
		return after, err
	}
	if r.wants.Expect != nil {
		r.wants.Expect(plan.ReadUsers, r.s.Count.Before)
	}
	l := listing{op: "read users", path: "/users?$select=" + userSelect + "&$top=999"}
	users, err := r.c.listUsers(ctx, l, r.s.Count.Before, func(n int) { r.progress(plan.ReadUsers, n) })
	if err != nil {
		return after, err
	}
	r.s.Users, err = r.c.agree(ctx, users)
	return after, err
}

// privileged reads who has a role or may have one, and the groups among them,
// and beside them the groups that are wanted.
func (r *reading) privileged(ctx context.Context) error {
	err := together(ctx,
		func(ctx context.Context) (err error) {
			r.s.RoleAssignments, err = r.c.roleAssignments(ctx)
			r.progress(plan.ReadRoles, len(r.s.RoleAssignments))
			return err
		},
		func(ctx context.Context) (err error) {
			r.eligible, r.eligibleRead, err = r.c.eligibility(ctx)
			r.progress(plan.ReadEligibility, len(r.eligible))
			return err
		},
	)
	if err != nil {
		return err
	}
	all := slices.Concat(r.s.RoleAssignments, r.eligible)
	if err := r.c.nameKinds(ctx, all); err != nil {
		return err
	}
	slices.SortStableFunc(all, func(a, b plan.RoleAssignment) int { return cmp.Compare(a.ID, b.ID) })
	r.s.RoleAssignments = all
	names, wanted, g := splitWants(r.wants.Groups)
	r.groups = g
	if err := r.c.roleAndWanted(ctx, all, names, wanted, g); err != nil {
		return err
	}
	close(r.grouped)
	return nil
}

// finish puts together what was read.
func (r *reading) finish() *plan.Snapshot {
	s := r.s
	for i := range s.RoleAssignments {
		a := &s.RoleAssignments[i]
		// Asked for by id it may not have been there yet, or no more.
		if _, ok := slices.BinarySearchFunc(s.Users, plan.UserID(a.Principal), func(u plan.User, id plan.UserID) int { return cmp.Compare(u.ID, id) }); ok {
			a.Kind = plan.PrincipalUser
		}
	}
	groups, groupReads := r.groups.result()
	s.Groups = groups
	r.progress(plan.ReadGroups, len(groups))
	s.Reads = append([]plan.Read{
		{What: plan.ReadUsers, Items: len(s.Users), Status: plan.ReadComplete},
		{What: plan.ReadProducts, Items: len(s.Products), Status: plan.ReadComplete},
		r.subscriptionsRead,
		{What: plan.ReadRoles, Items: len(s.RoleAssignments) - len(r.eligible), Status: plan.ReadComplete},
		r.eligibleRead,
		r.deletedRead,
	}, append(groupReads, r.failed...)...)
	return s
}
