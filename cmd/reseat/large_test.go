package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

const (
	largePeople  = 200_000
	largeHolders = 5_000
	largeLatency = 300 * time.Millisecond
	largeMemory  = 600 << 20
)

// largeFolder is about Visio alone; with everyone it also has a rule for people
// who hold nothing.
func largeFolder(everyone bool) string {
	folder := strings.Replace(farFolder, "manage:", "protect: {users: [bg-01@fabrikam.onmicrosoft.com]}\nmanage:", 1)
	if everyone {
		folder += "rules:\n  - {name: designers, match: {jobTitle: [\"*Designer*\", \"*Engineer*\"]}, add: [VISIOCLIENT]}\n"
	}
	return folder
}

// TestLarge is the program itself, in a process of its own, planning for a
// tenant of 200,000 far away: reading everyone takes hardly longer than the
// pages take that must follow each other, in bounded memory; reading holders is
// ten times faster. A million people are figures alone. Minutes; RESEAT_LARGE=1.
func TestLarge(t *testing.T) {
	if os.Getenv("RESEAT_LARGE") == "" {
		t.Skip("takes minutes: RESEAT_LARGE=1, or make bench-large")
	}
	url := largeTenant(t, largePeople, largeLatency)
	all := largePlan(t, url, largeFolder(true), false)
	pages := (largePeople + 998) / 999
	least := time.Duration(pages) * largeLatency
	t.Logf("everyone: %v (%v of the processors) for %d pages of %v (%.3f of their time), %d MiB, %d changes", all.took, all.worked, pages, largeLatency, all.took.Seconds()/least.Seconds(), all.memory>>20, all.plan.Summary.Changes)
	if all.took > least*115/100 {
		t.Errorf("everyone took %v, want at most 1.15 x %v", all.took, least)
	}
	if all.memory > largeMemory {
		t.Errorf("everyone took %d MiB, want at most %d", all.memory>>20, largeMemory>>20)
	}
	some := largePlan(t, url, largeFolder(false), true)
	t.Logf("holders: %v (%v of the processors), %.1f times faster, %d of %d people, %d MiB, %d changes", some.took, some.worked, all.took.Seconds()/some.took.Seconds(),
		some.plan.Inputs.Snapshot.Users, some.plan.Inputs.Snapshot.Of, some.memory>>20, some.plan.Summary.Changes)
	if 10*some.took > all.took {
		t.Errorf("holders took %v, want at most a tenth of %v", some.took, all.took)
	}
}

// TestLargeMillion is a million people without latency.
func TestLargeMillion(t *testing.T) {
	if os.Getenv("RESEAT_LARGE") == "" {
		t.Skip("takes minutes: RESEAT_LARGE=1, or make bench-large")
	}
	url := largeTenant(t, 1_000_000, 0)
	for _, everyone := range []bool{true, false} {
		r := largePlan(t, url, largeFolder(everyone), !everyone)
		t.Logf("a million, everyone %t: %v (%v of the processors), %d MiB, %d people read, %d changes", everyone, r.took, r.worked, r.memory>>20, r.plan.Inputs.Snapshot.Users, r.plan.Summary.Changes)
	}
}

// largeTenant serves a tenant in which so many hold Visio.
func largeTenant(t *testing.T, people int, latency time.Duration) string {
	t.Helper()
	base := simulator.Generate(simulator.GenerateOptions{Seed: 1, Users: people, Now: proxyNow(),
		Holders: map[plan.SKU]int{"c5928f49-12ba-48f7-ada3-0d743a3601d5": largeHolders}})
	sim, err := simulator.New(base, simulator.Options{Issuer: true})
	if err != nil {
		t.Fatal(err)
	}
	l, err := simulator.Listen("127.0.0.1:0", simulator.Slow(sim, latency), hclog.NewNullLogger())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- l.Serve(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	runtime.GC()
	debug.FreeOSMemory()
	return "http://" + l.Addr()
}

// A largeRun is one plan of the program.
type largeRun struct {
	took   time.Duration
	worked time.Duration // of the processors
	memory int64         // bytes, the most that were resident
	plan   *plan.Plan
}

// peak is the most memory that the program had resident, in bytes. On Linux it
// tells itself: what the system says of a child counts what its parent had when
// the child began.
func peak(t *testing.T, told string, p *os.ProcessState) int64 {
	t.Helper()
	if data, err := os.ReadFile(told); err == nil {
		_, after, _ := strings.Cut(string(data), "VmHWM:")
		var kib int64
		if _, err := fmt.Sscan(after, &kib); err == nil {
			return kib << 10
		}
	}
	return maxResident(p)
}

func largePlan(t *testing.T, url, folder string, holders bool) largeRun {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "reseat.yaml"), []byte(folder), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "plan.json")
	cmd := exec.Command("reseat", "plan", dir, "--out", file)
	told := filepath.Join(dir, "memory")
	cmd.Env = append(os.Environ(), "RESEAT_GRAPH_URL="+url, "LANG=C.UTF-8", "NO_COLOR=1", "RESEAT_TEST_MEMORY="+told)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	r := largeRun{took: time.Since(start), worked: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), memory: peak(t, told, cmd.ProcessState)}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if r.plan, err = plan.Decode(data); err != nil {
		t.Fatal(err)
	}
	if holders != (r.plan.Inputs.Snapshot.Of > 0) || r.plan.Summary.Changes == 0 {
		t.Fatalf("got %+v, %+v", r.plan.Inputs.Snapshot, r.plan.Summary)
	}
	return r
}
