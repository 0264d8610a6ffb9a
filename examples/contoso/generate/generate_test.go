package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// TestCommitted holds the committed file against the generator, byte for byte.
func TestCommitted(t *testing.T) {
	made := filepath.Join(t.TempDir(), "tenant.json")
	if err := run(made); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(made)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../tenant.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("../tenant.json is not what the generator makes: go run ./examples/contoso/generate")
	}
	if most := 600_000; len(got) > most {
		t.Errorf("got %d bytes, want at most %d", len(got), most)
	}
}

// TestDecode reads the file as the simulator does.
func TestDecode(t *testing.T) {
	text, err := plan.EncodeSnapshot(tenant())
	if err != nil {
		t.Fatal(err)
	}
	got, err := plan.DecodeSnapshot(text)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(got.RoleAssignments, func(a, b plan.RoleAssignment) int { return strings.Compare(a.ID, b.ID) })
	if want := tenant(); !reflect.DeepEqual(got, want) {
		t.Error("got another tenant back than was written")
	}
}

// TestSorted looks at the lists that a snapshot keeps sorted, each id once.
func TestSorted(t *testing.T) {
	s := tenant()
	lists := map[string][]string{}
	add := func(list, id string) {
		if _, err := plan.ParseGUID(id); err != nil {
			t.Errorf("%s: %v", list, err)
		}
		lists[list] = append(lists[list], id)
	}
	for _, u := range s.Users {
		add("users", string(u.ID))
		for _, source := range u.Sources {
			lists["sources of "+u.DisplayName] = append(lists["sources of "+u.DisplayName], string(source.SKU)+" "+string(source.Group))
		}
	}
	for _, p := range s.Products {
		add("products", string(p.SKU))
		for _, sp := range p.Plans {
			add("plans of "+p.PartNumber, string(sp.ID))
		}
		for _, id := range p.SubscriptionIDs {
			add("subscriptions of "+p.PartNumber, id)
		}
	}
	for _, b := range s.Subscriptions {
		add("subscriptions", b.ID)
	}
	for _, g := range s.Groups {
		add("groups", string(g.ID))
		for _, m := range g.Members {
			add("members of "+g.DisplayName, string(m))
		}
	}
	for _, r := range s.Roles {
		add("roles", string(r.ID))
	}
	for _, a := range s.RoleAssignments {
		add("role assignments", a.ID)
	}
	for list, ids := range lists {
		if want := slices.Compact(slices.Sorted(slices.Values(ids))); !slices.Equal(ids, want) {
			t.Errorf("%s: got %d entries out of order or twice, want them sorted", list, len(ids))
		}
	}
}

// TestFigures counts what the directory counts.
func TestFigures(t *testing.T) {
	s := tenant()
	if got, want := len(s.Users), 412; got != want {
		t.Errorf("users: got %d, want %d", got, want)
	}
	if got, want := len(s.Products), 12; got != want {
		t.Errorf("products: got %d, want %d", got, want)
	}
	names := map[string]bool{}
	used := map[plan.SKU]int{}
	for _, u := range s.Users {
		if names[strings.ToLower(u.UserPrincipalName)] {
			t.Errorf("%s: the name is there twice", u.UserPrincipalName)
		}
		names[strings.ToLower(u.UserPrincipalName)] = true
		held := map[plan.SKU]bool{}
		for _, source := range u.Sources {
			if source.Group == "" || source.State == plan.Active || source.State == plan.ActiveWithError {
				held[source.SKU] = true
			}
		}
		for _, sku := range u.Unsourced {
			held[sku] = true
		}
		for sku := range held {
			used[sku]++
		}
	}
	seats := map[plan.SKU]int{}
	for _, b := range s.Subscriptions {
		seats[b.SKU] += b.TotalLicenses
	}
	for _, p := range s.Products {
		if p.Consumed != used[p.SKU] || p.Consumed == 0 {
			t.Errorf("%s: got %d consumed units, want %d, one for each holder", p.PartNumber, p.Consumed, used[p.SKU])
		}
		if p.Enabled != seats[p.SKU] || p.Enabled < p.Consumed {
			t.Errorf("%s: got %d units bought, want those of its subscriptions (%d), and no fewer than the %d in use",
				p.PartNumber, p.Enabled, seats[p.SKU], p.Consumed)
		}
	}
}

// TestGroups holds the seats that users have through groups against the groups.
func TestGroups(t *testing.T) {
	s := tenant()
	users := map[plan.UserID]plan.User{}
	through := 0
	for _, u := range s.Users {
		users[u.ID] = u
		for _, source := range u.Sources {
			if source.Group != "" {
				through++
			}
		}
	}
	given := 0
	for _, g := range s.Groups {
		for _, id := range g.Members {
			u, ok := users[id]
			if !ok {
				t.Fatalf("%s: member %s is no user", g.DisplayName, id)
			}
			for _, gives := range g.Gives {
				given++
				if !slices.ContainsFunc(u.Sources, func(s plan.Source) bool { return s.Group == g.ID && s.SKU == gives.SKU }) {
					t.Errorf("%s: %s has no seat through the group", g.DisplayName, u.DisplayName)
				}
			}
			if g.Synced && !u.OnPremisesSyncEnabled {
				t.Errorf("%s: %s is in a synced group and not synced", g.DisplayName, u.DisplayName)
			}
			if g.Dynamic() && (u.AccountEnabled != plan.Yes || !strings.Contains(g.MembershipRule, `"`+u.Department+`"`)) {
				t.Errorf("%s: %s is a member against the rule", g.DisplayName, u.DisplayName)
			}
		}
	}
	if through != given {
		t.Errorf("got %d seats through groups, want %d, one for each member", through, given)
	}
	for _, a := range s.RoleAssignments {
		_, user := users[plan.UserID(a.Principal)]
		group := slices.ContainsFunc(s.Groups, func(g plan.Group) bool { return string(g.ID) == a.Principal && g.RoleAssignable })
		if user != (a.Kind == plan.PrincipalUser) || group != (a.Kind == plan.PrincipalGroup) {
			t.Errorf("role %s: %s is no %s of the tenant", a.Role, a.Principal, a.Kind)
		}
	}
}

// TestTraces looks at what is known of accounts beside their attributes: that
// it can be so, and that the files name one who was deleted.
func TestTraces(t *testing.T) {
	s := tenant()
	kinds, dated := map[plan.Mailbox]int{}, 0
	names := map[string]bool{}
	for _, u := range s.Users {
		names[u.UserPrincipalName] = true
	}
	for _, u := range s.Users {
		kinds[u.Mailbox]++
		for _, a := range u.Aliases {
			if names[a] {
				t.Errorf("%s: the former name %s is somebody's", u.DisplayName, a)
			}
		}
		if u.SignIn == nil {
			continue
		}
		dated++
		for _, at := range []time.Time{u.SignIn.Interactive, u.SignIn.NonInteractive, u.SignIn.Successful} {
			if at.Before(u.CreatedAt) || at.After(s.ReadAt) {
				t.Errorf("%s: got a sign-in at %s, want it after %s and before the tenant was read", u.DisplayName, at, u.CreatedAt)
			}
		}
	}
	if dated < 300 || dated > 380 || kinds[plan.SharedMailbox] != 14 || kinds[plan.RoomMailbox] != 12 {
		t.Errorf("got %d people with sign-ins and mailboxes %v, want most people's, 14 shared and 12 rooms", dated, kinds)
	}
	for _, r := range s.Reads {
		if r.Status != plan.ReadComplete || r.Items == 0 {
			t.Errorf("got read %v, want it complete, with something in it", r)
		}
	}
	files, err := os.ReadFile("../products.yaml")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, d := range s.Deleted {
		if names[d.UserPrincipalName] {
			t.Errorf("%s was deleted, and is there", d.DisplayName)
		}
		if bytes.Contains(files, []byte(d.UserPrincipalName)) {
			named++
		}
	}
	if named != 1 || len(s.Deleted) != 2 {
		t.Errorf("got %d of %d deleted people in products.yaml, want 1 of 2", named, len(s.Deleted))
	}
}

// TestStories looks at what the people hold whom the YAML files are about.
func TestStories(t *testing.T) {
	s := tenant()
	groups := map[plan.GroupID]string{}
	for _, g := range s.Groups {
		groups[g.ID] = g.DisplayName
	}
	parts := map[plan.SKU]string{}
	for _, p := range s.Products {
		parts[p.SKU] = p.PartNumber
	}
	holds := map[string]string{}
	for _, u := range s.Users {
		var seats []string
		for _, source := range u.Sources {
			seat := parts[source.SKU]
			if source.Group != "" {
				seat += " by " + groups[source.Group]
			}
			if source.State != plan.Active {
				seat += ", " + string(source.State)
			}
			seats = append(seats, seat)
		}
		for _, sku := range u.Unsourced {
			seats = append(seats, parts[sku]+" from nowhere")
		}
		slices.Sort(seats)
		who := u.DisplayName
		if u.AccountEnabled != plan.Yes {
			who += ", left"
		}
		holds[who] = strings.Join(seats, "; ")
	}
	for who, want := range map[string]string{
		"Amelia Hart, left": "SPE_E3; VISIOCLIENT",
		"Ben Okafor":        "SPE_E3; SPE_E3 by lic-e3-staff",
		"Carla Mendes":      "SPE_E3 by lic-e3-staff",
		"Dana Kim":          "SPE_E3; SPE_E5",
		"Eli Novak":         "POWER_BI_PRO_DEPT; PROJECTPROFESSIONAL; SPE_E3 by lic-e3-staff",
		"Fay Lindqvist":     "SPE_E5",
		"Hugo Marin":        "SPE_E3; VISIOCLIENT",
		"Karin Öhman":       "SPE_E3; SPE_E3 by lic-e3-legacy",
		"Kwame Asante":      "SPE_F1 by lic-f1-frontline, Error",
		"Noor Rahman":       "",
		"Tomas Varga":       "SPE_E3; VISIOCLIENT from nowhere",
	} {
		if got, ok := holds[who]; got != want || !ok {
			t.Errorf("%s: got %q, want %q", who, got, want)
		}
	}
	for _, p := range s.Products {
		if free := p.Bought() - p.Consumed; p.PartNumber == f1 && free != 0 {
			t.Errorf("%s: got %d free seats, want none, for Fay Lindqvist to wait for one", f1, free)
		}
	}
}
