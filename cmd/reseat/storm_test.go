package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// stormRuns and stormSeed are flags, as in
//
//	go test ./cmd/reseat -run '^TestStorm$' -storm.runs 500 -v
//	go test ./cmd/reseat -run '^TestStorm$' -storm.seed 17 -v
var (
	stormRuns = flag.Int("storm.runs", 1, "how many runs through a storm, besides one by the time of day")
	stormSeed = flag.Int64("storm.seed", -1, "the one run to repeat, with what its processes said")
)

// stormSpeed is how many times faster than the real one the clock is. Clocks of
// client and tenant may differ by five minutes: a second and a half of ours.
const stormSpeed = 200

// TestStorm: whatever happens while a plan is carried out (kills at any moment,
// refusals, lost answers, late reads, tokens that expire, somebody else at work),
// taking the run up again ends it. Then the tenant is as the plan wants it, less
// what the report says otherwise; nothing took effect twice; nobody else differs;
// and an undo gives back what was taken.
func TestStorm(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("nobody can send Ctrl-C to another process there")
	}
	t.Parallel()
	seeds := []uint64{uint64(time.Now().UnixNano() % 1_000_000)}
	for seed := range *stormRuns {
		seeds = append(seeds, uint64(seed))
	}
	if *stormSeed >= 0 {
		seeds = []uint64{uint64(*stormSeed)}
	}
	sum := &stormSum{began: time.Now(), counts: map[string]int{}}
	t.Run("runs", func(t *testing.T) {
		for _, seed := range seeds {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				began := time.Now()
				s := newStorm(t, seed)
				defer func() {
					sum.add(s, time.Since(began))
					if t.Failed() {
						t.Logf("again: go test ./cmd/reseat -run '^TestStorm$' -storm.seed %d -v\n%s", seed, strings.Join(s.story, "\n"))
					}
				}()
				s.run()
			})
		}
	})
	t.Log(sum)
}

// A stormSum is what all runs were like.
type stormSum struct {
	mu      sync.Mutex
	began   time.Time
	runs    int
	counts  map[string]int
	longest time.Duration
	slow    uint64
	failed  []uint64
}

func (s *stormSum) add(one *storm, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs++
	for k, n := range one.counts {
		s.counts[k] += n
	}
	if took > s.longest {
		s.longest, s.slow = took, one.seed
	}
	if one.t.Failed() {
		s.failed = append(s.failed, one.seed)
	}
}

func (s *stormSum) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d runs in %v, the longest %v (seed %d); failed: %v\n", s.runs, time.Since(s.began).Round(time.Second), s.longest.Round(time.Millisecond), s.slow, s.failed)
	for _, k := range slices.Sorted(maps.Keys(s.counts)) {
		fmt.Fprintf(&b, "%7d  %s\n", s.counts[k], k)
	}
	return b.String()
}

// A storm is one run of it.
type storm struct {
	*scene
	t      *testing.T
	seed   uint64
	rand   *rand.Rand
	counts map[string]int
	story  []string
	other  *administrator
	before *plan.Snapshot
	mark   int // how many writes the tenant had seen when the last plan was begun
}

func newStorm(t *testing.T, seed uint64) *storm {
	t.Helper()
	s := &storm{t: t, seed: seed, rand: rand.New(rand.NewPCG(seed, 0x73746f726d)), counts: map[string]int{}}
	users := 60 + s.rand.IntN(141)
	flags := s.weather()
	s.scene = newScene(t, sceneTenant(seed, users), stormSpeed, flags...)
	s.tell("%d users, sim %s", users, strings.Join(flags, " "))
	return s
}

func (s *storm) tell(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	s.story = append(s.story, line)
	if *stormSeed >= 0 {
		s.t.Log(line)
	}
}

// weather is how the tenant is all the time.
func (s *storm) weather() []string {
	flags := []string{"--seed", fmt.Sprint(s.seed)}
	some := func(of int, name string, more ...string) {
		if s.rand.IntN(of) == 0 {
			flags = append(append(flags, name), more...)
			s.counts["tenant: "+name]++
		}
	}
	some(3, "--short-pages")
	some(3, "--lag", fmt.Sprintf("%ds", 1+s.rand.IntN(25)))
	some(3, "--stale", fmt.Sprintf("0s..%ds", 1+s.rand.IntN(60)))
	some(3, "--token-life", fmt.Sprintf("%ds", 60+s.rand.IntN(600)))
	some(4, "--conflicts", "0.2")
	some(2, "--latency", fmt.Sprintf("%dms", 1+s.rand.IntN(15)))
	if s.rand.IntN(3) == 0 {
		model := []string{"fixed", "bucket"}[s.rand.IntN(2)]
		flags = append(flags, "--quota", model, "--quota-scale", []string{"0.02", "0.05", "0.2"}[s.rand.IntN(3)], "--quota-span", "0.2")
		s.counts["tenant: --quota "+model]++
	}
	return flags
}

// run is all of it.
func (s *storm) run() {
	file := s.path("plan.json")
	p := s.plan(file)
	s.before = s.now()
	s.other = newAdministrator(s, p)
	run := s.carry(p, "apply", file)
	s.rest()
	s.checkAll(p, run)
	s.checkAgain(p, run)
	if s.rand.IntN(3) > 0 && !s.t.Failed() {
		s.undo(p, run)
	}
	s.countWrites()
}

// rest lets everything that was written show.
func (s *storm) rest() {
	s.calm()
	if err := s.clock.wait(s.t.Context(), 4*time.Minute); err != nil {
		s.t.Fatal(err)
	}
}

// carry carries a plan out through the storm, and returns its run.
func (s *storm) carry(p *plan.Plan, what, file string) string {
	s.t.Helper()
	rough := 1 + s.rand.IntN(7)
	for round := range 30 {
		args := []string{"apply", file, s.dir}
		run := s.runOf(p)
		if run != "" {
			args = []string{"apply", "--resume", run, s.dir}
			s.counts["resumes"]++
		}
		if round == rough {
			s.calm()
		}
		code, out := 0, ""
		if round < rough {
			s.weatherOf(round)
			code, out = s.hurt(args)
		} else {
			code, out = s.scene.reseat(nil, args...)
		}
		s.tell("%s %d: %v: exit code %d\n%s", what, round, args, code, out)
		s.counts[fmt.Sprintf("exit code %d", code)]++
		if strings.Contains(out, "panic: ") || strings.Contains(out, "goroutine ") || strings.Contains(out, "DATA RACE") {
			s.t.Fatalf("it panicked: %s", out)
		}
		if run := s.runOf(p); run != "" {
			s.journal(run, p) // it must be readable at any time
		}
		if round >= rough && run != "" && strings.Contains(out, "is finished: nothing of it is left") {
			return run
		}
		if round >= rough && !slices.Contains([]int{0, exitPartly, exitError, exitNotEvaluated}, code) {
			s.t.Fatalf("%s: got exit code %d in calm weather\n%s", what, code, out)
		}
	}
	s.t.Fatalf("%s: it does not come to an end", what)
	return ""
}

// runOf is the run of a plan that wrote to its journal, or else the last one of
// the plan that there is; empty if there is none.
func (s *storm) runOf(p *plan.Plan) string {
	found := ""
	for _, name := range s.names() {
		data, err := os.ReadFile(s.runs() + "/" + name + "/plan.json")
		if err != nil || !bytes.Contains(data, []byte(p.Digests.Body)) {
			continue
		}
		if info, err := os.Stat(s.runs() + "/" + name + "/journal.jsonl"); err == nil && info.Size() > 0 {
			return name
		}
		if s.rand.IntN(2) == 0 {
			found = name
		}
	}
	return found
}

// weatherOf is what goes wrong at the tenant in a round.
func (s *storm) weatherOf(int) {
	s.calm()
	const write, batch = "POST /users/*/assignLicense", "POST /$batch"
	count, skip := 1+s.rand.IntN(8), s.rand.IntN(12)
	some := fmt.Sprintf("p=0.3:count=%d", 1+s.rand.IntN(3)) // of batches, most of which read
	after := []string{"", ":after"}[s.rand.IntN(2)]
	kinds := map[string]string{
		"429 for some":      fmt.Sprintf("%s:429:retry-after=%d:skip=%d:count=%d", write, 3+s.rand.IntN(60), skip, count),
		"429 without time":  fmt.Sprintf("%s:429:skip=%d:count=%d", write, skip, count),
		"429 for a batch":   fmt.Sprintf("%s:429:retry-after=%d:%s", batch, 3+s.rand.IntN(60), some),
		"5xx for some":      fmt.Sprintf("%s:%d:skip=%d:count=%d%s", write, 500+s.rand.IntN(5), skip, count, after),
		"503 for a batch":   fmt.Sprintf("%s:503:%s%s", batch, some, after),
		"HTML for a batch":  fmt.Sprintf("%s:502:html:%s%s", batch, some, after),
		"reset":             fmt.Sprintf("%s:drop:%s%s", batch, some, after),
		"cut answer":        fmt.Sprintf("%s:truncate:%s", batch, some),
		"missing members":   fmt.Sprintf("%s:omit:skip=%d:count=%d%s", write, skip, count, after),
		"409 for some":      fmt.Sprintf("%s:409:skip=%d:count=%d", write, skip, count),
		"403 for some":      fmt.Sprintf("%s:403:skip=%d:count=1", write, skip),
		"reads fail":        fmt.Sprintf("GET /users/*:503:skip=%d:count=%d", s.rand.IntN(60), count),
		"tokens are denied": fmt.Sprintf("%s:401:%s", batch, some),
	}
	names := slices.Sorted(maps.Keys(kinds))
	s.rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names[:s.rand.IntN(5)] {
		s.counts["fault: "+name]++
		s.trouble(kinds[name])
		s.tell("fault %s", kinds[name])
	}
}

// hurt runs a process that may not come to its end, while somebody else works.
func (s *storm) hurt(args []string) (int, string) {
	kind := []string{"hook", "kill", "signal", "signals", "none"}[weighed(s.rand, 9, 5, 2, 1, 2)]
	at := newMeeting(s.t)
	env := []string{"RESEAT_TEST_AT=" + s.moment()}
	within := kind != "hook" && s.rand.IntN(4) > 0 // while requests are sent
	if within {
		env = []string{fmt.Sprintf("RESEAT_TEST_AT=after-INTENT:%d=meet", 1+s.rand.IntN(4)), "RESEAT_TEST_MEET=" + at.url}
	} else if kind != "hook" {
		env = nil
	}
	s.tell("%s %v", kind, env)
	cmd, out := s.command(env, args...)
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	ctx, end := context.WithCancel(s.t.Context())
	var others sync.WaitGroup
	others.Go(func() { s.other.work(ctx) })
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	after := time.Duration(s.rand.IntN(900)) * time.Millisecond
	if within {
		after /= 6
		select {
		case <-at.came:
			at.on <- struct{}{}
		case <-ended:
		}
	}
	switch kind {
	case "kill":
		s.atMoment(cmd, ended, after, os.Kill)
	case "signals":
		s.atMoment(cmd, ended, after, os.Interrupt)
		after /= 8
		fallthrough
	case "signal":
		s.atMoment(cmd, ended, after, os.Interrupt)
	}
	<-ended
	end()
	others.Wait()
	code := cmd.ProcessState.ExitCode()
	switch {
	case code == -1 && kind == "hook":
		point, _, _ := strings.Cut(strings.TrimPrefix(env[0], "RESEAT_TEST_AT="), ":")
		s.counts["killed "+point]++
		s.counts["kills"]++
	case code == -1:
		s.counts["killed at a random moment"+map[bool]string{true: " of sending"}[within]]++
		s.counts["kills"]++
	case kind == "hook" && strings.Contains(out.String(), "no space left"):
		s.counts["disk full"]++
	}
	return code, out.String()
}

// weighed draws one of several, each as often as it weighs.
func weighed(r *rand.Rand, weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := r.IntN(sum)
	for i, w := range weights {
		if n -= w; n < 0 {
			return i
		}
	}
	return 0
}

// atMoment sends a process a signal after a while, unless it has ended.
func (s *storm) atMoment(cmd *exec.Cmd, ended <-chan struct{}, after time.Duration, signal os.Signal) {
	select {
	case <-ended:
	case <-time.After(after):
		if cmd.Process.Signal(signal) == nil && signal != os.Kill {
			s.counts["interrupts"]++
		}
	}
}

// moment is a hook at which a process dies, or finds its disk full.
func (s *storm) moment() string {
	points := []string{"before-INTENT", "after-INTENT", "send", "wrote", "sent", "answered", "before-ANSWER", "after-ANSWER", "before-VERIFIED", "after-VERIFIED", "before-append", "after-append", "read"}
	point := points[s.rand.IntN(len(points))]
	deed := "kill"
	if strings.HasPrefix(point, "before-") {
		deed = []string{"kill", "torn", "full", "short"}[s.rand.IntN(4)]
	}
	return fmt.Sprintf("%s:%d=%s", point, 1+s.rand.IntN(7), deed)
}

// countWrites sums up the tenant's record.
func (s *storm) countWrites() {
	for _, w := range s.writes() {
		if others(w) {
			if w.Changed {
				s.counts["writes of somebody else that took effect"]++
			}
			continue
		}
		s.counts["writes seen"]++
		if w.Changed {
			s.counts["writes that took effect"]++
		}
		what := fmt.Sprint(w.Status)
		if w.Lost != "" {
			what = w.Lost
			if w.Lost == simulator.LostOmitted || w.Lost == simulator.LostDropped {
				what += map[bool]string{true: " after", false: " before"}[w.Carried] + " the effect"
			}
		}
		s.counts["answered "+what]++
	}
}
