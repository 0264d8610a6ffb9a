package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// TestThrottledApply: the client holds back after a 429, and so does an apply,
// which notes when it may send again. The two neither block each other nor wait
// one after the other: a Retry-After costs its time once.
func TestThrottledApply(t *testing.T) {
	t.Parallel()
	calm, report := throttledApply(t, 0)
	if report.Summary.Done < 20 {
		t.Fatalf("got %+v: nothing to see", report.Summary)
	}
	for _, times := range []int{1, 3} {
		took, report := throttledApply(t, times)
		if report.Summary.Done == 0 || report.Summary.Failed+report.Summary.Unknown+report.Summary.NotReached > 0 {
			t.Errorf("%d times: got %+v, %s", times, report.Summary, report.Summary.Stopped)
		}
		// After each throttled batch come a pause of its own before reading and
		// a short while to go on; a wait that counts twice would be half a minute.
		if more, asked := took-calm, time.Duration(times)*30*time.Second; more < asked || more > asked+time.Duration(times)*12*time.Second {
			t.Errorf("%d times: took %v more, want about %v", times, more, asked)
		}
	}
}

// throttledApply applies the example through the client, whose clock moves by
// waiting alone; the first writes are refused with a Retry-After of 30 s. It
// returns how long that took.
func throttledApply(t *testing.T, times int) (time.Duration, *plan.Report) {
	t.Helper()
	dir := filepath.Join("..", "..", "examples", "contoso")
	d, faults, err := desired.Read(os.DirFS(dir))
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	var mu sync.Mutex
	clock := proxyNow()
	now := func() time.Time { mu.Lock(); defer mu.Unlock(); return clock }
	wait := func(ctx context.Context, d time.Duration) error {
		mu.Lock()
		defer mu.Unlock()
		clock = clock.Add(d)
		return ctx.Err()
	}
	base := exampleTenant(t)
	refused := 0
	sim, err := simulator.New(base, simulator.Options{Now: now, Fault: func(method, path string) *simulator.Fault {
		if method != http.MethodPost || !strings.HasSuffix(path, "/assignLicense") || refused >= times {
			return nil
		}
		refused++
		return &simulator.Fault{Status: 429, Header: http.Header{"Retry-After": {"30"}}}
	}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := graph.NewWriter(graph.Config{Root: "https://graph.simulated.invalid", Transport: sim, Now: now, Wait: wait,
		Token: func(context.Context) (string, time.Time, error) {
			return sim.Token(base.Actor, time.Hour), now().Add(time.Hour), nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	snap, err := w.Snapshot(t.Context(), graph.Wants{Groups: d.Groups()})
	if err != nil {
		t.Fatal(err)
	}
	engine, err := policies.New(t.Context(), policies.Config{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := plan.New(t.Context(), plan.Input{Now: proxyNow(), Desired: d, Snapshot: snap, Judge: engine, Policy: engine.Input()})
	if err != nil {
		t.Fatal(err)
	}
	items := apply.Sift(m.Plan, m.Plan, func(id plan.UserID) (plan.User, bool) {
		u, ok := snap.User(id)
		if !ok {
			return plan.User{}, false
		}
		return *u, true
	})
	start := now()
	report, err := apply.Executor{Tenant: w, Append: func([]byte) error { return nil }, Now: now, Wait: wait}.Run(t.Context(), m.Plan, "run", items, nil)
	if err != nil {
		t.Fatal(err)
	}
	return now().Sub(start), report
}
