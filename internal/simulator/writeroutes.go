package simulator

import (
	"net/http"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// writeRoutes are the calls that change the tenant, beside assignLicense of a user.
func writeRoutes() []route {
	do := func(method, path string, r rule, do func(*Tenant, *call) (*answer, error)) route {
		return route{method: method, path: strings.Split(path, "/"), rule: r, cost: 1, do: do}
	}
	return []route{
		do(http.MethodPatch, "users/*", patchUsers(), (*Tenant).patchUser),
		do(http.MethodDelete, "users/*", deleteUsers(), (*Tenant).deleteUser),
		do(http.MethodPost, "users/*/reprocessLicenseAssignment", reprocessUsers(), (*Tenant).reprocess),
		do(http.MethodPost, "directory/deletedItems/*/restore", deleteUsers(), (*Tenant).restoreUser),
		do(http.MethodPatch, "groups/*", changeMembers(), (*Tenant).patchGroup),
		do(http.MethodPost, "groups/*/assignLicense", assignToGroups(), (*Tenant).assignGroupLicense),
		do(http.MethodPost, "groups/*/members/$ref", changeMembers(), (*Tenant).addMember),
		do(http.MethodDelete, "groups/*/members/*/$ref", changeMembers(), (*Tenant).removeMember),
	}
}

func patchUsers() rule {
	return rule{either: []string{"User.ReadWrite.All", "Directory.ReadWrite.All"}}
}

// deleteUsers is for restoring too. Directory.ReadWrite.All is not enough.
func deleteUsers() rule {
	return rule{either: []string{"User.DeleteRestore.All", "User.ReadWrite.All"}}
}

func reprocessUsers() rule {
	return rule{either: []string{"User.ReadWrite.All", "Directory.ReadWrite.All"}, role: true}
}

func assignToGroups() rule {
	return rule{either: []string{"LicenseAssignment.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"}}
}

func changeMembers() rule {
	return rule{either: []string{"GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"}}
}

const (
	globalAdministrator  = "62e90394-69f5-4237-9190-012177145e10"
	licenceAdministrator = "4d6ac14f-3453-41d0-bef9-a3e0c569773a"
	userAdministrator    = "fe930be7-5e62-47db-91af-98c3a49a38b1"
	groupsAdministrator  = "fdd7a751-b60b-444a-984c-02652fe8fa1c"
	directoryWriters     = "9360feb5-f418-4baa-8175-e2a00bac4301"
)

// groupRoles are the roles of people who may license groups and change their members.
func groupRoles() []string {
	return []string{globalAdministrator, licenceAdministrator, userAdministrator, groupsAdministrator, directoryWriters}
}

func memberRoles() []string {
	return []string{globalAdministrator, userAdministrator, groupsAdministrator, directoryWriters}
}

func userRoles() []string {
	return []string{globalAdministrator, userAdministrator}
}

// mayAs reports whether a caller is an application, or a person who has one of
// the roles in the whole tenant. The caller holds no lock.
func (t *Tenant) mayAs(k claims, roles []string) bool {
	if k.application() {
		return true
	}
	return t.hasRole(k, func(id string) bool { return slices.Contains(roles, t.template(id)) })
}

// template is the template of a role, by its definition.
func (t *Tenant) template(id string) string {
	for _, r := range t.base.Roles {
		if string(r.ID) == id && r.TemplateID != "" {
			return string(r.TemplateID)
		}
	}
	return id
}

// hasRole reports whether a signed-in person has a role that fits: by his
// token, or because the directory says so of the whole tenant.
func (t *Tenant) hasRole(k claims, fits func(string) bool) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.binned(k.Oid) {
		return false
	}
	if k.Wids != nil && slices.ContainsFunc(*k.Wids, fits) {
		return true
	}
	for a := range t.assignments(false) {
		if a.Scope != "/" || !fits(string(a.Role)) {
			continue
		}
		g := t.groups[plan.GroupID(a.Principal)]
		if a.Principal == k.Oid || g != nil && g.MembersRead && slices.Contains(g.Members, plan.UserID(k.Oid)) {
			return true
		}
	}
	return false
}

// done is the answer to a write that shows nothing.
func done() *answer { return &answer{status: http.StatusNoContent} }
