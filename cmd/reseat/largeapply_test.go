package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

const largeApplyFolder = `apiVersion: reseat/v1
kind: Tenant
name: fabrikam
tenant: {id: fabrikam.onmicrosoft.com}
manage: {products: [VISIOCLIENT]}
protect: {users: [bg-01@fabrikam.onmicrosoft.com]}
limits: {raise: [{removals: 200000, removalPercent: 100, productPercent: 100, until: 2027-01-31, reason: CHG-1}]}
---
apiVersion: reseat/v1
kind: Licenses
remove:
  - {name: leavers, who: [{accountEnabled: "true"}], products: [VISIOCLIENT]}
`

// A largeStage is the program on a large tenant that is served by another process.
type largeStage struct {
	t   *testing.T
	dir string
	url string
}

// run runs the program in a process of its own and tells what it took.
func (s *largeStage) run(want int, env string, args ...string) (string, largeRun) {
	s.t.Helper()
	told := filepath.Join(s.t.TempDir(), "memory")
	cmd := exec.Command("reseat", args...)
	cmd.Env = append(os.Environ(), "RESEAT_GRAPH_URL="+s.url, "LANG=C.UTF-8", "NO_COLOR=1", "RESEAT_TEST_MEMORY="+told, env)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	r := largeRun{took: time.Since(start), worked: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), memory: peak(s.t, told, cmd.ProcessState)}
	s.t.Logf("reseat %s: %v (%v of the processors), %d MiB", strings.Join(args, " "), r.took, r.worked, r.memory>>20)
	if got := cmd.ProcessState.ExitCode(); got != want {
		s.t.Fatalf("got exit code %d, want %d: %v\n%s", got, want, err, tail(string(out)))
	}
	return string(out), r
}

func tail(s string) string { return s[max(0, len(s)-3000):] }

func TestLargeApply(t *testing.T) {
	if os.Getenv("RESEAT_LARGE") == "" {
		t.Skip("takes minutes: RESEAT_LARGE=1, or make bench-large")
	}
	people := 120_000
	if n, err := strconv.Atoi(os.Getenv("RESEAT_LARGE")); err == nil && n > 1 {
		people = n
	}
	base := simulator.Generate(simulator.GenerateOptions{Seed: 1, Users: people, Now: proxyNow(),
		Holders: map[plan.SKU]int{"c5928f49-12ba-48f7-ada3-0d743a3601d5": people * 11 / 12}})
	sim, err := simulator.New(base, simulator.Options{Issuer: true})
	if err != nil {
		t.Fatal(err)
	}
	l, err := simulator.Listen("127.0.0.1:0", sim, hclog.NewNullLogger())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- l.Serve(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	base = nil
	runtime.GC()
	debug.FreeOSMemory()
	s := &largeStage{t: t, dir: t.TempDir(), url: "http://" + l.Addr()}
	write(t, filepath.Join(s.dir, "reseat.yaml"), largeApplyFolder)
	file := filepath.Join(s.dir, "plan.json")
	s.run(0, "", "plan", s.dir, "--out", file)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d changes, %d requests, %d MiB", p.Summary.Changes, p.Summary.Requests, len(data)>>20)
	changes := p.Summary.Changes
	p, data = nil, nil
	out, _ := s.run(0, "", "apply", file, s.dir)
	fmt.Println(tail(out))
	_ = changes
}
