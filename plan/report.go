package plan

import "time"

// A Class is what an apply found when it compared a change of the plan with
// the tenant, just before it would be sent.
type Class string

// Classes of changes at apply.
const (
	Ready     Class = "ready"      // as the plan saw it
	Already   Class = "already"    // as the plan wants it; only at the first look
	Changed   Class = "changed"    // neither, or given anew since
	DeniedNow Class = "denied-now" // rules or files no longer ask for it or allow it
	Gone      Class = "gone"       // the user was deleted
	SeatGone  Class = "no-seat"    // no free seat to give
)

// A Status is what became of a change.
type Status string

// Statuses of outcomes.
const (
	Done        Status = "done"        // Graph said so and a read-back agrees
	Unconfirmed Status = "unconfirmed" // Graph said so; a read-back does not show it yet
	Skipped     Status = "skipped"     // not sent; the class says why
	Failed      Status = "failed"      // Graph refused
	Uncertain   Status = "unknown"     // sent, no answer, and a read-back did not settle it
	NotReached  Status = "not-reached" // the run ended before
)

// An Outcome is what became of one executable change of a plan.
type Outcome struct {
	User    UserID `json:"user"`
	SKU     SKU    `json:"skuId"`
	Action  Action `json:"action"`
	Class   Class  `json:"class"`
	Status  Status `json:"status"`
	Code    string `json:"code"`    // Graph's, or the rule's
	Message string `json:"message"` // Graph's own words, or ours
	// Advice is what to do about it, or empty.
	Advice string `json:"advice"`
	// Evidence is "answer" or "read-back" for what was done.
	Evidence  string `json:"evidence"`
	RequestID string `json:"requestId"` // Graph's, for a support ticket
	// At is when it was known to be carried out, or when its last line was
	// written to the journal; zero if there is none.
	At time.Time `json:"at,omitzero"`
}

// A Report is what an apply leaves behind: report.json of its run.
type Report struct {
	Run       string        `json:"run"`
	Plan      string        `json:"plan"` // the plan's id
	Tenant    Tenant        `json:"tenant"`
	Actor     Actor         `json:"actor"`
	StartedAt time.Time     `json:"startedAt"`
	EndedAt   time.Time     `json:"endedAt"`
	Outcomes  []Outcome     `json:"outcomes"` // sorted by user, then product
	Summary   ReportSummary `json:"summary"`
}

// A ReportSummary counts outcomes.
type ReportSummary struct {
	Done        int  `json:"done"`
	Already     int  `json:"already"`
	Skipped     int  `json:"skipped"` // without already
	Failed      int  `json:"failed"`
	Unknown     int  `json:"unknown"` // uncertain and unconfirmed
	NotReached  int  `json:"notReached"`
	Interrupted bool `json:"interrupted"`
	// Stopped is why the run ended before its time, or empty.
	Stopped string `json:"stopped"`
}
