//go:build !windows

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// harms are what can be done to a file of a run's folder.
func harms() map[string]func(path string) error {
	replaced := func(do func(path string) error) func(string) error {
		return func(path string) error { return errors.Join(os.RemoveAll(path), do(path)) }
	}
	says := func(text string) func(string) error {
		return func(path string) error { return os.WriteFile(path, []byte(text), 0o600) }
	}
	changed := func(change func([]byte) []byte) func(string) error {
		return func(path string) error {
			data, err := os.ReadFile(path)
			return errors.Join(err, os.WriteFile(path, change(data), 0o600))
		}
	}
	return map[string]func(string) error{
		"gone":      os.RemoveAll,
		"empty":     says(""),
		"a line":    says("\n"),
		"null":      says("null\n"),
		"a list":    says("[]\n"),
		"deep":      says(strings.Repeat("[", 200_000) + "\n"),
		"deep too":  says(strings.Repeat(`{"a":`, 200_000) + "\n"),
		"no text":   says("\xff\xfe{\x00}\n"),
		"commands":  says("::error::x\x1b[31m\u202e\n##vso[task.complete]\n"),
		"half":      changed(func(b []byte) []byte { return b[:len(b)/2] }),
		"torn":      changed(func(b []byte) []byte { return b[:len(b)-2] }),
		"flipped":   changed(func(b []byte) []byte { b[len(b)/2] ^= 1; return b }),
		"flipped 2": changed(func(b []byte) []byte { b[len(b)/3] ^= 0x80; return b }),
		"twice":     changed(func(b []byte) []byte { return slices.Concat(b, b) }),
		"and more":  changed(func(b []byte) []byte { return append(b, "{}\n"...) }),
		"no numbers": changed(func(b []byte) []byte {
			return bytes.ReplaceAll(bytes.ReplaceAll(b, []byte(":1"), []byte(":9999999999999999999")), []byte(": 1"), []byte(": 9999999999999999999"))
		}),
		"huge":     replaced(func(path string) error { return errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, 1<<30)) }),
		"a link":   replaced(func(path string) error { return os.Symlink("/etc/passwd", path) }),
		"a pipe":   replaced(func(path string) error { return syscall.Mkfifo(path, 0o600) }),
		"a folder": replaced(func(path string) error { return os.Mkdir(path, 0o700) }),
		"a device": replaced(func(path string) error { return os.Symlink("/dev/zero", path) }),
	}
}

// TestHostileRuns: whatever a run's folder of somebody else holds, it is shown, taken
// up and undone, or refused by name; nothing is sent for it, and what it says never
// moves the terminal or commands a CI.
func TestHostileRuns(t *testing.T) {
	t.Parallel()
	h := small(t)
	h.run(0, "apply", h.dir, "--yes")
	from := filepath.Join(h.dir, ".reseat", "runs", h.lastRun())
	done, n := h.writes(), 0
	all := harms()
	for i, file := range []string{"plan.json", "journal.jsonl", "undo.json", "run.json", "report.json", "giving.json"} {
		for k, name := range slices.Sorted(maps.Keys(all)) {
			harm := all[name]
			if every := sparing(1, 5); (i+k)%every != 0 {
				continue
			}
			for _, called := range []string{h.lastRun(), "elsewhere"} {
				if called == "elsewhere" && file != "undo.json" { // which says the run's name
					continue
				}
				at := filepath.Join(t.TempDir(), called)
				if err := os.CopyFS(at, os.DirFS(from)); err != nil {
					t.Fatal(err)
				}
				if file == "giving.json" {
					if err := os.WriteFile(filepath.Join(at, file), []byte(`{"formatVersion":"1.0","kind":"LicenseGiving","seats":[]}`+"\n"), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				if err := harm(filepath.Join(at, file)); err != nil {
					t.Fatal(err)
				}
				for _, args := range [][]string{{"show", at}, {"apply", "--resume", at, h.dir}, {"undo", at, h.dir, "--out", h.path("undo.json"), "--keep", "none"}} {
					n++
					code, out, errs := h.reseat(args...)
					if code > exitNotEvaluated || code != 0 && !strings.Contains(errs, "error: ") || h.writes() != done {
						t.Errorf("%s %s, %s %s: got exit code %d, %d writes\n%s%s", file, name, args[0], called, code, h.writes()-done, out, errs)
					}
					if strings.ContainsAny(out+errs, "\x1b\x00\u202e") || strings.Contains("\n"+out+errs, "\n::") || strings.Contains("\n"+out+errs, "\n##") {
						t.Errorf("%s %s, %s: it is not harmless\n%q\n%q", file, name, args[0], out, errs)
					}
					must := file == "plan.json" || file == "journal.jsonl" && !slices.Contains([]string{"gone", "empty", "torn", "half"}, name)
					if must && code == 0 && name != "gone" {
						t.Errorf("%s %s, %s %s: got exit code 0\n%s%s", file, name, args[0], called, out, errs)
					}
				}
				if err := os.RemoveAll(at); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	t.Logf("%d commands", n)
}

// TestReportAgainstJournal: what became of people is what the journal tells; a report
// that says something else is not believed, and that is said.
func TestReportAgainstJournal(t *testing.T) {
	t.Parallel()
	h := sixty(t)
	if code, _, errs := h.as(t.Context(), atWrite(5, func(*app) { h.write("STOP", "") }), "apply", h.dir, "--yes"); code != exitPartly {
		t.Fatalf("got exit code %d\n%s", code, errs)
	}
	path := filepath.Join(h.dir, ".reseat", "runs", h.lastRun(), "report.json")
	left, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	honest, errs := h.run(0, "show", h.lastRun(), h.dir, "-o", "json")
	read := func(data []byte) *plan.Report {
		var r plan.Report
		if err := json.Unmarshal(data, &r); err != nil {
			t.Fatal(err)
		}
		return &r
	}
	told := func() *plan.Report { return read(left) }
	if errs != "" || !reflect.DeepEqual(read([]byte(honest)), told()) {
		t.Fatalf("the report that it left is not shown: %s\n%s\n%s", errs, honest, left)
	}
	for name, forge := range map[string]func(r *plan.Report){
		"all was done": func(r *plan.Report) {
			for i := range r.Outcomes {
				r.Outcomes[i].Status = plan.Done
			}
			r.Summary = plan.ReportSummary{Done: len(r.Outcomes)}
		},
		"nothing was done": func(r *plan.Report) {
			for i := range r.Outcomes {
				r.Outcomes[i].Status = plan.NotReached
			}
			r.Summary = plan.ReportSummary{NotReached: len(r.Outcomes)}
		},
		"the sum":       func(r *plan.Report) { r.Summary.Done++ },
		"nobody":        func(r *plan.Report) { r.Outcomes = nil },
		"another run":   func(r *plan.Report) { r.Run = "20261120T080000Z-00000000" },
		"somebody else": func(r *plan.Report) { r.Actor.Name = "mallory" },
		"another time":  func(r *plan.Report) { r.Outcomes[0].At = r.Outcomes[0].At.AddDate(0, -1, 0) },
	} {
		r := told()
		forge(r)
		doc, err := documentOf(r)
		if err == nil {
			err = os.WriteFile(path, doc, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		out, errs := h.run(0, "show", h.lastRun(), h.dir, "-o", "json")
		var shown plan.Report
		if err := json.Unmarshal([]byte(out), &shown); err != nil {
			t.Fatal(err)
		}
		want := told()
		if shown.Summary.Done != want.Summary.Done || shown.Run != want.Run || shown.Actor.Name != want.Actor.Name || len(shown.Outcomes) != 60 ||
			!shown.Outcomes[0].At.Equal(want.Outcomes[0].At) || !strings.Contains(errs, "does not say what its journal tells") {
			t.Errorf("%s: it is believed: %+v by %s\n%s", name, shown.Summary, shown.Actor.Name, errs)
		}
	}
	// Nor is a run finished because its report says so.
	r := told()
	for i := range r.Outcomes {
		r.Outcomes[i].Status = plan.Done
	}
	r.Summary = plan.ReportSummary{Done: len(r.Outcomes)}
	doc, err := documentOf(r)
	if err = errors.Join(err, os.WriteFile(path, doc, 0o600), os.Remove(h.path("STOP"))); err != nil {
		t.Fatal(err)
	}
	h.run(0, "apply", "--resume", h.lastRun(), h.dir)
	if h.writes() != 60 {
		t.Errorf("got %d writes, want 60", h.writes())
	}
}

// TestRunsUnderAStrangeLock: a lock that makes no sense hides no runs, and is named
// so that it can be removed.
func TestRunsUnderAStrangeLock(t *testing.T) {
	t.Parallel()
	h := small(t)
	h.run(0, "apply", h.dir, "--yes")
	for _, text := range []string{"", "{", "\x1b[31m", strings.Repeat("[", 100_000)} {
		h.lock(text)
		out, errs := h.run(0, "runs", h.dir)
		if !strings.Contains(out, h.lastRun()) || !strings.Contains(strings.Join(strings.Fields(out), " "), "cannot be read; lock ") || strings.Contains(out+errs, "\x1b") {
			t.Errorf("%.9q: got\n%s%s", text, out, errs)
		}
		out, _ = h.run(0, "runs", h.dir, "-o", "json")
		var list struct{ Lock struct{ ID string } }
		if err := json.Unmarshal([]byte(out), &list); err != nil || len(list.Lock.ID) != 16 {
			t.Errorf("got %v, %s", err, out)
		}
		h.run(0, "unlock", list.Lock.ID, h.dir)
	}
}
