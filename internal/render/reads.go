package render

import (
	"cmp"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// readHolds is the facts file of people whose mailbox is on hold.
const readHolds = "holds"

// holds says whether it is known whose mailbox is on hold, and of when.
func (s *sheet) holds(r plan.Read) []span {
	why := s.text(r.Reason)
	switch r.Status {
	case plan.ReadComplete:
		text := "holds: " + count(r.Items, "person", "people")
		if why != "" {
			text += ", " + why
		}
		return []span{say(text)}
	case plan.ReadAbsent:
		return []span{say("holds: " + s.or(r.Reason, "not supplied"))}
	}
	return []span{in(caution, "holds: could not be used, so unknown"), say(parens(why) + "; " + s.without(readHolds))}
}

func parens(why safe) safe {
	if why == "" {
		return ""
	}
	return " (" + why + ")"
}

// without says what the rules do where something was not read, unless a note
// says so already.
func (s *sheet) without(what string) safe {
	switch what {
	case plan.ReadSignIns:
		if s.noted("recent-use") > 0 {
			return ""
		}
		return "R108 recent-use is not evaluated"
	case plan.ReadMailboxes:
		return "it needs MailboxSettings.Read. R109 takes them for shared where the account is disabled"
	case readHolds:
		return "R106 mailbox-hold denies what takes a last mailbox"
	}
	return ""
}

// unreadGroups are groups that the files name and of which it could not be told
// who is in them: a name that is misspelt, mostly.
func (s *sheet) unreadGroups() [][]span {
	var named []safe
	for _, r := range s.plan.Inputs.Snapshot.Reads {
		if (r.What == plan.ReadGroups || r.What == plan.ReadMembers) && r.Status == plan.ReadDenied && strings.HasPrefix(r.Reason, "group \"") {
			named = append(named, s.cut(s.text(strings.TrimPrefix(r.Reason, "group ")), 100))
		}
	}
	if len(named) == 0 {
		return nil
	}
	const most = 3
	shown := s.upTo(len(named), most)
	text := safe("")
	for i, n := range named[:shown] {
		if i > 0 {
			text += "; "
		}
		text += n
	}
	if n := len(named) - shown; n > 0 {
		text += "; and " + glued(num(n)+" more") + ", see READ"
	}
	return [][]span{{in(caution, count(len(named), "group that the files name is", "groups that the files name are")+" not known: "), say(text +
		". Statements about " + either(len(named), "it", "them") + " leave people as they are.")}}
}

// readName says what was read, for people.
func (s *sheet) readName(what string, n int) safe {
	switch what {
	case plan.ReadUsers:
		return either(n, "person", "people")
	case plan.ReadProducts:
		return either(n, "product", "products")
	case plan.ReadSubscriptions:
		return either(n, "subscription", "subscriptions")
	case plan.ReadRoles:
		return either(n, "role assignment", "role assignments")
	case plan.ReadEligibility:
		return either(n, "eligible role", "eligible roles")
	case plan.ReadGroups:
		return either(n, "group", "groups")
	case plan.ReadMembers:
		return either(n, "membership", "memberships")
	case plan.ReadGroupEligibility:
		return either(n, "eligible group member", "eligible group members")
	case plan.ReadDeleted:
		return either(n, "deleted person", "deleted people")
	case plan.ReadMailboxes:
		return either(n, "mailbox type", "mailbox types")
	case plan.ReadLicenseErrors:
		return either(n, "licence error", "licence errors")
	case readHolds:
		return either(n, "person on hold", "people on hold")
	case plan.ReadSignIns:
		return either(n, "sign-in date", "sign-in dates")
	}
	return s.cut(s.text(what), 30)
}

// readRank puts what readers look for first.
func readRank(what string) int {
	switch what {
	case plan.ReadUsers:
		return 0
	case plan.ReadProducts:
		return 1
	}
	return 2
}

// reads say what was looked at, what the tenant does not have, and what nobody could see.
func (s *sheet) reads() {
	snap := s.plan.Inputs.Snapshot
	var seen, absent []safe
	var unseen, holds []span
	reads := slices.Clone(snap.Reads)
	slices.SortStableFunc(reads, func(a, b plan.Read) int { return cmp.Compare(readRank(a.What), readRank(b.What)) })
	for _, r := range reads {
		switch {
		case r.What == readHolds:
			holds = s.holds(r)
		case r.Status == plan.ReadComplete:
			of := safe("")
			if r.What == plan.ReadUsers && snap.Of != 0 {
				of = " of " + num(snap.Of)
			}
			seen = append(seen, glued(num(r.Items)+of+" "+s.readName(r.What, r.Items)))
		case r.Status == plan.ReadAbsent:
			absent = append(absent, glued(s.readName(r.What, 0))+parens(s.without(r.What)))
		default:
			text := s.readName(r.What, 0)
			if why := s.text(r.Reason); why != "" {
				text += " (" + why + ")"
			}
			if w := s.without(r.What); w != "" {
				text += "; " + w
			}
			unseen = append(unseen, in(caution, text))
		}
	}
	if len(snap.Reads) == 0 {
		s.label("READ", say(count(snap.Users, "person", "people")+", nothing else is recorded"))
	} else {
		if len(seen) == 0 {
			seen = []safe{"nothing"}
		}
		s.label("READ", say(commas(seen)+", at "+minute(snap.ReadAt)))
	}
	if len(absent) > 0 {
		s.label("", say("not in this tenant: "+commas(absent)))
	}
	for i, u := range unseen {
		lead := say("could not be read, so unknown: ")
		if i > 0 {
			lead = say("and: ")
		}
		s.label("", in(caution, lead.text), u)
	}
	if len(holds) > 0 {
		s.label("", holds...)
	}
	if snap.BaselineAt == nil {
		s.label("", say("no apply is recorded, so whether others changed anything is unknown"))
	} else {
		s.label("", say("compared with the last apply, "+minute(*snap.BaselineAt)))
	}
	if b := s.plan.Inputs.Base; b != nil {
		s.label("", say("settings and rules from "+s.cut(s.or(b.Revision, "the base"), 40)))
	}
}
