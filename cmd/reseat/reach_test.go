package main

import (
	"testing"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// farFolder is a folder for which holders are enough.
const farFolder = `apiVersion: reseat/v1
kind: Tenant
name: fabrikam
tenant: {id: fabrikam.onmicrosoft.com}
manage: {products: [VISIOCLIENT]}
limits: {removals: 500, removalPercent: 100, productPercent: 100}
---
apiVersion: reseat/v1
kind: Licenses
remove:
  - {name: leavers, who: [{accountEnabled: "false"}], products: [VISIOCLIENT]}
`

func farTenant(seed uint64, users int) *plan.Snapshot {
	return simulator.Generate(simulator.GenerateOptions{Seed: seed, Users: users, Now: proxyNow()})
}

// TestReadsHoldersAlone: before the first apply and after it, a plan of a folder
// that is about holders does not read everyone.
func TestReadsHoldersAlone(t *testing.T) {
	s := newStage(t, farTenant(3, 12_000), farFolder, simulator.Options{})
	p := s.plan(0)
	if whole, calls := s.since(); whole != 0 || p.Inputs.Snapshot.Of != 12_000 || p.Summary.Changes == 0 {
		t.Fatalf("got %d pages of everyone in %d calls, %+v, %d changes", whole, calls, p.Inputs.Snapshot, p.Summary.Changes)
	}
	s.run(0, "apply", s.dir, "--yes")
	if whole, calls := s.since(); whole != 0 {
		t.Errorf("apply: got %d pages of everyone in %d calls", whole, calls)
	}
	p = s.plan(0, "--detailed-exitcode")
	if whole, calls := s.since(); whole != 0 || len(p.Drift) != 0 || p.Summary.Verdict != plan.InSync && p.Summary.Changes != 0 {
		t.Errorf("after the apply: got %d pages of everyone in %d calls, %+v, drift %v", whole, calls, p.Summary, p.Drift)
	}
}
