package simulator

import (
	"bytes"
	"maps"
	"net/http"
	"strings"
)

// A Fault is what [Options.Fault] wants to go wrong with a call. Only After
// lets the call take effect first; without it nothing is done.
type Fault struct {
	// Status replaces the answer; 0 with no Drop is a fault without effect.
	Status int
	// Header goes with it, as Retry-After does.
	Header http.Header
	// Body replaces the usual error body; one that begins with < is HTML.
	Body []byte
	// Drop sends no answer: the connection breaks, or the member is missing
	// from its batch.
	Drop bool
	// After carries the call out before it goes wrong.
	After bool
	// Omit leaves the member out of the answer to its batch, whose other members
	// are answered; what is no member of a batch is left alone.
	Omit bool
	// Truncate announces the whole body and sends half of it, of the real answer
	// if Status is 0. In a batch it is the member's body that is cut.
	Truncate bool
}

// attempt carries a call out by do, but for what is to go wrong with it.
func (t *Tenant) attempt(c *call, do func(*call) *answer) *answer {
	w := t.meet(c)
	if w != nil && c.outer != nil {
		c.outer.members = append(c.outer.members, w)
	}
	a := t.try(c, do)
	t.part(w, c, a)
	return a
}

func (t *Tenant) try(c *call, do func(*call) *answer) *answer {
	var f *Fault
	if t.o.Fault != nil {
		f = t.o.Fault(c.method, c.path)
	}
	if f == nil {
		f = t.faults.pick(c.method, c.path, c.member, t.chosen)
	}
	if f == nil {
		return do(c)
	}
	lost := f.Drop || f.Omit && c.member
	if !lost && f.Status == 0 && !f.Truncate {
		return do(c)
	}
	if f.After || f.Status == 0 && !lost {
		a := do(c)
		if f.Status == 0 && !lost {
			a.cut, a.foreign = true, true
			return a
		}
	}
	if lost {
		return &answer{dropped: true}
	}
	a := f.answer(c)
	a.cut, a.foreign = f.Truncate, a.foreign || f.Truncate
	return a
}

func (f *Fault) answer(c *call) *answer {
	a := &answer{status: f.Status, body: bytes.Clone(f.Body), header: map[string]string{}, foreign: true}
	if f.Body == nil {
		a = usual(f.Status).answer(c)
	}
	a.cost = 1
	if bytes.HasPrefix(f.Body, []byte("<")) {
		a.plain = true
		a.header["Content-Type"] = "text/html"
	}
	maps.Copy(a.header, flat(f.Header))
	return a
}

func flat(h http.Header) map[string]string {
	m := map[string]string{}
	for k, v := range h {
		m[http.CanonicalHeaderKey(k)] = strings.Join(v, ", ")
	}
	return m
}

// usual is the error body that comes with a status.
func usual(status int) *refusal {
	switch status {
	case http.StatusTooManyRequests:
		return refuse(status, "TooManyRequests", "Please retry again later.")
	case http.StatusConflict:
		return refuse(status, "Directory_ConcurrencyViolation", "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.")
	case http.StatusForbidden:
		return denied()
	case http.StatusInternalServerError:
		return refuse(status, "InternalServerError", "An internal error occurred.")
	case http.StatusServiceUnavailable:
		return refuse(status, "ServiceUnavailable", "The service is temporarily unavailable.")
	}
	return refuse(status, "UnknownError", "")
}
