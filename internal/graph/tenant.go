package graph

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/reseat-cli/reseat/plan"
)

// collect reads a whole listing whose items are decoded as W.
func collect[W any](ctx context.Context, c *Client, l listing) ([]W, error) {
	var all []W
	err := list(ctx, c, l, intake[W]{
		reader: func() func(*jsontext.Decoder, *W) error {
			s := newScribe()
			return func(d *jsontext.Decoder, w *W) error { return s.decode(d, w) }
		},
		keep: func(page []W) { all = append(all, page...) },
		drop: func() { all = nil },
	})
	return all, err
}

// Organization reads the tenant's own entry.
func (c *Client) Organization(ctx context.Context) (plan.Organization, error) {
	type wireDomain struct {
		Name    text `json:"name"`
		Initial bool `json:"isInitial"`
	}
	type wire struct {
		ID          guid             `json:"id"`
		DisplayName text             `json:"displayName"`
		Domains     many[wireDomain] `json:"verifiedDomains"`
	}
	l := listing{op: "read organization", path: "/organization?$select=id,displayName,verifiedDomains"}
	all, err := collect[wire](ctx, c, l)
	switch {
	case err != nil:
		return plan.Organization{}, err
	case len(all) != 1:
		return plan.Organization{}, fmt.Errorf("%s: %d entries where one belongs: %w", l.op, len(all), ErrIncomplete)
	case all[0].ID == "":
		return plan.Organization{}, fmt.Errorf("%s: no id", l.op)
	}
	w := all[0]
	if err := c.ours(ctx, l.op, string(w.ID)); err != nil {
		return plan.Organization{}, err
	}
	slices.SortStableFunc(w.Domains, func(a, b wireDomain) int {
		switch {
		case a.Initial == b.Initial:
			return strings.Compare(lower(a.Name), lower(b.Name))
		case a.Initial:
			return -1
		}
		return 1
	})
	o := plan.Organization{ID: plan.TenantID(w.ID), DisplayName: string(w.DisplayName), VerifiedDomains: []string{}}
	for _, d := range w.Domains {
		if d.Name != "" && !slices.Contains(o.VerifiedDomains, lower(d.Name)) {
			o.VerifiedDomains = append(o.VerifiedDomains, lower(d.Name))
		}
	}
	return o, nil
}

type wireProduct struct {
	ID         text `json:"id"` // tenant_product
	SKU        guid `json:"skuId"`
	PartNumber text `json:"skuPartNumber"`
	AppliesTo  text `json:"appliesTo"`
	Status     text `json:"capabilityStatus"`
	Consumed   *int `json:"consumedUnits"`
	Units      struct {
		Enabled   int `json:"enabled"`
		Warning   int `json:"warning"`
		Suspended int `json:"suspended"`
		LockedOut int `json:"lockedOut"`
	} `json:"prepaidUnits"`
	Plans         many[wirePlan] `json:"servicePlans"`
	Subscriptions []text         `json:"subscriptionIds"`
}

type wirePlan struct {
	ID        guid `json:"servicePlanId"`
	Name      text `json:"servicePlanName"`
	AppliesTo text `json:"appliesTo"`
	Status    text `json:"provisioningStatus"`
}

// Products reads subscribedSkus, sorted by product. A product that comes twice
// is an error, as its seats could not be told.
func (c *Client) Products(ctx context.Context) ([]plan.Product, error) {
	l := listing{op: "read subscribedSkus", path: "/subscribedSkus"}
	all, err := collect[wireProduct](ctx, c, l)
	if err != nil {
		return nil, err
	}
	products := make([]plan.Product, 0, len(all))
	for _, w := range all {
		// Not accountId: in the samples of the docs it is another than the tenant.
		tenant, _, _ := strings.Cut(lower(w.ID), "_")
		if err := c.ours(ctx, l.op, tenant); err != nil {
			return nil, err
		}
		p, err := w.product()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.op, err)
		}
		products = append(products, p)
	}
	slices.SortFunc(products, func(a, b plan.Product) int { return cmp.Compare(a.SKU, b.SKU) })
	for i := 1; i < len(products); i++ {
		if products[i].SKU == products[i-1].SKU {
			return nil, fmt.Errorf("%s: product %s twice", l.op, products[i].SKU)
		}
	}
	return products, nil
}

func (w wireProduct) product() (plan.Product, error) {
	if w.SKU == "" {
		return plan.Product{}, errors.New("a product without an id")
	}
	if w.Consumed == nil {
		return plan.Product{}, fmt.Errorf("product %s: no consumedUnits", w.SKU)
	}
	p := plan.Product{
		SKU: plan.SKU(w.SKU), PartNumber: string(w.PartNumber), AppliesTo: string(w.AppliesTo), Status: string(w.Status),
		Enabled: w.Units.Enabled, Warning: w.Units.Warning, Suspended: w.Units.Suspended, LockedOut: w.Units.LockedOut,
		Consumed: *w.Consumed, Plans: []plan.ServicePlan{}, SubscriptionIDs: lowers(w.Subscriptions),
	}
	for _, s := range w.Plans {
		if s.ID == "" {
			return plan.Product{}, fmt.Errorf("product %s: a service plan without an id", w.SKU)
		}
		p.Plans = append(p.Plans, plan.ServicePlan{
			ID: plan.PlanID(s.ID), Name: string(s.Name), AppliesTo: string(s.AppliesTo), Status: string(s.Status),
		})
	}
	slices.SortStableFunc(p.Plans, func(a, b plan.ServicePlan) int { return cmp.Compare(a.ID, b.ID) })
	p.Plans = slices.CompactFunc(p.Plans, func(a, b plan.ServicePlan) bool { return a.ID == b.ID })
	return p, nil
}

// lowers returns ids that need not be GUIDs in lower case, sorted, each once.
func lowers(ids []text) []string {
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		out = append(out, lower(id))
	}
	return sorted(out)
}

type wireSubscription struct {
	ID            text      `json:"id"`
	CommerceID    text      `json:"commerceSubscriptionId"`
	SKU           text      `json:"skuId"` // a String here, a Guid in subscribedSkus
	PartNumber    text      `json:"skuPartNumber"`
	Status        text      `json:"status"`
	IsTrial       bool      `json:"isTrial"`
	Total         int       `json:"totalLicenses"`
	CreatedAt     time.Time `json:"createdDateTime"`
	NextLifecycle time.Time `json:"nextLifecycleDateTime"`
	OwnerID       text      `json:"ownerId"`
	OwnerTenantID text      `json:"ownerTenantId"`
	OwnerType     text      `json:"ownerType"`
}

// subscriptions reads /directory/subscriptions. A 403 is denied, not an error.
func (c *Client) subscriptions(ctx context.Context) ([]plan.Subscription, plan.Read, error) {
	l := listing{op: "read subscriptions", path: "/directory/subscriptions"}
	all, err := collect[wireSubscription](ctx, c, l)
	subs := make([]plan.Subscription, 0, len(all))
	if e, ok := refusedWith(err); ok && e.Status == http.StatusForbidden {
		return subs, plan.Read{What: plan.ReadSubscriptions, Status: plan.ReadDenied, Reason: e.Short()}, nil
	}
	if err != nil {
		return nil, plan.Read{}, err
	}
	for _, w := range all {
		if w.ID == "" {
			return nil, plan.Read{}, fmt.Errorf("%s: a subscription without an id", l.op)
		}
		sku, err := plan.ParseGUID(string(w.SKU))
		if err != nil {
			c.log.Warn("subscription names no product", "subscription", c.tokens.hush(lower(w.ID), maxCode))
		}
		subs = append(subs, plan.Subscription{
			ID: lower(w.ID), CommerceID: lower(w.CommerceID), SKU: plan.SKU(sku), PartNumber: string(w.PartNumber),
			Status: string(w.Status), IsTrial: w.IsTrial, TotalLicenses: w.Total, CreatedAt: w.CreatedAt,
			NextLifecycle: w.NextLifecycle, OwnerID: lower(w.OwnerID), OwnerTenantID: lower(w.OwnerTenantID),
			OwnerType: string(w.OwnerType),
		})
	}
	subs = latest(subs, func(s plan.Subscription) string { return s.ID })
	return subs, plan.Read{What: plan.ReadSubscriptions, Items: len(subs), Status: plan.ReadComplete}, nil
}

// latest returns items sorted by key; of those with the same key the last stays.
func latest[T any](items []T, key func(T) string) []T {
	slices.Reverse(items)
	slices.SortStableFunc(items, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	return slices.CompactFunc(items, func(a, b T) bool { return key(a) == key(b) })
}

// refusedWith returns the [Error] within err, if there is one.
func refusedWith(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// notFound reports whether Graph said that something does not exist. A 404
// without a code of Graph's, or about a segment, says so of the address alone.
func notFound(err error) bool {
	e, ok := refusedWith(err)
	return ok && e.Status == http.StatusNotFound && e.Code != "" && e.Code != "UnknownError" && !noSegment(e)
}
