package simulator_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// rows are what a faithful local Graph must do, each with the tests that hold it.
func rows() [][2]string {
	return [][2]string{
		{"no or garbled bearer: 401 and WWW-Authenticate", "TestRefusals TestTokenExpires"},
		{"token lacks permission: 403", "TestRefusals TestPermissionsOfReads TestWritePermissions TestWhoMayAssign"},
		{"users without $select: 11 properties", "TestUserProperties"},
		{"$top above 999: 400", "TestRefusals"},
		{"sign-ins without P1: 403", "TestRefusals TestSignInsRefused"},
		{"sign-ins and a large $top: 500, or 400 above 120", "TestSignInPages"},
		{"advanced query without ConsistencyLevel: 400", "TestRefusals TestAdvancedFilters"},
		{"page 2 without ConsistencyLevel: 400", "TestAdvancedOnEveryPage"},
		{"subscribedSkus with $filter: 400", "TestRefusals"},
		{"delta with an old token: 400, or 410 and Location", "TestDeltaExpires"},
		{"assignLicense without its arrays: 400", "TestRefusals"},
		{"no unit left of enabled and warning: 400", "TestRefusals TestLastUnit TestUnitsInWarning"},
		{"no usageLocation: 400", "TestRefusals"},
		{"unknown SKU: 400", "TestRefusals"},
		{"conflicting or dependent plans: 400", "TestRefusals"},
		{"remove what is not held: 400", "TestRefusals"},
		{"remove what is inherited alone: 400", "TestRefusals"},
		{"remove direct of both: 200, the SKU stays, no unit is freed", "TestAssignments TestReadsShowWrites"},
		{"valid: 200, reads lag, units lag more", "TestAssignments TestAnswerOfAssignLicense TestLag TestStale TestReadsShowWrites"},
		{"two calls at once to one user: 409 at a rate", "TestConflict TestConflictInBatch"},
		{"group assignLicense: 202, and three states", "TestGroupLicences"},
		{"$batch: any order, 429 of members, members missing", "TestBatch TestBatchOrder TestBatchDependsOn TestMalformedBatches TestQuotaInBatch TestFaultsInBatch"},
		{"write quota: 429 with scope and information", "TestWriteQuota TestTenantQuota"},
		{"faults: 500, 502, 503, 504, a lost answer", "TestFaults TestFaultRules TestTruncated"},
		{"headers of every answer", "TestEveryAnswerHasItsHeaders TestEveryKindOfAnswer"},
	}
}

// Each row has its tests: none is renamed or dropped unnoticed.
func TestRows(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(b, -1) {
			there[string(m[1])] = true
		}
	}
	for _, r := range rows() {
		for name := range strings.FieldsSeq(r[1]) {
			if !there[name] {
				t.Errorf("%s: there is no %s", r[0], name)
			}
		}
	}
}

// "enabled = usable; warning = expired, in grace, still usable; suspended = not
// usable": units are short once enabled and warning are consumed.
func TestUnitsInWarning(t *testing.T) {
	t.Parallel()
	base := contoso()
	for i := range base.Products {
		if p := &base.Products[i]; p.SKU == visio {
			p.Enabled, p.Warning, p.Suspended, p.LockedOut, p.Status = 0, 3, 7, 7, "Warning"
		}
	}
	tenant := tenantOf(t, base, simulator.Options{})
	if g := send(t, tenant, assignTo(fay, give(visio), "")); g.status != 200 {
		t.Fatalf("got %d %s, want the unit in warning", g.status, g.body)
	}
	if g := send(t, tenant, assignTo(ben, give(visio), "")); g.status != 400 || !strings.Contains(string(g.body), "does not have any available licenses") {
		t.Errorf("got %d %s, want no unit of what is suspended", g.status, g.body)
	}
}

// Whatever the answer is, it has request-id, the caller's client-request-id,
// x-ms-resource-unit, Date, and the content type of Graph if it has a body.
func TestEveryKindOfAnswer(t *testing.T) {
	t.Parallel()
	o := simulator.Options{Now: clock, Quota: &simulator.Quota{Scale: 0.0001}}
	throttled := tenantOf(t, contoso(), o)
	for range 10 {
		send(t, throttled, ask{path: "/users"})
	}
	tenant := tenantOf(t, contoso(), simulator.Options{Fault: func(_, path string) *simulator.Fault {
		return map[string]*simulator.Fault{"/v1.0/broken": {Status: 503}}[path]
	}})
	writer := app("User.ReadWrite.All", "Group.ReadWrite.All")
	const json = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
	for name, c := range map[string]struct {
		tenant *simulator.Tenant
		ask    ask
		status int
		kind   string
	}{
		"401":          {tenant, ask{path: "/users", header: map[string]string{"Authorization": "Bearer x"}}, 401, json},
		"403":          {tenant, ask{path: "/users", actor: ptr(app())}, 403, json},
		"404":          {tenant, ask{path: "/users/" + nobody}, 404, json},
		"405":          {tenant, ask{method: "PUT", path: "/users/" + fay}, 405, json},
		"405 of HEAD":  {tenant, ask{method: "HEAD", path: "/users"}, 405, json},
		"429":          {throttled, ask{path: "/users"}, 429, json},
		"503":          {tenant, ask{path: "/broken"}, 503, json},
		"204":          {tenant, ask{method: "PATCH", path: "/users/" + fay, body: `{"department":"X"}`, actor: &writer}, 204, ""},
		"a write":      {tenant, assignTo(fay, give(f3), ""), 200, json},
		"a group's":    {tenant, ask{method: "POST", path: "/groups/" + staff + "/assignLicense", body: assign("", take(e3)), actor: &writer}, 202, json},
		"a batch":      {tenant, batch(), 400, json},
		"a number":     {tenant, ask{path: "/users/$count"}, 200, "text/plain"},
		"beta":         {tenant, ask{path: "https://graph.example/beta/users"}, 400, json},
		"nothing":      {tenant, ask{path: "https://graph.example/"}, 400, json},
		"a delta page": {tenant, ask{path: "/users/delta"}, 200, json},
	} {
		if c.ask.header == nil {
			c.ask.header = map[string]string{"ConsistencyLevel": "eventual"}
		}
		c.ask.header["client-request-id"] = "of-mine"
		g := send(t, c.tenant, c.ask)
		h := g.header
		if g.status != c.status || h.Get("Content-Type") != c.kind || h.Get("client-request-id") != "of-mine" || h.Get("x-ms-resource-unit") == "" || h.Get("Date") != noon.Format(http.TimeFormat) {
			t.Errorf("%s: got %d %v", name, g.status, h)
		}
		if _, err := plan.ParseGUID(h.Get("request-id")); err != nil {
			t.Errorf("%s: got request-id %q", name, h.Get("request-id"))
		}
		if (len(g.body) > 0) != (c.kind != "") {
			t.Errorf("%s: got body %q", name, g.body)
		}
	}
}
