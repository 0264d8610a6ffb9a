package simulator_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reseat-cli/reseat/internal/simulator"
)

func limited(t testing.TB, q simulator.Quota) (*simulator.Tenant, *simulator.Clock) {
	t.Helper()
	c := simulator.NewClock(clock)
	return start(t, simulator.Options{Clock: c, Quota: &q}), c
}

// refused is a write that costs its unit and does nothing.
func refused() ask {
	return ask{method: "POST", path: "/users/" + nobody + "/assignLicense", body: assign("", take(e3))}
}

// "3,000 requests / 2 min 30 s" of an application, in both models: the next is
// a 429 with a decimal Retry-After, after which it passes.
func TestWriteQuota(t *testing.T) {
	t.Parallel()
	for _, model := range []simulator.QuotaModel{simulator.FixedWindow, simulator.TokenBucket} {
		tenant, clock := limited(t, simulator.Quota{Model: model})
		token := tenant.Token(all(), time.Hour)
		bearer := map[string]string{"Authorization": "Bearer " + token}
		write := refused()
		write.header = bearer
		for i := range 3000 {
			if i > 0 && i%500 == 0 && model == simulator.FixedWindow {
				clock.Advance(20 * time.Second)
			}
			if g := send(t, tenant, write); g.status != 404 {
				t.Fatalf("%s: write %d: got %d %s", model, i, g.status, g.body)
			}
		}
		g := send(t, tenant, write)
		app := fmt.Sprint(claim(t, token, "appid"))
		if g.status != 429 || g.header.Get("x-ms-throttle-scope") != "Tenant_Application/Write/"+app+"/"+tenantID ||
			g.header.Get("x-ms-throttle-information") != "WriteLimitExceeded" || g.header.Get("x-ms-resource-unit") != "1" {
			t.Fatalf("%s: got %d %v", model, g.status, g.header)
		}
		var body struct {
			Error struct {
				Code, Message string
				InnerError    map[string]string
			}
		}
		if err := json.Unmarshal(g.body, &body); err != nil || body.Error.Code != "TooManyRequests" || body.Error.Message != "Please retry again later." ||
			body.Error.InnerError["code"] != "429" || body.Error.InnerError["status"] != "429" || body.Error.InnerError["message"] != "Please retry after" {
			t.Errorf("%s: got %s", model, g.body)
		}
		wait := retryAfter(t, g)
		if wait <= 0 || wait > 150*time.Second || !strings.Contains(g.header.Get("Retry-After"), ".") {
			t.Errorf("%s: got Retry-After %s", model, g.header.Get("Retry-After"))
		}
		clock.Advance(wait - 10*time.Millisecond)
		if g := send(t, tenant, write); g.status != 429 {
			t.Errorf("%s: got %d before its time", model, g.status)
		} else {
			wait = retryAfter(t, g)
		}
		clock.Advance(wait)
		if g := send(t, tenant, write); g.status != 404 {
			t.Errorf("%s: got %d after Retry-After", model, g.status)
		}
		if u := tenant.Usage(); u.Writes != 3003 || u.Throttled != 2 || u.Reads != 0 || u.ResourceUnits != 3003 {
			t.Errorf("%s: got %+v", model, u)
		}
	}
}

func retryAfter(t testing.TB, g got) time.Duration {
	t.Helper()
	s, err := strconv.ParseFloat(g.header.Get("Retry-After"), 64)
	if err != nil {
		t.Fatalf("got Retry-After %q", g.header.Get("Retry-After"))
	}
	return time.Duration(math.Round(s*1000)) * time.Millisecond
}

// Resource units by the tenant's size, what each call costs, and the
// percentage from 0.8.
func TestUnitQuota(t *testing.T) {
	t.Parallel()
	for _, model := range []simulator.QuotaModel{simulator.FixedWindow, simulator.TokenBucket} {
		tenant, clock := limited(t, simulator.Quota{Model: model, Scale: 0.02}) // 70 units
		costs := []struct {
			path string
			want int
		}{{"/users", 2}, {"/users?$select=id", 1}, {"/subscribedSkus", 3}, {"/groups/" + staff + "/members", 3}, {"/groups/" + staff + "/transitiveMembers", 5},
			{"/users/" + adele + "/licenseDetails", 2}, {"/organization", 1}, {"/users?$top=5", 1}, {"/roleManagement/directory/roleAssignments?$expand=principal", 2}, {"/planets", 1}}
		sum := 0
		for _, c := range costs {
			g := send(t, tenant, ask{path: c.path})
			sum += c.want
			if got := g.header.Get("x-ms-resource-unit"); got != strconv.Itoa(c.want) || g.header.Get("x-ms-throttle-limit-percentage") != "" {
				t.Errorf("%s: got %s units, want %d, %v", c.path, got, c.want, g.header)
			}
		}
		for ; sum+3 < 56; sum += 3 {
			send(t, tenant, ask{path: "/subscribedSkus"})
		}
		if u := tenant.Usage(); u.ResourceUnits != sum || u.Throttled != 0 {
			t.Fatalf("%s: got %+v, want %d units", model, u, sum)
		}
		for sum+3 <= 70 {
			g := send(t, tenant, ask{path: "/subscribedSkus"})
			sum += 3
			if got, want := g.header.Get("x-ms-throttle-limit-percentage"), strconv.FormatFloat(float64(sum)/70, 'f', 2, 64); g.status != 200 || got != want {
				t.Errorf("%s: got %d with %s, want %s", model, g.status, got, want)
			}
		}
		g := send(t, tenant, ask{path: "/subscribedSkus"})
		if g.status != 429 || g.header.Get("x-ms-throttle-information") != "ResourceUnitLimitExceeded" || !strings.HasPrefix(g.header.Get("x-ms-throttle-scope"), "Tenant_Application/ReadWrite/") {
			t.Errorf("%s: got %d %v", model, g.status, g.header)
		}
		clock.Advance(retryAfter(t, g))
		if g := send(t, tenant, ask{path: "/subscribedSkus"}); g.status != 200 {
			t.Errorf("%s: got %d after Retry-After", model, g.status)
		}
	}
}

// "Each member is counted and judged by itself; the throttled get 429 with
// Retry-After in the member's headers, the others go through."
func TestQuotaInBatch(t *testing.T) {
	t.Parallel()
	tenant, _ := limited(t, simulator.Quota{Scale: 0.004}) // 12 writes, 14 units
	var members []string
	for i := range 14 {
		members = append(members, write(fmt.Sprint(i), nobody, "", take(e3)))
	}
	answers, _ := responses(t, send(t, tenant, batch(members...)))
	n := map[int]int{}
	for _, r := range answers {
		n[r.Status]++
		if wait, ok := r.Headers["Retry-After"]; ok != (r.Status == 429) || ok && !strings.Contains(wait, ".") {
			t.Errorf("got %d with %v", r.Status, r.Headers)
		}
	}
	if n[404] != 12 || n[429] != 2 {
		t.Errorf("got %v, want 12 through and 2 throttled", n)
	}
	// getByIds is a POST and no write.
	byID := ask{method: "POST", path: "/directoryObjects/getByIds", body: `{"ids":["` + adele + `"]}`, actor: ptr(someone(dana, "", "Directory.Read.All"))}
	tenant, _ = limited(t, simulator.Quota{})
	if send(t, tenant, byID); tenant.Usage() != (simulator.Usage{Reads: 1, ResourceUnits: 3}) {
		t.Errorf("got %+v", tenant.Usage())
	}
}

func ptr[T any](v T) *T { return &v }

// Another application has its own quota of 3,000; all share the tenant's 18,000.
func TestTenantQuota(t *testing.T) {
	t.Parallel()
	tenant, _ := limited(t, simulator.Quota{Scale: 0.01}) // 30 and 180 writes, 35 units
	var last got
	for i := range 7 {
		id := fmt.Sprintf("33333333-0000-4000-8000-00000000000%d", i)
		actor := all()
		actor.ID = id
		for k := range 30 {
			a := refused()
			a.actor = &actor
			last = send(t, tenant, a)
			if want := 404; i < 6 && last.status != want {
				t.Fatalf("application %d, write %d: got %d", i, k, last.status)
			}
		}
	}
	if last.status != 429 || !strings.HasPrefix(last.header.Get("x-ms-throttle-scope"), "Tenant/Write/") {
		t.Errorf("got %d %v", last.status, last.header)
	}
}

// However a client asks: no window holds more than its quota (of a bucket, no
// more than it holds and what it is filled with), and a client that waits as it
// is told always gets through. Throttled requests count too.
func TestAnyPace(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		model := rapid.SampledFrom([]simulator.QuotaModel{simulator.FixedWindow, simulator.TokenBucket}).Draw(r, "model")
		tenant, clock := limited(t, simulator.Quota{Model: model, Scale: 0.005}) // 15 writes in 150 s
		const amount, span = 15, 150 * time.Second
		began, passed := clock.Now(), []time.Duration{}
		for range rapid.IntRange(1, 60).Draw(r, "requests") {
			clock.Advance(time.Duration(rapid.SampledFrom([]int{0, 0, 0, 1, 100, 9_999, 30_000, 149_999, 400_000}).Draw(r, "pause")) * time.Millisecond)
			g := send(t, tenant, refused())
			for n := 0; g.status == 429 && rapid.Bool().Draw(r, "patient"); n++ {
				if n > 0 {
					r.Fatalf("got %d after Retry-After", g.status)
				}
				clock.Advance(retryAfter(t, g))
				g = send(t, tenant, refused())
			}
			if g.status == 404 {
				passed = append(passed, clock.Now().Sub(began))
			}
		}
		for i, from := range passed {
			within := 0
			for _, at := range passed[i:] {
				if at < from+span {
					within++
				}
			}
			// A window and the next can lie back to back; a bucket is full and fills.
			if most := 2 * amount; within > most {
				r.Fatalf("got %d writes within %v of %v, want at most %d", within, span, from, most)
			}
		}
		if model == simulator.FixedWindow && windows(passed, span) > amount {
			r.Fatalf("got a window with %d of %d writes: %v", windows(passed, span), amount, passed)
		}
	})
}

// windows is the most that any window holds; the first starts with the first
// request, each later one with the first request after the last.
func windows(at []time.Duration, span time.Duration) int {
	most := 0
	for len(at) > 0 {
		end := slices.IndexFunc(at, func(d time.Duration) bool { return d >= at[0]+span })
		if end < 0 {
			end = len(at)
		}
		most = max(most, end)
		at = at[end:]
	}
	return most
}

func TestNoQuota(t *testing.T) {
	t.Parallel()
	tenant := start(t, simulator.Options{})
	for range 100 {
		if g := send(t, tenant, refused()); g.status != 404 || g.header.Get("x-ms-throttle-limit-percentage") != "" {
			t.Fatalf("got %d %v", g.status, g.header)
		}
	}
	for _, q := range []simulator.Quota{{Model: "leaky"}, {Scale: -1}, {Span: -1}} {
		if _, err := simulator.New(contoso(), simulator.Options{Quota: &q}); err == nil {
			t.Errorf("got no error for %+v", q)
		}
	}
}

// "Throttled requests still accrue usage: hammering prolongs it."
func TestHammering(t *testing.T) {
	t.Parallel()
	for _, model := range []simulator.QuotaModel{simulator.FixedWindow, simulator.TokenBucket} {
		tenant, clock := limited(t, simulator.Quota{Model: model, Scale: 0.005}) // 15 writes
		var last got
		for range 40 {
			last = send(t, tenant, refused())
		}
		clock.Advance(retryAfter(t, last))
		passed := 0
		for range 15 {
			if g := send(t, tenant, refused()); g.status == 404 {
				passed++
			}
		}
		if want := map[simulator.QuotaModel]int{simulator.FixedWindow: 3, simulator.TokenBucket: 1}[model]; passed != want {
			t.Errorf("%s: got %d writes through after Retry-After, want %d", model, passed, want)
		}
	}
}

// Batches that come together are counted to the member: one window lets through
// as much as it holds, however the times of requests overtake each other.
func TestQuotaAtOnce(t *testing.T) {
	t.Parallel()
	for _, model := range []simulator.QuotaModel{simulator.FixedWindow, simulator.TokenBucket} {
		const amount = 600
		var ticks atomic.Int64
		tenant := start(t, simulator.Options{Quota: &simulator.Quota{Model: model, Scale: amount / 3000.0, Span: 1000}, Now: func() time.Time {
			return noon.Add(time.Duration(ticks.Add(1)*7919%1000) * time.Microsecond) // to and fro
		}})
		var members []string
		for i := range 20 {
			members = append(members, write(fmt.Sprint(i), nobody, "", take(e3)))
		}
		var mu sync.Mutex
		n, shares := map[int]int{}, map[bool]int{}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 5 {
					answers, _ := responses(t, send(t, tenant, batch(members...)))
					mu.Lock()
					for _, r := range answers {
						n[r.Status]++
						share, said := r.Headers["x-ms-throttle-limit-percentage"]
						if said {
							shares[r.Status == 429]++
						}
						if limit := r.Headers["x-ms-throttle-scope"]; strings.HasPrefix(limit, "Tenant_Application/Write/") != (r.Status == 429) {
							t.Errorf("%s: got %d with %v", model, r.Status, r.Headers)
						}
						if part, err := strconv.ParseFloat(share, 64); said && (err != nil || part < 0.8 || part > 1.8 || r.Status == 429 && part < 1 || r.Status != 429 && part > 1) {
							t.Errorf("%s: got %d with a share of %q", model, r.Status, share)
						}
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if n[404] != amount || n[429] != 800-amount || shares[true] != 800-amount || shares[false] < amount/5 || shares[false] > amount/5+1 {
			t.Errorf("%s: got %v with shares %v, want %d through", model, n, shares, amount)
		}
		if u := tenant.Usage(); u.Writes != 800 || u.Throttled != 800-amount || u.ResourceUnits != 800 {
			t.Errorf("%s: got %+v", model, u)
		}
	}
}
