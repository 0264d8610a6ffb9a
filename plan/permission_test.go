package plan_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// Ids of permissions, application and delegated, as Microsoft publishes them.
func TestPermissionIDs(t *testing.T) {
	for _, want := range []plan.Permission{
		{Name: "LicenseAssignment.Read.All", Application: "e2f98668-2877-4f38-a2f4-8202e0717aa1", Delegated: "f395577a-0960-456b-979f-7228de0c5996"},
		{Name: "LicenseAssignment.ReadWrite.All", Application: "5facf0c1-8979-4e95-abcf-ff3d079771c0", Delegated: "f55016cc-149c-447e-8f21-7cf3ec1d6350"},
		{Name: "User.Read.All", Application: "df021288-bdef-4463-88db-98f22de89214", Delegated: "a154be20-db9c-4678-8ab7-66f6cc099a59"},
		{Name: "User.ReadWrite.All", Application: "741f803b-c850-494e-b5df-cde7c675a1ca", Delegated: "204e0828-b5ca-4ad8-b9f3-f32a958e7cc4"},
		{Name: "Directory.Read.All", Application: "7ab1d382-f21e-4acd-a863-ba3e13f7da61", Delegated: "06da0dbc-49e2-44d2-8312-53f166ab848a"},
		{Name: "Directory.ReadWrite.All", Application: "19dbc75e-c2e2-444c-a770-ec69d8559fc7", Delegated: "c5366453-9fb0-48a5-a156-24f0c49a4b84"},
		{Name: "Organization.Read.All", Application: "498476ce-e0fe-48b0-b801-37ba7e2685c6", Delegated: "4908d5b9-3fb2-4b1e-9336-1888b7937185"},
		{Name: "Group.Read.All", Application: "5b567255-7703-4780-807c-7be8301ae99b", Delegated: "5f8c59db-677d-491f-a6b8-5f174b11ec1d"},
		{Name: "Group.ReadWrite.All", Application: "62a82d76-70ea-41e2-9197-370581804d09", Delegated: "4e46008b-f24c-477d-8fff-7bb4ec7aafe0"},
		{Name: "GroupMember.Read.All", Application: "98830695-27a2-44f7-8c18-0c3ebc9698f6", Delegated: "bc024368-1153-4739-b217-4326f2e966d0"},
		{Name: "GroupMember.ReadWrite.All", Application: "dbaae8cf-10b5-4b86-a4a1-f871c94c6695", Delegated: "f81125ac-d3b7-4573-a3b2-7099cc39df9e"},
		{Name: "RoleManagement.Read.Directory", Application: "483bed4a-2ad3-4361-a73b-c83ccdbdc53c", Delegated: "741c54c3-0c1e-44a1-818b-3f97ab4e8c83"},
		{Name: "RoleEligibilitySchedule.Read.Directory", Application: "ff278e11-4a33-4d0c-83d2-d01dc58929a5", Delegated: "eb0788c2-6d4e-4658-8c9e-c0fb8053f03d"},
		{Name: "AuditLog.Read.All", Application: "b0afded3-3588-46d8-8b3d-9842eff778da", Delegated: "e4c9e354-4dc5-45b8-9e7c-e1393b0b1a20"},
		{Name: "MailboxSettings.Read", Application: "40f97065-369a-49f4-947c-6a255697ae91", Delegated: "87f447af-9fa4-4c32-9dfa-4a57a73d18ce"},
		{Name: "PrivilegedEligibilitySchedule.Read.AzureADGroup", Application: "edb419d6-7edc-42a3-9345-509bfdf5d87c", Delegated: "8f44f93d-ecef-46ae-a9bf-338508d44d6b"},
	} {
		if got := plan.PermissionNamed(want.Name); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	if got := plan.PermissionNamed("Nothing.Known"); got != (plan.Permission{Name: "Nothing.Known"}) {
		t.Errorf("a permission that is not known: got %+v", got)
	}
}

// The table is sound: what is to be granted has ids, and suffices.
func TestAccesses(t *testing.T) {
	name := regexp.MustCompile(`^[A-Z][A-Za-z]+\.Read(Write)?(\.[A-Z][A-Za-z]+)?$`)
	seen := map[string]bool{}
	for _, x := range plan.Accesses() {
		if seen[x.What] {
			t.Errorf("%s is there twice", x.What)
		}
		seen[x.What] = true
		enough := slices.Concat([]string{x.Least}, x.Also)
		if !slices.Contains(enough, x.Grant) {
			t.Errorf("%s: %s is to be granted and does not suffice", x.What, x.Grant)
		}
		if len(slices.Compact(slices.Sorted(slices.Values(enough)))) != len(enough) {
			t.Errorf("%s: a permission twice among %v", x.What, enough)
		}
		for _, p := range slices.Concat(enough, x.AlsoApplication, x.AlsoPerson) {
			if !name.MatchString(p) {
				t.Errorf("%s: %q is no name of a permission", x.What, p)
			}
		}
		for _, p := range []string{x.Least, x.Grant} {
			known := plan.PermissionNamed(p)
			for _, id := range []string{known.Application, known.Delegated} {
				if _, err := plan.ParseGUID(id); err != nil {
					t.Errorf("%s: %s: %v", x.What, p, err)
				}
			}
		}
		if x.Lack == "" {
			t.Errorf("%s: nothing is said of what its lack costs", x.What)
		}
	}
}

// Each permission gives just what Graph's reference says; the rows that people
// get wrong are among them.
func TestAccessBy(t *testing.T) {
	app, person := plan.ActorApplication, plan.ActorPerson
	all := []string{"organization", "users", "subscribedSkus", "subscriptions", "roleDefinitions", "roleAssignments", "groups", "members", "deletedItems"}
	for _, c := range []struct {
		kind       plan.ActorKind
		permission string
		want       []string
	}{
		{app, "LicenseAssignment.ReadWrite.All", []string{"assignLicense"}},
		{app, "LicenseAssignment.Read.All", []string{"subscribedSkus"}},
		{app, "User.Read.All", []string{"organization", "users", "deletedItems"}},
		{app, "Organization.Read.All", []string{"organization", "subscribedSkus", "subscriptions"}},
		{app, "Organization.ReadWrite.All", []string{"organization", "subscribedSkus", "subscriptions"}},
		{person, "Organization.ReadWrite.All", []string{"organization", "subscribedSkus"}},
		{app, "Directory.Read.All", all},
		{app, "Directory.ReadWrite.All", slices.Concat(slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == "subscriptions" }), []string{"assignLicense"})},
		{app, "RoleManagement.Read.Directory", []string{"roleDefinitions", "roleAssignments", "roleEligibility"}},
		{app, "RoleManagement.Read.All", []string{"roleEligibility"}},
		{person, "RoleManagement.Read.All", []string{"roleAssignments", "roleEligibility"}},
		{app, "RoleEligibilitySchedule.Read.Directory", []string{"roleEligibility"}},
		{app, "PrivilegedEligibilitySchedule.Read.AzureADGroup", []string{"groupEligibility"}},
		{app, "Group.Read.All", []string{"groups", "members"}},
		{app, "GroupMember.Read.All", []string{"groups", "members"}},
		{app, "MailboxSettings.Read", []string{"mailboxSettings"}},
		{app, "AuditLog.Read.All", []string{"signInActivity"}},
		{person, "User.Read", []string{"organization"}},
		{app, "User.Read", nil},
		{plan.ActorUnknown, "Directory.Read.All", nil},
	} {
		var got []string
		for _, x := range plan.Accesses() {
			if by, _ := x.By(plan.Actor{Kind: c.kind, Permissions: []string{c.permission}, PermissionsKnown: true}); by != "" {
				got = append(got, x.What)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s %s: got %v, want %v", c.kind, c.permission, got, c.want)
		}
	}
}

func TestMayAssign(t *testing.T) {
	const licence, reader, marker, custom = "4d6ac14f-3453-41d0-bef9-a3e0c569773a", "b0f54661-2d74-4c50-afa3-1ec803f12efe",
		"b79fbf4d-3ef9-4689-8143-76b194e85509", "11111111-2222-4333-8444-555555555555"
	enough := []string{"LicenseAssignment.ReadWrite.All"}
	person := func(permissions []string, rolesKnown bool, roles ...string) plan.Actor {
		return plan.Actor{Kind: plan.ActorPerson, Permissions: permissions, PermissionsKnown: permissions != nil, Roles: roles, RolesKnown: rolesKnown}
	}
	for _, c := range []struct {
		name  string
		actor plan.Actor
		want  plan.Truth
		why   string
	}{
		{"application", plan.Actor{Kind: plan.ActorApplication, Permissions: enough, PermissionsKnown: true}, plan.Yes, ""},
		{"application that reads", plan.Actor{Kind: plan.ActorApplication, Permissions: []string{"User.Read.All"}, PermissionsKnown: true}, plan.No, "LicenseAssignment.ReadWrite.All is missing"},
		{"application without claim", plan.Actor{Kind: plan.ActorApplication}, plan.Unknown, "the token does not say its permissions"},
		{"nobody", plan.Actor{Permissions: enough, PermissionsKnown: true}, plan.Unknown, "the token does not say who acts"},
		{"person", person(enough, true, marker, licence), plan.Yes, ""},
		{"role in capitals", person(enough, true, "4D6AC14F-3453-41D0-BEF9-A3E0C569773A"), plan.Yes, ""},
		{"role without permission", person([]string{}, true, licence), plan.No, "LicenseAssignment.ReadWrite.All is missing"},
		{"permission without role", person(enough, true, marker), plan.No, "no role that assigns licences is active: License Administrator is the least"},
		{"Billing Administrator", person(enough, true, reader), plan.No, "no role that assigns licences is active: License Administrator is the least"},
		{"custom role", person(enough, true, custom), plan.Unknown, "the token shows a role that may hold users/assignLicense, or may not"},
		{"person without claim", person(enough, false), plan.Unknown, "the token does not say its roles"},
		{"person without scopes", person(nil, true, licence), plan.Unknown, "the token does not say its permissions"},
	} {
		if got, why := c.actor.MayAssign(); got != c.want || why != c.why {
			t.Errorf("%s: got %v %q, want %v %q", c.name, got, why, c.want, c.why)
		}
	}
}

func TestCheckup(t *testing.T) {
	app := plan.Actor{Kind: plan.ActorApplication, Permissions: []string{"User.Read.All"}, PermissionsKnown: true}
	check := func(what string, works plan.Works, needed bool) plan.Checked {
		x, ok := plan.AccessTo(what)
		if !ok {
			t.Fatalf("no access %s", what)
		}
		return x.Check(works, "", "", needed, app)
	}
	for _, c := range []struct {
		name  string
		read  plan.Checked
		right plan.Truth
		ready bool
		costs bool
		grant string
	}{
		{"all is well", check(plan.ReadUsers, plan.WorksYes, false), plan.Yes, true, false, ""},
		{"wrong tenant", check(plan.ReadUsers, plan.WorksYes, false), plan.No, false, false, ""},
		{"tenant not told", check(plan.ReadUsers, plan.WorksYes, false), plan.Unknown, true, false, ""},
		{"needed and denied", check(plan.ReadRoles, plan.WorksDenied, false), plan.Yes, false, true, "RoleManagement.Read.Directory"},
		{"denied in spite of the permission", check(plan.ReadUsers, plan.WorksDenied, false), plan.Yes, false, true, ""},
		{"needed and failed", check(plan.ReadProducts, plan.WorksFailed, false), plan.Yes, false, true, ""},
		{"no PIM", check(plan.ReadEligibility, plan.WorksAbsent, false), plan.Yes, true, false, ""},
		{"no P1", check(plan.ReadSignIns, plan.WorksAbsent, false), plan.Yes, true, true, ""},
		{"costs something", check(plan.ReadSubscriptions, plan.WorksDenied, false), plan.Yes, true, true, "Organization.Read.All"},
		{"needed this time", check(plan.ReadMembers, plan.WorksDenied, true), plan.Yes, false, true, "Group.Read.All"},
		{"could not be tried, and would not work", check(plan.ReadMailboxes, plan.WorksUntold, false), plan.Yes, true, false, "MailboxSettings.Read"},
		{"could not be tried, and would work", check(plan.ReadUsers, plan.WorksUntold, false), plan.Yes, true, false, ""},
	} {
		u := plan.Checkup{Right: c.right, Reads: []plan.Checked{c.read}}
		u.Conclude()
		grant := ""
		if len(u.Grant) > 0 {
			grant = u.Grant[0].Name
		}
		if u.Ready != c.ready || (c.read.Costs != "") != c.costs || grant != c.grant {
			t.Errorf("%s: got ready %v, costs %q, grant %q", c.name, u.Ready, c.read.Costs, grant)
		}
	}
	both := plan.Checkup{Right: plan.Yes, Reads: []plan.Checked{check(plan.ReadRoles, plan.WorksDenied, false), check(plan.ReadEligibility, plan.WorksDenied, false)}}
	both.Conclude()
	if len(both.Grant) != 1 || !slices.Equal(both.Grant[0].For, []string{"roleAssignments", "roleEligibility"}) {
		t.Errorf("got %+v, want one permission for both", both.Grant)
	}
	none := plan.Checkup{Right: plan.Yes}
	none.Conclude()
	if none.Ready {
		t.Error("nothing was tried, and it is ready")
	}
}
