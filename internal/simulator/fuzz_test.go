package simulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// Whatever a stranger sends, the answer is JSON with Graph's headers, or a
// number, and the tenant still starts from its own snapshot.
func FuzzRequest(f *testing.F) {
	base := fabrikam()
	for _, seed := range [][3]string{
		{"GET", "/v1.0/users?$filter=not(assignedLicenses/any(s:s/skuId eq " + e3 + ")) and startswith(displayName,'a')&$count=true&$orderby=displayName desc&$top=2", ""},
		{"GET", "/v1.0/users/$count?$search=\"displayName:a\" OR \"mail:b\"", ""},
		{"GET", "/v1.0/users('" + fay + "')/transitiveMemberOf/microsoft.graph.group?$select=id", ""},
		{"GET", "/v1.0/users/delta?$deltatoken=latest&$filter=id eq '" + fay + "'", ""},
		{"GET", "/v1.0/directoryRoles(roleTemplateId='" + globalAdmin + "')/members", ""},
		{"GET", "/v1.0/roleManagement/directory/roleAssignments?$expand=principal&filter=principalId eq 'x'", ""},
		{"POST", "/v1.0/users/" + fay + "/assignLicense", assign(give(f3, kiosk), take(e3))},
		{"POST", "/v1.0/groups/" + staff + "/assignLicense", assign(give(f3), take(e3))},
		{"POST", "/v1.0/groups/" + staff + "/members/$ref", join(staff, fay).body},
		{"PATCH", "/v1.0/users/" + fay, `{"userPrincipalName":"x@contoso.com","accountEnabled":false,"city":null}`},
		{"PATCH", "/v1.0/groups/" + staff, `{"members@odata.bind":["https://graph.microsoft.com/v1.0/users/` + fay + `"]}`},
		{"DELETE", "/v1.0/users/" + fay, ""},
		{"POST", "/v1.0/directory/deletedItems/" + gone + "/restore", "{}"},
		{"POST", "/v1.0/directoryObjects/getByIds", `{"ids":["` + fay + `"],"types":["user"]}`},
		{"POST", "/v1.0/$batch", `{"requests":[{"id":"1","method":"GET","url":"/users?$top=1"},{"id":"2","dependsOn":["1"],"method":"DELETE","url":"/users/` + fay + `"}]}`},
		{"POST", "/common/oauth2/v2.0/token", "grant_type=client_credentials"},
		{"POST", "/simulator/faults", `[{"status":503,"path":"/users/*/**"}]`},
		{"POST", "/simulator/clock", `{"advance":"1s"}`},
	} {
		f.Add(seed[0], seed[1], seed[2], true)
	}
	f.Fuzz(func(t *testing.T, method, target, body string, eventual bool) {
		u, err := url.ParseRequestURI("https://graph.example" + strings.ReplaceAll(target, " ", "%20"))
		if err != nil || u.Host != "graph.example" || method == "" {
			t.Skip()
		}
		req, err := http.NewRequest(method, u.String(), strings.NewReader(body))
		if err != nil {
			t.Skip()
		}
		tenant := tenantOf(t, base, simulator.Options{Clock: simulator.NewClock(clock), Issuer: true, Control: true, Quota: &simulator.Quota{}, Append: func([]byte) error { return nil }})
		actor := app("User.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All", "RoleManagement.ReadWrite.Directory", "AuditLog.Read.All", "MailboxSettings.Read",
			"PrivilegedEligibilitySchedule.Read.AzureADGroup")
		req.Header.Set("Authorization", "Bearer "+tenant.Token(actor, time.Hour))
		req.Header.Set("Content-Type", "application/json")
		if eventual {
			req.Header.Set("ConsistencyLevel", "eventual")
		}
		res, err := tenant.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != http.StatusNoContent && !json.Valid(b) || res.StatusCode == http.StatusInternalServerError {
			t.Errorf("got %d %q", res.StatusCode, b)
		}
		if _, err := plan.ParseGUID(res.Header.Get("request-id")); err != nil {
			t.Errorf("got request-id %q", res.Header.Get("request-id"))
		}
		if _, err := simulator.New(tenant.Snapshot(), simulator.Options{}); err != nil {
			t.Errorf("start from the snapshot: %v", err)
		}
	})
}
