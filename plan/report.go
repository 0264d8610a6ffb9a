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
	// Changes is the plan's digests.changes, and Revision the commit of the files
	// it was made from; empty where a version that did not note them wrote the report.
	Changes  string `json:"changes,omitempty"`
	Revision string `json:"revision,omitempty"`
	// Undoes is the run that this one takes back, or nil.
	Undoes *Undone `json:"undoes,omitempty"`
	// Parts are who worked on the run: the apply, then each resume.
	Parts []RunPart `json:"parts,omitempty"`
	// Journal is how many bytes of the run's journal the report tells of: where
	// there are more, somebody took the run up since.
	Journal int64 `json:"journalBytes,omitempty"`
	// FromJournal is true where the report was made of the plan and the journal,
	// because the run did not leave one of its end; AtWork, if that is because it
	// has not ended yet.
	FromJournal bool `json:"fromJournal,omitempty"`
	AtWork      bool `json:"atWork,omitempty"`
}

// Of fills in which plan the report is of, and who worked on its run; record
// may be nil.
func (r *Report) Of(p *Plan, record *RunRecord) {
	r.Changes, r.Revision, r.Undoes = p.Digests.Changes, p.Inputs.Desired.Revision, p.Undoes
	if record == nil {
		return
	}
	r.Parts = record.Parts
	if n := len(r.Parts); r.FromJournal && n > 0 {
		r.Actor = r.Parts[n-1].Actor
	}
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
