package desired_test

import (
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/plan"
)

// taken takes the comment marks of settings and statements away, as the files
// say: lines like #this, and those that are indented behind the mark.
func taken(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "#"); ok && rest != "\n" && (rest[0] != ' ' || strings.HasPrefix(rest, "  ")) {
			line = rest
		}
		out.WriteString(line)
	}
	return out.String()
}

func mustRead(t *testing.T, root fs.FS) *plan.Desired {
	t.Helper()
	d, faults, err := desired.Read(root)
	if err != nil || len(faults) > 0 {
		t.Fatalf("got %v and\n%swant no fault", err, lines(faults))
	}
	return d
}

func begun(t *testing.T, b desired.Beginning) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, x := range desired.Init(b) {
		files[x.Path] = string(x.Data)
	}
	return files
}

func mapFS(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

// TestInitDefaults: what stands as a comment in reseat.yaml is the default, and
// right when its mark is taken away.
func TestInitDefaults(t *testing.T) {
	for _, b := range []desired.Beginning{
		{Name: "contoso", ID: "contoso.onmicrosoft.com"},
		{Name: "c-1", ID: "11111111-2222-4333-8444-555555555555", Cloud: plan.USGovDoD},
		{Name: "sim", Simulator: "it's a [tenant] #1.json"},
		{Name: "contoso", ID: "contoso.com", Products: []desired.Managed{{Name: "SPE_E3", Words: "Microsoft 365 E3"}, {Name: "A_1"}}},
		{Name: "contoso", ID: "contoso.com", Products: []desired.Managed{}},
	} {
		files := begun(t, b)
		files["it's a [tenant] #1.json"] = "{}"
		as := mustRead(t, mapFS(files)).Settings
		if as.Name != b.Name || as.Tenant.ID != b.ID || as.Tenant.Simulator != b.Simulator || b.Cloud != "" && as.Tenant.Cloud != b.Cloud {
			t.Errorf("got %+v, want what %+v says", as.Tenant, b)
		}
		if as.Manage.Given != (b.Products != nil) || len(as.Manage.Products) != len(b.Products) {
			t.Errorf("got %+v, want the products of %+v", as.Manage, b)
		}
		files["reseat.yaml"] = taken(files["reseat.yaml"])
		bare := mustRead(t, mapFS(files)).Settings
		if b.Products == nil {
			if !bare.Manage.All {
				t.Error("the example of manage.products is not `all`")
			}
			bare.Manage.Given, bare.Manage.All = false, false
		}
		if !bare.Limits.RemovalsGiven {
			t.Error("limits.removals is not among the comments")
		}
		bare.Limits.RemovalsGiven = false
		if as, bare := unplaced(as), unplaced(bare); !reflect.DeepEqual(as, bare) {
			t.Errorf("without comment marks the settings are\n%+v\nwant\n%+v", bare, as)
		}
	}
}

// unplaced is settings without places, and with nil for empty lists.
func unplaced(s plan.Settings) plan.Settings {
	none := plan.Place{}
	s.Place, s.Tenant.Place, s.Auth.Plan.Place, s.Auth.Apply.Place, s.Manage.DuplicatesPlace = none, none, none, none, none
	names := func(list *[]plan.Name) {
		if len(*list) == 0 {
			*list = nil
		}
		for i := range *list {
			(*list)[i].Place = none
		}
	}
	for _, list := range []*[]plan.Name{&s.Manage.Products, &s.Manage.Exclude, &s.Limits.Uncounted, &s.Protect.Users, &s.Protect.RolesAdd,
		&s.Protect.RolesExcept, &s.SelfService.Products, &s.SelfService.TakenOver, &s.SelfService.Ours} {
		names(list)
	}
	return s
}

// TestInitLicences: the file that init writes says nothing but `rules: []`, and
// each of its examples is right, alone and with all others.
func TestInitLicences(t *testing.T) {
	files := begun(t, desired.Beginning{Name: "contoso", ID: "contoso.com"})
	d := mustRead(t, mapFS(files))
	if n := len(d.Keep) + len(d.Remove) + len(d.Users) + len(d.Products) + len(d.Rules); n != 0 || !d.RulesGiven {
		t.Errorf("got %d statements, rules given %t, want none and `rules: []`", n, d.RulesGiven)
	}
	all := files["licences.yaml"]
	files["licences.yaml"] = strings.Replace(taken(all), "rules: []", "rules:", 1)
	d = mustRead(t, mapFS(files))
	if len(d.Keep) != 1 || len(d.Remove) != 1 || len(d.Users) != 1 || len(d.Products) != 2 || len(d.Rules) != 1 {
		t.Errorf("got %d, %d, %d, %d, %d examples, want 1, 1, 1, 2, 1", len(d.Keep), len(d.Remove), len(d.Users), len(d.Products), len(d.Rules))
	}
	if faults := plan.Check(d, "2026-11-20"); len(faults) > 0 {
		t.Errorf("the examples have faults:\n%s", lines(faults))
	}
	if !desired.Untouched("licences.yaml", []byte(strings.ReplaceAll(all, "\n", "\r\n"))) || desired.Untouched("licences.yaml", []byte(all+"#\n")) {
		t.Error("what was changed counts as untouched, or the other way round")
	}
}

func TestNameOf(t *testing.T) {
	for called, want := range map[string]string{
		"contoso.onmicrosoft.com": "contoso", "Fabrikam.com": "fabrikam", "/": "", "Été": "t", "a b--c": "a-b-c", "..": "",
		strings.Repeat("x", 80): strings.Repeat("x", 63),
	} {
		if got := desired.NameOf(called); got != want {
			t.Errorf("%s: got %q, want %q", called, got, want)
		}
	}
}
