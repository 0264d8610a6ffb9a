package plan

import (
	"slices"
	"strings"
)

// A known product is one that Microsoft sells widely: part number, skuId and
// friendly name. The tenant's own list always wins; this one gives friendly
// names, and tells a product that the tenant lacks from a spelling mistake.
type known struct {
	part string
	sku  SKU
	name string
}

// knownProducts are single well-known facts of Microsoft's page "Product names
// and service plan identifiers for licensing", not a copy of it.
var knownProducts = [...]known{
	{"O365_BUSINESS_ESSENTIALS", "3b555118-da6a-4418-894f-7df1e2096870", "Microsoft 365 Business Basic"},
	{"O365_BUSINESS_PREMIUM", "f245ecc8-75af-4f8e-b61f-27d8114de5f3", "Microsoft 365 Business Standard"},
	{"SPB", "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", "Microsoft 365 Business Premium"},
	{"O365_BUSINESS", "cdd28e44-67e3-425e-be4c-737fab2899d3", "Microsoft 365 Apps for Business"},
	{"OFFICESUBSCRIPTION", "c2273bd0-dff7-4215-9ef5-2c7bcfb06425", "Microsoft 365 Apps for Enterprise"},
	{"STANDARDPACK", "18181a46-0d4e-45cd-891e-60aabd171b4e", "Office 365 E1"},
	{"ENTERPRISEPACK", "6fd2c87f-b296-42f0-b197-1e91e994b900", "Office 365 E3"},
	{"ENTERPRISEPREMIUM", "c7df2760-2c81-4ef7-b578-5b5392b571df", "Office 365 E5"},
	{"DESKLESSPACK", "4b585984-651b-448a-9e53-3b10f069cf7f", "Office 365 F3"},
	{"SPE_E3", "05e9a617-0261-4cee-bb44-138d3ef5d965", "Microsoft 365 E3"},
	{"SPE_E5", "06ebc4ee-1bb5-47dd-8120-11324bc54e06", "Microsoft 365 E5"},
	{"SPE_F1", "66b55226-6b4f-492c-910c-a3b7a3c9d993", "Microsoft 365 F3"},
	{"M365_F1", "44575883-256e-4a79-9da4-ebe9acabe2b2", "Microsoft 365 F1"},
	{"EXCHANGESTANDARD", "4b9405b0-7788-4568-add1-99614e613b69", "Exchange Online (Plan 1)"},
	{"EXCHANGEENTERPRISE", "19ec0d23-8335-4cbd-94ac-6050e30712fa", "Exchange Online (Plan 2)"},
	{"EXCHANGEDESKLESS", "80b2d799-d2ba-4d2a-8842-fb0d0f3a4b82", "Exchange Online Kiosk"},
	{"EXCHANGEARCHIVE_ADDON", "ee02fd1b-340e-4a4b-b355-4a514e4c8943", "Exchange Online Archiving"},
	{"SHAREPOINTSTANDARD", "1fc08a02-8b3d-43b9-831e-f76859e04e1a", "SharePoint Online (Plan 1)"},
	{"SHAREPOINTENTERPRISE", "a9732ec9-17d9-494c-a51c-d6b45b384dcb", "SharePoint Online (Plan 2)"},
	{"AAD_PREMIUM", "078d2b04-f1bd-4111-bbd4-b4b1b354cef4", "Microsoft Entra ID P1"},
	{"AAD_PREMIUM_P2", "84a661c4-e949-4bd2-a560-ed7766fcaf2b", "Microsoft Entra ID P2"},
	{"EMS", "efccb6f7-5641-4e0e-bd10-b4976e1bf68e", "Enterprise Mobility + Security E3"},
	{"EMSPREMIUM", "b05e124f-c7cc-45a0-a6aa-8cf78c946968", "Enterprise Mobility + Security E5"},
	{"INTUNE_A", "061f9ace-7d42-4136-88ac-31dc755f143f", "Intune"},
	{"MCOEV", "e43b5b99-8dfb-405f-9987-dc307f34bcbd", "Microsoft Teams Phone Standard"},
	{"PHONESYSTEM_VIRTUALUSER", "440eaaa8-b3e0-484b-a8be-62870b9ba70a", "Teams Phone Resource Account"},
	{"MCOMEETADV", "0c266dff-15dd-4b49-8397-2bb16070ed52", "Microsoft 365 Audio Conferencing"},
	{"MEETING_ROOM", "6070a4c8-34c6-4937-8dfb-39bbc6397a60", "Teams Rooms Standard"},
	{"Microsoft_Teams_Rooms_Pro", "4cde982a-ede4-4409-9ae6-b003453c8ea6", "Teams Rooms Pro"},
	{"Microsoft_Teams_Rooms_Basic", "6af4b3d6-14bb-4a2a-960c-6c902aad34f3", "Teams Rooms Basic"},
	{"MCOCAP", "295a8eb0-f78d-45c7-8b5b-1eed5ed02dff", "Teams Shared Devices"},
	{"POWER_BI_STANDARD", "a403ebcc-fae0-4ca2-8c8c-7a907fd6c235", "Microsoft Fabric (Free)"},
	{"POWER_BI_PRO", "f8a1db68-be16-40ed-86d5-cb42ce701560", "Power BI Pro"},
	{"POWER_BI_PRO_DEPT", "3a6a908c-09c5-406a-8170-8ebb63c42882", "Power BI Pro for Department"},
	{"PBI_PREMIUM_PER_USER", "c1d032e0-5619-4761-9b5c-75b6831e1711", "Power BI Premium Per User"},
	{"PBI_PREMIUM_PER_USER_DEPT", "f168a3fb-7bcf-4a27-98c3-c235ea4b78b4", "Power BI Premium Per User for Department"},
	{"POWERAPPS_PER_USER", "b30411f5-fea1-4a59-9ad9-3db7c7ead579", "Power Apps Premium"},
	{"POWERAPPS_DEV", "5b631642-bd26-49fe-bd20-1daaa972ef80", "Power Apps for Developer"},
	{"FLOW_FREE", "f30db892-07e9-47e9-837c-80727f46fd3d", "Power Automate Free"},
	{"FLOW_PER_USER", "4a51bf65-409c-4a91-b845-1121b571cc9d", "Power Automate per user"},
	{"FLOW_PER_USER_DEPT", "d80a4c5d-8f05-4b64-9926-6574b9e6aee4", "Power Automate per user for Department"},
	{"PROJECTPROFESSIONAL", "53818b1b-4a27-454b-8896-0dba576410e6", "Planner and Project Plan 3"},
	{"PROJECTPREMIUM", "09015f9f-377f-4538-bbb5-f75ceb09358a", "Project Online Premium"},
	{"PROJECT_P1", "beb6439c-caad-48d3-bf46-0c82871e12be", "Planner Plan 1"},
	{"PROJECT_PLAN1_DEPT", "84cd610f-a3f8-4beb-84ab-d9d2c902c6c9", "Project Plan 1 for Department"},
	{"PROJECT_PLAN3_DEPT", "46102f44-d912-47e7-b0ca-1bd7b70ada3b", "Project Plan 3 for Department"},
	{"VISIOCLIENT", "c5928f49-12ba-48f7-ada3-0d743a3601d5", "Visio Plan 2"},
	{"VISIOONLINE_PLAN1", "4b244418-9658-4451-a2b8-b5e2b364e9bd", "Visio Plan 1"},
	{"VISIO_PLAN1_DEPT", "ca7f3140-d88c-455b-9a1c-7f0679e31a76", "Visio Plan 1 for Department"},
	{"VISIO_PLAN2_DEPT", "38b434d2-a15e-4cde-9a98-e737c75623e1", "Visio Plan 2 for Department"},
	{"Microsoft_Teams_Exploratory_Dept", "e0dfc8b9-9531-4ec8-94b4-9fec23b05fc8", "Teams Exploratory for Department"},
	{"Teams_Premium_(for_Departments)", "52ea0e27-ae73-4983-a08f-13561ebdb823", "Teams Premium for Departments"},
	{"Microsoft_365_Copilot", "639dec6b-bb19-468b-871c-c5c441c4b0cb", "Microsoft 365 Copilot"},
	{"STREAM", "1f2f344a-700d-42c9-9427-5cea1d5d7ba6", "Microsoft Stream"},
	{"TEAMS_EXPLORATORY", "710779e8-3d4a-4c88-adb9-386c958d1fdf", "Microsoft Teams Exploratory"},
	{"WIN10_PRO_ENT_SUB", "cb10e6cd-9da4-4992-867b-67546b1db821", "Windows 10/11 Enterprise E3"},
}

// department reports whether the product is one of the nine that only people,
// not administrators, can buy ("for Department"): R102 denies them.
func department(sku SKU) bool {
	switch sku {
	case "46102f44-d912-47e7-b0ca-1bd7b70ada3b", // PROJECT_PLAN3_DEPT
		"84cd610f-a3f8-4beb-84ab-d9d2c902c6c9", // PROJECT_PLAN1_DEPT
		"ca7f3140-d88c-455b-9a1c-7f0679e31a76", // VISIO_PLAN1_DEPT
		"38b434d2-a15e-4cde-9a98-e737c75623e1", // VISIO_PLAN2_DEPT
		"3a6a908c-09c5-406a-8170-8ebb63c42882", // POWER_BI_PRO_DEPT
		"d80a4c5d-8f05-4b64-9926-6574b9e6aee4", // FLOW_PER_USER_DEPT
		"f168a3fb-7bcf-4a27-98c3-c235ea4b78b4", // PBI_PREMIUM_PER_USER_DEPT
		"e0dfc8b9-9531-4ec8-94b4-9fec23b05fc8", // Microsoft_Teams_Exploratory_Dept
		"52ea0e27-ae73-4983-a08f-13561ebdb823": // Teams_Premium_(for_Departments)
		return true
	}
	return false
}

// forDevices reports whether a product is for rooms, shared devices or
// resource accounts: `products: all` in remove leaves those out.
func forDevices(part string) bool {
	part = strings.ToUpper(part)
	return part == "MEETING_ROOM" || part == "PHONESYSTEM_VIRTUALUSER" ||
		strings.HasPrefix(part, "MICROSOFT_TEAMS_ROOMS_") || strings.HasPrefix(part, "MCOCAP")
}

// A catalog finds products by name: the tenant's own first, then the known ones.
type catalog struct {
	bySKU  map[SKU]*Product
	byPart map[string][]SKU // upper case; more than one where a part number is not unique
	names  map[SKU]known
	held   map[SKU]bool // products that somebody holds, of the tenant or not
}

// newCatalog takes a snapshot, or nil where no tenant is known.
func newCatalog(s *Snapshot) *catalog {
	c := &catalog{bySKU: map[SKU]*Product{}, byPart: map[string][]SKU{}, names: map[SKU]known{}, held: map[SKU]bool{}}
	if s != nil {
		for i := range s.Products {
			p := &s.Products[i]
			c.bySKU[p.SKU] = p
			key := strings.ToUpper(p.PartNumber)
			c.byPart[key] = append(c.byPart[key], p.SKU)
		}
		c.markHeld(s)
	}
	for _, k := range knownProducts {
		c.names[k.sku] = k
		if key := strings.ToUpper(k.part); len(c.byPart[key]) == 0 {
			c.byPart[key] = []SKU{k.sku}
		}
	}
	return c
}

func (c *catalog) markHeld(s *Snapshot) {
	for i := range s.Users {
		u := &s.Users[i]
		for j := range u.Sources {
			if x := &u.Sources[j]; x.Held() && !c.held[x.SKU] {
				c.held[x.SKU] = true
			}
		}
		for _, sku := range u.Unsourced {
			c.held[sku] = true
		}
	}
}

// find returns the product with the name, or a cause and a remedy.
func (c *catalog) find(name string) (sku SKU, cause, remedy string) {
	if id, err := ParseGUID(name); err == nil {
		sku = SKU(id)
		if c.bySKU[sku] == nil && c.names[sku].sku == "" && !c.held[sku] {
			return "", "no product has the id " + id, c.tenants()
		}
		return sku, "", ""
	}
	switch skus := c.byPart[strings.ToUpper(name)]; len(skus) {
	case 1:
		return skus[0], "", ""
	case 0:
		if near := c.nearest(name); near != "" {
			return "", "no product is called " + quote(name), "did you mean " + near + "?"
		}
		return "", "no product is called " + quote(name), c.tenants()
	default:
		ids := make([]string, len(skus))
		for i, s := range skus {
			ids[i] = string(s)
		}
		return "", quote(name) + " is the part number of more than one product", "say the id: " + strings.Join(ids, " or ")
	}
}

// tenants lists what there is.
func (c *catalog) tenants() string {
	var parts []string
	for _, p := range c.bySKU {
		if p.AppliesTo == "User" {
			parts = append(parts, p.PartNumber)
		}
	}
	slices.Sort(parts)
	if len(parts) == 0 {
		return "say its skuPartNumber or its skuId"
	}
	return "the tenant has " + few(parts, 12)
}

// ref names a product for documents.
func (c *catalog) ref(sku SKU) ProductRef {
	r := ProductRef{SKU: sku, PartNumber: string(sku), Name: string(sku)}
	if k, ok := c.names[sku]; ok {
		r.PartNumber, r.Name = k.part, k.name
	}
	if p := c.bySKU[sku]; p != nil && p.PartNumber != "" {
		r.PartNumber = p.PartNumber
		if c.names[sku].sku == "" {
			r.Name = p.PartNumber
		}
	}
	return r
}

// nearest is the part number that was probably meant, or "".
func (c *catalog) nearest(name string) string {
	best := Nearest(name, sortedKeys(c.byPart))
	if best == "" {
		return ""
	}
	return c.ref(c.byPart[best][0]).PartNumber
}

func quote(s string) string { return "\"" + clip(s) + "\"" }
