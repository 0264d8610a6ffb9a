package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// giveByHand is somebody else at work: a licence given beside reseat, and
// taken before if it is held.
func (s *sandbox) giveByHand(name, part string) {
	s.t.Helper()
	snap, _ := s.tenant()
	log := filepath.Join(s.dir, ".reseat", "simulator.jsonl")
	if err := os.MkdirAll(filepath.Dir(log), 0o700); err != nil {
		s.t.Fatal(err)
	}
	earlier, err := os.ReadFile(log)
	if err != nil && !os.IsNotExist(err) {
		s.t.Fatal(err)
	}
	f, err := os.OpenFile(log, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	base := exampleTenantOf(s.t, s.dir)
	sim, err := simulator.New(base, simulator.Options{Append: func(line []byte) error { _, err := f.Write(line); return err }})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := sim.Replay(bytes.NewReader(earlier)); err != nil {
		s.t.Fatal(err)
	}
	w, err := graph.NewWriter(graph.Config{Root: "https://graph.simulated.invalid", Transport: sim,
		Token: func(context.Context) (string, time.Time, error) {
			return sim.Token(base.Actor, time.Hour), time.Time{}, nil
		}})
	if err != nil {
		s.t.Fatal(err)
	}
	user, sku := userOf(s.t, snap, name), skuOf(s.t, snap, part)
	requests := []plan.Request{{User: user, Remove: []plan.SKU{sku}},
		{User: user, Add: []plan.License{{SKU: sku, Grant: plan.Grant{DisabledPlans: []plan.PlanID{}}}}}}
	if u, _ := snap.User(user); !holds(u, sku) {
		requests = requests[1:]
	}
	for _, r := range requests {
		answers, err := w.Assign(s.t.Context(), []plan.Request{r})
		if err != nil || answers[0].Status != 200 {
			s.t.Fatalf("got %v, %v", answers, err)
		}
	}
}

func holds(u *plan.User, sku plan.SKU) bool {
	return slices.ContainsFunc(u.Sources, func(x plan.Source) bool { return x.SKU == sku && x.Direct() })
}

func exampleTenantOf(t testing.TB, dir string) *plan.Snapshot {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "tenant.json"))
	if err != nil {
		t.Fatal(err)
	}
	base, err := plan.DecodeSnapshot(data)
	if err != nil {
		t.Fatal(err)
	}
	return base
}

func userOf(t testing.TB, s *plan.Snapshot, name string) plan.UserID {
	t.Helper()
	for _, u := range s.Users {
		if strings.HasPrefix(u.UserPrincipalName, name+"@") {
			return u.ID
		}
	}
	t.Fatalf("nobody is called %s", name)
	return ""
}

func skuOf(t testing.TB, s *plan.Snapshot, part string) plan.SKU {
	t.Helper()
	for _, p := range s.Products {
		if p.PartNumber == part {
			return p.SKU
		}
	}
	t.Fatalf("no product is called %s", part)
	return ""
}

// TestDrift: what somebody gives by hand after an apply is drift in the next
// plan, and the plan takes it back.
func TestDrift(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.must(0, "apply", s.dir, "--yes")
	s.giveByHand("eli.novak", "PROJECTPROFESSIONAL")
	p, err := plan.Decode([]byte(s.must(0, "plan", s.dir, "-o", "json")))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Drift) != 1 || p.Drift[0].What != "given" || p.Drift[0].Product.PartNumber != "PROJECTPROFESSIONAL" {
		t.Errorf("got drift %v", p.Drift)
	}
	due := p.Executable()
	if len(due) != 1 || due[0].Cause != plan.CauseDrift {
		t.Errorf("got %d changes, want the one seat, as drift", len(due))
	}
	if text := s.must(0, "plan", s.dir); !strings.Contains(text, "CHANGED OUTSIDE") || !strings.Contains(text, "eli.novak") {
		t.Errorf("the text does not tell:\n%s", text)
	}
	s.must(0, "apply", s.dir, "--yes")
	after, _ := s.tenant()
	eli, _ := after.User(userOf(t, after, "eli.novak"))
	if holds(eli, skuOf(t, after, "PROJECTPROFESSIONAL")) {
		t.Error("the seat is still there")
	}
}

// TestStaleChange: a seat that was taken and given anew after the plan was made
// is another seat, and is left alone.
func TestStaleChange(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	file := filepath.Join(s.dir, "plan.json")
	s.must(0, "plan", s.dir, "--out", file)
	s.giveByHand("eli.novak", "PROJECTPROFESSIONAL")
	out := s.must(exitPartly, "apply", file, s.dir)
	if !strings.Contains(out, "33 licences removed") || !strings.Contains(out, "eli.novak   PROJECTPROFESSIONAL") {
		t.Errorf("the report does not tell:\n%s", out)
	}
	after, _ := s.tenant()
	eli, _ := after.User(userOf(t, after, "eli.novak"))
	if !holds(eli, skuOf(t, after, "PROJECTPROFESSIONAL")) {
		t.Error("the seat that was given anew is gone")
	}
}
