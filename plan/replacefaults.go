package plan

// checkReplaces refuses replacements that cannot hold: by the same product, by
// one with a closed list, and by one that a remove names.
func (d *Desired) checkReplaces(today Day, n names) []Fault {
	closed := map[string]Place{}
	for _, p := range d.Products {
		if p.Closed {
			closed[n.product(p.Product)] = p.Place
		}
	}
	var faults []Fault
	for i := range d.Products {
		p := &d.Products[i]
		for j := range p.Replace {
			r := &p.Replace[j]
			with := n.product(r.With)
			fault := func(cause, remedy string) {
				faults = append(faults, Fault{Place: r.With.Place, Cause: cause, Remedy: remedy})
			}
			if n.product(p.Product) == with {
				fault(p.Product.Text+" is replaced with itself", "name another product")
				continue
			}
			if at, ok := closed[with]; ok {
				fault("nothing can be replaced with "+r.With.Text+": its holders in "+at.String()+" are the whole list",
					"write `add` there instead of `holders`, or name another product here")
			}
			for k := range d.Remove {
				if m := &d.Remove[k]; n.takes(m, with, today) && !n.apart(r, m) {
					fault(m.label()+" ("+m.Place.String()+") takes "+r.With.Text+", which this gives",
						"leave it out of the remove, or name different people in both")
				}
			}
		}
	}
	return faults
}

// takes reports whether a remove that has not ended names a product.
func (n names) takes(m *Remove, product string, today Day) bool {
	if m.Products.All || m.Span.Until != "" && m.Span.Until < today {
		return false
	}
	for _, name := range m.Products.List {
		if n.product(name) == product {
			return true
		}
	}
	return false
}

// apart reports whether two statements name people only, and none in common.
func (n names) apart(r *Replace, m *Remove) bool {
	ours, sure := n.persons(r.Who, r.Except)
	theirs, sureToo := n.persons(m.Who, m.Except)
	if !sure || !sureToo {
		return false
	}
	for key := range ours {
		if theirs[key] {
			return false
		}
	}
	return true
}

// persons are the people that a statement names and does not except by name,
// and false where it may be about others.
func (n names) persons(who, except []Who) (set map[string]bool, only bool) {
	set = map[string]bool{}
	for _, w := range who {
		if w.Person == "" {
			return nil, false
		}
		set[n.person(w.Person)] = true
	}
	for _, w := range except {
		if w.Person != "" {
			delete(set, n.person(w.Person))
		}
	}
	return set, true
}

// replaceClashes refuses a replacement that names a person of whom a keep names
// one of the two products, or whose own entry takes what it gives.
func (d *Desired) replaceClashes(n names, claims map[string][]claim) []Fault {
	var faults []Fault
	for i := range d.Products {
		p := &d.Products[i]
		for j := range p.Replace {
			r := &p.Replace[j]
			out, _ := n.persons(nil, nil)
			for _, w := range r.Except {
				out[n.person(w.Person)] = w.Person != ""
			}
			gives := n.claimed([]Name{r.With})
			both := n.claimed([]Name{p.Product, r.With})
			for _, w := range r.Who {
				if w.Person == "" || out[n.person(w.Person)] {
					continue
				}
				for _, c := range claims[n.person(w.Person)] {
					set, does := gives, "gives"
					if c.says == kept {
						set, does = both, "replaces"
					}
					takes := c.says == kept || c.says == unwanted && c.ref.Kind == KindUsers && !c.products.allBut
					if _, meet := n.meet(c.products, set); !takes || !meet {
						continue
					}
					faults = append(faults, Fault{Place: w.Place, Remedy: "decide for one of them",
						Cause: "replace of " + quote(p.Product.Text) + " " + does + " what " + c.ref.label() + " (" + c.place.String() + ") " + c.says.verb()})
					break
				}
			}
		}
	}
	return faults
}
