package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// asked starts the program and returns once it asked for the tenant's name.
func (s *sandbox) asked(args ...string) (*exec.Cmd, io.WriteCloser, *strings.Builder) {
	s.t.Helper()
	cmd := exec.Command("reseat", args...)
	cmd.Env = append(append(os.Environ(), s.env...), "RESEAT_TEST_TTY=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	errs, err := cmd.StderrPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	said := &strings.Builder{}
	r := bufio.NewReader(errs)
	for !strings.Contains(said.String(), "to apply this plan: ") {
		b, err := r.ReadByte()
		if err != nil {
			s.t.Fatalf("it ended before it asked: %s", said)
		}
		said.WriteByte(b)
	}
	go func() { _, _ = io.Copy(io.Discard, r) }()
	return cmd, in, said
}

// TestTwoAtOnce: who answers the question after somebody else applied the same
// sends nothing, and loses nothing of what the other did.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	cmd, in, _ := s.asked("apply", s.dir)
	s.must(0, "apply", s.dir, "--yes")
	_, writes := s.tenant()
	if _, err := io.WriteString(in, "contoso\n"); err != nil {
		t.Fatal(err)
	}
	err := cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitRefused {
		t.Errorf("got exit code %d (%v), want %d", code, err, exitRefused)
	}
	if _, after := s.tenant(); len(after) != len(writes) {
		t.Errorf("got %d writes, want the %d of the first", len(after), len(writes))
	}
}

// TestLocked: beside a run that is at work nothing is applied.
func TestLocked(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	if err := os.MkdirAll(filepath.Join(s.dir, ".reseat"), 0o700); err != nil {
		t.Fatal(err)
	}
	record := `{"id":"0123456789abcdef","operation":"apply","run":"","who":"dana","host":"elsewhere","pid":1,"version":"test","created":"2026-11-20T08:00:00Z"}`
	if err := os.WriteFile(filepath.Join(s.dir, ".reseat", "lock"), []byte(record), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := s.must(exitLocked, "apply", s.dir, "--yes"); !strings.Contains(out, "dana") || !strings.Contains(out, "elsewhere") {
		t.Errorf("it does not say who: %s", out)
	}
}

// TestReaderGone: an apply whose reader goes away finishes, and leaves
// everything behind that one should find.
func TestReaderGone(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("pipes break otherwise there")
	}
	s := newSandbox(t)
	cmd := exec.Command("reseat", "apply", s.dir, "--yes")
	cmd.Env = append(os.Environ(), s.env...)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = w
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Run(); err == nil {
		t.Error("got exit code 0 though nobody could read")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(s.dir, ".reseat", "lock")); !os.IsNotExist(err) {
		t.Errorf("the lock is still there: %v", err)
	}
	s.must(0, "apply", s.dir, "--yes")
}

// TestInterrupted: the first signal ends a run at the end of a batch; it can be
// taken up, and then all is as without it.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there is no signal to send")
	}
	s := newSandbox(t)
	if code, out := s.reseat("RESEAT_TEST_KILL=signal:2", "apply", s.dir, "--yes"); code != exitInterrupted || !strings.Contains(out, "INTERRUPTED") {
		t.Fatalf("got exit code %d, want %d\n%s", code, exitInterrupted, out)
	}
	run := s.onlyRun()
	s.must(0, "apply", "--resume", run, s.dir)
	journalHolds(t, s, run)
}

// TestResumeUnderGuard: a limit that was lowered stops a resume from sending
// more, and not from finding out what was sent.
func TestResumeUnderGuard(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	if code, _ := s.reseat("RESEAT_TEST_KILL=after:4", "apply", s.dir, "--yes"); code == 0 {
		t.Fatal("it was not killed")
	}
	run := s.onlyRun()
	s.edit("reseat.yaml", "removals: 60", "removals: 5")
	out := s.must(exitGuarded, "apply", "--resume", run, s.dir)
	if !strings.Contains(out, "R201") || !strings.Contains(out, "hint: ") {
		t.Errorf("it does not say why:\n%s", out)
	}
	s.must(0, "undo", run, s.dir, "--out", filepath.Join(s.dir, "undo.json"))
}

// TestJournalGone: a journal that lost lines is not "nothing was done".
func TestJournalGone(t *testing.T) {
	t.Parallel()
	for name, cut := range map[string]func([]byte) []byte{
		"gone": func([]byte) []byte { return nil },
		"tail": func(b []byte) []byte { return b[:strings.Index(string(b), "\n")+1] },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSandbox(t)
			s.must(0, "apply", s.dir, "--yes")
			run := s.onlyRun()
			file := filepath.Join(s.dir, ".reseat", "runs", run, "journal.jsonl")
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, cut(data), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"apply", "--resume", run, s.dir}, {"undo", run, s.dir, "--out", filepath.Join(s.dir, "u.json")}} {
				if out := s.must(exitError, args...); !strings.Contains(out, "lost lines") {
					t.Errorf("%v says\n%s", args, out)
				}
			}
		})
	}
}

// edit replaces text in a file of the folder.
func (s *sandbox) edit(name, from, to string) {
	s.t.Helper()
	file := filepath.Join(s.dir, name)
	data, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	if !strings.Contains(string(data), from) {
		s.t.Fatalf("%s has no %q", name, from)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(data), from, to, 1)), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// TestRunNames: the file of an undo plan names a run, never a place.
func TestRunNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"20261120T080000Z-826bba23": true, "20261120T080000Z-826bba23-2": true,
		"": false, ".": false, "..": false, "./evil/20261120T080000Z-826bba23": false, "/tmp/20261120T080000Z-826bba23": false,
		`evil\20261120T080000Z-826bba23`: false, "evil": false, "c:20261120T080000Z-826bba23": false,
	} {
		if got := isRunName(name); got != want {
			t.Errorf("%q: got %t, want %t", name, got, want)
		}
	}
}

// TestResumeThatFails: a run that was cut off and cannot be taken up stays in
// everybody's way, and is taken up once what was wrong is mended.
func TestResumeThatFails(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	if code, _ := s.reseat("RESEAT_TEST_KILL=after:5", "apply", s.dir, "--yes"); code == 0 {
		t.Fatal("it was not killed")
	}
	run := s.onlyRun()
	s.edit("products.yaml", "kind: Licenses", "kind: Licenses\nusers: {joana.eklund@contoso.com: {add: [NO_SUCH]}}")
	s.must(exitError, "apply", "--resume", run, s.dir)
	if out := s.must(exitLocked, "apply", s.dir, "--yes"); !strings.Contains(out, "--resume "+run) {
		t.Errorf("it does not say what to do:\n%s", out)
	}
	s.edit("products.yaml", "\nusers: {joana.eklund@contoso.com: {add: [NO_SUCH]}}", "")
	s.must(0, "apply", "--resume", run, s.dir)
	journalHolds(t, s, run)
}

// TestResumeOfFinished changes nothing, so that drift stays drift.
func TestResumeOfFinished(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.must(0, "apply", s.dir, "--yes")
	run := s.onlyRun()
	s.giveByHand("eli.novak", "PROJECTPROFESSIONAL")
	if out := s.must(0, "apply", "--resume", run, s.dir); !strings.Contains(out, "is finished") {
		t.Errorf("it does not say so:\n%s", out)
	}
	if out := s.must(0, "plan", s.dir); !strings.Contains(out, "CHANGED OUTSIDE") {
		t.Errorf("the drift is gone:\n%s", out)
	}
}

// TestLimitedAmongOthers: a limited plan is held against the same limits, so
// that what the whole folder would give somebody does not stop it.
func TestLimitedAmongOthers(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	snap := exampleTenantOf(t, s.dir)
	for i := range snap.Products {
		if snap.Products[i].PartNumber == "Microsoft_365_Copilot" {
			snap.Products[i].Enabled = snap.Products[i].Consumed
		}
	}
	data, err := plan.EncodeSnapshot(snap)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "tenant.json"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	s.edit("products.yaml", "kind: Licenses", "kind: Licenses\nusers: {joana.eklund@contoso.com: {add: [Microsoft_365_Copilot], remove: [VISIOCLIENT]}}")
	file := filepath.Join(s.dir, "limited.json")
	out := s.must(0, "plan", s.dir, "--user", "joana.eklund", "--out", file)
	if !strings.Contains(out, "1 missing") {
		t.Fatalf("the seat is not short:\n%s", out)
	}
	if !strings.Contains(out, "1 licence to remove") {
		t.Fatalf("the removal does not stand alone:\n%s", out)
	}
	s.must(0, "apply", file, s.dir)
}
