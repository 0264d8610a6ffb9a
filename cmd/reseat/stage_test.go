package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// A stage is a simulated tenant behind HTTP with a folder that is for it, both
// by one clock that moves by waiting, and by a latency for each call.
type stage struct {
	t       testing.TB
	dir     string
	url     string
	sim     *simulator.Tenant
	latency time.Duration

	mu     sync.Mutex
	now    time.Time
	writes []string // the users of accepted writes
	whole  int      // pages of everyone
	asked  int      // calls
	tokens int      // that were handed out
	// single are the paths of people that were asked for within batches.
	single []string
}

func newStage(t testing.TB, base *plan.Snapshot, folder string, o simulator.Options) *stage {
	t.Helper()
	s := &stage{t: t, dir: t.TempDir(), now: proxyNow()}
	o.Now, o.Issuer, o.Control = s.time, true, true
	o.Append = func(line []byte) error {
		var w struct {
			User string `json:"user"`
		}
		if err := json.Unmarshal(line, &w); err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.writes = append(s.writes, w.User)
		return nil
	}
	var err error
	if s.sim, err = simulator.New(base, o); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(server.Close)
	s.url = server.URL
	s.write("reseat.yaml", folder)
	return s
}

func (s *stage) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked++
	s.now = s.now.Add(s.latency)
	query := r.URL.Query()
	if r.URL.Path == "/v1.0/users" && !query.Has("$filter") && !strings.Contains(r.URL.RawQuery, "iltered") {
		s.whole++
	}
	if strings.HasSuffix(r.URL.Path, "/oauth2/v2.0/token") {
		s.tokens++
	}
	s.mu.Unlock()
	if strings.HasSuffix(r.URL.Path, "/$batch") {
		s.note(r)
	}
	s.sim.ServeHTTP(w, r)
}

// note keeps what a batch asks for.
func (s *stage) note(r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var batch struct {
		Requests []struct{ URL string }
	}
	if err := json.Unmarshal(body, &batch); err != nil {
		s.t.Error(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range batch.Requests {
		s.single = append(s.single, q.URL)
	}
}

// each returns how often each person was asked about a fact, and forgets it.
func (s *stage) each(fact string) map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := map[string]int{}
	s.single = slices.DeleteFunc(s.single, func(url string) bool {
		if !strings.Contains(url, fact) {
			return false
		}
		counts[url]++
		return true
	})
	return counts
}

func (s *stage) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) path(name string) string { return filepath.Join(s.dir, name) }

func (s *stage) time() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *stage) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// since forgets what was counted and returns how many pages of everyone, and
// calls, there were.
func (s *stage) since() (whole, asked int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	whole, asked = s.whole, s.asked
	s.whole, s.asked, s.tokens = 0, 0, 0
	return whole, asked
}

func (s *stage) app(out, errs *bytes.Buffer) *app {
	return &app{in: strings.NewReader(""), out: out, err: errs, version: "test",
		env: func(name string) string {
			if name == "RESEAT_GRAPH_URL" {
				return s.url
			}
			return ""
		},
		terminal: func(any) (int, bool) { return 0, false }, now: s.time, interrupted: make(chan struct{}),
		wait: func(ctx context.Context, d time.Duration) error { s.pass(d); return ctx.Err() }}
}

// run runs a command within this process.
func (s *stage) run(want int, args ...string) (out, errs string) {
	s.t.Helper()
	var o, e bytes.Buffer
	if code := s.app(&o, &e).run(context.Background(), args); code != want {
		s.t.Fatalf("reseat %s: got exit code %d, want %d\n%s%s", strings.Join(args, " "), code, want, o.String(), e.String())
	}
	return o.String(), e.String()
}

func (s *stage) plan(want int, args ...string) *plan.Plan {
	s.t.Helper()
	out, _ := s.run(want, append([]string{"plan", s.dir, "-o", "json"}, args...)...)
	p, err := plan.Decode([]byte(out))
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// readJSON reads a file of the state folder.
func (s *stage) readJSON(pattern string, v any) {
	s.t.Helper()
	data := []byte(s.readText(pattern))
	if err := json.Unmarshal(data, v); err != nil {
		s.t.Fatal(err)
	}
}

// readText is a file of the state folder.
func (s *stage) readText(pattern string) string {
	s.t.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, ".reseat", "rehearsal", pattern))
	if err != nil || len(files) == 0 {
		s.t.Fatalf("no %s: %v", pattern, err)
	}
	data, err := os.ReadFile(files[len(files)-1])
	if err != nil {
		s.t.Fatal(err)
	}
	return string(data)
}

// take is somebody else at work, who takes a product from people.
func (s *stage) take(sku plan.SKU, ids ...plan.UserID) {
	s.t.Helper()
	w, err := graph.NewWriter(graph.Config{Root: "https://graph.simulated.invalid", Transport: s.sim, Now: s.time, Token: s.token("User.ReadWrite.All")})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, id := range ids {
		answers, err := w.Assign(s.t.Context(), []plan.Request{{User: id, Remove: []plan.SKU{sku}}})
		if err != nil || answers[0].Status != http.StatusOK {
			s.t.Fatalf("got %v, %v", answers, err)
		}
	}
}

// fire deletes people.
func (s *stage) fire(ids ...plan.UserID) {
	s.t.Helper()
	token, _, _ := s.token("User.ReadWrite.All", "User.DeleteRestore.All")(s.t.Context())
	for _, id := range ids {
		r := httptest.NewRequest(http.MethodDelete, "https://graph.simulated.invalid/v1.0/users/"+string(id), nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		s.sim.ServeHTTP(w, r)
		if w.Code != http.StatusNoContent {
			s.t.Fatalf("got %d %s", w.Code, w.Body)
		}
	}
}

func (s *stage) token(permissions ...string) func(context.Context) (string, time.Time, error) {
	return func(context.Context) (string, time.Time, error) {
		actor := plan.Actor{Kind: plan.ActorApplication, ID: "22222222-0000-4000-8000-000000000001", Name: "somebody else", Permissions: permissions}
		return s.sim.Token(actor, time.Hour), time.Time{}, nil
	}
}
