package render_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

// checkup is one of an application that may read a part.
func checkup() *plan.Checkup {
	who := plan.Actor{Kind: plan.ActorApplication, ID: "96ecdf52-482e-4140-9267-012479556c24", Name: "reseat",
		Permissions: []string{"User.Read.All", "Organization.Read.All"}, PermissionsKnown: true}
	behind := -754
	c := &plan.Checkup{Tenant: plan.Tenant{Name: "contoso", Domain: "contoso.onmicrosoft.com"}, Named: "contoso.com", NamedAt: "reseat.yaml:7",
		Right: plan.Yes, Actor: who, Plan: "cli", Apply: "github, client 11111111-2222-4333-8444-555555555555", Ahead: &behind}
	const refused = "Authorization_RequestDenied"
	for _, x := range plan.Accesses() {
		works, code, reason := plan.WorksYes, "", ""
		switch x.What {
		case plan.ReadRoles, plan.ReadSignIns, plan.ReadSubscriptions:
			works, code, reason = plan.WorksDenied, refused, "403 "+refused
		case plan.ReadEligibility:
			works = plan.WorksAbsent
		case plan.ReadMailboxes:
			works, reason = plan.WorksUntold, "not tried: it takes users"
		case plan.ReadProducts:
			works, reason = plan.WorksFailed, "503 Service Unavailable"
		}
		switch checked := x.Check(works, code, reason, false, who); {
		case x.Write:
			_, why := who.MayAssign()
			c.Writes = append(c.Writes, x.Check(plan.WorksDenied, "", why, false, who))
		default:
			c.Reads = append(c.Reads, checked)
		}
	}
	c.Conclude()
	return c
}

func checkupText(t testing.TB, c *plan.Checkup, o render.Options) string {
	t.Helper()
	var b strings.Builder
	if err := render.Checkup(&b, c, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCheckupGolden(t *testing.T) {
	ready := checkup()
	for i := range ready.Reads {
		x, _ := plan.AccessTo(ready.Reads[i].What)
		ready.Reads[i] = x.Check(plan.WorksYes, "", "", false, plan.Actor{Kind: plan.ActorPerson, Permissions: []string{"Directory.Read.All"}})
	}
	ready.Writes, ready.Plan, ready.Apply, ready.Named, ready.Ahead = nil, "cli", "cli", ready.Tenant.Domain, nil
	ready.Conclude()
	wrong := &plan.Checkup{Tenant: plan.Tenant{Name: "contoso", Domain: "fabrikam.com"}, Named: "contoso.com", NamedAt: "reseat.yaml:7", Right: plan.No,
		Actor: plan.Actor{Kind: plan.ActorPerson, Name: "ann@fabrikam.com"}, Plan: "default", Apply: "default"}
	for _, c := range []struct {
		name string
		c    *plan.Checkup
		o    render.Options
	}{
		{"checkup-80", checkup(), render.Options{Width: 80}},
		{"checkup-80-color", checkup(), render.Options{Width: 80, Color: true}},
		{"checkup-60-ascii", checkup(), render.Options{Width: 60, ASCII: true}},
		{"checkup-ready-80", ready, render.Options{Width: 80, Next: "reseat plan contoso"}},
		{"checkup-wrong-80", wrong, render.Options{Width: 80}},
	} {
		text := checkupText(t, c.c, c.o)
		bounded(t, text, c.o.Width)
		golden(t, c.name, text)
	}
}

func snapshotText(t testing.TB, s *plan.Snapshot, name string, o render.Options) string {
	t.Helper()
	var b strings.Builder
	if err := render.Snapshot(&b, s, name, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSnapshotGolden(t *testing.T) {
	seat := func(sku plan.SKU, group plan.GroupID, state plan.SourceState) plan.Source {
		return plan.Source{SKU: sku, Group: group, State: state}
	}
	s := &plan.Snapshot{
		Organization: plan.Organization{ID: "5b1c0000-0000-4000-8000-00000000f00d", VerifiedDomains: []string{"contoso.onmicrosoft.com"}},
		ReadAt:       time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC),
		Users: []plan.User{
			{Sources: []plan.Source{seat("a", "", plan.Active), seat("a", "g", plan.Active), seat("b", "g", plan.Active), seat("b", "h", plan.Active), seat("c", "g", plan.ErrorState)}},
			{Unsourced: []plan.SKU{"a"}},
		},
		Products: []plan.Product{{}},
		Reads: []plan.Read{{What: plan.ReadUsers, Status: plan.ReadComplete}, {What: plan.ReadSubscriptions, Status: plan.ReadDenied, Reason: "403 Authorization_RequestDenied"},
			{What: plan.ReadEligibility, Status: plan.ReadAbsent}},
		Count: plan.UserCount{Before: 2, After: 90},
	}
	told := render.Options{Width: 80, File: "monday.json", Next: "reseat plan contoso --snapshot monday.json", Or: "reseat sim monday.json"}
	golden(t, "snapshot-80", snapshotText(t, s, "contoso", told))
	s.Count, s.Reads = plan.UserCount{Before: 2, After: 7}, nil
	whole := snapshotText(t, s, "contoso", told)
	golden(t, "snapshot-whole-80", whole)
	bounded(t, whole, 80)
	golden(t, "snapshot-anonymous-80", snapshotText(t, plan.Anonymize(s, []byte("k")), "contoso", render.Options{Width: 80, File: "shape.json", Next: "reseat sim shape.json"}))
}

// TestCheckupHostile: whatever a token, Graph or a file says is only text.
func TestCheckupHostile(t *testing.T) {
	for _, bad := range hostile() {
		c := checkup()
		c.Actor.Name, c.Actor.ID, c.Named, c.NamedAt, c.Plan, c.Tenant.Domain = bad, bad, bad, bad, bad, bad
		c.Reads[0].What, c.Reads[1].Reason, c.Reads[2].Costs, c.Reads[4].By = bad, bad, bad, bad
		c.Grant[0].Name, c.Grant[0].For = bad, []string{bad}
		harmless(t, checkupText(t, c, render.Options{Width: 80}))
		s := &plan.Snapshot{Organization: plan.Organization{VerifiedDomains: []string{bad}}, Reads: []plan.Read{{What: bad, Status: plan.ReadDenied, Reason: bad}}}
		harmless(t, snapshotText(t, s, bad, render.Options{Width: 80, File: bad, Next: "x " + bad, Or: bad}))
	}
	many := &plan.Snapshot{}
	for i := range 100 {
		many.Reads = append(many.Reads, plan.Read{What: plan.ReadGroups, Status: plan.ReadDenied, Reason: fmt.Sprint("group ", i)})
	}
	if n := strings.Count(snapshotText(t, many, "x", render.Options{}), "\n"); n > 100 {
		t.Errorf("got %d lines for 100 reads, want the rest counted", n)
	}
}
