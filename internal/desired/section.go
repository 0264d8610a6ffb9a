package desired

import (
	"bytes"
	"errors"
	"runtime"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

// errApart is a run that the parser does not see as what it was taken for. No
// text is known for which this happens; the file is then read as one piece.
var errApart = errors.New("not read apart")

// A section is a section `users` of which runs are read apart.
type section struct {
	*source
	node  *yaml.Node
	runs  []run
	users bool // its people count; otherwise it is only checked
	err   error

	base int // entries of the desired state before it
	// odd has the lines of keys that are not the name of an entry read since
	// base; respelt the entries whose key is not letter by letter their name.
	odd     map[string]int
	respelt map[int32]bool
	done    bool
	batches []*batch // room
}

// read reads the entries that stayed and the runs between them, in their order.
func (p *section) read(users bool) {
	p.done, p.users = true, users
	p.base, p.odd, p.respelt = len(p.desired.Users), map[string]int{}, map[int32]bool{}
	runs := p.runs
	for range min(runtime.GOMAXPROCS(0), maxBatches) {
		p.batches = append(p.batches, newBatch(p.file, users))
	}
	people := len(p.node.Content) / 2
	for i := range runs {
		people += runs[i].people
	}
	p.expect(people)
	for i := 0; i+1 < len(p.node.Content) && !p.full(); i += 2 {
		k := p.node.Content[i]
		p.kept(k, p.node.Content[i+1])
		if len(runs) == 0 || k.Line != runs[0].second {
			continue
		}
		if p.err = p.run(&runs[0]); p.err != nil {
			return
		}
		runs = runs[1:]
	}
}

// first is the line in which a key stands already.
func (p *section) first(key string) (line int, doubled bool) {
	if line, ok := p.odd[key]; ok {
		return line, true
	}
	i, ok := p.entryOf[fold(key)]
	if !ok || int(i) < p.base || p.respelt[i] {
		return 0, false
	}
	u := &p.desired.Users[i]
	return u.Line, u.Person.Text == key
}

// kept reads an entry that stayed.
func (p *section) kept(k, v *yaml.Node) {
	line, doubled := p.first(k.Value)
	if !p.key(k, line, doubled) {
		return
	}
	p.checkFrom(k, 3)
	p.checkFrom(v, 3)
	if !p.users || p.nothing(k, v) {
		p.odd[k.Value] = k.Line
		return
	}
	name, ok := p.person(k, personInUsers)
	if !ok || !p.once(name) {
		p.odd[k.Value] = k.Line
		return
	}
	if name.Text != k.Value {
		p.odd[k.Value] = k.Line
		p.respelt[int32(len(p.desired.Users))] = true
	}
	p.desired.Users = append(p.desired.Users, p.userEntry(entry{k, v}, name))
}

// run reads the entries that were taken out: a few batches at the same time,
// which are then taken in their order.
func (p *section) run(r *run) error {
	text, line := r.text, r.line
	for len(text) > 0 && !p.full() {
		used := p.batches[:0]
		for i := 0; i < len(p.batches) && len(text) > 0; i++ {
			text, line = p.batches[i].fill(text, line)
			used = p.batches[:i+1]
		}
		if err := readAtOnce(used); err != nil {
			return err
		}
		for _, b := range used {
			for i := range b.people {
				p.add(&b.people[i])
			}
		}
	}
	return nil
}

// readAtOnce reads batches, each by itself.
func readAtOnce(batches []*batch) error {
	errs := make([]error, len(batches))
	var wait sync.WaitGroup
	for i := 1; i < len(batches); i++ {
		wait.Go(func() { errs[i] = batches[i].read() })
	}
	errs[0] = batches[0].read()
	wait.Wait()
	return errors.Join(errs...)
}

// add takes an entry that was read into the desired state, and its faults into
// those of the folder.
func (p *section) add(e *person) {
	line, doubled := p.first(e.user.Person.Text)
	if doubled {
		p.doubled(e.user.Place, e.user.Person.Text, line)
		return
	}
	p.reportAll(e.checked)
	if !p.users {
		p.odd[e.user.Person.Text] = e.line
		return
	}
	p.reportAll(e.named)
	if !e.ok || !p.once(e.user.Person) {
		p.odd[e.user.Person.Text] = e.line
		return
	}
	p.reportAll(e.said)
	p.desired.Users = append(p.desired.Users, e.user)
}

func (p *section) reportAll(faults []plan.Fault) {
	for _, f := range faults {
		p.report(f)
	}
}

// A person is an entry of a run, and what was read of it.
type person struct {
	unit
	text []byte // the whole entry
	line int

	user plan.UserEntry
	ok   bool // it names a person
	// What is wrong: everywhere in the folder, with the name, and with what is
	// said of the person.
	checked, named, said []plan.Fault
}

// A batch reads some entries of runs at a time. What stands after the names is
// mostly the same few texts, and each is parsed once.
type batch struct {
	file   string
	users  bool // as in section
	people []person
	known  map[string]*plan.UserEntry // by the text after the name; places count from it
	wanted []plan.Wanted              // room
}

const (
	batchSize  = 1024
	maxKnown   = 4096
	maxBatches = 8
)

func newBatch(file string, users bool) *batch {
	return &batch{file: file, users: users, known: map[string]*plan.UserEntry{}}
}

// fill takes as many entries from the beginning of a text as there is room for,
// and returns the rest and its line.
func (b *batch) fill(text []byte, line int) ([]byte, int) {
	b.people = b.people[:0]
	for len(text) > 0 && len(b.people) < batchSize {
		u := readUnit(text)
		if u.kind == personal {
			b.people = append(b.people, person{unit: u, text: text[:u.size], line: line})
		}
		text, line = text[u.size:], line+u.lines
	}
	return text, line
}

// read reads what the entries say.
func (b *batch) read() error {
	var unknown []int
	for i := range b.people {
		e := &b.people[i]
		like, ok := b.known[string(e.value)]
		if ok {
			name := string(e.name)
			if cause, _ := noPerson(name); cause == "" || !b.users {
				b.copy(e, like, name)
				continue
			}
		}
		unknown = append(unknown, i)
	}
	if len(unknown) == 0 {
		return nil
	}
	return b.parse(unknown)
}

// copy gives an entry what another one says after its name.
func (b *batch) copy(e *person, like *plan.UserEntry, name string) {
	b.begin(e, name)
	at := plan.Place{File: b.file, Line: e.line, Column: e.column}
	e.ok, e.user.Exact, e.user.Note = true, like.Exact, like.Note
	e.user.Licenses = b.moved(like.Licenses, at, 1)
	e.user.Add = b.moved(like.Add, at, 1)
	e.user.Remove = movedNames(like.Remove, at, 1)
}

func (b *batch) begin(e *person, name string) {
	n := plan.Name{Text: name, Place: plan.Place{File: b.file, Line: e.line, Column: e.indent + 1}}
	e.user = plan.UserEntry{Ref: plan.Ref{Kind: plan.KindUsers, Name: name, Place: n.Place}, Person: n}
}

// moved are the products with their places moved to at, or from at with -1.
func (b *batch) moved(list []plan.Wanted, at plan.Place, by int) []plan.Wanted {
	if len(list) == 0 {
		return nil
	}
	if cap(b.wanted)-len(b.wanted) < len(list) {
		b.wanted = make([]plan.Wanted, 0, max(min(2*cap(b.wanted), batchSize), 8, len(list)))
	}
	start := len(b.wanted)
	for _, w := range list {
		w.Product.Place = move(w.Product.Place, at, by)
		w.DisabledPlans = movedNames(w.DisabledPlans, at, by)
		b.wanted = append(b.wanted, w)
	}
	return b.wanted[start:len(b.wanted):len(b.wanted)]
}

func movedNames(list []plan.Name, at plan.Place, by int) []plan.Name {
	if list == nil {
		return nil
	}
	out := make([]plan.Name, len(list))
	for i, n := range list {
		out[i] = plan.Name{Text: n.Text, Place: move(n.Place, at, by)}
	}
	return out
}

func move(p, at plan.Place, by int) plan.Place {
	return plan.Place{File: at.File, Line: p.Line + by*at.Line, Column: p.Column + by*at.Column}
}

// parse has the parser read entries, as a section of their own.
func (b *batch) parse(which []int) error {
	var text bytes.Buffer
	text.WriteString("users:\n")
	for _, i := range which {
		text.Write(b.people[i].text)
		if text.Bytes()[text.Len()-1] != '\n' {
			text.WriteByte('\n')
		}
	}
	root, err := next(yaml.NewDecoder(&text))
	if err != nil || root.Kind != yaml.MappingNode || len(root.Content) != 2 {
		return errApart
	}
	list := root.Content[1].Content
	if len(list) != 2*len(which) {
		return errApart
	}
	line := 2 // in text
	for j, i := range which {
		e := &b.people[i]
		k := list[2*j]
		if k.Line != line || k.Column != e.indent+1 || k.Value != string(e.name) {
			return errApart
		}
		line += e.lines
		b.entry(e, entry{k, list[2*j+1]}, k.Line-e.line)
	}
	return nil
}

// entry reads one entry as it is read in a whole document; its lines are by
// some too great.
func (b *batch) entry(e *person, n entry, by int) {
	lower(n.key, by)
	lower(n.value, by)
	b.begin(e, n.key.Value)
	r := &reader{}
	s := &source{reader: r, file: b.file}
	s.checkFrom(n.value, 3)
	e.checked, r.faults = r.faults, nil
	if !b.users {
		b.know(e)
		return
	}
	name, ok := s.person(n.key, personInUsers)
	e.ok, e.named, r.faults = ok, r.faults, nil
	if !ok {
		return
	}
	e.user = s.userEntry(n, name)
	e.said = r.faults
	b.know(e)
}

// lower takes the lines of a node down.
func lower(n *yaml.Node, by int) {
	n.Line -= by
	for _, c := range n.Content {
		lower(c, by)
	}
}

// know keeps what an entry says for others that say the same, if nothing is
// wrong with it.
func (b *batch) know(e *person) {
	if len(e.checked)+len(e.said) > 0 {
		return
	}
	if len(b.known) == maxKnown {
		clear(b.known)
	}
	at := plan.Place{File: b.file, Line: e.line, Column: e.column}
	like := &plan.UserEntry{Exact: e.user.Exact, Note: e.user.Note, Remove: movedNames(e.user.Remove, at, -1)}
	like.Licenses, like.Add = b.moved(e.user.Licenses, at, -1), b.moved(e.user.Add, at, -1)
	b.known[string(e.value)] = like
}
