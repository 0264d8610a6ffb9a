package simulator

import (
	"encoding/json"
	"strconv"
	"time"
)

// The append functions write one JSON value each. Pages are written property
// by property, so that what was not selected costs nothing.

func appendString[S ~string](b []byte, s S) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			q, err := json.Marshal(string(s))
			if err != nil {
				panic(err) // strings always encode
			}
			return append(b, q...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// appendText writes null for an attribute that nobody filled in.
func appendText[S ~string](b []byte, s S) []byte {
	if s == "" {
		return append(b, "null"...)
	}
	return appendString(b, s)
}

func appendStrings[S ~string](b []byte, list []S) []byte {
	return appendList(b, list, appendString[S])
}

func appendList[T any](b []byte, list []T, one func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = one(b, v)
	}
	return append(b, ']')
}

func appendInt(b []byte, n int) []byte { return strconv.AppendInt(b, int64(n), 10) }

func appendBool(b []byte, v bool) []byte { return strconv.AppendBool(b, v) }

// appendTrueOrNull writes null for false: the service stores no false where
// nobody ever said true.
func appendTrueOrNull(b []byte, v bool) []byte {
	if v {
		return append(b, "true"...)
	}
	return append(b, "null"...)
}

func appendTime(b []byte, at time.Time) []byte {
	if at.IsZero() {
		return append(b, "null"...)
	}
	b = append(b, '"')
	b = at.UTC().AppendFormat(b, time.RFC3339Nano)
	return append(b, '"')
}

// A column is one property of a kind of object. One that an object lacks, which
// is not null, writes nil.
type column[T any] struct {
	name  string
	write func(b []byte, v T) []byte
}

// appendObject writes an object; annotation is a member without its comma, as
// in `"@odata.type":"…"`, or empty.
func appendObject[T any](b []byte, annotation string, cols []column[T], v T) []byte {
	b = append(b, '{')
	b = append(b, annotation...)
	first := annotation == ""
	for _, c := range cols {
		start := len(b)
		if !first {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, c.name...)
		b = append(b, '"', ':')
		if with := c.write(b, v); with != nil {
			b, first = with, false
		} else {
			b = b[:start]
		}
	}
	return append(b, '}')
}

// text, yesNo … make columns of fields.

func text[T any, S ~string](name string, field func(T) S) column[T] {
	return column[T]{name, func(b []byte, v T) []byte { return appendText(b, field(v)) }}
}

func number[T any](name string, field func(T) int) column[T] {
	return column[T]{name, func(b []byte, v T) []byte { return appendInt(b, field(v)) }}
}

func yesNo[T any](name string, field func(T) bool) column[T] {
	return column[T]{name, func(b []byte, v T) []byte { return appendBool(b, field(v)) }}
}

func yesOrNull[T any](name string, field func(T) bool) column[T] {
	return column[T]{name, func(b []byte, v T) []byte { return appendTrueOrNull(b, field(v)) }}
}

func moment[T any](name string, field func(T) time.Time) column[T] {
	return column[T]{name, func(b []byte, v T) []byte { return appendTime(b, field(v)) }}
}

func fixed[T any](name, json string) column[T] {
	return column[T]{name, func(b []byte, _ T) []byte { return append(b, json...) }}
}
