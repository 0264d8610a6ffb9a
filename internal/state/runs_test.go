package state_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/state"
)

func TestNewRun(t *testing.T) {
	s := open(t)
	zone := time.FixedZone("", 3600)
	for _, want := range []string{"20261120T120000Z-3fa9c2e1", "20261120T120000Z-3fa9c2e1-2", "20261120T120000Z-3fa9c2e1-3"} {
		r, err := s.NewRun(digest, noon.In(zone))
		if err != nil || r.Name() != want {
			t.Fatalf("got %v, %v; want %s", r, err, want)
		}
		again, err := s.OpenRun(want)
		if err != nil || again.Dir() != r.Dir() {
			t.Errorf("got %v, %v; want the same run", again, err)
		}
	}
	for _, bad := range []string{"", "3fa9", "../../../../x", strings.ToUpper(digest)} {
		if _, err := s.NewRun(bad, noon); err == nil {
			t.Errorf("%q was taken as a digest", bad)
		}
	}
}

func TestOpenRun(t *testing.T) {
	s := open(t)
	r, err := s.NewRun(digest, noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.WriteUndo([]byte(`{"run":"` + r.Name() + `"}`)); err != nil {
		t.Fatal(err)
	}
	moved := filepath.Join(t.TempDir(), "artifact")
	if err := os.CopyFS(moved, os.DirFS(r.Dir())); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{r.Name(), r.Dir(), moved} {
		if got, err := s.OpenRun(path); err != nil || got.Name() != r.Name() {
			t.Errorf("%s: got %v, %v; want %s", path, got, err, r.Name())
		}
	}
	for _, path := range []string{"20261120T120000Z-00000000", moved + "/none"} {
		if _, err := s.OpenRun(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %v, want that there is none", path, err)
		}
	}
	write(t, filepath.Join(moved, "undo.json"), `{"run":"../x"}`)
	for _, path := range []string{"", ".", "..", "latest", "../" + r.Name() + "/x", moved, filepath.Join(moved, "undo.json")} {
		if got, err := s.OpenRun(path); err == nil {
			t.Errorf("%q: got %v, want an error", path, got)
		}
	}
}

func TestDocumentsOfARun(t *testing.T) {
	s := open(t)
	r, err := s.NewRun(digest, noon)
	if err != nil {
		t.Fatal(err)
	}
	for name, read := range map[string]func() ([]byte, error){"plan": r.ReadPlan, "undo": r.ReadUndo, "report": r.ReadReport, "journal": r.ReadJournal} {
		if _, err := read(); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %v, want that there is none", name, err)
		}
	}
	if err := errors.Join(r.WritePlan([]byte("p")), r.WriteUndo([]byte("u")), r.WriteReport([]byte("r")), r.KeepJournal(0)); err != nil {
		t.Fatal(err)
	}
	for want, read := range map[string]func() ([]byte, error){"p": r.ReadPlan, "u": r.ReadUndo, "r": r.ReadReport} {
		if got, err := read(); err != nil || string(got) != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
}

func TestRuns(t *testing.T) {
	s := open(t)
	make := func(hour int, planText, report string) *state.Run {
		r, err := s.NewRun(digest, noon.Add(time.Duration(hour)*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if planText != "" {
			write(t, filepath.Join(r.Dir(), "plan.json"), planText)
		}
		if report != "" {
			write(t, filepath.Join(r.Dir(), "report.json"), report)
		}
		return r
	}
	make(0, `{"id":"p0"}`, `{"summary":{"done":3,"failed":1}}`)
	make(1, `{"id":"p1"}`, `{"summary":{"done":3,"notReached":1}}`)
	make(2, `{"id":"p2"}`, "")
	make(3, `{`, "")
	make(4, "", "")
	lock, err := s.Lock(state.LockRecord{}, noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := lock.For(make(5, `{"id":"p5"}`, "").Name()); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(s.Path("runs"), "notes.txt"), "x")
	got, err := s.Runs()
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		plan  string
		state state.RunState
		fault bool
	}{
		{"p5", state.Running, false}, {"", state.Unsent, false}, {"", state.Interrupted, true},
		{"p2", state.Interrupted, false}, {"p1", state.Resumable, false}, {"p0", state.Finished, false},
	}
	if len(got) != len(want) {
		t.Fatalf("got %d runs, want %d", len(got), len(want))
	}
	for i, w := range want {
		if g := got[i]; g.Plan != w.plan || g.State != w.state || (g.Fault != "") != w.fault {
			t.Errorf("run %d: got %+v, want %+v", i, g, w)
		}
	}
	if got[5].Summary == nil || got[5].Summary.Failed != 1 {
		t.Errorf("got summary %+v, want that of the report", got[5].Summary)
	}
}

// A run of which nothing but doubt is left has nothing to resume.
func TestRunsInDoubt(t *testing.T) {
	for report, want := range map[string]state.RunState{
		`{"outcomes":[{"status":"unknown","evidence":"read-back"}],"summary":{"unknown":1}}`:                                         state.Finished,
		`{"outcomes":[{"status":"unknown","evidence":"read-back"},{"status":"not-reached"}],"summary":{"unknown":1,"notReached":1}}`: state.Resumable,
		`{"outcomes":[{"status":"unknown","evidence":""}],"summary":{"unknown":1}}`:                                                  state.Resumable,
		`{"outcomes":[{"status":"unconfirmed","evidence":"read-back"}],"summary":{"unknown":1}}`:                                     state.Resumable,
		`{"outcomes":[{"status":"done","evidence":"read-back"}],"summary":{"unknown":1}}`:                                            state.Resumable,
	} {
		s := open(t)
		r, err := s.NewRun(digest, noon)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(r.WritePlan([]byte(`{"id":"p"}`)), r.WriteReport([]byte(report))); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Runs(); err != nil || len(got) != 1 || got[0].State != want {
			t.Errorf("%s: got %v, %v; want %s", report, got, err, want)
		}
	}
}
