package graph_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

// readFailures are ways in which a read goes wrong for good, and whether the error
// is an answer of Graph's.
func readFailures() map[string]struct {
	answer  answer
	refusal bool
} {
	type readFailure = struct {
		answer  answer
		refusal bool
	}
	return map[string]readFailure{
		"403":        {refuse(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."), true},
		"404":        {refuse(404, "Request_ResourceNotFound", "x"), true},
		"404 html":   {answer{status: 404, body: "<html>"}, true},
		"400":        {refuse(400, "BadRequest", "Resource not found for the segment 'x'."), true},
		"429":        {refuse(429, "TooManyRequests", "x"), true},
		"500":        {answer{status: 500}, true},
		"502 html":   {answer{status: 502, body: "<html>Bad Gateway</html>"}, true},
		"redirect":   {answer{status: 302, header: map[string]string{"Location": "https://evil.example"}}, true},
		"truncated":  {ok(`{"value":[{"id":"`), false},
		"empty":      {ok(``), false},
		"no content": {answer{status: 204}, true},
		"null":       {ok(`{"value":null}`), false},
		"no list":    {ok(`{}`), false},
		"html":       {ok(`<html>sign in</html>`), false},
		"error":      {ok(`{"error":{"code":"x"}}`), false},
		"nulls":      {list("null"), false},
		"foreign":    {page("https://evil.example/v1.0/x"), false},
		"deep":       {ok(strings.Repeat(`{"value":`, 70)), false},
	}
}

// What a plan cannot do without ends in an error of its kind, whatever fails
// and on whichever page; it is never an empty list.
func TestNeededReads(t *testing.T) {
	const roles = "/roleManagement/directory/"
	for path, op := range map[string]string{
		"/organization": "read organization", "/users": "read users", "/users/$count": "count users", "/subscribedSkus": "read subscribedSkus",
		roles + "roleDefinitions": "read role definitions", roles + "roleAssignments": "read role assignments",
		roles + "roleEligibilityScheduleInstances":                      "read role eligibility",
		"/groups/" + id(50) + "/transitiveMembers/microsoft.graph.user": "read members of group " + id(50),
		"/groups/" + id(51) + "/transitiveMembers/microsoft.graph.user": "read members of group " + id(51),
	} {
		for name, fail := range readFailures() {
			for _, later := range []bool{false, true} {
				if later && (path == "/users/$count" || path == "/organization") {
					continue
				}
				t.Run(fmt.Sprintf("%s %s later=%t", op, name, later), func(t *testing.T) {
					f := contoso(t).on(path, fail.answer)
					if later {
						f.special[path] = func(w http.ResponseWriter, r *http.Request) {
							if r.URL.RawQuery == "2" {
								fail.answer.write(w)
								return
							}
							io.WriteString(w, `{"@odata.nextLink":"`+root+r.URL.EscapedPath()+`?2","value":[]}`)
						}
					}
					s, err := on(f).client(t).Snapshot(t.Context(), graph.Wants{})
					if err == nil || !strings.HasPrefix(err.Error(), op+": ") {
						t.Fatalf("got %v, %v, want %s", s, err, op)
					}
					var e *graph.Error
					if errors.As(err, &e) != fail.refusal || errors.Is(err, graph.ErrDenied) != (name == "403") {
						t.Errorf("got %#v", err)
					}
				})
			}
		}
	}
}

// Subscriptions may be denied, and nothing else of them.
func TestSubscriptionsFail(t *testing.T) {
	for name, fail := range readFailures() {
		s, err := on(contoso(t).on("/directory/subscriptions", fail.answer)).client(t).Snapshot(t.Context(), graph.Wants{})
		if name == "403" {
			if err != nil || readOf(s, "subscriptions").Status != plan.ReadDenied || s.Subscriptions == nil {
				t.Errorf("%s: got %v, %+v", name, err, s)
			}
			continue
		}
		if err == nil || !strings.HasPrefix(err.Error(), "read subscriptions: ") {
			t.Errorf("%s: got %v, %v", name, s, err)
		}
	}
}

// The name of a group that licenses, and all of a group that is wanted, may
// fail in any way.
func TestGroupsFail(t *testing.T) {
	for name, fail := range readFailures() {
		if !fail.refusal || strings.HasPrefix(fail.answer.body, "<") || fail.answer.body == "" {
			fail.answer.body = `""` // within a batch
		}
		f := contoso(t).on("/users", list(holder(10, ""))).on("/groups/"+id(60), fail.answer).on("/groups", fail.answer)
		f.on("/groups/"+id(80), ok(group(80))).on("/groups/"+id(80)+"/transitiveMembers/microsoft.graph.user", fail.answer)
		s, err := on(f).client(t).Snapshot(t.Context(), graph.Wants{Groups: []string{"board", id(80)}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		denied := 0
		for _, r := range s.Reads {
			if r.Status == plan.ReadDenied && r.Reason != "" {
				denied++
			}
		}
		i := slices.IndexFunc(s.Groups, func(g plan.Group) bool { return g.ID == plan.GroupID(id(80)) })
		if denied != 3 || i < 0 || s.Groups[i].MembersRead || len(s.Groups) != 3 {
			t.Errorf("%s: got %+v, %+v", name, s.Reads, s.Groups)
		}
	}
}

// What Graph says in words that we do not know is kept as it is, GUIDs are in
// lower case, and what is null or not there is empty, in every read.
func TestOddAnswers(t *testing.T) {
	const roles = "/roleManagement/directory/"
	up := strings.ToUpper
	f := contoso(t)
	f.on("/organization", list(`{"id":"`+up(id(1))+`","displayName":null,"verifiedDomains":[]}`))
	f.on("/users", list(user(10, `"userType":"Robot","proxyAddresses":null,"assignedLicenses":[{"skuId":"`+up(visio)+`","disabledPlans":[]}],
		"licenseAssignmentStates":[{"skuId":"`+up(e3)+`","assignedByGroup":"`+up(id(60))+`","disabledPlans":[],"state":"Odd","error":"Odder"}]`)))
	f.on("/subscribedSkus", list(`{"skuId":"`+up(e3)+`","capabilityStatus":"Odd","appliesTo":"Robot","consumedUnits":1,"prepaidUnits":null}`))
	f.on("/directory/subscriptions", list(`{"id":"`+up(id(70))+`","skuId":"`+up(e3)+`","ownerId":"`+up(id(10))+`","ownerType":"Robot","status":"Odd"}`))
	f.on(roles+"roleDefinitions", list(`{"id":"`+up(id(80))+`","templateId":null,"rolePermissions":[]}`, `{"id":"`+id(81)+`","rolePermissions":[{"condition":null}]}`))
	f.on(roles+"roleAssignments", list(`{"id":"a","principalId":"`+up(id(50))+`","roleDefinitionId":"`+up(id(80))+`","principal":{"@odata.type":"#microsoft.graph.robot"}}`,
		`{"id":"b","principalId":"`+up(id(92))+`","roleDefinitionId":"`+up(id(80))+`","principal":null}`))
	f.on(roles+"roleEligibilityScheduleInstances", list())
	f.on("/groups/"+id(50), ok(`{"id":"`+up(id(50))+`","assignedLicenses":[]}`)).on("/groups/"+id(60), ok(`{"id":"`+up(id(60))+`","assignedLicenses":[{"skuId":"`+up(e3)+`","disabledPlans":[]}]}`))
	s := snapshot(t, f, graph.Wants{})
	u, p, sub := s.Users[0], s.Products[0], s.Subscriptions[0]
	if u.UserType != "Robot" || u.Sources[0].State != "Odd" || u.Sources[0].Error != "Odder" || u.Sources[0].SKU != e3 || u.Sources[0].Group != plan.GroupID(id(60)) ||
		u.Sources[0].Held() || u.Sources[0].DisabledPlans == nil || u.Unsourced[0] != visio || u.Aliases != nil {
		t.Errorf("user: got %+v", u)
	}
	if p.SKU != e3 || p.Status != "Odd" || p.Assignable() || p.Plans == nil || p.SubscriptionIDs == nil || p.Bought() != 0 {
		t.Errorf("product: got %+v", p)
	}
	if sub.ID != id(70) || sub.SKU != e3 || sub.OwnerID != id(10) || sub.OwnerType != "Robot" || sub.Status != "Odd" {
		t.Errorf("subscription: got %+v", sub)
	}
	if s.Organization.ID != plan.TenantID(id(1)) || s.Organization.VerifiedDomains == nil {
		t.Errorf("organization: got %+v", s.Organization)
	}
	if len(s.Roles) != 2 || s.Roles[0].ID != plan.RoleID(id(80)) {
		t.Errorf("roles: got %+v", s.Roles)
	}
	for i, want := range []plan.RoleAssignment{
		{ID: "a", Role: plan.RoleID(id(80)), Principal: id(50), Kind: plan.PrincipalGroup}, {ID: "b", Role: plan.RoleID(id(80)), Principal: id(92), Kind: plan.PrincipalService},
	} {
		if s.RoleAssignments[i] != want {
			t.Errorf("assignment: got %+v, want %+v", s.RoleAssignments[i], want)
		}
	}
	if g := s.Groups; len(g) != 2 || g[0].ID != plan.GroupID(id(50)) || g[0].Gives != nil || g[1].ID != plan.GroupID(id(60)) || g[1].Gives[0].SKU != e3 || g[1].Gives[0].DisabledPlans == nil {
		t.Errorf("groups: got %+v", g)
	}
}
