package simulator

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// The wares that the generator treats in ways of their own, by their place.
const (
	wareE3 = iota
	wareE5
	wareF1
	wareExchange
	warePowerBI
	wareRooms
	warePhone
	wareCalling
	wareVisio
	wareDepartment
	wareCopilot
)

// A ware is a product that a made-up tenant has bought.
type ware struct {
	name  string
	sku   plan.SKU
	plans string // names, with white space between
	share int    // holders of a thousand users
	// status is Enabled where it is empty; company makes it one of the whole
	// tenant; noFrontline, one that the frontline's suite excludes.
	status      string
	company     bool
	noFrontline bool
}

func (w ware) assignable() bool { return !w.company }

func wares() []ware {
	const suite = "SHAREPOINTWAC TEAMS1 INTUNE_A INTUNE_O365 AAD_PREMIUM MFA_PREMIUM RMS_S_ENTERPRISE YAMMER_ENTERPRISE PROJECTWORKMANAGEMENT SWAY "
	const desktop = suite + "EXCHANGE_S_ENTERPRISE SHAREPOINTENTERPRISE OFFICESUBSCRIPTION MCOSTANDARD WIN10_PRO_ENT_SUB "
	return []ware{
		wareE3:         {name: "SPE_E3", sku: "05e9a617-0261-4cee-bb44-138d3ef5d965", plans: desktop + "FORMS_PLAN_E3", share: 480},
		wareE5:         {name: "SPE_E5", sku: "06ebc4ee-1bb5-47dd-8120-11324bc54e06", plans: desktop + "FORMS_PLAN_E5 MCOEV MCOMEETADV AAD_PREMIUM_P2 BI_AZURE_P2 WINDEFATP", share: 60},
		wareF1:         {name: "SPE_F1", sku: "66b55226-6b4f-492c-910c-a3b7a3c9d993", plans: suite + "EXCHANGE_S_DESKLESS SHAREPOINTDESKLESS OFFICEMOBILE_SUBSCRIPTION MCOIMP Deskless", share: 180},
		wareExchange:   {name: "EXCHANGESTANDARD", sku: "4b9405b0-7788-4568-add1-99614e613b69", plans: "EXCHANGE_S_STANDARD INTUNE_O365", share: 8, status: "Warning"},
		warePowerBI:    {name: "POWER_BI_PRO", sku: "f8a1db68-be16-40ed-86d5-cb42ce701560", plans: "BI_AZURE_P2 EXCHANGE_S_FOUNDATION", share: 120},
		wareRooms:      {name: "Microsoft_Teams_Rooms_Pro", sku: "4cde982a-ede4-4409-9ae6-b003453c8ea6", plans: "TEAMS1 MCOEV MCOMEETADV MCOSTANDARD INTUNE_A AAD_PREMIUM", share: 4},
		warePhone:      {name: "MCOEV", sku: "e43b5b99-8dfb-405f-9987-dc307f34bcbd", plans: "MCOEV", share: 20},
		wareCalling:    {name: "MCOPSTN1", sku: "0dab259f-bf13-4952-b7f8-7db8f131b28d", plans: "MCOPSTN1", share: 15},
		wareVisio:      {name: "VISIOCLIENT", sku: "c5928f49-12ba-48f7-ada3-0d743a3601d5", plans: "VISIO_CLIENT_SUBSCRIPTION VISIOONLINE ONEDRIVE_BASIC EXCHANGE_S_FOUNDATION", share: 30},
		wareDepartment: {name: "POWER_BI_PRO_DEPT", sku: "3a6a908c-09c5-406a-8170-8ebb63c42882", plans: "BI_AZURE_P2 EXCHANGE_S_FOUNDATION", share: 3},
		wareCopilot:    {name: "Microsoft_365_Copilot", sku: "639dec6b-bb19-468b-871c-c5c441c4b0cb", plans: "M365_COPILOT_APPS M365_COPILOT_TEAMS", share: 40},

		{name: "PROJECTPROFESSIONAL", sku: "53818b1b-4a27-454b-8896-0dba576410e6", share: 20, noFrontline: true,
			plans: "PROJECT_CLIENT_SUBSCRIPTION SHAREPOINT_PROJECT SHAREPOINTENTERPRISE SHAREPOINTWAC EXCHANGE_S_FOUNDATION"},
		{name: "AAD_PREMIUM_P2", sku: "84a661c4-e949-4bd2-a560-ed7766fcaf2b", plans: "AAD_PREMIUM AAD_PREMIUM_P2 MFA_PREMIUM EXCHANGE_S_FOUNDATION", share: 10},
		{name: "FLOW_FREE", sku: "f30db892-07e9-47e9-837c-80727f46fd3d", plans: "EXCHANGE_S_FOUNDATION", share: 300},
		{name: "POWERAPPS_PER_USER", sku: "b30411f5-fea1-4a59-9ad9-3db7c7ead579", plans: "EXCHANGE_S_FOUNDATION", share: 5, status: "Suspended"},
		{name: "SHAREPOINTSTORAGE", sku: "99049c9c-6011-4908-bf17-15f496e6519d", company: true},
	}
}

// extra are products that somebody asks holders for and nobody knows.
func (g *generator) extra() []ware {
	var more []ware
	for _, sku := range slices.Sorted(maps.Keys(g.o.Holders)) {
		if !slices.ContainsFunc(wares(), func(w ware) bool { return w.sku == sku }) && len(more) < 40 {
			name := "PRODUCT_" + strings.ToUpper(string(sku[:min(8, len(sku))]))
			more = append(more, ware{name: name, sku: sku, plans: name})
		}
	}
	return more
}

func knownPlans() map[string]plan.PlanID {
	return map[string]plan.PlanID{
		"AAD_PREMIUM":                 "41781fb2-bc02-4b7c-bd55-b576c07bb09d",
		"AAD_PREMIUM_P2":              "eec0eb4f-6444-4f95-aba0-50c24d67f998",
		"BI_AZURE_P2":                 "70d33638-9c74-4d01-bfd3-562de28bd4ba",
		"Deskless":                    "8c7d2df8-86f0-4902-b2ed-a0458298f3b3",
		"EXCHANGE_S_DESKLESS":         "4a82b400-a79f-41a4-b4e2-e94f5787b113",
		"EXCHANGE_S_ENTERPRISE":       "efb87545-963c-4e0d-99df-69c6916d9eb0",
		"EXCHANGE_S_FOUNDATION":       "113feb6c-3fe4-4440-bddc-54d774bf0318",
		"EXCHANGE_S_STANDARD":         "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
		"FORMS_PLAN_E3":               "2789c901-c14e-48ab-a76a-be334d9d793a",
		"FORMS_PLAN_E5":               "e212cbc7-0961-4c40-9825-01117710dcb1",
		"INTUNE_A":                    "c1ec4a95-1f05-45b3-a911-aa3fa01094f5",
		"INTUNE_O365":                 "882e1d05-acd1-4ccb-8708-6ee03664b117",
		"M365_COPILOT_APPS":           "a62f8878-de10-42f3-b68f-6149a25ceb97",
		"M365_COPILOT_TEAMS":          "b95945de-b3bd-46db-8437-f2beb6ea2347",
		"MCOEV":                       teamsPhone,
		"MCOIMP":                      "afc06cb0-b4f4-4473-8286-d644f70d8faf",
		"MCOMEETADV":                  "3e26ee1f-8a5f-4d52-aee2-b81ce45c8f40",
		"MCOPSTN1":                    "4ed3ff63-69d7-4fb7-b984-5aec7f605ca8",
		"MCOSTANDARD":                 "0feaeb32-d00e-4d66-bd5a-43b5b83db82c",
		"MFA_PREMIUM":                 "8a256a2b-b617-496d-b51b-e76466e88db0",
		"OFFICEMOBILE_SUBSCRIPTION":   "c63d4d19-e8cb-460e-b37c-4d6c34603745",
		"OFFICESUBSCRIPTION":          "43de0ff5-c92c-492b-9116-175376d08c38",
		"ONEDRIVE_BASIC":              "da792a53-cbc0-4184-a10d-e544dd34b3c1",
		"PROJECTWORKMANAGEMENT":       "b737dad2-2f6c-4c65-90e3-ca563267e8b9",
		"PROJECT_CLIENT_SUBSCRIPTION": "fafd7243-e5c1-4a3a-9e40-495efcb1d3c3",
		"RMS_S_ENTERPRISE":            "bea4c11e-220a-4e6d-8eb8-8ea15d019f90",
		"SHAREPOINTDESKLESS":          "902b47e5-dcb2-4fdc-858b-c63a90a2bdb9",
		"SHAREPOINTENTERPRISE":        sharePointPlan2,
		"SHAREPOINTWAC":               "e95bec33-7c88-4a70-8e19-b10bd9d0c014",
		"SHAREPOINT_PROJECT":          sharePointProject,
		"SWAY":                        sway,
		"TEAMS1":                      "57ff2da0-773e-42df-b2af-ffb7a2317929",
		"VISIOONLINE":                 "2bdbaf8f-738f-4ac7-9234-3c3ee2ce7d0f",
		"VISIO_CLIENT_SUBSCRIPTION":   "663a804f-1c30-4ff0-9915-9db84f0d1cea",
		"WIN10_PRO_ENT_SUB":           "21b439ba-a0ca-424f-a6cc-52f954a5b111",
		"WINDEFATP":                   "871d91ec-ec1a-452b-a83f-bd76c7d770ef",
		"YAMMER_ENTERPRISE":           yammerEnterprise,
	}
}

// planOf is a service plan by name; one that nobody knows has an id made of it.
func planOf(known map[string]plan.PlanID, name string) plan.PlanID {
	if id, ok := known[name]; ok {
		return id
	}
	return plan.PlanID(derivedGUID("service plan " + name))
}

func (w ware) servicePlans() []plan.ServicePlan {
	known := knownPlans()
	plans := []plan.ServicePlan{}
	for name := range strings.FieldsSeq(w.plans) {
		applies := "User"
		if name == "EXCHANGE_S_FOUNDATION" {
			applies = "Company"
		}
		plans = append(plans, plan.ServicePlan{ID: planOf(known, name), Name: name, AppliesTo: applies, Status: "Success"})
	}
	slices.SortFunc(plans, func(a, b plan.ServicePlan) int { return cmp.Compare(a.ID, b.ID) })
	return plans
}

// stock are the products and subscriptions that fit what people hold.
func (g *generator) stock() ([]plan.Product, []plan.Subscription) {
	var products []plan.Product
	var bought []plan.Subscription
	for i, w := range g.wares {
		used := g.consumed[i]
		p := plan.Product{SKU: w.sku, PartNumber: w.name, AppliesTo: "User", Status: cmp.Or(w.status, "Enabled"), Consumed: used, Plans: w.servicePlans()}
		spare := used/20 + 5
		s := plan.Subscription{
			ID: g.id(), CommerceID: g.id(), SKU: w.sku, PartNumber: w.name, Status: p.Status, TotalLicenses: used + spare,
			CreatedAt: g.before(900), NextLifecycle: g.o.Now.AddDate(0, 0, 10+g.rand.IntN(350)), OwnerID: g.id(), OwnerTenantID: g.id(), OwnerType: "User",
		}
		switch i {
		case wareF1: // all in use: some wait for theirs
			s.TotalLicenses = used
		case wareVisio: // more in use than there are
			s.TotalLicenses = used * 9 / 10
		case wareDepartment: // bought by somebody who works there
			s.OwnerID, s.OwnerTenantID = string(g.ids[len(g.ids)-1]), ""
		case wareCopilot:
			t := s
			t.ID, t.CommerceID, t.IsTrial, t.TotalLicenses = g.id(), g.id(), true, 25
			t.CreatedAt, t.NextLifecycle = g.o.Now.AddDate(0, 0, -16), g.o.Now.AddDate(0, 0, 14)
			bought = append(bought, t)
			p.Enabled, p.SubscriptionIDs = t.TotalLicenses, []string{t.ID}
		}
		switch {
		case w.name == "FLOW_FREE":
			s.TotalLicenses, s.NextLifecycle, s.OwnerTenantID = max(10_000, used), s.NextLifecycle.AddDate(40, 0, 0), ""
		case w.company:
			p.AppliesTo, s.TotalLicenses = "Company", 500
		}
		switch p.Status {
		case "Warning":
			p.Warning, s.NextLifecycle = s.TotalLicenses, g.o.Now.AddDate(0, 0, 12)
		case "Suspended":
			p.Suspended = s.TotalLicenses
		default:
			p.Enabled += s.TotalLicenses
		}
		p.SubscriptionIDs = append(p.SubscriptionIDs, s.ID)
		slices.Sort(p.SubscriptionIDs)
		products, bought = append(products, p), append(bought, s)
	}
	slices.SortFunc(products, func(a, b plan.Product) int { return cmp.Compare(a.SKU, b.SKU) })
	slices.SortFunc(bought, func(a, b plan.Subscription) int { return cmp.Compare(a.ID, b.ID) })
	return products, bought
}
