package render

import "github.com/reseat-cli/reseat/plan"

// remedyOf says how much is short, or what would give the seats; empty where the
// reason says it all.
func (s *sheet) remedyOf(because plan.Because, sku plan.SKU, people int) safe {
	switch because {
	case plan.NoSeat:
		return s.short(sku, people)
	case plan.NeedsGroup:
		return s.givers(sku)
	}
	return ""
}

// short says how many seats are lacking, and how many of them this plan frees
// for the next.
func (s *sheet) short(sku plan.SKU, people int) safe {
	text := glued(num(people) + " short")
	for _, row := range s.plan.Seats {
		if free := min(row.Bought-row.UsedAfter, people); row.SKU == sku && free > 0 {
			text += ", " + glued("this plan frees "+num(free)+" for the next")
		}
	}
	return text
}

// givers names the groups that give a product.
func (s *sheet) givers(sku plan.SKU) safe {
	for _, m := range s.plan.Missing {
		if m.Product.SKU != sku || m.Because != plan.NeedsGroup || len(m.Groups) == 0 {
			continue
		}
		shown := s.upTo(len(m.Groups), listedNames)
		list := make([]safe, shown)
		for i := range shown {
			list[i] = s.name(m.Groups[i].Name, s.shortID(string(m.Groups[i].ID)))
		}
		text := commas(list)
		if n := len(m.Groups) - shown; n > 0 {
			text += " and " + glued(num(n)+" more")
		}
		return text + " " + either(len(m.Groups), "gives", "give") + " it"
	}
	return glued("no group that gives it is known")
}
