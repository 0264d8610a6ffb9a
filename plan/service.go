package plan

import "slices"

// A service is something that people notice when its last plan goes: rules
// R106, R107, R109 and R112 ask for it.
type service uint8

// Services are a set of bits, so that a product's are one number.
const (
	mailbox service = 1 << iota
	files
	teams
	phone
	office
)

// serviceNames in the order in which they are told.
var serviceNames = [...]struct {
	service service
	name    string
}{{mailbox, "mailbox"}, {files, "files"}, {teams, "teams"}, {phone, "phone"}, {office, "office"}}

// names lists the services of the set.
func (s service) names() []string {
	names := []string{}
	for _, n := range serviceNames {
		if s&n.service != 0 {
			names = append(names, n.name)
		}
	}
	return names
}

// serviceOf maps the service plans that carry a service to it. The ids are
// Microsoft's (Entra docs, "Product names and service plan identifiers for
// licensing"). EXCHANGE_S_FOUNDATION, ONEDRIVE_BASIC, SHAREPOINTWAC and
// SHAREPOINT_PROJECT are left out on purpose: they hold nobody's data.
func serviceOf(id PlanID) service {
	switch id {
	case "efb87545-963c-4e0d-99df-69c6916d9eb0", // EXCHANGE_S_ENTERPRISE
		"9aaf7827-d63c-4b61-89c3-182f06f82e5c", // EXCHANGE_S_STANDARD
		"4a82b400-a79f-41a4-b4e2-e94f5787b113", // EXCHANGE_S_DESKLESS
		"1126bef5-da20-4f07-b45e-ad25d2581aa8", // EXCHANGE_S_ESSENTIALS
		"d42bdbd6-c335-4231-ab3d-c8f348d5aff5", // EXCHANGE_L_STANDARD
		"90927877-dcff-4af6-b346-2332c0b15bb7", // EXCHANGE_B_STANDARD
		"fc52cc4b-ed7d-472d-bbe7-b081c23ecc56", // EXCHANGE_S_STANDARD_MIDMARKET
		"8c3069c0-ccdb-44be-ab77-986203a67df2", // EXCHANGE_S_ENTERPRISE_GOV
		"e9b4930a-925f-45e2-ac2a-3f7788ca6fdd", // EXCHANGE_S_STANDARD_GOV
		"88f4d7ef-a73b-4246-8047-516022144c9f": // EXCHANGE_S_DESKLESS_GOV
		return mailbox
	case "5dbe027f-2339-4123-9542-606e4d348a72", // SHAREPOINTENTERPRISE
		"c7699d2e-19aa-44de-8edf-1736da088ca1", // SHAREPOINTSTANDARD
		"902b47e5-dcb2-4fdc-858b-c63a90a2bdb9", // SHAREPOINTDESKLESS
		"6b5b6a67-fc72-4a1f-a2b5-beecf05de761", // SHAREPOINTENTERPRISE_MIDMARKET
		"a1f3d0a8-84c0-4ae0-bae4-685917b8ab48", // SHAREPOINTLITE
		"63038b2c-28d0-45f6-bc36-33062963b498", // SHAREPOINTENTERPRISE_EDU
		"0a4983bb-d3e5-4a09-95d8-b2d0127b3df5", // SHAREPOINTSTANDARD_EDU
		"153f85dd-d912-4762-af6c-d6e0fb4f6692", // SHAREPOINTENTERPRISE_GOV
		"b1aeb897-3a19-46e2-8c27-a609413cf193", // SHAREPOINTDESKLESS_GOV
		"13696edf-5a08-49f6-8134-03083ed8ba30", // ONEDRIVESTANDARD
		"afcafa6a-d966-4462-918c-ec0b4e0fe642": // ONEDRIVEENTERPRISE
		return files
	case "57ff2da0-773e-42df-b2af-ffb7a2317929", // TEAMS1
		"304767db-7d23-49e8-a945-4a7eb65f9f28", // TEAMS_GOV
		"9953b155-8aef-4c56-92f3-72b0487fce41", // TEAMS_AR_GCCHIGH
		"fd500458-c24c-478e-856c-a6067a8376cd", // TEAMS_AR_DOD
		"42a3ec34-28ba-46b6-992f-db53a675ac5b": // MCO_TEAMS_IW
		return teams
	case "4828c8ec-dc2e-4779-b502-87ac9ce28ab7", // MCOEV
		"ed777b71-af04-42ca-9798-84344c66f7c6", // MCOEVSMB
		"db23fce2-a974-42ef-9002-d78dd42a0f22": // MCOEV_GOV
		return phone
	case "43de0ff5-c92c-492b-9116-175376d08c38", // OFFICESUBSCRIPTION
		"094e7854-93fc-4d55-b2c0-3ab5369ebdc1", // OFFICE_BUSINESS
		"8ca59559-e2ca-470b-b7dd-afd8c0dee963", // OFFICE_PRO_PLUS_SUBSCRIPTION_SMBIZ
		"de9234ff-6483-44d9-b15e-dca72fdd27af": // OFFICESUBSCRIPTION_GOV
		return office
	}
	return 0
}

// servicesWithout are the services that a product gives when some of its plans are off.
func (p *Product) servicesWithout(off []PlanID) service {
	var s service
	for _, sp := range p.Plans {
		if svc := serviceOf(sp.ID); svc != 0 && !slices.Contains(off, sp.ID) {
			s |= svc
		}
	}
	return s
}
