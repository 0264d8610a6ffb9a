package main

import "slices"

// trials is Proseware, which tries products that few will keep.
func trials() company {
	const folder = "trials"
	return company{
		folder: folder, name: "Proseware", domain: "proseware.com", admin: "Thea Olin",
		people: slices.Concat(
			team("Sales", "Account Manager", "SPE_E3 Microsoft_Teams_Premium", colleagues(folder, "sales", 7)...),
			team("Training", "Trainer", "SPE_E3 Microsoft_Teams_Premium", "Ada Ferro", "Finn Kruse", "Lara Moen").in("webinars"),
			team("Development", "Developer", "SPE_E3 POWERAPPS_VIRAL", colleagues(folder, "development", 4)...),
			team("Development", "Developer", "SPE_E3", colleagues(folder, "developers", 6)...),
			team("Development", "Intern", "SPE_E3 POWERAPPS_VIRAL Microsoft_Teams_Premium", "Malik Osman"),
			team("IT", "Administrator", "SPE_E3 Microsoft_Teams_Premium", "Thea Olin"),
		),
		groups: []group{{name: "webinars"}},
		buys: []buy{
			{part: "SPE_E3", seats: 25, renewal: "2027-03-14"},
			{part: "Microsoft_Teams_Premium", seats: 25, renewal: "2026-12-04", trial: true},
			{part: "POWERAPPS_VIRAL", seats: 10000},
		},
	}
}

// oneProduct is Wide World Importers, which pays for Power BI Pro beside E5,
// which has it.
func oneProduct() company {
	const folder = "one-product"
	return company{
		folder: folder, name: "Wide World Importers", domain: "wideworldimporters.com", admin: "Hugo Serra",
		people: slices.Concat(
			team("Import", "Buyer", "SPE_E5 POWER_BI_PRO", colleagues(folder, "import", 16)...),
			team("Finance", "Analyst", "SPE_E5 POWER_BI_PRO", colleagues(folder, "finance", 12)...),
			team("Warehouse", "Shift Lead", "SPE_E3 POWER_BI_PRO", colleagues(folder, "warehouse", 5)...),
			team("Warehouse", "Picker", "SPE_E3", colleagues(folder, "pickers", 4)...),
			// Power BI of her E5 is switched off.
			team("Finance", "Auditor", "SPE_E5-BI_AZURE_P2 POWER_BI_PRO", "Edith Rask").in("keeps-power-bi"),
			team("IT", "Administrator", "SPE_E5", "Hugo Serra"),
		),
		groups: []group{{name: "keeps-power-bi"}},
		buys: []buy{
			{part: "SPE_E5", seats: 32, renewal: "2027-03-14"},
			{part: "SPE_E3", seats: 10, renewal: "2027-03-14"},
			{part: "POWER_BI_PRO", seats: 40, renewal: "2027-02-10"},
		},
	}
}

// selfService is Woodgrove Bank, whose people buy for themselves.
func selfService() company {
	const folder = "self-service"
	return company{
		folder: folder, name: "Woodgrove Bank", domain: "woodgrovebank.com", admin: "Leo Strand",
		people: slices.Concat(
			team("Branches", "Adviser", "SPE_E3", colleagues(folder, "branches", 8)...),
			team("Treasury", "Analyst", "SPE_E3 POWER_BI_PRO_DEPT", "Mira Sood", "Jonas Falk", "Elin Berg"),
			team("Marketing", "Designer", "SPE_E3 VISIO_PLAN1_DEPT", "Hana Ito", "Casper Bruun"),
			team("Marketing", "Designer", "SPE_E3 VISIOONLINE_PLAN1", "Rosa Vidal", "Timo Lehto"),
			team("IT", "Administrator", "SPE_E3", "Leo Strand"),
		),
		buys: []buy{
			{part: "SPE_E3", seats: 20, renewal: "2027-03-14"},
			{part: "POWER_BI_PRO_DEPT", seats: 3, renewal: "2026-12-09", owner: "Mira Sood"},
			{part: "VISIO_PLAN1_DEPT", seats: 2, renewal: "2026-12-18", owner: "Hana Ito"},
			{part: "VISIOONLINE_PLAN1", seats: 2, renewal: "2026-12-21", owner: "Rosa Vidal"},
		},
	}
}

// adminCenter is Litware, whose administrator knows the pages of the admin center.
func adminCenter() company {
	const folder = "admin-center"
	return company{
		folder: folder, name: "Litware", domain: "litwareinc.com", admin: "Ulla Norberg",
		people: slices.Concat(
			team("Design", "Designer", "SPE_E3 VISIOCLIENT", "Adele Vance", "Bo Lindgren", "Celia Roth", "Dan Keller", "Eva Corti", "Femi Boateng"),
			team("Design", "Designer", "SPE_E3 VISIOCLIENT", colleagues(folder, "design", 3)...),
			team("Planning", "Project Manager", "SPE_E3 PROJECTPROFESSIONAL POWER_BI_PRO VISIOCLIENT", "Gita Rao"),
			team("Planning", "Project Manager", "SPE_E3 PROJECTPROFESSIONAL", colleagues(folder, "planning", 3)...),
			team("Events", "Temp", "SPE_E3", "Hal Jarvis", "Ines Pohl").gone().idle(40),
			team("Events", "Temp", "SPE_E3 VISIOCLIENT", "Jorge Rivas").gone().idle(40),
			team("Reception", "Receptionist", "SPE_E3 POWER_BI_PRO", "Kai Ueland"),
			team("Reception", "Receptionist", "SPE_E3", "Lotte Bishop", "Marit Frey"),
			team("IT", "Administrator", "SPE_E3", "Ulla Norberg"),
		),
		buys: []buy{
			{part: "SPE_E3", seats: 24, renewal: "2027-03-14"},
			{part: "SPE_F1", seats: 5, renewal: "2027-03-14"},
			{part: "POWER_BI_PRO", seats: 4, renewal: "2027-02-10"},
			{part: "PROJECTPROFESSIONAL", seats: 5, renewal: "2026-12-01"},
			{part: "VISIOCLIENT", seats: 12, renewal: "2027-01-02"},
		},
	}
}
