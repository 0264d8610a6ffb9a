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

// The query options of one object and of collections.
const (
	optionsOfOne  = "$select $format"
	optionsOfMany = "$select $top $skiptoken $filter $count $orderby $search $format"
)

func get(path, options string, r rule, cost int, do func(*Tenant, *call) (*answer, error)) route {
	return route{http.MethodGet, strings.Split(path, "/"), strings.Fields(options), r, cost, true, do}
}

// countedRoutes are a collection's route and that of its /$count, each also with
// casts to kinds of objects.
func countedRoutes(path, options string, r rule, cost int, do func(*Tenant, *call) (*answer, error), casts ...string) []route {
	var all []route
	for _, cast := range append([]string{""}, casts...) {
		p := path
		if cast != "" {
			p += "/microsoft.graph." + cast
		}
		all = append(all, get(p, options, r, cost, do), get(p+"/$count", "$filter $search", r, cost, do))
	}
	return all
}

func routes() []route {
	one, many := optionsOfOne, optionsOfMany
	return slices.Concat(
		countedRoutes("users", many, readUsers(), 2, (*Tenant).listUsers),
		[]route{
			get("users/delta", "$select $filter $deltatoken $skiptoken", readUsers(), 1, (*Tenant).usersDelta),
			get("users/*", one, readUser(), 2, (*Tenant).getUser),
			get("me", one, readUser(), 2, (*Tenant).getUser),
		},
		personRoutes("users/*"), personRoutes("me"),
		[]route{{http.MethodPost, []string{"users", "*", "assignLicense"}, nil, assignLicences(), 1, false, (*Tenant).assignLicense}},
		directoryRoutes(),
		roleRoutes(),
	)
}

// personRoutes are the calls about one person, who is named or is the caller.
func personRoutes(path string) []route {
	one, many := optionsOfOne, optionsOfMany
	return slices.Concat(
		[]route{
			get(path+"/licenseDetails", one, readDetails(), 2, (*Tenant).listDetails),
			get(path+"/mailboxSettings", one, readMailbox(), 1, (*Tenant).getMailbox),
			get(path+"/mailboxSettings/userPurpose", "$format", readMailbox(), 1, (*Tenant).getMailbox),
		},
		countedRoutes(path+"/memberOf", many, readMemberships(), 2, (*Tenant).listMemberOf, "group", "directoryRole"),
		countedRoutes(path+"/transitiveMemberOf", many, readMemberships(), 2, (*Tenant).listMemberOf, "group", "directoryRole"),
	)
}

func directoryRoutes() []route {
	one, many := optionsOfOne, optionsOfMany
	kinds := []string{"user", "group", "servicePrincipal"}
	return slices.Concat(
		[]route{
			get("organization", one, readOrganization(), 1, (*Tenant).listOrganization),
			get("organization/*", one, readOrganization(), 1, (*Tenant).getOrganization),
			get("subscribedSkus", one, readProducts(), 3, (*Tenant).listProducts),
			get("subscribedSkus/*", one, readProducts(), 3, (*Tenant).getProduct),
			get("directory/subscriptions", one, readSubscriptions(), 1, (*Tenant).listSubscriptions),
			get("directory/subscriptions/*", one, readSubscriptions(), 1, (*Tenant).getSubscription),
		},
		countedRoutes("groups", many, readGroups(), 1, (*Tenant).listGroups),
		[]route{get("groups/*", one, readGroups(), 1, (*Tenant).getGroup)},
		countedRoutes("groups/*/members", many, readGroups(), 3, (*Tenant).listMembers, kinds...),
		countedRoutes("groups/*/transitiveMembers", many, readGroups(), 5, (*Tenant).listMembers, kinds...),
		countedRoutes("groups/*/membersWithLicenseErrors", many, readFailing(), 1, (*Tenant).listFailing, "user"),
		countedRoutes("directory/deletedItems/microsoft.graph.user", many, readUsers(), 1, (*Tenant).listDeleted),
		countedRoutes("directory/deletedItems/microsoft.graph.group", many, readDeletedGroups(), 1, (*Tenant).listDeletedGroups),
		[]route{
			get("directory/deletedItems/*", one, readUsers(), 1, (*Tenant).getDeleted),
			get("directoryObjects/*", one, readObjects(), 1, (*Tenant).getObject),
			{http.MethodPost, []string{"directoryObjects", "getByIds"}, nil, readObjects(), 3, true, (*Tenant).getByIDs},
		},
	)
}

func roleRoutes() []route {
	const directory, listed = "roleManagement/directory/", "$select $filter $top $skiptoken $format"
	many := optionsOfMany
	return slices.Concat(
		[]route{
			get("directoryRoles", "$select $filter $format", readRoles(), 1, (*Tenant).listActivated),
			get("directoryRoles/*", optionsOfOne, readRoles(), 1, (*Tenant).getActivated),
			get("directoryRoleTemplates", optionsOfOne, readRoles(), 1, (*Tenant).listTemplates),
			get(directory+"roleDefinitions", listed, readRoles(), 1, (*Tenant).listRoles),
			get(directory+"roleDefinitions/*", optionsOfOne, readRoles(), 1, (*Tenant).getRole),
			get(directory+"roleAssignments", listed+" $expand", readRoleAssignments(), 1, (*Tenant).listAssignments),
			get(directory+"roleAssignments/*", optionsOfOne, readRoleAssignments(), 1, (*Tenant).getAssignment),
			get(directory+"roleEligibilityScheduleInstances", listed+" $expand", readEligibility(), 1, (*Tenant).listEligibility),
			get(directory+"roleAssignmentScheduleInstances", listed+" $expand", readRoleAssignmentInstances(), 1, (*Tenant).listInForce),
			get("identityGovernance/privilegedAccess/group/eligibilityScheduleInstances", listed, readGroupEligibility(), 1, (*Tenant).listChances),
		},
		countedRoutes("directoryRoles/*/members", many, readRoles(), 1, (*Tenant).listHolders, "user", "group", "servicePrincipal"),
	)
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
			if odataOption(name) {
				return nil, unsupportedQuery("Query option '%s' is not supported on this resource by the simulated tenant.", name)
			}
			return nil, badQuery("Query option '%s' is not supported on this resource by the simulated tenant.", name)
		}
	}
	if f := c.option("$format"); c.query.Has("$format") && f != "json" && !strings.HasPrefix(f, "application/json") {
		return nil, badQuery("The value '%s' of the query option '$format' is not supported: answers are JSON.", f)
	}
	if r.state {
		t.mu.RLock()
		defer t.mu.RUnlock()
	}
	return r.do(t, c)
}

// odataOption reports whether OData knows a query option, wherever it may stand.
func odataOption(name string) bool {
	switch name {
	case "$select", "$filter", "$expand", "$orderby", "$top", "$skip", "$count", "$search", "$format":
		return true
	}
	return false
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
			} else {
				c.segments[i] = s // as it is written, whatever the case was
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
	for n < len(pattern) && n < len(path) && (pattern[n] == "*" || strings.EqualFold(pattern[n], path[n])) {
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
