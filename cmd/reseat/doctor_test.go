package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// A patient is a tenant that answers what it is told to.
type patient struct {
	token  plan.TenantID
	org    plan.Organization
	orgErr error
	noDate bool
	probed int
}

func (p *patient) Actor(context.Context) (plan.Actor, plan.TenantID, error) {
	return plan.Actor{Kind: plan.ActorApplication, Name: "app", Permissions: []string{"Directory.Read.All"}, PermissionsKnown: true}, p.token, nil
}

func (p *patient) Organization(context.Context) (plan.Organization, error) { return p.org, p.orgErr }

func (p *patient) Probe(context.Context) ([]graph.Probe, error) {
	p.probed++
	return []graph.Probe{{What: plan.ReadUsers, Status: graph.ProbeOK}, {What: plan.ReadSubscriptions, Status: graph.ProbeFailed, Reason: "503"},
		{What: plan.ReadMembers, Status: graph.ProbeDenied, Code: "Authorization_RequestDenied", Vital: true}}, nil
}

func (p *patient) Skew() (time.Duration, bool) { return -90 * time.Second, !p.noDate }

// TestExamineTenant: the tenant of the token, the one that answers and the one
// that the folder names are one, or nothing of it is read.
func TestExamineTenant(t *testing.T) {
	t.Parallel()
	const mine, other plan.TenantID = "11111111-2222-4333-8444-555555555555", "99999999-2222-4333-8444-555555555555"
	org := plan.Organization{ID: mine, VerifiedDomains: []string{"contoso.onmicrosoft.com", "contoso.com"}}
	denied := &graph.Error{Op: "read organization", Status: 403, Code: "Authorization_RequestDenied"}
	for _, c := range []struct {
		name, id string
		patient  patient
		want     plan.Truth
	}{
		{"by domain", "Contoso.COM", patient{token: mine, org: org}, plan.Yes},
		{"by id", strings.ToUpper(string(mine)), patient{token: mine, org: org}, plan.Yes},
		{"another domain", "fabrikam.com", patient{token: mine, org: org}, plan.No},
		{"another id", string(other), patient{token: mine, org: org}, plan.No},
		{"token of another tenant", "contoso.com", patient{token: other, org: org}, plan.No},
		{"token that does not say", "contoso.com", patient{org: org}, plan.Yes},
		{"nobody may read it, by id", string(mine), patient{token: mine, orgErr: denied}, plan.Yes},
		{"nobody may read it, another id", string(other), patient{token: mine, orgErr: denied}, plan.No},
		{"nobody may read it, by domain", "contoso.com", patient{token: mine, orgErr: denied, noDate: true}, plan.Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &session{app: &app{env: os.Getenv, now: time.Now, terminal: terminalOf}, tenant: &tenant{}, folder: &folder{desired: &plan.Desired{Settings: plan.Settings{Name: "contoso",
				Tenant: plan.TenantRef{ID: c.id, Cloud: plan.Global, Place: plan.Place{File: "reseat.yaml", Line: 4}}}}}}
			got, err := s.examine(t.Context(), &c.patient)
			if err != nil {
				t.Fatal(err)
			}
			if got.Right != c.want || got.NamedAt != "reseat.yaml:4" || got.Named != c.id {
				t.Errorf("got %v (%s at %s), want %v", got.Right, got.Named, got.NamedAt, c.want)
			}
			if (c.want == plan.No) != (c.patient.probed == 0) {
				t.Errorf("probed %d times a tenant that is right: %v", c.patient.probed, c.want)
			}
			err = diagnosis(got)
			var coded *codeError
			want := exitNotEvaluated // members, which matter here, are denied
			if c.want == plan.No {
				want = exitError
			}
			if !errors.As(err, &coded) || coded.code != want {
				t.Errorf("got %v, want exit code %d", err, want)
			}
			if (got.Ahead == nil) != (c.patient.noDate || c.want == plan.No) {
				t.Errorf("got a clock ahead by %v", got.Ahead)
			}
		})
	}
}

// TestExamineStops: without a token or a connection there is nothing to say.
func TestExamineStops(t *testing.T) {
	t.Parallel()
	s := &session{app: &app{env: os.Getenv, now: time.Now, terminal: terminalOf}, tenant: &tenant{}, folder: &folder{desired: &plan.Desired{Settings: plan.Settings{Tenant: plan.TenantRef{ID: "contoso.com"}}}}}
	for _, err := range []error{errors.New("no connection"), &graph.Error{Status: 401}} {
		if _, got := s.examine(t.Context(), &patient{orgErr: err}); !errors.Is(got, err) {
			t.Errorf("got %v, want %v", got, err)
		}
	}
}

// TestAssigning: who applies may be somebody else than who plans, and may not be
// able to sign in from here.
func TestAssigning(t *testing.T) {
	t.Parallel()
	reads := plan.Actor{Kind: plan.ActorApplication, Permissions: []string{"User.Read.All"}, PermissionsKnown: true}
	nobody := graph.Config{Root: "https://graph.simulated.invalid", Token: func(context.Context) (string, time.Time, error) { return "", time.Time{}, errors.New("not here") }}
	for _, c := range []struct {
		tenant tenant
		want   plan.Works
	}{
		{tenant{}, plan.WorksDenied}, {tenant{apart: true, write: nobody}, plan.WorksUntold},
	} {
		s := &session{tenant: &c.tenant}
		if got := s.assigning(t.Context(), reads); got.Works != c.want || (c.want == plan.WorksUntold) != strings.Contains(got.Reason, "not here") {
			t.Errorf("got %+v, want %s", got, c.want)
		}
	}
}

// TestPermissionsAgree: what the table says of each single permission is what
// the simulated tenant, which was written from Graph's reference, permits.
func TestPermissionsAgree(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "examples", "contoso", "tenant.json"))
	if err != nil {
		t.Fatal(err)
	}
	base, err := plan.DecodeSnapshot(data)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"AuditLog.Read.All", "Directory.Read.All", "Directory.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All",
		"GroupMember.Read.All", "GroupMember.ReadWrite.All", "LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All",
		"MailboxSettings.Read", "MailboxSettings.ReadWrite", "Organization.Read.All", "Organization.ReadWrite.All",
		"PrivilegedEligibilitySchedule.Read.AzureADGroup", "RoleEligibilitySchedule.Read.Directory", "RoleEligibilitySchedule.ReadWrite.Directory",
		"RoleManagement.Read.All", "RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", "User.Read", "User.Read.All", "User.ReadWrite.All"}
	for _, x := range plan.Accesses() {
		names = append(names, x.Least)
		names = slices.Concat(names, x.Also, x.AlsoApplication, x.AlsoPerson)
	}
	slices.Sort(names)
	compared := 0
	for _, name := range slices.Compact(names) {
		for _, kind := range []plan.ActorKind{plan.ActorApplication, plan.ActorPerson} {
			who := plan.Actor{Kind: kind, ID: string(base.Users[0].ID), Name: "somebody", Permissions: []string{name}, PermissionsKnown: true}
			for _, p := range probesOf(t, base, who) {
				if p.Status == graph.ProbeUntried || p.Status == graph.ProbeAbsent {
					continue
				}
				compared++
				x, _ := plan.AccessTo(p.What)
				by, _ := x.By(who)
				if (by != "") != (p.Status == graph.ProbeOK) && p.What != plan.ReadSignIns {
					t.Errorf("%s, %s: %s is %s (%s), and the table says %q", kind, name, p.What, p.Status, p.Code, by)
				}
			}
		}
	}
	if compared < 200 {
		t.Errorf("compared %d answers, want at least 200", compared)
	}
}

func probesOf(t *testing.T, base *plan.Snapshot, who plan.Actor) []graph.Probe {
	t.Helper()
	sim, err := simulator.New(base, simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	token := sim.Token(who, time.Hour)
	c, err := graph.New(graph.Config{Root: "https://graph.simulated.invalid", Transport: sim,
		Token: func(context.Context) (string, time.Time, error) { return token, time.Time{}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	all, err := c.Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}
