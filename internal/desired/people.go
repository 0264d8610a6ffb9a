package desired

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// A Listing asks for files that say what each person holds.
type Listing struct {
	Desired  *plan.Desired  // the folder as it stands
	Snapshot *plan.Snapshot // of everyone
	Survey   *plan.Survey   // of that snapshot, with the folder's settings
	Root     fs.FS          // the folder, to read the files of an earlier import
	Split    Split
	// Update renews the files of an earlier import; without it, files that are
	// there are in the way.
	Update bool
}

// A Split is what people are parted into files by.
type Split string

// The splits. SplitAsBefore is that of the files of an earlier import, or by letter.
const (
	SplitAsBefore   Split = ""
	SplitLetter     Split = "letter"
	SplitDepartment Split = "department"
)

// Listed is what [People] makes: files that are new or change, with every line
// counted, and why people have none.
type Listed struct {
	Texts []Text
	// Was has what stood in those of Texts that were there, by path.
	Was map[string][]byte
	// Exist are paths of Texts that are there and that import did not make, or
	// that it made and was not asked to update.
	Exist []string
	// People hold Seats: what the lines say, those of other files included.
	People, Seats int
	// Added, Changed and Removed are lines, Same those that stay.
	Added, Changed, Removed, Same int
	// Renew are names that were pinned to somebody else, of whom no file speaks by
	// that name: their lines mean who bears them now.
	Renew []string
	// Elsewhere are people about whom the folder says something already, beside
	// plain lines of import.
	Elsewhere int
}

// peopleDir is where the files lie.
const peopleDir = "people"

// People writes the exact set of direct seats of the managed products for each
// person who holds one, a line each, so that a plan of it changes nothing.
// Lines of an earlier import are renewed, and every other byte stays. What is
// managed must be listed: an exact set takes what it does not name.
func People(in Listing) (*Listed, error) {
	if !in.Desired.Settings.Manage.Given {
		return nil, fmt.Errorf("manage.products is not given")
	}
	l := newLister(in)
	if err := l.begun(); err != nil {
		return nil, err
	}
	l.find()
	l.settle()
	l.write()
	return &l.out, nil
}

// A lister is one listing in the making.
type lister struct {
	Listing
	out       Listed
	spell     *speller
	rank      map[plan.SKU]int
	made      map[string]*madeFile // files of an earlier import, by path
	elsewhere map[plan.UserID]bool // of whom the folder speaks otherwise
	present   map[plan.UserID]*ownLine
	pins      map[string]plan.UserID // by name in lower case, as plans look pins up
}

// An ownLine is a line that import wrote and nobody changed.
type ownLine struct {
	file  *madeFile
	line  int // where it begins, from 0
	entry *plan.UserEntry
}

func newLister(in Listing) *lister {
	l := &lister{Listing: in, spell: newSpeller(in.Snapshot), rank: map[plan.SKU]int{}, made: map[string]*madeFile{},
		elsewhere: map[plan.UserID]bool{}, present: map[plan.UserID]*ownLine{}, pins: map[string]plan.UserID{}}
	for _, p := range in.Desired.Pins {
		l.pins[pinKey(p.Name)] = p.ID
	}
	for i, sku := range in.Survey.Managed() {
		l.rank[sku] = i
	}
	return l
}

// begun reads the files of an earlier import.
func (l *lister) begun() error {
	for _, f := range l.Desired.Files {
		m, err := readMade(l.Root, f)
		if err != nil {
			return err
		}
		if m == nil {
			continue
		}
		l.made[f.Path] = m
		if l.Split == SplitAsBefore {
			l.Split = m.split
		}
	}
	if l.Split == SplitAsBefore {
		l.Split = SplitLetter
	}
	return nil
}

// find parts what the folder says of people into own lines and all else.
func (l *lister) find() {
	people := newBearers(l.Snapshot, l.Desired.Pins)
	for i := range l.Desired.Users {
		e := &l.Desired.Users[i]
		m := l.made[e.File]
		id, known := people.of(e.Person.Text)
		switch {
		case m == nil || !m.own(e):
			for _, id := range people.all(e.Person.Text) {
				l.elsewhere[id] = true
			}
		case !known || !l.speaksOf(e, id):
			m.drop(m.start(e.Line - 1))
			l.out.Removed++
		default:
			l.present[id] = &ownLine{m, m.start(e.Line - 1), e}
		}
	}
	for _, name := range named(l.Desired) {
		for _, id := range people.all(name) {
			l.elsewhere[id] = true
		}
	}
}

// speaksOf reports whether a line names somebody as files do today: a name that
// two share by now is nobody's.
func (l *lister) speaksOf(e *plan.UserEntry, id plan.UserID) bool {
	u, ok := l.Snapshot.User(id)
	return ok && fold(l.spell.of(u)) == fold(e.Person.Text)
}

// named are the people whom statements beside `users` name.
func named(d *plan.Desired) []string {
	var out []string
	whos := func(list []plan.Who) {
		for _, w := range list {
			if w.Person != "" {
				out = append(out, w.Person)
			}
		}
	}
	for i := range d.Keep {
		whos(d.Keep[i].Who)
	}
	for i := range d.Remove {
		whos(d.Remove[i].Who)
	}
	for i := range d.Products {
		p := &d.Products[i]
		whos(p.Holders)
		whos(p.Add)
		for j := range p.Replace {
			whos(p.Replace[j].Who)
		}
	}
	return out
}

// settle decides about each person's line.
func (l *lister) settle() {
	var held []plan.SKU
	for i := range l.Snapshot.Users {
		u := &l.Snapshot.Users[i]
		held = l.held(held[:0], u)
		own := l.present[u.ID]
		if !l.Survey.Inside(u.ID) { // nothing that is said of them counts
			if own != nil {
				l.out.Same++
			}
			continue
		}
		switch {
		case l.elsewhere[u.ID]:
			if len(held) > 0 {
				l.out.Elsewhere++
			}
			continue
		case own == nil && len(held) == 0:
			continue
		case own == nil:
			key := l.spell.of(u)
			l.fileOf(u, key).add(key, l.line(u, key, held))
			l.out.Added++
		case len(held) == 0:
			own.file.drop(own.line)
			l.out.Removed++
			continue
		case l.says(own.entry, held):
			l.out.Same++
		default:
			own.file.replace(own.line, l.line(u, own.entry.Person.Text, held))
			l.out.Changed++
		}
		l.renew(u)
		l.out.People++
		l.out.Seats += len(held)
	}
}

// renew notes a name that is pinned to somebody else.
func (l *lister) renew(u *plan.User) {
	if len(l.pins) == 0 {
		return
	}
	name := l.spell.of(u)
	if id := l.pins[pinKey(name)]; id != "" && id != u.ID && name != string(u.ID) {
		l.out.Renew = append(l.out.Renew, name)
	}
}

// held appends the managed products that somebody holds other than through
// groups alone, in the order of manage.products. Where seats of groups that
// nobody wants would be shown as blocked, those are wanted too.
func (l *lister) held(list []plan.SKU, u *plan.User) []plan.SKU {
	groups := l.Desired.Settings.Manage.Inherited == plan.InheritedBlock
	direct := false
	add := func(sku plan.SKU) {
		if _, managed := l.rank[sku]; managed && !slices.Contains(list, sku) {
			list = append(list, sku)
		}
	}
	for i := range u.Sources {
		s := &u.Sources[i]
		if _, managed := l.rank[s.SKU]; s.Direct() && managed {
			direct = true
		}
		if s.Direct() || groups && s.Held() {
			add(s.SKU)
		}
	}
	for _, sku := range u.Unsourced {
		_, managed := l.rank[sku]
		direct = direct || managed
		add(sku)
	}
	if !direct {
		return list[:0]
	}
	slices.SortFunc(list, func(a, b plan.SKU) int { return l.rank[a] - l.rank[b] })
	return list
}

// says reports whether an entry names just these products.
func (l *lister) says(e *plan.UserEntry, held []plan.SKU) bool {
	if len(e.Licenses) != len(held) {
		return false
	}
	for _, w := range e.Licenses {
		if sku, ok := l.Survey.Find(w.Product.Text); !ok || !slices.Contains(held, sku) {
			return false
		}
	}
	return true
}

// line is what a file says of a person.
func (l *lister) line(u *plan.User, key string, held []plan.SKU) string {
	names := make([]string, len(held))
	for i, sku := range held {
		names[i] = string(sku)
		if p := l.Survey.Product(sku); p != nil {
			names[i] = fileName(p)
		}
	}
	text := written(key, names)
	if key == string(u.ID) {
		return calledMark + cmp.Or(harmless(u.UserPrincipalName), "nothing") + "\n" + text
	}
	return text
}

// calledMark begins the line with the name of a person who stands by id.
const calledMark = "  # called "

// fileOf is the file where the line of a person with a key goes.
func (l *lister) fileOf(u *plan.User, key string) *madeFile {
	name := "other"
	switch c := key[0] | 0x20; {
	case l.Split == SplitDepartment:
		name = slug(u.Department)
	case 'a' <= c && c <= 'z' && key != string(u.ID):
		name = string(c)
	}
	file := path.Join(peopleDir, name+".yaml")
	if l.made[file] == nil {
		l.made[file] = newMade(file, l.Split)
	}
	if d := strings.TrimSpace(u.Department); l.Split == SplitDepartment {
		l.made[file].about(d)
	}
	return l.made[file]
}
