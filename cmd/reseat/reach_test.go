package main

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

// farFolder is a folder for which holders are enough.
const farFolder = `apiVersion: reseat/v1
kind: Tenant
name: fabrikam
tenant: {id: fabrikam.onmicrosoft.com}
manage: {products: [VISIOCLIENT]}
limits: {removals: 500, removalPercent: 100, productPercent: 100}
---
apiVersion: reseat/v1
kind: Licenses
remove:
  - {name: leavers, who: [{accountEnabled: "false"}], products: [VISIOCLIENT]}
`

func farTenant(seed uint64, users int) *plan.Snapshot {
	return simulator.Generate(simulator.GenerateOptions{Seed: seed, Users: users, Now: proxyNow()})
}

// TestReadsHoldersAlone: before the first apply and after it, a plan of a folder
// that is about holders does not read everyone.
func TestReadsHoldersAlone(t *testing.T) {
	t.Parallel()
	s := newStage(t, farTenant(3, 7_000), farFolder, simulator.Options{})
	p := s.plan(0)
	if whole, calls := s.since(); whole != 0 || p.Inputs.Snapshot.Of != 7_000 || p.Summary.Changes == 0 {
		t.Fatalf("got %d pages of everyone in %d calls, %+v, %d changes", whole, calls, p.Inputs.Snapshot, p.Summary.Changes)
	}
	s.run(0, "apply", s.dir, "--yes")
	if whole, calls := s.since(); whole != 0 {
		t.Errorf("apply: got %d pages of everyone in %d calls", whole, calls)
	}
	p = s.plan(0, "--detailed-exitcode")
	if whole, calls := s.since(); whole != 0 || len(p.Drift) != 0 || p.Summary.Verdict != plan.InSync && p.Summary.Changes != 0 {
		t.Errorf("after the apply: got %d pages of everyone in %d calls, %+v, drift %v", whole, calls, p.Summary, p.Drift)
	}
}

// leavers are who loses a product by farFolder, of whom the first hold nothing else.
func leavers(p *plan.Plan) []plan.UserID {
	var ids []plan.UserID
	for _, c := range p.Executable() {
		ids = append(ids, c.Request)
	}
	return ids
}

// TestPlanFileOfHolders: a plan is applied on the facts of holders: who holds
// nothing by now was done already and is not gone, who was deleted is gone.
func TestPlanFileOfHolders(t *testing.T) {
	t.Parallel()
	s := newStage(t, farTenant(3, 7_000), farFolder, simulator.Options{})
	p := s.plan(0, "--out", s.path("plan.json"))
	ids := leavers(p)
	if len(ids) < 5 {
		t.Fatalf("got %d changes: too few to see something", len(ids))
	}
	s.take(p.Executable()[0].SKU(), ids[0], ids[1])
	s.fire(ids[2])
	s.since()
	s.run(exitPartly, "apply", s.path("plan.json"), s.dir)
	if whole, calls := s.since(); whole != 0 {
		t.Errorf("got %d pages of everyone in %d calls", whole, calls)
	}
	var report plan.Report
	s.readJSON("runs/*/report.json", &report)
	classes := map[plan.UserID]plan.Class{}
	for _, o := range report.Outcomes {
		classes[o.User] = o.Class
	}
	if classes[ids[0]] != plan.Already || classes[ids[1]] != plan.Already || classes[ids[2]] != plan.Gone || report.Summary.Done != len(ids)-3 {
		t.Errorf("got %v, %+v", classes, report.Summary)
	}
	// Nobody's seat has drifted since: the baseline is of after the apply.
	if p := s.plan(0); len(p.Drift) != 0 || p.Summary.Changes != 0 {
		t.Errorf("got drift %v, %+v", p.Drift, p.Summary)
	}
	// What is taken by hand now is drift, of people who hold nothing as well.
	taken := false
	for _, u := range s.sim.Snapshot().Users {
		if len(u.Sources) == 1 && u.Sources[0].SKU == p.Executable()[0].SKU() && u.Sources[0].Direct() {
			s.take(u.Sources[0].SKU, u.ID)
			taken = true
			break
		}
	}
	if p := s.plan(0); taken != (len(p.Drift) == 1) || len(p.Drift) == 1 && p.Drift[0].What != "taken" {
		t.Errorf("got drift %v", p.Drift)
	}
	if whole, calls := s.since(); whole != 0 {
		t.Errorf("got %d pages of everyone in %d calls", whole, calls)
	}
}

// TestAllAlready: when everything was done by somebody else, an apply of holders ends well.
func TestAllAlready(t *testing.T) {
	t.Parallel()
	s := newStage(t, farTenant(3, 7_000), farFolder, simulator.Options{})
	p := s.plan(0, "--out", s.path("plan.json"))
	s.take(p.Executable()[0].SKU(), leavers(p)...)
	s.since()
	out, _ := s.run(0, "apply", s.path("plan.json"), s.dir)
	if whole, _ := s.since(); whole != 0 || strings.Contains(out, "gone") {
		t.Errorf("got %d pages of everyone\n%s", whole, out)
	}
}

// TestLimitedPlanOfHolders: a limited plan is made and applied on holders, and
// undone on everyone.
func TestLimitedPlanOfHolders(t *testing.T) {
	t.Parallel()
	s := newStage(t, farTenant(3, 7_000), strings.ReplaceAll(farFolder, "VISIOCLIENT", "POWER_BI_PRO"), simulator.Options{})
	ids := leavers(s.plan(0))
	p := s.plan(0, "--user", string(ids[0]), "--user", strings.ToUpper(string(ids[1])), "--out", s.path("plan.json"))
	if p.Mode != plan.ModeLimited || len(p.Executable()) != 2 || p.Inputs.Snapshot.Of == 0 {
		t.Fatalf("got %s, %d changes, %+v", p.Mode, len(p.Executable()), p.Inputs.Snapshot)
	}
	before := s.sim.Snapshot()
	s.run(0, "apply", s.path("plan.json"), s.dir)
	if whole, _ := s.since(); whole != 0 || len(s.writes) != 2 {
		t.Errorf("got %d pages of everyone, %d writes", whole, len(s.writes))
	}
	var report plan.Report
	s.readJSON("runs/*/report.json", &report)
	s.run(0, "undo", report.Run, s.dir, "--out", s.path("undo.json"))
	s.run(0, "apply", s.path("undo.json"), s.dir)
	if got, want := seats(s.sim.Snapshot()), seats(before); got != want {
		t.Errorf("after the undo: %s", firstDifference(got, want))
	}
	// Somebody who is nobody among holders is looked for among all, and not there.
	s.run(exitError, "plan", s.dir, "--user", "nobody@fabrikam.example")
}

// TestEveryoneAfterAll: where holders turn out not to do, the plan, its apply and
// the baseline are those of everyone, with their exit codes.
func TestEveryoneAfterAll(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"a selector that is nobody's": "protect: {match: [{userPrincipalName: \"bg-*@*\"}]}\nmanage:",
		"a name that is nobody's":     "protect: {users: [nobody@fabrikam.example]}\nmanage:",
		"a limit":                     "limits: {removals: 500, removalPercent: 0, productPercent: 0, small: 0}\nmanage:",
	} {
		t.Run(name, func(t *testing.T) {
			folder := strings.Replace(farFolder, "manage:", change, 1)
			want := 0
			if strings.HasPrefix(change, "limits") {
				folder = strings.Replace(folder, "limits: {removals: 500, removalPercent: 100, productPercent: 100}\n", "", 1)
			}
			if !strings.Contains(change, "match") {
				want = exitGuarded
			}
			s := newStage(t, farTenant(3, 7_000), folder, simulator.Options{})
			p := s.plan(want, "--out", s.path("plan.json"))
			if whole, _ := s.since(); whole == 0 || p.Inputs.Snapshot.Of != 0 || p.Inputs.Snapshot.Users != 7_000 {
				t.Errorf("got %d pages of everyone, %+v", whole, p.Inputs.Snapshot)
			}
			s.run(want, "apply", s.path("plan.json"), s.dir)
			if want == 0 {
				if p := s.plan(0); len(p.Drift) != 0 || p.Summary.Changes != 0 {
					t.Errorf("got drift %v, %+v", p.Drift, p.Summary)
				}
			} else if len(s.writes) != 0 {
				t.Errorf("got %d writes of a plan that may not be applied", len(s.writes))
			}
		})
	}
}

// TestBaselineOfHolders: what an apply writes down is the same, whether it read
// holders or everyone.
func TestBaselineOfHolders(t *testing.T) {
	t.Parallel()
	var baselines []string
	for _, everyone := range []bool{false, true} {
		s := newStage(t, farTenant(5, 7_000), farFolder, simulator.Options{})
		var out bytes.Buffer
		a := s.app(&out, &out)
		a.log = hclog.NewNullLogger()
		c, err := a.open(t.Context(), s.dir)
		if err != nil {
			t.Fatal(err)
		}
		c.everyone = everyone
		if err := c.locked("apply", "", func(l *state.Lock) error { return c.applyUnasked(t.Context(), nil, l) }); err != nil {
			t.Fatalf("got %v\n%s", err, out.String())
		}
		if whole, _ := s.since(); everyone != (whole > 0) {
			t.Errorf("got %d pages of everyone", whole)
		}
		baselines = append(baselines, s.readText("baseline.json"))
	}
	at := regexp.MustCompile(`"readAt": ?"[^"]*"`)
	if a, b := at.ReplaceAllString(baselines[0], ""), at.ReplaceAllString(baselines[1], ""); a != b || len(a) < 1000 {
		t.Errorf("the baselines differ: %s", firstDifference(a, b))
	}
}

// TestResumeOfHolders: a run that was interrupted is taken up on the facts of
// holders: who was done holds nothing, and is done.
func TestResumeOfHolders(t *testing.T) {
	t.Parallel()
	s := newStage(t, farTenant(3, 12_000), strings.ReplaceAll(farFolder, "VISIOCLIENT", "POWER_BI_PRO"), simulator.Options{})
	p := s.plan(0, "--out", s.path("plan.json"))
	if len(p.Order) < 41 {
		t.Fatalf("got %d requests: not three batches", len(p.Order))
	}
	var out bytes.Buffer
	a := s.app(&out, &out)
	a.journal = func(appendLines func([]byte) error) func([]byte) error {
		n := 0
		return func(lines []byte) error {
			if n++; n == 3 {
				close(a.interrupted)
			}
			return appendLines(lines)
		}
	}
	if code := a.run(t.Context(), []string{"apply", s.path("plan.json"), s.dir}); code != exitInterrupted {
		t.Fatalf("got exit code %d\n%s", code, out.String())
	}
	done := len(s.writes)
	s.since()
	runs, err := os.ReadDir(s.path(".reseat/rehearsal/runs"))
	if err != nil || len(runs) != 1 || done == 0 || done == len(p.Order) {
		t.Fatalf("got %d writes of %d, %v %v", done, len(p.Order), runs, err)
	}
	s.run(0, "apply", "--resume", runs[0].Name(), s.dir)
	if whole, _ := s.since(); whole != 0 {
		t.Errorf("got %d pages of everyone", whole)
	}
	slices.Sort(s.writes)
	if n := len(slices.Compact(slices.Clone(s.writes))); n != len(p.Order) || n != len(s.writes) {
		t.Errorf("got %d writes to %d people, want one to each of %d", len(s.writes), n, len(p.Order))
	}
	var report plan.Report
	s.readJSON("runs/*/report.json", &report)
	if report.Summary.Done != len(p.Order) {
		t.Errorf("got %+v", report.Summary)
	}
	if p := s.plan(0); len(p.Drift) != 0 || p.Summary.Changes != 0 {
		t.Errorf("got drift %v, %+v", p.Drift, p.Summary)
	}
}
