package simulator

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// ServeHTTP answers one request. A fault that drops the connection panics with
// [http.ErrAbortHandler], as the server of net/http expects.
func (t *Tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := t.callOf(r)
	t.advance(c.now)
	w.Header().Set("Date", c.now.UTC().Format(http.TimeFormat)) // the server's own would be by another clock
	if err == nil && t.o.Control && strings.HasPrefix(r.URL.Path, controlPrefix) {
		t.send(w, c, t.control(c, r.URL.Path))
		return
	}
	a := t.attempt(c, func(c *call) *answer {
		if err == nil && t.o.Issuer {
			if a := t.login(c, r); a != nil {
				return a
			}
		}
		if err == nil {
			c.who, err = t.authenticate(r.Header.Get("Authorization"), c.now)
		}
		if err != nil {
			return answerOf(c, err)
		}
		if versioned(strings.TrimSuffix(r.URL.Path, "/")) == "/v1.0/$batch" {
			return t.outer(c)
		}
		return t.metered(c)
	})
	if versioned(strings.TrimSuffix(r.URL.Path, "/")) == "/v1.0/$batch" {
		t.partBatch(c, a)
	}
	t.send(w, c, a)
}

// send writes an answer.
func (t *Tenant) send(w http.ResponseWriter, c *call, a *answer) {
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
	if a.cut {
		h.Set("Content-Length", strconv.Itoa(max(len(a.body), 1)))
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.sent()) // the caller is gone
	if a.cut {
		_ = http.NewResponseController(w).Flush() // what a recorder cannot do
		panic(http.ErrAbortHandler)
	}
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
	w := &recorder{header: http.Header{}}
	defer func() {
		if p := recover(); p == http.ErrAbortHandler && w.status != 0 {
			res, err = w.response(r), nil
		} else if p == http.ErrAbortHandler {
			res, err = nil, fmt.Errorf("simulated tenant: connection dropped: %w", io.ErrUnexpectedEOF)
		} else if p != nil {
			panic(p)
		}
	}()
	t.ServeHTTP(w, r)
	return w.response(r), nil
}

// A recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// response is the answer as a client gets it, which can end too early.
func (w *recorder) response(r *http.Request) *http.Response {
	res := &http.Response{
		Status: fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.header, Request: r,
		Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()),
	}
	if n, err := strconv.ParseInt(w.header.Get("Content-Length"), 10, 64); err == nil && n > res.ContentLength {
		res.ContentLength = n
		res.Body = io.NopCloser(io.MultiReader(&w.body, short{}))
	}
	return res
}

// short is where a connection broke.
type short struct{}

func (short) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) { w.status = status }

func (w *recorder) Write(b []byte) (int, error) { return w.body.Write(b) }
