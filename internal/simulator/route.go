package simulator

import (
	"errors"
	"net/http"
	"slices"
	"strings"
)

// A route is one call that the tenant answers. A segment of "*" takes any name.
type route struct {
	method  string
	path    []string
	options []string // query options that are understood
	rule    rule
	cost    int  // resource units, before the modifiers
	state   bool // do reads the state: mu is held for it
	do      func(*Tenant, *call) (*answer, error)
}

func routes() []route {
	one, many := []string{"$select"}, []string{"$select", "$top", "$skiptoken", "$filter", "$count"}
	list := []string{"$select", "$top", "$skiptoken", "$count"}
	get := func(path string, options []string, r rule, cost int, do func(*Tenant, *call) (*answer, error)) route {
		return route{http.MethodGet, strings.Split(path, "/"), options, r, cost, true, do}
	}
	const directory = "roleManagement/directory/"
	return []route{
		get("organization", one, readOrganization(), 1, (*Tenant).getOrganization),
		get("me", one, readUser(), 2, (*Tenant).getMe),
		get("users", many, readUsers(), 2, (*Tenant).listUsers),
		get("users/$count", []string{"$filter"}, readUsers(), 2, (*Tenant).countUsers),
		get("users/*", one, readUser(), 2, (*Tenant).getUser),
		get("users/*/licenseDetails", one, readDetails(), 2, (*Tenant).listDetails),
		{http.MethodPost, []string{"users", "*", "assignLicense"}, nil, assignLicences(), 1, false, (*Tenant).assignLicense},
		get("subscribedSkus", one, readProducts(), 3, (*Tenant).listProducts),
		get("subscribedSkus/*", one, readProducts(), 3, (*Tenant).getProduct),
		get("directory/subscriptions", one, readSubscriptions(), 1, (*Tenant).listSubscriptions),
		get("directory/subscriptions/*", one, readSubscriptions(), 1, (*Tenant).getSubscription),
		get("groups", many, readGroups(), 1, (*Tenant).listGroups),
		get("groups/*", one, readGroups(), 1, (*Tenant).getGroup),
		get("groups/*/members", list, readGroups(), 3, (*Tenant).listMembers),
		get("groups/*/members/microsoft.graph.user", list, readGroups(), 3, (*Tenant).listMembers),
		get("groups/*/transitiveMembers", list, readGroups(), 5, (*Tenant).listMembers),
		get("groups/*/transitiveMembers/microsoft.graph.user", list, readGroups(), 5, (*Tenant).listMembers),
		{http.MethodPost, []string{"directoryObjects", "getByIds"}, nil, readObjects(), 3, true, (*Tenant).getByIDs},
		get(directory+"roleDefinitions", one, readRoles(), 1, (*Tenant).listRoles),
		get(directory+"roleAssignments", []string{"$select", "$expand"}, readRoleAssignments(), 1, (*Tenant).listAssignments),
		get(directory+"roleEligibilityScheduleInstances", []string{"$select", "$expand"}, readEligibility(), 1, (*Tenant).listEligibility),
	}
}

// handle answers a call of an authenticated caller.
func (t *Tenant) handle(c *call) *answer {
	r, err := t.find(c)
	var a *answer
	if err == nil {
		a, err = t.carryOut(c, r)
	}
	if err != nil {
		a = answerOf(c, err)
	}
	a.cost = 1
	if r != nil {
		a.cost = c.price(r.cost)
	}
	return a
}

func (t *Tenant) carryOut(c *call, r *route) (*answer, error) {
	if !r.rule.allows(c.who, c.about()) || r.rule.role && !c.who.application() && !t.licensing(c.who) {
		return nil, denied()
	}
	for name := range c.query {
		if !slices.Contains(r.options, name) {
			return nil, badQuery("Query option '%s' is not supported on this resource by the simulated tenant.", name)
		}
	}
	if r.state {
		t.mu.RLock()
		defer t.mu.RUnlock()
	}
	return r.do(t, c)
}

// find returns the route of a call, and fills in what stood for its wildcards.
func (t *Tenant) find(c *call) (*route, error) {
	if err := c.parse(); err != nil {
		return nil, err
	}
	known, wrong, best := 0, false, -1
	for i := range t.routes {
		r := &t.routes[i]
		n := common(r.path, c.segments)
		known = max(known, n)
		if n < len(r.path) || n < len(c.segments) {
			continue
		}
		if r.method != c.method {
			wrong = true
		} else if best < 0 {
			best = i // the literal segment stands before the wildcard
		}
	}
	switch {
	case best >= 0:
		r := &t.routes[best]
		for i, s := range r.path {
			if s == "*" {
				c.args = append(c.args, c.segments[i])
			}
		}
		return r, nil
	case wrong:
		return nil, refuse(http.StatusMethodNotAllowed, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
	}
	return nil, noSegment(c.segments[min(known, len(c.segments)-1)])
}

// common is how many leading segments of a path fit a pattern.
func common(pattern, path []string) int {
	n := 0
	for n < len(pattern) && n < len(path) && (pattern[n] == "*" || pattern[n] == path[n]) {
		n++
	}
	return n
}

func answerOf(c *call, err error) *answer {
	var r *refusal
	if !errors.As(err, &r) {
		r = refuse(http.StatusInternalServerError, "InternalServerError", "%s", err.Error())
	}
	return r.answer(c)
}
