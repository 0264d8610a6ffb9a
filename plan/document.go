package plan

import "time"

// A Plan is the document that is reviewed and applied: LicensePlan 1.0.
// Its fields are in the order of the file. Lists are sorted by user id, then
// skuId, and are never null.
type Plan struct {
	FormatVersion string    `json:"formatVersion"`
	Kind          string    `json:"kind"`
	Mode          Mode      `json:"mode"`
	ID            string    `json:"id"` // 20261120T080000Z- and the first 8 of digests.changes
	Tool          Tool      `json:"tool"`
	Tenant        Tenant    `json:"tenant"`
	CreatedAt     time.Time `json:"createdAt"` // whole seconds, UTC
	ValidUntil    time.Time `json:"validUntil"`
	Undoes        *Undone   `json:"undoes"` // only in mode undo
	Inputs        Inputs    `json:"inputs"`
	Actor         Actor     `json:"actor"`
	Summary       Summary   `json:"summary"`
	Changes       []Change  `json:"changes"`
	// Order is the order in which requests are carried out, by user id: those
	// that free seats before those that need them.
	Order        []UserID       `json:"order"`
	Missing      []Missing      `json:"missing"`
	Inherited    []InheritedRow `json:"inherited"`
	NotEvaluated []NotEvaluated `json:"notEvaluated"`
	Notes        []Note         `json:"notes"`
	Seats        []Seats        `json:"seats"`
	Guards       []Guard        `json:"guards"`
	Drift        []Drifted      `json:"drift"`
	Digests      Digests        `json:"digests"`
}

// The format that this package writes and reads.
const (
	FormatVersion = "1.0"
	DocumentKind  = "LicensePlan"
)

// A Mode is what kind of plan it is.
type Mode string

// Modes of plans.
const (
	ModeNormal  Mode = "normal"
	ModeUndo    Mode = "undo"
	ModeLimited Mode = "limited" // of some users or products only
)

// A Tool is the program that made a plan.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Undone is the run that an undo plan takes back.
type Undone struct {
	Run     string `json:"run"` // empty where the plan alone was there, and no journal
	Plan    string `json:"plan"`
	Changes string `json:"changes"` // digests.changes of that run's plan
}

// Inputs are what a plan was made from.
type Inputs struct {
	Desired  DesiredInput  `json:"desired"`
	Policy   PolicyInput   `json:"policy"`
	Snapshot SnapshotInput `json:"snapshot"`
	Base     *DesiredInput `json:"base"`  // the protected branch's folder, or null
	Limit    *Limited      `json:"limit"` // what a limited plan is limited to, or null
}

// Limited is what a limited plan looks at: people and products as they were
// named; an empty list is all.
type Limited struct {
	Users    []string `json:"users"`
	Products []string `json:"products"`
}

// DesiredInput identifies a folder's bytes.
type DesiredInput struct {
	SHA256   string `json:"sha256"`
	Revision string `json:"revision"`
	Files    []File `json:"files"`
}

// PolicyInput identifies the rules in force.
type PolicyInput struct {
	SHA256 string `json:"sha256"`
	Rules  int    `json:"rules"` // how many, those of one's own too
	// Own are the names of the rules of one's own, sorted.
	Own []string `json:"own,omitempty"`
	// Lowered are the built-in rules that settings make say less than by default,
	// sorted.
	Lowered []Lowered `json:"lowered,omitempty"`
}

// A Lowered is a setting by which a built-in rule says less.
type Lowered struct {
	Rule string `json:"rule"` // its name
	Text string `json:"text"` // "level off, by default warn"
}

// SnapshotInput says what was read.
type SnapshotInput struct {
	ReadAt time.Time `json:"readAt"`
	// File is the name of the saved snapshot that stood for the tenant, if one did.
	File  string `json:"file,omitempty"`
	Users int    `json:"users"` // that were read
	// Of is how many the tenant has, where only holders of managed products and
	// people named in the folder were read; 0 where everyone was.
	Of          int        `json:"of,omitempty"`
	SeatsDirect int        `json:"seatsDirect"` // counted seats of managed people: the base of R202
	BaselineAt  *time.Time `json:"baselineAt"`  // of the baseline that causes were told from, or null
	Reads       []Read     `json:"reads"`
}

// A Summary counts what the plan holds. Unassign, Assign, Adjust, Changes and
// Requests count what is executable.
type Summary struct {
	Verdict      PlanVerdict `json:"verdict"`
	Changes      int         `json:"changes"`
	Unassign     int         `json:"unassign"`
	Assign       int         `json:"assign"`
	Adjust       int         `json:"adjust"`
	Warned       int         `json:"warned"`
	Denied       int         `json:"denied"`
	Blocked      int         `json:"blocked"`
	Missing      int         `json:"missing"`
	NotEvaluated int         `json:"notEvaluated"`
	UsersInSync  int         `json:"usersInSync"`
	Requests     int         `json:"requests"`
}

// A PlanVerdict sums a plan up.
type PlanVerdict string

// Verdicts of plans.
const (
	InSync             PlanVerdict = "in-sync"
	HasChanges         PlanVerdict = "changes" // only missing seats too
	ChangesWithDenials PlanVerdict = "changes-with-denials"
	Guarded            PlanVerdict = "guarded" // nothing of it may be applied
)

// Because says why a wanted seat is not given.
type Because string

// Reasons for missing seats.
const (
	NoSeat        Because = "no-seat"
	NoLocation    Because = "no-location"
	AssignOff     Because = "assign-off"
	NeedsAdjust   Because = "adjust"
	NeedsGroup    Because = "via-group"
	NotAssignable Because = "not-assignable"
)

// A Missing is a seat that is wanted and not given by this plan.
type Missing struct {
	User    UserRef    `json:"user"`
	Product ProductRef `json:"product"`
	Reason  Reason     `json:"reason"`
	Because Because    `json:"because"`
	// Groups are those that give the product, where it is wanted through one.
	Groups []GroupName `json:"groups,omitempty"`
}

// An InheritedRow counts seats that a group gives and an exact set or a rule does not want.
type InheritedRow struct {
	Group GroupName `json:"group"`
	SKU   SKU       `json:"skuId"`
	Users int       `json:"users"`
}

// A GroupName is a group in a document.
type GroupName struct {
	ID   GroupID `json:"id"`
	Name string  `json:"name"`
}

// NotEvaluated is a person about whom a statement could not be asked, so that
// the person keeps what it is about.
type NotEvaluated struct {
	User      UserRef `json:"user"`
	Statement string  `json:"statement"`
	File      string  `json:"file"`
	Line      int     `json:"line"`
	Fact      string  `json:"fact"` // what is not known
}

// A Note is something to know about a plan as a whole.
type Note struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Seats are the units of one managed product before and after the plan.
type Seats struct {
	SKU           SKU       `json:"skuId"`
	PartNumber    string    `json:"skuPartNumber"`
	Bought        int       `json:"bought"` // enabled and in grace
	UsedBefore    int       `json:"usedBefore"`
	UsedAfter     int       `json:"usedAfter"`
	Freed         int       `json:"freed"` // seats lost by executable changes
	Renewals      []Renewal `json:"renewals"`
	PricePerMonth string    `json:"pricePerMonth"` // "33.00 EUR", or empty
}

// A Renewal is a day on which a number of seats can be given up.
type Renewal struct {
	At    time.Time `json:"at"`
	Seats int       `json:"seats"`
}

// Drifted is a managed seat that somebody changed since the baseline.
type Drifted struct {
	User    UserRef    `json:"user"`
	Product ProductRef `json:"product"`
	What    string     `json:"what"` // given, taken, adjusted
	At      time.Time  `json:"at,omitzero"`
}

// Digests identify a plan. They guard against mix-ups and damage, not against
// a hostile author: apply resolves the folder again.
type Digests struct {
	Changes string `json:"changes"` // over what is done: equal for two plans that do the same
	Body    string `json:"body"`    // over the file with this value empty
}
