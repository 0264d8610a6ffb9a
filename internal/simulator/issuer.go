package simulator

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// graphResource is the application id of Microsoft Graph.
const graphResource = "00000003-0000-0000-c000-000000000000"

// login answers what belongs to the token endpoint, or returns nil.
func (t *Tenant) login(c *call, r *http.Request) *answer {
	tenant, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch rest {
	case "oauth2/v2.0/token":
		if c.method != http.MethodPost {
			return t.refuseToken(c, http.StatusBadRequest, "invalid_request", 900561, "The endpoint only accepts POST requests. Received a %s request.", c.method)
		}
		return t.issue(c, tenant)
	case "v2.0/.well-known/openid-configuration", ".well-known/openid-configuration":
		if tenant != "common" && tenant != "organizations" && !t.named(tenant) {
			return t.noTenant(c, tenant)
		}
		return t.openID(c, tenant, strings.HasPrefix(rest, "v2.0/"))
	case "discovery/instance":
		if tenant == "common" {
			return t.discovery(c)
		}
	}
	if strings.HasPrefix(rest, "oauth2/") {
		return t.refuseToken(c, http.StatusBadRequest, "invalid_request", 900023,
			"The simulated tenant issues tokens by client credentials alone, at /%s/oauth2/v2.0/token.", t.initialDomain())
	}
	return nil
}

// named reports whether a name is this tenant's: its id, or one of its domains.
func (t *Tenant) named(name string) bool {
	if id, err := plan.ParseGUID(name); err == nil {
		return id == string(t.base.Organization.ID)
	}
	return slices.ContainsFunc(t.base.Organization.VerifiedDomains, func(d string) bool { return strings.EqualFold(d, name) })
}

func (t *Tenant) noTenant(c *call, name string) *answer {
	return t.refuseToken(c, http.StatusBadRequest, "invalid_tenant", 90002,
		"Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.", name)
}

// refuseToken is an error of OAuth, as the token endpoint words it.
func (t *Tenant) refuseToken(c *call, status int, code string, number int, format string, args ...any) *answer {
	type body struct {
		Error         string `json:"error"`
		Description   string `json:"error_description"`
		Codes         []int  `json:"error_codes"`
		Timestamp     string `json:"timestamp"`
		TraceID       string `json:"trace_id"`
		CorrelationID string `json:"correlation_id"`
	}
	at := c.now.Format("2006-01-02 15:04:05Z")
	text := fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", number, fmt.Sprintf(format, args...), c.id, c.clientID, at)
	return asJSON(status, body{code, text, []int{number}, at, c.id, c.clientID})
}

func asJSON(status int, v any) *answer {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // what is answered with always encodes
	}
	return &answer{status: status, body: b, header: map[string]string{"Content-Type": "application/json; charset=utf-8"}}
}

// issue answers the token endpoint: client credentials alone, with any secret.
func (t *Tenant) issue(c *call, tenant string) *answer {
	if !t.named(tenant) {
		return t.noTenant(c, tenant)
	}
	kind, _, err := mime.ParseMediaType(c.header.Get("Content-Type"))
	form, bad := url.ParseQuery(string(c.body))
	if err != nil || kind != "application/x-www-form-urlencoded" || bad != nil {
		return t.refuseToken(c, http.StatusBadRequest, "invalid_request", 900144, "The request body must contain the following parameter: 'grant_type'.")
	}
	for _, name := range []string{"grant_type", "scope"} {
		if form.Get(name) == "" {
			return t.refuseToken(c, http.StatusBadRequest, "invalid_request", 900144, "The request body must contain the following parameter: '%s'.", name)
		}
	}
	if form.Get("grant_type") != "client_credentials" {
		return t.refuseToken(c, http.StatusBadRequest, "unsupported_grant_type", 70003, "The app requested an unsupported grant type '%s'.", form.Get("grant_type"))
	}
	id, a := t.client(c, form)
	if a != nil {
		return a
	}
	if a := t.scope(c, form.Get("scope")); a != nil {
		return a
	}
	return t.grant(id)
}

// client returns the application that asks, or why it is refused. Nothing of
// what it shows goes into a message.
func (t *Tenant) client(c *call, form url.Values) (string, *answer) {
	name, secret := form.Get("client_id"), form.Get("client_secret")
	if user, password, ok := (&http.Request{Header: c.header}).BasicAuth(); ok && name == "" {
		name, secret = user, password
	}
	if name == "" {
		return "", t.refuseToken(c, http.StatusBadRequest, "invalid_request", 900144, "The request body must contain the following parameter: 'client_id'.")
	}
	id, err := plan.ParseGUID(name)
	if err != nil {
		return "", t.refuseToken(c, http.StatusBadRequest, "unauthorized_client", 700016, "Application with identifier '%s' was not found in the directory '%s'.", name, t.base.Organization.DisplayName)
	}
	assertion, kind := form.Get("client_assertion"), form.Get("client_assertion_type")
	switch {
	case secret == "" && assertion == "":
		return "", t.refuseToken(c, http.StatusUnauthorized, "invalid_client", 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
	case secret == "" && (kind != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" || strings.Count(assertion, ".") != 2):
		return "", t.refuseToken(c, http.StatusUnauthorized, "invalid_client", 50027, "JWT token is invalid or malformed.")
	}
	return id, nil
}

// scope refuses all but one resource's defaults; what clients add for OpenID
// does not count.
func (t *Tenant) scope(c *call, asked string) *answer {
	var resource string
	for _, s := range strings.Fields(asked) {
		if slices.Contains([]string{"openid", "profile", "offline_access", "email"}, s) {
			continue
		}
		root, ok := strings.CutSuffix(s, "/.default")
		if !ok || resource != "" {
			return t.refuseToken(c, http.StatusBadRequest, "invalid_scope", 1002012, "The provided value for scope %s is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).", asked)
		}
		resource = strings.TrimSuffix(root, "/")
	}
	if resource != c.root && resource != "https://graph.microsoft.com" && resource != graphResource {
		return t.refuseToken(c, http.StatusBadRequest, "invalid_resource", 500011, "The resource principal named %s was not found in the tenant named %s.", resource, t.base.Organization.DisplayName)
	}
	return nil
}

// grant issues a token to an application. Its permissions are those of the
// snapshot's actor, unless the options say otherwise.
func (t *Tenant) grant(app string) *answer {
	actor := t.base.Actor
	if actor.Kind != plan.ActorApplication || actor.ID == "" {
		actor.ID, actor.Name = derivedGUID("servicePrincipal "+app), "application"
	}
	actor.Kind, actor.Roles, actor.RolesKnown = plan.ActorApplication, nil, false
	if t.o.Permissions != nil {
		actor.Permissions = t.o.Permissions
	}
	life := t.o.TokenLife
	if life == 0 {
		life = time.Hour
	}
	k := t.claims(actor, life)
	k.AppID = app
	type body struct {
		Type    string `json:"token_type"`
		Expires int    `json:"expires_in"`
		Ext     int    `json:"ext_expires_in"`
		Token   string `json:"access_token"`
	}
	seconds := int(life / time.Second)
	return asJSON(http.StatusOK, body{"Bearer", seconds, seconds, t.seal(k)})
}

// openID answers with where the endpoints are.
func (t *Tenant) openID(c *call, tenant string, v2 bool) *answer {
	base := c.root + "/" + tenant
	id := string(t.base.Organization.ID)
	issuer := c.root + "/" + id + "/"
	if v2 {
		issuer += "v2.0"
	}
	return asJSON(http.StatusOK, map[string]any{
		"issuer": issuer, "token_endpoint": base + "/oauth2/v2.0/token", "authorization_endpoint": base + "/oauth2/v2.0/authorize",
		"device_authorization_endpoint": base + "/oauth2/v2.0/devicecode", "jwks_uri": base + "/discovery/v2.0/keys",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		"response_types_supported":              []string{"code", "token"}, "response_modes_supported": []string{"query"},
		"subject_types_supported": []string{"pairwise"}, "id_token_signing_alg_values_supported": []string{"RS256"},
		"scopes_supported": []string{"openid", "profile", "email", "offline_access"}, "msgraph_host": host(c.root),
		"tenant_region_scope": "EU", "cloud_instance_name": host(c.root),
	})
}

// discovery answers a client that asks whether the authority is one.
func (t *Tenant) discovery(c *call) *answer {
	h := host(c.root)
	return asJSON(http.StatusOK, map[string]any{
		"tenant_discovery_endpoint": c.root + "/" + string(t.base.Organization.ID) + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata":                  []map[string]any{{"preferred_network": h, "preferred_cache": h, "aliases": []string{h}}},
	})
}

func host(root string) string {
	_, h, _ := strings.Cut(root, "://")
	return h
}
