package plan

import (
	"cmp"
	"slices"
	"strings"
)

// A notice is something about people that a reader of the plan should know and
// put right: a note with its place, or with [Input.Strict] a fault.
type notice struct {
	code          string
	place         Place
	cause, remedy string
}

// Codes of notices.
const (
	codeNobody   = "nobody"
	codeDeleted  = "deleted"
	codeGone     = "gone"
	codeRenamed  = "renamed"
	codeReused   = "name-reused"
	codeUnpinned = "unpinned"
	codeMatches  = "matches-nobody"
	codeNoGroup  = "no-group"
)

func (n notice) note() Note {
	text := n.cause
	if n.code != codeUnpinned { // that is about many places
		text = n.place.File + ":" + itoa(n.place.Line) + ": " + text
	}
	if n.remedy != "" {
		text += "; " + n.remedy
	}
	return Note{Code: n.code, Text: text}
}

func (n notice) fault() Fault { return Fault{Place: n.place, Cause: n.cause, Remedy: n.remedy} }

func (b *bound) notice(code string, at Place, cause, remedy string) {
	b.notices = append(b.notices, notice{code: code, place: at, cause: cause, remedy: remedy})
}

// tellNotices makes notes of the notices, or faults where people want to be
// strict; then names that trip R207 are faults as well, so that all are told at once.
func (b *bound) tellNotices(strict bool) {
	if strict {
		for _, u := range b.unresolved {
			if u.told {
				continue
			}
			cause := "nobody in the tenant is called " + quote(u.Name)
			if u.Hint != "" {
				cause += "; " + u.Hint
			}
			b.fault(u.place, cause, correctName)
		}
	}
	for _, n := range b.notices {
		if strict {
			b.faults = append(b.faults, n.fault())
		} else {
			b.notes = append(b.notes, n.note())
		}
	}
	b.notices = nil
}

const correctName = "correct the name, or take it out"

// tell notices what has become of a name; one that is plainly somebody's needs
// no word. Does is what comes of a name that is not surely anybody's.
func (b *bound) tell(n Name, f found, does string) {
	switch f.is {
	case isHere:
	case isNowhere:
		cause := "nobody in the tenant is called " + quote(n.Text)
		if hint := b.formers[strings.ToLower(n.Text)].words; hint != "" {
			cause += "; " + hint
		}
		b.unsure = b.unsure || b.s.partial() // an alias is looked for among everyone
		b.notice(codeNobody, n.Place, cause, correctName)
	case isRenamed:
		b.notice(codeRenamed, n.Place, quote(n.Text)+" is called "+b.s.nameOf(f.id)+" now, and is followed", "write the new name, then `reseat lock`")
	case isReused:
		b.notice(codeReused, n.Place, quote(n.Text)+" is somebody else's name now: the account that people.lock pins "+b.became(f.id)+", so "+does,
			"`reseat lock --renew "+n.Text+"` if who has the name now is meant, else take it out")
	case isDeleted, isGone:
		b.notice(map[standing]string{isDeleted: codeDeleted, isGone: codeGone}[f.is], n.Place,
			quote(n.Text)+" is no longer in the tenant: "+b.left(n.Text, f), "take the name out")
	}
}

// left says how an account left.
func (b *bound) left(name string, f found) string {
	if f.is == isGone {
		return "the account that people.lock pins " + b.s.goneWords()
	}
	if f.id == "" {
		return b.formers[strings.ToLower(name)].words
	}
	d, _ := b.s.deletedUser(f.id)
	return d.words()
}

// words say when somebody was deleted.
func (d *DeletedUser) words() string {
	if d.DeletedAt.IsZero() {
		return "the account was deleted"
	}
	return "the account was deleted on " + string(DayOf(d.DeletedAt))
}

// became says what has become of the account that a reused name was pinned to.
func (b *bound) became(id UserID) string {
	if name := b.s.nameOf(id); name != "" {
		return "is called " + name
	}
	if d, ok := b.s.deletedUser(id); ok {
		return strings.TrimPrefix(d.words(), "the account ")
	}
	return b.s.goneWords()
}

// goneWords say that an account is nowhere, as far as was looked.
func (s *Snapshot) goneWords() string {
	for _, r := range s.Reads {
		if r.What == ReadDeleted && r.Status == ReadDenied {
			return "is no longer there"
		}
	}
	return "is gone for good"
}

// nameOf is what an account is called, or empty where it is not there.
func (s *Snapshot) nameOf(id UserID) string {
	u, ok := s.User(id)
	if !ok {
		return ""
	}
	return cmp.Or(u.UserPrincipalName, string(u.ID))
}

// A loose is names without a pin: how many, and the first of them.
type loose struct {
	n     int
	first []Name // at most three, in the order of their places
}

// unpinned counts the names that somebody bears and no pin holds to him, each
// once. Object ids need no pin.
func (b *bound) unpinned() loose {
	return b.d.unpinned(b.pins, func(name string) bool {
		is := b.find(name).is
		return is == isHere || is == isDeleted
	})
}

func (d *Desired) unpinned(pins pinned, counts func(name string) bool) (l loose) {
	seen := map[string]bool{}
	d.eachPerson(func(name string, at Place) {
		key := strings.ToLower(name)
		if _, err := ParseGUID(name); err == nil || seen[key] {
			return
		}
		seen[key] = true
		if _, ok := pins.byName[key]; !ok && counts(name) {
			l.add(Name{Text: name, Place: at})
		}
	})
	return l
}

func (l *loose) add(n Name) {
	l.n++
	i, _ := slices.BinarySearchFunc(l.first, n, func(x, y Name) int { return cmp.Or(x.Place.Compare(y.Place), cmp.Compare(x.Text, y.Text)) })
	if l.first = slices.Insert(l.first, i, n); len(l.first) > 3 {
		l.first = l.first[:3]
	}
}

// notice says it in one line, however many there are.
func (l loose) notice(locked bool) notice {
	names := make([]string, 0, 4)
	for _, x := range l.first {
		names = append(names, x.Text)
	}
	if more := l.n - len(names); more > 0 {
		names = append(names, itoa(more)+" more")
	}
	n := notice{code: codeUnpinned, place: l.first[0].Place, remedy: "`reseat lock` pins them, and who is renamed is still found"}
	n.cause = itoa(l.n) + " names of people are"
	if l.n == 1 {
		n.cause, n.remedy = "1 name of a person is", "`reseat lock` pins it, and who is renamed is still found"
	}
	if locked {
		n.cause += " not in people.lock: "
	} else {
		n.cause += " not pinned to object ids: "
	}
	n.cause += strings.Join(names, ", ")
	return n
}

// CheckPeople finds what [Input.Strict] makes faults and no tenant is needed
// for: names that are not pinned, and pins of people whom no file names.
func CheckPeople(d *Desired) []Fault {
	pins := newPinned(d.Pins)
	var faults []Fault
	if l := d.unpinned(pins, func(string) bool { return true }); l.n > 0 {
		faults = append(faults, l.notice(d.Locked).fault())
	}
	for _, p := range d.idle() {
		faults = append(faults, Fault{Place: p.Place, Cause: "no file names " + quote(p.Name), Remedy: "`reseat lock` takes the line out"})
	}
	slices.SortStableFunc(faults, compareFaults)
	return faults
}

// idle are the pins that neither a name nor an id of the folder needs.
func (d *Desired) idle() []Pin {
	named := map[string]bool{}
	d.eachPerson(func(name string, _ Place) { named[strings.ToLower(name)] = true })
	var out []Pin
	for _, p := range d.Pins {
		if !named[strings.ToLower(p.Name)] && !named[strings.ToLower(string(p.ID))] {
			out = append(out, p)
		}
	}
	return out
}
