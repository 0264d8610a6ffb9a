package desired_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/reseat-cli/reseat/internal/desired"
)

const ruleText = "package reseat.rules.own\n"

// inMemory is a folder of files.
func inMemory(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

func TestOwnRules(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		want  string // names of texts, or the fault
	}{
		{"no folder", map[string]string{"reseat.yaml": ""}, ""},
		{"rules and tests, sorted", map[string]string{"policies/b.rego": ruleText, "policies/a_test.rego": "x", "policies/a.rego": ruleText},
			"policies/a.rego policies/a_test.rego policies/b.rego"},
		{"text beside", map[string]string{"policies/a.rego": ruleText, "policies/README.md": "", "policies/notes/why.txt": "", "policies/.git/x.json": "", "policies/.gitkeep": ""},
			"policies/a.rego"},
		{"nothing that git knows", map[string]string{"policies/.gitkeep": ""}, ""},
		{"no rule", map[string]string{"policies/README.md": ""}, "policies:1:1: there is no rule in the folder"},
		{"tests alone", map[string]string{"policies/a_test.rego": ruleText, "policies/README.md": ""}, "policies:1:1: there is no rule in the folder"},
		{"tests alone, of a rule that is lost", map[string]string{"policies/a_test.rego": ruleText}, "policies:1:1: there is no rule in the folder"},
		{"a folder called as a rule", map[string]string{"policies/a.rego": ruleText, "policies/b.rego/README.md": ""}, "policies/b.rego:1:1: this is a folder, and no rule"},
		{"data", map[string]string{"policies/a.rego": ruleText, "policies/data.json": "{}"}, "policies/data.json:1:1: rules of one's own have no data files"},
		{"YAML", map[string]string{"policies/a.rego": ruleText, "policies/x.yaml": ""}, "policies/x.yaml:1:1: rules of one's own have no data files"},
		{"YML", map[string]string{"policies/X.YML": ""}, "policies/X.YML:1:1: rules of one's own have no data files"},
		{"hidden data", map[string]string{"policies/a.rego": ruleText, "policies/.x.json": ""}, "policies/.x.json:1:1: rules of one's own have no data files"},
		{"data below", map[string]string{"policies/a.rego": ruleText, "policies/reseat/config/data.json": ""}, "policies/reseat/config/data.json:1:1: rules of one's own have no data files"},
		{"rule below", map[string]string{"policies/more/a.rego": ruleText}, "policies/more/a.rego:1:1: a rule stands in policies/ itself"},
		{"capitals", map[string]string{"policies/A.REGO": ruleText}, "policies/A.REGO:1:1: a file of this name is not read"},
		{"hidden rule", map[string]string{"policies/.a.rego": ruleText}, "policies/.a.rego:1:1: a file of this name is not read"},
		{"no UTF-8", map[string]string{"policies/a.rego": "package \xff"}, "policies/a.rego:1:1: the file is no text in UTF-8"},
		{"UTF-16", map[string]string{"policies/a.rego": "p\x00a\x00"}, "policies/a.rego:1:1: the file is no text in UTF-8"},
		{"large", map[string]string{"policies/a.rego": strings.Repeat("#", 1<<20+1)}, "policies/a.rego:1:1: the file has more than 1 MiB"},
		{"as large as may be", map[string]string{"policies/a.rego": strings.Repeat("#", 1<<20)}, "policies/a.rego"},
		{"name that moves the cursor", map[string]string{"policies/a\u202e.rego": ruleText}, "policies/a?.rego:1:1: the file's name has characters"},
		{"a file", map[string]string{"policies": ""}, "policies:1:1: this is no folder"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			texts, faults := desired.OwnRules(inMemory(tt.files))
			got := strings.Join(slices.Sorted(maps.Keys(texts)), " ")
			if len(faults) > 0 {
				got = faults[0].Error()
				if texts != nil || faults[0].Remedy == "" {
					t.Errorf("got texts %v beside %q, want no texts and a remedy", texts, got)
				}
			}
			if got != tt.want && (len(faults) == 0 || tt.want == "" || !strings.HasPrefix(got, tt.want)) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestOwnRulesOf: a folder that somebody names has rules, called by that name.
func TestOwnRulesOf(t *testing.T) {
	texts, faults := desired.OwnRulesOf(inMemory(map[string]string{"a.rego": ruleText}), "../group/rules")
	if len(faults) > 0 || texts["../group/rules/a.rego"] != ruleText || len(texts) != 1 {
		t.Errorf("got %v, %v, want the one rule by its folder's name", texts, faults)
	}
	for _, dir := range []string{"./policies", "policies", ".", "/", "/etc/rules"} {
		texts, faults := desired.OwnRulesOf(inMemory(map[string]string{"a.rego": ruleText}), dir)
		want := map[string]string{".": "a.rego", "/": "/a.rego"}[dir]
		if want == "" {
			want = dir + "/a.rego"
		}
		if _, ok := texts[want]; !ok || len(faults) > 0 {
			t.Errorf("%s: got %v, %v, want %s", dir, texts, faults, want)
		}
	}
	for name, files := range map[string]map[string]string{
		"../group/rules:1:1: there is no rule in the folder":                        {".gitkeep": ""},
		"../group/rules/data.json:1:1: rules of one's own have no data files":       {"a.rego": ruleText, "data.json": ""},
		"../group/rules/x/a.rego:1:1: a rule stands in ../group/rules/ itself, not": {"x/a.rego": ruleText},
	} {
		_, faults := desired.OwnRulesOf(inMemory(files), "../group/rules")
		if len(faults) != 1 || !strings.HasPrefix(faults[0].Error(), name) {
			t.Errorf("got %v, want %s", faults, name)
		}
	}
}

// TestOwnRulesMany: so many files are no rules.
func TestOwnRulesMany(t *testing.T) {
	files := map[string]string{}
	for i := range 1000 {
		files[fmt.Sprintf("policies/%04d.rego", i)] = ruleText
	}
	if texts, faults := desired.OwnRules(inMemory(files)); len(faults) > 0 || len(texts) != 1000 {
		t.Errorf("got %d texts, %v, want 1000", len(texts), faults)
	}
	files["policies/more.rego"] = ruleText
	if _, faults := desired.OwnRules(inMemory(files)); len(faults) != 1 || !strings.HasPrefix(faults[0].Error(), "policies:1:1: there are more than 1000 files") {
		t.Errorf("got %v, want too many", faults)
	}
}

// TestOwnRulesLinks: nothing is read through a link.
func TestOwnRulesLinks(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	write := func(name string) string {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(ruleText), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	link := func(to, name string) {
		t.Helper()
		if err := os.Symlink(to, filepath.Join(dir, "policies", name)); err != nil {
			t.Skip(err)
		}
	}
	write(filepath.Join(dir, "policies", "a.rego"))
	far := write(filepath.Join(out, "b.rego"))
	link(far, "b.rego")
	link("a.rego", "c.rego")
	link(out, "folder")
	link("a.rego", "harmless.txt")
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	var fsys fs.FS = root.FS()
	texts, faults := desired.OwnRules(fsys)
	var got []string
	for _, f := range faults {
		got = append(got, f.Place.File)
	}
	if want := []string{"policies/b.rego", "policies/c.rego", "policies/folder"}; texts != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want faults of %v", texts, faults, want)
	}
}

// TestStrayRules: a rule in a place where none is read is told, once.
func TestStrayRules(t *testing.T) {
	const says = ":1:1: a rule of one's own is read in policies/ beside reseat.yaml, not here: move it there"
	for _, name := range []string{"a.rego", "people/policies/a.rego", "policy/a.rego", "Policy/A.Rego"} {
		refused(t, folder(map[string]string{name: ruleText, "policies/b.rego": ruleText}), name+says)
	}
	if _, faults, err := desired.Read(folder(map[string]string{"tools/a.rego": ruleText, "policies/b.rego": ruleText})); err != nil || len(faults) > 0 {
		t.Errorf("a rule that is nobody's: got %v, %v", faults, err)
	}
}
