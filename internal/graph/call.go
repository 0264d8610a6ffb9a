package graph

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
)

// patience is how long one attempt may take, body included.
const patience = 5 * time.Minute

// A call is one HTTP request to Graph.
type call struct {
	op       string
	method   string
	url      string // whole
	accept   string // empty: JSON
	eventual bool   // an advanced query: ConsistencyLevel must go with each page
	body     []byte // JSON, or nil
	lane     lane
	// answered, if not nil, is told the header of a 200.
	answered func(http.Header)
}

// url returns the address of a path of v1.0, which begins with a slash and is
// encoded already.
func (c *Client) url(path string) string { return c.root.String() + "/v1.0" + path }

// do sends k once and hands the body of a 200 to read. Any other status is an
// [Error]. What read returns is returned; it must not keep the reader.
func (c *Client) do(ctx context.Context, k call, read func(io.Reader) error) error {
	for {
		if err := c.attempt(ctx, k, read); !errors.Is(err, errHeld) {
			return err
		}
	}
}

// attempt is do, or errHeld where nothing was sent as the brake went on.
func (c *Client) attempt(ctx context.Context, k call, read func(io.Reader) error) error {
	// A new token is had before: a person who is asked for it may take longer
	// than a call, and must not be asked again by each try.
	if _, _, err := c.tokens.get(ctx); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%s: %w", k.op, ctx.Err())
		}
		return c.hushed(k.op, err)
	}
	if err := c.brake.enter(ctx, k.lane); err != nil {
		return fmt.Errorf("%s: %w", k.op, err)
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := c.once(limited, k, read)
	c.brake.leave(k.lane, wellTaken(err))
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", k.op, ctx.Err())
	case limited.Err() != nil:
		return fmt.Errorf("%s: %w", k.op, &lost{err: fmt.Errorf("no whole answer within %v", patience)})
	}
	return c.hushed(k.op, err)
}

// wellTaken reports whether a call was answered, and not as one too many.
func wellTaken(err error) bool {
	var e *Error
	return err == nil || errors.As(err, &e) && !throttled(e.Status)
}

// once is attempt without its limits.
func (c *Client) once(ctx context.Context, k call, read func(io.Reader) error) error {
	req, err := runtime.NewRequest(ctx, k.method, k.url)
	if err != nil {
		return err
	}
	runtime.SkipBodyDownload(req)
	h := req.Raw().Header
	h.Set("Accept", "application/json")
	if k.accept != "" {
		h.Set("Accept", k.accept)
	}
	if k.eventual {
		h.Set("ConsistencyLevel", "eventual")
	}
	// An empty one keeps net/http from naming itself.
	h.Set("User-Agent", c.agent)
	h.Set("client-request-id", newID())
	if k.body != nil {
		if err := req.SetBody(streaming.NopCloser(bytes.NewReader(k.body)), "application/json"); err != nil {
			return err
		}
	}
	asked := c.now()
	resp, err := c.pipe.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	c.timed(resp, asked)
	c.brake.feel(k.lane, shareOf(resp.Header.Values(limitShare)))
	if resp.StatusCode != http.StatusOK {
		return c.refusal(k, resp)
	}
	if k.answered != nil {
		k.answered(resp.Header)
	}
	if err := read(resp.Body); err != nil {
		return unread(err, resp.Header.Get("Content-Type"))
	}
	return nil
}

// unread tells an answer that is not what Graph answers from one that did not
// come whole, or leads nowhere.
func unread(err error, kind string) error {
	if isLost(err) && !errors.Is(err, ErrUnreachable) {
		return &lost{err: fmt.Errorf("the answer was cut off: %w", err)}
	}
	if isLost(err) || errors.Is(err, ErrIncomplete) || errors.Is(err, ErrTooLarge) || errors.Is(err, ErrGarbled) {
		return err
	}
	// What is JSON is judged as such, whatever it is called.
	if media, _, _ := strings.Cut(kind, ";"); media != "" && !strings.Contains(strings.ToLower(media), "json") {
		return fmt.Errorf("%w: %w (it is called %s, as the page of a proxy is)", ErrGarbled, err, clip(tidy(media), 60))
	}
	return fmt.Errorf("%w: %w", ErrGarbled, err)
}

// refusal turns an answer other than 200 into an [Error], or into a failure of
// the connection if even that cannot be read.
func (c *Client) refusal(k call, resp *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxSmall+1))
	if err != nil {
		return err
	}
	e := c.refused(k.op, resp.StatusCode, body)
	if e.RequestID == "" {
		e.RequestID = c.tokens.hush(resp.Header.Get("request-id"), maxCode)
	}
	e.retryAfter = retryAfter(resp.Header.Values("Retry-After"), c.instant(resp.Header))
	e.pressure = pressureOf(e.Status, resp.Header.Values)
	if throttled(e.Status) {
		c.brake.hold(k.op, k.lane, e.pressure.limit, e.retryAfter)
	}
	switch _, asked := challenge(resp.Header); {
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		e.Message = "a redirect, which is not followed"
	case resp.StatusCode == http.StatusProxyAuthRequired:
		e.Message = wantsPassword
	case asked:
		e.Message = strings.TrimPrefix(e.Message+"; ", "; ") + "it asks for a new sign-in that meets its conditions (claims challenge)"
	}
	return e
}

// instant is when an answer was given, by the clock of the other side: what it
// says of a later time is in that clock, which need not be ours.
func (c *Client) instant(h http.Header) time.Time {
	if at, ok := dateOf(h); ok {
		return at
	}
	return c.now()
}

// refused returns the [Error] that a status and a body make.
func (c *Client) refused(op string, status int, body []byte) *Error {
	said := decodeError(body)
	return &Error{
		Op: op, Status: status,
		Code:      c.tokens.hush(said.code, maxCode),
		Message:   c.tokens.hush(said.message, maxMessage),
		RequestID: c.tokens.hush(said.requestID, maxCode),
	}
}

// hushed wraps err with op, without tokens in its text. An [Error] knows its
// op and is clean.
func (c *Client) hushed(op string, err error) error {
	var e *Error
	if errors.As(err, &e) {
		return err
	}
	return &hushed{text: op + ": " + c.tokens.hush(err.Error(), 2*maxMessage), err: err}
}

// newID returns a random GUID (version 4).
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
