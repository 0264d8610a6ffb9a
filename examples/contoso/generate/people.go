package main

import "strings"

// A person is somebody who works, or worked, at Contoso.
type person struct {
	name       string
	department string
	title      string
	office     string // a key of offices; empty is the usual one of the department
	kind       string // employeeType; empty is Employee
	company    string // empty is Contoso
	left       bool   // the account is disabled
	unlocated  bool   // nobody filled in the usage location
	hired      bool   // this month
	bare       bool   // holds nothing that is usual for the department
	direct     []string
	groups     []string
	unsourced  []string
}

// An office is where people work.
type office struct {
	name, city, country, code string
	synced                    bool // accounts come from the directory on premises
}

func offices() map[string]office {
	return map[string]office{
		"sthlm":  {"Stockholm HQ", "Stockholm", "Sweden", "SE", true},
		"malmo":  {"Malmö Warehouse", "Malmö", "Sweden", "SE", true},
		"berlin": {"Berlin Mitte", "Berlin", "Germany", "DE", true},
		"lisbon": {"Lisbon Hub", "Lisbon", "Portugal", "PT", false},
		"london": {"London Bridge", "London", "United Kingdom", "GB", false},
		"boston": {"Boston Seaport", "Boston", "United States", "US", false},
		"pune":   {"Pune Tech Park", "Pune", "India", "IN", false},
	}
}

// A team is a department, or the part of one with a working life of its own.
type team struct {
	department string
	kind       string
	size       int // enabled people, those of the stories included
	titles     []string
	offices    string
}

func teams() []team {
	return []team{
		{"Board", "Employee", 6, []string{"Chief Executive Officer", "Chief Financial Officer", "Chief Operating Officer",
			"Chief Technology Officer", "Chief People Officer", "Chair of the Board"}, "sthlm"},
		{"Design", "Employee", 28, []string{"Product Designer", "Interior Designer", "Senior Designer", "Visual Designer", "Design Lead",
			"Material Specialist", "Design Project Manager"}, "sthlm lisbon berlin"},
		{"Engineering", "Employee", 64, []string{"Software Engineer", "Senior Software Engineer", "Mechanical Engineer", "Test Engineer",
			"Solution Architect", "Data Engineer", "Engineering Manager", "Site Reliability Engineer", "Project Manager"}, "sthlm berlin pune boston"},
		{"Finance", "Employee", 26, []string{"Accountant", "Controller", "Payroll Specialist", "Financial Analyst", "Treasury Analyst",
			"Finance Manager"}, "sthlm london"},
		{"HR", "Employee", 16, []string{"HR Business Partner", "Recruiter", "HR Coordinator", "HR Manager"}, "sthlm berlin london"},
		{"IT", "Employee", 22, []string{"Systems Engineer", "Support Engineer", "Network Engineer", "Security Engineer", "IT Project Manager"}, "sthlm pune"},
		{"Legal", "Employee", 12, []string{"Legal Counsel", "Senior Legal Counsel", "Privacy Counsel", "Contracts Specialist"}, "sthlm london"},
		{"Marketing", "Employee", 30, []string{"Content Editor", "Campaign Specialist", "Brand Manager", "Event Coordinator", "Market Analyst",
			"Launch Project Manager"},
			"sthlm lisbon london boston"},
		{"Operations", "Employee", 18, []string{"Logistics Planner", "Purchaser", "Quality Specialist", "Facilities Manager", "Supply Project Manager"},
			"malmo sthlm"},
		{"Operations", "Frontline", 58, []string{"Warehouse Operator", "Forklift Operator", "Shift Lead", "Packer", "Driver", "Store Assistant"},
			"malmo berlin boston"},
		{"Sales", "Employee", 62, []string{"Account Executive", "Inside Sales Representative", "Sales Engineer", "Account Manager",
			"Customer Success Specialist", "Regional Sales Manager"}, "sthlm berlin london boston pune lisbon"},
	}
}

// usual is what somebody of a department holds directly, and the groups that
// hand him the rest. The rules in departments.yaml and the lists in
// products.yaml say the same from the other side.
func usual(p person) (direct, groups []string) {
	switch {
	case p.department == "Operations" && p.kind == "Frontline":
		groups = append(groups, "lic-f1-frontline")
	case p.department == "Design":
		direct = append(direct, e3, visio)
	case p.department == "Operations":
		direct = append(direct, e3)
	case p.department == "Engineering" || p.department == "IT":
		direct = append(direct, e5)
	case p.department == "Board":
		direct = append(direct, e5)
		groups = append(groups, "board")
	default: // Finance, HR, Legal, Marketing, Sales
		groups = append(groups, "lic-e3-staff")
	}
	technical := p.department == "Engineering" || p.department == "IT" // Power BI Pro is part of E5
	if p.department == "Finance" || strings.Contains(p.title, "Manager") && !technical {
		direct = append(direct, powerBI)
	}
	if strings.Contains(p.title, "Project Manager") {
		direct = append(direct, project)
	}
	if p.department == "Engineering" && strings.Contains(p.title, "Architect") {
		direct = append(direct, visio)
	}
	return direct, groups
}

// people are all that work at Contoso or did: those of the stories, and the
// crowd that fills the teams up.
func people() []person {
	all := stories()
	names := newCrowd(all)
	for _, t := range teams() {
		for i := t.enabled(all); i < t.size; i++ {
			p := person{name: names.name(), department: t.department, title: t.titles[i%len(t.titles)], kind: t.kind}
			if i%9 == 4 && strings.Contains("Design Engineering Finance Marketing Sales", t.department) {
				p.groups = append(p.groups, pilotOf(t.department))
				p.direct = append(p.direct, copilot)
			}
			if i%8 == 3 {
				p.direct = append(p.direct, flowFree)
			}
			all = append(all, p)
		}
	}
	for i := range all {
		all[i].fill()
	}
	return all
}

// pilotOf is the group through which a department takes part in the Copilot
// pilot. The designers have one of their own, nested in the other.
func pilotOf(department string) string {
	if department == "Design" {
		return "copilot-pilot-design"
	}
	return "copilot-pilot"
}

// enabled counts who of the people is in the team and has not left.
func (t team) enabled(all []person) int {
	n := 0
	for _, p := range all {
		kind := p.kind
		if kind != "Frontline" {
			kind = "Employee"
		}
		if p.department == t.department && kind == t.kind && !p.left {
			n++
		}
	}
	return n
}

// fill sets what was left out.
func (p *person) fill() {
	if p.kind == "" {
		p.kind = "Employee"
	}
	if p.company == "" {
		p.company = "Contoso"
	}
	if p.office == "" {
		p.office = "sthlm"
		for _, t := range teams() {
			if places := strings.Fields(t.offices); t.department == p.department && (t.kind == "Frontline") == (p.kind == "Frontline") {
				p.office = places[chanceOf("office", p.name).below(len(places))]
			}
		}
	}
	if !p.bare {
		direct, groups := usual(*p)
		p.direct, p.groups = append(direct, p.direct...), append(groups, p.groups...)
	}
}
