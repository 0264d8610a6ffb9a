package desired

import (
	"io"
	"io/fs"

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
func ReadCut(root fs.FS, least int) (d *plan.Desired, faults []plan.Fault, err error, cuts int) {
	r := newReader(root, Options{})
	r.least = least
	d, faults, err = r.all()
	return d, faults, err, r.cuts
}

// Whole has every file read as one piece.
const Whole = 1 << 30

// Formatted is a file in canonical form, whatever it says.
func Formatted(data []byte) ([]byte, error) { return formatted(data) }

// Parses reports whether data is YAML without a key that stands twice.
func Parses(data []byte) bool {
	s := &source{reader: newReader(nil, Options{}), file: "a.yaml"}
	t, err := newText(data)
	if err != nil {
		return false
	}
	for _, d := range t.docs {
		s.check(d)
	}
	return len(s.faults) == 0
}
