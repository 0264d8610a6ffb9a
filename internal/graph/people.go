package graph

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// PeopleWants says of whom [Client.People] tells.
type PeopleWants struct {
	Names    []string // userPrincipalNames; one that is a GUID is an id
	IDs      []plan.UserID
	Progress func(what string, items int) // see [Wants]
	Expect   func(what string, items int)
}

// People reads people and who is deleted, and nothing else of the tenant: a
// snapshot to look names up in, not to plan on. Who does not exist is absent.
// Where it takes fewer calls, everyone is read, as the scope then says.
func (c *Client) People(ctx context.Context, w PeopleWants) (*plan.Snapshot, error) {
	org, err := c.Verify(ctx)
	if err != nil {
		return nil, err
	}
	total, err := c.CountUsers(ctx)
	if err != nil {
		return nil, err
	}
	r := &reading{c: c, wants: Wants{Progress: w.Progress, Expect: w.Expect}, s: &plan.Snapshot{Organization: org, ReadAt: c.now().UTC().Truncate(time.Second), Total: total}}
	read := r.everyone
	// Named people are asked for by twenties, a listing gives 999 at once.
	if calls := (len(w.Names) + len(w.IDs)) / 20; calls <= total/999 {
		read = func(ctx context.Context) (func(context.Context) error, error) { return r.asked(ctx, w) }
	}
	err = together(ctx, r.deleted, func(ctx context.Context) error {
		after, err := read(ctx)
		if err != nil {
			return err
		}
		return after(ctx)
	})
	if err != nil {
		return nil, err
	}
	n, least, most := len(r.s.Users), min(r.s.Count.Before, r.s.Count.After), max(r.s.Count.Before, r.s.Count.After)
	if r.s.Scope == plan.Everyone && (apart(least-n, least) || apart(n-most, most)) {
		return nil, fmt.Errorf("read users: %d came, Graph counts %d before and %d after: %w", n, r.s.Count.Before, r.s.Count.After, ErrIncomplete)
	}
	r.s.Reads = []plan.Read{{What: plan.ReadUsers, Items: len(r.s.Users), Status: plan.ReadComplete}, r.deletedRead}
	return r.s, nil
}

// asked reads those alone who are named.
func (r *reading) asked(ctx context.Context, w PeopleWants) (after func(context.Context) error, err error) {
	var mu sync.Mutex
	var all []plan.User
	add := func(users ...plan.User) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, users...)
		r.progress(plan.ReadUsers, len(all))
	}
	names, ids := namesAndIDs(&HolderWants{Names: w.Names, IDs: w.IDs})
	if err := r.c.addByName(ctx, names, add); err != nil {
		return nil, err
	}
	// Most who are asked for by id are those whom their names found.
	if err := r.c.addByID(ctx, "read users", slices.DeleteFunc(ids, newPresent(all).is), add); err != nil {
		return nil, err
	}
	r.s.Scope = plan.Holders
	r.s.Users, err = r.c.agree(ctx, all)
	return func(context.Context) error { return nil }, err
}
