package render

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// recentUse is the rule that speaks for so many people that each of its
// findings has little weight: it stands in the row, and folds like plain rows.
const recentUse = "R108"

// ruleName is how a rule is called: code and name.
func (p pen) ruleName(code, name string) safe {
	c, n := p.cut(p.text(code), 32), p.cut(p.text(name), 40)
	switch {
	case c == "" && n == "":
		return "a rule"
	case c == "" || c == n:
		return glued(n)
	case n == "":
		return glued(c)
	}
	return glued(c + " " + n)
}

// isLight reports whether a finding is one of those that stand in the row.
func isLight(d plan.Decision) bool {
	return d.Code == recentUse && d.Level == plan.LevelWarn && d.Waiver == "" && !isFailure(d)
}

// ordinary reports whether a row is one of many that need no look of their own.
func ordinary(c *plan.Change) bool {
	if losesData(c) || waives(c) {
		return false
	}
	return c.Verdict == plan.Allow || c.Verdict == plan.Warn && len(c.Decisions) > 0 &&
		!slices.ContainsFunc(c.Decisions, func(d plan.Decision) bool { return !isLight(d) })
}

// light are the findings that stand in the row.
func (s *sheet) light(c *plan.Change) []span {
	if c.Verdict != plan.Warn {
		return nil
	}
	var out []span
	for _, d := range c.Decisions {
		if isLight(d) {
			out = append(out, say(" "), in(caution, join+s.cut(s.text(d.Code), 12)), say(glued(" "+s.cut(s.text(d.Message), 48))))
		}
	}
	return out
}

// A counted is how many changes a rule speaks of, and who.
type counted struct {
	code, name string
	changes    int
	people     map[plan.UserID]bool
	last       int // days since the last sign-in of any of them, or -1
}

// byRule counts changes by the rules that warn of them, the most first. What
// R107 warns of is told person by person, and left out.
func (s *sheet) byRule() (list []*counted, changes int) {
	type key struct{ code, name string }
	at := map[key]*counted{}
	for i := range s.plan.Changes {
		c := &s.plan.Changes[i]
		if c.Verdict != plan.Warn {
			continue
		}
		told := map[key]bool{}
		for _, d := range c.Decisions {
			k := key{d.Code, d.Rule}
			if d.Level != plan.LevelWarn || d.Waiver != "" || d.Code == "R107" || told[k] {
				continue
			}
			if at[k] == nil {
				at[k] = &counted{code: d.Code, name: d.Rule, people: map[plan.UserID]bool{}, last: -1}
				list = append(list, at[k])
			}
			if len(told) == 0 {
				changes++
			}
			told[k] = true
			at[k].changes++
			at[k].people[c.User.ID] = true
			if n := s.signedInAgo(c, d); n >= 0 && (at[k].last < 0 || n < at[k].last) {
				at[k].last = n
			}
		}
	}
	slices.SortStableFunc(list, func(a, b *counted) int {
		return cmp.Or(cmp.Compare(b.changes, a.changes), cmp.Compare(a.code, b.code), cmp.Compare(a.name, b.name))
	})
	return list, changes
}

// signedInAgo is how many days ago the person last signed in, or -1.
func (s *sheet) signedInAgo(c *plan.Change, d plan.Decision) int {
	if d.Code != recentUse {
		return -1
	}
	if c.Seen != nil && !c.Seen.LastSignIn.IsZero() && !s.plan.CreatedAt.Before(c.Seen.LastSignIn) {
		return int(s.plan.CreatedAt.Sub(c.Seen.LastSignIn) / (24 * time.Hour))
	}
	_, rest, _ := strings.Cut(d.Message, "signed in ")
	switch rest {
	case "today":
		return 0
	case "yesterday":
		return 1
	}
	days, _, found := strings.Cut(rest, " day")
	if n, err := strconv.Atoi(days); found && err == nil && n >= 0 {
		return n
	}
	return -1
}

// warnings are the point that counts what is warned of beside the losses.
func (s *sheet) warnings() [][]span {
	list, n := s.byRule()
	plainly := s.warned - s.losingWarned() // without a loss
	if n == 0 {
		left := plainly - s.waivedWarned()
		if left <= 0 {
			return nil
		}
		return [][]span{{say(count(left, "change carries", "changes carry") + " a warning, marked ! above.")}}
	}
	other := safe("")
	if s.warned > n {
		other = "other "
	}
	spans := []span{say(count(n, other+"change carries", other+"changes carry") + " a warning, marked ! above: ")}
	shown := s.upTo(len(list), mostLosses)
	for i, x := range list[:shown] {
		if i > 0 {
			spans = append(spans, say(", "))
		}
		text := s.ruleName(x.code, x.name)
		if len(list) > 1 {
			text = num(x.changes) + join + "by" + join + text
		}
		spans = append(spans, say(text), say(s.recently(x)))
	}
	if rest := len(list) - shown; rest > 0 {
		spans = append(spans, say(" and "+count(rest, "more rule", "more rules")+", "+s.more))
	}
	return [][]span{append(spans, say("."))}
}

// recently says of whom R108 speaks.
func (s *sheet) recently(x *counted) safe {
	if x.code != recentUse {
		return ""
	}
	text := " (" + glued(count(len(x.people), "person", "people"))
	switch {
	case x.last == 0:
		text += ", " + glued("the last signed in today")
	case x.last == 1:
		text += ", " + glued("the last signed in yesterday")
	case x.last > 0:
		text += ", " + glued("the last signed in "+count(x.last, "day", "days")+" ago")
	}
	return text + ")"
}

// waivedWarned counts changes without a loss that carry nothing but what a
// waiver left of a denial.
func (s *sheet) waivedWarned() int {
	n := 0
	for i := range s.plan.Changes {
		if c := &s.plan.Changes[i]; c.Verdict == plan.Warn && waives(c) && !losesData(c) {
			n++
		}
	}
	return n
}
