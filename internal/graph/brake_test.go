package graph_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A visitors' book notes when calls came, since it was opened, and how many were
// there at once.
type visitors struct {
	mu     sync.Mutex
	opened time.Time
	came   []time.Duration
	under  int
	most   map[time.Duration]int // by the second
}

// note is called at the beginning of a call that takes a second.
func (v *visitors) note() {
	v.mu.Lock()
	v.under++
	at := time.Since(v.opened)
	v.came = append(v.came, at)
	v.most[at] = max(v.most[at], v.under)
	v.mu.Unlock()
	time.Sleep(time.Second) // of a bubble: costs no time
	v.mu.Lock()
	v.under--
	v.mu.Unlock()
}

// slowly is a bench by the bubble's clock, whose other side takes a second for
// each call; the first answer is said.
func slowly(t *testing.T, first answer) (*bench, *visitors) {
	v := &visitors{opened: time.Now(), most: map[time.Duration]int{}}
	good := newFake(t).on("/subscribedSkus", list(product(e3, 1, 1)))
	for n := 1; n <= 60; n++ {
		good.on("/users/"+id(n), ok(user(n))).on("/users/"+id(n)+"/assignLicense", ok(`{"id":"`+id(n)+`"}`))
	}
	var once sync.Once
	b := on(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		said := false
		once.Do(func() { said = true })
		v.note()
		if said {
			first.write(w)
			return
		}
		good.ServeHTTP(w, r)
	}))
	b.Now, b.Wait = nil, nil
	b.Token = func(context.Context) (string, time.Time, error) { return token, time.Time{}, nil }
	return b, v
}

// TestBrake: after a 429 with Retry-After, of a call or of a member of a batch,
// nobody sends anything before it is over, reads and writes alike. Then one
// goes first, and more as they are answered.
func TestBrake(t *testing.T) {
	busy := status(429, "Retry-After", "30")
	for name, first := range map[string]answer{
		"a call":      busy,
		"a member":    ok(`{"responses":[` + memberOf(id(1), busy) + `]}`),
		"bandwidth":   status(509, "Retry-After", "30"),
		"ten minutes": status(429, "Retry-After", "86400"),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, v := slowly(t, first)
				w := b.writer(t)
				over := 31 * time.Second // the answer takes one
				if name == "ten minutes" {
					over = 601 * time.Second
				}
				if got, err := w.Assign(t.Context(), []plan.Request{take(1, e3)}); err != nil || len(got) != 1 || time.Since(v.opened) != time.Second {
					t.Fatalf("got %+v, %v after %v: the write itself does not wait", got, err, time.Since(v.opened))
				}
				var wg sync.WaitGroup
				for n := range 20 {
					wg.Go(func() {
						var err error
						switch n % 3 {
						case 0:
							_, err = w.Products(t.Context())
						case 1:
							_, err = w.Users(t.Context(), users(3))
						case 2:
							var got []plan.Answer
							if got, err = w.Assign(t.Context(), []plan.Request{take(n+1, e3)}); err == nil && got[0].Status != 200 {
								err = fmt.Errorf("got %+v", got)
							}
						}
						if err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				for i, at := range v.came[1:] {
					if at < over {
						t.Errorf("call %d came after %v, before %v", i+1, at, over)
					}
				}
				// One, then two, then four, then as many as may be.
				for i, want := range []int{1, 2, 4, 8} {
					if got := v.most[over+time.Duration(i)*time.Second]; got != want {
						t.Errorf("%d s after it was over: got %d calls at once, want %d", i, got, want)
					}
				}
			})
		})
	}
}

// Without Retry-After only the one read waits, ever longer, each in its own way.
func TestBrakeNotAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, v := slowly(t, status(429))
		b.Jitter = func() float64 { return 0.5 }
		c := b.client(t)
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := c.Products(t.Context()); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(1100 * time.Millisecond) // the first was refused
		wg.Go(func() {
			if _, err := c.Products(t.Context()); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		if want := []time.Duration{0, 1100 * time.Millisecond, 1750 * time.Millisecond}; !slices.Equal(v.came, want) {
			t.Errorf("got calls at %v, want %v", v.came, want)
		}
	})
}

// A longer hold stands, whatever is asked for later; and one that is asked for
// while calls wait holds them again.
func TestBrakeLonger(t *testing.T) {
	for _, tt := range []struct {
		after []string // of calls under way together, answered after 10, 20 and 30 s
		over  time.Duration
	}{
		{[]string{"60", "5"}, 70 * time.Second}, {[]string{"5", "60"}, 80 * time.Second}, {[]string{"60", "5", "90"}, 120 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			var came []time.Duration
			start := time.Now()
			b := on(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				n := len(came)
				came = append(came, time.Since(start))
				mu.Unlock()
				if n < len(tt.after) {
					time.Sleep(time.Duration(n+1) * 10 * time.Second)
					status(429, "Retry-After", tt.after[n]).write(w)
					return
				}
				list(product(e3, 1, 1)).write(w)
			}))
			b.Now, b.Wait = nil, nil
			b.Token = func(context.Context) (string, time.Time, error) { return token, time.Time{}, nil }
			c := b.client(t)
			var wg sync.WaitGroup
			for range tt.after {
				wg.Go(func() {
					if _, err := c.Products(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if got := slices.Min(came[len(tt.after):]); got != tt.over {
				t.Errorf("%v: got the next call at %v, want %v", tt.after, got, tt.over)
			}
		})
	}
}

// Calls that are lost after the brake was on do not let more go at once.
func TestBrakeStaysNarrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, v := slowly(t, status(429, "Retry-After", "30"))
		good := b.Transport
		b.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			resp, err := good.RoundTrip(r)
			if at := time.Since(v.opened); err == nil && at > 30*time.Second && at < 36*time.Second {
				resp.Body.Close()
				return nil, errors.New("connection reset by peer")
			}
			return resp, err
		})
		c := b.client(t)
		var wg sync.WaitGroup
		for range 7 {
			wg.Go(func() {
				if _, err := c.Products(t.Context()); err != nil {
					t.Error(err)
				}
			})
			time.Sleep(time.Millisecond)
			v.mu.Lock()
			first := len(v.came) == 1
			v.mu.Unlock()
			if first {
				time.Sleep(2 * time.Second)
			}
		}
		wg.Wait()
		for at, n := range v.most {
			if at > 30*time.Second && at < 36*time.Second && n > 1 {
				t.Errorf("got %d calls at once after %v", n, at)
			}
		}
	})
}

// A roundTrip is a function as a transport.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// The end of ctx ends the wait. A write that waited was not sent, and says so.
func TestBrakeCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, v := slowly(t, status(429, "Retry-After", "300"))
		w := b.writer(t)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err := w.Products(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(v.opened) != 10*time.Second {
			t.Errorf("read: got %v after %v", err, time.Since(v.opened))
		}
		ctx, cancel = context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if got, err := w.Assign(ctx, []plan.Request{take(1, e3)}); !errors.Is(err, context.DeadlineExceeded) || got != nil || len(v.came) != 1 {
			t.Errorf("write: got %+v, %v after %d calls", got, err, len(v.came))
		}
		ctx, cancel = context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err := w.Users(ctx, users(30)); !errors.Is(err, context.DeadlineExceeded) || len(v.came) != 1 {
			t.Errorf("batches: got %v after %d calls", err, len(v.came))
		}
	})
}

// While a call gets its token, which takes time, the brake may go on: it is not
// sent, and what it waits does not count as time that an answer takes.
func TestBrakeWhileToken(t *testing.T) {
	t.Run("before the brake", func(t *testing.T) { brakeWhileToken(t, 3) })
	t.Run("behind the brake", func(t *testing.T) { brakeWhileToken(t, 4) })
}

// brakeWhileToken makes the nth token take its time. As each is old at once, the
// first call takes two of them.
func brakeWhileToken(t *testing.T, slow int) {
	synctest.Test(t, func(t *testing.T) {
		b, v := slowly(t, status(429, "Retry-After", "600"))
		var mu sync.Mutex
		asked := 0
		b.Token = func(context.Context) (string, time.Time, error) {
			mu.Lock()
			asked++
			now := asked
			mu.Unlock()
			if now == slow {
				time.Sleep(20 * time.Second)
			}
			return token, time.Now(), nil // old at once
		}
		c := b.client(t)
		var wg sync.WaitGroup
		read := func() {
			if _, err := c.Products(t.Context()); err != nil {
				t.Error(err)
			}
		}
		wg.Go(read)
		time.Sleep(500 * time.Millisecond) // its answer comes at 1 s
		wg.Go(read)
		wg.Wait()
		for _, at := range v.came[1:] {
			if at < 601*time.Second || asked <= slow {
				t.Errorf("got calls at %v with %d tokens, want none before the brake is off, and a new token then", v.came, asked)
			}
		}
	})
}

// A clock that does not move, or goes back, neither doubles a wait nor makes it
// longer than ten minutes.
func TestBrakeOddClock(t *testing.T) {
	b := on(newFake(t).on("/subscribedSkus", status(429, "Retry-After", "300"), list()))
	c := b.client(t)
	for range 3 {
		if _, err := c.Products(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if want := []time.Duration{5 * time.Minute}; !slices.Equal(b.waits, want) {
		t.Errorf("it stands: got waits %v, want %v", b.waits, want)
	}
	f := newFake(t)
	b = on(f)
	clock := now
	b.Now = func() time.Time { return clock }
	b.Token = func(context.Context) (string, time.Time, error) { return token, time.Time{}, nil }
	f.special["/subscribedSkus"] = func(w http.ResponseWriter, r *http.Request) {
		if len(f.asked) > 1 {
			list().write(w)
			return
		}
		status(429, "Retry-After", "300").write(w)
	}
	wait := b.Wait
	b.Wait = func(ctx context.Context, d time.Duration) error { return wait(ctx, d) }
	w := b.writer(t)
	f.on("/$batch", status(429, "Retry-After", "300"))
	if _, err := w.Assign(t.Context(), []plan.Request{take(1, e3)}); err != nil {
		t.Fatal(err)
	}
	clock = now.Add(-24 * time.Hour)
	if _, err := w.Products(t.Context()); err != nil || len(b.waits) == 0 || slices.Max(b.waits) > 10*time.Minute {
		t.Errorf("it goes back: got waits %v, %v", b.waits, err)
	}
}

// Near a limit calls pause before they are sent, and three go at once; not any
// more once answers have not spoken of it for ten seconds.
func TestNearLimit(t *testing.T) {
	for share, pause := range map[string]time.Duration{
		"0.79": 0, "0.8": 100 * time.Millisecond, "1.0": 300 * time.Millisecond, "1.8": 1100 * time.Millisecond, "1e9": 1100 * time.Millisecond,
		"NaN": 0, "-1": 0, "much": 0,
	} {
		b := on(newFake(t).on("/subscribedSkus", list().with("x-ms-throttle-limit-percentage", share), list()))
		clock := now
		b.Now = func() time.Time { return clock }
		c := b.client(t)
		var want []time.Duration
		for i, after := range []time.Duration{0, 9 * time.Second, 2 * time.Second} {
			clock = clock.Add(after)
			if _, err := c.Products(t.Context()); err != nil {
				t.Fatal(err)
			}
			if i == 1 && pause > 0 {
				want = append(want, pause)
			}
		}
		if !slices.Equal(b.waits, want) {
			t.Errorf("%s: got waits %v, want %v", share, b.waits, want)
		}
	}
	member := on(newFake(t).on("/users/"+id(1), ok(user(1)).with("x-ms-throttle-limit-percentage", "1.0")))
	c := member.client(t)
	for range 2 {
		if _, err := c.Users(t.Context(), users(1)); err != nil {
			t.Fatal(err)
		}
	}
	if want := []time.Duration{300 * time.Millisecond}; !slices.Equal(member.waits, want) {
		t.Errorf("member: got waits %v, want %v", member.waits, want)
	}
	synctest.Test(t, func(t *testing.T) {
		b, v := slowly(t, list(product(e3, 1, 1)).with("x-ms-throttle-limit-percentage", "0.9"))
		c := b.client(t)
		if _, err := c.Products(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Users(t.Context(), users(60)); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 12 {
			wg.Go(func() {
				if _, err := c.Products(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if most := slices.Max(mapValues(v.most)); most != 3 {
			t.Errorf("got %d at once, want 3", most)
		}
	})
}

func mapValues(m map[time.Duration]int) []int {
	var all []int
	for _, n := range m {
		all = append(all, n)
	}
	return all
}

// TestSkew: clocks that differ by more than five minutes are said once.
func TestSkew(t *testing.T) {
	for _, tt := range []struct {
		name  string
		a     answer
		skew  time.Duration
		known bool
		said  int
	}{
		{"no date", list(), 0, false, 0},
		{"the same", list().with("Date", date(0)), 0, true, 0},
		{"a little", list().with("Date", date(-5*time.Minute)), -5 * time.Minute, true, 0},
		{"ahead", list().with("Date", date(301*time.Second)), 301 * time.Second, true, 1},
		{"behind", list().with("Date", date(-time.Hour)), -time.Hour, true, 1},
		{"rubbish", list().with("Date", "yesterday"), 0, false, 0},
		{"refused", status(403, "Date", date(time.Hour)), time.Hour, true, 1},
		{"a gateway's", answer{status: 502, header: map[string]string{"Date": date(time.Hour)}}, 0, false, 0},
		{"out of a cache", list().with("Date", date(-time.Hour)).with("Age", "3600"), 0, false, 0},
	} {
		b := on(newFake(t).on("/subscribedSkus", tt.a))
		c := b.client(t)
		for range 3 {
			c.Products(t.Context()) // refused or not
		}
		skew, known := c.Skew()
		if said := strings.Count(b.log.String(), "[WARN]"); skew != tt.skew || known != tt.known || said != tt.said {
			t.Errorf("%s: got %v, %t, said %d times: %s", tt.name, skew, known, said, b.log.String())
		}
	}
}
