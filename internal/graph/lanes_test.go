package graph_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A road notes when reads and writes came, and how many of each were there at
// once; each takes a second.
type road struct {
	mu     sync.Mutex
	opened time.Time
	came   map[string][]time.Duration
	under  map[string]int
	most   map[string]int
}

// along is a client on a road whose first answer is said, if it is not zero.
func along(t *testing.T, first answer) (*bench, *road) {
	r := &road{opened: time.Now(), came: map[string][]time.Duration{}, under: map[string]int{}, most: map[string]int{}}
	good := newFake(t)
	for n := 1; n <= 60; n++ {
		good.on("/users/"+id(n), ok(user(n))).on("/users/"+id(n)+"/assignLicense", ok(`{"id":"`+id(n)+`"}`))
	}
	var once sync.Once
	b := on(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		said := false
		if first.status != 0 {
			once.Do(func() { said = true })
		}
		body, err := io.ReadAll(q.Body)
		if err != nil {
			t.Errorf("read the request: %v", err)
		}
		q.Body = io.NopCloser(bytes.NewReader(body))
		kind := "read"
		if bytes.Contains(body, []byte("assignLicense")) {
			kind = "write"
		}
		r.mu.Lock()
		r.came[kind] = append(r.came[kind], time.Since(r.opened))
		r.under[kind]++
		r.most[kind] = max(r.most[kind], r.under[kind])
		r.mu.Unlock()
		time.Sleep(time.Second) // of a bubble: costs no time
		r.mu.Lock()
		r.under[kind]--
		r.mu.Unlock()
		if said {
			first.write(w)
			return
		}
		good.ServeHTTP(w, q)
	}))
	b.Now, b.Wait = nil, nil
	b.Token = func(context.Context) (string, time.Time, error) { return token, time.Time{}, nil }
	return b, r
}

// TestLanes: what Graph says of the limit of writes, to a write, holds writes
// alone; anything else holds all.
func TestLanes(t *testing.T) {
	named := func(limit string) answer {
		return status(429, "Retry-After", "30", scope, "Tenant_Application/"+limit+"/a/b")
	}
	batched := func(a answer) answer { return batchOf(memberOf(id(1), a)) }
	for _, tt := range []struct {
		name  string
		by    string // what the first call is
		first answer
		alone bool // writes are held, reads are not
	}{
		{"a member that writes", "write", batched(named("Write")), true},
		{"a batch of writes", "write", named("Write"), true},
		{"both", "write", named("ReadWrite"), false},
		{"reads, said to a write", "write", batched(named("Read")), false},
		{"not known", "write", batched(named("Delete")), false},
		{"not said", "write", batched(status(429, "Retry-After", "30")), false},
		{"writes, said to a read", "read", batched(named("Write")), false},
		{"reads", "read", named("Read"), false},
		{"units", "read", batched(named("ReadWrite")), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, r := along(t, tt.first)
				w := b.writer(t)
				const over = 31 * time.Second // the answer takes one
				var wg sync.WaitGroup
				call := func(kind string, n int) {
					var err error
					if kind == "read" {
						_, err = w.Users(t.Context(), []plan.UserID{plan.UserID(id(n))})
					} else {
						_, err = w.Assign(t.Context(), []plan.Request{take(n, e3)})
					}
					if err != nil {
						t.Error(err)
					}
				}
				wg.Go(func() { call(tt.by, 1) })
				time.Sleep(1500 * time.Millisecond) // it was answered
				for n := range 10 {
					wg.Go(func() { call("read", n+2) })
					wg.Go(func() { call("write", n+2) })
				}
				wg.Wait()
				for kind, came := range r.came {
					for _, at := range came {
						if at == 0 { // the first
							continue
						}
						if early := at < over; early != (tt.alone && kind == "read") {
							t.Errorf("a %s came after %v", kind, at)
						}
					}
				}
				if got := len(r.came["read"]) + len(r.came["write"]); got < 21 {
					t.Errorf("got %d calls", got)
				}
				if tt.alone && r.most["read"] != 8 {
					t.Errorf("got %d reads at once meanwhile, want 8", r.most["read"])
				}
			})
		})
	}
}

// Eight writes and eight reads go at once, and a share near the limit slows
// reads down alone, if reads said it.
func TestAbreast(t *testing.T) {
	near := map[string]answer{
		"read":  batchOf(memberOf(id(1), ok(user(1)).with(share, "1.8"))),
		"write": batchOf(memberOf(id(1), ok(`{}`).with(share, "1.8"))).with(share, "1.8"),
	}
	for _, tt := range []struct {
		kind   string
		reads  int
		paused time.Duration
	}{{"", 8, 0}, {"write", 8, 0}, {"read", 4, 1100 * time.Millisecond}} {
		t.Run("near by "+tt.kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, r := along(t, near[tt.kind])
				w := b.writer(t)
				var err error
				switch tt.kind {
				case "read":
					_, err = w.Users(t.Context(), users(1))
				case "write":
					_, err = w.Assign(t.Context(), []plan.Request{take(1, e3)})
				}
				if err != nil {
					t.Fatal(err)
				}
				began := time.Since(r.opened)
				var wg sync.WaitGroup
				for n := range 12 {
					wg.Go(func() {
						if _, err := w.Users(t.Context(), []plan.UserID{plan.UserID(id(n + 2))}); err != nil {
							t.Error(err)
						}
					})
					wg.Go(func() {
						if got, err := w.Assign(t.Context(), []plan.Request{take(n+2, e3)}); err != nil || got[0].Status != 200 {
							t.Errorf("got %+v, %v", got, err)
						}
					})
				}
				wg.Wait()
				if r.most["read"] != tt.reads || r.most["write"] != 8 {
					t.Errorf("got %v at once, want %d reads and 8 writes", r.most, tt.reads)
				}
				first := map[string]time.Duration{"read": time.Hour, "write": time.Hour}
				for kind, came := range r.came {
					for _, at := range came {
						if at >= began {
							first[kind] = min(first[kind], at-began)
						}
					}
				}
				if first["read"] != tt.paused || first["write"] != 0 {
					t.Errorf("got pauses %v, want %v of reads alone", first, tt.paused)
				}
			})
		})
	}
}
