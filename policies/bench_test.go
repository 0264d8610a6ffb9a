package policies_test

import (
	"fmt"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// BenchmarkChanges judges ten thousand changes, each with something to find.
func BenchmarkChanges(b *testing.B) {
	const changes = 10_000
	e := engine(b)
	cases := make([]plan.Case, changes)
	for i := range cases {
		cases[i] = quiet()
		c := &cases[i]
		c.Change.ID = fmt.Sprintf("%d/s", i)
		c.Change.Held.Groups = []plan.HeldGroup{{ID: "g", Name: "lic-e3-staff", State: plan.Active, Dynamic: plan.Yes, Synced: plan.No}}
		c.Facts.Roles = []plan.HeldRole{{ID: "r", Name: "Global Administrator", How: "direct", BuiltIn: i%10 == 0}}
		c.Facts.Loses = []string{"mailbox", "files"}[:i%3]
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Changes(b.Context(), cases); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(changes*b.N)/b.Elapsed().Seconds(), "changes/s")
}
