package simulator_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// crowd is a tenant of n people, each with one seat.
func crowd(n int) *plan.Snapshot {
	s := &plan.Snapshot{
		Organization: plan.Organization{ID: tenantID, DisplayName: "Crowd"},
		Products:     []plan.Product{product(e3, "SPE_E3", n, n, exchange2, "EXCHANGE_S_ENTERPRISE", sharepoint, "SHAREPOINTENTERPRISE")},
	}
	for i := range n {
		id := fmt.Sprintf("11111111-0000-4000-8000-%012x", i)
		s.Users = append(s.Users, plan.User{
			ID: plan.UserID(id), UserPrincipalName: fmt.Sprintf("user%d@contoso.com", i), DisplayName: "User Æ",
			Department: "Design", AccountEnabled: plan.Yes, UserType: "Member", UsageLocation: "NO", Sources: []plan.Source{source(e3, "")},
		})
	}
	return s
}

// walk follows a listing to its end and returns the ids and the number of pages.
func walk(t testing.TB, tenant *simulator.Tenant, path string) (ids []string, pages int) {
	t.Helper()
	seen := map[string]bool{}
	for path != "" && pages < 1000 {
		if seen[path] {
			t.Fatalf("got the link %s twice", path)
		}
		seen[path] = true
		g := send(t, tenant, ask{path: path})
		ids = append(ids, g.ids(t)...)
		path, _ = g.object(t)["@odata.nextLink"].(string)
		pages++
	}
	return ids, pages
}

func TestPaging(t *testing.T) {
	t.Parallel()
	base := crowd(250)
	var want []string
	for _, u := range base.Users {
		want = append(want, string(u.ID))
	}
	slices.Reverse(base.Users) // the tenant sorts
	g := plan.Group{ID: staff, DisplayName: "Crowd", MembersRead: true}
	for _, u := range base.Users {
		g.Members = append(g.Members, u.ID)
	}
	base.Groups = []plan.Group{g}
	for _, short := range []bool{false, true} {
		tenant, err := simulator.New(base, simulator.Options{ShortPages: short, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		more := 0
		for path, n := range map[string]int{
			"/users": 3, "/users?$top=125&$select=id": 2, "/users?$top=249&$select=id,mail": 2, "/users?$top=250": 1,
			"/users?$top=100&$filter=assignedLicenses/any(s:s/skuId eq " + e3 + ")": 3,
			"/groups/" + staff + "/members":                                         3, "/groups/" + staff + "/transitiveMembers/microsoft.graph.user?$top=50&$select=id": 5,
		} {
			ids, pages := walk(t, tenant, path)
			if !slices.Equal(ids, want) {
				t.Errorf("%s: got %d ids, want the %d of the tenant in order", path, len(ids), len(want))
			}
			if !short && pages != n || short && pages < n {
				t.Errorf("%s: got %d pages, want %d (more if short: %v)", path, pages, n, short)
			}
			more += pages - n
		}
		if short && more == 0 {
			t.Error("no page was short")
		}
	}
}

func TestLinkBelongsToItsQuery(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{})
	link := send(t, tenant, ask{path: "/users?$top=2&$select=id"}).object(t)["@odata.nextLink"].(string)
	if !strings.HasPrefix(link, "https://graph.example/v1.0/users?") {
		t.Errorf("got link %s", link)
	}
	for _, other := range []string{strings.Replace(link, "$top=2", "$top=3", 1), strings.Replace(link, "/users?", "/groups?", 1)} {
		g := send(t, tenant, ask{path: other})
		if code, _ := g.problem(t); other == link || g.status != 400 || code != "Directory_ExpiredPageToken" {
			t.Errorf("%s: got %d %s", other, g.status, code)
		}
	}
}

func TestOverTheNetwork(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{Now: time.Now})
	server := httptest.NewServer(tenant)
	defer server.Close()
	req, err := http.NewRequest("GET", server.URL+"/v1.0/users?$top=2", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+tenant.Token(all(), time.Minute))
	res, err := server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b strings.Builder
	if err := res.Write(&b); err != nil || !strings.Contains(b.String(), `"@odata.nextLink":"`+server.URL+`/v1.0/users?`) {
		t.Errorf("got %s (%v), want a link to %s", b.String(), err, server.URL)
	}
}

func BenchmarkPage(b *testing.B) {
	tenant, err := simulator.New(crowd(100_000), simulator.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for name, path := range map[string]string{
		"all": "/users?$top=999&$select=id,userPrincipalName,displayName,mail,accountEnabled,userType,department,jobTitle,companyName,country,city,officeLocation,usageLocation,employeeType,onPremisesSyncEnabled,isResourceAccount,onPremisesExtensionAttributes,createdDateTime,assignedLicenses,licenseAssignmentStates",
		"ids": "/users?$top=999&$select=id",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				send(b, tenant, ask{path: path})
			}
		})
	}
}
