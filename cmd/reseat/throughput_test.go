package main

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
)

// What an apply must keep to, whatever it is up against.
func (h *haul) sound(people int) {
	h.t.Helper()
	if s := h.report.Summary; s.Done != people || s.Stopped != "" {
		h.t.Errorf("got %+v, want %d done", s, people)
	}
	if h.kept+h.again+h.early+h.unwritten > 0 {
		h.t.Errorf("%d people still have it, %d writes had an effect twice, %d were sent before their Retry-After was over, %d without an intent in the journal",
			h.kept, h.again, h.early, h.unwritten)
	}
	if h.writes > people*102/100 {
		h.t.Errorf("%d writes for %d people, want at most 1.02 each", h.writes, people)
	}
	if h.reads > people*3 {
		h.t.Errorf("%d people were read for %d, want at most 3 each", h.reads, people)
	}
	if h.journal > people*1024 {
		h.t.Errorf("a journal of %d bytes for %d changes, want at most 1 KB each", h.journal, people)
	}
}

// tell prints what a run took, beside the least that it can take.
func (h *haul) tell(people int, floor time.Duration) string {
	n := float64(people)
	return fmt.Sprintf("%.1f s, floor %.1f s, ratio %.3f; %.3f writes and %.2f reads for each person, %d throttled; %d bytes of journal for each, %.2f syncs a batch of 20",
		h.took.Seconds(), floor.Seconds(), h.took.Seconds()/floor.Seconds(), float64(h.writes)/n, float64(h.reads)/n, h.throttled, h.journal/people, float64(h.syncs)/(n/20))
}

// virtual carries a hauling out by a clock that stands still while anybody works:
// what it takes is waiting alone, and the same on every machine.
func (h hauling) virtual(t *testing.T) (got *haul) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { got = h.run(t) })
	got.t = t
	return got
}

const atLatency = 50 * time.Millisecond

// floorOf is the least that a quota lets so many writes take. A window lets all
// at once that it has, so that the last ones take what they would without a quota.
func floorOf(t *testing.T, q simulator.Quota, people, inFlight int) time.Duration {
	t.Helper()
	limit, span := int(3000*q.Scale), time.Duration(float64(150*time.Second)*q.Span)
	if q.Model == simulator.TokenBucket {
		return time.Duration(float64(people-limit) / float64(limit) * float64(span))
	}
	whole := (people - 1) / limit
	rest := hauling{people: people - whole*limit, latency: atLatency, inFlight: inFlight}.virtual(t)
	return time.Duration(whole)*span + rest.took
}

// TestPace: against the service's limit of writes, kept either way, an apply takes
// hardly longer than the limit makes it take, and sends what it must, once.
func TestPace(t *testing.T) { testPace(t, 1_000, 0.1, 1) }

// testPace is the test for so many people, and a limit that is scaled; what is
// under way at once should be scaled alike.
func testPace(t *testing.T, people int, scale float64, inFlight int) {
	t.Helper()
	for _, model := range []simulator.QuotaModel{simulator.FixedWindow, simulator.TokenBucket} {
		t.Run(string(model), func(t *testing.T) {
			t.Parallel()
			q := simulator.Quota{Model: model, Scale: scale, Span: scale}
			floor := floorOf(t, q, people, inFlight)
			got := hauling{people: people, quota: &q, latency: atLatency, inFlight: inFlight}.virtual(t)
			t.Log(got.tell(people, floor))
			got.sound(people)
			if got.took > floor*105/100 {
				t.Errorf("took %v, want at most 1.05 x %v", got.took, floor)
			}
		})
	}
}

// TestThroughput: far from any limit, several batches under way at once are worth
// it against one at a time, and both against single calls one after another.
func TestThroughput(t *testing.T) {
	t.Parallel()
	const people = 1_000
	many := hauling{people: people, latency: atLatency}.virtual(t)
	one := hauling{people: people, latency: atLatency, inFlight: 1}.virtual(t)
	serial := people * atLatency // each written to once, and nobody read
	t.Logf("%.1f s; one batch at a time %.1f s, %.1f times; single calls %.1f s, %.1f times", many.took.Seconds(),
		one.took.Seconds(), one.took.Seconds()/many.took.Seconds(), serial.Seconds(), serial.Seconds()/many.took.Seconds())
	many.sound(people)
	one.sound(people)
	if many.took*20 > serial {
		t.Errorf("took %v, want at most a 20th of %v", many.took, serial)
	}
	if many.took*4 > one.took {
		t.Errorf("took %v, want at most a quarter of %v", many.took, one.took)
	}
}
