package simulator_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

const (
	tenantID = "0d7d1dbb-37ed-4b2c-9f04-7f9a1f0c8a01"
	e3       = "05e9a617-0261-4cee-bb44-138d3ef5d965"
	f3       = "66b55226-6b4f-492c-910c-a3b7a3c9d993"
	project  = "53818b1b-4a27-454b-8896-0dba576410e6"
	addon    = "aaaaaaaa-0000-4000-8000-00000000add0" // SHAREPOINT_PROJECT alone
	phone    = "e43b5b99-8dfb-405f-9987-dc307f34bcbd"
	calling  = "0dab259f-bf13-4952-b7f8-7db8f131b28d"
	visio    = "c5928f49-12ba-48f7-ada3-0d743a3601d5"
	storage  = "99049c9c-6011-4908-bf17-15f496e6519d" // appliesTo Company
	expired  = "cccccccc-0000-4000-8000-00000000dead" // Suspended
	ghost    = "dddddddd-0000-4000-8000-0000000905e7" // held, but in no product

	exchange2  = "efb87545-963c-4e0d-99df-69c6916d9eb0"
	kiosk      = "4a82b400-a79f-41a4-b4e2-e94f5787b113"
	sharepoint = "5dbe027f-2339-4123-9542-606e4d348a72"
	spproject  = "fe71d6c3-a2ea-4499-9778-da042bf08063"
	yammer     = "7547a3fe-08ee-4ccb-b430-5077c5041653"
	teamsPhone = "4828c8ec-dc2e-4779-b502-87ac9ce28ab7"
	pstn1      = "4ed3ff63-69d7-4fb7-b984-5aec7f605ca8"
	visioPlan  = "663a804f-1c30-4ff0-9915-9db84f0d1cea"

	adele  = "11111111-0000-4000-8000-000000000001" // E3 direct and through staff, no department
	ben    = "11111111-0000-4000-8000-000000000002" // E3 through staff alone
	carla  = "11111111-0000-4000-8000-000000000003" // nothing, no usageLocation
	dana   = "11111111-0000-4000-8000-000000000004" // E3 direct without Yammer, Visio, the add-on
	eli    = "11111111-0000-4000-8000-000000000005" // an Error through staff, Project unsourced, a ghost
	fay    = "11111111-0000-4000-8000-000000000006" // nothing, Norway
	nobody = "11111111-0000-4000-8000-00000000ffff"

	staff  = "22222222-0000-4000-8000-000000000001" // ben, adele and outer's nested
	inner  = "22222222-0000-4000-8000-000000000002" // fay, nested in staff; staff nested in it
	hidden = "22222222-0000-4000-8000-000000000003" // members not read

	globalAdmin  = "62e90394-69f5-4237-9190-012177145e10"
	licenceAdmin = "4d6ac14f-3453-41d0-bef9-a3e0c569773a"
	billingAdmin = "b0f54661-2d74-4c50-afa3-1ec803f12efe"
	servicePrin  = "33333333-0000-4000-8000-000000000001"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 300, time.UTC)

func clock() time.Time { return noon }

func product(sku, part string, bought, consumed int, plans ...string) plan.Product {
	p := plan.Product{SKU: plan.SKU(sku), PartNumber: part, AppliesTo: "User", Status: "Enabled", Enabled: bought, Consumed: consumed, SubscriptionIDs: []string{"sub-" + part}}
	for i := 0; i < len(plans); i += 2 {
		p.Plans = append(p.Plans, plan.ServicePlan{ID: plan.PlanID(plans[i]), Name: plans[i+1], AppliesTo: "User", Status: "Success"})
	}
	return p
}

func source(sku, group string, off ...plan.PlanID) plan.Source {
	return plan.Source{SKU: plan.SKU(sku), Group: plan.GroupID(group), State: plan.Active, DisabledPlans: off, UpdatedAt: noon.AddDate(-1, 0, 0)}
}

// contoso has six people. E3: 4 bought, 3 held, 3 consumed. Visio: 1 of 2, with
// a unit consumed that nobody shows.
func contoso() *plan.Snapshot {
	user := func(id, name, location string, s ...plan.Source) plan.User {
		return plan.User{ID: plan.UserID(id), UserPrincipalName: name + "@contoso.com", DisplayName: name, AccountEnabled: plan.Yes, UserType: "Member", UsageLocation: location, Sources: s}
	}
	failed := source(e3, staff)
	failed.State, failed.Error = plan.ErrorState, "CountViolation"
	company := product(storage, "SHAREPOINTSTORAGE", 10, 0)
	company.AppliesTo = "Company"
	old := product(expired, "POWERAPPS_OLD", 0, 0)
	old.Status, old.Suspended = "Suspended", 5
	s := &plan.Snapshot{
		Organization: plan.Organization{ID: tenantID, DisplayName: "Contoso", VerifiedDomains: []string{"contoso.onmicrosoft.com", "contoso.com"}},
		ReadAt:       noon,
		Users: []plan.User{
			user(adele, "adele", "CH", source(e3, ""), source(e3, staff, yammer)),
			user(ben, "ben", "CH", source(e3, staff)),
			user(carla, "carla", ""),
			user(dana, "dana", "SE", source(e3, "", yammer), source(visio, ""), source(addon, "")),
			user(eli, "eli", "SE", failed, source(ghost, "")),
			user(fay, "fay", "NO"),
		},
		Products: []plan.Product{
			product(e3, "SPE_E3", 4, 3, exchange2, "EXCHANGE_S_ENTERPRISE", sharepoint, "SHAREPOINTENTERPRISE", yammer, "YAMMER_ENTERPRISE"),
			product(f3, "SPE_F1", 5, 0, kiosk, "EXCHANGE_S_DESKLESS"),
			product(project, "PROJECTPROFESSIONAL", 5, 1, spproject, "SHAREPOINT_PROJECT", sharepoint, "SHAREPOINTENTERPRISE"),
			product(addon, "PROJECTADDON", 5, 1, spproject, "SHAREPOINT_PROJECT"),
			product(phone, "MCOEV", 5, 0, teamsPhone, "MCOEV"),
			product(calling, "MCOPSTN1", 5, 0, pstn1, "MCOPSTN1"),
			product(visio, "VISIOCLIENT", 2, 2, visioPlan, "VISIOONLINE"),
			company, old,
		},
		Subscriptions: []plan.Subscription{{ID: "sub-SPE_E3", SKU: e3, PartNumber: "SPE_E3", Status: "Enabled", TotalLicenses: 4}},
		Groups: []plan.Group{
			{ID: staff, DisplayName: "Staff O'Hara", SecurityEnabled: true, Gives: []plan.Given{{SKU: e3}}, Members: []plan.UserID{ben, adele}, Nested: []plan.GroupID{inner}, MembersRead: true},
			{ID: inner, DisplayName: "Inner", SecurityEnabled: true, MembershipRule: "user.x -eq 1", Members: []plan.UserID{fay, adele}, Nested: []plan.GroupID{staff}, MembersRead: true},
			{ID: hidden, DisplayName: "Hidden", SecurityEnabled: true},
		},
		Roles: []plan.Role{{ID: globalAdmin, TemplateID: globalAdmin, Name: "Global Administrator", BuiltIn: true}},
		RoleAssignments: []plan.RoleAssignment{
			{ID: "ra1", Role: globalAdmin, Principal: dana, Kind: plan.PrincipalUser, Scope: "/"},
			{ID: "ra2", Role: globalAdmin, Principal: inner, Kind: plan.PrincipalGroup, Scope: "/"},
			{ID: "ra3", Role: globalAdmin, Principal: servicePrin, Kind: plan.PrincipalService, Scope: "/"},
			{ID: "re1", Role: globalAdmin, Principal: ben, Kind: plan.PrincipalUser, Scope: "/", Eligible: true},
		},
		Reads: []plan.Read{{What: plan.ReadUsers, Items: 6, Status: plan.ReadComplete}},
	}
	s.Users[4].Unsourced = []plan.SKU{project}
	return s
}

func app(permissions ...string) plan.Actor {
	return plan.Actor{Kind: plan.ActorApplication, ID: servicePrin, Name: "reseat", Permissions: permissions}
}

func someone(id, role string, permissions ...string) plan.Actor {
	return plan.Actor{Kind: plan.ActorPerson, ID: id, Name: "x", Roles: []string{role}, Permissions: permissions}
}

func all() plan.Actor {
	return app("User.Read.All", "Organization.Read.All", "Group.Read.All", "RoleManagement.Read.Directory", "LicenseAssignment.ReadWrite.All", "Directory.Read.All")
}

func start(t testing.TB, o simulator.Options) *simulator.Tenant {
	t.Helper()
	if o.Now == nil {
		o.Now = clock
	}
	tenant, err := simulator.New(contoso(), o)
	if err != nil {
		t.Fatal(err)
	}
	return tenant
}

// An ask is a request; what is empty has a useful default.
type ask struct {
	method, path, body string
	actor              *plan.Actor
	header             map[string]string
}

type got struct {
	status int
	header http.Header
	body   []byte
}

func send(t testing.TB, tenant *simulator.Tenant, a ask) got {
	t.Helper()
	actor := all()
	if a.actor != nil {
		actor = *a.actor
	}
	if a.method == "" {
		a.method = "GET"
	}
	url := a.path
	if !strings.HasPrefix(url, "http") {
		url = "https://graph.example/v1.0" + strings.ReplaceAll(a.path, " ", "%20")
	}
	req, err := http.NewRequest(a.method, url, strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+tenant.Token(actor, time.Hour))
	if a.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for k, v := range a.header {
		req.Header.Set(k, v)
	}
	res, err := tenant.RoundTrip(req)
	if err != nil {
		t.Fatalf("%s %s: %v", a.method, a.path, err)
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got{res.StatusCode, res.Header, b}
}

// problem returns code and message of an error body.
func (g got) problem(t testing.TB) (code, message string) {
	t.Helper()
	var e struct {
		Error struct {
			Code, Message string
			InnerError    map[string]string
		}
	}
	if err := json.Unmarshal(g.body, &e); err != nil {
		t.Fatalf("got body %q: %v", g.body, err)
	}
	if e.Error.InnerError["request-id"] == "" || e.Error.InnerError["date"] == "" {
		t.Errorf("got error without innerError: %s", g.body)
	}
	return e.Error.Code, e.Error.Message
}

func (g got) object(t testing.TB) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(g.body, &m); err != nil || g.status != 200 {
		t.Fatalf("got %d %q: %v", g.status, g.body, err)
	}
	return m
}

func (g got) values(t testing.TB) []map[string]any {
	t.Helper()
	var list []map[string]any
	for _, v := range g.object(t)["value"].([]any) {
		list = append(list, v.(map[string]any))
	}
	return list
}

func (g got) ids(t testing.TB) []string {
	t.Helper()
	ids := []string{}
	for _, v := range g.values(t) {
		ids = append(ids, v["id"].(string))
	}
	return ids
}

func assign(add, remove string) string {
	return fmt.Sprintf(`{"addLicenses":[%s],"removeLicenses":[%s]}`, add, remove)
}

func give(sku string, off ...string) string {
	b, _ := json.Marshal(map[string]any{"skuId": sku, "disabledPlans": append([]string{}, off...)})
	return string(b)
}

func take(sku string) string { return `"` + sku + `"` }

func assignTo(user, add, remove string) ask {
	return ask{method: "POST", path: "/users/" + user + "/assignLicense", body: assign(add, remove)}
}

func consumed(s *plan.Snapshot, sku string) int {
	for _, p := range s.Products {
		if p.SKU == plan.SKU(sku) {
			return p.Consumed
		}
	}
	return -1
}

func holder(s *plan.Snapshot, id string) plan.User {
	for _, u := range s.Users {
		if u.ID == plan.UserID(id) {
			return u
		}
	}
	return plan.User{}
}

// claim reads one claim of a token.
func claim(t testing.TB, token, name string) any {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	return m[name]
}
