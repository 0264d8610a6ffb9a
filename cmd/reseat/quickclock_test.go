package main

import (
	"context"
	"strconv"
	"testing"
	"time"
)

// A quickened clock runs faster than the real one, alike in all processes that
// are told the same: it shows base at start, and runs speed times as fast. Who
// waits by it waits for as long as it says, which is little.
type quickened struct {
	base, start time.Time
	speed       float64
}

// quickClock reads RESEAT_TEST_SPEED (how many times as fast), RESEAT_TEST_NOW
// (what it shows at the start) and RESEAT_TEST_START (when that is, in
// nanoseconds since 1970); nil without a speed.
func quickClock(env func(string) string) *quickened {
	speed, err := strconv.ParseFloat(env("RESEAT_TEST_SPEED"), 64)
	base, err2 := time.Parse(time.RFC3339, env("RESEAT_TEST_NOW"))
	start, err3 := strconv.ParseInt(env("RESEAT_TEST_START"), 10, 64)
	if err != nil || err2 != nil || err3 != nil || speed <= 0 {
		return nil
	}
	return &quickened{base, time.Unix(0, start), speed}
}

// newQuickClock shows now as time.Now does it.
func newQuickClock(base time.Time, speed float64) *quickened {
	return &quickened{base, time.Unix(0, time.Now().UnixNano()), speed}
}

// env tells another process of the clock.
func (q *quickened) env() []string {
	return []string{
		"RESEAT_TEST_NOW=" + q.base.Format(time.RFC3339), "RESEAT_TEST_START=" + strconv.FormatInt(q.start.UnixNano(), 10),
		"RESEAT_TEST_SPEED=" + strconv.FormatFloat(q.speed, 'g', -1, 64),
	}
}

func (q *quickened) now() time.Time {
	return q.base.Add(time.Duration(float64(time.Since(q.start)) * q.speed))
}

// real is how long d of this clock takes.
func (q *quickened) real(d time.Duration) time.Duration {
	return time.Duration(float64(d)/q.speed) + 1
}

// wait returns when the clock has gone on by d, or with the error of ctx.
func (q *quickened) wait(ctx context.Context, d time.Duration) error {
	for until := q.now().Add(d); ; {
		left := until.Sub(q.now())
		if left <= 0 {
			return ctx.Err()
		}
		timer := time.NewTimer(q.real(left))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// TestQuickClock: two processes that are told the same see the same time, and
// nobody wakes before it.
func TestQuickClock(t *testing.T) {
	t.Parallel()
	one := newQuickClock(proxyNow(), 1000)
	told := map[string]string{}
	for _, v := range one.env() {
		name, value, _ := cutEnv(v)
		told[name] = value
	}
	other := quickClock(func(name string) string { return told[name] })
	if other == nil {
		t.Fatalf("got no clock of %v", told)
	}
	before := one.now()
	if err := other.wait(t.Context(), 30*time.Second); err != nil {
		t.Fatal(err)
	}
	if by := one.now().Sub(before); by < 30*time.Second {
		t.Errorf("got awake after %v", by)
	}
	if a, b, c := one.now(), other.now(), one.now(); b.Before(a) || c.Before(b) {
		t.Errorf("got %v between %v and %v", b, a, c)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := other.wait(ended, 24*time.Hour); err == nil {
		t.Error("a wait goes on after its context")
	}
	if quickClock(func(string) string { return "" }) != nil {
		t.Error("got a clock without a speed")
	}
}
