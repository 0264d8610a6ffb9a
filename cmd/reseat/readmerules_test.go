package main

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// updateReadme writes the README's table of rules anew:
//
//	go test ./cmd/reseat -run '^TestReadmeRules$' -readme.update
var updateReadme = flag.Bool("readme.update", false, "write the README's table of rules anew")

var rulesTable = regexp.MustCompile(`(?m)^\| code \| rule \| level \| waiver \| says \|\n(\|.*\n)+`)

// TestReadmeRules holds the README's table against the rules in force.
func TestReadmeRules(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "README.md")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	e, err := policies.New(t.Context(), policies.Config{})
	if err != nil {
		t.Fatal(err)
	}
	want := render.RulingsTable(rulings(e, nil, plan.Day("2026-11-20")))
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	if *updateReadme {
		if err := os.WriteFile(file, []byte(rulesTable.ReplaceAllLiteralString(text, want)), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got := rulesTable.FindString(text); got != want {
		t.Errorf("the README's table of rules is old (-readme.update writes it anew): got\n%s\nwant\n%s", got, want)
	}
}

// readmeRules writes the README's rules where the first line of each says.
func (s *sandbox) readmeRules() {
	s.t.Helper()
	for _, text := range blocks(s.t, "rego") {
		first, rest, _ := strings.Cut(text, "\n")
		name, ok := strings.CutPrefix(first, "# ")
		if !ok || !strings.HasSuffix(name, ".rego") {
			s.t.Fatalf("the README's rule begins with %q, want the name of its file", first)
		}
		file := filepath.Join(s.cwd, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(rest), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
}
