package graph

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/hashicorp/go-hclog"
)

// maxBatch is how many members Graph takes in a batch.
const maxBatch = 20

// usualBatch is room for the answer to most batches.
const usualBatch = 64 << 10

// A wireRequest is a member of a batch as it is sent.
type wireRequest struct {
	ID      string      `json:"id"`
	Method  string      `json:"method"`
	URL     string      `json:"url"`
	Headers wireHeaders `json:"headers"`
	Body    *wireAssign `json:"body,omitzero"`
}

type wireHeaders struct {
	ClientRequestID string `json:"client-request-id"`
	ContentType     string `json:"Content-Type,omitzero"`
}

type wireBatch struct {
	Requests []wireRequest `json:"requests"`
}

// A member is the answer to one member of a batch.
type member struct {
	status     int
	body       jsontext.Value
	retryAfter time.Duration
	requestID  string
	pressure   pressure
	doubt      string // why this answer says nothing; empty if it can be trusted
}

// exchange sends a batch, once, and reads its answer; the brake feels what the
// members say of limits.
func (c *Client) exchange(ctx context.Context, op string, l lane, ids []string, body []byte) (members map[string]member, on *sending, err error) {
	on = &sending{lane: l}
	k := call{op: op, method: http.MethodPost, url: c.url("/$batch"), body: body, lane: l, answered: func(h http.Header) { on.header = h }}
	err = c.do(context.WithValue(ctx, sendingKey{}, on), k, func(r io.Reader) error {
		members, err = decodeBatch(r, ids, c.instant(on.header), c.log)
		return err
	})
	for _, m := range members {
		c.brake.feel(l, m.pressure.share)
		if throttled(m.status) {
			c.brake.hold(op, l, m.pressure.limit, m.retryAfter)
		}
	}
	return members, on, err
}

// decodeBatch reads the answer to a batch, given now. It returns a member for
// each of the ids that was answered, however badly; answers to what nobody
// asked are left out with a line in the log. A link to more answers is not
// followed: what is missing is missing. An error means that nothing could be
// read.
func decodeBatch(r io.Reader, ids []string, now time.Time, log hclog.Logger) (map[string]member, error) {
	var all bytes.Buffer
	all.Grow(usualBatch)
	if _, err := all.ReadFrom(io.LimitReader(r, maxSmall+1)); err != nil {
		return nil, err
	}
	raw := all.Bytes()
	if len(raw) > maxSmall {
		return nil, fmt.Errorf("more than %d bytes: %w", maxSmall, ErrTooLarge)
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, io.ErrUnexpectedEOF // cut off before it began, as an empty page is
	}
	var w struct {
		Responses *[]jsontext.Value `json:"responses"`
	}
	if err := decodeOne(raw, func(d *jsontext.Decoder) error { return json.UnmarshalDecode(d, &w) }); err != nil {
		return nil, err
	}
	if w.Responses == nil {
		return nil, fmt.Errorf("an answer to a batch without responses: %w", ErrIncomplete)
	}
	members, foreign := make(map[string]member, len(ids)), 0
	for _, v := range *w.Responses {
		id, m := decodeMember(v, now)
		if !slices.Contains(ids, id) {
			foreign++
			continue
		}
		if other, ok := members[id]; ok && !sameAnswer(other, m) {
			m = member{doubt: "the batch answered twice, and not alike"}
		}
		members[id] = m
	}
	if foreign > 0 {
		log.Warn("batch answers what nobody sent", "members", foreign)
	}
	return members, nil
}

// sameAnswer reports whether two answers to one member say the same.
func sameAnswer(a, b member) bool {
	return a.doubt == b.doubt && a.status == b.status && bytes.Equal(a.body, b.body)
}

// decodeMember reads one element of responses. Its id is empty if there is none.
func decodeMember(raw jsontext.Value, now time.Time) (id string, m member) {
	var w struct {
		ID      jsontext.Value `json:"id"`
		Status  jsontext.Value `json:"status"`
		Headers jsontext.Value `json:"headers"`
		Body    jsontext.Value `json:"body"`
	}
	if raw.Kind() != '{' || json.Unmarshal(raw, &w, jsontext.AllowInvalidUTF8(true)) != nil {
		return "", member{doubt: "no object"}
	}
	id = strings.ToLower(str(w.ID))
	status, err := strconv.Atoi(string(w.Status)) // a text or a fraction is none
	if err != nil || status < 100 || status > 599 {
		return id, member{doubt: "the answer of the batch has no readable status"}
	}
	h := decodeHeaders(w.Headers)
	return id, member{
		status: status, body: w.Body, requestID: last(h["request-id"]),
		retryAfter: retryAfter(h["retry-after"], now),
		pressure:   pressureOf(status, func(name string) []string { return h[name] }),
	}
}

// decodeHeaders reads the headers of a member, names in lower case. What has
// another shape than names and texts, or lists of them, says nothing.
func decodeHeaders(raw jsontext.Value) map[string][]string {
	var w map[string]jsontext.Value
	if raw.Kind() != '{' || json.Unmarshal(raw, &w, jsontext.AllowInvalidUTF8(true)) != nil {
		return nil
	}
	h := make(map[string][]string, len(w))
	for name, v := range w {
		values := []jsontext.Value{v}
		if v.Kind() == '[' && json.Unmarshal(v, &values, jsontext.AllowInvalidUTF8(true)) != nil {
			continue
		}
		name = strings.ToLower(name)
		for _, v := range values {
			switch v.Kind() {
			case '"':
				h[name] = append(h[name], str(v))
			case '0':
				h[name] = append(h[name], string(v))
			}
		}
	}
	return h
}

// last returns the last value of a header, or "".
func last(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// A get is a read that goes into a batch.
type get struct {
	id  string // a GUID in lower case
	url string // within v1.0, encoded
}

// batchGet reads gets, twenty a batch, and hands each result to use, from
// several goroutines: a body, or an error for this one. It returns the first
// error of use, or that of ctx. Ids that come twice are read once.
func (c *Client) batchGet(ctx context.Context, l lane, op string, gets []get, use func(id string, body jsontext.Value, err error) error) error {
	gets = slices.Clone(gets)
	slices.SortFunc(gets, func(a, b get) int { return strings.Compare(a.id, b.id) })
	gets = slices.CompactFunc(gets, func(a, b get) bool { return a.id == b.id })
	chunks := slices.Collect(slices.Chunk(gets, maxBatch))
	return each(ctx, chunks, inFlight, func(ctx context.Context, chunk []get) error {
		return c.readChunk(ctx, l, op, chunk, use)
	})
}

// readChunk reads one batch; members that Graph had no time for are sent again,
// alone.
func (c *Client) readChunk(ctx context.Context, l lane, op string, due []get, use func(string, jsontext.Value, error) error) error {
	renewed := false
	for tries := 1; ; tries++ {
		members, token, err := c.readBatch(ctx, l, op, due)
		if ctx.Err() != nil {
			return fmt.Errorf("%s: %w", op, ctx.Err())
		}
		var again []get
		var r respite
		var cause error
		old := false
		for _, g := range due {
			body, fault := c.verdict(op, g, members, err)
			if fault != nil && fault.again && tries < maxTries {
				again, cause = append(again, g), fault.err
				r = respite{max(r.asked, fault.respite.asked), r.held || fault.respite.held}
				continue
			}
			if fault != nil && err == nil && errors.Is(fault.err, ErrUnauthorized) && !renewed {
				again, cause, old = append(again, g), fault.err, true
				continue
			}
			if fault != nil {
				err := use(g.id, nil, fault.err)
				if err != nil {
					return err
				}
				continue
			}
			if err := use(g.id, body, nil); err != nil {
				return err
			}
		}
		if len(again) == 0 {
			return nil
		}
		if old {
			renewed = true
			c.tokens.drop(token, "")
		}
		if err := c.rest(ctx, op, tries, r, cause); err != nil {
			return err
		}
		due = again
	}
}

// A fault is why a member of a batch has no body.
type fault struct {
	err     error
	again   bool // it may have one later
	respite respite
}

// verdict says what became of one member, given what became of the batch.
func (c *Client) verdict(op string, g get, members map[string]member, err error) (jsontext.Value, *fault) {
	if err != nil {
		return nil, &fault{err: ofAll(op, err)} // it was tried often enough
	}
	m, ok := members[g.id]
	switch {
	case !ok:
		return nil, &fault{err: fmt.Errorf("%s: the batch has no answer for %s: %w", op, g.id, ErrIncomplete), again: true}
	case m.doubt != "":
		return nil, &fault{err: fmt.Errorf("%s: %s: %s: %w", op, g.id, m.doubt, ErrIncomplete), again: true}
	case m.status == http.StatusOK:
		return m.body, nil
	}
	e := c.refused(op, m.status, m.body)
	e.RequestID = first(e.RequestID, c.tokens.hush(m.requestID, maxCode))
	e.retryAfter = m.retryAfter
	again, r := passing(e)
	if m.status == http.StatusFailedDependency {
		// It depends on a throttled one, which ours never do, or an old gateway
		// means 429: not carried out.
		again = true
	}
	return nil, &fault{err: e, again: again, respite: r}
}

// ofAll makes of the failure of a batch one of each member. That the address of
// batches is not found, or the batch not understood, must not be taken for what
// Graph says of a member: that nobody has this id.
func ofAll(op string, err error) error {
	if e, ok := refusedWith(err); ok && (e.Status == http.StatusNotFound || e.Status == http.StatusBadRequest) {
		return fmt.Errorf("%s: the batch as a whole: graph answered %s: %w", op, e.Short(), ErrIncomplete)
	}
	return err
}

// readBatch sends gets as one batch, again and again while Graph is busy. token
// is the number of the one that was answered.
func (c *Client) readBatch(ctx context.Context, l lane, op string, gets []get) (members map[string]member, token int64, err error) {
	var out wireBatch
	ids := make([]string, 0, len(gets))
	for _, g := range gets {
		ids = append(ids, g.id)
		out.Requests = append(out.Requests, wireRequest{
			ID: g.id, Method: http.MethodGet, URL: g.url, Headers: wireHeaders{ClientRequestID: newID()},
		})
	}
	body, err := json.Marshal(out)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", op, err)
	}
	err = c.try(ctx, op, func() error {
		var on *sending
		members, on, err = c.exchange(ctx, op, l, ids, body)
		token = on.token
		return err
	})
	return members, token, err
}
