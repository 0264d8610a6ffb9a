package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// offlineFolder asks much, and names nobody and nothing that has another name
// in an anonymized tenant.
const offlineFolder = `apiVersion: reseat/v1
kind: Tenant
name: fabrikam
tenant: {id: TENANT}
manage: {products: all, assign: true, duplicates: remove, exclude: [FLOW_FREE]}
limits: {removals: 5000, removalPercent: 100, productPercent: 100, assignments: 5000, raise: [{removals: 5000, removalPercent: 100, until: 2027-01-31, reason: test}]}
---
apiVersion: reseat/v1
kind: Licenses
remove:
  - {name: leavers, who: [{accountEnabled: "false"}], products: all}
  - {name: guests, who: [{userType: Guest}], products: [POWER_BI_PRO]}
rules:
  - {name: north, match: {usageLocation: [SE, DK]}, add: [POWER_BI_PRO]}
`

// TestOfflineIsTheSame: a plan of a tenant's snapshot is the plan of the tenant,
// but for where it says what it was made from; that of the anonymized tenant has
// the same figures.
func TestOfflineIsTheSame(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			base := farTenant(seed, 100+int(seed)*300)
			// Who gets the last seat goes by id, and ids are others in the anonymized tenant.
			folder := offlineFolder
			if seed%2 == 0 {
				folder = strings.Replace(folder, "assign: true", "assign: false", 1)
			}
			s := newStage(t, base, strings.Replace(folder, "TENANT", "fabrikam.onmicrosoft.com", 1), simulator.Options{Seed: seed})
			s.run(0, "snapshot", s.dir, "--out", s.path("saved.json"))
			s.run(0, "snapshot", s.dir, "--out", s.path("shape.json"), "--anonymize")
			online, offline := s.plan(0), s.plan(0, "--snapshot", s.path("saved.json"))
			if got, want := withoutSource(offline), withoutSource(online); got != want {
				t.Errorf("offline: %s", firstDifference(got, want))
			}
			if online.Digests.Changes != offline.Digests.Changes || online.Summary.Changes < 3 {
				t.Errorf("got %+v of digest %s, then %s", online.Summary, online.Digests.Changes, offline.Digests.Changes)
			}
			if seed%2 == 1 {
				return
			}
			stage := &stage{t: t, dir: t.TempDir(), now: proxyNow()}
			if err := os.Rename(s.path("shape.json"), stage.path("shape.json")); err != nil {
				t.Fatal(err)
			}
			stage.write("reseat.yaml", strings.Replace(folder, "id: TENANT", "simulator: shape.json", 1))
			hidden := stage.plan(0, "--snapshot", stage.path("shape.json"))
			if got, want := figures(t, hidden), figures(t, online); got != want {
				t.Errorf("anonymized: %s", firstDifference(got, want))
			}
		})
	}
}

// withoutSource is the document without what says where and when the tenant was read.
func withoutSource(p *plan.Plan) string {
	q := *p
	q.Inputs.Snapshot.File, q.Inputs.Snapshot.ReadAt = "", q.CreatedAt
	q.Notes = slices.DeleteFunc(slices.Clone(p.Notes), func(n plan.Note) bool { return n.Code == "snapshot" })
	q.Digests.Body = ""
	return string(plan.Encode(&q))
}

// figures are what a plan says without naming anybody.
func figures(t *testing.T, p *plan.Plan) string {
	t.Helper()
	counts := map[string]int{}
	for _, c := range p.Changes {
		counts[fmt.Sprintf("%s %s %s %s", c.Action, c.Product.PartNumber, c.Verdict, c.Reason.Statement)]++
		for _, d := range c.Decisions {
			counts[d.Code]++
		}
	}
	for _, m := range p.Missing {
		counts[fmt.Sprintf("missing %s %s", m.Product.PartNumber, m.Because)]++
	}
	for _, g := range p.Inherited {
		counts[fmt.Sprintf("inherited %s of %d", g.SKU, g.Users)]++
	}
	for _, n := range p.Notes {
		if n.Code != "snapshot" {
			counts["note "+n.Code]++
		}
	}
	guards := slices.Clone(p.Guards)
	b, err := json.MarshalIndent(map[string]any{"summary": p.Summary, "seats": p.Seats, "guards": guards, "counts": counts}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
