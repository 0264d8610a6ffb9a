package graph

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/reseat-cli/reseat/plan"
)

// maxClaims is the longest payload of a token that is looked into.
const maxClaims = 256 << 10

// Actor returns who the token says we are, and of which tenant. Tokens are
// officially opaque: one that cannot be read gives an actor of unknown kind
// and an empty tenant, not an error. An error means that there is no token.
func (c *Client) Actor(ctx context.Context) (plan.Actor, plan.TenantID, error) {
	token, _, err := c.tokens.get(ctx)
	if err != nil {
		return plan.Actor{}, "", c.hushed("read who we are", err)
	}
	actor, tenant := actorOf(token)
	return actor, tenant, nil
}

// ours refuses an answer that says it is about another tenant than that of the
// token, with a [*WrongTenantError]. A token that cannot be read, or an answer
// that does not say, is no reason to.
func (c *Client) ours(ctx context.Context, op, tenant string) error {
	_, own, err := c.Actor(ctx)
	if err != nil {
		return err
	}
	if got, err := plan.ParseGUID(tenant); err == nil && own != "" && plan.TenantID(got) != own {
		return fmt.Errorf("%s: the answer is not about the token's tenant: %w", op, &WrongTenantError{Want: string(own), Got: got})
	}
	return nil
}

// actorOf reads the claims of a token.
func actorOf(token string) (plan.Actor, plan.TenantID) {
	a := plan.Actor{Kind: plan.ActorUnknown, Roles: []string{}, Permissions: []string{}}
	claims, ok := claimsOf(token)
	if !ok {
		return a, ""
	}
	a.ID = claimedID(claims["oid"])
	a.Kind = kindOf(claims)
	if ids, ok := claimedList(claims["wids"]); ok {
		a.RolesKnown = true
		for _, id := range ids {
			if g, err := plan.ParseGUID(id); err == nil {
				a.Roles = append(a.Roles, g)
			}
		}
	}
	switch a.Kind {
	case plan.ActorApplication:
		a.Permissions, a.PermissionsKnown = claimedList(claims["roles"])
		a.Name = clean([]byte(cmp.Or(str(claims["app_displayname"]), str(claims["appid"]), str(claims["azp"]))))
	case plan.ActorPerson:
		a.PermissionsKnown = claims["scp"].Kind() == '"'
		a.Permissions = strings.Fields(str(claims["scp"]))
		a.Name = clean([]byte(cmp.Or(str(claims["upn"]), str(claims["unique_name"]), str(claims["preferred_username"]), str(claims["name"]))))
	}
	a.Roles, a.Permissions = sorted(a.Roles), sorted(a.Permissions)
	return a, plan.TenantID(claimedID(claims["tid"]))
}

// kindOf tells a person from an application: by idtyp, which is optional, or
// else by which of scp and roles is there.
func kindOf(claims map[string]jsontext.Value) plan.ActorKind {
	_, hasRoles := claimedList(claims["roles"])
	hasScope := claims["scp"].Kind() == '"'
	switch strings.ToLower(str(claims["idtyp"])) {
	case "app":
		return plan.ActorApplication
	case "user":
		return plan.ActorPerson
	case "":
		if hasScope {
			return plan.ActorPerson
		}
		if hasRoles {
			return plan.ActorApplication
		}
	}
	return plan.ActorUnknown
}

// claimsOf returns the payload of a JWT.
func claimsOf(token string) (map[string]jsontext.Value, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(parts[1]) > maxClaims {
		return nil, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return nil, false
	}
	var claims map[string]jsontext.Value
	d := jsontext.NewDecoder(&shallow{r: bytes.NewReader(raw)})
	if json.UnmarshalDecode(d, &claims) != nil || end(d) != nil || claims == nil {
		return nil, false
	}
	return claims, true
}

// claimedList returns a claim that is an array of texts.
func claimedList(raw jsontext.Value) ([]string, bool) {
	var list []string
	if raw.Kind() != '[' || json.Unmarshal(raw, &list) != nil {
		return nil, false
	}
	return list, true
}

// claimedID returns a claim that is a GUID, or "".
func claimedID(raw jsontext.Value) string {
	id, err := plan.ParseGUID(str(raw))
	if err != nil {
		return ""
	}
	return id
}

// sorted returns the texts sorted, each once, cleaned; never nil.
func sorted(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		if s = clean([]byte(s)); s != "" {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
