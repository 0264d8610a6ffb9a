package main

import "slices"

// ownRules is Wide World Importers, where contractors, change numbers and a
// cost centre have rules of their own.
func ownRules() company {
	const folder = "own-rules"
	contractor := func(local string) func(*person) {
		return func(p *person) { p.local, p.employer = local, "Relecloud" }
	}
	return company{
		folder: folder, name: "Wide World Importers", domain: "wideworldimporters.com", admin: "Alma Torres",
		people: slices.Concat(
			team("Research", "Researcher", "SPE_E3 Microsoft_365_Copilot", colleagues(folder, "research", 5)...),
			team("Sales", "Buyer", "SPE_E3 Microsoft_365_Copilot", "Joris Maas", "Malia Kane", "Stig Aune"),
			team("Sales", "Buyer", "SPE_E3", colleagues(folder, "sales", 4)...),
			team("Studio", "Designer", "SPE_E3 VISIOCLIENT", "Nadia Rahal", "Piet Visser"),
			team("IT", "Administrator", "SPE_E3", "Alma Torres"),
			team("Sales", "Buyer", "SPE_E3", "Renzo Villa").gone().idle(40),
			// An agency's, which pays for their seats.
			team("Sales", "Interpreter", "SPE_E3 Microsoft_365_Copilot", "Hana Ito").each(contractor("ext.hana.ito")),
			team("Studio", "Draughtsman", "SPE_E3 VISIOCLIENT", "Olek Duda").each(contractor("ext.olek.duda")),
		),
		buys: []buy{
			{part: "SPE_E3", seats: 20, renewal: "2027-03-14"},
			{part: "Microsoft_365_Copilot", seats: 10, renewal: "2027-06-30"},
			{part: "VISIOCLIENT", seats: 5, renewal: "2027-01-02"},
		},
	}
}
