package plan

import (
	"slices"
	"strings"
)

// findPeople looks the names up that anything asks for. A name that two accounts
// bear is nobody's, rather than one of the two.
func (b *bound) findPeople(also []string) {
	asked := map[string]bool{}
	b.d.eachPerson(func(name string, _ Place) { asked[strings.ToLower(name)] = true })
	for _, n := range also {
		asked[strings.ToLower(n)] = true
	}
	if len(asked) == 0 {
		return
	}
	b.byName = make(map[string]UserID, len(asked))
	for i := range b.s.Users {
		name, id := strings.ToLower(b.s.Users[i].UserPrincipalName), b.s.Users[i].ID
		if !asked[name] {
			continue
		}
		switch first, twice := b.byName[name]; {
		case !twice:
			b.byName[name] = id
			continue
		case first != "":
			b.shared[name] = append(b.shared[name], first)
			b.byName[name] = ""
		}
		b.shared[name] = append(b.shared[name], id)
	}
	b.findFormers(asked)
}

// eachPerson calls f with the names and ids of persons that stand anywhere in
// the folder.
func (d *Desired) eachPerson(f func(name string, at Place)) {
	whos := func(lists ...[]Who) {
		for _, list := range lists {
			for _, w := range list {
				if w.Person != "" {
					f(w.Person, w.Place)
				}
			}
		}
	}
	for i := range d.Keep {
		whos(d.Keep[i].Who, d.Keep[i].Except)
	}
	for i := range d.Remove {
		whos(d.Remove[i].Who, d.Remove[i].Except)
	}
	for i := range d.Products {
		whos(d.Products[i].Holders, d.Products[i].Add)
		for _, r := range d.Products[i].Replace {
			whos(r.Who, r.Except)
		}
	}
	for i := range d.Users {
		f(d.Users[i].Person.Text, d.Users[i].Person.Place)
	}
	for _, n := range d.Settings.Protect.Users {
		f(n.Text, n.Place)
	}
	for i := range d.Settings.Waivers {
		if n := d.Settings.Waivers[i].User; n != nil {
			f(n.Text, n.Place)
		}
	}
}

// Named are the people of a folder: by the names as they stand in it, and by
// the object ids that people.lock pins these names to. Also are further names.
// Whoever reads these people, names and ids, knows all that pins can tell.
func Named(d *Desired, also []string) (names []string, ids []UserID) {
	pins := newPinned(d.Pins)
	add := func(name string, _ Place) {
		names = append(names, name)
		if id, ok := pins.byName[strings.ToLower(name)]; ok {
			ids = append(ids, id)
		}
	}
	d.eachPerson(add)
	for _, name := range also {
		add(name, Place{})
	}
	slices.Sort(names)
	slices.Sort(ids)
	return slices.Compact(names), slices.Compact(ids)
}

// person finds a named person of the tenant.
func (b *bound) person(name string) (UserID, bool) {
	f := b.find(name)
	return f.id, f.there()
}

// audience compiles a list; odd are the names of which something is to be
// said, most of them nobody's. For who reads the list, a name that is another's
// now is unknown of both.
func (b *bound) audience(list []Who) (a audience, odd []Name) {
	a.people = map[UserID]bool{}
	for _, w := range list {
		switch {
		case w.Everyone:
			a.everyone = true
		case w.Selector != nil:
			a.selectors = append(a.selectors, w.Selector)
		default:
			f := b.find(w.Person)
			if f.there() {
				a.people[f.id] = true
			}
			for _, id := range b.doubtful(f) {
				if a.doubt == nil {
					a.doubt = map[UserID]string{}
				}
				a.doubt[id] = meant(w.Person)
			}
			if f.is != isHere {
				odd = append(odd, Name{Text: w.Person, Place: w.Place})
			}
		}
	}
	return a, odd
}

// nobody notices names of which something is to be said, where one that is
// nobody's takes nothing from anybody.
func (b *bound) nobody(odd []Name) {
	for _, n := range odd {
		b.tell(n, b.find(n.Text), "this does nothing")
	}
}

// matchesNobody notes selectors that choose nobody: mostly a spelling mistake,
// and dangerous where the selector protects. One that may match somebody, for
// all that is known, is left alone.
func (b *bound) matchesNobody(lists ...audience) {
	for _, a := range lists {
		for _, s := range a.selectors {
			if !b.mayMatch(s) {
				b.unsure = b.unsure || b.s.partial()
				b.notice(codeMatches, s.Place, "this selector matches nobody in the tenant", "")
			}
		}
	}
}

func (b *bound) mayMatch(s *Selector) bool {
	for i := range b.s.Users {
		if b.matcher.match(s, &b.s.Users[i]).truth() != No {
			return true
		}
	}
	return false
}

// danger is nobody where somebody else could lose a seat by a name that is
// nobody's (R207); it returns the names by which a closed list is not whole. A
// person who is deleted, or known to be gone, is somebody: a notice, and nothing
// stops. Nor does a name that is another's now where it protects: it protects both.
func (b *bound) danger(odd []Name, where string, sku SKU) (names []string) {
	for _, n := range odd {
		f := b.find(n.Text)
		switch {
		case f.is == isNowhere:
			b.unresolved = append(b.unresolved, Unresolved{Name: n.Text, File: n.File, Line: n.Line, Where: where, SKU: sku, place: n.Place,
				Hint: b.formers[strings.ToLower(n.Text)].words})
			names = append(names, n.Text)
		case f.is == isReused && sku != "":
			b.tell(n, f, "nobody loses a seat by this list")
			b.unresolved = append(b.unresolved, Unresolved{Name: n.Text, File: n.File, Line: n.Line, Where: where, SKU: sku, told: true,
				Hint: "it is somebody else's name now"})
			names = append(names, n.Text)
		default:
			b.tell(n, f, "nobody whom it may mean loses anything by it")
		}
	}
	return names
}
