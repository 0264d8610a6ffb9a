package policies_test

import (
	"math"
	"slices"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// TestGuards moves each figure of each guard to its limit, one over, and to
// none of none, with all other figures calm. A comparison that is turned round,
// is off by one, or looks at another figure fails here.
func TestGuards(t *testing.T) {
	product := func(f *plan.PlanFacts) *plan.ProductFacts { return &f.Products[0] }
	tests := []struct {
		name string
		set  func(*plan.PlanFacts)
		want string // the only finding, or none
	}{
		{"R201 at the limit", func(f *plan.PlanFacts) { f.Removals.Limit = 4 }, ""},
		{"R201 one over", func(f *plan.PlanFacts) { f.Removals.Limit = 3 }, "R201 guard"},
		{"R201 at the limit with recent", func(f *plan.PlanFacts) { f.Removals.Recent = 21 }, ""},
		{"R201 one over with recent", func(f *plan.PlanFacts) { f.Removals.Recent = 22 }, "R201 guard"},
		{"R201 limit 0, none", func(f *plan.PlanFacts) { f.Removals = plan.RemovalFacts{Seats: 400, Percent: 5} }, ""},
		{"R201 limit 0, one", func(f *plan.PlanFacts) { f.Removals = plan.RemovalFacts{Count: 1, Seats: 400, Percent: 5} }, "R201 guard"},
		{"R201 none, many recent", func(f *plan.PlanFacts) { f.Removals.Count, f.Removals.Recent = 0, 100 }, ""},

		{"R201 raised, at its limit", func(f *plan.PlanFacts) { product(f).Raised, product(f).Limit = true, 4 }, ""},
		{"R201 raised, one over", func(f *plan.PlanFacts) { product(f).Raised, product(f).Limit = true, 3 }, "R201 guard"},

		{"R201 raised, at its limit with recent", func(f *plan.PlanFacts) { product(f).Raised, product(f).Limit, product(f).Recent = true, 10, 6 }, ""},
		{"R201 raised, one over with recent", func(f *plan.PlanFacts) { product(f).Raised, product(f).Limit, product(f).Recent = true, 10, 7 }, "R201 guard"},
		{"R201 raised, none, many recent", func(f *plan.PlanFacts) {
			product(f).Raised, product(f).Limit, product(f).Removals, product(f).Recent = true, 1, 0, 100
		}, ""},
		{"R201 not raised, a product's limit is nobody's", func(f *plan.PlanFacts) { product(f).Limit = 1 }, ""},

		{"R202 at the limit of the largest numbers", func(f *plan.PlanFacts) { vast(f).Count = math.MaxInt / 20 }, ""},
		{"R202 one over in the largest numbers", func(f *plan.PlanFacts) { vast(f).Count = math.MaxInt/20 + 1 }, "R202 guard"},
		{"R202 at the limit", func(f *plan.PlanFacts) { f.Removals.Seats = 80 }, ""},
		{"R202 one over", func(f *plan.PlanFacts) { f.Removals.Seats = 79 }, "R202 guard"},
		{"R202 percent 0", func(f *plan.PlanFacts) { f.Removals.Percent = 0 }, "R202 guard"},
		{"R202 small", func(f *plan.PlanFacts) { f.Removals.Percent, f.Small = 0, 4 }, ""},
		{"R202 none of none", func(f *plan.PlanFacts) { f.Removals = plan.RemovalFacts{Limit: 25, Percent: 5} }, ""},
		{"R202 one of none", func(f *plan.PlanFacts) { f.Removals = plan.RemovalFacts{Count: 1, Limit: 25, Percent: 5} }, "R202 guard"},

		{"R203 at the limit", func(f *plan.PlanFacts) { product(f).Seats = 20 }, ""},
		{"R203 one over", func(f *plan.PlanFacts) { product(f).Seats = 19 }, "R203 guard"},
		{"R203 percent 0", func(f *plan.PlanFacts) { product(f).Percent = 0 }, "R203 guard"},
		{"R203 small", func(f *plan.PlanFacts) { product(f).Percent, f.Small = 0, 4 }, ""},
		{"R203 none of none", func(f *plan.PlanFacts) { product(f).Removals, product(f).Seats = 0, 0 }, ""},
		{"R203 one of none", func(f *plan.PlanFacts) { product(f).Removals, product(f).Seats = 1, 0 }, "R203 guard"},
		{"R203 raised out of the general figures", func(f *plan.PlanFacts) {
			f.Removals.Count, f.Removals.All, product(f).Removals = 0, 0, 21
		}, "R203 guard"},

		{"R204 one statement", func(f *plan.PlanFacts) { f.Statements = 1 }, ""},
		{"R204 no statement", func(f *plan.PlanFacts) { f.Statements = 0 }, "R204 guard"},
		{"R204 94.9 %", func(f *plan.PlanFacts) { f.Removals.All, f.Removals.Seats = 379, 400 }, ""},
		{"R204 95 %", func(f *plan.PlanFacts) { f.Removals.All = 380 }, "R204 guard"},
		{"R204 small", func(f *plan.PlanFacts) { f.Removals = plan.RemovalFacts{Limit: 25, Percent: 5, All: 3, Seats: 3} }, ""},
		{"R204 one over small", func(f *plan.PlanFacts) { f.Removals = plan.RemovalFacts{Limit: 25, Percent: 5, All: 4, Seats: 4} }, "R204 guard"},
		{"R204 none of none", func(f *plan.PlanFacts) { f.Removals = plan.RemovalFacts{Limit: 25, Percent: 5} }, ""},
		{"R204 one of none", func(f *plan.PlanFacts) { f.Removals = plan.RemovalFacts{Limit: 25, Percent: 5, All: 1} }, "R204 guard"},

		{"R205 open", func(f *plan.PlanFacts) { f.Window = plan.WindowFact{Given: true, Open: plan.Yes} }, ""},
		{"R205 closed", func(f *plan.PlanFacts) { f.Window = plan.WindowFact{Given: true, Open: plan.No} }, "R205 guard"},
		{"R205 unknown", func(f *plan.PlanFacts) { f.Window = plan.WindowFact{Given: true} }, "R205 guard"},
		{"R205 none given", func(f *plan.PlanFacts) { f.Window = plan.WindowFact{Open: plan.No} }, ""},

		{"R206 five short", func(f *plan.PlanFacts) { f.Reads.Users = 407 }, ""},
		{"R206 six short", func(f *plan.PlanFacts) { f.Reads.Users = 406 }, "R206 guard"},
		{"R206 five more", func(f *plan.PlanFacts) { f.Reads.Users = 417 }, ""},
		{"R206 six more", func(f *plan.PlanFacts) { f.Reads.Users = 418 }, "R206 guard"},
		{"R206 0.1 % short", func(f *plan.PlanFacts) { f.Reads = plan.ReadFacts{Users: 999_000, CountBefore: 1e6, CountAfter: 1e6} }, ""},
		{"R206 more than 0.1 % short", func(f *plan.PlanFacts) { f.Reads = plan.ReadFacts{Users: 998_999, CountBefore: 1e6, CountAfter: 1e6} }, "R206 guard"},
		{"R206 not counted before", func(f *plan.PlanFacts) { f.Reads.CountBefore = -1 }, "R206 guard"},
		{"R206 not counted after", func(f *plan.PlanFacts) { f.Reads.CountAfter = -1 }, "R206 guard"},
		{"R206 none of none", func(f *plan.PlanFacts) { f.Reads = plan.ReadFacts{} }, "R206 guard"},
		{"R206 four units, no holder", func(f *plan.PlanFacts) { f.Reads.Unheld = []plan.UnheldProduct{{Consumed: 4}} }, ""},
		{"R206 five units, no holder", func(f *plan.PlanFacts) { f.Reads.Unheld = []plan.UnheldProduct{{Consumed: 5}} }, "R206 guard"},
		{"R206 ours but four", func(f *plan.PlanFacts) { f.Reads.Unheld = []plan.UnheldProduct{{Consumed: 9, Recent: 5}} }, ""},
		{"R206 ours but five", func(f *plan.PlanFacts) { f.Reads.Unheld = []plan.UnheldProduct{{Consumed: 9, Recent: 4}} }, "R206 guard"},

		{"R207 all resolved", func(f *plan.PlanFacts) { f.Unresolved = nil }, ""},
		{"R207 one name", func(f *plan.PlanFacts) { f.Unresolved = []plan.Unresolved{{Name: "eli", Where: "keep"}} }, "R207 guard"},

		{"R208 at the limit", func(f *plan.PlanFacts) { f.Assignments, f.AssignmentLimit = 25, 25 }, ""},
		{"R208 one over", func(f *plan.PlanFacts) { f.Assignments, f.AssignmentLimit = 26, 25 }, "R208 guard"},

		{"R101 no permission", func(f *plan.PlanFacts) { f.Actor.Permissions = nil }, "R101 guard"},
		{"R101 no claim", func(f *plan.PlanFacts) { f.Actor.Permissions, f.Actor.PermissionsKnown = nil, false }, "R101 warn"},
		{"R101 nobody", func(f *plan.PlanFacts) { f.Actor = plan.ActorFact{} }, "R101 guard"},
		{"R101 unknown", func(f *plan.PlanFacts) { f.Actor = plan.ActorFact{Kind: plan.ActorUnknown} }, "R101 warn"},
	}
	e := engine(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			facts := calm()
			tt.set(&facts)
			var want []string
			if tt.want != "" {
				want = []string{tt.want}
			}
			found, err := e.Plan(t.Context(), facts)
			if err != nil || !slices.Equal(codes(found), want) {
				t.Errorf("got %v, %v, want %v", found, err, want)
			}
		})
	}
}

// vast makes a tenant of as many seats as can be counted.
func vast(f *plan.PlanFacts) *plan.RemovalFacts {
	f.Removals.Seats, f.Removals.Limit, f.Removals.All = math.MaxInt, math.MaxInt, 0
	return &f.Removals
}

// TestUndo asks that an undo plan is judged by R101, R205, R206 and R207 alone.
func TestUndo(t *testing.T) {
	facts := plan.PlanFacts{
		Apply: true, Undo: true,
		Removals: plan.RemovalFacts{Count: 100, Recent: 100, All: 100},
		Products: []plan.ProductFacts{{Removals: 100, Raised: true}}, Assignments: 100, Window: plan.WindowFact{Given: true}, Unresolved: []plan.Unresolved{{Name: "eli"}},
	}
	found, err := engine(t).Plan(t.Context(), facts)
	if got := codes(found); err != nil || !slices.Equal(got, []string{"R101 guard", "R205 guard", "R206 guard", "R207 guard"}) {
		t.Errorf("got %v, %v, want R101, R205, R206 and R207", found, err)
	}
}
