package simulator

import (
	"strconv"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// The operators that each property of a directory object takes are those of
// the table "Support for filter by properties" of the Graph documentation
// (aad-advanced-queries), and of the resources' own pages where it is silent.

func wordField[T any](name, usual, advanced string, get func(T) string) property[T] {
	return property[T]{name: name, usual: opsOf(usual), advanced: opsOf(advanced), text: get}
}

func truthField[T any](name, usual, advanced string, get func(T) plan.Truth) property[T] {
	return property[T]{name: name, usual: opsOf(usual), advanced: opsOf(advanced), truth: get}
}

func timeField[T any](name, usual, advanced string, get func(T) time.Time) property[T] {
	return property[T]{name: name, usual: opsOf(usual), advanced: opsOf(advanced), at: get}
}

func listField[T any](name, within, usual, advanced string, get func(T) []string) property[T] {
	return property[T]{name: name, within: within, guid: within != "", usual: opsOf(usual), advanced: opsOf(advanced), list: get}
}

// countField is the number of elements, which is compared by the index alone.
func countField[T any](name string, get func(T) int) property[T] {
	return property[T]{name: name + "/$count", advanced: opsOf("eq ne ge le"), count: get}
}

func newCollection[T any](kind string, cols []column[T], id func(T) string, fields []property[T]) *collection[T] {
	k := &collection[T]{kind: kind, id: id, fields: map[string]property[T]{}}
	for _, c := range cols {
		k.names = append(k.names, c.name)
	}
	for _, f := range fields {
		k.fields[strings.ToLower(f.name)] = f
	}
	return k
}

// claimed is Unknown for what nobody ever said yes to, which is null in Graph.
func claimed(v bool) plan.Truth {
	if v {
		return plan.Yes
	}
	return plan.Unknown
}

func userCollection(cols []column[person]) *collection[person] {
	k := newCollection("user", cols, func(v person) string { return string(v.ID) }, userFields())
	k.usualOrders = []string{"displayName", "userPrincipalName"}
	k.orders = []string{"displayName", "userPrincipalName", "createdDateTime"}
	k.searches = []string{"displayName", "mail", "userPrincipalName"}
	return k
}

func userFields() []property[person] {
	type p = person
	never := func(p) time.Time { return time.Time{} }
	const common, attribute = "eq ge le in starts", "ne null"
	all := []property[p]{
		wordField("id", "eq in", "ne", func(v p) string { return string(v.ID) }),
		wordField("userPrincipalName", "eq le in starts", "ne ends", func(v p) string { return v.UserPrincipalName }),
		wordField("displayName", "eq in starts", attribute, func(v p) string { return v.DisplayName }),
		wordField("mail", common, "ne ends null", func(v p) string { return v.Mail }),
		wordField("userType", "eq in", attribute, func(v p) string { return v.UserType }),
		wordField("department", common, attribute, func(v p) string { return v.Department }),
		wordField("jobTitle", common, attribute, func(v p) string { return v.JobTitle }),
		wordField("country", common, attribute, func(v p) string { return v.Country }),
		wordField("city", common, attribute, func(v p) string { return v.City }),
		wordField("usageLocation", common, attribute, func(v p) string { return v.UsageLocation }),
		wordField("companyName", "", common+" "+attribute, func(v p) string { return v.CompanyName }),
		wordField("officeLocation", "", common+" "+attribute, func(v p) string { return v.OfficeLocation }),
		wordField("employeeType", "", common+" ne", func(v p) string { return v.EmployeeType }),
		truthField("accountEnabled", "eq in", "ne", func(v p) plan.Truth { return v.AccountEnabled }),
		truthField("onPremisesSyncEnabled", "eq in", attribute, func(v p) plan.Truth { return claimed(v.OnPremisesSyncEnabled) }),
		truthField("isResourceAccount", "eq", "ne", func(v p) plan.Truth { return claimed(v.IsResourceAccount) }),
		timeField("createdDateTime", "eq ge le", "ne in", func(v p) time.Time { return v.CreatedAt }),
		timeField("deletedDateTime", "eq ge le", "ne in", never),
	}
	all = append(all, userLists()...)
	return append(append(all, unkeptFields()...), signInFields()...)
}

// userLists are the collections of users.
func userLists() []property[person] {
	type p = person
	return []property[p]{
		listField("proxyAddresses", "", "eq ge le starts", "ends", func(v p) []string { return proxies(v.User) }),
		listField("otherMails", "", "eq ge le in starts", "ends", func(p) []string { return nil }),
		listField("businessPhones", "", "eq starts", "", func(p) []string { return nil }),
		listField("assignedPlans", "servicePlanId", "eq", "", func(v p) []string {
			var ids []string
			for _, a := range v.plans() {
				ids = append(ids, string(a.id))
			}
			return ids
		}),
		countField("assignedPlans", func(v p) int { return len(v.plans()) }),
		countField("assignedLicenses", func(v p) int { return len(v.held.licences()) }),
		countField("proxyAddresses", func(v p) int { return len(proxies(v.User)) }),
		countField("otherMails", func(p) int { return 0 }),
		{name: "assignedLicenses", within: "skuId", guid: true, usual: opEq, list: func(v p) []string { return nil },
			has: func(v p, sku string) bool { return v.held.shows(plan.SKU(sku)) }},
	}
}

// unkeptFields are those that a snapshot has no value of, and the extension
// attributes.
func unkeptFields() []property[person] {
	type p = person
	nobody := func(p) string { return "" }
	never := func(p) time.Time { return time.Time{} }
	const common, attribute = "eq ge le in starts", "ne null"
	var all []property[p]
	for _, name := range []string{"givenName", "surname", "mailNickname", "state", "onPremisesUserPrincipalName"} {
		all = append(all, wordField(name, common, attribute, nobody))
	}
	for _, name := range []string{"creationType", "employeeId", "ageGroup", "consentProvidedForMinor", "externalUserState", "onPremisesSecurityIdentifier"} {
		all = append(all, wordField(name, "eq in", attribute, nobody))
	}
	for _, name := range []string{"mobilePhone", "postalCode", "preferredLanguage", "streetAddress", "onPremisesImmutableId", "onPremisesSamAccountName"} {
		all = append(all, wordField(name, "", common+" "+attribute, nobody))
	}
	for _, name := range []string{"employeeHireDate", "onPremisesLastSyncDateTime"} {
		all = append(all, timeField(name, "", "eq ne ge le in", never))
	}
	for i := range 15 {
		all = append(all, wordField("onPremisesExtensionAttributes/extensionAttribute"+strconv.Itoa(i+1), "", "eq ne ge le in null", func(v p) string {
			if v.Extensions == nil {
				return ""
			}
			return v.Extensions[i]
		}))
	}
	return all
}

func groupCollection(cols []column[*plan.Group], broken func() map[plan.GroupID]bool) *collection[*plan.Group] {
	type g = *plan.Group
	const attribute = "ne null"
	kinds := func(v g) []string {
		if v.Dynamic() {
			return []string{"DynamicMembership"}
		}
		return nil
	}
	k := newCollection("group", cols, func(v g) string { return string(v.ID) }, []property[g]{
		wordField("id", "eq in", "ne", func(v g) string { return string(v.ID) }),
		wordField("displayName", "eq ge le in starts", attribute, func(v g) string { return v.DisplayName }),
		wordField("description", "eq ge le starts", attribute, func(g) string { return "" }),
		wordField("mail", "eq ge le in starts", attribute, func(g) string { return "" }),
		wordField("mailNickname", "eq ge le in starts", "ne", func(g) string { return "" }),
		wordField("uniqueName", "eq", "ne", func(g) string { return "" }),
		wordField("membershipRule", "eq ge le starts", "ne null", func(v g) string { return v.MembershipRule }),
		wordField("membershipRuleProcessingState", "eq in", attribute, func(v g) string {
			if v.Dynamic() {
				return "On"
			}
			return ""
		}),
		truthField("isAssignableToRole", "eq", attribute, func(v g) plan.Truth { return claimed(v.RoleAssignable) }),
		truthField("mailEnabled", "eq", "ne", func(g) plan.Truth { return plan.No }),
		truthField("onPremisesSyncEnabled", "eq in", attribute, func(v g) plan.Truth { return claimed(v.Synced) }),
		truthField("securityEnabled", "eq in", "ne", func(v g) plan.Truth { return plan.TruthOf(v.SecurityEnabled) }),
		truthField("hasMembersWithLicenseErrors", "eq", "", func(v g) plan.Truth { return plan.TruthOf(broken()[v.ID]) }),
		listField("groupTypes", "", "eq", "", kinds),
		countField("groupTypes", func(v g) int { return len(kinds(v)) }),
		countField("assignedLicenses", func(v g) int { return len(v.Gives) }),
		listField("assignedLicenses", "skuId", "eq", "", func(v g) []string {
			var skus []string
			for _, given := range v.Gives {
				skus = append(skus, string(given.SKU))
			}
			return skus
		}),
	})
	k.usualOrders, k.orders = []string{"displayName"}, []string{"displayName"}
	k.searches = []string{"displayName"}
	return k
}
