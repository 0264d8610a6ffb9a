package graph_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

func TestSnapshot(t *testing.T) {
	f := contoso(t)
	b := on(f)
	got, err := b.client(t).Snapshot(t.Context(), graph.Wants{})
	if err != nil {
		t.Fatal(err)
	}
	if want := (plan.Organization{ID: plan.TenantID(id(1)), DisplayName: "Contoso",
		VerifiedDomains: []string{"contoso.onmicrosoft.com", "a.example", "contoso.com"}}); !reflect.DeepEqual(got.Organization, want) {
		t.Errorf("organization: got %+v, want %+v", got.Organization, want)
	}
	if !got.ReadAt.Equal(now) || got.Count != (plan.UserCount{Before: 3, After: 3}) {
		t.Errorf("got read at %v, count %v", got.ReadAt, got.Count)
	}
	var ids []string
	for _, u := range got.Users {
		ids = append(ids, string(u.ID))
	}
	if want := []string{id(10), id(11), id(12)}; !slices.Equal(ids, want) {
		t.Errorf("users: got %v, want %v", ids, want)
	}
	if len(got.Products) != 2 || got.Products[0].SKU != e3 || got.Products[0].Enabled != 25 || got.Products[0].Consumed != 14 ||
		got.Products[0].SubscriptionIDs == nil || got.Products[0].Plans[0].ID != yam {
		t.Errorf("products: got %+v", got.Products)
	}
	s := got.Subscriptions[0]
	if s.ID != id(71) || s.SKU != e3 || s.OwnerType != "User" || !s.NextLifecycle.IsZero() || s.CreatedAt.Year() != 2023 {
		t.Errorf("subscription: got %+v", s)
	}
	r := got.Roles[0]
	if want := []string{"microsoft.directory/a", "microsoft.directory/users/assignLicense"}; !slices.Equal(r.Actions, want) || r.Privileged != plan.Unknown || !r.BuiltIn {
		t.Errorf("role: got %+v", r)
	}
	if want := []plan.Read{
		{What: "users", Items: 3, Status: "complete"}, {What: "subscribedSkus", Items: 2, Status: "complete"},
		{What: "subscriptions", Items: 1, Status: "complete"}, {What: "roleAssignments", Items: 3, Status: "complete"},
		{What: "roleEligibility", Items: 3, Status: "complete"}, {What: "deletedItems", Items: 1, Status: "complete"},
		{What: "groups", Items: 2, Status: "complete"}, {What: "members", Items: 4, Status: "complete"},
		{What: "groupEligibility", Items: 1, Status: "complete"},
	}; !slices.Equal(got.Reads, want) {
		t.Errorf("reads: got %+v, want %+v", got.Reads, want)
	}
	if len(b.waits) != 0 || b.given != 1 {
		t.Errorf("got %d waits and %d tokens, want 0 and 1", len(b.waits), b.given)
	}
}

func TestSnapshotPrincipals(t *testing.T) {
	got, err := on(contoso(t)).client(t).Snapshot(t.Context(), graph.Wants{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]plan.PrincipalKind{"a1": "user", "a2": "group", "a3": "servicePrincipal", "e1": "user", "e2": "group", "e3": "servicePrincipal"}
	for _, a := range got.RoleAssignments {
		if a.Kind != want[a.ID] || a.Eligible != (a.ID[0] == 'e') || a.Role != "62e90394-69f5-4237-9190-012177145e10" || a.Scope != "/" {
			t.Errorf("got %+v, want kind %s", a, want[a.ID])
		}
		delete(want, a.ID)
	}
	if len(want) != 0 {
		t.Errorf("missing: %v", want)
	}
	for i, g := range got.Groups {
		if g.ID != plan.GroupID(id(50+i)) || !g.MembersRead || !slices.Equal(g.Members, []plan.UserID{plan.UserID(id(11)), plan.UserID(id(12))}) {
			t.Errorf("group %d: got %+v", i, g)
		}
	}
}

// Each call says who asks; advanced queries say so on each page.
func TestHeaders(t *testing.T) {
	f := contoso(t)
	members := "/groups/" + id(50) + "/transitiveMembers/microsoft.graph.user"
	f.on(members+"?$skiptoken=2", list()).on(members, ok(`{"value":[],"@odata.nextLink":"`+root+"/v1.0"+members+`?$skiptoken=2"}`))
	if _, err := on(f).client(t).Snapshot(t.Context(), graph.Wants{}); err != nil {
		t.Fatal(err)
	}
	traces := map[string]bool{}
	for _, s := range f.asked {
		trace := s.header.Get("client-request-id")
		if _, err := plan.ParseGUID(trace); err != nil || traces[trace] {
			t.Errorf("%s: got client-request-id %q", s.path, trace)
		}
		traces[trace] = true
		if got := s.header.Get("Authorization"); got != "Bearer "+token {
			t.Errorf("%s: got Authorization %q", s.path, got)
		}
		if got := s.header.Get("User-Agent"); got != "reseat/test" {
			t.Errorf("%s: got User-Agent %q", s.path, got)
		}
		advanced := strings.HasSuffix(s.path, "$count") || strings.Contains(s.path, "transitiveMembers")
		if got := s.header.Get("ConsistencyLevel") == "eventual"; got != advanced {
			t.Errorf("%s?%s: got eventual %t, want %t", s.path, s.query, got, advanced)
		}
		if s.path == "/users" && (strings.Contains(s.query, "signInActivity") || !strings.Contains(s.query, "$top=999") || !strings.Contains(s.query, "licenseAssignmentStates")) {
			t.Errorf("users: got query %s", s.query)
		}
		if s.method != "GET" && (s.path != "/$batch" || strings.Contains(string(s.body), `"POST"`)) {
			t.Errorf("a reader sent %s %s %s", s.method, s.path, s.body)
		}
	}
	if f.times(members) != 2 {
		t.Errorf("got %d pages of members, want 2", f.times(members))
	}
}

func TestUserFields(t *testing.T) {
	f := contoso(t)
	up := strings.ToUpper
	f.on("/users", list(
		`{"id":"`+up(id(1))+`","userPrincipalName":" Ann@contoso.com ","displayName":"Ame\u0301lie ","mail":null,"accountEnabled":false,"userType":null,
		 "department":" Design ","country":"NO","usageLocation":"NO","onPremisesSyncEnabled":null,"isResourceAccount":null,"createdDateTime":"2024-05-01T09:10:00+02:00",
		 "onPremisesExtensionAttributes":{"extensionAttribute1":null,"extensionAttribute15":" x "},"somethingNew":{"a":[{}]},
		 "assignedLicenses":[{"skuId":"`+up(e3)+`","disabledPlans":[]},{"skuId":"`+visio+`"},{"skuId":null,"disabledPlans":[]}],
		 "licenseAssignmentStates":[
		  {"skuId":"`+e3+`","assignedByGroup":"`+up(id(60))+`","disabledPlans":[],"state":"Disabled","error":"CountViolation","lastUpdatedDateTime":null},
		  {"skuId":"`+up(e3)+`","assignedByGroup":null,"disabledPlans":["`+up(yam)+`"],"state":"Active","error":"None","lastUpdatedDateTime":"2024-05-01T07:10:00.1234567Z"},
		  {"skuId":"`+e5+`","disabledPlans":[],"state":"Error","error":null},
		  {"skuId":null,"assignedByGroup":null,"disabledPlans":[],"state":"Active","error":"None"}]}`,
		`{"id":"`+id(2)+`","assignedLicenses":[],"licenseAssignmentStates":[],"onPremisesExtensionAttributes":null,"accountEnabled":null,"displayName":"bad \ud83d end"}`))
	s, err := on(f).client(t).Snapshot(t.Context(), graph.Wants{})
	if err != nil {
		t.Fatal(err)
	}
	ext := [15]string{14: "x"}
	want := []plan.User{{
		ID: plan.UserID(id(1)), UserPrincipalName: "Ann@contoso.com", DisplayName: "Amélie", AccountEnabled: plan.No, UserType: "Member",
		Department: "Design", Country: "NO", UsageLocation: "NO", CreatedAt: time.Date(2024, 5, 1, 7, 10, 0, 0, time.UTC), Extensions: &ext,
		Sources: []plan.Source{
			{SKU: e3, State: plan.Active, DisabledPlans: []plan.PlanID{yam}, UpdatedAt: time.Date(2024, 5, 1, 7, 10, 0, 123456700, time.UTC)},
			{SKU: e3, Group: plan.GroupID(id(60)), State: "Disabled", Error: "CountViolation", DisabledPlans: []plan.PlanID{}},
			{SKU: e5, State: plan.ErrorState, DisabledPlans: []plan.PlanID{}},
		},
		Unsourced: []plan.SKU{visio},
	}, {
		ID: plan.UserID(id(2)), UserType: "Member", DisplayName: "bad \ufffd end", Sources: []plan.Source{},
	}}
	if !reflect.DeepEqual(s.Users, want) {
		t.Errorf("got %+v\nwant %+v", s.Users, want)
	}
}

// Nothing of one user is left over in the next, whose members may be missing.
func TestUsersApart(t *testing.T) {
	f := contoso(t)
	full := `"department":"Design","onPremisesSyncEnabled":true,"onPremisesExtensionAttributes":{"extensionAttribute3":"x"},"createdDateTime":"2024-05-01T07:10:00Z",
		"assignedLicenses":[{"skuId":"` + e3 + `","disabledPlans":[]},{"skuId":"` + visio + `"}],
		"licenseAssignmentStates":[{"skuId":"` + e3 + `","assignedByGroup":"` + id(60) + `","disabledPlans":["` + yam + `"],"state":"Error","error":"CountViolation","lastUpdatedDateTime":"2024-05-01T07:10:00Z"}]`
	f.on("/users", list(user(1, full), `{"id":"`+id(2)+`","assignedLicenses":[{}],"licenseAssignmentStates":[{"skuId":"`+e5+`"}]}`, user(3), `{"id":"`+id(4)+`","assignedLicenses":[],"licenseAssignmentStates":[]}`))
	s, err := on(f).client(t).Snapshot(t.Context(), graph.Wants{})
	if err != nil {
		t.Fatal(err)
	}
	want := []plan.User{
		{ID: plan.UserID(id(2)), UserType: "Member", Sources: []plan.Source{{SKU: e5, DisabledPlans: []plan.PlanID{}}}},
		{ID: plan.UserID(id(3)), UserPrincipalName: "u3@contoso.com", UserType: "Member", AccountEnabled: plan.Yes, Sources: []plan.Source{}},
		{ID: plan.UserID(id(4)), UserType: "Member", Sources: []plan.Source{}},
	}
	if !reflect.DeepEqual(s.Users[1:], want) {
		t.Errorf("got %+v\nwant %+v", s.Users[1:], want)
	}
	if !slices.Equal(s.Users[0].Unsourced, []plan.SKU{visio}) || s.Users[0].Sources[0].DisabledPlans[0] != yam {
		t.Errorf("got %+v", s.Users[0])
	}
}

// What is not as it must be ends the read: nobody is skipped.
func TestBadUsers(t *testing.T) {
	for name, u := range map[string]string{
		"no id":             `{"userPrincipalName":"a@b","assignedLicenses":[],"licenseAssignmentStates":[]}`,
		"null id":           `{"id":null,"assignedLicenses":[],"licenseAssignmentStates":[]}`,
		"id is no GUID":     `{"id":"../../me","assignedLicenses":[],"licenseAssignmentStates":[]}`,
		"id is a number":    `{"id":7,"assignedLicenses":[],"licenseAssignmentStates":[]}`,
		"product no GUID":   user(1, `"assignedLicenses":[{"skuId":"E3"}],"licenseAssignmentStates":[]`),
		"empty group":       user(1, `"assignedLicenses":[],"licenseAssignmentStates":[{"skuId":"`+e3+`","assignedByGroup":""}]`),
		"group no GUID":     user(1, `"assignedLicenses":[],"licenseAssignmentStates":[{"skuId":"`+e3+`","assignedByGroup":"staff"}]`),
		"bad time":          user(1, `"assignedLicenses":[],"licenseAssignmentStates":[{"skuId":"`+e3+`","lastUpdatedDateTime":"soon"}]`),
		"enabled is text":   user(1, `"assignedLicenses":[],"accountEnabled":"true"`),
		"doubled member":    user(1, `"assignedLicenses":[],"licenseAssignmentStates":[],"licenseAssignmentStates":[]`),
		"licences null":     user(1, `"assignedLicenses":null,"licenseAssignmentStates":[]`),
		"states null":       user(1, `"assignedLicenses":[],"licenseAssignmentStates":null`),
		"no states":         user(1, `"assignedLicenses":[]`),
		"no licences":       user(1, `"licenseAssignmentStates":[]`),
		"plans null":        user(1, `"assignedLicenses":[],"licenseAssignmentStates":[{"skuId":"`+e3+`","disabledPlans":null}]`),
		"names alone":       user(1, `"displayName":"Ann"`),
		"states are a text": user(1, `"licenseAssignmentStates":"none"`),
		"not an object":     `"` + id(1) + `"`,
		"null":              `null`,
	} {
		t.Run(name, func(t *testing.T) {
			f := contoso(t).on("/users", list(user(9), u))
			s, err := on(f).client(t).Snapshot(t.Context(), graph.Wants{})
			if err == nil || !strings.HasPrefix(err.Error(), "read users: ") {
				t.Errorf("got %v, %v", s, err)
			}
		})
	}
}

// Whatever the pages are, users come sorted, once each. Who came twice and not
// alike is read again, and who is gone by then is nobody.
func TestUsersSettle(t *testing.T) {
	const none = `"assignedLicenses":[],"licenseAssignmentStates":[]`
	rapid.Check(t, func(r *rapid.T) {
		f := contoso(t)
		last, unlike, gone := map[string]string{}, map[string]bool{}, rapid.IntRange(0, 9).Draw(r, "gone")
		pages := rapid.IntRange(1, 4).Draw(r, "pages")
		for p := range pages {
			var items []string
			for i := range rapid.IntRange(0, 6).Draw(r, "items") {
				n := rapid.IntRange(0, 9).Draw(r, "n")
				dept := fmt.Sprintf("d%d-%d", p, i)
				if rapid.Bool().Draw(r, "alike") {
					dept = "same"
				}
				if old, ok := last[id(n)]; ok && old != dept {
					unlike[id(n)] = true
				}
				last[id(n)] = dept
				items = append(items, user(n, none+`,"department":"`+dept+`"`))
			}
			link := ""
			if p < pages-1 {
				link = fmt.Sprintf(`,"@odata.nextLink":"%s/v1.0/users?$skiptoken=%d"`, root, p+1)
			}
			path := "/users"
			if p > 0 {
				path = fmt.Sprintf("/users?$skiptoken=%d", p)
			}
			f.on(path, ok(`{"value":[`+strings.Join(items, ",")+`]`+link+`}`))
		}
		for n := range 10 {
			if n != gone {
				f.on("/users/"+id(n), ok(user(n, none+`,"department":"fresh"`)))
			} else if unlike[id(n)] {
				delete(last, id(n))
			}
			if _, seen := last[id(n)]; seen && unlike[id(n)] {
				last[id(n)] = "fresh"
			}
		}
		s, err := on(f).client(t).Snapshot(t.Context(), graph.Wants{})
		if err != nil {
			r.Fatal(err)
		}
		if !slices.IsSortedFunc(s.Users, func(a, b plan.User) int { return strings.Compare(string(a.ID), string(b.ID)) }) || len(s.Users) != len(last) {
			r.Fatalf("got %d users, want %d, sorted", len(s.Users), len(last))
		}
		for _, u := range s.Users {
			if u.Department != last[string(u.ID)] {
				r.Errorf("%s: got %s, want %s", u.ID, u.Department, last[string(u.ID)])
			}
		}
	})
}

// Reads that a plan needs end in an error, whatever fails; the others are noted.
func TestReadsThatFail(t *testing.T) {
	const roles = "/roleManagement/directory/"
	denied := refuse(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
	tests := []struct {
		name, path string
		answer     answer
		want       string // of the error; empty: none
		read       plan.Read
	}{
		{"organization", "/organization", denied, "read organization: graph answered 403 Authorization_RequestDenied: Insufficient privileges to complete the operation. (request inner-1)", plan.Read{}},
		{"no organization", "/organization", list(), "read organization: 0 entries", plan.Read{}},
		{"users", "/users", denied, "read users: graph answered 403", plan.Read{}},
		{"count", "/users/$count", denied, "count users: graph answered 403", plan.Read{}},
		{"count is no number", "/users/$count", ok("many"), "count users: the answer cannot be read: the answer is not a number", plan.Read{}},
		{"products", "/subscribedSkus", denied, "read subscribedSkus: graph answered 403", plan.Read{}},
		{"products twice", "/subscribedSkus", list(product(e3, 1, 1), product(e3, 2, 1)), "twice", plan.Read{}},
		{"product without use", "/subscribedSkus", list(`{"skuId":"` + e3 + `"}`), "no consumedUnits", plan.Read{}},
		{"subscriptions", "/directory/subscriptions", denied, "", plan.Read{What: "subscriptions", Status: "denied", Reason: "403 Authorization_RequestDenied"}},
		{"subscriptions broken", "/directory/subscriptions", refuse(400, "BadRequest", "x"), "read subscriptions: graph answered 400", plan.Read{}},
		{"subscription of no known product", "/directory/subscriptions", list(`{"id":"s","skuId":"viral"}`), "", plan.Read{What: "subscriptions", Items: 1, Status: "complete"}},
		{"definitions", roles + "roleDefinitions", denied, "read role definitions: graph answered 403", plan.Read{}},
		{"assignments", roles + "roleAssignments", denied, "read role assignments: graph answered 403", plan.Read{}},
		{"assignment of nobody", roles + "roleAssignments", list(`{"id":"a","roleDefinitionId":"` + id(1) + `"}`), "without id, role or principal", plan.Read{}},
		{"no licence for PIM", roles + "roleEligibilityScheduleInstances", refuse(400, "AadPremiumLicenseRequired", "The tenant needs an AAD Premium 2 license."), "",
			plan.Read{What: "roleEligibility", Status: "absent", Reason: "400 AadPremiumLicenseRequired"}},
		{"nested", roles + "roleEligibilityScheduleInstances", answer{status: 400, body: `{"error":{"error":{"code":"AadPremiumLicenseRequired","message":"no"}}}`}, "",
			plan.Read{What: "roleEligibility", Status: "absent", Reason: "400 AadPremiumLicenseRequired"}},
		{"no PIM", roles + "roleEligibilityScheduleInstances", refuse(400, "Tenant", "The tenant has not onboarded to PIM."), "",
			plan.Read{What: "roleEligibility", Status: "absent", Reason: "400 Tenant"}},
		{"eligibility denied", roles + "roleEligibilityScheduleInstances", denied, "read role eligibility: graph answered 403", plan.Read{}},
		{"members of a role group", "/groups/" + id(51) + "/transitiveMembers/microsoft.graph.user", denied, "read members of group " + id(51) + ": graph answered 403", plan.Read{}},
		{"what has a role", "/groups/" + id(91), denied, "read what has a role: graph answered 403", plan.Read{}},
		{"name of a role group", "/groups/" + id(50), denied, "", plan.Read{What: "groups", Items: 2, Status: "denied", Reason: id(50) + ": 403 Authorization_RequestDenied"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := on(contoso(t).on(tt.path, tt.answer)).client(t).Snapshot(t.Context(), graph.Wants{})
			if tt.want != "" {
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Fatalf("got %v, want %s", err, tt.want)
				}
				if denied := strings.Contains(tt.want, "403"); errors.Is(err, graph.ErrDenied) != denied {
					t.Errorf("%v: is denied %t, want %t", err, !denied, denied)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(s.Reads, tt.read) {
				t.Errorf("got %+v, want in it %+v", s.Reads, tt.read)
			}
		})
	}
}

func TestLicensingGroups(t *testing.T) {
	f := contoso(t).on("/groups/"+id(61), ok(group(61))).on("/groups/"+id(62), refuse(403, "Authorization_RequestDenied", "no"))
	var states []string
	for _, n := range []int{61, 62, 63} {
		states = append(states, `{"skuId":"`+e3+`","assignedByGroup":"`+id(n)+`","state":"Active"}`)
	}
	f.on("/users", list(user(10, `"assignedLicenses":[],"licenseAssignmentStates":[`+strings.Join(states, ",")+`]`)))
	s, err := on(f).client(t).Snapshot(t.Context(), graph.Wants{})
	if err != nil {
		t.Fatal(err)
	}
	var ids []plan.GroupID
	for _, g := range s.Groups {
		ids = append(ids, g.ID)
		if g.ID == plan.GroupID(id(61)) && (g.MembersRead || g.Members == nil || g.Gives[0].SKU != e3 || g.Gives[0].DisabledPlans[0] != yam) {
			t.Errorf("got %+v", g)
		}
	}
	if want := []plan.GroupID{plan.GroupID(id(50)), plan.GroupID(id(51)), plan.GroupID(id(61))}; !slices.Equal(ids, want) {
		t.Errorf("got %v, want %v", ids, want)
	}
	if want := (plan.Read{What: "groups", Items: 3, Status: "denied", Reason: id(62) + ": 403 Authorization_RequestDenied, and 1 more"}); !slices.Contains(s.Reads, want) {
		t.Errorf("got %+v, want %+v", s.Reads, want)
	}
}

func TestWantedGroups(t *testing.T) {
	f := contoso(t)
	const q = "/groups?$filter=displayName eq '%s'&$select=id,displayName,membershipRule,onPremisesSyncEnabled,isAssignableToRole,securityEnabled,assignedLicenses"
	named := func(n int, name string) string { return fmt.Sprintf(`{"id":%q,"displayName":%q}`, id(n), name) }
	f.on(fmt.Sprintf(q, "board"), list(named(80, "Board"), named(99, "a server that filters nothing")))
	f.on(fmt.Sprintf(q, "o''brien & sons+#"), list(named(81, "o'brien & sons+#")))
	f.on(fmt.Sprintf(q, "twins"), list(named(82, "twins"), named(83, "Twins")))
	f.on(fmt.Sprintf(q, "nobody"), list())
	f.on(fmt.Sprintf(q, "locked"), list(named(84, "locked")))
	f.on(fmt.Sprintf(q, "broken"), refuse(400, "BadRequest", "Invalid filter clause"))
	f.on("/groups/"+id(85), ok(group(85)))
	for _, n := range []int{80, 81, 85} {
		f.on("/groups/"+id(n)+"/transitiveMembers/microsoft.graph.user", list(`{"id":"`+id(10)+`"}`))
	}
	f.on("/groups/"+id(84)+"/transitiveMembers/microsoft.graph.user", refuse(403, "Authorization_RequestDenied", "no"))
	s, err := on(f).client(t).Snapshot(t.Context(), graph.Wants{
		Groups: []string{"board", "o'brien & sons+#", "twins", "nobody", "locked", "broken", strings.ToUpper(id(85)), id(86), "board "}})
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]bool{}
	for _, g := range s.Groups {
		read[string(g.ID)] = g.MembersRead
	}
	if want := map[string]bool{id(50): true, id(51): true, id(80): true, id(81): true, id(84): false, id(85): true}; !reflect.DeepEqual(read, want) {
		t.Errorf("got %v, want %v", read, want)
	}
	var why []string
	for _, r := range s.Reads[9:] {
		why = append(why, fmt.Sprintf("%s %s %s", r.What, r.Status, r.Reason))
	}
	want := []string{
		`groups denied group "` + id(86) + `": 404 Request_ResourceNotFound`,
		`groups denied group "broken": 400 BadRequest`,
		`groups denied group "nobody": no group has this name`,
		`groups denied group "twins": 2 groups have this name; use the id`,
		`members denied group "locked": 403 Authorization_RequestDenied`,
	}
	if !slices.Equal(why, want) {
		t.Errorf("got %s\nwant %s", strings.Join(why, "\n"), strings.Join(want, "\n"))
	}
}

func TestProgress(t *testing.T) {
	got := map[string]int{}
	_, err := on(contoso(t)).client(t).Snapshot(t.Context(), graph.Wants{Progress: func(what string, n int) { got[what] = n }})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"users": 3, "subscribedSkus": 2, "subscriptions": 1, "roleAssignments": 3, "roleEligibility": 3, "groups": 2, "deletedItems": 1}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
