package plan

// What statements say, as plain data without places, for hashing.

func said(names []Name) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = n.Text
	}
	return out
}

func saidProducts(p Products) any {
	if p.All {
		return "all"
	}
	return said(p.List)
}

func saidWanted(list []Wanted) []any {
	out := make([]any, len(list))
	for i, w := range list {
		if w.PlansGiven {
			out[i] = []any{w.Product.Text, said(w.DisabledPlans)}
		} else {
			out[i] = w.Product.Text
		}
	}
	return out
}

func saidWho(list []Who) []any {
	out := make([]any, len(list))
	for i, w := range list {
		switch {
		case w.Everyone:
			out[i] = true
		case w.Selector != nil:
			out[i] = saidSelector(w.Selector)
		default:
			out[i] = w.Person
		}
	}
	return out
}

func saidSelector(s *Selector) any {
	if s == nil {
		return nil
	}
	out := make([]any, len(s.Terms))
	for i, t := range s.Terms {
		term := []any{t.Key, t.Values, t.None, saidSelector(t.Not)}
		if t.OlderThan != 0 || len(t.Facts) > 0 {
			term = append(term, t.OlderThan, saidFacts(t.Facts))
		}
		out[i] = term
	}
	return out
}

func saidFacts(facts []FactTerm) []any {
	out := make([]any, len(facts))
	for i, f := range facts {
		out[i] = []any{f.Table, f.Column, f.Values, f.None, f.Before, f.After}
	}
	return out
}
