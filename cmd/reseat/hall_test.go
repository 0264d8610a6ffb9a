package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A hall is a folder with a simulated tenant in a file beside it, by a clock that
// stands still.
type hall struct {
	t   testing.TB
	dir string
	now time.Time
}

// The products of a crowd.
const (
	hallSuite   plan.SKU = "05e9a617-0261-4cee-bb44-138d3ef5d965" // SPE_E3
	hallLarger  plan.SKU = "06ebc4ee-1bb5-47dd-8120-11324bc54e06" // SPE_E5
	hallVisio   plan.SKU = "c5928f49-12ba-48f7-ada3-0d743a3601d5" // VISIOCLIENT
	hallPower   plan.SKU = "f8a1db68-be16-40ed-86d5-cb42ce701560" // POWER_BI_PRO
	hallFree    plan.SKU = "f30db892-07e9-47e9-837c-80727f46fd3d" // FLOW_FREE
	hallProject plan.SKU = "53818b1b-4a27-454b-8896-0dba576410e6" // PROJECTPROFESSIONAL
)

// crowdOf is a tenant of so many people, each with products. Ids and names count up.
func crowdOf(people int, products ...plan.SKU) *plan.Snapshot {
	part := func(sku plan.SKU, name string, plans ...plan.ServicePlan) plan.Product {
		return plan.Product{SKU: sku, PartNumber: name, AppliesTo: "User", Status: "Enabled", Enabled: 10_000, Plans: plans, SubscriptionIDs: []string{}}
	}
	service := func(id plan.PlanID, name string) plan.ServicePlan {
		return plan.ServicePlan{ID: id, Name: name, AppliesTo: "User", Status: "Success"}
	}
	mail := service("efb87545-963c-4e0d-99df-69c6916d9eb0", "EXCHANGE_S_ENTERPRISE")
	s := &plan.Snapshot{
		Organization: plan.Organization{ID: "48a80680-7326-48cd-9935-b556b81d3a4e", DisplayName: "Hall", VerifiedDomains: []string{"hall.onmicrosoft.com", "hall.com"}},
		ReadAt:       proxyNow(),
		Products: []plan.Product{
			part(hallSuite, "SPE_E3", mail), part(hallLarger, "SPE_E5", mail),
			part(hallVisio, "VISIOCLIENT", service("663a804f-1c30-4ff0-9915-9db84f0d1cea", "VISIO_CLIENT_SUBSCRIPTION")),
			part(hallPower, "POWER_BI_PRO", service("70d33638-9c74-4d01-bfd3-562de28bd4ba", "BI_AZURE_P2")),
			part(hallFree, "FLOW_FREE", service("50e68c76-46c6-4674-81f9-75456511b170", "FLOW_P2_VIRAL")),
			part(hallProject, "PROJECTPROFESSIONAL", service("818523f5-016b-4355-9be8-ed6944946ea7", "PROJECT_PROFESSIONAL")),
		},
		Subscriptions: []plan.Subscription{}, Groups: []plan.Group{}, Roles: []plan.Role{}, RoleAssignments: []plan.RoleAssignment{},
		Actor: plan.Actor{Kind: plan.ActorApplication, ID: "22222222-0000-4000-8000-000000000009", Name: "reseat", Roles: []string{}, PermissionsKnown: true,
			Permissions: []string{"AuditLog.Read.All", "Directory.Read.All", "LicenseAssignment.ReadWrite.All", "MailboxSettings.Read", "RoleManagement.Read.Directory"}},
		Count: plan.UserCount{Before: people, After: people},
	}
	slices.SortFunc(s.Products, func(a, b plan.Product) int { return strings.Compare(string(a.SKU), string(b.SKU)) })
	for _, what := range []string{plan.ReadUsers, plan.ReadProducts, plan.ReadSubscriptions, plan.ReadRoles, plan.ReadEligibility, plan.ReadDeleted} {
		s.Reads = append(s.Reads, plan.Read{What: what, Status: plan.ReadComplete})
	}
	for i := range people {
		u := plan.User{ID: hallID(i), UserPrincipalName: fmt.Sprintf("p%d@hall.com", i), DisplayName: fmt.Sprintf("P %d", i),
			AccountEnabled: plan.Yes, UserType: "Member", UsageLocation: "SE", Department: "Staff"}
		for _, sku := range products {
			u.Sources = append(u.Sources, plan.Source{SKU: sku, State: plan.Active, DisabledPlans: []plan.PlanID{}})
		}
		plan.SortSources(u.Sources)
		s.Users = append(s.Users, u)
	}
	return s
}

func hallID(i int) plan.UserID {
	return plan.UserID(fmt.Sprintf("0000abcd-0000-4000-8000-%012x", i))
}

// moved puts so many people into the department of those who lose something.
func moved(s *plan.Snapshot, department string, people int) *plan.Snapshot {
	for i := range people {
		s.Users[i].Department = department
	}
	return s
}

// newHall writes a folder of two documents: reseat.yaml after its first lines, and
// the statements.
func newHall(t testing.TB, s *plan.Snapshot, settings, statements string) *hall {
	t.Helper()
	h := &hall{t: t, dir: t.TempDir(), now: proxyNow()}
	recount(s)
	data, err := plan.EncodeSnapshot(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(h.dir, "tenant.json"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	h.say(settings, statements)
	return h
}

// say writes the folder anew.
func (h *hall) say(settings, statements string) {
	h.t.Helper()
	h.write("reseat.yaml", "apiVersion: reseat/v1\nkind: Tenant\nname: hall\ntenant: {simulator: tenant.json}\n"+settings+
		"\n---\napiVersion: reseat/v1\nkind: Licenses\n"+statements+"\n")
}

func (h *hall) write(name, text string) {
	h.t.Helper()
	if err := os.WriteFile(filepath.Join(h.dir, name), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

func (h *hall) path(name string) string { return filepath.Join(h.dir, name) }

// run runs a command within this process.
func (h *hall) run(want int, args ...string) (out, errs string) {
	h.t.Helper()
	code, out, errs := h.reseat(args...)
	if code != want {
		h.t.Fatalf("reseat %s: got exit code %d, want %d\n%s%s", strings.Join(args, " "), code, want, out, errs)
	}
	return out, errs
}

func (h *hall) reseat(args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &o, err: &e, version: "test", env: func(string) string { return "" },
		terminal: func(any) (int, bool) { return 0, false }, now: func() time.Time { return h.now },
		wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }, interrupted: make(chan struct{})}
	code = a.run(context.Background(), args)
	return code, o.String(), e.String()
}

// plan makes a plan.
func (h *hall) plan(want int, args ...string) *plan.Plan {
	h.t.Helper()
	out, _ := h.run(want, append([]string{"plan", h.dir, "-o", "json"}, args...)...)
	p, err := plan.Decode([]byte(out))
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

// writes is how many writes the tenant has accepted so far.
func (h *hall) writes() int {
	h.t.Helper()
	data, err := os.ReadFile(filepath.Join(h.dir, ".reseat", "simulator.jsonl"))
	if err != nil && !os.IsNotExist(err) {
		h.t.Fatal(err)
	}
	return bytes.Count(data, []byte("\n"))
}

// lastRun is the name of the run that came last.
func (h *hall) lastRun() string {
	h.t.Helper()
	runs, err := filepath.Glob(filepath.Join(h.dir, ".reseat", "runs", "*"))
	if err != nil || len(runs) == 0 {
		h.t.Fatalf("no run: %v", err)
	}
	slices.Sort(runs)
	return filepath.Base(runs[len(runs)-1])
}

// tripped are the codes of the guards that stop a plan.
func tripped(p *plan.Plan) string {
	var codes []string
	for _, g := range plan.Tripped(p.Guards, plan.AtPlan) {
		codes = append(codes, g.Code)
	}
	return strings.Join(codes, " ")
}

// rule gives the folder a rule of one's own.
func (h *hall) rule(name, text string) {
	h.t.Helper()
	if err := os.MkdirAll(h.path("policies"), 0o700); err != nil {
		h.t.Fatal(err)
	}
	h.write(filepath.Join("policies", name+".rego"), text)
}
