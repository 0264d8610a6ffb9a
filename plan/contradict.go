package plan

import (
	"slices"
	"strings"
)

// A claim is what a statement says of one named person: that a product is
// kept, wanted or not wanted.
type claim struct {
	ref     *Ref
	place   Place
	says    stance
	span    Span
	product string          // "" is every product
	but     map[string]bool // of every product, all but these
}

// names turn what was written into keys that are equal for the same person or product.
type names struct {
	person  func(string) string
	product func(Name) string
}

// contradictions refuses statements that name the same person and want
// opposite things of one product on a day when both speak. A selector against
// a name is no contradiction: the order of levels decides it.
func (d *Desired) contradictions(today Day, n names) []Fault {
	claims := map[string][]claim{}
	d.eachClaim(today, n, func(who string, c claim) {
		key := n.person(who)
		claims[key] = append(claims[key], c)
	})
	closed := d.closedLists(n)
	var faults []Fault
	for person, list := range claims {
		if f, ok := firstClash(list); ok {
			faults = append(faults, f)
			continue
		}
		faults = append(faults, closed.clashes(person, list)...)
	}
	slices.SortFunc(faults, compareFaults)
	return slices.Compact(faults)
}

func compareFaults(a, b Fault) int {
	if c := a.Place.Compare(b.Place); c != 0 {
		return c
	}
	return strings.Compare(a.Cause, b.Cause)
}

// eachClaim walks over everything that a statement says of a person by name.
func (d *Desired) eachClaim(today Day, n names, add func(who string, c claim)) {
	past := func(s Span) bool { return s.Until != "" && s.Until < today }
	each := func(r *Ref, who []Who, span Span, says stance, products Products) {
		for _, w := range who {
			if w.Person == "" || past(span) {
				continue
			}
			if products.All {
				add(w.Person, claim{ref: r, place: w.Place, says: says, span: span})
			}
			for _, p := range products.List {
				add(w.Person, claim{ref: r, place: w.Place, says: says, span: span, product: n.product(p)})
			}
		}
	}
	for i := range d.Keep {
		k := &d.Keep[i]
		each(&k.Ref, k.Who, k.Span, kept, k.Products)
	}
	for i := range d.Remove {
		r := &d.Remove[i]
		each(&r.Ref, r.Who, r.Span, unwanted, r.Products)
	}
	for i := range d.Products {
		p := &d.Products[i]
		one := Products{List: []Name{p.Product}}
		each(&p.Ref, p.Holders, Span{}, wanted, one)
		each(&p.Ref, p.Add, Span{}, wanted, one)
	}
	for i := range d.Users {
		d.Users[i].eachClaim(n, add)
	}
}

func (u *UserEntry) eachClaim(n names, add func(who string, c claim)) {
	listed := map[string]bool{}
	for _, w := range slices.Concat(u.Licenses, u.Add) {
		key := n.product(w.Product)
		listed[key] = true
		add(u.Person.Text, claim{ref: &u.Ref, place: w.Product.Place, says: wanted, product: key})
	}
	for _, r := range u.Remove {
		add(u.Person.Text, claim{ref: &u.Ref, place: r.Place, says: unwanted, product: n.product(r)})
	}
	if u.Exact {
		add(u.Person.Text, claim{ref: &u.Ref, place: u.Place, says: unwanted, but: listed})
	}
}

// firstClash finds two claims that cannot both hold.
func firstClash(list []claim) (Fault, bool) {
	slices.SortFunc(list, func(a, b claim) int { return a.place.Compare(b.place) })
	for i, a := range list {
		for _, b := range list[i+1:] {
			if a.says != b.says && overlap(a.span, b.span) && a.meets(b) {
				return clash(a, b), true
			}
		}
	}
	return Fault{}, false
}

// meets reports whether two claims are about a product in common.
func (c claim) meets(o claim) bool {
	switch {
	case c.product != "" && o.product != "":
		return c.product == o.product
	case c.product != "":
		return !o.but[c.product]
	case o.product != "":
		return !c.but[o.product]
	}
	return true
}

func clash(a, b claim) Fault {
	return Fault{Place: b.place,
		Cause:  b.ref.label() + " " + b.says.verb() + " what " + a.ref.label() + " (" + a.place.String() + ") " + a.says.verb(),
		Remedy: "decide for one of them"}
}

// label names a statement in a message.
func (r *Ref) label() string { return string(r.Kind) + " " + quote(r.Name) }

func overlap(a, b Span) bool {
	return (a.Until == "" || b.From <= a.Until) && (b.Until == "" || a.From <= b.Until)
}

// closedLists are the closed holders lists made of names only, by product:
// one with a selector may hold anybody.
type closedLists map[string]closedList

type closedList struct {
	ref     *Ref
	persons map[string]bool
}

func (d *Desired) closedLists(n names) closedLists {
	lists := closedLists{}
	for i := range d.Products {
		p := &d.Products[i]
		if !p.Closed || slices.ContainsFunc(p.Holders, func(w Who) bool { return w.Person == "" }) {
			continue
		}
		l := closedList{ref: &p.Ref, persons: map[string]bool{}}
		for _, w := range p.Holders {
			l.persons[n.person(w.Person)] = true
		}
		lists[n.product(p.Product)] = l
	}
	for i := range d.Products {
		p := &d.Products[i]
		l, ok := lists[n.product(p.Product)]
		for _, w := range p.Add {
			if ok && w.Person != "" {
				l.persons[n.person(w.Person)] = true
			}
		}
	}
	return lists
}

// clashes are the products that a users entry wants for a person whom the
// product's closed list does not name.
func (l closedLists) clashes(person string, list []claim) []Fault {
	var faults []Fault
	for _, c := range list {
		closed, ok := l[c.product]
		if ok && c.ref.Kind == KindUsers && c.says == wanted && !closed.persons[person] {
			faults = append(faults, Fault{Place: c.place,
				Cause:  c.ref.label() + " wants what the closed list of " + closed.ref.label() + " (" + closed.ref.Place.String() + ") does not name",
				Remedy: "add the person to holders, or leave the product out here"})
		}
	}
	return faults
}
