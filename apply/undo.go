package apply

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/reseat-cli/reseat/plan"
)

// An Undo is what undo.json holds: how things were before a run, as far as the
// run may change them. It holds ids alone.
type Undo struct {
	FormatVersion string        `json:"formatVersion"`
	Kind          string        `json:"kind"` // LicenseUndo
	Run           string        `json:"run"`
	Plan          string        `json:"plan"`    // the plan's id
	Digest        string        `json:"changes"` // its digests.changes
	Tenant        plan.TenantID `json:"tenant"`
	Seats         []UndoSeat    `json:"seats"` // in the order of the plan's changes
}

// An UndoSeat is one seat as it was before a run, and as the run would leave it.
type UndoSeat struct {
	User   plan.UserID `json:"user"`
	SKU    plan.SKU    `json:"skuId"`
	Action plan.Action `json:"action"`
	Before *plan.Grant `json:"before"` // null: not held directly
	After  *plan.Grant `json:"after"`
}

// UndoDocument returns the bytes of undo.json for a run of p; they must be
// durable before the first request is sent. With it a person can give back by
// hand what a run took, should reseat not be there.
func UndoDocument(p *plan.Plan, run string) ([]byte, error) {
	u := Undo{
		FormatVersion: plan.FormatVersion, Kind: "LicenseUndo", Run: run, Plan: p.ID,
		Digest: p.Digests.Changes, Tenant: p.Tenant.ID, Seats: []UndoSeat{},
	}
	for i := range p.Changes {
		if c := &p.Changes[i]; c.Verdict.Executable() {
			u.Seats = append(u.Seats, UndoSeat{
				User: c.User.ID, SKU: c.SKU(), Action: c.Action, Before: listed(c.Before), After: listed(c.After),
			})
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(u); err != nil {
		return nil, fmt.Errorf("encode undo of run %q: %w", run, err)
	}
	return b.Bytes(), nil
}

// listed returns a grant whose list is not null.
func listed(g *plan.Grant) *plan.Grant {
	if g == nil || g.DisabledPlans != nil {
		return g
	}
	return &plan.Grant{DisabledPlans: []plan.PlanID{}}
}
