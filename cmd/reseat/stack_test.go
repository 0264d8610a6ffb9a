package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

func exampleTenant(t testing.TB) *plan.Snapshot {
	t.Helper()
	return exampleTenantOf(t, filepath.Join("..", "..", "examples", "contoso"))
}

// TestClientReadsWhatTheSimulatorHolds: what goes in as a snapshot comes out of
// the client's pages and batches as the same snapshot.
func TestClientReadsWhatTheSimulatorHolds(t *testing.T) {
	base := exampleTenant(t)
	sim, err := simulator.New(base, simulator.Options{Seed: 7, ShortPages: true})
	if err != nil {
		t.Fatal(err)
	}
	c, err := graph.New(graph.Config{Root: "https://graph.simulated.invalid", Transport: sim,
		Token: func(context.Context) (string, time.Time, error) {
			return sim.Token(base.Actor, time.Hour), time.Time{}, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Snapshot(t.Context(), graph.Wants{Groups: []string{"board", "legal-hold"}})
	if err != nil {
		t.Fatal(err)
	}
	// A list of people and one of products are compared whole; groups that
	// nobody asks for are not read, nor is what costs a request for each person.
	want := slices.Clone(base.Users)
	for i := range want {
		want[i].Mailbox, want[i].SignIn = "", nil
	}
	for name, pair := range map[string][2]any{
		"users":           {got.Users, want},
		"products":        {got.Products, base.Products},
		"subscriptions":   {got.Subscriptions, base.Subscriptions},
		"deleted":         {got.Deleted, base.Deleted},
		"roleAssignments": {byText(got.RoleAssignments), byText(base.RoleAssignments)},
	} {
		if g, w := asJSON(t, pair[0]), asJSON(t, pair[1]); g != w {
			t.Errorf("%s differ:\n%s", name, firstDifference(g, w))
		}
	}
}

func byText(list []plan.RoleAssignment) []plan.RoleAssignment {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b plan.RoleAssignment) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return list
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			return fmt.Sprintf("line %d: got %q, want %q", i+1, g[i], at(w, i))
		}
	}
	return fmt.Sprintf("got %d lines, want %d", len(g), len(w))
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "nothing"
}

// TestWholeStack: over tenants like the example's with seats, people and
// accounts changed at random, through the real rules, client and simulated
// tenant: plan, apply, plan has nothing left to carry out; undo, and everybody
// holds what he held. Nobody outside the plan differs.
func TestWholeStack(t *testing.T) {
	base := exampleTenant(t)
	fewerChecks(t, "8")
	rapid.Check(t, func(rt *rapid.T) {
		dir := filepath.Join(t.TempDir(), fmt.Sprint(rapid.Uint64().Draw(rt, "name")))
		if err := copyExample(filepath.Join("..", "..", "examples", "contoso"), dir); err != nil {
			rt.Fatal(err)
		}
		shaken := shake(rt, base)
		data, err := plan.EncodeSnapshot(shaken)
		if err != nil {
			rt.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "tenant.json"), data, 0o600); err != nil {
			rt.Fatal(err)
		}
		s := &sandbox{t: t, dir: dir}
		before, _ := s.tenant()
		p := stackPlan(rt, dir)
		handsOff(rt, shaken, p)
		if p.Summary.Verdict == plan.Guarded {
			return // shaken too much: the guards say so
		}
		inProcess(rt, []int{0}, "apply", dir, "--yes")
		after, _ := s.tenant()
		onlyPlanned(rt, before, after, p)
		if again := stackPlan(rt, dir); again.Summary.Changes > 0 && !mayWait(p, again) {
			rt.Fatalf("made again it has %d changes", again.Summary.Changes)
		}
		runs, _ := filepath.Glob(filepath.Join(dir, ".reseat", "runs", "*"))
		if len(runs) == 0 {
			return // nothing was to be done
		}
		undo := filepath.Join(dir, "undo.json")
		inProcess(rt, []int{0}, "undo", filepath.Base(runs[0]), dir, "--out", undo)
		inProcess(rt, []int{0}, "apply", undo, dir)
		if back, _ := s.tenant(); seats(back) != seats(before) {
			rt.Fatalf("after the undo: %s", firstDifference(seats(back), seats(before)))
		}
		staysBack(rt, p, stackPlan(rt, dir))
	})
}

// staysBack checks that what a plan took and an undo gave back is not taken by
// the plan that the same folder gives then.
func staysBack(t *rapid.T, p, again *plan.Plan) {
	took := map[string]bool{}
	for _, c := range p.Executable() {
		took[c.ID] = c.Takes()
	}
	for _, c := range again.Executable() {
		if took[c.ID] && c.Takes() {
			t.Fatalf("%s %s is taken again", c.User.UserPrincipalName, c.Product.PartNumber)
		}
	}
}

// handsOff checks that nobody loses anything whom the example's folder keeps or
// protects, or who holds an administrator's role, directly, through a group or by
// eligibility, and that nothing is touched that is not managed.
func handsOff(t *rapid.T, s *plan.Snapshot, p *plan.Plan) {
	safe := map[plan.UserID]string{}
	for _, g := range s.Groups {
		if g.DisplayName == "board" {
			for _, id := range g.Members {
				safe[id] = "kept"
			}
		}
	}
	for _, a := range s.RoleAssignments {
		safe[plan.UserID(a.Principal)] = "an administrator"
		for _, g := range s.Groups {
			if string(g.ID) == a.Principal {
				for _, id := range g.Members {
					safe[id] = "an administrator through " + g.DisplayName
				}
			}
		}
	}
	for _, u := range s.Users {
		if strings.HasPrefix(u.UserPrincipalName, "bg-") || strings.HasPrefix(u.UserPrincipalName, "nadia.haddad@") {
			safe[u.ID] = "protected"
		}
	}
	for _, c := range p.Executable() {
		if why, ok := safe[c.Request]; ok && c.Action != plan.Assign {
			t.Fatalf("%s would lose %s and is %s", c.User.UserPrincipalName, c.Product.PartNumber, why)
		}
		if slices.Contains([]string{"FLOW_FREE", "EXCHANGESTANDARD", "Microsoft_Teams_Rooms_Pro"}, c.Product.PartNumber) {
			t.Fatalf("%s is not managed", c.Product.PartNumber)
		}
	}
}

// fewerChecks lowers rapid's default for a test whose runs are slow; a number
// given on the command line stands.
func fewerChecks(t *testing.T, n string) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	if f == nil || f.Value.String() != f.DefValue {
		return
	}
	if err := f.Value.Set(n); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Value.Set(f.DefValue) })
}

// mayWait: a seat that was short in the first plan and that the plan itself
// freed for somebody who had his one request already.
func mayWait(first, again *plan.Plan) bool {
	for _, c := range again.Executable() {
		short := slices.ContainsFunc(first.Missing, func(m plan.Missing) bool { return m.User.ID == c.Request && m.Because == plan.NoSeat })
		fell := slices.ContainsFunc(first.Changes, func(f plan.Change) bool {
			return f.Request == c.Request && f.Action == plan.Assign && !f.Verdict.Executable()
		})
		if !short && !fell {
			return false
		}
	}
	return true
}

// shake takes a copy of the tenant and changes a handful of people in it.
func shake(t *rapid.T, base *plan.Snapshot) *plan.Snapshot {
	data, err := plan.EncodeSnapshot(base)
	if err != nil {
		t.Fatal(err)
	}
	s, err := plan.DecodeSnapshot(data)
	if err != nil {
		t.Fatal(err)
	}
	for range rapid.IntRange(0, 25).Draw(t, "changes") {
		u := &s.Users[rapid.IntRange(0, len(s.Users)-1).Draw(t, "user")]
		p := &s.Products[rapid.IntRange(0, len(s.Products)-1).Draw(t, "product")]
		switch rapid.IntRange(0, 4).Draw(t, "what") {
		case 0:
			u.AccountEnabled = rapid.SampledFrom([]plan.Truth{plan.Yes, plan.No}).Draw(t, "enabled")
		case 1:
			u.Department = rapid.SampledFrom([]string{"", "Board"}).Draw(t, "department")
		case 2:
			u.Sources = slices.DeleteFunc(u.Sources, func(x plan.Source) bool { return x.Direct() && x.SKU == p.SKU })
		case 3:
			held := slices.ContainsFunc(u.Sources, func(x plan.Source) bool { return x.SKU == p.SKU && x.Direct() })
			if !held && standsBeside(p.PartNumber) && !slices.Contains(u.Unsourced, p.SKU) && u.UsageLocation != "" {
				u.Sources = append(u.Sources, plan.Source{SKU: p.SKU, State: plan.Active, DisabledPlans: []plan.PlanID{}})
				plan.SortSources(u.Sources)
			}
		case 4:
			p.Enabled = max(0, p.Enabled+rapid.IntRange(-3, 3).Draw(t, "units"))
		}
	}
	recount(s)
	return s
}

// standsBeside: products that conflict with no other, so that a tenant can hold them.
func standsBeside(part string) bool {
	return slices.Contains([]string{"VISIOCLIENT", "POWER_BI_PRO", "Microsoft_365_Copilot", "FLOW_FREE"}, part)
}

// recount makes consumedUnits what people hold.
func recount(s *plan.Snapshot) {
	for i := range s.Products {
		p := &s.Products[i]
		p.Consumed = 0
		for _, u := range s.Users {
			if slices.Contains(u.Unsourced, p.SKU) || slices.ContainsFunc(u.Sources, func(x plan.Source) bool { return x.SKU == p.SKU && x.State != plan.ErrorState }) {
				p.Consumed++
			}
		}
		p.Enabled = max(p.Enabled, p.Consumed)
	}
}

// onlyPlanned checks that nobody but the plan's people differ, and they only
// as the plan says.
func onlyPlanned(t *rapid.T, before, after *plan.Snapshot, p *plan.Plan) {
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

func directSeats(u *plan.User) map[plan.SKU]string {
	out := map[plan.SKU]string{}
	for _, x := range u.Sources {
		if x.Direct() {
			out[x.SKU] = grantText(&plan.Grant{DisabledPlans: x.DisabledPlans})
		}
	}
	return out
}

func grantText(g *plan.Grant) string {
	if g == nil {
		return ""
	}
	off := slices.Clone(g.DisabledPlans)
	slices.Sort(off)
	return fmt.Sprint("held without ", off)
}

func merge(a, b map[plan.SKU]string) map[plan.SKU]bool {
	out := map[plan.SKU]bool{}
	for k := range a {
		out[k] = true
	}
	for k := range b {
		out[k] = true
	}
	return out
}

// inProcess runs a command within this process.
func inProcess(t *rapid.T, want []int, args ...string) string {
	var out, errs bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &out, err: &errs, version: "test",
		env: func(string) string { return "" }, terminal: func(any) (int, bool) { return 0, false },
		now:         func() time.Time { return time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC) },
		wait:        func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		interrupted: make(chan struct{})}
	if code := a.run(context.Background(), args); !slices.Contains(want, code) {
		t.Fatalf("reseat %s: got exit code %d, want %v\n%s%s", strings.Join(args, " "), code, want, out.String(), errs.String())
	}
	return out.String()
}

func stackPlan(t *rapid.T, dir string) *plan.Plan {
	p, err := plan.Decode([]byte(inProcess(t, []int{0, exitGuarded}, "plan", dir, "-o", "json")))
	if err != nil {
		t.Fatal(err)
	}
	return p
}
