package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/plan"
)

// TestContradictionsOfFew: what is found among few entries of users is found
// among many others, in the same words.
func TestContradictionsOfFew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDesired(t)
		want := faultLines(plan.Check(d, "2026-06-01"))
		for _, u := range d.Users { // what contradicts nothing, so that each person is looked at
			d.Remove = append(d.Remove, plan.Remove{Ref: plan.Ref{Kind: plan.KindRemove, Name: "idle"}, Who: []plan.Who{{Person: u.Person.Text}}, Products: plan.Products{List: []plan.Name{{Text: "IDLE"}}}})
		}
		if got := faultLines(plan.Check(d, "2026-06-01")); got != want {
			t.Fatalf("got:\n%swant:\n%s", got, want)
		}
	})
}

func faultLines(faults []plan.Fault) string {
	var b strings.Builder
	for _, f := range faults {
		fmt.Fprintln(&b, f.Error())
	}
	return b.String()
}

// drawDesired draws statements about four people and three products.
func drawDesired(t *rapid.T) *plan.Desired {
	line := 0
	at := func() plan.Place {
		line++
		return plan.Place{File: "a.yaml", Line: line, Column: 1}
	}
	product := func() plan.Name {
		return plan.Name{Text: rapid.SampledFrom([]string{"SPE_E3", "05e9a617-0261-4cee-bb44-138d3ef5d965", "spe_e5", "VISIOCLIENT"}).Draw(t, "product"), Place: at()}
	}
	person := func() string {
		return rapid.SampledFrom([]string{"a@x", "b@x", "C@x", "c@X"}).Draw(t, "person")
	}
	some := func(what string) (list []plan.Name) {
		for range rapid.IntRange(0, 2).Draw(t, what) {
			list = append(list, product())
		}
		return list
	}
	wanted := func(what string) (list []plan.Wanted) {
		for _, n := range some(what) {
			list = append(list, plan.Wanted{Product: n})
		}
		return list
	}
	who := func() (list []plan.Who) {
		for range rapid.IntRange(0, 2).Draw(t, "who") {
			list = append(list, plan.Who{Person: person(), Place: at()})
		}
		return list
	}
	ref := func(kind plan.StatementKind) plan.Ref {
		p := at()
		return plan.Ref{Kind: kind, Name: fmt.Sprint(p.Line), Place: p}
	}
	d := &plan.Desired{}
	d.Settings.Manage = plan.Manage{Given: true, All: true}
	for range rapid.IntRange(0, 5).Draw(t, "users") {
		r := ref(plan.KindUsers)
		u := plan.UserEntry{Ref: r, Person: plan.Name{Text: person(), Place: r.Place}}
		if u.Exact = rapid.Bool().Draw(t, "exact"); u.Exact {
			u.Licenses = wanted("licenses")
		} else {
			u.Add, u.Remove = wanted("add"), some("remove")
		}
		d.Users = append(d.Users, u)
	}
	for range rapid.IntRange(0, 1).Draw(t, "keeps") {
		d.Keep = append(d.Keep, plan.Keep{Ref: ref(plan.KindKeep), Who: who(), Products: plan.Products{List: some("kept")}})
	}
	for range rapid.IntRange(0, 1).Draw(t, "removes") {
		d.Remove = append(d.Remove, plan.Remove{Ref: ref(plan.KindRemove), Who: who(), Products: plan.Products{List: some("removed"), All: rapid.Bool().Draw(t, "all")}})
	}
	for range rapid.IntRange(0, 1).Draw(t, "products") {
		r := ref(plan.KindProducts)
		d.Products = append(d.Products, plan.ProductEntry{Ref: r, Product: product(), Closed: rapid.Bool().Draw(t, "closed"), Holders: who(), Add: who()})
	}
	return d
}

// TestSameEntries: people whose entries say the same share what it means, and
// none of them the place of a fault.
func TestSameEntries(t *testing.T) {
	in := tenant()
	for i, text := range []string{"SPE_E3", "NO_SUCH", "NO_SUCH"} {
		at := plan.Place{File: "a.yaml", Line: i + 1, Column: 1}
		name := fmt.Sprintf("person%d@contoso.com", i)
		in.Desired.Users = append(in.Desired.Users, plan.UserEntry{Ref: plan.Ref{Kind: plan.KindUsers, Name: name, Place: at}, Person: plan.Name{Text: name, Place: at},
			Add: []plan.Wanted{{Product: plan.Name{Text: text, Place: at}}}})
	}
	_, err := plan.New(t.Context(), in)
	got := faultsOf(err)
	if len(got) != 2 || got[0].Place.Line != 2 || got[1].Place.Line != 3 {
		t.Errorf("got %v (%v), want the faults of lines 2 and 3", got, err)
	}
}
