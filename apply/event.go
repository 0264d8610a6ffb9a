package apply

import (
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// Progress is how far a run is, in changes.
type Progress struct {
	Total, Done, Already, Skipped, Failed, Unknown int
	// Batch counts from 1; InFlight is how many batches are under way, read-backs
	// not counted.
	Batch, InFlight int
	// Waiting is how many changes Graph put off, or whose read-back does not show
	// them yet.
	Waiting int
	// Rate is how many changes a second were settled of late, by this Run; Left is
	// how long the rest takes at that rate, or 0 where that is not known.
	Rate float64
	Left time.Duration
	// Wait is how long the run now pauses, or 0; Because is for what.
	Wait    time.Duration
	Because string
}

// An EventKind is what an event is about.
type EventKind string

// The kinds of events of a run.
const (
	Began    EventKind = "began"    // the run, with Progress
	Sending  EventKind = "sending"  // a batch, with Users: its intents are durable
	Settled  EventKind = "outcome"  // one change, with Outcome: it may come again with a later status
	Waiting  EventKind = "waiting"  // the run pauses, with Progress
	Stopping EventKind = "stopping" // nothing more is sent, with Message
	Ended    EventKind = "ended"    // the run, with Progress and Message: why before its time, or empty
)

// An Event is something that happens in a run. It holds ids; names are in the plan.
type Event struct {
	At       time.Time
	Kind     EventKind
	Users    []plan.UserID
	Outcome  *plan.Outcome
	Progress *Progress
	Message  string
}
