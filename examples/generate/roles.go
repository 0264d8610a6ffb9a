package main

import (
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// globalAdmin is the role that the company's administrator and its break-glass
// account hold.
const globalAdmin plan.RoleID = "62e90394-69f5-4237-9190-012177145e10"

// roles are the definitions and assignments, both sorted by id.
func (c company) roles() ([]plan.Role, []plan.RoleAssignment) {
	definitions := []plan.Role{{
		ID: globalAdmin, TemplateID: globalAdmin, Name: "Global Administrator", BuiltIn: true, Privileged: plan.Yes,
		Actions: []string{"microsoft.directory/groups/assignLicense", "microsoft.directory/users/assignLicense"},
	}}
	var given []plan.RoleAssignment
	for _, name := range []string{c.admin, "Break glass"} {
		given = append(given, plan.RoleAssignment{
			ID: c.guid("role", name), Role: globalAdmin, Principal: string(c.userID(name)), Kind: plan.PrincipalUser, Scope: "/",
		})
	}
	slices.SortFunc(given, func(a, b plan.RoleAssignment) int { return strings.Compare(a.ID, b.ID) })
	return definitions, given
}

// actor is the application that makes and applies the plans.
func (c company) actor() plan.Actor {
	return plan.Actor{
		Kind: plan.ActorApplication, ID: c.guid("servicePrincipal", "reseat"), Name: "reseat", Roles: []string{}, RolesKnown: true, PermissionsKnown: true,
		Permissions: []string{"AuditLog.Read.All", "Group.Read.All", "LicenseAssignment.ReadWrite.All", "MailboxSettings.Read", "Organization.Read.All",
			"PrivilegedEligibilitySchedule.Read.AzureADGroup", "RoleManagement.Read.Directory", "User.Read.All"},
	}
}

// reads says that everything could be read.
func reads(s *plan.Snapshot) []plan.Read {
	members, boxes, seen := 0, 0, 0
	for _, g := range s.Groups {
		members += len(g.Members)
	}
	for i := range s.Users {
		if s.Users[i].Mailbox != "" {
			boxes++
		}
		if s.Users[i].SignIn != nil {
			seen++
		}
	}
	read := func(what string, items int) plan.Read {
		return plan.Read{What: what, Items: items, Status: plan.ReadComplete}
	}
	return []plan.Read{
		read(plan.ReadUsers, len(s.Users)), read(plan.ReadProducts, len(s.Products)), read(plan.ReadSubscriptions, len(s.Subscriptions)),
		read(plan.ReadRoles, len(s.RoleAssignments)), read(plan.ReadEligibility, 0), read(plan.ReadGroupEligibility, 0),
		read(plan.ReadGroups, len(s.Groups)), read(plan.ReadMembers, members), read(plan.ReadDeleted, 0),
		read(plan.ReadMailboxes, boxes), read(plan.ReadSignIns, seen),
	}
}
