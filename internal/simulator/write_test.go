package simulator_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// A world is a tenant whose clock the test moves and whose writes it keeps.
type world struct {
	*simulator.Tenant
	clock *simulator.Clock
	log   *strings.Builder
	o     simulator.Options
	t     testing.TB
}

const line = "22222222-0000-4000-8000-000000000004" // gives F3 to nobody yet
const synced = "22222222-0000-4000-8000-000000000005"

// crew is contoso with a group whose members can be changed.
func crew() *plan.Snapshot {
	s := contoso()
	s.Groups[0].MembershipRule, s.Groups[0].Nested = "", nil
	s.Groups = append(s.Groups,
		plan.Group{ID: line, DisplayName: "Line", SecurityEnabled: true, Gives: []plan.Given{{SKU: f3}}, Members: []plan.UserID{}, MembersRead: true},
		plan.Group{ID: synced, DisplayName: "Synced", SecurityEnabled: true, Synced: true, Members: []plan.UserID{}, MembersRead: true})
	return s
}

func settle(t testing.TB, o simulator.Options) *world {
	t.Helper()
	w := &world{clock: simulator.NewClock(clock), log: &strings.Builder{}, t: t}
	o.Clock, o.Append = w.clock, func(b []byte) error { w.log.Write(b); return nil }
	w.o = o
	var err error
	if w.Tenant, err = simulator.New(crew(), o); err != nil {
		t.Fatal(err)
	}
	return w
}

// replayed holds the tenant against one that is made of its writes.
func (w *world) replayed(t fataler) {
	t.Helper()
	o := w.o
	o.Append, o.Seed, o.GroupDelay, o.MemberDelay, o.RestoreSeats = nil, o.Seed+1, 0, 0, !o.RestoreSeats
	again, err := simulator.New(crew(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Replay(strings.NewReader(w.log.String())); err != nil {
		t.Fatal(err)
	}
	if got, want := again.Snapshot(), w.Snapshot(); !reflect.DeepEqual(got, want) {
		t.Fatalf("got another tenant from the replay\n got %+v\nwant %+v", got, want)
	}
}

type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func (w *world) do(t testing.TB, a ask, status int) got {
	t.Helper()
	if a.actor == nil {
		actor := app("User.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All")
		a.actor = &actor
	}
	g := send(t, w.Tenant, a)
	if g.status != status {
		t.Fatalf("%s %s: got %d %s, want %d", a.method, a.path, g.status, g.body, status)
	}
	return g
}

// seat is the state of a user's entry through a group, or "".
func (w *world) seat(user, sku, group string) string {
	for _, s := range holder(w.Snapshot(), user).Sources {
		if s.SKU == plan.SKU(sku) && s.Group == plan.GroupID(group) {
			return strings.TrimSpace(string(s.State) + " " + s.Error)
		}
	}
	return ""
}

func groupAssign(group, add, remove string) ask {
	return ask{method: "POST", path: "/groups/" + group + "/assignLicense", body: assign(add, remove)}
}

func join(group, user string) ask {
	return ask{method: "POST", path: "/groups/" + group + "/members/$ref", body: `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/` + user + `"}`}
}

func leave(group, user string) ask {
	return ask{method: "DELETE", path: "/groups/" + group + "/members/" + user + "/$ref"}
}

func edit(user, body string) ask { return ask{method: "PATCH", path: "/users/" + user, body: body} }

// "202; licenseProcessingState Queued, InProgress, Complete": members get their
// seats only then.
func TestGroupLicences(t *testing.T) {
	t.Parallel()
	w := settle(t, simulator.Options{GroupDelay: 60 * time.Second})
	state := func() string {
		g := w.do(t, ask{path: "/groups/" + staff + "?$select=assignedLicenses,licenseProcessingState"}, 200)
		return string(g.body[strings.Index(string(g.body), `"assignedLicenses"`):])
	}
	processing := func() string {
		m := w.do(t, ask{path: "/groups?$select=licenseProcessingState&$filter=id%20eq%20'" + staff + "'"}, 200).values(t)[0]
		s, _ := m["licenseProcessingState"].(map[string]any)
		return fmt.Sprint(s["state"])
	}
	g := w.do(t, groupAssign(staff, give(f3, kiosk), take(e3)), 202)
	if loc := g.header.Get("Location"); loc != "https://graph.example/v2/"+tenantID+"/directoryObjects/"+staff+"/Microsoft.DirectoryServices.Group" {
		t.Errorf("got location %q", loc)
	}
	if !strings.Contains(string(g.body), `"displayName":"Staff O'Hara"`) {
		t.Errorf("got %s, want the group", g.body)
	}
	for _, step := range []struct {
		advance time.Duration
		state   string
		ben     string
	}{{0, "QueuedForProcessing", "Active"}, {29 * time.Second, "QueuedForProcessing", "Active"}, {time.Second, "ProcessingInProgress", "Active"}, {29 * time.Second, "ProcessingInProgress", "Active"}, {time.Second, "ProcessingComplete", ""}} {
		w.clock.Advance(step.advance)
		if got := w.seat(ben, e3, staff); got != step.ben {
			t.Errorf("%s: got E3 %q, want %q", step.state, got, step.ben)
		}
		if got := processing(); got != step.state {
			t.Errorf("got state %s, want %s", got, step.state)
		}
	}
	if s := state(); !strings.Contains(s, f3) || strings.Contains(s, e3) {
		t.Errorf("got %s", s)
	}
	s := w.Snapshot()
	if got := holder(s, ben).Sources; len(got) != 1 || got[0].SKU != f3 || !slices.Equal(got[0].DisabledPlans, []plan.PlanID{kiosk}) || !got[0].UpdatedAt.Equal(noon.Truncate(time.Second).Add(time.Minute)) {
		t.Errorf("got %+v", got)
	}
	// Adele holds E3 directly too, which stays; the kiosk plan is off, so both go together.
	if w.seat(adele, e3, "") != "Active" || w.seat(adele, f3, staff) != "Active" {
		t.Errorf("got %+v", holder(s, adele).Sources)
	}
	if consumed(s, e3) != 2 || consumed(s, f3) != 2 {
		t.Errorf("got %d and %d units", consumed(s, e3), consumed(s, f3))
	}
	w.do(t, groupAssign(staff, "", take(f3)), 202)
	w.clock.Advance(time.Hour)
	if got := processing(); got != "<nil>" {
		t.Errorf("got state %s of a group that gives nothing", got)
	}
	w.replayed(t)
}

func TestGroupErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ask    ask
		status int
		text   string
	}{
		"array missing":       {ask{method: "POST", path: "/groups/" + staff + "/assignLicense", body: `{"addLicenses":[]}`}, 400, "The missing parameters are: removeLicenses."},
		"unknown product":     {groupAssign(staff, give(nobody), ""), 400, "does not correspond to a valid company License"},
		"company product":     {groupAssign(staff, give(storage), ""), 400, "cannot be assigned"},
		"foreign plan":        {groupAssign(staff, give(f3, yammer), ""), 400, "is not part of license"},
		"suspended product":   {groupAssign(staff, give(expired), ""), 400, "does not have any available licenses"},
		"not given":           {groupAssign(staff, "", take(f3)), 400, "does not have a corresponding license"},
		"mutually exclusive":  {groupAssign(staff, give(f3), ""), 400, "mutually exclusive"},
		"dependency":          {groupAssign(line, give(calling), ""), 400, "depends on the service plan(s)"},
		"no group":            {groupAssign(nobody, give(f3), ""), 404, "does not exist"},
		"member unknown":      {join(line, nobody), 404, "does not exist"},
		"member twice":        {join(staff, ben), 400, "already exist"},
		"no member":           {leave(line, ben), 404, "does not exist"},
		"dynamic":             {join(inner, ben), 403, "Insufficient privileges"},
		"synced":              {join(synced, ben), 400, "on-premises mastered"},
		"hidden":              {join(hidden, ben), 403, "Insufficient privileges"},
		"foreign link":        {ask{method: "POST", path: "/groups/" + line + "/members/$ref", body: `{"@odata.id":"https://evil.example/v1.0/users/` + ben + `"}`}, 400, "is not the link"},
		"link of no object":   {ask{method: "POST", path: "/groups/" + line + "/members/$ref", body: `{"@odata.id":"https://graph.microsoft.com/v1.0/planets/` + ben + `"}`}, 400, "is not the link"},
		"link missing":        {ask{method: "POST", path: "/groups/" + line + "/members/$ref", body: `{}`}, 400, "@odata.id"},
		"21 members":          {ask{method: "PATCH", path: "/groups/" + line, body: `{"members@odata.bind":[` + strings.TrimSuffix(strings.Repeat(`"https://graph.microsoft.com/v1.0/users/`+ben+`",`, 21), ",") + `]}`}, 400, "at most 20"},
		"member named twice":  {ask{method: "PATCH", path: "/groups/" + line, body: `{"members@odata.bind":["https://graph.microsoft.com/v1.0/users/` + ben + `","https://graph.microsoft.com/v1.0/users/` + ben + `"]}`}, 400, "named twice"},
		"unknown property":    {ask{method: "PATCH", path: "/groups/" + line, body: `{"securityEnabled":false}`}, 400, "securityEnabled"},
		"user, unknown":       {edit(fay, `{"planet":"Mars"}`), 400, "planet"},
		"user, read-only":     {edit(fay, `{"assignedLicenses":[]}`), 400, "assignedLicenses"},
		"user, UK":            {edit(fay, `{"usageLocation":"UK"}`), 400, "usageLocation"},
		"user, not text":      {edit(fay, `{"department":7}`), 400, "department"},
		"user, not a boolean": {edit(fay, `{"accountEnabled":"true"}`), 400, "accountEnabled"},
		"user, no name":       {edit(fay, `{"displayName":null}`), 400, "displayName"},
		"user, name taken":    {edit(fay, `{"userPrincipalName":"BEN@contoso.com"}`), 400, "already exists"},
		"user, other domain":  {edit(fay, `{"userPrincipalName":"fay@evil.example"}`), 400, "userPrincipalName"},
		"user, half is wrong": {edit(fay, `{"department":"X","planet":"Mars"}`), 400, "planet"},
		"user, nobody":        {edit(nobody, `{"department":"X"}`), 404, "does not exist"},
		"delete nobody":       {ask{method: "DELETE", path: "/users/" + nobody}, 404, "does not exist"},
		"restore nobody":      {ask{method: "POST", path: "/directory/deletedItems/" + ben + "/restore"}, 404, "does not exist"},
		"reprocess nobody":    {ask{method: "POST", path: "/users/" + nobody + "/reprocessLicenseAssignment"}, 404, "does not exist"},
		"query option":        {ask{method: "DELETE", path: "/users/" + fay + "?$select=id"}, 400, "$select"},
		"delete the link":     {ask{method: "DELETE", path: "/groups/" + staff + "/members/" + ben}, 400, "segment"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := settle(t, simulator.Options{})
			before := w.Snapshot()
			if _, message := w.do(t, c.ask, c.status).problem(t); !strings.Contains(message, c.text) {
				t.Errorf("got %q, want %q", message, c.text)
			}
			if !reflect.DeepEqual(before, w.Snapshot()) || w.log.Len() > 0 {
				t.Error("got an effect of a refusal")
			}
		})
	}
	base := crew()
	base.Groups[3].SecurityEnabled = false
	tenant, err := simulator.New(base, simulator.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	if g := send(t, tenant, groupAssign(line, give(e3), "")); g.status != 400 || !strings.Contains(string(g.body), "security enabled") {
		t.Errorf("got %d %s of a group without security", g.status, g.body)
	}
}

// Who may do what; "not covered by LicenseAssignment.ReadWrite.All" is one row.
func TestWritePermissions(t *testing.T) {
	t.Parallel()
	const groupsAdmin, userAdmin = "fdd7a751-b60b-444a-984c-02652fe8fa1c", "fe930be7-5e62-47db-91af-98c3a49a38b1"
	patch, reprocess := edit(fay, `{"department":"X"}`), ask{method: "POST", path: "/users/" + ben + "/reprocessLicenseAssignment"}
	where := edit(fay, `{"usageLocation":"SE"}`)
	remove := ask{method: "DELETE", path: "/users/" + fay}
	for name, c := range map[string]struct {
		ask   ask
		actor plan.Actor
		ok    bool
	}{
		"group, least":                    {groupAssign(line, give(e3), take(f3)), app("LicenseAssignment.ReadWrite.All"), true},
		"group, also":                     {groupAssign(line, give(e3), take(f3)), app("Group.ReadWrite.All"), true},
		"group, of users":                 {groupAssign(line, give(e3), take(f3)), app("User.ReadWrite.All"), false},
		"group, groups administrator":     {groupAssign(line, give(e3), take(f3)), someone(fay, groupsAdmin, "LicenseAssignment.ReadWrite.All"), true},
		"group, billing administrator":    {groupAssign(line, give(e3), take(f3)), someone(ben, billingAdmin, "LicenseAssignment.ReadWrite.All"), false},
		"member, least":                   {join(line, fay), app("GroupMember.ReadWrite.All"), true},
		"member, of licences":             {join(line, fay), app("LicenseAssignment.ReadWrite.All"), false},
		"member, licence administrator":   {join(line, fay), someone(ben, licenceAdmin, "GroupMember.ReadWrite.All"), false},
		"name of a group, members alone":  {ask{method: "PATCH", path: "/groups/" + line, body: `{"displayName":"L"}`}, app("GroupMember.ReadWrite.All"), false},
		"reprocess, least":                {reprocess, app("User.ReadWrite.All"), true},
		"reprocess, of licences":          {reprocess, app("LicenseAssignment.ReadWrite.All"), false},
		"patch, least":                    {patch, app("User.ReadWrite.All"), true},
		"patch, of licences":              {patch, app("LicenseAssignment.ReadWrite.All"), false},
		"patch, licence administrator":    {patch, someone(ben, licenceAdmin, "User.ReadWrite.All"), false},
		"location, licence administrator": {where, someone(ben, licenceAdmin, "User.ReadWrite.All"), true},
		"delete, least":                   {remove, app("User.ReadWrite.All"), true},
		"delete, of the directory":        {remove, app("Directory.ReadWrite.All"), false},
		"delete, user administrator":      {remove, someone(ben, userAdmin, "User.ReadWrite.All"), true},
		"delete, licence administrator":   {remove, someone(ben, licenceAdmin, "User.ReadWrite.All"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := settle(t, simulator.Options{})
			c.ask.actor = &c.actor
			g := send(t, w.Tenant, c.ask)
			if ok := g.status < 300; ok != c.ok || !ok && g.status != 403 {
				t.Errorf("got %d %s, want permitted: %v", g.status, g.body, c.ok)
			}
		})
	}
}

// Members come and go with a delay; only direct members are licensed.
func TestMembers(t *testing.T) {
	t.Parallel()
	w := settle(t, simulator.Options{MemberDelay: 30 * time.Second})
	w.do(t, join(line, carla), 204) // has no location: the tenant's is taken
	w.do(t, ask{method: "PATCH", path: "/groups/" + line, body: `{"members@odata.bind":["https://graph.example/v1.0/users/` + fay + `","https://graph.microsoft.com/v1.0/directoryObjects/` + staff + `"]}`}, 204)
	g := w.do(t, ask{path: "/groups/" + line + "/members?$select=id"}, 200)
	if got := g.ids(t); !slices.Equal(got, []string{carla, fay, staff}) {
		t.Errorf("got members %v", got)
	}
	if w.seat(fay, f3, line) != "" || w.seat(carla, f3, line) != "" {
		t.Error("got a seat before its time")
	}
	w.clock.Advance(30 * time.Second)
	if w.seat(fay, f3, line) != "Active" || w.seat(carla, f3, line) != "Active" || w.seat(ben, f3, line) != "" {
		t.Errorf("got %+v", w.Snapshot().Users)
	}
	if got := consumed(w.Snapshot(), f3); got != 2 {
		t.Errorf("got %d units, want 2", got)
	}
	w.do(t, leave(line, fay), 204)
	w.do(t, leave(line, staff), 204)
	if w.seat(fay, f3, line) != "Active" {
		t.Error("lost a seat before its time")
	}
	w.clock.Advance(30 * time.Second)
	if w.seat(fay, f3, line) != "" || consumed(w.Snapshot(), f3) != 1 {
		t.Error("got a seat of a group that was left")
	}
	w.replayed(t)
}

// CountViolation: who is first has it, and by the seed. After more units, or
// fewer holders, reprocessing helps.
func TestCountViolation(t *testing.T) {
	t.Parallel()
	first := map[string]bool{}
	for seed := range uint64(12) {
		w := settle(t, simulator.Options{Seed: seed, GroupDelay: time.Minute})
		for _, u := range []string{carla, eli, fay} {
			w.do(t, join(line, u), 204)
		}
		w.do(t, groupAssign(line, give(e3), take(f3)), 202) // one unit of E3 is left
		w.clock.Advance(time.Minute)
		var active []string
		for _, u := range []string{carla, eli, fay} {
			switch got := w.seat(u, e3, line); got {
			case "Active":
				active = append(active, u)
			case "Error CountViolation":
			default:
				t.Fatalf("got %q", got)
			}
		}
		if len(active) != 1 || consumed(w.Snapshot(), e3) != 4 {
			t.Fatalf("got %d with a seat and %d units", len(active), consumed(w.Snapshot(), e3))
		}
		first[active[0]] = true
		w.do(t, assignTo(dana, "", take(e3)+","+take(addon)), 200)
		other := carla
		if active[0] == carla {
			other = fay
		}
		if w.do(t, ask{method: "POST", path: "/users/" + other + "/reprocessLicenseAssignment"}, 200); w.seat(other, e3, line) != "Active" {
			t.Errorf("got %q after reprocessing", w.seat(other, e3, line))
		}
		w.replayed(t)
	}
	if len(first) < 2 {
		t.Errorf("got always the same first: %v", first)
	}
}

// MutuallyExclusiveViolation and DependencyViolation, with the seat kept where
// a removal would break something.
func TestLawsThroughGroups(t *testing.T) {
	t.Parallel()
	w := settle(t, simulator.Options{})
	w.do(t, join(line, dana), 204) // holds E3
	if got := w.seat(dana, f3, line); got != "Error MutuallyExclusiveViolation" {
		t.Errorf("got %q", got)
	}
	w.do(t, groupAssign(line, give(project), take(f3)), 202)
	w.do(t, join(line, fay), 204)
	w.do(t, assignTo(fay, give(addon), ""), 200) // stands on the group's SharePoint
	w.do(t, leave(line, fay), 204)
	if got := w.seat(fay, project, line); got != "ActiveWithError DependencyViolation" {
		t.Errorf("got %q", got)
	}
	if got := w.seat(dana, f3, line) + w.seat(dana, project, line); got != "Active" {
		t.Errorf("got %q", got)
	}
	if got := simulator.InError(w.Tenant, line); !slices.Equal(got, []string{fay}) {
		t.Errorf("got %v in error", got)
	}
	w.do(t, assignTo(fay, "", take(addon)), 200)
	w.do(t, ask{method: "POST", path: "/users/fay@contoso.com/reprocessLicenseAssignment"}, 200)
	if got := w.seat(fay, project, line); got != "" {
		t.Errorf("got %q", got)
	}
	// A member who leaves where nothing stands in the way.
	w.do(t, leave(line, dana), 204)
	if got := w.seat(dana, project, line); got != "" {
		t.Errorf("got %q", got)
	}
	if got := len(holder(w.Snapshot(), dana).Sources); got != 3 {
		t.Errorf("got %d sources of dana, want her own 3", got)
	}
	w.replayed(t)
}

func TestPatchUser(t *testing.T) {
	t.Parallel()
	w := settle(t, simulator.Options{})
	g := w.do(t, edit("Fay@contoso.com", `{"accountEnabled":false,"department":"Ops","jobTitle":"Lead","displayName":"Fay O","usageLocation":"SE","city":null,"userPrincipalName":"fay.o@contoso.com"}`), 204)
	if len(g.body) > 0 || g.header.Get("Content-Type") != "" || g.header.Get("x-ms-resource-unit") != "1" {
		t.Errorf("got %q with %v", g.body, g.header)
	}
	u := holder(w.Snapshot(), fay)
	if u.AccountEnabled != plan.No || u.Department != "Ops" || u.JobTitle != "Lead" || u.DisplayName != "Fay O" || u.UsageLocation != "SE" || u.UserPrincipalName != "fay.o@contoso.com" || !slices.Equal(u.Aliases, []string{"fay@contoso.com"}) {
		t.Errorf("got %+v", u)
	}
	w.do(t, ask{path: "/users/fay@contoso.com"}, 404)
	w.do(t, ask{path: "/users/fay.o@contoso.com"}, 200)
	for body, want := range map[string]string{`{"givenName":"Fay"}`: "simulated tenant does not write", `{"shoeSize":44}`: "Invalid property 'shoeSize'."} {
		if _, message := w.do(t, edit(fay, body), 400).problem(t); !strings.Contains(message, want) {
			t.Errorf("%s: got %s", body, message)
		}
	}
	w.do(t, edit(carla, `{"usageLocation":"NO"}`), 204) // now she can be given something
	w.do(t, assignTo(carla, give(f3), ""), 200)
	w.do(t, edit(carla, `{"usageLocation":null}`), 204)
	w.do(t, assignTo(carla, give(visio), ""), 400)
	w.replayed(t)
	base := crew()
	base.Users[0].OnPremisesSyncEnabled = true
	tenant, err := simulator.New(base, simulator.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	rw := app("User.ReadWrite.All")
	for body, want := range map[string]int{`{"department":"X"}`: 400, `{"accountEnabled":false}`: 400, `{"usageLocation":"SE"}`: 204} {
		a := edit(adele, body)
		a.actor = &rw
		if g := send(t, tenant, a); g.status != want {
			t.Errorf("%s: got %d of a user from on-premises, want %d", body, g.status, want)
		}
	}
}

// "Goes to deletedItems, units freed"; accounts differ on whether direct seats
// come back with a restored user.
func TestDeleteAndRestore(t *testing.T) {
	t.Parallel()
	for _, kept := range []bool{false, true} {
		w := settle(t, simulator.Options{RestoreSeats: kept, MemberDelay: time.Minute})
		w.do(t, ask{method: "DELETE", path: "/users/" + adele}, 204)
		s := w.Snapshot()
		if consumed(s, e3) != 2 || len(s.Users) != 5 || s.Count.After != 5 || len(s.Deleted) != 1 || s.Deleted[0].ID != adele || s.Deleted[0].UserPrincipalName != "adele@contoso.com" {
			t.Fatalf("got %d units, %d users, %+v", consumed(s, e3), len(s.Users), s.Deleted)
		}
		for _, g := range s.Groups {
			if slices.Contains(g.Members, adele) {
				t.Errorf("got the deleted in %s", g.DisplayName)
			}
		}
		w.do(t, ask{path: "/users/" + adele}, 404)
		w.do(t, ask{path: "/users/adele@contoso.com"}, 404)
		w.do(t, assignTo(adele, give(f3), ""), 404)
		if _, err := simulator.New(s, simulator.Options{}); err != nil {
			t.Errorf("start from the snapshot: %v", err)
		}
		g := w.do(t, ask{method: "POST", path: "/directory/deletedItems/" + adele + "/restore"}, 200)
		if m := g.object(t); m["id"] != adele || m["@odata.type"] != "#microsoft.graph.user" || m["@odata.context"] != "https://graph.example/v1.0/$metadata#directoryObjects/$entity" {
			t.Errorf("got %s", g.body)
		}
		if got := w.seat(adele, e3, "") == "Active"; got != kept {
			t.Errorf("got the direct seat back: %v, want %v", got, kept)
		}
		w.clock.Advance(time.Minute)
		if w.seat(adele, e3, staff) != "Active" || consumed(w.Snapshot(), e3) != 3 || len(w.Snapshot().Deleted) != 0 {
			t.Errorf("got %+v", holder(w.Snapshot(), adele))
		}
		w.do(t, ask{path: "/users/adele@contoso.com"}, 200)
		w.replayed(t)
		// Not after 30 days, and not onto a name that somebody has by now.
		w.do(t, ask{method: "DELETE", path: "/users/" + adele}, 204)
		w.do(t, edit(fay, `{"userPrincipalName":"adele@contoso.com"}`), 204)
		w.do(t, ask{method: "POST", path: "/directory/deletedItems/" + adele + "/restore"}, 400)
		w.do(t, edit(fay, `{"userPrincipalName":"fay@contoso.com"}`), 204)
		w.clock.Advance(31 * 24 * time.Hour)
		w.do(t, ask{method: "POST", path: "/directory/deletedItems/" + adele + "/restore"}, 404)
		w.replayed(t)
	}
}

// A group that can hold a role needs a permission of its own.
func TestRoleGroupMembers(t *testing.T) {
	t.Parallel()
	base := crew()
	base.Groups[3].RoleAssignable = true
	tenant, err := simulator.New(base, simulator.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		actor plan.Actor
		want  int
	}{{app("Group.ReadWrite.All", "Directory.ReadWrite.All"), 403}, {app("Group.ReadWrite.All", "RoleManagement.ReadWrite.Directory"), 204}} {
		a := join(line, fay)
		a.actor = &c.actor
		if g := send(t, tenant, a); g.status != c.want {
			t.Errorf("got %d, want %d", g.status, c.want)
		}
	}
}

// A clock that goes back makes no write come before what was seen already.
func TestClockGoesBack(t *testing.T) {
	t.Parallel()
	w := settle(t, simulator.Options{GroupDelay: time.Minute})
	w.do(t, join(line, fay), 204)
	w.do(t, groupAssign(line, give(e3), take(f3)), 202)
	w.clock.Advance(2 * time.Minute)
	if w.seat(fay, e3, line) != "Active" {
		t.Fatal("got no seat")
	}
	w.clock.Advance(-90 * time.Second)
	w.do(t, assignTo(eli, give(e3), ""), 400) // the last unit is fay's
	w.do(t, edit(fay, `{"city":"Oslo"}`), 204)
	w.replayed(t)
}

func TestReplayOfUnknownKind(t *testing.T) {
	t.Parallel()
	w := settle(t, simulator.Options{})
	w.do(t, join(line, fay), 204)
	w.do(t, ask{method: "DELETE", path: "/users/" + ben}, 204)
	w.do(t, edit(carla, `{"department":"X"}`), 204)
	text := w.log.String()
	again := settle(t, simulator.Options{})
	before := again.Snapshot()
	for name, damaged := range map[string]string{
		"kind":   strings.Replace(text, `"kind":"join"`, `"kind":"jump"`, 1),
		"member": strings.Replace(text, `"members":["`+fay, `"members":["`+eli, 1),
		"value":  strings.Replace(text, `"department":"X"`, `"department":"Y"`, 1),
	} {
		if err := again.Replay(strings.NewReader(damaged)); err == nil || damaged == text {
			t.Errorf("%s: got no error", name)
		}
		if !reflect.DeepEqual(again.Snapshot(), before) {
			t.Errorf("%s: got a changed tenant", name)
		}
	}
	if err := again.Replay(strings.NewReader(text)); err != nil {
		t.Error(err)
	}
	if got, want := fmt.Sprint(again.Snapshot()), fmt.Sprint(w.Snapshot()); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// Who joins while a group's licences are under way gets what it gave before,
// and the rest with everybody.
func TestJoinWhileProcessing(t *testing.T) {
	t.Parallel()
	w := settle(t, simulator.Options{GroupDelay: time.Minute, MemberDelay: 10 * time.Second})
	w.do(t, groupAssign(line, give(e3), take(f3)), 202)
	w.do(t, join(line, fay), 204)
	w.clock.Advance(10 * time.Second)
	if w.seat(fay, f3, line) != "Active" || w.seat(fay, e3, line) != "" {
		t.Errorf("got %+v", holder(w.Snapshot(), fay).Sources)
	}
	w.clock.Advance(50 * time.Second)
	if w.seat(fay, f3, line) != "" || w.seat(fay, e3, line) != "Active" {
		t.Errorf("got %+v", holder(w.Snapshot(), fay).Sources)
	}
	w.replayed(t)
}
