package plan_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/plan"
)

// cost is how dear a request is, by the document alone: 0 nothing, 1 warned, 2
// somebody loses data.
func cost(p *plan.Plan, id plan.UserID) int {
	n := 0
	for _, c := range p.Executable() {
		if c.Request != id {
			continue
		}
		if c.Verdict == plan.Warn {
			n = max(n, 1)
		}
		if slices.ContainsFunc(c.Effects, func(e plan.Effect) bool { return e.RecoverableFor != "" }) {
			n = 2
		}
	}
	return n
}

// seatsOf are the seats that a request takes and frees.
func seatsOf(p *plan.Plan, id plan.UserID) (takes, frees []plan.SKU) {
	for _, c := range p.Executable() {
		switch {
		case c.Request != id:
		case c.Gained():
			takes = append(takes, c.SKU())
		case c.Lost():
			frees = append(frees, c.SKU())
		}
	}
	return takes, frees
}

// TestOrderIsMild: nobody loses data before somebody who loses none, and nobody
// is warned of before somebody of whom there is nothing to warn, unless that one
// needs a seat that is not free by then. Within one kind, who needs no seat
// comes first, then by user id.
func TestOrderIsMild(t *testing.T) {
	later := 0
	rapid.Check(t, func(t *rapid.T) {
		in := world(t)
		in.Judge = protecting{}
		p := newPlan(t, in).Plan
		free := map[plan.SKU]int{}
		for _, x := range in.Snapshot.Products {
			free[x.SKU] = x.Bought() - x.Consumed
		}
		seen := map[string]bool{}
		for i, id := range p.Order {
			takes, frees := seatsOf(p, id)
			kind := fmt.Sprint(cost(p, id), len(takes) > 0)
			if !seen[kind] {
				seen[kind] = true
				for _, after := range p.Order[i+1:] {
					needs, _ := seatsOf(p, after)
					a, b := [2]int{cost(p, id), min(1, len(takes))}, [2]int{cost(p, after), min(1, len(needs))}
					if slices.Compare(b[:], a[:]) >= 0 && (a != b || after > id) {
						continue
					}
					later++
					if !slices.ContainsFunc(needs, func(s plan.SKU) bool { return free[s] <= 0 }) {
						t.Fatalf("%s comes before %s, which has its seats:\n%v\n%s", id, after, p.Order, strings.Join(lines(p), "\n"))
					}
				}
			}
			for _, s := range takes {
				free[s]--
			}
			for _, s := range frees {
				free[s]++
			}
		}
	})
	if later == 0 {
		t.Log("nobody had to wait for a seat")
	}
}

// TestOrder tells cases one by one.
func TestOrder(t *testing.T) {
	const dee plan.UserID = "00000000-0000-4000-8000-00000000000d"
	loses := plan.Remove{Ref: at(plan.KindRemove, "all", 2), Who: who("ann@contoso.com"), Products: list("SPE_E3"), DataLoss: plan.LossAccept}
	tests := []struct {
		name   string
		people []plan.User
		users  []plan.UserEntry
		free   plan.SKU // of which one seat is free; none is of any other
		want   []plan.UserID
	}{
		{"who loses data is last", []plan.User{person(ann, "ann", direct(e3)), person(bob, "bob", direct(visio)), person(cleo, "cleo", direct(visio)), person(dee, "dee")},
			[]plan.UserEntry{exact(3, "bob@contoso.com", "VISIOCLIENT"), exact(4, "cleo@contoso.com"), exact(5, "dee@contoso.com", "VISIOCLIENT")},
			"", []plan.UserID{cleo, dee, ann}},
		{"but for who needs the seat", []plan.User{person(ann, "ann", direct(e3)), person(bob, "bob"), person(cleo, "cleo", direct(visio))},
			[]plan.UserEntry{exact(3, "bob@contoso.com", "SPE_E3"), exact(4, "cleo@contoso.com")},
			"", []plan.UserID{cleo, ann, bob}},
		{"who frees as much comes as by id", []plan.User{person(ann, "ann"), person(bob, "bob", direct(visio)), person(cleo, "cleo", direct(pbi))},
			[]plan.UserEntry{exact(3, "ann@contoso.com", "POWER_BI_PRO"), exact(4, "bob@contoso.com"), exact(5, "cleo@contoso.com")},
			"", []plan.UserID{bob, cleo, ann}},
		{"nobody takes the seat that a ring begins with", []plan.User{person(ann, "ann"), person(bob, "bob", direct(pbi)), person(cleo, "cleo", direct(visio))},
			[]plan.UserEntry{exact(3, "ann@contoso.com", "VISIOCLIENT"), exact(4, "bob@contoso.com", "VISIOCLIENT"), exact(5, "cleo@contoso.com", "POWER_BI_PRO")},
			visio, []plan.UserID{bob, cleo, ann}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			in := with(test.people...)
			in.Desired.Settings.Manage.Assign = true
			in.Desired.Users, in.Judge = test.users, protecting{}
			if len(test.people[0].Sources) > 0 {
				in.Desired.Remove = []plan.Remove{loses}
			}
			for i := range in.Snapshot.Products {
				if x := &in.Snapshot.Products[i]; x.SKU == test.free {
					x.Enabled = x.Consumed + 1
				} else {
					x.Enabled = x.Consumed
				}
			}
			p := mustNew(t, in)
			if !slices.Equal(p.Order, test.want) {
				t.Errorf("got order %s, want %s\n%s", p.Order, test.want, strings.Join(lines(p), "\n"))
			}
		})
	}
}

// TestOrderOfManySwaps: many who swap what others have to free for them are put
// into order one after another, and soon.
func TestOrderOfManySwaps(t *testing.T) {
	const n = 20_000
	in := with()
	s := in.Snapshot
	s.Users = make([]plan.User, n)
	in.Desired.Settings.Manage.Assign = true
	for i := range s.Users {
		u := person(plan.UserID(fmt.Sprintf("%08x-0000-4000-8000-000000000000", i)), fmt.Sprintf("p%05d", i), direct(visio))
		wants := "POWER_BI_PRO"
		if i >= n/2 {
			u.Sources = []plan.Source{direct(pbi)}
			wants = "VISIOCLIENT"
		}
		s.Users[i] = u
		in.Desired.Users = append(in.Desired.Users, plan.UserEntry{Ref: at(plan.KindUsers, u.UserPrincipalName, i+1), Person: plan.Name{Text: u.UserPrincipalName},
			Exact: true, Licenses: []plan.Wanted{{Product: plan.Name{Text: wants}}}})
	}
	for i := range s.Products {
		x := &s.Products[i]
		x.Enabled, x.Consumed = n/2, n/2
		if x.SKU == visio {
			x.Enabled++
		}
	}
	in.Judge = protecting{}
	began := time.Now()
	p := mustNew(t, in)
	if got := len(p.Order); got != n {
		t.Fatalf("got %d requests in order, want %d", got, n)
	}
	t.Logf("%d swaps through one free seat: %v", n, time.Since(began))
	free := map[plan.SKU]int{visio: 1}
	byUser := map[plan.UserID][]*plan.Change{}
	for _, c := range p.Executable() {
		byUser[c.Request] = append(byUser[c.Request], c)
	}
	for _, id := range p.Order {
		for _, c := range byUser[id] {
			if c.Gained() {
				if free[c.SKU()]--; free[c.SKU()] < 0 {
					t.Fatalf("%s takes a seat of %s that is not there", id, c.Product.PartNumber)
				}
			}
		}
		for _, c := range byUser[id] {
			if c.Lost() {
				free[c.SKU()]++
			}
		}
	}
}

// BenchmarkInOrder is the order of a plan of 100,000 requests alone.
func BenchmarkInOrder(b *testing.B) {
	in := large(200_000, 100_000)
	m, err := plan.New(context.Background(), in)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if n := m.InOrder(); n != 100_000 {
			b.Fatalf("got %d requests, want 100,000", n)
		}
	}
}
