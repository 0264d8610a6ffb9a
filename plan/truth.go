package plan

import "fmt"

// A Truth is the answer to a question about a person: yes, no, or unknown
// because a fact could not be read. The zero value is Unknown, so that what
// nobody set is never taken for an answer.
type Truth uint8

// The three answers.
const (
	Unknown Truth = iota
	No
	Yes
)

// TruthOf turns a known bool into a Truth.
func TruthOf(b bool) Truth {
	if b {
		return Yes
	}
	return No
}

func (t Truth) String() string {
	switch t {
	case Yes:
		return "yes"
	case No:
		return "no"
	}
	return "unknown"
}

// MarshalJSON writes true, false or null.
func (t Truth) MarshalJSON() ([]byte, error) {
	switch t {
	case Yes:
		return []byte("true"), nil
	case No:
		return []byte("false"), nil
	}
	return []byte("null"), nil
}

// UnmarshalJSON reads true, false or null.
func (t *Truth) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case "true":
		*t = Yes
	case "false":
		*t = No
	case "null":
		*t = Unknown
	default:
		return fmt.Errorf("%q is not true, false or null", clip(string(b)))
	}
	return nil
}
