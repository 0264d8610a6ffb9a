package desired_test

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/plan"
)

// now is the present of the tests.
var now = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)

var update = flag.Bool("update", false, "write the expected files anew; read them before you believe them")

// open opens a folder as cmd does.
func open(t testing.TB, dir string) fs.FS {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return root.FS()
}

func lines(faults []plan.Fault) string {
	var b strings.Builder
	for _, f := range faults {
		fmt.Fprintln(&b, f.Error())
	}
	return b.String()
}

// golden compares got with a file, or writes it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != strings.ReplaceAll(string(want), "\r\n", "\n") {
		t.Errorf("%s\ngot:\n%swant:\n%s", file, got, want)
	}
}

func TestEveryKey(t *testing.T) {
	got, faults, err := desired.ReadWith(open(t, "testdata/full"), desired.Options{Now: now, Dated: lately})
	if err != nil || len(faults) > 0 {
		t.Fatalf("got %v and faults\n%s, want none", err, lines(faults))
	}
	for i, f := range got.Files {
		data, err := os.ReadFile(filepath.Join("testdata/full", filepath.FromSlash(f.Path)))
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("%x", sha256.Sum256(data)); f.SHA256 != want {
			t.Errorf("%s: got digest %s, want %s", f.Path, f.SHA256, want)
		}
		got.Files[i].SHA256 = "" // a checkout may change line ends
	}
	text, err := json.MarshalIndent(got, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/full.golden", string(text)+"\n")
}

// lately is a facts file's age that does not depend on the day of the test.
func lately(string) (time.Time, plan.AsOf, error) { return now.AddDate(0, 0, -2), plan.ByCommit, nil }

// faultsIn are the faults that a folder has in a tenant of some products, two of
// which are called alike.
func faultsIn(t *testing.T, d *plan.Desired) []plan.Fault {
	s := staff(map[string]string{"adele": "EV", "bo": "P", "cy": ""})
	s.Products[0].SKU, s.Products[0].Plans = "05e9a617-0261-4cee-bb44-138d3ef5d965", []plan.ServicePlan{
		{ID: plan.PlanID(guidOf(4, 1)), Name: "YAMMER_ENTERPRISE", AppliesTo: "User"}, {ID: plan.PlanID(guidOf(4, 2)), Name: "TEAMS1", AppliesTo: "User"}}
	for i, part := range []string{"TWICE", "Twice"} {
		s.Products = append(s.Products, plan.Product{SKU: plan.SKU(guidOf(5, i+1)), PartNumber: part, AppliesTo: "User", Status: "Enabled"})
	}
	_, err := plan.New(t.Context(), inputOf(d, s))
	faults := (*plan.FaultsError)(nil)
	if err == nil {
		return nil
	}
	if !errors.As(err, &faults) {
		t.Fatal(err)
	}
	return faults.Faults
}

// noSuchTime knows some times and zones that are none.
func noSuchTime(w plan.Window) string {
	switch {
	case strings.HasPrefix(w.Cron, "61 "), strings.HasSuffix(w.Cron, " FRY"):
		return quoted(w.Cron) + " is never"
	case strings.HasPrefix(w.Zone, "Nowhere/"):
		return "there is no time zone " + quoted(w.Zone)
	}
	return ""
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }

// rules are some of those in force, of every kind.
func rules() []plan.RuleRef {
	ref := func(code, name string, level plan.Level, waivable bool) plan.RuleRef {
		return plan.RuleRef{Code: code, Name: name, Level: level, Waivable: waivable}
	}
	return []plan.RuleRef{
		ref("R101", "actor-role", plan.LevelGuard, false), ref("R102", "self-service", plan.LevelDeny, false),
		ref("R103", "protected-role", plan.LevelDeny, true), ref("R104", "protected-user", plan.LevelDeny, true),
		ref("R105", "inherited", plan.LevelBlocked, false), ref("R107", "data-loss", plan.LevelDeny, true),
		ref("R108", "recent-use", plan.LevelWarn, true), ref("R109", "shared-mailbox", plan.LevelDeny, true),
		ref("R110", "dependency", plan.LevelWarn, true), ref("R112", "replacement-missing", plan.LevelBlocked, false),
		ref("R113", "source-unknown", plan.LevelBlocked, false), ref("R201", "removal-limit", plan.LevelGuard, false),
		ref("R202", "removal-percent", plan.LevelGuard, false), ref("R203", "product-percent", plan.LevelGuard, false),
		ref("R204", "empty-desired", plan.LevelGuard, false), ref("R205", "window", plan.LevelGuard, false),
		ref("R206", "incomplete-read", plan.LevelGuard, false), ref("R207", "unresolved-name", plan.LevelGuard, false),
		ref("R208", "assignment-limit", plan.LevelGuard, false),
		{Name: "cost-centre", Level: plan.LevelDeny, Waivable: true, Own: true},
	}
}

func TestFaultyFolders(t *testing.T) {
	dirs, err := filepath.Glob("testdata/faulty/*")
	if err != nil {
		t.Fatal(err)
	}
	const least = 100
	if len(dirs) < least {
		t.Errorf("got %d faulty folders, want at least %d", len(dirs), least)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			d, faults, err := desired.ReadWith(open(t, dir), desired.Options{Now: now, Dated: lately, CheckWindow: noSuchTime})
			if err != nil {
				t.Fatal(err)
			}
			if d != nil { // each statement is right, but not all of them together
				faults = append(plan.Check(d, plan.DayOf(now)), d.CheckRules(rules())...)
				if len(faults) == 0 { // nor in this tenant
					faults = faultsIn(t, d)
				}
				d = nil
			}
			if len(faults) == 0 || d != nil {
				t.Errorf("got a desired state (%t) and %d faults, want faults only", d != nil, len(faults))
			}
			golden(t, filepath.Join(dir, "want.txt"), lines(faults))
			for _, f := range faults {
				if f.Remedy == "" || f.Place.Line < 1 || f.Place.Column < 1 || strings.HasSuffix(f.Cause, ".") {
					t.Errorf("fault without remedy or place, or with a full stop: %q", f.Error())
				}
			}
		})
	}
}

// settings is a reseat.yaml with nothing wrong.
const settings = "apiVersion: reseat/v1\nkind: Tenant\nname: contoso\ntenant: {id: contoso.onmicrosoft.com}\n"

const header = "apiVersion: reseat/v1\nkind: Licenses\n"

// folder is a folder in memory, with reseat.yaml unless it is given.
func folder(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{"reseat.yaml": {Data: []byte(settings)}}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

// read reads a folder that must have no fault.
func read(t testing.TB, files map[string]string) *plan.Desired {
	t.Helper()
	d, faults, err := desired.Read(folder(files))
	if err != nil || len(faults) > 0 {
		t.Fatalf("got %v and faults\n%swant none", err, lines(faults))
	}
	return d
}

// refused reads a folder that must have exactly these faults, one a line.
func refused(t testing.TB, m fs.FS, want string) {
	t.Helper()
	d, faults, err := desired.Read(m)
	if err != nil {
		t.Fatal(err)
	}
	if d != nil {
		t.Error("got a desired state, want none beside faults")
	}
	if got := strings.TrimSuffix(lines(faults), "\n"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

type noFolder struct{}

func (noFolder) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}

func TestUnreadableFolder(t *testing.T) {
	d, faults, err := desired.Read(noFolder{})
	if !errors.Is(err, fs.ErrPermission) || d != nil || faults != nil {
		t.Errorf("got %v, %v, %v, want only fs.ErrPermission", d, faults, err)
	}
}
