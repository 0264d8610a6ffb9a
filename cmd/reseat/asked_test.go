package main

import (
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// leaverFolder takes a product from one person, or gives it.
func leaverFolder(u *plan.User, part, statement string) string {
	return `apiVersion: reseat/v1
kind: Tenant
name: fabrikam
tenant: {id: fabrikam.onmicrosoft.com}
manage: {products: [` + part + `], assign: true}
limits: {removalPercent: 100, productPercent: 100}
---
apiVersion: reseat/v1
kind: Licenses
` + strings.ReplaceAll(statement, "WHO", u.UserPrincipalName) + "\n"
}

// one is the first user of whom has says yes, with the place to change him.
func one(t *testing.T, s *plan.Snapshot, ids []plan.UserID, has func(*plan.User) bool) *plan.User {
	t.Helper()
	for _, id := range ids {
		if u, _ := s.User(id); has(u) {
			return u
		}
	}
	t.Fatal("there is nobody like that in the tenant")
	return nil
}

func onlyDirectly(s *plan.Snapshot, part string) func(*plan.User) bool {
	var sku plan.SKU
	for _, p := range s.Products {
		if p.PartNumber == part {
			sku = p.SKU
		}
	}
	return func(u *plan.User) bool {
		return len(u.Sources) == 1 && u.Sources[0].SKU == sku && u.Sources[0].Direct() && len(u.Unsourced) == 0 && u.AccountEnabled == plan.Yes
	}
}

// TestWhoSignedInMeanwhile: an apply learns anew when people signed in. A warning
// that the reviewed plan does not carry is not applied; the same facts give the
// same plan.
func TestWhoSignedInMeanwhile(t *testing.T) {
	t.Parallel()
	const part = "VISIOCLIENT"
	base := farTenant(3, 3_000)
	u := one(t, base, holdersOf(base, part), func(u *plan.User) bool {
		return u.AccountEnabled == plan.Yes && len(u.Unsourced) == 0 && u.Sources[0].Direct()
	})
	at := func(days int) { u.SignIn = &plan.SignIn{Successful: proxyNow().AddDate(0, 0, -days)} }
	at(90)
	s := newStage(t, base, leaverFolder(u, part, "remove:\n  - {name: back, who: [WHO], products: ["+part+"]}"), simulator.Options{})
	p := s.plan(0, "--out", s.path("plan.json"))
	if p.Summary.Unassign != 1 || p.Summary.Warned != 0 {
		t.Fatalf("got %+v, want one removal without a warning", p.Summary)
	}
	at(2)
	var err error
	if s.sim, err = simulator.New(base, simulator.Options{Now: s.time, Issuer: true, Control: true}); err != nil {
		t.Fatal(err)
	}
	out, errs := s.run(exitRefused, "apply", s.path("plan.json"), s.dir)
	if len(s.writes) > 0 || !strings.Contains(strings.Join(strings.Fields(out), " "), "now warns R108: signed in 2 days ago, which nobody reviewed") {
		t.Fatalf("%d writes\n%s%s", len(s.writes), out, errs)
	}
	s.pass(time.Minute)
	again := s.plan(0, "--out", s.path("plan2.json"))
	if again.Summary.Warned != 1 || again.Digests.Changes == p.Digests.Changes {
		t.Fatalf("a new plan: got %+v, digest %s, want one warning and another digest", again.Summary, again.Digests.Changes)
	}
	s.run(0, "apply", s.path("plan2.json"), s.dir)
}

// TestNobodyKnowsWhoSignedIn: a tenant without P1 has a plan like any other, with
// one note.
func TestNobodyKnowsWhoSignedIn(t *testing.T) {
	t.Parallel()
	base := farTenant(3, 3_000)
	s := newStage(t, base, leaverFolder(&base.Users[0], "VISIOCLIENT", "remove:\n  - {name: back, who: [everyone], products: [VISIOCLIENT], dataLoss: accept}"), simulator.Options{NoP1: true})
	p := s.plan(exitGuarded) // everyone is many
	var notes []string
	for _, n := range p.Notes {
		if n.Code == "recent-use" {
			notes = append(notes, n.Text)
		}
	}
	if len(notes) != 1 || !strings.HasPrefix(notes[0], "last sign-in not known of ") || !strings.Contains(notes[0], "this tenant has no Entra ID P1") || p.Summary.Unassign < 10 {
		t.Errorf("got notes %q and %+v", notes, p.Summary)
	}
}

// TestUndoAsks: an undo takes a mailbox again that the run gave to a disabled
// account, as it learns that it is no shared one.
func TestUndoAsks(t *testing.T) {
	t.Parallel()
	const part = "SPE_E3"
	base := farTenant(3, 3_000)
	u := one(t, base, holdersOf(base, part), onlyDirectly(base, part))
	u.Sources, u.AccountEnabled, u.Mailbox, u.SignIn = nil, plan.No, plan.UserMailbox, nil
	for i := range base.Products {
		if base.Products[i].PartNumber == part {
			base.Products[i].Consumed--
			base.Products[i].Enabled += 5
		}
	}
	s := newStage(t, base, leaverFolder(u, part, "users:\n  WHO: ["+part+"]"), simulator.Options{})
	if p := s.plan(0); p.Summary.Assign != 1 {
		t.Fatalf("got %+v, want one assign", p.Summary)
	}
	s.run(0, "apply", s.dir, "--yes")
	var report struct{ Run string }
	s.readJSON("runs/*/report.json", &report)
	s.pass(time.Minute)
	s.run(0, "undo", report.Run, s.dir, "--out", s.path("undo.json"))
	s.run(0, "apply", s.path("undo.json"), s.dir)
	if len(s.writes) != 2 {
		t.Errorf("got %d writes, want one of the run and one of its undo", len(s.writes))
	}
}
