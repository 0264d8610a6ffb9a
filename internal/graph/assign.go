package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/reseat-cli/reseat/plan"
)

// A Writer is a Client that can also change who holds what.
type Writer struct {
	*Client
	admitted chan bool // holds whether the tenant is known to be the right one
}

// NewWriter returns a Writer; see [New].
func NewWriter(c Config) (*Writer, error) {
	k, err := New(c)
	if err != nil {
		return nil, err
	}
	w := &Writer{k, make(chan bool, 1)}
	w.admitted <- k.tenant == ""
	return w, nil
}

// wireAssign is the body of assignLicense. Both arrays must be there, and
// neither may be null.
type wireAssign struct {
	Add    []wireAdd  `json:"addLicenses"`
	Remove []plan.SKU `json:"removeLicenses"`
}

type wireAdd struct {
	DisabledPlans []plan.PlanID `json:"disabledPlans"`
	SKU           plan.SKU      `json:"skuId"`
}

// Assign sends reqs, at most twenty and each of another user, as one batch of
// assignLicense, once: nothing is tried again. It returns one answer for each
// request, in their order.
//
// An answer with status 0 is not known: no answer came for it, or none that
// can be trusted, and the tenant must be read before more is sent. Where the
// batch was refused as a whole before anything was carried out (400, 401, 403,
// 429, or no token could be had, code "TokenUnavailable"), each answer has that
// status, its Retry-After and what it said of limits.
//
// An error means that nothing was sent: the requests are not fit to be sent,
// ctx had ended, or the tenant is not the one it must be, which is verified
// before the first batch.
func (w *Writer) Assign(ctx context.Context, reqs []plan.Request) ([]plan.Answer, error) {
	const op = "assign licences"
	if err := checkRequests(reqs); err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	if len(reqs) == 0 {
		return []plan.Answer{}, nil
	}
	batch, ids := wireRequests(reqs)
	body, err := json.Marshal(batch)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	if err := w.admit(ctx); err != nil {
		var none *noToken
		if !errors.As(err, &none) { // which has a status of its own
			return nil, fmt.Errorf("%s: %w", op, err)
		}
	}
	members, on, err := w.exchange(ctx, op, writes, ids, body)
	if err != nil && !on.sent && ctx.Err() != nil {
		return nil, fmt.Errorf("%s: %w", op, ctx.Err())
	}
	requestID := w.tokens.hush(on.header.Get("request-id"), maxCode) // of the batch: members need not have one
	answers := make([]plan.Answer, len(reqs))
	for i, r := range batch.Requests {
		answers[i] = w.answer(r.ID, members, err)
		answers[i].ClientRequestID = r.Headers.ClientRequestID
		answers[i].RequestID = first(answers[i].RequestID, requestID)
		if answers[i].Share == 0 {
			answers[i].Share = shareOf(on.header.Values(limitShare)) // nor a share
		}
		if members[r.ID].status == http.StatusUnauthorized {
			w.tokens.drop(on.token, "") // whoever asks next shall not fail the same way
		}
	}
	return answers, nil
}

// answer says what became of one request, given what became of the batch.
func (w *Writer) answer(id string, members map[string]member, err error) plan.Answer {
	a := plan.Answer{User: plan.UserID(id)}
	if err != nil {
		w.whole(&a, err)
		return a
	}
	m, ok := members[id]
	switch {
	case !ok:
		a.Message = "the batch has no answer for this request"
	case m.doubt != "":
		a.Message = m.doubt
	case m.status == http.StatusOK && other(m.body, id):
		a.Message = "the answer is about another user, or about none"
	default:
		a.Status, a.RetryAfter = m.status, m.retryAfter.Seconds()
		a.Share, a.Limit = m.pressure.share, m.pressure.limit
		a.RequestID = w.tokens.hush(m.requestID, maxCode)
		if m.status >= 400 {
			e := w.refused("", m.status, m.body)
			a.Code, a.Message, a.RequestID = e.Code, e.Message, first(e.RequestID, a.RequestID)
		}
	}
	return a
}

// whole fills in an answer from the failure of the batch.
func (w *Writer) whole(a *plan.Answer, err error) {
	var e *Error
	var none *noToken
	if errors.As(err, &e) {
		a.Share, a.Limit = e.pressure.share, e.pressure.limit
	}
	switch {
	case errors.As(err, &none):
		a.Status, a.Code, a.Message = http.StatusUnauthorized, "TokenUnavailable", err.Error()
	case errors.As(err, &e) && slices.Contains([]int{400, 401, 403, 429}, e.Status):
		a.Status, a.Code, a.Message = e.Status, e.Code, e.Message
		a.RequestID, a.RetryAfter = e.RequestID, e.retryAfter.Seconds()
	case errors.As(err, &e):
		a.Message, a.RequestID, a.RetryAfter = "the batch: "+e.Short(), e.RequestID, e.retryAfter.Seconds()
	default:
		a.Message = err.Error()
	}
}

// other reports whether the body of a success is about something else than the
// user of that id. No body, or a user without an id, is about him; what is no
// object, as the page of a proxy in base64, is not.
func other(body jsontext.Value, id string) bool {
	var u struct {
		ID jsontext.Value `json:"id"`
	}
	if body == nil {
		return false
	}
	if body.Kind() != '{' || json.Unmarshal(body, &u, jsontext.AllowInvalidUTF8(true)) != nil {
		return true
	}
	if u.ID.Kind() != '"' {
		return false
	}
	got, err := plan.ParseGUID(str(u.ID))
	return err != nil || got != id
}

// wireRequests returns the batch for reqs, and its ids.
func wireRequests(reqs []plan.Request) (wireBatch, []string) {
	var b wireBatch
	var ids []string
	for _, r := range reqs {
		body := wireAssign{Add: []wireAdd{}, Remove: append([]plan.SKU{}, r.Remove...)}
		for _, l := range r.Add {
			body.Add = append(body.Add, wireAdd{SKU: l.SKU, DisabledPlans: append([]plan.PlanID{}, l.Grant.DisabledPlans...)})
		}
		id := string(r.User)
		ids = append(ids, id)
		b.Requests = append(b.Requests, wireRequest{
			ID: id, Method: http.MethodPost, URL: "/users/" + id + "/assignLicense", Body: &body,
			Headers: wireHeaders{ClientRequestID: newID(), ContentType: "application/json"},
		})
	}
	return b, ids
}

// checkRequests refuses what must never be sent: Graph's answer to it is not
// known, or its order is not.
func checkRequests(reqs []plan.Request) error {
	if len(reqs) > maxBatch {
		return fmt.Errorf("%d requests, a batch holds %d", len(reqs), maxBatch)
	}
	users := map[plan.UserID]bool{}
	for _, r := range reqs {
		if err := checkRequest(r); err != nil {
			return fmt.Errorf("user %q: %w", clip(string(r.User), 60), err)
		}
		if users[r.User] {
			return fmt.Errorf("user %q: twice in a batch", r.User)
		}
		users[r.User] = true
	}
	return nil
}

func checkRequest(r plan.Request) error {
	if err := checkID(string(r.User)); err != nil {
		return err
	}
	if len(r.Add) == 0 && len(r.Remove) == 0 {
		return errors.New("the request is empty")
	}
	skus := map[plan.SKU]bool{}
	once := func(sku plan.SKU) error {
		if skus[sku] {
			return fmt.Errorf("product %s twice in a request", sku)
		}
		skus[sku] = true
		return checkID(string(sku))
	}
	for _, l := range r.Add {
		if err := once(l.SKU); err != nil {
			return err
		}
		for _, p := range l.Grant.DisabledPlans {
			if err := checkID(string(p)); err != nil {
				return err
			}
		}
	}
	for _, sku := range r.Remove {
		if err := once(sku); err != nil {
			return err
		}
	}
	return nil
}

// checkID refuses what is not a GUID in lower case.
func checkID(s string) error {
	id, err := plan.ParseGUID(s)
	if err == nil && id != s {
		return fmt.Errorf("%q is not in lower case", s)
	}
	return err
}
