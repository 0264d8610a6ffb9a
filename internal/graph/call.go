package graph

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
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
	// answered, if not nil, is told the header of a 200.
	answered func(http.Header)
}

// url returns the address of a path of v1.0, which begins with a slash and is
// encoded already.
func (c *Client) url(path string) string { return c.root.String() + "/v1.0" + path }

// do sends k once and hands the body of a 200 to read. Any other status is an
// [Error]. What read returns is returned; it must not keep the reader.
func (c *Client) do(ctx context.Context, k call, read func(io.Reader) error) error {
	select {
	case c.slots <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", k.op, ctx.Err())
	}
	defer func() { <-c.slots }()
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := c.once(limited, k, read)
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

// once is do without its limits.
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
	resp, err := c.pipe.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return c.refusal(k.op, resp)
	}
	if k.answered != nil {
		k.answered(resp.Header)
	}
	return read(resp.Body)
}

// refusal turns an answer other than 200 into an [Error], or into a failure of
// the connection if even that cannot be read.
func (c *Client) refusal(op string, resp *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxSmall+1))
	if err != nil {
		return err
	}
	e := c.refused(op, resp.StatusCode, body)
	if e.RequestID == "" {
		e.RequestID = c.tokens.hush(resp.Header.Get("request-id"), maxCode)
	}
	e.retryAfter = retryAfter(resp.Header.Get("Retry-After"), c.now())
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		e.Message = "a redirect, which is not followed"
	}
	return e
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
