package plan

import (
	"slices"
	"strings"
)

// A hold is one use of `holds`: the statement decides about a product by
// whether people will hold another.
type hold struct {
	ref      *Ref
	place    Place
	about    string // the keys of the products
	on       string
	aboutSay string // the products as written
	onSay    string
}

// checkHolds refuses `holds` where the answer would hang on itself: in a
// statement on all products, in what chooses whom a plan is about, and in rings
// of statements.
func (d *Desired) checkHolds(today Day, product func(Name) string) []Fault {
	uses, faults := d.holds(today, product)
	if len(uses) == 0 {
		return faults
	}
	slices.SortStableFunc(uses, func(a, b hold) int { return a.place.Compare(b.place) })
	next := map[string][]hold{}
	for _, u := range uses {
		next[u.about] = append(next[u.about], u)
	}
	for i := range d.Products {
		p := &d.Products[i]
		for j := range p.Replace { // the one comes only in place of the other, which goes only for it
			r := &p.Replace[j]
			to := hold{ref: &r.Ref, place: r.Place, about: product(p.Product), on: product(r.With), aboutSay: p.Product.Text, onSay: r.With.Text}
			back := to
			back.about, back.on, back.aboutSay, back.onSay = to.on, to.about, to.onSay, to.aboutSay
			next[to.about], next[back.about] = append(next[to.about], to), append(next[back.about], back)
		}
	}
	told := map[Place]bool{}
	for _, u := range uses {
		if ring := ringOf(u, next); ring != nil && !slices.ContainsFunc(ring, func(h hold) bool { return told[h.place] }) {
			for _, h := range ring {
				told[h.place] = true
			}
			faults = append(faults, ringFault(ring))
		}
	}
	return faults
}

// ringOf is the shortest way from what a statement asks for back to what it is
// about, that statement first; nil if there is none.
func ringOf(u hold, next map[string][]hold) []hold {
	ways := [][]hold{{u}}
	seen := map[string]bool{u.on: true}
	for len(ways) > 0 {
		way := ways[0]
		ways = ways[1:]
		at := way[len(way)-1].on
		if at == u.about {
			return way
		}
		for _, h := range next[at] {
			if !seen[h.on] {
				seen[h.on] = true
				ways = append(ways, append(slices.Clone(way), h))
			}
		}
	}
	return nil
}

func ringFault(ring []hold) Fault {
	var parts []string
	for _, h := range ring {
		parts = append(parts, h.ref.label()+" ("+h.place.String()+") decides about "+h.aboutSay+" by who will hold "+h.onSay)
	}
	cause := strings.Join(parts, ", and ")
	if len(ring) == 1 {
		cause = ring[0].ref.label() + " decides about " + ring[0].aboutSay + " by who will hold it"
	}
	return Fault{Place: ring[0].place, Cause: "`holds` goes round in a ring: " + cause, Remedy: "say in one of them who is meant without `holds`"}
}

// holds gathers the uses of `holds` in statements that may still speak.
func (d *Desired) holds(today Day, product func(Name) string) (uses []hold, faults []Fault) {
	all := func(terms []*Term, what string) {
		for _, t := range terms {
			faults = append(faults, Fault{Place: t.Place, Cause: what + ", so it cannot ask what people will hold",
				Remedy: "leave `holds` out, or name the products"})
		}
	}
	say := func(r *Ref, products []Name, terms []*Term) {
		for _, t := range terms {
			for _, word := range t.Values {
				on := Name{Text: word, Place: t.Place}
				for _, p := range products {
					uses = append(uses, hold{ref: r, place: t.Place, about: product(p), on: product(on), aboutSay: p.Text, onSay: word})
				}
			}
		}
	}
	some := func(r *Ref, span Span, p Products, lists ...[]Who) {
		switch terms := holdsTerms(lists...); {
		case span.Until != "" && span.Until < today:
		case p.All:
			all(terms, r.label()+" is about all products")
		default:
			say(r, p.List, terms)
		}
	}
	for i := range d.Keep {
		k := &d.Keep[i]
		some(&k.Ref, k.Span, k.Products, k.Who, k.Except)
	}
	for i := range d.Remove {
		r := &d.Remove[i]
		some(&r.Ref, r.Span, r.Products, r.Who, r.Except)
	}
	for i := range d.Products {
		p := &d.Products[i]
		say(&p.Ref, []Name{p.Product}, holdsTerms(p.Holders, p.Add))
		for j := range p.Replace {
			r := &p.Replace[j]
			say(&r.Ref, []Name{p.Product, r.With}, holdsTerms(r.Who, r.Except))
		}
	}
	for i := range d.Rules {
		r := &d.Rules[i]
		if r.Exact {
			all(holdsIn(&r.Match), r.label()+" is about all products")
			continue
		}
		var products []Name
		for _, w := range r.Add {
			products = append(products, w.Product)
		}
		say(&r.Ref, products, holdsIn(&r.Match))
	}
	for i := range d.Settings.Protect.Match {
		all(holdsIn(&d.Settings.Protect.Match[i]), "protect.match is about all products")
	}
	all(holdsIn(d.Settings.Manage.People), "manage.people is about all products")
	return uses, faults
}

// holdsTerms are the `holds` terms of lists of people.
func holdsTerms(lists ...[]Who) []*Term {
	var terms []*Term
	for _, list := range lists {
		for i := range list {
			terms = append(terms, holdsIn(list[i].Selector)...)
		}
	}
	return terms
}

func holdsIn(s *Selector) []*Term {
	var terms []*Term
	s.each(func(t *Term) {
		if t.Key == KeyHolds {
			terms = append(terms, t)
		}
	})
	return terms
}
