package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// snapshot is the company's tenant as reseat would read it.
func (c company) snapshot() *plan.Snapshot {
	s := &plan.Snapshot{
		Organization: plan.Organization{
			ID: plan.TenantID(c.guid("organization", c.name)), DisplayName: c.name,
			VerifiedDomains: []string{strings.Split(c.domain, ".")[0] + ".onmicrosoft.com", c.domain},
		},
		ReadAt: readAt(),
		Actor:  c.actor(),
	}
	s.Users, s.Groups = c.members()
	s.Products, s.Subscriptions = c.stock(s.Users)
	s.Roles, s.RoleAssignments = c.roles()
	s.Count = plan.UserCount{Before: len(s.Users), After: len(s.Users)}
	s.Reads = reads(s)
	return s
}

// accounts are the company's people, and the account that is kept for the day
// on which nobody can sign in.
func (c company) accounts() staff {
	safe := person{name: "Break glass", local: "breakglass", nowhere: true, idle: -1, hidden: true}
	return append(slices.Clone(c.people), safe)
}

func (c company) userID(name string) plan.UserID { return plan.UserID(c.guid("user", name)) }

// members hands out what groups give and returns users and groups, sorted by id.
func (c company) members() ([]plan.User, []plan.Group) {
	groups := map[string]*plan.Group{}
	for _, g := range c.groups {
		groups[g.name] = &plan.Group{
			ID: plan.GroupID(c.guid("group", g.name)), DisplayName: g.name, MembershipRule: g.rule, Synced: g.synced,
			SecurityEnabled: true, Gives: given(g.gives), Members: []plan.UserID{}, MembersRead: true,
		}
	}
	var users []plan.User
	for _, p := range c.accounts() {
		u := c.user(p)
		for _, name := range p.groups {
			g, ok := groups[name]
			if !ok {
				panic(fmt.Sprintf("no group %s for %s", name, p.name))
			}
			g.Members = append(g.Members, u.ID)
			for _, gives := range g.Gives {
				u.Sources = append(u.Sources, c.through(p, g, gives))
			}
		}
		plan.SortSources(u.Sources)
		users = append(users, u)
	}
	var list []plan.Group
	for _, g := range groups {
		slices.Sort(g.Members)
		list = append(list, *g)
	}
	slices.SortFunc(users, func(a, b plan.User) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(list, func(a, b plan.Group) int { return cmp.Compare(a.ID, b.ID) })
	return users, list
}

func given(seats string) []plan.Given {
	var list []plan.Given
	for _, s := range seatsOf(seats) {
		list = append(list, plan.Given{SKU: s.sku, DisabledPlans: s.off})
	}
	return list
}

// user is the account without what groups give it.
func (c company) user(p person) plan.User {
	u := plan.User{
		ID: c.userID(p.name), UserPrincipalName: c.upn(p), DisplayName: p.name, AccountEnabled: plan.TruthOf(!p.left), UserType: "Member",
		Department: p.department, JobTitle: p.title, CompanyName: cmp.Or(p.employer, c.name), Country: "Sweden", UsageLocation: "SE",
		CreatedAt: c.chance("created", p.name).day(2018, 2024), Mailbox: p.mailbox, SignIn: c.signIn(p), Sources: []plan.Source{},
	}
	if p.nowhere {
		u.UsageLocation = ""
	}
	if p.seats != "" || p.mailbox != "" || len(p.groups) > 0 {
		u.Mail = u.UserPrincipalName
	}
	for _, s := range seatsOf(p.seats) {
		u.Sources = append(u.Sources, plan.Source{
			SKU: s.sku, State: plan.Active, DisabledPlans: s.off, UpdatedAt: c.chance("given "+string(s.sku), p.name).day(2025, 2025),
		})
	}
	return u
}

// through is a seat that a group gives to one of its members.
func (c company) through(p person, g *plan.Group, gives plan.Given) plan.Source {
	s := plan.Source{
		SKU: gives.SKU, Group: g.ID, State: plan.Active, DisabledPlans: gives.DisabledPlans,
		UpdatedAt: c.chance("group "+g.DisplayName, p.name).day(2025, 2025),
	}
	if p.error != "" {
		s.State, s.Error = plan.ErrorState, p.error
	}
	return s
}

// signIn is when an account was last used; by who has left, a day or two before
// the last one of which the personnel office knows.
func (c company) signIn(p person) *plan.SignIn {
	if p.idle < 0 {
		return nil
	}
	from := c.chance("sign-in", p.name)
	days := p.idle
	if days == 0 {
		days = 1 + from.below(9)
		if p.left && p.leaves != "" {
			days = 1 + days%2 + int(readAt().Sub(p.leaves.Start())/(24*time.Hour))
		}
	}
	at := readAt().AddDate(0, 0, -days).Add(time.Duration(1+from.below(9*60*60)) * time.Second)
	return &plan.SignIn{Interactive: at, NonInteractive: at.Add(20 * time.Minute), Successful: at.Add(20 * time.Minute)}
}

// stock are the products and subscriptions, with as many seats in use as have
// somebody on them.
func (c company) stock(users []plan.User) ([]plan.Product, []plan.Subscription) {
	used := map[plan.SKU]int{}
	for _, u := range users {
		held := map[plan.SKU]bool{}
		for _, s := range u.Sources {
			if s.Held() && !held[s.SKU] {
				held[s.SKU] = true
				used[s.SKU]++
			}
		}
	}
	var products []plan.Product
	var subscriptions []plan.Subscription
	for _, b := range c.buys {
		w := wares()[b.part]
		s := c.subscription(b)
		subscriptions = append(subscriptions, s)
		products = append(products, plan.Product{
			SKU: skuOf(b.part), PartNumber: b.part, AppliesTo: "User", Status: "Enabled", Enabled: b.seats, Consumed: used[w.sku],
			Plans: w.servicePlans(), SubscriptionIDs: []string{s.ID},
		})
	}
	slices.SortFunc(products, func(a, b plan.Product) int { return cmp.Compare(a.SKU, b.SKU) })
	slices.SortFunc(subscriptions, func(a, b plan.Subscription) int { return cmp.Compare(a.ID, b.ID) })
	return products, subscriptions
}

// subscription is what Graph says of a purchase.
func (c company) subscription(b buy) plan.Subscription {
	s := plan.Subscription{
		ID: c.guid("subscription", b.part), CommerceID: c.guid("commerce", b.part), SKU: skuOf(b.part), PartNumber: b.part, Status: "Enabled",
		IsTrial: b.trial, TotalLicenses: b.seats, CreatedAt: c.chance("bought", b.part).day(2021, 2023),
		OwnerID: c.guid("partner", "agent"), OwnerTenantID: c.guid("partner", "tenant"), OwnerType: "User",
	}
	if b.trial {
		s.CreatedAt = readAt().AddDate(0, 0, -16)
	}
	if b.owner != "" {
		s.OwnerID, s.OwnerTenantID = string(c.userID(b.owner)), ""
	}
	if b.renewal != "" {
		s.NextLifecycle = b.renewal.Start()
	}
	return s
}
