package plan

import (
	"slices"
	"strings"
)

// A standing is what has become of a name that the folder says.
type standing uint8

const (
	isNowhere standing = iota // nobody bears it, and nothing tells who it was
	isHere                    // somebody, by that name
	isRenamed                 // pinned, and called otherwise now
	isReused                  // pinned to one account, and another's name now
	isDeleted                 // in the recycle bin
	isGone                    // pinned, and no longer anywhere: ids are not used twice
)

// A found is whom a name of the folder means.
type found struct {
	is standing
	// id is whom it means, by its pin if there is one; empty where nothing tells.
	id UserID
	// bearers are who else has the name, where it is reused.
	bearers []UserID
}

// there reports whether the name surely means an account of the tenant.
func (f found) there() bool { return f.is == isHere || f.is == isRenamed }

// pinned gathers the pins by name without case, and the ids among them.
type pinned struct {
	byName map[string]UserID
	ids    map[UserID]bool
}

func newPinned(pins []Pin) pinned {
	p := pinned{byName: make(map[string]UserID, len(pins)), ids: make(map[UserID]bool, len(pins))}
	for i := range pins {
		id := UserID(strings.ToLower(string(pins[i].ID)))
		p.byName[strings.ToLower(pins[i].Name)] = id
		p.ids[id] = true
	}
	return p
}

// find tells whom a name means: by its pin; else by the object id that it is;
// else by who bears it.
func (b *bound) find(name string) found {
	key := strings.ToLower(name)
	if id, ok := b.pins.byName[key]; ok {
		return b.findPinned(key, id)
	}
	if ids := b.bearers(key); len(ids) == 1 {
		return found{is: isHere, id: ids[0]}
	} else if len(ids) > 1 { // nobody's, rather than one of the two
		return found{}
	}
	if guid, err := ParseGUID(name); err == nil {
		return b.findID(UserID(guid))
	}
	if b.formers[key].deleted {
		return found{is: isDeleted}
	}
	return found{}
}

func (b *bound) findPinned(key string, id UserID) found {
	u, there := b.s.User(id)
	if there && strings.ToLower(u.UserPrincipalName) == key {
		return found{is: isHere, id: id}
	}
	bearers := b.bearers(key)
	switch {
	case len(bearers) > 0:
		return found{is: isReused, id: id, bearers: bearers}
	case there:
		return found{is: isRenamed, id: id}
	}
	if _, binned := b.s.deletedUser(id); binned {
		return found{is: isDeleted, id: id}
	}
	return found{is: isGone, id: id}
}

func (b *bound) findID(id UserID) found {
	if _, ok := b.s.User(id); ok {
		return found{is: isHere, id: id}
	}
	if _, ok := b.s.deletedUser(id); ok {
		return found{is: isDeleted, id: id}
	}
	if b.pins.ids[id] {
		return found{is: isGone, id: id}
	}
	return found{id: id}
}

// bearers are the accounts that have a name, lower-case, which was asked for.
func (b *bound) bearers(key string) []UserID {
	id, ok := b.byName[key]
	switch {
	case !ok:
		return nil
	case id != "":
		return []UserID{id}
	}
	return b.shared[key]
}

// deletedUser finds who is in the recycle bin.
func (s *Snapshot) deletedUser(id UserID) (*DeletedUser, bool) {
	i, ok := slices.BinarySearchFunc(s.Deleted, id, func(d DeletedUser, id UserID) int { return strings.Compare(string(d.ID), string(id)) })
	if !ok {
		return nil, false
	}
	return &s.Deleted[i], true
}

// key tells people apart where statements may contradict each other: by id
// wherever one is known, so that what a name and an id say of one person meet.
func (f found) key(name string) string {
	if f.id == "" || f.is == isReused {
		return strings.ToLower(name)
	}
	return string(f.id)
}

// pinnedKey is key without a tenant.
func (p pinned) key(name string) string {
	key := strings.ToLower(name)
	if id, ok := p.byName[key]; ok {
		return string(id)
	}
	return key
}

// twice refuses a second entry in users for one person, as pins tell.
func (p pinned) twice(users []UserEntry) []Fault {
	var faults []Fault
	first := make(map[string]*UserEntry, len(users))
	for i := range users {
		u := &users[i]
		key := p.key(u.Person.Text)
		if other := first[key]; other != nil {
			faults = append(faults, samePerson(u, other.Person.Text, other.Place))
			continue
		}
		first[key] = u
	}
	return faults
}

func samePerson(u *UserEntry, other string, at Place) Fault {
	return Fault{Place: u.Person.Place, Cause: quote(u.Person.Text) + " is the same person as " + quote(other) + " in " + at.String(), Remedy: "keep one entry"}
}

// doubtful are those whom a name may mean that is not surely anybody's now:
// who was meant once, if still there, and who bears it.
func (b *bound) doubtful(f found) []UserID {
	if f.is != isReused {
		return nil
	}
	ids := slices.Clone(f.bearers)
	if _, there := b.s.User(f.id); there {
		ids = append(ids, f.id)
	}
	return ids
}

// meant is the fact that is not known of such people.
func meant(name string) string { return "whether " + quote(name) + " means this person" }

// inDoubt files an entry under those whom its name may mean: nothing of theirs
// is touched for what it says, until it says whom it means.
func (b *bound) inDoubt(out *boundUser, f found, name string) {
	out.doubt = meant(name)
	for _, id := range b.doubtful(f) {
		if b.users[id] == nil {
			b.users[id] = out
		}
	}
}

// unsure is what an entry in doubt says of a product.
func (e *boundUser) unsure(sku SKU) (ruling, bool) {
	if !e.exact && e.wanted[sku] == nil && !e.remove[sku] {
		return ruling{}, false
	}
	return ruling{stance: unevaluated, by: e.ref, fact: e.doubt}, true
}
