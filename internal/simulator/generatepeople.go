package simulator

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

const domain = "fabrikam.example"

// The groups of a made-up tenant, in the order in which they are made.
const (
	groupStaff  = iota // dynamic, gives E3
	groupLegacy        // synced, gives E3 with plans off
	groupStatic        // gives E3
	groupLine          // gives the frontline's suite
	groupPhone         // gives a phone
	groupHelp          // holds a role
	groupHelpIn        // nested in it
	groupPlain         // gives nothing
)

func (g *generator) makeGroups() {
	known := knownPlans()
	e3 := func(off ...string) []plan.Given {
		given := plan.Given{SKU: g.wares[wareE3].sku, DisabledPlans: []plan.PlanID{}}
		for _, name := range off {
			given.DisabledPlans = append(given.DisabledPlans, planOf(known, name))
		}
		slices.Sort(given.DisabledPlans)
		return []plan.Given{given}
	}
	gives := func(i int) []plan.Given {
		return []plan.Given{{SKU: g.wares[i].sku, DisabledPlans: []plan.PlanID{}}}
	}
	g.groups = []plan.Group{
		groupStaff: {DisplayName: "lic-e3-staff", Gives: e3(),
			MembershipRule: `(user.accountEnabled -eq true) -and (user.department -in ["Finance", "Marketing", "Sales"])`},
		groupLegacy: {DisplayName: "lic-e3-legacy", Gives: e3("SWAY", "YAMMER_ENTERPRISE"), Synced: true},
		groupStatic: {DisplayName: "lic-e3-projects", Gives: e3()},
		groupLine:   {DisplayName: "lic-f1-frontline", Gives: gives(wareF1)},
		groupPhone:  {DisplayName: "lic-phone", Gives: gives(warePhone)},
		groupHelp:   {DisplayName: "role-helpdesk", RoleAssignable: true},
		groupHelpIn: {DisplayName: "role-helpdesk-night"},
		groupPlain:  {DisplayName: "all-managers"},
	}
	for i := range g.groups {
		g.groups[i].ID, g.groups[i].SecurityEnabled, g.groups[i].MembersRead = plan.GroupID(g.id()), true, true
		g.groups[i].Members = []plan.UserID{}
	}
	g.groups[groupHelp].Nested = []plan.GroupID{g.groups[groupHelpIn].ID}
}

// join makes a user a member, and gives what the group gives.
func (g *generator) join(u *plan.User, group int, state plan.SourceState, code string) {
	at := &g.groups[group]
	at.Members = append(at.Members, u.ID)
	for _, given := range at.Gives {
		u.Sources = append(u.Sources, plan.Source{SKU: given.SKU, Group: at.ID, State: state, Error: code, DisabledPlans: full(given.DisabledPlans), UpdatedAt: g.since(u)})
	}
}

func (g *generator) direct(u *plan.User, sku plan.SKU, off ...plan.PlanID) {
	slices.Sort(off)
	u.Sources = append(u.Sources, plan.Source{SKU: sku, State: plan.Active, DisabledPlans: full(off), UpdatedAt: g.since(u)})
}

// before is a moment within so many days before now.
func (g *generator) before(days int) time.Time {
	return g.o.Now.Add(-time.Duration(1+g.rand.IntN(days*86400)) * time.Second)
}

// since is a moment after a user was created.
func (g *generator) since(u *plan.User) time.Time {
	age := max(1, int(g.o.Now.Sub(u.CreatedAt)/time.Second))
	return u.CreatedAt.Add(time.Duration(g.rand.IntN(age)) * time.Second)
}

func (g *generator) makeUsers() {
	g.users = make([]plan.User, len(g.ids))
	g.consumed = make([]int, len(g.wares))
	places := map[plan.SKU]int{}
	for i, w := range g.wares {
		places[w.sku] = i
	}
	k := g.kinds
	n := names()
	for i, id := range g.ids {
		u := &g.users[g.rank[i]]
		*u = plan.User{ID: id, UserType: "Member", AccountEnabled: plan.Yes, Sources: []plan.Source{}, CreatedAt: g.before(3000)}
		switch {
		case i < k.rooms:
			g.key(u, i)
		case i < k.shared:
			g.room(u, i-k.rooms)
		case i < k.guests:
			g.sharedMailbox(u, i-k.shared)
		case i < k.e5:
			g.guest(u, i-k.guests, n)
		default:
			g.person(u, i, n)
		}
		g.addExtras(u, i)
		slices.SortFunc(u.Sources, compareSources)
		h := holding{sources: u.Sources, unsourced: u.Unsourced}
		for _, l := range h.licences() {
			g.consumed[places[l.sku]]++
		}
	}
	for i := range g.groups {
		slices.Sort(g.groups[i].Members)
	}
	g.more()
	g.bin(n)
}

// addExtras gives what handOut decided; a few of these seats have no source.
func (g *generator) addExtras(u *plan.User, i int) {
	for bits, p := g.extras[i], 0; bits != 0; bits, p = bits>>1, p+1 {
		if bits&1 == 0 {
			continue
		}
		switch {
		case p == warePhone && i%3 == 0:
			state, code := plan.Active, ""
			if g.extras[i]&(1<<wareCalling) != 0 && i%9 == 0 {
				state, code = plan.ActiveWithError, "DependencyViolation"
			}
			g.join(u, groupPhone, state, code)
		case p == wareVisio && i%41 == 0:
			u.Unsourced = append(u.Unsourced, g.wares[p].sku)
		default:
			g.direct(u, g.wares[p].sku)
			if u.UsageLocation == "" {
				u.UsageLocation = "SE"
			}
		}
	}
}

// key is an account that nobody works with: break-glass, or the one that syncs.
func (g *generator) key(u *plan.User, i int) {
	u.DisplayName = "Break glass " + strconv.Itoa(i+1)
	u.UserPrincipalName = "bg-0" + strconv.Itoa(i+1) + "@fabrikam.onmicrosoft.com"
	if i == 2 {
		u.DisplayName, u.UserPrincipalName = "On-Premises Directory Synchronization Service Account", "Sync_DC01@fabrikam.onmicrosoft.com"
	}
	u.Mailbox = plan.NoMailbox
}

func (g *generator) room(u *plan.User, i int) {
	name := strconv.Itoa(i + 1)
	u.DisplayName, u.UserPrincipalName = "Room "+name, "room-"+name+"@"+domain
	u.Mail, u.AccountEnabled, u.UsageLocation, u.Mailbox = u.UserPrincipalName, plan.TruthOf(i%2 == 0), "SE", plan.RoomMailbox
	if i%10 == 9 {
		u.Mailbox = plan.EquipmentMailbox
	}
}

func (g *generator) sharedMailbox(u *plan.User, i int) {
	name := strconv.Itoa(i + 1)
	u.DisplayName, u.UserPrincipalName = "Shared mailbox "+name, "shared-"+name+"@"+domain
	u.Mail, u.AccountEnabled, u.UsageLocation, u.Mailbox = u.UserPrincipalName, plan.No, "SE", plan.SharedMailbox
}

func (g *generator) guest(u *plan.User, i int, n crowd) {
	first, last := n.name(i)
	plain := strings.ToLower(ascii(first) + "." + ascii(last) + suffix(n, i))
	u.DisplayName, u.UserType = first+" "+last+" (guest)", "Guest"
	u.Mail = plain + "@partner.example"
	u.UserPrincipalName = plain + "_partner.example#EXT#@fabrikam.onmicrosoft.com"
	u.CompanyName, u.Mailbox = "Partner", plan.NoMailbox
	if i%2 == 0 {
		g.signIn(u)
	}
}

// signIn is when somebody was last there, where it is known.
func (g *generator) signIn(u *plan.User) {
	at := g.before(40)
	if g.rand.IntN(12) == 0 {
		at = g.before(700)
	}
	if at.Before(u.CreatedAt) {
		return
	}
	u.SignIn = &plan.SignIn{Interactive: at, NonInteractive: at.Add(time.Duration(g.rand.IntN(3600)) * time.Second), Successful: at}
	if g.rand.IntN(20) == 0 {
		u.SignIn.Successful = time.Time{}
	}
}

// person is somebody who works here, or did.
func (g *generator) person(u *plan.User, i int, n crowd) {
	j := i - g.kinds.e5
	first, last := n.name(j)
	plain := strings.ToLower(ascii(first) + "." + ascii(last) + suffix(n, j))
	u.DisplayName, u.UserPrincipalName = first+" "+last, plain+"@"+domain
	u.Mail, u.EmployeeType = u.UserPrincipalName, "Employee"
	at := n.offices[g.rand.IntN(len(n.offices))]
	u.City, u.Country, u.UsageLocation, u.OfficeLocation, u.OnPremisesSyncEnabled = at.city, at.country, at.code, at.city, at.synced
	if j%25 == 7 {
		u.AccountEnabled = plan.No
	}
	if j%50 == 11 {
		_, born := n.name(j + 29)
		u.Aliases = []string{strings.ToLower(ascii(first)+"."+ascii(born)+suffix(n, j)) + "-old@" + domain}
	}
	if u.AccountEnabled == plan.Yes && g.rand.IntN(12) > 0 {
		g.signIn(u)
	}
	g.work(u, n.plain)
	u.Mailbox = plan.UserMailbox
	g.suite(u, i, j, n)
}

func (g *generator) work(u *plan.User, departments []department) {
	d := departments[g.rand.IntN(len(departments))]
	u.Department, u.JobTitle = d.name, d.titles[g.rand.IntN(len(d.titles))]
}

// suite gives somebody his suite, and the department that goes with the way in
// which he has it: the dynamic group is who is in its departments.
func (g *generator) suite(u *plan.User, i, j int, n crowd) {
	k := g.kinds
	sku := func(w int) plan.SKU { return g.wares[w].sku }
	way := g.rand.IntN(100)
	switch {
	case i < k.e3:
		g.direct(u, sku(wareE5))
	case i < k.none:
		switch {
		case way < 45 && u.AccountEnabled == plan.Yes:
			g.work(u, n.ruled)
			if way < 9 {
				g.direct(u, sku(wareE3), yammerEnterprise)
			}
			g.join(u, groupStaff, plan.Active, "")
		case way < 55:
			u.OnPremisesSyncEnabled = true
			g.join(u, groupLegacy, plan.Active, "")
		case way < 60:
			g.join(u, groupStatic, plan.Active, "")
		case way < 62:
			g.direct(u, sku(wareE3))
			g.join(u, groupLine, plan.ErrorState, "MutuallyExclusiveViolation")
		case way < 70:
			g.direct(u, sku(wareE3), sway)
		default:
			g.direct(u, sku(wareE3))
		}
		if j%30 == 3 {
			g.groups[groupPlain].Members = append(g.groups[groupPlain].Members, u.ID)
		}
	case i < k.f1:
		u.Mailbox = plan.NoMailbox
		if way == 0 { // waits for a seat
			g.join(u, groupLine, plan.ErrorState, "CountViolation")
		} else if way < 4 {
			u.UsageLocation = ""
		}
	default:
		u.EmployeeType = "Frontline"
		g.work(u, n.line)
		g.join(u, groupLine, plan.Active, "")
		if way < 2 {
			u.UsageLocation = "" // the group takes the tenant's
		}
	}
}

const (
	yammerEnterprise plan.PlanID = "7547a3fe-08ee-4ccb-b430-5077c5041653"
	sway             plan.PlanID = "a23b959c-7ce8-4e57-9140-b90eb88a9e97"
)

// more fills the groups that hold a role.
func (g *generator) more() {
	defer slices.SortFunc(g.groups, func(a, b plan.Group) int { return cmp.Compare(a.ID, b.ID) })
	at := func(i int) plan.UserID { return g.ids[min(g.kinds.e5+i, len(g.ids)-1)] }
	if g.kinds.e5+8 > len(g.ids) {
		return
	}
	add := func(group int, people ...plan.UserID) {
		slices.Sort(people)
		g.groups[group].Members = people
	}
	add(groupHelp, at(3), at(4))
	add(groupHelpIn, at(5))
	g.eligibles = []plan.UserID{at(6)}
	g.groups[groupHelp].Eligible = slices.Clone(g.eligibles)
}

// bin are people who were deleted within 30 days.
func (g *generator) bin(n crowd) {
	for i := range g.o.Users / 200 {
		first, last := n.name(i * 7)
		g.deleted = append(g.deleted, plan.DeletedUser{ID: plan.UserID(g.id()), DisplayName: first + " " + last,
			UserPrincipalName: strings.ToLower(ascii(first)+"."+ascii(last)) + ".left" + strconv.Itoa(i) + "@" + domain, DeletedAt: g.before(29)})
	}
	slices.SortFunc(g.deleted, func(a, b plan.DeletedUser) int { return cmp.Compare(a.ID, b.ID) })
}

// roles are the role definitions and who has them, as far as there are people.
func (g *generator) roles(actor string) ([]plan.Role, []plan.RoleAssignment) {
	licence := []string{"microsoft.directory/groups/assignLicense", "microsoft.directory/users/assignLicense"}
	roles := []plan.Role{
		{ID: "194ae4cb-b126-40b2-bd5b-6091b380977d", Name: "Security Administrator", Privileged: plan.Yes},
		{ID: licenceAdministrator, Name: "License Administrator", Privileged: plan.No, Actions: licence},
		{ID: globalAdministrator, Name: "Global Administrator", Privileged: plan.Yes, Actions: licence},
		{ID: "729827e3-9c14-49f7-bb1b-9608f156bbb8", Name: "Helpdesk Administrator", Privileged: plan.Yes},
		{ID: "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", Name: "Directory Readers", Privileged: plan.No},
		{ID: userAdministrator, Name: "User Administrator", Privileged: plan.Yes, Actions: licence},
	}
	for i := range roles {
		roles[i].TemplateID, roles[i].BuiltIn = roles[i].ID, true
	}
	slices.SortFunc(roles, func(a, b plan.Role) int { return cmp.Compare(a.ID, b.ID) })
	given := []plan.RoleAssignment{{ID: g.id(), Role: "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", Principal: actor, Kind: plan.PrincipalService, Scope: "/"}}
	give := func(role plan.RoleID, kind plan.PrincipalKind, principal string, eligible bool) {
		given = append(given, plan.RoleAssignment{ID: g.id(), Role: role, Principal: principal, Kind: kind, Scope: "/", Eligible: eligible})
	}
	k := g.kinds
	if k.e5+8 <= len(g.ids) {
		give(globalAdministrator, plan.PrincipalUser, string(g.ids[k.e5]), false)
		give(userAdministrator, plan.PrincipalUser, string(g.ids[k.e5+1]), false)
		give("194ae4cb-b126-40b2-bd5b-6091b380977d", plan.PrincipalUser, string(g.ids[k.e5+2]), true)
		help := slices.IndexFunc(g.groups, func(g plan.Group) bool { return g.RoleAssignable })
		give("729827e3-9c14-49f7-bb1b-9608f156bbb8", plan.PrincipalGroup, string(g.groups[help].ID), false)
	}
	for i := range k.rooms {
		if i < 2 {
			give(globalAdministrator, plan.PrincipalUser, string(g.ids[i]), false)
		}
	}
	slices.SortFunc(given, func(a, b plan.RoleAssignment) int { // as a snapshot's file has them
		return cmp.Compare(a.Principal+string(a.Role), b.Principal+string(b.Role))
	})
	return roles, given
}
