package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/reseat-cli/reseat/plan"
)

// productsAtOnce is of how many products the holders are read at once.
const productsAtOnce = 4

// HolderWants says whom to read where only holders of some products, and
// people who are named, can matter: a tenant of 200,000 in which 5,000 hold
// the managed products is read many times faster so.
//
// The snapshot's scope is then [plan.Holders]. Its users are who holds one of
// the products, in any way; who is named; the owners of subscriptions; and the
// actor, if a person. Who does not exist is absent. Each product's holders are
// counted before and after they are read; a listing that these counts do not
// bracket, give or take the larger of 5 and 0.1 %, ends in [ErrIncomplete].
// As people hold several products, the counts do not add up to people: both
// counts of the snapshot are therefore the number of its users.
//
// Where Graph refuses the filter, lets its links expire or finds nobody at
// all, everyone is read, and the scope says so.
type HolderWants struct {
	Products []plan.SKU
	Names    []string // userPrincipalNames; one that is a GUID is an id
	IDs      []plan.UserID
	// Prefixes are beginnings of userPrincipalNames: who has one is read.
	Prefixes []string
}

// holders reads the users that the wants ask for. It returns what is to be done
// once they are read.
func (r *reading) holders(ctx context.Context) (after func(context.Context) error, err error) {
	none := func(context.Context) error { return nil }
	users, err := r.holding(ctx)
	if unfilterable(err) || err == nil && len(users) == 0 {
		r.c.log.Warn("holders cannot be read alone, everyone is", "error", err)
		r.failed = nil // who reads everyone misses nothing by it
		return r.everyone(ctx)
	}
	if err != nil {
		return none, err
	}
	if r.s.Users, err = r.c.agree(ctx, users); err != nil {
		return none, err
	}
	r.s.Scope = plan.Holders
	r.s.Count = plan.UserCount{Before: len(r.s.Users), After: len(r.s.Users)}
	return none, nil
}

// A refusedFilter error is a listing of holders that Graph does not give.
type refusedFilter struct{ err error }

func (e *refusedFilter) Error() string { return e.err.Error() }
func (e *refusedFilter) Unwrap() error { return e.err }

// unfilterable reports whether a read of holders can only be had by reading
// everyone.
func unfilterable(err error) bool {
	var refused *refusedFilter
	return errors.As(err, &refused)
}

// holding reads the users of the wants, some perhaps twice, in no order.
func (r *reading) holding(ctx context.Context) ([]plan.User, error) {
	var mu sync.Mutex
	var all []plan.User
	add := func(users ...plan.User) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, users...)
		r.progress(plan.ReadUsers, len(all))
	}
	w := r.wants.Holders
	skus, err := lowerSKUs(w.Products)
	if err != nil {
		return nil, err
	}
	var failing []plan.UserID
	err = together(ctx,
		func(ctx context.Context) error {
			return each(ctx, skus, productsAtOnce, func(ctx context.Context, sku string) error {
				users, err := r.c.holdersOf(ctx, sku)
				add(users...)
				return err
			})
		},
		func(ctx context.Context) (err error) {
			failing, err = r.failing(ctx, skus)
			return err
		},
		func(ctx context.Context) error { return await(ctx, r.subscribed) },
	)
	if err != nil {
		return nil, err
	}
	// Most of who is named holds something, and is not asked for again.
	there := newPresent(all)
	names, ids := namesAndIDs(w)
	names = slices.DeleteFunc(names, there.named)
	ids = slices.Concat(ids, failing, owners(r.s.Subscriptions))
	if r.s.Actor.Kind == plan.ActorPerson && r.s.Actor.ID != "" {
		ids = append(ids, plan.UserID(r.s.Actor.ID))
	}
	ids = slices.DeleteFunc(ids, there.is)
	err = together(ctx,
		func(ctx context.Context) error { return r.c.addByID(ctx, "read users", ids, add) },
		func(ctx context.Context) error { return r.c.addByName(ctx, names, add) },
		func(ctx context.Context) error { return r.c.addByPrefix(ctx, w.Prefixes, add) },
	)
	return all, err
}

// failing reads who has a licence error through a group that gives one of the
// products: no filter by licence finds those whom the group gives nothing. What
// fails is noted.
func (r *reading) failing(ctx context.Context, skus []string) ([]plan.UserID, error) {
	type wire struct {
		ID guid `json:"id"`
	}
	const op = "read licence errors of groups"
	groups, err := collect[wireGroup](ctx, r.c, listing{op: op, path: "/groups?$filter=hasMembersWithLicenseErrors%20eq%20true&$select=id,assignedLicenses"})
	var all []plan.UserID
	for _, g := range groups {
		if err != nil || g.ID == "" {
			break
		}
		if !slices.ContainsFunc(g.Licenses, func(l wireLicense) bool { return slices.Contains(skus, string(l.SKU)) }) {
			continue // in a large tenant thousands have errors at any time
		}
		var members []wire
		members, err = collect[wire](ctx, r.c, listing{op: op, path: "/groups/" + string(g.ID) + "/membersWithLicenseErrors?$select=id"})
		for _, m := range members {
			if m.ID != "" {
				all = append(all, plan.UserID(m.ID))
			}
		}
	}
	if err != nil {
		read, err := without(ctx, plan.ReadLicenseErrors, err)
		if err == nil {
			r.failed = append(r.failed, read)
		}
		return all, err
	}
	return all, nil
}

// lowerSKUs returns products as GUIDs in lower case, sorted, each once.
func lowerSKUs(all []plan.SKU) ([]string, error) {
	skus := make([]string, 0, len(all))
	for _, p := range all {
		sku, err := plan.ParseGUID(string(p))
		if err != nil {
			return nil, fmt.Errorf("read holders: %w", err)
		}
		skus = append(skus, sku)
	}
	slices.Sort(skus)
	return slices.Compact(skus), nil
}

// owners returns the people who own a subscription.
func owners(all []plan.Subscription) []plan.UserID {
	var ids []plan.UserID
	for _, s := range all {
		id, err := plan.ParseGUID(s.OwnerID)
		if err == nil && strings.EqualFold(s.OwnerType, "User") {
			ids = append(ids, plan.UserID(id))
		}
	}
	return ids
}

// holdersOf reads who holds a product, a GUID in lower case; each person once,
// sorted.
func (c *Client) holdersOf(ctx context.Context, sku string) ([]plan.User, error) {
	op, counting := "read holders of "+sku, "count holders of "+sku
	// A default query: the GUID unquoted, no ConsistencyLevel but for the count.
	filter := "assignedLicenses/any(s:s/skuId%20eq%20" + sku + ")"
	before, err := c.count(ctx, counting, filter)
	if err != nil {
		return nil, filterRefused(err)
	}
	l := listing{op: op, path: "/users?$filter=" + filter + "&$select=" + userSelect + "&$top=999"}
	users, err := c.listUsers(ctx, l, before, func(int) {})
	if err != nil {
		return nil, filterRefused(err)
	}
	after, err := c.count(ctx, counting, filter)
	if err != nil {
		return nil, filterRefused(err)
	}
	if users, err = c.agree(ctx, users); err != nil {
		return nil, err
	}
	if least, most := min(before, after), max(before, after); apart(least-len(users), least) || apart(len(users)-most, most) {
		return nil, fmt.Errorf("%s: %d came, Graph counts %d before and %d after: %w", op, len(users), before, after, ErrIncomplete)
	}
	return users, nil
}

// filterRefused marks an error that may be due to the filter alone. Links of
// listings by licence have been seen to expire at once, each time.
func filterRefused(err error) error {
	var late *expired
	if errors.As(err, &late) {
		return &refusedFilter{err}
	}
	if e, ok := refusedWith(err); ok && (e.Status == http.StatusBadRequest || e.Status == http.StatusNotImplemented) {
		return &refusedFilter{err}
	}
	return err
}

// apart reports whether a gap is more than the larger of 5 and 0.1 % of the
// whole.
func apart(gap, whole int) bool { return gap > 5 && gap*1000 > whole }
