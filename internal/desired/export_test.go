package desired

import (
	"io"
	"io/fs"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

// ParseFrom runs the parser on a reader of the test's own, which may panic
// inside it: no input is known on which the parser itself does today.
func ParseFrom(in io.Reader, data []byte) (plan.Fault, error) {
	_, err := next(yaml.NewDecoder(in))
	if err == nil {
		return plan.Fault{}, nil
	}
	p := explain(data, err)
	return plan.Fault{Place: plan.Place{File: "a.yaml", Line: p.line, Column: p.column}, Cause: p.cause, Remedy: p.remedy}, err
}

// ReadCut is Read where so many entries of `users` make a run that is read
// apart; Whole is more than any file has. Cuts is how many runs were.
func ReadCut(root fs.FS, least int) (d *plan.Desired, faults []plan.Fault, cuts int, err error) {
	r := newReader(root, Options{})
	r.least = least
	d, faults, err = r.all()
	return d, faults, r.cuts, err
}

// Whole has every file read as one piece.
const Whole = 1 << 30

// Formatted is a file in canonical form, whatever it says.
func Formatted(data []byte) ([]byte, error) { return formatted(data) }

// Parses reports whether data is YAML as folders may have it, whatever it says.
func Parses(data []byte) bool {
	s := &source{reader: newReader(nil, Options{}), file: "a.yaml"}
	data, ok := s.precheck(data)
	if !ok {
		return false
	}
	s.data, s.lines = data, starts(data)
	t, err := newText(data)
	if err != nil {
		return false
	}
	for _, d := range t.docs {
		s.check(d)
		if nested(d) {
			return false
		}
	}
	return len(s.faults) == 0
}

// nested reports whether a list stands in a list, as it nowhere may.
func nested(n *yaml.Node) bool {
	return slices.ContainsFunc(n.Content, func(c *yaml.Node) bool {
		return n.Kind == yaml.SequenceNode && c.Kind == yaml.SequenceNode || nested(c)
	})
}
