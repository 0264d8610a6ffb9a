package plan

import (
	"context"
	"time"
)

// A Judge applies the rules; *policies.Engine is the real one. It sees facts
// and never reads them itself.
type Judge interface {
	// Changes returns the findings on each case, in the order of the cases and
	// sorted by code and message within one. An error means that the rules
	// could not be asked at all; a rule that fails or takes too long on one
	// case is a finding that denies it.
	Changes(ctx context.Context, cases []Case) ([][]Decision, error)
	// Plan returns the findings on the whole plan: guards that tripped.
	Plan(ctx context.Context, facts PlanFacts) ([]Decision, error)
	// Waivable reports whether a waiver may lift a decision of the rule that it names.
	Waivable(d Decision) bool
	// Remedy is what to do about findings of a rule, in words; empty if it does not say.
	Remedy(code string) string
}

// A Case is what the rules are told of one change: `input` of a rule.
type Case struct {
	Change CaseChange `json:"change"`
	Facts  Facts      `json:"facts"`
}

// A CaseChange is the change as the rules see it.
type CaseChange struct {
	ID      string     `json:"id"`
	Action  Action     `json:"action"`
	User    UserRef    `json:"user"`
	Product ProductRef `json:"product"`
	Held    Held       `json:"held"`
	Reason  Reason     `json:"reason"`
	// DataLoss is what the deciding statement says: deny, skip or accept.
	DataLoss DataLoss `json:"dataLoss"`
}

// Facts are computed by package plan for one change: `input.facts` of a rule.
type Facts struct {
	// Undo is true for the changes of an undo plan; R102, R103, R104 and R114 do not judge those.
	Undo bool `json:"undo"`
	// Source is direct, group, both, none, or unknown (R113).
	Source string `json:"source"`
	// Inherited is true where the statement that takes the seat names the product
	// or says all, so that a seat through a group is blocked (R105).
	Inherited bool `json:"inherited"`
	// Roles are the directory roles of the person.
	Roles []HeldRole `json:"roles"`
	// Protected is how the folder protects the person.
	Protected Protection `json:"protected"`
	// SelfService is what is known of how the product was bought.
	SelfService SelfServiceFact `json:"selfService"`
	// Loses are the services of which the person's last plan goes with the
	// request this change belongs to, if this change carries one: mailbox, files.
	Loses []string `json:"loses"`
	// Missing are wanted products that carry a service of this one and cannot
	// be given in the same request (R112).
	Missing []MissingReplacement `json:"missing"`
	// Unresolved are names on the closed list that decides which are nobody in
	// the tenant: somebody may be meant who would lose the seat (R207).
	Unresolved []string `json:"unresolved"`
	// Mailbox is what the person's mailbox is for, where Loses has it (R109).
	Mailbox MailboxFact `json:"mailbox"`
	// Hold is whether the facts file named holds lists the person (R106).
	Hold HoldFact `json:"hold"`
	// SignIn is the last sign-in of a person who loses the product (R108).
	SignIn SignInFact `json:"signIn"`
	// Swapped is true where the product is lost and another one is given in its
	// place: of a request with assigns as many removals as assigns are swaps, those
	// that share a service first, and free products aside. No limit counts those,
	// and R108 does not speak of them.
	Swapped bool `json:"swapped"`
	// NeededBy are products that the person keeps and that need a service plan
	// which goes with this change (R110).
	NeededBy []Dependent `json:"neededBy"`
	// Own is true at apply where the acting person would lose a licence (R111).
	Own bool `json:"own"`
	// Undone is the undo that gave back what this change would take, while the
	// statement that takes it is unchanged (R114); Run is empty where there is none.
	Undone UndoneFact `json:"undone"`
}

// A MailboxFact is what a person's mailbox is for.
type MailboxFact struct {
	// Kind is user, linked, shared, room, equipment, others, none, or another word
	// of Graph's; empty is unknown.
	Kind string `json:"kind"`
	// Why says, where Kind is unknown, why.
	Why string `json:"why"`
}

// A HoldFact is what the facts file named holds says of a person.
type HoldFact struct {
	// Supplied is false where reseat.yaml names no such file.
	Supplied bool  `json:"supplied"`
	Listed   Truth `json:"listed"` // null is unknown: the file is too old, or the name is two people's
	// Why says, where Listed is unknown, why.
	Why string `json:"why"`
}

// A SignInFact is how long ago somebody last signed in.
type SignInFact struct {
	Known bool `json:"known"`
	Days  int  `json:"days"` // whole days before the plan's moment; 0 where it is not known
	// Why says, where it is not known and the product is lost, why.
	Why string `json:"why"`
}

// A Dependent is a product that needs a service plan of another one.
type Dependent struct {
	Product ProductRef `json:"product"`
	Plan    string     `json:"plan"`  // the service plan of it that would no longer work
	Needs   string     `json:"needs"` // the service plan that goes
}

// An UndoneFact names the undo that gave a seat back.
type UndoneFact struct {
	Run string    `json:"run"`
	At  time.Time `json:"at,omitzero"`
}

// A HeldRole is a directory role of a person.
type HeldRole struct {
	ID   RoleID `json:"id"` // of the definition; the template id for built-in roles
	Name string `json:"name"`
	// How is direct, group (through a role-assignable group) or eligible (PIM).
	How   string `json:"how"`
	Group string `json:"group"` // the group's name, or empty
	// Unit is true for a role over an administrative unit only.
	Unit bool `json:"unit"`
	// Known is false where the directory did not show the role's definition: it
	// protects, as nobody knows what it is.
	Known bool `json:"known"`
	// Privileged is what the definition says, or is known of Microsoft's own role;
	// of a role that the tenant made null protects. BuiltIn is whether the role is on
	// the built-in list; Added and Excepted whether protect.roles names it.
	Privileged Truth `json:"privileged"`
	BuiltIn    bool  `json:"builtIn"`
	Added      bool  `json:"added"`
	Excepted   bool  `json:"excepted"`
}

// Protection is how protect.users and protect.match speak of a person.
type Protection struct {
	Listed  bool  `json:"listed"`
	Matched Truth `json:"matched"` // null is unknown, which protects
	// Place of the entry that protects, as file:line.
	Place string `json:"place"`
}

// A SelfServiceFact is what is known of how a product was bought.
type SelfServiceFact struct {
	// Class is settled (ours or takenOver say so), declared, department,
	// probable, or none.
	Class string `json:"class"`
	// Evidence is in words: who owns the subscriptions.
	Evidence string `json:"evidence"`
}

// A MissingReplacement is a wanted product that cannot be given.
type MissingReplacement struct {
	Product  ProductRef `json:"product"`
	Because  Because    `json:"because"`
	Services []string   `json:"services"` // what both carry
	// Instead is true where the product is wanted only as long as the copy is held
	// that the change takes: then the copy stays even if the seat comes through a
	// group as well.
	Instead bool `json:"instead"`
}

// PlanFacts are what the rules are told of the whole plan: `input` of a guard.
type PlanFacts struct {
	// Apply is true when the facts are those of an apply, over what is still ready.
	Apply bool `json:"apply"`
	// Undo is true for an undo plan: R201 to R204 and R208 do not judge it.
	Undo  bool      `json:"undo"`
	Actor ActorFact `json:"actor"`
	// Statements counts the folder's statements; 0 trips R204.
	Statements int `json:"statements"`
	// Removals are executable removals by which a counted seat is lost, swaps
	// and raised products taken out.
	Removals RemovalFacts `json:"removals"`
	// Products are the figures of each product that loses seats, sorted by id.
	Products []ProductFacts `json:"products"`
	Small    int            `json:"small"`
	// Assignments counts executable assigns, those of swaps too.
	Assignments     int `json:"assignments"`
	AssignmentLimit int `json:"assignmentLimit"`
	// Reads are for R206.
	Reads ReadFacts `json:"reads"`
	// Unresolved are names in keep, except or protect that are nobody (R207).
	Unresolved []Unresolved `json:"unresolved"`
	// Window is for R205.
	Window WindowFact `json:"window"`
}

// A WindowFact says whether the folder's windows let an apply send now.
type WindowFact struct {
	Given bool  `json:"given"` // there are windows
	Open  Truth `json:"open"`  // null is unknown, which is closed
	// Text tells it to people: until when it is open or closed, or what cannot be read.
	Text string `json:"text"`
}

// Closed reports whether nothing may be sent: the windows are shut, or it is not
// known.
func (w WindowFact) Closed() bool { return w.Given && w.Open != Yes }

// An ActorFact is the acting identity as R101 sees it.
type ActorFact struct {
	Kind             ActorKind `json:"kind"`
	Name             string    `json:"name"`
	RolesKnown       bool      `json:"rolesKnown"`
	PermissionsKnown bool      `json:"permissionsKnown"`
	Permissions      []string  `json:"permissions"`
	// Roles are tenant-wide roles: from the token and from the directory's
	// assignments; Assigns is true where the definition holds users/assignLicense.
	Roles []ActorRole `json:"roles"`
}

// An ActorRole is a role of the acting person.
type ActorRole struct {
	ID      RoleID `json:"id"`
	Name    string `json:"name"`
	Unit    bool   `json:"unit"`
	Assigns bool   `json:"assigns"`
}

// RemovalFacts are the figures of R201, R202 and R204. All are whole seats.
type RemovalFacts struct {
	Count   int `json:"count"`   // of this plan
	Recent  int `json:"recent"`  // taken in the last 24 hours, by the ledger
	Limit   int `json:"limit"`   // R201, raised already
	Seats   int `json:"seats"`   // all counted seats held directly: the base of R202 and R204
	Percent int `json:"percent"` // R202, raised already
	// All counts every lost seat that no raise covers, for R204.
	All int `json:"all"`
}

// ProductFacts are the figures of one product for R203.
type ProductFacts struct {
	Product  ProductRef `json:"product"`
	Removals int        `json:"removals"`
	Seats    int        `json:"seats"`   // held directly
	Percent  int        `json:"percent"` // raised already
	// Raised is true where a raise names the product: its removals are not in
	// the general figures, and Limit is how many it allows (R201).
	// Recent is how many the ledger took of it in the last 24 hours.
	Raised bool `json:"raised"`
	Limit  int  `json:"limit"`
	Recent int  `json:"recent"`
}

// ReadFacts are the figures of R206.
type ReadFacts struct {
	Users       int `json:"users"`       // read
	CountBefore int `json:"countBefore"` // what $count said, -1 if it was not asked
	CountAfter  int `json:"countAfter"`
	// Unheld are managed products with 5 or more consumed units of which no holder was read.
	Unheld []UnheldProduct `json:"unheld"`
}

// An UnheldProduct is a product that Graph counts as used and nobody was seen to hold.
type UnheldProduct struct {
	Product  ProductRef `json:"product"`
	Consumed int        `json:"consumed"`
	// Recent is how many of its seats our own ledger took within the hour.
	Recent int `json:"recent"`
}
