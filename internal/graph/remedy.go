package graph

import "github.com/reseat-cli/reseat/plan"

// remedy says what to do about an error of Entra, or else what the method needs.
func (k *Credential) remedy(code string) string {
	switch code {
	case "AADSTS90002", "AADSTS900021", "AADSTS900023":
		return "correct tenant.id and tenant.cloud in reseat.yaml"
	case "AADSTS700016":
		return "correct the client id, or consent to the application in this tenant"
	case "AADSTS7000222":
		return "the client secret has expired: make a new one"
	case "AADSTS7000215":
		return "set AZURE_CLIENT_SECRET to the value of a client secret, not to its id"
	case "AADSTS70021", "AADSTS700211", "AADSTS700212", "AADSTS700213":
		return "add a federated credential to the application whose issuer, subject and audience are those of the token"
	case "AADSTS700027":
		return "upload the certificate to the application"
	case "AADSTS7000218":
		return "allow public client flows for the application"
	case "AADSTS50076", "AADSTS50079", "AADSTS50158":
		return "sign in where a second factor can be asked for: `az login --tenant " + k.c.Tenant + "`"
	}
	switch k.c.Method {
	case plan.AuthEnvironment:
		return "set AZURE_CLIENT_ID, and AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH"
	case plan.AuthCLI:
		return "az login --tenant " + k.c.Tenant
	case plan.AuthManagedIdentity:
		return "run on a machine of Azure with a managed identity; a user-assigned one is named by clientId"
	case plan.AuthWorkload:
		return "set AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE, and add a federated credential to the application"
	case plan.AuthGitHub:
		return "give the job `permissions: {id-token: write}`, set AZURE_CLIENT_ID, and add a federated credential to the application"
	case plan.AuthCertificate:
		return "set AZURE_CLIENT_ID and AZURE_CLIENT_CERTIFICATE_PATH, and AZURE_CLIENT_CERTIFICATE_PASSWORD for PFX"
	case plan.AuthDeviceCode:
		return "set clientId to an application that allows public client flows, and sign in within 15 minutes"
	}
	return "az login --tenant " + k.c.Tenant + ", or choose a method under auth in reseat.yaml"
}
