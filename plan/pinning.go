package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Pinning is what people.lock shall say of a folder's names, and what became
// of those that are pinned already. Lists are sorted by name without case.
type Pinning struct {
	Pins    []Pin // the whole file
	Added   []Pin
	Dropped []Pin // of names that the folder no longer says
	Renewed []Moved
	// Refused are names that somebody else bears now: their pins stay as they
	// are until it is said that he is meant.
	Refused []Moved
	Renamed []Moved
	// Left are pinned people who are deleted, or gone for good. Their pins stay,
	// so that nobody takes the names for spelling mistakes.
	Left   []Moved
	Nobody []Name // not pinned: there is nobody to pin them to
}

// A Moved is a pin, and what became of whom it pins or of its name.
type Moved struct {
	Pin
	// Became says what became of the account, as in "was deleted on 2026-11-03".
	Became string
	// Now is who bears the name now; empty where nobody does.
	Now *User
}

// Changes reports whether people.lock does not say all that yet.
func (p *Pinning) Changes() bool { return len(p.Added)+len(p.Dropped)+len(p.Renewed) > 0 }

// NewPinning pins the names of a folder to those of s who bear them. Of s are
// needed the people that [Named] names and the deleted ones. Good pins stay as
// they are. Renew are names that mean who bears them now, whoever they were
// pinned to before: one that is no such name is an error.
func NewPinning(d *Desired, s *Snapshot, renew []string) (*Pinning, error) {
	b := &bound{d: d, s: s, pins: newPinned(d.Pins), shared: map[string][]UserID{}}
	b.findPeople(nil)
	p := &pinner{b: b, old: map[string]Pin{}, renew: map[string]bool{}, seen: map[string]bool{}}
	for _, pin := range d.Pins {
		p.old[strings.ToLower(pin.Name)] = pin
	}
	for _, name := range renew {
		p.renew[strings.ToLower(name)] = true
	}
	d.eachPerson(p.name)
	for _, name := range renew {
		if p.renew[strings.ToLower(name)] {
			return nil, p.cannotRenew(name)
		}
	}
	p.out.Dropped = d.idle()
	idle := make(map[string]bool, len(p.out.Dropped))
	for _, pin := range p.out.Dropped {
		idle[strings.ToLower(pin.Name)] = true
	}
	for _, pin := range d.Pins { // those whose id stands in the folder stay
		if key := strings.ToLower(pin.Name); !p.seen[key] && !idle[key] {
			p.out.Pins = append(p.out.Pins, pin)
		}
	}
	p.sort()
	return &p.out, nil
}

// A pinner goes through the names of a folder.
type pinner struct {
	b     *bound
	old   map[string]Pin // by lower-case name
	renew map[string]bool
	seen  map[string]bool
	out   Pinning
}

// name takes one name of the folder in.
func (p *pinner) name(name string, at Place) {
	key := strings.ToLower(name)
	if _, err := ParseGUID(name); err == nil || p.seen[key] {
		return
	}
	p.seen[key] = true
	f := p.b.find(name)
	pin, pinned := p.old[key]
	if !pinned {
		p.fresh(f, Name{Text: name, Place: at})
		return
	}
	m := Moved{Pin: pin}
	switch f.is {
	case isHere:
	case isReused:
		m.Became = p.b.became(f.id)
		m.Now, _ = p.b.s.User(f.bearers[0])
		if p.renew[key] && len(f.bearers) == 1 {
			delete(p.renew, key)
			p.out.Renewed = append(p.out.Renewed, m)
			pin.ID = m.Now.ID
			break
		}
		p.out.Refused = append(p.out.Refused, m)
	case isRenamed:
		m.Became = p.b.became(f.id)
		p.out.Renamed = append(p.out.Renamed, m)
	default:
		m.Became = p.b.became(f.id)
		p.out.Left = append(p.out.Left, m)
	}
	p.out.Pins = append(p.out.Pins, pin)
}

// fresh pins a name for the first time. One whose account was deleted is pinned
// to that, if it is the only one: once the account is gone for good, nothing
// else tells that the name was somebody's.
func (p *pinner) fresh(f found, n Name) {
	if f.is == isDeleted {
		f.id = p.b.s.onlyDeleted(n.Text)
	}
	if f.id == "" {
		p.out.Nobody = append(p.out.Nobody, n)
		return
	}
	pin := Pin{ID: f.id, Name: n.Text}
	p.out.Added, p.out.Pins = append(p.out.Added, pin), append(p.out.Pins, pin)
	if f.is == isDeleted {
		p.out.Left = append(p.out.Left, Moved{Pin: pin, Became: p.b.became(f.id)})
	}
}

// onlyDeleted is the deleted account that had a name, if one alone had it.
func (s *Snapshot) onlyDeleted(name string) (id UserID) {
	for i := range s.Deleted {
		if d := &s.Deleted[i]; strings.EqualFold(d.UserPrincipalName, name) {
			if id != "" {
				return ""
			}
			id = d.ID
		}
	}
	return id
}

func (p *pinner) cannotRenew(name string) error {
	key := strings.ToLower(name)
	_, pinned := p.old[key]
	switch f := p.b.find(name); {
	case !p.seen[key]:
		return fmt.Errorf("no file names %s: there is nothing to renew", quote(name))
	case !pinned:
		return fmt.Errorf("%s is not pinned yet: there is nothing to renew", quote(name))
	case f.is == isHere:
		return fmt.Errorf("%s is pinned to who bears the name: there is nothing to renew", quote(name))
	case f.is == isReused:
		return fmt.Errorf("%s is the name of %d accounts: say the object id instead", quote(name), len(f.bearers))
	}
	return fmt.Errorf("nobody in the tenant is called %s now: there is nobody to pin it to", quote(name))
}

func (p *pinner) sort() {
	byName := func(x, y string) int {
		return cmp.Or(strings.Compare(strings.ToLower(x), strings.ToLower(y)), strings.Compare(x, y))
	}
	for _, list := range [][]Pin{p.out.Pins, p.out.Added, p.out.Dropped} {
		slices.SortFunc(list, func(x, y Pin) int { return byName(x.Name, y.Name) })
	}
	for _, list := range [][]Moved{p.out.Renewed, p.out.Refused, p.out.Renamed, p.out.Left} {
		slices.SortFunc(list, func(x, y Moved) int { return byName(x.Name, y.Name) })
	}
	slices.SortFunc(p.out.Nobody, func(x, y Name) int { return byName(x.Text, y.Text) })
}
