package main

import (
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

func userID(upn string) plan.UserID { return plan.UserID(guid("user", upn)) }

// An account is a user with what it is given, before groups hand theirs out.
type account struct {
	user   plan.User
	name   string // of the person, or empty
	groups []string
}

// accounts are all users of the tenant, in no particular order.
func accounts() []account {
	var all []account
	for _, p := range people() {
		all = append(all, p.account())
	}
	return append(all, others()...)
}

func (p person) account() account {
	where, name := offices()[p.office], upn(p.name)
	u := plan.User{
		ID: userID(name), UserPrincipalName: name, DisplayName: p.name, Mail: name, AccountEnabled: plan.TruthOf(!p.left), UserType: "Member",
		Department: p.department, JobTitle: p.title, CompanyName: p.company, Country: where.country, City: where.city, OfficeLocation: where.name,
		UsageLocation: where.code, EmployeeType: p.kind, OnPremisesSyncEnabled: where.synced, Aliases: aliases(p.name), Sources: []plan.Source{},
	}
	chance := chanceOf("hired", p.name)
	u.CreatedAt = chance.between(2016, 2024)
	if p.hired {
		u.CreatedAt = chance.day(2026, time.November, 2+chance.below(16))
	}
	if p.unlocated {
		u.UsageLocation = ""
	}
	for _, part := range p.direct {
		u.Sources = append(u.Sources, direct(u, part))
	}
	for _, part := range p.unsourced {
		u.Unsourced = append(u.Unsourced, skuOf(part))
	}
	return account{user: u, name: p.name, groups: p.groups}
}

// direct is a product that was given to a user by hand.
func direct(u plan.User, part string) plan.Source {
	chance := chanceOf("direct "+part, u.UserPrincipalName)
	s := plan.Source{SKU: skuOf(part), State: plan.Active, DisabledPlans: []plan.PlanID{}, UpdatedAt: chance.between(2025, 2025)}
	if s.UpdatedAt.Before(u.CreatedAt) {
		s.UpdatedAt = u.CreatedAt.Add(2 * time.Hour)
	}
	switch {
	case u.DisplayName == "Eli Novak" && part == project:
		s.UpdatedAt = time.Date(2026, time.November, 19, 14, 21, 0, 0, time.UTC)
	case part == e3 && u.Department == "Operations" && u.DisplayName != "Karin Öhman" && chance.below(4) == 0:
		s.DisabledPlans = planList("YAMMER_ENTERPRISE")
	}
	return s
}

// others are the accounts that are no employee's.
func others() []account {
	var all []account
	add := func(name, display string, enabled bool, set func(*plan.User), groups []string, parts ...string) {
		u := plan.User{
			ID: userID(name), UserPrincipalName: name, DisplayName: display, AccountEnabled: plan.TruthOf(enabled), UserType: "Member",
			UsageLocation: "SE", CreatedAt: chanceOf("created", name).between(2017, 2024), Sources: []plan.Source{},
		}
		set(&u)
		for _, part := range parts {
			u.Sources = append(u.Sources, direct(u, part))
		}
		all = append(all, account{user: u, groups: groups})
	}
	plain := func(*plan.User) {}
	mailbox := func(u *plan.User) { u.Mail = u.UserPrincipalName }
	shared := func(u *plan.User) { u.Mail, u.Mailbox = u.UserPrincipalName, plan.SharedMailbox }
	for i, name := range strings.Fields("info sales support careers press invoices payroll facilities events returns privacy security suppliers archive-2019") {
		var parts []string
		switch {
		case i%4 == 1: // larger than 50 GB
			parts = []string{exchange}
		case name == "archive-2019": // on litigation hold
			parts = []string{e3}
		}
		add(name+"@contoso.com", "Shared - "+strings.ToUpper(name[:1])+name[1:], false, shared, nil, parts...)
	}
	for i, name := range strings.Fields("Vänern Vättern Mälaren Siljan Storsjön Hjälmaren Wannsee Müggelsee Tejo Douro Thames Charles") {
		room := func(u *plan.User) {
			u.Mail, u.OfficeLocation, u.Mailbox = u.UserPrincipalName, roomOffice(i), plan.RoomMailbox
		}
		upn := "room." + upn(name)
		if name == "Charles" { // licensed by hand before the group was there
			add(upn, "Room "+name, true, room, nil, rooms)
			continue
		}
		add(upn, "Room "+name, true, room, []string{"lic-rooms"})
	}
	for _, name := range strings.Fields("main-line support-line order-line returns-line") {
		add("aa-"+name+"@contoso.com", "Auto attendant "+name, false, func(u *plan.User) { u.IsResourceAccount = true }, nil)
	}
	add("bg-01@contoso.com", "Break glass 01", true, plain, nil)
	add("bg-02@contoso.com", "Break glass 02", true, plain, nil)
	add("svc-scanner@contoso.com", "Service scanner", true, mailbox, nil, exchange)
	add("svc-crm@contoso.com", "Service CRM mail", true, mailbox, nil, exchange)
	add("svc-backup@contoso.com", "Service backup", true, plain, nil)
	add("svc-signage@contoso.com", "Service signage", true, plain, nil)
	add("svc-flows@contoso.com", "Service flows", true, mailbox, nil, exchange, flowFree)
	add("Sync_CONTOSO-DC01@contoso.onmicrosoft.com", "On-Premises Directory Synchronization Service Account", true,
		func(u *plan.User) { u.UsageLocation = "" }, nil)
	return append(all, guests()...)
}

func roomOffice(i int) string {
	return offices()[[]string{"sthlm", "sthlm", "sthlm", "sthlm", "sthlm", "sthlm", "berlin", "berlin", "lisbon", "lisbon", "london", "boston"}[i]].name
}

// guests are people of other companies. One has a licence of ours.
func guests() []account {
	var all []account
	companies := []struct{ name, domain string }{{"Fabrikam", "fabrikam.com"}, {"Tailwind Traders", "tailwindtraders.com"}, {"Northwind", "northwindtraders.com"}}
	names := strings.Split("Alice Munroe,Bashir Noor,Carol Pike,Derek Olin,Eva Roth,Frank Boyd,Gwen Tait,Hari Prasad,Irma Salo,Jack Reed,"+
		"Kira Voss,Liam Shaw,Mona Lisk,Ned Burke,Orla Finn,Pekka Laine,Rosa Teller,Sam Whit", ",")
	for i, name := range names {
		c := companies[i%len(companies)]
		mail := strings.TrimSuffix(upn(name), "contoso.com") + c.domain
		guest := strings.Replace(mail, "@", "_", 1) + "#EXT#@contoso.onmicrosoft.com"
		u := plan.User{
			ID: userID(guest), UserPrincipalName: guest, DisplayName: name, Mail: mail, AccountEnabled: plan.Yes, UserType: "Guest",
			CompanyName: c.name, CreatedAt: chanceOf("created", guest).between(2021, 2025), Sources: []plan.Source{},
		}
		if i == 4 {
			u.UsageLocation = "SE"
			u.Sources = append(u.Sources, direct(u, powerBI))
		}
		all = append(all, account{user: u})
	}
	return all
}
