package plan

import (
	"cmp"
	"fmt"
	"time"
)

// A Desired is what a tenant's folder says: its settings and every statement,
// with the place of each. internal/desired reads it from YAML; [Bind] then
// resolves its names against a tenant.
//
// Text is trimmed and NFC-normalised; nothing is resolved, so products and
// people stand here as they were written.
type Desired struct {
	Settings Settings
	Keep     []Keep
	Remove   []Remove
	Users    []UserEntry
	Products []ProductEntry
	Rules    []Rule
	// RulesGiven is true if a `rules` key stands in the folder, even an empty
	// one: that is a statement (R204).
	RulesGiven bool
	// Tables are the facts files, by name.
	Tables []Table
	// Pins are the lines of people.lock, sorted by name; Locked is true if there
	// is such a file.
	Pins     []Pin
	Locked   bool
	Files    []File
	Revision string // of the folder in version control, or ""
}

// A File is one file that was read, with the SHA-256 of its bytes in hex.
type File struct {
	Path   string `json:"path"` // slash-separated, relative to the folder
	SHA256 string `json:"sha256"`
}

// A Place is where something stands in the folder's files; Line and Column
// count from 1.
type Place struct {
	File   string
	Line   int
	Column int
}

func (p Place) String() string {
	if p.File == "" {
		return "-"
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Compare orders places by file, line and column.
func (p Place) Compare(q Place) int {
	return cmp.Or(cmp.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
}

// A Fault is something wrong in the folder: where, what, and what to do.
// Faults are collected, so that all are shown at once.
type Fault struct {
	Place  Place
	Cause  string // lower case, no full stop
	Remedy string // what to do instead
}

func (f Fault) Error() string {
	if f.Remedy == "" {
		return f.Place.String() + ": " + f.Cause
	}
	return f.Place.String() + ": " + f.Cause + ": " + f.Remedy
}

// A Ref names a statement in messages and in the plan.
type Ref struct {
	Kind StatementKind
	Name string // what the author called it, or what it is about
	Place
}

// A StatementKind is the section a statement stands in.
type StatementKind string

// The sections, in the order in which they decide.
const (
	KindKeep     StatementKind = "keep"
	KindRemove   StatementKind = "remove"
	KindUsers    StatementKind = "users"
	KindProducts StatementKind = "products"
	KindRules    StatementKind = "rules"
	// KindReplace is for the replacements of a products entry, which come after
	// all of them.
	KindReplace StatementKind = "replace"
	// KindVia is for what `via: group` of a products entry asks of direct copies.
	KindVia StatementKind = "via"
	// KindSettings is for what manage.duplicates asks; no statement.
	KindSettings StatementKind = "settings"
	// KindUndo is for what an undo plan gives back; no statement.
	KindUndo StatementKind = "undo"
)

// A Name is a product, service plan, person, role or group as it was written, and where.
type Name struct {
	Text string
	Place
}

// Products is a list of products, or all managed ones.
type Products struct {
	All  bool
	List []Name
	Place
}

// A Who is one entry of a `who`, `except`, `holders` or `add` list: exactly
// one of a person (a user principal name or an object id), a selector, or
// everyone.
type Who struct {
	Person   string
	Selector *Selector
	Everyone bool
	Place
}

// A Span is the days on which a statement speaks, both inclusive and in UTC;
// a zero day is open.
type Span struct {
	From, Until Day
}

// Keep leaves people and products as they are; it wins over everything.
type Keep struct {
	Ref
	Who, Except []Who
	Products    Products
	Span        Span
	Reason      string
}

// Remove says that people shall not hold products.
type Remove struct {
	Ref
	Who, Except []Who
	Products    Products
	Span        Span
	DataLoss    DataLoss
	Reason      string
}

// A DataLoss is what a statement says about a last mailbox or file store (R107).
type DataLoss string

// Data-loss modes, strictest first.
const (
	LossDeny   DataLoss = "deny" // the default
	LossSkip   DataLoss = "skip"
	LossAccept DataLoss = "accept"
)

// A Wanted is a product that somebody shall hold.
type Wanted struct {
	Product Name
	// PlansGiven is true if disabledPlans was written, even as an empty list;
	// without it the service plans of a held seat are left alone.
	PlansGiven    bool
	DisabledPlans []Name
}

// A UserEntry is what one person shall hold: an exact set, or additions and removals.
type UserEntry struct {
	Ref
	Person   Name
	Exact    bool
	Licenses []Wanted // if Exact
	Add      []Wanted
	Remove   []Name
	Note     string
}

// A ProductEntry is who shall hold one product: a closed list of holders, and
// people who shall hold it also; how it shall be held; and what takes its place.
type ProductEntry struct {
	Ref
	Product Name
	Closed  bool // holders was written: who is not listed is not wanted
	Holders []Who
	Add     []Who
	Via     Via
	Replace []Replace
}

// Via is how seats of a product shall be held.
type Via string

// The ways. ViaAny is also what an entry without `via` says, as "".
const (
	ViaAny    Via = "any"
	ViaDirect Via = "direct"
	ViaGroup  Via = "group" // never given directly
)

// Replace says that people shall hold With where they would hold, or do hold,
// the product of its entry.
type Replace struct {
	Ref
	With        Name
	Who, Except []Who
}

// A Rule is what people who match shall hold: an exact set, or additions.
type Rule struct {
	Ref
	Match    Selector
	Exact    bool
	Licenses []Wanted // if Exact
	Add      []Wanted
}

// A Pin ties a name of the files to an object id, as people.lock has it.
type Pin struct {
	ID   UserID
	Name string
	Place
}

// A Day is a calendar day in UTC, as 2006-01-02; "" is none. Days compare as strings.
type Day string

// ParseDay checks a day.
func ParseDay(s string) (Day, error) {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "", fmt.Errorf("%q is not a day like 2027-01-31", clip(s))
	}
	return Day(s), nil
}

// DayOf is the day of t in UTC.
func DayOf(t time.Time) Day { return Day(t.UTC().Format(time.DateOnly)) }

// Start is the first moment of the day; Next that of the day after it.
func (d Day) Start() time.Time {
	t, _ := time.Parse(time.DateOnly, string(d))
	return t
}

// Next is the first moment after the day.
func (d Day) Next() time.Time { return d.Start().AddDate(0, 0, 1) }

// Speaks reports whether the span holds the day.
func (s Span) Speaks(d Day) bool {
	return (s.From == "" || s.From <= d) && (s.Until == "" || d <= s.Until)
}
