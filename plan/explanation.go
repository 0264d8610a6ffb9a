package plan

import "time"

// ExplanationKind is the kind of an [Explanation] as a document.
const ExplanationKind = "Explanation"

// An Explanation is why one person keeps, loses, gets or lacks products: every
// statement that could speak, what it answered, and by which facts.
//
// Its lists are sorted as people read them, decisive things first, and are
// never null. A [Truth] of null is unknown; then a `why` says what is not known.
type Explanation struct {
	FormatVersion string        `json:"formatVersion"`
	Kind          string        `json:"kind"` // Explanation
	Plan          string        `json:"plan"` // the id of the plan that it explains
	Tenant        Tenant        `json:"tenant"`
	Revision      string        `json:"revision"` // of the folder, or empty
	CreatedAt     time.Time     `json:"createdAt"`
	Snapshot      SnapshotInput `json:"snapshot"`
	Person        Person        `json:"person"`
	// Products are the managed ones that the person holds or may be given, or the
	// one that was asked for; by part number.
	Products []Explained `json:"products"`
	// Unmanaged are products that the person holds and that nothing is done
	// about; empty where one product was asked for.
	Unmanaged []ProductRef `json:"unmanaged"`
}

// A Person is what is known of somebody beside the products.
type Person struct {
	UserRef
	// Facts are the attributes that selectors can ask for and that are not empty,
	// in the order of their keys.
	Facts []Fact `json:"facts"`
	// Roles are the directory roles, also those that can be activated.
	Roles []HeldRole `json:"roles"`
	// Protected is how the folder protects the person; see R104.
	Protected Protection `json:"protected"`
	// InPeople is whether manage.people is about the person; yes where the folder
	// does not say. People is how that was found, empty then.
	InPeople Truth       `json:"inPeople"`
	People   []AskedTerm `json:"people"`
	// Waivers are those in force that are, or may be, for the person.
	Waivers []PersonWaiver `json:"waivers"`
}

// A PersonWaiver is a waiver and whether it is for a person. Unknown is no: it
// lifts nothing then.
type PersonWaiver struct {
	Rule    string      `json:"rule"`    // as it was written: a name or a code
	Product string      `json:"product"` // its part number; empty: every product
	Until   Day         `json:"until"`
	Reason  string      `json:"reason"`
	File    string      `json:"file"`
	Line    int         `json:"line"`
	Answer  Truth       `json:"answer"`
	Terms   []AskedTerm `json:"terms"` // how its selector was answered; empty without one
}

// A Fact is one thing known of a person. Why is what keeps it from being known.
type Fact struct {
	Key  Key    `json:"key"`
	Text string `json:"text"`
	Why  string `json:"why,omitempty"`
}

// Explained is one product of the person.
type Explained struct {
	Product ProductRef `json:"product"`
	Managed bool       `json:"managed"`
	// Outcome is what comes of it. Change is set where that is a change, and
	// Missing where a wanted seat is not given.
	Outcome Outlook  `json:"outcome"`
	Change  *Change  `json:"change"`
	Missing *Missing `json:"missing"`
	// Held is how the person holds it now; Unsourced is true where Graph does not
	// say from where, and Off are the service plans switched off by hand.
	Held      Held     `json:"held"`
	Unsourced bool     `json:"unsourced"`
	Off       []string `json:"disabledPlans"`
	// Stance is what was decided; Decided by which statement, or null where none
	// speaks; Overridden are statements below it that ask for the opposite.
	Stance     Stance      `json:"stance"`
	Decided    *Statement  `json:"decidedBy"`
	Overridden []Statement `json:"overrides"`
	// Unknown is what was not known, where that decided.
	Unknown string `json:"unknown"`
	// WantedOff are the service plans to be switched off; null where the
	// statement leaves them alone.
	WantedOff *[]string `json:"wantedDisabledPlans"`
	// Sections are those of the folder, in the order in which they decide.
	Sections []Section `json:"sections"`
	// Notes are what else there is to know.
	Notes []string `json:"notes"`
}

// An Outlook is what comes of one product of a person.
type Outlook string

// What can come of a product.
const (
	OutChange       Outlook = "change"
	OutMissing      Outlook = "missing"       // wanted, and not given
	OutInSync       Outlook = "in-sync"       // wanted and held
	OutNotHeld      Outlook = "not-held"      // not wanted, and not held
	OutKept         Outlook = "kept"          // by keep
	OutNotEvaluated Outlook = "not-evaluated" // stays as it is, as a fact is not known
	OutAsIs         Outlook = "as-is"         // no statement speaks
	OutCounted      Outlook = "counted"       // not wanted and held through a group: counted in inherited
	OutSkipped      Outlook = "skipped"       // not wanted, and kept by dataLoss: skip
	OutUnsourced    Outlook = "unsourced"     // Graph does not say from where it is held; left alone
	OutOutside      Outlook = "outside"       // the person is not in manage.people
	OutNotManaged   Outlook = "not-managed"
)

// UsageLocation is the person's, or empty.
func (p *Person) UsageLocation() string {
	for _, f := range p.Facts {
		if f.Key == KeyUsageLocation {
			return f.Text
		}
	}
	return ""
}
