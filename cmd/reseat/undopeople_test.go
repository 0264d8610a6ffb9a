package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/plan"
)

// become lets the simulated tenant go on as something else has left it.
func (s *sandbox) become(change func(*plan.Snapshot)) {
	s.t.Helper()
	snap, _ := s.tenant()
	change(snap)
	data, err := plan.EncodeSnapshot(snap)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "tenant.json"), data, 0o600); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(s.dir, ".reseat", "simulator.jsonl")); err != nil && !os.IsNotExist(err) {
		s.t.Fatal(err)
	}
}

// rename gives people of a snapshot other names.
func rename(names map[string]string) func(*plan.Snapshot) {
	return func(snap *plan.Snapshot) {
		for i := range snap.Users {
			if to, ok := names[snap.Users[i].UserPrincipalName]; ok {
				snap.Users[i].UserPrincipalName = to
			}
		}
	}
}

// takenOf are who loses something by the next plan, by name, and of whom it is denied.
func (s *sandbox) takenOf() (taken, denied []string) {
	s.t.Helper()
	p, err := plan.Decode([]byte(s.must(0, "plan", s.dir, "-o", "json")))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range p.Changes {
		switch {
		case c.Takes() && c.Verdict.Executable():
			taken = append(taken, c.User.UserPrincipalName)
		case slices.ContainsFunc(c.Decisions, func(d plan.Decision) bool { return d.Code == "R114" }):
			denied = append(denied, c.User.UserPrincipalName)
		}
	}
	return taken, denied
}

// TestUndoOfOddNames: whom no selector can mean, and who is called something else
// later, keeps what an undo gave back all the same; a name does no harm where it
// is shown or written.
func TestUndoOfOddNames(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.must(0, "apply", s.dir, "--yes")
	const star, bidi, quoted = "dee*pa@contoso.com", "hugo\u202e@contoso.com", `o'br"ien #1: {x}@contoso.com`
	s.become(rename(map[string]string{"deepa.joshi@contoso.com": star, "hugo.marin@contoso.com": bidi, "anders.falk@contoso.com": quoted}))
	undo := filepath.Join(s.dir, "undo.json")
	code, out := s.reseat("", "undo", s.onlyRun(), s.dir, "--out", undo)
	if code != 0 || !strings.Contains(out, "no keep can be written for dee*pa@contoso.com, hugo") || strings.Contains(out, "\u202e") {
		t.Fatalf("got exit code %d, want a note of two people without a bidi mark\n%s", code, out)
	}
	if !strings.Contains(out, "takes from 5 people what the run gave, and the folder still wants it") {
		t.Errorf("what is given again is not said:\n%s", out)
	}
	s.must(0, "fmt", s.dir, "--check")
	s.must(0, "validate", s.dir)
	s.must(0, "apply", undo, s.dir)
	taken, denied := s.takenOf()
	slices.Sort(denied)
	if len(taken) > 0 || !slices.Equal(slices.Compact(denied), []string{star, bidi}) {
		t.Errorf("got %q taken and %q denied, want nobody, and the two without a keep", taken, denied)
	}
	s.become(rename(map[string]string{"amelia.hart@contoso.com": "amelia.falk@contoso.com", quoted: "anders@contoso.com"}))
	taken, denied = s.takenOf()
	if len(taken) > 0 || !slices.Contains(denied, "amelia.falk@contoso.com") || !slices.Contains(denied, "anders@contoso.com") {
		t.Errorf("with other names: got %q taken and %q denied", taken, denied)
	}
}

// TestUndoSaysWhatIsShort: who reads an undo plan to its end knows that not
// everybody gets everything back; who lacks one seat gets the others.
func TestUndoSaysWhatIsShort(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.must(0, "apply", s.dir, "--yes")
	run := s.onlyRun()
	s.become(func(snap *plan.Snapshot) {
		for i := range snap.Products {
			if x := &snap.Products[i]; x.PartNumber == "VISIOCLIENT" {
				x.Enabled, x.Warning = x.Consumed-3, 0 // what is freed is not enough for anybody
			}
		}
		snap.Products = slices.DeleteFunc(snap.Products, func(x plan.Product) bool { return x.PartNumber == "PROJECTPROFESSIONAL" })
		for i := range snap.Users {
			u := &snap.Users[i]
			u.Sources = slices.DeleteFunc(u.Sources, func(x plan.Source) bool { return x.SKU == "53818b1b-4a27-454b-8896-0dba576410e6" })
		}
	})
	undo := filepath.Join(s.dir, "undo.json")
	code, out := s.reseat("", "undo", run, s.dir, "--out", undo, "--keep", "none")
	_, end, _ := strings.Cut(out, "BEFORE YOU APPROVE")
	for _, want := range []string{"Free seats are short: not everybody", "The tenant no longer has a product"} {
		if code != 0 || !strings.Contains(end, want) {
			t.Errorf("got exit code %d, want %q said\n%s", code, want, end)
		}
	}
	if code, out = s.reseat("", "apply", undo, s.dir); code != exitPartly {
		t.Fatalf("got exit code %d, want %d\n%s", code, exitPartly, out)
	}
	snap, _ := s.tenant()
	for i := range snap.Users {
		u := &snap.Users[i]
		for _, name := range []string{"georg.maier@contoso.com", "amelia.hart@contoso.com"} { // one of two products can be given
			if u.UserPrincipalName == name && len(directSeats(u)) == 0 {
				t.Errorf("%s got nothing back\n%s", name, out)
			}
		}
	}
}
