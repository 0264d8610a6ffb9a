package plan_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// doer is a tenant of Ann, who has Visio and an E3 with everything on, and of Bob,
// who has Visio; a folder takes all of that but the E3, of which it switches Yammer off.
func doer() plan.Input {
	in := with(person(ann, "ann", direct(e3), direct(visio)), person(bob, "bob", direct(visio)))
	in.Desired.Settings.Manage.Assign = true
	in.Desired.Remove = []plan.Remove{remove("back", 1, list("VISIOCLIENT"), plan.Who{Everyone: true})}
	w := want("SPE_E3")
	w.DisabledPlans, w.PlansGiven = names("YAMMER_ENTERPRISE"), true
	in.Desired.Users = []plan.UserEntry{{Ref: at(plan.KindUsers, "ann", 3), Person: plan.Name{Text: "ann@contoso.com"}, Add: []plan.Wanted{w}}}
	return in
}

func ownOf(t *testing.T, in plan.Input) []string {
	t.Helper()
	r := record(&in)
	mustNew(t, in)
	var out []string
	for name, c := range r.cases {
		if c.Facts.Own {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func TestOwn(t *testing.T) {
	me := plan.Actor{Kind: plan.ActorPerson, ID: string(ann), Name: "ann@contoso.com"}
	tests := []struct {
		name  string
		actor plan.Actor
		apply bool
		want  []string
	}{
		{"at apply", me, true, []string{"ann SPE_E3", "ann VISIOCLIENT"}},
		{"an id in capitals", plan.Actor{Kind: plan.ActorPerson, ID: strings.ToUpper(string(ann))}, true, []string{"ann SPE_E3", "ann VISIOCLIENT"}},
		{"in a plan", me, false, nil},
		{"an application of that id", plan.Actor{Kind: plan.ActorApplication, ID: string(ann)}, true, nil},
		{"nobody knows who", plan.Actor{}, true, nil},
		{"another", plan.Actor{Kind: plan.ActorPerson, ID: string(bob)}, true, []string{"bob VISIOCLIENT"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := doer()
			in.Snapshot.Actor, in.Apply = tt.actor, tt.apply
			if got := ownOf(t, in); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestOwnStays: the direct copy of a group's seat is nothing lost, nor are plans
// that are switched on.
func TestOwnStays(t *testing.T) {
	in := doer()
	in.Snapshot.Users[0].Sources = []plan.Source{direct(e3, yammer), direct(visio), through(visio)}
	w := want("SPE_E3")
	w.PlansGiven = true
	in.Desired.Users[0].Add = []plan.Wanted{w}
	in.Snapshot.Actor, in.Apply = plan.Actor{Kind: plan.ActorPerson, ID: string(ann)}, true
	if got := ownOf(t, in); got != nil {
		t.Errorf("got %q, want nothing", got)
	}
}

func TestOwnNotes(t *testing.T) {
	notes := func(change func(*plan.Input)) []string {
		in := doer()
		in.Judge = lenient{}
		in.Snapshot.Actor = plan.Actor{Kind: plan.ActorPerson, ID: string(ann)}
		change(&in)
		var out []string
		for _, n := range mustNew(t, in).Notes {
			if n.Code == "own-access" {
				out = append(out, n.Text)
			}
		}
		return out
	}
	if got := notes(func(*plan.Input) {}); len(got) != 2 {
		t.Errorf("got %q, want a note on each product of the person who plans", got)
	}
	for name, change := range map[string]func(*plan.Input){
		"at apply":            func(in *plan.Input) { in.Apply = true },
		"another applies":     func(in *plan.Input) { in.Desired.Settings.Auth.Apply.Method = "cli" },
		"an application":      func(in *plan.Input) { in.Snapshot.Actor.Kind = plan.ActorApplication },
		"it is denied anyway": func(in *plan.Input) { in.Judge, in.Desired.Users = deny{part: "VISIOCLIENT"}, nil },
	} {
		if got := notes(change); got != nil {
			t.Errorf("%s: got %q, want no note", name, got)
		}
	}
}

// TestUndone is which given back seat speaks against which change.
func TestUndone(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 11, n, 8, 0, 0, 0, time.UTC) }
	in := doer()
	made, err := plan.New(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	hashes := made.Baseline("").Seats
	hash := func(u plan.UserID, sku plan.SKU) string {
		for _, s := range hashes {
			if s.User == u && s.SKU == sku {
				return s.Statement
			}
		}
		t.Fatalf("%s %s is not in the baseline", u, sku)
		return ""
	}
	back := func(u plan.UserID, sku plan.SKU, run string, at int, statement string) plan.GivenBack {
		return plan.GivenBack{User: u, SKU: sku, Run: run, At: day(at), Statement: statement}
	}
	tests := []struct {
		name  string
		given []plan.GivenBack
		edit  func(*plan.Input)
		want  map[string]plan.UndoneFact
	}{
		{"nothing", nil, nil, nil},
		{"both kinds", []plan.GivenBack{back(ann, e3, "u", 1, hash(ann, e3)), back(bob, visio, "u", 1, hash(bob, visio))}, nil,
			map[string]plan.UndoneFact{"ann SPE_E3": {Run: "u", At: day(1)}, "bob VISIOCLIENT": {Run: "u", At: day(1)}}},
		{"the latest is named", []plan.GivenBack{back(bob, visio, "u2", 2, hash(bob, visio)), back(bob, visio, "u1", 1, hash(bob, visio))}, nil,
			map[string]plan.UndoneFact{"bob VISIOCLIENT": {Run: "u2", At: day(2)}}},
		{"another statement decides", []plan.GivenBack{back(bob, visio, "u", 1, hash(ann, e3))}, nil, nil},
		{"nobody decided then", []plan.GivenBack{back(bob, visio, "u", 1, "")}, nil, nil},
		{"the statement moves", []plan.GivenBack{back(bob, visio, "u", 1, hash(bob, visio))},
			func(in *plan.Input) { in.Desired.Remove[0].Line = 99 }, map[string]plan.UndoneFact{"bob VISIOCLIENT": {Run: "u", At: day(1)}}},
		{"the statement is edited", []plan.GivenBack{back(bob, visio, "u", 1, hash(bob, visio))},
			func(in *plan.Input) { in.Desired.Remove[0].Name = "back for good" }, nil},
		{"plans are switched on", []plan.GivenBack{back(ann, e3, "u", 1, hash(ann, e3))},
			func(in *plan.Input) {
				in.Snapshot.Users[0].Sources = []plan.Source{direct(e3, yammer, exchange2)}
				in.Desired.Users[0].Add[0].DisabledPlans = names("YAMMER_ENTERPRISE")
			}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := doer()
			in.GivenBack = tt.given
			if tt.edit != nil {
				tt.edit(&in)
			}
			r := record(&in)
			mustNew(t, in)
			got := map[string]plan.UndoneFact{}
			for name, c := range r.cases {
				if c.Facts.Undone.Run != "" {
					got[name] = c.Facts.Undone
				}
			}
			if len(got) != len(tt.want) {
				t.Fatalf("got %v, want %v", got, tt.want)
			}
			for name, want := range tt.want {
				if got[name] != want {
					t.Errorf("%s: got %v, want %v", name, got[name], want)
				}
			}
		})
	}
}

// TestWindowRow: a row where windows are given, which trips at apply alone, and
// by the time of the apply.
func TestWindowRow(t *testing.T) {
	row := func(rows []plan.Guard) *plan.Guard {
		i := slices.IndexFunc(rows, func(g plan.Guard) bool { return g.Code == "R205" })
		if i < 0 {
			return nil
		}
		return &rows[i]
	}
	in := crowd(1)
	r := record(&in)
	if g := row(mustNew(t, in).Guards); g != nil || r.facts.Window.Given {
		t.Errorf("without windows: got %+v, want no row", g)
	}
	in.Window = plan.WindowFact{Given: true, Open: plan.Yes, Text: "open until 18:00 CET"}
	m, err := plan.New(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if g := row(m.Plan.Guards); g == nil || !g.OK || g.When != plan.AtApply || g.Message != "the windows are open until 18:00 CET" {
		t.Errorf("open: got %+v", g)
	}
	shut := plan.WindowFact{Given: true, Open: plan.No, Text: "closed until 06:00 CET"}
	r.says = []plan.Decision{{Code: "R205", Level: plan.LevelGuard, Message: "the windows are closed until 06:00 CET"}}
	later := m.InWindow(shut)
	rows, err := later.Guards(t.Context(), func(*plan.Change) bool { return true })
	if err != nil || r.facts.Window != shut {
		t.Fatalf("got %v, %+v, want it judged by the time of the apply", err, r.facts.Window)
	}
	if g := row(rows); g == nil || g.OK || len(plan.Tripped(rows, plan.AtApply)) != 1 || len(plan.Tripped(rows, plan.AtPlan)) != 0 {
		t.Errorf("closed: got %+v, want a trip at apply", rows)
	}
	in.Window = shut
	p := mustNew(t, in)
	if g := row(p.Guards); g == nil || g.OK || p.Summary.Verdict != plan.HasChanges {
		t.Errorf("closed: got %+v, %s, want a plan all the same", g, p.Summary.Verdict)
	}
	if !slices.Contains(p.Notes, plan.Note{Code: "R205", Text: "at apply: the windows are closed until 06:00 CET"}) {
		t.Errorf("got notes %v, want that the windows are closed", p.Notes)
	}
}

func TestClosed(t *testing.T) {
	for _, tt := range []struct {
		w    plan.WindowFact
		want bool
	}{
		{plan.WindowFact{}, false}, {plan.WindowFact{Open: plan.No}, false}, {plan.WindowFact{Given: true, Open: plan.Yes}, false},
		{plan.WindowFact{Given: true, Open: plan.No}, true}, {plan.WindowFact{Given: true}, true},
	} {
		if got := tt.w.Closed(); got != tt.want {
			t.Errorf("%+v: got %t", tt.w, got)
		}
	}
}
