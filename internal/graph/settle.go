package graph

import (
	"cmp"
	"context"
	"reflect"
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// agree returns users sorted by id, each once. Who came twice and not alike,
// as happens when a listing moves or a cache answers part of it, is read again:
// of two stories neither is to be believed. Who is gone by then is left out.
func (c *Client) agree(ctx context.Context, users []plan.User) ([]plan.User, error) {
	users, unlike := settle(users)
	if len(unlike) == 0 {
		return users, nil
	}
	c.log.Info("users came twice in a listing, and not alike: they are read again", "users", len(unlike))
	fresh, err := c.usersByID(ctx, reads, "read users again", unlike)
	if err != nil {
		return nil, err
	}
	i := 0
	for _, u := range users {
		if len(unlike) > 0 && u.ID == unlike[0] {
			unlike = unlike[1:]
			now, exists := fresh[u.ID]
			if !exists {
				continue
			}
			u = now
		}
		users[i] = u
		i++
	}
	clear(users[i:])
	return users[:i:i], nil
}

// settle sorts users by id, in place; of one that was seen twice the later
// stays, and is among unlike, sorted, if the earlier was not the same. It moves
// the large values once: an index is sorted first.
func settle(users []plan.User) (settled []plan.User, unlike []plan.UserID) {
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
			id := users[at].ID
			if !reflect.DeepEqual(users[at], users[order[i+1]]) && (len(unlike) == 0 || unlike[len(unlike)-1] != id) {
				unlike = append(unlike, id)
			}
			continue
		}
		kept = append(kept, at)
	}
	n := len(kept)
	arrange(users, append(kept, dropped...))
	clear(users[n:])
	return users[:n:n], unlike
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
