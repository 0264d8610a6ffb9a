package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// manyTenants is how many are planned at once.
const manyTenants = 12

// TestManyRulesAtOnce plans tenants at once within one process, each with a rule
// of its own that has the others' name and other settings: what one says is heard
// in its own plan and in no other.
func TestManyRulesAtOnce(t *testing.T) {
	t.Parallel()
	halls := make([]*hall, manyTenants)
	for i := range halls {
		settings := fmt.Sprintf("policy: {gate: {tenant: tenant-%d, spare: [p%d@hall.com]}, recent-use: {days: %d}}", i, i, i+1)
		halls[i] = newHall(t, moved(crowdOf(manyTenants+8, hallVisio), "Gone", manyTenants), settings+"\nlimits: {removalPercent: 100, productPercent: 100}", takeVisio)
		halls[i].rule("gate", fmt.Sprintf(`package reseat.rules.gate

deny contains {"code": "GATE", "message": message} if {
	input.change.user.userPrincipalName in data.reseat.config.gate.spare
	message := sprintf("%%s of rule %d", [data.reseat.config.gate.tenant])
}
`, i))
	}
	plans := make([]*plan.Plan, manyTenants)
	var all sync.WaitGroup
	for i, h := range halls {
		all.Go(func() {
			code, out, errs := h.reseat("plan", h.dir, "-o", "json")
			p, err := plan.Decode([]byte(out))
			if code != 0 || err != nil {
				t.Errorf("tenant %d: got exit code %d, %v\n%s", i, code, err, errs)
				return
			}
			plans[i] = p
		})
	}
	all.Wait()
	seen := map[string]int{}
	for i, p := range plans {
		if p == nil {
			continue
		}
		var said []string
		for _, c := range p.Changes {
			for _, d := range c.Decisions {
				if d.Code == "GATE" {
					said = append(said, c.User.UserPrincipalName+": "+d.Message)
				}
			}
		}
		if want := fmt.Sprintf("p%d@hall.com: tenant-%d of rule %d", i, i, i); strings.Join(said, "; ") != want || p.Summary.Denied != 1 || p.Summary.Unassign != manyTenants-1 {
			t.Errorf("tenant %d: got %q and %+v, want %q alone", i, said, p.Summary, want)
		}
		if other, known := seen[p.Inputs.Policy.SHA256]; known {
			t.Errorf("tenants %d and %d have one digest of their rules", other, i)
		}
		seen[p.Inputs.Policy.SHA256] = i
	}
}
