package simulator

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A FaultRule is a [Fault] and the calls that it befalls.
type FaultRule struct {
	// Method and Path say which calls; empty is any. In Path, which is without
	// "/v1.0" and query, * stands for any text within a segment, and a last
	// segment of ** for all that follows.
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`
	// Skip lets the first calls pass; then Count of them go wrong, or all if it
	// is 0, each with Probability, or surely if that is 0.
	Skip        int     `json:"skip,omitempty"`
	Count       int     `json:"count,omitempty"`
	Probability float64 `json:"probability,omitempty"`

	// The rest is as in Fault. HTML is a body of HTML, Empty one of nothing.
	Status   int               `json:"status,omitempty"`
	Header   map[string]string `json:"header,omitempty"`
	Body     string            `json:"body,omitempty"`
	HTML     bool              `json:"html,omitempty"`
	Empty    bool              `json:"empty,omitempty"`
	Drop     bool              `json:"drop,omitempty"`
	After    bool              `json:"after,omitempty"`
	Omit     bool              `json:"omit,omitempty"`
	Truncate bool              `json:"truncate,omitempty"`
}

// ParseFault reads a rule as a flag has it: parts between colons, in any order.
// A part is a status (429), a call ("POST /users/*/assignLicense", "GET" or
// "/users"), a word of drop, after, omit, html, empty and truncate, or a setting:
// retry-after=2.5, count=3, skip=2, p=0.1. A rule with omit is about members of
// batches alone.
//
//	429:POST /users/*/assignLicense:retry-after=2.5:count=3:p=0.1
//	drop:after:POST /users/*/assignLicense:count=1
//	omit:after:POST /users/*/assignLicense:p=0.01
func ParseFault(s string) (FaultRule, error) {
	var f FaultRule
	for part := range strings.SplitSeq(s, ":") {
		if err := f.part(strings.TrimSpace(part)); err != nil {
			return FaultRule{}, fmt.Errorf("fault %q: %w", s, err)
		}
	}
	if err := f.check(); err != nil {
		return FaultRule{}, fmt.Errorf("fault %q: %w", s, err)
	}
	return f, nil
}

func (f *FaultRule) part(s string) error {
	method, path, both := strings.Cut(s, " ")
	switch {
	case s == "":
		return errors.New("it has an empty part; say for instance 503:GET /users")
	case strings.HasPrefix(s, "/"):
		f.Path = s
		return nil
	case isMethod(method) && (!both || strings.HasPrefix(path, "/")):
		f.Method, f.Path = method, path
		return nil
	}
	if n, err := strconv.Atoi(s); err == nil {
		f.Status = n
		return nil
	}
	if name, v, ok := strings.Cut(s, "="); ok {
		return f.setting(name, v)
	}
	word, ok := map[string]*bool{"drop": &f.Drop, "after": &f.After, "omit": &f.Omit, "html": &f.HTML, "empty": &f.Empty, "truncate": &f.Truncate}[s]
	if !ok {
		return fmt.Errorf("%q is no status, call, word (drop, after, omit, html, empty, truncate) or setting (retry-after=, count=, skip=, p=)", s)
	}
	*word = true
	return nil
}

func isMethod(s string) bool {
	return slices.Contains([]string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete, http.MethodPut}, s)
}

func (f *FaultRule) setting(name, v string) error {
	var err error
	switch name {
	case "retry-after":
		f.Header = map[string]string{"Retry-After": v}
	case "count":
		f.Count, err = strconv.Atoi(v)
	case "skip":
		f.Skip, err = strconv.Atoi(v)
	case "p":
		f.Probability, err = strconv.ParseFloat(v, 64)
	default:
		return fmt.Errorf("there is no setting %q; there are retry-after, count, skip and p", name)
	}
	if err != nil {
		return fmt.Errorf("%s=%s is no number", name, v)
	}
	return nil
}

// check refuses rules that would do nothing, or that cannot be.
func (f FaultRule) check() error {
	switch {
	case f.Status != 0 && (f.Status < 400 || f.Status > 599):
		return fmt.Errorf("status %d is not from 400 to 599", f.Status)
	case f.Status == 0 && !f.Drop && !f.Omit && !f.Truncate:
		return errors.New("nothing goes wrong; give a status, drop, omit or truncate")
	case f.Omit && (f.Status != 0 || f.Drop || f.Truncate):
		return errors.New("an answer that is left out of its batch has no status, and is neither dropped nor truncated")
	case f.Drop && (f.Status != 0 || f.Truncate):
		return errors.New("a dropped answer has no status and cannot be truncated")
	case f.Status == 0 && (f.HTML || f.Empty || f.Body != ""):
		return errors.New("a body needs a status")
	case f.HTML && f.Empty, f.Body != "" && (f.HTML || f.Empty):
		return errors.New("it has more than one body")
	case !(f.Probability >= 0 && f.Probability <= 1):
		return fmt.Errorf("probability %v is not from 0 to 1", f.Probability)
	case f.Count < 0 || f.Skip < 0:
		return errors.New("count and skip cannot be negative")
	case f.Method != "" && !isMethod(f.Method):
		return fmt.Errorf("%q is no method of Graph", f.Method)
	case f.Path != "" && !strings.HasPrefix(f.Path, "/"):
		return fmt.Errorf("path %q does not begin with /", f.Path)
	}
	for name, v := range f.Header {
		if name == "" || strings.ContainsAny(name+v, "\r\n\x00") || strings.ContainsAny(name, " :") {
			return fmt.Errorf("header %q is not one", name)
		}
	}
	return nil
}

// fault is what a rule does to a call.
func (f FaultRule) fault() *Fault {
	made := &Fault{Status: f.Status, Drop: f.Drop, Omit: f.Omit, After: f.After, Truncate: f.Truncate}
	switch {
	case f.HTML:
		made.Body = []byte("<html><head><title>" + strconv.Itoa(f.Status) + " " + http.StatusText(f.Status) + "</title></head><body>The gateway has no answer.</body></html>\r\n")
	case f.Empty:
		made.Body = []byte{}
	case f.Body != "":
		made.Body = []byte(f.Body)
	}
	if len(f.Header) > 0 {
		made.Header = http.Header{}
		for k, v := range f.Header {
			made.Header.Set(k, v)
		}
	}
	return made
}

// faults are the rules in force.
type faults struct {
	mu    sync.Mutex
	rules []*activeRule
}

type activeRule struct {
	FaultRule
	seen, done int
}

func (f *faults) add(rules []FaultRule) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range rules {
		f.rules = append(f.rules, &activeRule{FaultRule: r})
	}
}

func (f *faults) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = nil
}

func (f *faults) list() []FaultRule {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := []FaultRule{}
	for _, r := range f.rules {
		all = append(all, r.FaultRule)
	}
	return all
}

// pick returns what the first rule that strikes does to a call, which may be a
// member of a batch, or nil.
func (f *faults) pick(method, path string, member bool, strikes func(float64) bool) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	path = strings.TrimPrefix(path, "/v1.0")
	for _, r := range f.rules {
		if r.Omit && !member || r.Method != "" && r.Method != method || r.Path != "" && !glob(r.Path, path) {
			continue
		}
		if r.seen++; r.seen <= r.Skip || r.Count > 0 && r.done >= r.Count {
			continue
		}
		if r.Probability > 0 && !strikes(r.Probability) {
			continue
		}
		r.done++
		return r.fault()
	}
	return nil
}

// glob reports whether a path fits a pattern, segment by segment.
func glob(pattern, path string) bool {
	ps, ss := strings.Split(pattern, "/"), strings.Split(path, "/")
	for i, p := range ps {
		if p == "**" && i == len(ps)-1 {
			return len(ss) > i
		}
		if i >= len(ss) || !segment(p, ss[i]) {
			return false
		}
	}
	return len(ps) == len(ss)
}

func segment(pattern, s string) bool {
	first, rest, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == s
	}
	s, ok := strings.CutPrefix(s, first)
	if !ok {
		return false
	}
	parts := strings.Split(rest, "*")
	for _, p := range parts[:len(parts)-1] {
		i := strings.Index(s, p)
		if i < 0 {
			return false
		}
		s = s[i+len(p):]
	}
	return strings.HasSuffix(s, parts[len(parts)-1])
}
