package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// updateExamples writes the plans of the examples anew:
//
//	go test ./cmd/reseat -run '^TestExamples$' -examples.update
var updateExamples = flag.Bool("examples.update", false, "write examples/*/plan.txt anew")

// examples are the folders below examples that have a reseat.yaml, with
// slashes, as "merger/wingtip".
func examples(t *testing.T) []string {
	t.Helper()
	var all []string
	root := os.DirFS(filepath.Join("..", "..", "examples"))
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".reseat":
			return fs.SkipDir
		case path.Base(name) == "reseat.yaml":
			all = append(all, path.Dir(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 15 {
		t.Fatalf("got examples %v, want no fewer than there were", all)
	}
	return all
}

// readExample is a file below examples, in text.
func readExample(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "examples", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(data), "\r\n", "\n")
}

// A trial is an example in a folder of its own, from which it is called as a
// reader would, on a day.
type trial struct {
	t    *testing.T
	dir  string // as it is typed
	root string
	now  time.Time
}

func newTrial(t *testing.T, name string, now time.Time) *trial {
	t.Helper()
	x := &trial{t: t, dir: "examples/" + name, root: t.TempDir(), now: now}
	to := filepath.Join(x.root, "examples", filepath.FromSlash(name))
	if err := copyExample(filepath.Join("..", "..", "examples", filepath.FromSlash(name)), to); err != nil {
		t.Fatal(err)
	}
	return x
}

// run runs a command with the example as its folder, and wants it to succeed.
func (x *trial) run(args ...string) string {
	x.t.Helper()
	x.t.Chdir(x.root)
	var out, errs bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &out, err: &errs, version: "test",
		env: func(string) string { return "" }, terminal: func(any) (int, bool) { return 0, false },
		now:  func() time.Time { return x.now },
		wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }, interrupted: make(chan struct{})}
	args = slices.Insert(args, 1, x.dir)
	if code := a.run(x.t.Context(), args); code != exitOK {
		x.t.Fatalf("reseat %s: got exit code %d\n%s%s", strings.Join(args, " "), code, out.String(), errs.String())
	}
	return out.String()
}

func (x *trial) plan() *plan.Plan {
	x.t.Helper()
	p, err := plan.Decode([]byte(x.run("plan", "-o", "json")))
	if err != nil {
		x.t.Fatal(err)
	}
	return p
}

// rulesLine is the one line of a plan that changes with every rule.
var rulesLine = regexp.MustCompile(`(?m)^RULES .*(\n {9}[^ ].*)*$`)

// TestExamples runs every folder below examples: it validates, its plan is the
// one beside it, the apply does all that the plan may do, and what the next
// plan shows can never be done.
func TestExamples(t *testing.T) {
	where, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range examples(t) {
		t.Run(name, func(t *testing.T) {
			x := newTrial(t, name, time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC))
			x.run("validate")
			got := rulesLine.ReplaceAllString(x.run("plan"), "RULES    …")
			file := filepath.Join(where, "..", "..", "examples", filepath.FromSlash(name), "plan.txt")
			if *updateExamples {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("%v: look at the plan, then run this test with -examples.update", err)
			}
			if want := strings.ReplaceAll(string(want), "\r\n", "\n"); got != want {
				t.Errorf("the plan is another than plan.txt, %s\n%s", firstDifference(got, want), got)
			}
			x.settles()
		})
	}
}

// TestExamplesLater runs every example as somebody does who meets it years
// after its tenant was read: nothing in it may have run out.
func TestExamplesLater(t *testing.T) {
	for _, name := range examples(t) {
		t.Run(name, func(t *testing.T) {
			newTrial(t, name, time.Date(2031, 7, 1, 8, 0, 0, 0, time.UTC)).settles()
		})
	}
}

// settles applies the example. There must be something to apply, and nothing
// afterwards.
func (x *trial) settles() {
	x.t.Helper()
	if p := x.plan(); p.Summary.Changes == 0 {
		x.t.Errorf("the plan has nothing that may be applied: %+v", p.Summary)
	}
	x.run("apply", "--yes")
	if p := x.plan(); p.Summary.Changes != 0 {
		x.t.Errorf("the plan after the apply has %d changes, want none: %s", p.Summary.Changes, x.run("plan"))
	}
}

// examplePages are the folders of examples that have a page of their own: all
// but that of the generator.
func examplePages(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join("..", "..", "examples"))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		if e.IsDir() && e.Name() != "generate" {
			all = append(all, e.Name())
		}
	}
	return all
}

// TestExamplesPages holds the pages against the folders: each has one, the
// index links it, it names the commands, and what it quotes of files and plans
// stands there.
func TestExamplesPages(t *testing.T) {
	index := readExample(t, "README.md")
	for _, name := range examplePages(t) {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(index, "]("+name+")") {
				t.Errorf("examples/README.md has no link to %s", name)
			}
			page := readExample(t, name+"/README.md")
			if n := strings.Count(page, "\n"); n > 35 {
				t.Errorf("the page has %d lines, want it short", n)
			}
			var yaml, rego, plans string
			for _, x := range examples(t) {
				if x != name && !strings.HasPrefix(x, name+"/") {
					continue
				}
				if !strings.Contains(page, "reseat plan examples/"+x+"\n") {
					t.Errorf("the page has no line with reseat plan examples/%s", x)
				}
				plans += readExample(t, x+"/plan.txt")
				yaml += exampleFiles(t, x, ".yaml")
				rego += exampleFiles(t, x, ".rego")
			}
			if plans == "" {
				t.Fatal("there is no reseat.yaml in the folder or below it")
			}
			for _, m := range pageFence.FindAllStringSubmatch(page, -1) {
				switch where := map[string]string{"yaml": yaml, "rego": rego, "text": plans}[m[1]]; {
				case where == "":
					t.Errorf("the page has a block of %q, want yaml, rego or text", m[1])
				case !quotes(where, m[2]):
					t.Errorf("no file of the example has these lines:\n%s", m[2])
				}
			}
		})
	}
}

var pageFence = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

// exampleFiles are the files of an example that end so, one after the other.
func exampleFiles(t *testing.T, name, ext string) string {
	t.Helper()
	var text strings.Builder
	dir := filepath.Join("..", "..", "examples", filepath.FromSlash(name))
	err := fs.WalkDir(os.DirFS(dir), ".", func(file string, _ fs.DirEntry, err error) error {
		if err == nil && path.Ext(file) == ext {
			fmt.Fprint(&text, readExample(t, name+"/"+file))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// quotes reports whether the blocks of part, between lines `…`, stand in text,
// each in one piece.
func quotes(text, part string) bool {
	for block := range strings.SplitSeq("\n"+part, "\n…") {
		if !strings.Contains("\n"+text, strings.TrimSuffix(block, "\n")+"\n") {
			return false
		}
	}
	return true
}
