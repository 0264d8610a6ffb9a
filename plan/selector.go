package plan

import (
	"strings"
	"unicode"
)

// A Selector chooses people by what is known of them: all of its terms must
// hold. It answers yes, no or unknown; see [Match].
type Selector struct {
	Terms []Term
	Place Place
}

// A Term is one key of a selector: any of its values, or, for the key Not, a
// selector that must not hold.
type Term struct {
	Key    Key
	Values []string // patterns with * and ?; trimmed; compared without case
	// None asks for an empty attribute (`department: none`).
	None bool
	Not  *Selector
	// OlderThan is the whole days of lastSignIn and created.
	OlderThan int
	// Facts are what a `fact` term asks of facts files; all must hold.
	Facts []FactTerm
	Place Place
}

// A FactTerm asks for one column of a facts file: any of Values, or a day
// before or after another. Before and After may stand together.
type FactTerm struct {
	Table, Column string
	Values        []string // patterns, as in a Term
	None          bool     // an empty cell
	Before, After *Date    // the cell's day is earlier, or later; not the same
	Place         Place
}

// A Date is a day of the calendar, or, where Day is empty, one so many days
// after today (before it, if negative).
type Date struct {
	Day    Day
	Offset int
}

// On is the day that is meant, seen from today.
func (d Date) On(today Day) Day {
	if d.Day != "" {
		return d.Day
	}
	return DayOf(today.Start().AddDate(0, 0, d.Offset))
}

// A Key is what a term asks for.
type Key string

// The keys of selectors. Boolean keys have the value "true" or "false".
const (
	KeyAccountEnabled Key = "accountEnabled"
	KeyUserType       Key = "userType"
	KeyDepartment     Key = "department"
	KeyJobTitle       Key = "jobTitle"
	KeyCompanyName    Key = "companyName"
	KeyCountry        Key = "country"
	KeyCity           Key = "city"
	KeyOfficeLocation Key = "officeLocation"
	KeyUsageLocation  Key = "usageLocation"
	KeyEmployeeType   Key = "employeeType"
	KeyDisplayName    Key = "displayName"
	KeyMail           Key = "mail"
	KeyUPN            Key = "userPrincipalName"
	KeySynced         Key = "onPremisesSyncEnabled"
	KeyResource       Key = "isResourceAccount"
	KeyMemberOf       Key = "memberOf"
	KeyHolds          Key = "holds"      // products: what the person will hold when the plan is done
	KeyRole           Key = "role"       // names or ids of directory roles, or "any"
	KeyMailbox        Key = "mailbox"    // a [Mailbox] each
	KeyLastSignIn     Key = "lastSignIn" // with OlderThan
	KeyCreated        Key = "created"    // with OlderThan
	KeyListed         Key = "listed"     // names of facts files
	KeyFact           Key = "fact"       // with Facts
	KeyNot            Key = "not"
	// KeyExtension is the prefix of extensionAttribute1 to 15.
	KeyExtension Key = "extensionAttribute"
)

// Bool reports whether the key takes true or false.
func (k Key) Bool() bool {
	return k == KeyAccountEnabled || k == KeySynced || k == KeyResource
}

// Groups returns the names and ids that memberOf terms of the selector use, in order of appearance.
func (s *Selector) Groups() []string {
	if s == nil {
		return nil
	}
	var groups []string
	for _, t := range s.Terms {
		if t.Key == KeyMemberOf {
			groups = append(groups, t.Values...)
		}
		groups = append(groups, t.Not.Groups()...)
	}
	return groups
}

// An answer is the set of things that may be true of a term: a bit each. A
// single bit is a sure answer.
//
// Absent is what an empty attribute answers to a list: no, and `not` of it is
// no as well (`department: none` asks for it).
type answer uint8

const (
	isNo answer = 1 << iota
	isAbsent
	isYes
	isUnknown = isNo | isYes
)

// truth is the answer as the world outside selectors sees it.
func (a answer) truth() Truth {
	switch {
	case a == isYes:
		return Yes
	case a&isYes == 0:
		return No
	}
	return Unknown
}

// not turns yes and no round and leaves absent as it is.
func (a answer) not() answer {
	return a&isAbsent | a&isNo<<2 | a&isYes>>2
}

// and is what may be true of both: the lesser of each pair, in the order no, absent, yes.
func (a answer) and(b answer) answer {
	var out answer
	for _, x := range [...]answer{isNo, isAbsent, isYes} {
		for _, y := range [...]answer{isNo, isAbsent, isYes} {
			if a&x != 0 && b&y != 0 {
				out |= min(x, y)
			}
		}
	}
	return out
}

// glob reports whether text matches a pattern with * and ?, without case.
func glob(pattern, text string) bool {
	if !strings.ContainsAny(pattern, "*?") {
		return strings.EqualFold(pattern, text)
	}
	return globFold(pattern, text)
}

// sameRune compares two runes without case, as strings.EqualFold does.
func sameRune(a, b rune) bool {
	if a == b {
		return true
	}
	for r := unicode.SimpleFold(a); r != a; r = unicode.SimpleFold(r) {
		if r == b {
			return true
		}
	}
	return false
}

// globFold matches by backtracking to the last star only, so it takes at most
// len(pattern) x len(text) steps.
func globFold(pattern, text string) bool {
	p, t := []rune(pattern), []rune(text)
	star, mark := -1, 0
	i, j := 0, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i] == '?' || sameRune(p[i], t[j])):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}
