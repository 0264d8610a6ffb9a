package render

import (
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// calls is how a page calls a statement that another overrode.
func (s *sheet) calls(o plan.Statement) safe {
	name := s.cut(s.text(o.Statement), 40)
	switch {
	case o.Kind == plan.KindUsers:
		return "users entry"
	case o.Kind == plan.KindProducts:
		return "products entry"
	case o.Kind == plan.KindRules && name != "":
		return "rule " + name
	case name == "" && o.Kind != "":
		return s.cut(s.text(string(o.Kind)), 20) + " entry"
	case name == "":
		return "a statement"
	}
	return name
}

// over names the statements that want the opposite of what decided.
func (s *sheet) over(r plan.Reason) []span {
	var out []span
	for i, o := range r.Overrides {
		lead := safe("over ")
		if i > 0 {
			lead = "and "
		}
		text := glued(lead + s.calls(o))
		if place := s.place(o.File, o.Line); place != "" {
			text += join + place
		}
		out = append(out, say(" "), in(faint, join+text))
	}
	return out
}

// replacement says what takes the place of a product, or whose place it takes:
// the row names the other one.
func (s *sheet) replacement(c *plan.Change) safe {
	names, found := strings.CutPrefix(c.Reason.Statement, "replace ")
	from, with, both := strings.Cut(names, " with ")
	switch {
	case !found || !both:
		return s.cut(s.or(c.Reason.Statement, "replace"), 60)
	case c.Action == plan.Unassign:
		return "replace with " + s.cut(s.text(with), 40)
	}
	return "replaces " + s.cut(s.text(from), 40)
}
