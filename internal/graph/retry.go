package graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
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
		again, after := passing(err)
		if after == 0 && isLost(err) {
			lostTries++
		}
		if !again || tries >= maxTries || lostTries >= maxLost {
			return err
		}
		if err := c.rest(ctx, op, tries, after, err); err != nil {
			return err
		}
	}
}

// rest waits before the next try: as long as was asked for, or ever longer.
func (c *Client) rest(ctx context.Context, op string, tries int, asked time.Duration, cause error) error {
	d := asked
	if d <= 0 {
		d = min(longestWait, firstWait<<min(tries-1, 10))
		d = time.Duration(float64(d) * (0.5 + c.jitter()/2))
	}
	c.log.Info("read is tried again", "op", op, "tries", tries, "wait", d, "error", cause)
	if err := c.wait(ctx, d); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return nil
}

// passing reports whether a read that failed so may succeed later, and how
// long Graph asked to wait (0: it did not).
func passing(err error) (again bool, after time.Duration) {
	var e *Error
	if errors.As(err, &e) {
		return busy(e.Status), e.retryAfter
	}
	return isLost(err), 0
}

// busy reports whether a status says "not now".
func busy(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
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

// retryAfter reads the header of that name: seconds, which may be decimal, or
// a date. It returns 0 for what is neither, is past or not positive, and at
// most ten minutes.
func retryAfter(s string, now time.Time) time.Duration {
	s = strings.TrimSpace(s)
	if secs, err := strconv.ParseFloat(s, 64); err == nil {
		if math.IsNaN(secs) || secs <= 0 {
			return 0
		}
		return time.Duration(min(secs, longestAsked.Seconds()) * float64(time.Second))
	}
	at, err := http.ParseTime(s)
	if err != nil {
		return 0
	}
	return max(0, min(at.Sub(now), longestAsked))
}
