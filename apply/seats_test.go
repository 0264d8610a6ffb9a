package apply_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// TestTheLastSeatIsOfTheFirst: a seat that the run freed and that Graph's count
// shows already is one seat. Who is first in the plan's order gets it, also where
// Graph carries out a batch from its end; when Graph has said that there is none
// left, nobody else is sent.
func TestTheLastSeatIsOfTheFirst(t *testing.T) {
	b := newBench(t, planOf(change(1, visio, grant(), nil), change(2, visio, nil, grant()), change(3, visio, nil, grant()),
		change(4, visio, nil, grant()), change(5, visio, nil, grant())))
	b.tenant.bought[visio] = 1
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if o := r.Outcomes[1]; o.Status != plan.Done {
		t.Errorf("got %+v for the first, want done", o)
	}
	for i := range 3 {
		if o := r.Outcomes[2+i]; o.Class != plan.SeatGone || len(b.tenant.sentAt[o.User]) > 1-min(i, 1) {
			t.Errorf("got %+v after %d requests, want no seat, and only the second asked for one", o, len(b.tenant.sentAt[o.User]))
		}
	}
}

// A late tenant's count shows nothing of what was freed of Visio until then.
type late struct {
	*slow
	until time.Time
}

func (l late) Products(ctx context.Context) ([]plan.Product, error) {
	all, err := l.slow.Products(ctx)
	for i := range all {
		if all[i].SKU == visio && time.Now().Before(l.until) {
			all[i].Consumed = max(40, all[i].Consumed)
		}
	}
	return all, err
}

// TestHiddenSeats: while Graph's count does not show what the run freed, seats are
// given one after another in the plan's order; all are given.
func TestHiddenSeats(t *testing.T) {
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			var changes []plan.Change
			for i := range 40 {
				changes = append(changes, change(i, visio, grant(), nil))
			}
			for i := range 45 {
				changes = append(changes, change(100+i, visio, nil, grant()))
			}
			b, s := slowBench(t, planOf(changes...), seed, 8)
			b.tenant.bought[visio] = 43
			start := time.Now()
			b.x.Tenant = late{s, start.Add(12 * time.Second)}
			r, err := b.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for i, o := range r.Outcomes {
				if want := i < 83; (o.Status == plan.Done) != want {
					t.Errorf("seed %d: %s: got %+v, want done %t", seed, o.User, o, want)
				}
			}
			t.Logf("%v, %d batches", time.Since(start), len(s.answered))
		})
	}
}

// TestSwapsFillBatches: where two products have few free seats, and each swap
// frees what another one needs, batches are not cut small.
func TestSwapsFillBatches(t *testing.T) {
	for seed := range uint64(5) {
		synctest.Test(t, func(t *testing.T) {
			const people = 353
			rnd := rand.New(rand.NewPCG(seed, 6))
			var changes []plan.Change
			from, to := e3, e5
			for i := range people {
				// Of two one goes each way: nowhere in the order are more given than there are.
				if i%2 == 1 || rnd.IntN(2) == 0 {
					from, to = to, from
				}
				pair := []plan.Change{change(i, from, grant(), nil), change(i, to, nil, grant())}
				slices.SortFunc(pair, func(a, b plan.Change) int { return map[bool]int{true: -1, false: 1}[a.SKU() < b.SKU()] })
				changes = append(changes, pair...)
			}
			b, s := slowBench(t, planOf(changes...), seed, 8)
			b.tenant.bought[e3], b.tenant.bought[e5] = b.tenant.consumed(e3)+20, b.tenant.consumed(e5)+20
			start := time.Now()
			r, err := b.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			b.wantDone(r)
			each := float64(people) / float64(len(s.answered))
			t.Logf("%v, %.1f writes a batch, %d calls", time.Since(start), each, b.tenant.calls)
			if each < 12 {
				t.Errorf("seed %d: %.1f writes a batch, want at least 12: %v", seed, each, s.answered)
			}
		})
	}
}
