package render

import (
	"cmp"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// Codes of the notes about waivers.
const (
	noteWaiver  = "waiver"
	noteUnused  = "waiver-unused"
	noteExpired = "waiver-expired"
)

// waives reports whether a waiver lifts a finding about a change.
func waives(c *plan.Change) bool {
	return slices.ContainsFunc(c.Decisions, func(d plan.Decision) bool { return d.Waiver != "" })
}

// goesBy reports whether a change is carried out only because of a waiver: one
// that lifts a warning alone would go ahead without it.
func goesBy(c *plan.Change) bool {
	return c.Verdict.Executable() && slices.ContainsFunc(c.Decisions, func(d plan.Decision) bool {
		return d.Waiver != "" && d.Level != plan.LevelWarn
	})
}

// parted are the changes that a waiver lets through, and those of which it lifts
// a warning only.
func parted(changes []*plan.Change) (through, hushed []*plan.Change) {
	for _, c := range changes {
		switch {
		case goesBy(c):
			through = append(through, c)
		case waives(c):
			hushed = append(hushed, c)
		}
	}
	return through, hushed
}

// A lifted is one waiver that lets changes go ahead: of which rule, and whose.
type lifted struct {
	rule, why safe
	users     []plan.UserID
	changes   int
}

// waivers tell by which waivers the changes go ahead, the one of the most first.
func (p pen) waivers(changes []*plan.Change) []*lifted {
	type key struct{ code, rule, why string }
	at := map[key]*lifted{}
	var out []*lifted
	for _, c := range changes {
		told := map[key]bool{}
		for _, d := range c.Decisions {
			k := key{d.Code, d.Rule, d.Waiver}
			if d.Waiver == "" || told[k] {
				continue
			}
			told[k] = true
			if at[k] == nil {
				at[k] = &lifted{rule: p.ruleName(d.Code, d.Rule), why: p.text(d.Waiver)}
				out = append(out, at[k])
			}
			at[k].users = append(at[k].users, c.User.ID)
			at[k].changes++
		}
	}
	slices.SortStableFunc(out, func(a, b *lifted) int {
		return cmp.Or(cmp.Compare(b.changes, a.changes), cmp.Compare(a.rule, b.rule), cmp.Compare(a.why, b.why))
	})
	return out
}

// waiverLines tell each waiver, with whom it let through.
func (s *account) waiverLines(all []*lifted) []entry {
	out := make([]entry, len(all))
	for i, l := range all {
		out[i] = entry{l.rule, []span{say(s.some(l.users)), in(caution, "; waived "), say(l.why)}}
	}
	return out
}

// byWaiver is the point of a plan's end that says what goes ahead only because
// somebody said so.
func (s *sheet) byWaiver() [][]span {
	through, hushed := parted(s.waived)
	var points [][]span
	if n := len(through); n > 0 {
		points = append(points, s.lifting(count(n, "change goes", "changes go")+" ahead by a waiver: ", through))
	}
	if n := len(hushed); n > 0 {
		points = append(points, s.lifting("Warnings of "+count(n, "change", "changes")+" are waived: ", hushed))
	}
	return points
}

// lifting names the waivers of some changes, and whose they are.
func (s *sheet) lifting(lead safe, changes []*plan.Change) []span {
	all := s.page.pen.waivers(changes)
	spans := []span{in(caution, lead)}
	shown := s.upTo(len(all), mostLosses)
	for i, l := range all[:shown] {
		if i > 0 {
			spans = append(spans, say("; "))
		}
		spans = append(spans, say(s.those(l.users)+", "+l.rule+", "+l.why))
	}
	if rest := len(all) - shown; rest > 0 {
		spans = append(spans, say("; and "+count(rest, "more waiver", "more waivers")+", "+s.more))
	}
	return append(spans, say("."))
}

// inForce counts the waivers of the folder, where there are any.
func (s *sheet) inForce() safe {
	used, unused, expired := s.noted(noteWaiver), s.noted(noteUnused), s.noted(noteExpired)
	var out []safe
	if n := used + unused; n > 0 {
		out = append(out, count(n, "waiver", "waivers")+" in force")
	}
	if unused > 0 {
		out = append(out, num(unused)+" of "+either(used+unused, "it", "them")+" unused")
	}
	if used+unused == 1 && unused == 1 {
		out[1] = "unused"
	}
	if expired > 0 {
		what := num(expired) + " expired"
		if len(out) == 0 {
			what = count(expired, "waiver has", "waivers have") + " expired"
		}
		out = append(out, what)
	}
	return commas(out)
}

// noteRemedy says what to do about a note that does not say it itself.
func noteRemedy(code string, text safe) safe {
	switch {
	case strings.Contains(string(text), "take it out"):
	case code == noteUnused:
		return "; take it out where nobody needs it"
	case code == noteExpired:
		return "; take it out, or give it a new end"
	}
	return ""
}

// wentAhead lists, after a run, what was sent by a waiver.
func (s *account) wentAhead() {
	var sent []*plan.Change
	for _, at := range []fate{done, unconfirmed, uncertain} {
		for _, o := range s.fates[at] {
			if c := s.changes[o]; c != nil {
				sent = append(sent, c)
			}
		}
	}
	through, hushed := parted(sent)
	var said []safe
	if n := len(through); n > 0 {
		said = append(said, count(n, "change", "changes")+" went ahead by a waiver")
	}
	if n := len(hushed); n > 0 {
		said = append(said, "warnings of "+count(n, "change", "changes")+" were waived")
	}
	if len(said) == 0 {
		return
	}
	s.heading("WAIVED", commas(said))
	all := append(s.page.pen.waivers(through), s.page.pen.waivers(hushed)...)
	shown := s.upTo(len(all), listedRows)
	s.entries(s.waiverLines(all[:shown]))
	s.rest(len(all)-shown, either(len(all)-shown, " waiver", " waivers"))
}

// some names people, by name and each once.
func (s *account) some(ids []plan.UserID) safe {
	ids = slices.Clone(ids)
	slices.SortFunc(ids, s.compare)
	ids = slices.Compact(ids)
	shown := s.upTo(len(ids), listedNames)
	list := make([]safe, shown)
	for i := range shown {
		list[i] = s.person(ids[i])
	}
	if n := len(ids) - shown; n > 0 {
		return commas(list) + " and " + glued(num(n)+" more") + " (see --details or the run's plan)"
	}
	return commas(list)
}
