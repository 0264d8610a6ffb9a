package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/apply"
	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

const visioClient = plan.SKU("c5928f49-12ba-48f7-ada3-0d743a3601d5")

// A hauling is one run that takes Visio from so many people, through the real
// client and with everything durable that a run makes so.
type hauling struct {
	people   int
	quota    *simulator.Quota
	latency  time.Duration
	inFlight int // of the executor: 0 is as it comes
	// Speed is how much faster the run's clock goes than the real one; 0 is 1.
	speed float64
	// Faults of the tenant, and who is told how far the run is; nil is none.
	faults   []simulator.FaultRule
	progress func(apply.Progress)
}

// A haul is what became of it.
type haul struct {
	t         testing.TB
	took      time.Duration // by the run's clock
	report    *plan.Report
	journal   int // bytes
	syncs     int // of journal and ledger
	writes    int // members that write, as sent
	reads     int // members that read people, as sent
	throttled int // members that write and were answered 429
	early     int // writes sent before the Retry-After of that person was over
	unwritten int // writes sent without an intent of theirs in the journal
	again     int // writes that changed a person a second time
	kept      int // people who still have the product
}

// run makes the tenant and the plan, and carries it out.
func (h hauling) run(t testing.TB) *haul {
	t.Helper()
	start := time.Now()
	speed := max(h.speed, 1)
	now := func() time.Time { return start.Add(time.Duration(float64(time.Since(start)) * speed)) }
	wait := func(ctx context.Context, d time.Duration) error {
		timer := time.NewTimer(time.Duration(float64(d) / speed))
		defer timer.Stop()
		select {
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	base := simulator.Generate(simulator.GenerateOptions{Seed: 1, Users: h.people*4/3 + 100, Now: start,
		Holders: map[plan.SKU]int{visioClient: h.people*11/10 + 50}})
	sim, err := simulator.New(base, simulator.Options{Now: now, Quota: h.quota, Faults: h.faults})
	if err != nil {
		t.Fatal(err)
	}
	p := haulPlan(t, base, h.people, start)
	store, err := state.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &watcher{t: t, now: now, latency: time.Duration(float64(h.latency) / speed), inner: graph.InProcess(sim),
		intents: map[string]int{}, sent: map[string]int{}, done: map[string]int{}, notBefore: map[string]time.Time{}}
	got := &haul{t: t}
	got.report = h.carryOut(t, base, sim, p, store, w, now, wait)
	got.took = now().Sub(start)
	w.mu.Lock()
	defer w.mu.Unlock()
	got.journal, got.syncs, got.reads, got.throttled, got.early, got.unwritten = w.bytes, w.syncs, w.reads, w.throttled, w.early, w.unwritten
	for _, n := range w.sent {
		got.writes += n
	}
	for _, n := range w.done {
		got.again += n - 1
	}
	left := sim.Snapshot()
	for _, id := range p.Order {
		if u, _ := left.User(id); slices.ContainsFunc(u.Sources, func(s plan.Source) bool { return s.SKU == visioClient && s.Direct() }) {
			got.kept++
		}
	}
	return got
}

// carryOut is the part of an apply that sends, put together as the command does.
func (h hauling) carryOut(t testing.TB, base *plan.Snapshot, sim *simulator.Tenant, p *plan.Plan, store *state.Store, w *watcher,
	now func() time.Time, wait func(context.Context, time.Duration) error,
) *plan.Report {
	t.Helper()
	token := sim.Token(base.Actor, 24*time.Hour)
	c := graph.Config{Root: "https://graph.simulated.invalid", Transport: w, Now: now, Wait: wait,
		Token: func(context.Context) (string, time.Time, error) { return token, now().Add(12 * time.Hour), nil }}
	reader, err := graph.New(c)
	if err != nil {
		t.Fatal(err)
	}
	both, err := (&tenant{reader: reader, write: c}).hands(base.Organization.ID)
	if err != nil {
		t.Fatal(err)
	}
	run, err := store.NewRun(p.Digests.Changes, now())
	if err != nil {
		t.Fatal(err)
	}
	lock, err := store.Lock(state.LockRecord{Operation: "apply", Run: run.Name(), Who: "test"}, now())
	if err != nil {
		t.Fatal(err)
	}
	journal, err := run.Journal()
	if err != nil {
		t.Fatal(err)
	}
	takings, err := store.Takings(run.Name())
	if err != nil {
		t.Fatal(err)
	}
	items := apply.Sift(p, nil, func(id plan.UserID) (plan.User, bool) {
		u, ok := base.User(id)
		return *u, ok
	})
	report, err := apply.Executor{
		Tenant: both, Append: w.append(journal.Append), Now: now, Wait: wait, Held: lock.Held, InFlight: h.inFlight, Progress: h.progress,
		Used: func() error { return store.Use(p.ID, p.Digests.Changes, run.Name(), now()) },
		Removed: func(taken []plan.Outcome) error {
			var seats []state.CountedSeat
			for _, o := range taken {
				seats = append(seats, state.CountedSeat{Seat: state.Seat{User: o.User, SKU: o.SKU}, Counted: true})
			}
			w.mu.Lock()
			w.syncs++
			w.mu.Unlock()
			return takings.Note(seats, now())
		},
	}.Run(t.Context(), p, run.Name(), items, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, closing := range []func() error{journal.Close, lock.Release} {
		if err := closing(); err != nil {
			t.Error(err)
		}
	}
	return report
}

// haulPlan takes Visio from the first so many who hold it directly.
func haulPlan(t testing.TB, base *plan.Snapshot, people int, now time.Time) *plan.Plan {
	t.Helper()
	digest := strings.Repeat("3fa9c2e1", 8)
	p := &plan.Plan{FormatVersion: plan.FormatVersion, Kind: plan.DocumentKind, Mode: plan.ModeNormal, ID: plan.RunTime(now) + "-3fa9c2e1",
		Tenant: plan.Tenant{ID: base.Organization.ID}, CreatedAt: now, ValidUntil: now.Add(24 * time.Hour), Digests: plan.Digests{Changes: digest, Body: digest}}
	for i := range base.Users {
		u := &base.Users[i]
		for _, s := range u.Sources {
			if s.SKU != visioClient || !s.Direct() || len(p.Order) == people {
				continue
			}
			p.Order = append(p.Order, u.ID)
			p.Changes = append(p.Changes, plan.Change{ID: string(u.ID) + "/" + string(s.SKU), Request: u.ID, Action: plan.Unassign, Verdict: plan.Allow,
				User: plan.UserRef{ID: u.ID}, Product: plan.ProductRef{SKU: s.SKU, PartNumber: "VISIOCLIENT"},
				Held: plan.Held{Direct: true, UpdatedAt: s.UpdatedAt}, Before: &plan.Grant{DisabledPlans: s.DisabledPlans}})
		}
	}
	if len(p.Order) != people {
		t.Fatalf("got %d people, want %d", len(p.Order), people)
	}
	return p
}

// A watcher stands between client and tenant, and between executor and journal.
// It takes its time, and looks whether what is sent may be sent.
type watcher struct {
	t       testing.TB
	now     func() time.Time
	latency time.Duration // real
	inner   http.RoundTripper

	mu        sync.Mutex
	intents   map[string]int // by person, that are durable
	sent      map[string]int
	done      map[string]int
	notBefore map[string]time.Time

	bytes, syncs, reads, throttled, early, unwritten int
}

// append is a durable append whose intents are known when it has returned.
func (w *watcher) append(durably func([]byte) error) func([]byte) error {
	return func(lines []byte) error {
		if err := durably(lines); err != nil {
			return err
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.bytes += len(lines)
		w.syncs++
		for line := range bytes.Lines(lines) {
			var e struct{ State, User string }
			if err := json.Unmarshal(line, &e); err != nil {
				return err
			}
			if e.State == string(apply.Intent) {
				w.intents[e.User]++
			}
		}
		return nil
	}
}

func (w *watcher) RoundTrip(r *http.Request) (*http.Response, error) {
	var writers map[string]string // by member
	if strings.HasSuffix(r.URL.Path, "/$batch") {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
		writers = w.asked(body)
	}
	if w.latency > 0 {
		timer := time.NewTimer(w.latency)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	resp, err := w.inner.RoundTrip(r)
	if err != nil || len(writers) == 0 {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	w.answered(resp, body, writers)
	return resp, nil
}

// asked notes what a batch asks for, and returns who is written to by which member.
func (w *watcher) asked(body []byte) map[string]string {
	var batch struct {
		Requests []struct{ ID, Method, URL string }
	}
	if err := json.Unmarshal(body, &batch); err != nil {
		w.t.Error(err)
	}
	writers := map[string]string{}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, q := range batch.Requests {
		id, ok := strings.CutSuffix(strings.TrimPrefix(q.URL, "/users/"), "/assignLicense")
		switch {
		case ok:
			writers[q.ID] = id
			w.sent[id]++
			if w.now().Before(w.notBefore[id]) {
				w.early++
			}
			if w.intents[id] < w.sent[id] {
				w.unwritten++
			}
		case q.Method == http.MethodGet && strings.HasPrefix(q.URL, "/users/"):
			w.reads++
		}
	}
	return writers
}

// answered notes what became of writes.
func (w *watcher) answered(resp *http.Response, body []byte, writers map[string]string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if resp.StatusCode == http.StatusTooManyRequests {
		for id := range maps.Values(writers) {
			w.put(id, resp.Header.Get("Retry-After"))
		}
		return
	}
	var batch struct {
		Responses []struct {
			ID      string
			Status  int
			Headers map[string]string
		}
	}
	if err := json.Unmarshal(body, &batch); err != nil {
		w.t.Error(err)
	}
	for _, a := range batch.Responses {
		id := writers[a.ID]
		switch a.Status {
		case http.StatusTooManyRequests:
			w.put(id, a.Headers["Retry-After"])
		case http.StatusOK:
			w.done[id]++
		}
	}
}

// put notes that a person's write was put off.
func (w *watcher) put(id, retryAfter string) {
	w.throttled++
	seconds, err := strconv.ParseFloat(retryAfter, 64)
	if err != nil {
		w.t.Errorf("a Retry-After of %q: %v", retryAfter, err)
	}
	if until := w.now().Add(time.Duration(seconds * float64(time.Second))); until.After(w.notBefore[id]) {
		w.notBefore[id] = until
	}
}
