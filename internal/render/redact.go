package render

// A Redaction says how people are called where many can read.
type Redaction uint8

// How much of people is shown.
const (
	RedactNone Redaction = iota // their names
	RedactUPN                   // a***.h*** and the beginning of their ids
	RedactAll                   // the beginning of their ids alone
)
