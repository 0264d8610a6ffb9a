package render

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/reseat-cli/reseat/plan"
)

// A Redaction says how people are called where many can read.
type Redaction uint8

// How much of people is shown.
const (
	RedactNone Redaction = iota // their names
	RedactUPN                   // a***.h*** and the beginning of their ids
	RedactAll                   // the beginning of their ids alone
)

// redacted are the names with people as r calls them, each still told from all
// others.
func (n names) redacted(r Redaction, p *plan.Plan) names {
	if r == RedactNone || p == nil {
		return n
	}
	upns := map[plan.UserID]string{}
	see(p, func(u plan.UserRef) { upns[u.ID] = u.UserPrincipalName }, func(plan.ProductRef) {})
	ids := make([]string, 0, len(upns))
	for id := range upns {
		ids = append(ids, string(id))
	}
	slices.Sort(ids)
	n.people = make(map[plan.UserID]safe, len(ids))
	for id, tail := range n.pen.apart(ids) {
		if r == RedactUPN {
			tail = n.pen.masked(upns[plan.UserID(id)]) + join + tail
		}
		n.people[plan.UserID(id)] = tail
	}
	return n
}

// apart returns the beginning of each id: 8 characters, more for those that
// begin alike.
func (n pen) apart(ids []string) map[string]safe {
	alike := map[string][]string{}
	for _, id := range ids {
		head := id[:min(8, len(id))]
		alike[head] = append(alike[head], id)
	}
	out := make(map[string]safe, len(ids))
	for head, same := range alike {
		if len(same) == 1 {
			out[same[0]] = n.or(head, "no id")
			continue
		}
		for id, tail := range n.tails(same) {
			out[id] = tail
		}
	}
	return out
}

// masked is a user principal name of which only the first letters are left.
func (n pen) masked(upn string) safe {
	parts := strings.Split(local(upn), ".")
	var b strings.Builder
	for i, part := range parts[:min(len(parts), 3)] {
		if i > 0 {
			b.WriteByte('.')
		}
		if first, size := utf8.DecodeRuneInString(part); size > 0 {
			b.WriteRune(first)
		}
		b.WriteString("***")
	}
	return n.text(b.String())
}

// addresses takes what looks like an address, a name@domain, out of a text: who
// is not named must not stand in a message.
func addresses(s string) string {
	if !strings.Contains(s, "@") {
		return s
	}
	words := strings.Split(s, " ")
	for i, w := range words {
		if strings.Contains(w, "@") {
			words[i] = "***"
		}
	}
	return strings.Join(words, " ")
}
