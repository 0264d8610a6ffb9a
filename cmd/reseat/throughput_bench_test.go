package main

import (
	"context"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// BenchmarkLargeThroughput is 10,000 people far from any limit, 50 ms away, by the
// real clock and on a real disk. It is held against batches one at a time, and
// against single calls one after another that neither read nor write down
// anything; those do fewer people, and rates are compared.
func BenchmarkLargeThroughput(b *testing.B) {
	const people = 10_000
	for b.Loop() {
		many := hauling{people: people, latency: atLatency}.run(b)
		many.sound(people)
		one := hauling{people: people / 10, latency: atLatency, inFlight: 1}.run(b)
		one.sound(people / 10)
		rate, batches, calls := people/many.took.Seconds(), people/10/one.took.Seconds(), serialRate(b, people/50)
		b.ReportMetric(rate, "people/s")
		b.ReportMetric(rate/batches, "x-one-batch")
		b.ReportMetric(rate/calls, "x-serial")
		b.Log(many.tell(people, people/20*atLatency))
		if rate < 20*calls || rate < 4*batches {
			b.Errorf("%.0f people a second, want at least 20 x %.1f of single calls and 4 x %.0f of one batch at a time", rate, calls, batches)
		}
	}
}

// serialRate is how many people a second a loop of single calls writes to.
func serialRate(b *testing.B, people int) float64 {
	b.Helper()
	base := simulator.Generate(simulator.GenerateOptions{Seed: 1, Users: 2 * people, Now: time.Now(), Holders: map[plan.SKU]int{visioClient: people*11/10 + 50}})
	sim, err := simulator.New(base, simulator.Options{})
	if err != nil {
		b.Fatal(err)
	}
	token := sim.Token(base.Actor, time.Hour)
	w, err := graph.NewWriter(graph.Config{Root: "https://graph.simulated.invalid", Transport: graph.InProcess(simulator.Slow(sim, atLatency)),
		Token: func(context.Context) (string, time.Time, error) { return token, time.Time{}, nil }})
	if err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	for _, id := range haulPlan(b, base, people, start).Order {
		answers, err := w.Assign(b.Context(), []plan.Request{{User: id, Remove: []plan.SKU{visioClient}}})
		if err != nil || answers[0].Status != http.StatusOK {
			b.Fatal(answers, err)
		}
	}
	return float64(people) / time.Since(start).Seconds()
}

// paceSpeed is how much faster than the real one the clock of the next benchmark
// goes: what the processors do counts as so much longer.
const paceSpeed = 5

// BenchmarkLargePace is 10,000 people against the service's limit of 3,000 writes
// in 150 s, kept either way, by a clock that goes faster than the real one.
func BenchmarkLargePace(b *testing.B) {
	const people = 10_000
	for _, model := range []simulator.QuotaModel{simulator.FixedWindow, simulator.TokenBucket} {
		b.Run(string(model), func(b *testing.B) {
			for b.Loop() {
				floor := 350 * time.Second
				if model == simulator.FixedWindow {
					last := hauling{people: people % 3_000, latency: atLatency, speed: paceSpeed}.run(b)
					floor = 450*time.Second + last.took
				}
				got := hauling{people: people, quota: &simulator.Quota{Model: model}, latency: atLatency, speed: paceSpeed}.run(b)
				b.ReportMetric(got.took.Seconds(), "run-s")
				b.ReportMetric(floor.Seconds(), "floor-s")
				b.ReportMetric(got.took.Seconds()/floor.Seconds(), "ratio")
				b.ReportMetric(float64(got.writes)/people, "writes/person")
				b.ReportMetric(float64(got.reads)/people, "reads/person")
				b.ReportMetric(float64(got.throttled), "throttled")
				b.Logf("a clock %d times as fast: %s", paceSpeed, got.tell(people, floor))
				got.sound(people)
				if got.took > floor*105/100 {
					b.Errorf("took %v, want at most 1.05 x %v", got.took, floor)
				}
			}
		})
	}
}

// TestLargePace is [TestPace] with the service's own figures.
func TestLargePace(t *testing.T) {
	if os.Getenv("RESEAT_LARGE") == "" {
		t.Skip("takes a while: RESEAT_LARGE=1, or make bench-large")
	}
	testPace(t, 10_000, 1, 0)
}
