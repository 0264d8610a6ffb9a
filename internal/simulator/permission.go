package simulator

import (
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// A rule is who may make a call: a token with one of the permissions.
type rule struct {
	either []string
	app    []string // of applications alone
	person []string // of signed-in people alone
	own    []string // of signed-in people, about themselves
	role   bool     // a signed-in person also needs a role that assigns licences
}

// allows reports whether k may make a call; own, whether it is about himself.
func (r rule) allows(k claims, own bool) bool {
	have := func(list []string) bool {
		return slices.ContainsFunc(list, func(p string) bool { return slices.Contains(k.permissions(), p) })
	}
	if k.application() {
		return have(r.either) || have(r.app)
	}
	return have(r.either) || have(r.person) || own && have(r.own)
}

func readUsers() rule {
	return rule{either: []string{"User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}}
}

func readUser() rule {
	r := readUsers()
	r.own = []string{"User.Read", "User.ReadWrite"}
	return r
}

func readDetails() rule {
	r := readUsers()
	r.either = append(r.either, "LicenseAssignment.Read.All")
	r.own = []string{"User.Read"}
	return r
}

func assignLicences() rule {
	return rule{either: []string{"LicenseAssignment.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"}, role: true}
}

func readProducts() rule {
	return rule{either: []string{"LicenseAssignment.Read.All", "Organization.Read.All", "Organization.ReadWrite.All",
		"Directory.Read.All", "Directory.ReadWrite.All"}}
}

func readSubscriptions() rule {
	return rule{either: []string{"Organization.Read.All", "Directory.Read.All"}, app: []string{"Organization.ReadWrite.All"}}
}

func readOrganization() rule {
	return rule{either: []string{"Organization.Read.All", "Organization.ReadWrite.All", "User.Read.All", "Directory.Read.All",
		"Directory.ReadWrite.All"}, person: []string{"User.Read"}}
}

func readGroups() rule {
	return rule{either: []string{"GroupMember.Read.All", "Group.Read.All", "GroupMember.ReadWrite.All", "Group.ReadWrite.All",
		"Directory.Read.All", "Directory.ReadWrite.All"}}
}

func readObjects() rule {
	return rule{either: []string{"Directory.Read.All", "Directory.ReadWrite.All"}}
}

func readRoles() rule {
	return rule{either: []string{"RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", "Directory.Read.All",
		"Directory.ReadWrite.All"}}
}

func readRoleAssignments() rule {
	r := readRoles()
	r.person = []string{"RoleManagement.Read.All"}
	return r
}

func readEligibility() rule {
	return rule{either: []string{"RoleEligibilitySchedule.Read.Directory", "RoleEligibilitySchedule.ReadWrite.Directory",
		"RoleManagement.Read.Directory", "RoleManagement.Read.All", "RoleManagement.ReadWrite.Directory"}}
}

// licensing reports whether a signed-in person may assign licences: by a role
// in his token, or by one that the directory says he has in the whole tenant. The
// caller holds no lock.
func (t *Tenant) licensing(k claims) bool {
	return t.hasRole(k, t.assigns)
}

// assigns reports whether a role, by template or by definition, may assign licences.
func (t *Tenant) assigns(id string) bool {
	if licensingRole(id) {
		return true
	}
	return slices.ContainsFunc(t.base.Roles, func(r plan.Role) bool {
		if string(r.ID) != id && string(r.TemplateID) != id {
			return false
		}
		return licensingRole(string(r.TemplateID)) || slices.Contains(r.Actions, "microsoft.directory/users/assignLicense")
	})
}

func licensingRole(template string) bool {
	switch template {
	case "62e90394-69f5-4237-9190-012177145e10", // Global Administrator
		"4d6ac14f-3453-41d0-bef9-a3e0c569773a", // License Administrator
		"fe930be7-5e62-47db-91af-98c3a49a38b1", // User Administrator
		"9360feb5-f418-4baa-8175-e2a00bac4301", // Directory Writers
		"4ba39ca4-527c-499a-b93d-d9b492c50246", // Partner Tier1 Support
		"e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8": // Partner Tier2 Support
		return true
	}
	return false
}
