package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// troubleFolder takes something of a hundred people or so and gives them
// something, in several batches.
const troubleFolder = `apiVersion: reseat/v1
kind: Tenant
name: fabrikam
tenant: {id: fabrikam.onmicrosoft.com}
manage: {products: [POWER_BI_PRO, Microsoft_365_Copilot, AAD_PREMIUM_P2], assign: true}
limits: {removals: 500, removalPercent: 100, productPercent: 100, assignments: 500, raise: [{removals: 500, removalPercent: 100, until: 2027-01-31, reason: rehearsal}]}
---
apiVersion: reseat/v1
kind: Licenses
remove:
  - {name: back, who: [{usageLocation: [SE, DK]}], products: [POWER_BI_PRO, Microsoft_365_Copilot]}
rules:
  - {name: sales, match: {department: Sales, jobTitle: "*Manager*"}, add: [AAD_PREMIUM_P2]}
`

// TestApplyThroughTrouble: whatever goes wrong at the service and passes, an
// apply does its plan: each person is written once, nobody else is touched, and
// a plan made again has nothing to do.
func TestApplyThroughTrouble(t *testing.T) {
	t.Parallel()
	fault := func(text string) simulator.FaultRule {
		f, err := simulator.ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	// All of a kind come more than once, and pass.
	throttled := []simulator.FaultRule{fault("GET /users:skip=1:count=2:429:retry-after=7"), fault("POST /users/*/assignLicense:skip=3:count=4:429:retry-after=11")}
	broken := []simulator.FaultRule{fault("GET /users:skip=2:count=1:503:html"), fault("POST /$batch:skip=1:count=1:503"), fault("POST /users/*/assignLicense:skip=5:count=1:503")}
	lost := []simulator.FaultRule{fault("POST /$batch:skip=2:count=1:drop:after"), fault("POST /$batch:skip=6:count=1:drop"), fault("POST /users/*/assignLicense:skip=9:count=1:504:after")}
	for name, tt := range map[string]struct {
		o       simulator.Options
		latency time.Duration
		tokens  int // at least so many are asked for
	}{
		"far away":     {latency: 300 * time.Millisecond, o: simulator.Options{ShortPages: true}},
		"fixed quota":  {o: simulator.Options{Quota: &simulator.Quota{Model: simulator.FixedWindow, Scale: 0.005, Span: 0.005}}, latency: 50 * time.Millisecond},
		"bucket quota": {o: simulator.Options{Quota: &simulator.Quota{Model: simulator.TokenBucket, Scale: 0.005, Span: 0.005}}, latency: 50 * time.Millisecond},
		"lag":          {o: simulator.Options{Lag: 12 * time.Second, IndexLag: 30 * time.Second}, latency: 100 * time.Millisecond},
		"short tokens": {o: simulator.Options{TokenLife: 20 * time.Second}, latency: 900 * time.Millisecond, tokens: 3},
		"throttled":    {o: simulator.Options{Faults: throttled}},
		"broken":       {o: simulator.Options{Faults: broken}},
		"lost answers": {o: simulator.Options{Faults: lost}},
		"conflicts":    {o: simulator.Options{ConflictRate: 0.4}},
		"all of it": {latency: 700 * time.Millisecond, tokens: 3, o: simulator.Options{Faults: slices.Concat(throttled, broken, lost), ConflictRate: 0.2, TokenLife: 20 * time.Second,
			ShortPages: true, Lag: 5 * time.Second, Quota: &simulator.Quota{Model: simulator.FixedWindow, Scale: 0.005, Span: 0.005}}},
	} {
		for seed := range uint64(sparing(2, 1)) {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
				tt.o.Seed = seed
				s := newStage(t, farTenant(seed, 1200), troubleFolder, tt.o)
				s.latency = tt.latency
				s.through(tt.tokens)
			})
		}
	}
}

// through applies the folder and looks at what became of the tenant.
func (s *stage) through(tokens int) {
	s.t.Helper()
	before := s.sim.Snapshot()
	p := s.plan(0, "--out", s.path("plan.json"))
	if p.Summary.Unassign < 20 || p.Summary.Assign == 0 {
		s.t.Fatalf("got %+v: too little to see something", p.Summary)
	}
	s.since()
	s.run(0, "apply", s.path("plan.json"), s.dir)
	if s.tokens < tokens {
		s.t.Errorf("got %d tokens, want %d at least", s.tokens, tokens)
	}
	slices.Sort(s.writes)
	if n := len(slices.Compact(slices.Clone(s.writes))); n != len(p.Order) || n != len(s.writes) {
		s.t.Errorf("got %d writes to %d people, want one to each of %d", len(s.writes), n, len(p.Order))
	}
	asPlanned(s.t, before, s.sim.Snapshot(), p)
	s.pass(time.Minute) // all that was written shows
	if again := s.plan(0); again.Summary.Changes != 0 || len(again.Drift) != 0 {
		s.t.Errorf("made again: got %+v, drift %v", again.Summary, again.Drift)
	}
}

// asPlanned checks that people hold what the plan says, and all others what they held.
func asPlanned(t testing.TB, before, after *plan.Snapshot, p *plan.Plan) {
	t.Helper()
	planned := map[string]*plan.Change{}
	for _, c := range p.Executable() {
		planned[c.ID] = c
	}
	for i := range before.Users {
		was, is := directSeats(&before.Users[i]), directSeats(&after.Users[i])
		for sku := range merge(was, is) {
			c := planned[string(before.Users[i].ID)+"/"+string(sku)]
			switch {
			case c == nil && was[sku] != is[sku]:
				t.Fatalf("%s %s changed and is not in the plan", before.Users[i].UserPrincipalName, sku)
			case c != nil && is[sku] != grantText(c.After):
				t.Fatalf("%s: got %q, want %q", c.ID, is[sku], grantText(c.After))
			}
		}
	}
}

// TestRehearsalInAnotherProcess: `reseat sim` stands for the tenant, with its
// troubles and a clock that is moved where the program waits.
func TestRehearsalInAnotherProcess(t *testing.T) {
	t.Parallel()
	url := childSim(t, "--users", "700", "--seed", "1", "--control", "--quota", "fixed", "--lag", "9s", "--short-pages", "--token-life", "20s", "--conflicts", "0.2",
		"--fault", "POST /users/*/assignLicense:skip=4:count=3:429:retry-after=13", "--fault", "POST /$batch:skip=3:count=1:drop:after",
		"--fault", "GET /users:skip=1:count=1:503:html")
	s := &stage{t: t, dir: t.TempDir(), url: url, now: proxyNow()}
	s.write("reseat.yaml", troubleFolder)
	before := stateOf(t, url)
	wait := func(ctx context.Context, d time.Duration) error {
		s.pass(d)
		advance(t, url, d)
		return ctx.Err()
	}
	run := func(want int, args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		a := s.app(&out, &errs)
		a.wait = wait
		a.journal = func(appendLines func([]byte) error) func([]byte) error {
			return func(lines []byte) error { // tokens grow old meanwhile
				s.pass(2 * time.Second)
				advance(t, url, 2*time.Second)
				return appendLines(lines)
			}
		}
		if code := a.run(t.Context(), args); code != want {
			t.Fatalf("reseat %s: got exit code %d, want %d\n%s%s", strings.Join(args, " "), code, want, out.String(), errs.String())
		}
		return out.String()
	}
	made := func() *plan.Plan {
		p, err := plan.Decode([]byte(run(0, "plan", s.dir, "-o", "json", "--out", s.path("plan.json"))))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := made()
	run(0, "apply", s.path("plan.json"), s.dir)
	asPlanned(t, before, stateOf(t, url), p)
	advance(t, url, time.Minute)
	if again := made(); again.Summary.Changes != 0 || len(again.Drift) != 0 || p.Summary.Changes < 20 {
		t.Errorf("got %+v, then %+v, drift %v", p.Summary, again.Summary, again.Drift)
	}
}

// childSim starts `reseat sim` and returns its address.
func childSim(t *testing.T, args ...string) string {
	t.Helper()
	return simOf(t, []string{"RESEAT_TEST_NOW=" + proxyNow().Format(time.RFC3339)}, args...)
}

// simOf is childSim with something of its own in the environment.
func simOf(t testing.TB, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command("reseat", append([]string{"sim", "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Env = slices.Concat(os.Environ(), env, []string{"LANG=C.UTF-8"})
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var drained sync.WaitGroup
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		drained.Wait()
		_ = cmd.Wait()
	})
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, rest, ok := strings.Cut(lines.Text(), "http://"); ok {
			addr, _, _ := strings.Cut(rest, "/")
			drained.Go(func() { _, _ = io.Copy(io.Discard, out) })
			return "http://" + addr
		}
	}
	t.Fatalf("reseat sim said no address: %s", errs.String())
	return ""
}

// stateOf is the tenant as it is in another process.
func stateOf(t testing.TB, url string) *plan.Snapshot {
	t.Helper()
	resp, err := http.Get(url + "/simulator/state")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	s, err := plan.DecodeSnapshot(data)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// advance moves the clock of a tenant in another process.
func advance(t *testing.T, url string, d time.Duration) {
	resp, err := http.Post(url+"/simulator/clock", "application/json", strings.NewReader(fmt.Sprintf(`{"advance":%q}`, d)))
	if err != nil {
		t.Error(err)
		return
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("the clock: got %s", resp.Status)
	}
}
