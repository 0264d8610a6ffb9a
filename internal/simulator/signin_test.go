package simulator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// "Missing for users who never signed in: the property is absent, not an empty
// object", and all six of v1.0 for the others.
func TestSignIns(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	actor := reader()
	list := send(t, tenant, ask{path: "/users?$select=id,signInActivity", actor: &actor}).values(t)
	s := list[0]["signInActivity"].(map[string]any)
	if len(s) != 6 || s["lastSignInDateTime"] != "2026-10-01T00:00:00Z" || s["lastSignInRequestId"] == nil ||
		s["lastNonInteractiveSignInDateTime"] != nil || s["lastNonInteractiveSignInRequestId"] != nil || s["lastSuccessfulSignInDateTime"] == nil {
		t.Errorf("got %v", s)
	}
	if _, ok := list[2]["signInActivity"]; ok {
		t.Errorf("got %v, want no sign-ins of who never signed in", list[2])
	}
	for filter, want := range map[string][]string{
		"signInActivity/lastSignInDateTime le 2026-10-01T00:00:00Z":                                                     {adele},
		"signInActivity/lastSignInDateTime le 2026-09-30T00:00:00Z":                                                     {},
		"signInActivity/lastNonInteractiveSignInDateTime ge 2026-10-02":                                                 {ben},
		"signInActivity/lastSignInDateTime ge 2026-01-01 and signInActivity/lastSuccessfulSignInDateTime ge 2026-01-01": {adele},
	} {
		if got := send(t, tenant, ask{path: query("/users?$filter=" + filter), actor: &actor}).ids(t); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", filter, got, want)
		}
	}
	ne := query("/users?$filter=signInActivity/lastSignInDateTime ne 2026-10-01T00:00:00Z&$count=true")
	if got := send(t, tenant, ask{path: ne, actor: &actor, header: eventually()}).ids(t); len(got) != 5 || got[0] != ben {
		t.Errorf("ne: got %v, want all but one", got)
	}
}

func TestSignInsRefused(t *testing.T) {
	t.Parallel()
	base := fabrikam()
	unread := fabrikam()
	unread.Reads = append(unread.Reads, plan.Read{What: plan.ReadSignIns, Status: plan.ReadDenied})
	unlicensed := fabrikam()
	unlicensed.Products = slices.DeleteFunc(unlicensed.Products, func(p plan.Product) bool { return p.SKU == p1Product })
	unkept := fabrikam()
	for i := range unkept.Users {
		unkept.Users[i].SignIn = nil
	}
	const premium, permission = "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "Authentication_MSGraphPermissionMissing"
	with, without := reader(), app("User.Read.All")
	both := query("/users?$filter=signInActivity/lastSignInDateTime le 2026-01-01T00:00:00Z and accountEnabled eq true")
	for name, c := range map[string]struct {
		base   *plan.Snapshot
		o      simulator.Options
		actor  plan.Actor
		path   string
		status int
		code   string
		text   string
	}{
		"tenant w/o P1":       {base, simulator.Options{NoP1: true}, with, "/users?$select=signInActivity", 403, premium, "Neither tenant is B2C or tenant doesn't have premium license"},
		"no product with P1":  {unlicensed, simulator.Options{}, with, "/users?$select=signInActivity", 403, premium, ""},
		"snapshot without":    {unkept, simulator.Options{}, with, "/users?$select=signInActivity", 403, premium, ""},
		"snapshot not let in": {unread, simulator.Options{}, with, "/users?$select=signInActivity", 403, "Authorization_RequestDenied", ""},
		"no permission":       {base, simulator.Options{}, without, "/users?$select=id,signInActivity", 403, permission, "AuditLog.Read.All"},
		"no permission, one":  {base, simulator.Options{}, without, "/users/" + adele + "?$select=signInActivity", 403, permission, ""},
		"filter alone":        {base, simulator.Options{}, without, query("/users?$filter=signInActivity/lastSignInDateTime le 2026-01-01"), 403, permission, ""},
		"by name":             {base, simulator.Options{}, with, "/users/adele@contoso.com?$select=signInActivity", 400, "BadRequest", "Get By Key only supports UserId and the key has to be a valid Guid"},
		"with another":        {base, simulator.Options{}, with, both, 400, "Request_UnsupportedQuery", "together"},
		"with an id":          {base, simulator.Options{}, with, query("/users?$filter=signInActivity/lastSignInDateTime le 2026-01-01 and id eq '" + adele + "'"), 400, "Request_UnsupportedQuery", ""},
		"in":                  {base, simulator.Options{}, with, query("/users?$filter=signInActivity/lastSignInDateTime in (2026-01-01)"), 400, "Request_UnsupportedQuery", ""},
		"whole":               {base, simulator.Options{}, with, query("/users?$filter=signInActivity eq null"), 400, "Request_UnsupportedQuery", ""},
		"delta":               {base, simulator.Options{}, with, "/users/delta?$select=signInActivity", 400, "Request_UnsupportedQuery", ""},
		"limit of 120":        {base, simulator.Options{SignInPages: simulator.SignInLimit120}, with, "/users?$select=signInActivity&$top=121", 400, "BadRequest", "Cannot query data for more than 120 users at a time."},
	} {
		g := send(t, tenantOf(t, c.base, c.o), ask{path: c.path, actor: &c.actor})
		if code, message := g.problem(t); g.status != c.status || code != c.code || !strings.Contains(message, c.text) {
			t.Errorf("%s: got %d %s %q, want %d %s %q", name, g.status, code, message, c.status, c.code, c.text)
		}
	}
}

// "$select=signInActivity&$top=999: mode A caps at 500 silently, mode B is 400
// above 120"; and 999 as it once was.
func TestSignInPages(t *testing.T) {
	t.Parallel()
	base := crowd(1100)
	base.Products = append(base.Products, product(p1Product, "AAD_PREMIUM", 5, 0, entraP1, "AAD_PREMIUM"))
	base.Users[0].SignIn = &plan.SignIn{Interactive: noon}
	actor := reader()
	for _, c := range []struct {
		mode simulator.SignInPages
		path string
		want int
	}{
		{simulator.SignInCap500, "/users?$top=999&$select=id,signInActivity", 500},
		{simulator.SignInCap500, "/users?$top=999&$select=id", 999},
		{simulator.SignInCap500, "/users?$select=id,signInActivity", 100},
		{simulator.SignInLimit120, "/users?$top=120&$select=id,signInActivity", 120},
		{simulator.SignInLimit120, "/users?$top=999&$select=id", 999},
		{simulator.SignInLimit999, "/users?$top=999&$select=id,signInActivity", 999},
	} {
		tenant := tenantOf(t, base, simulator.Options{SignInPages: c.mode})
		g := send(t, tenant, ask{path: c.path, actor: &actor})
		if n := len(g.ids(t)); n != c.want || g.object(t)["@odata.nextLink"] == nil {
			t.Errorf("mode %d, %s: got %d, want %d and a link", c.mode, c.path, n, c.want)
		}
	}
}

// "userPurpose: user, linked, shared, room …, one at a time; MailboxSettings.Read."
func TestMailboxSettings(t *testing.T) {
	t.Parallel()
	tenant := tenantOf(t, fabrikam(), simulator.Options{})
	actor := reader("MailboxSettings.Read")
	for id, want := range map[string]string{ben: "user", dana: "user", carla: "shared"} {
		for path, get := range map[string]func(map[string]any) any{
			"/users/" + id + "/mailboxSettings":             func(m map[string]any) any { return m["userPurpose"] },
			"/users/" + id + "/mailboxSettings/userPurpose": func(m map[string]any) any { return m["value"] },
			"/users/" + id + "?$select=mailboxSettings":     func(m map[string]any) any { return m["mailboxSettings"].(map[string]any)["userPurpose"] },
		} {
			if got := get(send(t, tenant, ask{path: path, actor: &actor}).object(t)); got != want {
				t.Errorf("%s: got %v, want %s", path, got, want)
			}
		}
	}
	bare := reader()
	for name, c := range map[string]struct {
		actor  plan.Actor
		path   string
		status int
		code   string
	}{
		"no mailbox":          {actor, "/users/" + fay + "/mailboxSettings", 404, "MailboxNotEnabledForRESTAPI"},
		"no mailbox, select":  {actor, "/users/" + fay + "?$select=mailboxSettings", 404, "MailboxNotEnabledForRESTAPI"},
		"ghost of a product":  {actor, "/users/" + eli + "/mailboxSettings/userPurpose", 404, "MailboxNotEnabledForRESTAPI"},
		"nobody":              {actor, "/users/" + nobody + "/mailboxSettings", 404, "ErrorInvalidUser"},
		"no permission":       {bare, "/users/" + ben + "/mailboxSettings", 403, "Authorization_RequestDenied"},
		"no permission, user": {bare, "/users/" + ben + "?$select=id,mailboxSettings", 403, "Authorization_RequestDenied"},
		"listing":             {actor, "/users?$select=mailboxSettings", 501, "NotImplemented"},
	} {
		g := send(t, tenant, ask{path: c.path, actor: &c.actor})
		if code, _ := g.problem(t); g.status != c.status || code != c.code {
			t.Errorf("%s: got %d %s, want %d %s", name, g.status, code, c.status, c.code)
		}
	}
	base := fabrikam()
	base.Users[0].Sources = []plan.Source{source(e3, "", exchange2)} // the plan is switched off
	if g := send(t, tenantOf(t, base, simulator.Options{}), ask{path: "/users/" + adele + "/mailboxSettings", actor: &actor}); g.status != 404 {
		t.Errorf("got %d for a plan that is off, want 404", g.status)
	}
}

// Advanced queries run on an index that lags writes more than plain reads do.
func TestIndexLagsMore(t *testing.T) {
	t.Parallel()
	now := noon
	tenant := tenantOf(t, fabrikam(), simulator.Options{Now: func() time.Time { return now }, Lag: time.Minute, IndexLag: time.Hour})
	if g := send(t, tenant, assignTo(fay, give(f3), "")); g.status != 200 {
		t.Fatalf("got %d %s", g.status, g.body)
	}
	plain := query("/users?$select=id&$filter=assignedLicenses/any(s:s/skuId eq " + f3 + ")")
	for _, c := range []struct {
		after          time.Duration
		plain, indexed int
	}{{0, 0, 0}, {time.Minute, 1, 0}, {time.Hour, 1, 0}, {time.Hour + time.Minute, 1, 1}} {
		now = noon.Add(c.after)
		some := send(t, tenant, ask{path: plain}).ids(t)
		index := send(t, tenant, ask{path: plain + "&$count=true", header: eventually()}).object(t)
		if len(some) != c.plain || len(index["value"].([]any)) != c.indexed || index["@odata.count"] != float64(c.indexed) {
			t.Errorf("after %v: got %d and %v, want %d and %d", c.after, len(some), index["@odata.count"], c.plain, c.indexed)
		}
	}
}

func BenchmarkFilteredPage(b *testing.B) {
	const people, holders = 200_000, 5_000
	base := crowd(people)
	base.Products = append(base.Products, product(visio, "VISIOCLIENT", holders, holders, visioPlan, "VISIOONLINE"))
	for i := range holders {
		u := &base.Users[i*(people/holders)]
		u.Sources = append(u.Sources, source(visio, ""))
	}
	tenant := tenantOf(b, base, simulator.Options{})
	for name, filter := range map[string]string{
		"holders":  "assignedLicenses/any(s:s/skuId eq " + visio + ")",
		"everyone": "assignedLicenses/any(s:s/skuId eq " + e3 + ")",
		"nobody":   "department eq 'none'",
		"one":      "userPrincipalName eq 'user77@contoso.com'",
	} {
		path := query("/users?$top=999&$select=id,userPrincipalName,assignedLicenses,licenseAssignmentStates&$filter=" + filter)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				send(b, tenant, ask{path: path})
			}
		})
	}
	b.Run("chain", func(b *testing.B) {
		path := query("/users?$top=999&$select=id&$filter=assignedLicenses/any(s:s/skuId eq " + visio + ")")
		for b.Loop() {
			if ids, _ := walk(b, tenant, path); len(ids) != holders {
				b.Fatal(fmt.Sprint(len(ids)))
			}
		}
	})
}
