package plan_test

import (
	"context"
	"errors"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// TestNoGroup: a group that nothing is called is noticed once, with its place,
// and is a fault where people are strict; one that could not be read is neither.
func TestNoGroup(t *testing.T) {
	const said = `memberOf "salse": no group has this name`
	at := plan.Place{File: "a.yaml", Line: 7, Column: 5}
	for _, tt := range []struct {
		reads  []string
		status plan.ReadStatus
		want   string
	}{
		{[]string{`group "salse": no group has this name`}, plan.ReadDenied, said},
		{[]string{`group "salse": 2 groups have this name; use the id`}, plan.ReadDenied, `memberOf "salse": 2 groups have this name; use the id`},
		{[]string{`group "salse": 403 Authorization_RequestDenied`}, plan.ReadDenied, ""},
		{[]string{`group "other": no group has this name`}, plan.ReadDenied, ""},
		{[]string{`group "salse": no group has this name`}, plan.ReadComplete, ""},
		{nil, "", ""},
	} {
		for _, strict := range []bool{false, true} {
			in := tenant()
			in.Strict = strict
			s := term(plan.Term{Key: plan.KeyMemberOf, Values: []string{"salse", "salse", "Salse"}, Place: at})
			s.Terms = append(s.Terms, plan.Term{Key: plan.KeyMemberOf, Values: []string{"salse"}, Place: plan.Place{File: "b.yaml", Line: 1, Column: 1}})
			in.Desired.Remove = []plan.Remove{remove("r", 1, list("VISIOCLIENT"), plan.Who{Selector: s})}
			for _, r := range tt.reads {
				read(plan.ReadGroups, tt.status, r)(&in)
			}
			var got []string
			m, err := plan.New(context.Background(), in)
			var faults *plan.FaultsError
			switch {
			case errors.As(err, &faults):
				for _, f := range faults.Faults {
					if f.Remedy != "" {
						got = append(got, f.Cause)
					}
				}
			case err != nil:
				t.Fatal(err)
			default:
				for _, n := range m.Plan.Notes {
					if n.Code == "no-group" {
						got = append(got, n.Text)
					}
				}
			}
			want := tt.want
			if want != "" && !strict {
				want = "a.yaml:7: " + want + "; correct the name, or write the object id of the group"
			}
			if want == "" && len(got) != 0 || want != "" && (len(got) != 1 || got[0] != want) {
				t.Errorf("%v strict %t: got %q, want %q", tt.reads, strict, got, want)
			}
		}
	}
}
