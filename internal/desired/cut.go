package desired

import (
	"bytes"
	"slices"

	"gopkg.in/yaml.v3"
)

// A cut parts a file into what the parser reads as one piece and runs of
// people: entries of `users` that each stand for themselves, of which a file
// may have a million. A node of the parser takes 160 bytes, and an entry has
// four or more of them; so the entries of a run are read a few thousand at a
// time.
//
// The first two entries of a run and its last one stay where they are. If the
// parser finds them to be entries of `users` that follow each other, then the
// ones between them are such entries too: each takes the parser from where it
// was to where it was. Otherwise the file is read as one piece.
type cut struct {
	kept []byte
	runs []run
}

// A run is what was taken out of one place of a file.
type run struct {
	text   []byte
	line   int // in the file, of the first line of text
	lines  int
	people int // entries in text
	indent int // of each entry
	// first, second and last are the lines, in the file, of the entries that stayed.
	first, second, last int
	out                 int // lines taken out by this run and those before
	end                 int // in what is kept, of the last entry
}

// leastRun is how many entries make a run.
const leastRun = 8

// cutUp finds the runs of a file, up to a line.
func cutUp(data []byte, least, limit int) cut {
	f := finder{data: data, least: max(least, 4)}
	for line := 1; f.at < len(data) && line < limit; {
		u := readUnit(data[f.at:])
		switch {
		case u.kind == filler:
		case u.kind == personal && f.section:
			f.entry(u, line)
		default:
			f.close()
			if u.kind == other && data[f.at] != ' ' {
				f.section = isUsers(data[f.at : f.at+u.size])
			}
		}
		f.at += u.size
		line += u.lines
	}
	f.close()
	if len(f.cut.runs) == 0 {
		return cut{kept: data}
	}
	f.cut.kept = append(f.cut.kept, data[f.done:]...)
	return f.cut
}

// A finder goes through a file in search of runs.
type finder struct {
	data    []byte
	least   int
	at      int  // where it is
	section bool // below a line `users:`
	done    int  // up to where kept is filled
	cut     cut

	now        run // the run that it is in
	n          int // entries of it
	start, end int // what would be taken out
	size       int // of the last entry
}

func (f *finder) entry(u unit, line int) {
	if f.n > 0 && u.indent != f.now.indent {
		f.close()
	}
	switch f.n++; f.n {
	case 1:
		f.now = run{indent: u.indent, first: line}
	case 2:
		f.now.second, f.now.line, f.start = line, line+u.lines, f.at+u.size
	}
	f.now.last, f.end, f.size = line, f.at, u.size
}

// close ends a run, and takes it out if it is long enough.
func (f *finder) close() {
	if f.n >= f.least {
		r := f.now
		r.text, r.people, r.lines = f.data[f.start:f.end], f.n-3, r.last-r.line
		r.out = r.lines
		if before := len(f.cut.runs); before > 0 {
			r.out += f.cut.runs[before-1].out
		}
		f.cut.kept = append(f.cut.kept, f.data[f.done:f.start]...)
		f.done = f.end
		r.end = len(f.cut.kept) + f.size
		f.cut.runs = append(f.cut.runs, r)
	}
	f.n = 0
}

// isUsers reports whether a line opens the section `users`.
func isUsers(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("users:"))
	return ok && ending(bytes.TrimRight(rest, "\r\n"))
}

// line is where a line of kept stands in the file.
func (c *cut) line(kept int) int {
	i, _ := slices.BinarySearchFunc(c.runs, kept, func(r run, kept int) int {
		if r.line-(r.out-r.lines) <= kept {
			return -1
		}
		return 1
	})
	if i == 0 {
		return kept
	}
	return kept + c.runs[i-1].out
}

// left is where a line of the file stands in kept.
func (c *cut) left(line int) int {
	i, _ := slices.BinarySearchFunc(c.runs, line, func(r run, line int) int {
		if r.line+r.lines <= line {
			return -1
		}
		return 1
	})
	if i == 0 {
		return line
	}
	return line - c.runs[i-1].out
}

// place gives every node of a document its line in the file.
func (c *cut) place(root *yaml.Node) {
	if len(c.runs) == 0 {
		return
	}
	for stack := []*yaml.Node{root}; len(stack) > 0; {
		n := stack[len(stack)-1]
		stack = append(stack[:len(stack)-1], n.Content...)
		n.Line = c.line(n.Line)
	}
}

// users returns the mapping of a document from which runs were taken, those
// runs, and false if it is not sure that they are entries of it.
func (c *cut) users(root *yaml.Node, runs []run) (n *yaml.Node, of []run, ok bool) {
	if root.Kind != yaml.MappingNode {
		return nil, nil, true
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value != "users" {
			continue
		}
		if n != nil { // only the first counts
			return nil, nil, len(runs) == 0
		}
		n = root.Content[i+1]
	}
	if n == nil || n.Kind != yaml.MappingNode {
		return nil, nil, true
	}
	for i := 0; i+5 < len(n.Content) && len(of) < len(runs); i += 2 {
		r := &runs[len(of)]
		if !r.begins(n.Content[i], r.first) {
			continue
		}
		if !r.begins(n.Content[i+2], r.second) || !r.begins(n.Content[i+4], r.last) {
			return nil, nil, false
		}
		of = runs[:len(of)+1]
	}
	if len(of) == 0 {
		n = nil
	}
	return n, of, true
}

// sure reports whether all runs are entries of `users`, whatever comes after them.
func (c *cut) sure() bool {
	runs := c.runs
	dec := yaml.NewDecoder(bytes.NewReader(c.kept[:runs[len(runs)-1].end]))
	for len(runs) > 0 {
		root, err := next(dec)
		if err != nil {
			return false
		}
		c.place(root)
		_, of, ok := c.users(root, runs)
		if !ok {
			return false
		}
		runs = runs[len(of):]
	}
	return true
}

// begins reports whether a key is that of the run's entry in the line.
func (r *run) begins(k *yaml.Node, line int) bool {
	return k.Kind == yaml.ScalarNode && k.Line == line && k.Column == r.indent+1
}
