package main

import (
	"errors"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// TestSetAside: the changes of a large plan are let go of and come back, unless
// the file is another one by then. A small plan stays as it is.
func TestSetAside(t *testing.T) {
	t.Parallel()
	of := func(n int, body string) *plan.Plan {
		return &plan.Plan{ID: "p", Changes: make([]plan.Change, n), Digests: plan.Digests{Body: body}}
	}
	gone := errors.New("gone")
	tests := []struct {
		name  string
		p     *plan.Plan
		again func() (*plan.Plan, error)
		aside bool
		want  error
	}{
		{name: "small", p: of(manyChanges-1, "a"), again: func() (*plan.Plan, error) { return nil, gone }},
		{name: "no file", p: of(manyChanges, "a")},
		{name: "large", p: of(manyChanges, "a"), again: func() (*plan.Plan, error) { return of(manyChanges, "a"), nil }, aside: true},
		{name: "the file is gone", p: of(manyChanges, "a"), again: func() (*plan.Plan, error) { return nil, gone }, aside: true, want: gone},
		{name: "another plan", p: of(manyChanges, "a"), again: func() (*plan.Plan, error) { return of(manyChanges, "b"), nil }, aside: true, want: &codeError{}},
	}
	for _, tt := range tests {
		j := &job{plan: tt.p, again: tt.again}
		back := j.setAside()
		if aside := len(j.plan.Changes) == 0; aside != tt.aside || j.plan.ID != "p" {
			t.Errorf("%s: got %d changes aside of %s", tt.name, len(j.plan.Changes), j.plan.ID)
		}
		err := back()
		var refused *codeError
		switch {
		case tt.want == nil && (err != nil || len(j.plan.Changes) != len(tt.p.Changes)):
			t.Errorf("%s: got %v and %d changes", tt.name, err, len(j.plan.Changes))
		case errors.As(tt.want, &refused) && (!errors.As(err, &refused) || refused.code != exitRefused):
			t.Errorf("%s: got %v, want a refusal", tt.name, err)
		case tt.want != nil && !errors.As(tt.want, &refused) && !errors.Is(err, tt.want):
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
	}
}
