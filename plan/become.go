package plan

// become says of each product that a person loses which other takes its place
// in the same request: what a replacement names, else the first that shares a
// service with it. Each stands for one other at most.
func (b *bound) become(r *requestDraft) {
	var lost, given []*draft
	for _, c := range r.drafts {
		switch {
		case !c.Verdict.Executable():
		case c.Action == Assign:
			given = append(given, c)
		case c.Lost():
			lost = append(lost, c)
		}
	}
	pair := func(fits func(l, g *draft) bool) {
		for _, g := range given {
			for _, l := range lost {
				if l.Becomes == "" && !taken(lost, g.SKU()) && fits(l, g) {
					l.Becomes = g.SKU()
				}
			}
		}
	}
	pair(func(l, g *draft) bool { return l.ruling.with == g.SKU() })
	pair(func(l, g *draft) bool {
		return b.carries(l.SKU(), l.Before.DisabledPlans)&b.carries(g.SKU(), g.After.DisabledPlans) != 0
	})
}

// taken reports whether a product takes another's place already.
func taken(lost []*draft, sku SKU) bool {
	for _, l := range lost {
		if l.Becomes == sku {
			return true
		}
	}
	return false
}
