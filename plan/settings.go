package plan

import "time"

// Settings is reseat.yaml: which tenant, what may be touched, and the safety
// settings. What was left out has its default already.
type Settings struct {
	Name        string
	Tenant      TenantRef
	Auth        Auth
	Manage      Manage
	Limits      Limits
	Protect     Protect
	SelfService SelfService
	Windows     []Window
	Policy      []RuleSetting
	Waivers     []Waiver
	ValidFor    time.Duration // how long a plan may be applied
	Prices      Prices
	Place       Place // of the document
}

// A TenantRef says which tenant the folder is for.
type TenantRef struct {
	ID        string // a domain or a GUID, as written; empty with a simulator
	Cloud     Cloud
	Simulator string // a snapshot file within the folder, or empty
	Place     Place
}

// Auth is how to sign in: to read, and to write. Neither holds a secret.
type Auth struct {
	Plan  Identity
	Apply Identity
}

// Apart reports whether an apply signs in otherwise than a plan.
func (a Auth) Apart() bool {
	return a.Plan.Method != a.Apply.Method || a.Plan.ClientID != a.Apply.ClientID
}

// An Identity is one way to sign in.
type Identity struct {
	Method AuthMethod
	// ClientID is the application to sign in as; empty is AZURE_CLIENT_ID of the
	// environment.
	ClientID string
	Place    Place
}

// An AuthMethod is a way to get a token.
type AuthMethod string

// The methods. AuthDefault tries what Microsoft's libraries try: environment,
// workload identity, managed identity, command line tools.
const (
	AuthDefault         AuthMethod = "default"
	AuthEnvironment     AuthMethod = "environment"
	AuthCLI             AuthMethod = "cli"
	AuthManagedIdentity AuthMethod = "managed-identity"
	AuthWorkload        AuthMethod = "workload-identity"
	AuthGitHub          AuthMethod = "github"
	AuthCertificate     AuthMethod = "certificate"
	AuthDeviceCode      AuthMethod = "device-code"
)

// Manage is what may be touched.
type Manage struct {
	// Given is false if manage.products is absent: then what statements name is managed.
	Given    bool
	All      bool
	Products []Name
	Exclude  []Name
	// People is the pilot: who is not chosen is never touched. Nil is everyone.
	People     *Selector
	Assign     bool
	Inherited  Inherited
	Duplicates Duplicates
	// DuplicatesPlace is where manage.duplicates stands, for the changes it causes.
	DuplicatesPlace Place
}

// Inherited is what to do about seats held through a group that an exact set
// or a rule does not want.
type Inherited string

// Values of manage.inherited.
const (
	InheritedReport Inherited = "report" // counted per group
	InheritedBlock  Inherited = "block"  // shown as blocked changes (R105)
)

// Duplicates is what to do about direct copies of a seat also held through a group.
type Duplicates string

// Values of manage.duplicates.
const (
	DuplicatesKeep   Duplicates = "keep"
	DuplicatesRemove Duplicates = "remove"
)

// Limits are the guards' settings; every one has a value.
type Limits struct {
	// Removals is the most seats lost per plan and per 24 hours. RemovalsGiven
	// is false where the default stands: 25, or 0.5 % of the direct seats
	// rounded up, whichever is more.
	Removals       int
	RemovalsGiven  bool
	RemovalPercent int // of all counted direct seats
	ProductPercent int // of one product's direct seats
	Small          int // up to this many removals the percentages are not looked at
	Assignments    int
	Uncounted      []Name
	Raise          []Raise
}

// A Raise lifts limits for a while. A zero figure is not raised. One with a
// product lifts that product's limits and takes its removals out of the
// general ones; one without lifts the general ones.
type Raise struct {
	Removals       int
	RemovalPercent int
	ProductPercent int
	Assignments    int
	Product        *Name
	Until          Day // inclusive
	Reason         string
	Place          Place
}

// Protect is who never loses a seat (R103, R104).
type Protect struct {
	Users       []Name
	Match       []Selector
	RolesAdd    []Name // role names or ids, added to the built-in list
	RolesExcept []Name
}

// SelfService settles which products were bought by users (R102).
type SelfService struct {
	Products  []Name // declared self-service
	TakenOver []Name
	Ours      []Name
}

// A Window is a time, over and over again, at which an apply may send, or may
// not. Without any that allows, all is allowed that none denies; deny wins.
type Window struct {
	Deny  bool
	Cron  string        // when it opens: five fields, as of crontab(5)
	For   time.Duration // how long it stays open
	Zone  string        // of the IANA time zone database; empty is UTC
	Place Place
}

// A RuleSetting is what `policy` says of one rule.
type RuleSetting struct {
	Rule Name // recent-use; or the name of a rule of one's own
	// Values are the settings as JSON has them: texts, whole numbers (int),
	// booleans, lists and objects of these. Those of built-in rules were checked:
	// level (LevelWarn, LevelDeny or LevelOff) and days. Those of own rules are the
	// rule's affair.
	Values map[string]any
	At     map[string]Place // where each of Values stands
	Place  Place
}

// A Waiver lifts one rule for some people until a day. A denial that is lifted
// leaves a warning; a warning, nothing. Whom it is not sure to mean it does not
// mean.
type Waiver struct {
	Rule    Name      // by its name or code
	User    *Name     // whom it means: one person,
	Match   *Selector // or who matches
	Product *Name     // nil: every product
	Until   Day       // inclusive
	Reason  string
	Place   Place
}

// Prices are what seats cost a month, as decimal strings.
type Prices struct {
	Currency string
	PerMonth []Price
}

// A Price is one product's price per seat and month.
type Price struct {
	Product Name
	Amount  string // decimal, as "33.00"
}

// What a setting is where it is left out.
const (
	DefaultRemovals       = 25
	DefaultRemovalPercent = 5
	DefaultProductPercent = 20
	DefaultSmall          = 3
	DefaultAssignments    = 25
	DefaultValidFor       = 24 * time.Hour
	MinValidFor           = time.Hour
	MaxValidFor           = 336 * time.Hour
)
