package plan

import (
	"slices"
	"strings"
)

// A Permission is one of Microsoft Graph's, with the ids by which it is granted
// to an application and to people; an id that is not known is empty.
type Permission struct {
	Name        string `json:"name"`
	Application string `json:"application,omitempty"`
	Delegated   string `json:"delegated,omitempty"`
}

// An Access is one thing that is read of a tenant, or written to it, and what
// it takes.
type Access struct {
	// What is the name of a read, or [WriteAssign].
	What  string
	Write bool
	// Needed: without it nothing can be planned (or, of a write, applied).
	Needed bool
	// Least is the least permission, Also those that suffice as well, for
	// applications and people alike; AlsoApplication and AlsoPerson for one of both.
	Least                       string
	Also                        []string
	AlsoApplication, AlsoPerson []string
	// Grant is the one to ask for: of the set that together is the least for all reads.
	Grant string
	// Lack is what it costs when it does not work. Absent is what it means that
	// the tenant has no such thing, where that costs nothing.
	Lack, Absent string
}

// Names of what is asked for and is no read of a [Snapshot] by itself.
const (
	ReadOrganization    = "organization"
	ReadRoleDefinitions = "roleDefinitions"
	WriteAssign         = "assignLicense"
)

// Accesses returns all that this program reads and writes, in the order in
// which people are shown it. The permissions are those of Graph's permission
// reference for each call.
func Accesses() []Access {
	const (
		noPlan   = "nothing can be planned"
		memberOf = "memberOf is unknown: its statements leave people alone"
	)
	directory := []string{"Directory.Read.All", "Directory.ReadWrite.All"}
	roles := append([]string{"RoleManagement.ReadWrite.Directory"}, directory...)
	groups := append([]string{"Group.Read.All", "GroupMember.ReadWrite.All", "Group.ReadWrite.All"}, directory...)
	return []Access{
		{What: ReadOrganization, Needed: true, Least: "Organization.Read.All", Grant: "Organization.Read.All",
			Also: append([]string{"Organization.ReadWrite.All", "User.Read.All"}, directory...), AlsoPerson: []string{"User.Read"}, Lack: noPlan},
		{What: ReadUsers, Needed: true, Least: "User.Read.All", Grant: "User.Read.All",
			Also: append([]string{"User.ReadWrite.All"}, directory...), Lack: noPlan},
		{What: ReadProducts, Needed: true, Least: "LicenseAssignment.Read.All", Grant: "Organization.Read.All",
			Also: append([]string{"Organization.Read.All", "Organization.ReadWrite.All"}, directory...), Lack: noPlan},
		{What: ReadSubscriptions, Least: "Organization.Read.All", Grant: "Organization.Read.All",
			Also: []string{"Directory.Read.All"}, AlsoApplication: []string{"Organization.ReadWrite.All"},
			Lack: "self-service purchases are known by declaration and product alone (R102), and renewals not at all"},
		{What: ReadRoleDefinitions, Needed: true, Least: "RoleManagement.Read.Directory", Grant: "RoleManagement.Read.Directory", Also: roles, Lack: noPlan},
		{What: ReadRoles, Needed: true, Least: "RoleManagement.Read.Directory", Grant: "RoleManagement.Read.Directory",
			Also: roles, AlsoPerson: []string{"RoleManagement.Read.All"}, Lack: noPlan},
		{What: ReadEligibility, Needed: true, Least: "RoleEligibilitySchedule.Read.Directory", Grant: "RoleManagement.Read.Directory",
			Also: []string{"RoleManagement.Read.Directory", "RoleManagement.Read.All", "RoleEligibilitySchedule.ReadWrite.Directory", "RoleManagement.ReadWrite.Directory"},
			Lack: noPlan, Absent: "no PIM: nobody is eligible for a role"},
		{What: ReadGroupEligibility, Least: "PrivilegedEligibilitySchedule.Read.AzureADGroup", Grant: "PrivilegedEligibilitySchedule.Read.AzureADGroup",
			Also: []string{"PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup"},
			Lack: "who may join a group that holds a role is not protected by it (R103)", Absent: "no PIM for groups: nobody is eligible"},
		{What: ReadGroups, Least: "GroupMember.Read.All", Grant: "Group.Read.All", Also: groups, Lack: memberOf + ", and groups show by id"},
		{What: ReadMembers, Least: "GroupMember.Read.All", Grant: "Group.Read.All", Also: groups,
			Lack: memberOf + "; where a group holds a role, nothing can be planned"},
		{What: ReadDeleted, Least: "User.Read.All", Grant: "User.Read.All", Also: append([]string{"User.ReadWrite.All"}, directory...),
			Lack: "who was deleted counts as nobody, which blocks closed lists that name him (R207)"},
		{What: ReadMailboxes, Least: "MailboxSettings.Read", Grant: "MailboxSettings.Read", Also: []string{"MailboxSettings.ReadWrite"},
			Lack: "the kind of a mailbox is unknown: a disabled account keeps its last one (R109)"},
		{What: ReadSignIns, Least: "AuditLog.Read.All", Grant: "AuditLog.Read.All",
			Lack: "lastSignIn is unknown: its statements leave people alone, and nobody is warned of recent use (R108)"},
		{What: WriteAssign, Write: true, Needed: true, Least: "LicenseAssignment.ReadWrite.All", Grant: "LicenseAssignment.ReadWrite.All",
			Also: []string{"User.ReadWrite.All", "Directory.ReadWrite.All"}, Lack: "plans can be made and not applied (R101)"},
	}
}

// AccessTo returns the access with a name.
func AccessTo(what string) (Access, bool) {
	all := Accesses()
	i := slices.IndexFunc(all, func(a Access) bool { return a.What == what })
	if i < 0 {
		return Access{}, false
	}
	return all[i], true
}

// PermissionNamed returns a permission with its ids, or one with its name alone
// where they are not known. The ids are those of the application Microsoft
// Graph, 00000003-0000-0000-c000-000000000000, and alike in all tenants.
func PermissionNamed(name string) Permission {
	for _, p := range permissions {
		if p.Name == name {
			return p
		}
	}
	return Permission{Name: name}
}

// By returns the permission of the actor's token that allows the access. It is
// empty where there is none; known is false where the token does not say its
// permissions.
func (x Access) By(a Actor) (name string, known bool) {
	enough := append([]string{x.Least}, x.Also...)
	switch a.Kind {
	case ActorApplication:
		enough = append(enough, x.AlsoApplication...)
	case ActorPerson:
		enough = append(enough, x.AlsoPerson...)
	default:
		return "", false
	}
	for _, name := range enough {
		if slices.Contains(a.Permissions, name) {
			return name, true
		}
	}
	return "", a.PermissionsKnown
}

// MayAssign judges by the claims of its token alone whether an actor may change
// licences, and says in words why not, or why it cannot be told. A plan judges
// again, with the roles that the directory knows of (R101).
func (a Actor) MayAssign() (may Truth, why string) {
	x, _ := AccessTo(WriteAssign)
	by, known := x.By(a)
	switch {
	case a.Kind != ActorApplication && a.Kind != ActorPerson:
		return Unknown, "the token does not say who acts"
	case by == "" && !known:
		return Unknown, "the token does not say its permissions"
	case by == "":
		return No, x.Least + " is missing"
	case a.Kind == ActorApplication:
		return Yes, ""
	}
	return a.roleAssigns()
}

// roleAssigns judges the roles of a signed-in person, who needs one beside the
// permission. The token shows the ids of roles and not what they hold.
func (a Actor) roleAssigns() (may Truth, why string) {
	const marker = "b79fbf4d-3ef9-4689-8143-76b194e85509" // every member of a tenant has it; it is no role
	custom := false
	for _, id := range a.Roles {
		r := Role{TemplateID: RoleID(strings.ToLower(id))}
		if r.assignsLicences() {
			return Yes, ""
		}
		custom = custom || r.TemplateID != marker && builtInName(r.TemplateID) == ""
	}
	switch {
	case !a.RolesKnown:
		return Unknown, "the token does not say its roles"
	case custom:
		return Unknown, "the token shows a role that may hold users/assignLicense, or may not"
	}
	return No, "no role that assigns licences is active: License Administrator is the least"
}

// permissions are those of which the ids are known.
var permissions = []Permission{
	{"AuditLog.Read.All", "b0afded3-3588-46d8-8b3d-9842eff778da", "e4c9e354-4dc5-45b8-9e7c-e1393b0b1a20"},
	{"Directory.Read.All", "7ab1d382-f21e-4acd-a863-ba3e13f7da61", "06da0dbc-49e2-44d2-8312-53f166ab848a"},
	{"Directory.ReadWrite.All", "19dbc75e-c2e2-444c-a770-ec69d8559fc7", "c5366453-9fb0-48a5-a156-24f0c49a4b84"},
	{"Group.Read.All", "5b567255-7703-4780-807c-7be8301ae99b", "5f8c59db-677d-491f-a6b8-5f174b11ec1d"},
	{"Group.ReadWrite.All", "62a82d76-70ea-41e2-9197-370581804d09", "4e46008b-f24c-477d-8fff-7bb4ec7aafe0"},
	{"GroupMember.Read.All", "98830695-27a2-44f7-8c18-0c3ebc9698f6", "bc024368-1153-4739-b217-4326f2e966d0"},
	{"GroupMember.ReadWrite.All", "dbaae8cf-10b5-4b86-a4a1-f871c94c6695", "f81125ac-d3b7-4573-a3b2-7099cc39df9e"},
	{"LicenseAssignment.Read.All", "e2f98668-2877-4f38-a2f4-8202e0717aa1", "f395577a-0960-456b-979f-7228de0c5996"},
	{"LicenseAssignment.ReadWrite.All", "5facf0c1-8979-4e95-abcf-ff3d079771c0", "f55016cc-149c-447e-8f21-7cf3ec1d6350"},
	{"MailboxSettings.Read", "40f97065-369a-49f4-947c-6a255697ae91", "87f447af-9fa4-4c32-9dfa-4a57a73d18ce"},
	{"Organization.Read.All", "498476ce-e0fe-48b0-b801-37ba7e2685c6", "4908d5b9-3fb2-4b1e-9336-1888b7937185"},
	{"PrivilegedEligibilitySchedule.Read.AzureADGroup", "edb419d6-7edc-42a3-9345-509bfdf5d87c", "8f44f93d-ecef-46ae-a9bf-338508d44d6b"},
	{"RoleEligibilitySchedule.Read.Directory", "ff278e11-4a33-4d0c-83d2-d01dc58929a5", "eb0788c2-6d4e-4658-8c9e-c0fb8053f03d"},
	{"RoleManagement.Read.Directory", "483bed4a-2ad3-4361-a73b-c83ccdbdc53c", "741c54c3-0c1e-44a1-818b-3f97ab4e8c83"},
	{"User.Read.All", "df021288-bdef-4463-88db-98f22de89214", "a154be20-db9c-4678-8ab7-66f6cc099a59"},
	{"User.ReadWrite.All", "741f803b-c850-494e-b5df-cde7c675a1ca", "204e0828-b5ca-4ad8-b9f3-f32a958e7cc4"},
}
