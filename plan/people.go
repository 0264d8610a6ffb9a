package plan

import (
	"fmt"
	"slices"
	"strings"
)

// people answers what the rules ask about persons and products: directory
// roles, protection, and how a product was bought.
type people struct {
	b        *bound
	roles    map[UserID][]HeldRole
	listed   map[UserID]Place
	ours     skuSet // settled by selfService.ours and takenOver
	declared skuSet
	bought   map[SKU]SelfServiceFact // memo
	actor    UserID                  // the person who acts; empty for any other
	apply    bool
	// givenBack is what undos gave back, by seat.
	givenBack map[holdKey][]GivenBack
}

// newPeople gathers what the folder says of persons and products. It fails
// where who holds which role is not known: nobody may lose a seat then.
func newPeople(b *bound) (*people, error) {
	p := &people{b: b, roles: b.roles, listed: map[UserID]Place{}, bought: map[SKU]SelfServiceFact{}}
	p.ours = b.skus(slices.Concat(b.d.Settings.SelfService.Ours, b.d.Settings.SelfService.TakenOver))
	p.declared = b.skus(b.d.Settings.SelfService.Products)
	for _, n := range b.d.Settings.Protect.Users {
		f := b.find(n.Text)
		if f.there() {
			p.listed[f.id] = n.Place
		}
		for _, id := range b.doubtful(f) { // it protects both
			p.listed[id] = n.Place
		}
	}
	b.danger(b.d.Settings.Protect.Users, "protect", "")
	for i := range b.d.Settings.Protect.Match {
		b.matchesNobody(audience{selectors: []*Selector{&b.d.Settings.Protect.Match[i]}})
	}
	b.roleNames()
	return p, b.rolesErr
}

// roleNames refuses a role in protect.roles that the directory does not have.
func (b *bound) roleNames() {
	for _, n := range slices.Concat(b.d.Settings.Protect.RolesAdd, b.d.Settings.Protect.RolesExcept) {
		b.roleName(n)
	}
}

func (r *Role) called(name string) bool {
	return strings.EqualFold(r.Name, name) || strings.EqualFold(string(r.ID), name) || strings.EqualFold(string(r.TemplateID), name)
}

// roleName refuses a role that neither the directory nor the built-in list knows.
func (b *bound) roleName(n Name) {
	known := slices.ContainsFunc(b.s.Roles, func(r Role) bool { return r.called(n.Text) })
	if !known && !isBuiltInName(n.Text) {
		b.fault(n.Place, "no directory role is called "+quote(n.Text), "say its display name, or the id of its definition")
	}
}

// gatherRoles finds out who holds which role. It fails where the members of a
// group that holds one are not known.
func (b *bound) gatherRoles() (map[UserID][]HeldRole, error) {
	roles := map[UserID][]HeldRole{}
	defs := map[RoleID]*Role{}
	for i := range b.s.Roles {
		defs[b.s.Roles[i].ID] = &b.s.Roles[i]
	}
	for _, a := range b.s.RoleAssignments {
		def := defs[a.Role]
		known := def != nil
		if !known {
			def = &Role{ID: a.Role, TemplateID: a.Role, Name: builtInName(a.Role)}
		}
		held := b.heldRole(def, a)
		held.Known = known
		if a.Kind != PrincipalGroup && b.group(GroupID(a.Principal)) == nil {
			roles[UserID(a.Principal)] = append(roles[UserID(a.Principal)], held)
			continue
		}
		if err := b.throughGroup(roles, held, GroupID(a.Principal)); err != nil {
			return roles, err
		}
	}
	return roles, nil
}

func (b *bound) heldRole(def *Role, a RoleAssignment) HeldRole {
	h := HeldRole{ID: def.ID, Name: def.Name, How: "direct", Unit: a.Scope != "/" && a.Scope != "", Privileged: def.privileged()}
	if a.Eligible {
		h.How = "eligible"
	}
	if h.Name == "" {
		h.Name = string(def.ID)
	}
	h.BuiltIn = builtInName(def.ID) != "" || builtInName(def.TemplateID) != ""
	h.Added = slices.ContainsFunc(b.d.Settings.Protect.RolesAdd, func(n Name) bool { return def.called(n.Text) })
	h.Excepted = slices.ContainsFunc(b.d.Settings.Protect.RolesExcept, func(n Name) bool { return def.called(n.Text) })
	return h
}

func (b *bound) throughGroup(roles map[UserID][]HeldRole, held HeldRole, id GroupID) error {
	g := b.group(id)
	if g == nil {
		return &IncompleteError{What: ReadMembers, Reason: fmt.Sprintf("the members of group %s, which holds the role %s, are not known", id, held.Name)}
	}
	ms := &membership{members: map[UserID]bool{}, whole: true}
	ms.gather(b.s, g, map[GroupID]bool{})
	if !ms.whole {
		return &IncompleteError{What: ReadMembers, Reason: fmt.Sprintf("the members of %s, which holds the role %s, are not known", g.DisplayName, held.Name)}
	}
	held.Group = g.DisplayName
	if held.How == "direct" {
		held.How = "group"
	}
	for u := range ms.members {
		roles[u] = append(roles[u], held)
	}
	held.How = "eligible"
	for _, u := range g.Eligible { // who may make himself a member may have the role
		if !ms.members[u] {
			roles[u] = append(roles[u], held)
		}
	}
	return nil
}

// fill sets the facts of a draft that do not depend on its neighbours.
func (p *people) fill(c *draft) {
	c.facts.Roles = slices.Clone(p.roles[c.user.ID])
	slices.SortFunc(c.facts.Roles, func(x, y HeldRole) int {
		return strings.Compare(x.Name+x.How+x.Group, y.Name+y.How+y.Group)
	})
	if c.facts.Roles == nil {
		c.facts.Roles = []HeldRole{}
	}
	c.facts.Protected = p.protection(c.user)
	c.facts.SelfService = p.selfService(c.SKU())
	c.facts.Loses, c.facts.Missing, c.facts.NeededBy = []string{}, []MissingReplacement{}, []Dependent{}
	c.facts.Hold, c.facts.SignIn = p.b.matcher.hold(c.user.ID), p.b.signInOf(c)
	c.facts.Unresolved = append([]string{}, c.ruling.unresolved...)
	c.facts.Own, c.facts.Undone = p.apply && p.own(c.Change), p.undone(c)
}

func (p *people) protection(u *User) Protection {
	if at, ok := p.listed[u.ID]; ok {
		return Protection{Listed: true, Matched: No, Place: at.File + ":" + itoa(at.Line)}
	}
	out := Protection{Matched: No}
	for i := range p.b.d.Settings.Protect.Match {
		s := &p.b.d.Settings.Protect.Match[i]
		t := p.b.matcher.match(s, u).truth()
		if t == No || t == Unknown && out.Matched == Unknown {
			continue
		}
		out.Matched, out.Place = t, s.Place.File+":"+itoa(s.Place.Line)
		if t == Yes {
			break
		}
	}
	return out
}

// selfService classifies a product by what the folder and its subscriptions say.
func (p *people) selfService(sku SKU) SelfServiceFact {
	if f, done := p.bought[sku]; done {
		return f
	}
	f := SelfServiceFact{Class: "none"}
	switch {
	case p.ours[sku]:
		f.Class = "settled"
	case p.declared[sku]:
		f.Class = "declared"
	case department(sku):
		f.Class = "department"
	default:
		if evidence := p.ownedByUsers(sku); evidence != "" {
			f = SelfServiceFact{Class: "probable", Evidence: evidence}
		}
	}
	p.bought[sku] = f
	return f
}

// ownedByUsers is the evidence that a product was bought by users: every
// subscription is owned by a living user without a role and no partner made
// it, and the product carries no mailbox. Otherwise it is empty.
func (p *people) ownedByUsers(sku SKU) string {
	if p.b.carries(sku, nil)&mailbox != 0 {
		return ""
	}
	var owners []string
	for i := range p.b.s.Subscriptions {
		sub := &p.b.s.Subscriptions[i]
		if sub.SKU != sku {
			continue
		}
		owner, living := p.user(sub.OwnerID)
		if !living || !strings.EqualFold(sub.OwnerType, "User") || sub.OwnerTenantID != "" || len(p.roles[owner.ID]) > 0 {
			return ""
		}
		owners = append(owners, owner.UserPrincipalName)
	}
	slices.Sort(owners)
	switch owners = slices.Compact(owners); len(owners) {
	case 0:
		return ""
	case 1:
		return "owned by " + owners[0] + ", who holds no role"
	}
	return "owned by " + few(owners, 3) + ", who hold no role"
}

func (p *people) user(id string) (*User, bool) {
	guid, err := ParseGUID(id)
	if err != nil {
		return nil, false
	}
	return p.b.s.User(UserID(guid))
}

// User finds a user by id.
func (s *Snapshot) User(id UserID) (*User, bool) {
	i, ok := s.index(id)
	if !ok {
		return nil, false
	}
	return &s.Users[i], true
}

func (s *Snapshot) index(id UserID) (int, bool) {
	return slices.BinarySearchFunc(s.Users, id, func(u User, id UserID) int { return strings.Compare(string(u.ID), string(id)) })
}
