package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/plan"
)

var fence = regexp.MustCompile("(?ms)^```(console|yaml|rego)\n(.*?)^```$")

// blocks are the fenced blocks of the README in one language.
func blocks(t testing.TB, language string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range fence.FindAllStringSubmatch(string(data), -1) {
		if m[1] == language {
			out = append(out, m[2])
		}
	}
	if len(out) == 0 {
		t.Fatalf("the README has no %s block", language)
	}
	return out
}

// A command is one line of a console block and the output that stands below it.
type command struct{ line, output string }

func commands(block string) []command {
	var out []command
	for line := range strings.Lines(block) {
		if rest, ok := strings.CutPrefix(line, "$ "); ok {
			out = append(out, command{line: strings.TrimSpace(rest)})
		} else if len(out) > 0 {
			out[len(out)-1].output += line
		}
	}
	return out
}

// TestReadme runs every command of the README in one folder, as a reader would,
// and compares what it prints with what stands there; `…` stands for any lines.
func TestReadme(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.cwd = t.TempDir()
	if err := copyExample(s.dir, filepath.Join(s.cwd, "examples", "contoso")); err != nil {
		t.Fatal(err)
	}
	s.readmeRules()
	ran := 0
	for _, block := range blocks(t, "console") {
		for _, c := range commands(block) {
			ran++
			code, got := s.readmeCommand(c.line)
			if code != 0 {
				t.Fatalf("%s: got exit code %d\n%s", c.line, code, got)
			}
			if c.output != "" && !likeOutput(got, c.output) {
				t.Errorf("%s prints\n%s\nthe README says\n%s", c.line, got, c.output)
			}
		}
	}
	if ran < 18 {
		t.Errorf("ran %d commands: the README has fewer than it should", ran)
	}
}

// readmeCommand does what a line of the README says.
func (s *sandbox) readmeCommand(line string) (int, string) {
	s.t.Helper()
	args := strings.Fields(line)
	switch {
	case line == "go test ./...":
		return 0, "" // it is running now
	case strings.HasPrefix(line, "go run ./cmd/reseat "):
		return s.reseat("", args[3:]...)
	case args[0] == "reseat" && args[1] == "sim" && args[len(args)-1] == "&":
		s.readmeSim(args[1 : len(args)-1])
		return 0, ""
	case args[0] == "reseat":
		return s.reseat("", args[1:]...)
	case len(args) > 2 && args[0] == readmeStage && args[1] == "reseat":
		if s.stage == "" {
			s.t.Fatalf("%s: the README has started no simulated tenant by then", line)
		}
		code, got := s.reseat("RESEAT_GRAPH_URL=http://"+s.stage, args[2:]...)
		return code, strings.ReplaceAll(got, s.stage, readmeAddress)
	case line == "kill %1":
		s.stage = ""
		return 0, ""
	}
	return s.readmeFiles(line, args)
}

// Where the README's simulated tenant listens; in the test it is a free port.
const (
	readmeAddress = "127.0.0.1:8080"
	readmeStage   = "RESEAT_GRAPH_URL=http://" + readmeAddress
)

// readmeSim starts a simulated tenant, on a free port in place of the README's.
func (s *sandbox) readmeSim(args []string) {
	s.t.Helper()
	i := slices.Index(args, readmeAddress)
	if i < 1 || args[i-1] != "--listen" {
		s.t.Fatalf("got reseat %v, want --listen %s in it", args, readmeAddress)
	}
	args = slices.Clone(args)
	args[i] = "127.0.0.1:0"
	cmd := exec.Command("reseat", args...)
	cmd.Dir, cmd.Stderr = s.cwd, os.Stderr
	cmd.Env = append(os.Environ(), s.env...)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if s.stage, err = addressOf(out); err != nil {
		s.t.Fatal(err)
	}
}

// readmeFiles does what a line of the README says to files.
func (s *sandbox) readmeFiles(line string, args []string) (int, string) {
	s.t.Helper()
	path := func(name string) string { return filepath.Join(s.cwd, filepath.FromSlash(name)) }
	var err error
	switch {
	case len(args) == 3 && args[0] == "rm" && args[1] == "-r":
		err = os.RemoveAll(path(args[2]))
	case len(args) == 4 && args[0] == "cp" && args[1] == "-R":
		err = copyExample(path(args[2]), path(args[3]))
	case args[0] == "sed":
		m := regexp.MustCompile(`^sed 's/([^/]+)/([^/]+)/' (\S+) > (\S+)$`).FindStringSubmatch(line)
		if m == nil {
			s.t.Fatalf("the test knows no such sed: %s", line)
		}
		var data []byte
		if data, err = os.ReadFile(path(m[3])); err == nil {
			if !strings.Contains(string(data), m[1]) {
				s.t.Errorf("%s: there is no %q in the file", line, m[1])
			}
			err = os.WriteFile(path(m[4]), []byte(strings.Replace(string(data), m[1], m[2], 1)), 0o600)
		}
	default:
		s.t.Fatalf("the README has a command that no test can run: %s", line)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return 0, ""
}

// likeOutput compares line by line; a line `…` stands for any number of lines.
func likeOutput(got, want string) bool {
	parts := strings.Split("\n"+want, "\n…\n")
	got = "\n" + got
	for i, part := range parts {
		at := strings.Index(got, part)
		if at < 0 || i == 0 && at > 0 && part != "" {
			return false
		}
		got = got[at+len(part):]
	}
	return true
}

// TestReadmeFolder reads the README's folder as reseat would.
func TestReadmeFolder(t *testing.T) {
	t.Parallel()
	for _, block := range blocks(t, "yaml") {
		dir := t.TempDir()
		for name, body := range map[string]string{"reseat.yaml": block, "tenant.json": "{}", "holds.csv": "userPrincipalName,asOf\n"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		d, faults, err := desired.Read(root.FS())
		if err != nil || len(faults) > 0 {
			t.Fatalf("got %v, %v", faults, err)
		}
		if faults := plan.Check(d, plan.DayOf(time.Now())); len(faults) > 0 {
			t.Errorf("got %v", faults)
		}
		if l := d.Settings.Limits; len(l.Raise) > 0 && (l.Removals != plan.DefaultRemovals || l.RemovalPercent != plan.DefaultRemovalPercent ||
			l.ProductPercent != plan.DefaultProductPercent || l.Small != plan.DefaultSmall || l.Assignments != plan.DefaultAssignments || d.Settings.ValidFor != plan.DefaultValidFor) {
			t.Errorf("the README shows the limits %+v, which are not those of a folder that says nothing", l)
		}
		if err := root.Close(); err != nil {
			t.Error(err)
		}
	}
}
