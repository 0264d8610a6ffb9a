package simulator_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// "GET /directoryRoles: only activated roles"; members by id and by template in
// both spellings; "never activated: 404 on the template form".
func TestDirectoryRoles(t *testing.T) {
	t.Parallel()
	base := fabrikam()
	base.Roles = append(base.Roles,
		plan.Role{ID: billingAdmin, TemplateID: billingAdmin, Name: "Billing Administrator", BuiltIn: true},
		plan.Role{ID: licenceAdmin, TemplateID: licenceAdmin, Name: "License Administrator", BuiltIn: true})
	base.RoleAssignments = append(base.RoleAssignments,
		plan.RoleAssignment{ID: "re2", Role: licenceAdmin, Principal: ben, Kind: plan.PrincipalUser, Scope: "/", Eligible: true},
		plan.RoleAssignment{ID: "ru1", Role: licenceAdmin, Principal: ben, Kind: plan.PrincipalUser, Scope: "/administrativeUnits/x"})
	tenant := tenantOf(t, base, simulator.Options{})
	roles := send(t, tenant, ask{path: "/directoryRoles"}).values(t)
	if len(roles) != 1 || roles[0]["roleTemplateId"] != globalAdmin || roles[0]["id"] == globalAdmin {
		t.Fatalf("got %v, want the one that somebody has", roles)
	}
	id := roles[0]["id"].(string)
	for path, want := range map[string][]string{
		"/directoryRoles/" + id + "/members":                                                                                            {dana, inner, servicePrin},
		"/directoryRoles/roleTemplateId=" + globalAdmin + "/members":                                                                    {dana, inner, servicePrin},
		"/directoryRoles/roleTemplateId='" + globalAdmin + "'/members":                                                                  {dana, inner, servicePrin},
		"/directoryRoles(roleTemplateId='" + globalAdmin + "')/members":                                                                 {dana, inner, servicePrin},
		"/directoryRoles(roleTemplateId='" + globalAdmin + "')/members/graph.user":                                                      {dana},
		"/directoryRoles?$filter=roleTemplateId eq '" + globalAdmin + "'":                                                               {id},
		"/directoryRoles?$filter=displayName eq 'nothing'":                                                                              {},
		"/directoryRoleTemplates":                                                                                                       {globalAdmin, licenceAdmin, billingAdmin},
		"/roleManagement/directory/roleDefinitions?$filter=displayName eq 'billing administrator'":                                      {billingAdmin},
		"/roleManagement/directory/roleDefinitions?$filter=isBuiltIn eq false":                                                          {},
		"/roleManagement/directory/roleAssignments?$filter=principalId eq '" + dana + "'":                                               {"ra1"},
		"/roleManagement/directory/roleAssignments?$filter=roleDefinitionId eq '" + licenceAdmin + "' and principalId eq '" + ben + "'": {"ru1"},
		"/roleManagement/directory/roleAssignments?filter=roleDefinitionId eq '" + licenceAdmin + "'":                                   {"ru1"},
		"/roleManagement/directory/roleEligibilityScheduleInstances?$filter=roleDefinitionId eq '" + licenceAdmin + "'":                 {"re2"},
		"/roleManagement/directory/roleAssignmentScheduleInstances":                                                                     {"ra1", "ra2", "ra3", "ru1"},
	} {
		got := send(t, tenant, ask{path: query(path)}).ids(t)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
	}
	for path, want := range map[string]int{
		"/directoryRoles/roleTemplateId=" + licenceAdmin + "/members": 404, "/directoryRoles(roleTemplateId='" + billingAdmin + "')": 404,
		"/directoryRoles/" + nobody: 404, "/directoryRoles?$top=5": 400, "/directoryRoles?$filter=startswith(displayName,'a')": 400,
		"/roleManagement/directory/roleAssignments?$filter=not(principalId eq 'x')": 400, "/roleManagement/directory/roleAssignments/none": 404,
	} {
		if g := send(t, tenant, ask{path: query(path)}); g.status != want {
			t.Errorf("%s: got %d, want %d: %s", path, g.status, want, g.body)
		}
	}
	one := send(t, tenant, ask{path: "/roleManagement/directory/roleAssignmentScheduleInstances"}).values(t)[0]
	if one["assignmentType"] != "Assigned" || one["memberType"] != "Direct" || one["roleAssignmentOriginId"] != "ra1" {
		t.Errorf("got %v", one)
	}
	pages, n := walk(t, tenant, "/roleManagement/directory/roleAssignments?$top=1")
	if len(pages) != 4 || n != 4 {
		t.Errorf("got %v on %d pages, want one each", pages, n)
	}
}

// "PIM without P2: 400 AadPremiumLicenseRequired"; PIM for groups needs its own
// permission and a $filter on a group or a person.
func TestPIM(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	groups := app("PrivilegedEligibilitySchedule.Read.AzureADGroup")
	const path = "/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"
	list := send(t, tenant, ask{path: query(path + "?$filter=groupId eq '" + inner + "'"), actor: &groups}).values(t)
	if len(list) != 2 || list[0]["principalId"] != ben || list[0]["groupId"] != inner || list[0]["accessId"] != "member" || list[0]["endDateTime"] != nil {
		t.Errorf("got %v", list)
	}
	for q, want := range map[string]int{
		"?filter=principalId eq '" + dana + "'": 1, "?$filter=groupId eq '" + inner + "' and principalId eq '" + ben + "'": 1,
		"?$filter=groupId eq '" + staff + "'": 0,
	} {
		if list := send(t, tenant, ask{path: query(path + q), actor: &groups}).values(t); len(list) != want {
			t.Errorf("%s: got %v, want %d", q, list, want)
		}
	}
	for _, q := range []string{"", "?$filter=accessId eq 'member'", "?$filter=groupId eq '" + inner + "' or accessId eq 'member'", "?$filter=groupId ne 'x'", "?$filter=groupId eq"} {
		if g := send(t, tenant, ask{path: query(path + q), actor: &groups}); g.status != 400 {
			t.Errorf("%q: got %d, want 400", q, g.status)
		}
	}
	everything := reader()
	if g := send(t, tenant, ask{path: query(path + "?$filter=groupId eq '" + inner + "'"), actor: &everything}); g.status != 403 {
		t.Errorf("got %d without the permission", g.status)
	}
	without := tenantOf(t, fabrikam(), simulator.Options{NoPIM: true})
	all := reader("PrivilegedEligibilitySchedule.Read.AzureADGroup")
	for _, p := range []string{query(path + "?$filter=groupId eq '" + inner + "'"), "/roleManagement/directory/roleEligibilityScheduleInstances", "/roleManagement/directory/roleAssignmentScheduleInstances"} {
		g := send(t, without, ask{path: p, actor: &all})
		if code, _ := g.problem(t); g.status != 400 || code != "AadPremiumLicenseRequired" {
			t.Errorf("%s: got %d %s", p, g.status, code)
		}
	}
}

// memberOf is direct, transitiveMemberOf through nested groups and their roles;
// "without group permissions, items come back with only id and type".
func TestMemberOf(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	role := send(t, tenant, ask{path: "/directoryRoles"}).ids(t)[0]
	for path, want := range map[string][]string{
		"/users/" + fay + "/memberOf":                                                                            {inner},
		"/users/" + fay + "/transitiveMemberOf":                                                                  {inner, staff, role},
		"/users/" + fay + "/transitiveMemberOf/microsoft.graph.group":                                            {inner, staff},
		"/users/" + fay + "/transitiveMemberOf/graph.group?$select=id":                                           {inner, staff},
		"/users/" + fay + "/transitiveMemberOf/microsoft.graph.group?$filter=displayName eq 'inner'&$count=true": {inner},
		"/users/" + fay + "/transitiveMemberOf/microsoft.graph.directoryRole":                                    {role},
		"/users/" + dana + "/memberOf":                                                                           {role},
		"/users/" + carla + "/memberOf":                                                                          {},
		"/groups/" + staff + "/members/microsoft.graph.group":                                                    {inner},
		"/groups/" + staff + "/members/microsoft.graph.servicePrincipal":                                         {},
		"/groups/" + staff + "/members/graph.user?$filter=startswith(userPrincipalName,'b')&$count=true":         {ben},
	} {
		got := send(t, tenant, ask{path: query(path), header: eventually()}).ids(t)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
	}
	m := send(t, tenant, ask{path: query("/users/" + fay + "/transitiveMemberOf?$count=true&$select=id,displayName"), header: eventually()}).object(t)
	if m["@odata.count"] != 3.0 {
		t.Errorf("got count %v", m["@odata.count"])
	}
	users := app("User.Read.All")
	for _, v := range send(t, tenant, ask{path: "/users/" + fay + "/transitiveMemberOf", actor: &users}).values(t) {
		if v["id"] == nil || v["displayName"] != nil || !strings.HasPrefix(v["@odata.type"].(string), "#microsoft.graph.") {
			t.Errorf("got %v, want id and type alone", v)
		}
	}
	if g := send(t, tenantOf(t, contoso(), simulator.Options{}), ask{path: "/users/" + fay + "/memberOf"}); g.status != 403 {
		t.Errorf("got %d where the members of a group are not known, want 403", g.status)
	}
}

// "hasMembersWithLicenseErrors: never returned by GET; only $filter"; "only $select
// gives licenseProcessingState".
func TestGroupsWithErrors(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	for path, want := range map[string][]string{
		"/groups?$filter=hasMembersWithLicenseErrors eq true":                         {staff},
		"/groups?$filter=hasMembersWithLicenseErrors eq false":                        {inner},
		"/groups/" + staff + "/membersWithLicenseErrors":                              {eli},
		"/groups/" + inner + "/membersWithLicenseErrors":                              {},
		"/groups?$filter=groupTypes/any(c:c eq 'DynamicMembership')":                  {inner},
		"/groups?$filter=assignedLicenses/any(x:x/skuId eq " + e3 + ")":               {staff},
		"/groups?$filter=isAssignableToRole eq true and securityEnabled eq true":      {inner},
		"/groups?$filter=startswith(displayName,'staff o''')":                         {staff},
		"/groups?$filter=not(groupTypes/any(c:c eq 'DynamicMembership'))&$count=true": {staff},
	} {
		if got := send(t, tenant, ask{path: query(path), header: eventually()}).ids(t); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
	}
	m := send(t, tenant, ask{path: "/groups/" + staff + "?$select=id,hasMembersWithLicenseErrors,licenseProcessingState,uniqueName"}).object(t)
	if _, ok := m["hasMembersWithLicenseErrors"]; ok || len(m) != 4 || m["uniqueName"] != nil {
		t.Errorf("got %v, want no hasMembersWithLicenseErrors", m)
	}
	if m = send(t, tenant, ask{path: "/groups/" + staff}).object(t); m["licenseProcessingState"] != nil || m["assignedLicenses"] != nil {
		t.Errorf("got %v, want what comes by $select alone left out", m)
	}
}

// "GET /directory/deletedItems/microsoft.graph.user: 30 days."
func TestRecycleBin(t *testing.T) {
	t.Parallel()
	now := noon
	tenant := tenantOf(t, fabrikam(), simulator.Options{Now: func() time.Time { return now }})
	list := send(t, tenant, ask{path: "/directory/deletedItems/microsoft.graph.user?$select=id,userPrincipalName,deletedDateTime,assignedLicenses"}).values(t)
	if len(list) != 2 || list[0]["userPrincipalName"] != strings.ReplaceAll(gone, "-", "")+"gina@contoso.com" ||
		list[0]["deletedDateTime"] != "2026-11-18T12:00:00.0000003Z" || len(list[0]["assignedLicenses"].([]any)) != 0 {
		t.Errorf("got %v", list)
	}
	for path, want := range map[string]string{
		"?$filter=displayName eq 'PAUL'": purged, "?$filter=deletedDateTime ge 2026-11-01": gone, "?$orderby=deletedDateTime desc&$count=true&$top=1": gone,
	} {
		if got := send(t, tenant, ask{path: query("/directory/deletedItems/graph.user" + path), header: eventually()}).ids(t); len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %v, want %s", path, got, want)
		}
	}
	if g := send(t, tenant, ask{path: "/users/" + gone}); g.status != 404 {
		t.Errorf("got %d for a deleted user among the living", g.status)
	}
	now = noon.AddDate(0, 0, 2)
	if ids := send(t, tenant, ask{path: "/directory/deletedItems/microsoft.graph.user"}).ids(t); !slices.Equal(ids, []string{gone, notYet}) {
		t.Errorf("got %v two days later", ids)
	}
	if g := send(t, tenant, ask{path: "/directory/deletedItems/" + purged}); g.status != 404 {
		t.Errorf("got %d for who left the bin", g.status)
	}
	if got := send(t, tenant, ask{path: "/directory/deletedItems/microsoft.graph.group"}).ids(t); len(got) != 0 {
		t.Errorf("got groups %v", got)
	}
}

// Each call with the least permission of the published table, and without.
func TestPermissionsOfReads(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	role := send(t, tenant, ask{path: "/directoryRoles"}).ids(t)[0]
	wrong := app("LicenseAssignment.ReadWrite.All")
	for path, permission := range map[string]string{
		"/users/$count": "User.Read.All", "/users/delta": "User.Read.All", "/users/" + ben + "/memberOf": "User.Read.All",
		"/users/" + ben + "/transitiveMemberOf": "User.Read.All", "/users/" + ben + "/mailboxSettings": "MailboxSettings.Read",
		"/users/" + ben + "/licenseDetails": "LicenseAssignment.Read.All", "/groups/$count": "GroupMember.Read.All",
		"/groups/" + staff + "/members/$count": "GroupMember.Read.All", "/groups/" + staff + "/membersWithLicenseErrors": "Group.Read.All",
		"/directoryRoles": "RoleManagement.Read.Directory", "/directoryRoles/" + role + "/members": "RoleManagement.Read.Directory",
		"/directoryRoleTemplates": "RoleManagement.Read.Directory", "/roleManagement/directory/roleDefinitions/" + globalAdmin: "RoleManagement.Read.Directory",
		"/roleManagement/directory/roleAssignmentScheduleInstances":  "RoleAssignmentSchedule.Read.Directory",
		"/roleManagement/directory/roleEligibilityScheduleInstances": "RoleEligibilitySchedule.Read.Directory",
		"/directory/deletedItems/microsoft.graph.user":               "User.Read.All", "/directory/deletedItems/" + gone: "User.Read.All",
		"/directory/deletedItems/microsoft.graph.group": "Group.Read.All", "/directoryObjects/" + ben: "Directory.Read.All",
		"/organization/" + tenantID: "Organization.Read.All", "/directory/subscriptions(commerceSubscriptionId='com-1')": "Organization.Read.All",
	} {
		right := app(permission)
		if g := send(t, tenant, ask{path: path, actor: &right, header: eventually()}); g.status != 200 {
			t.Errorf("%s with %s: got %d %s", path, permission, g.status, g.body)
		}
		g := send(t, tenant, ask{path: path, actor: &wrong, header: eventually()})
		if code, _ := g.problem(t); g.status != 403 || code != "Authorization_RequestDenied" {
			t.Errorf("%s with another: got %d %s", path, g.status, code)
		}
	}
}

// The base costs in resource units, and $select one less, never below one.
func TestCosts(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	for path, want := range map[string]string{
		"/users": "2", "/users?$select=id": "1", "/users?$top=5": "1", "/users/" + ben + "/memberOf": "2", "/users/" + ben + "/transitiveMemberOf": "2",
		"/groups/" + staff + "/members": "3", "/groups/" + staff + "/transitiveMembers": "5", "/groups/" + staff + "/transitiveMembers?$select=id&$top=5": "3",
		"/directoryRoles": "1", "/users/delta": "1", "/roleManagement/directory/roleAssignments?$expand=principal": "2", "/users/" + ben + "/licenseDetails": "2",
		"/directory/deletedItems/microsoft.graph.user": "1",
	} {
		if got := send(t, tenant, ask{path: path}).header.Get("x-ms-resource-unit"); got != want {
			t.Errorf("%s: got %s units, want %s", path, got, want)
		}
	}
}

// Somebody deleted has no role any more, is no member of one, and is not taken
// for a service principal; restored, he has it again.
func TestRolesOfTheDeleted(t *testing.T) {
	t.Parallel()
	w := settle(t, simulator.Options{})
	holders := func() (n int, service []string) {
		for _, path := range []string{"/roleManagement/directory/roleAssignments", "/directoryRoles/roleTemplateId=" + globalAdmin + "/members"} {
			for _, m := range w.do(t, ask{path: path}, 200).values(t) {
				if m["principalId"] == dana || m["id"] == dana {
					n++
				}
				if m["@odata.type"] == "#microsoft.graph.servicePrincipal" {
					service = append(service, m["id"].(string))
				}
			}
		}
		return n, service
	}
	if n, _ := holders(); n != 2 {
		t.Fatalf("got %d, want dana twice", n)
	}
	w.do(t, ask{method: "DELETE", path: "/users/" + dana}, 204)
	if n, service := holders(); n != 0 || len(service) != 1 || service[0] != servicePrin {
		t.Errorf("got %d and %v of somebody deleted", n, service)
	}
	still := someone(dana, licenceAdmin, "LicenseAssignment.ReadWrite.All") // a token outlives its owner
	give := assignTo(fay, give(f3), "")
	give.actor = &still
	w.do(t, give, 403)
	if got := w.Snapshot().RoleAssignments; len(got) != 3 {
		t.Errorf("got %+v", got)
	}
	w.do(t, ask{method: "POST", path: "/directory/deletedItems/" + dana + "/restore"}, 200)
	w.do(t, give, 200)
	if n, _ := holders(); n != 2 {
		t.Errorf("got %d, want dana twice again", n)
	}
}

// Who is among deletedItems can be restored, and nobody else: to the second of
// the 30 days, before a deletion that the snapshot foresees, and by a clock that
// went back.
func TestBinAndRestoreAgree(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		id      string
		advance time.Duration
		want    bool
	}{
		"at once": {fay, 0, true}, "the last second": {fay, 30*day - time.Second, true}, "after 30 days": {fay, 30 * day, false}, "clock set back": {fay, -day, true},
		"not yet deleted": {notYet, 0, false}, "deleted since": {notYet, 3 * day, true}, "long ago": {purged, 2 * day, false},
	} {
		clock := simulator.NewClock(func() time.Time { return noon.Truncate(time.Second) })
		w := &world{Tenant: tenantOf(t, fabrikam(), simulator.Options{Clock: clock}), clock: clock, t: t}
		if c.id == fay {
			w.do(t, ask{method: "DELETE", path: "/users/" + fay}, 204)
		}
		clock.Advance(c.advance)
		status := map[bool]int{true: 200, false: 404}[c.want]
		if got := slices.Contains(w.do(t, ask{path: "/directory/deletedItems/microsoft.graph.user"}, 200).ids(t), c.id); got != c.want {
			t.Errorf("%s: got among deletedItems %v, want %v", name, got, c.want)
		}
		w.do(t, ask{path: "/directory/deletedItems/" + c.id}, status)
		w.do(t, ask{method: "POST", path: "/directory/deletedItems/" + c.id + "/restore"}, status)
	}
}
