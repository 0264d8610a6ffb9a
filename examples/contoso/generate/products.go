package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// Part numbers that the generator speaks of.
const (
	e3          = "SPE_E3"
	e5          = "SPE_E5"
	f1          = "SPE_F1"
	exchange    = "EXCHANGESTANDARD"
	powerBI     = "POWER_BI_PRO"
	powerBIDept = "POWER_BI_PRO_DEPT"
	visio       = "VISIOCLIENT"
	visioWeb    = "VISIOONLINE_PLAN1"
	project     = "PROJECTPROFESSIONAL"
	copilot     = "Microsoft_365_Copilot"
	rooms       = "Microsoft_Teams_Rooms_Pro"
	flowFree    = "FLOW_FREE"
)

// A ware is a product that Contoso has bought. Its service plans are the most
// telling ones, not all.
type ware struct {
	name  string
	sku   plan.SKU
	plans string // names, with white space between
	buys  []buy
}

// A buy is one subscription. With spare set, its seats are those in use, and
// spare ones beside.
type buy struct {
	seats   int
	spare   bool
	trial   bool
	owner   string // who bought it; empty is the partner
	renewal string // empty never ends
}

func wares() []ware {
	const suite = "SHAREPOINTWAC TEAMS1 INTUNE_A INTUNE_O365 AAD_PREMIUM MFA_PREMIUM RMS_S_ENTERPRISE YAMMER_ENTERPRISE PROJECTWORKMANAGEMENT SWAY "
	const desktop = "EXCHANGE_S_ENTERPRISE SHAREPOINTENTERPRISE OFFICESUBSCRIPTION MCOSTANDARD WIN10_PRO_ENT_SUB "
	return []ware{
		{e3, "05e9a617-0261-4cee-bb44-138d3ef5d965", suite + desktop + "FORMS_PLAN_E3 WHITEBOARD_PLAN2",
			[]buy{{spare: true, renewal: "2027-03-14"}}},
		{e5, "06ebc4ee-1bb5-47dd-8120-11324bc54e06", suite + desktop + "FORMS_PLAN_E5 MCOEV MCOMEETADV AAD_PREMIUM_P2 BI_AZURE_P2 WINDEFATP ATP_ENTERPRISE",
			[]buy{{seats: 8, spare: true, renewal: "2027-03-14"}}},
		{f1, "66b55226-6b4f-492c-910c-a3b7a3c9d993", suite + "EXCHANGE_S_DESKLESS SHAREPOINTDESKLESS OFFICEMOBILE_SUBSCRIPTION MCOIMP Deskless",
			[]buy{{spare: true, renewal: "2027-03-14"}}},
		{exchange, "4b9405b0-7788-4568-add1-99614e613b69", "EXCHANGE_S_STANDARD INTUNE_O365", []buy{{seats: 10, renewal: "2027-05-02"}}},
		{powerBI, "f8a1db68-be16-40ed-86d5-cb42ce701560", "BI_AZURE_P2 EXCHANGE_S_FOUNDATION", []buy{{seats: 80, renewal: "2027-02-10"}}},
		{powerBIDept, "3a6a908c-09c5-406a-8170-8ebb63c42882", "BI_AZURE_P2 EXCHANGE_S_FOUNDATION",
			[]buy{{seats: 3, owner: "Eli Novak", renewal: "2026-12-09"}}},
		{visio, "c5928f49-12ba-48f7-ada3-0d743a3601d5", "VISIO_CLIENT_SUBSCRIPTION VISIOONLINE ONEDRIVE_BASIC EXCHANGE_S_FOUNDATION",
			[]buy{{seats: 50, renewal: "2027-01-02"}}},
		{visioWeb, "4b244418-9658-4451-a2b8-b5e2b364e9bd", "VISIOONLINE ONEDRIVE_BASIC EXCHANGE_S_FOUNDATION",
			[]buy{{seats: 8, owner: "Maja Lindgren", renewal: "2026-12-18"}}},
		{project, "53818b1b-4a27-454b-8896-0dba576410e6",
			"PROJECT_CLIENT_SUBSCRIPTION SHAREPOINT_PROJECT SHAREPOINTENTERPRISE SHAREPOINTWAC EXCHANGE_S_FOUNDATION",
			[]buy{{spare: true, renewal: "2026-12-01"}}},
		{copilot, "639dec6b-bb19-468b-871c-c5c441c4b0cb", "M365_COPILOT_APPS M365_COPILOT_TEAMS",
			[]buy{{seats: 30, renewal: "2027-06-30"}, {seats: 10, trial: true, owner: "Dana Kim", renewal: "2026-12-04"}}},
		{rooms, "4cde982a-ede4-4409-9ae6-b003453c8ea6", "TEAMS1 MCOEV MCOMEETADV MCOSTANDARD INTUNE_A AAD_PREMIUM", []buy{{seats: 12, renewal: "2027-04-21"}}},
		{flowFree, "f30db892-07e9-47e9-837c-80727f46fd3d", "EXCHANGE_S_FOUNDATION", []buy{{seats: 10000, owner: "Dana Kim"}}},
	}
}

// planIDs are the service plans by name.
func planIDs() map[string]plan.PlanID {
	return map[string]plan.PlanID{
		"AAD_PREMIUM":                 "41781fb2-bc02-4b7c-bd55-b576c07bb09d",
		"AAD_PREMIUM_P2":              "eec0eb4f-6444-4f95-aba0-50c24d67f998",
		"ATP_ENTERPRISE":              "f20fedf3-f3c3-43c3-8267-2bfdd51c0939",
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
		"MCOEV":                       "4828c8ec-dc2e-4779-b502-87ac9ce28ab7",
		"MCOIMP":                      "afc06cb0-b4f4-4473-8286-d644f70d8faf",
		"MCOMEETADV":                  "3e26ee1f-8a5f-4d52-aee2-b81ce45c8f40",
		"MCOSTANDARD":                 "0feaeb32-d00e-4d66-bd5a-43b5b83db82c",
		"MFA_PREMIUM":                 "8a256a2b-b617-496d-b51b-e76466e88db0",
		"OFFICEMOBILE_SUBSCRIPTION":   "c63d4d19-e8cb-460e-b37c-4d6c34603745",
		"OFFICESUBSCRIPTION":          "43de0ff5-c92c-492b-9116-175376d08c38",
		"ONEDRIVE_BASIC":              "da792a53-cbc0-4184-a10d-e544dd34b3c1",
		"PROJECTWORKMANAGEMENT":       "b737dad2-2f6c-4c65-90e3-ca563267e8b9",
		"PROJECT_CLIENT_SUBSCRIPTION": "fafd7243-e5c1-4a3a-9e40-495efcb1d3c3",
		"RMS_S_ENTERPRISE":            "bea4c11e-220a-4e6d-8eb8-8ea15d019f90",
		"SHAREPOINTDESKLESS":          "902b47e5-dcb2-4fdc-858b-c63a90a2bdb9",
		"SHAREPOINTENTERPRISE":        "5dbe027f-2339-4123-9542-606e4d348a72",
		"SHAREPOINTWAC":               "e95bec33-7c88-4a70-8e19-b10bd9d0c014",
		"SHAREPOINT_PROJECT":          "fe71d6c3-a2ea-4499-9778-da042bf08063",
		"SWAY":                        "a23b959c-7ce8-4e57-9140-b90eb88a9e97",
		"TEAMS1":                      "57ff2da0-773e-42df-b2af-ffb7a2317929",
		"VISIOONLINE":                 "2bdbaf8f-738f-4ac7-9234-3c3ee2ce7d0f",
		"VISIO_CLIENT_SUBSCRIPTION":   "663a804f-1c30-4ff0-9915-9db84f0d1cea",
		"WHITEBOARD_PLAN2":            "94a54592-cd8b-425e-87c6-97868b000b91",
		"WIN10_PRO_ENT_SUB":           "21b439ba-a0ca-424f-a6cc-52f954a5b111",
		"WINDEFATP":                   "871d91ec-ec1a-452b-a83f-bd76c7d770ef",
		"YAMMER_ENTERPRISE":           "7547a3fe-08ee-4ccb-b430-5077c5041653",
	}
}

// servicePlans are the plans with these names, sorted by id. A name that has no
// id is a mistake in this program.
func servicePlans(names string) []plan.ServicePlan {
	ids := planIDs()
	var plans []plan.ServicePlan
	for name := range strings.FieldsSeq(names) {
		id, ok := ids[name]
		if !ok {
			panic(fmt.Sprintf("service plan %s has no id", name))
		}
		applies := "User"
		if name == "EXCHANGE_S_FOUNDATION" {
			applies = "Company"
		}
		plans = append(plans, plan.ServicePlan{ID: id, Name: name, AppliesTo: applies, Status: "Success"})
	}
	slices.SortFunc(plans, func(a, b plan.ServicePlan) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return plans
}
