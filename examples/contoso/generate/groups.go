package main

import "github.com/reseat-cli/reseat/plan"

// A circle is a group: what it gives, and which others are within it.
type circle struct {
	name   string
	rule   string
	synced bool
	roles  bool     // may hold directory roles
	join   []string // people who may make themselves members (PIM)
	hidden bool     // nobody may read its members
	gives  string
	off    []string // service plans that its seats lack
	nested []string
}

func circles() []circle {
	return []circle{
		{name: "board"},
		{name: "copilot-pilot", nested: []string{"copilot-pilot-design"}},
		{name: "copilot-pilot-design"},
		{name: "legal-hold"},
		{name: "lic-e3-legacy", synced: true, gives: e3, off: []string{"SWAY", "YAMMER_ENTERPRISE"}},
		{name: "lic-e3-staff", gives: e3,
			rule: `(user.accountEnabled -eq true) -and (user.department -in ["Finance", "HR", "Legal", "Marketing", "Sales"])`},
		{name: "lic-f1-frontline", gives: f1},
		{name: "lic-rooms", gives: rooms},
		{name: "project-juno", hidden: true},
		{name: "role-helpdesk", roles: true, join: []string{"Priya Iyer"}},
	}
}

func groupID(name string) plan.GroupID { return plan.GroupID(guid("group", name)) }

// group is the circle as the directory shows it, without members.
func (c circle) group() plan.Group {
	g := plan.Group{
		ID: groupID(c.name), DisplayName: c.name, MembershipRule: c.rule, Synced: c.synced, RoleAssignable: c.roles,
		SecurityEnabled: true, Members: []plan.UserID{}, MembersRead: !c.hidden,
	}
	if c.gives != "" {
		g.Gives = []plan.Given{{SKU: skuOf(c.gives), DisabledPlans: planList(c.off...)}}
	}
	for _, name := range c.join {
		g.Eligible = append(g.Eligible, userID(upn(name)))
	}
	for _, n := range c.nested {
		g.Nested = append(g.Nested, groupID(n))
	}
	return g
}

// ills are the errors that Graph reports on seats through groups, by person.
func ills() map[string]plan.Source {
	return map[string]plan.Source{
		"Kwame Asante":   {State: plan.ErrorState, Error: "CountViolation"},
		"Lotta Nieminen": {State: plan.ErrorState, Error: "CountViolation"},
		"Milan Jansen":   {State: plan.ActiveWithError, Error: "DependencyViolation"},
	}
}
