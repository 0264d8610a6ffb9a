package simulator

import (
	"regexp"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// A filter is a $filter on users that the tenant understands.
type filter struct {
	only  bool // at most one user matches: the one named
	name  string
	match func(*Tenant, *account) bool
}

// literal is an OData string in single quotes, ” being one quote.
const literal = `'((?:[^']|'')*)'`

// userFilter understands the forms that are documented for the calls of this
// client; anything else is refused, for an ignored filter is a wrong answer.
func userFilter(c *call) (filter, error) {
	f := filter{match: func(*Tenant, *account) bool { return true }}
	if !c.query.Has("$filter") {
		return f, nil
	}
	s := strings.TrimSpace(c.option("$filter"))
	if m := match(`(?:id|userPrincipalName) eq `+literal, s); m != nil {
		byID := strings.HasPrefix(s, "id")
		f.only, f.name = true, strings.ReplaceAll(m[1], "''", "'")
		if _, err := plan.ParseGUID(f.name); (err == nil) != byID {
			f.name = "" // no id is a name, no name an id
		}
		return f, nil
	}
	if m := match(`accountEnabled eq (true|false)`, s); m != nil {
		want := plan.TruthOf(m[1] == "true")
		f.match = func(_ *Tenant, a *account) bool { return a.user.AccountEnabled == want }
		return f, nil
	}
	if m := match(`assignedLicenses/any\(\s*(\w+)\s*:\s*(\w+)/skuId eq ([^\s']+)\s*\)`, s); m != nil && m[1] == m[2] {
		id, err := plan.ParseGUID(m[3])
		if err != nil {
			return f, invalidFilter(s)
		}
		f.match = func(t *Tenant, a *account) bool { return t.held(a).shows(plan.SKU(id)) }
		return f, nil
	}
	if m := match(countFilter, s); m != nil {
		if err := advanced(c); err != nil {
			return f, err
		}
		f.match = func(t *Tenant, a *account) bool { return (len(t.held(a).licences()) > 0) == (m[1] == "ne") }
		return f, nil
	}
	return f, invalidFilter(s)
}

const countFilter = `assignedLicenses/\$count (eq|ne) 0`

// advanced refuses a query that needs the indexed copy of the directory and
// does not say so.
func advanced(c *call) error {
	if !c.eventual() || c.option("$count") != "true" {
		return unsupportedQuery("The query requires the header ConsistencyLevel: eventual and $count=true, on every page.")
	}
	return nil
}

func invalidFilter(s string) error {
	return badQuery("Invalid filter clause: the simulated tenant does not understand '%s'.", s)
}

func match(pattern, s string) []string {
	return regexp.MustCompile(`^(?:` + strings.ReplaceAll(pattern, " ", `\s+`) + `)$`).FindStringSubmatch(s)
}
