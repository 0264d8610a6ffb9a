package render

import (
	"cmp"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// A part is a group of changes, in the order in which a person decides.
type part uint8

const (
	removing part = iota // what is carried out
	giving
	adjusting
	denied // what is not
	blocked
	parts // how many there are
)

// partOf is where a change is shown. A verdict that this version does not know
// is not executable, and stands among the blocked.
func partOf(c *plan.Change) part {
	switch {
	case c.Verdict == plan.Deny:
		return denied
	case !c.Verdict.Executable():
		return blocked
	case c.Action == plan.Assign:
		return giving
	case c.Action == plan.Adjust:
		return adjusting
	}
	return removing
}

// losesData reports whether a change that is carried out costs data.
func losesData(c *plan.Change) bool {
	if !c.Verdict.Executable() {
		return false
	}
	for _, e := range c.Effects {
		if e.RecoverableFor != "" {
			return true
		}
	}
	for _, d := range c.Decisions {
		if d.Code == "R107" {
			return true
		}
	}
	return false
}

// A tally is a plan counted anew from its changes, so that no line can say less
// than what stands in the file.
type tally struct {
	parts    [parts][]*plan.Change // each by name of the person, then as in the plan
	persons  [parts]int            // how many different ones
	losing   []plan.UserID         // who lose data, by name
	warned   int
	waived   []*plan.Change // that are carried out, and of which a waiver lifts a finding
	failures []*failure     // rules that gave no answer
	tripped  []plan.Guard   // guards of the plan that are not ok
	guarded  bool
	unknowns int // people of whom something was not evaluated
}

func newTally(p *plan.Plan, n names) tally {
	var t tally
	seen := [parts]map[plan.UserID]bool{}
	losing := map[plan.UserID]bool{}
	for i := range p.Changes {
		c := &p.Changes[i]
		at := partOf(c)
		if seen[at] == nil {
			seen[at] = map[plan.UserID]bool{}
		}
		seen[at][c.User.ID] = true
		t.parts[at] = append(t.parts[at], c)
		if c.Verdict == plan.Warn {
			t.warned++
		}
		if c.Verdict.Executable() && waives(c) {
			t.waived = append(t.waived, c)
		}
		if losesData(c) && !losing[c.User.ID] {
			losing[c.User.ID] = true
			t.losing = append(t.losing, c.User.ID)
		}
	}
	for i := range t.parts {
		t.persons[i] = len(seen[i])
		slices.SortStableFunc(t.parts[i], func(a, b *plan.Change) int { return n.compare(a.User.ID, b.User.ID) })
	}
	slices.SortFunc(t.losing, n.compare)
	for _, g := range p.Guards {
		if !g.OK && g.When != plan.AtApply {
			t.tripped = append(t.tripped, g)
		}
	}
	t.failures = failures(p)
	t.guarded = p.Summary.Verdict == plan.Guarded || len(t.tripped) > 0
	unknown := map[plan.UserID]bool{}
	for _, u := range p.NotEvaluated {
		unknown[u.User.ID] = true
	}
	t.unknowns = len(unknown)
	return t
}

// compare orders people by name, then by id.
func (n names) compare(a, b plan.UserID) int {
	return cmp.Or(strings.Compare(string(n.person(a)), string(n.person(b))), cmp.Compare(a, b))
}

// executable is how many changes would be carried out.
func (t tally) executable() int {
	return len(t.parts[removing]) + len(t.parts[giving]) + len(t.parts[adjusting])
}
