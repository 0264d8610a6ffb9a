package simulator

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// views are the properties of every kind of object that is answered with.
type views struct {
	users         []column[person]
	products      []column[counted]
	subscriptions []column[contract]
	groups        []column[*plan.Group]
	roles         []column[*plan.Role]
	assignments   []column[grant]
	eligibilities []column[grant]
	organization  []column[*plan.Organization]
	details       []column[detail]
	mailboxes     []column[plan.Mailbox]
	activated     []column[*plan.Role]
	templates     []column[*plan.Role]
	schedules     []column[grant]
	chances       []column[chance]
	deleted       []column[person]

	userSet       *collection[person]
	deletedSet    *collection[person]
	memberSet     *collection[member]
	roleSet       *collection[*plan.Role]
	activatedSet  *collection[*plan.Role]
	assignmentSet *collection[grant]
	instanceSet   *collection[grant]
	chanceSet     *collection[chance]
}

type (
	// A counted is a product with the consumed units that reads show.
	counted struct {
		*plan.Product
		tenant   plan.TenantID
		name     string // of the tenant
		consumed int
	}
	// A contract is a subscription and its product, which may be gone.
	contract struct {
		*plan.Subscription
		product *stock
	}
	// A grant is a role assignment.
	grant struct{ *plan.RoleAssignment }
	// A detail is one licence of a user and its product, which may be gone.
	detail struct {
		user plan.UserID
		licence
		product *stock
	}
)

func (t *Tenant) newViews() views {
	v := views{
		users: userColumns(), products: productColumns(), subscriptions: subscriptionColumns(),
		groups: groupColumns(t.processing), roles: roleColumns(), assignments: assignmentColumns(),
		eligibilities: eligibilityColumns(), organization: organizationColumns(), details: detailColumns(),
		mailboxes: mailboxColumns(), activated: t.activatedColumns(), templates: templateColumns(),
		schedules: scheduleColumns(), chances: chanceColumns(),
	}
	v.userSet = userCollection(v.users)
	v.deleted, v.deletedSet = t.deletedView(v.users)
	v.memberSet = memberCollection()
	v.roleSet, v.activatedSet = roleCollection(v.roles), t.activatedCollection(v.activated)
	v.assignmentSet = grantCollection("unifiedRoleAssignment", v.assignments)
	v.instanceSet = grantCollection("unifiedRoleScheduleInstanceBase", v.schedules)
	v.chanceSet = chanceCollection(v.chances)
	return v
}

func productColumns() []column[counted] {
	type p = counted
	return []column[p]{
		text("accountName", func(v p) string { return v.name }),
		text("accountId", func(v p) plan.TenantID { return v.tenant }),
		text("appliesTo", func(v p) string { return v.AppliesTo }),
		text("capabilityStatus", func(v p) string { return v.Status }),
		number("consumedUnits", func(v p) int { return v.consumed }),
		text("id", func(v p) string { return string(v.tenant) + "_" + string(v.SKU) }),
		text("skuId", func(v p) plan.SKU { return v.SKU }),
		text("skuPartNumber", func(v p) string { return v.PartNumber }),
		{"subscriptionIds", func(b []byte, v p) []byte { return appendStrings(b, v.SubscriptionIDs) }},
		{"prepaidUnits", func(b []byte, v p) []byte {
			b = appendInt(append(b, `{"enabled":`...), v.Enabled)
			b = appendInt(append(b, `,"suspended":`...), v.Suspended)
			b = appendInt(append(b, `,"warning":`...), v.Warning)
			b = appendInt(append(b, `,"lockedOut":`...), v.LockedOut)
			return append(b, '}')
		}},
		{"servicePlans", func(b []byte, v p) []byte { return appendList(b, v.Plans, appendServicePlan) }},
	}
}

func appendServicePlan(b []byte, p plan.ServicePlan) []byte {
	b = appendString(append(b, `{"servicePlanId":`...), p.ID)
	b = appendString(append(b, `,"servicePlanName":`...), p.Name)
	b = appendString(append(b, `,"provisioningStatus":`...), p.Status)
	b = appendString(append(b, `,"appliesTo":`...), p.AppliesTo)
	return append(b, '}')
}

func subscriptionColumns() []column[contract] {
	type s = contract
	return []column[s]{
		moment("createdDateTime", func(v s) time.Time { return v.CreatedAt }),
		text("commerceSubscriptionId", func(v s) string { return v.CommerceID }),
		text("id", func(v s) string { return v.ID }),
		yesNo("isTrial", func(v s) bool { return v.IsTrial }),
		moment("nextLifecycleDateTime", func(v s) time.Time { return v.NextLifecycle }),
		text("ownerId", func(v s) string { return v.OwnerID }),
		text("ownerTenantId", func(v s) string { return v.OwnerTenantID }),
		text("ownerType", func(v s) string { return v.OwnerType }),
		text("skuId", func(v s) plan.SKU { return v.SKU }),
		text("skuPartNumber", func(v s) string { return v.PartNumber }),
		text("status", func(v s) string { return v.Status }),
		number("totalLicenses", func(v s) int { return v.TotalLicenses }),
		{"serviceStatus", func(b []byte, v s) []byte {
			if v.product == nil {
				return append(b, "[]"...)
			}
			return appendList(b, v.product.Plans, appendServicePlan)
		}},
	}
}

// defaultGroup leaves out what comes only by $select.
const defaultGroup = "id,description,displayName,groupTypes,isAssignableToRole,mailEnabled,membershipRule,membershipRuleProcessingState,onPremisesSyncEnabled,securityEnabled"

// groupColumns are the properties of groups; state is that of a group's
// licenseProcessingState, or "".
func groupColumns(state func(plan.GroupID) string) []column[*plan.Group] {
	type g = *plan.Group
	cols := []column[g]{
		text("id", func(v g) plan.GroupID { return v.ID }),
		fixed[g]("description", "null"),
		text("displayName", func(v g) string { return v.DisplayName }),
		{"groupTypes", func(b []byte, v g) []byte {
			if v.Dynamic() {
				return append(b, `["DynamicMembership"]`...)
			}
			return append(b, "[]"...)
		}},
		yesOrNull("isAssignableToRole", func(v g) bool { return v.RoleAssignable }),
		fixed[g]("mailEnabled", "false"),
		text("membershipRule", func(v g) string { return v.MembershipRule }),
		{"membershipRuleProcessingState", func(b []byte, v g) []byte {
			if v.Dynamic() {
				return append(b, `"On"`...)
			}
			return append(b, "null"...)
		}},
		yesOrNull("onPremisesSyncEnabled", func(v g) bool { return v.Synced }),
		yesNo("securityEnabled", func(v g) bool { return v.SecurityEnabled }),
		{"assignedLicenses", func(b []byte, v g) []byte { return appendList(b, v.Gives, appendGiven) }},
		{"licenseProcessingState", func(b []byte, v g) []byte {
			s := state(v.ID)
			if s == "" {
				return append(b, "null"...)
			}
			return append(appendString(append(b, `{"state":`...), s), '}')
		}},
		{"hasMembersWithLicenseErrors", func([]byte, g) []byte { return nil }}, // known to $filter alone
	}
	for name := range strings.FieldsSeq(`classification createdDateTime deletedDateTime expirationDateTime isManagementRestricted mail
		mailNickname onPremisesDomainName onPremisesLastSyncDateTime onPremisesNetBiosName onPremisesSamAccountName
		onPremisesSecurityIdentifier preferredDataLocation preferredLanguage renewedDateTime securityIdentifier theme
		uniqueName visibility`) {
		cols = append(cols, fixed[g](name, "null"))
	}
	for name := range strings.FieldsSeq(`onPremisesProvisioningErrors proxyAddresses resourceBehaviorOptions
		resourceProvisioningOptions serviceProvisioningErrors`) {
		cols = append(cols, fixed[g](name, "[]"))
	}
	return cols
}

func roleColumns() []column[*plan.Role] {
	type r = *plan.Role
	return []column[r]{
		text("id", func(v r) plan.RoleID { return v.ID }),
		fixed[r]("description", "null"),
		text("displayName", func(v r) string { return v.Name }),
		yesNo("isBuiltIn", func(v r) bool { return v.BuiltIn }),
		fixed[r]("isEnabled", "true"),
		fixed[r]("resourceScopes", `["/"]`),
		text("templateId", func(v r) plan.RoleID { return v.TemplateID }),
		fixed[r]("version", "null"),
		{"rolePermissions", func(b []byte, v r) []byte {
			b = appendStrings(append(b, `[{"allowedResourceActions":`...), v.Actions)
			return append(b, `,"condition":null}]`...)
		}},
	}
}

func assignmentColumns() []column[grant] {
	type a = grant
	return []column[a]{
		text("id", func(v a) string { return v.ID }),
		text("principalId", func(v a) string { return v.Principal }),
		text("directoryScopeId", func(v a) string { return v.Scope }),
		text("roleDefinitionId", func(v a) plan.RoleID { return v.Role }),
		fixed[a]("appScopeId", "null"),
		fixed[a]("condition", "null"),
	}
}

func eligibilityColumns() []column[grant] {
	type a = grant
	return append(assignmentColumns()[:5:5],
		fixed[a]("startDateTime", "null"),
		fixed[a]("endDateTime", "null"),
		fixed[a]("memberType", `"Direct"`),
		text("roleEligibilityScheduleId", func(v a) string { return v.ID }),
	)
}

// scheduleColumns are those of assignments that are in force. A snapshot does
// not say which of them were activated for a while.
func scheduleColumns() []column[grant] {
	type a = grant
	return append(assignmentColumns()[:5:5],
		fixed[a]("startDateTime", "null"),
		fixed[a]("endDateTime", "null"),
		fixed[a]("memberType", `"Direct"`),
		fixed[a]("assignmentType", `"Assigned"`),
		text("roleAssignmentOriginId", func(v a) string { return v.ID }),
		text("roleAssignmentScheduleId", func(v a) string { return v.ID }),
	)
}

func organizationColumns() []column[*plan.Organization] {
	type o = *plan.Organization
	cols := []column[o]{
		text("id", func(v o) plan.TenantID { return v.ID }),
		text("displayName", func(v o) string { return v.DisplayName }),
		fixed[o]("tenantType", `"AAD"`),
		{"verifiedDomains", func(b []byte, v o) []byte {
			initial := slices.IndexFunc(v.VerifiedDomains, func(d string) bool {
				return strings.HasSuffix(strings.ToLower(d), ".onmicrosoft.com")
			})
			usual := 0
			if initial == 0 && len(v.VerifiedDomains) > 1 {
				usual = 1
			}
			n := -1
			return appendList(b, v.VerifiedDomains, func(b []byte, d string) []byte {
				n++
				b = appendBool(append(b, `{"capabilities":"Email, OfficeCommunicationsOnline","isDefault":`...), n == usual)
				b = appendBool(append(b, `,"isInitial":`...), n == initial)
				b = appendString(append(b, `,"name":`...), d)
				return append(b, `,"type":"Managed"}`...)
			})
		}},
	}
	for name := range strings.FieldsSeq(`city country countryLetterCode createdDateTime defaultUsageLocation deletedDateTime
		onPremisesLastSyncDateTime onPremisesSyncEnabled partnerTenantType postalCode preferredLanguage state street`) {
		cols = append(cols, fixed[o](name, "null"))
	}
	for name := range strings.FieldsSeq(`assignedPlans businessPhones marketingNotificationEmails provisionedPlans
		securityComplianceNotificationMails securityComplianceNotificationPhones technicalNotificationMails`) {
		cols = append(cols, fixed[o](name, "[]"))
	}
	return cols
}

// initialDomain is the domain that the tenant began with.
func (t *Tenant) initialDomain() string {
	for _, d := range t.base.Organization.VerifiedDomains {
		if strings.HasSuffix(strings.ToLower(d), ".onmicrosoft.com") {
			return d
		}
	}
	return ""
}

func detailColumns() []column[detail] {
	type d = detail
	return []column[d]{
		{"id", func(b []byte, v d) []byte {
			return appendString(b, base64.RawURLEncoding.EncodeToString([]byte(string(v.user)+string(v.sku))))
		}},
		text("skuId", func(v d) plan.SKU { return v.sku }),
		{"skuPartNumber", func(b []byte, v d) []byte {
			if v.product == nil {
				return append(b, "null"...)
			}
			return appendString(b, v.product.PartNumber)
		}},
		{"servicePlans", func(b []byte, v d) []byte {
			if v.product == nil {
				return append(b, "[]"...)
			}
			return appendList(b, v.product.Plans, func(b []byte, p plan.ServicePlan) []byte {
				if slices.Contains(v.disabled, p.ID) {
					p.Status = "Disabled"
				}
				return appendServicePlan(b, p)
			})
		}},
	}
}
