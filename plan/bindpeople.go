package plan

import (
	"slices"
	"strings"
)

// findPeople looks the names up that anything asks for. A name that two accounts
// bear is nobody's, rather than one of the two.
func (b *bound) findPeople(names []string) {
	asked := make(map[string]bool, len(names))
	for _, n := range names {
		asked[strings.ToLower(n)] = true
	}
	if len(asked) == 0 {
		return
	}
	for i := range b.s.Users {
		name := strings.ToLower(b.s.Users[i].UserPrincipalName)
		if !asked[name] {
			continue
		}
		if _, twice := b.byName[name]; twice {
			b.byName[name] = ""
			continue
		}
		b.byName[name] = b.s.Users[i].ID
	}
}

// people are the names of persons that stand anywhere in the folder.
func (d *Desired) people() []string {
	var names []string
	whos := func(lists ...[]Who) {
		for _, list := range lists {
			for _, w := range list {
				if w.Person != "" {
					names = append(names, w.Person)
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
	}
	for i := range d.Users {
		names = append(names, d.Users[i].Person.Text)
	}
	for _, n := range d.Settings.Protect.Users {
		names = append(names, n.Text)
	}
	return names
}

// person finds a named person.
func (b *bound) person(name string) (UserID, bool) {
	if id, ok := b.byName[strings.ToLower(name)]; ok {
		return id, id != ""
	}
	guid, err := ParseGUID(name)
	if err != nil {
		return "", false
	}
	_, ok := slices.BinarySearchFunc(b.s.Users, UserID(guid), func(u User, id UserID) int {
		return strings.Compare(string(u.ID), string(id))
	})
	return UserID(guid), ok
}

// audience compiles a list; missing are the names that are nobody.
func (b *bound) audience(list []Who) (a audience, missing []Name) {
	a.people = map[UserID]bool{}
	for _, w := range list {
		switch {
		case w.Everyone:
			a.everyone = true
		case w.Selector != nil:
			a.selectors = append(a.selectors, w.Selector)
		default:
			if id, ok := b.person(w.Person); ok {
				a.people[id] = true
			} else {
				missing = append(missing, Name{Text: w.Person, Place: w.Place})
			}
		}
	}
	return a, missing
}

// nobody notes names that are nobody where that takes nothing from anybody.
func (b *bound) nobody(missing []Name) {
	for _, n := range missing {
		f := b.formers[strings.ToLower(n.Text)]
		text := n.File + ":" + itoa(n.Line) + ": nobody in the tenant is called " + quote(n.Text)
		switch {
		case f.deleted:
			text = n.File + ":" + itoa(n.Line) + ": " + quote(n.Text) + " is no longer in the tenant: " + f.words
		case f.words != "":
			text += "; " + f.words
		}
		b.unsure = b.unsure || !f.deleted && b.s.partial() // an alias is looked for among everyone
		b.notes = append(b.notes, Note{Code: "nobody", Text: text})
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
				b.notes = append(b.notes, Note{Code: "matches-nobody", Text: s.Place.File + ":" + itoa(s.Place.Line) + ": this selector matches nobody in the tenant"})
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

// danger records names that are nobody where somebody else could lose a seat by
// it (R207), and returns them. A deleted person is somebody: a notice, and
// nothing stops.
func (b *bound) danger(missing []Name, where string, sku SKU) (names []string) {
	for _, n := range missing {
		f := b.formers[strings.ToLower(n.Text)]
		if f.deleted {
			b.nobody([]Name{n})
			continue
		}
		b.unresolved = append(b.unresolved, Unresolved{Name: n.Text, File: n.File, Line: n.Line, Where: where, SKU: sku, Hint: f.words})
		names = append(names, n.Text)
	}
	return names
}
