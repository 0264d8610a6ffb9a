package main

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// adjustable are people of a tenant with a direct seat, each with what switches
// one of its service plans off or on again.
func adjustable(s *plan.Snapshot) []plan.Request {
	first := map[plan.SKU]plan.PlanID{}
	for _, p := range s.Products {
		if p.Assignable() && p.AppliesTo == "User" && len(p.Plans) > 1 {
			first[p.SKU] = p.Plans[len(p.Plans)-1].ID
		}
	}
	var reqs []plan.Request
	for _, u := range s.Users {
		for _, x := range u.Sources {
			if off := first[x.SKU]; x.Direct() && x.State == plan.Active && off != "" && u.UsageLocation != "" {
				reqs = append(reqs, plan.Request{User: u.ID, Add: []plan.License{{SKU: x.SKU, Grant: plan.Grant{DisabledPlans: []plan.PlanID{off}}}}})
				break
			}
		}
	}
	return reqs
}

// BenchmarkChanges20 looks at people by twenties, changes them and reads them
// back, through client and simulated tenant in one process.
func BenchmarkChanges20(b *testing.B) {
	base := simulator.Generate(simulator.GenerateOptions{Seed: 1, Users: 5000, Now: proxyNow()})
	sim, err := simulator.New(base, simulator.Options{Record: true, Quota: &simulator.Quota{Scale: 1e6}})
	if err != nil {
		b.Fatal(err)
	}
	actor := plan.Actor{Kind: plan.ActorApplication, ID: "00000000-0000-0000-0000-000000000001", Permissions: []string{"LicenseAssignment.ReadWrite.All", "User.Read.All", "Organization.Read.All"}}
	ways := []struct {
		name string
		by   http.RoundTripper
	}{{"handler", graph.InProcess(sim)}, {"transport", sim}}
	for _, way := range ways {
		w, err := graph.NewWriter(graph.Config{Root: "https://graph.simulated.invalid", Transport: way.by,
			Token: func(context.Context) (string, time.Time, error) { return sim.Token(actor, time.Hour), time.Time{}, nil }})
		if err != nil {
			b.Fatal(err)
		}
		reqs := adjustable(base)
		if len(reqs) < 200 {
			b.Fatalf("only %d people have a seat to change", len(reqs))
		}
		b.Run(way.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				from := i * 20 % (len(reqs) - 20)
				chunk := reqs[from : from+20]
				ids := make([]plan.UserID, len(chunk))
				for j := range chunk {
					ids[j] = chunk[j].User
				}
				if got, err := w.Users(b.Context(), ids); err != nil || len(got) != 20 {
					b.Fatal(len(got), err)
				}
				answers, err := w.Assign(b.Context(), chunk)
				if err != nil {
					b.Fatal(err)
				}
				for _, a := range answers {
					if a.Status != http.StatusOK {
						b.Fatalf("got %+v", a)
					}
				}
				if got, err := w.Users(b.Context(), ids); err != nil || len(got) != 20 {
					b.Fatal(len(got), err)
				}
			}
			b.ReportMetric(float64(b.N)*20/b.Elapsed().Seconds(), "changes/s")
		})
	}
}
