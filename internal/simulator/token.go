package simulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// claims are what a token says of who carries it.
type claims struct {
	Aud     string    `json:"aud"`
	Iss     string    `json:"iss"`
	Iat     int64     `json:"iat"`
	Nbf     int64     `json:"nbf"`
	Exp     int64     `json:"exp"`
	AppName string    `json:"app_displayname,omitempty"`
	AppID   string    `json:"appid"`
	Idtyp   string    `json:"idtyp,omitempty"`
	Name    string    `json:"name,omitempty"`
	Oid     string    `json:"oid"`
	Roles   []string  `json:"roles,omitempty"` // of an application
	Scp     string    `json:"scp,omitempty"`   // of a person
	Tid     string    `json:"tid"`
	Upn     string    `json:"upn,omitempty"`
	Ver     string    `json:"ver"`
	Wids    *[]string `json:"wids,omitempty"`
	Epoch   int64     `json:"epoch,omitempty"` // see [Tenant.Expire]
}

// application reports whether nobody is signed in.
func (k claims) application() bool { return k.Idtyp == "app" }

func (k claims) permissions() []string {
	if k.application() {
		return k.Roles
	}
	return strings.Fields(k.Scp)
}

// Token issues an access token for actor: shaped as a JWT, with the claims of
// Microsoft Entra ID. Only this tenant accepts it, until life has passed by the
// tenant's clock; with a negative life it has expired already. An actor who is
// neither person nor application gets a token that is permitted nothing.
func (t *Tenant) Token(actor plan.Actor, life time.Duration) string {
	return t.seal(t.claims(actor, life))
}

// claims are what a token for actor says.
func (t *Tenant) claims(actor plan.Actor, life time.Duration) claims {
	now, tid := t.o.Now(), string(t.base.Organization.ID)
	k := claims{
		Aud: "https://graph.microsoft.com", Iss: "https://sts.windows.net/" + tid + "/", Tid: tid, Ver: "1.0",
		Epoch: t.epoch.Load(),
		Iat:   min(now.Unix(), now.Add(life).Unix()), Exp: now.Add(life).Unix(), Oid: actor.ID,
	}
	k.Nbf = k.Iat
	switch actor.Kind {
	case plan.ActorApplication:
		k.Idtyp, k.AppID, k.AppName = "app", derivedGUID(actor.ID), actor.Name
		k.Roles = slices.Clone(actor.Permissions)
	case plan.ActorPerson:
		k.Idtyp, k.AppID, k.AppName = "user", derivedGUID("reseat"), "reseat"
		k.Scp, k.Name, k.Upn = strings.Join(actor.Permissions, " "), actor.Name, actor.Name
		t.mu.RLock()
		if a := t.account(actor.ID); a != nil {
			k.Name, k.Upn = a.user.DisplayName, a.user.UserPrincipalName
		}
		t.mu.RUnlock()
	}
	if actor.RolesKnown || len(actor.Roles) > 0 {
		wids := full(actor.Roles)
		k.Wids = &wids
	}
	return k
}

// seal signs claims.
func (t *Tenant) seal(k claims) string {
	body, err := json.Marshal(k)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	enc := base64.RawURLEncoding
	signed := enc.EncodeToString([]byte(`{"typ":"JWT","alg":"HS256"}`)) + "." + enc.EncodeToString(body)
	return signed + "." + enc.EncodeToString(t.sign("token", signed))
}

func (t *Tenant) sign(parts ...string) []byte {
	h := hmac.New(sha256.New, t.secret)
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return h.Sum(nil)
}

// derivedGUID makes the same GUID of the same text.
func derivedGUID(s string) string {
	h := sha256.Sum256([]byte(s))
	return guid([16]byte(h[:16]))
}

// authenticate returns the claims of the bearer, or why it is refused. The
// token itself goes into no message.
func (t *Tenant) authenticate(header string, now time.Time) (claims, error) {
	var k claims
	scheme, token, _ := strings.Cut(header, " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		return k, unauthorized("Access token is empty.")
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return k, unauthorized("CompactToken parsing failed with error code: 80049217")
	}
	sum, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !hmac.Equal(sum, t.sign("token", parts[0]+"."+parts[1])) {
		return k, unauthorized("Access token validation failure. Invalid signature.")
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(body, &k) != nil {
		return k, unauthorized("CompactToken parsing failed with error code: 80049217")
	}
	return k, t.inForce(k, now)
}

// inForce refuses a token that has expired.
func (t *Tenant) inForce(k claims, now time.Time) error {
	if now.Unix() >= k.Exp || k.Epoch < t.epoch.Load() {
		return unauthorized("Lifetime validation failed, the token is expired.")
	}
	return nil
}

// Expire makes all tokens that were issued so far expire, whatever they say of
// themselves: clients learn of it by a 401.
func (t *Tenant) Expire() { t.epoch.Add(1) }
