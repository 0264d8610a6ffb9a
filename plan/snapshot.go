package plan

import "time"

// A Snapshot is a tenant as it was read. A snapshot of a whole tenant can be
// saved ([EncodeSnapshot]); the simulated tenant starts from such a file.
//
// Lists are sorted by id and hold each id once. [Snapshot.Reads] says what was
// looked at: a list that is empty because nobody could read it is not an empty
// list.
type Snapshot struct {
	Organization    Organization     `json:"organization"`
	ReadAt          time.Time        `json:"readAt"`
	Users           []User           `json:"users"`
	Products        []Product        `json:"products"`
	Subscriptions   []Subscription   `json:"subscriptions"`
	Groups          []Group          `json:"groups"`
	Roles           []Role           `json:"roles"`
	RoleAssignments []RoleAssignment `json:"roleAssignments"`
	// Deleted are users in the recycle bin (deletedItems), of the last 30 days:
	// names of people who are gone, not of nobody. They hold nothing.
	Deleted []DeletedUser `json:"deleted,omitempty"`
	Actor   Actor         `json:"actor"`
	Reads   []Read        `json:"reads"`
	Count   UserCount     `json:"count"`
	// Scope is who is in Users: everybody, or those alone who can matter.
	Scope Scope `json:"-"`
	// Total is how many users the tenant has, where Users are not all of them.
	Total int `json:"-"`
	asked asked
}

// A Scope says whom a snapshot's users are.
type Scope uint8

// The scopes. A snapshot of holders is never saved.
const (
	// Everyone is all users of the tenant.
	Everyone Scope = iota
	// Holders is who holds a managed product, and whoever was asked for by name
	// or id. [New] refuses it with [ErrNeedsEveryone] where others may matter.
	Holders
)

// A DeletedUser is a user in the recycle bin.
type DeletedUser struct {
	ID UserID `json:"id"`
	// UserPrincipalName is as it was before the deletion; Graph puts the object
	// id without its hyphens before it.
	UserPrincipalName string    `json:"userPrincipalName"`
	DisplayName       string    `json:"displayName,omitempty"`
	DeletedAt         time.Time `json:"deletedDateTime,omitzero"`
}

// An Organization is what GET /organization says of the tenant.
type Organization struct {
	ID              TenantID `json:"id"`
	DisplayName     string   `json:"displayName"`
	VerifiedDomains []string `json:"verifiedDomains"` // the initial (onmicrosoft.com) domain first
}

// A UserCount is what GET /users/$count said before and after the listing;
// -1 where it was not asked.
type UserCount struct {
	Before int `json:"before"`
	After  int `json:"after"`
}

// A User is an account of the directory, with the attributes that selectors
// ask for. An empty string is an attribute that nobody filled in.
type User struct {
	ID                UserID `json:"id"`
	UserPrincipalName string `json:"userPrincipalName"`
	DisplayName       string `json:"displayName"`
	Mail              string `json:"mail,omitempty"`
	// AccountEnabled is Unknown where Graph said null.
	AccountEnabled Truth `json:"accountEnabled"`
	// UserType is Member or Guest; null of Graph is Member.
	UserType       string `json:"userType"`
	Department     string `json:"department,omitempty"`
	JobTitle       string `json:"jobTitle,omitempty"`
	CompanyName    string `json:"companyName,omitempty"`
	Country        string `json:"country,omitempty"`
	City           string `json:"city,omitempty"`
	OfficeLocation string `json:"officeLocation,omitempty"`
	// UsageLocation is a two-letter country; without it nothing can be assigned directly.
	UsageLocation string `json:"usageLocation,omitempty"`
	EmployeeType  string `json:"employeeType,omitempty"`
	// OnPremisesSyncEnabled and IsResourceAccount: null of Graph is false.
	OnPremisesSyncEnabled bool `json:"onPremisesSyncEnabled,omitempty"`
	IsResourceAccount     bool `json:"isResourceAccount,omitempty"`
	// Extensions are extensionAttribute1 to 15 of onPremisesExtensionAttributes, or nil if all are empty.
	Extensions *[15]string `json:"extensions,omitempty"`
	CreatedAt  time.Time   `json:"createdAt,omitzero"`
	// Sources are the entries of licenseAssignmentStates, sorted by product, direct first, then by group.
	Sources []Source `json:"sources"`
	// Unsourced are products in assignedLicenses that no entry of
	// licenseAssignmentStates explains (Graph docs issue 9636 reports such users), sorted.
	Unsourced []SKU `json:"unsourced,omitempty"`
	// Aliases are the SMTP addresses of proxyAddresses in lower case, without
	// those that UserPrincipalName and Mail say already, sorted. A renamed person
	// mostly keeps the old name here; so may whoever took over a leaver's post,
	// which is why an alias helps to find a name and never decides.
	Aliases []string `json:"proxyAddresses,omitempty"`
	// Mailbox is userPurpose of mailboxSettings; empty where it was not read.
	Mailbox Mailbox `json:"mailbox,omitempty"`
	// SignIn is signInActivity; nil where it was not read or Graph has none,
	// which is unknown and not "never".
	SignIn *SignIn `json:"signInActivity,omitempty"`
}

// A Mailbox is what a user's mailbox is for, in Graph's words (userPurpose of
// mailboxSettings), or [NoMailbox].
type Mailbox string

// The kinds that Graph documents for v1.0. NoMailbox is ours, for a 404.
const (
	UserMailbox      Mailbox = "user"
	LinkedMailbox    Mailbox = "linked"
	SharedMailbox    Mailbox = "shared"
	RoomMailbox      Mailbox = "room"
	EquipmentMailbox Mailbox = "equipment"
	OtherMailbox     Mailbox = "others"
	NoMailbox        Mailbox = "none"
)

// A SignIn is when a user last signed in. A zero time is unknown.
type SignIn struct {
	// Interactive is the last attempt by hand, successful or not.
	Interactive time.Time `json:"lastSignInDateTime,omitzero"`
	// NonInteractive is the last by a client on the user's behalf.
	NonInteractive time.Time `json:"lastNonInteractiveSignInDateTime,omitzero"`
	// Successful is the last success of either kind, recorded since December 2023.
	Successful time.Time `json:"lastSuccessfulSignInDateTime,omitzero"`
}

// A Source is one entry of licenseAssignmentStates: a product that a user
// holds, or should, from one place.
type Source struct {
	SKU SKU `json:"skuId"`
	// Group is the group that gives the seat; empty if it is held directly.
	Group         GroupID     `json:"assignedByGroup,omitempty"`
	State         SourceState `json:"state"`
	Error         string      `json:"error,omitempty"` // as Graph said it; "None" and null are empty here
	DisabledPlans []PlanID    `json:"disabledPlans"`
	UpdatedAt     time.Time   `json:"lastUpdatedDateTime,omitzero"`
}

// A SourceState is the state of a [Source], in Graph's words.
type SourceState string

// The states that Graph documents. With another one, of a managed product
// through a group, nothing is evaluated.
const (
	Active          SourceState = "Active"
	ActiveWithError SourceState = "ActiveWithError"
	Disabled        SourceState = "Disabled"
	ErrorState      SourceState = "Error"
)

// Direct reports whether the seat was given to the user and not to a group.
func (s Source) Direct() bool { return s.Group == "" }

// Held reports whether the source gives the seat now: a direct one in any
// state, a group's only when it is Active or ActiveWithError.
func (s Source) Held() bool {
	return s.Direct() || s.State == Active || s.State == ActiveWithError
}

// A Product is one of the tenant's subscribedSkus.
type Product struct {
	SKU             SKU           `json:"skuId"`
	PartNumber      string        `json:"skuPartNumber"`
	AppliesTo       string        `json:"appliesTo"`        // User or Company; only User products are assignable
	Status          string        `json:"capabilityStatus"` // Enabled, Warning, Suspended, Deleted, LockedOut
	Enabled         int           `json:"enabled"`          // units of prepaidUnits
	Warning         int           `json:"warning"`          // units in grace, still usable
	Suspended       int           `json:"suspended"`
	LockedOut       int           `json:"lockedOut"`
	Consumed        int           `json:"consumedUnits"` // can exceed what was bought
	Plans           []ServicePlan `json:"servicePlans"`
	SubscriptionIDs []string      `json:"subscriptionIds"`
}

// Bought is the number of usable units: enabled and those in grace.
func (p Product) Bought() int { return p.Enabled + p.Warning }

// Assignable reports whether a user can be given the product at all.
func (p Product) Assignable() bool {
	return p.AppliesTo == "User" && (p.Status == "Enabled" || p.Status == "Warning")
}

// A ServicePlan is one service within a product.
type ServicePlan struct {
	ID        PlanID `json:"servicePlanId"`
	Name      string `json:"servicePlanName"`
	AppliesTo string `json:"appliesTo"`
	Status    string `json:"provisioningStatus"`
}

// A Subscription is one entry of /directory/subscriptions (companySubscription).
type Subscription struct {
	ID            string    `json:"id"`
	CommerceID    string    `json:"commerceSubscriptionId"`
	SKU           SKU       `json:"skuId"`
	PartNumber    string    `json:"skuPartNumber"`
	Status        string    `json:"status"`
	IsTrial       bool      `json:"isTrial"`
	TotalLicenses int       `json:"totalLicenses"`
	CreatedAt     time.Time `json:"createdDateTime,omitzero"`
	NextLifecycle time.Time `json:"nextLifecycleDateTime,omitzero"` // when it changes state unless renewed
	OwnerID       string    `json:"ownerId,omitempty"`
	OwnerTenantID string    `json:"ownerTenantId,omitempty"` // the partner's tenant that created it
	OwnerType     string    `json:"ownerType,omitempty"`
}

// A Group is a group that gives somebody a seat or a role, or that a selector names.
type Group struct {
	ID              GroupID  `json:"id"`
	DisplayName     string   `json:"displayName"`
	MembershipRule  string   `json:"membershipRule,omitempty"` // not empty: a dynamic group
	Synced          bool     `json:"onPremisesSyncEnabled,omitempty"`
	RoleAssignable  bool     `json:"isAssignableToRole,omitempty"`
	SecurityEnabled bool     `json:"securityEnabled"`
	Gives           []Given  `json:"assignedLicenses,omitempty"`
	Members         []UserID `json:"members"` // sorted; those of nested groups too when it was read through Graph
	// Nested are groups within this one; empty when Members holds theirs already.
	Nested []GroupID `json:"nested,omitempty"`
	// MembersRead is false where the members are not known; Members then says nothing.
	MembersRead bool `json:"membersRead"`
	// Eligible are people who can make themselves members (PIM for groups),
	// sorted; read for groups that hold a role. Nil where nobody could read it.
	Eligible []UserID `json:"eligible,omitempty"`
}

// Dynamic reports whether a rule, not a person, decides who is a member.
func (g Group) Dynamic() bool { return g.MembershipRule != "" }

// A Given is a product that a group gives to its members.
type Given struct {
	SKU           SKU      `json:"skuId"`
	DisabledPlans []PlanID `json:"disabledPlans"`
}

// A Role is a role definition of the directory.
type Role struct {
	ID         RoleID `json:"id"`
	TemplateID RoleID `json:"templateId"`
	Name       string `json:"displayName"`
	BuiltIn    bool   `json:"isBuiltIn"`
	// Privileged is Unknown where the definition does not say; the built-in list decides then.
	Privileged Truth    `json:"isPrivileged"`
	Actions    []string `json:"allowedResourceActions,omitempty"`
}

// A RoleAssignment is a role that a user, a group or an application has, or
// may activate (PIM).
type RoleAssignment struct {
	ID        string        `json:"id"`
	Role      RoleID        `json:"roleDefinitionId"`
	Principal string        `json:"principalId"`
	Kind      PrincipalKind `json:"principalKind"`
	Scope     string        `json:"directoryScopeId"` // "/" is the whole tenant
	Eligible  bool          `json:"eligible,omitempty"`
}

// A PrincipalKind is what a role was given to.
type PrincipalKind string

// The kinds of principal. Where Graph does not say, the kind is looked up
// among users and groups; one that is neither is a service principal.
const (
	PrincipalUser    PrincipalKind = "user"
	PrincipalGroup   PrincipalKind = "group"
	PrincipalService PrincipalKind = "servicePrincipal"
)

// An Actor is the identity that reads or writes, as its token describes it.
type Actor struct {
	Kind        ActorKind `json:"kind"`
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Roles       []string  `json:"roles"`       // template ids of the signed-in person's roles (wids)
	Permissions []string  `json:"permissions"` // of the token: roles or scp
	// RolesKnown and PermissionsKnown tell an empty claim from a missing one.
	RolesKnown       bool `json:"-"`
	PermissionsKnown bool `json:"-"`
}

// An ActorKind tells a person from an application.
type ActorKind string

// The kinds of actor.
const (
	ActorPerson      ActorKind = "person"
	ActorApplication ActorKind = "application"
	ActorUnknown     ActorKind = "unknown"
)

// A Read says what became of one thing that was to be read.
type Read struct {
	What   string     `json:"what"` // one of the names below
	Items  int        `json:"items"`
	Status ReadStatus `json:"status"`
	Reason string     `json:"reason,omitempty"` // why not complete, for people: "403 Authorization_RequestDenied"
}

// A ReadStatus is how far a read came.
type ReadStatus string

// Statuses of a read.
const (
	ReadComplete ReadStatus = "complete"
	ReadAbsent   ReadStatus = "absent" // the tenant has no such thing (no PIM); as good as complete
	ReadDenied   ReadStatus = "denied" // not permitted; what depends on it is unknown
)

// The names of reads.
const (
	ReadUsers         = "users"
	ReadProducts      = "subscribedSkus"
	ReadSubscriptions = "subscriptions"
	ReadRoles         = "roleAssignments"
	ReadEligibility   = "roleEligibility"
	ReadGroups        = "groups"
	ReadMembers       = "members"
	// ReadGroupEligibility is who may activate membership of a group that holds a role.
	ReadGroupEligibility = "groupEligibility"
	ReadDeleted          = "deletedItems"
	ReadMailboxes        = "mailboxSettings"
	ReadSignIns          = "signInActivity"
	// ReadHolds is the facts file that lists mailboxes on hold; it stands in plans
	// alone.
	ReadHolds = "holds"
	// ReadLicenseErrors is who has a licence error through a group; it is asked
	// for where only holders are read, and noted where it fails.
	ReadLicenseErrors = "licenseErrors"
)
