package desired

import (
	"io"

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
