package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// A duty is a directory role with those who have it, by name.
type duty struct {
	name       string
	id         plan.RoleID
	privileged bool
	actions    []string
	people     []string
	accounts   []string // user principal names of accounts that are nobody's
	eligible   []string // may activate it through PIM
	group      string
	service    bool // an application has it
}

func duties() []duty {
	return []duty{
		{name: "Global Administrator", id: "62e90394-69f5-4237-9190-012177145e10", privileged: true,
			actions:  []string{"microsoft.directory/groups/assignLicense", "microsoft.directory/users/assignLicense", "microsoft.directory/users/create"},
			people:   []string{"Dana Kim"},
			accounts: []string{"bg-01@contoso.com", "bg-02@contoso.com"}},
		{name: "User Administrator", id: "fe930be7-5e62-47db-91af-98c3a49a38b1", privileged: true,
			actions: []string{"microsoft.directory/groups/assignLicense", "microsoft.directory/users/assignLicense", "microsoft.directory/users/create"},
			people:  []string{"Priya Iyer"}},
		{name: "License Administrator", id: "4d6ac14f-3453-41d0-bef9-a3e0c569773a",
			actions: []string{"microsoft.directory/groups/assignLicense", "microsoft.directory/groups/reprocessLicenseAssignment",
				"microsoft.directory/users/assignLicense", "microsoft.directory/users/reprocessLicenseAssignment",
				"microsoft.directory/users/usageLocation/update"},
			people: []string{"Erik Lund"}},
		{name: "Exchange Administrator", id: "29232cdf-9323-42fd-ade2-1d097af3e4de", people: []string{"Erik Lund"}},
		{name: "Helpdesk Administrator", id: "729827e3-9c14-49f7-bb1b-9608f156bbb8", privileged: true, group: "role-helpdesk"},
		{name: "Security Administrator", id: "194ae4cb-b126-40b2-bd5b-6091b380977d", privileged: true, eligible: []string{"Lena Vogt"}},
		{name: "Directory Readers", id: "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", service: true},
		{name: "Directory Synchronization Accounts", id: "d29b2b05-8046-44ba-8758-1e26182fcf32", privileged: true,
			accounts: []string{"Sync_CONTOSO-DC01@contoso.onmicrosoft.com"}},
	}
}

// actorID is the object id of the application that reads and writes.
func actorID() string { return guid("servicePrincipal", "reseat") }

// roles are the definitions and assignments, both sorted by id.
func roles() ([]plan.Role, []plan.RoleAssignment) {
	var definitions []plan.Role
	var given []plan.RoleAssignment
	for _, d := range duties() {
		definitions = append(definitions, plan.Role{
			ID: d.id, TemplateID: d.id, Name: d.name, BuiltIn: true, Privileged: plan.TruthOf(d.privileged), Actions: d.actions,
		})
		give := func(kind plan.PrincipalKind, principal string, eligible bool) {
			given = append(given, plan.RoleAssignment{
				ID: guid("roleAssignment", d.name+principal), Role: d.id, Principal: principal, Kind: kind, Scope: "/", Eligible: eligible,
			})
		}
		for _, name := range d.people {
			give(plan.PrincipalUser, string(userID(upn(name))), false)
		}
		for _, name := range d.accounts {
			give(plan.PrincipalUser, string(userID(name)), false)
		}
		for _, name := range d.eligible {
			give(plan.PrincipalUser, string(userID(upn(name))), true)
		}
		if d.group != "" {
			give(plan.PrincipalGroup, string(groupID(d.group)), false)
		}
		if d.service {
			give(plan.PrincipalService, actorID(), false)
		}
	}
	slices.SortFunc(definitions, func(a, b plan.Role) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(given, func(a, b plan.RoleAssignment) int { return strings.Compare(a.ID, b.ID) })
	return definitions, given
}

// actor is the application that makes and applies the example's plans.
func actor() plan.Actor {
	return plan.Actor{
		Kind: plan.ActorApplication, ID: actorID(), Name: "reseat", Roles: []string{},
		RolesKnown: true, PermissionsKnown: true,
		Permissions: []string{"AuditLog.Read.All", "Group.Read.All", "LicenseAssignment.ReadWrite.All", "MailboxSettings.Read", "Organization.Read.All",
			"PrivilegedEligibilitySchedule.Read.AzureADGroup", "RoleManagement.Read.Directory", "User.Read.All"},
	}
}
