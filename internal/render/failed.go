package render

import (
	"cmp"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// broke begins what a rule that could not be asked is said of.
const broke = "the rule "

// isFailure reports whether a finding is not of the change: the rule itself did
// not answer.
func isFailure(d plan.Decision) bool { return strings.HasPrefix(d.Message, broke) }

// A failure is a rule that gave no answer, and what came of it.
type failure struct {
	code, name, what string
	changes          int
}

// failures are the rules that gave no answer about a change, the worst first.
func failures(p *plan.Plan) []*failure {
	at := map[failure]*failure{}
	var out []*failure
	for i := range p.Changes {
		told := map[failure]bool{}
		for _, d := range p.Changes[i].Decisions {
			k := failure{code: d.Code, name: d.Rule, what: strings.TrimPrefix(d.Message, broke)}
			if !isFailure(d) || told[k] {
				continue
			}
			told[k] = true
			if at[k] == nil {
				one := k
				at[k] = &one
				out = append(out, &one)
			}
			at[k].changes++
		}
	}
	slices.SortStableFunc(out, func(a, b *failure) int {
		return cmp.Or(cmp.Compare(b.changes, a.changes), cmp.Compare(a.code, b.code), cmp.Compare(a.name, b.name), cmp.Compare(a.what, b.what))
	})
	return out
}

// failedRules counts them, each once whatever its messages.
func failedRules(all []*failure) int {
	seen := map[[2]string]bool{}
	for _, f := range all {
		seen[[2]string{f.code, f.name}] = true
	}
	return len(seen)
}

// mostFailures is how many different failures are told without Details.
const mostFailures = 5

// broken are the points about rules that gave no answer: the rule is the
// trouble there, not the person.
func (s *sheet) broken() [][]span {
	shown := s.upTo(len(s.failures), mostFailures)
	var points [][]span
	for _, f := range s.failures[:shown] {
		points = append(points, []span{
			in(danger, "rule "+s.ruleName(f.code, f.name)), in(danger, " "+s.cut(s.text(f.what), 200)),
			say(": " + count(f.changes, "change", "changes") + " denied. The rule is the trouble, not " + either(f.changes, "the person", "the people") + ". " + s.mend(f))})
	}
	if n := len(s.failures) - shown; n > 0 {
		points = append(points, []span{in(danger, "and "+num(n)+" more "+either(n, "failure", "failures")+" of rules"), say(", " + s.more)})
	}
	return points
}

// mend says what to do about a rule that gave no answer.
func (s *sheet) mend(f *failure) safe {
	for _, own := range s.plan.Inputs.Policy.Own {
		if own == f.name {
			return "Mend it in policies, then plan again."
		}
	}
	return "Plan again; if it stays so, report it."
}

// ownRules tell the rules of one's own from those that are built in.
func (s *sheet) ownRules() safe {
	in := s.plan.Inputs.Policy
	text := count(in.Rules, "rule", "rules")
	if len(in.Own) == 0 {
		return text
	}
	shown := s.upTo(len(in.Own), listedNames)
	list := make([]safe, shown)
	for i, name := range in.Own[:shown] {
		list[i] = s.name(name, "a rule without a name")
	}
	names := commas(list)
	if n := len(in.Own) - shown; n > 0 {
		names += " and " + glued(num(n)+" more")
	}
	return text + ": " + glued(num(max(in.Rules-len(in.Own), 0))+" built in") + ", " + glued(num(len(in.Own))+" of your own") + " (" + names + ")"
}

// failedNow says, in a row, which rule gave no answer.
func (s *sheet) failedNow(d plan.Decision) []span {
	return []span{in(danger, s.ruleName(d.Code, d.Rule)), say(": " + s.text(d.Message))}
}
