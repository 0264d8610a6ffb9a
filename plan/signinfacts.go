package plan

import (
	"cmp"
	"strings"
	"time"
)

// recentUse is the rule that looks at sign-ins, as policy names it.
const recentUse = "recent-use"

// level is what policy says of a rule, or standard.
func (s *Settings) level(rule string, standard Level) Level {
	for _, p := range s.Policy {
		if !strings.EqualFold(p.Rule.Text, rule) {
			continue
		}
		switch l := p.Values["level"].(type) {
		case Level:
			return l
		case string:
			return Level(l)
		case nil:
			return standard
		}
		return LevelDeny
	}
	return standard
}

// signInMatters reports whether a rule asks for the last sign-in of who loses a product.
func (d *Desired) signInMatters() bool { return d.Settings.level(recentUse, LevelWarn) != LevelOff }

// signInOf is how long ago a person signed in who loses the product.
func (b *bound) signInOf(c *draft) SignInFact {
	if !c.Lost() {
		return SignInFact{}
	}
	last, ok := c.user.SignIn.Last()
	if !ok {
		return SignInFact{Why: b.matcher.unknownTerm(&Term{Key: KeyLastSignIn}, c.user)}
	}
	return SignInFact{Known: true, Days: max(0, int(b.matcher.now.Sub(last)/(24*time.Hour)))}
}

// unjudged notes of how many people, who lose a product, no rule looked at the
// last sign-in. Where that denies, the change says so itself.
func (m *Made) unjudged() []Note {
	if m.in.Desired.Settings.level(recentUse, LevelWarn) != LevelWarn {
		return nil
	}
	people := map[string]int{}
	for _, r := range m.diff.requests {
		why := ""
		for _, c := range r.drafts {
			if c.Verdict.Executable() && c.Lost() && !c.facts.Swapped && !c.facts.SignIn.Known {
				why = cmp.Or(c.facts.SignIn.Why, "last sign-in: not known")
			}
		}
		if why != "" {
			people[why]++
		}
	}
	if len(people) == 0 {
		return nil
	}
	total, whys := 0, sortedKeys(people)
	for i, why := range whys {
		total += people[why]
		whys[i] = strings.TrimPrefix(why, "last sign-in: ")
		if len(whys) > 1 {
			whys[i] += " (" + itoa(people[why]) + ")"
		}
	}
	whom := "1 person who loses a product"
	if total != 1 {
		whom = itoa(total) + " people who lose a product"
	}
	return []Note{{Code: recentUse, Text: "last sign-in not known of " + whom + ": " + strings.Join(whys, ", ") + "; R108 does not judge that"}}
}
