package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/simulator"
)

// TestFarTold: a run against a limit of writes tells now and then how many changes
// are done, failed and waiting, at which rate it goes, and how long the rest takes.
// The clock is virtual: what is told of time must come true.
func TestFarTold(t *testing.T) {
	t.Parallel()
	const people, failing = 1_500, 3
	var errs bytes.Buffer
	var took time.Duration
	var all []string // whatever could have been told
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		a := &app{err: &errs, now: time.Now, terminal: func(any) (int, bool) { return 0, false }}
		p := a.applyingNow()
		got := hauling{
			people: people, latency: atLatency, inFlight: 1, quota: &simulator.Quota{Model: simulator.TokenBucket, Scale: 0.1, Span: 0.1},
			faults: []simulator.FaultRule{{Method: "POST", Path: "/users/*/assignLicense", Status: 400, Skip: 40, Count: failing}},
			progress: func(s apply.Progress) {
				all = append(all, sentence(words(s, s.Wait)))
				p.changes(s)
			},
		}.run(t)
		p.done()
		took = time.Since(start)
		if s := got.report.Summary; s.Done != people-failing || s.Failed != failing {
			t.Errorf("got %+v", s)
		}
	})
	lines := strings.Split(strings.TrimSpace(errs.String()), "\n")
	t.Logf("%v\n%s", took, errs.String())
	if n, most := len(lines), int(took/quiet)+2; n < most/3 || n > most*2 {
		t.Errorf("got %d lines in %v", n, took)
	}
	for what, form := range map[string]string{
		"done": `^applying [0-9,]+ of 1,500\b`, "failed": `, 3 failed\b`, "waiting": `, [0-9,]+ waiting\b`,
		"rate": `, [0-9.,]+/s\b`, "time left": `, (\d+ min )?(\d+ (s|min)) left\b`,
	} {
		told := lines
		if what == "waiting" {
			told = all // it comes and goes
		}
		found := 0
		for _, line := range told {
			if regexp.MustCompile(form).MatchString(line) {
				found++
			}
		}
		if found < 3 {
			t.Errorf("%s: told in %d of %d lines:\n%s", what, found, len(told), errs.String())
		}
	}
}
