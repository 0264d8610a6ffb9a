package main

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// TestCommitted holds the committed files against the generator, byte for
// byte, and finds no tenant that it does not make.
func TestCommitted(t *testing.T) {
	made := t.TempDir()
	for _, c := range companies() {
		if err := os.MkdirAll(filepath.Join(made, filepath.FromSlash(c.folder)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := run(made); err != nil {
		t.Fatal(err)
	}
	compared := 0
	err := fs.WalkDir(os.DirFS(".."), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name == "contoso" || d.Name() == ".reseat"):
			return fs.SkipDir
		case path.Ext(name) != ".json" && path.Ext(name) != ".csv" || d.Name() == "plan.json":
			return nil
		}
		compared++
		got, err := os.ReadFile(filepath.Join(made, filepath.FromSlash(name)))
		if err != nil {
			t.Errorf("%s: nobody makes it", name)
			return nil
		}
		want, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(name)))
		if err == nil && !bytes.Equal(got, want) {
			t.Errorf("%s is not what the generator makes: go run ./examples/generate", name)
		}
		if most := 50_000; len(got) > most {
			t.Errorf("%s has %d bytes, want at most %d", name, len(got), most)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if compared <= len(companies()) { // and the personnel file
		t.Errorf("compared %d files of %d companies", compared, len(companies()))
	}
}

// TestApart makes one company twice, and each without the others.
func TestApart(t *testing.T) {
	all := companies()
	for i, c := range all {
		got, err := c.files()
		if err != nil {
			t.Fatal(err)
		}
		want, err := companies()[i].files()
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: made twice it is not the same", c.folder)
		}
		people := slices.Clone(c.people)
		c.people = append(people, team("", "", "", "Somebody New")...)
		more := c.snapshot()
		if n := len(more.Users) - len(all[i].snapshot().Users); n != 1 {
			t.Errorf("%s: one person more makes %d users more", c.folder, n)
		}
		more.Users = slices.DeleteFunc(more.Users, func(u plan.User) bool { return u.DisplayName == "Somebody New" })
		if !reflect.DeepEqual(more.Users, all[i].snapshot().Users) {
			t.Errorf("%s: a new person changes others", c.folder)
		}
	}
}

// TestLaws holds every tenant against what a directory keeps.
func TestLaws(t *testing.T) {
	for _, c := range companies() {
		t.Run(c.folder, func(t *testing.T) {
			files, err := c.files()
			if err != nil {
				t.Fatal(err)
			}
			s, err := plan.DecodeSnapshot(files[c.folder+"/tenant.json"])
			if err != nil {
				t.Fatal(err)
			}
			if n := len(s.Users); n < 10 || n > 45 {
				t.Errorf("got %d people, want a small company", n)
			}
			people(t, c, s)
			seats(t, s)
			for _, a := range s.RoleAssignments {
				if !slices.ContainsFunc(s.Users, func(u plan.User) bool { return string(u.ID) == a.Principal }) {
					t.Errorf("a role is held by %s, who is nobody", a.Principal)
				}
			}
		})
	}
}

// people looks at names: each is somebody's once, of the domain, and plain.
func people(t *testing.T, c company, s *plan.Snapshot) {
	t.Helper()
	seen := map[string]bool{}
	for _, u := range s.Users {
		name := u.UserPrincipalName
		local, ok := strings.CutSuffix(name, "@"+c.domain)
		if !ok || strings.Trim(local, "abcdefghijklmnopqrstuvwxyz0123456789.") != "" {
			t.Errorf("%s is no plain name of %s", name, c.domain)
		}
		if seen[name] || seen[u.DisplayName] {
			t.Errorf("%s (%s) is there twice", name, u.DisplayName)
		}
		seen[name], seen[u.DisplayName] = true, true
		if u.SignIn != nil && (u.SignIn.Interactive.Before(u.CreatedAt) || u.SignIn.Successful.After(s.ReadAt)) {
			t.Errorf("%s signed in at %s, before the account was made or after the tenant was read", name, u.SignIn.Interactive)
		}
	}
}

// seats counts those in use against those bought.
func seats(t *testing.T, s *plan.Snapshot) {
	t.Helper()
	used := map[plan.SKU]int{}
	for _, u := range s.Users {
		held := map[plan.SKU]bool{}
		for _, x := range u.Sources {
			held[x.SKU] = held[x.SKU] || x.Held()
		}
		for sku, yes := range held {
			if yes {
				used[sku]++
			}
		}
	}
	for _, p := range s.Products {
		if p.Consumed != used[p.SKU] || p.Enabled < p.Consumed {
			t.Errorf("%s: got %d in use of %d bought, want %d, one for each holder", p.PartNumber, p.Consumed, p.Enabled, used[p.SKU])
		}
		delete(used, p.SKU)
	}
	if len(used) > 0 {
		t.Errorf("somebody holds %v, which nobody bought", used)
	}
}
