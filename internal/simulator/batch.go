package simulator

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/textproto"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// A request is one member of a batch.
type request struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
	DependsOn []string          `json:"dependsOn"`
}

// batch answers POST /$batch: each member alone, carried out and answered in
// an order of its own, but for what dependsOn says.
func (t *Tenant) batch(c *call) *answer {
	var q struct {
		Requests []request `json:"requests"`
	}
	if err := c.decode(&q); err != nil {
		return answerOf(c, err)
	}
	if err := wellFormed(q.Requests); err != nil {
		return answerOf(c, err)
	}
	c.ran = true
	t.shuffle(len(q.Requests), func(i, j int) { q.Requests[i], q.Requests[j] = q.Requests[j], q.Requests[i] })
	failed := map[string]bool{} // by lower-case id; members that were carried out
	all, mates := [][]byte{}, map[plan.UserID]bool{}
	for len(failed) < len(q.Requests) {
		for i := range q.Requests {
			m := &q.Requests[i]
			if _, done := failed[key(m.ID)]; done || !ready(m, failed) {
				continue
			}
			a := t.member(c, m, failed, mates)
			failed[key(m.ID)] = a.dropped || a.status >= 400
			if !a.dropped {
				all = append(all, a.response(m.ID))
			}
		}
	}
	t.shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	size := 0
	for _, r := range all {
		size += len(r) + 1
	}
	b := appendList(append(make([]byte, 0, size+20), `{"responses":`...), all, func(b, r []byte) []byte { return append(b, r...) })
	return &answer{status: http.StatusOK, body: append(b, '}'), cost: 1}
}

func key(id string) string { return strings.ToLower(id) }

func (t *Tenant) shuffle(n int, swap func(i, j int)) {
	t.luck.Lock()
	defer t.luck.Unlock()
	t.rand.Shuffle(n, swap)
}

func ready(m *request, done map[string]bool) bool {
	return !slices.ContainsFunc(m.DependsOn, func(id string) bool { _, is := done[key(id)]; return !is })
}

// wellFormed refuses the whole of a batch.
func wellFormed(members []request) error {
	if len(members) == 0 || len(members) > 20 {
		return badQuery("The batch has %d requests; there must be between 1 and 20.", len(members))
	}
	seen := map[string]*request{}
	for i := range members {
		m := &members[i]
		switch target, _, _ := strings.Cut(strings.TrimPrefix(m.URL, "/"), "?"); {
		case m.ID == "":
			return badQuery("A request of the batch has no id.")
		case seen[key(m.ID)] != nil:
			return badQuery("The request id '%s' is not unique in the batch.", m.ID)
		case m.Method == "" || m.URL == "":
			return badQuery("Request '%s' of the batch lacks its method or url.", m.ID)
		case strings.Contains(target, "://") || strings.HasPrefix(m.URL, "//"):
			return badQuery("The url of request '%s' of the batch must be relative.", m.ID)
		case target == "$batch":
			return badQuery("Request '%s' is a batch within a batch.", m.ID)
		case len(m.Body) > 0 && string(m.Body) != "null" && m.header().Get("Content-Type") == "":
			return badQuery("Request '%s' of the batch has a body but no Content-Type header.", m.ID)
		}
		if string(m.Body) == "null" {
			m.Body = nil
		}
		seen[key(m.ID)] = m
	}
	return grounded(members, seen)
}

// grounded refuses dependencies on nothing and on each other in a ring.
func grounded(members []request, all map[string]*request) error {
	for _, m := range members {
		for _, id := range m.DependsOn {
			if all[key(id)] == nil {
				return badQuery("Request '%s' of the batch depends on '%s', which is not in it.", m.ID, id)
			}
		}
	}
	free := map[string]bool{}
	for range members {
		for i := range members {
			if ready(&members[i], free) {
				free[key(members[i].ID)] = true
			}
		}
	}
	if len(free) < len(members) {
		return badQuery("Requests of the batch depend on each other in a ring.")
	}
	return nil
}

func (m *request) header() http.Header {
	h := http.Header{}
	for k, v := range m.Headers {
		h[textproto.CanonicalMIMEHeaderKey(k)] = []string{v}
	}
	return h
}

// member carries one member out as a call of the batch's caller.
func (t *Tenant) member(outer *call, m *request, failed map[string]bool, mates map[plan.UserID]bool) *answer {
	c := t.memberCall(outer, m)
	if len(m.DependsOn) == 0 {
		c.mates = mates
	}
	if slices.ContainsFunc(m.DependsOn, func(id string) bool { return failed[key(id)] }) {
		a := refuse(http.StatusFailedDependency, "FailedDependency", "A request that this one depends on failed.").answer(c)
		a.cost = 1
		return a
	}
	return t.attempt(c, func(c *call) *answer {
		// The token may have expired since the batch came.
		if err := t.inForce(c.who, t.o.Now()); err != nil {
			return answerOf(c, err)
		}
		return t.metered(c)
	})
}

// memberCall is a member as a call of the batch's caller.
func (t *Tenant) memberCall(outer *call, m *request) *call {
	url, _, _ := strings.Cut(strings.TrimPrefix(m.URL, "/"), "#") // a name with # must come escaped
	path, query, _ := strings.Cut(url, "?")
	c := &call{
		method: strings.ToUpper(m.Method), path: "/v1.0/" + path, rawQuery: query, header: m.header(), body: m.Body,
		root: outer.root, who: outer.who, id: t.requestID(), now: outer.now, member: true, batch: outer.id, outer: outer,
	}
	if c.clientID = c.header.Get("client-request-id"); c.clientID == "" {
		c.clientID = c.id
	}
	return c
}

// response is the answer to one member. A body that is no JSON comes as base64.
func (a *answer) response(id string) []byte {
	body, h := a.sent(), a.headers()
	h["Cache-Control"] = "no-cache"
	b := appendString(append(make([]byte, 0, len(body)+400), `{"id":`...), id)
	b = appendInt(append(b, `,"status":`...), a.status)
	b = append(b, `,"headers":{`...)
	for i, name := range slices.Sorted(maps.Keys(h)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(append(appendString(b, name), ':'), h[name])
	}
	b = append(b, '}')
	switch {
	case len(body) == 0:
	case a.plain || a.foreign && !json.Valid(body):
		b = appendString(append(b, `,"body":`...), base64.StdEncoding.EncodeToString(body))
	default:
		b = append(append(b, `,"body":`...), body...)
	}
	return append(b, '}')
}

// sent is what of the body reaches the caller.
func (a *answer) sent() []byte {
	if a.cut {
		return a.body[:len(a.body)/2]
	}
	return a.body
}

// headers are those that an answer has, alone or within a batch.
func (a *answer) headers() map[string]string {
	kind := "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
	if a.plain {
		kind = "text/plain"
	}
	h := map[string]string{
		"Content-Type": kind, "OData-Version": "4.0", "x-ms-resource-unit": string(appendInt(nil, max(a.cost, 1))),
	}
	if a.status == http.StatusNoContent {
		delete(h, "Content-Type")
	}
	maps.Copy(h, a.header)
	return h
}
