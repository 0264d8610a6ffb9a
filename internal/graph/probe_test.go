package graph_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

// probed is contoso with all that probes ask for beside what a snapshot does.
func probed(t *testing.T) *fake {
	f := contoso(t)
	f.on("/groups", list(`{"id":"`+id(50)+`"}`))
	f.on("/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances?$filter=groupId eq '"+id(50)+"'", list())
	f.on("/directory/deletedItems/microsoft.graph.user", list())
	f.on("/users/"+id(12)+"/mailboxSettings", ok(`{"userPurpose":"user"}`))
	return f
}

func statuses(all []graph.Probe) map[string]graph.ProbeStatus {
	m := map[string]graph.ProbeStatus{}
	for _, p := range all {
		m[p.What] = p.Status
	}
	return m
}

func TestProbe(t *testing.T) {
	f := probed(t)
	all, err := on(f).client(t).Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var asked []string
	for _, p := range all {
		asked = append(asked, p.What)
		if p.Status != graph.ProbeOK || p.Reason != "" {
			t.Errorf("%s: got %+v, want it to work", p.What, p)
		}
	}
	var want []string
	for _, a := range plan.Accesses() {
		if !a.Write {
			want = append(want, a.What)
		}
	}
	if !slices.Equal(asked, want) {
		t.Errorf("asked for %v, want every read, %v", asked, want)
	}
	for _, s := range f.asked {
		if s.method != http.MethodGet {
			t.Errorf("%s %s: a probe changes nothing", s.method, s.path)
		}
	}
}

func TestProbeRefusals(t *testing.T) {
	denied := refuse(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
	for _, c := range []struct {
		name, path, what string
		answer           answer
		want             graph.ProbeStatus
		code             string
	}{
		{"no permission", "/directory/subscriptions", plan.ReadSubscriptions, denied, graph.ProbeDenied, "Authorization_RequestDenied"},
		{"mail server's own word", "/users/" + id(12) + "/mailboxSettings", plan.ReadMailboxes, refuse(403, "ErrorAccessDenied", "no"), graph.ProbeDenied, "ErrorAccessDenied"},
		{"no mailbox", "/users/" + id(12) + "/mailboxSettings", plan.ReadMailboxes, refuse(404, "MailboxNotEnabledForRESTAPI", "none"), graph.ProbeOK, ""},
		{"no PIM", "/roleManagement/directory/roleEligibilityScheduleInstances", plan.ReadEligibility,
			refuse(400, "AadPremiumLicenseRequired", "The tenant needs an AAD Premium 2 license."), graph.ProbeAbsent, "AadPremiumLicenseRequired"},
		{"no P1", "/users?$select=id,signInActivity&$top=1", plan.ReadSignIns,
			refuse(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "no"), graph.ProbeAbsent, "Authentication_RequestFromNonPremiumTenantOrB2CTenant"},
		{"not in this cloud", "/directory/deletedItems/microsoft.graph.user", plan.ReadDeleted,
			refuse(400, "BadRequest", "Resource not found for the segment 'deletedItems'."), graph.ProbeAbsent, "BadRequest"},
		{"a list that is none", "/subscribedSkus", plan.ReadProducts, ok(`{"value":7}`), graph.ProbeFailed, ""},
		{"cut off", "/roleManagement/directory/roleDefinitions", plan.ReadRoleDefinitions, ok(`{"value":[{"id"`), graph.ProbeFailed, ""},
		{"down", "/groups", plan.ReadGroups, answer{status: 503, body: "<html>"}, graph.ProbeFailed, ""},
		{"members", "/groups/" + id(50) + "/transitiveMembers/microsoft.graph.user", plan.ReadMembers, denied, graph.ProbeDenied, "Authorization_RequestDenied"},
	} {
		t.Run(c.name, func(t *testing.T) {
			all, err := on(probed(t).on(c.path, c.answer)).client(t).Probe(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range all {
				switch {
				case p.What != c.what && p.Status != graph.ProbeOK:
					t.Errorf("%s: got %+v, want it to work", p.What, p)
				case p.What == c.what && (p.Status != c.want || p.Code != c.code || (p.Status == graph.ProbeOK) != (p.Reason == "")):
					t.Errorf("got %+v, want %s %s", p, c.want, c.code)
				}
			}
		})
	}
}

// What nothing can be tried on is not called denied.
func TestProbeEmptyTenant(t *testing.T) {
	f := probed(t).on("/users", list()).on("/groups", list()).on("/roleManagement/directory/roleAssignments", list())
	all, err := on(f).client(t).Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		none := slices.Contains([]string{plan.ReadGroupEligibility, plan.ReadMembers, plan.ReadMailboxes}, p.What)
		if p.Status != graph.ProbeOK || none != strings.Contains(p.Reason, "nothing to try it on") {
			t.Errorf("got %+v", p)
		}
	}
}

// What hangs on something that could not be read is not called well.
func TestProbeUntried(t *testing.T) {
	denied := refuse(403, "Authorization_RequestDenied", "no")
	f := probed(t).on("/users", denied).on("/groups", denied).on("/roleManagement/directory/roleAssignments", denied)
	all, err := on(f).client(t).Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := statuses(all)
	for _, what := range []string{plan.ReadGroupEligibility, plan.ReadMembers, plan.ReadMailboxes} {
		if got[what] != graph.ProbeUntried {
			t.Errorf("%s: got %s, want it untried", what, got[what])
		}
	}
}

func TestProbeWithoutToken(t *testing.T) {
	b := on(newFake(t).on("/organization", refuse(401, "InvalidAuthenticationToken", "expired")))
	if _, err := b.client(t).Probe(t.Context()); !errors.Is(err, graph.ErrUnauthorized) {
		t.Errorf("a refused token: got %v", err)
	}
	b = on(probed(t))
	b.Token = func(context.Context) (string, time.Time, error) { return "", time.Time{}, errors.New("no credential") }
	if _, err := b.client(t).Probe(t.Context()); err == nil || !strings.Contains(err.Error(), "no credential") {
		t.Errorf("no token: got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := on(probed(t)).client(t).Probe(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}

// Where nobody answers at all, the first probe says so and the rest are not waited for.
func TestProbeWithoutConnection(t *testing.T) {
	b := on(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	_, err := b.client(t).Probe(t.Context())
	if err == nil || !strings.Contains(err.Error(), "try organization") {
		t.Errorf("got %v, want the first probe to say so", err)
	}
}
