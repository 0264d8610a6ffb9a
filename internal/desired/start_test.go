package desired_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/plan"
)

// A block is a proposal of a file that start wrote: its lines, and where they
// begin.
type block struct {
	title    string // of a counted one
	from, to int
	settings bool // it is for reseat.yaml
}

var (
	proposes = regexp.MustCompile(`^# \d+\. .*: ([\d,]+) (?:person|people), ([\d,]+) seats?\.$`)
	opens    = regexp.MustCompile(`^#([A-Za-z]+):`)
)

// blocksOf finds the blocks of commented YAML.
func blocksOf(text string) []block {
	var out []block
	title := ""
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		if strings.HasPrefix(lines[i], "# ") && proposes.MatchString(lines[i]) {
			title = lines[i]
		}
		m := opens.FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		b := block{title: title, from: i, settings: m[1] == "protect" || m[1] == "selfService" || m[1] == "manage"}
		for i+1 < len(lines) && strings.HasPrefix(lines[i+1], "#  ") {
			i++
		}
		b.to, title = i+1, ""
		out = append(out, b)
	}
	return out
}

// uncommented is a folder in which one block counts.
func uncommented(files map[string]string, b block) map[string]string {
	out := map[string]string{}
	for name, text := range files {
		out[name] = text
	}
	lines := strings.Split(out["licences.yaml"], "\n")
	var taken []string
	for i := b.from; i < b.to; i++ {
		taken = append(taken, strings.TrimPrefix(lines[i], "#"))
	}
	switch {
	case !b.settings:
		copy(lines[b.from:], taken)
		out["licences.yaml"] = strings.Join(lines, "\n")
	case taken[0] == "manage:" && strings.Contains(out["reseat.yaml"], "\nmanage:\n"):
		out["reseat.yaml"] = strings.Replace(out["reseat.yaml"], "\nmanage:\n", "\nmanage:\n"+strings.Join(taken[1:], "\n")+"\n", 1)
	default:
		out["reseat.yaml"] += "\n" + strings.Join(taken, "\n") + "\n"
	}
	return out
}

// holdsTrue fails unless each block is right when its marks are taken away, and
// a plan shows what it says. It returns how many blocks had counts.
func holdsTrue(t rapid.TB, files map[string]string, s *plan.Snapshot) (counted int) {
	for _, b := range blocksOf(files["licences.yaml"]) {
		with := uncommented(files, b)
		m, err := plan.New(context.Background(), inputOf(readAll(t, with), s))
		if err != nil {
			t.Fatalf("%s: %v\n%v", b.title, err, with)
		}
		people, seats := map[plan.UserID]bool{}, 0
		for _, c := range m.Plan.Changes {
			if c.Action != plan.Unassign {
				t.Fatalf("%s: got %s of %s, want removals alone", b.title, c.Action, c.ID)
			}
			if c.Before != nil {
				people[c.Request] = true
				seats++
			}
		}
		want := []string{"", "0", "0"}
		if b.title != "" {
			want = proposes.FindStringSubmatch(b.title)
			counted++
		}
		number := func(i int) string { return strings.ReplaceAll(want[i], ",", "") }
		if number(1) != strconv.Itoa(len(people)) || number(2) != strconv.Itoa(seats) {
			t.Fatalf("%q: a plan shows %d people and %d seats\n%v", b.title, len(people), seats, with)
		}
	}
	return counted
}

// TestStartProposals: each proposal is right YAML when its marks are taken away,
// and its counts are those of a plan, whatever the tenant is like.
func TestStartProposals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawTenant(t)
		holdsTrue(t, imported(t, s, "start", ""), s)
	})
}

func example(t testing.TB) *plan.Snapshot {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "examples", "contoso", "tenant.json"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := plan.DecodeSnapshot(data)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestStartGolden: the example's file, as people see it.
func TestStartGolden(t *testing.T) {
	s := example(t)
	files := imported(t, s, "start", "")
	if n := holdsTrue(t, files, s); n < 3 {
		t.Errorf("got %d counted proposals, want more", n)
	}
	golden := filepath.Join("testdata", "start.golden")
	if os.Getenv("RESEAT_UPDATE") != "" {
		if err := os.WriteFile(golden, []byte(files["licences.yaml"]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got := files["licences.yaml"]; got != strings.ReplaceAll(string(want), "\r\n", "\n") {
		t.Errorf("got\n%s\nwant\n%s(RESEAT_UPDATE=1 writes it anew)", got, want)
	}
	for line := range strings.Lines(files["licences.yaml"]) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > 140 {
			t.Errorf("a line has %d columns: %s", n, line)
		}
	}
}

// TestStartRules: where the folder has rules, the file has none of its own, as
// rules in two files are a fault.
func TestStartRules(t *testing.T) {
	s := example(t)
	files := begunIn(desired.Beginning{Name: "contoso", ID: "contoso.onmicrosoft.com"})
	d := readAll(t, files)
	survey, err := plan.NewSurvey(inputOf(d, s))
	if err != nil {
		t.Fatal(err)
	}
	started, err := desired.Start(context.Background(), inputOf(d, s), survey)
	if err != nil {
		t.Fatal(err)
	}
	if files["more.yaml"] = string(started.Data); strings.Contains(files["more.yaml"], "rules: []") {
		t.Error("got a second `rules`")
	}
	inSync(t, files, s)
	// Without manage.products the proposals name what they are about themselves.
	files["licences.yaml"] = files["more.yaml"] + "---\napiVersion: reseat/v1\nkind: Licenses\nrules: []\n"
	delete(files, "more.yaml")
	if n := holdsTrue(t, files, s); n < 3 {
		t.Errorf("got %d counted proposals, want more", n)
	}
}

// TestStartEmergency: who is found, with what speaks for it.
func TestStartEmergency(t *testing.T) {
	const global = "62e90394-69f5-4237-9190-012177145e10"
	sku := plan.SKU(guidOf(2, 0))
	held := []plan.Source{{SKU: sku, State: plan.Active}}
	long, lately := &plan.SignIn{Successful: importedAt.AddDate(0, 0, -200)}, &plan.SignIn{Successful: importedAt.AddDate(0, 0, -2)}
	tests := []struct {
		name   string
		user   plan.User
		role   bool
		listed string // what stands behind the name; empty: not listed
	}{
		{"by prefix", plan.User{UserPrincipalName: "bg-1@contoso.com", Sources: held}, false, "its name"},
		{"by a word", plan.User{UserPrincipalName: "x@contoso.com", DisplayName: "Break Glass 2", Sources: held}, false, "its name"},
		{"by both", plan.User{UserPrincipalName: "emergency.admin@contoso.com"}, true, "its name, cloud-only Global Administrator, no licence"},
		{"by role", plan.User{UserPrincipalName: "root@contoso.com"}, true, "cloud-only Global Administrator, no licence"},
		{"by role, not signed in", plan.User{UserPrincipalName: "root@contoso.com", Sources: held, SignIn: long}, true, "cloud-only Global Administrator, last sign-in 2026-05-04"},
		{"hidden", plan.User{UserPrincipalName: "bg-\u202e1@contoso.com"}, false, "bg-?1@contoso.com: its name"},
		{"who works", plan.User{UserPrincipalName: "dana@contoso.com", Sources: held, SignIn: lately}, true, ""},
		{"who holds, nothing known", plan.User{UserPrincipalName: "dana@contoso.com", Sources: held}, true, ""},
		{"synced", plan.User{UserPrincipalName: "dana@contoso.com", OnPremisesSyncEnabled: true}, true, ""},
		{"no role", plan.User{UserPrincipalName: "big-ben@contoso.com"}, false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.user.ID, tt.user.UserType, tt.user.AccountEnabled = plan.UserID(guidOf(1, 1)), "Member", plan.Yes
			s := &plan.Snapshot{ReadAt: importedAt, Users: []plan.User{tt.user}, Products: []plan.Product{{SKU: sku, PartNumber: "SPE_E3", AppliesTo: "User", Status: "Enabled"}}}
			if tt.role {
				s.RoleAssignments = []plan.RoleAssignment{{ID: "r", Role: global, Principal: string(tt.user.ID), Kind: plan.PrincipalUser, Scope: "/"}}
			}
			text := imported(t, s, "start", "")["licences.yaml"]
			switch {
			case tt.listed == "" && strings.Contains(text, "#protect:"):
				t.Errorf("got somebody listed:\n%s", text)
			case tt.listed != "" && !strings.Contains(text, fmt.Sprintf("# %s\n", tt.listed)):
				t.Errorf("got no %q in\n%s", tt.listed, text)
			}
		})
	}
}
