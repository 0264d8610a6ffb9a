package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// Roles of the directory.
const (
	roleGlobal  plan.RoleID = "62e90394-69f5-4237-9190-012177145e10"
	roleLicence plan.RoleID = "4d6ac14f-3453-41d0-bef9-a3e0c569773a"
	roleBilling plan.RoleID = "b0f54661-2d74-4c50-afa3-1ec803f12efe"
	roleReaders plan.RoleID = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
	roleIntune  plan.RoleID = "3a2c62db-5318-420d-8d74-23affee5d9d5"
	roleOwn     plan.RoleID = "00000000-0000-4000-8000-0000000000aa"
	// wordOfMembers is in every member's token and no role.
	wordOfMembers = "b79fbf4d-3ef9-4689-8143-76b194e85509"
)

// definitions are the roles of a directory; the last is its own.
func definitions(own plan.Role) []plan.Role {
	role := func(id plan.RoleID, name string) plan.Role {
		return plan.Role{ID: id, TemplateID: id, Name: name, BuiltIn: true}
	}
	own.ID, own.TemplateID, own.Name = roleOwn, roleOwn, "Seat Keeper"
	all := []plan.Role{role(roleGlobal, "Global Administrator"), role(roleLicence, "License Administrator"), role(roleBilling, "Billing Administrator"), role(roleReaders, "Directory Readers"), role(roleIntune, "Intune Administrator"), own}
	slices.SortFunc(all, func(a, b plan.Role) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return all
}

// given is a role of a principal.
func given(role plan.RoleID, to string, change func(*plan.RoleAssignment)) plan.RoleAssignment {
	a := plan.RoleAssignment{ID: fmt.Sprintf("%.8s-%.8s-%t", role, to, change != nil), Role: role, Principal: to, Kind: plan.PrincipalUser, Scope: "/"}
	if change != nil {
		change(&a)
	}
	return a
}

func overUnit(a *plan.RoleAssignment) {
	a.Scope = "/administrativeUnits/10000000-0000-4000-8000-000000000001"
}
func eligible(a *plan.RoleAssignment) { a.Eligible = true }
func toGroup(a *plan.RoleAssignment)  { a.Kind = plan.PrincipalGroup }

// roleGroup is a group that may hold a role.
func roleGroup(id plan.GroupID, members ...plan.UserID) plan.Group {
	return plan.Group{ID: id, DisplayName: "tier-" + string(id[:1]), RoleAssignable: true, SecurityEnabled: true, Members: members, MembersRead: true, Eligible: []plan.UserID{}}
}

const (
	firstGroup  plan.GroupID = "10000000-0000-4000-8000-0000000000f1"
	secondGroup plan.GroupID = "20000000-0000-4000-8000-0000000000f2"
)

// TestWhoActs is R101 for each kind of identity, from its token and the directory to
// what an apply does. A plan is always made, and says what there is to say.
func TestWhoActs(t *testing.T) {
	t.Parallel()
	me := hallID(20)
	read := []string{"AuditLog.Read.All", "Directory.Read.All", "RoleManagement.Read.Directory"}
	with := func(more ...string) []string { return slices.Concat(read, more) }
	app := func(permissions []string) plan.Actor {
		return plan.Actor{Kind: plan.ActorApplication, ID: "22222222-0000-4000-8000-000000000009", Name: "reseat", Permissions: permissions}
	}
	person := func(permissions []string, roles ...string) plan.Actor {
		return plan.Actor{Kind: plan.ActorPerson, ID: string(me), Name: "p20@hall.com", Permissions: permissions, Roles: roles}
	}
	const may = "LicenseAssignment.ReadWrite.All"
	tests := []struct {
		name  string
		actor plan.Actor
		held  []plan.RoleAssignment
		own   plan.Role
		group *plan.Group
		code  int    // of an apply
		says  string // by R101 in the plan; empty: nothing
	}{
		{name: "application", actor: app(with(may))},
		{name: "application, users", actor: app(with("User.ReadWrite.All"))},
		{name: "application, directory", actor: app(with("Directory.ReadWrite.All"))},
		{name: "application that reads", actor: app(read), code: 4, says: "an application's token needs"},
		{name: "application with licences to read", actor: app(with("LicenseAssignment.Read.All")), code: 4, says: "an application's token needs"},
		{name: "application with a person's role", actor: app(read), held: []plan.RoleAssignment{given(roleGlobal, "22222222-0000-4000-8000-000000000009", func(a *plan.RoleAssignment) { a.Kind = plan.PrincipalService })},
			code: 4, says: "an application's token needs"},
		{name: "administrator by token", actor: person(with(may), string(roleLicence))},
		{name: "administrator by directory", actor: person(with(may), wordOfMembers), held: []plan.RoleAssignment{given(roleLicence, string(me), nil)}},
		{name: "administrator, no claim", actor: person(with(may)), held: []plan.RoleAssignment{given(roleGlobal, string(me), nil)}},
		{name: "administrator through a group", actor: person(with(may), wordOfMembers), held: []plan.RoleAssignment{given(roleLicence, string(firstGroup), toGroup)},
			group: new(roleGroup(firstGroup, me))},
		{name: "own role", actor: person(with(may), wordOfMembers), held: []plan.RoleAssignment{given(roleOwn, string(me), nil)},
			own: plan.Role{Actions: []string{"microsoft.directory/users/assignLicense"}}},
		{name: "own role by token", actor: person(with(may), string(roleOwn)), own: plan.Role{Actions: []string{"microsoft.directory/users/assignLicense"}}},
		{name: "own role of something else", actor: person(with(may), wordOfMembers), held: []plan.RoleAssignment{given(roleOwn, string(me), nil)},
			own: plan.Role{Actions: []string{"microsoft.directory/groups/assignLicense"}}, code: 4, says: "a person needs"},
		{name: "billing administrator", actor: person(with(may), string(roleBilling)), code: 4, says: "a person needs"},
		{name: "nobody special", actor: person(with(may), wordOfMembers), code: 4, says: "a person needs"},
		{name: "eligible", actor: person(with(may), wordOfMembers), held: []plan.RoleAssignment{given(roleGlobal, string(me), eligible)}, code: 4, says: "a person needs"},
		{name: "over a unit", actor: person(with(may), wordOfMembers), held: []plan.RoleAssignment{given(roleLicence, string(me), overUnit)}, code: 5, says: "over an administrative unit only"},
		{name: "over a unit, by token too", actor: person(with(may), string(roleLicence)), held: []plan.RoleAssignment{given(roleLicence, string(me), overUnit)}, says: "over an administrative unit only"},
		{name: "over a unit and the tenant", actor: person(with(may), wordOfMembers),
			held: []plan.RoleAssignment{given(roleLicence, string(me), overUnit), given(roleGlobal, string(me), nil)}},
		{name: "no claim and no role", actor: person(with(may)), code: 5, says: "does not say its roles"},
		{name: "administrator whose token reads", actor: person(read, string(roleGlobal)), code: 5, says: "Graph refuses every change"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := moved(crowdOf(100, hallVisio), "Gone", 3)
			s.Actor, s.Roles, s.RoleAssignments = tt.actor, definitions(tt.own), tt.held
			if tt.group != nil {
				s.Groups = []plan.Group{*tt.group}
			}
			h := newHall(t, s, "", takeVisio)
			p := h.plan(0)
			i := slices.IndexFunc(p.Notes, func(n plan.Note) bool { return n.Code == "R101" })
			switch {
			case tt.says == "" && i >= 0:
				t.Errorf("the plan notes %q", p.Notes[i].Text)
			case tt.says != "" && (i < 0 || !strings.Contains(p.Notes[i].Text, tt.says)):
				t.Errorf("got notes %v, want %q", p.Notes, tt.says)
			}
			if g := guardOf(t, p, "R101"); g.OK != (tt.code != 4) || g.When != plan.AtApply || p.Summary.Verdict != plan.HasChanges || p.Summary.Unassign != 3 {
				t.Errorf("got %+v, %+v", g, p.Summary)
			}
			h.run(tt.code, "apply", h.dir, "--yes")
			if got, want := h.writes(), map[int]int{0: 3}[tt.code]; got != want {
				t.Errorf("got %d writes, want %d", got, want)
			}
		})
	}
}

// TestPoorTenant: without Entra ID P1 and P2, and with nothing to write by, there is
// a plan like any other, which notes what could not be known.
func TestPoorTenant(t *testing.T) {
	t.Parallel()
	s := moved(crowdOf(100, hallVisio), "Gone", 3)
	s.Actor.Permissions = []string{"Directory.Read.All", "RoleManagement.Read.Directory"}
	for i := range s.Reads {
		if r := &s.Reads[i]; r.What == plan.ReadEligibility {
			r.Status, r.Reason = plan.ReadAbsent, "400 AadPremiumLicenseRequired"
		}
	}
	h := newHall(t, s, "", takeVisio+"\nrules: [{name: idle, match: {lastSignIn: {olderThan: 90d}}, licenses: []}]")
	h.say("manage: {products: all}", takeVisio+"\nrules: [{name: idle, match: {lastSignIn: {olderThan: 90d}}, licenses: []}]")
	p := h.plan(0)
	notes := fmt.Sprint(p.Notes)
	if p.Summary.Verdict != plan.HasChanges || p.Summary.Unassign != 3 || p.Summary.NotEvaluated == 0 {
		t.Errorf("got %+v", p.Summary)
	}
	for _, want := range []string{"this tenant has no PIM", "an application's token needs"} {
		if !strings.Contains(notes, want) {
			t.Errorf("no note says %q: %s", want, notes)
		}
	}
	out, _ := h.run(0, "plan", h.dir)
	if !strings.Contains(out, "sign-in dates") {
		t.Errorf("it is not said that sign-ins are unknown:\n%s", out)
	}
	if h.run(4, "apply", h.dir, "--yes"); h.writes() != 0 {
		t.Errorf("got %d writes", h.writes())
	}
	if h.run(2, "plan", h.dir, "--detailed-exitcode"); h.now.IsZero() {
		t.Error("no time")
	}
}

// TestWhoIsProtected is R103 for each way to a role.
func TestWhoIsProtected(t *testing.T) {
	t.Parallel()
	him := hallID(0)
	tests := []struct {
		name     string
		held     []plan.RoleAssignment
		groups   []plan.Group
		settings string
		says     string // by R103; empty: nothing
	}{
		{name: "nothing"},
		{name: "directly", held: []plan.RoleAssignment{given(roleGlobal, string(him), nil)}, says: "holds Global Administrator"},
		{name: "on the list alone", held: []plan.RoleAssignment{given(roleBilling, string(him), nil)}, says: "holds Billing Administrator"},
		{name: "neither listed nor privileged", held: []plan.RoleAssignment{given(roleReaders, string(him), nil)}},
		{name: "privileged, and not on the list", held: []plan.RoleAssignment{given(roleIntune, string(him), nil)}, says: "holds Intune Administrator"},
		{name: "own role, of which nothing is said", held: []plan.RoleAssignment{given(roleOwn, string(him), nil)}, says: "holds Seat Keeper"},
		{name: "own role, excepted", held: []plan.RoleAssignment{given(roleOwn, string(him), nil)}, settings: "protect: {roles: {except: [Seat Keeper]}}"},
		{name: "added", held: []plan.RoleAssignment{given(roleReaders, string(him), nil)},
			settings: "protect: {roles: {add: [Directory Readers]}}", says: "holds Directory Readers"},
		{name: "excepted", held: []plan.RoleAssignment{given(roleBilling, string(him), nil)}, settings: "protect: {roles: {except: [billing administrator]}}"},
		{name: "one of two excepted", held: []plan.RoleAssignment{given(roleBilling, string(him), nil), given(roleGlobal, string(him), nil)},
			settings: "protect: {roles: {except: [Billing Administrator]}}", says: "holds Global Administrator"},
		{name: "over a unit", held: []plan.RoleAssignment{given(roleLicence, string(him), overUnit)}, says: "holds License Administrator over an administrative unit"},
		{name: "eligible", held: []plan.RoleAssignment{given(roleLicence, string(him), eligible)}, says: "may activate License Administrator"},
		{name: "through a group", held: []plan.RoleAssignment{given(roleLicence, string(firstGroup), toGroup)}, groups: []plan.Group{roleGroup(firstGroup, him)},
			says: "holds License Administrator through group tier-1"},
		{name: "through a group within a group", held: []plan.RoleAssignment{given(roleLicence, string(firstGroup), toGroup)},
			groups: []plan.Group{func() plan.Group { g := roleGroup(firstGroup); g.Nested = []plan.GroupID{secondGroup}; return g }(), roleGroup(secondGroup, him)},
			says:   "holds License Administrator through group tier-1"},
		{name: "through an eligible group", held: []plan.RoleAssignment{given(roleLicence, string(firstGroup), func(a *plan.RoleAssignment) { toGroup(a); eligible(a) })},
			groups: []plan.Group{roleGroup(firstGroup, him)}, says: "may activate License Administrator through group tier-1"},
		{name: "eligible for a group", held: []plan.RoleAssignment{given(roleLicence, string(firstGroup), toGroup)},
			groups: []plan.Group{func() plan.Group { g := roleGroup(firstGroup); g.Eligible = []plan.UserID{him}; return g }()},
			says:   "may activate License Administrator through group tier-1"},
		{name: "a group of others", held: []plan.RoleAssignment{given(roleLicence, string(firstGroup), toGroup)}, groups: []plan.Group{roleGroup(firstGroup, hallID(9))}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := moved(crowdOf(100, hallVisio), "Gone", 3)
			s.Roles, s.RoleAssignments = definitions(plan.Role{}), tt.held
			if tt.groups != nil {
				s.Groups = tt.groups
			}
			s.Actor.Permissions = append(s.Actor.Permissions, "PrivilegedEligibilitySchedule.Read.AzureADGroup")
			h := newHall(t, s, tt.settings, takeVisio)
			p := h.plan(0)
			saysOf(t, p, "R103", him, tt.says)
			h.run(0, "apply", h.dir, "--yes")
			want := 3
			if tt.says != "" {
				want = 2
			}
			if h.writes() != want || p.Summary.Unassign != want {
				t.Errorf("got %d writes of %d, want %d", h.writes(), p.Summary.Unassign, want)
			}
		})
	}
}

// saysOf asks that a rule says of somebody's only change what it should, and of
// nobody else's anything.
func saysOf(t *testing.T, p *plan.Plan, code string, who plan.UserID, want string) {
	t.Helper()
	for _, c := range p.Changes {
		said := ""
		for _, d := range c.Decisions {
			if d.Code == code {
				said += d.Message
			}
		}
		if c.Request == who && (want == "") != (said == "") || c.Request == who && !strings.Contains(said, want) || c.Request != who && said != "" {
			t.Errorf("%s: got %q, want %q", c.User.UserPrincipalName, said, want)
		}
	}
}

// TestHowItWasBought is R102 by declaration, by product and by who owns the
// subscriptions.
func TestHowItWasBought(t *testing.T) {
	t.Parallel()
	owned := func(owner plan.UserID, partner string) plan.Subscription {
		return plan.Subscription{ID: "30000000-0000-4000-8000-000000000001", SKU: hallVisio, PartNumber: "VISIOCLIENT", Status: "Enabled", TotalLicenses: 100,
			OwnerID: string(owner), OwnerType: "User", OwnerTenantID: partner, CreatedAt: proxyNow().Add(-1000 * time.Hour)}
	}
	second := owned(hallID(41), "")
	second.ID = "30000000-0000-4000-8000-000000000002"
	tests := []struct {
		name     string
		settings string
		bought   []plan.Subscription
		held     []plan.RoleAssignment
		denied   bool
		probable string
	}{
		{name: "nothing is known"},
		{name: "declared", settings: "selfService: {products: [VISIOCLIENT]}", denied: true},
		{name: "declared and taken over", settings: "selfService: {products: [VISIOCLIENT], takenOver: [VISIOCLIENT]}"},
		{name: "owned by a person", bought: []plan.Subscription{owned(hallID(40), "")}, probable: "owned by p40@hall.com, who holds no role"},
		{name: "owned by persons", bought: []plan.Subscription{owned(hallID(40), ""), second}, probable: "owned by p40@hall.com, p41@hall.com, who hold no role"},
		{name: "ours all the same", settings: "selfService: {ours: [VISIOCLIENT]}", bought: []plan.Subscription{owned(hallID(40), "")}},
		{name: "owned by an administrator", bought: []plan.Subscription{owned(hallID(40), "")}, held: []plan.RoleAssignment{given(roleBilling, string(hallID(40)), nil)}},
		{name: "one owned by an administrator", bought: []plan.Subscription{owned(hallID(40), ""), second}, held: []plan.RoleAssignment{given(roleBilling, string(hallID(40)), nil)}},
		{name: "made by a partner", bought: []plan.Subscription{owned(hallID(40), "331af819-0000-4000-8000-000000000000")}},
		{name: "owned by somebody who is gone", bought: []plan.Subscription{owned(hallID(4000), "")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := moved(crowdOf(100, hallVisio), "Gone", 1)
			s.Roles, s.RoleAssignments = definitions(plan.Role{}), tt.held
			if tt.bought != nil {
				s.Subscriptions = tt.bought
			}
			h := newHall(t, s, tt.settings, takeVisio)
			p := h.plan(0)
			want := map[bool]string{true: "self-service purchase: take it over first"}[tt.denied]
			if tt.probable != "" {
				want = "probably a self-service purchase: " + tt.probable
			}
			saysOf(t, p, "R102", hallID(0), want)
			h.run(0, "apply", h.dir, "--yes")
			if (h.writes() == 0) != tt.denied || (p.Summary.Warned == 1) != (tt.probable != "") {
				t.Errorf("got %d writes, %+v", h.writes(), p.Summary)
			}
		})
	}
}

// TestNight: outside the windows a plan is like any other and says when they open;
// nothing is sent until then.
func TestNight(t *testing.T) {
	t.Parallel()
	h := newHall(t, moved(crowdOf(100, hallVisio), "Gone", 3), "windows: [{allow: \"0 12 * * *\", for: 2h}]", takeVisio)
	p := h.plan(0)
	if g := guardOf(t, p, "R205"); g.OK || g.When != plan.AtApply || p.Summary.Verdict != plan.HasChanges || p.Summary.Unassign != 3 {
		t.Errorf("got %+v, %+v", g, p.Summary)
	}
	if i := slices.IndexFunc(p.Notes, func(n plan.Note) bool { return n.Code == "R205" }); i < 0 {
		t.Errorf("no note says that the windows are closed: %v", p.Notes)
	}
	h.run(2, "plan", h.dir, "--detailed-exitcode", "--out", h.path("plan.json"))
	if h.run(4, "apply", h.path("plan.json"), h.dir); h.writes() != 0 {
		t.Errorf("at night: %d writes", h.writes())
	}
	h.now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	if h.run(0, "apply", h.path("plan.json"), h.dir); h.writes() != 3 {
		t.Errorf("at noon: %d writes", h.writes())
	}
}
