package main

// stories are the people of whom the YAML files speak by name, or for whose
// sake a rule is there. What happens to each stands in the comment.
func stories() []person {
	return append(append(plot(), cleanups()...), leavers()...)
}

// plot is one person for each thing that a plan can say.
func plot() []person {
	return []person{
		// Gone, with a mailbox that goes too: R107 warns.
		{name: "Amelia Hart", department: "Design", title: "Senior Designer", left: true, bare: true, direct: []string{e3, visio}},
		// E3 twice, by hand and through the group: the copy by hand goes, the seat stays.
		{name: "Ben Okafor", department: "Sales", title: "Account Executive", direct: []string{e3}},
		// Named in a removal, and the seat comes from a dynamic group: R105.
		{name: "Carla Mendes", department: "Marketing", title: "Event Coordinator"},
		// Global Administrator whose entry would take E5: R103.
		{name: "Dana Kim", department: "IT", title: "Head of Workplace", office: "sthlm", direct: []string{e3}},
		// Bought Power BI himself (R102) and was given Project by hand.
		{name: "Eli Novak", department: "Sales", title: "Sales Engineer", office: "berlin", direct: []string{powerBIDept, project}},
		{name: "Mira Sood", department: "Sales", title: "Inside Sales Representative", office: "pune", direct: []string{powerBIDept}},
		// To the warehouse, where no F3 seat is free: R112.
		{name: "Fay Lindqvist", department: "Operations", title: "Quality Specialist", office: "malmo", bare: true, direct: []string{e5}},
		// One service plan to be switched off: an adjust.
		{name: "Gita Rao", department: "Engineering", title: "Site Reliability Engineer", office: "pune"},
		// From E3 to E5 in one request: a swap.
		{name: "Jonas Weber", department: "Design", title: "Design Lead", office: "berlin"},
		// Protected by name: R104.
		{name: "Nadia Haddad", department: "Legal", title: "General Counsel", direct: []string{visio}},
		// Would lose the last mailbox, and nobody accepted that: R107 denies.
		{name: "Hugo Marin", department: "Operations", title: "Logistics Planner", office: "malmo", kind: "Contractor", company: "Fabrikam",
			direct: []string{visio}},
		// Graph does not say where the seat comes from: R113.
		{name: "Tomas Varga", department: "Operations", title: "Purchaser", office: "malmo", unsourced: []string{visio}},
		// Whether she works on Juno cannot be read: not evaluated.
		{name: "Petra Nowak", department: "Legal", title: "Paralegal", office: "london", direct: []string{visio}},
		{name: "Joana Pinto", department: "Legal", title: "Paralegal", office: "london"},
		// Wanted and missing: no usage location, and no F3 seat.
		{name: "Noor Rahman", department: "Engineering", title: "Data Engineer", office: "pune", hired: true, bare: true, unlocated: true},
		{name: "Kwame Asante", department: "Operations", kind: "Frontline", title: "Packer", office: "berlin", hired: true},
		{name: "Lotta Nieminen", department: "Operations", kind: "Frontline", title: "Driver", office: "malmo", hired: true},
		// Wanted and given: new, or new in the pilot.
		{name: "Ravi Menon", department: "Engineering", title: "Software Engineer", office: "pune", hired: true, bare: true},
		{name: "Saoirse Quinn", department: "Engineering", title: "Test Engineer", office: "boston", hired: true, bare: true},
		{name: "Tova Ek", department: "Design", title: "Material Specialist", office: "sthlm", hired: true, bare: true},
		{name: "Oscar Wallin", department: "Marketing", title: "Market Analyst", groups: []string{"copilot-pilot"}},
		{name: "Pilar Vega", department: "Design", title: "Visual Designer", office: "lisbon", groups: []string{"copilot-pilot-design"}},
		// Members of the board hold Copilot outside the pilot, and keep it.
		{name: "Ingrid Aalto", department: "Board", title: "Chief Executive Officer", direct: []string{copilot, visio}},
		{name: "Robert Hale", department: "Board", title: "Chair of the Board", office: "london", direct: []string{copilot}},
		// An error that Graph reports on a seat that is there all the same.
		{name: "Milan Jansen", department: "Sales", title: "Account Executive", office: "london"},
	}
}

// cleanups are people who hold what the files no longer want, and those who
// administer the tenant.
func cleanups() []person {
	return []person{
		// E3 twice. The last one's group gives less than the copy by hand, so that one waits.
		{name: "Amara Obi", department: "Sales", title: "Account Executive", office: "london", direct: []string{e3}},
		{name: "Lucas Meyer", department: "HR", title: "Recruiter", office: "berlin", direct: []string{e3}},
		{name: "Sanna Virtanen", department: "Finance", title: "Accountant", office: "sthlm", direct: []string{e3}},
		{name: "Yusuf Demir", department: "Marketing", title: "Content Editor", office: "berlin", direct: []string{e3}},
		{name: "Karin Öhman", department: "Operations", title: "Purchaser", office: "malmo", groups: []string{"lic-e3-legacy"}},
		{name: "Stig Dahlberg", department: "Operations", title: "Quality Specialist", office: "malmo", bare: true, groups: []string{"lic-e3-legacy"}},
		{name: "Annika Rask", department: "Operations", title: "Logistics Planner", office: "malmo", bare: true, groups: []string{"lic-e3-legacy"}},
		// E5 from a fair last year, on top of E3.
		{name: "Chloe Fontaine", department: "Sales", title: "Customer Success Specialist", office: "lisbon", direct: []string{e5}},
		{name: "Felix Haas", department: "Sales", title: "Sales Engineer", office: "berlin", direct: []string{e5}},
		// Visio, Project and Copilot outside their lists.
		{name: "Aoife Byrne", department: "Marketing", title: "Campaign Specialist", office: "london", direct: []string{visio}},
		{name: "Dmitri Sokolov", department: "Engineering", title: "Test Engineer", office: "berlin", direct: []string{visio}},
		{name: "Hana Fujita", department: "Sales", title: "Sales Engineer", office: "boston", direct: []string{visio}},
		{name: "Pablo Reyes", department: "Engineering", title: "Mechanical Engineer", office: "boston", direct: []string{visio}},
		{name: "Zuri Mbeki", department: "HR", title: "HR Coordinator", office: "london", direct: []string{visio}},
		{name: "Greta Holm", department: "Engineering", title: "Senior Software Engineer", office: "sthlm", direct: []string{project}},
		{name: "Omar Farouk", department: "Marketing", title: "Event Coordinator", office: "lisbon", direct: []string{project}},
		{name: "Jin Park", department: "Sales", title: "Account Executive", office: "boston", direct: []string{copilot}},
		{name: "Leila Hamid", department: "HR", title: "HR Business Partner", office: "sthlm", direct: []string{copilot}},
		{name: "Viktor Sand", department: "Engineering", title: "Software Engineer", office: "sthlm", direct: []string{copilot}},
		// Power BI Pro beside the E5 that holds it.
		{name: "Arjun Nair", department: "Engineering", title: "Data Engineer", office: "pune", direct: []string{powerBI}},
		{name: "Ebba Strand", department: "Engineering", title: "Data Engineer", office: "sthlm", direct: []string{powerBI}},
		{name: "Kenji Mori", department: "Engineering", title: "Engineering Manager", office: "boston", direct: []string{powerBI}},
		{name: "Wilma Frost", department: "IT", title: "Systems Engineer", office: "sthlm", direct: []string{powerBI}},
		// Visio in the browser, bought by Maja for her own few.
		{name: "Maja Lindgren", department: "Marketing", title: "Brand Manager", office: "sthlm", direct: []string{visioWeb}},
		{name: "Bruno Costa", department: "Marketing", title: "Campaign Specialist", office: "lisbon", direct: []string{visioWeb}},
		{name: "Elif Arslan", department: "Marketing", title: "Content Editor", office: "berlin", direct: []string{visioWeb}},
		{name: "Harriet Moss", department: "Marketing", title: "Event Coordinator", office: "london", direct: []string{visioWeb}},
		{name: "Nils Ekman", department: "Marketing", title: "Market Analyst", office: "sthlm", direct: []string{visioWeb}},
		{name: "Sofia Greco", department: "Sales", title: "Inside Sales Representative", office: "london", direct: []string{visioWeb}},
		// Administrators: by hand, through a group, and by PIM. The last two hold something that the files would take.
		{name: "Erik Lund", department: "IT", title: "Systems Engineer", office: "sthlm"},
		{name: "Priya Iyer", department: "IT", title: "Systems Engineer", office: "pune"},
		{name: "Moa Björk", department: "IT", title: "Support Engineer", office: "sthlm", groups: []string{"role-helpdesk"}},
		{name: "Isak Berg", department: "IT", title: "Support Engineer", office: "sthlm", direct: []string{powerBI}, groups: []string{"role-helpdesk"}},
		{name: "Lena Vogt", department: "IT", title: "Security Engineer", office: "sthlm", direct: []string{visio}},
		// Holds Power BI Pro by a list of names.
		{name: "Paul Grant", department: "Sales", title: "Sales Engineer", office: "london", direct: []string{powerBI}},
	}
}

// leavers have gone, and their accounts are disabled.
func leavers() []person {
	return []person{
		{name: "Anders Falk", department: "Sales", title: "Account Manager", left: true, bare: true, direct: []string{e3, powerBI}},
		{name: "Bianca Ricci", department: "Marketing", title: "Content Editor", left: true, bare: true, direct: []string{e3}},
		{name: "Cormac Daly", department: "Finance", title: "Controller", left: true, bare: true, direct: []string{e3}},
		{name: "Deepa Joshi", department: "Engineering", title: "Software Engineer", office: "pune", left: true, bare: true, direct: []string{e5}},
		{name: "Emil Hagen", department: "Engineering", title: "Solution Architect", left: true, bare: true, direct: []string{e5, copilot}},
		{name: "Francesca Conti", department: "Design", title: "Interior Designer", left: true, bare: true, direct: []string{e3}},
		{name: "Georg Maier", department: "Operations", title: "Purchaser", office: "malmo", left: true, bare: true, direct: []string{e3, project}},
		{name: "Hedda Nyström", department: "HR", title: "Recruiter", left: true, bare: true, direct: []string{e3}},
		{name: "Isaac Osei", department: "Sales", title: "Sales Engineer", kind: "Contractor", company: "Fabrikam", left: true, bare: true, direct: []string{e3}},
		{name: "Julia Romero", department: "Finance", title: "Financial Analyst", left: true, bare: true, direct: []string{powerBI}},
		{name: "Kasper Holm", department: "IT", title: "Network Engineer", kind: "Intern", left: true, bare: true, direct: []string{flowFree}},
		// The seat comes from a group that is kept on premises: R105.
		{name: "Ragnar Ståhl", department: "Operations", title: "Quality Specialist", office: "malmo", left: true, bare: true, groups: []string{"lic-e3-legacy"}},
		// In a court case: the mailbox stays.
		{name: "Henrik Aas", department: "Sales", title: "Account Executive", left: true, bare: true, direct: []string{e3}, groups: []string{"legal-hold"}},
	}
}
