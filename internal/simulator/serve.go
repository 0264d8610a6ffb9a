package simulator

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// ServeHTTP answers one request. A fault that drops the connection panics with
// [http.ErrAbortHandler], as the server of net/http expects.
func (t *Tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := t.callOf(r)
	a := t.attempt(c, func(c *call) *answer {
		if err == nil {
			c.who, err = t.authenticate(r.Header.Get("Authorization"), c.now)
		}
		if err != nil {
			return answerOf(c, err)
		}
		if r.URL.Path == "/v1.0/$batch" {
			return t.outer(c)
		}
		return t.handle(c)
	})
	if a.dropped {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	h.Set("request-id", c.id)
	h.Set("client-request-id", c.clientID)
	h.Set("Date", c.now.Format(http.TimeFormat))
	h.Set("Cache-Control", "no-cache")
	h.Set("Strict-Transport-Security", "max-age=31536000")
	h.Set("x-ms-ags-diagnostic", `{"ServerInfo":{"DataCenter":"Simulated","Slice":"E","Ring":"1","ScaleUnit":"000","RoleInstance":"SIM00000000"}}`)
	for k, v := range a.headers() {
		h.Set(k, v)
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // the caller is gone
}

// outer answers what was sent to $batch itself.
func (t *Tenant) outer(c *call) *answer {
	switch {
	case c.method != http.MethodPost:
		return answerOf(c, refuse(http.StatusMethodNotAllowed, "Request_BadRequest", "Specified HTTP method is not allowed for the request target."))
	case c.rawQuery != "":
		return answerOf(c, badQuery("A batch takes no query options."))
	}
	return t.batch(c)
}

// RoundTrip answers a client's request in process, so that a Tenant is also
// the transport of an [http.Client]. A dropped connection is an error that
// wraps [io.ErrUnexpectedEOF].
func (t *Tenant) RoundTrip(r *http.Request) (res *http.Response, err error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	defer func() {
		if p := recover(); p == http.ErrAbortHandler {
			res, err = nil, fmt.Errorf("simulated tenant: connection dropped: %w", io.ErrUnexpectedEOF)
		} else if p != nil {
			panic(p)
		}
	}()
	w := &recorder{header: http.Header{}}
	t.ServeHTTP(w, r)
	return &http.Response{
		Status: fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.header, Request: r,
		Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()),
	}, nil
}

// A recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) { w.status = status }

func (w *recorder) Write(b []byte) (int, error) { return w.body.Write(b) }
