package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// proxyRuns and proxySeed are flags, as in
//
//	go test ./cmd/reseat -run '^TestProxy$' -proxy.runs 2000
//	go test ./cmd/reseat -run '^TestProxy$' -proxy.seed 17 -v
var (
	proxyRuns = flag.Int("proxy.runs", sparing(150, 100), "how many runs through a proxy that misbehaves")
	proxySeed = flag.Int("proxy.seed", -1, "the one run to repeat, with its log")
)

// proxyNow is when all runs begin.
func proxyNow() time.Time { return time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC) }

// What the tricks have in common is that they can be noticed: by the protocol
// (statuses, lengths, packing, JSON, chains, members of batches), because Graph
// never says it (null for a list, words outside a closed set), or because the
// answers contradict each other (the number of people, a person who comes twice,
// the tenant of the token). Whoever answers consistently with other facts, as one
// who leaves a person out and lowers the number, is believed: that is Graph.
//
// TestProxy: whatever a proxy between the client and a tenant does, alone or
// mixed, each run ends in the right plan, or in an error with a reason that is
// exit 8 or 1; never in another plan. No token reaches another host, an error, a
// log or a plan. What does no harm alone ends in the right plan: a client that
// always fails would be no client.
func TestProxy(t *testing.T) {
	s := newProxyStage(t)
	if *proxySeed >= 0 {
		out := s.run(t, uint64(*proxySeed))
		t.Logf("seed %d: %s\n%s\n%v\n%s", *proxySeed, out.class, out.mischief, out.err, out.log)
		return
	}
	classes, reasons := map[string]int{}, map[string]int{}
	for seed := range *proxyRuns {
		out := s.run(t, uint64(seed))
		classes[out.class]++
		if out.err != nil {
			reasons[proxyReason(out.err)]++
		}
		if t.Failed() && seed > 20 {
			break
		}
	}
	for _, m := range []map[string]int{classes, reasons} {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			t.Logf("%5d  %s", m[k], k)
		}
	}
	if *proxyRuns >= 100 && (classes[proxyRight] < *proxyRuns/4 || len(reasons) < 4) {
		t.Errorf("got %v and %d reasons: the proxy does too much, or nothing", classes, len(reasons))
	}
}

// The ends of a run.
const (
	proxyRight    = "the right plan"
	proxyWithout  = "the right plan for what was read, and it says what was not"
	proxyNot      = "exit 8"
	proxyError    = "exit 1"
	proxyWrong    = "WRONG"
	proxyDisclose = "TOKEN SEEN"
)

// A proxyOutcome is what became of a run.
type proxyOutcome struct {
	class, mischief, log string
	err                  error
}

// A proxyStage is what all runs share.
type proxyStage struct {
	*proxyServers
	desired *plan.Desired
	engine  *policies.Engine
	read    *plan.Snapshot // undisturbed
	want    string         // the plan of it
	made    map[string]string
}

func newProxyStage(t *testing.T) *proxyStage {
	dir := filepath.Join("..", "..", "examples", "contoso")
	d, faults, err := desired.Read(os.DirFS(dir))
	if err != nil || len(faults) > 0 {
		t.Fatalf("read the folder: %v %v", err, faults)
	}
	s := &proxyStage{proxyServers: newProxyServers(t, exampleTenant(t)), desired: d, made: map[string]string{}}
	if s.engine, err = policies.New(t.Context(), policies.Config{}); err != nil {
		t.Fatal(err)
	}
	for mode := range proxyModes {
		snap, log, err := s.snapshot(t, mode, &mischief{rand: rand.New(rand.NewPCG(1, 1)), top: 60})
		if err != nil {
			t.Fatalf("%s, undisturbed: %v\n%s", proxyModes[mode].name, err, log)
		}
		got, err := s.plan(t, snap)
		if err != nil {
			t.Fatal(err)
		}
		if s.want == "" {
			s.want, s.read = got, snap
		}
		if got != s.want {
			t.Fatalf("%s, undisturbed: %s", proxyModes[mode].name, firstDifference(got, s.want))
		}
	}
	if !strings.Contains(s.want, `"action": "unassign"`) {
		t.Fatal("the plan takes nothing: a wrong one would not be noticed")
	}
	return s
}

// plan makes the plan of a snapshot, as text without what was read and the
// digest that covers it. The same snapshot gives the same plan.
func (s *proxyStage) plan(t *testing.T, snap *plan.Snapshot) (string, error) {
	same := *snap
	same.ReadAt = proxyNow()
	key, err := json.Marshal(same)
	if err != nil {
		t.Fatal(err)
	}
	if made, ok := s.made[string(key)]; ok && *proxyRuns > 200 {
		return made, nil
	}
	m, err := plan.New(t.Context(), plan.Input{Tool: plan.Tool{Name: "reseat", Version: "test"}, Now: proxyNow(),
		Desired: s.desired, Snapshot: &same, Judge: s.engine, Policy: s.engine.Input()})
	if err != nil {
		return "", err
	}
	p := *m.Plan
	p.Inputs.Snapshot, p.Digests.Body = plan.SnapshotInput{}, ""
	made := string(plan.Encode(&p))
	s.made[string(key)] = made
	return made, nil
}

// snapshot reads the tenant through the proxy.
func (s *proxyStage) snapshot(t *testing.T, mode int, m *mischief) (*plan.Snapshot, string, error) {
	root, transport := s.begin(m, mode)
	defer transport.CloseIdleConnections()
	var log lockedBuffer
	var spread sync.Mutex
	c, err := graph.New(graph.Config{
		Root: root, Transport: transport, Now: s.now, Wait: s.wait, UserAgent: "reseat/test",
		Log: hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: &log}),
		Jitter: func() float64 {
			spread.Lock()
			defer spread.Unlock()
			return m.jitter()
		},
		Token: func(context.Context) (string, time.Time, error) {
			token := s.sim.Token(s.base.Actor, time.Hour)
			m.handedOut(token)
			return token, s.now().Add(time.Hour), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	snap, err := c.Snapshot(t.Context(), graph.Wants{Groups: s.desired.Groups()})
	return snap, log.String(), err
}

// run is one run: some mischief, a snapshot through it, a plan, and a look at
// all three.
func (s *proxyStage) run(t *testing.T, seed uint64) proxyOutcome {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0x70726f7879))
	mode := r.IntN(len(proxyModes))
	m := newMischief(r, mode)
	snap, log, err := s.snapshot(t, mode, m)
	text := ""
	if err == nil {
		text, err = s.plan(t, snap)
	}
	out := proxyOutcome{mischief: proxyModes[mode].name + ": " + m.String(), log: log, err: err}
	fail := func(format string, args ...any) {
		t.Errorf("seed %d, %s: %s\n(again: go test ./cmd/reseat -run '^TestProxy$' -proxy.seed %d -v)", seed, out.mischief, fmt.Sprintf(format, args...), seed)
	}
	switch {
	case err != nil:
		out.class = proxyNot
		code, _ := classify(err)
		if code == exitError {
			out.class = proxyError
		} else if code != exitNotEvaluated {
			fail("got exit code %d: %v", code, err)
		}
		if len(err.Error()) < 20 {
			fail("got an error without a reason: %v", err)
		}
	case text == s.want:
		out.class = proxyRight
	default:
		out.class = proxyWithout
		if why := s.excuse(t, snap, text); why != "" {
			out.class = proxyWrong
			fail("got a wrong plan: %s", why)
		}
	}
	if m.harmless() && out.class != proxyRight {
		fail("got %s, want %s: %v", out.class, proxyRight, err)
	}
	if why := m.disclosed(fmt.Sprint(err, log, text)); why != "" {
		out.class = proxyDisclose
		fail("%s", why)
	}
	if asked := s.strange.take(); asked != "" {
		out.class = proxyDisclose
		fail("another host was asked: %s", asked)
	}
	return out
}

// excuse says why a plan that differs is wrong, or "" where it is the right one
// for a snapshot that says itself what could not be read of groups and
// subscriptions, and in all else is the undisturbed one.
func (s *proxyStage) excuse(t *testing.T, snap *plan.Snapshot, text string) string {
	ref := *s.read
	denied := map[string]bool{}
	for _, r := range snap.Reads {
		if r.Status == plan.ReadDenied {
			denied[r.What] = true
		}
	}
	if denied[plan.ReadSubscriptions] {
		ref.Subscriptions = []plan.Subscription{}
	}
	if denied[plan.ReadDeleted] {
		ref.Deleted = nil
	}
	if denied[plan.ReadGroups] || denied[plan.ReadMembers] || denied[plan.ReadGroupEligibility] {
		for _, g := range snap.Groups {
			i := slices.IndexFunc(s.read.Groups, func(w plan.Group) bool { return w.ID == g.ID })
			if i < 0 {
				return "a group that nobody has: " + string(g.ID)
			}
			w := s.read.Groups[i]
			unread := !g.MembersRead && len(g.Members) == 0
			if unread {
				w.Members, w.MembersRead = g.Members, false
			}
			if denied[plan.ReadGroupEligibility] && g.Eligible == nil {
				w.Eligible = nil
			}
			if nameless := (plan.Group{ID: g.ID, Members: g.Members, MembersRead: g.MembersRead, Eligible: g.Eligible}); reflect.DeepEqual(g, nameless) {
				w = plan.Group{ID: w.ID, Members: w.Members, MembersRead: w.MembersRead, Eligible: w.Eligible}
			}
			if !reflect.DeepEqual(g, w) {
				return firstDifference(asJSON(t, g), asJSON(t, w))
			}
		}
		ref.Groups = snap.Groups
	}
	ref.Reads, ref.Count = snap.Reads, snap.Count
	want, err := s.plan(t, &ref)
	switch {
	case err != nil:
		return "the plan should have failed: " + err.Error()
	case text != want:
		return firstDifference(text, want)
	case len(denied) == 0:
		return "it differs, and nothing was denied: " + firstDifference(text, s.want)
	}
	return ""
}

// proxyReason is an error without what differs from run to run.
func proxyReason(err error) string {
	text := err.Error()
	if i := strings.Index(text, ": "); i >= 0 {
		text = text[i+2:]
	}
	text = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '#'
		}
		return r
	}, text)
	if len(text) > 70 {
		text = text[:70]
	}
	code, _ := classify(err)
	return "exit " + strconv.Itoa(code) + ": " + text
}

// A lockedBuffer is a log that several goroutines write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
