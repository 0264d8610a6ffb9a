package simulator_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// Everything that a snapshot keeps of an object is in the answer about it.
func TestWholeObjects(t *testing.T) {
	t.Parallel()
	base := contoso()
	u := &base.Users[5]
	*u = plan.User{
		ID: fay, UserPrincipalName: "fay@contoso.com", DisplayName: "Fay \"Æ\" <b>\u202e", Mail: "f@contoso.com", AccountEnabled: plan.Unknown,
		UserType: "Guest", Department: "D", JobTitle: "J", CompanyName: "C", Country: "N", City: "O", OfficeLocation: "L", UsageLocation: "NO",
		EmployeeType: "E", OnPremisesSyncEnabled: true, IsResourceAccount: true, Extensions: &[15]string{0: "one", 14: "fifteen"},
		CreatedAt: time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	base.Subscriptions[0] = plan.Subscription{
		ID: "sub-SPE_E3", CommerceID: "c", SKU: visio, PartNumber: "VISIOCLIENT", Status: "Warning", IsTrial: true, TotalLicenses: 2,
		CreatedAt: noon, NextLifecycle: noon.Truncate(time.Second), OwnerID: fay, OwnerTenantID: tenantID, OwnerType: "User",
	}
	base.Groups[1].Synced, base.Groups[1].RoleAssignable = true, true
	base.Roles[0].Actions = []string{"a", "b"}
	tenant, err := simulator.New(base, simulator.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/users/" + fay + "?$select=id,userPrincipalName,displayName,mail,accountEnabled,userType,department,jobTitle,companyName,country,city,officeLocation,usageLocation,employeeType,onPremisesSyncEnabled,isResourceAccount,createdDateTime,assignedLicenses,licenseAssignmentStates,assignedPlans": `{
			"id":"` + fay + `","userPrincipalName":"fay@contoso.com","displayName":"Fay \"Æ\" <b>\u202e","mail":"f@contoso.com","accountEnabled":null,
			"userType":"Guest","department":"D","jobTitle":"J","companyName":"C","country":"N","city":"O","officeLocation":"L","usageLocation":"NO",
			"employeeType":"E","onPremisesSyncEnabled":true,"isResourceAccount":true,"createdDateTime":"2020-01-02T03:04:05Z",
			"assignedLicenses":[],"licenseAssignmentStates":[],"assignedPlans":[]}`,
		"/users/" + fay + "?$select=onPremisesExtensionAttributes": `{"onPremisesExtensionAttributes":{"extensionAttribute1":"one",
			"extensionAttribute2":null,"extensionAttribute3":null,"extensionAttribute4":null,"extensionAttribute5":null,"extensionAttribute6":null,
			"extensionAttribute7":null,"extensionAttribute8":null,"extensionAttribute9":null,"extensionAttribute10":null,"extensionAttribute11":null,
			"extensionAttribute12":null,"extensionAttribute13":null,"extensionAttribute14":null,"extensionAttribute15":"fifteen"}}`,
		"/directory/subscriptions/sub-SPE_E3": `{"createdDateTime":"2026-11-20T12:00:00.0000003Z","commerceSubscriptionId":"c","id":"sub-SPE_E3","isTrial":true,
			"nextLifecycleDateTime":"2026-11-20T12:00:00Z","ownerId":"` + fay + `","ownerTenantId":"` + tenantID + `","ownerType":"User",
			"skuId":"` + visio + `","skuPartNumber":"VISIOCLIENT","status":"Warning","totalLicenses":2,
			"serviceStatus":[{"servicePlanId":"` + visioPlan + `","servicePlanName":"VISIOONLINE","provisioningStatus":"Success","appliesTo":"User"}]}`,
		"/subscribedSkus/" + tenantID + "_" + visio: `{"accountId":"` + tenantID + `","accountName":"Contoso","appliesTo":"User","capabilityStatus":"Enabled",
			"consumedUnits":2,"id":"` + tenantID + "_" + visio + `","prepaidUnits":{"enabled":2,"suspended":0,"warning":0,"lockedOut":0},
			"servicePlans":[{"servicePlanId":"` + visioPlan + `","servicePlanName":"VISIOONLINE","provisioningStatus":"Success","appliesTo":"User"}],
			"skuId":"` + visio + `","skuPartNumber":"VISIOCLIENT","subscriptionIds":["sub-VISIOCLIENT"]}`,
		"/groups/" + strings.ToUpper(inner): `{"id":"` + inner + `","description":null,"displayName":"Inner","groupTypes":["DynamicMembership"],
			"isAssignableToRole":true,"mailEnabled":false,"membershipRule":"user.x -eq 1","membershipRuleProcessingState":"On",
			"onPremisesSyncEnabled":true,"securityEnabled":true}`,
		"/groups/" + staff + "?$select=assignedLicenses,licenseProcessingState,isAssignableToRole": `{"assignedLicenses":[{"disabledPlans":[],"skuId":"` + e3 + `"}],
			"licenseProcessingState":{"state":"ProcessingComplete"},"isAssignableToRole":null}`,
		"/groups/" + hidden + "?$select=licenseProcessingState": `{"licenseProcessingState":null}`,
	} {
		got := send(t, tenant, ask{path: path}).object(t)
		if got["@odata.context"] == nil {
			t.Errorf("%s: got no context", path)
		}
		delete(got, "@odata.context")
		equal(t, path, got, want)
	}
	for path, want := range map[string]string{
		"/organization?$select=id,displayName,tenantType,verifiedDomains": `{"id":"` + tenantID + `","displayName":"Contoso","tenantType":"AAD","verifiedDomains":[
			{"capabilities":"Email, OfficeCommunicationsOnline","isDefault":false,"isInitial":true,"name":"contoso.onmicrosoft.com","type":"Managed"},
			{"capabilities":"Email, OfficeCommunicationsOnline","isDefault":true,"isInitial":false,"name":"contoso.com","type":"Managed"}]}`,
		"/roleManagement/directory/roleDefinitions": `{"id":"` + globalAdmin + `","description":null,"displayName":"Global Administrator","isBuiltIn":true,
			"isEnabled":true,"resourceScopes":["/"],"templateId":"` + globalAdmin + `","version":null,
			"rolePermissions":[{"allowedResourceActions":["a","b"],"condition":null}]}`,
		"/roleManagement/directory/roleAssignments": `{"id":"ra1","principalId":"` + dana + `","directoryScopeId":"/","roleDefinitionId":"` + globalAdmin + `","appScopeId":null,"condition":null}`,
		"/roleManagement/directory/roleEligibilityScheduleInstances": `{"id":"re1","principalId":"` + ben + `","directoryScopeId":"/","roleDefinitionId":"` + globalAdmin + `",
			"appScopeId":null,"startDateTime":null,"endDateTime":null,"memberType":"Direct","roleEligibilityScheduleId":"re1"}`,
	} {
		equal(t, path, send(t, tenant, ask{path: path}).values(t)[0], want)
	}
}

func equal(t *testing.T, what string, got any, want string) {
	t.Helper()
	var w any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, w) {
		t.Errorf("%s: got %v\nwant %v", what, got, w)
	}
}

// A snapshot that went through a file is the same base.
func TestBaseThroughAFile(t *testing.T) {
	t.Parallel()
	tenant, lines := written(t)
	b, err := json.Marshal(contoso())
	if err != nil {
		t.Fatal(err)
	}
	var s plan.Snapshot
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	again, err := simulator.New(&s, simulator.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Replay(strings.NewReader(strings.Join(lines, ""))); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again.Snapshot(), tenant.Snapshot()) {
		t.Error("got another tenant")
	}
	s.Users[0].Department = "moved"
	other, err := simulator.New(&s, simulator.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Replay(strings.NewReader(strings.Join(lines, ""))); err == nil || !strings.Contains(err.Error(), "another snapshot") {
		t.Errorf("got %v, want another base refused", err)
	}
}

// What a tenant already breaks stops nothing that does not make it worse.
func TestLawsLookAtWhatIsNew(t *testing.T) {
	t.Parallel()
	const plan1, exchange1 = "4b9405b0-7788-4568-add1-99614e613b69", "9aaf7827-d63c-4b61-89c3-182f06f82e5c"
	base := contoso()
	base.Products = append(base.Products, product(plan1, "EXCHANGESTANDARD", 5, 0, exchange1, "EXCHANGE_S_STANDARD"))
	base.Users[5].Sources = []plan.Source{source(addon, ""), source(f3, "")} // no SharePoint
	base.Users[0].Sources = append(base.Users[0].Sources, source(f3, ""))    // Kiosk beside Plan 2
	base.Users[1].UsageLocation = "UK"
	base.Users[3].Sources = append(base.Users[3].Sources, source(expired, ""))
	base.Users[4].Sources = append(base.Users[4].Sources, source(expired, ""))
	base.Users[2].Sources = []plan.Source{source(phone, "")}
	for name, c := range map[string]struct {
		ask  ask
		want int
	}{
		"unrelated product":        {assignTo(fay, give(phone), ""), 200},
		"beside a broken pair":     {assignTo(adele, give(phone), ""), 200},
		"Suspended, other plans":   {assignTo(dana, give(expired), ""), 400},
		"Suspended, taken":         {assignTo(eli, "", take(expired)), 200},
		"one of a broken pair":     {assignTo(adele, "", take(f3)), 200},
		"Plan 1 beside Plan 2":     {assignTo(dana, give(plan1), ""), 200},
		"Plan 1 beside Kiosk":      {assignTo(fay, give(plan1), ""), 400},
		"Kiosk switched off":       {assignTo(eli, give(f3, kiosk)+","+give(e3), ""), 200},
		"location that is none":    {assignTo(ben, give(phone), ""), 400},
		"taking needs no location": {assignTo(carla, "", take(phone)), 200},
	} {
		tenant, err := simulator.New(base, simulator.Options{Now: clock})
		if err != nil {
			t.Fatal(err)
		}
		if g := send(t, tenant, c.ask); g.status != c.want {
			t.Errorf("%s: got %d %s, want %d", name, g.status, g.body, c.want)
		}
	}
}

func TestUnsourcedBecomesDirect(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{})
	if g := send(t, tenant, assignTo(eli, "", take(project))); g.status != 400 {
		t.Errorf("got %d, want no way to take what has no known source", g.status)
	}
	if g := send(t, tenant, assignTo(eli, give(project), "")); g.status != 200 {
		t.Fatalf("got %d %s", g.status, g.body)
	}
	s := tenant.Snapshot()
	u := holder(s, eli)
	if len(u.Unsourced) != 0 || len(u.Sources) != 3 || consumed(s, project) != 1 {
		t.Errorf("got %+v and %d units", u, consumed(s, project))
	}
}
