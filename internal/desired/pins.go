package desired

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// lockFile pins the people whom the files name.
const lockFile = "people.lock"

const (
	samplePin = "write `<object id> <name>`, or take the line out"
	lockAgain = "run `reseat lock`"
)

// ComparePins is the order of people.lock: by name, without case. It is 0 for
// two of which one must go.
func ComparePins(a, b plan.Pin) int {
	return cmp.Or(cmp.Compare(fold(a.Name), fold(b.Name)), cmp.Compare(pinKey(a.Name), pinKey(b.Name)))
}

// pinKey is a name as plans look it up among pins: a letter that another is only
// folded to stays apart.
func pinKey(name string) string { return strings.ToLower(name) }

// readPins reads people.lock, if there is one.
func (r *reader) readPins() {
	if !r.locked {
		return
	}
	data, ok := r.input(r.root, lockFile, lockFile, "run `reseat lock` in a folder that names fewer people", "make it readable")
	if !ok {
		return
	}
	l := &lined{reader: r, file: lockFile, data: data}
	defer l.close()
	if !l.check() {
		return
	}
	r.desired.Locked = true
	const shortest = 39 // bytes of a line, with its break
	most := len(l.data)/shortest + 1
	r.desired.Pins = make([]plan.Pin, 0, most)
	first := make(map[string]int32, most) // in Pins, by folded name
	last := plan.Pin{}
	for rest, line := l.data, 1; len(rest) > 0 && !l.full(); line++ {
		text, after, _ := bytes.Cut(rest, []byte{'\n'})
		rest = after
		pin, ok := l.pin(string(text), line)
		if !ok {
			continue
		}
		name := pinKey(pin.Name)
		i, twice := first[name]
		was := pin
		if twice {
			was = r.desired.Pins[i]
		}
		switch {
		case twice && was.ID != pin.ID: // which of the two is meant only people know
			l.fault(line, pin.Place.Column, fmt.Sprintf("%s stands in people.lock already, on line %d, with another object id", quote(pin.Name), was.Line), "keep the line that is right")
			continue
		case r.opts.Relocking:
		case twice:
			l.fault(line, pin.Place.Column, fmt.Sprintf("%s stands in people.lock already, on line %d", quote(pin.Name), was.Line), lockAgain)
			continue
		case ComparePins(last, pin) > 0:
			l.fault(line, pin.Place.Column, "people.lock is not sorted: "+quote(pin.Name)+" stands below "+quote(last.Name), lockAgain)
		}
		if !twice {
			first[name] = int32(len(r.desired.Pins))
		}
		last = pin
		pin.File = lockFile // white space before it is one byte a character
		r.desired.Pins = append(r.desired.Pins, pin)
	}
	if r.opts.Relocking {
		slices.SortStableFunc(r.desired.Pins, ComparePins)
	}
}

// pin reads one line; false is for none, or a fault.
func (l *lined) pin(text string, line int) (plan.Pin, bool) {
	indent := len(text) - len(strings.TrimLeft(text, " \t"))
	p := plan.Pin{Place: plan.Place{File: l.file, Line: line, Column: 1 + indent}}
	text = strings.TrimSpace(text)
	if text == "" || text[0] == '#' {
		return p, false
	}
	id, name, _ := strings.Cut(strings.ReplaceAll(text, "\t", " "), " ")
	guid, err := plan.ParseGUID(id)
	if p.ID, p.Name = plan.UserID(guid), normal(name); err != nil {
		l.fault(line, p.Place.Column, "the line begins with "+quote(id)+", which is no object id", samplePin)
		return p, false
	}
	switch {
	case p.Name == "":
		l.fault(line, p.Place.Column, "the line has no name", samplePin)
	case strings.Contains(p.Name, " "):
		l.fault(line, p.Place.Column, quote(p.Name)+" is no userPrincipalName", samplePin)
	default:
		return p, true
	}
	return p, false
}
