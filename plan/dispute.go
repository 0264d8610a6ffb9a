package plan

// disputed are the entries of users that may contradict something: claims are
// what all else says, by person. There may be a million entries, and mostly
// each is all that is said of its person; a claim takes ten times the memory
// of an entry.
func (d *Desired) disputed(n names, claims map[string][]claim, closed closedLists) []*UserEntry {
	first := make(map[string]int32, len(d.Users)) // negative: among the disputed already
	swapped := map[string]bool{}                  // persons of whom a replace speaks
	for i := range d.Products {
		for _, r := range d.Products[i].Replace {
			for _, w := range r.Who {
				if w.Person != "" {
					swapped[n.person(w.Person)] = true
				}
			}
		}
	}
	var out []*UserEntry
	for i := range d.Users {
		u := &d.Users[i]
		key := n.person(u.Person.Text)
		j, twice := first[key]
		if twice && j >= 0 {
			out = append(out, &d.Users[j])
		}
		first[key] = int32(i)
		if twice || len(claims[key]) > 0 || swapped[key] || len(u.Remove) > 0 && len(u.Add)+len(u.Licenses) > 0 || closed.names(n, u) {
			out = append(out, u)
			first[key] = -1
		}
	}
	return out
}

// names reports whether an entry wants a product that has a closed list.
func (l closedLists) names(n names, u *UserEntry) bool {
	if len(l) == 0 {
		return false
	}
	for _, list := range [...][]Wanted{u.Licenses, u.Add} {
		for i := range list {
			if _, ok := l[n.product(list[i].Product)]; ok {
				return true
			}
		}
	}
	return false
}

// remembered is a function of what a name says that is asked for the same few
// names a million times.
func remembered(f func(Name) string) func(Name) string {
	known := map[string]string{}
	return func(n Name) string {
		key, ok := known[n.Text]
		if !ok {
			key = f(n)
			known[n.Text] = key
		}
		return key
	}
}

// eachNamed calls see with each of d.named, without a list of them all.
func (d *Desired) eachNamed(see func(Name)) {
	others := *d
	others.Users = nil
	for _, n := range others.named() {
		see(n)
	}
	for i := range d.Users {
		one := Desired{Users: d.Users[i : i+1]}
		for _, n := range one.named() {
			see(n)
		}
	}
}
