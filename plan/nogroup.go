package plan

import (
	"strconv"
	"strings"
)

// noSuchName is in the reason of a read that found no group of a name, or more
// than one.
const noSuchName = " this name"

// noGroups notices groups that selectors name and nothing in the tenant is
// called: misspelt, mostly. A group that could not be read for another reason
// is nobody's mistake.
func (b *bound) noGroups() {
	told := map[string]bool{}
	b.d.eachTerm(KeyMemberOf, func(t *Term) {
		for _, name := range t.Values {
			key := strings.ToLower(name)
			why := b.s.noGroup(name)
			if why == "" || told[key] {
				continue
			}
			told[key] = true
			b.notice(codeNoGroup, t.Place, "memberOf "+quote(name)+": "+why, "correct the name, or write the object id of the group")
		}
	})
}

// noGroup is why a name is no group's, as the read of groups says; empty where
// it is one's, or the service refused to tell.
func (s *Snapshot) noGroup(name string) string {
	for _, r := range s.Reads {
		if r.What != ReadGroups || r.Status != ReadDenied {
			continue
		}
		why, named := strings.CutPrefix(r.Reason, "group "+strconv.Quote(name)+": ")
		if named && strings.Contains(why, noSuchName) {
			return why
		}
	}
	return ""
}
