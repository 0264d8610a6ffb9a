package plan

import "time"

// A Table is a facts file: what Graph does not know of people, as a table with
// a row for each.
type Table struct {
	Name  string   // what the files call it, as `hr`
	File  string   // slash-separated, relative to the folder
	Key   TableKey // what tells the rows apart
	Place Place    // where reseat.yaml names it
	// MaxAge is how old the file may be; 0 is any age. An older one is unknown in
	// every row.
	MaxAge time.Duration
	// AsOf is of which moment the file is; ByColumn, ByCommit or ByTime tells how
	// that is known. It is zero where it is not known, which is a fault unless the
	// file may be of any age.
	AsOf   time.Time
	AsOfBy AsOf
	// Complete is true if who is not in the file has no such fact, rather than an
	// unknown one.
	Complete bool
	Columns  []string // as the file has them, without the key
	// Rows are the cells of Columns, trimmed, by id or name in lower case.
	Rows map[string][]string
}

// A TableKey is the column that names a row's person.
type TableKey string

// The keys of facts files.
const (
	KeyedByID   TableKey = "id"
	KeyedByName TableKey = "userPrincipalName"
)

// AsOf is how a file's age is known.
type AsOf string

// The sources of a file's age, best first.
const (
	ByColumn AsOf = "asOf column"       // the newest day in it
	ByCommit AsOf = "commit"            // the last that changed the file
	ByTime   AsOf = "modification time" // of the file
)
