package plan_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

func pin(id plan.UserID, name string) plan.Pin {
	return plan.Pin{ID: id, Name: name, Place: plan.Place{File: "people.lock", Line: 1, Column: 1}}
}

// TestSamePerson: what is said of one person by name, by an older name and by id
// is said of one person, whether the tenant is asked or not, and whatever became
// of the account.
func TestSamePerson(t *testing.T) {
	entries := func(d *plan.Desired, people ...string) {
		for i, p := range people {
			d.Users = append(d.Users, exact(i+1, p, "VISIOCLIENT"))
		}
	}
	takes := func(d *plan.Desired, person string) {
		d.Remove = []plan.Remove{remove("back", 9, list("VISIOCLIENT"), who(person)...)}
	}
	tests := []struct {
		name string
		say  func(*plan.Desired)
		want string
	}{
		{"a name and its id in users", func(d *plan.Desired) { entries(d, annName, string(ann)) }, `"` + string(ann) + `" is the same person as "ann@contoso.com" in a.yaml:1:1`},
		{"an old name and a new one", func(d *plan.Desired) { entries(d, "Old@contoso.com", annName) }, `"ann@contoso.com" is the same person as "Old@contoso.com" in a.yaml:1:1`},
		{"a name against its id", func(d *plan.Desired) { entries(d, annName); takes(d, string(ann)) }, `remove "back"`},
		{"an old name against a new one", func(d *plan.Desired) { entries(d, annName); takes(d, "old@contoso.com") }, `remove "back"`},
		{"an id against an old name", func(d *plan.Desired) { entries(d, strings.ToUpper(string(ann))); takes(d, "old@contoso.com") }, `remove "back"`},
	}
	for _, tt := range tests {
		for _, there := range []bool{true, false} {
			in := with(person(bob, "bob"))
			if there {
				in = with(person(ann, "ann", direct(visio)), person(bob, "bob"))
			}
			in.Desired.Locked, in.Desired.Pins = true, []plan.Pin{pin(ann, annName), pin(ann, "old@contoso.com"), pin(bob, "bob@contoso.com")}
			tt.say(in.Desired)
			faults := plan.Check(in.Desired, plan.DayOf(in.Now))
			if len(faults) != 1 || !strings.Contains(faults[0].Error(), tt.want) {
				t.Errorf("%s, without the tenant: got %v", tt.name, faults)
			}
			_, err := plan.New(context.Background(), in)
			var found *plan.FaultsError
			if there && (!errors.As(err, &found) || len(found.Faults) != 1 || !strings.Contains(found.Faults[0].Error(), tt.want)) {
				t.Errorf("%s: got %v", tt.name, err)
			}
			if !there && strings.Contains(tt.want, "back") && !errors.As(err, &found) {
				t.Errorf("%s, of who is gone: got %v", tt.name, err)
			}
		}
	}
}

// TestReusedIsNobodysClaim: what is said by a name that somebody else has now
// contradicts nothing that is said of either by id.
func TestReusedIsNobodysClaim(t *testing.T) {
	for _, id := range []plan.UserID{ann, bob} {
		in := with(person(ann, "anna", direct(visio)), person(bob, "ann", direct(visio)))
		in.Desired.Locked, in.Desired.Pins = true, []plan.Pin{pin(ann, annName)}
		in.Desired.Users = []plan.UserEntry{exact(1, annName, "VISIOCLIENT"), exact(2, string(id))}
		if p := mustNew(t, in); len(p.Changes) != 1 || p.Changes[0].User.ID != id {
			t.Errorf("got %v, want the id to be who it is", lines(p))
		}
	}
}

// TestIDsOfTheGone: an object id that was pinned once is no spelling mistake.
func TestIDsOfTheGone(t *testing.T) {
	in := with(person(bob, "bob", direct(visio)))
	in.Judge = whoKnows{}
	in.Desired.Keep = []plan.Keep{{Ref: at(plan.KindKeep, "k", 1), Who: who(string(ann)), Products: list("VISIOCLIENT")}}
	if p := mustNew(t, in); p.Summary.Verdict != plan.Guarded {
		t.Errorf("an id that nobody knows: got %s", p.Summary.Verdict)
	}
	in.Desired.Locked, in.Desired.Pins = true, []plan.Pin{pin(ann, annName)}
	p := mustNew(t, in)
	if p.Summary.Verdict == plan.Guarded || len(p.Notes) != 1 || p.Notes[0].Code != "gone" {
		t.Errorf("an id that is pinned: got %s, %v", p.Summary.Verdict, p.Notes)
	}
}

// TestLimitedByPin: a plan is limited to people by the names that the files use.
func TestLimitedByPin(t *testing.T) {
	in := with(person(ann, "anna", direct(visio)), person(bob, "bob", direct(visio)))
	in.Desired.Locked, in.Desired.Pins = true, []plan.Pin{pin(ann, annName)}
	in.Desired.Remove = []plan.Remove{remove("all", 1, list("VISIOCLIENT"), plan.Who{Everyone: true})}
	in.Users = []string{"Ann@contoso.com"}
	if p := mustNew(t, in); len(p.Changes) != 1 || p.Changes[0].User.ID != ann {
		t.Errorf("got %v, want the change of ann alone", lines(p))
	}
	in.Snapshot.Users[1].UserPrincipalName = annName
	_, err := plan.New(context.Background(), in)
	if err == nil || err.Error() != `"Ann@contoso.com" is somebody else's name now: the account that people.lock pins is called anna@contoso.com: say the object id` {
		t.Errorf("got %v", err)
	}
	in.Users = []string{string(bob)}
	if p := mustNew(t, in); len(p.Changes) != 1 || p.Changes[0].User.ID != bob {
		t.Errorf("got %v, want the change of bob alone", lines(p))
	}
	r := plan.ReachOf(in.Desired, in.Snapshot.Products, nil, []string{"Ann@contoso.com"})
	if !slices.Contains(r.IDs, ann) || !slices.Contains(r.People, "Ann@contoso.com") {
		t.Errorf("got %+v, want both the name and its id to be read", r)
	}
}

// TestUnpinned: names without a pin are one line, ids and nobodies are none.
func TestUnpinned(t *testing.T) {
	notes := func(locked bool, people ...string) string {
		in := with(person(ann, "ann"), person(bob, "bob"), person(cleo, "cleo"))
		in.Desired.Locked = locked
		if locked {
			in.Desired.Pins = []plan.Pin{pin(ann, annName)}
		}
		in.Desired.Remove = []plan.Remove{remove("r", 1, list("VISIOCLIENT"), who(people...)...)}
		var out []string
		for _, n := range mustNew(t, in).Notes {
			if n.Code == "unpinned" {
				out = append(out, n.Text)
			}
		}
		return strings.Join(out, "\n")
	}
	for _, tt := range []struct {
		locked bool
		people []string
		want   string
	}{
		{false, []string{string(ann), "nobody@contoso.com"}, ""},
		{false, []string{"bob@contoso.com", "BOB@contoso.com"}, "1 name of a person is not pinned to object ids: BOB@contoso.com; `reseat lock` pins it, and who is renamed is still found"},
		{true, []string{annName}, ""},
		{true, []string{annName, "cleo@contoso.com", "bob@contoso.com"}, "2 names of people are not in people.lock: bob@contoso.com, cleo@contoso.com; `reseat lock` pins them, and who is renamed is still found"},
	} {
		got := notes(tt.locked, tt.people...)
		if !strings.EqualFold(got, tt.want) {
			t.Errorf("%t %v: got %q, want %q", tt.locked, tt.people, got, tt.want)
		}
	}
	d := &plan.Desired{}
	for i := range 1000 {
		d.Users = append(d.Users, exact(i+1, fmt.Sprintf("p%03d@contoso.com", i)))
	}
	faults := plan.CheckPeople(d)
	if len(faults) != 1 || !strings.HasPrefix(faults[0].Cause, "1000 names of people are not pinned to object ids: p000@contoso.com, p001@contoso.com, p002@contoso.com, 997 more") {
		t.Errorf("got %v", faults)
	}
	d.Locked, d.Pins, d.Users = true, []plan.Pin{pin(ann, annName), pin(bob, "bob@contoso.com"), pin(cleo, "cleo@contoso.com")}, []plan.UserEntry{exact(1, "Ann@contoso.com"), exact(2, string(bob))}
	faults = plan.CheckPeople(d)
	if len(faults) != 1 || faults[0].Cause != `no file names "cleo@contoso.com"` || faults[0].Place.File != "people.lock" {
		t.Errorf("got %v", faults)
	}
}

// TestNewPinning: which pins stay, come, go and may not move.
func TestNewPinning(t *testing.T) {
	const dora, eve, gil plan.UserID = "00000000-0000-4000-8000-00000000000d", "00000000-0000-4000-8000-00000000000e", "00000000-0000-4000-8000-000000000009"
	s := with(person(ann, "ann"), person(bob, "robert"), person(cleo, "dora"), person(eve, "eve")).Snapshot
	s.Deleted = []plan.DeletedUser{{ID: gil, UserPrincipalName: "gil@contoso.com"},
		{ID: "00000000-0000-4000-8000-0000000000f2", UserPrincipalName: "twice@contoso.com"}, {ID: "00000000-0000-4000-8000-0000000000f3", UserPrincipalName: "twice@contoso.com"}}
	d := &plan.Desired{Locked: true, Pins: []plan.Pin{pin(bob, "bob@contoso.com"), pin(dora, "dora@contoso.com"), pin(eve, "evie@contoso.com"),
		pin("00000000-0000-4000-8000-0000000000ff", "idle@contoso.com"), pin("00000000-0000-4000-8000-0000000000fe", "purged@contoso.com")}}
	d.Remove = []plan.Remove{remove("r", 1, list("VISIOCLIENT"), who("Gil@contoso.com", "bob@contoso.com", "ANN@contoso.com", "ann@contoso.com", "dora@contoso.com", "twice@contoso.com",
		"nobody@contoso.com", "purged@contoso.com", string(eve))...)}
	say := func(p *plan.Pinning) string {
		var b strings.Builder
		pins := func(what string, list []plan.Pin) {
			for _, x := range list {
				fmt.Fprintf(&b, "%s %s %s\n", what, string(x.ID)[34:], x.Name)
			}
		}
		moved := func(what string, list []plan.Moved) {
			for _, x := range list {
				now := ""
				if x.Now != nil {
					now = " now " + string(x.Now.ID)[34:]
				}
				fmt.Fprintf(&b, "%s %s %s%s\n", what, x.Name, x.Became, now)
			}
		}
		pins("pin", p.Pins)
		pins("added", p.Added)
		pins("dropped", p.Dropped)
		moved("renewed", p.Renewed)
		moved("refused", p.Refused)
		moved("renamed", p.Renamed)
		moved("left", p.Left)
		for _, n := range p.Nobody {
			fmt.Fprintf(&b, "nobody %s\n", n.Text)
		}
		return b.String()
	}
	const rest = `pin 0e evie@contoso.com
pin 09 Gil@contoso.com
pin fe purged@contoso.com
added 0a ANN@contoso.com
added 09 Gil@contoso.com
dropped ff idle@contoso.com
`
	const after = `renamed bob@contoso.com is called robert@contoso.com
left Gil@contoso.com was deleted
left purged@contoso.com is gone for good
nobody nobody@contoso.com
nobody twice@contoso.com
`
	for _, tt := range []struct {
		renew []string
		want  string
	}{
		{nil, "pin 0a ANN@contoso.com\npin 0b bob@contoso.com\npin 0d dora@contoso.com\n" + rest + "refused dora@contoso.com is gone for good now 0c\n" + after},
		{[]string{"Dora@contoso.com"}, "pin 0a ANN@contoso.com\npin 0b bob@contoso.com\npin 0c dora@contoso.com\n" + rest + "renewed dora@contoso.com is gone for good now 0c\n" + after},
	} {
		p, err := plan.NewPinning(d, s, tt.renew)
		if err != nil {
			t.Fatal(err)
		}
		if got := say(p); got != tt.want || !p.Changes() {
			t.Errorf("renew %v: got\n%s\nwant\n%s", tt.renew, got, tt.want)
		}
		if tt.renew == nil {
			continue
		}
		again := *d
		again.Pins = p.Pins
		if p, err := plan.NewPinning(&again, s, nil); err != nil || p.Changes() || len(p.Refused) > 0 {
			t.Errorf("once more: got %v, %v", p, err)
		}
	}
	for name, want := range map[string]string{
		"who@contoso.com":    `no file names "who@contoso.com"`,
		"ann@contoso.com":    `"ann@contoso.com" is not pinned yet`,
		"bob@contoso.com":    `nobody in the tenant is called "bob@contoso.com" now`,
		"purged@contoso.com": `nobody in the tenant is called "purged@contoso.com" now`,
	} {
		if _, err := plan.NewPinning(d, s, []string{name}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("renew %s: got %v, want %s", name, err, want)
		}
	}
}
