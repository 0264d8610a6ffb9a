package plan_test

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/plan"
)

// example is the tenant of the examples, with more of what a directory knows
// of people than the file has.
func example(t testing.TB) *plan.Snapshot {
	t.Helper()
	data, err := os.ReadFile("../examples/contoso/tenant.json")
	if err != nil {
		t.Fatal(err)
	}
	s, err := plan.DecodeSnapshot(data)
	if err != nil {
		t.Fatal(err)
	}
	id := func(n int) string { return fmt.Sprintf("7b6a5c4d-0000-4000-8000-%012x", n) }
	for i := range s.Users {
		u := &s.Users[i]
		if i%3 == 0 {
			local, _, _ := strings.Cut(u.UserPrincipalName, "@")
			u.Aliases = []string{local + ".old@contoso.com", local + "@contoso.mail.onmicrosoft.com"}
			u.Extensions = &[15]string{1: "cost centre 4711", 4: u.Department}
			u.SignIn = &plan.SignIn{Successful: time.Date(2026, 10, i%28+1, 9, 0, 0, 0, time.UTC)}
			u.Mailbox = plan.UserMailbox
		}
	}
	s.Users[7].UserPrincipalName = "jane.doe_fabrikam.com#EXT#@contoso.onmicrosoft.com"
	s.Users[7].Mail, s.Users[7].UserType = "Jane.Doe@fabrikam.com", "Guest"
	s.Users[8].Mail = s.Users[9].Mail // one address at two people
	s.Groups[0].Eligible = []plan.UserID{s.Users[3].ID, s.Users[5].ID}
	gone := plan.UserID(id(1))
	s.Deleted = []plan.DeletedUser{
		{ID: gone, UserPrincipalName: strings.ReplaceAll(string(gone), "-", "") + "vera.gone@contoso.com", DisplayName: "Vera Gone", DeletedAt: s.ReadAt},
		{ID: plan.UserID(id(2)), UserPrincipalName: s.Users[0].UserPrincipalName, DisplayName: "Namesake Before", DeletedAt: s.ReadAt},
	}
	s.Roles = append(s.Roles, plan.Role{ID: plan.RoleID(id(3)), TemplateID: plan.RoleID(id(3)), Name: "Contoso Licence Desk", Privileged: plan.No,
		Actions: []string{"microsoft.directory/users/assignLicense"}})
	s.RoleAssignments = append(s.RoleAssignments, plan.RoleAssignment{ID: "bG9vay1hdC1tZQ", Role: plan.RoleID(id(3)), Principal: string(s.Users[4].ID),
		Kind: plan.PrincipalUser, Scope: "/administrativeUnits/" + id(4)})
	s.Actor = plan.Actor{Kind: plan.ActorPerson, ID: string(s.Users[2].ID), Name: s.Users[2].UserPrincipalName,
		Roles: []string{"4d6ac14f-3453-41d0-bef9-a3e0c569773a", id(3)}, Permissions: []string{"User.Read.All"}}
	s.Reads = append(s.Reads,
		plan.Read{What: plan.ReadGroups, Status: plan.ReadDenied, Reason: `group "secret project": no group has this name`},
		plan.Read{What: plan.ReadMembers, Status: plan.ReadDenied, Reason: id(5) + ": 403 Authorization_RequestDenied, and 3 more"},
		plan.Read{What: plan.ReadMailboxes, Status: plan.ReadDenied, Reason: "vera.gone@contoso.com: somebody said something"})
	encoded, err := plan.EncodeSnapshot(s)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = plan.DecodeSnapshot(encoded); err != nil {
		t.Fatal(err)
	}
	return s
}

// originals are the texts of a snapshot that tell who somebody is.
func originals(s *plan.Snapshot) map[string]bool {
	all := map[string]bool{}
	add := func(texts ...string) {
		for _, text := range texts {
			if len(text) >= 4 {
				all[text] = true
			}
		}
	}
	address := func(a string) {
		local, domain, _ := strings.Cut(a, "@")
		add(a, local, domain)
	}
	add(string(s.Organization.ID), s.Organization.DisplayName, s.Actor.ID)
	add(s.Organization.VerifiedDomains...)
	for _, u := range s.Users {
		add(string(u.ID), u.DisplayName, u.Department, u.JobTitle, u.CompanyName, u.City, u.OfficeLocation, u.EmployeeType)
		for _, a := range append([]string{u.UserPrincipalName, u.Mail}, u.Aliases...) {
			address(a)
		}
		if u.Extensions != nil {
			add(u.Extensions[:]...)
		}
	}
	for _, x := range s.Deleted {
		add(string(x.ID), x.DisplayName)
		address(x.UserPrincipalName)
	}
	for _, g := range s.Groups {
		add(string(g.ID), g.DisplayName, g.MembershipRule)
	}
	for _, x := range s.Subscriptions {
		add(x.ID, x.CommerceID, x.OwnerID, x.OwnerTenantID)
	}
	for _, r := range s.Roles {
		if !r.BuiltIn {
			add(string(r.ID), r.Name)
		}
	}
	for _, a := range s.RoleAssignments {
		add(a.ID, a.Principal)
	}
	add("fabrikam", "contoso", "vera.gone", "secret project", "somebody said", "7b6a5c4d")
	return all
}

// TestAnonymizeLeavesNothing searches the file for every text that told who
// somebody was. Words that stand in what is alike in all tenants are no find.
func TestAnonymizeLeavesNothing(t *testing.T) {
	s := example(t)
	out, err := plan.EncodeSnapshot(plan.Anonymize(s, []byte("key")))
	if err != nil {
		t.Fatal(err)
	}
	common := &plan.Snapshot{Products: s.Products, Roles: slices.DeleteFunc(slices.Clone(s.Roles), func(r plan.Role) bool { return !r.BuiltIn })}
	everywhere, err := plan.EncodeSnapshot(common)
	if err != nil {
		t.Fatal(err)
	}
	low, kept := bytes.ToLower(out), append(bytes.ToLower(everywhere), `"employeetype"`...)
	for _, p := range s.Products { // their subscriptions are the tenant's own
		for _, id := range p.SubscriptionIDs {
			kept = bytes.ReplaceAll(kept, []byte(strings.ToLower(id)), nil)
		}
	}
	searched := 0
	for _, text := range slices.Sorted(maps.Keys(originals(s))) {
		if text := bytes.ToLower([]byte(text)); !bytes.Contains(kept, text) {
			searched++
			if bytes.Contains(low, text) {
				t.Errorf("%q is left", text)
			}
		}
	}
	if searched < 2000 {
		t.Errorf("searched for %d texts, want at least 2000", searched)
	}
}

// TestAnonymizeKeepsJoins follows every id from where it stands to whom it names.
func TestAnonymizeKeepsJoins(t *testing.T) {
	key := []byte("another key")
	s := example(t)
	before, err := plan.EncodeSnapshot(s)
	if err != nil {
		t.Fatal(err)
	}
	a := plan.Anonymize(s, key)
	if after, err := plan.EncodeSnapshot(s); err != nil || !bytes.Equal(before, after) {
		t.Error("the snapshot itself was changed")
	}
	id := func(old string) string {
		if old == "" {
			return ""
		}
		return plan.AnonymousID(key, old)
	}
	users := map[plan.UserID]plan.User{}
	for _, u := range a.Users {
		users[u.ID] = u
	}
	if len(users) != len(s.Users) {
		t.Fatalf("got %d people, want %d", len(users), len(s.Users))
	}
	for _, u := range s.Users {
		got := users[plan.UserID(id(string(u.ID)))]
		sameUser(t, u, got, id)
	}
	sameGroups(t, s, a, id)
	sameRoles(t, s, a, id)
	if got, want := a.Actor.ID, id(s.Actor.ID); got != want || a.Actor.Name != users[plan.UserID(want)].UserPrincipalName {
		t.Errorf("the actor is %s %s, want the person that he was", got, a.Actor.Name)
	}
	if !slices.IsSortedFunc(a.Users, func(x, y plan.User) int { return cmp.Compare(x.ID, y.ID) }) {
		t.Error("the people are not sorted by their new ids")
	}
}

func sameUser(t *testing.T, old, got plan.User, id func(string) string) {
	t.Helper()
	want := slices.Clone(old.Sources)
	for i := range want {
		want[i].Group = plan.GroupID(id(string(want[i].Group)))
	}
	plan.SortSources(want)
	equal := slices.EqualFunc(want, got.Sources, func(x, y plan.Source) bool {
		return x.SKU == y.SKU && x.Group == y.Group && x.State == y.State && x.Error == y.Error && slices.Equal(x.DisabledPlans, y.DisabledPlans) && x.UpdatedAt.Equal(y.UpdatedAt)
	})
	switch {
	case !equal:
		t.Errorf("%s: got %v, want %v", old.UserPrincipalName, got.Sources, want)
	case got.AccountEnabled != old.AccountEnabled, got.UserType != old.UserType, got.UsageLocation != old.UsageLocation, got.Country != old.Country,
		got.Mailbox != old.Mailbox, !got.CreatedAt.Equal(old.CreatedAt), (got.SignIn == nil) != (old.SignIn == nil),
		(got.Department == "") != (old.Department == ""), (got.Mail == "") != (old.Mail == ""), len(got.Aliases) != len(old.Aliases):
		t.Errorf("%s: got %+v, want what it was", old.UserPrincipalName, got)
	case strings.EqualFold(old.Mail, old.UserPrincipalName) != (got.Mail == got.UserPrincipalName) && old.Mail != "":
		t.Errorf("%s: got mail %s and name %s", old.UserPrincipalName, got.Mail, got.UserPrincipalName)
	case strings.Contains(old.UserPrincipalName, "#EXT#") != strings.Contains(got.UserPrincipalName, "#EXT#"):
		t.Errorf("%s: got %s, want a guest to be one", old.UserPrincipalName, got.UserPrincipalName)
	}
	local, _, _ := strings.Cut(got.UserPrincipalName, "@")
	if _, name, _ := strings.Cut(got.DisplayName, " "); !strings.Contains(local, name) {
		t.Errorf("got %s for %s, want one name for one person", got.UserPrincipalName, got.DisplayName)
	}
}

func sameGroups(t *testing.T, s, a *plan.Snapshot, id func(string) string) {
	t.Helper()
	ids := func(list []plan.UserID) []plan.UserID {
		out := make([]plan.UserID, len(list))
		for i, m := range list {
			out[i] = plan.UserID(id(string(m)))
		}
		slices.Sort(out)
		return out
	}
	for _, g := range s.Groups {
		at := slices.IndexFunc(a.Groups, func(x plan.Group) bool { return string(x.ID) == id(string(g.ID)) })
		if at < 0 {
			t.Errorf("group %s is gone", g.DisplayName)
			continue
		}
		got := a.Groups[at]
		if !slices.Equal(got.Members, ids(g.Members)) || !slices.Equal(got.Eligible, ids(g.Eligible)) || len(got.Nested) != len(g.Nested) ||
			got.Dynamic() != g.Dynamic() || got.MembersRead != g.MembersRead || len(got.Gives) != len(g.Gives) {
			t.Errorf("group %s: got %+v", g.DisplayName, got)
		}
	}
	owners := map[string]bool{}
	for _, x := range s.Subscriptions {
		owners[id(x.ID)+id(x.OwnerID)] = true
	}
	for _, x := range a.Subscriptions {
		if !owners[x.ID+x.OwnerID] {
			t.Errorf("subscription %s of %s comes from none", x.ID, x.OwnerID)
		}
	}
	for i, p := range a.Products {
		if p.SKU != s.Products[i].SKU || p.Consumed != s.Products[i].Consumed || p.Enabled != s.Products[i].Enabled {
			t.Errorf("product %s became %+v", s.Products[i].PartNumber, p)
		}
		for _, sub := range p.SubscriptionIDs {
			if !slices.ContainsFunc(a.Subscriptions, func(x plan.Subscription) bool { return x.ID == sub && x.SKU == p.SKU }) {
				t.Errorf("%s: subscription %s is not there", p.PartNumber, sub)
			}
		}
	}
}

func sameRoles(t *testing.T, s, a *plan.Snapshot, id func(string) string) {
	t.Helper()
	have := map[string]int{}
	for _, x := range a.RoleAssignments {
		have[x.Principal+string(x.Role)+string(x.Kind)+fmt.Sprint(x.Eligible, x.Scope == "/")]++
	}
	builtIn := map[plan.RoleID]bool{}
	for _, r := range s.Roles {
		builtIn[r.ID] = r.BuiltIn
		if r.BuiltIn != slices.ContainsFunc(a.Roles, func(x plan.Role) bool { return x.ID == r.ID && x.Name == r.Name }) {
			t.Errorf("role %s: a built-in one stays, another does not", r.Name)
		}
	}
	for _, x := range s.RoleAssignments {
		role := string(x.Role)
		if !builtIn[x.Role] {
			role = id(role)
		}
		if k := id(x.Principal) + role + string(x.Kind) + fmt.Sprint(x.Eligible, x.Scope == "/"); have[k] == 0 {
			t.Errorf("the assignment of %s to %s is gone", x.Role, x.Principal)
		}
	}
}

// TestAnonymizeFile: the file reads back, and the same key gives the same bytes.
func TestAnonymizeFile(t *testing.T) {
	s := example(t)
	first, err := plan.EncodeSnapshot(plan.Anonymize(s, []byte("k")))
	if err != nil {
		t.Fatal(err)
	}
	back, err := plan.DecodeSnapshot(first)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := plan.EncodeSnapshot(plan.Anonymize(s, []byte("k")))
	if !bytes.Equal(first, again) {
		t.Error("the same key gave another file")
	}
	other, _ := plan.EncodeSnapshot(plan.Anonymize(s, []byte("l")))
	if bytes.Equal(first, other) {
		t.Error("another key gave the same file")
	}
	switch {
	case s.Organization.Anonymous():
		t.Error("a real tenant counts as anonymous")
	case !back.Organization.Anonymous():
		t.Errorf("%v does not count as anonymous", back.Organization.VerifiedDomains)
	case !strings.HasSuffix(back.Organization.VerifiedDomains[0], ".onmicrosoft.com"):
		t.Errorf("got %s, want the initial domain first", back.Organization.VerifiedDomains[0])
	}
	want := []string{`group "group-`, ": 403 Authorization_RequestDenied, and 3 more", "the reason is left out"}
	for i, r := range back.Reads[len(back.Reads)-3:] {
		if !strings.Contains(r.Reason, want[i]) {
			t.Errorf("got reason %q, want %q in it", r.Reason, want[i])
		}
	}
}

// TestAnonymizePlan: a plan that names nobody has the same figures.
func TestAnonymizePlan(t *testing.T) {
	s := example(t)
	for _, p := range s.Products {
		figures := func(s *plan.Snapshot) (plan.Summary, []plan.Seats) {
			in := tenant()
			in.Snapshot = s
			in.Desired.Settings.Manage.Products = names(string(p.SKU))
			in.Desired.Remove = []plan.Remove{remove("all", 1, list(string(p.SKU)), plan.Who{Everyone: true})}
			made := mustNew(t, in)
			return made.Summary, made.Seats
		}
		a := plan.Anonymize(s, []byte("k"))
		want, wantSeats := figures(s)
		got, gotSeats := figures(a)
		if got != want || fmt.Sprint(gotSeats) != fmt.Sprint(wantSeats) {
			t.Errorf("%s: got %+v %v, want %+v %v", p.PartNumber, got, gotSeats, want, wantSeats)
		}
	}
}

// TestAnonymizeNames: whatever people are called, different addresses stay
// different and equal ones equal.
func TestAnonymizeNames(t *testing.T) {
	address := rapid.StringMatching(`[ab]{1,2}(_a\.com#EXT#)?@(a|b|a\.onmicrosoft)\.com`)
	rapid.Check(t, func(t *rapid.T) {
		s := &plan.Snapshot{Organization: plan.Organization{ID: "48a80680-7326-48cd-9935-b556b81d3a4e"}}
		for i, name := range rapid.SliceOfN(address, 1, 12).Draw(t, "names") {
			s.Users = append(s.Users, plan.User{ID: plan.UserID(fmt.Sprintf("00000000-0000-4000-8000-%012x", i)), UserPrincipalName: name,
				Mail: address.Draw(t, "mail"), Aliases: rapid.SliceOfN(address, 0, 3).Draw(t, "aliases"), Department: rapid.StringMatching(`[xyX]?`).Draw(t, "department")})
		}
		key := []byte(rapid.String().Draw(t, "key"))
		a := plan.Anonymize(s, key)
		byID := map[plan.UserID]plan.User{}
		for _, u := range a.Users {
			byID[u.ID] = u
		}
		became, from := map[string]string{}, map[string]string{}
		same := func(kind, old, now string) {
			old = kind + strings.ToLower(old)
			now = kind + now
			if b, ok := became[old]; ok && b != now {
				t.Fatalf("%s became %s and %s", old, b, now)
			}
			if f, ok := from[now]; ok && f != old {
				t.Fatalf("%s and %s both became %s", f, old, now)
			}
			became[old], from[now] = now, old
		}
		for _, u := range s.Users {
			now := byID[plan.UserID(plan.AnonymousID(key, string(u.ID)))]
			same("address ", u.UserPrincipalName, now.UserPrincipalName)
			same("address ", u.Mail, now.Mail)
			same("department ", u.Department, now.Department)
			if len(now.Aliases) != len(u.Aliases) {
				t.Fatalf("%d aliases became %d", len(u.Aliases), len(now.Aliases))
			}
		}
	})
}

// TestAnonymizeEveryField writes a mark of its own into every text of a snapshot.
// A field that is not on the list of those that stay must lose it, whoever adds
// the field.
func TestAnonymizeEveryField(t *testing.T) {
	stays := []string{
		"Users.UserType", "Users.Country", "Users.UsageLocation", "Users.Mailbox", "Users.Sources.SKU", "Users.Sources.State", "Users.Sources.DisabledPlans",
		"Users.Unsourced", "Products.SKU", "Products.PartNumber", "Products.AppliesTo", "Products.Status", "Products.Plans.ID", "Products.Plans.Name",
		"Products.Plans.AppliesTo", "Products.Plans.Status", "Subscriptions.SKU", "Subscriptions.PartNumber", "Subscriptions.Status", "Subscriptions.OwnerType",
		"Groups.Gives.SKU", "Groups.Gives.DisabledPlans", "Roles.Actions", "RoleAssignments.Kind", "Actor.Kind", "Actor.Permissions", "Reads.What", "Reads.Status",
	}
	var s plan.Snapshot
	var marks []string
	mark(reflect.ValueOf(&s).Elem(), "", func(path string) string {
		marks = append(marks, path)
		return "mark of " + path + "."
	})
	if len(marks) < 70 {
		t.Fatalf("got %d texts, want all of them", len(marks))
	}
	out, err := plan.EncodeSnapshot(plan.Anonymize(&s, []byte("k")))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range marks {
		left := bytes.Contains(out, []byte("mark of "+path+"."))
		if left != slices.Contains(stays, path) {
			t.Errorf("%s: left as it is: %v", path, left)
		}
	}
}

// mark fills in every text within v, and one entry of every list.
func mark(v reflect.Value, path string, text func(path string) string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text(path))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		mark(v.Elem(), path, text)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		mark(v.Index(0), path, text)
	case reflect.Array:
		for i := range v.Len() {
			mark(v.Index(i), fmt.Sprintf("%s.%d", path, i), text)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.Tag.Get("json") != "-" {
				mark(v.Field(i), strings.TrimPrefix(path+"."+f.Name, "."), text)
			}
		}
	}
}
