package render

import (
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// mostLosses is how many different losses are told without Details.
const mostLosses = 10

// beforeYouApprove is the danger block: what cannot be taken back, and what
// this plan does not do.
func (s *sheet) beforeYouApprove() {
	var points [][]span
	if s.guarded {
		points = append(points, []span{in(danger, "Nothing of this plan may be applied. "),
			say("See GUARDS for what tripped, and what to do.")})
	}
	points = append(points, s.notUndone()...)
	points = append(points, s.dangers()...)
	points = append(points, s.byWaiver()...)
	points = append(points, s.broken()...)
	points = append(points, s.warnings()...)
	if left := s.leftOut(); left != "" {
		points = append(points, []span{say(left)})
	}
	if s.unknowns > 0 {
		points = append(points, []span{say(count(s.unknowns, "person was", "people were") +
			" not evaluated, and " + either(s.unknowns, "keeps", "keep") + " what those statements are about.")})
	}
	points = append(points, s.unreadGroups()...)
	if n := s.noted("name-reused"); n > 0 {
		points = append(points, []span{say(count(n, "name in the files is somebody else's", "names in the files are somebody else's") +
			" now: nobody gets or loses anything by it until you say who is meant. See NOTES.")})
	}
	if n := s.noted("nobody", "deleted", "gone", "matches-nobody"); n > 0 {
		points = append(points, []span{say(count(n, "name or selector in the files is nobody", "names or selectors in the files are nobody") +
			" in the tenant. See NOTES.")})
	}
	if len(points) == 0 {
		return
	}
	s.blank()
	s.line(in(strong, "BEFORE YOU APPROVE"))
	for i, point := range points {
		no := safe(strconv.Itoa(i+1)) + ". "
		indent := 2 + no.wide()
		s.flow([]span{say("  " + no)}, indent, point...)
	}
}

// notUndone is what an undo cannot promise. Its notes say about whom.
func (s *sheet) notUndone() [][]span {
	var points [][]span
	for _, p := range [...]struct {
		code  string
		point safe
	}{
		{"no-journal", "No journal says what was done: this is made from what the tenant shows."},
		{"too-late", "What some people lost may be gone for good: its time is over."},
		{"no-seat", "Free seats are short: not everybody gets everything back."},
		{"not-assignable", "The tenant no longer has a product that is to be given back."},
		{"no-location", "Somebody has no usage location, and is refused until one is set."},
	} {
		if s.plan.Mode == plan.ModeUndo && s.noted(p.code) > 0 {
			points = append(points, []span{in(caution, p.point), say(" See NOTES.")})
		}
	}
	return points
}

// noted counts notes by their codes.
func (s *sheet) noted(codes ...string) int {
	n := 0
	for _, note := range s.plan.Notes {
		if slices.Contains(codes, note.Code) {
			n++
		}
	}
	return n
}

// dangers tell who loses what, people with the same loss together.
func (s *sheet) dangers() [][]span {
	groups := map[safe][]plan.UserID{}
	var texts []safe
	for _, id := range s.losing { // by name, so groups are in the order of their first
		text := s.losses(id)
		if groups[text] == nil {
			texts = append(texts, text)
		}
		groups[text] = append(groups[text], id)
	}
	var points [][]span
	shown := s.upTo(len(texts), mostLosses)
	for _, text := range texts[:shown] {
		points = append(points, []span{in(danger, s.those(groups[text])+": "), say(text)})
	}
	n := 0
	for _, text := range texts[shown:] {
		n += len(groups[text])
	}
	if n > 0 {
		points = append(points, []span{in(danger, "and "+num(n)+" more "+either(n, "person loses", "people lose")+" data"),
			say(", " + s.more)})
	}
	return points
}

// losingWarned counts the warned changes that the list of losses speaks of.
func (s *sheet) losingWarned() int {
	n := 0
	for i := range s.plan.Changes {
		if c := &s.plan.Changes[i]; c.Verdict == plan.Warn && losesData(c) {
			n++
		}
	}
	return n
}

// losses tells what one person loses.
func (s *sheet) losses(id plan.UserID) safe {
	var said []safe
	seen := map[safe]bool{}
	tell := func(t safe) {
		t = safe(strings.TrimRight(string(t), "."))
		if t != "" && !seen[t] {
			seen[t] = true
			said = append(said, t)
		}
	}
	least, whole := 0, true // days in which all can be given back
	for _, at := range []part{removing, giving, adjusting} {
		for _, c := range s.of(at, id) {
			felt := false
			for _, e := range c.Effects {
				if e.RecoverableFor == "" {
					continue
				}
				felt = true
				tell(s.text(e.Text))
				n, ok := wholeDays(e.RecoverableFor)
				whole = whole && ok
				if least == 0 || n < least {
					least = n
				}
			}
			for _, d := range c.Decisions {
				if d.Code == "R107" && !felt {
					whole = false
					tell(s.text(d.Message))
				}
			}
		}
	}
	if len(said) == 0 {
		return "loses data."
	}
	text := said[0]
	for _, t := range said[1:] {
		text += "; " + t
	}
	text += "."
	if whole && least > 0 && !strings.Contains(string(text), "given back") {
		text += " Giving the licence back within " + count(least, "day", "days") + " loses nothing."
	}
	return text
}

// wholeDays reads "P30D".
func wholeDays(term string) (int, bool) {
	days, ok := strings.CutPrefix(term, "P")
	if !ok {
		return 0, false
	}
	days, ok = strings.CutSuffix(days, "D")
	n, err := strconv.Atoi(days)
	return n, ok && err == nil && n > 0
}

// of are the changes of one person within one part. They stand together there.
func (s *sheet) of(at part, id plan.UserID) []*plan.Change {
	all := s.parts[at]
	from := sort.Search(len(all), func(i int) bool { return s.compare(all[i].User.ID, id) >= 0 })
	to := from
	for to < len(all) && all[to].User.ID == id {
		to++
	}
	return all[from:to]
}

// leftOut counts what the files ask for and this plan does not do.
func (s *sheet) leftOut() safe {
	x, b := len(s.parts[denied]), len(s.parts[blocked])
	tail := either(x+b, " It is not part of this plan; the files still ask for it.", " They are not part of this plan; the files still ask for them.")
	switch {
	case x > 0 && b > 0:
		return count(x, "change is", "changes are") + " denied and " + num(b) + " blocked." + tail
	case x > 0:
		return count(x, "change is", "changes are") + " denied." + tail
	case b > 0:
		return count(b, "change is", "changes are") + " blocked." + tail
	}
	return ""
}

// end says which plan this is, how long it may be applied, and what to type.
func (s *sheet) end(o Options) {
	p := s.plan
	valid := []span{say(glued("valid until " + minute(p.ValidUntil)))}
	if o.File != "" {
		valid = append([]span{in(strong, s.file(o)), say(join + join + " ")}, valid...)
	}
	s.blank()
	s.flow(nil, 2, valid...)
	s.flow(nil, 2, say(glued("id "+s.cut(s.or(p.ID, "unknown"), min(40, s.width-3)))), say(join+join+" "),
		say(glued("changes sha256:"+s.digest(p.Digests.Changes))))
	s.notYet(o)
	s.next(o)
}

// next prints the command to type, unbroken so that it can be copied.
func (p *page) next(o Options) {
	if o.Next != "" {
		p.line(in(strong, "next:"), say(" "), say(p.command(o, o.Next)))
	}
	if o.Or != "" {
		p.line(in(strong, "or:"), say("   "), say(p.command(o, o.Or)))
	}
}

// command is a command as it is to be typed. One that serves a simulated tenant
// asks none.
func (p *page) command(o Options, typed string) safe {
	if strings.HasPrefix(typed, "reseat sim ") {
		return p.text(typed)
	}
	return p.text(o.Before + typed)
}
