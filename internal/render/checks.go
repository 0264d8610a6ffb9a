package render

import (
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
	var ok, later, closed []span
	var all [][]span
	told := map[string]bool{} // limits per product that are summed up, by code
	for _, g := range s.plan.Guards {
		switch {
		case g.When == plan.AtApply:
			switch {
			case g.OK:
				later = append(later, say(glued(s.windowSaid(g))))
			case Opens(g) != "":
				closed = s.closed(g)
			default:
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
	if len(closed) > 0 {
		all = append(all, closed)
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
	s.label("RULES", say(s.ownRules()+", "+glued("sha256 "+s.digest(in.SHA256))))
	if w := s.inForce(); w != "" {
		s.label("", say(w))
	}
}

// digest shows the beginning of one, and with Details all of it.
func (p *page) digest(hex string) safe {
	all := p.or(hex, "unknown")
	if p.details {
		return p.cut(all, 64)
	}
	return safe(ansi.Truncate(string(all), 8, ""))
}
