package plan_test

import (
	"slices"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// TestGive is what becomes of a wanted seat that is not held as it is wanted:
// a change, or what is missing and why.
func TestGive(t *testing.T) {
	wants := func(off ...string) func(*plan.Input) {
		return func(in *plan.Input) {
			in.Desired.Users = []plan.UserEntry{exact(1, "ann@contoso.com", "SPE_E3")}
			in.Desired.Users[0].Licenses[0].PlansGiven, in.Desired.Users[0].Licenses[0].DisabledPlans = len(off) > 0, names(off...)
		}
	}
	assign := func(in *plan.Input) { in.Desired.Settings.Manage.Assign = true }
	nowhere := func(in *plan.Input) { in.Snapshot.Users[0].UsageLocation = "" }
	full := func(in *plan.Input) { enabled(*in, e3, 0) }
	product := func(f func(*plan.Product)) func(*plan.Input) {
		return func(in *plan.Input) {
			for i := range in.Snapshot.Products {
				if in.Snapshot.Products[i].SKU == e3 {
					f(&in.Snapshot.Products[i])
				}
			}
		}
	}
	status := func(s string) func(*plan.Input) { return product(func(p *plan.Product) { p.Status = s }) }
	company := product(func(p *plan.Product) { p.AppliesTo = "Company" })
	tests := []struct {
		name string
		say  []func(*plan.Input)
		held []plan.Source
		want []string
	}{
		{"a free seat", []func(*plan.Input){wants(), assign}, nil, []string{"assign ann SPE_E3 allow ann@contoso.com"}},
		{"in grace", []func(*plan.Input){wants(), assign, status("Warning")}, nil, []string{"assign ann SPE_E3 allow ann@contoso.com"}},
		{"with service plans off", []func(*plan.Input){wants("YAMMER_ENTERPRISE"), assign}, nil, []string{"assign ann SPE_E3 allow ann@contoso.com"}},
		{"no free seat", []func(*plan.Input){wants(), assign, full}, nil, []string{"missing ann SPE_E3 no-seat"}},
		{"no usage location", []func(*plan.Input){wants(), assign, nowhere}, nil, []string{"missing ann SPE_E3 no-location"}},
		{"no usage location, nor a seat", []func(*plan.Input){wants(), assign, nowhere, full}, nil, []string{"missing ann SPE_E3 no-location"}},
		{"suspended", []func(*plan.Input){wants(), assign, status("Suspended")}, nil, []string{"missing ann SPE_E3 not-assignable"}},
		{"for companies", []func(*plan.Input){wants(), assign, company}, nil, []string{"missing ann SPE_E3 not-assignable"}},
		{"assign is off", []func(*plan.Input){wants(), nowhere}, nil, []string{"missing ann SPE_E3 assign-off"}},
		{"an adjust needs no seat", []func(*plan.Input){wants("YAMMER_ENTERPRISE"), assign, full}, []plan.Source{direct(e3)}, []string{"adjust ann SPE_E3 allow ann@contoso.com"}},
		{"an adjust without a usage location", []func(*plan.Input){wants("YAMMER_ENTERPRISE"), assign, nowhere}, []plan.Source{direct(e3)}, []string{"missing ann SPE_E3 no-location"}},
		{"an adjust of what is suspended", []func(*plan.Input){wants("YAMMER_ENTERPRISE"), assign, status("Suspended")}, []plan.Source{direct(e3)}, []string{"missing ann SPE_E3 not-assignable"}},
		{"an adjust, assign is off", []func(*plan.Input){wants("YAMMER_ENTERPRISE")}, []plan.Source{direct(e3)}, []string{"missing ann SPE_E3 adjust"}},
		{"an adjust of a seat that a group gives too", []func(*plan.Input){wants("YAMMER_ENTERPRISE"), assign}, []plan.Source{direct(e3), through(e3)}, []string{"adjust ann SPE_E3 allow ann@contoso.com"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := with(person(ann, "ann", tt.held...))
			for _, say := range tt.say {
				say(&in)
			}
			if got := lines(mustNew(t, in)); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestSwapsInLine: of people who change seats with each other, who frees the
// seat that another needs goes first, along a chain; who comes short is named
// and keeps what he has.
func TestSwapsInLine(t *testing.T) {
	in := with(person(ann, "ann", direct(visio)), person(bob, "bob", direct(e5)), person(cleo, "cleo", direct(e3)))
	in.Judge = strict{}
	in.Desired.Settings.Manage.Assign = true
	in.Desired.Products = []plan.ProductEntry{
		swap(1, "VISIOCLIENT", "SPE_E5", who("ann@contoso.com")...), swap(2, "SPE_E5", "SPE_E3", who("bob@contoso.com")...),
	}
	in.Desired.Remove = []plan.Remove{remove("mail goes", 9, list("SPE_E3"), who("cleo@contoso.com")...)}
	in.Desired.Remove[0].DataLoss = plan.LossAccept
	enabled(in, e5, 1)
	enabled(in, e3, 1)
	p := mustNew(t, in)
	if want := []plan.UserID{cleo, bob, ann}; !slices.Equal(p.Order, want) || p.Summary.Changes != 5 || p.Summary.Missing != 0 {
		t.Errorf("got order %q, %q, want cleo, bob, ann", p.Order, lines(p))
	}

	in.Desired.Remove = nil // cleo stays: nobody can move
	p = mustNew(t, in)
	want := []string{"unassign ann VISIOCLIENT blocked replace VISIOCLIENT with SPE_E5", "unassign bob SPE_E5 blocked replace SPE_E5 with SPE_E3",
		"missing ann SPE_E5 no-seat", "missing bob SPE_E3 no-seat"}
	if got := lines(p); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, m := range p.Missing {
		if m.Reason.Kind != plan.KindReplace || m.Reason.Line == 0 {
			t.Errorf("%s lacks a seat by %+v, want the replacement", m.User.UserPrincipalName, m.Reason)
		}
	}
}

// TestSwapIsOneRequest: what a rule forbids of one half, it forbids of the other.
func TestSwapIsOneRequest(t *testing.T) {
	in := with(person(ann, "ann", direct(e5)))
	in.Desired.Settings.Manage.Assign = true
	in.Desired.Products = []plan.ProductEntry{swap(1, "SPE_E5", "SPE_E3", everyone)}
	in.Judge = deny{part: "SPE_E5"}
	p := mustNew(t, in)
	want := []string{"assign ann SPE_E3 deny replace SPE_E5 with SPE_E3", "unassign ann SPE_E5 deny replace SPE_E5 with SPE_E3"}
	if got := lines(p); !slices.Equal(got, want) || p.Summary.Requests != 0 {
		t.Errorf("got %q in %d requests, want %q in none", got, p.Summary.Requests, want)
	}
	in.Judge = lenient{}
	if p := mustNew(t, in); p.Summary.Requests != 1 || p.Summary.Changes != 2 {
		t.Errorf("got %d changes in %d requests, want both in one", p.Summary.Changes, p.Summary.Requests)
	}
}
