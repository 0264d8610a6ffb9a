package render

import (
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// windowCode is the guard that keeps an apply within the windows.
const windowCode = "R205"

// windowsAre begins what it says; its name says that already.
const windowsAre = "the windows are "

// opens is when the windows of a plan that is outside them open next, as the
// guard says it; empty where they are open, or nobody knows.
func opens(p *plan.Plan) string {
	for _, g := range p.Guards {
		if g.Code == windowCode && g.When == plan.AtApply && !g.OK {
			return Opens(g)
		}
	}
	return ""
}

// waits reports whether it is known until when the plan has to wait.
func (s *sheet) waits() bool { return opens(s.plan) != "" }

// Opens is when the windows open next, out of the message of the guard R205
// that keeps them; empty where it does not say.
func Opens(g plan.Guard) string {
	if g.Code != windowCode || g.OK {
		return ""
	}
	_, when, found := strings.Cut(g.Message, "closed until ")
	if !found {
		return ""
	}
	when, _, _ = strings.Cut(when, ";")
	return strings.TrimRight(strings.TrimSpace(when), ".")
}

// EndsBeforeItOpens reports whether a plan is outside the windows, and will
// surely not be valid any more when they open: there is nothing to wait for with it.
func EndsBeforeItOpens(p *plan.Plan) bool {
	when := opens(p)
	if len(when) < len("2006-01-02 15:04") || p.ValidUntil.IsZero() {
		return false
	}
	at, err := time.Parse("2006-01-02 15:04", when[:len("2006-01-02 15:04")])
	if err != nil {
		return false
	}
	const mostEast = 14 * time.Hour // no clock is further ahead of UTC
	return at.Add(-mostEast).After(p.ValidUntil)
}

// windowSaid is a guard that lets an apply pass, with until when.
func (s *sheet) windowSaid(g plan.Guard) safe {
	said := strings.TrimPrefix(g.Message, windowsAre)
	return s.guardName(g) + parens(s.cut(s.text(said), 120))
}

// closed says of a plan outside the windows that nothing is wrong with it.
func (s *sheet) closed(g plan.Guard) []span {
	said := strings.TrimPrefix(g.Message, windowsAre)
	m := s.cut(s.text(said), 160)
	what := safe(": this plan can be applied then")
	switch {
	case Opens(g) == "":
		what = "; a plan can be made at any time"
	case EndsBeforeItOpens(s.plan):
		what = ": this plan ends before, one made then can be applied"
	}
	return []span{say(glued("at apply: ")), in(caution, glued(s.guardName(g))), say(" " + m + what)}
}

// notYet says, above the next command, from when on it is of use.
func (s *sheet) notYet(o Options) {
	when := s.cut(s.text(opens(s.plan)), 60)
	switch {
	case when == "" || s.executable() == 0 || s.guarded:
	case EndsBeforeItOpens(s.plan):
		s.flow([]span{in(caution, "not now:"), say(" ")}, 2, say("the windows are closed until "+when+", when this plan is no longer valid. Make a new one then."))
	default:
		then := safe("")
		if o.Next != "" {
			then = " From then on:"
		}
		s.flow([]span{in(caution, "not now:"), say(" ")}, 2, say("the windows are closed until "+when+"."+then))
	}
}
