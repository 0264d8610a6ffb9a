package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/reseat-cli/reseat/plan"
)

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
}

// holders reads subscriptions, and the users that the wants ask for.
func (r *reading) holders(ctx context.Context) (after func(context.Context) error, err error) {
	none := func(context.Context) error { return nil }
	users, err := r.holding(ctx)
	if unfilterable(err) || err == nil && len(users) == 0 {
		r.c.log.Warn("holders cannot be read alone, everyone is", "error", err)
		return r.everyone(ctx)
	}
	if err != nil {
		return none, err
	}
	r.s.Users, r.s.Scope = settle(users), plan.Holders
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
	skus := make([]string, 0, len(w.Products))
	for _, p := range w.Products {
		sku, err := plan.ParseGUID(string(p))
		if err != nil {
			return nil, fmt.Errorf("read holders: %w", err)
		}
		skus = append(skus, sku)
	}
	slices.Sort(skus)
	names, ids := namesAndIDs(w)
	if r.s.Actor.Kind == plan.ActorPerson && r.s.Actor.ID != "" {
		ids = append(ids, plan.UserID(r.s.Actor.ID))
	}
	err := together(ctx,
		func(ctx context.Context) error {
			return each(ctx, slices.Compact(skus), inFlight, func(ctx context.Context, sku string) error {
				users, err := r.c.holdersOf(ctx, sku)
				add(users...)
				return err
			})
		},
		func(ctx context.Context) error { return r.c.addByID(ctx, "read users", ids, add) },
		func(ctx context.Context) error { return r.c.addByName(ctx, names, add) },
		func(ctx context.Context) error {
			if err := r.subscriptions(ctx); err != nil {
				return err
			}
			return r.c.addByID(ctx, "read owners of subscriptions", owners(r.s.Subscriptions), add)
		},
	)
	return all, err
}

// namesAndIDs parts who is named from who is told by id.
func namesAndIDs(w *HolderWants) (names []string, ids []plan.UserID) {
	ids = slices.Clone(w.IDs)
	for _, name := range sorted(w.Names) {
		if id, err := plan.ParseGUID(name); err == nil {
			ids = append(ids, plan.UserID(id))
			continue
		}
		names = append(names, name)
	}
	return names, ids
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
	users = settle(users)
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

// addByID reads people by id and hands them to add; who does not exist is left
// out.
func (c *Client) addByID(ctx context.Context, op string, ids []plan.UserID, add func(...plan.User)) error {
	users, err := c.usersByID(ctx, op, ids)
	for _, u := range users {
		add(u)
	}
	return err
}

// addByName reads people by userPrincipalName and hands them to add. A name
// that nobody has, or can have, is left out.
func (c *Client) addByName(ctx context.Context, names []string, add func(...plan.User)) error {
	const op = "read users by name"
	var gets []get
	for i, name := range names {
		if mayBeName(name) {
			gets = append(gets, get{id: strconv.Itoa(i), url: "/users/" + escape(name) + "?$select=" + userSelect})
		}
	}
	var mu sync.Mutex
	reader := newUserReader()
	return c.batchGet(ctx, op, gets, func(_ string, body jsontext.Value, err error) error {
		mu.Lock()
		defer mu.Unlock()
		if e, ok := refusedWith(err); ok && (e.Status == http.StatusNotFound || e.Status == http.StatusBadRequest) {
			return nil
		}
		if err != nil {
			return err
		}
		var u plan.User
		if err := decodeOne(body, func(d *jsontext.Decoder) error { return reader.read(d, &u) }); err != nil {
			return c.hushed(op, err)
		}
		add(u)
		return nil
	})
}

// mayBeName reports whether name can be a userPrincipalName, and stand in a
// URL without meaning another one. Graph takes letters, digits and '.-_!#^~
// before the @; we refuse no more than what is never part of a name.
func mayBeName(name string) bool {
	local, domain, ok := strings.Cut(name, "@")
	if !ok || local == "" || domain == "" || len(name) > 1024 {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool {
		return strings.ContainsRune("/\\?%&<>\"|;:*()[]{},=$`", r) || unicode.IsSpace(r) || unicode.IsControl(r) ||
			unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
	})
}

// escape returns s with all but letters, digits and -._~ of ASCII in percent
// form.
func escape(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c < 0x80 && (base64url(c) || c == '.' || c == '~') {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}
