package graph

import (
	"context"
	"errors"

	"github.com/reseat-cli/reseat/plan"
)

// fatal reports whether err ends all reads, those too that a plan can do
// without: nobody waits any more, or there is no token that Graph takes.
func fatal(ctx context.Context, err error) bool {
	var none *noToken
	return err != nil && (ctx.Err() != nil || errors.Is(err, ErrUnauthorized) || errors.As(err, &none))
}

// without turns the failure of a read that a plan can do without into a denied
// read. It returns err where that is fatal.
func without(ctx context.Context, what string, err error) (plan.Read, error) {
	if fatal(ctx, err) {
		return plan.Read{}, err
	}
	return plan.Read{What: what, Status: plan.ReadDenied, Reason: reason(err)}, nil
}
