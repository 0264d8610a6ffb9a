package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// A way is one in which tools like this one have let through what they were there
// to stop.
type way struct {
	name string
	test func(t *testing.T) // here, by the product's own paths
	also []string           // other tests that hold it, as "directory TestName"
}

func waysOpen() []way {
	return []way{
		{"1 a safety flag that cannot be honoured is accepted", idleFlags, nil},
		{"2 a guard counts other changes than those that are carried out", sameSet, []string{". TestLimitsOfWhatIsSent", "../../plan TestFiguresOfWhatIsReady"}},
		{"3 a part of nothing passes every comparison", partOfNothing, []string{"../../policies TestGuards"}},
		{"4 no rules at all pass everything", allRules, []string{"../../policies TestRefused", "../../policies TestRules", "../../policies TestEngineFails"}},
		{"5 a result of unknown type, or a rule that fails, is no finding", nil,
			[]string{"../../policies TestJunk", "../../policies TestJunkBesideFindings", "../../policies TestGuardFails", "../../policies TestTimeLimit"}},
		{"6 a limit is accepted and not looked at", idleLimits, []string{"../../internal/desired TestFaultyFolders"}},
		{"7 a missing permission makes the tenant small", partialReads, []string{"../../internal/graph TestNeededReads"}},
		{"8 checks that fail are taken for the last good one", staleBaseline, nil},
		{"9 a plan is applied again and again", usedPlan, []string{". TestTwoAtOnce"}},
		{"10 a comparison the wrong way round", nil, []string{". TestLimits", ". TestRaiseEnds", ". TestLastDay", "../../policies TestGuards", "../../policies TestMutants"}},
		{"11 what only reads is believed to, and can write", readersCannotWrite, []string{". TestHands"}},
		{"12 whatever file lies there is applied", approvedDigest, nil},
	}
}

// TestWaysOpen holds each of twelve ways in which a check can stand open, and that
// the tests that the list names beside its own are there.
func TestWaysOpen(t *testing.T) {
	t.Parallel()
	if n := len(waysOpen()); n != 12 {
		t.Errorf("got %d ways, want 12", n)
	}
	for _, w := range waysOpen() {
		t.Run(w.name, func(t *testing.T) {
			for _, also := range w.also {
				dir, name, _ := strings.Cut(also, " ")
				if !hasTest(t, dir, name) {
					t.Errorf("%s has no %s", dir, name)
				}
			}
			switch {
			case w.test != nil:
				w.test(t)
			case len(w.also) == 0:
				t.Error("nothing holds it")
			}
		})
	}
}

// hasTest reports whether a directory's tests have one of that name.
func hasTest(t *testing.T, dir, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if regexp.MustCompile(`(?m)^func ` + name + `\(t \*testing\.T\)`).Match(text) {
			return true
		}
	}
	return false
}

// small is a folder by which five people of a hundred lose Visio.
func small(t *testing.T) *hall {
	t.Helper()
	return newHall(t, moved(crowdOf(100, hallVisio, hallPower), "Gone", 5), "", takeVisio)
}

func idleFlags(t *testing.T) {
	h := small(t)
	file := h.path("plan.json")
	h.run(0, "plan", h.dir, "--out", file)
	for _, args := range [][]string{
		{"apply", file, h.dir, "--expect-changes", ""},
		{"apply", file, h.dir, "--expect-changes", "sha256:"},
		{"apply", file, h.dir, "--expect-changes", h.plan(0).Digests.Changes[:63]},
		{"apply", file, h.dir, "--expect-changes"},
		{"apply", h.dir, "--yes", "--expect-changes", h.plan(0).Digests.Changes},
		{"apply", file, h.dir, "--strict"},
		{"apply", file, h.dir, "--yes"},
		{"apply", h.dir},
		{"apply", h.dir, "--yes", "--resume", ""},
		{"apply", h.dir, "--resume", ""},
		{"apply", h.dir, "--yes", "-o", "nonsense"},
		{"apply", file, h.dir, "-o", "yaml"},
		{"apply", file, h.dir, "--policy", h.path("nowhere")},
		{"apply", file, h.dir, "--base", h.path("nowhere")},
		{"plan", h.dir, "--policy", h.path("nowhere")},
		{"plan", h.dir, "--base", h.path("nowhere")},
		{"plan", h.dir, "--user", ""},
		{"plan", h.dir, "--product", ""},
		{"plan", h.dir, "--snapshot", ""},
		{"plan", h.dir, "--out", ""},
		{"plan", h.dir, "--state", ""},
		{"apply", h.dir, "--yes", "--state", ""},
		{"apply", file, h.dir, "--run", ""},
		{"explain", "p1", h.dir, "--snapshot", ""},
		{"plan", h.dir, "--snapshot", h.path("nowhere.json")},
		{"plan", h.dir, "--dry-run"},
	} {
		if code, out, errs := h.reseat(args...); code != exitError || out != "" {
			t.Errorf("reseat %s: got exit code %d\n%s%s", strings.Join(args, " "), code, out, errs)
		}
	}
	if h.writes() != 0 {
		t.Errorf("got %d writes", h.writes())
	}
	h.run(0, "apply", file, h.dir, "--expect-changes", "sha256:"+strings.ToUpper(h.plan(0).Digests.Changes))
}

func sameSet(t *testing.T) {
	s := moved(crowdOf(100, hallVisio, hallPower), "Gone", 9)
	s.Users[0].JobTitle = "Chief"                                                    // denied
	s.Users[1].Sources, s.Users[1].Unsourced = nil, []plan.SKU{hallPower, hallVisio} // blocked
	s.Users[2].Department = ""                                                       // not meant
	s.Users[3].UserPrincipalName = "kept@hall.com"                                   // kept
	h := newHall(t, s, "protect: {match: [{jobTitle: Chief}]}", "keep: [{name: k, who: [kept@hall.com], products: all}]\n"+takeVisio)
	p := h.plan(0)
	if g := guardOf(t, p, "R201"); g.Value != 5 || p.Summary.Unassign != 5 || p.Summary.Denied != 1 || p.Summary.Blocked != 1 {
		t.Errorf("got %d judged, %+v", g.Value, p.Summary)
	}
	h.run(0, "apply", h.dir, "--yes")
	if h.writes() != 5 {
		t.Errorf("got %d writes, 5 were judged", h.writes())
	}
}

func partOfNothing(t *testing.T) {
	e, err := policies.New(t.Context(), policies.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	found, err := e.Plan(t.Context(), plan.PlanFacts{
		Actor: plan.ActorFact{Kind: plan.ActorApplication, PermissionsKnown: true, Permissions: []string{"User.ReadWrite.All"}}, Statements: 1, Small: 3,
		Removals: plan.RemovalFacts{Count: 1, All: 1, Limit: 25, Percent: 100}, AssignmentLimit: 25,
		Products: []plan.ProductFacts{{Removals: 1, Percent: 100, Limit: 25}}, Reads: plan.ReadFacts{Users: 1, CountBefore: 1, CountAfter: 1},
		Window: plan.WindowFact{Open: plan.Yes},
	})
	for _, d := range found {
		codes = append(codes, d.Code)
	}
	if err != nil || !slices.Equal(codes, []string{"R202", "R203", "R204"}) {
		t.Errorf("one of none: got %v, %v", found, err)
	}
}

func allRules(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "policies", "r[0-9]*.rego"))
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "_test.rego") })
	if p := small(t).plan(0); p.Inputs.Policy.Rules < len(files) || len(files) < 10 {
		t.Errorf("got %d rules in force, there are %d files", p.Inputs.Policy.Rules, len(files))
	}
}

func idleLimits(t *testing.T) {
	h := small(t)
	for _, limits := range []string{
		"{removal: 5}", "{Removals: 5}", "{removals: none}", "{removals: -1}", "{removals: ''}", "{removals: 1.5}", "{removals: 0x10}", "{removals: 99999999999999999999}",
		"{removals: 5, removals: 500}", "{removalPercent: 101}", "{productPercent: 5%}", "{small: many}", "{assignments: [5]}", "{uncounted: all}", "{uncounted: [NO_SUCH_PRODUCT]}",
		"{raise: [{removals: 500, until: 2026-12-31}]}", "{raise: [{removals: 500, reason: CHG-1}]}", "{raise: [{until: 2026-12-31, reason: CHG-1}]}",
		"{raise: [{removals: 0, until: 2026-12-31, reason: CHG-1}]}", "{raise: [{removals: 500, until: 2026-02-30, reason: CHG-1}]}",
		"{raise: [{removals: 500, until: forever, reason: CHG-1}]}", "{raise: [{small: 500, until: 2026-12-31, reason: CHG-1}]}",
		"{raise: [{removals: 500, product: NO_SUCH_PRODUCT, until: 2026-12-31, reason: CHG-1}]}",
		"{raise: [{assignments: 500, product: VISIOCLIENT, until: 2026-12-31, reason: CHG-1}]}",
		"{raise: {removals: 500, until: 2026-12-31, reason: CHG-1}}", "{percent: 5}", "5",
	} {
		h.say("limits: "+limits, takeVisio)
		if code, out, errs := h.reseat("plan", h.dir); code != exitError || out != "" || !strings.Contains(errs, "reseat.yaml:5:") {
			t.Errorf("limits: %s: got exit code %d\n%s%s", limits, code, out, errs)
		}
	}
}

func partialReads(t *testing.T) {
	for _, what := range []string{plan.ReadRoles, plan.ReadEligibility} {
		s := crowdOf(10, hallVisio) // nobody is to lose anything: it looks in sync
		for i := range s.Reads {
			if s.Reads[i].What == what {
				s.Reads[i].Status, s.Reads[i].Reason = plan.ReadDenied, "403"
			}
		}
		h := newHall(t, s, "", takeVisio)
		notEvaluatedAtAll(t, what, func(args ...string) (int, string, string) { return h.reseat(args...) }, h.dir)
	}
	unable := crowdOf(10, hallVisio)
	unable.Actor.Permissions = []string{"LicenseAssignment.ReadWrite.All", "User.Read"}
	h := newHall(t, unable, "", takeVisio)
	notEvaluatedAtAll(t, "no permission to read", func(args ...string) (int, string, string) { return h.reseat(args...) }, h.dir)
	for _, text := range []string{"GET /users:skip=1:403", "GET /users:skip=2:403", "GET /subscribedSkus:403", "GET /roleManagement/directory/roleAssignments:403"} {
		fault, err := simulator.ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		s := newStage(t, farTenant(5, 2_500), farFolder, simulator.Options{ShortPages: true, Faults: []simulator.FaultRule{fault}})
		run := func(args ...string) (int, string, string) {
			var o, e bytes.Buffer
			code := s.app(&o, &e).run(t.Context(), args)
			return code, o.String(), e.String()
		}
		notEvaluatedAtAll(t, text, run, s.dir)
	}
}

// notEvaluatedAtAll asks that plan and apply of a folder end with 8, leave no plan
// and never say that all is well.
func notEvaluatedAtAll(t *testing.T, what string, run func(args ...string) (int, string, string), dir string) {
	t.Helper()
	file := filepath.Join(dir, "none.json")
	for _, args := range [][]string{{"plan", dir, "--out", file}, {"plan", dir, "--detailed-exitcode"}, {"apply", dir, "--yes"}} {
		code, out, errs := run(args...)
		if _, err := os.Stat(file); code != exitNotEvaluated || out != "" || err == nil || strings.Contains(strings.ToLower(errs), "in sync") {
			t.Errorf("%s: reseat %s: got exit code %d, %v\n%s%s", what, args[0], code, err, out, errs)
		}
	}
}

func staleBaseline(t *testing.T) {
	h := small(t)
	if out, _ := h.run(0, "plan", h.dir); !strings.Contains(out, "no apply is recorded") || h.plan(0).Inputs.Snapshot.BaselineAt != nil {
		t.Errorf("before the first apply:\n%s", out)
	}
	h.run(0, "apply", h.dir, "--yes")
	base := filepath.Join(h.dir, ".reseat", "baseline.json")
	before, err := os.ReadFile(base)
	if err != nil {
		t.Fatal(err)
	}
	tenant, err := os.ReadFile(h.path("tenant.json"))
	if err != nil {
		t.Fatal(err)
	}
	unread, err := plan.DecodeSnapshot(tenant)
	if err != nil {
		t.Fatal(err)
	}
	for i := range unread.Reads {
		if r := &unread.Reads[i]; r.What == plan.ReadRoles {
			r.Status, r.Reason = plan.ReadDenied, "403"
		}
	}
	denied, err := plan.EncodeSnapshot(unread)
	if err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(48 * time.Hour)
	log := filepath.Join(h.dir, ".reseat", "simulator.jsonl") // is of the tenant that can be read
	h.write("tenant.json", string(denied))
	if err := os.Rename(log, log+".aside"); err != nil {
		t.Fatal(err)
	}
	h.run(8, "plan", h.dir)
	h.run(8, "apply", h.dir, "--yes")
	h.write("tenant.json", string(tenant))
	if err := os.Rename(log+".aside", log); err != nil {
		t.Fatal(err)
	}
	p := h.plan(0) // and one that is well is no apply
	if at := p.Inputs.Snapshot.BaselineAt; at == nil || !at.Equal(proxyNow()) {
		t.Errorf("two days later: got a baseline of %v, want %v", at, proxyNow())
	}
	if out, _ := h.run(0, "plan", h.dir); !strings.Contains(out, "2026-11-20 08:00") {
		t.Errorf("the plan does not say of when its baseline is:\n%s", out)
	}
	if after, err := os.ReadFile(base); err != nil || !bytes.Equal(after, before) {
		t.Errorf("a plan renewed the baseline: %v", err)
	}
}

func usedPlan(t *testing.T) {
	h := small(t)
	h.run(0, "plan", h.dir, "--out", h.path("plan.json"))
	h.run(0, "apply", h.path("plan.json"), h.dir)
	text, err := os.ReadFile(h.path("plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	h.write("copy.json", string(text))
	// What it took is there again, so that it would do it once more.
	h.run(0, "undo", h.lastRun(), h.dir, "--out", h.path("undo.json"))
	h.run(0, "apply", h.path("undo.json"), h.dir)
	writes := h.writes()
	for _, name := range []string{"plan.json", "copy.json", "undo.json"} {
		if _, errs := h.run(7, "apply", h.path(name), h.dir); !strings.Contains(errs, "was applied already") || h.writes() != writes {
			t.Errorf("%s again: %d writes more\n%s", name, h.writes()-writes, errs)
		}
	}
}

// readersCannotWrite: the client that plans are made with has nothing by which it
// could write, and no command that reads sends anything but reads.
func readersCannotWrite(t *testing.T) {
	var s session
	var c tenant
	if got := reflect.TypeOf(c.reader); got != reflect.TypeOf((*graph.Client)(nil)) || reflect.TypeOf(s.tenant) != reflect.TypeOf(&c) {
		t.Fatalf("sessions read by a %v", got)
	}
	// A write is known by what it takes; the writer has one, so that this looks for the right thing.
	if w := takesRequests(reflect.TypeOf((*graph.Writer)(nil))); len(w) != 1 {
		t.Errorf("the writer writes by %v, want one method", w)
	}
	if r := takesRequests(reflect.TypeOf((*graph.Client)(nil))); len(r) != 0 {
		t.Errorf("the reader writes by %v", r)
	}
	stage := newStage(t, farTenant(7, 400), troubleFolder, simulator.Options{})
	gate := &readGate{t: t, next: stage.sim}
	server := httptest.NewServer(gate)
	defer server.Close()
	stage.url = server.URL
	for _, args := range [][]string{
		{"plan", stage.dir}, {"plan", stage.dir, "--out", stage.path("plan.json")}, {"plan", stage.dir, "--detailed-exitcode", "-o", "json"},
		{"doctor", stage.dir}, {"validate", stage.dir}, {"fmt", stage.dir}, {"lock", stage.dir}, {"runs", stage.dir}, {"show", stage.path("plan.json")},
		{"snapshot", stage.dir, "--out", stage.path("snapshot.json")}, {"explain", farTenant(7, 400).Users[0].UserPrincipalName, stage.dir},
		{"import", stage.dir, "--style", "people"}, {"apply", stage.dir},
	} {
		var o, e bytes.Buffer
		if code := stage.app(&o, &e).run(t.Context(), args); code > exitDenials || code == exitError && args[0] != "apply" && args[0] != "import" {
			t.Errorf("reseat %s: got exit code %d\n%s%s", strings.Join(args, " "), code, o.String(), e.String())
		}
	}
	if gate.reads.Load() < 20 || len(stage.writes) != 0 {
		t.Errorf("got %d reads and %d writes", gate.reads.Load(), len(stage.writes))
	}
	// The gate tells a write when it sees one.
	gate.quiet.Store(true)
	stage.run(exitPartly, "apply", stage.dir, "--yes")
	if gate.shut.Load() == 0 {
		t.Error("an apply wrote nothing, or the gate let it")
	}
}

// takesRequests are the methods that take what is to be written.
func takesRequests(of reflect.Type) (names []string) {
	for i := range of.NumMethod() {
		m := of.Method(i)
		for k := range m.Type.NumIn() {
			in := m.Type.In(k)
			if in == reflect.TypeFor[[]plan.Request]() || in == reflect.TypeFor[plan.Request]() || in == reflect.TypeFor[*plan.Plan]() {
				names = append(names, m.Name)
			}
		}
	}
	return names
}

// A readGate lets reads through to a tenant, and tokens.
type readGate struct {
	t           *testing.T
	next        http.Handler
	quiet       atomic.Bool
	reads, shut atomic.Int32
}

func (g *readGate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		g.t.Error(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var batch struct {
		Requests []struct{ Method, URL string }
	}
	switch {
	case r.Method == http.MethodGet, strings.HasSuffix(r.URL.Path, "/oauth2/v2.0/token"):
	case strings.HasSuffix(r.URL.Path, "/$batch") && json.Unmarshal(body, &batch) == nil && len(batch.Requests) > 0:
		for _, q := range batch.Requests {
			if q.Method != http.MethodGet {
				g.refuse(w, q.Method+" "+q.URL)
				return
			}
		}
	default:
		g.refuse(w, r.Method+" "+r.URL.String())
		return
	}
	g.reads.Add(1)
	g.next.ServeHTTP(w, r)
}

func (g *readGate) refuse(w http.ResponseWriter, what string) {
	g.shut.Add(1)
	if !g.quiet.Load() {
		g.t.Errorf("a command that reads sent %s", what)
	}
	w.WriteHeader(http.StatusForbidden)
}

func approvedDigest(t *testing.T) {
	h := small(t)
	h.run(0, "plan", h.dir, "--out", h.path("approved.json"))
	approved := h.plan(0).Digests.Changes
	// Somebody else's folder for the same tenant asks for more.
	h.say("", strings.Replace(takeVisio, "[{department: [Gone]}]", "[{department: [Gone]}, p50@hall.com, p51@hall.com]", 1))
	h.run(0, "plan", h.dir, "--out", h.path("newest.json"))
	more := h.plan(0).Digests.Changes
	h.say("", takeVisio)
	text, err := os.ReadFile(h.path("newest.json"))
	if err != nil {
		t.Fatal(err)
	}
	h.write("edited.json", strings.ReplaceAll(string(text), more, approved))
	for _, name := range []string{"newest.json", "edited.json"} {
		if h.run(7, "apply", h.path(name), h.dir, "--expect-changes", approved); h.writes() != 0 {
			t.Errorf("%s: %d writes", name, h.writes())
		}
	}
	// Without a digest it is the folder that decides: only what both ask for is sent.
	if h.run(5, "apply", h.path("newest.json"), h.dir); h.writes() != 5 {
		t.Errorf("got %d writes, want those that the folder asks for", h.writes())
	}
}
