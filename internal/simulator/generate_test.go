package simulator_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// seated is how many hold a product: what its consumed units must be.
func seated(s *plan.Snapshot) map[plan.SKU]int {
	n := map[plan.SKU]int{}
	for _, u := range s.Users {
		held := map[plan.SKU]bool{}
		for _, sku := range u.Unsourced {
			held[sku] = true
		}
		for _, src := range u.Sources {
			if src.State != plan.ErrorState {
				held[src.SKU] = true
			}
		}
		for sku := range held {
			n[sku]++
		}
	}
	return n
}

// A tenant of any size can be started, counts right, breaks no law, and comes
// back the same from its file.
func TestGenerate(t *testing.T) {
	t.Parallel()
	for _, users := range []int{1, 2, 3, 7, 19, 20, 21, 49, 50, 100, 333, 2000} {
		for seed := range uint64(3) {
			s := simulator.Generate(simulator.GenerateOptions{Seed: seed, Users: users})
			if len(s.Users) != users {
				t.Fatalf("got %d users, want %d", len(s.Users), users)
			}
			tenant, err := simulator.New(s, simulator.Options{Now: clock})
			if err != nil {
				t.Fatalf("%d users, seed %d: %v", users, seed, err)
			}
			if broken := simulator.Unlawful(tenant); broken != "" {
				t.Errorf("%d users, seed %d: %s", users, seed, broken)
			}
			n := seated(s)
			for _, p := range s.Products {
				if p.Consumed != n[p.SKU] {
					t.Errorf("%d users, seed %d: got %d units of %s, want %d", users, seed, p.Consumed, p.PartNumber, n[p.SKU])
				}
			}
			text, err := plan.EncodeSnapshot(s)
			if err != nil {
				t.Fatal(err)
			}
			again, err := plan.DecodeSnapshot(text)
			if err != nil {
				t.Fatalf("%d users, seed %d: %v", users, seed, err)
			}
			back, err := plan.EncodeSnapshot(again)
			if err != nil || !bytes.Equal(text, back) {
				t.Errorf("%d users, seed %d: got another file back (%v)", users, seed, err)
			}
			same, err := plan.EncodeSnapshot(simulator.Generate(simulator.GenerateOptions{Seed: seed, Users: users}))
			if err != nil || !bytes.Equal(text, same) {
				t.Errorf("%d users, seed %d: got two tenants of one seed", users, seed)
			}
		}
	}
}

// All that makes a tenant hard is in one of a few hundred people.
func TestGenerateHasItAll(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	s := simulator.Generate(simulator.GenerateOptions{Seed: 1, Users: 3000, Now: now})
	if !s.ReadAt.Equal(now) {
		t.Errorf("got %v", s.ReadAt)
	}
	groups := map[plan.GroupID]plan.Group{}
	found := map[string]bool{}
	for _, g := range s.Groups {
		groups[g.ID] = g
		found["dynamic group"] = found["dynamic group"] || g.Dynamic() && len(g.Gives) > 0 && len(g.Members) > 0
		found["synced group"] = found["synced group"] || g.Synced && len(g.Gives) > 0 && len(g.Members) > 0
		found["role group with a nested one"] = found["role group with a nested one"] || g.RoleAssignable && len(g.Nested) > 0 && len(g.Eligible) > 0
	}
	for _, u := range s.Users {
		direct, through := map[plan.SKU]bool{}, map[plan.SKU]bool{}
		for _, src := range u.Sources {
			if src.Direct() {
				direct[src.SKU] = true
				found["direct without a plan"] = found["direct without a plan"] || len(src.DisabledPlans) > 0
				if len(u.UsageLocation) != 2 {
					t.Errorf("%s holds %s directly in %q", u.UserPrincipalName, src.SKU, u.UsageLocation)
				}
			} else {
				through[src.SKU] = true
				found["source "+string(src.State)+" "+src.Error] = true
				if g := groups[src.Group]; !slices.Contains(g.Members, u.ID) {
					t.Errorf("%s is not in %s", u.UserPrincipalName, g.DisplayName)
				} else if g.Dynamic() && (u.AccountEnabled != plan.Yes || !strings.Contains(g.MembershipRule, `"`+u.Department+`"`)) {
					t.Errorf("%s is in %s against its rule", u.UserPrincipalName, g.DisplayName)
				} else if g.Synced && !u.OnPremisesSyncEnabled {
					t.Errorf("%s is in a synced group and not synced", u.UserPrincipalName)
				}
			}
		}
		for sku := range direct {
			found["both"] = found["both"] || through[sku]
		}
		found["guest with a seat"] = found["guest with a seat"] || u.UserType == "Guest" && len(u.Sources) > 0
		found["leaver with a seat"] = found["leaver with a seat"] || u.AccountEnabled == plan.No && len(u.Sources) > 0 && u.Mailbox == plan.UserMailbox
		found["mailbox "+string(u.Mailbox)] = true
		found["unsourced"] = found["unsourced"] || len(u.Unsourced) > 0
		found["alias"] = found["alias"] || len(u.Aliases) > 0
		found[fmt.Sprintf("sign-in %v", u.SignIn != nil)] = true
	}
	for _, p := range s.Products {
		found["status "+p.Status] = true
		found["for the company"] = found["for the company"] || p.AppliesTo == "Company"
		found["negative free"] = found["negative free"] || p.Consumed > p.Bought() && p.Status == "Enabled"
		found["department product"] = found["department product"] || strings.HasSuffix(p.PartNumber, "_DEPT") && p.Consumed > 0
	}
	for _, a := range s.RoleAssignments {
		found[fmt.Sprintf("role %s %v", a.Kind, a.Eligible)] = true
	}
	found["trial"] = slices.ContainsFunc(s.Subscriptions, func(b plan.Subscription) bool { return b.IsTrial })
	found["deleted"] = len(s.Deleted) > 0
	for _, want := range []string{
		"dynamic group", "synced group", "role group with a nested one", "direct without a plan", "both", "source Active ", "source Error CountViolation",
		"source Error MutuallyExclusiveViolation", "source ActiveWithError DependencyViolation", "guest with a seat", "leaver with a seat",
		"mailbox user", "mailbox shared", "mailbox room", "mailbox equipment", "mailbox none", "unsourced", "alias", "sign-in true", "sign-in false",
		"status Enabled", "status Warning", "status Suspended", "for the company", "negative free", "department product",
		"role user false", "role user true", "role group false", "role servicePrincipal false", "trial", "deleted",
	} {
		if !found[want] {
			t.Errorf("got no %s", want)
		}
	}
}

func TestGenerateHolders(t *testing.T) {
	t.Parallel()
	own := plan.SKU("12345678-0000-4000-8000-000000000001")
	want := map[plan.SKU]int{e3: 400, "06ebc4ee-1bb5-47dd-8120-11324bc54e06": 30, f3: 0, visio: 120, own: 70, calling: 20}
	s := simulator.Generate(simulator.GenerateOptions{Seed: 4, Users: 20_000, Holders: want})
	n := seated(s)
	for sku, holders := range want {
		if n[sku] != holders {
			t.Errorf("%s: got %d holders, want %d", sku, n[sku], holders)
		}
	}
	tenant, err := simulator.New(s, simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if broken := simulator.Unlawful(tenant); broken != "" {
		t.Error(broken)
	}
	// More than there can be is as many as there can be.
	s = simulator.Generate(simulator.GenerateOptions{Users: 100, Holders: map[plan.SKU]int{e3: 1 << 40, visio: 1 << 40}})
	if n := seated(s); n[e3] == 0 || n[e3] > 100 || n[visio] == 0 || n[visio] > 100 {
		t.Errorf("got %v", n)
	}
}

func BenchmarkGenerate(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		simulator.Generate(simulator.GenerateOptions{Users: 1_000_000})
	}
}
