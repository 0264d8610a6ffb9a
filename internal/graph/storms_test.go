package graph_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

// In every storm a snapshot is the truth, or there is an error that says why;
// nothing is left running, and no more calls go at once than may. RESEAT_STORMS
// is how many are tried.
func TestStorms(t *testing.T) {
	storms := 300
	if n, err := strconv.Atoi(os.Getenv("RESEAT_STORMS")); err == nil {
		storms = n
	}
	good, bad := 0, map[string]int{}
	for seed := range storms {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(seed), 2))
			s := newStorm(t, uint64(seed), []float64{0, 0.03, 0.1, 0.3, 0.6}[r.IntN(5)])
			given, log := 0, &strings.Builder{}
			c, err := graph.New(graph.Config{Root: root, Transport: graph.InProcess(s), Log: hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: log}),
				Token: func(context.Context) (string, time.Time, error) {
					given++
					time.Sleep(time.Duration(r.IntN(200)) * time.Millisecond)
					return fmt.Sprintf("%s-%d", token, given), time.Now().Add(time.Duration(1+r.IntN(20)) * time.Minute), nil
				}})
			if err != nil {
				t.Fatal(err)
			}
			wants := graph.Wants{}
			names := []int{r.IntN(len(s.people)), r.IntN(len(s.people))}
			if r.IntN(2) == 0 {
				wants.Holders = &graph.HolderWants{Products: []plan.SKU{e3}, Names: []string{fmt.Sprintf("u%d@contoso.com", names[0])},
					IDs: []plan.UserID{plan.UserID(id(names[1])), plan.UserID(id(900))}}
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if r.IntN(10) == 0 {
				ctx, cancel = context.WithTimeout(ctx, time.Duration(r.IntN(5000))*time.Millisecond)
				defer cancel()
			}
			got, err := c.Snapshot(ctx, wants)
			synctest.Wait()
			if s.under != 0 {
				t.Errorf("seed %d: %d calls are still under way", seed, s.under)
			}
			if s.most > 6 {
				t.Errorf("seed %d: %d calls went at once", seed, s.most)
			}
			for part := range strings.SplitSeq(token, ".") {
				if all := fmt.Sprint(log, err); strings.Contains(all, part) {
					t.Errorf("seed %d: a token in %s", seed, all)
				}
			}
			if err == nil {
				good++
				if what := s.check(got, wants.Holders != nil, names); what != "" {
					t.Errorf("seed %d: %s", seed, what)
				}
				return
			}
			var e *graph.Error
			switch {
			case ctx.Err() != nil && errors.Is(err, ctx.Err()):
				bad["ended"]++
			case errors.As(err, &e), errors.Is(err, graph.ErrIncomplete), errors.Is(err, graph.ErrUnreachable):
				bad[strings.SplitN(err.Error(), "(", 2)[0]]++
			default:
				t.Errorf("seed %d: %v", seed, err)
			}
		})
	}
	t.Logf("%d of %d were read; %v", good, storms, bad)
	if good < storms/3 {
		t.Errorf("only %d of %d were read", good, storms)
	}
}
