package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// TestFolderTellsEverything gives the folder of a run that was killed to somebody
// who has nothing else, and again after it was resumed: of every change he finds
// who, what, what became of it, when and by which statement, and of the run which
// plan, which changes and who, as text, as JSON and as Markdown.
func TestFolderTellsEverything(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	file := filepath.Join(s.dir, "plan.json")
	s.must(0, "plan", s.dir, "--out", file)
	p, err := readPlan(file)
	if err != nil {
		t.Fatal(err)
	}
	if code, out := s.reseat("RESEAT_TEST_KILL=after:6", "apply", file, s.dir); code != -1 && code != 1 {
		t.Fatalf("got exit code %d, want a killed process\n%s", code, out)
	}
	run := s.onlyRun()
	for _, parts := range []int{1, 2} {
		if parts == 2 {
			s.must(0, "apply", "--resume", run, s.dir)
		}
		away := filepath.Join(t.TempDir(), "folder")
		if err := os.CopyFS(away, os.DirFS(filepath.Join(s.dir, ".reseat", "runs", run))); err != nil {
			t.Fatal(err)
		}
		var r struct {
			plan.Report
			Outcomes []struct {
				plan.Outcome
				Name      string `json:"userPrincipalName"`
				Product   string `json:"skuPartNumber"`
				Statement string `json:"statement"`
				File      string `json:"file"`
			} `json:"outcomes"`
		}
		if err := json.Unmarshal([]byte(s.must(0, "show", away, "-o", "json")), &r); err != nil {
			t.Fatal(err)
		}
		if r.Run != run || r.Plan != p.ID || r.Changes != p.Digests.Changes || len(r.Parts) != parts || r.Parts[0].Actor.ID == "" || r.Parts[0].Host == "" {
			t.Errorf("got run %q, plan %q, changes %q, parts %+v", r.Run, r.Plan, r.Changes, r.Parts)
		}
		if got, want := len(r.Outcomes), len(p.Executable()); got != want {
			t.Fatalf("got %d outcomes, want %d", got, want)
		}
		text := strings.ReplaceAll(s.must(0, "show", away, "--details"), "\u00a0", " ")
		md := s.must(0, "show", away, "-o", "markdown", "--redact", "none")
		done := 0
		for _, o := range r.Outcomes {
			if o.Name == "" || o.Product == "" || o.Statement == "" && o.File == "" || o.Status == plan.Done && (o.At.IsZero() || o.Evidence == "") {
				t.Errorf("JSON leaves out something of %+v", o)
			}
			name, _, _ := strings.Cut(o.Name, "@")
			when := ""
			if o.Status == plan.Done {
				done++
				when = o.At.UTC().Format("15:04:05")
			}
			if !lineWith(text, " "+name+" ", " "+o.Product+" ", when) {
				t.Errorf("no line of the text says that %s, %s was %s %s", name, o.Product, o.Status, when)
			}
			if !lineWith(md, "`"+name+"`", "`"+o.Product+"`", when) {
				t.Errorf("no line of the Markdown says that %s, %s was %s %s", name, o.Product, o.Status, when)
			}
		}
		if all := done == len(r.Outcomes); done == 0 || all != (parts == 2) {
			t.Errorf("part %d: got %d of %d done", parts, done, len(r.Outcomes))
		}
		for _, fact := range []string{run, p.ID, p.Digests.Changes, r.Parts[0].Actor.ID, r.Parts[0].Host} {
			if !strings.Contains(text, fact) || !strings.Contains(md, fact) {
				t.Errorf("%q is not in the text, or not in the Markdown", fact)
			}
		}
	}
}

// lineWith reports whether a line has all of some words.
func lineWith(text string, all ...string) bool {
	for line := range strings.Lines(text) {
		has := true
		for _, one := range all {
			has = has && strings.Contains(line, one)
		}
		if has {
			return true
		}
	}
	return false
}

// TestShownIsHarmless: in the JSON of a run a name says what it says, and nothing
// to a log or a terminal.
func TestShownIsHarmless(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"::error::x", ":::", "##vso[task.setvariable]x", "###", "\u202egnp.exe", "\u009b2J\x1b[2J\x7f", "\u00e5\u00e4\u00f6 \U0001f600", `\\##\"::`, "a:b#c"} {
		doc, err := documentOf(shownOutcome{Outcome: &plan.Outcome{}, UserPrincipalName: name})
		if err != nil {
			t.Fatal(err)
		}
		got := harmless(doc)
		for _, bad := range []string{"::", "##", "\u202e", "\u009b", "\x1b", "\x7f"} {
			if strings.Contains(string(got), bad) {
				t.Errorf("%q: got %q, with %q in it", name, got, bad)
			}
		}
		var o shownOutcome
		if err := json.Unmarshal(got, &o); err != nil || o.UserPrincipalName != name {
			t.Errorf("got %q, %v, want %q", o.UserPrincipalName, err, name)
		}
	}
}
