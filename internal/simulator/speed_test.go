package simulator_test

import (
	"testing"

	"github.com/reseat-cli/reseat/internal/simulator"
)

// BenchmarkLarge times what a client asks of a tenant of 200,000.
func BenchmarkLarge(b *testing.B) {
	base := simulator.Generate(simulator.GenerateOptions{Seed: 1, Users: 200_000})
	tenant, err := simulator.New(base, simulator.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			if _, err := simulator.New(base, simulator.Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	const selected = "$select=id,userPrincipalName,displayName,mail,accountEnabled,userType,department,jobTitle,country,usageLocation,employeeType,onPremisesSyncEnabled,assignedLicenses,licenseAssignmentStates,assignedPlans,createdDateTime"
	actor := base.Actor
	actor.Permissions = append(actor.Permissions, "Group.ReadWrite.All", "User.ReadWrite.All")
	last := string(base.Users[len(base.Users)-1].ID)
	advanced := map[string]string{"ConsistencyLevel": "eventual"}
	for _, one := range []struct {
		name, path string
		header     map[string]string
	}{
		{"page", "/users?$top=999&" + selected, nil},
		{"filtered", "/users?$top=999&" + selected + "&$filter=assignedLicenses/any(s:s/skuId eq " + e3 + ")", nil},
		{"rare", "/users?$top=999&" + selected + "&$filter=department eq 'Nowhere'", nil},
		{"count", "/users/$count?$filter=assignedLicenses/$count ne 0", advanced},
		{"ordered", "/users?$top=999&$orderby=displayName", nil},
		{"delta", "/users/delta?" + selected, nil},
		{"memberOf", "/users/" + last + "/memberOf", nil},
		{"errors", "/groups?$filter=hasMembersWithLicenseErrors eq true", nil},
		{"one", "/users/" + last, nil},
	} {
		b.Run(one.name, func(b *testing.B) {
			for b.Loop() {
				if g := send(b, tenant, ask{path: one.path, header: one.header, actor: &actor}); g.status != 200 {
					b.Fatalf("got %d %s", g.status, g.body)
				}
			}
		})
	}
	b.Run("group", func(b *testing.B) { // the largest group gets a product and loses it
		group := base.Groups[0]
		for _, g := range base.Groups {
			if len(g.Members) > len(group.Members) && !g.Synced {
				group = g
			}
		}
		b.ReportMetric(float64(len(group.Members)), "members")
		for b.Loop() {
			for _, body := range []string{assign(give("f30db892-07e9-47e9-837c-80727f46fd3d"), ""), assign("", take("f30db892-07e9-47e9-837c-80727f46fd3d"))} {
				if g := send(b, tenant, ask{method: "POST", path: "/groups/" + string(group.ID) + "/assignLicense", body: body, actor: &actor}); g.status != 202 {
					b.Fatalf("got %d %s", g.status, g.body)
				}
			}
		}
	})
}
