package simulator

// The permissions of calls that read, as Graph's published permission data
// has them; those of the first calls are in permission.go.

func readMailbox() rule {
	both := []string{"MailboxSettings.Read", "MailboxSettings.ReadWrite"}
	return rule{app: both, own: both}
}

func readMemberships() rule {
	r := readUsers()
	r.either = append(r.either, "GroupMember.Read.All", "Group.Read.All", "GroupMember.ReadWrite.All", "Group.ReadWrite.All")
	r.own = []string{"User.Read", "User.ReadWrite"}
	return r
}

// readFailing is a guess on the safe side: the published data has no row for
// membersWithLicenseErrors.
func readFailing() rule {
	return rule{either: []string{"Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}}
}

func readRoleAssignmentInstances() rule {
	return rule{either: []string{"RoleAssignmentSchedule.Read.Directory", "RoleAssignmentSchedule.ReadWrite.Directory",
		"RoleManagement.Read.Directory", "RoleManagement.Read.All", "RoleManagement.ReadWrite.Directory"}}
}

func readGroupEligibility() rule {
	return rule{either: []string{"PrivilegedEligibilitySchedule.Read.AzureADGroup", "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup"}}
}

func readDeletedGroups() rule {
	return rule{either: []string{"Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}}
}
