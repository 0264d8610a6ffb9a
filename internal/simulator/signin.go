package simulator

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// SignInPages is how large a page of users may be when signInActivity is
// selected or filtered by. The service has changed its mind about it, and
// which of its answers a tenant meets is not known.
type SignInPages uint8

// The answers that were seen. The zero value is the documented one.
const (
	// SignInCap500 gives 500 people a page, however many were asked for.
	SignInCap500 SignInPages = iota
	// SignInLimit120 refuses a $top above 120.
	SignInLimit120
	// SignInLimit999 is the limit of other listings.
	SignInLimit999
)

// The service plans Microsoft Entra ID P1 and P2.
const (
	entraP1 plan.PlanID = "41781fb2-bc02-4b7c-bd55-b576c07bb09d"
	entraP2 plan.PlanID = "eec0eb4f-6444-4f95-aba0-50c24d67f998"
)

// premium reports whether the tenant keeps sign-ins. One whose snapshot knows
// nobody's is as one without the licence: dates that are absent for all would
// read as "never".
func (t *Tenant) premium() bool {
	if t.o.NoP1 || t.read(plan.ReadSignIns) == plan.ReadAbsent || !keepsSignIns(&t.base) {
		return false
	}
	return slices.ContainsFunc(t.stocks, func(s *stock) bool {
		_, p1 := s.plans[entraP1]
		_, p2 := s.plans[entraP2]
		return p1 || p2
	})
}

// keepsSignIns reports whether the snapshot says when people signed in.
func keepsSignIns(s *plan.Snapshot) bool {
	return slices.ContainsFunc(s.Reads, func(r plan.Read) bool { return r.What == plan.ReadSignIns }) ||
		slices.ContainsFunc(s.Users, func(u plan.User) bool { return u.SignIn != nil })
}

// mayReadSignIns refuses who lacks the permission, and a tenant without the licence.
func (t *Tenant) mayReadSignIns(c *call) error {
	if !slices.Contains(c.who.permissions(), "AuditLog.Read.All") {
		return refuse(http.StatusForbidden, "Authentication_MSGraphPermissionMissing",
			"Calling principal does not have required MSGraph permissions AuditLog.Read.All")
	}
	if !t.premium() {
		return refuse(http.StatusForbidden, "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
			"Neither tenant is B2C or tenant doesn't have premium license")
	}
	return t.known(plan.ReadSignIns)
}

// selects reports whether $select names a property.
func (c *call) selects(name string) bool {
	for n := range strings.SplitSeq(c.option("$select"), ",") {
		if strings.EqualFold(strings.TrimSpace(n), name) {
			return true
		}
	}
	return false
}

// signInPage applies the page limit of sign-ins.
func (t *Tenant) signInPage(top int) (int, error) {
	switch t.o.SignInPages {
	case SignInLimit120:
		if top > 120 {
			return 0, badQuery("Cannot query data for more than 120 users at a time.")
		}
	case SignInCap500:
		return min(top, 500), nil
	}
	return top, nil
}

func signInFields() []property[person] {
	at := func(name string, get func(plan.SignIn) time.Time) property[person] {
		return timeField("signInActivity/"+name, "eq ge le", "ne", func(v person) time.Time {
			if v.SignIn == nil {
				return time.Time{}
			}
			return get(*v.SignIn)
		})
	}
	return []property[person]{
		at("lastSignInDateTime", func(s plan.SignIn) time.Time { return s.Interactive }),
		at("lastNonInteractiveSignInDateTime", func(s plan.SignIn) time.Time { return s.NonInteractive }),
		at("lastSuccessfulSignInDateTime", func(s plan.SignIn) time.Time { return s.Successful }),
	}
}

// appendSignIns writes signInActivity; who never signed in has none at all.
func appendSignIns(b []byte, v person) []byte {
	s := v.SignIn
	if s == nil || *s == (plan.SignIn{}) {
		return nil
	}
	for i, one := range []struct {
		name string
		at   time.Time
	}{{"SignIn", s.Interactive}, {"NonInteractiveSignIn", s.NonInteractive}, {"SuccessfulSignIn", s.Successful}} {
		b = append(b, "{,,"[i])
		b = append(append(append(b, `"last`...), one.name...), `DateTime":`...)
		b = appendTime(b, one.at)
		b = append(append(append(b, `,"last`...), one.name...), `RequestId":`...)
		if one.at.IsZero() {
			b = append(b, "null"...)
		} else {
			b = appendString(b, derivedGUID(one.name+string(v.ID)+one.at.String()))
		}
	}
	return append(b, '}')
}
