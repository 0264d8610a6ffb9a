package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

// telltale is an app with two streams and a clock that stands.
func telltale() (a *app, errs *bytes.Buffer) {
	errs = &bytes.Buffer{}
	now := time.Date(2026, time.November, 20, 8, 0, 0, 0, time.UTC)
	return &app{err: errs, log: hclog.NewNullLogger(), now: func() time.Time { return now }}, errs
}

// aJob is a run of a plan, made in a folder of its own.
func aJob(t *testing.T) *job {
	t.Helper()
	store, err := state.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	run, err := store.NewRun(strings.Repeat("3fa9c2e1", 8), time.Date(2026, time.November, 20, 8, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return &job{run: run, plan: &plan.Plan{ID: "20261120T075900Z-3fa9c2e1", Tenant: plan.Tenant{ID: "t-1", Name: "contoso"}}}
}

// story is what an executor tells.
func story() []apply.Event {
	at := time.Date(2026, time.November, 20, 8, 0, 1, 0, time.UTC)
	return []apply.Event{
		{At: at, Kind: apply.Began, Progress: &apply.Progress{Total: 2}},
		{At: at, Kind: apply.Sending, Users: []plan.UserID{"u-1", "u-2"}},
		{At: at, Kind: apply.Settled, Outcome: &plan.Outcome{User: "u-1", SKU: "s-1", Action: plan.Unassign, Status: plan.Done, Class: plan.Ready, Evidence: "answer", RequestID: "r-1"}},
		{At: at, Kind: apply.Settled, Outcome: &plan.Outcome{User: "u-2", SKU: "s-1", Action: plan.Unassign, Status: plan.Failed, Class: plan.Ready, Code: "Request_BadRequest", Message: "no"}},
		{At: at, Kind: apply.Waiting, Progress: &apply.Progress{Total: 2, Done: 1, Already: 1, Skipped: 1, Waiting: 1, Rate: 3.26, Left: 1500 * time.Millisecond, Wait: 37 * time.Second, Because: "Graph asked for it"}},
		{At: at, Kind: apply.Stopping, Message: "the stop switch is set"},
		{At: at, Kind: apply.Ended, Progress: &apply.Progress{Total: 2, Done: 1, Failed: 1}, Message: "the stop switch is set"},
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	a, errs := telltale()
	var out bytes.Buffer
	a.out = &out
	j := aJob(t)
	report := &plan.Report{Run: j.run.Name(), Plan: j.plan.ID, Tenant: j.plan.Tenant, Summary: plan.ReportSummary{Done: 1, Failed: 1}}
	err := a.telling([]output{{format: "jsonl"}}, func() error {
		for _, v := range story() {
			a.events.of(j)(v)
		}
		a.events.reported(report)
		return &codeError{code: exitPartly}
	})
	if codeOf(err) != exitPartly || errs.Len() > 0 {
		t.Fatalf("got %v, %q", err, errs)
	}
	want := []string{
		`{"event":"began","at":"2026-11-20T08:00:01Z",HEAD,"total":2,"done":0,"failed":0,"skipped":0,"unknown":0,"waiting":0,"batch":0,"rate":0}`,
		`{"event":"sending","at":"2026-11-20T08:00:01Z",HEAD,"users":["u-1","u-2"]}`,
		`{"event":"outcome","at":"2026-11-20T08:00:01Z",HEAD,"user":"u-1","skuId":"s-1","action":"unassign","status":"done","class":"ready","requestId":"r-1","evidence":"answer"}`,
		`{"event":"outcome","at":"2026-11-20T08:00:01Z",HEAD,"user":"u-2","skuId":"s-1","action":"unassign","status":"failed","class":"ready","code":"Request_BadRequest","message":"no"}`,
		`{"event":"waiting","at":"2026-11-20T08:00:01Z",HEAD,"total":2,"done":1,"failed":0,"skipped":2,"unknown":0,"waiting":1,"batch":0,"rate":3.3,"secondsLeft":2,"wait":37,"reason":"Graph asked for it"}`,
		`{"event":"stopping","at":"2026-11-20T08:00:01Z",HEAD,"message":"the stop switch is set"}`,
		`{"event":"ended","at":"2026-11-20T08:00:01Z",HEAD,"total":2,"done":1,"failed":1,"skipped":0,"unknown":0,"waiting":0,"batch":0,"rate":0,"message":"the stop switch is set"}`,
		`{"event":"exit","at":"2026-11-20T08:00:00Z",HEAD,"summary":{"done":1,"already":0,"skipped":0,"failed":1,"unknown":0,"notReached":0,"interrupted":false,"stopped":""},"exit":5}`,
	}
	head := `"run":"` + j.run.Name() + `","plan":"20261120T075900Z-3fa9c2e1","tenant":"t-1"`
	got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(got) != len(want) {
		t.Fatalf("got %d lines, want %d:\n%s", len(got), len(want), out.String())
	}
	for i := range want {
		if w := strings.Replace(want[i], "HEAD", head, 1); got[i] != w {
			t.Errorf("line %d: got\n%s\nwant\n%s", i+1, got[i], w)
		}
	}
}

// fickle is a reader that takes so many lines and then goes away.
type fickle struct {
	bytes.Buffer
	most, lines int
}

func (f *fickle) Write(b []byte) (int, error) {
	if f.lines++; f.lines > f.most {
		return 0, errors.New("no space left on device")
	}
	return f.Buffer.Write(b)
}

// TestEventsReaderGone: a reader that goes away ends nothing, and is said once.
func TestEventsReaderGone(t *testing.T) {
	t.Parallel()
	a, errs := telltale()
	to := &fickle{most: 3}
	a.out = to
	j := aJob(t)
	err := a.telling([]output{{format: "jsonl"}}, func() error {
		for range 50 {
			for _, v := range story() {
				a.events.of(j)(v)
			}
		}
		return nil
	})
	if err != nil || strings.Count(to.String(), "\n") != 3 {
		t.Errorf("got %v and %q", err, to.String())
	}
	if got := errs.String(); got != "note: events can no longer be written to stdout: no space left on device; the apply goes on\n" {
		t.Errorf("got %q", got)
	}
}

// stuck is a reader that reads nothing until it is let go, and says when it has
// read some.
type stuck struct {
	bytes.Buffer
	free, some chan struct{}
	lines      int
}

func (s *stuck) Write(b []byte) (int, error) {
	<-s.free
	if s.lines++; s.lines == 100 {
		close(s.some)
	}
	return s.Buffer.Write(b)
}

// TestEventsReaderSlow: nobody waits for a slow reader; what is missing is told
// in its place, and lines are never cut.
func TestEventsReaderSlow(t *testing.T) {
	t.Parallel()
	a, errs := telltale()
	to := &stuck{free: make(chan struct{}), some: make(chan struct{})}
	a.out = to
	j := aJob(t)
	const more = 500
	sent := 0
	err := a.telling([]output{{format: "jsonl"}}, func() error {
		tell := a.events.of(j)
		for range sinkRoom + more {
			tell(apply.Event{Kind: apply.Sending})
			sent++
		}
		close(to.free)
		<-to.some // so that there is room again
		tell(apply.Event{Kind: apply.Stopping})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got, lost := 0, 0
	for _, l := range strings.Split(strings.TrimSuffix(to.String(), "\n"), "\n") {
		var line struct {
			Event string
			Count int
		}
		if err := json.Unmarshal([]byte(l), &line); err != nil {
			t.Fatalf("%q: %v", l, err)
		}
		if line.Event == "sending" {
			got++
		}
		lost += line.Count
	}
	if lost == 0 || got+lost != sent {
		t.Errorf("got %d and %d told as lost, want %d in all", got, lost, sent)
	}
	if n := strings.Count(errs.String(), "\n"); n != 1 {
		t.Errorf("got %d notes, want 1:\n%s", n, errs)
	}
}

// TestEventsToFile: a file that cannot be made ends the apply before it begins.
func TestEventsToFile(t *testing.T) {
	t.Parallel()
	a, _ := telltale()
	called := false
	err := a.telling([]output{{format: "jsonl", file: t.TempDir() + "/none/e.jsonl"}}, func() error { called = true; return nil })
	if err == nil || called {
		t.Errorf("got %v, called %t", err, called)
	}
}
