package plan

import "time"

// A Baseline is the tenant as the last apply left it: what a later plan tells
// drift from. It holds no names.
type Baseline struct {
	FormatVersion string    `json:"formatVersion"`
	Tenant        TenantID  `json:"tenant"`
	Plan          string    `json:"plan"` // digests.changes of the plan that was applied
	ReadAt        time.Time `json:"readAt"`
	Statements    []string  `json:"statements"` // hashes of all statements, sorted
	// Managed are the products that the folder managed then, sorted.
	Managed []SKU `json:"managed"`
	// People are those whom manage.people chose, sorted; nil is everyone.
	People []UserID       `json:"people,omitzero"`
	Seats  []BaselineSeat `json:"seats"` // managed direct seats, sorted by user and product
}

// A GivenBack is a seat that an undo gave back, or whose service plans it
// switched on again: what took it shall not take it again of itself (R114).
type GivenBack struct {
	User UserID    `json:"user"`
	SKU  SKU       `json:"skuId"`
	Run  string    `json:"run"` // the undo
	At   time.Time `json:"at"`
	// Statement is the hash of the statement that decided about the seat when it
	// was given back, or empty for nobody. Where another decides, nothing is held
	// against it.
	Statement string `json:"statement"`
}

// A BaselineSeat is one direct seat of a managed product.
type BaselineSeat struct {
	User          UserID   `json:"user"`
	SKU           SKU      `json:"skuId"`
	DisabledPlans []PlanID `json:"disabledPlans"`
	// Statement is the hash of the statement that decided about the seat, or empty for nobody.
	Statement string `json:"statement"`
}
