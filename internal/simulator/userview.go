package simulator

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A person is a user as one answer shows him.
type person struct {
	*plan.User
	held holding
	t    *Tenant
}

// defaultUser are the properties that come without $select.
const defaultUser = "businessPhones,displayName,givenName,id,jobTitle,mail,mobilePhone,officeLocation,preferredLanguage,surname,userPrincipalName"

func userColumns() []column[person] {
	type p = person
	cols := []column[p]{
		fixed[p]("businessPhones", "[]"),
		text("displayName", func(v p) string { return v.DisplayName }),
		fixed[p]("givenName", "null"),
		text("id", func(v p) plan.UserID { return v.ID }),
		text("jobTitle", func(v p) string { return v.JobTitle }),
		text("mail", func(v p) string { return v.Mail }),
		fixed[p]("mobilePhone", "null"),
		text("officeLocation", func(v p) string { return v.OfficeLocation }),
		fixed[p]("preferredLanguage", "null"),
		fixed[p]("surname", "null"),
		text("userPrincipalName", func(v p) string { return v.UserPrincipalName }),
		{"accountEnabled", appendEnabled},
		text("userType", func(v p) string { return v.UserType }),
		text("department", func(v p) string { return v.Department }),
		text("companyName", func(v p) string { return v.CompanyName }),
		text("country", func(v p) string { return v.Country }),
		text("city", func(v p) string { return v.City }),
		text("usageLocation", func(v p) string { return v.UsageLocation }),
		text("employeeType", func(v p) string { return v.EmployeeType }),
		yesOrNull("onPremisesSyncEnabled", func(v p) bool { return v.OnPremisesSyncEnabled }),
		yesOrNull("isResourceAccount", func(v p) bool { return v.IsResourceAccount }),
		{"onPremisesExtensionAttributes", appendExtensions},
		moment("createdDateTime", func(v p) time.Time { return v.CreatedAt }),
		fixed[p]("deletedDateTime", "null"), // of those who are there
		{"assignedLicenses", appendLicences},
		{"licenseAssignmentStates", appendStates},
		{"assignedPlans", appendPlans},
		{"provisionedPlans", appendProvisioned},
		{"proxyAddresses", func(b []byte, v p) []byte { return appendStrings(b, proxies(v.User)) }},
		{"identities", appendIdentities},
		{"signInActivity", appendSignIns},
	}
	return append(cols, unkeptColumns()...)
}

// unkeptColumns are the properties of Graph v1.0's published schema that a
// snapshot does not keep: null, or an empty collection.
func unkeptColumns() []column[person] {
	var cols []column[person]
	for name := range strings.FieldsSeq(`aboutMe ageGroup birthday consentProvidedForMinor creationType customSecurityAttributes
		deviceEnrollmentLimit employeeHireDate employeeId employeeLeaveDateTime employeeOrgData externalUserState
		externalUserStateChangeDateTime faxNumber hireDate isManagementRestricted lastPasswordChangeDateTime
		legalAgeGroupClassification mailNickname mailboxSettings mySite onPremisesDistinguishedName onPremisesDomainName
		onPremisesImmutableId onPremisesLastSyncDateTime onPremisesSamAccountName onPremisesSecurityIdentifier
		onPremisesUserPrincipalName passwordPolicies passwordProfile postalCode preferredDataLocation preferredName print
		securityIdentifier showInAddressList signInSessionsValidFromDateTime state streetAddress authorizationInfo`) {
		cols = append(cols, fixed[person](name, "null"))
	}
	for name := range strings.FieldsSeq(`imAddresses interests onPremisesProvisioningErrors otherMails pastProjects responsibilities
		schools serviceProvisioningErrors skills`) {
		cols = append(cols, fixed[person](name, "[]"))
	}
	return cols
}

// proxies are a user's proxyAddresses, the primary one first. Who has neither
// mail nor alias has none: his name alone is no address.
func proxies(u *plan.User) []string {
	if u.Mail == "" && len(u.Aliases) == 0 {
		return nil
	}
	var all []string
	name := u.UserPrincipalName
	if u.Mail != "" {
		all = append(all, "SMTP:"+u.Mail)
	}
	if !strings.EqualFold(name, u.Mail) && !strings.Contains(name, "#") {
		all = append(all, "smtp:"+name)
	}
	for _, a := range u.Aliases {
		all = append(all, "smtp:"+a)
	}
	return all
}

func appendIdentities(b []byte, v person) []byte {
	b = append(b, `[{"signInType":"userPrincipalName","issuer":`...)
	b = appendText(b, v.t.initialDomain())
	b = append(b, `,"issuerAssignedId":`...)
	return append(appendString(b, v.UserPrincipalName), '}', ']')
}

func appendEnabled(b []byte, v person) []byte {
	if v.AccountEnabled == plan.Unknown {
		return append(b, "null"...)
	}
	return appendBool(b, v.AccountEnabled == plan.Yes)
}

func appendExtensions(b []byte, v person) []byte {
	var none [15]string
	e := v.Extensions
	if e == nil {
		e = &none
	}
	for i := range e {
		b = append(b, ",\"extensionAttribute"...)
		if i == 0 {
			b[len(b)-len(",\"extensionAttribute")] = '{'
		}
		b = strconv.AppendInt(b, int64(i+1), 10)
		b = append(b, '"', ':')
		b = appendText(b, e[i])
	}
	return append(b, '}')
}

func appendLicences(b []byte, v person) []byte {
	return appendList(b, v.held.licences(), func(b []byte, l licence) []byte {
		return appendGiven(b, plan.Given{SKU: l.sku, DisabledPlans: l.disabled})
	})
}

func appendGiven(b []byte, g plan.Given) []byte {
	b = append(b, `{"disabledPlans":`...)
	b = appendStrings(b, g.DisabledPlans)
	b = append(b, `,"skuId":`...)
	b = appendString(b, g.SKU)
	return append(b, '}')
}

func appendStates(b []byte, v person) []byte {
	return appendList(b, v.held.sources, func(b []byte, s plan.Source) []byte {
		b = append(b, `{"skuId":`...)
		b = appendString(b, s.SKU)
		b = append(b, `,"assignedByGroup":`...)
		b = appendText(b, s.Group)
		b = append(b, `,"disabledPlans":`...)
		b = appendStrings(b, s.DisabledPlans)
		b = append(b, `,"state":`...)
		b = appendString(b, s.State)
		b = append(b, `,"error":`...)
		if s.Error == "" {
			b = append(b, `"None"`...)
		} else {
			b = appendString(b, s.Error)
		}
		b = append(b, `,"lastUpdatedDateTime":`...)
		b = appendTime(b, s.UpdatedAt)
		return append(b, '}')
	})
}

// An assigned is one entry of assignedPlans.
type assigned struct {
	id           plan.PlanID
	name, status string
	since        time.Time
}

// plans are the service plans that are on, each once. Those of a product that
// the tenant no longer has are not known.
func (v person) plans() []assigned {
	var all []assigned
	for _, l := range v.held.licences() {
		s := v.t.bySKU[l.sku]
		if s == nil {
			continue
		}
		status := "Enabled"
		if s.Status == "Warning" || s.Status == "Suspended" || s.Status == "Deleted" || s.Status == "LockedOut" {
			status = s.Status
		}
		for _, p := range s.Plans {
			if !slices.Contains(l.disabled, p.ID) {
				all = append(all, assigned{p.ID, p.Name, status, l.since})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b assigned) int { return strings.Compare(string(a.id), string(b.id)) })
	return slices.CompactFunc(all, func(a, b assigned) bool { return a.id == b.id })
}

func appendProvisioned(b []byte, v person) []byte {
	return appendList(b, v.plans(), func(b []byte, a assigned) []byte {
		b = appendString(append(b, `{"capabilityStatus":`...), a.status)
		b = append(b, `,"provisioningStatus":"Success","service":`...)
		return append(appendString(b, service(a.name)), '}')
	})
}

func appendPlans(b []byte, v person) []byte {
	return appendList(b, v.plans(), func(b []byte, a assigned) []byte {
		b = append(b, `{"assignedDateTime":`...)
		b = appendTime(b, a.since)
		b = append(b, `,"capabilityStatus":`...)
		b = appendString(b, a.status)
		b = append(b, `,"service":`...)
		b = appendString(b, service(a.name))
		b = append(b, `,"servicePlanId":`...)
		b = appendString(b, a.id)
		return append(b, '}')
	})
}

// service is the workload that a service plan belongs to, as far as its name
// tells; the snapshot does not keep it.
func service(name string) string {
	for _, w := range [][2]string{
		{"EXCHANGE_", "exchange"}, {"SHAREPOINT", "SharePoint"}, {"ONEDRIVE", "SharePoint"},
		{"MCO", "MicrosoftCommunicationsOnline"}, {"TEAMS", "TeamspaceAPI"}, {"INTUNE", "SCO"},
		{"AAD_", "AADPremiumService"}, {"YAMMER", "YammerEnterprise"}, {"RMS_", "RMSOnline"},
	} {
		if strings.HasPrefix(name, w[0]) {
			return w[1]
		}
	}
	return name
}
