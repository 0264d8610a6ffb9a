package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

func via(line int, v plan.Via) plan.ProductEntry {
	return plan.ProductEntry{Ref: at(plan.KindProducts, "SPE_E3", line), Product: plan.Name{Text: "SPE_E3"}, Via: v}
}

// TestVia holds how seats are held against how they shall be.
func TestVia(t *testing.T) {
	wants := func(d *plan.Desired) { d.Users = []plan.UserEntry{exact(1, "ann@contoso.com", "SPE_E3")} }
	wantsPlans := func(d *plan.Desired) {
		wants(d)
		d.Users[0].Licenses[0].PlansGiven, d.Users[0].Licenses[0].DisabledPlans = true, names("YAMMER_ENTERPRISE")
	}
	keeps := func(who plan.Who) func(*plan.Desired) {
		return func(d *plan.Desired) {
			d.Keep = []plan.Keep{{Ref: at(plan.KindKeep, "board", 2), Who: []plan.Who{who}, Products: list("SPE_E3")}}
		}
	}
	takes := func(d *plan.Desired) {
		d.Remove = []plan.Remove{remove("back", 3, list("SPE_E3"), salesmen)}
	}
	group, only, any := folder(via(7, plan.ViaGroup)), folder(via(7, plan.ViaDirect)), folder(via(7, plan.ViaAny))
	duplicates := func(d *plan.Desired) { d.Settings.Manage.Duplicates = plan.DuplicatesRemove }
	failed := plan.Source{SKU: e3, Group: grp, State: plan.ErrorState}
	weak := plan.Source{SKU: e3, Group: grp, State: plan.ActiveWithError}
	goes := []string{"unassign ann SPE_E3 allow via: group"}
	missing := []string{"missing ann SPE_E3 via-group"}
	tests := []struct {
		name  string
		say   []func(*plan.Desired)
		held  []plan.Source
		want  []string
		tells string
	}{
		{"group: wanted, not held", ways(group, wants, assigns), nil, missing, ""},
		{"group: wanted, not held, assign is off", ways(group, wants), nil, missing, ""},
		{"group: wanted, the group fails", ways(group, wants, assigns), []plan.Source{failed}, missing, "group-error"},
		{"group: wanted, through a group", ways(group, wants, assigns), []plan.Source{through(e3)}, nil, ""},
		{"group: wanted, direct alone", ways(group, wants, assigns), []plan.Source{direct(e3)}, nil, "via-group SPE_E3: 1 seat held directly and through no group yet (ann@contoso.com); put them into lic-e3"},
		{"group: wanted, direct alone, other plans", ways(group, wantsPlans, assigns), []plan.Source{direct(e3)}, []string{"adjust ann SPE_E3 allow ann@contoso.com"}, "via-group"},
		{"group: wanted, both ways", ways(group, wants, assigns), []plan.Source{direct(e3), through(e3)}, goes, ""},
		{"group: wanted, both ways, the group gives less", ways(group, wants, assigns), []plan.Source{direct(e3), through(e3, yammer)}, nil, "duplicate-waits"},
		{"group: wanted, both ways, the group has an error", ways(group, wants, assigns), []plan.Source{direct(e3), weak}, nil, "duplicate-waits"},
		{"group: wanted without a plan that the group gives", ways(group, wantsPlans, assigns), []plan.Source{direct(e3), through(e3)}, goes, ""},
		{"group: wanted without the plan that the group lacks", ways(group, wantsPlans, assigns), []plan.Source{direct(e3), through(e3, yammer)}, goes, ""},
		{"group: nobody speaks, not held", ways(group, assigns), nil, nil, ""},
		{"group: nobody speaks, direct alone", ways(group), []plan.Source{direct(e3)}, nil, "via-group"},
		{"group: nobody speaks, both ways", ways(group), []plan.Source{direct(e3), through(e3)}, goes, ""},
		{"group: nobody speaks, the group gives less", ways(group), []plan.Source{direct(e3), through(e3, yammer)}, nil, "duplicate-waits"},
		{"group: kept", ways(group, keeps(everyone)), []plan.Source{direct(e3), through(e3)}, nil, ""},
		{"group: not evaluated", ways(group, keeps(hidden)), []plan.Source{direct(e3), through(e3)}, nil, "members of hidden"},
		{"group: not wanted, direct", ways(group, takes), []plan.Source{direct(e3)}, []string{"unassign ann SPE_E3 allow back"}, ""},
		{"group: not wanted, both ways", ways(group, takes), []plan.Source{direct(e3), through(e3)}, []string{"unassign ann SPE_E3 allow back"}, ""},
		{"direct: wanted, not held", ways(only, wants, assigns), nil, []string{"assign ann SPE_E3 allow ann@contoso.com"}, ""},
		{"direct: wanted, through a group", ways(only, wants, assigns), []plan.Source{through(e3)}, nil, ""},
		{"direct: wanted, both ways, duplicates go", ways(only, wants, duplicates), []plan.Source{direct(e3), through(e3)}, nil, ""},
		{"direct: nobody speaks, both ways, duplicates go", ways(only, duplicates), []plan.Source{direct(e3), through(e3)}, nil, ""},
		{"direct: wanted, both ways, other plans", ways(only, wantsPlans, duplicates, assigns), []plan.Source{direct(e3), through(e3)}, []string{"adjust ann SPE_E3 allow ann@contoso.com"}, ""},
		{"any: both ways", ways(any, wants), []plan.Source{direct(e3), through(e3)}, nil, "duplicate SPE_E3"},
		{"any: both ways, duplicates go", ways(any, wants, duplicates), []plan.Source{direct(e3), through(e3)}, []string{"unassign ann SPE_E3 allow duplicates: remove"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := with(person(ann, "ann", tt.held...))
			in.Judge = strict{}
			in.Snapshot.Groups = []plan.Group{{ID: grp, DisplayName: "lic-e3", Gives: []plan.Given{{SKU: e3}}}}
			for _, say := range tt.say {
				say(in.Desired)
			}
			p := mustNew(t, in)
			if got := lines(p); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if told := told(p); tt.tells != "" && !strings.Contains(told, tt.tells) || tt.tells == "" && strings.Contains(told, "SPE_E3") {
				t.Errorf("it tells %q, want %q", told, tt.tells)
			}
			for _, c := range p.Changes {
				if c.Reason.Statement == "via: group" && (c.Reason.Kind != plan.KindVia || c.Reason.Line != 7) {
					t.Errorf("got %+v, want the entry of line 7", c.Reason)
				}
			}
		})
	}
}

// TestViaGroupNames: what is missing for lack of a group names those that give
// it, and says nothing where none is known.
func TestViaGroupNames(t *testing.T) {
	const other plan.GroupID = "00000000-0000-4000-8000-0000000000f2"
	in := with(person(ann, "ann"))
	folder(via(7, plan.ViaGroup))(in.Desired)
	in.Desired.Users = []plan.UserEntry{exact(1, "ann@contoso.com", "SPE_E3")}
	if got := mustNew(t, in).Missing[0]; got.Groups != nil || got.Because != plan.NeedsGroup {
		t.Errorf("got %+v, want no groups", got)
	}
	in.Snapshot.Groups = []plan.Group{
		{ID: grp, DisplayName: "lic-e3", Gives: []plan.Given{{SKU: e3}}},
		{ID: other, Gives: []plan.Given{{SKU: e5}, {SKU: e3}}},
		{ID: "00000000-0000-4000-8000-0000000000f3", DisplayName: "lic-e5", Gives: []plan.Given{{SKU: e5}}},
	}
	want := []plan.GroupName{{ID: grp, Name: "lic-e3"}, {ID: other, Name: string(other)}}
	if got := mustNew(t, in).Missing[0].Groups; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
