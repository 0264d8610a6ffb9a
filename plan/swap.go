package plan

import "slices"

// swaps parts the counted seats that a request loses: lost are all of them, and
// the first are swapped, as many as it gives. Those that share a service with
// what is given come first. A free product is nobody's other half.
func (b *bound) swaps(request []*Change) (swapped, lost []*Change) {
	var given service
	n := 0
	for _, c := range request {
		switch {
		case b.uncounted[c.SKU()]:
		case c.Action == Assign:
			n++
			given |= b.carries(c.SKU(), c.After.DisabledPlans)
		case c.Lost():
			lost = append(lost, c)
		}
	}
	if n > 0 {
		slices.SortStableFunc(lost, func(x, y *Change) int { return b.shares(y, given) - b.shares(x, given) })
	}
	return lost[:min(n, len(lost))], lost
}

// shares is 1 where the seat carries a service that is given in its place.
func (b *bound) shares(c *Change, given service) int {
	if b.carries(c.SKU(), c.Before.DisabledPlans)&given != 0 {
		return 1
	}
	return 0
}

// swap says of each change of a request whether it takes one half of a swap, and
// returns those of which it is no longer what was said before. A request with
// an assign stands or falls as a whole, so all that could be sent count.
func (b *bound) swap(r *requestDraft) (news []*draft) {
	request := make([]*Change, len(r.drafts))
	for i, c := range r.drafts {
		request[i] = c.Change
	}
	swapped, _ := b.swaps(request)
	for _, c := range r.drafts {
		if is := slices.Contains(swapped, c.Change); is != c.facts.Swapped {
			c.facts.Swapped = is
			news = append(news, c)
		}
	}
	return news
}
