package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// sealed gives a plan that somebody forged the ids and digests that make it one.
func sealed(t testing.TB, p *plan.Plan) []byte {
	t.Helper()
	byUser := map[plan.UserID]bool{}
	for i := range p.Changes {
		c := &p.Changes[i]
		c.Request = c.User.ID
		c.ID = string(c.Request) + "/" + string(c.SKU())
		byUser[c.Request] = byUser[c.Request] || c.Verdict.Executable()
	}
	slices.SortFunc(p.Changes, func(a, b plan.Change) int { return strings.Compare(a.ID, b.ID) })
	p.Order = slices.DeleteFunc(slices.Clone(p.Order), func(id plan.UserID) bool { return !byUser[id] })
	for _, c := range p.Changes {
		if byUser[c.Request] && !slices.Contains(p.Order, c.Request) {
			p.Order = append(p.Order, c.Request)
		}
	}
	type done struct {
		Action plan.Action `json:"action"`
		User   plan.UserID `json:"user"`
		SKU    plan.SKU    `json:"sku"`
		Before *plan.Grant `json:"before"`
		After  *plan.Grant `json:"after"`
		Warn   []string    `json:"warn"`
	}
	changes := []done{}
	for i := range p.Changes {
		if c := &p.Changes[i]; c.Verdict.Executable() {
			changes = append(changes, done{c.Action, c.Request, c.SKU(), c.Before, c.After, append([]string{}, c.WarnCodes()...)})
		}
	}
	body, err := json.Marshal(changes)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, `{"formatVersion":1,"tenant":%q,"changes":%s}`, p.Tenant.ID, body))
	p.Digests.Changes, p.Digests.Body = hex.EncodeToString(sum[:]), ""
	p.ID = plan.RunTime(p.CreatedAt) + "-" + p.Digests.Changes[:8]
	sum = sha256.Sum256(plan.Encode(p))
	p.Digests.Body = hex.EncodeToString(sum[:])
	return plan.Encode(p)
}

// TestUndoForged: an undo plan in which somebody wrote something else, digests
// and all, does no more than give back what the run took: each seat is as the run
// left it or as it was before.
func TestUndoForged(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	before, _ := s.tenant()
	file, undo := filepath.Join(s.dir, "plan.json"), filepath.Join(s.dir, "undo.json")
	s.must(0, "plan", s.dir, "--out", file, "--user", "ravi.menon@contoso.com", "--user", "gita.rao@contoso.com",
		"--user", "anders.falk@contoso.com", "--user", "amara.obi@contoso.com")
	s.must(0, "apply", file, s.dir)
	after, _ := s.tenant()
	s.must(0, "undo", s.onlyRun(), s.dir, "--out", undo, "--keep", "none")
	genuine, err := os.ReadFile(undo)
	if err != nil {
		t.Fatal(err)
	}
	had, has := seatLines(before), seatLines(after)
	kept := filepath.Join(t.TempDir(), "state")
	if err := os.CopyFS(kept, os.DirFS(filepath.Join(s.dir, ".reseat"))); err != nil {
		t.Fatal(err)
	}
	stranger := before.Users[7].ID
	for name, forge := range map[string]func(p *plan.Plan){
		"another person": func(p *plan.Plan) { p.Changes[0].User.ID = stranger },
		"everybody is another": func(p *plan.Plan) {
			p.Changes[1].User.ID, p.Changes[2].User.ID = p.Changes[2].User.ID, p.Changes[1].User.ID
		},
		"another product": func(p *plan.Plan) { p.Changes[0].Product.SKU = before.Products[2].SKU },
		"more to give": func(p *plan.Plan) {
			c := p.Changes[0]
			c.User.ID, c.Action, c.Before, c.After = stranger, plan.Assign, nil, &plan.Grant{DisabledPlans: []plan.PlanID{}}
			p.Changes = append(p.Changes, c)
		},
		"more service plans": func(p *plan.Plan) {
			for i := range p.Changes {
				if g := p.Changes[i].After; g != nil {
					g.DisabledPlans = []plan.PlanID{}
				}
			}
		},
		"fewer service plans": func(p *plan.Plan) {
			for i := range p.Changes {
				if g := p.Changes[i].After; g != nil {
					g.DisabledPlans = []plan.PlanID{"7547a3fe-08ee-4ccb-b430-5077c5041653"}
				}
			}
		},
		"half a swap": func(p *plan.Plan) {
			p.Changes = slices.DeleteFunc(p.Changes, func(c plan.Change) bool { return c.Action == plan.Assign })
		},
		"another run":     func(p *plan.Plan) { p.Undoes.Run = "20261120T080000Z-00000000" },
		"a path as a run": func(p *plan.Plan) { p.Undoes.Run = "../runs" },
		"no run":          func(p *plan.Plan) { p.Undoes.Run = "" },
		"no undo at all":  func(p *plan.Plan) { p.Mode, p.Undoes = plan.ModeNormal, nil },
		"another plan":    func(p *plan.Plan) { p.Undoes.Changes = strings.Repeat("0", 64) },
		"given for good": func(p *plan.Plan) {
			p.Changes[0].Action, p.Changes[0].Before, p.Changes[0].After = plan.Unassign, p.Changes[0].After, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := plan.Decode(genuine)
			if err != nil {
				t.Fatal(err)
			}
			forge(p)
			mine := &sandbox{t: t, dir: filepath.Join(t.TempDir(), "contoso"), env: s.env}
			if err := copyExample(filepath.Join("..", "..", "examples", "contoso"), mine.dir); err != nil {
				t.Fatal(err)
			}
			if err := os.CopyFS(filepath.Join(mine.dir, ".reseat"), os.DirFS(kept)); err != nil {
				t.Fatal(err)
			}
			data := sealed(t, p)
			if _, err := plan.Decode(data); err != nil {
				t.Logf("no plan: %v", err)
			}
			forged := filepath.Join(mine.dir, "forged.json")
			if err := os.WriteFile(forged, data, 0o600); err != nil {
				t.Fatal(err)
			}
			code, out := mine.reseat("", "apply", forged, mine.dir)
			now, _ := mine.tenant()
			is := seatLines(now)
			for line := range had {
				if has[line] == had[line] && is[line] != had[line] {
					t.Errorf("exit code %d: was untouched, and is not: %s\n%s", code, line, out)
				}
			}
			for line := range is {
				if had[line] == "" && has[line] == "" {
					t.Errorf("exit code %d: nobody held that: %s\n%s", code, line, out)
				}
			}
		})
	}
}

// seatLines are the direct seats of everybody, one line each.
func seatLines(snap *plan.Snapshot) map[string]string {
	out := map[string]string{}
	for i := range snap.Users {
		for sku, g := range directSeats(&snap.Users[i]) {
			out[fmt.Sprint(snap.Users[i].UserPrincipalName, " ", sku, " ", g)] = "held"
		}
	}
	return out
}
