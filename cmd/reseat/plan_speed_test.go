package main

import (
	"fmt"
	"testing"

	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// BenchmarkChanges makes a plan of so many changes through all the rules: everybody
// loses a product, and every second one a suite with his mailbox. 10,000 changes: under 2 s on two processors; ten times as
// many take ten times as long. Run it with -cpu 2.
func BenchmarkChanges(b *testing.B) {
	engine, err := policies.New(b.Context(), policies.Config{})
	if err != nil {
		b.Fatal(err)
	}
	for _, changes := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(changes), func(b *testing.B) {
			s := crowdOf(changes*2/3, hallVisio, hallPower)
			for i := range s.Users {
				u := &s.Users[i]
				if u.Department = "Gone"; i%2 == 0 {
					u.Sources = append(u.Sources, plan.Source{SKU: hallSuite, State: plan.Active})
					plan.SortSources(u.Sources)
				}
				u.AccountEnabled = plan.TruthOf(i%3 == 0)
			}
			for i := range s.Products {
				s.Products[i].Enabled = 2 * changes
			}
			recount(s)
			in := plan.Input{Tool: plan.Tool{Name: "reseat", Version: "test"}, Now: proxyNow(), Judge: engine, Policy: engine.Input(), Snapshot: s,
				Desired: readText(b, "apiVersion: reseat/v1\nkind: Tenant\nname: hall\ntenant: {id: hall.onmicrosoft.com}\n"+
					"limits: {removals: 1000000, removalPercent: 100, productPercent: 100, raise: [{removals: 1000000, until: 2026-12-31, reason: CHG-1}]}\n"+
					"---\napiVersion: reseat/v1\nkind: Licenses\nremove:\n  - {name: leavers, who: [{department: [Gone]}], products: [VISIOCLIENT, SPE_E3]}\n")}
			b.ResetTimer()
			for b.Loop() {
				m, err := plan.New(b.Context(), in)
				if err != nil {
					b.Fatal(err)
				}
				if n := len(m.Plan.Changes); n < changes-2 || n > changes+2 {
					b.Fatalf("got %d changes", n)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*changes), "ns/change")
		})
	}
}
