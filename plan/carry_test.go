package plan_test

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// The service plans of these tests.
const (
	exchange1 plan.PlanID = "9aaf7827-d63c-4b61-89c3-182f06f82e5c"
	exchange2 plan.PlanID = "efb87545-963c-4e0d-99df-69c6916d9eb0"
	kiosk     plan.PlanID = "4a82b400-a79f-41a4-b4e2-e94f5787b113"
	share     plan.PlanID = "5dbe027f-2339-4123-9542-606e4d348a72"
	teams1    plan.PlanID = "57ff2da0-773e-42df-b2af-ffb7a2317929"
	phoneSys  plan.PlanID = "4828c8ec-dc2e-4779-b502-87ac9ce28ab7"
	engage    plan.PlanID = "a82fbf69-b4d7-49f4-83a6-915b2cf354f4"
	own1      plan.PlanID = "00000000-0000-4000-8000-00000000ab01"
	own2      plan.PlanID = "00000000-0000-4000-8000-00000000ab02"
	hall      plan.PlanID = "00000000-0000-4000-8000-00000000ab03" // of both under a name of its own
	hallToo   plan.PlanID = "00000000-0000-4000-8000-00000000ab04"
)

// TestCarry is which service plans stay off when E5 becomes E3.
func TestCarry(t *testing.T) {
	olds := []plan.ServicePlan{{ID: exchange2, Name: "EXCHANGE_S_ENTERPRISE"}, {ID: share, Name: "SHAREPOINTENTERPRISE"}, {ID: teams1, Name: "TEAMS1"},
		{ID: phoneSys, Name: "MCOEV"}, {ID: yammer, Name: "YAMMER_ENTERPRISE"}, {ID: own1, Name: "OLD"}, {ID: hall, Name: "Hall"}}
	news := []plan.ServicePlan{{ID: exchange1, Name: "EXCHANGE_S_STANDARD"}, {ID: share, Name: "SHAREPOINTENTERPRISE"}, {ID: teams1, Name: "TEAMS1"},
		{ID: yammer, Name: "YAMMER_ENTERPRISE"}, {ID: engage, Name: "VIVAENGAGE_CORE"}, {ID: own2, Name: "NEW"}, {ID: hallToo, Name: "HALL"}}
	says1 := func(off ...string) func(*plan.Desired) {
		return func(d *plan.Desired) {
			d.Users = []plan.UserEntry{exact(1, "ann@contoso.com", "SPE_E5")}
			d.Users[0].Licenses[0].PlansGiven, d.Users[0].Licenses[0].DisabledPlans = true, names(off...)
		}
	}
	wantsNew := func(off ...string) func(*plan.Desired) {
		return func(d *plan.Desired) {
			d.Users = []plan.UserEntry{exact(1, "ann@contoso.com", "SPE_E5", "SPE_E3")}
			d.Users[0].Licenses[1].PlansGiven, d.Users[0].Licenses[1].DisabledPlans = len(off) > 0, names(off...)
		}
	}
	fresh := "not in SPE_E5, on with SPE_E3: NEW"
	tests := []struct {
		name string
		say  func(*plan.Desired)
		held []plan.Source
		off  []plan.PlanID
		tell []string
	}{
		{"nothing was off", nil, []plan.Source{direct(e5)}, nil, nil},
		{"the same id", nil, []plan.Source{direct(e5, share)}, []plan.PlanID{share}, []string{"stays off: SHAREPOINTENTERPRISE", fresh}},
		{"the same name", nil, []plan.Source{direct(e5, hall)}, []plan.PlanID{hallToo}, []string{"stays off: HALL", fresh}},
		{"a family", nil, []plan.Source{direct(e5, exchange2)}, []plan.PlanID{exchange1}, []string{"stays off: EXCHANGE_S_STANDARD", fresh}},
		{"the same id, and a sibling", nil, []plan.Source{direct(e5, yammer)}, []plan.PlanID{yammer, engage}, []string{"stays off: VIVAENGAGE_CORE, YAMMER_ENTERPRISE", fresh}},
		{"unknown to the new one", nil, []plan.Source{direct(e5, own1, phoneSys)}, nil,
			[]string{"off in SPE_E5 and unknown to SPE_E3, may come on again: MCOEV, OLD", fresh}},
		{"some of each", nil, []plan.Source{direct(e5, own1, teams1)}, []plan.PlanID{teams1},
			[]string{"stays off: TEAMS1", "off in SPE_E5 and unknown to SPE_E3, may come on again: OLD", fresh}},
		{"off in all copies", nil, []plan.Source{direct(e5, share, teams1), through(e5, teams1)}, []plan.PlanID{teams1}, []string{"stays off: TEAMS1", fresh}},
		{"on in the group's copy", nil, []plan.Source{direct(e5, share), through(e5)}, nil, nil},
		{"a group's copy in error counts for nothing", nil, []plan.Source{direct(e5, share), {SKU: e5, Group: grp, State: plan.ErrorState}}, []plan.PlanID{share},
			[]string{"stays off: SHAREPOINTENTERPRISE", fresh}},
		{"the statement says what is off", says1("TEAMS1"), []plan.Source{direct(e5, share)}, []plan.PlanID{teams1}, []string{"stays off: TEAMS1", fresh}},
		{"the statement says it, and nothing is held", says1("TEAMS1"), nil, []plan.PlanID{teams1}, []string{"stays off: TEAMS1", fresh}},
		{"the statement says nothing is off", says1(), []plan.Source{direct(e5, share)}, nil, nil},
		{"the new one has service plans of its own", wantsNew("TEAMS1"), []plan.Source{direct(e5, share)}, []plan.PlanID{teams1}, []string{"switched off: TEAMS1"}},
		{"the new one is wanted without", wantsNew(), []plan.Source{direct(e5, share)}, []plan.PlanID{share}, []string{"stays off: SHAREPOINTENTERPRISE", fresh}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := with(person(ann, "ann", tt.held...))
			for i := range in.Snapshot.Products {
				switch p := &in.Snapshot.Products[i]; p.SKU {
				case e5:
					p.Plans = olds
				case e3:
					p.Plans = news
				}
			}
			in.Desired.Settings.Manage.Assign = true
			if tt.say != nil {
				tt.say(in.Desired)
			}
			in.Desired.Products = []plan.ProductEntry{swap(9, "SPE_E5", "SPE_E3", everyone)}
			p := mustNew(t, in)
			i := slices.IndexFunc(p.Changes, func(c plan.Change) bool { return c.Action == plan.Assign })
			if i < 0 {
				t.Fatalf("got %q, want SPE_E3 assigned", lines(p))
			}
			slices.Sort(tt.off)
			if got := p.Changes[i].After.DisabledPlans; !slices.Equal(got, tt.off) {
				t.Errorf("got %q off, want %q", got, tt.off)
			}
			var told []string
			for _, e := range p.Changes[i].Effects {
				told = append(told, e.Text)
			}
			if !slices.Equal(told, tt.tell) {
				t.Errorf("it tells %q, want %q", told, tt.tell)
			}
		})
	}
}

// TestCarryTwo: what is on in one of two products that become one stays on.
func TestCarryTwo(t *testing.T) {
	in := with(person(ann, "ann", direct(e5, share, yammer), direct(visio, share)))
	for i := range in.Snapshot.Products {
		if p := &in.Snapshot.Products[i]; p.SKU == visio {
			p.Plans = []plan.ServicePlan{{ID: share, Name: "SHAREPOINTENTERPRISE"}, {ID: academic, Name: "YAMMER_EDU"}}
		}
	}
	in.Desired.Settings.Manage.Assign = true
	in.Desired.Products = []plan.ProductEntry{swap(9, "SPE_E5", "SPE_E3", everyone), swap(10, "VISIOCLIENT", "SPE_E3", everyone)}
	p := mustNew(t, in)
	for _, c := range p.Changes {
		if c.Action == plan.Assign && !slices.Equal(c.After.DisabledPlans, []plan.PlanID{share}) {
			t.Errorf("got %q off, want SharePoint alone: Yammer was on in Visio", c.After.DisabledPlans)
		}
	}
	if len(p.Changes) != 3 {
		t.Errorf("got %q", lines(p))
	}
}

// TestFamilies holds the table of families: its ids and names are those of
// Microsoft's page, by a digest over that page's own rows, and its mailbox,
// files, Teams, phone and Office families are the services that the rules ask for.
func TestFamilies(t *testing.T) {
	const want = "515b59a944e18e343ce1db2fece2656a3c7d55c2bd8ab88106aee1d00cb2af14"
	rows := plan.FamilyPlans()
	var lines []string
	seen := map[plan.PlanID]bool{}
	sizes := map[string]int{}
	for _, r := range rows {
		if _, err := plan.ParseGUID(string(r.ID)); err != nil || strings.ToLower(string(r.ID)) != string(r.ID) {
			t.Errorf("%s: %q is not an id", r.Name, r.ID)
		}
		if seen[r.ID] {
			t.Errorf("%s stands in the table twice", r.Name)
		}
		seen[r.ID] = true
		sizes[r.Family]++
		lines = append(lines, string(r.ID)+" "+r.Name+"\n")
		service := map[string]string{"mailbox": "mailbox", "files": "files", "teams": "teams", "phone": "phone", "office": "office"}[r.Family]
		if got := strings.Join(plan.Services(r.ID), " "); got != service {
			t.Errorf("%s of family %s carries %q, want %q", r.Name, r.Family, got, service)
		}
		if !fits(r.Family, r.Name) {
			t.Errorf("%s does not look like one of family %s", r.Name, r.Family)
		}
	}
	for family, n := range sizes {
		if n < 2 {
			t.Errorf("family %s has one member: it says nothing", family)
		}
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("the table's digest is %s, want %s: an id or a name was changed", got, want)
	}
}

// fits reports whether a plan's name begins as those of its family do.
func fits(family, name string) bool {
	heads := map[string][]string{
		"mailbox": {"EXCHANGE_S_", "EXCHANGE_L_", "EXCHANGE_B_"}, "files": {"SHAREPOINT", "ONEDRIVE"}, "office-web": {"SHAREPOINTWAC"},
		"office": {"OFFICE"}, "office-mobile": {"OFFICEMOBILE_"}, "teams": {"TEAMS", "MCO_TEAMS"}, "skype": {"MCOSTANDARD", "MCOIMP", "MCOLITE"},
		"phone": {"MCOEV"}, "conferencing": {"MCOMEETADV"}, "engage": {"YAMMER_", "VIVAENGAGE_"}, "forms": {"FORMS_", "OFFICE_FORMS_"},
		"flow": {"FLOW_O365_"}, "powerapps": {"POWERAPPS_O365_"}, "agents": {"POWER_VIRTUAL_AGENTS_O365_"}, "dataverse": {"DYN365_CDS_O365_"},
		"dataverse-teams": {"CDS_O365_"}, "stream": {"STREAM_O365_"}, "whiteboard": {"WHITEBOARD_"}, "to-do": {"BPOS_S_TODO_"},
		"planner": {"PROJECTWORKMANAGEMENT"}, "project": {"PROJECT_O365_"}, "kaizala": {"KAIZALA_"}, "rights": {"RMS_S_"}, "my-analytics": {"MYANALYTICS_"},
	}[family]
	return slices.ContainsFunc(heads, func(head string) bool { return strings.HasPrefix(name, head) })
}
