package simulator_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

const (
	entraP1   = "41781fb2-bc02-4b7c-bd55-b576c07bb09d"
	p1Product = "078d2b04-f1bd-4111-bbd4-b4b1b354cef4"
	gone      = "44444444-0000-4000-8000-000000000001" // deleted two days before noon
	purged    = "44444444-0000-4000-8000-000000000002" // deleted 29 days before noon
	notYet    = "44444444-0000-4000-8000-000000000003" // deleted two days after noon
)

// fabrikam is contoso with everything read, sign-ins, a recycle bin and people
// with attributes.
func fabrikam() *plan.Snapshot {
	s := contoso()
	s.Groups = s.Groups[:2] // without the one whose members nobody read
	s.Groups[1].RoleAssignable, s.Groups[1].Eligible = true, []plan.UserID{ben, dana}
	s.Products = append(s.Products, product(p1Product, "AAD_PREMIUM", 5, 0, entraP1, "AAD_PREMIUM"))
	s.Subscriptions[0].CommerceID = "com-1"
	u := s.Users
	u[0].Department, u[0].Mail, u[0].Aliases = "Sales", "adele@contoso.com", []string{"old.adele@contoso.com"}
	u[1].Department, u[1].JobTitle = "sales", "O'Neil's boss"
	u[2].AccountEnabled, u[2].Mailbox, u[2].DisplayName = plan.No, plan.SharedMailbox, "Carla OneVideo Müller"
	u[3].Department, u[3].CompanyName = "Design", "Contoso"
	u[4].UserPrincipalName, u[4].UserType, u[4].AccountEnabled = "eli_x.com#EXT#@contoso.onmicrosoft.com", "Guest", plan.Unknown
	u[5].OnPremisesSyncEnabled, u[5].Extensions = true, &[15]string{2: "three"}
	for i := range u {
		u[i].CreatedAt = time.Date(2020+i, 1, 2, 3, 4, 5, 0, time.UTC)
	}
	at := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	u[0].SignIn = &plan.SignIn{Interactive: at, Successful: at}
	u[1].SignIn = &plan.SignIn{NonInteractive: at.AddDate(0, 1, 0)}
	s.Deleted = []plan.DeletedUser{
		{ID: gone, UserPrincipalName: "gina@contoso.com", DisplayName: "gina", DeletedAt: noon.AddDate(0, 0, -2)},
		{ID: purged, UserPrincipalName: "paul@contoso.com", DisplayName: "paul", DeletedAt: noon.AddDate(0, 0, -29)},
		{ID: notYet, UserPrincipalName: "nina@contoso.com", DisplayName: "nina", DeletedAt: noon.AddDate(0, 0, 2)},
	}
	return s
}

func tenantOf(t testing.TB, s *plan.Snapshot, o simulator.Options) *simulator.Tenant {
	t.Helper()
	if o.Now == nil {
		o.Now = clock
	}
	tenant, err := simulator.New(s, o)
	if err != nil {
		t.Fatal(err)
	}
	return tenant
}

func reader(more ...string) plan.Actor {
	return app(append([]string{"Directory.Read.All", "RoleManagement.Read.Directory", "AuditLog.Read.All"}, more...)...)
}

func eventually() map[string]string { return map[string]string{"ConsistencyLevel": "eventual"} }

// query escapes a query string that is written plainly.
func query(path string) string {
	p, q, ok := strings.Cut(path, "?")
	if !ok {
		return path
	}
	var parts []string
	for _, part := range strings.Split(q, "&") {
		name, v, _ := strings.Cut(part, "=")
		parts = append(parts, name+"="+url.QueryEscape(v))
	}
	return p + "?" + strings.Join(parts, "&")
}

// "accountEnabled/userType/department/usageLocation eq: default", and the
// rest of Graph's table of $filter support.
func TestFiltersByDefault(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	for filter, want := range map[string][]string{
		"department eq 'SALES'":                                                       {adele, ben},
		"department eq 'nothing'":                                                     {},
		"department in ('Design','sales')":                                            {adele, ben, dana},
		"startswith(department,'s')":                                                  {adele, ben},
		"startsWith(userPrincipalName, 'ELI_')":                                       {eli},
		"department ge 'design' and department le 'designs'":                          {dana},
		"jobTitle eq 'O''Neil''s boss'":                                               {ben},
		"accountEnabled eq false":                                                     {carla},
		"accountEnabled eq true and userType eq 'Guest'":                              {},
		"userType eq 'Guest' or department eq 'Design'":                               {dana, eli},
		"(userType eq 'Guest' or department eq 'Design') and usageLocation eq 'se'":   {dana, eli},
		"userType eq 'Guest' or department eq 'Design' and usageLocation eq 'NO'":     {eli},
		"id in ('" + fay + "','" + strings.ToUpper(adele) + "','" + nobody + "')":     {adele, fay},
		"id eq '" + fay + "' or id eq '" + adele + "'":                                {adele, fay},
		"id eq '" + fay + "' and userType eq 'Guest'":                                 {},
		"userPrincipalName eq 'ben@contoso.com' or userType eq 'Guest'":               {ben, eli},
		"assignedLicenses/any(s:s/skuId eq " + strings.ToUpper(e3) + ")":              {adele, ben, dana},
		"assignedLicenses/any(x:x/skuId eq " + e3 + " or x/skuId eq " + project + ")": {adele, ben, dana, eli},
		"assignedLicenses/any(x:x/skuId eq " + e3 + ") and department eq 'sales'":     {adele, ben},
		"assignedPlans/any(p:p/servicePlanId eq " + visioPlan + ")":                   {dana},
		"proxyAddresses/any(p:p eq 'SMTP:ADELE@contoso.com')":                         {adele},
		"proxyAddresses/any(p:startswith(p,'smtp:old.'))":                             {adele},
		"createdDateTime ge 2024-01-01":                                               {eli, fay},
		"createdDateTime gt 2024-01-02T03:04:05Z":                                     {fay},
		"createdDateTime lt 2021-01-02T05:04:05+02:00":                                {adele},
		"createdDateTime le 2021-01-02T03:04:05.000Z":                                 {adele, ben},
		"onPremisesSyncEnabled eq true":                                               {fay},
		"OnPremisesSyncEnabled EQ True":                                               {fay},
	} {
		if got := send(t, tenant, ask{path: query("/users?$select=id&$filter=" + filter)}).ids(t); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", filter, got, want)
		}
	}
}

// Advanced queries answer with ConsistencyLevel and $count=true, and are
// "400 Request_UnsupportedQuery" without either.
func TestAdvancedFilters(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	for filter, want := range map[string][]string{
		"assignedLicenses/$count ne 0":                                  {adele, ben, dana, eli},
		"assignedLicenses/$count eq 0":                                  {carla, fay},
		"assignedLicenses/$count gt 1":                                  {dana, eli},
		"assignedLicenses/$count ge 1 and assignedLicenses/$count lt 2": {adele, ben},
		"not(assignedLicenses/any(s:s/skuId eq " + e3 + "))":            {carla, eli, fay},
		"department ne 'sales'":                                         {carla, dana, eli, fay},
		"department eq null":                                            {carla, eli, fay},
		"department ne null":                                            {adele, ben, dana},
		"NOT startswith(displayName,'a') and userType ne 'guest'":       {ben, carla, dana, fay},
		"not (department eq 'sales' or department eq 'design')":         {carla, eli, fay},
		"endsWith(userPrincipalName,'.ONMICROSOFT.com')":                {eli},
		"proxyAddresses/any(p:endswith(p,'@contoso.com'))":              {adele},
		"companyName eq 'contoso'":                                      {dana},
		"accountEnabled ne true":                                        {carla, eli},
		"onPremisesExtensionAttributes/extensionAttribute3 eq 'three'":  {fay},
	} {
		path := query("/users?$select=id&$filter=" + filter)
		if got := send(t, tenant, ask{path: path + "&$count=true", header: eventually()}).ids(t); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", filter, got, want)
		}
		for _, a := range []ask{{path: path}, {path: path, header: eventually()}, {path: path + "&$count=true"}} {
			g := send(t, tenant, a)
			if code, message := g.problem(t); g.status != 400 || code != "Request_UnsupportedQuery" || !strings.Contains(message, "$count=true") {
				t.Errorf("%s: got %d %s %q, want 400 Request_UnsupportedQuery", filter, g.status, code, message)
			}
		}
	}
}

// "Unknown syntax is 400, never half understood."
func TestFiltersRefused(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	long := strings.Repeat("department eq 'x' or ", 15) + "department eq 'y'"
	var list []string
	for i := range 16 {
		list = append(list, fmt.Sprintf("'d%d'", i))
	}
	const unsupported = "Request_UnsupportedQuery"
	for filter, c := range map[string][2]string{
		"":                                {"BadRequest", "Invalid filter clause"},
		"department":                      {"BadRequest", "Invalid filter clause"},
		"department eq":                   {"BadRequest", "Invalid filter clause"},
		"department eq 'x":                {"BadRequest", "Invalid filter clause"},
		"department eq x":                 {"BadRequest", "Invalid filter clause"},
		"department like 'x'":             {"BadRequest", "Invalid filter clause"},
		"department eq 'x' department":    {"BadRequest", "Invalid filter clause"},
		"(department eq 'x'":              {"BadRequest", "Invalid filter clause"},
		"department eq 'x')":              {"BadRequest", "Invalid filter clause"},
		"'x' eq department":               {"BadRequest", "Invalid filter clause"},
		"not department eq 'x'":           {"BadRequest", "Invalid filter clause"},
		"department in ()":                {"BadRequest", "Invalid filter clause"},
		"department in 'x'":               {"BadRequest", "Invalid filter clause"},
		"tolower(department) eq 'x'":      {"BadRequest", "Invalid filter clause"},
		"startswith(department)":          {"BadRequest", "Invalid filter clause"},
		"department eq \"x\"":             {"BadRequest", "Invalid filter clause"},
		"shoeSize eq 4":                   {"BadRequest", "Could not find a property named 'shoeSize'"},
		"department eq true":              {"BadRequest", "incompatible types"},
		"accountEnabled eq 'true'":        {"BadRequest", "incompatible types"},
		"id eq " + fay:                    {"BadRequest", "incompatible types"},
		"createdDateTime ge '2024-01-01'": {"BadRequest", "incompatible types"},
		strings.Repeat("(", 4000):         {"BadRequest", "nested"},
		"assignedLicenses/any(s:t/skuId eq " + e3 + ")":     {"BadRequest", "range variable"},
		"assignedLicenses/any(s:s/skuId ne " + e3 + ")":     {unsupported, "'assignedLicenses'"},
		"assignedLicenses/any()":                            {unsupported, "'assignedLicenses'"},
		"assignedLicenses/all(s:s/skuId eq " + e3 + ")":     {unsupported, "'assignedLicenses'"},
		"assignedLicenses eq 'x'":                           {unsupported, "'assignedLicenses'"},
		"licenseAssignmentStates/any(s:s/state eq 'Error')": {unsupported, "Unsupported or invalid query filter clause specified for property 'licenseAssignmentStates' of resource 'User'."},
		"contains(displayName,'x')":                         {unsupported, "'displayName'"},
		"endswith(department,'x')":                          {unsupported, "'department'"},
		"userPrincipalName eq null":                         {unsupported, "'userPrincipalName'"},
		"department gt 'x'":                                 {unsupported, "'department'"},
		"accountEnabled ge true":                            {unsupported, "'accountEnabled'"},
		long:                                                {unsupported, "Too many child clauses specified in search filter expression containing 'OR' operators: 16. Max allowed: 15."},
		"department in (" + strings.Join(list, ",") + ")":   {unsupported, "Max allowed: 15."},
	} {
		g := send(t, tenant, ask{path: query("/users?$count=true&$filter=" + filter), header: eventually()})
		if code, message := g.problem(t); g.status != 400 || code != c[0] || !strings.Contains(message, c[1]) {
			t.Errorf("%.60s: got %d %s %q, want %v", filter, g.status, code, message, c)
		}
	}
	if g := send(t, tenant, ask{path: query("/users?$filter=" + strings.Repeat("department eq 'x' or ", 14) + "department eq 'design'")}); g.status != 200 {
		t.Errorf("got %d %s for 15 clauses", g.status, g.body)
	}
}

func TestOrderAndSearch(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	for path, want := range map[string][]string{
		"/users?$orderby=displayName":                                                            {adele, ben, carla, dana, eli, fay},
		"/users?$orderby=userPrincipalName desc":                                                 {fay, eli, dana, carla, ben, adele},
		"/users?$orderby=displayName desc&$top=2":                                                {fay, eli, dana, carla, ben, adele},
		"/users?$orderby=createdDateTime desc&$count=true":                                       {fay, eli, dana, carla, ben, adele},
		"/users?$filter=startswith(department,'s')&$orderby=displayName desc&$count=true&$top=1": {ben, adele},
		"/users?$search=\"displayName:video\"":                                                   {carla},
		"/users?$search=\"displayName:carla mül\"":                                               {carla},
		"/users?$search=\"displayName:ideo\"":                                                    {},
		"/users?$search=\"displayName:ben\" OR \"mail:adele\"":                                   {adele, ben},
		"/users?$search=\"displayName:ben\" AND \"mail:adele\"":                                  {},
		"/users?$search=\"displayName:ad\"&$filter=accountEnabled eq true&$count=true":           {adele},
		"/groups?$orderby=displayName&$top=1":                                                    {inner, staff},
		"/groups/" + staff + "/members?$orderby=displayName desc&$count=true&$top=1":             {inner, ben, adele},
		"/groups/" + staff + "/members?$filter=displayName eq 'ben'&$count=true":                 {ben},
	} {
		var got []string
		for link := query(path); link != "" && len(got) < 20; {
			g := send(t, tenant, ask{path: link, header: eventually()})
			got = append(got, g.ids(t)...)
			link, _ = g.object(t)["@odata.nextLink"].(string)
		}
		if !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
	}
	for path, code := range map[string]string{
		"/users?$orderby=createdDateTime":                            "Request_UnsupportedQuery",
		"/users?$orderby=displayName&$filter=accountEnabled eq true": "Request_UnsupportedQuery",
		"/users?$orderby=department":                                 "Request_UnsupportedQuery",
		"/users?$orderby=shoeSize":                                   "BadRequest",
		"/users?$orderby=displayName up":                             "BadRequest",
		"/users?$search=\"displayName:a\"":                           "Request_UnsupportedQuery",
		"/groups/" + staff + "/members?$filter=displayName eq 'ben'": "Request_UnsupportedQuery",
		"/users?$format=xml":                                         "BadRequest",
		"/users?$expand=manager":                                     "Request_UnsupportedQuery",
		"/users?filter=accountEnabled eq true":                       "BadRequest",
		"/roleManagement/directory/roleAssignments?$orderby=id":      "Request_UnsupportedQuery",
	} {
		g := send(t, tenant, ask{path: query(path)})
		if got, _ := g.problem(t); g.status != 400 || got != code {
			t.Errorf("%s: got %d %s, want 400 %s", path, g.status, got, code)
		}
	}
	for _, search := range []string{`displayName:a`, `"ben"`, `"shoeSize:a"`, `"displayName:a" "displayName:b"`, `"displayName:"`, `"displayName:a`} {
		g := send(t, tenant, ask{path: query("/users?$search=" + search), header: eventually()})
		if code, _ := g.problem(t); g.status != 400 || code != "Request_BadRequest" {
			t.Errorf("%s: got %d %s", search, g.status, code)
		}
	}
	if g := send(t, tenant, ask{path: "/users?$format=json"}); g.status != 200 {
		t.Errorf("got %d for $format=json", g.status)
	}
}

// "ConsistencyLevel isn't carried by the nextLink: page 2 without it is 400."
func TestAdvancedOnEveryPage(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	g := send(t, tenant, ask{path: query("/users?$count=true&$top=1&$filter=department ne 'x'"), header: eventually()}).object(t)
	if g["@odata.count"] != 6.0 {
		t.Errorf("got count %v, want 6", g["@odata.count"])
	}
	link := g["@odata.nextLink"].(string)
	second := send(t, tenant, ask{path: link})
	if code, _ := second.problem(t); code != "Request_UnsupportedQuery" {
		t.Errorf("got %d %s without the header on page 2", second.status, code)
	}
	if m := send(t, tenant, ask{path: link, header: eventually()}).object(t); m["@odata.count"] != nil {
		t.Error("got a count on page 2")
	}
}

func TestCountSegments(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	for path, want := range map[string]string{
		"/users/$count": "6",
		"/users/$count?$filter=accountEnabled eq true": "4",
		"/users/$count?$filter=department ne 'sales'":  "4",
		"/groups/$count":                                                     "2",
		"/groups/" + staff + "/members/$count":                               "3",
		"/groups/" + staff + "/members/microsoft.graph.user/$count":          "2",
		"/users/" + ben + "/memberOf/$count":                                 "1",
		"/users/" + ben + "/transitiveMemberOf/microsoft.graph.group/$count": "2",
		"/directory/deletedItems/microsoft.graph.user/$count":                "2",
	} {
		g := send(t, tenant, ask{path: query(path), header: eventually()})
		if string(g.body) != want || g.header.Get("Content-Type") != "text/plain" {
			t.Errorf("%s: got %d %q, want %s", path, g.status, g.body, want)
		}
		g = send(t, tenant, ask{path: query(path)})
		if code, message := g.problem(t); code != "Request_BadRequest" || !strings.Contains(message, "$count") {
			t.Errorf("%s without ConsistencyLevel: got %d %s", path, g.status, code)
		}
	}
}

// Every property of the published v1.0 schema is known; what the snapshot
// lacks is null, what does not exist is 400.
func TestEveryPropertyOfUsers(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	const published = `accountEnabled ageGroup assignedLicenses assignedPlans authorizationInfo businessPhones city companyName
		consentProvidedForMinor country createdDateTime creationType customSecurityAttributes deletedDateTime department displayName
		employeeHireDate employeeId employeeOrgData employeeType externalUserState externalUserStateChangeDateTime faxNumber
		givenName id identities imAddresses isManagementRestricted isResourceAccount jobTitle
		lastPasswordChangeDateTime legalAgeGroupClassification licenseAssignmentStates mail mailNickname mobilePhone officeLocation
		onPremisesDistinguishedName onPremisesDomainName onPremisesExtensionAttributes onPremisesImmutableId
		onPremisesLastSyncDateTime onPremisesProvisioningErrors onPremisesSamAccountName onPremisesSecurityIdentifier
		onPremisesSyncEnabled onPremisesUserPrincipalName otherMails passwordPolicies passwordProfile postalCode
		preferredDataLocation preferredLanguage provisionedPlans proxyAddresses securityIdentifier serviceProvisioningErrors
		showInAddressList signInActivity signInSessionsValidFromDateTime state streetAddress surname usageLocation
		userPrincipalName userType`
	names := strings.Fields(published)
	actor := reader()
	m := send(t, tenant, ask{path: "/users?$select=" + strings.Join(names, ","), actor: &actor}).values(t)[0]
	if got := slices.Sorted(maps.Keys(m)); !slices.Equal(got, names) {
		t.Errorf("got %v\nwant %v", got, names)
	}
	for name, want := range map[string]string{
		"proxyAddresses": `["SMTP:adele@contoso.com","smtp:old.adele@contoso.com"]`, "otherMails": "[]", "employeeId": "null",
		"identities":       `[{"issuer":"contoso.onmicrosoft.com","issuerAssignedId":"adele@contoso.com","signInType":"userPrincipalName"}]`,
		"provisionedPlans": `[{"capabilityStatus":"Enabled","provisioningStatus":"Success","service":"SharePoint"},{"capabilityStatus":"Enabled","provisioningStatus":"Success","service":"YammerEnterprise"},{"capabilityStatus":"Enabled","provisioningStatus":"Success","service":"exchange"}]`,
	} {
		if b, _ := json.Marshal(m[name]); string(b) != want {
			t.Errorf("%s: got %s, want %s", name, b, want)
		}
	}
	for _, name := range strings.Fields("aboutMe birthday deviceEnrollmentLimit hireDate interests mailboxSettings mySite pastProjects preferredName print responsibilities schools skills") {
		g := send(t, tenant, ask{path: "/users?$select=" + name, actor: &actor})
		if code, _ := g.problem(t); g.status != 501 || code != "NotImplemented" {
			t.Errorf("%s: got %d %s, want 501", name, g.status, code)
		}
	}
	if g := send(t, tenant, ask{path: "/users?$select=employeeLeaveDateTime", actor: &actor}); g.status != 403 {
		t.Errorf("employeeLeaveDateTime without User-LifeCycleInfo.Read.All: got %d", g.status)
	}
	more := reader("User-LifeCycleInfo.Read.All")
	if m := send(t, tenant, ask{path: "/users/" + adele + "?$select=employeeLeaveDateTime", actor: &more}).object(t); m["employeeLeaveDateTime"] != nil || len(m) != 2 {
		t.Errorf("got %v", m)
	}
}

// People are found by id and by name in every case, with guests' # escaped and
// with keys in parentheses.
func TestPathsToPeople(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	for path, want := range map[string]string{
		"/users/eli_x.com%23EXT%23@contoso.onmicrosoft.com":   eli,
		"/users/ELI_x.com%23ext%23%40contoso.onmicrosoft.com": eli,
		"/users('" + strings.ToUpper(fay) + "')":              fay,
		"/users(%27" + fay + "%27)":                           fay,
		"/users('ben@contoso.com')":                           ben,
		"/users(userPrincipalName='ben@contoso.com')":         ben,
		"/USERS/" + fay:                                            fay,
		"/groups('" + staff + "')":                                 staff,
		"/directoryObjects/" + staff:                               staff,
		"/directoryObjects/" + fay:                                 fay,
		"/organization/" + tenantID:                                tenantID,
		"/subscribedSkus('" + tenantID + "_" + e3 + "')":           tenantID + "_" + e3,
		"/directory/subscriptions(commerceSubscriptionId='com-1')": "sub-SPE_E3",
		"/directory/subscriptions/sub-SPE_E3":                      "sub-SPE_E3",
		"/directory/deletedItems/" + gone:                          gone,
		"/directory/deleteditems('" + gone + "')":                  gone,
		"/roleManagement/directory/roleDefinitions/" + globalAdmin: globalAdmin,
		"/roleManagement/directory/roleAssignments/ra1":            "ra1",
		"https://graph.example/V1.0/users/" + fay:                  fay,
	} {
		if m := send(t, tenant, ask{path: path}).object(t); m["id"] != want {
			t.Errorf("%s: got %v, want %s", path, m["id"], want)
		}
	}
	for path, want := range map[string]int{
		"/users(" + fay + ")": 400, "/users('" + nobody + "')": 404, "/users(displayName='fay')": 404, "/directoryObjects/" + nobody: 404,
		"/organization/" + nobody: 404, "/directory/subscriptions(commerceSubscriptionId='x')": 404, "/directory/deletedItems/" + fay: 404,
		"/directory/deletedItems/" + notYet: 404, "/users/graph.user@contoso.com": 404,
	} {
		if g := send(t, tenant, ask{path: path}); g.status != want {
			t.Errorf("%s: got %d, want %d: %s", path, g.status, want, g.body)
		}
	}
}

func TestMe(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	me := someone(ben, "", "User.Read", "MailboxSettings.Read")
	for path, want := range map[string]int{
		"/me": 200, "/me/licenseDetails": 200, "/me/memberOf": 200, "/me/transitiveMemberOf/graph.group": 200, "/me/mailboxSettings/userPurpose": 200,
		"/users/" + ben + "/mailboxSettings": 200, "/users/" + carla + "/mailboxSettings": 403, "/users/" + fay + "/memberOf": 403, "/me/drive": 400,
	} {
		if g := send(t, tenant, ask{path: path, actor: &me}); g.status != want {
			t.Errorf("%s: got %d, want %d: %s", path, g.status, want, g.body)
		}
	}
	for _, path := range []string{"/me/licenseDetails", "/me/memberOf", "/me/mailboxSettings"} {
		anybody := reader("MailboxSettings.Read")
		if g := send(t, tenant, ask{path: path, actor: &anybody}); g.status != 400 {
			t.Errorf("%s by an application: got %d", path, g.status)
		}
	}
}
