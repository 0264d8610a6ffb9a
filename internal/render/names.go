package render

import (
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// Names are how people, products and groups are called throughout one text:
// the same thing always alike, two things never alike.
type names struct {
	pen      pen
	people   map[plan.UserID]safe
	products map[plan.SKU]safe
}

// personShare and productShare are how much of a line a name may take, in hundredths.
const (
	personShare  = 30
	productShare = 28
)

func newNames(n pen, width int, p *plan.Plan) names {
	users, products := newRegister[plan.UserID](), newRegister[plan.SKU]()
	if p != nil {
		see(p, func(u plan.UserRef) { users.add(u.ID, u.UserPrincipalName, u.DisplayName) },
			func(r plan.ProductRef) { products.add(r.SKU, r.PartNumber, r.Name) })
		for _, s := range p.Seats {
			products.add(s.SKU, s.PartNumber, "")
		}
	}
	locals := map[string]int{}
	for _, id := range users.order {
		locals[strings.ToLower(local(users.first[id]))]++
	}
	for _, id := range users.order {
		if l := local(users.first[id]); l != "" && locals[strings.ToLower(l)] == 1 {
			users.first[id] = l
		}
	}
	return names{
		pen:      n,
		people:   users.names(n, width*personShare/100),
		products: products.names(n, width*productShare/100),
	}
}

// see shows every person and product of a plan to the two functions.
func see(p *plan.Plan, user func(plan.UserRef), product func(plan.ProductRef)) {
	for i := range p.Changes {
		user(p.Changes[i].User)
		product(p.Changes[i].Product)
	}
	for _, m := range p.Missing {
		user(m.User)
		product(m.Product)
	}
	for _, n := range p.NotEvaluated {
		user(n.User)
	}
	for _, d := range p.Drift {
		user(d.User)
		product(d.Product)
	}
}

// local is what stands before the @ of a user principal name.
func local(upn string) string {
	l, _, _ := strings.Cut(upn, "@")
	return l
}

// A register collects what things are called.
type register[K ~string] struct {
	order         []K
	first, second map[K]string // the name that counts, and one to fall back upon
}

func newRegister[K ~string]() *register[K] {
	return &register[K]{first: map[K]string{}, second: map[K]string{}}
}

func (r *register[K]) add(id K, first, second string) {
	if _, ok := r.first[id]; !ok {
		r.order = append(r.order, id)
		r.first[id], r.second[id] = first, second
		return
	}
	if r.first[id] == "" {
		r.first[id] = first
	}
	if r.second[id] == "" {
		r.second[id] = second
	}
}

// names gives each thing a name of at most width cells. Where two would look
// alike, both show the beginning of their ids, as much as tells them apart.
func (r *register[K]) names(n pen, width int) map[K]safe {
	full := make(map[K]safe, len(r.order))
	out := make(map[K]safe, len(r.order))
	alike := map[string][]K{}
	for _, id := range r.order {
		s := n.text(r.first[id])
		if s == "" {
			s = n.text(r.second[id])
		}
		full[id], out[id] = s, n.cut(s, width)
		if s == "" {
			out[id] = n.shortID(string(id))
		}
		key := strings.ToLower(string(out[id]))
		alike[key] = append(alike[key], id)
	}
	for _, ids := range alike {
		if len(ids) < 2 {
			continue
		}
		for id, tail := range n.tails(shown(ids)) {
			if full[K(id)] == "" {
				out[K(id)] = tail
				continue
			}
			out[K(id)] = n.cut(full[K(id)], max(width-1-tail.wide(), leastName)) + join + tail
		}
	}
	return out
}

func shown[K ~string](ids []K) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

// tails returns as much of each id as tells it from the others, at least 8 characters.
func (n pen) tails(ids []string) map[string]safe {
	for _, long := range []int{8, 13, 18, 23} {
		seen := map[string]bool{}
		for _, id := range ids {
			seen[id[:min(long, len(id))]] = true
		}
		if len(seen) == len(ids) {
			out := make(map[string]safe, len(ids))
			for _, id := range ids {
				out[id] = n.or(id[:min(long, len(id))], "no id")
			}
			return out
		}
	}
	out := make(map[string]safe, len(ids))
	for _, id := range ids {
		out[id] = n.cut(n.or(id, "no id"), 40)
	}
	return out
}

// person is the name of a user, or the beginning of the id where no name is known.
func (n names) person(id plan.UserID) safe {
	if s, ok := n.people[id]; ok {
		return glued(s)
	}
	return n.pen.shortID(string(id))
}

// product is the part number, or the beginning of the id where none is known.
func (n names) product(id plan.SKU) safe {
	if s, ok := n.products[id]; ok {
		return glued(s)
	}
	return n.pen.shortID(string(id))
}

// name is any other name, cut to a length that a sentence bears.
func (n names) name(s string, otherwise safe) safe {
	return n.pen.cut(glued(n.pen.or(s, otherwise)), 40)
}
