package simulator_test

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// A watcher reads a tenant by every call that shows what writes change, and
// holds each answer against a naive model: the tenant's snapshot, and for what
// lags those of the writes before.
type watcher struct {
	*rapid.T
	w       *world
	past    []moment // after each write, oldest first
	mirrors []*mirror
}

// A moment is what a tenant was, and from when on.
type moment struct {
	*plan.Snapshot
	at time.Time
}

func (v *watcher) remember() {
	v.past = append(v.past, moment{v.w.Snapshot(), v.w.clock.Now()})
}

// A mirror is what a client that follows a delta query knows.
type mirror struct {
	properties []string
	minimal    bool
	link       string
	people     map[string]map[string]any
}

var watching = app("User.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All", "RoleManagement.Read.Directory", "AuditLog.Read.All")

func (v *watcher) get(path string, advanced bool) got {
	v.Helper()
	a := ask{path: path, actor: &watching}
	if advanced {
		a.header = map[string]string{"ConsistencyLevel": "eventual"}
	}
	g := send(v.w.t, v.w.Tenant, a)
	if g.status != 200 {
		v.Fatalf("GET %s: got %d %s", path, g.status, g.body)
	}
	return g
}

// list follows a listing to its end.
func (v *watcher) list(path string, advanced bool) []map[string]any {
	v.Helper()
	all := []map[string]any{}
	for path != "" {
		g := v.get(path, advanced)
		all = append(all, g.values(v.w.t)...)
		path, _ = g.object(v.w.t)["@odata.nextLink"].(string)
	}
	return all
}

func idsOf(all []map[string]any) []string {
	ids := []string{}
	for _, m := range all {
		ids = append(ids, m["id"].(string))
	}
	return ids
}

// now is the tenant as it is.
func (v *watcher) now() *plan.Snapshot { return v.past[len(v.past)-1].Snapshot }

// then is the tenant whose licences reads show that lag so many times; the
// index lags more.
func (v *watcher) then(times int, index bool) *plan.Snapshot {
	o, lag := v.w.o, time.Duration(times)*v.w.o.Lag
	if index {
		lag += o.IndexLag
	}
	i := max(0, len(v.past)-1-times*o.LagWrites)
	for i > 0 && v.past[i].at.Add(lag).After(v.w.clock.Now()) {
		i--
	}
	return v.past[i].Snapshot
}

// held is a user with the licences that reads show.
func (v *watcher) held(u plan.User, index bool) plan.User {
	was := holder(v.then(1, index), string(u.ID))
	u.Sources, u.Unsourced = was.Sources, was.Unsourced
	return u
}

// where are the ids of those whom a claim fits, with the licences that reads show.
func (v *watcher) where(index bool, fits func(plan.User) bool) []string {
	ids := []string{}
	for _, u := range v.now().Users {
		if fits(v.held(u, index)) {
			ids = append(ids, string(u.ID))
		}
	}
	return ids
}

func (v *watcher) same(what string, got, want any) {
	v.Helper()
	if !reflect.DeepEqual(got, want) {
		v.Fatalf("%s:\n got %v\nwant %v", what, got, want)
	}
}

func licencesOf(u plan.User) []any {
	off := map[plan.SKU][]string{}
	for _, s := range u.Sources {
		if s.State == plan.ErrorState {
			continue
		}
		mine := []string{}
		for _, p := range s.DisabledPlans {
			mine = append(mine, string(p))
		}
		if other, both := off[s.SKU]; both {
			mine = slices.DeleteFunc(mine, func(p string) bool { return !slices.Contains(other, p) })
		}
		off[s.SKU] = mine
	}
	for _, sku := range u.Unsourced {
		off[sku] = []string{}
	}
	all := []any{}
	for _, sku := range slices.Sorted(maps.Keys(off)) {
		plans := []any{}
		for _, p := range off[sku] {
			plans = append(plans, p)
		}
		all = append(all, map[string]any{"skuId": string(sku), "disabledPlans": plans})
	}
	return all
}

func statesOf(u plan.User) []string {
	all := []string{}
	for _, s := range u.Sources {
		all = append(all, fmt.Sprint(s.SKU, s.Group, s.State, cmp.Or(s.Error, "None")))
	}
	return all
}

func (v *watcher) users() {
	top := rapid.IntRange(1, 4).Draw(v.T, "top")
	all := v.list(fmt.Sprintf("/users?$select=id,userPrincipalName,department,usageLocation,assignedLicenses,licenseAssignmentStates&$top=%d", top), false)
	v.same("users", idsOf(all), v.where(false, func(plan.User) bool { return true }))
	text := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	for _, m := range all {
		u := v.held(holder(v.now(), m["id"].(string)), false)
		v.same("attributes of "+u.DisplayName, []any{m["userPrincipalName"], m["department"], m["usageLocation"]},
			[]any{u.UserPrincipalName, text(u.Department), text(u.UsageLocation)})
		v.same("licences of "+u.DisplayName, m["assignedLicenses"], licencesOf(u))
		states := []string{}
		for _, s := range m["licenseAssignmentStates"].([]any) {
			s := s.(map[string]any)
			group, _ := s["assignedByGroup"].(string)
			states = append(states, fmt.Sprint(s["skuId"], group, s["state"], s["error"]))
		}
		v.same("states of "+u.DisplayName, states, statesOf(u))
		details := []any{}
		for _, d := range v.list("/users/"+string(u.ID)+"/licenseDetails", false) {
			details = append(details, d["skuId"])
		}
		want := []any{}
		for _, sku := range shown(u) {
			want = append(want, string(sku))
		}
		v.same("licenseDetails of "+u.DisplayName, details, want)
	}
}

func (v *watcher) queries() {
	sku := rapid.SampledFrom([]string{e3, f3, visio, project}).Draw(v.T, "sku")
	has := func(u plan.User) bool { return slices.Contains(shown(u), plan.SKU(sku)) }
	name := rapid.SampledFrom(v.now().Users).Draw(v.T, "name").UserPrincipalName
	for _, q := range []struct {
		filter   string
		advanced bool
		of       func(plan.User) bool
	}{
		{"assignedLicenses/any(s:s/skuId eq " + sku + ")", false, has},
		{"not(assignedLicenses/any(s:s/skuId eq " + sku + "))", true, func(u plan.User) bool { return !has(u) }},
		{"assignedLicenses/$count ne 0", true, func(u plan.User) bool { return len(shown(u)) > 0 }},
		{"department eq 'X'", false, func(u plan.User) bool { return u.Department == "X" }},
		{"usageLocation eq null", true, func(u plan.User) bool { return u.UsageLocation == "" }},
		{"userPrincipalName eq '" + name + "'", false, func(u plan.User) bool { return u.UserPrincipalName == name }},
		{"startswith(userPrincipalName,'n')", false, func(u plan.User) bool { return strings.HasPrefix(u.UserPrincipalName, "n") }},
		{"id in ('" + adele + "','" + fay + "')", false, func(u plan.User) bool { return u.ID == adele || u.ID == fay }},
	} {
		path := "/users?$select=id&$top=2&$filter=" + url.QueryEscape(q.filter)
		want := v.where(q.advanced, q.of)
		if q.advanced {
			path += "&$count=true"
		}
		v.same(q.filter, idsOf(v.list(path, q.advanced)), want)
		count := string(v.get("/users/$count?$filter="+url.QueryEscape(q.filter), true).body)
		v.same("count of "+q.filter, count, fmt.Sprint(len(v.where(true, q.of))))
	}
	v.same("$count", string(v.get("/users/$count", true).body), fmt.Sprint(len(v.now().Users)))
	people := slices.Clone(v.now().Users)
	slices.SortStableFunc(people, func(a, b plan.User) int {
		return cmp.Compare(strings.ToLower(b.UserPrincipalName), strings.ToLower(a.UserPrincipalName))
	})
	want := []string{}
	for _, u := range people {
		want = append(want, string(u.ID))
	}
	v.same("$orderby", idsOf(v.list("/users?$select=id&$top=2&$orderby=userPrincipalName%20desc", false)), want)
}

func (v *watcher) groups() {
	s := v.now()
	broken := []string{}
	for _, g := range s.Groups {
		if !g.MembersRead {
			continue
		}
		id := string(g.ID)
		failing := v.where(false, func(u plan.User) bool {
			return slices.ContainsFunc(u.Sources, func(x plan.Source) bool { return x.Group == g.ID && x.Error != "" })
		})
		v.same("membersWithLicenseErrors of "+g.DisplayName, idsOf(v.list("/groups/"+id+"/membersWithLicenseErrors?$select=id", false)), failing)
		if len(failing) > 0 {
			broken = append(broken, id)
		}
		var members []string
		for _, m := range g.Members {
			members = append(members, string(m))
		}
		v.same("members of "+g.DisplayName, idsOf(v.list("/groups/"+id+"/members/microsoft.graph.user?$select=id", false)), append([]string{}, members...))
		got := v.get("/groups/"+id+"?$select=assignedLicenses,licenseProcessingState", false).object(v.w.t)
		gives := []string{}
		for _, x := range got["assignedLicenses"].([]any) {
			gives = append(gives, x.(map[string]any)["skuId"].(string))
		}
		want := []string{}
		for _, x := range g.Gives {
			want = append(want, string(x.SKU))
		}
		v.same("licences of "+g.DisplayName, gives, want)
		state := ""
		if m, ok := got["licenseProcessingState"].(map[string]any); ok {
			state = m["state"].(string)
		}
		v.same("state of "+g.DisplayName, state, simulator.Processing(v.w.Tenant, id))
	}
	v.same("groups with errors", idsOf(v.list("/groups?$select=id&$filter=hasMembersWithLicenseErrors%20eq%20true", false)), broken)
	if slices.ContainsFunc(s.Groups, func(g plan.Group) bool { return !g.MembersRead }) {
		return
	}
	for _, u := range s.Users {
		want := []string{}
		for _, g := range s.Groups {
			if slices.Contains(g.Members, u.ID) {
				want = append(want, string(g.ID))
			}
		}
		v.same("memberOf "+u.DisplayName, idsOf(v.list("/users/"+string(u.ID)+"/memberOf/microsoft.graph.group?$select=id", false)), want)
	}
}

func (v *watcher) directory() {
	s := v.now()
	gone := []string{}
	for _, d := range s.Deleted {
		gone = append(gone, string(d.ID))
	}
	bin := v.list("/directory/deletedItems/microsoft.graph.user?$select=id,deletedDateTime", false)
	v.same("deletedItems", idsOf(bin), gone)
	for _, m := range bin {
		if m["deletedDateTime"] == nil {
			v.Fatalf("got %v, want the time of the deletion", m)
		}
	}
	body := `{"types":["user"],"ids":["` + strings.Join([]string{adele, ben, carla, dana, eli, fay}, `","`) + `"]}`
	g := send(v.w.t, v.w.Tenant, ask{method: "POST", path: "/directoryObjects/getByIds", body: body, actor: &watching})
	v.same("getByIds", g.ids(v.w.t), v.where(false, func(plan.User) bool { return true }))
	for _, id := range gone {
		for _, path := range []string{"/users/", "/directoryObjects/"} {
			if g := send(v.w.t, v.w.Tenant, ask{path: path + id, actor: &watching}); g.status != 404 {
				v.Fatalf("%s of somebody deleted: got %d %s", path, g.status, g.body)
			}
		}
		v.same("deleted item", v.get("/directory/deletedItems/"+id, false).object(v.w.t)["id"], id)
	}
	// What nobody shows in the base stays; units lag twice.
	base := v.past[0].Snapshot
	n, was := seated(v.then(2, false)), seated(base)
	for _, p := range v.list("/subscribedSkus?$select=skuId,consumedUnits", false) {
		sku := p["skuId"].(string)
		want := n[plan.SKU(sku)] + consumed(base, sku) - was[plan.SKU(sku)]
		v.same("consumedUnits of "+sku, p["consumedUnits"], float64(want))
	}
	for _, m := range v.list("/roleManagement/directory/roleAssignments", false) {
		if slices.Contains(gone, m["principalId"].(string)) {
			v.Fatalf("got a role of somebody deleted: %v", m)
		}
	}
}

// follow goes one round, and holds what the client knows by then against the tenant.
func (v *watcher) follow(m *mirror) {
	header := map[string]string{}
	if m.minimal {
		header["Prefer"] = "return=minimal"
	}
	for path := m.link; ; {
		g := send(v.w.t, v.w.Tenant, ask{path: path, actor: &watching, header: header})
		for _, item := range g.values(v.w.t) {
			id := item["id"].(string)
			if item["@removed"] != nil {
				delete(m.people, id)
				continue
			}
			if m.people[id] == nil {
				m.people[id] = map[string]any{}
			}
			maps.Copy(m.people[id], item)
		}
		if link, ok := g.object(v.w.t)["@odata.deltaLink"].(string); ok {
			m.link = link
			break
		}
		path = g.object(v.w.t)["@odata.nextLink"].(string)
	}
	v.same("people of a delta query", slices.Sorted(maps.Keys(m.people)), v.where(false, func(plan.User) bool { return true }))
	for id, known := range m.people {
		u := v.held(holder(v.now(), id), false)
		for _, p := range m.properties {
			var got, want any = known[p], nil
			switch p {
			case "assignedLicenses":
				want = licencesOf(u)
			case "department":
				want = u.Department
			case "userPrincipalName":
				want = u.UserPrincipalName
			}
			if got == nil && p == "department" {
				got = ""
			}
			v.same(p+" of "+u.DisplayName+" in a delta query", got, want)
		}
	}
}

// read makes one kind of read, or begins or goes on with delta queries.
func (v *watcher) read(kind int) {
	switch kind {
	case 0:
		v.users()
	case 1:
		v.queries()
	case 2:
		v.groups()
	case 3:
		v.directory()
	case 4:
		m := &mirror{properties: []string{"assignedLicenses", "department", "userPrincipalName"}, minimal: rapid.Bool().Draw(v.T, "minimal"), people: map[string]map[string]any{}}
		if rapid.Bool().Draw(v.T, "one property") {
			m.properties = m.properties[rapid.IntRange(0, 2).Draw(v.T, "which"):][:1]
		}
		m.link = "/users/delta?$select=" + strings.Join(m.properties, ",")
		v.mirrors = append(v.mirrors, m)
		v.follow(m)
	default:
		for _, m := range v.mirrors {
			v.follow(m)
		}
	}
}

// lateness draws how reads or effects are late: either, as a model of both
// would be the simulator again.
func lateness(r *rapid.T, o simulator.Options) simulator.Options {
	seconds := func(name string) time.Duration {
		return time.Duration(rapid.SampledFrom([]int{0, 5}).Draw(r, name)) * time.Second
	}
	switch rapid.IntRange(0, 3).Draw(r, "late") {
	case 0:
		o.LagWrites = rapid.IntRange(1, 3).Draw(r, "writes")
	case 1:
		o.Lag, o.IndexLag = seconds("lag"), seconds("index")
	case 2:
		o.GroupDelay, o.MemberDelay = seconds("groups"), seconds("members")
	}
	return o
}

// Whatever is written, every read shows it, at once or as late as it shall,
// and so does a tenant that is made of the writes.
func TestReadsShowWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		v := &watcher{T: r, w: settle(t, lateness(r, simulator.Options{
			Seed: rapid.Uint64().Draw(r, "seed"), RestoreSeats: rapid.Bool().Draw(r, "seats"), ShortPages: rapid.Bool().Draw(r, "short")}))}
		v.remember()
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			if rapid.Bool().Draw(r, "wait") {
				v.w.clock.Advance(time.Duration(rapid.IntRange(1, 6).Draw(r, "seconds")) * time.Second)
				v.past[len(v.past)-1].Snapshot = v.w.Snapshot() // what came in between
			}
			a := history{r, v.w}.step()
			a.actor = &watching
			if g := send(t, v.w.Tenant, a); g.status < 300 {
				v.remember()
			}
			v.read(rapid.IntRange(0, 6).Draw(r, "read"))
		}
		v.w.clock.Advance(time.Hour)
		again, err := simulator.New(crew(), simulator.Options{Clock: v.w.clock})
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Replay(strings.NewReader(v.w.log.String())); err != nil {
			r.Fatal(err)
		}
		anew := &watcher{T: r, w: &world{Tenant: again, clock: v.w.clock, t: t}}
		anew.remember()
		v.same("the tenant made of the writes", anew.now(), v.w.Snapshot())
		for kind := range 5 {
			anew.read(kind)
		}
	})
}
