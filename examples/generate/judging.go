package main

import (
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

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

// guardRails is Alpine Ski House, whose rules, limits and hours are set: a
// waiver, a raise, windows, and a file of mailboxes that a court wants.
func guardRails() company {
	const folder = "guard-rails"
	return company{
		folder: folder, name: "Alpine Ski House", domain: "alpineskihouse.com", admin: "Petra Lang",
		people: slices.Concat(
			team("Lifts", "Engineer", "SPE_E3", colleagues(folder, "lifts", 8)...),
			team("Hotel", "Host", "SPE_E3", colleagues(folder, "hotel", 7)...),
			// The drawings are done elsewhere now.
			team("Lifts", "Draughtsman", "SPE_E3 VISIOCLIENT", "Anton Gruber", "Birgit Moser", "Clemens Auer").idle(80),
			team("Lifts", "Surveyor", "SPE_E3 VISIOCLIENT", "Doris Wolf").idle(9),
			team("Lifts", "Planner", "SPE_E3 VISIOCLIENT", "Emil Haas"),
			team("IT", "Administrator", "SPE_E3 VISIOCLIENT", "Petra Lang").idle(40),
			team("Hotel", "Host", "SPE_E3", "Fritz Egger", "Gerda Kofler").gone().idle(60),
			// A court wants his mailbox.
			team("Hotel", "Purchaser", "SPE_E3", "Hans Pichler").gone().idle(120).each(func(p *person) { p.matter = "2026-114" }),
			// Her mailbox was made a shared one when she left.
			team("Hotel", "Manager", "SPE_E3", "Ilse Brandl").gone().idle(75).each(func(p *person) { p.mailbox = plan.SharedMailbox }),
			boxes(plan.SharedMailbox, "", "Reception"),
		),
		buys: []buy{
			{part: "SPE_E3", seats: 30, renewal: "2027-03-14"},
			{part: "VISIOCLIENT", seats: 6, renewal: "2027-01-02"},
		},
	}
}
