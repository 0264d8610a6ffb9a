package desired_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/plan"
)

// A staff is a tenant of two products and people by name, each with the products
// he holds directly, as letters.
func staff(people map[string]string) *plan.Snapshot {
	s := &plan.Snapshot{ReadAt: importedAt, Organization: plan.Organization{VerifiedDomains: []string{"contoso.com"}}}
	skus := map[rune]plan.SKU{'E': plan.SKU(guidOf(2, 1)), 'V': plan.SKU(guidOf(2, 2)), 'P': plan.SKU(guidOf(2, 3))}
	for _, x := range []struct {
		letter rune
		part   string
	}{{'E', "SPE_E3"}, {'V', "VISIOCLIENT"}, {'P', "POWER_BI_PRO"}} {
		s.Products = append(s.Products, plan.Product{SKU: skus[x.letter], PartNumber: x.part, AppliesTo: "User", Status: "Enabled"})
	}
	for _, name := range slices.Sorted(maps.Keys(people)) {
		id := 0
		for _, c := range strings.ToLower(name) { // who is renamed keeps the id by an = before the new name
			id = id*31%999983 + int(c)
		}
		upn := name
		if old, now, renamed := strings.Cut(name, "="); renamed {
			id = 0
			for _, c := range old {
				id = id*31%999983 + int(c)
			}
			upn = now
		}
		u := plan.User{ID: plan.UserID(guidOf(1, id)), UserPrincipalName: upn + "@contoso.com", UserType: "Member", AccountEnabled: plan.Yes}
		for _, c := range people[name] {
			u.Sources = append(u.Sources, plan.Source{SKU: skus[c], State: plan.Active})
		}
		plan.SortSources(u.Sources)
		s.Users = append(s.Users, u)
	}
	slices.SortFunc(s.Users, func(a, b plan.User) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return s
}

const managedThree = "apiVersion: reseat/v1\nkind: Tenant\nname: contoso\ntenant: {id: contoso.com}\nmanage: {products: [SPE_E3, VISIOCLIENT, POWER_BI_PRO]}\n"

// madeHead is the head of a file that import made, as far as it counts.
const madeHead = "# Somebody wrote this.\n# Kept by `reseat import --style people --update`, by first letter.\napiVersion: reseat/v1\nkind: Licenses\n"

// TestUpdate: an update renews lines of import's own form, and every other byte
// stays.
func TestUpdate(t *testing.T) {
	long := "a" + strings.Repeat("long", 18)
	tests := []struct {
		name           string
		people         map[string]string
		was, want      string // of people/a.yaml, below the head
		added, changed int
		removed, same  int
		elsewhere      int
	}{
		{"as it was", map[string]string{"al": "EV"}, "users:\n  al@contoso.com: [SPE_E3, VISIOCLIENT]\n", "", 0, 0, 0, 1, 0},
		{"other order", map[string]string{"al": "EV"}, "users:\n  al@contoso.com: [VISIOCLIENT, SPE_E3]\n", "", 0, 0, 0, 1, 0},
		{"other case", map[string]string{"al": "EV"}, "users:\n  AL@contoso.com: [visioclient, SPE_E3]\n", "", 0, 0, 0, 1, 0},
		{"changed", map[string]string{"al": "P"}, "users:\n  AL@contoso.com: [VISIOCLIENT, SPE_E3]\n", "users:\n  AL@contoso.com: [POWER_BI_PRO]\n", 0, 1, 0, 0, 0},
		{"a comment makes it theirs", map[string]string{"al": "P"}, "users:\n  al@contoso.com: [SPE_E3] # CHG-1\n", "", 0, 0, 0, 0, 1},
		{"so does another form", map[string]string{"al": "P", "am": "P", "an": "P", "ao": "P", "ap": "P"},
			"users:\n  al@contoso.com: [SPE_E3,VISIOCLIENT]\n  'am@contoso.com': [SPE_E3]\n  an@contoso.com: {add: [SPE_E3]}\n" +
				"  ao@contoso.com:\n    - SPE_E3\n  ap@contoso.com: [{sku: SPE_E3}]\n", "", 0, 0, 0, 0, 5},
		{"too long for a line", map[string]string{long: "EVP", "z": ""}, "users:\n  " + long + "@contoso.com:\n    - SPE_E3\n    - POWER_BI_PRO\n  z@contoso.com: [SPE_E3]\n",
			"users:\n  " + long + "@contoso.com:\n    - SPE_E3\n    - VISIOCLIENT\n    - POWER_BI_PRO\n", 0, 1, 1, 0, 0},
		{"shorter", map[string]string{long: "E"}, "users:\n  " + long + "@contoso.com:\n    - SPE_E3\n    - POWER_BI_PRO\n  # behind\n",
			"users:\n  " + long + "@contoso.com: [SPE_E3]\n  # behind\n", 0, 1, 0, 0, 0},
		{"in line", map[string]string{"ad": "E", "ab": "E", "af": "E"}, "users:\n  ac@contoso.com: [] # leaves\n  # about ad\n  ad@contoso.com: [SPE_E3]\n",
			"users:\n  ac@contoso.com: [] # leaves\n  ab@contoso.com: [SPE_E3]\n  # about ad\n  ad@contoso.com: [SPE_E3]\n  af@contoso.com: [SPE_E3]\n", 2, 0, 0, 1, 0},
		{"gone", map[string]string{"al": "", "am": "E"}, "users:\n  al@contoso.com: [SPE_E3]\n  am@contoso.com: [SPE_E3]\n  an@contoso.com: [SPE_E3]\n",
			"users:\n  am@contoso.com: [SPE_E3]\n", 0, 0, 2, 1, 0},
		{"all gone", nil, "users:\n  al@contoso.com: [SPE_E3]\n", "users: {}\n", 0, 0, 1, 0, 0},
		{"all gone below a comment", nil, "users: # of a\n  # nobody\n  al@contoso.com: [SPE_E3]\nrules: []\n", "users: {} # of a\n  # nobody\nrules: []\n", 0, 0, 1, 0, 0},
		{"and back to it", map[string]string{"al": "E"}, "users: {}  # of a\nrules: []\n", "users:  # of a\n  al@contoso.com: [SPE_E3]\nrules: []\n", 1, 0, 0, 0, 0},
		{"all gone of one of two", map[string]string{"an": "E"}, "users:\n  al@contoso.com: [SPE_E3]\n---\napiVersion: reseat/v1\nkind: Licenses\nusers:\n  an@contoso.com: [SPE_E3]\n",
			"users: {}\n---\napiVersion: reseat/v1\nkind: Licenses\nusers:\n  an@contoso.com: [SPE_E3]\n", 0, 0, 1, 1, 0},
		{"a list that is not indented", map[string]string{"an": "E"}, "users:\n  al@contoso.com:\n  - SPE_E3\n", "users:\n  an@contoso.com: [SPE_E3]\n  al@contoso.com:\n  - SPE_E3\n", 1, 0, 0, 0, 0},
		{"a text with a mark", map[string]string{"ac": "E", "ad": "E"}, "users:\n  ab@contoso.com:\n    add: [SPE_E3]\n    note: |\n      one\n      # two\n  ad@contoso.com: [SPE_E3]\n",
			"users:\n  ab@contoso.com:\n    add: [SPE_E3]\n    note: |\n      one\n      # two\n  ac@contoso.com: [SPE_E3]\n  ad@contoso.com: [SPE_E3]\n", 1, 0, 0, 1, 0},
		{"and back", map[string]string{"al": "E"}, "users: {}\n", "users:\n  al@contoso.com: [SPE_E3]\n", 1, 0, 0, 0, 0},
		{"without users", map[string]string{"al": "E"}, "rules: []\n", "rules: []\nusers:\n  al@contoso.com: [SPE_E3]\n", 1, 0, 0, 0, 0},
		{"line ends", map[string]string{"al": "E", "an": "E"}, "users:\r\n  al@contoso.com: [VISIOCLIENT]\r\n  am@contoso.com: [SPE_E3]\r\n",
			"users:\r\n  al@contoso.com: [SPE_E3]\r\n  an@contoso.com: [SPE_E3]\r\n", 1, 1, 1, 0, 0},
		{"no end of the last line", map[string]string{"al": "E", "an": "E"}, "users:\n  al@contoso.com: [SPE_E3]", "users:\n  al@contoso.com: [SPE_E3]\n  an@contoso.com: [SPE_E3]\n", 1, 0, 0, 1, 0},
		{"a name elsewhere", map[string]string{"al": "EV", "am": "EV"}, "keep:\n  - {who: [al@contoso.com], products: [SPE_E3]}\nusers:\n  am@contoso.com: [SPE_E3, VISIOCLIENT]\n", "", 0, 0, 0, 1, 1},
		{"renamed", map[string]string{"al=am": "E"}, "users:\n  al@contoso.com: [SPE_E3]\n", "users:\n  am@contoso.com: [SPE_E3]\n", 1, 0, 1, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			head := madeHead
			if strings.Contains(tt.was, "\r\n") {
				head = strings.ReplaceAll(head, "\n", "\r\n")
			}
			files := map[string]string{"reseat.yaml": managedThree, "people/a.yaml": head + tt.was}
			if tt.want == "" {
				tt.want = tt.was
			}
			l := listing(t, files, staff(tt.people), "", true)
			got := files["people/a.yaml"]
			for _, x := range l.Texts {
				if x.Path != "people/a.yaml" {
					t.Errorf("got a file %s", x.Path)
				}
				got = string(x.Data)
			}
			if got != head+tt.want {
				t.Errorf("got\n%q\nwant\n%q", got, head+tt.want)
			}
			if tt.want == tt.was && len(l.Texts) > 0 {
				t.Error("a file is written that does not change")
			}
			counts := fmt.Sprint(l.Added, l.Changed, l.Removed, l.Same, l.Elsewhere)
			if want := fmt.Sprint(tt.added, tt.changed, tt.removed, tt.same, tt.elsewhere); counts != want {
				t.Errorf("got %s added, changed, removed, same, elsewhere; want %s", counts, want)
			}
			files["people/a.yaml"] = got
			readAll(t, files)
		})
	}
}

// TestUpdateByID: who stands by id has a line of import's own with the name as
// its comment; another comment is somebody's. A name that two bear by now is
// nobody's, and both stand by id.
func TestUpdateByID(t *testing.T) {
	s := staff(map[string]string{"al": "E", "x=al": "V", "y=bad name": "P", "z=worse name": "P"})
	id := map[string]string{}
	for _, u := range s.Users {
		id[u.UserPrincipalName+string(u.Sources[0].SKU)] = string(u.ID)
	}
	al, twin := id["al@contoso.com"+guidOf(2, 1)], id["al@contoso.com"+guidOf(2, 2)]
	bad, worse := id["bad name@contoso.com"+guidOf(2, 3)], id["worse name@contoso.com"+guidOf(2, 3)]
	other := []string{"  # called bad name@contoso.com\n  " + bad + ": [SPE_E3]\n", "  # called worse name@contoso.com\n  " + worse + ": [SPE_E3] # CHG-2\n"}
	slices.Sort(other)
	files := map[string]string{"reseat.yaml": managedThree, "people/a.yaml": madeHead + "users:\n  al@contoso.com: [SPE_E3]\n",
		"people/other.yaml": madeHead + "users:\n" + strings.Join(other, "")}
	l := listing(t, files, s, "", true)
	if l.Added != 2 || l.Changed != 1 || l.Removed != 1 || l.Elsewhere != 1 {
		t.Errorf("got %+v, want 2 added, 1 changed, 1 removed, 1 left alone", l)
	}
	put(t, files, s, l)
	if files["people/a.yaml"] != madeHead+"users: {}\n" {
		t.Errorf("got\n%s", files["people/a.yaml"])
	}
	for _, want := range []string{"# called al@contoso.com\n  " + al + ": [SPE_E3]\n", "# called al@contoso.com\n  " + twin + ": [VISIOCLIENT]\n",
		"# called bad name@contoso.com\n  " + bad + ": [POWER_BI_PRO]\n", "# called worse name@contoso.com\n  " + worse + ": [SPE_E3] # CHG-2\n"} {
		if !strings.Contains(files["people/other.yaml"], "\n  "+want) {
			t.Errorf("got no %q in\n%s", want, files["people/other.yaml"])
		}
	}
}

// TestUpdateMeanwhile: what stands in a file that is another than the one that
// was read is not renewed, and what is renewed is told, so that nobody's change
// in between is written over.
func TestUpdateMeanwhile(t *testing.T) {
	s := staff(map[string]string{"al": "E"})
	files := map[string]string{"reseat.yaml": managedThree, "people/a.yaml": madeHead + "users:\n  al@contoso.com: [VISIOCLIENT]\n"}
	if l := listing(t, files, s, "", true); string(l.Was["people/a.yaml"]) != files["people/a.yaml"] {
		t.Errorf("got %q, want what stood there", l.Was)
	}
	d := readAll(t, files)
	survey, err := plan.NewSurvey(inputOf(d, s))
	if err != nil {
		t.Fatal(err)
	}
	files["people/a.yaml"] += "  # CHG-1\n"
	l, err := desired.People(desired.Listing{Desired: d, Snapshot: s, Survey: survey, Root: mapFS(files), Update: true})
	if err == nil || !strings.Contains(err.Error(), "people/a.yaml was changed while") {
		t.Errorf("got %+v and %v, want an error that names the file", l, err)
	}
}

// TestUpdateTheirs: what the head of a file says is somebody's own still is so
// after fmt.
func TestUpdateTheirs(t *testing.T) {
	s := staff(map[string]string{"al": "P", "am": "P", "an": "P"})
	files := map[string]string{"reseat.yaml": managedThree, "people/a.yaml": madeHead +
		"users:\n  al@contoso.com:   [SPE_E3] # CHG-1\n  'am@contoso.com': { licenses: [SPE_E3]}\n  an@contoso.com:\n    - SPE_E3 # CHG-2\n"}
	forms, err := desired.Format(mapFS(files), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range forms {
		files[f.Path] = string(f.After)
	}
	if l := listing(t, files, s, "", true); len(l.Texts) > 0 || l.Elsewhere != 3 {
		t.Errorf("got %d left alone and %v, want all of\n%s", l.Elsewhere, l.Texts, files["people/a.yaml"])
	}
}

// TestListingInTheWay: files that are there are named, and which of them an
// update may renew.
func TestListingInTheWay(t *testing.T) {
	s := staff(map[string]string{"al": "E", "bo": "E"})
	files := map[string]string{"reseat.yaml": managedThree, "people/a.yaml": madeHead + "users:\n  al@contoso.com: [VISIOCLIENT]\n",
		"people/b.yaml": "apiVersion: reseat/v1\nkind: Licenses\n"}
	if l := listing(t, files, s, "", false); !slices.Equal(l.Exist, []string{"people/a.yaml", "people/b.yaml"}) || len(l.Texts) > 0 {
		t.Errorf("got %v in the way, and %d texts", l.Exist, len(l.Texts))
	}
	if l := listing(t, files, s, "", true); !slices.Equal(l.Exist, []string{"people/b.yaml"}) {
		t.Errorf("got %v in the way of an update, want people/b.yaml", l.Exist)
	}
}

// TestSplitDepartment: file names that every system keeps apart, and none that
// means something else.
func TestSplitDepartment(t *testing.T) {
	s := staff(nil)
	want := map[string]string{"Sales": "sales", "SALES ": "sales", "": "none", "None": "none-department", "reseat": "reseat-department", "Con": "con-department",
		"R&D": "r-d", "../../etc": "etc", "a/b": "a-b", "...": "", "Développement": "developpement", "販売": "", "Straße": "", strings.Repeat("long ", 40): ""}
	i := 0
	for department := range want {
		i++
		s.Users = append(s.Users, plan.User{ID: plan.UserID(guidOf(1, i)), UserPrincipalName: fmt.Sprintf("p%d@contoso.com", i), UserType: "Member", Department: department,
			Sources: []plan.Source{{SKU: s.Products[0].SKU, State: plan.Active}}})
	}
	files := map[string]string{"reseat.yaml": managedThree}
	l := listing(t, files, s, desired.SplitDepartment, false)
	seen := map[string]bool{}
	for _, x := range l.Texts {
		name := strings.TrimSuffix(strings.TrimPrefix(x.Path, "people/"), ".yaml")
		if seen[name] || len(name) > 80 || name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			t.Errorf("got the file %q", x.Path)
		}
		seen[name] = true
		files[x.Path] = string(x.Data)
	}
	for department, name := range want {
		if name != "" && !seen[name] {
			t.Errorf("got no file %s for %q, but %v", name, department, slices.Sorted(maps.Keys(seen)))
		}
	}
	inSync(t, files, s)
	if len(readAll(t, files).Users) != len(want) {
		t.Error("somebody stands in a file that is not read")
	}
	// By department it stays, without being told again.
	s.Users = append(s.Users, plan.User{ID: plan.UserID(guidOf(1, 99)), UserPrincipalName: "new@contoso.com", UserType: "Member", Department: "Legal",
		Sources: []plan.Source{{SKU: s.Products[0].SKU, State: plan.Active}}})
	if l := listing(t, files, s, "", true); len(l.Texts) != 1 || l.Texts[0].Path != "people/legal.yaml" {
		t.Errorf("got %+v, want a new file for the department", l.Texts)
	}
}

// TestListingInherited: where seats of groups that nobody wants would be
// blocked, an exact set names them.
func TestListingInherited(t *testing.T) {
	s := staff(map[string]string{"al": "E", "bo": ""})
	for i := range s.Users {
		s.Users[i].Sources = append(s.Users[i].Sources, plan.Source{SKU: s.Products[1].SKU, Group: plan.GroupID(guidOf(3, 1)), State: plan.Active})
	}
	for setting, want := range map[string]string{"report": "[SPE_E3]", "block": "[SPE_E3, VISIOCLIENT]"} {
		files := map[string]string{"reseat.yaml": strings.Replace(managedThree, "manage: {", "manage: {inherited: "+setting+", ", 1)}
		l := listing(t, files, s, "", false)
		put(t, files, s, l)
		if !strings.HasSuffix(files["people/a.yaml"], "\n  al@contoso.com: "+want+"\n") || len(l.Texts) != 1 {
			t.Errorf("%s: got %d files and\n%s", setting, len(l.Texts), files["people/a.yaml"])
		}
		inSync(t, files, s)
	}
}

// TestListingPinned: a name that somebody else bears by now means him in a line
// of import, and nobody where a person wrote it.
func TestListingPinned(t *testing.T) {
	s := staff(map[string]string{"al": "E"})
	files := map[string]string{"reseat.yaml": managedThree, "people/a.yaml": madeHead + "users:\n  al@contoso.com: [VISIOCLIENT]\n",
		"people.lock": guidOf(1, 77) + " al@contoso.com\n"}
	put(t, files, s, listing(t, files, s, "", true))
	if !strings.Contains(files["people.lock"], string(s.Users[0].ID)+" al@contoso.com\n") {
		t.Errorf("the pin is not renewed:\n%s", files["people.lock"])
	}
	inSync(t, files, s)
}

// TestListingPinnedAlike: a name that only looks like a pinned one, a long s for
// an s, is a new one, and nothing is renewed.
func TestListingPinnedAlike(t *testing.T) {
	s := staff(map[string]string{"\u017fam": "E"})
	files := map[string]string{"reseat.yaml": managedThree, "people/s.yaml": madeHead + "users:\n  sam@contoso.com: [VISIOCLIENT]\n",
		"people.lock": guidOf(1, 77) + " sam@contoso.com\n"}
	put(t, files, s, listing(t, files, s, "", true))
	inSync(t, files, s)
}

// TestLockAlike: names that plans keep apart stand in people.lock both, in the
// order in which they are read, and by fmt and lock alike.
func TestLockAlike(t *testing.T) {
	pins := []plan.Pin{{ID: plan.UserID(guidOf(1, 1)), Name: "A\u017f@contoso.com"}, {ID: plan.UserID(guidOf(1, 2)), Name: "as@contoso.com"}}
	files := map[string]string{"reseat.yaml": managedThree, "people.lock": string(desired.EncodeLock(pins))}
	if d := readAll(t, files); len(d.Pins) != 2 || desired.ComparePins(d.Pins[0], d.Pins[1]) >= 0 {
		t.Errorf("got %v, want both, in order", d.Pins)
	}
	forms, err := desired.Format(mapFS(files), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range forms {
		if len(f.Faults) > 0 || f.Path == "people.lock" && f.Changed() {
			t.Errorf("%s: got %v and\n%s", f.Path, f.Faults, f.After)
		}
	}
}

func benchmarkListing(b *testing.B, n int) {
	s := staff(nil)
	for i := range n {
		s.Users = append(s.Users, plan.User{ID: plan.UserID(guidOf(1, i)), UserPrincipalName: fmt.Sprintf("%c%d@contoso.com", 'a'+i%26, i), UserType: "Member",
			Sources: []plan.Source{{SKU: s.Products[0].SKU, State: plan.Active}}})
	}
	files := map[string]string{"reseat.yaml": managedThree}
	d := readAll(b, files)
	survey, err := plan.NewSurvey(inputOf(d, s))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		l, err := desired.People(desired.Listing{Desired: d, Snapshot: s, Survey: survey, Root: mapFS(files)})
		if err != nil || l.People != n {
			b.Fatalf("got %v, %d people", err, l.People)
		}
	}
}

func BenchmarkPeople20k(b *testing.B) { benchmarkListing(b, 20_000) }

// TestListingPilot: of whom manage.people does not choose nothing is written,
// and a line that stands already stays.
func TestListingPilot(t *testing.T) {
	s := staff(map[string]string{"al": "E", "am": "E", "bo": "E"})
	for i := range s.Users {
		s.Users[i].Department = "IT"
		if strings.HasPrefix(s.Users[i].UserPrincipalName, "a") {
			s.Users[i].Department = "Sales"
		}
	}
	was := madeHead + "users:\n  al@contoso.com: [VISIOCLIENT]\n"
	files := map[string]string{"reseat.yaml": strings.Replace(managedThree, "manage: {", "manage: {people: {department: [IT]}, ", 1), "people/a.yaml": was}
	l := listing(t, files, s, "", true)
	if len(l.Texts) != 1 || l.Texts[0].Path != "people/b.yaml" || l.Same != 1 || l.Added != 1 {
		t.Errorf("got %+v, want bo's line alone", l)
	}
	put(t, files, s, l)
	inSync(t, files, s)
}
