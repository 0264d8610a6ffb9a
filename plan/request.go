package plan

// A Grant is what a direct assignment says beside the product: the service
// plans that are switched off, sorted. All others are on.
type Grant struct {
	DisabledPlans []PlanID `json:"disabledPlans"`
}

// A License is a product with its service plans, as assignLicense adds it.
type License struct {
	SKU   SKU
	Grant Grant
}

// A Request is all that is sent for one user: one call of assignLicense, which
// Graph carries out as a whole or not at all.
type Request struct {
	User   UserID
	Add    []License // given anew, or adjusted; sorted by product
	Remove []SKU     // taken; sorted
}

// An Answer is what Graph said to one [Request].
type Answer struct {
	User UserID
	// Status is the HTTP status of the member; 0 if no answer came, so that
	// what became of the request is unknown until it is read back.
	Status          int
	Code, Message   string // of an error
	RequestID       string // Graph's, for a support ticket
	ClientRequestID string // ours
	// RetryAfter is how many seconds Graph asked to wait, 0 if it did not.
	RetryAfter float64
	// Share is which part of a limit is used up, as Graph said with this answer:
	// from 0.8 to 1.8, or 0 where it said nothing (Graph docs, throttling-limits:
	// x-ms-throttle-limit-percentage).
	Share float64
	// Limit is the limit that a 429 was for: Write, Read or ReadWrite, the second
	// part of x-ms-throttle-scope; empty where Graph did not say.
	Limit string
}
