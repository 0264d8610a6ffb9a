package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// importInto imports a tenant into a folder that is not there yet.
func importInto(t testing.TB, s *stage, style string) string {
	t.Helper()
	dir := filepath.Join(s.dir, style)
	s.run(exitOK, "import", dir, "--tenant", "fabrikam.onmicrosoft.com", "--style", style)
	return dir
}

// TestImportInSync: over Graph's own protocol and with all rules, a plan right
// after an import has nothing to do, and an update nothing to write. Set
// RESEAT_IMPORTS for more tenants than a few.
func TestImportInSync(t *testing.T) {
	t.Parallel()
	tenants := 3
	if n, err := strconv.Atoi(os.Getenv("RESEAT_IMPORTS")); err == nil {
		tenants = n
	}
	for seed := range tenants {
		s := newStage(t, simulator.Generate(simulator.GenerateOptions{Users: 20 + seed*53%180, Seed: uint64(seed), Now: proxyNow()}), "", simulator.Options{})
		for _, style := range []string{"start", "people"} {
			dir := importInto(t, s, style)
			out, _ := s.run(exitOK, "plan", dir, "-o", "json", "--detailed-exitcode")
			p, err := plan.Decode([]byte(out))
			if err != nil {
				t.Fatal(err)
			}
			if p.Summary.Verdict != plan.InSync || len(p.Changes)+len(p.Missing)+len(p.NotEvaluated) > 0 {
				t.Errorf("seed %d, %s: got %+v, want all in sync", seed, style, p.Summary)
			}
		}
		people := filepath.Join(s.dir, "people")
		before := treeOf(t, people)
		s.run(exitOK, "import", people, "--style", "people", "--update")
		if after := treeOf(t, people); after != before {
			t.Errorf("seed %d: an update right after changes\n%s\nto\n%s", seed, before, after)
		}
	}
}

// treeOf is every file of a folder with its bytes, but for those of its state.
func treeOf(t testing.TB, dir string) string {
	t.Helper()
	var b bytes.Buffer
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".reseat":
			return filepath.SkipDir
		case d.IsDir():
			return nil
		}
		data, err := os.ReadFile(path)
		b.WriteString(path + "\n" + string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestPlacing: files come all or not at all, and nothing is left behind.
func TestPlacing(t *testing.T) {
	t.Parallel()
	texts := []desired.Text{{Path: "a.yaml", Data: []byte("a")}, {Path: "people/b.yaml", Data: []byte("b")}}
	tests := []struct {
		name  string
		there map[string]string
		over  map[string][]byte
		fails bool
		want  map[string]string
	}{
		{"new", nil, nil, false, map[string]string{"a.yaml": "a", "people/b.yaml": "b"}},
		{"replaced", map[string]string{"a.yaml": "old"}, map[string][]byte{"a.yaml": []byte("old")}, false, map[string]string{"a.yaml": "a", "people/b.yaml": "b"}},
		{"one is there", map[string]string{"people/b.yaml": "mine"}, nil, true, map[string]string{"people/b.yaml": "mine"}},
		{"changed meanwhile", map[string]string{"a.yaml": "mine"}, map[string][]byte{"a.yaml": []byte("old")}, true, map[string]string{"a.yaml": "mine"}},
		{"gone meanwhile", nil, map[string][]byte{"a.yaml": []byte("old")}, true, map[string]string{}},
		{"no folder", map[string]string{"people": "a file"}, nil, true, map[string]string{"people": "a file"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range tt.there {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			root, err := os.OpenRoot(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer root.Close()
			if err := place(root, texts, tt.over); (err != nil) != tt.fails {
				t.Errorf("got %v, want an error: %t", err, tt.fails)
			}
			got := map[string]string{}
			err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				rel, _ := filepath.Rel(dir, path)
				data, err := os.ReadFile(path)
				got[filepath.ToSlash(rel)] = string(data)
				return err
			})
			if err != nil || len(got) != len(tt.want) {
				t.Errorf("got %v, %v, want %v", got, err, tt.want)
			}
			for name, text := range tt.want {
				if got[name] != text {
					t.Errorf("got %q in %s, want %q", got[name], name, text)
				}
			}
		})
	}
}

// TestPlacingReadOnly: a file that its owner made read-only is not replaced.
func TestPlacingReadOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "a.yaml")
	if err := os.WriteFile(name, []byte("old"), 0o444); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	err = place(root, []desired.Text{{Path: "a.yaml", Data: []byte("new")}}, map[string][]byte{"a.yaml": []byte("old")})
	if data, _ := os.ReadFile(name); err == nil || string(data) != "old" {
		t.Errorf("got %v and %q, want it left alone", err, data)
	}
}

// TestOverLock: a people.lock that is another than the one that was read is not
// written over.
func TestOverLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const pin = "11111111-1111-4111-8111-111111111111 al@contoso.com\n"
	put("reseat.yaml", "apiVersion: reseat/v1\nkind: Tenant\nname: contoso\ntenant: {id: contoso.com}\n")
	put(lockFile, pin)
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	d, faults, err := desired.Read(root.FS())
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	over := map[string][]byte{}
	if err := overLock(root, d, over); err != nil || string(over[lockFile]) != pin {
		t.Errorf("got %v and %q, want what was read", err, over)
	}
	put(lockFile, pin+"# CHG-1\n")
	if err := overLock(root, d, over); !errors.Is(err, errMeanwhile) {
		t.Errorf("got %v, want that it was changed", err)
	}
	d.Locked, over = false, map[string][]byte{}
	if err := overLock(root, d, over); err != nil || len(over) > 0 {
		t.Errorf("got %v and %q, want nothing to replace", err, over)
	}
}

// BenchmarkImport20k is an import of 20,000 people, with everything a command does.
func BenchmarkImport20k(b *testing.B) {
	for _, style := range []string{"start", "people"} {
		b.Run(style, func(b *testing.B) {
			s := newStage(b, simulator.Generate(simulator.GenerateOptions{Users: 20_000, Now: proxyNow()}), "", simulator.Options{})
			for b.Loop() {
				dir := b.TempDir()
				var out, errs bytes.Buffer
				if code := s.app(&out, &errs).run(context.Background(), []string{"import", dir, "--tenant", "fabrikam.onmicrosoft.com", "--style", style}); code != exitOK {
					b.Fatalf("got exit code %d\n%s", code, errs.String())
				}
			}
		})
	}
}
