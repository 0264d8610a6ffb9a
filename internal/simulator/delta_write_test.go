package simulator_test

import (
	"testing"

	"github.com/reseat-cli/reseat/internal/simulator"
)

// What other hands change is told by delta queries: new values, people who are
// deleted, and people who come back.
func TestDeltaTellsOtherHands(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	writer := app("User.ReadWrite.All", "Directory.Read.All")
	as := func(method, path, body string) {
		t.Helper()
		if g := send(t, tenant, ask{method: method, path: path, body: body, actor: &writer}); g.status >= 300 {
			t.Fatalf("%s %s: got %d %s", method, path, g.status, g.body)
		}
	}
	minimal := map[string]string{"Prefer": "return=minimal"}
	_, link := round(t, tenant, "/users/delta?$select=department,mail", nil)
	as("PATCH", "/users/"+ben, `{"department":null,"city":"Oslo"}`)
	some, link := round(t, tenant, link, minimal)
	if v, ok := some[ben]["department"]; len(some) != 1 || len(some[ben]) != 2 || !ok || v != nil {
		t.Errorf("got %v, want the department as null", some)
	}
	as("PATCH", "/users/"+ben, `{"city":"Bergen"}`)
	if some, _ := round(t, tenant, link, nil); len(some) != 0 {
		t.Errorf("got %v, want nothing of what is not tracked", some)
	}
	as("DELETE", "/users/"+ben, "")
	some, link = round(t, tenant, link, nil)
	if m, _ := some[ben]["@removed"].(map[string]any); len(some) != 1 || m["reason"] != "changed" {
		t.Errorf("got %v, want the removal", some)
	}
	if ids := send(t, tenant, ask{path: "/directory/deletedItems/microsoft.graph.user"}).ids(t); len(ids) != 3 {
		t.Errorf("got %v in the bin", ids)
	}
	as("POST", "/directory/deletedItems/"+ben+"/restore", "")
	some, _ = round(t, tenant, link, nil)
	if some[ben] == nil || some[ben]["@removed"] != nil {
		t.Errorf("got %v, want him back", some)
	}
}
