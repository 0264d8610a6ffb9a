package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// A ware is a product that can be bought. Its service plans are the most
// telling ones, not all.
type ware struct {
	sku   plan.SKU
	plans string // names, with white space between
}

func wares() map[string]ware {
	const suite = "SHAREPOINTWAC TEAMS1 INTUNE_A INTUNE_O365 AAD_PREMIUM MFA_PREMIUM RMS_S_ENTERPRISE YAMMER_ENTERPRISE PROJECTWORKMANAGEMENT SWAY "
	const desktop = "EXCHANGE_S_ENTERPRISE SHAREPOINTENTERPRISE OFFICESUBSCRIPTION MCOSTANDARD WIN10_PRO_ENT_SUB "
	return map[string]ware{
		"SPE_E3":                  {"05e9a617-0261-4cee-bb44-138d3ef5d965", suite + desktop + "FORMS_PLAN_E3"},
		"SPE_E5":                  {"06ebc4ee-1bb5-47dd-8120-11324bc54e06", suite + desktop + "FORMS_PLAN_E5 MCOEV MCOMEETADV AAD_PREMIUM_P2 BI_AZURE_P2"},
		"SPE_F1":                  {"66b55226-6b4f-492c-910c-a3b7a3c9d993", suite + "EXCHANGE_S_DESKLESS SHAREPOINTDESKLESS OFFICEMOBILE_SUBSCRIPTION MCOIMP"},
		"EXCHANGESTANDARD":        {"4b9405b0-7788-4568-add1-99614e613b69", "EXCHANGE_S_STANDARD INTUNE_O365"},
		"POWER_BI_PRO":            {"f8a1db68-be16-40ed-86d5-cb42ce701560", "BI_AZURE_P2 EXCHANGE_S_FOUNDATION"},
		"POWER_BI_PRO_DEPT":       {"3a6a908c-09c5-406a-8170-8ebb63c42882", "BI_AZURE_P2 EXCHANGE_S_FOUNDATION"},
		"VISIOCLIENT":             {"c5928f49-12ba-48f7-ada3-0d743a3601d5", "VISIO_CLIENT_SUBSCRIPTION VISIOONLINE ONEDRIVE_BASIC EXCHANGE_S_FOUNDATION"},
		"VISIO_PLAN1_DEPT":        {"ca7f3140-d88c-455b-9a1c-7f0679e31a76", "VISIOONLINE ONEDRIVE_BASIC EXCHANGE_S_FOUNDATION"},
		"VISIOONLINE_PLAN1":       {"4b244418-9658-4451-a2b8-b5e2b364e9bd", "VISIOONLINE ONEDRIVE_BASIC EXCHANGE_S_FOUNDATION"},
		"PROJECTPROFESSIONAL":     {"53818b1b-4a27-454b-8896-0dba576410e6", "PROJECT_CLIENT_SUBSCRIPTION SHAREPOINT_PROJECT SHAREPOINTENTERPRISE SHAREPOINTWAC EXCHANGE_S_FOUNDATION"},
		"Microsoft_365_Copilot":   {"639dec6b-bb19-468b-871c-c5c441c4b0cb", "M365_COPILOT_APPS M365_COPILOT_TEAMS"},
		"Microsoft_Teams_Premium": {"36a0f3b3-adb5-49ea-bf66-762134cf063a", "TEAMSPRO_MGMT TEAMSPRO_CUST TEAMSPRO_PROTECTION TEAMSPRO_WEBINAR"},
		"POWERAPPS_VIRAL":         {"dcb1a3ae-b33f-4487-846a-a640262fadf4", "POWERAPPS_P2_VIRAL FLOW_P2_VIRAL EXCHANGE_S_FOUNDATION"},
	}
}

// planIDs are the service plans by name.
func planIDs() map[string]plan.PlanID {
	return map[string]plan.PlanID{
		"AAD_PREMIUM":                 "41781fb2-bc02-4b7c-bd55-b576c07bb09d",
		"AAD_PREMIUM_P2":              "eec0eb4f-6444-4f95-aba0-50c24d67f998",
		"BI_AZURE_P2":                 "70d33638-9c74-4d01-bfd3-562de28bd4ba",
		"EXCHANGE_S_DESKLESS":         "4a82b400-a79f-41a4-b4e2-e94f5787b113",
		"EXCHANGE_S_ENTERPRISE":       "efb87545-963c-4e0d-99df-69c6916d9eb0",
		"EXCHANGE_S_FOUNDATION":       "113feb6c-3fe4-4440-bddc-54d774bf0318",
		"EXCHANGE_S_STANDARD":         "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
		"FLOW_P2_VIRAL":               "50e68c76-46c6-4674-81f9-75456511b170",
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
		"POWERAPPS_P2_VIRAL":          "d5368ca3-357e-4acb-9c21-8495fb025d1f",
		"PROJECTWORKMANAGEMENT":       "b737dad2-2f6c-4c65-90e3-ca563267e8b9",
		"PROJECT_CLIENT_SUBSCRIPTION": "fafd7243-e5c1-4a3a-9e40-495efcb1d3c3",
		"RMS_S_ENTERPRISE":            "bea4c11e-220a-4e6d-8eb8-8ea15d019f90",
		"SHAREPOINTDESKLESS":          "902b47e5-dcb2-4fdc-858b-c63a90a2bdb9",
		"SHAREPOINTENTERPRISE":        "5dbe027f-2339-4123-9542-606e4d348a72",
		"SHAREPOINTWAC":               "e95bec33-7c88-4a70-8e19-b10bd9d0c014",
		"SHAREPOINT_PROJECT":          "fe71d6c3-a2ea-4499-9778-da042bf08063",
		"SWAY":                        "a23b959c-7ce8-4e57-9140-b90eb88a9e97",
		"TEAMS1":                      "57ff2da0-773e-42df-b2af-ffb7a2317929",
		"TEAMSPRO_CUST":               "cc8c0802-a325-43df-8cba-995d0c6cb373",
		"TEAMSPRO_MGMT":               "0504111f-feb8-4a3c-992a-70280f9a2869",
		"TEAMSPRO_PROTECTION":         "f8b44f54-18bb-46a3-9658-44ab58712968",
		"TEAMSPRO_WEBINAR":            "78b58230-ec7e-4309-913c-93a45cc4735b",
		"VISIOONLINE":                 "2bdbaf8f-738f-4ac7-9234-3c3ee2ce7d0f",
		"VISIO_CLIENT_SUBSCRIPTION":   "663a804f-1c30-4ff0-9915-9db84f0d1cea",
		"WIN10_PRO_ENT_SUB":           "21b439ba-a0ca-424f-a6cc-52f954a5b111",
		"YAMMER_ENTERPRISE":           "7547a3fe-08ee-4ccb-b430-5077c5041653",
	}
}

// skuOf is a product by part number. One that nobody sells is a mistake in this
// program.
func skuOf(part string) plan.SKU {
	w, ok := wares()[part]
	if !ok {
		panic("no product " + part)
	}
	return w.sku
}

// planOf is a service plan by name.
func planOf(name string) plan.PlanID {
	id, ok := planIDs()[name]
	if !ok {
		panic("no service plan " + name)
	}
	return id
}

// servicePlans are those of a product, sorted by id.
func (w ware) servicePlans() []plan.ServicePlan {
	var plans []plan.ServicePlan
	for name := range strings.FieldsSeq(w.plans) {
		applies := "User"
		if name == "EXCHANGE_S_FOUNDATION" {
			applies = "Company"
		}
		plans = append(plans, plan.ServicePlan{ID: planOf(name), Name: name, AppliesTo: applies, Status: "Success"})
	}
	slices.SortFunc(plans, func(a, b plan.ServicePlan) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return plans
}

// A seat is a product without some service plans.
type seat struct {
	sku plan.SKU
	off []plan.PlanID
}

// seatsOf reads seats as people and groups have them.
func seatsOf(text string) []seat {
	var seats []seat
	for word := range strings.FieldsSeq(text) {
		parts := strings.Split(word, "-")
		s := seat{sku: skuOf(parts[0]), off: []plan.PlanID{}}
		for _, name := range parts[1:] {
			if !strings.Contains(wares()[parts[0]].plans, name) {
				panic(fmt.Sprintf("%s has no %s", parts[0], name))
			}
			s.off = append(s.off, planOf(name))
		}
		slices.Sort(s.off)
		seats = append(seats, s)
	}
	return seats
}
