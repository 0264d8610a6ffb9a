package plan

import "slices"

// eachSelector calls f with every selector of the folder: those of statements,
// of protect, of waivers and of manage.people.
func (d *Desired) eachSelector(f func(*Selector)) {
	whos := func(lists ...[]Who) {
		for _, list := range lists {
			for i := range list {
				if list[i].Selector != nil {
					f(list[i].Selector)
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
		p := &d.Products[i]
		whos(p.Holders, p.Add)
		for j := range p.Replace {
			whos(p.Replace[j].Who, p.Replace[j].Except)
		}
	}
	for i := range d.Rules {
		f(&d.Rules[i].Match)
	}
	for i := range d.Settings.Protect.Match {
		f(&d.Settings.Protect.Match[i])
	}
	for i := range d.Settings.Waivers {
		if s := d.Settings.Waivers[i].Match; s != nil {
			f(s)
		}
	}
	if d.Settings.Manage.People != nil {
		f(d.Settings.Manage.People)
	}
}

// each calls f with every term of the selector, those of `not` too.
func (s *Selector) each(f func(*Term)) {
	if s == nil {
		return
	}
	for i := range s.Terms {
		f(&s.Terms[i])
		s.Terms[i].Not.each(f)
	}
}

// eachTerm calls f with every term of the folder's selectors that has the key.
func (d *Desired) eachTerm(key Key, f func(*Term)) {
	d.eachSelector(func(s *Selector) {
		s.each(func(t *Term) {
			if t.Key == key {
				f(t)
			}
		})
	})
}

// uses reports whether some selector of the folder has one of the keys.
func (d *Desired) uses(keys ...Key) bool {
	found := false
	for _, key := range keys {
		d.eachTerm(key, func(*Term) { found = true })
	}
	return found
}

// Groups returns the names and ids of groups that selectors ask for, sorted,
// each once: what must be read before the state can be resolved.
func (d *Desired) Groups() []string {
	var names []string
	d.eachTerm(KeyMemberOf, func(t *Term) { names = append(names, t.Values...) })
	slices.Sort(names)
	return slices.Compact(names)
}
