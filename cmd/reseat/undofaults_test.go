package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// A gale makes calls go wrong that write, until it is over.
type gale struct {
	mu    sync.Mutex
	draw  *rand.Rand
	over  bool
	blown int
}

func (g *gale) fault(method, path string) *simulator.Fault {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.over || method != "POST" || !strings.HasSuffix(path, "/assignLicense") || g.draw.IntN(3) > 0 {
		return nil
	}
	g.blown++
	switch g.draw.IntN(7) {
	case 0:
		return &simulator.Fault{Status: 429, Header: http.Header{"Retry-After": {"2"}}}
	case 1:
		return &simulator.Fault{Status: 503, After: true}
	case 2:
		return &simulator.Fault{Status: 504}
	case 3:
		return &simulator.Fault{Drop: true, After: true}
	case 4:
		return &simulator.Fault{Omit: true, After: true}
	case 5:
		return &simulator.Fault{Status: 409}
	}
	return &simulator.Fault{Omit: true}
}

// carry applies a plan through a gale, and takes the run up until it is at its
// end. It returns the report by change.
func (s *stage) carry(g *gale, file string) map[string]plan.Outcome {
	s.t.Helper()
	before, _ := filepath.Glob(filepath.Join(s.dir, ".reseat", "rehearsal", "runs", "*"))
	known := map[string]bool{}
	for _, r := range before {
		known[r] = true
	}
	g.over = false
	args, name := []string{"apply", file, s.dir}, ""
	for round := range 12 {
		var out, errs bytes.Buffer
		code := s.app(&out, &errs).run(context.Background(), args)
		if code != exitOK && code != exitPartly {
			s.t.Fatalf("%v: got exit code %d\n%s%s", args, code, out.String(), errs.String())
		}
		runs, _ := filepath.Glob(filepath.Join(s.dir, ".reseat", "rehearsal", "runs", "*"))
		for _, r := range runs {
			if !known[r] {
				name = filepath.Base(r)
			}
		}
		args = []string{"apply", "--resume", name, s.dir}
		var report plan.Report
		s.readJSON("runs/"+name+"/report.json", &report)
		if report.Summary.Unknown+report.Summary.NotReached == 0 {
			by := map[string]plan.Outcome{"": {Message: name}}
			for _, o := range report.Outcomes {
				by[fmt.Sprint(o.User, "/", o.SKU)] = o
			}
			return by
		}
		g.over = round > 3
	}
	s.t.Fatalf("run %s does not come to its end", name)
	return nil
}

// TestUndoThroughFaults: through the real client and rules, and calls of which a
// third goes wrong: apply, undo, apply, and everybody has what he had, with the same
// service plans, but for what a report says otherwise; nobody else differs.
func TestUndoThroughFaults(t *testing.T) {
	t.Parallel()
	const folder = `apiVersion: reseat/v1
kind: Tenant
name: contoso
tenant: {id: contoso.onmicrosoft.com}
manage: {products: [VISIOCLIENT, POWER_BI_PRO, SPE_E5], assign: true}
limits: {removals: 400, assignments: 100, removalPercent: 100, productPercent: 100}
---
apiVersion: reseat/v1
kind: Licenses
products:
  VISIOCLIENT: {holders: [{department: [Finance]}]}
remove:
  - {name: power, who: [{department: [Engineering, IT, Finance]}], products: [POWER_BI_PRO]}
users:
  gita.rao@contoso.com: {licenses: [{sku: SPE_E5, disabledPlans: [YAMMER_ENTERPRISE]}]}
`
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			g := &gale{draw: rand.New(rand.NewPCG(seed, 6))}
			s := newStage(t, exampleTenant(t), folder, simulator.Options{Fault: g.fault})
			before := s.sim.Snapshot()
			file, undo := s.path("plan.json"), s.path("undo.json")
			g.over = true
			s.run(0, "plan", s.dir, "--out", file)
			p, err := readPlan(file)
			if err != nil || p.Summary.Assign < 3 || p.Summary.Unassign < 20 {
				t.Fatalf("got %+v, %v", p, err)
			}
			did := s.carry(g, file)
			after := s.sim.Snapshot()
			g.over = true
			s.run(0, "undo", did[""].Message, s.dir, "--out", undo, "--keep", "none")
			back := s.carry(g, undo)
			if g.blown < 20 {
				t.Errorf("only %d calls went wrong: this proves little", g.blown)
			}
			s.compare(before, after, did, back)
		})
	}
}

// compare holds what people have against what they had, and the reports of a run
// and of its undo.
func (s *stage) compare(before, after *plan.Snapshot, did, back map[string]plan.Outcome) {
	s.t.Helper()
	now, same, late := s.sim.Snapshot(), 0, 0
	for i := range before.Users {
		u := &before.Users[i]
		is, _ := now.User(u.ID)
		mid, _ := after.User(u.ID)
		was, held, between := directSeats(u), directSeats(is), directSeats(mid)
		for sku := range merge(was, held) {
			id := fmt.Sprint(u.ID, "/", sku)
			o, asked := back[id]
			switch {
			case was[sku] == held[sku]:
				if asked {
					same++
				}
			case asked && o.Status != plan.Done && o.Class != plan.Already && held[sku] == between[sku]:
				late++
			default:
				s.t.Errorf("%s %s: got %q, want %q\nthe run: %+v\nthe undo: %+v", u.UserPrincipalName, sku, held[sku], was[sku], did[id], o)
			}
		}
	}
	if s.t.Logf("%d seats as before, %d reported otherwise", same, late); same < 20 {
		s.t.Errorf("only %d seats are as before", same)
	}
}
