package simulator_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// Refusals, as Graph words them; message is a part of Graph's text.
func TestRefusals(t *testing.T) {
	t.Parallel()
	products := app("LicenseAssignment.Read.All")
	writer := app("LicenseAssignment.ReadWrite.All")
	audit := app("User.Read.All", "AuditLog.Read.All")
	person := someone(ben, billingAdmin, "LicenseAssignment.ReadWrite.All")
	yes := map[string]string{"ConsistencyLevel": "eventual"}
	post := func(path, body string) ask { return ask{method: "POST", path: path, body: body} }
	counted := "/users?$filter=assignedLicenses/$count ne 0"
	for name, c := range map[string]struct {
		ask     ask
		status  int
		code    string
		message string
	}{
		"no bearer":             {ask{path: "/users", header: map[string]string{"Authorization": ""}}, 401, "InvalidAuthenticationToken", "Access token is empty."},
		"garbled bearer":        {ask{path: "/users", header: map[string]string{"Authorization": "Bearer abc"}}, 401, "InvalidAuthenticationToken", "CompactToken parsing failed"},
		"forged bearer":         {ask{path: "/users", header: map[string]string{"Authorization": "Bearer e30.eyJyb2xlcyI6WyJVc2VyLlJlYWQuQWxsIl19.c2ln"}}, 401, "InvalidAuthenticationToken", "signature"},
		"unsigned bearer":       {ask{path: "/users", header: map[string]string{"Authorization": "Bearer e30.eyJyb2xlcyI6WyJVc2VyLlJlYWQuQWxsIl19."}}, 401, "InvalidAuthenticationToken", "signature"},
		"users":                 {ask{path: "/users", actor: &products}, 403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."},
		"products by writer":    {ask{path: "/subscribedSkus", actor: &writer}, 403, "Authorization_RequestDenied", ""},
		"details by writer":     {ask{path: "/users/" + adele + "/licenseDetails", actor: &writer}, 403, "Authorization_RequestDenied", ""},
		"subscriptions":         {ask{path: "/directory/subscriptions", actor: &products}, 403, "Authorization_RequestDenied", ""},
		"role definitions":      {ask{path: "/roleManagement/directory/roleDefinitions", actor: &audit}, 403, "Authorization_RequestDenied", ""},
		"getByIds":              {ask{method: "POST", path: "/directoryObjects/getByIds", actor: &audit}, 403, "Authorization_RequestDenied", ""},
		"write by reader":       {ask{method: "POST", path: "/users/" + fay + "/assignLicense", actor: &products}, 403, "Authorization_RequestDenied", ""},
		"write without role":    {ask{method: "POST", path: "/users/" + fay + "/assignLicense", actor: &person}, 403, "Authorization_RequestDenied", ""},
		"top 1000":              {ask{path: "/users?$top=1000"}, 400, "Request_BadRequest", "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive."},
		"top 0":                 {ask{path: "/users?$top=0"}, 400, "Request_BadRequest", "Must be between 1 and 999"},
		"top x":                 {ask{path: "/users?$top=x"}, 400, "BadRequest", "$top"},
		"sign-ins, permission":  {ask{path: "/users?$select=signInActivity"}, 403, "Authentication_MSGraphPermissionMissing", "AuditLog.Read.All"},
		"sign-ins, no P1":       {ask{path: "/users?$select=id,signInActivity", actor: &audit}, 403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "premium"},
		"mailbox settings":      {ask{path: "/users?$select=mailboxSettings"}, 501, "NotImplemented", "This operation target is not yet supported."},
		"unknown property":      {ask{path: "/users?$select=id,shoeSize"}, 400, "BadRequest", "Could not find a property named 'shoeSize' on type 'microsoft.graph.user'."},
		"empty select":          {ask{path: "/users?$select="}, 400, "BadRequest", "$select is empty"},
		"select twice":          {ask{path: "/users?$select=id&$select=mail"}, 400, "BadRequest", "more than once"},
		"unknown filter":        {ask{path: "/users?$filter=department is 'x'"}, 400, "BadRequest", "Invalid filter clause"},
		"half a filter":         {ask{path: "/users?$filter=accountEnabled eq true and"}, 400, "BadRequest", "Invalid filter clause"},
		"quoted skuId":          {ask{path: "/users?$filter=assignedLicenses/any(s:s/skuId eq '" + e3 + "')"}, 400, "BadRequest", "Invalid filter clause"},
		"two range variables":   {ask{path: "/users?$filter=assignedLicenses/any(s:x/skuId eq " + e3 + ")"}, 400, "BadRequest", "Invalid filter clause"},
		"skip":                  {ask{path: "/users?$skip=5"}, 400, "Request_UnsupportedQuery", "'$skip' is not supported"},
		"stale page":            {ask{path: "/users?$skiptoken=AAAA"}, 400, "Directory_ExpiredPageToken", ""},
		"advanced, no header":   {ask{path: counted + "&$count=true"}, 400, "Request_UnsupportedQuery", ""},
		"advanced, no count":    {ask{path: counted, header: yes}, 400, "Request_UnsupportedQuery", ""},
		"count, no header":      {ask{path: "/users/$count"}, 400, "Request_BadRequest", "$count is not currently supported."},
		"products, filter":      {ask{path: "/subscribedSkus?$filter=skuPartNumber eq 'SPE_E3'"}, 400, "Request_UnsupportedQuery", "'$filter' is not supported"},
		"unknown option":        {ask{path: "/users?$shape=round"}, 400, "BadRequest", "'$shape' is not supported"},
		"two expands":           {ask{path: "/roleManagement/directory/roleAssignments?$expand=principal,roleDefinition"}, 400, "BadRequest", "expands 'principal' alone"},
		"unknown user":          {ask{path: "/users/" + nobody}, 404, "Request_ResourceNotFound", "Resource '" + nobody + "' does not exist"},
		"unknown name":          {ask{path: "/users/x@contoso.com"}, 404, "Request_ResourceNotFound", "Resource 'x@contoso.com' does not exist"},
		"unknown group":         {ask{path: "/groups/" + nobody}, 404, "Request_ResourceNotFound", ""},
		"members never read":    {ask{path: "/groups/" + hidden + "/members"}, 403, "Authorization_RequestDenied", ""},
		"me by application":     {ask{path: "/me"}, 400, "BadRequest", "/me request is only valid with delegated authentication flow."},
		"unknown segment":       {ask{path: "/users/" + adele + "/drive"}, 400, "BadRequest", "Resource not found for the segment 'drive'."},
		"unknown root":          {ask{path: "/planets"}, 400, "BadRequest", "Resource not found for the segment 'planets'."},
		"beyond the end":        {ask{path: "/subscribedSkus/a/b"}, 400, "BadRequest", "Resource not found for the segment 'b'."},
		"other version":         {ask{path: "https://graph.example/beta/users"}, 400, "BadRequest", "v1.0"},
		"other method":          {ask{method: "PUT", path: "/users/" + adele}, 405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target."},
		"get of an action":      {ask{path: "/users/" + adele + "/assignLicense"}, 405, "Request_BadRequest", ""},
		"get of a batch":        {ask{path: "/$batch"}, 405, "Request_BadRequest", ""},
		"no JSON":               {post("/users/"+fay+"/assignLicense", "{"), 400, "BadRequest", "Unable to read JSON request payload."},
		"no content type":       {ask{method: "POST", path: "/users/" + fay + "/assignLicense", body: "{}", header: map[string]string{"Content-Type": "text/plain"}}, 400, "BadRequest", "Unable to read JSON"},
		"add missing":           {post("/users/"+fay+"/assignLicense", `{"removeLicenses":[]}`), 400, "Request_BadRequest", "One or more parameters of the operation 'assignLicense' are missing from the request payload. The missing parameters are: addLicenses."},
		"remove missing":        {post("/users/"+fay+"/assignLicense", `{"addLicenses":[]}`), 400, "Request_BadRequest", "The missing parameters are: removeLicenses."},
		"remove null":           {post("/users/"+fay+"/assignLicense", `{"addLicenses":[],"removeLicenses":null}`), 400, "Request_BadRequest", "The missing parameters are: removeLicenses."},
		"another parameter":     {post("/users/"+fay+"/assignLicense", `{"addLicenses":[],"removeLicenses":[],"force":true}`), 400, "Request_BadRequest", "'force'"},
		"nothing asked":         {assignTo(fay, "", ""), 400, "Request_BadRequest", "not known"},
		"added and removed":     {assignTo(dana, give(visio), take(visio)), 400, "Request_BadRequest", "not known"},
		"bad GUID":              {assignTo(fay, give("SPE_E3"), ""), 400, "Request_BadRequest", "Cannot convert a primitive value to the expected type 'Edm.Guid'."},
		"bad GUID removed":      {assignTo(fay, "", "17"), 400, "Request_BadRequest", "Cannot convert a primitive value to the expected type 'Edm.Guid'."},
		"bad GUID of a plan":    {assignTo(fay, give(visio, "x"), ""), 400, "Request_BadRequest", "Cannot convert a primitive value to the expected type 'Edm.Guid'."},
		"no units":              {assignTo(fay, give(visio), ""), 400, "Request_BadRequest", "Subscription with SKU " + visio + " does not have any available licenses."},
		"no location":           {assignTo(carla, give(f3), ""), 400, "Request_BadRequest", "License assignment cannot be done for user with invalid usage location."},
		"unknown product":       {assignTo(fay, give(nobody), ""), 400, "Request_BadRequest", "License " + nobody + " does not correspond to a valid company License."},
		"company product":       {assignTo(fay, give(storage), ""), 400, "Request_BadRequest", "License " + storage + " cannot be assigned to a user."},
		"suspended product":     {assignTo(fay, give(expired), ""), 400, "Request_BadRequest", "does not have any available licenses."},
		"plan of another":       {assignTo(fay, give(f3, yammer), ""), 400, "Request_BadRequest", yammer},
		"dependency":            {assignTo(fay, give(addon), ""), 400, "Request_BadRequest", "License assignment failed because service plan " + spproject + " depends on the service plan(s) " + sharepoint},
		"dependency off":        {assignTo(fay, give(addon)+","+give(e3, sharepoint), ""), 400, "Request_BadRequest", "depends on the service plan(s) " + sharepoint},
		"dependency, removed":   {assignTo(dana, "", take(e3)), 400, "Request_BadRequest", "service plan " + spproject + " depends on the service plan(s) " + sharepoint},
		"dependency, phone":     {assignTo(fay, give(calling), ""), 400, "Request_BadRequest", "service plan " + pstn1 + " depends on the service plan(s) " + teamsPhone},
		"exclusive":             {assignTo(ben, give(f3), ""), 400, "Request_BadRequest", "License assignment failed because service plans " + kiosk + ", " + exchange2 + " are mutually exclusive."},
		"not held":              {assignTo(fay, "", take(e3)), 400, "Request_BadRequest", "User does not have a corresponding license."},
		"only inherited":        {assignTo(ben, "", take(e3)), 400, "Request_BadRequest", "User license is inherited from a group membership and it cannot be removed directly from the user."},
		"removed from nobody":   {assignTo(nobody, "", take(e3)), 404, "Request_ResourceNotFound", ""},
		"getByIds, no GUID":     {post("/directoryObjects/getByIds", `{"ids":["x"]}`), 400, "Request_BadRequest", "'x'"},
		"getByIds, none":        {post("/directoryObjects/getByIds", `{"ids":[]}`), 400, "Request_BadRequest", "between 1 and 1000"},
		"malformed query":       {ask{path: "/users?$top=%zz"}, 400, "BadRequest", "malformed"},
		"empty path segment":    {ask{path: "/users//licenseDetails"}, 400, "BadRequest", "segment"},
		"count of another word": {ask{path: "/users?$count=maybe"}, 400, "BadRequest", "$count"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tenant := start(t, simulator.Options{})
			before := tenant.Snapshot()
			g := send(t, tenant, c.ask)
			if code, message := g.problem(t); g.status != c.status || code != c.code || !strings.Contains(message, c.message) {
				t.Errorf("got %d %s %q, want %d %s %q", g.status, code, message, c.status, c.code, c.message)
			}
			if (g.header.Get("WWW-Authenticate") != "") != (c.status == 401) {
				t.Errorf("got WWW-Authenticate %q with %d", g.header.Get("WWW-Authenticate"), g.status)
			}
			if !reflect.DeepEqual(before, tenant.Snapshot()) {
				t.Error("got a changed tenant from a refused call")
			}
		})
	}
}

func TestTokenExpires(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{})
	g := send(t, tenant, ask{path: "/users", header: map[string]string{"Authorization": "Bearer " + tenant.Token(all(), -time.Second)}})
	if code, message := g.problem(t); g.status != 401 || message != "Lifetime validation failed, the token is expired." {
		t.Errorf("got %d %s %q", g.status, code, message)
	}
	other := start(t, simulator.Options{})
	g = send(t, tenant, ask{path: "/users", header: map[string]string{"Authorization": "Bearer " + other.Token(all(), time.Hour)}})
	if g.status != 401 {
		t.Errorf("got %d for another tenant's token, want 401", g.status)
	}
}

func TestTokenPermitsNobodyElse(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{})
	for name, c := range map[string]struct {
		actor plan.Actor
		path  string
		want  int
	}{
		"own account":             {someone(ben, "", "User.Read"), "/users/" + ben, 200},
		"own account by name":     {someone(ben, "", "User.Read"), "/users/BEN@contoso.com", 200},
		"own account, me":         {someone(ben, "", "User.Read"), "/me", 200},
		"own licences":            {someone(ben, "", "User.Read"), "/users/" + ben + "/licenseDetails", 200},
		"another's":               {someone(ben, "", "User.Read"), "/users/" + fay, 403},
		"organization":            {someone(ben, "", "User.Read"), "/organization", 200},
		"application's User.Read": {app("User.Read"), "/users/" + ben, 403},
		"scopes of nobody":        {plan.Actor{Kind: plan.ActorUnknown, ID: ben, Permissions: []string{"User.Read.All"}}, "/users", 403},
		"delegated org write":     {someone(ben, "", "Organization.ReadWrite.All"), "/directory/subscriptions", 403},
		"application org write":   {app("Organization.ReadWrite.All"), "/directory/subscriptions", 200},
		"role management person":  {someone(ben, "", "RoleManagement.Read.All"), "/roleManagement/directory/roleAssignments", 200},
		"role management app":     {app("RoleManagement.Read.All"), "/roleManagement/directory/roleAssignments", 403},
		"directory, eligibility":  {app("Directory.Read.All"), "/roleManagement/directory/roleEligibilityScheduleInstances", 403},
	} {
		if g := send(t, tenant, ask{path: c.path, actor: &c.actor}); g.status != c.want {
			t.Errorf("%s: got %d, want %d: %s", name, g.status, c.want, g.body)
		}
	}
}

func TestWhoMayAssign(t *testing.T) {
	t.Parallel()
	const write = "LicenseAssignment.ReadWrite.All"
	for name, c := range map[string]struct {
		actor plan.Actor
		want  int
	}{
		"application":                     {app(write), 200},
		"application, User.ReadWrite.All": {app("User.ReadWrite.All"), 200},
		"licence administrator":           {someone(ben, licenceAdmin, write), 200},
		"billing administrator":           {someone(ben, billingAdmin, write), 403},
		"administrator by directory":      {someone(dana, "", write), 200},
		"administrator by group":          {someone(fay, "", write), 200},
		"administrator without scope":     {someone(dana, globalAdmin, "User.Read.All"), 403},
	} {
		tenant := start(t, simulator.Options{})
		a := assignTo(fay, give(f3), "")
		a.actor = &c.actor
		if g := send(t, tenant, a); g.status != c.want {
			t.Errorf("%s: got %d, want %d: %s", name, g.status, c.want, g.body)
		}
	}
}

func TestEveryAnswerHasItsHeaders(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{})
	for _, path := range []string{"/users", "/users?$top=1000", "/planets", "/subscribedSkus?$select=skuId"} {
		g := send(t, tenant, ask{path: path, header: map[string]string{"client-request-id": "mine"}})
		want := map[string]string{"client-request-id": "mine", "OData-Version": "4.0", "Date": "Fri, 20 Nov 2026 12:00:00 GMT",
			"Content-Type": "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"}
		for k, v := range want {
			if g.header.Get(k) != v {
				t.Errorf("%s: got %s %q, want %q", path, k, g.header.Get(k), v)
			}
		}
		if g.header.Get("request-id") == "" || g.header.Get("x-ms-ags-diagnostic") == "" {
			t.Errorf("%s: got headers %v", path, g.header)
		}
		cost := map[string]string{"/subscribedSkus?$select=skuId": "2", "/planets": "1"}[path]
		if cost == "" {
			cost = "2"
		}
		if got := g.header.Get("x-ms-resource-unit"); got != cost {
			t.Errorf("%s: got %s units, want %s", path, got, cost)
		}
	}
}

func TestUserProperties(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{})
	first := send(t, tenant, ask{path: "/users"}).values(t)[0]
	want := []string{"businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone", "officeLocation", "preferredLanguage", "surname", "userPrincipalName"}
	if names := slices.Sorted(maps.Keys(first)); !slices.Equal(names, want) {
		t.Errorf("got default properties %v, want %v", names, want)
	}
	get := func(id, property string) any {
		m := send(t, tenant, ask{path: "/users/" + id + "?$select=" + property}).object(t)
		delete(m, "@odata.context")
		if len(m) != 1 {
			t.Errorf("got %v, want %s alone", m, property)
		}
		return m[property]
	}
	check := func(what string, got any, want string) {
		t.Helper()
		b, err := json.Marshal(got)
		if err != nil || string(b) != want {
			t.Errorf("%s: got %s, want %s", what, b, want)
		}
	}
	check("no department", get(adele, "department"), "null")
	check("not synced", get(adele, "onPremisesSyncEnabled"), "null")
	check("merged", get(adele, "assignedLicenses"), `[{"disabledPlans":[],"skuId":"`+e3+`"}]`)
	check("states", get(adele, "licenseAssignmentStates"), `[{"assignedByGroup":null,"disabledPlans":[],"error":"None","lastUpdatedDateTime":"2025-11-20T12:00:00.0000003Z","skuId":"`+e3+`","state":"Active"},`+
		`{"assignedByGroup":"`+staff+`","disabledPlans":["`+yammer+`"],"error":"None","lastUpdatedDateTime":"2025-11-20T12:00:00.0000003Z","skuId":"`+e3+`","state":"Active"}]`)
	check("an error, a product without a source, a ghost", get(eli, "assignedLicenses"), `[{"disabledPlans":[],"skuId":"`+project+`"},{"disabledPlans":[],"skuId":"`+ghost+`"}]`)
	states := get(eli, "licenseAssignmentStates").([]any)
	if len(states) != 2 || states[0].(map[string]any)["error"] != "CountViolation" || states[0].(map[string]any)["state"] != "Error" {
		t.Errorf("got states %v", states)
	}
	if plans := get(dana, "assignedPlans").([]any); len(plans) != 4 { // two of E3, Visio's and the add-on's
		t.Errorf("got plans %v, want 4", plans)
	}
	if ext := get(adele, "onPremisesExtensionAttributes").(map[string]any); len(ext) != 15 || ext["extensionAttribute15"] != nil {
		t.Errorf("got extensions %v, want 15 of null", ext)
	}
}

func TestLicenceDetails(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{})
	list := send(t, tenant, ask{path: "/users/" + dana + "/licenseDetails"}).values(t)
	status := map[string]string{}
	for _, l := range list {
		for _, p := range l["servicePlans"].([]any) {
			m := p.(map[string]any)
			status[m["servicePlanId"].(string)] = m["provisioningStatus"].(string)
		}
	}
	if len(list) != 3 || status[yammer] != "Disabled" || status[exchange2] != "Success" {
		t.Errorf("got %v", list)
	}
	if list = send(t, tenant, ask{path: "/users/" + eli + "/licenseDetails"}).values(t); len(list) != 2 {
		t.Errorf("got %d details, want the ghost too", len(list))
	}
}

func TestListings(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{})
	yes := map[string]string{"ConsistencyLevel": "eventual"}
	for path, want := range map[string][]string{
		"/users?$filter=id eq '" + strings.ToUpper(ben) + "'":                            {ben},
		"/users?$filter=id eq '" + nobody + "'":                                          {},
		"/users?$filter=id eq 'ben@contoso.com'":                                         {},
		"/users?$filter=userPrincipalName eq 'BEN@contoso.com'":                          {ben},
		"/users?$filter=accountEnabled eq false":                                         {},
		"/users?$filter=accountEnabled eq true&$top=2":                                   {adele, ben},
		"/users?$filter=assignedLicenses/any(s:s/skuId eq " + e3 + ")":                   {adele, ben, dana},
		"/users?$filter=assignedLicenses/any(x:x/skuId eq " + project + ")":              {eli},
		"/users?$filter=assignedLicenses/$count eq 0&$count=true":                        {carla, fay},
		"/groups?$filter=displayName eq 'staff o''hara'&$select=id":                      {staff},
		"/groups?$filter=assignedLicenses/$count ne 0&$count=true":                       {staff},
		"/groups/" + staff + "/members":                                                  {adele, ben, inner},
		"/groups/" + staff + "/members/microsoft.graph.user":                             {adele, ben},
		"/groups/" + staff + "/transitiveMembers":                                        {adele, ben, fay, staff, inner},
		"/groups/" + staff + "/transitiveMembers/microsoft.graph.user?$top=2&$select=id": {adele, ben},
		"/directory/subscriptions":                                                       {"sub-SPE_E3"},
		"/roleManagement/directory/roleDefinitions":                                      {globalAdmin},
		"/roleManagement/directory/roleAssignments?$expand=principal":                    {"ra1", "ra2", "ra3"},
		"/roleManagement/directory/roleEligibilityScheduleInstances":                     {"re1"},
		"/organization": {tenantID},
	} {
		if got := send(t, tenant, ask{path: path, header: yes}).ids(t); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
	}
	count := send(t, tenant, ask{path: "/users/$count", header: yes})
	if string(count.body) != "6" || count.header.Get("Content-Type") != "text/plain" {
		t.Errorf("got count %q as %s", count.body, count.header.Get("Content-Type"))
	}
	m := send(t, tenant, ask{path: "/users?$count=true&$top=2", header: yes}).object(t)
	if m["@odata.count"] != 6.0 || m["@odata.nextLink"] == nil {
		t.Errorf("got %v, want a count of 6 and a link", m)
	}
	if m = send(t, tenant, ask{path: m["@odata.nextLink"].(string), header: yes}).object(t); m["@odata.count"] != nil {
		t.Errorf("got a count on page 2")
	}
	if m = send(t, tenant, ask{path: "/users?$count=true"}).object(t); m["@odata.count"] != nil {
		t.Errorf("got a count without ConsistencyLevel, want it ignored")
	}
}

func TestPrincipals(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{})
	var kinds []string
	for _, a := range send(t, tenant, ask{path: "/roleManagement/directory/roleAssignments?$expand=principal"}).values(t) {
		p := a["principal"].(map[string]any)
		if p["id"] != a["principalId"] {
			t.Errorf("got principal %v of %v", p["id"], a["principalId"])
		}
		kinds = append(kinds, p["@odata.type"].(string))
	}
	if want := []string{"#microsoft.graph.user", "#microsoft.graph.group", "#microsoft.graph.servicePrincipal"}; !slices.Equal(kinds, want) {
		t.Errorf("got %v, want %v", kinds, want)
	}
}

func TestMembersHideUsers(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{})
	groupsOnly := app("GroupMember.Read.All")
	m := send(t, tenant, ask{path: "/groups/" + staff + "/members?$select=id,userPrincipalName", actor: &groupsOnly}).values(t)[0]
	if m["id"] != adele || m["userPrincipalName"] != nil {
		t.Errorf("got %v, want the id alone", m)
	}
	m = send(t, tenant, ask{path: "/groups/" + staff + "/members?$select=id,userPrincipalName"}).values(t)[0]
	if m["userPrincipalName"] != "adele@contoso.com" {
		t.Errorf("got %v, want the name", m)
	}
}

func TestGetByIDs(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{})
	for types, want := range map[string][]string{`["user","group"]`: {fay, staff}, `["group"]`: {staff}, `[]`: {fay, staff}} {
		body := `{"ids":["` + fay + `","` + nobody + `","` + strings.ToUpper(staff) + `"],"types":` + types + `}`
		if got := send(t, tenant, ask{method: "POST", path: "/directoryObjects/getByIds", body: body}).ids(t); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", types, got, want)
		}
	}
}

func TestUnknownIsNotEmpty(t *testing.T) {
	t.Parallel()
	base := contoso()
	base.Reads = nil
	paths := map[string]string{
		plan.ReadSubscriptions: "/directory/subscriptions", plan.ReadRoles: "/roleManagement/directory/roleAssignments",
		plan.ReadEligibility: "/roleManagement/directory/roleEligibilityScheduleInstances",
		plan.ReadGroups:      "/groups", plan.ReadMembers: "/groups/" + staff + "/members",
	}
	for what := range paths {
		base.Reads = append(base.Reads, plan.Read{What: what, Status: plan.ReadDenied})
	}
	tenant, err := simulator.New(base, simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for what, path := range paths {
		if g := send(t, tenant, ask{path: path}); g.status != http.StatusForbidden {
			t.Errorf("%s: got %d, want 403 for what nobody could read", what, g.status)
		}
	}
	g := send(t, start(t, simulator.Options{NoPIM: true}), ask{path: "/roleManagement/directory/roleEligibilityScheduleInstances"})
	if code, _ := g.problem(t); g.status != 400 || code != "AadPremiumLicenseRequired" {
		t.Errorf("got %d %s, want 400 AadPremiumLicenseRequired", g.status, code)
	}
}
