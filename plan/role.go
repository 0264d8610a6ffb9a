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

// privilegedRoles are the other built-in roles that Microsoft marks as privileged
// (Entra docs, "Microsoft Entra built-in roles", 2026), by template id: v1.0 of
// Graph does not say it of a definition, only beta does.
var privilegedRoles = map[RoleID]string{
	"db506228-d27e-4b7d-95e5-295956d6615f": "Agent ID Administrator",
	"d2562ede-74db-457e-a7b6-544e236ebb61": "AI Administrator",
	"1fe13547-53f6-408d-ac04-7f8eed167b38": "AI Reader",
	"cf1c38e5-3621-4004-a7cb-879624dced7c": "Application Developer",
	"ecb2c6bf-0ab6-418e-bd87-7986f8d63bbe": "Attribute Provisioning Administrator",
	"422218e4-db15-4ef9-bbe0-8afb41546d79": "Attribute Provisioning Reader",
	"25a516ed-2fa0-40ea-a2d0-12923a21473a": "Authentication Extensibility Administrator",
	"0b00bede-4072-4d22-b441-e7df02a1ef63": "Authentication Extensibility Password Administrator",
	"aaf43236-0c0d-4d5f-883a-6955382ac081": "B2C IEF Keyset Administrator",
	"7698a772-787b-4ac8-901f-60d6b08affd2": "Cloud Device Administrator",
	"8329153b-31d0-4727-b945-745eb3bc5f31": "Domain Name Administrator",
	"58f930cc-fcf4-4152-852c-1d7dbf502139": "Entra SOC Identity Responder",
	"be2f45a1-457d-42af-a067-6ec1fa63bc45": "External Identity Provider Administrator",
	"f2ef992c-3afb-46b9-b7cf-a126ee74c451": "Global Reader",
	"45d8d3c5-c802-45c6-b32a-1d70b5e1e86e": "Identity Governance Administrator",
	"3a2c62db-5318-420d-8d74-23affee5d9d5": "Intune Administrator",
	"59d46f88-662b-457b-bceb-5c3809e5908f": "Lifecycle Workflows Administrator",
	"966707d0-3269-4727-9be2-8c3a10f19b9d": "Password Administrator",
	"5f2222b1-57c3-48ba-8ad5-d4759f1fde6f": "Security Operator",
	"5d6b6bb7-de71-4623-b4af-96380a352509": "Security Reader",
	"1981f584-96e9-4a6f-95b0-f522373f8fae": "Tenant Governance Administrator",
}

// privileged is what is known of whether a role is privileged: what its definition
// says, else, of Microsoft's own roles, the lists. Of a role that the tenant made
// nobody knows it then, nor of one of Microsoft's that is newer than the lists.
func (r *Role) privileged() Truth {
	on := func(list map[RoleID]string) bool { return list[r.TemplateID] != "" || list[r.ID] != "" }
	switch {
	case r.Privileged != Unknown:
		return r.Privileged
	case on(builtInRoles), on(privilegedRoles):
		return Yes
	case r.BuiltIn && on(plainRoles):
		return No
	}
	return Unknown
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
