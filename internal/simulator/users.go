package simulator

import (
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

func (t *Tenant) person(a *account) person { return person{a.user, t.held(a), t} }

// userSelect returns the properties of users that a call asks for.
func (t *Tenant) userSelect(c *call) ([]column[person], error) {
	for n := range strings.SplitSeq(c.option("$select"), ",") {
		switch n = strings.TrimSpace(n); n {
		case "signInActivity":
			// A snapshot keeps no sign-ins, so the tenant is one without P1:
			// absent dates would read as "never".
			if !slices.Contains(c.who.permissions(), "AuditLog.Read.All") {
				return nil, refuse(http.StatusForbidden, "Authentication_MSGraphPermissionMissing",
					"Calling principal does not have required MSGraph permissions AuditLog.Read.All")
			}
			return nil, refuse(http.StatusForbidden, "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
				"Neither tenant is B2C or tenant doesn't have premium license")
		case "aboutMe", "birthday", "hireDate", "interests", "mailboxSettings", "mySite", "pastProjects",
			"preferredName", "responsibilities", "schools", "skills":
			return nil, refuse(http.StatusNotImplemented, "NotImplemented", "This operation target is not yet supported.")
		}
	}
	return choose(c, "user", t.views.users, defaultUser)
}

func (t *Tenant) listUsers(c *call) (*answer, error) {
	cols, err := t.userSelect(c)
	if err != nil {
		return nil, err
	}
	f, err := userFilter(c)
	if err != nil {
		return nil, err
	}
	p, err := t.page(c)
	if err != nil {
		return nil, err
	}
	counting, err := c.counting()
	if err != nil {
		return nil, err
	}
	l := newListing(c, fragment(c, "users"))
	if counting && p.first {
		l.count(t.countMatches(f))
	}
	some, more := t.scan(f, p)
	if more {
		after := p.after
		if len(some) > 0 {
			after = string(some[len(some)-1].user.ID)
		}
		l.link(t.next(c, after))
	}
	return value(l, some, func(b []byte, a *account) []byte { return appendObject(b, "", cols, t.person(a)) }), nil
}

// scan returns the accounts of one page, and whether any come after them.
func (t *Tenant) scan(f filter, p page) (some []*account, more bool) {
	for _, a := range t.candidates(f, p.after) {
		if !f.only && !f.match(t, a) {
			continue
		}
		if len(some) == p.top {
			return some, true
		}
		some = append(some, a)
	}
	return some, false
}

// candidates are the accounts behind an id that a filter may match.
func (t *Tenant) candidates(f filter, after string) []*account {
	if f.only {
		if a := t.account(f.name); a != nil && string(a.user.ID) > after {
			return []*account{a}
		}
		return nil
	}
	return t.accounts[sort.Search(len(t.accounts), func(i int) bool { return string(t.accounts[i].user.ID) > after }):]
}

func (t *Tenant) countMatches(f filter) int {
	n := 0
	for _, a := range t.candidates(f, "") {
		if f.only || f.match(t, a) {
			n++
		}
	}
	return n
}

func (t *Tenant) countUsers(c *call) (*answer, error) {
	if !c.eventual() {
		return nil, badRequest("$count is not currently supported.")
	}
	f, err := userFilter(c)
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusOK, body: strconv.AppendInt(nil, int64(t.countMatches(f)), 10), plain: true}, nil
}

func (t *Tenant) getUser(c *call) (*answer, error) { return t.oneUser(c, c.args[0]) }

func (t *Tenant) getMe(c *call) (*answer, error) {
	if c.who.application() {
		return nil, badQuery("/me request is only valid with delegated authentication flow.")
	}
	return t.oneUser(c, c.who.Oid)
}

func (t *Tenant) oneUser(c *call, id string) (*answer, error) {
	cols, err := t.userSelect(c)
	if err != nil {
		return nil, err
	}
	a := t.account(id)
	if a == nil {
		return nil, notFound(id)
	}
	context := c.context(fragment(c, "users") + "/$entity")
	return &answer{status: http.StatusOK, body: appendObject(nil, context, cols, t.person(a))}, nil
}

func (t *Tenant) listDetails(c *call) (*answer, error) {
	cols, err := choose(c, "licenseDetails", t.views.details, "")
	if err != nil {
		return nil, err
	}
	a := t.account(c.args[0])
	if a == nil {
		return nil, notFound(c.args[0])
	}
	l := newListing(c, fragment(c, "users('"+string(a.user.ID)+"')/licenseDetails"))
	return value(l, t.held(a).licences(), func(b []byte, k licence) []byte {
		return appendObject(b, "", cols, detail{a.user.ID, k, t.bySKU[k.sku]})
	}), nil
}

// getByIDs answers directoryObjects/getByIds: what is known of up to 1,000
// ids; those that are not known are left out.
func (t *Tenant) getByIDs(c *call) (*answer, error) {
	var q struct {
		IDs   []string `json:"ids"`
		Types []string `json:"types"`
	}
	if err := c.decode(&q); err != nil {
		return nil, err
	}
	if len(q.IDs) == 0 || len(q.IDs) > 1000 {
		return nil, badRequest("The number of ids must be between 1 and 1000.")
	}
	wanted := func(kind string) bool {
		return len(q.Types) == 0 || slices.Contains(q.Types, kind) || slices.Contains(q.Types, "directoryObject")
	}
	users, err := t.userSelect(c)
	if err != nil {
		return nil, err
	}
	groups, err := choose(c, "group", t.views.groups, defaultGroup)
	if err != nil {
		return nil, err
	}
	var found [][]byte
	for _, raw := range q.IDs {
		id, err := plan.ParseGUID(raw)
		if err != nil {
			return nil, badRequest("Invalid object identifier '%s'.", raw)
		}
		if a := t.byID[plan.UserID(id)]; a != nil && wanted("user") {
			found = append(found, appendObject(nil, odataUser, users, t.person(a)))
		}
		if g := t.groups[plan.GroupID(id)]; g != nil && wanted("group") {
			found = append(found, appendObject(nil, odataGroup, groups, g))
		}
	}
	return value(newListing(c, "directoryObjects"), found, appendRaw), nil
}

const (
	odataUser    = `"@odata.type":"#microsoft.graph.user"`
	odataGroup   = `"@odata.type":"#microsoft.graph.group"`
	odataService = `"@odata.type":"#microsoft.graph.servicePrincipal"`
)

func appendRaw(b, raw []byte) []byte { return append(b, raw...) }
