package plan

import (
	"fmt"
	"strings"
)

// Object ids of Microsoft Graph, always as lower-case GUIDs; [ParseGUID] makes
// them so. Graph itself answers in either case.
type (
	// A TenantID is the id of an organisation, the `tid` of a token.
	TenantID string
	// A UserID is the object id of a user.
	UserID string
	// A GroupID is the object id of a group.
	GroupID string
	// A SKU is the skuId of a product.
	SKU string
	// A PlanID is the servicePlanId of a service plan within a product.
	PlanID string
	// A RoleID is the id of a role definition; for built-in roles it is the template id.
	RoleID string
)

// A Cloud is one of Microsoft's national clouds.
type Cloud string

// The clouds that Microsoft runs today.
const (
	Global   Cloud = "global"
	USGov    Cloud = "usgov"
	USGovDoD Cloud = "usgov-dod"
	China    Cloud = "china"
)

// A Tenant names an organisation.
type Tenant struct {
	ID    TenantID `json:"id"`
	Name  string   `json:"name"`
	Cloud Cloud    `json:"cloud"`
	// Domain is the initial domain, for people: contoso.onmicrosoft.com.
	Domain string `json:"domain"`
}

// ParseGUID returns s in lower case if it is a GUID in the form 8-4-4-4-12,
// and an error otherwise. No braces, no white space.
func ParseGUID(s string) (string, error) {
	if len(s) != 36 {
		return "", fmt.Errorf("%q is not a GUID", clip(s))
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return "", fmt.Errorf("%q is not a GUID", clip(s))
			}
		case '0' <= c && c <= '9', 'a' <= c && c <= 'f', 'A' <= c && c <= 'F':
		default:
			return "", fmt.Errorf("%q is not a GUID", clip(s))
		}
	}
	return strings.ToLower(s), nil
}

// clip shortens text of strangers before it goes into a message.
func clip(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
