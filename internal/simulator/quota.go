package simulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// A Quota limits requests as the directory does: resource units of an
// application by the tenant's size, writes of an application, and writes of all
// applications together. Each member of a batch counts by itself; so do
// requests that are refused, and those that are throttled.
type Quota struct {
	// Model is how the limits are kept; empty is [FixedWindow].
	Model QuotaModel
	// Scale multiplies the limits, and Span the times that they are for; 0 is 1.
	Scale, Span float64
}

// A QuotaModel is a way to keep a limit. The service is said to use buckets,
// and its figures are given for windows.
type QuotaModel string

// The models. A fixed window starts with the first request after the last
// window. A token bucket is full at first and fills steadily.
const (
	FixedWindow QuotaModel = "fixed"
	TokenBucket QuotaModel = "bucket"
)

func (q *Quota) check() error {
	switch {
	case q == nil:
		return nil
	case q.Model != "" && q.Model != FixedWindow && q.Model != TokenBucket:
		return fmt.Errorf("simulate tenant: quota model %q is neither %q nor %q", q.Model, FixedWindow, TokenBucket)
	case q.Scale < 0 || q.Span < 0:
		return fmt.Errorf("simulate tenant: the quota's scale %v or span %v is negative", q.Scale, q.Span)
	}
	return nil
}

// A limit is so much within a span.
type limit struct {
	amount float64
	span   time.Duration
}

func (q *Quota) limit(amount float64, span time.Duration) limit {
	by := func(f float64) float64 {
		if f == 0 {
			return 1
		}
		return f
	}
	return limit{max(1, math.Floor(amount*by(q.Scale))), max(time.Millisecond, time.Duration(float64(span)*by(q.Span)))}
}

// units is the limit of resource units for a tenant with so many users.
func (q *Quota) units(users int) limit {
	amount := 8000.0
	switch {
	case users < 50:
		amount = 3500
	case users <= 500:
		amount = 5000
	}
	k := q.limit(amount, 10*time.Second)
	k.amount = max(k.amount, 10) // any one request fits
	return k
}

func (q *Quota) writes() limit       { return q.limit(3000, 150*time.Second) }
func (q *Quota) tenantWrites() limit { return q.limit(18000, 5*time.Minute) }

// A ledger is the use of one limit. A window counts up from since; a bucket
// counts what was taken and is not filled up yet.
type ledger struct {
	used  float64
	since time.Time
}

// excess is how far, in multiples of a limit, throttled requests are counted.
const excess = 1.8

// take counts a request. It returns how long it would have to wait, or 0, and
// which part of the limit is used.
func (l *ledger) take(model QuotaModel, k limit, cost float64, now time.Time) (wait time.Duration, part float64) {
	if model == TokenBucket {
		return l.pour(k, cost, now)
	}
	// Requests that come together bring their times in any order; only a clock
	// that was set back begins anew.
	if past := now.Sub(l.since); past <= -k.span || past >= k.span {
		l.used = max(0, l.used-k.amount*max(1, math.Floor(float64(past)/float64(k.span))))
		l.since = now
	}
	fits := l.used+cost <= k.amount
	l.used = min(l.used+cost, excess*k.amount)
	if !fits {
		wait = k.span - max(0, now.Sub(l.since))
		if l.used-k.amount+cost > k.amount {
			wait += k.span
		}
	}
	return wait, l.used / k.amount
}

func (l *ledger) pour(k limit, cost float64, now time.Time) (wait time.Duration, part float64) {
	rate := k.amount / k.span.Seconds()
	switch past := now.Sub(l.since); {
	case past > 0:
		l.used, l.since = max(0, l.used-rate*past.Seconds()), now
	case past <= -k.span: // else requests came together, with their times in any order
		l.since = now
	}
	const rounding = 1e-6
	fits := l.used+cost <= k.amount+rounding
	l.used = min(l.used+cost, excess*k.amount)
	if !fits {
		wait = time.Duration((l.used + cost - k.amount) / rate * float64(time.Second))
	}
	return wait, l.used / k.amount
}

// A Usage is what a tenant has seen.
type Usage struct {
	Reads         int `json:"reads"`
	Writes        int `json:"writes"`
	ResourceUnits int `json:"resourceUnits"`
	// Throttled are those of the above that were answered 429 for a quota.
	Throttled int `json:"throttled"`
}

// Usage returns what the tenant has seen since it was made, members of batches
// counted one by one. Requests without a good token are not counted.
func (t *Tenant) Usage() Usage {
	t.meter.mu.Lock()
	defer t.meter.mu.Unlock()
	return t.meter.seen
}

// A meter counts requests.
type meter struct {
	mu      sync.Mutex
	seen    Usage
	ledgers map[string]*ledger
}

// metered carries a call out, unless a quota forbids it.
func (t *Tenant) metered(c *call) *answer {
	write, cost := t.toll(c)
	t.meter.mu.Lock()
	if write {
		t.meter.seen.Writes++
	} else {
		t.meter.seen.Reads++
	}
	t.meter.seen.ResourceUnits += cost
	t.meter.mu.Unlock()
	if t.o.Quota == nil {
		return t.handle(c)
	}
	v := t.charge(c, write, cost)
	if v.wait > 0 {
		return v.answer(t, c, cost)
	}
	a := t.handle(c)
	if v.part >= 0.8 {
		a.header = maps.Clone(a.header)
		if a.header == nil {
			a.header = map[string]string{}
		}
		a.header["x-ms-throttle-limit-percentage"] = percentage(v.part)
	}
	return a
}

// toll is what a call counts for, before it is carried out.
func (t *Tenant) toll(c *call) (write bool, cost int) {
	probe := *c
	r, err := t.find(&probe)
	if err != nil {
		return c.method != http.MethodGet, 1
	}
	return r.method != http.MethodGet && !r.state, probe.price(r.cost)
}

// A verdict is the worst that a call's quotas say of it.
type verdict struct {
	wait               time.Duration
	part               float64
	scope, limit, what string
}

func (t *Tenant) charge(c *call, write bool, cost int) verdict {
	t.mu.RLock()
	users := len(t.accounts)
	t.mu.RUnlock()
	t.meter.mu.Lock()
	defer t.meter.mu.Unlock()
	var worst verdict
	take := func(key string, k limit, cost float64, v verdict) {
		l := t.meter.ledgers[key]
		if l == nil {
			if t.meter.ledgers == nil {
				t.meter.ledgers = map[string]*ledger{}
			}
			l = &ledger{since: c.now}
			t.meter.ledgers[key] = l
		}
		v.wait, v.part = l.take(t.o.Quota.Model, k, cost, c.now)
		part := max(worst.part, v.part)
		if v.wait > worst.wait {
			worst = v
		}
		worst.part = part
	}
	q := t.o.Quota
	take("units "+c.who.AppID, q.units(users), float64(cost), verdict{scope: "Tenant_Application", limit: "ReadWrite", what: "ResourceUnitLimitExceeded"})
	if write {
		take("writes "+c.who.AppID, q.writes(), 1, verdict{scope: "Tenant_Application", limit: "Write", what: "WriteLimitExceeded"})
		take("tenant", q.tenantWrites(), 1, verdict{scope: "Tenant", limit: "Write", what: "WriteLimitExceeded"})
	}
	if worst.wait > 0 {
		t.meter.seen.Throttled++
	}
	return worst
}

func percentage(part float64) string { return strconv.FormatFloat(min(part, 1.8), 'f', 2, 64) }

// answer is the 429, whose body differs from that of other errors.
func (v verdict) answer(t *Tenant, c *call, cost int) *answer {
	type inner struct {
		Code      string `json:"code"`
		Date      string `json:"date"`
		Message   string `json:"message"`
		RequestID string `json:"request-id"`
		Status    string `json:"status"`
	}
	type body struct {
		Code       string `json:"code"`
		InnerError inner  `json:"innerError"`
		Message    string `json:"message"`
	}
	b, err := json.Marshal(map[string]body{"error": {"TooManyRequests",
		inner{"429", c.now.Format("2006-01-02T15:04:05"), "Please retry after", c.id, "429"}, "Please retry again later."}})
	if err != nil {
		panic(err) // strings always encode
	}
	seconds := math.Ceil(v.wait.Seconds()*1000) / 1000
	return &answer{status: http.StatusTooManyRequests, body: b, cost: cost, header: map[string]string{
		"Retry-After":                    strconv.FormatFloat(seconds, 'f', 3, 64),
		"x-ms-throttle-scope":            fmt.Sprintf("%s/%s/%s/%s", v.scope, v.limit, c.who.AppID, t.base.Organization.ID),
		"x-ms-throttle-information":      v.what,
		"x-ms-throttle-limit-percentage": percentage(v.part),
	}}
}
