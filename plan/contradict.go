package plan

import (
	"slices"
	"strings"
)

// A claim is what a statement says of one named person: that products are
// kept, wanted or not wanted. The sets are shared by all claims of a statement.
type claim struct {
	ref      *Ref
	place    Place
	says     stance
	span     Span
	products *claimed
}

// claimed is a set of products by key: those, or all but those.
type claimed struct {
	keys   map[string]Place
	allBut bool
	// people: `all` in remove leaves out products for rooms and shared devices.
	people bool
}

// names turn what was written into keys that are equal for the same person or product.
type names struct {
	person  func(string) string
	product func(Name) string
	devices func(key string) bool // whether the product is for rooms or shared devices
}

func (n names) claimed(list []Name) *claimed {
	c := &claimed{keys: make(map[string]Place, len(list))}
	for _, p := range list {
		c.keys[n.product(p)] = p.Place
	}
	return c
}

// contradictions refuses statements that name the same person and want
// opposite things of one product on a day when both speak. A selector against
// a name is no contradiction: the order of levels decides it.
func (d *Desired) contradictions(today Day, n names) []Fault {
	n.product = remembered(n.product)
	claims := map[string][]claim{}
	add := func(who string, c claim) {
		key := n.person(who)
		claims[key] = append(claims[key], c)
	}
	d.eachClaim(today, n, add)
	closed := d.closedLists(n)
	for _, u := range d.disputed(n, claims, closed) {
		u.eachClaim(n, add)
	}
	var faults []Fault
	for person, list := range claims {
		faults = append(faults, n.clashes(list)...)
		faults = append(faults, closed.clashes(person, list)...)
	}
	faults = append(faults, d.replaceClashes(n, claims)...)
	slices.SortFunc(faults, compareFaults)
	return slices.Compact(faults)
}

func compareFaults(a, b Fault) int {
	if c := a.Place.Compare(b.Place); c != 0 {
		return c
	}
	return strings.Compare(a.Cause, b.Cause)
}

// eachClaim walks over everything that a statement says of a person by name,
// except what stands under users.
func (d *Desired) eachClaim(today Day, n names, add func(who string, c claim)) {
	each := func(r *Ref, who, except []Who, span Span, says stance, products *claimed) {
		if span.Until != "" && span.Until < today {
			return
		}
		out := map[string]bool{}
		for _, w := range except {
			out[n.person(w.Person)] = w.Person != ""
		}
		for _, w := range who {
			if w.Person != "" && !out[n.person(w.Person)] {
				add(w.Person, claim{ref: r, place: w.Place, says: says, span: span, products: products})
			}
		}
	}
	for i := range d.Keep {
		k := &d.Keep[i]
		set := n.claimed(k.Products.List)
		set.allBut = k.Products.All
		each(&k.Ref, k.Who, k.Except, k.Span, kept, set)
	}
	for i := range d.Remove {
		r := &d.Remove[i]
		set := n.claimed(r.Products.List)
		set.allBut, set.people = r.Products.All, r.Products.All
		each(&r.Ref, r.Who, r.Except, r.Span, unwanted, set)
	}
	for i := range d.Products {
		p := &d.Products[i]
		one := n.claimed([]Name{p.Product})
		each(&p.Ref, p.Holders, nil, Span{}, wanted, one)
		each(&p.Ref, p.Add, nil, Span{}, wanted, one)
	}
}

func (u *UserEntry) eachClaim(n names, add func(who string, c claim)) {
	var list []Name
	for _, w := range slices.Concat(u.Licenses, u.Add) {
		list = append(list, w.Product)
	}
	wants := n.claimed(list)
	say := func(says stance, products *claimed) {
		add(u.Person.Text, claim{ref: &u.Ref, place: u.Place, says: says, products: products})
	}
	if len(list) > 0 {
		say(wanted, wants)
	}
	if len(u.Remove) > 0 {
		say(unwanted, n.claimed(u.Remove))
	}
	if u.Exact {
		say(unwanted, &claimed{keys: wants.keys, allBut: true})
	}
}

// clashes finds claims that cannot both hold; each claim is reported once.
func (n names) clashes(list []claim) []Fault {
	slices.SortStableFunc(list, func(a, b claim) int { return a.place.Compare(b.place) })
	var faults []Fault
	for j, b := range list {
		for _, a := range list[:j] {
			if a.says == b.says || !overlap(a.span, b.span) {
				continue
			}
			places, meet := n.meet(a.products, b.products)
			if !meet {
				continue
			}
			f := clash(a, b)
			if b.ref.Kind != KindUsers || len(places) == 0 {
				places = []Place{f.Place}
			}
			for _, f.Place = range places {
				faults = append(faults, f)
			}
			break
		}
	}
	return faults
}

// meet reports whether two sets have a product in common, and where such
// products stand in b, if it names them.
func (n names) meet(a, b *claimed) (places []Place, meet bool) {
	switch {
	case a.allBut && b.allBut:
		return nil, true
	case b.allBut:
		return nil, len(n.outside(a.keys, b)) > 0
	case a.allBut:
		places = n.outside(b.keys, a)
	default:
		for k, at := range b.keys {
			if _, both := a.keys[k]; both {
				places = append(places, at)
			}
		}
	}
	return places, len(places) > 0
}

// outside finds the keys that "all but" covers.
func (n names) outside(keys map[string]Place, all *claimed) []Place {
	var places []Place
	for k, at := range keys {
		if _, but := all.keys[k]; !but && !(all.people && n.devices(k)) {
			places = append(places, at)
		}
	}
	return places
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
		if c.ref.Kind != KindUsers || c.says != wanted {
			continue
		}
		for key, at := range c.products.keys {
			if closed, ok := l[key]; ok && !closed.persons[person] {
				faults = append(faults, Fault{Place: at,
					Cause:  c.ref.label() + " wants what the closed list of " + closed.ref.label() + " (" + closed.ref.Place.String() + ") does not name",
					Remedy: "add the person to holders, or leave the product out here"})
			}
		}
	}
	return faults
}
