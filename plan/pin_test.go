package plan_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A fate is what becomes of ann, whom the folder names, before the next plan.
type fate struct {
	name   string
	pinned bool
	// Does the name mean ann's account, or cleo's, who may have it now? May is
	// whom it may mean, where that is not sure.
	sure, may []plan.UserID
	lost      bool   // nobody knows whom the name means: R207 where it protects
	code      string // of the note that tells it
	do        func(*plan.Snapshot)
}

const annName = "ann@contoso.com"

func fates() []fate {
	rename := func(id plan.UserID, name string) func(*plan.Snapshot) {
		return func(s *plan.Snapshot) {
			for i := range s.Users {
				if s.Users[i].ID == id {
					s.Users[i].UserPrincipalName = name
				}
			}
		}
	}
	purge := func(s *plan.Snapshot) {
		s.Users = slices.DeleteFunc(s.Users, func(u plan.User) bool { return u.ID == ann })
	}
	bin := func(s *plan.Snapshot) {
		purge(s)
		s.Deleted = []plan.DeletedUser{{ID: ann, UserPrincipalName: annName, DeletedAt: time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)}}
	}
	then := func(list ...func(*plan.Snapshot)) func(*plan.Snapshot) {
		return func(s *plan.Snapshot) {
			for _, f := range list {
				f(s)
			}
		}
	}
	moves, takes := rename(ann, "anna@contoso.com"), rename(cleo, annName)
	both := []plan.UserID{ann, cleo}
	return []fate{
		{name: "stays", sure: both[:1], do: then()},
		{name: "stays, pinned", pinned: true, sure: both[:1], do: then()},
		{name: "deleted", code: "deleted", do: bin},
		{name: "deleted, pinned", pinned: true, code: "deleted", do: bin},
		{name: "gone", code: "nobody", lost: true, do: purge},
		{name: "gone, pinned", pinned: true, code: "gone", do: purge},
		{name: "renamed", code: "nobody", lost: true, do: moves},
		{name: "renamed, pinned", pinned: true, sure: both[:1], code: "renamed", do: moves},
		{name: "renamed and the name re-used", sure: both[1:], do: then(moves, takes)},
		{name: "renamed and the name re-used, pinned", pinned: true, may: both, code: "name-reused", do: then(moves, takes)},
		{name: "gone and the name re-used", sure: both[1:], do: then(purge, takes)},
		{name: "gone and the name re-used, pinned", pinned: true, may: both[1:], code: "name-reused", do: then(purge, takes)},
		{name: "made anew by the same name", sure: both[1:], do: then(bin, takes)},
		{name: "made anew by the same name, pinned", pinned: true, may: both[1:], code: "name-reused", do: then(bin, takes)},
	}
}

// A way is one kind of statement that names ann, and who loses Visio by the
// folder, as things are among people of whom some are surely meant, and some may be.
type way struct {
	name     string
	protects bool // a name that is nobody's stops the plan
	say      func(*plan.Desired)
	losers   func(all []plan.UserID, f fate) []plan.UserID
}

func waysToName() []way {
	everyone := plan.Who{Everyone: true}
	named := []plan.Who{{Person: annName, Place: plan.Place{File: "a.yaml", Line: 3, Column: 5}}}
	visioOf := list("VISIOCLIENT")
	takeAll := func(d *plan.Desired) { d.Remove = append(d.Remove, remove("all", 9, visioOf, everyone)) }
	entry := func(e plan.UserEntry) func(*plan.Desired) {
		return func(d *plan.Desired) {
			e.Ref, e.Person = at(plan.KindUsers, annName, 3), plan.Name{Text: annName, Place: named[0].Place}
			d.Users = append(d.Users, e)
		}
	}
	nothing := func(d *plan.Desired) { // what the lowest level says of everybody
		d.Rules = []plan.Rule{{Ref: at(plan.KindRules, "none", 9), Match: *selector(plan.KeyUPN, "*"), Exact: true}}
		d.RulesGiven = true
	}
	product := func(p plan.ProductEntry) func(*plan.Desired) {
		return func(d *plan.Desired) {
			p.Ref, p.Product = at(plan.KindProducts, "VISIOCLIENT", 3), plan.Name{Text: "VISIOCLIENT"}
			d.Products = []plan.ProductEntry{p}
		}
	}
	replace := func(r plan.Replace) func(*plan.Desired) {
		r.Ref, r.With = at(plan.KindReplace, "r", 3), plan.Name{Text: "POWER_BI_PRO"}
		return func(d *plan.Desired) {
			d.Settings.Manage.Assign = true
			product(plan.ProductEntry{Replace: []plan.Replace{r}})(d)
		}
	}
	and := func(list ...func(*plan.Desired)) func(*plan.Desired) {
		return func(d *plan.Desired) {
			for _, f := range list {
				f(d)
			}
		}
	}
	without := func(all, some []plan.UserID) []plan.UserID {
		return slices.DeleteFunc(slices.Clone(all), func(id plan.UserID) bool { return slices.Contains(some, id) })
	}
	meant := func(_ []plan.UserID, f fate) []plan.UserID { return f.sure }
	others := func(all []plan.UserID, f fate) []plan.UserID { return without(without(all, f.sure), f.may) }
	return []way{
		{"keep.who", true, and(takeAll, func(d *plan.Desired) {
			d.Keep = []plan.Keep{{Ref: at(plan.KindKeep, "k", 3), Who: named, Products: visioOf}}
		}), others},
		{"keep.except", true, and(takeAll, func(d *plan.Desired) {
			d.Keep = []plan.Keep{{Ref: at(plan.KindKeep, "k", 3), Who: []plan.Who{everyone}, Except: named, Products: visioOf}}
		}), meant},
		{"remove.who", false, func(d *plan.Desired) { d.Remove = []plan.Remove{remove("r", 3, visioOf, named...)} }, meant},
		{"remove.who, above a rule", false, and(nothing, func(d *plan.Desired) { d.Remove = []plan.Remove{remove("r", 3, visioOf, named...)} }), func(all []plan.UserID, f fate) []plan.UserID {
			return without(all, f.may)
		}},
		{"remove.except", true, func(d *plan.Desired) {
			r := remove("r", 3, visioOf, everyone)
			r.Except = named
			d.Remove = []plan.Remove{r}
		}, others},
		{"users, none", false, entry(plan.UserEntry{Exact: true}), meant},
		{"users, exact", false, and(nothing, entry(plan.UserEntry{Exact: true, Licenses: []plan.Wanted{want("VISIOCLIENT")}})), others},
		{"users, add", false, and(nothing, entry(plan.UserEntry{Add: []plan.Wanted{want("VISIOCLIENT")}})), others},
		{"users, remove", false, entry(plan.UserEntry{Remove: names("VISIOCLIENT")}), meant},
		{"holders", false, product(plan.ProductEntry{Closed: true, Holders: append(who("bob@contoso.com"), named...)}), func(all []plan.UserID, f fate) []plan.UserID {
			if f.lost || len(f.may) > 0 {
				return nil // of a closed list that is not whole nobody loses a seat
			}
			return without(without(all, f.sure), []plan.UserID{bob})
		}},
		{"add", false, and(nothing, product(plan.ProductEntry{Add: named})), others},
		{"replace.who", false, replace(plan.Replace{Who: named}), meant},
		{"replace.except", true, replace(plan.Replace{Who: []plan.Who{everyone}, Except: named}), others},
		{"protect.users", true, and(takeAll, func(d *plan.Desired) {
			d.Settings.Protect.Users = []plan.Name{{Text: annName, Place: named[0].Place}}
		}), others},
	}
}

// whoKnows judges as R104 and R207 do.
type whoKnows struct{ lenient }

func (whoKnows) Changes(_ context.Context, cases []plan.Case) ([][]plan.Decision, error) {
	out := make([][]plan.Decision, len(cases))
	for i, c := range cases {
		if c.Facts.Protected.Listed {
			out[i] = append(out[i], plan.Decision{Code: "R104", Level: plan.LevelDeny})
		}
		if len(c.Facts.Unresolved) > 0 {
			out[i] = append(out[i], plan.Decision{Code: "R207", Level: plan.LevelBlocked})
		}
	}
	return out, nil
}

func (whoKnows) Plan(_ context.Context, f plan.PlanFacts) ([]plan.Decision, error) {
	if len(f.Unresolved) == 0 {
		return nil, nil
	}
	return []plan.Decision{{Code: "R207", Level: plan.LevelGuard, Message: "nobody"}}, nil
}

// named is a tenant in which a folder names ann in one way, and ann has met her fate.
func named(f fate, w way) plan.Input {
	in := with(person(ann, "ann", direct(visio)), person(bob, "bob", direct(visio)), person(cleo, "cleo", direct(visio)),
		person("00000000-0000-4000-8000-00000000000d", "dora", direct(visio)))
	in.Judge = whoKnows{}
	w.say(in.Desired)
	if in.Desired.Locked = f.pinned; f.pinned {
		in.Desired.Pins = []plan.Pin{{ID: ann, Name: "Ann@Contoso.com"}, {ID: bob, Name: "bob@contoso.com"}}
	}
	f.do(in.Snapshot)
	return in
}

// TestEveryFate: whatever becomes of a person who is named in whatever way, the
// plan is made, stops only where a name might protect somebody and nothing tells
// whom, takes nothing from anybody else, and says what became of the name.
func TestEveryFate(t *testing.T) {
	for _, f := range fates() {
		for _, w := range waysToName() {
			t.Run(w.name+"/"+f.name, func(t *testing.T) {
				in := named(f, w)
				p := mustNew(t, in)
				guarded := w.protects && f.lost
				if got := p.Summary.Verdict == plan.Guarded; got != guarded {
					t.Errorf("guarded: got %t, want %t", got, guarded)
				}
				var all, lose []plan.UserID
				for _, u := range in.Snapshot.Users {
					all = append(all, u.ID)
				}
				for _, c := range p.Executable() {
					if c.Lost() {
						lose = append(lose, c.User.ID)
					}
				}
				if want := w.losers(all, f); !guarded && !slices.Equal(lose, want) {
					t.Errorf("got %v lose Visio, want %v", lose, want)
				}
				warned(t, p, f, w)
				fewer(t, in, f)
			})
		}
	}
}

// warned checks what the notes say, and that strict makes faults of just that.
func warned(t *testing.T, p *plan.Plan, f fate, w way) {
	t.Helper()
	want := map[string]bool{}
	if f.code != "" && !(f.lost && (w.protects || w.name == "holders")) { // R207 tells it there
		want[f.code] = true
	}
	if !f.pinned && !f.lost {
		want["unpinned"] = true
	}
	if !f.pinned && w.name == "holders" {
		want["unpinned"] = true // bob is not either
	}
	for _, n := range p.Notes {
		switch n.Code {
		case "nobody", "deleted", "gone", "renamed", "name-reused", "unpinned":
		default:
			continue
		}
		if !want[n.Code] {
			t.Errorf("got a note too many: %v", n)
		}
		delete(want, n.Code)
		if n.Code == "unpinned" {
			continue
		}
		if !strings.HasPrefix(n.Text, "a.yaml:3: ") || !strings.Contains(n.Text, annName) {
			t.Errorf("the note does not say where, and of whom: %v", n)
		}
		if !strings.Contains(n.Text, "take") && !strings.Contains(n.Text, "`reseat lock") {
			t.Errorf("the note does not say what to do: %v", n)
		}
	}
	if len(want) > 0 {
		t.Errorf("no note has the codes %v: %v", want, p.Notes)
	}
}

// fewer checks that reading only those whom the folder can be about gives the
// same, and that with pins that is always enough. Who holds nothing is found by
// name or id alone.
func fewer(t *testing.T, in plan.Input, f fate) {
	t.Helper()
	r := plan.ReachOf(in.Desired, in.Snapshot.Products, nil, nil)
	if r.Everyone {
		return
	}
	in.Snapshot = clone(in.Snapshot)
	for i := range in.Snapshot.Users {
		if in.Snapshot.Users[i].ID != bob {
			in.Snapshot.Users[i].Sources = nil
		}
	}
	some := in
	some.Snapshot = reached(in.Snapshot, r)
	m, err := plan.New(context.Background(), some)
	if !f.pinned && errors.Is(err, plan.ErrNeedsEveryone) {
		return
	}
	if err != nil {
		t.Errorf("of holders: %v", err)
	} else if a, b := same(m.Plan), same(mustNew(t, in)); a != b {
		t.Errorf("of holders got\n%s\nwant\n%s", a, b)
	}
}

// TestStrict: what a plan notes of people is a fault where people are strict,
// each with its place and what to do, all at once.
func TestStrict(t *testing.T) {
	for _, f := range fates() {
		for _, w := range waysToName() {
			in := named(f, w)
			in.Strict = true
			_, err := plan.New(context.Background(), in)
			if f.name == "stays, pinned" {
				if err != nil {
					t.Errorf("%s/%s: got %v", w.name, f.name, err)
				}
				continue
			}
			var faults *plan.FaultsError
			if !errors.As(err, &faults) {
				t.Fatalf("%s/%s: got %v, want faults", w.name, f.name, err)
			}
			for _, x := range faults.Faults {
				if x.Remedy == "" || x.Cause == "" || x.Place.File != "a.yaml" && !strings.Contains(x.Cause, "bob@") {
					t.Errorf("%s/%s: got %+v", w.name, f.name, x)
				}
			}
		}
	}
}
