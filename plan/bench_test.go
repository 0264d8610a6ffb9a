package plan_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// BenchmarkNewMillion makes a plan for 1,000,000 people with 2 seats each, of
// whom 5,000 change. The target is 2 s and 1 GiB of live heap.
func BenchmarkNewMillion(b *testing.B) {
	benchmarkNew(b, 1_000_000, 5_000)
}

// BenchmarkNewSmall is the same for a tenant of 20,000.
func BenchmarkNewSmall(b *testing.B) {
	benchmarkNew(b, 20_000, 200)
}

func benchmarkNew(b *testing.B, people, changes int) {
	in := large(people, changes)
	var ms runtime.MemStats
	b.ReportAllocs()
	for b.Loop() {
		m, err := plan.New(b.Context(), in)
		if err != nil {
			b.Fatal(err)
		}
		if got := m.Plan.Summary.Unassign; got != changes {
			b.Fatalf("got %d changes, want %d", got, changes)
		}
		runtime.ReadMemStats(&ms)
	}
	b.ReportMetric(float64(ms.HeapSys)/(1<<20), "MiB-heap")
	b.ReportMetric(float64(changes), "changes")
}

// large is a tenant in which the first of every people/changes has to give
// one of two seats back.
func large(people, changes int) plan.Input {
	base := tenant()
	s := base.Snapshot
	s.Users = make([]plan.User, people)
	departments := []string{"Sales", "Design", "Engineering", "Finance"}
	for i := range s.Users {
		u := &s.Users[i]
		u.ID = plan.UserID(fmt.Sprintf("%08x-0000-4000-8000-000000000000", i))
		u.UserPrincipalName = fmt.Sprintf("person%07d@contoso.com", i)
		u.DisplayName = u.UserPrincipalName
		u.AccountEnabled, u.UserType, u.UsageLocation = plan.Yes, "Member", "SE"
		u.Department = departments[i%len(departments)]
		u.JobTitle = "Clerk"
		if i%(people/changes) == 0 {
			u.JobTitle = "Leaver"
		}
		u.Sources = []plan.Source{{SKU: e3, State: plan.Active}, {SKU: visio, State: plan.Active}}
		plan.SortSources(u.Sources)
	}
	for i := range s.Products {
		s.Products[i].Enabled, s.Products[i].Consumed = people, people
	}
	base.Desired.Settings.Limits.Removals, base.Desired.Settings.Limits.RemovalsGiven = changes, true
	base.Desired.Remove = []plan.Remove{{
		Ref: plan.Ref{Kind: plan.KindRemove, Name: "leavers", Place: plan.Place{File: "a.yaml", Line: 1, Column: 1}},
		Who: []plan.Who{{Selector: selector(plan.KeyJobTitle, "leaver")}}, Products: list("VISIOCLIENT"), DataLoss: plan.LossDeny,
	}}
	base.Desired.Rules = []plan.Rule{}
	for i, d := range departments {
		base.Desired.Rules = append(base.Desired.Rules, plan.Rule{
			Ref:   plan.Ref{Kind: plan.KindRules, Name: d, Place: plan.Place{File: "a.yaml", Line: 10 + i, Column: 1}},
			Match: *selector(plan.KeyDepartment, d), Exact: true, Licenses: []plan.Wanted{want("SPE_E3"), want("VISIOCLIENT")},
		})
	}
	return base
}

// The tenant of this package's tests: two people's worth of everything.
const (
	e3    plan.SKU = "05e9a617-0261-4cee-bb44-138d3ef5d965"
	e5    plan.SKU = "06ebc4ee-1bb5-47dd-8120-11324bc54e06"
	visio plan.SKU = "c5928f49-12ba-48f7-ada3-0d743a3601d5"
	pbi   plan.SKU = "f8a1db68-be16-40ed-86d5-cb42ce701560"
)

// tenant is an input with four products, nobody in it and nothing said.
func tenant() plan.Input {
	product := func(sku plan.SKU, part string, plans ...plan.ServicePlan) plan.Product {
		return plan.Product{SKU: sku, PartNumber: part, AppliesTo: "User", Status: "Enabled", Enabled: 100, Plans: plans, SubscriptionIDs: []string{}}
	}
	exchange := plan.ServicePlan{ID: "efb87545-963c-4e0d-99df-69c6916d9eb0", Name: "EXCHANGE_S_ENTERPRISE"}
	sharepoint := plan.ServicePlan{ID: "5dbe027f-2339-4123-9542-606e4d348a72", Name: "SHAREPOINTENTERPRISE"}
	foundation := plan.ServicePlan{ID: "113feb6c-3fe4-4440-bddc-54d774bf0318", Name: "EXCHANGE_S_FOUNDATION"}
	yammer := plan.ServicePlan{ID: "7547a3fe-08ee-4ccb-b430-5077c5041653", Name: "YAMMER_ENTERPRISE"}
	s := &plan.Snapshot{
		Organization: plan.Organization{ID: "48a80680-7326-48cd-9935-b556b81d3a4e", DisplayName: "Contoso", VerifiedDomains: []string{"contoso.onmicrosoft.com"}},
		ReadAt:       time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC),
		Products: []plan.Product{
			product(e3, "SPE_E3", exchange, sharepoint, yammer), product(e5, "SPE_E5", exchange, sharepoint, yammer),
			product(visio, "VISIOCLIENT", foundation), product(pbi, "POWER_BI_PRO", foundation),
		},
		Count: plan.UserCount{Before: -1, After: -1},
	}
	slices.SortFunc(s.Products, func(a, b plan.Product) int { return slices.Compare([]byte(a.SKU), []byte(b.SKU)) })
	d := &plan.Desired{Settings: plan.Settings{
		Name: "contoso", Tenant: plan.TenantRef{Simulator: "tenant.json", Cloud: plan.Global},
		Manage: plan.Manage{Given: true, Products: names("SPE_E3", "SPE_E5", "VISIOCLIENT", "POWER_BI_PRO"),
			Inherited: plan.InheritedReport, Duplicates: plan.DuplicatesKeep},
		Limits: plan.Limits{Removals: plan.DefaultRemovals, RemovalPercent: plan.DefaultRemovalPercent, ProductPercent: plan.DefaultProductPercent,
			Small: plan.DefaultSmall, Assignments: plan.DefaultAssignments},
		ValidFor: plan.DefaultValidFor,
	}}
	return plan.Input{
		Tool: plan.Tool{Name: "reseat", Version: "test"}, Now: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC),
		Desired: d, Snapshot: s, Judge: lenient{},
	}
}

// lenient is a judge that finds nothing.
type lenient struct{}

func (lenient) Changes(_ context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	return make([][]plan.Decision, len(cases)), nil
}

func (lenient) Remedy(string) string { return "" }

func (lenient) Waivable(plan.Decision) bool { return false }

func (lenient) Plan(context.Context, plan.PlanFacts) ([]plan.Decision, error) { return nil, nil }

func names(list ...string) []plan.Name {
	out := make([]plan.Name, len(list))
	for i, n := range list {
		out[i] = plan.Name{Text: n}
	}
	return out
}

func list(products ...string) plan.Products { return plan.Products{List: names(products...)} }

func want(product string) plan.Wanted { return plan.Wanted{Product: plan.Name{Text: product}} }

func selector(key plan.Key, values ...string) *plan.Selector {
	return &plan.Selector{Terms: []plan.Term{{Key: key, Values: values}}}
}
