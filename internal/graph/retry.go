package graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// How often and how patiently reads are repeated.
const (
	maxTries     = 8 // when Graph is busy
	maxLost      = 4 // when there is no connection: a wrong proxy is no better later
	firstWait    = time.Second
	longestWait  = time.Minute
	longestAsked = 10 * time.Minute // of a Retry-After
)

// A respite is what a read waits for before it is tried again. The zero is
// nothing in particular: ever longer.
type respite struct {
	asked time.Duration // by Graph, for this read alone
	held  bool          // the brake is on: it waits in place of the read
}

// try runs read until it succeeds, fails for good, or has failed too often. It
// is for reads alone. A 401 is tried once more, with a token that the client
// asks for anew.
func (c *Client) try(ctx context.Context, op string, read func() error) error {
	renewed, lostTries := false, 0
	for tries := 1; ; tries++ {
		err := read()
		if err == nil || ctx.Err() != nil {
			return err
		}
		if errors.Is(err, ErrUnauthorized) && !renewed {
			renewed = true
			continue
		}
		again, r := passing(err)
		if isLost(err) {
			lostTries++
		}
		if !again || tries >= maxTries || lostTries >= maxLost {
			return err
		}
		if err := c.rest(ctx, op, tries, r, err); err != nil {
			return err
		}
	}
}

// rest waits before the next try: as long as was asked for, or ever longer,
// unless the brake does.
func (c *Client) rest(ctx context.Context, op string, tries int, r respite, cause error) error {
	d := r.asked
	if d <= 0 && !r.held {
		d = min(longestWait, firstWait<<min(tries-1, 10))
		d = time.Duration(float64(d) * (0.5 + c.jitter()/2))
	}
	c.log.Info("read is tried again", "op", op, "tries", tries, "wait", d, "error", cause)
	if d <= 0 {
		return nil
	}
	if err := c.wait(ctx, d); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return nil
}

// passing reports whether a read that failed so may succeed later, and what it
// waits for.
func passing(err error) (again bool, r respite) {
	var e *Error
	if !errors.As(err, &e) {
		return isLost(err), respite{}
	}
	if throttled(e.Status) {
		return true, respite{held: e.retryAfter > 0}
	}
	return busy(e), respite{asked: e.retryAfter}
}

// busy reports whether a refusal says "not now".
func busy(e *Error) bool {
	switch e.Status {
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	case http.StatusConflict:
		return e.Code == "Directory_ConcurrencyViolation"
	}
	return throttled(e.Status)
}

// isLost reports whether the connection failed in a way that may pass. An
// answer that ends within its JSON was cut off, whatever the framing says.
func isLost(err error) bool {
	if errors.Is(err, ErrTooLarge) || errors.Is(err, ErrIncomplete) {
		return false
	}
	var l *lost
	if errors.As(err, &l) {
		return !l.final
	}
	return errors.Is(err, io.ErrUnexpectedEOF)
}

// retryAfter reads the headers of that name: seconds, which may be decimal, or
// a date, which counts from now. Of several, or of some that a proxy joined, the
// longest counts. It returns 0 for what is neither, is past or not positive, and
// at most ten minutes.
func retryAfter(values []string, now time.Time) time.Duration {
	var longest time.Duration
	for _, s := range values {
		if at, err := http.ParseTime(strings.TrimSpace(s)); err == nil {
			longest = max(longest, at.Sub(now))
			continue
		}
		for part := range strings.SplitSeq(s, ",") {
			secs, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
			if err == nil && secs > 0 { // NaN is not
				longest = max(longest, time.Duration(min(secs, longestAsked.Seconds())*float64(time.Second)))
			}
		}
	}
	return min(longest, longestAsked)
}
