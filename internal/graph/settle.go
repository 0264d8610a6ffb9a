package graph

import (
	"cmp"
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// settle sorts users by id, in place; of one that was seen twice the later
// stays. It moves the large values once: an index is sorted first.
func settle(users []plan.User) []plan.User {
	order := make([]int32, len(users))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(users[a].ID, users[b].ID), cmp.Compare(a, b))
	})
	kept, dropped := order[:0], []int32(nil)
	for i, at := range order {
		if i+1 < len(order) && users[at].ID == users[order[i+1]].ID {
			dropped = append(dropped, at)
			continue
		}
		kept = append(kept, at)
	}
	n := len(kept)
	arrange(users, append(kept, dropped...))
	clear(users[n:])
	return users[:n:n]
}

// arrange puts at i what was at from[i], for all i, going round the cycles of
// the permutation. It uses up from.
func arrange[T any](items []T, from []int32) {
	for start := range from {
		if from[start] < 0 {
			continue
		}
		held, at := items[start], int32(start)
		for {
			src := from[at]
			from[at] = -1
			if src == int32(start) {
				items[at] = held
				break
			}
			items[at] = items[src]
			at = src
		}
	}
}
