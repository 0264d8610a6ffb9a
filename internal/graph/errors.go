package graph

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// What callers act upon; test with errors.Is.
var (
	// ErrDenied is Graph's 403 Authorization_RequestDenied: a permission is missing.
	ErrDenied = errors.New("permission denied")
	// ErrUnauthorized is a 401 that a renewed token did not cure.
	ErrUnauthorized = errors.New("token refused")
	// ErrIncomplete is a listing whose chain of pages broke, went round in
	// circles, left the root or had no end.
	ErrIncomplete = errors.New("listing is not complete")
	// ErrUnreachable is a call without a whole answer: no connection, or one
	// that broke. What became of the call is not known.
	ErrUnreachable = errors.New("no connection")
	// ErrGarbled is an answer that says yes and is not what Graph answers.
	ErrGarbled = errors.New("the answer cannot be read")
	// ErrTooLarge is an answer above the limits: bytes, depth of its JSON, or how
	// many values are in it.
	ErrTooLarge = errors.New("answer is too large")
)

// An Error is a call, or a member of a batch of reads, that Graph refused. A
// request of assignLicense that it refused is a [plan.Answer], not an error.
type Error struct {
	Op        string // what was being done, as in "read users"
	Status    int    // of HTTP
	Code      string // Graph's own, as in "Authorization_RequestDenied"; may be empty
	Message   string // Graph's, without control characters, clipped; may be empty
	RequestID string // for a support ticket; may be empty

	retryAfter time.Duration
	pressure   pressure
}

// Error says what was being done and what Graph said.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: graph answered %s", e.Op, e.Short())
	if e.Message != "" {
		fmt.Fprintf(&b, ": %s", e.Message)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request %s)", e.RequestID)
	}
	return b.String()
}

// Short returns status and code alone, as in "403 Authorization_RequestDenied".
func (e *Error) Short() string {
	if e.Code != "" {
		return fmt.Sprintf("%d %s", e.Status, e.Code)
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status)))
}

// Is lets errors.Is find [ErrDenied] and [ErrUnauthorized].
func (e *Error) Is(target error) bool {
	switch target {
	case ErrDenied:
		return e.Status == http.StatusForbidden && e.Code == "Authorization_RequestDenied"
	case ErrUnauthorized:
		return e.Status == http.StatusUnauthorized
	}
	return false
}

// A hushed error has the text of err without anything that must not be seen;
// err can still be asked for with errors.Is and errors.As.
type hushed struct {
	text string
	err  error
}

func (h *hushed) Error() string { return h.text }
func (h *hushed) Unwrap() error { return h.err }

// A lost error is a call without a whole answer: the connection failed. What
// became of the call is not known.
type lost struct {
	err   error
	final bool // no use in trying again
}

func (l *lost) Error() string { return l.err.Error() }
func (l *lost) Unwrap() error { return l.err }

// Is lets errors.Is find [ErrUnreachable].
func (l *lost) Is(target error) bool { return target == ErrUnreachable }

// A noToken error is a token source that gave none.
type noToken struct{ err error }

func (n *noToken) Error() string {
	var e *SignInError
	if errors.As(n.err, &e) { // says it
		return n.err.Error()
	}
	return "get a token: " + n.err.Error()
}

func (n *noToken) Unwrap() error { return n.err }

// reason says in few words, for [plan.Read], why a read failed.
func reason(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Short()
	}
	return err.Error()
}
