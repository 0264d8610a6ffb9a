package graph_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
)

// A tenant that is down for good ends a look at people with a clear error,
// after eight tries and some minutes at most; the end of ctx ends it at once.
func TestUsersLasting(t *testing.T) {
	member := func(a answer) answer { return batchOf(memberOf(id(1), ok(user(1))), memberOf(id(2), a)) }
	for _, tt := range []struct {
		name  string
		a     answer
		calls int
		most  time.Duration // as a whole
		want  string
	}{
		{"the batch", status(503), 8, 3 * time.Minute, "read users again: graph answered 503 Code: what Graph says (request inner-1)"},
		{"the batch, asking for time", status(503, "Retry-After", "5"), 8, 36 * time.Second, "graph answered 503 Code"},
		{"a member", member(status(503)), 8, 3 * time.Minute, "read users again: graph answered 503 Code: what Graph says"},
		{"a member, throttled", member(status(429)), 8, 3 * time.Minute, "graph answered 429 Code"},
		{"a member that is missing", batchOf(memberOf(id(1), ok(user(1)))), 8, 3 * time.Minute, "read users again: the batch has no answer for " + id(2)},
		{"a token that is refused", member(status(401)), 2, 2 * time.Second, "graph answered 401 Code"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t).on("/$batch", tt.a)
				b := on(f)
				b.Now, b.Wait, b.Jitter = nil, nil, nil
				b.Token = func(context.Context) (string, time.Time, error) { return token, time.Time{}, nil }
				c, began := b.client(t), time.Now()
				got, err := c.Users(t.Context(), users(2))
				if err == nil || got != nil || !strings.Contains(err.Error(), tt.want) || len(f.asked) != tt.calls || time.Since(began) > tt.most {
					t.Errorf("got %v, %v after %d calls and %v", got, err, len(f.asked), time.Since(began))
				}
				if tt.calls < 3 {
					return
				}
				ctx, cancel := context.WithTimeout(t.Context(), 1100*time.Millisecond)
				defer cancel()
				began = time.Now()
				if got, err := c.Users(ctx, users(2)); !errors.Is(err, context.DeadlineExceeded) || got != nil || time.Since(began) != 1100*time.Millisecond {
					t.Errorf("got %v, %v after %v, want the end of ctx", got, err, time.Since(began))
				}
				var e *graph.Error
				if errors.As(err, &e) && e.Status < 429 {
					t.Errorf("got %+v", e)
				}
			})
		})
	}
}
