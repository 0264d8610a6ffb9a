package plan

import (
	"cmp"
	"slices"
)

// Anonymize returns a copy of s in which nobody can be told: every id of a
// person, group, tenant, subscription and assignment, every name, address and
// domain, and what the directory says of a person's place in the company is
// replaced. The same text becomes the same text wherever it stands, so that all
// that belongs together still does; what was empty stays empty. Equal keys give
// equal results, and without the key the ids cannot be found by trying.
//
// What is alike in all tenants stays: products, service plans, built-in roles,
// permissions, states, countries. So do counts, and dates: how long ago
// somebody signed in, when a subscription is renewed and on which day a
// statement speaks is what plans are about, and dates moved by some days would
// answer all of it wrongly. Who knows when a person was hired can therefore
// still guess at him.
//
// s is left as it is. Lists are sorted by the new ids.
func Anonymize(s *Snapshot, key []byte) *Snapshot {
	d := newDisguise(s, key)
	out := *s
	out.Organization = d.organization(s.Organization)
	out.Users = replaced(s.Users, d.user)
	out.Products = replaced(s.Products, d.product)
	out.Subscriptions = replaced(s.Subscriptions, d.subscription)
	out.Groups = replaced(s.Groups, d.group)
	out.Roles = replaced(s.Roles, d.role)
	out.RoleAssignments = replaced(s.RoleAssignments, d.assignment)
	out.Deleted = replaced(s.Deleted, d.deleted)
	out.Actor = d.actor(s.Actor)
	out.Reads = replaced(s.Reads, func(r Read) Read {
		r.Reason = d.reason(r.Reason)
		return r
	})
	slices.SortFunc(out.Users, func(a, b User) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(out.Subscriptions, func(a, b Subscription) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(out.Groups, func(a, b Group) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(out.Roles, func(a, b Role) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(out.RoleAssignments, func(a, b RoleAssignment) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(out.Deleted, func(a, b DeletedUser) int { return cmp.Compare(a.ID, b.ID) })
	return &out
}

// replaced is a new list of what one makes of each; no list stays none.
func replaced[T any](list []T, one func(T) T) []T {
	if list == nil {
		return nil
	}
	out := make([]T, len(list))
	for i, v := range list {
		out[i] = one(v)
	}
	return out
}

// renamed is replaced for a list that is kept sorted.
func renamed[T cmp.Ordered](list []T, one func(T) T) []T {
	out := replaced(list, one)
	slices.Sort(out)
	return out
}

func (d *disguise) organization(o Organization) Organization {
	o.VerifiedDomains = replaced(o.VerifiedDomains, d.domain)
	if len(o.VerifiedDomains) > 2 {
		slices.Sort(o.VerifiedDomains[1:]) // the initial one stays first
	}
	if o.DisplayName != "" {
		o.DisplayName = d.token("tenant", string(o.ID))
	}
	o.ID = identity(d, o.ID)
	return o
}

func (d *disguise) user(u User) User {
	old := u.ID
	u.ID = identity(d, old)
	u.UserPrincipalName = d.address(old, u.UserPrincipalName)
	u.Mail = d.address(old, u.Mail)
	u.Aliases = renamed(u.Aliases, func(s string) string { return d.address(old, s) })
	u.DisplayName = d.displayName(old, u.DisplayName)
	u.Department = d.token("department", u.Department)
	u.JobTitle = d.token("title", u.JobTitle)
	u.CompanyName = d.token("company", u.CompanyName)
	u.City = d.token("city", u.City)
	u.OfficeLocation = d.token("office", u.OfficeLocation)
	u.EmployeeType = d.token("type", u.EmployeeType)
	if u.Extensions != nil {
		e := *u.Extensions
		for i := range e {
			e[i] = d.token("attribute", e[i])
		}
		u.Extensions = &e
	}
	u.Sources = replaced(u.Sources, func(x Source) Source {
		x.Group = identity(d, x.Group)
		x.Error = word(x.Error)
		x.DisabledPlans = slices.Clone(x.DisabledPlans)
		return x
	})
	SortSources(u.Sources)
	u.Unsourced = slices.Clone(u.Unsourced)
	if u.SignIn != nil {
		at := *u.SignIn
		u.SignIn = &at
	}
	return u
}

func (d *disguise) product(p Product) Product {
	p.Plans = slices.Clone(p.Plans)
	p.SubscriptionIDs = renamed(p.SubscriptionIDs, d.id)
	return p
}

func (d *disguise) subscription(x Subscription) Subscription {
	x.ID, x.CommerceID = d.id(x.ID), d.id(x.CommerceID)
	x.OwnerID, x.OwnerTenantID = d.id(x.OwnerID), d.id(x.OwnerTenantID)
	return x
}

func (d *disguise) group(g Group) Group {
	g.ID = identity(d, g.ID)
	g.DisplayName = d.token("group", g.DisplayName)
	g.MembershipRule = d.token("rule", g.MembershipRule)
	g.Gives = replaced(g.Gives, func(x Given) Given {
		x.DisabledPlans = slices.Clone(x.DisabledPlans)
		return x
	})
	g.Members = renamed(g.Members, func(id UserID) UserID { return identity(d, id) })
	g.Eligible = renamed(g.Eligible, func(id UserID) UserID { return identity(d, id) })
	g.Nested = renamed(g.Nested, func(id GroupID) GroupID { return identity(d, id) })
	return g
}

func (d *disguise) role(r Role) Role {
	if !d.stays[r.ID] {
		r.Name = d.token("role", r.Name)
	}
	r.ID, r.TemplateID = d.roleID(r.ID), d.roleID(r.TemplateID)
	r.Actions = slices.Clone(r.Actions)
	return r
}

func (d *disguise) assignment(a RoleAssignment) RoleAssignment {
	a.ID, a.Principal = d.id(a.ID), d.id(a.Principal)
	a.Role = d.roleID(a.Role)
	a.Scope = d.scope(a.Scope)
	return a
}

func (d *disguise) deleted(x DeletedUser) DeletedUser {
	old := x.ID
	x.ID = identity(d, old)
	x.UserPrincipalName = d.deletedName(old, x.UserPrincipalName)
	x.DisplayName = d.displayName(old, x.DisplayName)
	return x
}

func (d *disguise) actor(a Actor) Actor {
	switch name, known := d.book[fold(a.Name)]; {
	case known:
		a.Name = name
	default:
		a.Name = d.token("identity", a.Name)
	}
	a.ID = d.id(a.ID)
	a.Roles = renamed(a.Roles, func(id string) string { return string(d.roleID(RoleID(id))) })
	a.Permissions = slices.Clone(a.Permissions)
	return a
}
