package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// askingFolder takes Visio from who is away, but for rooms and shared mailboxes.
const askingFolder = `apiVersion: reseat/v1
kind: Tenant
name: fabrikam
tenant: {id: fabrikam.onmicrosoft.com}
manage: {products: [VISIOCLIENT]}
limits: {removals: 500, removalPercent: 100, productPercent: 100}
---
apiVersion: reseat/v1
kind: Licenses
keep:
  - {name: no people, who: [{mailbox: [room, shared, equipment]}], products: all}
remove:
  - {name: away, who: [{lastSignIn: {olderThan: 60d}}], products: [VISIOCLIENT], dataLoss: accept}
`

// away is one of some people who was there long ago.
func away(s *plan.Snapshot, ids []plan.UserID) *plan.User {
	for _, id := range ids {
		u, _ := s.User(id)
		if at, ok := u.SignIn.Last(); ok && at.Before(proxyNow().AddDate(0, 0, -60)) {
			return u
		}
	}
	return nil
}

// holdersOf are who holds a product.
func holdersOf(s *plan.Snapshot, part string) (ids []plan.UserID) {
	for i := range s.Products {
		for j := range s.Users {
			u := &s.Users[j]
			held := slices.ContainsFunc(u.Sources, func(x plan.Source) bool { return x.SKU == s.Products[i].SKU && x.Held() })
			if s.Products[i].PartNumber == part && (held || slices.Contains(u.Unsourced, s.Products[i].SKU)) {
				ids = append(ids, u.ID)
			}
		}
	}
	return ids
}

// TestLearns: sign-ins are read of the holders, mailboxes of those among them who
// are away, of nobody twice; an apply asks again about the people of its plan.
func TestLearns(t *testing.T) {
	t.Parallel()
	base := farTenant(3, 3_000)
	holders := holdersOf(base, "VISIOCLIENT")
	shared := away(base, holders)
	shared.Mailbox = plan.SharedMailbox
	s := newStage(t, base, askingFolder, simulator.Options{})
	p := s.plan(0, "--out", s.path("plan.json"))
	signIns, mailboxes := s.each("signInActivity"), s.each("mailboxSettings")
	if len(signIns) != len(holders) || len(mailboxes) < 2 || len(mailboxes) >= len(signIns) || p.Summary.Changes != len(mailboxes)-1 || slices.Contains(p.Order, shared.ID) {
		t.Fatalf("of %d holders got %d sign-ins, %d mailboxes, %+v", len(holders), len(signIns), len(mailboxes), p.Summary)
	}
	once := func(counts map[string]int) {
		t.Helper()
		for url, n := range counts {
			if n != 1 {
				t.Errorf("%s was asked for %d times", url, n)
			}
		}
	}
	once(signIns)
	once(mailboxes)
	s.run(0, "apply", s.path("plan.json"), s.dir)
	signIns, mailboxes = s.each("signInActivity"), s.each("mailboxSettings")
	if n := len(p.Order); len(signIns) != n || len(mailboxes) != n {
		t.Errorf("apply: got %d sign-ins, %d mailboxes, want %d each", len(signIns), len(mailboxes), n)
	}
	once(signIns)
	once(mailboxes)
	if again := s.plan(0); again.Summary.Changes != 0 || len(again.Drift) != 0 {
		t.Errorf("after the apply: got %+v", again.Summary)
	}
}

// TestLearnsNothing: where sign-ins cannot be read nobody loses anything, the
// plan says why, and no mailbox is read for it.
func TestLearnsNothing(t *testing.T) {
	t.Parallel()
	base := farTenant(3, 3_000)
	s := newStage(t, base, askingFolder, simulator.Options{NoP1: true})
	p := s.plan(0)
	if n := len(holdersOf(base, "VISIOCLIENT")); p.Summary.Changes != 0 || len(p.NotEvaluated) < n/2 || len(s.each("mailboxSettings")) != 0 {
		t.Fatalf("of %d holders got %d not evaluated, %d changes", n, len(p.NotEvaluated), p.Summary.Changes)
	}
	for _, n := range p.NotEvaluated {
		if !strings.HasPrefix(n.Fact, "last sign-in: 403") || !strings.HasSuffix(n.Fact, "this tenant has no Entra ID P1") {
			if n.Statement == "away" {
				t.Fatalf("got %q", n.Fact)
			}
		}
	}
}

// TestLearnsOnce: where holders turn out not to be enough, everyone is listed,
// and nobody is asked again.
func TestLearnsOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t, farTenant(3, 7_000), strings.Replace(askingFolder, "removals: 500", "removals: 1", 1), simulator.Options{})
	s.run(exitGuarded, "plan", s.dir)
	if whole, _ := s.since(); whole == 0 {
		t.Error("everyone was not read: the test proves nothing")
	}
	for _, fact := range []string{"signInActivity", "mailboxSettings"} {
		counts := s.each(fact)
		if len(counts) == 0 {
			t.Errorf("%s of nobody was read", fact)
		}
		for url, n := range counts {
			if n != 1 {
				t.Fatalf("%s was asked for %d times", url, n)
			}
		}
	}
}

// TestAppliesWhatIsKnown: what was known when the plan was made and is not when
// it is applied takes nothing, and the report says what is not known.
func TestAppliesWhatIsKnown(t *testing.T) {
	t.Parallel()
	base := farTenant(3, 3_000)
	s := newStage(t, base, askingFolder, simulator.Options{})
	if p := s.plan(0, "--out", s.path("plan.json")); p.Summary.Changes == 0 {
		t.Fatal("the plan is empty")
	}
	var err error
	if s.sim, err = simulator.New(base, simulator.Options{Now: s.time, Issuer: true, Control: true, NoP1: true}); err != nil {
		t.Fatal(err)
	}
	out, errs := s.run(exitRefused, "apply", s.path("plan.json"), s.dir)
	if len(s.writes) > 0 || !strings.Contains(strings.Join(strings.Fields(out), " "), "not known now: last sign-in: 403") {
		t.Errorf("without sign-ins: %d writes\n%s%s", len(s.writes), out, errs)
	}
}

// TestAppliesFreshFacts: a facts file that grew too old since the plan was made
// takes nothing.
func TestAppliesFreshFacts(t *testing.T) {
	t.Parallel()
	base := farTenant(3, 3_000)
	leaver, _ := base.User(holdersOf(base, "VISIOCLIENT")[0])
	s := newStage(t, base, `apiVersion: reseat/v1
kind: Tenant
name: fabrikam
tenant: {id: fabrikam.onmicrosoft.com}
manage: {products: [VISIOCLIENT]}
facts: {hr: {file: hr.csv, key: userPrincipalName, maxAge: 36h}}
---
apiVersion: reseat/v1
kind: Licenses
remove:
  - {name: leavers, who: [{fact: {hr.lastDay: {before: today}}}], products: [VISIOCLIENT], dataLoss: accept}
`, simulator.Options{})
	day := func(days int) string { return s.time().AddDate(0, 0, days).Format("2006-01-02") }
	s.write("hr.csv", "userPrincipalName,lastDay,asOf\n"+leaver.UserPrincipalName+","+day(-3)+","+day(0)+"\n")
	if p := s.plan(0, "--out", s.path("plan.json")); p.Summary.Changes != 1 {
		t.Fatalf("got %+v", p.Summary)
	}
	s.write("hr.csv", "userPrincipalName,lastDay,asOf\n"+leaver.UserPrincipalName+","+day(-3)+","+day(-2)+"\n")
	out, errs := s.run(exitRefused, "apply", s.path("plan.json"), s.dir)
	if len(s.writes) > 0 || !strings.Contains(strings.Join(strings.Fields(out), " "), "not known now: hr.csv is 2 days old") {
		t.Errorf("%d writes\n%s%s", len(s.writes), out, errs)
	}
}
