package apply

import (
	"context"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A Tenant is what a run needs of the outside.
type Tenant interface {
	// Users reads users as they are now. Who is not in the result does not
	// exist; who could not be read is an error.
	Users(ctx context.Context, ids []plan.UserID) (map[plan.UserID]plan.User, error)
	// Products reads the tenant's products with their seats.
	Products(ctx context.Context) ([]plan.Product, error)
	// Assign sends at most 20 requests, of different users, once each. What it
	// returns no answer for, whatever the error, is taken as sent without an
	// answer.
	Assign(ctx context.Context, requests []plan.Request) ([]plan.Answer, error)
}

// maxBatch is how many requests Graph takes at once.
const maxBatch = 20

// inFlight is how many batches are under way at once unless told otherwise.
const inFlight = 8

// maxWait is the longest that a Retry-After can hold a run up.
const maxWait = 10 * time.Minute

// lostWait is how long nothing is sent after an answer was lost: it may have
// been one that asked to wait.
const lostWait = 5 * time.Second

// maxTries is how often one request is sent while Graph says that it did not
// carry it out.
const maxTries = 5

// patience is how long to wait before each read-back, until the tenant shows
// what was written.
func patience() []time.Duration {
	return []time.Duration{
		0, 5 * time.Second, 15 * time.Second, 30 * time.Second,
		60 * time.Second, 120 * time.Second, 300 * time.Second,
	}
}
