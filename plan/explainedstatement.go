package plan

// A Stance is what the statements say of one person and one product.
type Stance string

// The stances.
const (
	StanceNone    Stance = ""        // nobody speaks
	StanceKept    Stance = "kept"    // as it is
	StanceUnknown Stance = "unknown" // as it is, as a fact is not known
	StanceWant    Stance = "wanted"
	StanceNotWant Stance = "unwanted"
)

func (s stance) word() Stance {
	return [...]Stance{nobodys: StanceNone, kept: StanceKept, unevaluated: StanceUnknown, wanted: StanceWant, unwanted: StanceNotWant}[s]
}

// A Section is one section of the folder, asked by itself about one person and
// one product.
type Section struct {
	Section StatementKind `json:"section"`
	// Stance is what the section would decide if none stood above it.
	Stance Stance `json:"stance"`
	// Statements are those that are about the product and could speak of the
	// person, in the order in which they are asked.
	Statements []Heard `json:"statements"`
	// Others counts statements about the product that name other people only.
	Others int `json:"others"`
}

// Heard is what one statement says of the person and the product.
type Heard struct {
	Statement
	// Answer is whether it speaks; Says what it asks for then.
	Answer Truth  `json:"answer"`
	Says   Stance `json:"says"`
	// Decides: what it says is done. Overridden: it asks for something else than
	// the statement that decides, and would have been heard without that.
	Decides    bool `json:"decides"`
	Overridden bool `json:"overridden"`
	// Aside is why it is not heard although it may answer yes: its days, or
	// an earlier rule; empty otherwise.
	Aside string `json:"aside"`
	// DataLoss is what a remove says of a last mailbox or file store, Reason what
	// its author wrote; empty where they say nothing.
	DataLoss DataLoss `json:"dataLoss"`
	Reason   string   `json:"reason"`
	Asked    []Asked  `json:"asked"`

	at *Ref
}

// Asked is one list of a statement (who, except, holders, add) or its match.
type Asked struct {
	List   string `json:"list"`
	Answer Truth  `json:"answer"`
	// Entries are those that may be about the person: selectors, `everyone`, and
	// the person's own name.
	Entries []AskedEntry `json:"entries"`
	// Others counts names of other people; Nobody are names that nobody bears.
	Others int      `json:"others"`
	Nobody []string `json:"nobody"`
}

// An AskedEntry is one entry of a list: a name or `everyone`, or a selector by
// its terms.
type AskedEntry struct {
	Name   string      `json:"name"` // empty for a selector
	Line   int         `json:"line"`
	Answer Truth       `json:"answer"`
	Terms  []AskedTerm `json:"terms"`
	// Why is what keeps it from being known whom a name means.
	Why string `json:"why,omitempty"`
}

// An AskedTerm is one key of a selector: what it asks for, what the person has,
// and whether that is so.
type AskedTerm struct {
	Key    Key      `json:"key"`
	Asked  []string `json:"asked"`
	Has    string   `json:"has"` // empty: nothing, or not known
	Answer Truth    `json:"answer"`
	// Why is what keeps the answer from being known.
	Why string `json:"why,omitempty"`
	// Empty is true where the attribute is empty, which is neither in a list nor
	// in `not` of it.
	Empty bool `json:"empty,omitempty"`
	// Not are the terms that must not hold together, for the key not.
	Not []AskedTerm `json:"not,omitempty"`
}
