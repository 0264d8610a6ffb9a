package render

import (
	"cmp"
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// inOrder are the changes of a part as they are shown: first those of people who
// lose data by it, then of people with a row that needs a look of its own, then
// the many others. The rows of one person stand together.
func (s *sheet) inOrder(at part) []*plan.Change {
	if at != removing {
		return s.parts[at]
	}
	const losing, special, usual = 0, 1, 2
	rank := map[plan.UserID]int{}
	for _, c := range s.parts[at] {
		r := usual
		switch {
		case losesData(c):
			r = losing
		case !ordinary(c):
			r = special
		}
		if before, known := rank[c.User.ID]; known {
			r = min(r, before)
		}
		rank[c.User.ID] = r
	}
	out := slices.Clone(s.parts[at])
	slices.SortStableFunc(out, func(a, b *plan.Change) int { return cmp.Compare(rank[a.User.ID], rank[b.User.ID]) })
	return out
}
