package simulator_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

const client = "44444444-0000-4000-8000-000000000001"

// login sends a form to the token endpoint and returns status and answer.
func login(t *testing.T, tenant http.RoundTripper, name string, form url.Values) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequest("POST", "https://graph.example/"+name+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := tenant.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.NewDecoder(res.Body).Decode(&m); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, m
}

func credentials(change ...string) url.Values {
	v := url.Values{"grant_type": {"client_credentials"}, "client_id": {client}, "client_secret": {"s3cret-of-mine"}, "scope": {"https://graph.microsoft.com/.default"}}
	for i := 0; i < len(change); i += 2 {
		if v.Del(change[i]); change[i+1] != "" {
			v.Set(change[i], change[i+1])
		}
	}
	return v
}

func TestIssuer(t *testing.T) {
	t.Parallel()
	base := contoso()
	base.Actor = app("User.Read.All")
	c := simulator.NewClock(clock)
	tenant, err := simulator.New(base, simulator.Options{Clock: c, Issuer: true, TokenLife: 90 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	const jwt = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	for name, c := range map[string]struct {
		tenant string
		form   url.Values
		status int
		want   string // in the error
	}{
		"by id":             {tenantID, credentials(), 200, ""},
		"by domain":         {"CONTOSO.onmicrosoft.com", credentials(), 200, ""},
		"by custom domain":  {"contoso.com", credentials(), 200, ""},
		"own root":          {tenantID, credentials("scope", "https://graph.example/.default"), 200, ""},
		"with OpenID":       {tenantID, credentials("scope", "https://graph.microsoft.com/.default openid offline_access profile"), 200, ""},
		"by application":    {tenantID, credentials("scope", "00000003-0000-0000-c000-000000000000/.default"), 200, ""},
		"assertion":         {tenantID, credentials("client_secret", "", "client_assertion", "a.b.c", "client_assertion_type", jwt), 200, ""},
		"wrong tenant":      {"fabrikam.com", credentials(), 400, "AADSTS90002"},
		"common":            {"common", credentials(), 400, "AADSTS90002"},
		"no grant":          {tenantID, credentials("grant_type", ""), 400, "AADSTS900144: The request body must contain the following parameter: 'grant_type'."},
		"other grant":       {tenantID, credentials("grant_type", "password"), 400, "AADSTS70003"},
		"no scope":          {tenantID, credentials("scope", ""), 400, "AADSTS900144"},
		"delegated scope":   {tenantID, credentials("scope", "https://graph.microsoft.com/User.Read"), 400, "AADSTS1002012"},
		"other resource":    {tenantID, credentials("scope", "https://vault.azure.net/.default"), 400, "AADSTS500011"},
		"two resources":     {tenantID, credentials("scope", "https://graph.microsoft.com/.default https://graph.example/.default"), 400, "AADSTS1002012"},
		"no client":         {tenantID, credentials("client_id", ""), 400, "AADSTS900144"},
		"client of no GUID": {tenantID, credentials("client_id", "me"), 400, "AADSTS700016"},
		"no secret":         {tenantID, credentials("client_secret", ""), 401, "AADSTS7000218"},
		"assertion alone":   {tenantID, credentials("client_secret", "", "client_assertion", "a.b.c"), 401, "AADSTS50027"},
	} {
		status, m := login(t, tenant, c.tenant, c.form)
		text, _ := m["error_description"].(string)
		if status != c.status || !strings.HasPrefix(text, c.want) || strings.Contains(text, "s3cret") {
			t.Errorf("%s: got %d %v", name, status, m)
		}
		if c.status != 200 {
			if m["error"] == "" || m["error_codes"] == nil || m["trace_id"] == nil || m["correlation_id"] == nil || m["timestamp"] == nil {
				t.Errorf("%s: got %v", name, m)
			}
			continue
		}
		token, _ := m["access_token"].(string)
		if m["token_type"] != "Bearer" || m["expires_in"] != 90.0 || m["ext_expires_in"] != 90.0 || claim(t, token, "appid") != client || claim(t, token, "tid") != tenantID {
			t.Errorf("%s: got %v", name, m)
		}
		bearer := map[string]string{"Authorization": "Bearer " + token}
		if g := send(t, tenant, ask{path: "/users", header: bearer}); g.status != 200 {
			t.Errorf("%s: got %d with the token", name, g.status)
		}
		if g := send(t, tenant, ask{path: "/groups", header: bearer}); g.status != 403 {
			t.Errorf("%s: got %d beyond the actor's permissions", name, g.status)
		}
	}
	for _, path := range []string{"/oauth2/token", "/oauth2/v2.0/devicecode", "/oauth2/v2.0/authorize"} { // not Graph's 401, which tells such a client nothing
		g := send(t, tenant, ask{method: "POST", path: "https://graph.example/" + tenantID + path, header: map[string]string{"Authorization": ""}})
		if g.status != 400 || !strings.Contains(string(g.body), `"error":"invalid_request"`) || !strings.Contains(string(g.body), "client credentials alone") {
			t.Errorf("%s: got %d %s", path, g.status, g.body)
		}
	}
	_, m := login(t, tenant, tenantID, credentials())
	bearer := map[string]string{"Authorization": "Bearer " + m["access_token"].(string)}
	c.Advance(90 * time.Second)
	if g := send(t, tenant, ask{path: "/users", header: bearer}); g.status != 401 || !strings.Contains(string(g.body), "expired") {
		t.Errorf("got %d %s after its life", g.status, g.body)
	}
}

func TestIssuerOptions(t *testing.T) {
	t.Parallel()
	if status, _ := login(t, start(t, simulator.Options{}), tenantID, credentials()); status != 401 {
		t.Errorf("got %d of a tenant that issues no tokens", status)
	}
	tenant := start(t, simulator.Options{Issuer: true, Permissions: []string{"Group.Read.All"}})
	_, m := login(t, tenant, tenantID, credentials())
	bearer := map[string]string{"Authorization": "Bearer " + m["access_token"].(string)}
	for path, want := range map[string]int{"/groups": 200, "/users": 403} {
		if g := send(t, tenant, ask{path: path, header: bearer}); g.status != want {
			t.Errorf("%s: got %d, want %d", path, g.status, want)
		}
	}
	if m["expires_in"] != 3600.0 {
		t.Errorf("got %v", m)
	}
	other := start(t, simulator.Options{})
	if g := send(t, other, ask{path: "/groups", header: bearer}); g.status != 401 {
		t.Errorf("got %d of another tenant", g.status)
	}
	basic, err := http.NewRequest("POST", "https://graph.example/contoso.com/oauth2/v2.0/token", strings.NewReader("grant_type=client_credentials&scope=https://graph.example/.default"))
	if err != nil {
		t.Fatal(err)
	}
	basic.SetBasicAuth(client, "x")
	basic.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if res, err := tenant.RoundTrip(basic); err != nil || res.StatusCode != 200 {
		t.Errorf("got %v, %v with the secret in a header", res, err)
	}
}

// What clients look up before they ask, with the caller's own host in it.
func TestDiscovery(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(start(t, simulator.Options{Issuer: true}))
	defer server.Close()
	for path, want := range map[string]string{
		"/" + tenantID + "/v2.0/.well-known/openid-configuration": `"token_endpoint":"` + server.URL + "/" + tenantID + `/oauth2/v2.0/token"`,
		"/contoso.com/.well-known/openid-configuration":           `"issuer":"` + server.URL + "/" + tenantID + `/"`,
		"/contoso.com/v2.0/.well-known/openid-configuration":      `"issuer":"` + server.URL + "/" + tenantID + `/v2.0"`,
		"/common/discovery/instance?api-version=1.1":              `"tenant_discovery_endpoint":"` + server.URL,
		"/fabrikam.com/v2.0/.well-known/openid-configuration":     "AADSTS90002",
	} {
		res, err := server.Client().Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		_, _ = b.ReadFrom(res.Body)
		_ = res.Body.Close()
		if !strings.Contains(b.String(), want) || !json.Valid(b.Bytes()) {
			t.Errorf("%s: got %d %s", path, res.StatusCode, b.String())
		}
	}
}

func TestControl(t *testing.T) {
	t.Parallel()
	c := simulator.NewClock(clock)
	tenant := start(t, simulator.Options{Clock: c, Control: true, ControlKey: "k3y"})
	key := map[string]string{"Authorization": "Bearer k3y"}
	do := func(method, path, body string) got {
		t.Helper()
		return send(t, tenant, ask{method: method, path: "https://graph.example/simulator/" + path, body: body, header: key})
	}
	for name, header := range map[string]string{"none": "", "wrong": "Bearer k3z", "token": "Bearer " + tenant.Token(all(), time.Hour)} {
		if g := send(t, tenant, ask{path: "https://graph.example/simulator/state", header: map[string]string{"Authorization": header}}); g.status != 401 {
			t.Errorf("%s: got %d", name, g.status)
		}
	}
	send(t, tenant, assignTo(fay, give(f3), ""))
	s, err := plan.DecodeSnapshot(do("GET", "state", "").body)
	if err != nil || len(holder(s, fay).Sources) != 1 {
		t.Errorf("got %v, %v", s, err)
	}
	if g := do("GET", "usage", ""); !strings.Contains(string(g.body), `"writes":1`) {
		t.Errorf("got %s", g.body)
	}
	if g := do("POST", "clock", `{"advance":"90s"}`); !strings.Contains(string(g.body), "2026-11-20T12:01:30") || !c.Now().Equal(noon.Add(90*time.Second)) {
		t.Errorf("got %s", g.body)
	}
	if g := do("POST", "clock", `{"set":"2027-01-01T00:00:00Z"}`); g.status != 200 || c.Now().Year() != 2027 {
		t.Errorf("got %d %s", g.status, g.body)
	}
	if g := do("POST", "faults", `[{"status":503,"path":"/users","count":1}]`); g.status != 200 || !strings.Contains(string(g.body), `"count":1`) {
		t.Errorf("got %d %s", g.status, g.body)
	}
	if g := send(t, tenant, ask{path: "/users"}); g.status != 503 {
		t.Errorf("got %d, want the fault", g.status)
	}
	do("POST", "faults", `[{"drop":true,"path":"/users"}]`)
	do("DELETE", "faults", "")
	if g := send(t, tenant, ask{path: "/users"}); g.status != 200 {
		t.Errorf("got %d without faults", g.status)
	}
	var minted struct{ Token string }
	if err := json.Unmarshal(do("POST", "tokens", `{"kind":"person","id":"`+dana+`","permissions":["User.Read.All"],"roles":["`+licenceAdmin+`"],"life":"10s"}`).body, &minted); err != nil {
		t.Fatal(err)
	}
	bearer := map[string]string{"Authorization": "Bearer " + minted.Token}
	if g := send(t, tenant, ask{path: "/me", header: bearer}); g.object(t)["id"] != dana || claim(t, minted.Token, "scp") != "User.Read.All" {
		t.Errorf("got %s", g.body)
	}
	c.Advance(10 * time.Second)
	if g := send(t, tenant, ask{path: "/me", header: bearer}); g.status != 401 {
		t.Errorf("got %d after its life", g.status)
	}
	for name, bad := range map[string][3]string{
		"unknown":          {"GET", "planets", ""},
		"other method":     {"PUT", "faults", "[]"},
		"faults, no list":  {"POST", "faults", `{"status":503}`},
		"faults, nothing":  {"POST", "faults", `[{"path":"/users"}]`},
		"faults, field":    {"POST", "faults", `[{"status":503,"sometimes":true}]`},
		"faults, more":     {"POST", "faults", `[] []`},
		"clock, both":      {"POST", "clock", `{"advance":"1s","set":"2027-01-01T00:00:00Z"}`},
		"clock, neither":   {"POST", "clock", `{}`},
		"clock, no time":   {"POST", "clock", `{"advance":"soon"}`},
		"tokens, kind":     {"POST", "tokens", `{"kind":"robot","id":"` + dana + `"}`},
		"tokens, id":       {"POST", "tokens", `{"kind":"person","id":"dana"}`},
		"tokens, life":     {"POST", "tokens", `{"kind":"person","id":"` + dana + `","life":"long"}`},
		"tokens, no JSON":  {"POST", "tokens", `{`},
		"tokens, no field": {"POST", "tokens", `{"kind":"person","id":"` + dana + `","secret":"x"}`},
	} {
		if g := do(bad[0], bad[1], bad[2]); g.status < 400 || g.status > 405 {
			t.Errorf("%s: got %d %s", name, g.status, g.body)
		}
	}
}

func TestControlIsOff(t *testing.T) {
	t.Parallel()
	if g := send(t, start(t, simulator.Options{}), ask{path: "https://graph.example/simulator/state"}); g.status != 400 {
		t.Errorf("got %d %s", g.status, g.body)
	}
	open := start(t, simulator.Options{Control: true})
	if g := send(t, open, ask{method: "POST", path: "https://graph.example/simulator/clock", body: `{"advance":"1s"}`}); g.status != 400 || !strings.Contains(string(g.body), "cannot be set") {
		t.Errorf("got %d %s", g.status, g.body)
	}
	if g := send(t, open, ask{path: "https://graph.example/simulator/usage", header: map[string]string{"Authorization": ""}}); g.status != 200 {
		t.Errorf("got %d %s where no key is set", g.status, g.body)
	}
}
