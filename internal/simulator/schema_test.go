package simulator_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/internal/simulator"
)

// viewTypes are the types of what the views show.
var viewTypes = map[string]string{
	"users": "user", "deleted": "user", "products": "subscribedSku", "subscriptions": "companySubscription", "groups": "group",
	"roles": "unifiedRoleDefinition", "assignments": "unifiedRoleAssignment", "schedules": "unifiedRoleAssignmentScheduleInstance",
	"eligibilities": "unifiedRoleEligibilityScheduleInstance", "chances": "privilegedAccessGroupEligibilityScheduleInstance",
	"organization": "organization", "details": "licenseDetails", "mailboxes": "mailboxSettings",
	"activated": "directoryRole", "templates": "directoryRoleTemplate",
}

// Every property that can be selected is one that Microsoft publishes.
func TestColumnsArePublished(t *testing.T) {
	t.Parallel()
	s := published(t)
	for view, names := range start(t, simulator.Options{}).Columns() {
		kind, ok := viewTypes[view]
		if !ok {
			t.Errorf("view %s: its type is not known to this test", view)
		}
		for _, n := range names {
			if _, ok := s.property(kind, n); !ok {
				t.Errorf("view %s: %s has no property %s", view, kind, n)
			}
		}
	}
}

// Every call that is answered is a path that Microsoft publishes, with a
// method and query options that it has.
func TestRoutesArePublished(t *testing.T) {
	t.Parallel()
	s := published(t)
	for _, r := range start(t, simulator.Options{}).Routes() {
		method, path, options := r[0], r[1], r[2]
		c, ok := s.call(path)
		if !ok {
			t.Errorf("%s: no such path", path)
			continue
		}
		if !slices.Contains(c.methods, method) {
			t.Errorf("%s: it has no %s", path, method)
		}
		for o := range strings.SplitSeq(options, ",") {
			o = strings.TrimPrefix(o, "$")
			if o != "" && !slices.Contains(protocolOptions, o) && !slices.Contains(c.options, o) {
				t.Errorf("%s: it has no query option $%s", path, o)
			}
		}
	}
}

// protocolOptions are of OData itself, or stand in links of answers alone.
var protocolOptions = []string{"skiptoken", "deltatoken", "format"}

// What is answered, down to the last value within a value, has the names and
// types that Microsoft publishes: by default, and with each property selected.
func TestAnswersArePublished(t *testing.T) {
	t.Parallel()
	s, tenant := published(t), start(t, simulator.Options{})
	selectable := map[string][]string{}
	for view, names := range tenant.Columns() {
		kind := viewTypes[view]
		selectable[kind] = append(selectable[kind], names...)
	}
	full := map[string]bool{}
	for _, r := range tenant.Routes() {
		method, path := r[0], r[1]
		if method != http.MethodGet || strings.HasPrefix(path, "me") {
			continue // a person's; it is the same as of users
		}
		c, _ := s.call(path)
		for _, p := range filled(t, path) {
			full[path] = s.answered(t, tenant, c.answer, ask{path: "/" + p}) || full[path]
			if strings.Contains(r[2], "$select") {
				for _, n := range selectable[c.answer] {
					s.answered(t, tenant, c.answer, ask{path: "/" + p + "?$select=" + n})
				}
			}
			if strings.Contains(r[2], "$expand") {
				s.answered(t, tenant, c.answer, ask{path: "/" + p + "?$expand=principal"})
			}
		}
	}
	for _, p := range []string{"users", "users/*", "users/*/licenseDetails", "subscribedSkus", "subscribedSkus/*", "organization", "groups", "groups/*",
		"groups/*/members", "directory/subscriptions", "roleManagement/directory/roleDefinitions", "roleManagement/directory/roleAssignments"} {
		if !full[p] {
			t.Errorf("%s: nothing to look at", p)
		}
	}
	s.answered(t, tenant, "user", assignTo(fay, give(f3), ""))
	s.answered(t, tenant, "directoryObject", ask{method: "POST", path: "/directoryObjects/getByIds", body: `{"ids":["` + dana + `","` + staff + `"]}`})
}

// filled are the paths of a route with names that the tenant has.
func filled(t *testing.T, path string) []string {
	t.Helper()
	before, after, found := strings.Cut(path, "*")
	if !found {
		return []string{path}
	}
	ids := map[string][]string{
		"users/": {dana, eli}, "groups/": {staff}, "subscribedSkus/": {tenantID + "_" + e3}, "organization/": {tenantID},
		"directory/subscriptions/": {"sub-SPE_E3"}, "directory/deletedItems/": {nobody}, "directoryObjects/": {dana, staff},
		"directoryRoles/": {globalAdmin}, "directoryRoleTemplates/": {globalAdmin}, "roleManagement/directory/roleDefinitions/": {globalAdmin},
		"roleManagement/directory/roleAssignments/": {"ra1"}, "roleManagement/directory/roleEligibilityScheduleInstances/": {"re1"},
		"roleManagement/directory/roleAssignmentScheduleInstances/": {"ra1"},
	}[before]
	if ids == nil {
		t.Errorf("%s: this test does not know whose", path)
	}
	var all []string
	for _, id := range ids {
		all = append(all, before+id+after)
	}
	return all
}

// answered holds one answer against the list, and reports whether there was
// something in it. What is refused has nothing.
func (s *schema) answered(t *testing.T, tenant *simulator.Tenant, kind string, a ask) bool {
	t.Helper()
	reader := app("User.Read.All", "Organization.Read.All", "Group.Read.All", "RoleManagement.Read.Directory", "LicenseAssignment.ReadWrite.All",
		"Directory.Read.All", "AuditLog.Read.All", "MailboxSettings.Read", "PrivilegedEligibilitySchedule.Read.AzureADGroup")
	a.actor = &reader
	counts := strings.HasSuffix(a.path, "/$count")
	if counts {
		a.header = map[string]string{"ConsistencyLevel": "eventual"}
	}
	got := send(t, tenant, a)
	if got.status >= 400 {
		return false
	}
	if counts {
		if _, err := strconv.Atoi(string(got.body)); err != nil {
			t.Errorf("%s: got %q, want a number", a.path, got.body)
		}
		return true
	}
	object := got.object(t)
	var value any = object
	if list, ok := object["value"]; ok {
		value = list
		if _, many := list.([]any); many {
			kind = "Collection(" + kind + ")"
		}
		delete(object, "value")
		for name := range object {
			if !strings.HasPrefix(name, "@odata.") {
				t.Errorf("%s: %s stands beside value", a.path, name)
			}
		}
	}
	for _, w := range s.check(a.path, kind, value) {
		t.Error(w)
	}
	list, many := value.([]any)
	return !many || len(list) > 0
}

// The names within the body of assignLicense are the published ones: each is
// asked for when it is missing.
func TestParametersArePublished(t *testing.T) {
	t.Parallel()
	c, _ := published(t).call("users/*/assignLicense")
	tenant := start(t, simulator.Options{})
	for name := range c.parameters {
		_, message := send(t, tenant, ask{method: "POST", path: "/users/" + fay + "/assignLicense", body: `{}`}).problem(t)
		if !strings.Contains(message, name) {
			t.Errorf("got %q, want %s asked for", message, name)
		}
	}
	if len(c.parameters) != 2 {
		t.Errorf("got parameters %v, want two", c.parameters)
	}
	send(t, tenant, assignTo(fay, give(f3), "")).object(t)
}
