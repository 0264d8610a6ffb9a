package main

import (
	"slices"
)

// downgrade is Northwind Traders: sales shall move from E5 to E3, of which
// there are too few.
func downgrade() company {
	const folder = "downgrade"
	return company{
		folder: folder, name: "Northwind Traders", domain: "northwindtraders.com", admin: "Milo Janssen",
		people: slices.Concat(
			team("Security", "Analyst", "SPE_E5", colleagues(folder, "security", 4)...),
			team("Sales", "Account Executive", "SPE_E5", colleagues(folder, "sales", 6)...),
			// Who never had Viva Engage does not get it by the move.
			team("Sales", "Account Executive", "SPE_E5-YAMMER_ENTERPRISE", "Selma Vik"),
			team("Sales", "Sales Manager", "SPE_E5", "Hedda Storm", "Kofi Mensah"),
			team("Office", "", "SPE_E3", colleagues(folder, "office", 8)...),
			team("Warehouse", "Picker", "SPE_E3", "Bela Toth", "Tara Nolan"),
			team("Warehouse", "Picker", "SPE_F1", colleagues(folder, "warehouse", 6)...),
			team("IT", "Administrator", "SPE_E5", "Milo Janssen"),
		),
		buys: []buy{
			{part: "SPE_E5", seats: 14, renewal: "2027-03-14"},
			{part: "SPE_E3", seats: 12, renewal: "2027-03-14"},
			{part: "SPE_F1", seats: 10, renewal: "2027-03-14"},
		},
	}
}

// directToGroup is Lucerne Publishing, half way from licences by hand to a group.
func directToGroup() company {
	const folder = "direct-to-group"
	return company{
		folder: folder, name: "Lucerne Publishing", domain: "lucernepublishing.com", admin: "Rita Lang",
		people: slices.Concat(
			team("Editorial", "Editor", "SPE_E3", colleagues(folder, "editorial", 6)...).in("lic-e3"),
			team("Design", "Designer", "SPE_E3", colleagues(folder, "design", 3)...).in("lic-e3"),
			team("Editorial", "Editor", "", colleagues(folder, "new", 4)...).in("lic-e3"),
			// The group's copy is in error.
			team("Design", "Designer", "SPE_E3", "Otto Brandt").in("lic-e3").each(func(p *person) { p.error = "DependencyViolation" }),
			// The group gives less than she has.
			team("Editorial", "Author", "SPE_E3", "Yrsa Lind").in("lic-e3-authors"),
			// Nobody has put them into the group yet.
			team("Editorial", "Editor", "SPE_E3", "Emil Sorge", "Paola Neri"),
			team("Design", "Designer", "", "Lea Fuchs"),
			team("Press", "Printer", "SPE_F1", colleagues(folder, "press", 5)...),
			team("IT", "Administrator", "SPE_E3", "Rita Lang"),
		),
		groups: []group{
			{name: "lic-e3", gives: "SPE_E3"},
			{name: "lic-e3-authors", gives: "SPE_E3-YAMMER_ENTERPRISE-SWAY"},
		},
		buys: []buy{
			{part: "SPE_E3", seats: 24, renewal: "2027-03-14"},
			{part: "SPE_F1", seats: 8, renewal: "2027-03-14"},
		},
	}
}

// duplicates is Adatum, where many hold a product by hand and through a group.
func duplicates() company {
	const folder = "duplicates"
	return company{
		folder: folder, name: "Adatum", domain: "adatum.com", admin: "Pia Olsen",
		people: slices.Concat(
			team("Finance", "Analyst", "SPE_E3 POWER_BI_PRO", colleagues(folder, "finance", 4)...).in("lic-e3", "lic-power-bi"),
			team("Legal", "Counsel", "SPE_E3", colleagues(folder, "legal", 3)...).in("lic-e3"),
			team("Legal", "Counsel", "", colleagues(folder, "counsel", 3)...).in("lic-e3"),
			team("Support", "Agent", "SPE_E3", colleagues(folder, "support", 5)...),
			// The group gives less than he has by hand.
			team("Legal", "Paralegal", "SPE_E3", "Rasmus Bach").in("lic-e3-basic"),
			team("Finance", "Controller", "SPE_E3 POWER_BI_PRO", "Selin Kaya").in("lic-e3"),
			team("IT", "Administrator", "SPE_E3", "Pia Olsen").in("lic-e3"),
		),
		groups: []group{
			{name: "lic-e3", gives: "SPE_E3"},
			{name: "lic-e3-basic", gives: "SPE_E3-YAMMER_ENTERPRISE"},
			{name: "lic-power-bi", gives: "POWER_BI_PRO"},
		},
		buys: []buy{
			{part: "SPE_E3", seats: 20, renewal: "2027-03-14"},
			{part: "POWER_BI_PRO", seats: 6, renewal: "2027-02-10"},
		},
	}
}

// wingtip is Wingtip Toys, which takes Tailwind Toys over: their people have
// accounts here since the first of November.
func wingtip() company {
	const folder = "merger/wingtip"
	return company{
		folder: folder, name: "Wingtip Toys", domain: "wingtiptoys.com", admin: "Greta Holm",
		people: slices.Concat(
			team("Workshop", "Toymaker", "SPE_F1", colleagues(folder, "workshop", 8)...),
			team("Office", "", "SPE_E3", colleagues(folder, "office", 6)...),
			team("IT", "Administrator", "SPE_E3", "Greta Holm"),
			moved().each(func(p *person) { p.seats, p.groups, p.employer = "", nil, "Tailwind Toys" }),
			team("Office", "Counsel", "", "Nils Aker").each(func(p *person) { p.nowhere, p.employer = true, "Tailwind Toys" }),
		),
		buys: []buy{
			{part: "SPE_E3", seats: 16, renewal: "2027-03-14"},
			{part: "SPE_F1", seats: 12, renewal: "2027-03-14"},
		},
	}
}

// tailwind is Tailwind Toys, whose tenant is closed in the new year.
func tailwind() company {
	const folder = "merger/tailwind"
	return company{
		folder: folder, name: "Tailwind Toys", domain: "tailwindtoys.com", admin: "Anton Reid",
		people: slices.Concat(
			moved(),
			// They move in December.
			team("Workshop", "Toymaker", "SPE_E3", colleagues(folder, "workshop", 5)...),
			team("Office", "Counsel", "SPE_E3", "Nils Aker"),
			team("IT", "Administrator", "SPE_E3", "Anton Reid").in("moved-to-wingtip"),
		),
		groups: []group{{name: "moved-to-wingtip"}},
		buys: []buy{
			{part: "SPE_E3", seats: 16, renewal: "2027-01-31"},
			{part: "VISIOCLIENT", seats: 3, renewal: "2027-01-31"},
		},
	}
}

// moved are the people of Tailwind who work in Wingtip's tenant already.
func moved() staff {
	return slices.Concat(
		team("Design", "Toy Designer", "SPE_E3 VISIOCLIENT", "Cleo Amato", "Dirk Maier"),
		team("Office", "Buyer", "SPE_E3", colleagues("merger", "moved", 4)...),
	).in("moved-to-wingtip")
}
