package render

import (
	"cmp"
	"slices"

	"github.com/charmbracelet/x/ansi"

	"github.com/reseat-cli/reseat/plan"
)

// label begins a line of the checks.
func (p *page) label(what safe, spans ...span) {
	const wide = 9
	p.flow([]span{in(strong, what), say(pad(wide - what.wide()))}, wide, spans...)
}

// checks print what stood guard, what judged, and what was looked at.
func (s *sheet) checks() {
	s.blank()
	s.guards()
	s.rules()
	s.reads()
}

// guards prints those that tripped, each with what to do, then the others in short.
func (s *sheet) guards() {
	var ok, later []span
	var all [][]span
	told := map[string]bool{} // limits per product that are summed up, by code
	for _, g := range s.plan.Guards {
		switch {
		case g.When == plan.AtApply:
			if g.OK {
				later = append(later, say(glued(s.guardName(g))+s.guardSays(g)))
			} else {
				all = append(all, s.guardAlarm("at apply, NOT OK:", caution, g))
			}
		case !g.OK:
			all = append(all, s.guardAlarm("TRIPPED", danger, g))
		case !s.details && len(s.guardsOfProducts(g)) > 1:
			if !told[g.Code] {
				told[g.Code] = true
				g.Subject = ""
				ok = append(ok, say(glued(s.guardName(g)+" ok for "+num(len(s.guardsOfProducts(g)))+" products")))
			}
		default:
			ok = append(ok, say(glued(s.guardName(g)+s.guardFigures(g)+" ok")))
		}
	}
	tripped := len(all)
	if len(ok) > 0 {
		all = append(all, s.dotted(ok))
	}
	if len(later) > 0 {
		all = append(all, append([]span{say(glued("at apply:")), say(" ")}, s.dotted(later)...))
	}
	if len(all) == 0 {
		all = [][]span{{in(caution, "none is recorded in this plan")}}
	}
	for i, spans := range all {
		s.label([]safe{"GUARDS", ""}[min(i, 1)], spans...)
		if i == tripped-1 {
			s.raise()
		}
	}
}

// guardAlarm says which guard tripped, how far, and what to do.
func (s *sheet) guardAlarm(word safe, i ink, g plan.Guard) []span {
	spans := []span{in(i, word), say(" "), in(i, glued(s.guardName(g))), say(glued(s.guardFigures(g)))}
	if m := s.text(g.Message); m != "" {
		spans = append(spans, say(": "+m))
	}
	if r := s.text(g.Remedy); r != "" {
		spans = append(spans, say(". To do: "+r))
	}
	return spans
}

// guardSays is what a guard that is ok tells all the same, with a space before it.
func (s *sheet) guardSays(g plan.Guard) safe {
	if m := s.text(g.Message); m != "" {
		return " (" + m + ")"
	}
	return ""
}

// guardsOfProducts are the limits per product that hold, of the code of g.
func (s *sheet) guardsOfProducts(g plan.Guard) []plan.Guard {
	var all []plan.Guard
	for _, other := range s.plan.Guards {
		if other.Code == g.Code && other.Subject != "" && other.OK && other.When != plan.AtApply {
			all = append(all, other)
		}
	}
	return all
}

func (s *sheet) guardName(g plan.Guard) safe {
	name := s.cut(s.text(g.Code), 12) + " " + s.cut(s.text(g.Name), 24)
	if g.Subject != "" {
		name += " " + s.cut(s.text(g.Subject), 30)
	}
	return name
}

// guardFigures say how near a limit is, as a share where the limit is one; with a space before them.
func (s *sheet) guardFigures(g plan.Guard) safe {
	switch {
	case g.OK && g.Percent != 0 && g.Value*100 > g.Percent*g.Of: // nobody looks at the share of so few
		return " " + num(g.Value) + " of " + atLeast(g) + num(g.Of) + " (within limits.small)"
	case g.Percent != 0 || g.Of != 0:
		return " " + num(g.Value) + " of " + atLeast(g) + num(g.Of) + ", " + share(g.Value, g.Of, !g.OK) + " (limit " + num(g.Percent) + join + "%)"
	case !g.OK && (g.Limit != 0 || g.Value != 0):
		return " " + num(g.Value) + recent(g) + " (limit " + num(g.Limit) + ")"
	case g.Limit != 0 || g.Value != 0:
		return " " + num(g.Value) + recent(g) + " of " + atLeast(g) + num(g.Limit)
	}
	return ""
}

// atLeast stands before a number of seats of which not all were read.
func atLeast(g plan.Guard) safe {
	if g.AtLeast {
		return "at least "
	}
	return ""
}

// recent says how much of a figure is not of this plan.
func recent(g plan.Guard) safe {
	if g.Recent == 0 {
		return ""
	}
	return " (" + num(g.Recent) + " of them in the last 24 hours)"
}

func (s *sheet) rules() {
	in := s.plan.Inputs.Policy
	own := safe("")
	if len(in.Own) > 0 {
		own = s.ownRules(in.Own) + " of them one's own, "
	}
	s.label("RULES", say(count(in.Rules, "rule", "rules")+", "+own+"sha256 "+s.digest(in.SHA256)))
}

// ownRules are the names of rules of one's own; of many, as many as one reads.
func (s *sheet) ownRules(names []string) safe {
	most := 3
	if s.details || len(names) == most+1 {
		most = len(names)
	}
	var out []safe
	for _, n := range names[:min(most, len(names))] {
		out = append(out, glued(s.cut(s.text(n), 40)))
	}
	if more := len(names) - len(out); more > 0 {
		out = append(out, glued(num(more)+" more"))
	}
	return commas(out)
}

// digest shows the beginning of one, and with Details all of it.
func (p *page) digest(hex string) safe {
	all := p.or(hex, "unknown")
	if p.details {
		return p.cut(all, 64)
	}
	return safe(ansi.Truncate(string(all), 8, ""))
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
	var unseen []span
	reads := slices.Clone(snap.Reads)
	slices.SortStableFunc(reads, func(a, b plan.Read) int { return cmp.Compare(readRank(a.What), readRank(b.What)) })
	for _, r := range reads {
		switch r.Status {
		case plan.ReadComplete:
			of := safe("")
			if r.What == plan.ReadUsers && snap.Of != 0 {
				of = " of " + num(snap.Of)
			}
			seen = append(seen, glued(num(r.Items)+of+" "+s.readName(r.What, r.Items)))
		case plan.ReadAbsent:
			absent = append(absent, glued(s.readName(r.What, 0)))
		default:
			text := s.readName(r.What, 0)
			if why := s.text(r.Reason); why != "" {
				text += " (" + why + ")"
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
	if snap.BaselineAt == nil {
		s.label("", say("no apply is recorded, so whether others changed anything is unknown"))
	} else {
		s.label("", say("compared with the last apply, "+minute(*snap.BaselineAt)))
	}
	if b := s.plan.Inputs.Base; b != nil {
		s.label("", say("settings and rules from "+s.cut(s.or(b.Revision, "the base"), 40)))
	}
}
