package graph

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
)

// InProcess returns a transport that hands each request to h, without a
// socket. Bodies are streamed. A handler that panics, with
// [http.ErrAbortHandler] or otherwise, is a connection that broke; one that is
// slow is left alone when the context of the request ends.
func InProcess(h http.Handler) http.RoundTripper { return inProcess{h} }

type inProcess struct{ h http.Handler }

// RoundTrip returns as soon as the handler has written its header.
func (t inProcess) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(req.Context())
	if err := ctx.Err(); err != nil {
		cancel()
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, err
	}
	pr, pw := io.Pipe()
	w := &reply{header: http.Header{}, body: pw, started: make(chan struct{}), length: -1}
	go t.serve(w, incoming(ctx, req), req.Body)
	select {
	case <-w.started:
	case <-ctx.Done():
		pr.Close()
		cancel()
		return nil, req.Context().Err()
	}
	if w.broken != nil {
		cancel()
		return nil, w.broken
	}
	stop := context.AfterFunc(ctx, func() { pw.CloseWithError(ctx.Err()) })
	return &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, Body: &stream{pr, stop, cancel}, ContentLength: w.length, Request: req,
	}, nil
}

// incoming turns a client's request into a server's.
func incoming(ctx context.Context, req *http.Request) *http.Request {
	in := req.Clone(ctx)
	in.RequestURI = req.URL.RequestURI()
	in.Host = req.URL.Host
	if req.Host != "" {
		in.Host = req.Host
	}
	if req.URL.Scheme == "https" {
		in.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, HandshakeComplete: true, ServerName: req.URL.Hostname()}
	}
	in.URL.Scheme, in.URL.Host = "", ""
	in.Proto, in.ProtoMajor, in.ProtoMinor = "HTTP/1.1", 1, 1
	in.RemoteAddr = "127.0.0.1:0"
	if in.Body == nil {
		in.Body = http.NoBody
	}
	return in
}

// serve runs the handler to its end, and closes what the request brought.
func (t inProcess) serve(w *reply, in *http.Request, body io.Closer) {
	if body != nil {
		defer body.Close()
	}
	defer func() {
		switch p := recover(); p {
		case nil:
			w.finish(in.Context().Err())
		case http.ErrAbortHandler:
			w.abort(fmt.Errorf("connection broke: %w", io.ErrUnexpectedEOF))
		default:
			w.abort(fmt.Errorf("handler panicked (%v): %w", p, io.ErrUnexpectedEOF))
		}
	}()
	t.h.ServeHTTP(w, in)
}

// reply is the handler's side of an answer.
type reply struct {
	header  http.Header
	body    *io.PipeWriter
	once    sync.Once
	started chan struct{} // closed when the fields below are set
	sent    http.Header
	status  int
	length  int64 // as declared; -1 if it was not
	broken  error // instead of an answer

	written int64
}

func (w *reply) Header() http.Header { return w.header }

func (w *reply) WriteHeader(status int) {
	if status < 200 {
		return
	}
	w.once.Do(func() {
		w.status, w.sent = status, w.header.Clone()
		if n, err := strconv.ParseInt(w.header.Get("Content-Length"), 10, 64); err == nil && n >= 0 {
			w.length = n
		}
		close(w.started)
	})
}

func (w *reply) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.length >= 0 && w.written+int64(len(p)) > w.length {
		return 0, http.ErrContentLength
	}
	n, err := w.body.Write(p)
	w.written += int64(n)
	return n, err
}

// Flush sends the header; bodies are never held back.
func (w *reply) Flush() { w.WriteHeader(http.StatusOK) }

// finish ends the answer of a handler that returned. One that returned because
// its context had ended has not said all.
func (w *reply) finish(ended error) {
	w.WriteHeader(http.StatusOK)
	if ended == nil && w.length > w.written {
		ended = io.ErrUnexpectedEOF
	}
	w.body.CloseWithError(ended)
}

// abort breaks the connection, before or within the body.
func (w *reply) abort(err error) {
	w.once.Do(func() {
		w.broken = err
		close(w.started)
	})
	w.body.CloseWithError(err)
}

// stream is the client's side of the body.
type stream struct {
	*io.PipeReader
	stop   func() bool
	cancel context.CancelFunc
}

// Close lets go of the handler: what it still writes goes nowhere.
func (s *stream) Close() error {
	s.stop()
	err := s.PipeReader.Close()
	s.cancel()
	return err
}
