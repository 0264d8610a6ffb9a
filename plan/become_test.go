package plan_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// TestBecomes: of what a person loses, one product gives its place to each that
// is given, if a replacement says so or they share a service.
func TestBecomes(t *testing.T) {
	visioGoes := func(d *plan.Desired) {
		d.Remove = []plan.Remove{{Ref: at(plan.KindRemove, "visio", 3), Who: []plan.Who{everyone}, Products: list("VISIOCLIENT")}}
	}
	for _, test := range []struct {
		name string
		say  []func(*plan.Desired)
		held []plan.Source
		want []string
	}{
		{"a replacement", []func(*plan.Desired){folder(swap(9, "SPE_E5", "SPE_E3", everyone)), assigns}, []plan.Source{direct(e5)}, []string{"SPE_E5>SPE_E3"}},
		{"of products without a service in common", []func(*plan.Desired){folder(swap(9, "VISIOCLIENT", "POWER_BI_PRO", everyone)), assigns}, []plan.Source{direct(visio)}, []string{"VISIOCLIENT>POWER_BI_PRO"}},
		{"an exact set, beside a removal", []func(*plan.Desired){func(d *plan.Desired) { d.Users = []plan.UserEntry{exact(1, "ann@contoso.com", "SPE_E3")} }, assigns},
			[]plan.Source{direct(e5), direct(visio)}, []string{"SPE_E5>SPE_E3", "VISIOCLIENT>"}},
		{"two become one", []func(*plan.Desired){folder(swap(9, "SPE_E5", "SPE_E3", everyone), swap(10, "POWER_BI_PRO", "SPE_E3", everyone)), assigns},
			[]plan.Source{direct(e5), direct(pbi)}, []string{"POWER_BI_PRO>", "SPE_E5>SPE_E3"}},
		{"nothing is given", []func(*plan.Desired){visioGoes}, []plan.Source{direct(visio)}, []string{"VISIOCLIENT>"}},
		{"it waits for a seat", []func(*plan.Desired){folder(swap(9, "SPE_E5", "SPE_E3", everyone))}, []plan.Source{direct(e5)}, []string{"SPE_E5>"}},
	} {
		in := with(person(ann, "ann", test.held...))
		for _, f := range test.say {
			f(in.Desired)
		}
		m, err := plan.New(context.Background(), in)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		part := map[plan.SKU]string{}
		for _, p := range in.Snapshot.Products {
			part[p.SKU] = p.PartNumber
		}
		var got []string
		for _, c := range m.Plan.Changes {
			if c.Action == plan.Unassign {
				got = append(got, fmt.Sprintf("%s>%s", c.Product.PartNumber, part[c.Becomes]))
			}
		}
		slices.Sort(got)
		if strings.Join(got, " ") != strings.Join(test.want, " ") {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// TestSignInAsked: a last sign-in is marked where the statement that decides
// asks for it, and nowhere else.
func TestSignInAsked(t *testing.T) {
	in := with(person(ann, "ann", direct(visio)), person(bob, "bob", direct(visio)))
	day := time.Date(2025, 9, 1, 0, 0, 0, 0, time.UTC)
	for i := range in.Snapshot.Users {
		in.Snapshot.Users[i].SignIn = &plan.SignIn{Successful: day}
	}
	idle := plan.Who{Selector: &plan.Selector{Terms: []plan.Term{{Key: plan.KeyLastSignIn, OlderThan: 90}}}}
	in.Desired.Remove = []plan.Remove{
		{Ref: at(plan.KindRemove, "by name", 1), Who: who("bob@contoso.com"), Products: list("VISIOCLIENT")},
		{Ref: at(plan.KindRemove, "idle", 2), Who: []plan.Who{idle}, Products: list("VISIOCLIENT")},
	}
	m, err := plan.New(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range m.Plan.Changes {
		if c.Seen == nil || !c.Seen.LastSignIn.Equal(day) || c.Seen.SignInAsked != (c.User.ID == ann) {
			t.Errorf("%s, by %q: got %+v, want it asked of ann alone", c.ID, c.Reason.Statement, c.Seen)
		}
	}
	if len(m.Plan.Changes) != 2 {
		t.Errorf("got %d changes, want 2", len(m.Plan.Changes))
	}
}
