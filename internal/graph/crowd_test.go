package graph_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

// A crowded tenant is one that many write to at once: tokens end within calls,
// members are refused alone, missing or cut off. It keeps what it carried out.
type crowded struct {
	t       *testing.T
	mu      sync.Mutex
	luck    *rand.Rand
	trouble float64
	life    time.Duration        // of tokens
	issued  map[string]time.Time // by token
	refused map[string]bool      // tokens that a 401 was given for
	asking  int                  // of tokens, now
	done    map[string]int       // by client-request-id: how often it was carried out
	read    int                  // of the tenant's own entry
}

// token is the source of them, which takes its time and must not be asked by
// two at once, nor for one while the last is good.
func (c *crowded) token(told time.Duration) func(context.Context) (string, time.Time, error) {
	var last string
	return func(ctx context.Context) (string, time.Time, error) {
		c.mu.Lock()
		if c.asking++; c.asking > 1 {
			c.t.Errorf("%d ask for a token at once", c.asking)
		}
		if age := time.Since(c.issued[last]); last != "" && !c.refused[last] && age < told*3/4 {
			c.t.Errorf("a token is asked for while the last, of %v ago, is good", age)
		}
		c.mu.Unlock()
		defer func() {
			c.mu.Lock()
			c.asking--
			c.mu.Unlock()
		}()
		select {
		case <-time.After(300 * time.Millisecond):
		case <-ctx.Done():
			return "", time.Time{}, ctx.Err()
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		last = fmt.Sprintf("%s-%d", token, len(c.issued)+1)
		c.issued[last] = time.Now()
		return last, time.Now().Add(told), nil
	}
}

// good reports whether a token has not ended.
func (c *crowded) good(header string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	tok := strings.TrimPrefix(header, "Bearer ")
	at, ok := c.issued[tok]
	if ok = ok && time.Since(at) < c.life; !ok {
		c.refused[tok] = true
	}
	return ok
}

// strikes reports whether trouble comes, and draws a wait.
func (c *crowded) strikes() (bool, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.luck.Float64() < c.trouble, time.Duration(c.luck.IntN(400)) * time.Millisecond
}

func (c *crowded) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller is gone
	}
	auth := r.Header.Get("Authorization")
	old := refuse(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
	bad, wait := c.strikes()
	time.Sleep(wait)
	switch {
	case !c.good(auth):
		old.write(w)
	case strings.HasSuffix(r.URL.Path, "/organization"):
		c.mu.Lock()
		c.read++
		c.mu.Unlock()
		list(`{"id":"` + id(1) + `","displayName":"Contoso","verifiedDomains":[{"name":"contoso.com","isInitial":true}]}`).write(w)
	case bad && wait%2 == 0:
		status(503).write(w)
	default:
		a := c.batch(auth, body, old)
		if bad { // it was carried out
			panic(http.ErrAbortHandler)
		}
		a.write(w)
	}
}

func (c *crowded) batch(auth string, body []byte, old answer) answer {
	var q struct {
		Requests []struct {
			ID, Method string
			Headers    map[string]string
		}
	}
	if err := json.Unmarshal(body, &q); err != nil {
		c.t.Errorf("got %s", body)
	}
	var all []string
	for _, m := range q.Requests {
		bad, wait := c.strikes()
		time.Sleep(wait / 10)
		switch {
		case !c.good(auth):
			all = append(all, memberOf(m.ID, old))
			continue
		case bad && wait%3 == 0:
			all = append(all, memberOf(m.ID, status(429)))
			continue
		case bad && wait%3 == 1:
			all = append(all, memberOf(m.ID, status(503)))
			continue
		}
		var n int
		fmt.Sscanf(m.ID, "0000abcd-0000-4000-8000-%d", &n)
		if m.Method == http.MethodPost {
			c.mu.Lock()
			c.done[m.Headers["client-request-id"]]++
			c.mu.Unlock()
		}
		if !bad { // else it is missing, and was carried out
			all = append(all, memberOf(m.ID, ok(user(n))))
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.luck.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return batchOf(all...)
}

// TestCrowd: eight that write and read at once, whatever goes wrong meanwhile.
// A token is asked for by one of them when it must be; the tenant is verified
// once; each write is sent once, and what its answer says is what became of it.
func TestCrowd(t *testing.T) {
	for seed := range 12 {
		synctest.Test(t, func(t *testing.T) {
			trouble, life := []float64{0, 0.05, 0.3}[seed%3], []time.Duration{20 * time.Second, time.Minute}[seed%2]
			c := &crowded{t: t, luck: rand.New(rand.NewPCG(uint64(seed), 8)), trouble: trouble, life: life,
				issued: map[string]time.Time{}, refused: map[string]bool{}, done: map[string]int{}}
			told := life
			if seed%4 > 1 {
				told = time.Hour // a 401 says when it has ended
			}
			w, err := graph.NewWriter(graph.Config{Root: root, Transport: graph.InProcess(c), Token: c.token(told), Tenant: "contoso.com"})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if seed%5 == 4 {
				ctx, cancel = context.WithTimeout(ctx, time.Duration(seed)*300*time.Millisecond)
				defer cancel()
			}
			k := &tally{t: t, c: c, sent: map[string]bool{}}
			var wg sync.WaitGroup
			for worker := range 8 {
				wg.Go(func() {
					for i := range 4 {
						k.write(ctx, w, worker*1000+i*20)
						k.read(ctx, w, worker*1000+i*20)
					}
				})
			}
			wg.Wait()
			time.Sleep(time.Minute) // calls that nobody waits for
			if ctx.Err() == nil && c.read != 1 {
				t.Errorf("seed %d: the tenant was verified %d times", seed, c.read)
			}
			if trouble == 0 && ctx.Err() == nil && k.fine < 8*4*20/2 {
				t.Errorf("seed %d: only %d were written", seed, k.fine)
			}
		})
	}
}

// A tally holds answers against what became of the requests.
type tally struct {
	t    *testing.T
	c    *crowded
	mu   sync.Mutex
	sent map[string]bool
	fine int
}

func (k *tally) write(ctx context.Context, w *graph.Writer, from int) {
	var reqs []plan.Request
	for n := range 20 {
		reqs = append(reqs, take(from+n+1, e3))
	}
	got, err := w.Assign(ctx, reqs)
	if err != nil {
		if !errors.Is(err, ctx.Err()) || ctx.Err() == nil {
			if !graphFault(err) {
				k.t.Errorf("got %v", err)
			}
		}
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for i, a := range got {
		if a.User != reqs[i].User || k.sent[a.ClientRequestID] {
			k.t.Errorf("got %+v for %s", a, reqs[i].User)
		}
		k.sent[a.ClientRequestID] = true
		k.c.mu.Lock()
		done := k.c.done[a.ClientRequestID]
		k.c.mu.Unlock()
		switch a.Status {
		case 200:
			k.fine++
			if done != 1 {
				k.t.Errorf("done %d times: %+v", done, a)
			}
		case 401, 429, 503:
			if done != 0 {
				k.t.Errorf("done, and refused: %+v", a)
			}
		case 0:
			if done > 1 || a.Message == "" {
				k.t.Errorf("done %d times: %+v", done, a)
			}
		default:
			k.t.Errorf("got %+v", a)
		}
	}
}

func (k *tally) read(ctx context.Context, w *graph.Writer, from int) {
	var ids []plan.UserID
	for n := range 20 {
		ids = append(ids, plan.UserID(id(from+n+1)))
	}
	got, err := w.Users(ctx, ids)
	switch {
	case err == nil:
		if len(got) != 20 || slices.ContainsFunc(ids, func(id plan.UserID) bool { return got[id].ID != id }) {
			k.t.Errorf("got %d people", len(got))
		}
	case ctx.Err() != nil && errors.Is(err, ctx.Err()), graphFault(err):
	default:
		k.t.Errorf("got %v", err)
	}
}

// graphFault reports whether Graph is to blame for an error.
func graphFault(err error) bool {
	var e *graph.Error
	return errors.As(err, &e) || errors.Is(err, graph.ErrUnreachable) || errors.Is(err, graph.ErrIncomplete)
}
