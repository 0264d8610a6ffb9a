package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// leavers is Fourth Coffee, whose personnel office keeps a list of last days.
func leavers() company {
	const folder = "leavers"
	return company{
		folder: folder, name: "Fourth Coffee", domain: "fourthcoffee.com", admin: "Jana Novotna",
		people: slices.Concat(
			team("Office", "", "SPE_E3", colleagues(folder, "office", 7)...),
			team("Shops", "Barista", "", colleagues(folder, "shops", 9)...).in("lic-f3-shops"),
			team("IT", "Administrator", "SPE_E3", "Jana Novotna"),

			team("Office", "Buyer", "SPE_E3 VISIOCLIENT", "Tobias Renner").gone().leaving("2026-08-31"),
			team("Office", "Controller", "SPE_E3", "Ines Duarte").gone().leaving("2026-09-30"),
			team("Shops", "Shop Manager", "SPE_F1", "Oskar Blom").gone().leaving("2026-10-23"),
			// What the group gives stays as long as he is in it.
			team("Shops", "Barista", "", "Pavel Horak").in("lic-f3-shops").gone().leaving("2026-10-16"),
			// A court wants the mailbox.
			team("Office", "Head of Buying", "SPE_E3", "Viktor Sand").in("legal-hold").gone().leaving("2026-07-31"),
			// The office says he has left; somebody still signs in.
			team("Office", "Brand Manager", "SPE_E3", "Marta Kowalska").leaving("2026-10-31"),
			// Not two weeks ago, and not yet.
			team("Office", "Accountant", "SPE_E3", "Grace Mensah").gone().leaving("2026-11-13"),
			team("Office", "Designer", "SPE_E3 VISIOCLIENT", "Liam Farrell").leaving("2026-12-31"),
			// An agency's, whom the personnel office does not know.
			team("Office", "Consultant", "SPE_E3", "Ruth Feld").each(func(p *person) { p.hidden, p.employer = true, "Adatum" }),
		),
		groups: []group{
			{name: "legal-hold"},
			{name: "lic-f3-shops", gives: "SPE_F1", rule: `(user.department -eq "Shops")`},
		},
		buys: []buy{
			{part: "SPE_E3", seats: 18, renewal: "2027-03-14"},
			{part: "SPE_F1", seats: 15, renewal: "2027-03-14"},
			{part: "VISIOCLIENT", seats: 4, renewal: "2027-01-02"},
		},
	}
}

// personnel is the file of last days, as the personnel office exports it, or
// nil where nobody leaves. It holds everybody but whom it does not know.
func (c company) personnel() []byte {
	if !slices.ContainsFunc(c.people, func(p person) bool { return p.leaves != "" }) {
		return nil
	}
	known := slices.DeleteFunc(slices.Clone(c.people), func(p person) bool { return p.hidden })
	slices.SortFunc(known, func(a, b person) int { return cmp.Compare(c.upn(a), c.upn(b)) })
	var out strings.Builder
	out.WriteString("userPrincipalName,lastDay,asOf\n")
	for _, p := range known {
		fmt.Fprintf(&out, "%s,%s,%s\n", c.upn(p), p.leaves, plan.DayOf(readAt().AddDate(0, 0, -1)))
	}
	return []byte(out.String())
}

// holds is the file of mailboxes that a court wants, or nil where there is none.
func (c company) holds() []byte {
	var out strings.Builder
	for _, p := range c.people {
		if p.matter != "" {
			fmt.Fprintf(&out, "%s,%s,%s\n", c.upn(p), p.matter, plan.DayOf(readAt().AddDate(0, 0, -1)))
		}
	}
	if out.Len() == 0 {
		return nil
	}
	return []byte("userPrincipalName,matter,asOf\n" + out.String())
}

// disabledAccounts is Margie's Travel: accounts that nobody signs in to are
// those of leavers, of shared mailboxes and of rooms.
func disabledAccounts() company {
	const folder = "disabled-accounts"
	return company{
		folder: folder, name: "Margie's Travel", domain: "margiestravel.com", admin: "Nora Lindqvist",
		people: slices.Concat(
			team("Travel", "Adviser", "SPE_E3", colleagues(folder, "travel", 10)...),
			team("Office", "", "SPE_E3", colleagues(folder, "office", 4)...),
			team("IT", "Administrator", "SPE_E3", "Nora Lindqvist"),
			team("Travel", "Adviser", "SPE_E3", "Carla Mendes", "Henrik Dahl").gone().idle(150),
			team("Travel", "Team Lead", "SPE_E3 POWER_BI_PRO", "Amelia Hart").gone().idle(60),
			team("Office", "Planner", "VISIOCLIENT", "Samir Haddad").gone().idle(90),
			// Over 50 GB, so they need a licence.
			boxes(plan.SharedMailbox, "EXCHANGESTANDARD", "Bookings", "Info", "Refunds"),
			boxes(plan.SharedMailbox, "SPE_E3", "Archive 2019"),
			boxes(plan.SharedMailbox, "", "Press", "Careers"),
			boxes(plan.RoomMailbox, "", "Room Lisbon", "Room Oslo"),
			boxes(plan.RoomMailbox, "EXCHANGESTANDARD", "Room Rome"),
			boxes(plan.EquipmentMailbox, "EXCHANGESTANDARD", "Tour Bus"),
		),
		buys: []buy{
			{part: "SPE_E3", seats: 22, renewal: "2027-03-14"},
			{part: "EXCHANGESTANDARD", seats: 6, renewal: "2027-05-02"},
			{part: "POWER_BI_PRO", seats: 2, renewal: "2027-02-10"},
			{part: "VISIOCLIENT", seats: 2, renewal: "2027-01-02"},
		},
	}
}

// idleAddOns is Trey Research, where dear products lie in drawers.
func idleAddOns() company {
	const folder = "idle-add-ons"
	return company{
		folder: folder, name: "Trey Research", domain: "treyresearch.net", admin: "Ivo Marin",
		people: slices.Concat(
			team("Laboratory", "Researcher", "SPE_E3", colleagues(folder, "laboratory", 8)...),
			team("Laboratory", "Researcher", "SPE_E3 Microsoft_365_Copilot", colleagues(folder, "copilot", 3)...),
			team("Planning", "Project Manager", "SPE_E3 PROJECTPROFESSIONAL", colleagues(folder, "planning", 3)...),
			team("Design", "Designer", "SPE_E3 VISIOCLIENT", colleagues(folder, "design", 3)...),

			team("Laboratory", "Researcher", "SPE_E3 Microsoft_365_Copilot", "Asta Holm").idle(131),
			team("Planning", "Project Manager", "SPE_E3 PROJECTPROFESSIONAL VISIOCLIENT", "Bruno Teixeira").idle(204),
			team("Design", "Architect", "SPE_E3 VISIOCLIENT", "Clea Fontaine").idle(96),
			team("Design", "Designer", "SPE_E3 VISIOCLIENT", "Dario Conti").idle(88),
			team("Planning", "Project Manager", "SPE_E3 PROJECTPROFESSIONAL", "Edda Winter").in("parental-leave").idle(170),
			// Graph has no sign-in of hers, which is not "never".
			team("Laboratory", "Professor", "SPE_E3 Microsoft_365_Copilot", "Farida Aziz").idle(-1),
			team("IT", "Administrator", "SPE_E3 VISIOCLIENT", "Ivo Marin").idle(120),
		),
		groups: []group{{name: "parental-leave"}},
		buys: []buy{
			{part: "SPE_E3", seats: 30, renewal: "2027-03-14"},
			{part: "Microsoft_365_Copilot", seats: 5, renewal: "2027-06-30"},
			{part: "PROJECTPROFESSIONAL", seats: 5, renewal: "2026-12-01"},
			{part: "VISIOCLIENT", seats: 10, renewal: "2027-01-02"},
		},
	}
}
