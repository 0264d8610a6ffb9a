package graph

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// A WrongTenantError is a token, or a Graph, of another tenant than the one
// that is asked for.
type WrongTenantError struct {
	Want    string   // the domain or GUID asked for, or the tenant of the token
	Got     string   // the tenant's id
	Domains []string // its verified domains; nil where they were not read
}

// Error says both, so that a person sees which of them is the mistake.
func (e *WrongTenantError) Error() string {
	got := e.Got
	if n := len(e.Domains); n > 0 {
		shown := e.Domains[:min(n, 5)]
		got += " (" + strings.Join(shown, ", ")
		if n > len(shown) {
			got += fmt.Sprintf(" and %d more", n-len(shown))
		}
		got += ")"
	}
	return fmt.Sprintf("wrong tenant: %s is wanted, but who signed in is in %s", clip(e.Want, 253), got)
}

// Verify makes sure that the tenant is the one that [Config] names, and
// returns its entry. A GUID is compared with the token first, before anything
// is sent; then the entry must be that of the token's tenant, where the token
// can be read, and its id or one of its verified domains must be the name. A
// mismatch is a [*WrongTenantError]. Where Config names none, the token's tenant
// alone is compared.
func (c *Client) Verify(ctx context.Context) (plan.Organization, error) {
	if _, err := c.tenantOfToken(ctx); err != nil {
		return plan.Organization{}, err
	}
	o, err := c.Organization(ctx)
	if err != nil || c.tenant == "" {
		return o, err
	}
	id, err := plan.ParseGUID(c.tenant)
	if err == nil && id == string(o.ID) || err != nil && slices.ContainsFunc(o.VerifiedDomains, func(d string) bool { return strings.EqualFold(d, c.tenant) }) {
		return o, nil
	}
	return plan.Organization{}, &WrongTenantError{Want: c.tenant, Got: string(o.ID), Domains: o.VerifiedDomains}
}

// tenantOfToken returns the tenant of the token, or "" if it cannot be read,
// and an error if it is plainly another than the one asked for.
func (c *Client) tenantOfToken(ctx context.Context) (plan.TenantID, error) {
	if c.tenant == "" {
		return "", nil
	}
	_, tid, err := c.Actor(ctx)
	if err != nil {
		return "", err
	}
	if id, err := plan.ParseGUID(c.tenant); err == nil && tid != "" && id != string(tid) {
		return "", &WrongTenantError{Want: c.tenant, Got: string(tid)}
	}
	return tid, nil
}

// admit verifies the tenant before the first write. Who may only write is not
// allowed to read the tenant's entry; then the token alone must prove it.
func (w *Writer) admit(ctx context.Context) error {
	var known bool
	select {
	case known = <-w.admitted:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { w.admitted <- known }()
	if known {
		return nil
	}
	_, err := w.Verify(ctx)
	if errors.Is(err, ErrDenied) {
		tid, tokenErr := w.tenantOfToken(ctx)
		id, noGUID := plan.ParseGUID(w.tenant)
		if tokenErr == nil && noGUID == nil && id == string(tid) {
			err = nil
		}
	}
	known = err == nil
	return err
}
