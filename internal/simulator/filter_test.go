package simulator_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// A saying is a $filter with what it says, worked out by other means.
type saying struct {
	text string
	of   func(u plan.User) bool
}

func shown(u plan.User) []plan.SKU {
	skus := slices.Clone(u.Unsourced)
	for _, s := range u.Sources {
		if s.State != plan.ErrorState {
			skus = append(skus, s.SKU)
		}
	}
	slices.Sort(skus)
	return slices.Compact(skus)
}

// words are attributes: alike but for case, one within another, with quotes.
func words() []string {
	return []string{"", "Sales", "SALES", "sal", "Sales & Co", "O'Hara", "Æther", "æther", "Design", "null", "true"}
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func drawUser(t *rapid.T, i int) plan.User {
	u := plan.User{
		ID: plan.UserID(fmt.Sprintf("11111111-0000-4000-8000-%012x", i)), UserPrincipalName: fmt.Sprintf("u%d@contoso.com", i), UserType: "Member",
		Department: rapid.SampledFrom(words()).Draw(t, "department"), City: rapid.SampledFrom(words()).Draw(t, "city"),
		AccountEnabled: rapid.SampledFrom([]plan.Truth{plan.Unknown, plan.No, plan.Yes}).Draw(t, "enabled"),
		CreatedAt:      rapid.SampledFrom([]time.Time{{}, noon, noon.AddDate(0, 0, 1)}).Draw(t, "created"),
	}
	for _, sku := range []string{e3, visio} {
		switch rapid.IntRange(0, 4).Draw(t, "source") {
		case 0:
			u.Sources = append(u.Sources, source(sku, ""))
		case 1:
			u.Sources = append(u.Sources, source(sku, staff))
		case 2:
			s := source(sku, staff)
			s.State = plan.ErrorState
			u.Sources = append(u.Sources, s)
		case 3:
			u.Unsourced = append(u.Unsourced, plan.SKU(sku))
		}
	}
	return u
}

func drawClaim(t *rapid.T, depth int) saying {
	kind := rapid.IntRange(0, 12).Draw(t, "kind")
	if depth == 0 {
		kind %= 9
	}
	word := rapid.SampledFrom(words()[1:]).Draw(t, "word")
	attribute := func(u plan.User) string { return u.Department }
	name := "department"
	if rapid.Bool().Draw(t, "city") {
		name, attribute = "city", func(u plan.User) string { return u.City }
	}
	lower := strings.ToLower
	switch kind {
	case 0:
		return saying{name + " eq " + quoted(word), func(u plan.User) bool { return lower(attribute(u)) == lower(word) }}
	case 1:
		return saying{name + " ne " + quoted(word), func(u plan.User) bool { return lower(attribute(u)) != lower(word) }}
	case 2:
		return saying{"startswith(" + name + "," + quoted(word) + ")", func(u plan.User) bool { return strings.HasPrefix(lower(attribute(u)), lower(word)) }}
	case 3:
		other := rapid.SampledFrom(words()[1:]).Draw(t, "other")
		return saying{name + " in (" + quoted(word) + ", " + quoted(other) + ")", func(u plan.User) bool {
			return lower(attribute(u)) == lower(word) || lower(attribute(u)) == lower(other)
		}}
	case 4:
		return saying{name + " eq null", func(u plan.User) bool { return attribute(u) == "" }}
	case 5:
		want := rapid.Bool().Draw(t, "want")
		return saying{"accountEnabled eq " + strconv.FormatBool(want), func(u plan.User) bool { return u.AccountEnabled == plan.TruthOf(want) }}
	case 6:
		n := rapid.IntRange(0, 2).Draw(t, "n")
		return saying{"assignedLicenses/$count eq " + strconv.Itoa(n), func(u plan.User) bool { return len(shown(u)) == n }}
	case 7:
		sku := rapid.SampledFrom([]string{e3, visio, f3}).Draw(t, "sku")
		return saying{"assignedLicenses/any(s:s/skuId eq " + sku + ")", func(u plan.User) bool { return slices.Contains(shown(u), plan.SKU(sku)) }}
	case 8:
		return saying{"createdDateTime le 2026-11-20T12:00:00.0000003Z", func(u plan.User) bool { return !u.CreatedAt.IsZero() && !u.CreatedAt.After(noon) }}
	case 9:
		a := drawClaim(t, depth-1)
		return saying{"not (" + a.text + ")", func(u plan.User) bool { return !a.of(u) }}
	}
	a, b := drawClaim(t, depth-1), drawClaim(t, depth-1)
	if kind == 10 {
		return saying{"(" + a.text + ") and (" + b.text + ")", func(u plan.User) bool { return a.of(u) && b.of(u) }}
	}
	return saying{"(" + a.text + " or " + b.text + ")", func(u plan.User) bool { return a.of(u) || b.of(u) }}
}

// A filtered chain of pages finds whom the filter speaks of, each once and in
// order, and counts them.
func TestFiltersAsNaively(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := crowd(0)
		n := rapid.IntRange(0, 12).Draw(r, "people")
		for i := range n {
			s.Users = append(s.Users, drawUser(r, i))
		}
		c := drawClaim(r, 2)
		want := []string{}
		for _, u := range s.Users {
			if c.of(u) {
				want = append(want, string(u.ID))
			}
		}
		tenant, err := simulator.New(s, simulator.Options{Now: clock})
		if err != nil {
			r.Fatal(err)
		}
		got := []string{}
		path := query("/users?$select=id&$count=true&$top="+strconv.Itoa(rapid.IntRange(1, 4).Draw(r, "top"))+"&$filter=") + url.QueryEscape(c.text)
		for first := true; path != ""; first = false {
			g := send(t, tenant, ask{path: path, header: eventually()})
			if g.status != http.StatusOK {
				r.Fatalf("%s: got %d %s", c.text, g.status, g.body)
			}
			m := g.object(t)
			if first && m["@odata.count"] != float64(len(want)) {
				r.Fatalf("%s: got count %v, want %d", c.text, m["@odata.count"], len(want))
			}
			got = append(got, g.ids(t)...)
			path, _ = m["@odata.nextLink"].(string)
		}
		if !slices.Equal(got, want) {
			r.Fatalf("%s: got %v, want %v", c.text, got, want)
		}
	})
}

// Whatever is sent as a query, the answer is 200 or a 400 with Graph's error
// body, and nothing panics.
func FuzzFilter(f *testing.F) {
	for _, s := range []string{
		"department eq 'x'", "not(assignedLicenses/any(s:s/skuId eq " + e3 + "))", "assignedLicenses/$count ne 0", "startswith(a,'b') or (c in ('d','e'))",
		"createdDateTime ge 2024-01-01T00:00:00+01:00", "signInActivity/lastSignInDateTime le 2024-01-01", "''''", "id eq null and", "x/any()", "((((", "a:b:c",
		"department in ('a',", "proxyAddresses/any(p:startswith(p,'smtp:') or p eq 'x')", "\"displayName:a b\" OR \"mail:c\"", "displayName desc",
	} {
		f.Add(s)
	}
	tenant := tenantOf(f, fabrikam(), simulator.Options{})
	actor := reader("PrivilegedEligibilitySchedule.Read.AzureADGroup")
	paths := []string{"/users", "/groups", "/directoryRoles", "/roleManagement/directory/roleAssignments", "/users/delta",
		"/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances", "/groups/" + staff + "/members", "/directory/deletedItems/microsoft.graph.user"}
	f.Fuzz(func(t *testing.T, s string) {
		for i, path := range paths {
			option := "$filter"
			if i < 2 {
				for _, other := range []string{"$search", "$orderby"} {
					judge(t, send(t, tenant, ask{path: query(path+"?$count=true&"+other+"=") + url.QueryEscape(s), actor: &actor, header: eventually()}))
				}
				option = "$count=true&$filter"
			}
			judge(t, send(t, tenant, ask{path: query(path+"?"+option+"=") + url.QueryEscape(s), actor: &actor, header: eventually()}))
		}
	})
}

func judge(t *testing.T, g got) {
	t.Helper()
	switch g.status {
	case http.StatusOK:
		g.object(t)
	case http.StatusBadRequest:
		g.problem(t)
	default:
		t.Errorf("got %d %s", g.status, g.body)
	}
}
