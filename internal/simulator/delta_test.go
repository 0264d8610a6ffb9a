package simulator_test

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// round follows a delta query to its deltaLink and returns what it told, by id.
func round(t testing.TB, tenant *simulator.Tenant, path string, header map[string]string) (map[string]map[string]any, string) {
	t.Helper()
	all := map[string]map[string]any{}
	for range 1000 {
		g := send(t, tenant, ask{path: path, header: header})
		for _, v := range g.values(t) {
			all[v["id"].(string)] = v
		}
		m := g.object(t)
		if link, ok := m["@odata.deltaLink"].(string); ok {
			if m["@odata.nextLink"] != nil {
				t.Error("got both links")
			}
			return all, link
		}
		path = m["@odata.nextLink"].(string)
		if !strings.Contains(path, "/users/delta?$skiptoken=") {
			t.Fatalf("got link %s", path)
		}
	}
	t.Fatal("the round did not end")
	return nil, ""
}

func must(t testing.TB, tenant *simulator.Tenant, a ask) {
	t.Helper()
	if g := send(t, tenant, a); g.status != 200 {
		t.Fatalf("%s: got %d %s", a.path, g.status, g.body)
	}
}

// "$select sets the tracked properties and is stored in the token";
// "assignedLicenses is tracked", and what did not change is not told again.
func TestDelta(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	all, link := round(t, tenant, "/users/delta?$select=displayName,department,assignedLicenses,licenseAssignmentStates", nil)
	if len(all) != 6 || !strings.Contains(link, "/users/delta?$deltatoken=") || strings.Contains(link, "select") {
		t.Fatalf("got %d people and %s", len(all), link)
	}
	if _, ok := all[fay]["department"]; ok || all[adele]["department"] != "Sales" || len(all[adele]) != 5 {
		t.Errorf("got %v, want no property that was never set", all[fay])
	}
	if some, _ := round(t, tenant, link, nil); len(some) != 0 {
		t.Errorf("got %v, want nothing", some)
	}
	must(t, tenant, assignTo(fay, give(f3), ""))
	some, next := round(t, tenant, link, nil)
	if len(some) != 1 || some[fay]["displayName"] != "fay" || len(some[fay]["assignedLicenses"].([]any)) != 1 {
		t.Errorf("got %v, want all selected properties of the one who changed", some)
	}
	some, _ = round(t, tenant, link, map[string]string{"Prefer": "return=minimal"})
	if got := slices.Sorted(maps.Keys(some[fay])); !slices.Equal(got, []string{"assignedLicenses", "id"}) {
		t.Errorf("got %v, want what changed alone", got)
	}
	if some, _ = round(t, tenant, next, nil); len(some) != 0 {
		t.Errorf("got %v of a round that knew it all", some)
	}
	names, nameLink := round(t, tenant, "/users/delta?$select=displayName", nil)
	must(t, tenant, assignTo(fay, "", take(f3)))
	if some, _ = round(t, tenant, nameLink, nil); len(names) != 6 || len(some) != 0 {
		t.Errorf("got %v, want no change of what is not tracked", some)
	}
	if some, _ = round(t, tenant, next, nil); len(some) != 1 || len(some[fay]["assignedLicenses"].([]any)) != 0 {
		t.Errorf("got %v, want the removal", some)
	}
}

// "A change in licenseAssignmentStates alone produces nothing."
func TestDeltaIsBlindToStates(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	_, link := round(t, tenant, "/users/delta?$select=assignedLicenses,licenseAssignmentStates", nil)
	must(t, tenant, assignTo(adele, "", take(e3))) // it stays through the group
	// The group's copy has a plan off, so that the merged entry did change.
	if some, _ := round(t, tenant, link, nil); len(some) != 1 {
		t.Errorf("got %v, want the merged plans to be told", some)
	}
	must(t, tenant, assignTo(ben, give(e3), "")) // beside the group's copy, all plans on in both
	_, link = round(t, tenant, link, nil)
	must(t, tenant, assignTo(ben, "", take(e3)))
	if some, _ := round(t, tenant, link, nil); len(some) != 0 {
		t.Errorf("got %v, want nothing", some)
	}
}

// Pages of the first round and of a later one, short and empty ones too; a
// write in mid-round is told in the round or in the next.
func TestDeltaPages(t *testing.T) {
	t.Parallel()
	base := crowd(450)
	base.Products = append(base.Products, product(f3, "SPE_F1", 500, 0, yammer, "YAMMER_ENTERPRISE"))
	for _, short := range []bool{false, true} {
		tenant := tenantOf(t, base, simulator.Options{ShortPages: short, Seed: 3})
		first := send(t, tenant, ask{path: "/users/delta?$select=assignedLicenses"}).object(t)
		early, late := string(base.Users[0].ID), string(base.Users[449].ID)
		must(t, tenant, assignTo(early, give(f3), ""))
		must(t, tenant, assignTo(late, give(f3), ""))
		rest, link := round(t, tenant, first["@odata.nextLink"].(string), nil)
		if n := len(rest) + len(first["value"].([]any)); n != 450 {
			t.Errorf("got %d people, want 450", n)
		}
		some, link := round(t, tenant, link, nil)
		if len(some[early]["assignedLicenses"].([]any)) != 2 {
			t.Errorf("got %v, want the write of mid-round", some)
		}
		for i := range 250 {
			must(t, tenant, assignTo(string(base.Users[i+100].ID), give(f3), ""))
		}
		if some, _ := round(t, tenant, link, nil); len(some) != 250 {
			t.Errorf("got %d changes, want 250", len(some))
		}
	}
}

// What reads do not show yet is told again when they do.
func TestDeltaUnderLag(t *testing.T) {
	t.Parallel()
	now := noon
	tenant := tenantOf(t, fabrikam(), simulator.Options{Now: func() time.Time { return now }, Lag: time.Minute})
	_, link := round(t, tenant, "/users/delta?$select=assignedLicenses", nil)
	must(t, tenant, assignTo(fay, give(f3), ""))
	_, link = round(t, tenant, link, nil)
	now = now.Add(2 * time.Minute)
	some, _ := round(t, tenant, link, nil)
	if len(some) != 1 || len(some[fay]["assignedLicenses"].([]any)) != 1 {
		t.Errorf("got %v, want the write once it shows", some)
	}
}

func TestDeltaLatestAndFollowed(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	all, link := round(t, tenant, "/users/delta?$select=assignedLicenses&$deltatoken=latest", nil)
	filtered, followed := round(t, tenant, query("/users/delta?$select=assignedLicenses&$filter=id eq '"+fay+"' or id eq '"+strings.ToUpper(ben)+"'"), nil)
	if len(all) != 0 || len(filtered) != 2 || filtered[ben] == nil {
		t.Errorf("got %v and %v", all, filtered)
	}
	must(t, tenant, assignTo(fay, give(f3), ""))
	must(t, tenant, assignTo(dana, give(phone), ""))
	if all, _ = round(t, tenant, link, nil); len(all) != 2 {
		t.Errorf("got %v, want two since the latest", all)
	}
	if filtered, _ = round(t, tenant, followed, nil); len(filtered) != 1 || filtered[fay] == nil {
		t.Errorf("got %v, want the one who is followed", filtered)
	}
}

// "@removed: changed = soft-deleted, deleted = gone for good."
func TestDeltaRemoved(t *testing.T) {
	t.Parallel()
	now := noon
	tenant := tenantOf(t, fabrikam(), simulator.Options{Now: func() time.Time { return now }})
	all, link := round(t, tenant, "/users/delta", nil)
	if len(all) != 6 || all[adele]["givenName"] != nil || all[adele]["assignedLicenses"] != nil {
		t.Errorf("got %v, want the default properties", all)
	}
	now = noon.AddDate(0, 0, 3)
	some, _ := round(t, tenant, link, nil)
	reason := func(id string) any {
		m, _ := some[id]["@removed"].(map[string]any)
		return m["reason"]
	}
	if len(some) != 2 || reason(notYet) != "changed" || reason(purged) != "deleted" || len(some[purged]) != 2 {
		t.Errorf("got %v", some)
	}
}

// "Token life: 7 days. Expired: 400 syncStateNotFound, or 410 with a Location
// that has an empty $deltatoken."
func TestDeltaExpires(t *testing.T) {
	t.Parallel()
	for _, mode := range []bool{false, true} {
		now := noon
		tenant := tenantOf(t, fabrikam(), simulator.Options{Now: func() time.Time { return now }, DeltaGone: mode})
		_, link := round(t, tenant, query("/users/delta?$select=displayName,mail&$filter=id eq '"+fay+"'"), nil)
		now = noon.Add(7*24*time.Hour - time.Second)
		if g := send(t, tenant, ask{path: link}); g.status != 200 {
			t.Errorf("got %d within seven days", g.status)
		}
		now = noon.Add(7 * 24 * time.Hour)
		g := send(t, tenant, ask{path: link})
		code, message := g.problem(t)
		if !mode {
			if g.status != 400 || code != "syncStateNotFound" || !strings.HasPrefix(message, "The sync state generation is not found.") {
				t.Errorf("got %d %s %q", g.status, code, message)
			}
			continue
		}
		u, err := url.Parse(g.header.Get("Location"))
		if err != nil || g.status != 410 || !u.Query().Has("$deltatoken") || u.Query().Get("$deltatoken") != "" {
			t.Fatalf("got %d and %s (%v)", g.status, u, err)
		}
		if again, _ := round(t, tenant, u.String(), nil); len(again) != 1 || len(again[fay]) != 2 {
			t.Errorf("got %v, want the same query from the start", again)
		}
	}
}

func TestDeltaRefusals(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	other := tenantOf(t, fabrikam(), simulator.Options{})
	_, foreign := round(t, other, "/users/delta", nil)
	_, link := round(t, tenant, "/users/delta", nil)
	many := strings.TrimSuffix(strings.Repeat("id eq '"+fay+"' or ", 51), " or ")
	for path, code := range map[string]string{
		"/users/delta?$top=5":                                    "Request_UnsupportedQuery",
		"/users/delta?$orderby=displayName":                      "Request_UnsupportedQuery",
		"/users/delta?$search=\"displayName:a\"":                 "Request_UnsupportedQuery",
		"/users/delta?$count=true":                               "Request_UnsupportedQuery",
		"/users/delta?$expand=manager":                           "Request_UnsupportedQuery",
		"/users/delta?$filter=displayName eq 'fay'":              "Request_UnsupportedQuery",
		"/users/delta?$filter=id eq '" + fay + "' and id eq 'x'": "Request_UnsupportedQuery",
		"/users/delta?$filter=" + many:                           "Request_UnsupportedQuery",
		"/users/delta?$select=shoeSize":                          "BadRequest",
		"/users/delta?$deltatoken=abc":                           "syncStateNotFound",
		"/users/delta?$skiptoken=":                               "syncStateNotFound",
	} {
		g := send(t, tenant, ask{path: query(path)})
		if got, _ := g.problem(t); g.status != 400 || got != code {
			t.Errorf("%.60s: got %d %s, want 400 %s", path, g.status, got, code)
		}
	}
	for path, code := range map[string]string{foreign: "syncStateNotFound", link + "A": "syncStateNotFound", link + "&$select=id": "BadRequest"} {
		g := send(t, tenant, ask{path: path})
		if got, _ := g.problem(t); g.status != 400 || got != code {
			t.Errorf("%.60s: got %d %s, want 400 %s", path, g.status, got, code)
		}
	}
	nobody := app("LicenseAssignment.Read.All")
	if g := send(t, tenant, ask{path: link, actor: &nobody}); g.status != 403 {
		t.Errorf("got %d without the permission", g.status)
	}
	if g := send(t, tenant, ask{path: "/users/microsoft.graph.delta()?$select=id", actor: &plan.Actor{Kind: plan.ActorApplication, Permissions: []string{"User.Read.All"}}}); g.status != 200 {
		t.Errorf("got %d for the function's full name", g.status)
	}
}
