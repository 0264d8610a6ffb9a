package apply

import (
	"math"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// The statuses of HTTP that mean something of their own here.
const (
	statusToken       = 401
	statusDenied      = 403
	statusNotFound    = 404
	statusTimeout     = 408
	statusConflict    = 409
	statusDependency  = 424
	statusThrottled   = 429
	statusUnavailable = 503
)

// A fate is what an answer says became of a request.
type fate int

const (
	carriedOut  fate = iota
	refused          // of this one request; asking again would not help
	notYet           // not carried out; may be sent again later
	notHeld          // not carried out: something to be taken is not there
	tokenDenied      // not carried out: nobody is let in
	lost             // whether it was carried out is not known
)

// A judgement is what an answer means.
type judgement struct {
	fate   fate
	class  plan.Class // no-seat where that is the reason
	advice string
}

// judge classifies an answer by its status and, since one code stands for
// every rule about licences, by the words of its message.
func judge(status int, code, message string) judgement {
	switch {
	case status >= 200 && status <= 299:
		return judgement{fate: carriedOut}
	case status == statusThrottled, status == statusDependency:
		return judgement{fate: notYet}
	case status == statusToken:
		return judgement{fate: tokenDenied, advice: "sign in again, then resume the run"}
	case status == statusTimeout, status < 400, status > 499:
		return judgement{fate: lost}
	}
	message = strings.ToLower(message)
	for _, r := range refusals() {
		if strings.Contains(message, r.words) {
			return judgement{fate: r.fate, class: r.class, advice: r.advice}
		}
	}
	return judgement{fate: refused, advice: adviceByStatus(status, code)}
}

// A refusal is a message that Graph is known to give.
type refusal struct {
	words  string // lower case, part of the message
	fate   fate
	class  plan.Class
	advice string
}

func refusals() []refusal {
	return []refusal{
		{"does not have a corresponding license", notHeld, "", "somebody else took the seat, or the directory is still catching up: make a new plan"},
		{"inherited from a group membership", refused, "", "the seat comes from a group: change who is a member of it"},
		{"does not correspond to a valid company license", refused, "", "the tenant no longer has this product: make a new plan"},
		{"does not have any available licenses", refused, plan.SeatGone, "buy a seat or free one, then make a new plan"},
		{"invalid usage location", refused, "", "set the person's usage location, then make a new plan"},
		{"depends on the service plan", refused, "", "another product of the person needs this one: take or give both in one plan"},
		{"mutually exclusive", refused, "", "two products hold the same service: say which of their plans stay off with disabledPlans"},
		{"conflict with plans in the new license", refused, "", "two products hold the same service: say which of their plans stay off with disabledPlans"},
		{"cannot be assigned to a user", refused, "", "this product belongs to the organisation as a whole: take it out of the files"},
		{"parameters of the operation", refused, "", "this is a fault of reseat: please report it with the request id"},
		{"cannot convert a primitive value", refused, "", "this is a fault of reseat: please report it with the request id"},
	}
}

// adviceByStatus is for messages that nobody knows.
func adviceByStatus(status int, code string) string {
	switch {
	case status == statusDenied:
		return "the acting identity may not change this person: see `reseat doctor`"
	case status == statusNotFound:
		return "the person no longer exists: make a new plan"
	case status == statusConflict:
		return "somebody else is changing the same person: make a new plan later"
	case code == "Directory_QuotaExceeded":
		return "the directory is full: ask an administrator to raise its quota"
	}
	return "read Graph's message; support needs the request id"
}

// backoff is how long to wait before a request is sent again: what Graph asked
// for, or else longer from try to try; never more than ten minutes.
func backoff(retryAfter float64, tries int) time.Duration {
	if math.IsNaN(retryAfter) || retryAfter <= 0 {
		return min(lostWait<<min(max(tries-1, 0), 10), maxWait)
	}
	if retryAfter >= maxWait.Seconds() {
		return maxWait
	}
	return time.Duration(math.Ceil(retryAfter*1000)) * time.Millisecond
}
