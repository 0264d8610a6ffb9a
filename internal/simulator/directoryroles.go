package simulator

import (
	"cmp"
	"iter"
	"net/http"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

const (
	odataRole   = `"@odata.type":"#microsoft.graph.directoryRole"`
	defaultRole = "id,deletedDateTime,description,displayName,roleTemplateId"
)

// activatedID is the id of a role as an object of the directory, which is
// neither its template's nor its definition's.
func (t *Tenant) activatedID(r *plan.Role) string {
	return derivedGUID("directoryRole " + string(t.base.Organization.ID) + " " + string(r.TemplateID))
}

func (t *Tenant) activatedColumns() []column[*plan.Role] {
	type r = *plan.Role
	return []column[r]{
		text("id", func(v r) string { return t.activatedID(v) }),
		fixed[r]("deletedDateTime", "null"),
		fixed[r]("description", "null"),
		text("displayName", func(v r) string { return v.Name }),
		text("roleTemplateId", func(v r) plan.RoleID { return v.TemplateID }),
	}
}

func templateColumns() []column[*plan.Role] {
	type r = *plan.Role
	return []column[r]{
		text("id", func(v r) plan.RoleID { return v.TemplateID }),
		fixed[r]("deletedDateTime", "null"),
		fixed[r]("description", "null"),
		text("displayName", func(v r) string { return v.Name }),
	}
}

func (t *Tenant) activatedCollection(cols []column[*plan.Role]) *collection[*plan.Role] {
	k := newCollection("directoryRole", cols, t.activatedID, []property[*plan.Role]{
		wordField("id", "eq", "", t.activatedID),
		wordField("displayName", "eq", "", func(v *plan.Role) string { return v.Name }),
		wordField("roleTemplateId", "eq", "", func(v *plan.Role) string { return string(v.TemplateID) }),
	})
	k.direct = true
	return k
}

func roleCollection(cols []column[*plan.Role]) *collection[*plan.Role] {
	k := newCollection("unifiedRoleDefinition", cols, func(v *plan.Role) string { return string(v.ID) }, []property[*plan.Role]{
		wordField("id", "eq", "", func(v *plan.Role) string { return string(v.ID) }),
		wordField("displayName", "eq", "", func(v *plan.Role) string { return v.Name }),
		wordField("templateId", "eq", "", func(v *plan.Role) string { return string(v.TemplateID) }),
		truthField("isBuiltIn", "eq", "", func(v *plan.Role) plan.Truth { return plan.TruthOf(v.BuiltIn) }),
	})
	k.direct = true
	return k
}

// assignments are who has a role, or can have it, for those who are there: the
// roles of somebody deleted come back with him.
func (t *Tenant) assignments(eligible bool) iter.Seq[*plan.RoleAssignment] {
	return func(yield func(*plan.RoleAssignment) bool) {
		for i := range t.base.RoleAssignments {
			a := &t.base.RoleAssignments[i]
			if a.Eligible == eligible && !t.binned(a.Principal) && !yield(a) {
				return
			}
		}
	}
}

// binned reports whether an id is that of somebody who was deleted since the start.
func (t *Tenant) binned(id string) bool { return t.bin[plan.UserID(id)] != nil }

// holding returns the built-in roles that one of some principals has in the
// whole tenant.
func (t *Tenant) holding(who func(principal string) bool) []*plan.Role {
	had := map[plan.RoleID]bool{}
	for a := range t.assignments(false) {
		if a.Scope == "/" && who(a.Principal) {
			had[a.Role] = true
		}
	}
	var all []*plan.Role
	for i := range t.base.Roles {
		if r := &t.base.Roles[i]; r.BuiltIn && had[r.ID] {
			all = append(all, r)
		}
	}
	return all
}

// listActivated answers directoryRoles: only the roles that somebody has, in
// one piece.
func (t *Tenant) listActivated(c *call) (*answer, error) {
	if err := t.known(plan.ReadRoles); err != nil {
		return nil, err
	}
	cols, err := choose(c, "directoryRole", t.views.activated, "")
	if err != nil {
		return nil, err
	}
	all := t.holding(func(string) bool { return true })
	slices.SortFunc(all, func(a, b *plan.Role) int { return cmp.Compare(t.activatedID(a), t.activatedID(b)) })
	return list(t, c, t.views.activatedSet, scope{}, fragment(c, "directoryRoles"), unpaged, all,
		func(b []byte, r *plan.Role) []byte { return appendObject(b, "", cols, r) })
}

func (t *Tenant) listTemplates(c *call) (*answer, error) {
	if err := t.known(plan.ReadRoles); err != nil {
		return nil, err
	}
	cols, err := choose(c, "directoryRoleTemplate", t.views.templates, "")
	if err != nil {
		return nil, err
	}
	var all []*plan.Role
	for i := range t.base.Roles {
		if t.base.Roles[i].BuiltIn {
			all = append(all, &t.base.Roles[i])
		}
	}
	return value(newListing(c, fragment(c, "directoryRoleTemplates")), all, func(b []byte, r *plan.Role) []byte { return appendObject(b, "", cols, r) }), nil
}

// activatedRole finds a role by its object id or by roleTemplateId=…; one that
// nobody ever had does not exist.
func (t *Tenant) activatedRole(c *call) (*plan.Role, error) {
	if err := t.known(plan.ReadRoles); err != nil {
		return nil, err
	}
	template, by := strings.CutPrefix(c.args[0], "roleTemplateId=")
	for _, r := range t.holding(func(string) bool { return true }) {
		if by && strings.EqualFold(string(r.TemplateID), template) || strings.EqualFold(t.activatedID(r), c.args[0]) {
			return r, nil
		}
	}
	return nil, notFound(cmp.Or(template, c.args[0]))
}

func (t *Tenant) getActivated(c *call) (*answer, error) {
	cols, err := choose(c, "directoryRole", t.views.activated, "")
	if err != nil {
		return nil, err
	}
	r, err := t.activatedRole(c)
	if err != nil {
		return nil, err
	}
	context := c.context(fragment(c, "directoryRoles") + "/$entity")
	return &answer{status: http.StatusOK, body: appendObject(nil, context, cols, r)}, nil
}

// listHolders answers the members of a directory role: those who have it in the
// whole tenant and in force.
func (t *Tenant) listHolders(c *call) (*answer, error) {
	r, err := t.activatedRole(c)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var all []member
	for a := range t.assignments(false) {
		if a.Role != r.ID || a.Scope != "/" || seen[a.Principal] {
			continue
		}
		seen[a.Principal] = true
		m := member{id: a.Principal, user: t.byID[plan.UserID(a.Principal)]}
		if m.user == nil {
			m.group = t.groups[plan.GroupID(a.Principal)]
		}
		m.service = m.user == nil && m.group == nil
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b member) int { return cmp.Compare(a.id, b.id) })
	return t.objects(c, all)
}
