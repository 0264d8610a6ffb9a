package plan

import "time"

// An Action is what a change does.
type Action string

// The three actions.
const (
	Unassign Action = "unassign" // take a direct seat
	Assign   Action = "assign"   // give one
	Adjust   Action = "adjust"   // switch service plans of one on or off
)

// A Verdict is what became of a change when it was judged. Denied and blocked
// changes are shown and never carried out.
type Verdict string

// The verdicts, mildest first.
const (
	Allow   Verdict = "allow"
	Warn    Verdict = "warn"
	Blocked Verdict = "blocked" // cannot be done as things are
	Deny    Verdict = "deny"    // a rule forbids it
)

// Executable reports whether a change with this verdict is carried out.
func (v Verdict) Executable() bool { return v == Allow || v == Warn }

// rank orders verdicts: allow < warn < blocked < deny.
func (v Verdict) rank() int {
	switch v {
	case Allow:
		return 0
	case Warn:
		return 1
	case Blocked:
		return 2
	}
	return 3
}

// Worse returns the worse of two verdicts.
func (v Verdict) Worse(w Verdict) Verdict {
	if w.rank() > v.rank() {
		return w
	}
	return v
}

// A Change is one seat to be taken, given or adjusted, with everything that a
// reviewer asks of it.
type Change struct {
	ID        string     `json:"id"`      // <user id>/<skuId>
	Request   UserID     `json:"request"` // all changes of one user are one request
	Action    Action     `json:"action"`
	Verdict   Verdict    `json:"verdict"`
	User      UserRef    `json:"user"`
	Product   ProductRef `json:"product"`
	Held      Held       `json:"held"`
	Before    *Grant     `json:"before"` // the direct assignment, or null
	After     *Grant     `json:"after"`
	Cause     Cause      `json:"cause"`
	Reason    Reason     `json:"reason"`
	Effects   []Effect   `json:"effects"`
	Decisions []Decision `json:"decisions"`
	// Becomes is the product that takes the place of one that is lost, in the same
	// request; "" is none.
	Becomes SKU `json:"becomes,omitempty"`
	// Seen is what is known of a person who loses the product; nil: nothing.
	Seen *Seen `json:"seen,omitempty"`
}

// Seen are facts about a person that no rule needs and a reviewer may.
type Seen struct {
	// Mailbox is what the mailbox is for, where the last plan with one goes.
	Mailbox Mailbox `json:"mailbox,omitempty"`
	// LastSignIn is the last success, or else the last attempt that is known.
	LastSignIn time.Time `json:"lastSignIn,omitzero"`
	// SignInAsked is true where the statement that decides asks for it.
	SignInAsked bool `json:"signInAsked,omitempty"`
}

// SKU is the product that the change is about.
func (c *Change) SKU() SKU { return c.Product.SKU }

// Lost reports whether the user no longer has the product when the change is
// done: a direct copy of a seat that stays through a group is not lost.
func (c *Change) Lost() bool {
	return c.Action == Unassign && c.Before != nil && !c.Held.ThroughGroup()
}

// Gained reports whether the change makes the user use one more seat: one who
// has it through a group already uses it.
func (c *Change) Gained() bool {
	return c.Action == Assign && !c.Held.ThroughGroup()
}

// A UserRef is a user in a document.
type UserRef struct {
	ID                UserID `json:"id"`
	UserPrincipalName string `json:"userPrincipalName"`
	DisplayName       string `json:"displayName"`
	AccountEnabled    Truth  `json:"accountEnabled"`
}

// A ProductRef is a product in a document. Name is the friendly name, or the
// part number where none is known.
type ProductRef struct {
	SKU        SKU    `json:"skuId"`
	PartNumber string `json:"skuPartNumber"`
	Name       string `json:"name"`
}

// Held is how a seat is held.
type Held struct {
	Direct bool        `json:"direct"`
	Groups []HeldGroup `json:"groups"` // sorted by id
	// UpdatedAt is the lastUpdatedDateTime of the direct source: where it
	// differs at apply, the seat was given anew.
	UpdatedAt time.Time `json:"lastUpdatedDateTime,omitzero"`
}

// ThroughGroup reports whether a group gives the seat now.
func (h Held) ThroughGroup() bool {
	for _, g := range h.Groups {
		if g.State == Active || g.State == ActiveWithError {
			return true
		}
	}
	return false
}

// A HeldGroup is a group that gives a seat, or should.
type HeldGroup struct {
	ID      GroupID     `json:"id"`
	Name    string      `json:"name"` // the id where the name is not known
	State   SourceState `json:"state"`
	Dynamic Truth       `json:"dynamic"` // a rule decides who is a member
	Synced  Truth       `json:"synced"`  // membership is kept on premises
}

// A Cause says why a change stands in this plan and did not before.
type Cause string

// The causes.
const (
	CauseNew    Cause = "new"    // there is no baseline to compare with
	CauseConfig Cause = "config" // the deciding statement is another one, or says something else
	CauseDrift  Cause = "drift"  // somebody changed the seat since
	CauseFact   Cause = "fact"   // something else about the person changed
)

// A Reason is the statement that decided, and those it overrode.
type Reason struct {
	Statement string        `json:"statement"`
	Kind      StatementKind `json:"kind"`
	File      string        `json:"file"`
	Line      int           `json:"line"`
	Overrides []Statement   `json:"overrides"`
}

// A Statement names a statement in a document.
type Statement struct {
	Statement string        `json:"statement"`
	Kind      StatementKind `json:"kind"`
	File      string        `json:"file"`
	Line      int           `json:"line"`
}

// An Effect is what a change does to a person, in words.
type Effect struct {
	Kind string `json:"kind"` // mailbox, files, teams, phone, office, seat, plans
	Text string `json:"text"`
	// RecoverableFor is how long the seat can be given back without loss,
	// counted from apply, as "P30D"; empty where nothing is lost.
	RecoverableFor string `json:"recoverableFor"`
}

// A Level is what a finding asks for.
type Level string

// Levels of findings.
const (
	LevelWarn    Level = "warn"
	LevelBlocked Level = "blocked"
	LevelDeny    Level = "deny"
	LevelGuard   Level = "guard" // over the whole plan
	// LevelOff is for settings alone: the rule says nothing.
	LevelOff Level = "off"
)

// A Decision is one finding of a rule about a change. Changes that a rule
// passes carry none of its.
type Decision struct {
	Code    string `json:"code"` // R101; never changes
	Rule    string `json:"rule"` // actor-role
	Level   Level  `json:"level"`
	Message string `json:"message"`
	Waiver  string `json:"waiver"` // why it counts for less, or empty; see [Decision.Counts]
	// Failed is true where the rule could not be relied upon: no waiver lifts that.
	Failed bool `json:"-"`
}

// A Guard is a limit over the whole plan.
type Guard struct {
	Code string `json:"code"`
	Name string `json:"name"`
	// Subject is the product of a limit per product (its part number), or empty.
	Subject string `json:"subject"`
	Value   int    `json:"value"`
	Limit   int    `json:"limit"`
	// Of is the number of seats that a percentage is of, and Percent the
	// percentage; 0 elsewhere.
	Of      int    `json:"of"`
	Percent int    `json:"percent"`
	OK      bool   `json:"ok"`
	When    When   `json:"when"`
	Message string `json:"message"` // what tripped; empty if OK
	Remedy  string `json:"remedy"`  // what to do; empty if OK
	// Recent is how much of Value is from the last 24 hours.
	Recent int `json:"recent"`
	// AtLeast is true where only holders of managed products were read: there may
	// be more seats than Of says, and a limit in per cent of them is no lower.
	AtLeast bool `json:"atLeast,omitempty"`
}

// When says at which time a guard counts.
type When string

// Times of guards. An apply guard that is not ok leaves the plan applicable by another identity or later.
const (
	AtPlan  When = "plan"
	AtApply When = "apply"
)
