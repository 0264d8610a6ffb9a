package plan

import "strings"

// builtInRoles are the privileged roles that protect their holders whatever
// the definitions say (R103), by template id (Entra docs, "Microsoft Entra
// built-in roles").
var builtInRoles = map[RoleID]string{
	"62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
	"e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
	"7be44c8a-adaf-4e2a-84d6-ab2649e08a13": "Privileged Authentication Administrator",
	"194ae4cb-b126-40b2-bd5b-6091b380977d": "Security Administrator",
	"fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
	"4d6ac14f-3453-41d0-bef9-a3e0c569773a": "License Administrator",
	"29232cdf-9323-42fd-ade2-1d097af3e4de": "Exchange Administrator",
	"f28a1f50-f6e7-4571-818b-6a12f2af6b6c": "SharePoint Administrator",
	"69091246-20e8-4a56-aa4d-066075b2a7a8": "Teams Administrator",
	"b1be1c3e-b65d-4f19-8427-f6fa0d97feb9": "Conditional Access Administrator",
	"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
	"158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
	"8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2": "Hybrid Identity Administrator",
	"729827e3-9c14-49f7-bb1b-9608f156bbb8": "Helpdesk Administrator",
	"c4e39bd9-1100-46d3-8c65-fb160da0071f": "Authentication Administrator",
	"fdd7a751-b60b-444a-984c-02652fe8fa1c": "Groups Administrator",
	"b0f54661-2d74-4c50-afa3-1ec803f12efe": "Billing Administrator",
	"17315797-102d-40b4-93e0-432062caca18": "Compliance Administrator",
	"9360feb5-f418-4baa-8175-e2a00bac4301": "Directory Writers",
	"4ba39ca4-527c-499a-b93d-d9b492c50246": "Partner Tier1 Support",
	"e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8": "Partner Tier2 Support",
}

func builtInName(id RoleID) string { return builtInRoles[id] }

func isBuiltInName(name string) bool {
	for id, n := range builtInRoles {
		if strings.EqualFold(n, name) || strings.EqualFold(string(id), name) {
			return true
		}
	}
	return false
}

// assignsLicences reports whether a role holds users/assignLicense (Graph
// docs, "user: assignLicense", least privileged roles). Billing Administrator does not.
func (r *Role) assignsLicences() bool {
	switch r.TemplateID {
	case "62e90394-69f5-4237-9190-012177145e10", // Global Administrator
		"fe930be7-5e62-47db-91af-98c3a49a38b1", // User Administrator
		"4d6ac14f-3453-41d0-bef9-a3e0c569773a", // License Administrator
		"9360feb5-f418-4baa-8175-e2a00bac4301", // Directory Writers
		"4ba39ca4-527c-499a-b93d-d9b492c50246", // Partner Tier1 Support
		"e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8": // Partner Tier2 Support
		return true
	}
	for _, a := range r.Actions {
		switch strings.ToLower(a) {
		case "microsoft.directory/users/assignlicense", "microsoft.directory/users/allproperties/alltasks":
			return true
		}
	}
	return false
}
