package plan

import (
	"errors"
	"slices"
	"strings"
)

// ErrNeedsEveryone is what [New] ends with when the snapshot holds only those
// whom a [Reach] named and others may matter after all: a selector matched
// none of them, a name is nobody's among them, or a limit in per cent tripped
// over the seats that were seen. Read everyone, and make the plan again.
var ErrNeedsEveryone = errors.New("people who were not read may matter")

// A Reach is whom of a tenant a plan can be about, as far as the folder tells
// before anybody is read.
type Reach struct {
	// Everyone is true where a statement can want a seat for somebody who holds
	// none; Why names that statement. The lists below then say nothing.
	Everyone bool
	Why      string
	// Products are the managed ones: who holds one of them matters.
	Products []SKU
	// People are named in the folder or asked for, by name or object id.
	People []string
	// IDs are people of the baseline: what became of their seats is drift; and
	// those whom people.lock pins a name to, which may be another's by now.
	IDs []UserID
	// Prefixes are how the names begin of people whom a selector chooses by name
	// alone, as break-glass accounts that hold nothing (`bg-*@*`): read, they show
	// that the selector matches somebody. Lower case, sorted.
	Prefixes []string
}

// ReachOf tells whom a plan of d can be about. Products are the tenant's, base
// the baseline or nil, and also are names that the plan is limited to.
func ReachOf(d *Desired, products []Product, base *Baseline, also []string) Reach {
	if d.Settings.Manage.People != nil { // who is in sync counts those who hold nothing
		return Reach{Everyone: true, Why: pilotName}
	}
	if why := d.wantsAnybody(); why != "" {
		return Reach{Everyone: true, Why: why}
	}
	s := &Snapshot{Products: products}
	b := &bound{d: d, s: s, catalog: newCatalog(s), managed: map[SKU]bool{}}
	b.bindManaged()
	r := Reach{Products: sortedKeys(b.managed), Prefixes: d.prefixes()}
	r.People, r.IDs = Named(d, also)
	if base == nil {
		return r
	}
	for i := range base.Seats {
		if s := &base.Seats[i]; b.managed[s.SKU] {
			r.IDs = append(r.IDs, s.User)
		}
	}
	slices.Sort(r.IDs)
	r.IDs = slices.Compact(r.IDs)
	return r
}

// wantsAnybody names a statement that can want a seat for people it does not
// name, or is empty. A replacement is none: it wants a product for who holds
// another, or for whom another statement wants that.
func (d *Desired) wantsAnybody() string {
	chosen := func(list []Who) bool {
		return slices.ContainsFunc(list, func(w Who) bool { return w.Everyone || w.Selector != nil })
	}
	for i := range d.Products {
		if p := &d.Products[i]; chosen(p.Holders) || chosen(p.Add) {
			return p.Name
		}
	}
	for i := range d.Rules {
		if r := &d.Rules[i]; len(r.Licenses)+len(r.Add) > 0 {
			return r.Name
		}
	}
	return ""
}

// leastPrefix is how much of a name must be given: what begins with less may be
// half of the tenant.
const leastPrefix = 3

// prefixes gathers how names begin that selectors of protect, keep and except
// give, where a selector says nothing else.
func (d *Desired) prefixes() []string {
	var out []string
	add := func(s *Selector) {
		if s == nil || len(s.Terms) != 1 || s.Terms[0].Key != KeyUPN {
			return
		}
		var some []string
		for _, v := range s.Terms[0].Values {
			head := strings.ToLower(v[:len(v)-len(strings.TrimLeftFunc(v, func(r rune) bool { return r != '*' && r != '?' }))])
			if len(head) < leastPrefix {
				return
			}
			some = append(some, head)
		}
		out = append(out, some...)
	}
	whos := func(lists ...[]Who) {
		for _, list := range lists {
			for _, w := range list {
				add(w.Selector)
			}
		}
	}
	for i := range d.Settings.Protect.Match {
		add(&d.Settings.Protect.Match[i])
	}
	for i := range d.Keep {
		whos(d.Keep[i].Who, d.Keep[i].Except)
	}
	for i := range d.Remove {
		whos(d.Remove[i].Except)
	}
	for i := range d.Products {
		for _, r := range d.Products[i].Replace {
			whos(r.Except)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// partial reports whether only holders were read.
func (s *Snapshot) partial() bool { return s.Scope == Holders }

// total is how many users the tenant has.
func (s *Snapshot) total() int {
	if s.partial() {
		return max(s.Total, len(s.Users))
	}
	return len(s.Users)
}

// everyoneNeeded reports whether what was found among some people must be
// looked for among all.
func (m *Made) everyoneNeeded() bool {
	if !m.in.Snapshot.partial() {
		return false
	}
	return m.b.unsure || slices.ContainsFunc(m.b.unresolved, func(u Unresolved) bool { return !u.told })
}

// A former is where a name went that nobody bears: words for a message, and
// whether the person is known to be deleted.
type former struct {
	words   string
	deleted bool
}

// formers looks for names that nobody bears: among the deleted people, and
// among the other addresses of those who are there. Neither decides anything:
// a leaver's address is often given to somebody else.
func (b *bound) findFormers(names map[string]bool) {
	lost := map[string]bool{}
	for n := range names {
		if b.find(n).is == isNowhere {
			lost[n] = true
		}
	}
	if len(lost) == 0 {
		return
	}
	b.formers = map[string]former{}
	for i := range b.s.Users {
		u := &b.s.Users[i]
		for _, alias := range u.Aliases {
			if lost[alias] {
				b.formers[alias] = former{words: "it is an address of " + u.UserPrincipalName}
			}
		}
	}
	for i := range b.s.Deleted {
		d := &b.s.Deleted[i]
		if key := strings.ToLower(d.UserPrincipalName); lost[key] {
			b.formers[key] = former{words: d.words(), deleted: true}
		}
	}
}
