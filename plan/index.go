package plan

// An index finds the statements that may speak of a person and a product
// without asking each of them: thousands of statements that name a person each
// must not be asked about a million people.
type index struct {
	general map[SKU][]int    // with a selector, or for everyone, by product
	named   map[UserID][]int // made of names only
}

func newIndex(n int) index {
	return index{general: make(map[SKU][]int, n), named: make(map[UserID][]int, n)}
}

// add files the i-th statement; they are added in their order.
func (x *index) add(i int, who *audience, products skuSet) {
	if who.everyone || len(who.selectors) > 0 {
		for sku := range products {
			x.general[sku] = append(x.general[sku], i)
		}
		return
	}
	for id := range who.people {
		x.named[id] = append(x.named[id], i)
	}
	for id := range who.doubt {
		if !who.people[id] {
			x.named[id] = append(x.named[id], i)
		}
	}
}

// each calls f with the statements that may speak, in their order, until it
// returns false. Those that name the person may be about other products.
func (x *index) each(id UserID, sku SKU, f func(i int) bool) {
	general, named := x.general[sku], x.named[id]
	for len(general) > 0 || len(named) > 0 {
		var i int
		if len(named) == 0 || len(general) > 0 && general[0] < named[0] {
			i, general = general[0], general[1:]
		} else {
			i, named = named[0], named[1:]
		}
		if !f(i) {
			return
		}
	}
}
