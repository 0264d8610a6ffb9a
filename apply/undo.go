package apply

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"

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
	var b bytes.Buffer
	if err := WriteUndo(&b, p, run); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// WriteUndo writes what [UndoDocument] returns, seat by seat.
func WriteUndo(to io.Writer, p *plan.Plan, run string) error {
	w := bufio.NewWriter(to)
	var one bytes.Buffer
	put := func(prefix string, v any) ([]byte, error) {
		one.Reset()
		enc := json.NewEncoder(&one)
		enc.SetEscapeHTML(false)
		enc.SetIndent(prefix, "  ")
		if err := enc.Encode(v); err != nil {
			return nil, fmt.Errorf("encode undo of run %q: %w", run, err)
		}
		return bytes.TrimSuffix(one.Bytes(), []byte("\n")), nil
	}
	head, err := put("", Undo{
		FormatVersion: plan.FormatVersion, Kind: "LicenseUndo", Run: run, Plan: p.ID,
		Digest: p.Digests.Changes, Tenant: p.Tenant.ID, Seats: []UndoSeat{},
	})
	if err != nil {
		return err
	}
	_, _ = w.Write(bytes.TrimSuffix(head, []byte("]\n}"))) // the seats are last
	before, end := "\n    ", ""
	for i := range p.Changes {
		c := &p.Changes[i]
		if !c.Verdict.Executable() {
			continue
		}
		seat, err := put("    ", UndoSeat{
			User: c.User.ID, SKU: c.SKU(), Action: c.Action, Before: listed(c.Before), After: listed(c.After),
		})
		if err != nil {
			return err
		}
		_, _ = w.WriteString(before)
		_, _ = w.Write(seat)
		before, end = ",\n    ", "\n  "
	}
	_, _ = w.WriteString(end + "]\n}\n")
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write undo of run %q: %w", run, err)
	}
	return nil
}

// listed returns a grant whose list is not null.
func listed(g *plan.Grant) *plan.Grant {
	if g == nil || g.DisabledPlans != nil {
		return g
	}
	return &plan.Grant{DisabledPlans: []plan.PlanID{}}
}
