package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// sceneFolder takes, gives, swaps and adjusts, each of those whom the made-up
// tenant marks for it by their company.
const sceneFolder = `apiVersion: reseat/v1
kind: Tenant
name: fabrikam
tenant: {id: fabrikam.onmicrosoft.com}
manage: {products: [POWER_BI_PRO, Microsoft_365_Copilot, VISIOCLIENT, FLOW_FREE, SPE_E3, SPE_E5], assign: true}
limits: {removals: 500, removalPercent: 100, productPercent: 100, assignments: 500, raise: [{removals: 500, removalPercent: 100, until: 2027-01-31, reason: rehearsal}]}
---
apiVersion: reseat/v1
kind: Licenses
remove:
  - {name: back, who: [{companyName: "*take*"}], products: [POWER_BI_PRO, Microsoft_365_Copilot]}
products:
  SPE_E3: {replace: [{with: SPE_E5, who: [{companyName: "*swap*"}]}]}
rules:
  - {name: flow, match: {companyName: "*give*"}, add: [FLOW_FREE]}
  - {name: drawing, match: {companyName: "*adjust*"}, add: [{sku: VISIOCLIENT, disabledPlans: [VISIOONLINE]}]}
`

// sceneTenant is a made-up tenant of which sceneFolder wants something: of many
// people several things.
func sceneTenant(seed uint64, users int) *plan.Snapshot {
	s := farTenant(seed, users)
	r := rand.New(rand.NewPCG(seed, 0x7363656e65))
	sku := map[string]plan.SKU{}
	for i := range s.Products {
		p := &s.Products[i]
		sku[p.PartNumber] = p.SKU
		if standsBeside(p.PartNumber) || p.PartNumber == "SPE_E5" {
			p.Enabled += users
		}
	}
	admins := map[string]bool{}
	for _, a := range s.RoleAssignments {
		admins[a.Principal] = true
	}
	for i := range s.Users {
		u := &s.Users[i]
		u.CompanyName = ""
		if u.AccountEnabled != plan.Yes || u.UserType != "Member" || u.UsageLocation == "" || admins[string(u.ID)] || len(u.Unsourced) > 0 {
			continue
		}
		hold := func(name string) {
			if !slices.ContainsFunc(u.Sources, func(x plan.Source) bool { return x.SKU == sku[name] }) {
				u.Sources = append(u.Sources, plan.Source{SKU: sku[name], State: plan.Active, DisabledPlans: []plan.PlanID{}, UpdatedAt: s.ReadAt.Add(-time.Hour * time.Duration(24+r.IntN(9000))).Truncate(time.Second)})
			}
		}
		var marks []string
		if r.IntN(3) == 0 {
			marks = append(marks, "take")
			hold([]string{"POWER_BI_PRO", "Microsoft_365_Copilot"}[r.IntN(2)])
		}
		for _, mark := range []string{"give", "adjust", "swap"} {
			if r.IntN(6) == 0 {
				marks = append(marks, mark)
			}
		}
		if slices.Contains(marks, "adjust") && r.IntN(2) == 0 {
			hold("VISIOCLIENT")
		}
		u.CompanyName = strings.Join(marks, " ")
		plan.SortSources(u.Sources)
	}
	recount(s)
	return s
}

// A scene is a simulated tenant in a process of its own, a folder for it, and
// a clock that all processes share. What reseat does there, it does in
// processes that can be killed.
type scene struct {
	t     testing.TB
	dir   string
	url   string
	clock *quickened
	base  *plan.Snapshot
}

func newScene(t testing.TB, base *plan.Snapshot, speed float64, flags ...string) *scene {
	t.Helper()
	s := &scene{t: t, dir: t.TempDir(), clock: newQuickClock(proxyNow(), speed), base: base}
	data, err := plan.EncodeSnapshot(base)
	if err != nil {
		t.Fatal(err)
	}
	tenant := filepath.Join(t.TempDir(), "tenant.json")
	if err := errors.Join(os.WriteFile(tenant, data, 0o600), os.WriteFile(s.path("reseat.yaml"), []byte(sceneFolder), 0o600)); err != nil {
		t.Fatal(err)
	}
	s.url = simOf(t, s.clock.env(), append([]string{tenant, "--control"}, flags...)...)
	return s
}

func (s *scene) path(name string) string { return filepath.Join(s.dir, name) }

// runs is the folder of the runs.
func (s *scene) runs() string { return filepath.Join(s.dir, ".reseat", "rehearsal", "runs") }

// command is reseat in a process of its own, not started yet.
func (s *scene) command(env []string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	cmd := exec.Command("reseat", args...)
	cmd.Env = slices.Concat(os.Environ(), s.clock.env(), []string{"NO_COLOR=1", "LANG=C.UTF-8", "RESEAT_GRAPH_URL=" + s.url, "RESEAT_TEST_RUNS=" + s.runs()}, env)
	out := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, out
	return cmd, out
}

// reseat runs it and returns the exit code, which is -1 if it was killed.
func (s *scene) reseat(env []string, args ...string) (int, string) {
	s.t.Helper()
	cmd, out := s.command(env, args...)
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	_ = cmd.Wait()
	return cmd.ProcessState.ExitCode(), out.String()
}

func (s *scene) must(want int, args ...string) string {
	s.t.Helper()
	code, out := s.reseat(nil, args...)
	if code != want {
		s.t.Fatalf("reseat %s: got exit code %d, want %d\n%s", strings.Join(args, " "), code, want, out)
	}
	return out
}

// plan makes a plan and writes it to a file.
func (s *scene) plan(file string) *plan.Plan {
	s.t.Helper()
	s.must(0, "plan", s.dir, "--out", file)
	p, err := readPlan(file)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// now is the tenant as it is, whatever reads show.
func (s *scene) now() *plan.Snapshot {
	s.t.Helper()
	return stateOf(s.t, s.url)
}

// names are the runs, oldest first.
func (s *scene) names() []string {
	dirs, _ := filepath.Glob(filepath.Join(s.runs(), "*"))
	names := []string{}
	for _, d := range dirs {
		names = append(names, filepath.Base(d))
	}
	return names
}

// onlyRun is the one run that there is.
func (s *scene) onlyRun() string {
	s.t.Helper()
	names := s.names()
	if len(names) != 1 {
		s.t.Fatalf("got runs %v, want one", names)
	}
	return names[0]
}

// journal reads the journal of a run, which must be whole but for a torn end.
func (s *scene) journal(run string, p *plan.Plan) (entries []apply.Entry, torn bool) {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.runs(), run, "journal.jsonl"))
	if err != nil && !os.IsNotExist(err) {
		s.t.Fatal(err)
	}
	entries, whole, err := apply.DecodeJournal(p, data)
	if err != nil {
		s.t.Fatal(err)
	}
	return entries, whole < len(data)
}

// report reads the report of a run; nil if there is none.
func (s *scene) report(run string) *plan.Report {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.runs(), run, "report.json"))
	if os.IsNotExist(err) {
		return nil
	}
	var r plan.Report
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return &r
}

// control steers the tenant, and reads the answer into v if that is not nil.
func (s *scene) control(method, what string, body, v any) {
	s.t.Helper()
	var b bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&b).Encode(body); err != nil {
			s.t.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+"/simulator/"+what, &b)
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		var text bytes.Buffer
		_, _ = text.ReadFrom(resp.Body)
		s.t.Fatalf("%s %s: got %s %s", method, what, resp.Status, text.String())
	}
	if v != nil {
		if err := json.NewDecoder(resp.Body).Decode(v); err != nil {
			s.t.Fatal(err)
		}
	}
}

// trouble lets things go wrong at the tenant, as --fault says them.
func (s *scene) trouble(texts ...string) {
	s.t.Helper()
	rules := []simulator.FaultRule{}
	for _, text := range texts {
		f, err := simulator.ParseFault(text)
		if err != nil {
			s.t.Fatal(err)
		}
		rules = append(rules, f)
	}
	s.control(http.MethodPost, "faults", rules, nil)
}

func (s *scene) calm() { s.control(http.MethodDelete, "faults", nil, nil) }

// differs is what of p's people is not as p wants it, and of all others not as
// it was; empty if all is as it should be.
func differs(before, after *plan.Snapshot, p *plan.Plan) []string {
	planned := map[string]*plan.Change{}
	for _, c := range p.Executable() {
		planned[c.ID] = c
	}
	var all []string
	for i := range before.Users {
		was, is := directSeats(&before.Users[i]), directSeats(&after.Users[i])
		for sku := range merge(was, is) {
			id := string(before.Users[i].ID) + "/" + string(sku)
			want := was[sku]
			if c := planned[id]; c != nil {
				want = grantText(c.After)
			}
			if is[sku] != want {
				all = append(all, fmt.Sprintf("%s: got %q, want %q, it was %q", id, is[sku], want, was[sku]))
			}
		}
	}
	slices.Sort(all)
	return all
}
