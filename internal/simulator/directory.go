package simulator

import (
	"net/http"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

func (t *Tenant) listOrganization(c *call) (*answer, error) {
	cols, err := choose(c, "organization", t.views.organization, "")
	if err != nil {
		return nil, err
	}
	l := newListing(c, fragment(c, "organization"))
	return value(l, []*plan.Organization{&t.base.Organization}, func(b []byte, o *plan.Organization) []byte {
		return appendObject(b, "", cols, o)
	}), nil
}

func (t *Tenant) getOrganization(c *call) (*answer, error) {
	cols, err := choose(c, "organization", t.views.organization, "")
	if err != nil {
		return nil, err
	}
	if !strings.EqualFold(c.args[0], string(t.base.Organization.ID)) {
		return nil, notFound(c.args[0])
	}
	context := c.context(fragment(c, "organization") + "/$entity")
	return &answer{status: http.StatusOK, body: appendObject(nil, context, cols, &t.base.Organization)}, nil
}

func (t *Tenant) counted(s *stock) counted {
	return counted{s.Product, t.base.Organization.ID, t.base.Organization.DisplayName, t.consumed(s)}
}

func (t *Tenant) listProducts(c *call) (*answer, error) {
	cols, err := choose(c, "subscribedSku", t.views.products, "")
	if err != nil {
		return nil, err
	}
	l := newListing(c, fragment(c, "subscribedSkus"))
	return value(l, t.stocks, func(b []byte, s *stock) []byte { return appendObject(b, "", cols, t.counted(s)) }), nil
}

func (t *Tenant) getProduct(c *call) (*answer, error) {
	cols, err := choose(c, "subscribedSku", t.views.products, "")
	if err != nil {
		return nil, err
	}
	tenant, sku, _ := strings.Cut(strings.ToLower(c.args[0]), "_")
	s := t.bySKU[plan.SKU(sku)]
	if s == nil || tenant != string(t.base.Organization.ID) {
		return nil, notFound(c.args[0])
	}
	context := c.context(fragment(c, "subscribedSkus") + "/$entity")
	return &answer{status: http.StatusOK, body: appendObject(nil, context, cols, t.counted(s))}, nil
}

func (t *Tenant) contract(u *plan.Subscription) contract { return contract{u, t.bySKU[u.SKU]} }

// known refuses what the snapshot's maker was not permitted to read: nobody
// knows what is there, and an empty list would say that there is nothing.
func (t *Tenant) known(what string) error {
	if t.read(what) == plan.ReadDenied {
		return denied()
	}
	return nil
}

func (t *Tenant) listSubscriptions(c *call) (*answer, error) {
	if err := t.known(plan.ReadSubscriptions); err != nil {
		return nil, err
	}
	cols, err := choose(c, "companySubscription", t.views.subscriptions, "")
	if err != nil {
		return nil, err
	}
	all := make([]contract, len(t.base.Subscriptions))
	for i := range all {
		all[i] = t.contract(&t.base.Subscriptions[i])
	}
	l := newListing(c, fragment(c, "directory/subscriptions"))
	return value(l, all, func(b []byte, v contract) []byte { return appendObject(b, "", cols, v) }), nil
}

func (t *Tenant) getSubscription(c *call) (*answer, error) {
	if err := t.known(plan.ReadSubscriptions); err != nil {
		return nil, err
	}
	cols, err := choose(c, "companySubscription", t.views.subscriptions, "")
	if err != nil {
		return nil, err
	}
	commerce, byCommerce := strings.CutPrefix(c.args[0], "commerceSubscriptionId=")
	for i := range t.base.Subscriptions {
		if u := &t.base.Subscriptions[i]; strings.EqualFold(u.ID, c.args[0]) || byCommerce && strings.EqualFold(u.CommerceID, commerce) {
			context := c.context(fragment(c, "directory/subscriptions") + "/$entity")
			return &answer{status: http.StatusOK, body: appendObject(nil, context, cols, t.contract(u))}, nil
		}
	}
	return nil, notFound(c.args[0])
}

func (t *Tenant) listRoles(c *call) (*answer, error) {
	if err := t.known(plan.ReadRoles); err != nil {
		return nil, err
	}
	cols, err := choose(c, "unifiedRoleDefinition", t.views.roles, "")
	if err != nil {
		return nil, err
	}
	all := make([]*plan.Role, len(t.base.Roles))
	for i := range all {
		all[i] = &t.base.Roles[i]
	}
	return list(t, c, t.views.roleSet, scope{}, fragment(c, "roleManagement/directory/roleDefinitions"), unpaged, all,
		func(b []byte, r *plan.Role) []byte { return appendObject(b, "", cols, r) })
}

func (t *Tenant) getRole(c *call) (*answer, error) {
	if err := t.known(plan.ReadRoles); err != nil {
		return nil, err
	}
	cols, err := choose(c, "unifiedRoleDefinition", t.views.roles, "")
	if err != nil {
		return nil, err
	}
	for i := range t.base.Roles {
		if r := &t.base.Roles[i]; strings.EqualFold(string(r.ID), c.args[0]) {
			context := c.context(fragment(c, "roleManagement/directory/roleDefinitions") + "/$entity")
			return &answer{status: http.StatusOK, body: appendObject(nil, context, cols, r)}, nil
		}
	}
	return nil, notFound(c.args[0])
}

func (t *Tenant) listAssignments(c *call) (*answer, error) {
	if err := t.known(plan.ReadRoles); err != nil {
		return nil, err
	}
	cols, err := choose(c, "unifiedRoleAssignment", t.views.assignments, "")
	if err != nil {
		return nil, err
	}
	return t.grants(c, t.views.assignmentSet, "roleManagement/directory/roleAssignments", cols, false)
}

func (t *Tenant) getAssignment(c *call) (*answer, error) {
	if err := t.known(plan.ReadRoles); err != nil {
		return nil, err
	}
	cols, err := choose(c, "unifiedRoleAssignment", t.views.assignments, "")
	if err != nil {
		return nil, err
	}
	for a := range t.assignments(false) {
		if a.ID == c.args[0] {
			context := c.context(fragment(c, "roleManagement/directory/roleAssignments") + "/$entity")
			return &answer{status: http.StatusOK, body: appendObject(nil, context, cols, grant{a})}, nil
		}
	}
	return nil, notFound(c.args[0])
}

func (t *Tenant) grants(c *call, k *collection[grant], set string, cols []column[grant], eligible bool) (*answer, error) {
	expand := c.option("$expand")
	if c.query.Has("$expand") && expand != "principal" {
		return nil, badQuery("The simulated tenant expands 'principal' alone, without options inside, not '%s'.", expand)
	}
	if expand != "" {
		cols = append(cols[:len(cols):len(cols)], column[grant]{"principal", func(b []byte, v grant) []byte { return append(b, t.principal(v.RoleAssignment)...) }})
	}
	var all []grant
	for a := range t.assignments(eligible) {
		all = append(all, grant{a})
	}
	return list(t, c, k, scope{}, fragment(c, set), unpaged, all, func(b []byte, v grant) []byte { return appendObject(b, "", cols, v) })
}

// principal is who was given a role, as $expand shows it. One that the
// snapshot does not hold is a service principal, unless it says otherwise.
func (t *Tenant) principal(a *plan.RoleAssignment) []byte {
	plain := &call{}
	if u := t.byID[plan.UserID(a.Principal)]; u != nil {
		cols, err := choose(plain, "user", t.views.users, defaultUser)
		if err == nil {
			return appendObject(nil, odataUser, cols, t.person(u))
		}
	}
	if g := t.groups[plan.GroupID(a.Principal)]; g != nil {
		cols, err := choose(plain, "group", t.views.groups, defaultGroup)
		if err == nil {
			return appendObject(nil, odataGroup, cols, g)
		}
	}
	kind := odataService
	switch a.Kind {
	case plan.PrincipalUser:
		kind = odataUser
	case plan.PrincipalGroup:
		kind = odataGroup
	}
	return append(appendString(append([]byte{'{'}, kind+`,"id":`...), a.Principal), '}')
}
