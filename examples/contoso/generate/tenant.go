package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// tenant is the whole of Contoso as reseat would read it.
func tenant() *plan.Snapshot {
	s := &plan.Snapshot{
		Organization: plan.Organization{
			ID: plan.TenantID(guid("organization", "contoso")), DisplayName: "Contoso",
			VerifiedDomains: []string{"contoso.onmicrosoft.com", "contoso.com"},
		},
		ReadAt:  readAt(),
		Actor:   actor(),
		Deleted: deleted(),
	}
	s.Users, s.Groups = members()
	s.Products, s.Subscriptions = stock(s.Users)
	s.Roles, s.RoleAssignments = roles()
	s.Count = plan.UserCount{Before: len(s.Users), After: len(s.Users)}
	s.Reads = reads(s)
	return s
}

// members hands out what groups give and returns users and groups, sorted by id.
func members() ([]plan.User, []plan.Group) {
	groups := map[string]*plan.Group{}
	for _, c := range circles() {
		g := c.group()
		groups[c.name] = &g
	}
	var users []plan.User
	for _, a := range accounts() {
		for _, name := range a.groups {
			g, ok := groups[name]
			if !ok {
				panic(fmt.Sprintf("no group %s for %s", name, a.user.DisplayName))
			}
			g.Members = append(g.Members, a.user.ID)
			for _, gives := range g.Gives {
				a.user.Sources = append(a.user.Sources, through(a, *g, gives))
			}
		}
		plan.SortSources(a.user.Sources)
		a.user.SignIn = signIn(a.user)
		users = append(users, a.user)
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

// through is a seat that a group gives to one of its members.
func through(a account, g plan.Group, gives plan.Given) plan.Source {
	s := plan.Source{SKU: gives.SKU, Group: g.ID, State: plan.Active, DisabledPlans: gives.DisabledPlans}
	if ill, ok := ills()[a.name]; ok {
		s.State, s.Error = ill.State, ill.Error
	}
	s.UpdatedAt = chanceOf("group "+g.DisplayName, a.user.UserPrincipalName).between(2025, 2025)
	if s.UpdatedAt.Before(a.user.CreatedAt) {
		s.UpdatedAt = a.user.CreatedAt.Add(time.Hour)
	}
	return s
}

// stock are the products and subscriptions, with as many seats in use as have
// somebody on them.
func stock(users []plan.User) ([]plan.Product, []plan.Subscription) {
	used := map[plan.SKU]int{}
	for _, u := range users {
		for _, sku := range holdings(u) {
			used[sku]++
		}
	}
	var products []plan.Product
	var subscriptions []plan.Subscription
	for _, w := range wares() {
		p := plan.Product{
			SKU: w.sku, PartNumber: w.name, AppliesTo: "User", Status: "Enabled", Consumed: used[w.sku], Plans: servicePlans(w.plans),
		}
		for i, b := range w.buys {
			s := b.subscription(fmt.Sprint(w.name, i), w, used[w.sku])
			p.Enabled += s.TotalLicenses
			p.SubscriptionIDs = append(p.SubscriptionIDs, s.ID)
			subscriptions = append(subscriptions, s)
		}
		slices.Sort(p.SubscriptionIDs)
		products = append(products, p)
	}
	slices.SortFunc(products, func(a, b plan.Product) int { return cmp.Compare(a.SKU, b.SKU) })
	slices.SortFunc(subscriptions, func(a, b plan.Subscription) int { return cmp.Compare(a.ID, b.ID) })
	return products, subscriptions
}

// holdings are the products of which a user takes a seat, each once.
func holdings(u plan.User) []plan.SKU {
	held := slices.Clone(u.Unsourced)
	for _, s := range u.Sources {
		if s.Held() && !slices.Contains(held, s.SKU) {
			held = append(held, s.SKU)
		}
	}
	return held
}

// subscription is what Graph says of a purchase; key names it.
func (b buy) subscription(key string, w ware, used int) plan.Subscription {
	s := plan.Subscription{
		ID: guid("subscription", key), CommerceID: guid("commerce", key), SKU: w.sku, PartNumber: w.name, Status: "Enabled", IsTrial: b.trial,
		TotalLicenses: b.seats, CreatedAt: chanceOf("bought", key).between(2019, 2023),
		OwnerID: guid("partner", "agent"), OwnerTenantID: guid("partner", "tenant"), OwnerType: "User",
	}
	if b.spare {
		s.TotalLicenses += used
	}
	if b.trial {
		s.CreatedAt = chanceOf("bought", key).day(2026, time.November, 4)
	}
	if b.owner != "" {
		s.OwnerID, s.OwnerTenantID, s.OwnerType = string(userID(upn(b.owner))), "", "User"
	}
	if b.renewal != "" {
		s.NextLifecycle = plan.Day(b.renewal).Start()
	}
	return s
}

// reads says that everything could be read.
func reads(s *plan.Snapshot) []plan.Read {
	eligible, inGroups, mayJoin, boxes, seen := 0, 0, 0, 0, 0
	for _, a := range s.RoleAssignments {
		if a.Eligible {
			eligible++
		}
	}
	for _, g := range s.Groups {
		inGroups += len(g.Members)
		mayJoin += len(g.Eligible)
	}
	for i := range s.Users {
		if s.Users[i].Mailbox != "" {
			boxes++
		}
		if s.Users[i].SignIn != nil {
			seen++
		}
	}
	read := func(what string, items int) plan.Read {
		return plan.Read{What: what, Items: items, Status: plan.ReadComplete}
	}
	return []plan.Read{
		read(plan.ReadUsers, len(s.Users)), read(plan.ReadProducts, len(s.Products)), read(plan.ReadSubscriptions, len(s.Subscriptions)),
		read(plan.ReadRoles, len(s.RoleAssignments)-eligible), read(plan.ReadEligibility, eligible),
		read(plan.ReadGroupEligibility, mayJoin),
		read(plan.ReadGroups, len(s.Groups)), read(plan.ReadMembers, inGroups), read(plan.ReadDeleted, len(s.Deleted)),
		read(plan.ReadMailboxes, boxes), read(plan.ReadSignIns, seen),
	}
}

func skuOf(part string) plan.SKU {
	for _, w := range wares() {
		if w.name == part {
			return w.sku
		}
	}
	panic("no product " + part)
}

// planList are service plans by name, sorted by id.
func planList(names ...string) []plan.PlanID {
	list := []plan.PlanID{}
	for _, p := range servicePlans(strings.Join(names, " ")) {
		list = append(list, p.ID)
	}
	return list
}
