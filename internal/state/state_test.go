package state_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

const digest = "3fa9c2e1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

func open(t *testing.T) *state.Store {
	t.Helper()
	s, err := state.Open(filepath.Join(t.TempDir(), ".reseat"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func symlink(t *testing.T, to, at string) {
	t.Helper()
	if err := os.Symlink(to, at); err != nil {
		t.Skipf("no symlinks here: %v", err)
	}
}

func TestLookingLeavesNothingBehind(t *testing.T) {
	s := open(t)
	if _, used, err := s.Used("p"); used || err != nil {
		t.Errorf("got %t, %v", used, err)
	}
	if got, err := s.Recent(noon); len(got) != 0 || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := s.Baseline(); got != nil || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := s.Runs(); len(got) != 0 || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := s.ReadLog("simulator.jsonl"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want that there is none", err)
	}
	if _, err := os.Stat(s.Path("")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want no folder", err)
	}
}

func TestModes(t *testing.T) {
	s := open(t)
	run, err := s.NewRun(digest, noon)
	if err != nil {
		t.Fatal(err)
	}
	journal, err := run.Journal()
	if err != nil {
		t.Fatal(err)
	}
	lock, err := s.Lock(state.LockRecord{Operation: "apply"}, noon)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(journal.Append([]byte("{}\n")), journal.Close(), run.WritePlan([]byte("{}")),
		s.Use("p", digest, run.Name(), noon), s.SaveBaseline(&plan.Baseline{FormatVersion: "1.0"}))
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, s.Path(".gitignore")); got != "*\n" {
		t.Errorf("got .gitignore %q, want *", got)
	}
	files := 0
	err = filepath.WalkDir(s.Path(""), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		} else {
			files++
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != want {
			t.Errorf("%s: got mode %v, want %v", path, info.Mode().Perm(), want)
		}
		if strings.HasSuffix(path, ".tmp") {
			t.Errorf("%s was left behind", path)
		}
		return nil
	})
	if err != nil || files != 6 {
		t.Errorf("got %d files, %v; want 6", files, err)
	}
	if err := lock.Release(); err != nil {
		t.Error(err)
	}
}

func TestOpenRefusesWhatIsNoFolder(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	write(t, file, "")
	if _, err := state.Open(file, nil); err == nil || !strings.Contains(err.Error(), "is not a folder") {
		t.Errorf("got %v, want a refusal", err)
	}
	link := filepath.Join(dir, "link")
	symlink(t, dir, link)
	if _, err := state.Open(link, nil); err == nil || !strings.Contains(err.Error(), "is a symlink") {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestSymlinksInsideAreRefused(t *testing.T) {
	s := open(t)
	run, err := s.NewRun(digest, noon)
	if err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(t.TempDir(), "outside")
	write(t, outside, "precious\n")
	for _, name := range []string{"ledger.jsonl", "baseline.json", "simulator.jsonl", "lock"} {
		symlink(t, outside, s.Path(name))
	}
	symlink(t, outside, filepath.Join(run.Dir(), "journal.jsonl"))
	symlink(t, outside, filepath.Join(run.Dir(), "plan.json"))
	symlink(t, filepath.Dir(outside), filepath.Join(s.Path("runs"), "20261120T120001Z-3fa9c2e1"))
	_, usedErr := errorOf3(s.Used("p"))
	_, baseErr := s.Baseline()
	_, logErr := s.Log("simulator.jsonl", 9)
	_, lockErr := s.Lock(state.LockRecord{}, noon)
	_, journalErr := run.Journal()
	_, runErr := s.OpenRun("20261120T120001Z-3fa9c2e1")
	for name, err := range map[string]error{
		"used": usedErr, "use": s.Use("p", digest, "r", noon), "baseline": baseErr, "save": s.SaveBaseline(&plan.Baseline{}), "log": logErr,
		"lock": lockErr, "journal": journalErr, "keep": run.KeepJournal(0), "plan": run.WritePlan(nil), "run": runErr,
	} {
		if err == nil || !strings.Contains(err.Error(), "not a regular file") && !strings.Contains(err.Error(), "symlink") {
			t.Errorf("%s: got %v, want a refusal", name, err)
		}
	}
	if got := read(t, outside); got != "precious\n" {
		t.Errorf("the file outside is now %q", got)
	}
}

func errorOf3(_ string, _ bool, err error) (struct{}, error) { return struct{}{}, err }

func TestWriteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plan.json")
	for _, text := range []string{"one", "another"} {
		if err := state.WriteFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got := read(t, path); got != text {
			t.Errorf("got %q, want %q", got, text)
		}
	}
	if err := state.WriteFile(filepath.Join(filepath.Dir(path), "none", "x"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want that there is no folder", err)
	}
	if err := state.WriteFile(filepath.Dir(path), nil); err == nil {
		t.Error("a folder was written over")
	}
}

func TestBaseline(t *testing.T) {
	s := open(t)
	want := &plan.Baseline{FormatVersion: "1.0", Tenant: "t", Plan: "3f", ReadAt: noon, Statements: []string{"a"},
		Seats: []plan.BaselineSeat{{User: "u", SKU: "s", DisabledPlans: []plan.PlanID{"p"}, Statement: "a"}}}
	if err := s.SaveBaseline(want); err != nil {
		t.Fatal(err)
	}
	got, err := s.Baseline()
	if err != nil || got.Tenant != want.Tenant || len(got.Seats) != 1 || got.Seats[0].DisabledPlans[0] != "p" {
		t.Errorf("got %+v, %v", got, err)
	}
	path := s.Path("baseline.json")
	good := read(t, path)
	for name, text := range map[string]string{
		"empty": "", "half": good[:len(good)/2], "unknown key": strings.Replace(good, `"tenant"`, `"tenants"`, 1),
		"more behind": good + "{}", "another format": strings.Replace(good, `"1.0"`, `"2.0"`, 1), "a key twice": strings.Replace(good, `"plan": "3f",`, `"plan": "3f", "plan": "3f",`, 1),
	} {
		write(t, path, text)
		if b, err := s.Baseline(); err == nil || b != nil || !strings.Contains(err.Error(), "baseline.json") {
			t.Errorf("%s: got %v, %v; want an error", name, b, err)
		}
	}
}
