package render

import (
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// held says how a seat is held.
func held(c *plan.Change) safe {
	group := c.Held.ThroughGroup()
	switch {
	case c.Held.Direct && group:
		return "direct + group"
	case c.Held.Direct:
		return "direct"
	case group:
		return "group"
	case len(c.Held.Groups) > 0:
		return "group in error"
	case c.Action == plan.Assign:
		return "not held"
	}
	return "unknown"
}

// why says in a few words which statement decided.
func (s *sheet) why(c *plan.Change) safe {
	r := c.Reason
	said := s.cut(s.text(r.Statement), 60)
	switch {
	case r.Kind == plan.KindUndo && c.Action == plan.Unassign:
		said = "the run gave it"
	case r.Kind == plan.KindUndo && c.Action == plan.Assign:
		said = "the run took it"
	case r.Kind == plan.KindUndo:
		said = "the run adjusted it"
	case r.Kind == plan.KindUsers:
		said = "users entry"
	case r.Kind == plan.KindReplace:
		said = s.replacement(c)
	case r.Kind == plan.KindProducts && c.Action == plan.Unassign:
		said = "not in holders"
	case r.Kind == plan.KindProducts:
		said = "products entry"
	case r.Kind == plan.KindRules && said != "":
		said = "rule " + said
	case said == "" && r.Kind != "":
		said = s.cut(s.text(string(r.Kind)), 20) + " entry"
	case said == "":
		said = "no statement named"
	}
	mark, _ := markOf(c)
	if mark == "+" || mark == "~" || mark == "-" {
		return said
	}
	switch c.Action { // the mark tells the verdict here, not the deed
	case plan.Unassign:
		return said
	case plan.Assign:
		return "to assign: " + said
	case plan.Adjust:
		return "to adjust: " + said
	}
	return "to " + s.cut(s.text(string(c.Action)), 20) + ": " + said
}

// notable reports whether an effect is worth a line in the short form.
func notable(c *plan.Change, e plan.Effect) bool {
	switch {
	case e.RecoverableFor != "":
		return true
	case e.Kind == "seat": // that a seat becomes free is what every removal does
		return c.Held.ThroughGroup()
	}
	return e.Kind != "teams" && e.Kind != "office"
}

// beneath are the paragraphs under a row: findings, effects, and with Details
// all that is known of it.
func (s *sheet) beneath(c *plan.Change) [][]span {
	out := s.findings(c)
	var effects []span
	for _, e := range c.Effects {
		text := s.text(e.Text)
		if text == "" || !s.details && (!notable(c, e) || told(c, e)) {
			continue
		}
		if len(effects) > 0 {
			effects = append(effects, say("; "))
		}
		effects = append(effects, say(text))
	}
	if len(effects) == 0 && c.Action == plan.Adjust && c.Before != nil && c.After != nil {
		effects = []span{say("service plans switched off: " + num(len(c.Before.DisabledPlans)) + " -> " + num(len(c.After.DisabledPlans)))}
	}
	if len(effects) > 0 {
		out = append(out, effects)
	}
	if seen := s.seen(c); seen != "" {
		out = append(out, []span{in(faint, seen)})
	}
	if s.details {
		out = append(out, s.everything(c)...)
	}
	return out
}

// seen is what is known of the person: a mailbox that is not a person's own,
// and with Details the last sign-in.
func (s *sheet) seen(c *plan.Change) safe {
	if c.Seen == nil {
		return ""
	}
	var out []safe
	switch kind := c.Seen.Mailbox; kind {
	case "", plan.UserMailbox, plan.NoMailbox:
	default:
		if slices.ContainsFunc(c.Decisions, func(d plan.Decision) bool { return strings.HasPrefix(d.Message, string(kind)+" mailbox") }) {
			break // a rule says it
		}
		out = append(out, "the mailbox is of the kind "+s.cut(s.text(string(kind)), 20))
	}
	if s.details && !c.Seen.SignInAsked {
		out = append(out, signedIn(c)...)
	}
	return listed(out)
}

// signIn stands in the row: what the statement that decides asked of the person.
func (s *sheet) signIn(c *plan.Change) []span {
	if c.Seen == nil || !c.Seen.SignInAsked {
		return nil
	}
	var out []span
	for _, t := range signedIn(c) {
		out = append(out, say(" "), say(join+glued(t)))
	}
	return out
}

// signedIn says when the person last did, where it is known.
func signedIn(c *plan.Change) []safe {
	if c.Seen == nil || c.Seen.LastSignIn.IsZero() {
		return nil
	}
	return []safe{"last signed in " + day(c.Seen.LastSignIn)}
}

// findings are the decisions about a change, those of one rule in one paragraph.
func (s *sheet) findings(c *plan.Change) [][]span {
	var out [][]span
	for i, d := range c.Decisions {
		if c.Verdict == plan.Warn && isLight(d) {
			continue
		}
		spans := []span{say("; "), say(s.text(d.Message))}
		again := i > 0 && c.Decisions[i-1].Code == d.Code && c.Decisions[i-1].Level == d.Level
		switch {
		case isFailure(d):
			spans, again = s.failedNow(d), false
		case !again:
			spans = []span{in(inkOf(d), s.cut(s.text(d.Code), 32)), say(" "), say(s.text(d.Message))}
		}
		if w := s.text(d.Waiver); w != "" {
			spans = append(spans, in(caution, "; waived "), say(w))
		}
		if again {
			out[len(out)-1] = append(out[len(out)-1], spans...)
			continue
		}
		out = append(out, spans)
	}
	return out
}

// told reports whether a finding speaks already of what an effect says, as R107
// does of a mailbox.
func told(c *plan.Change, e plan.Effect) bool {
	subject, _, found := strings.Cut(e.Text, ":")
	for _, d := range c.Decisions {
		if strings.Contains(d.Message, e.Text) || found && subject != "" && d.Code == "R107" && strings.Contains(d.Message, subject+":") {
			return true
		}
	}
	return false
}

// inkOf is the ink of a finding's code: what a waiver lifts denies no more.
func inkOf(d plan.Decision) ink {
	if d.Waiver != "" {
		return caution
	}
	return levelInk(d.Level)
}

func levelInk(l plan.Level) ink {
	switch l {
	case plan.LevelDeny, plan.LevelGuard:
		return danger
	case plan.LevelBlocked:
		return faint
	}
	return caution
}

// everything is what only Details show: the names in full, and through which
// groups the seat comes.
func (s *sheet) everything(c *plan.Change) [][]span {
	who := s.or(c.User.UserPrincipalName, "no name") + " " + s.shortID(string(c.User.ID))
	if d := s.text(c.User.DisplayName); d != "" {
		who += ", " + d
	}
	if c.User.AccountEnabled == plan.Yes {
		who += ", account enabled"
	} else if c.User.AccountEnabled == plan.No {
		who += ", account disabled"
	} else {
		who += ", account enabled or not: unknown"
	}
	if name := s.text(c.Product.Name); name != "" && name != s.text(c.Product.PartNumber) {
		who += "; " + name
	}
	out := [][]span{{in(faint, who)}}
	for _, g := range c.Held.Groups {
		text := "through " + s.name(g.Name, s.shortID(string(g.ID))) + ": " + s.or(string(g.State), "state unknown")
		if g.Dynamic == plan.Yes {
			text += ", dynamic"
		}
		if g.Synced == plan.Yes {
			text += ", synced from on premises"
		}
		out = append(out, []span{in(faint, text)})
	}
	return out
}
