package graph

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The most bytes that are read of an answer, after decompression.
const (
	maxPage  = 64 << 20
	maxSmall = 8 << 20 // an error or the answer to a batch
)

// newTransport returns the transport for the real Graph.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  proxy,
		DialContext:            (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    15 * time.Second,
		ResponseHeaderTimeout:  3 * time.Minute,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConnsPerHost:    inFlight,
		MaxResponseHeaderBytes: 1 << 18,
		ForceAttemptHTTP2:      true,
	}
}

// proxy is that of the environment; its error would repeat the address, and
// with it a password.
func proxy(r *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(r)
	if err != nil {
		return nil, errors.New("the proxy of the environment is not a URL")
	}
	return u, nil
}

// sending is the key under which a context carries the *bool that becomes true
// when a call is handed to the transport.
type sending struct{}

// carrier is the end of the pipeline. It follows no redirect, as it uses the
// RoundTripper itself, and no body it returns is longer than its limit.
type carrier struct{ rt http.RoundTripper }

// Do sends one request, once.
func (c carrier) Do(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	if sent, ok := req.Context().Value(sending{}).(*bool); ok {
		*sent = true
	}
	resp, err := c.rt.RoundTrip(req)
	if err != nil {
		var bad *tls.CertificateVerificationError
		return nil, &lost{err: err, final: errors.As(err, &bad)}
	}
	limit := int64(maxPage)
	if resp.StatusCode != http.StatusOK {
		limit = maxSmall
	}
	resp.Body = &capped{r: unzip(resp), c: resp.Body, left: limit}
	return resp, nil
}

// unzip returns the body of resp as it was before compression. The transport
// of the standard library has done that already and says so by leaving the
// header out.
func unzip(resp *http.Response) io.Reader {
	if !strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		return resp.Body
	}
	resp.Header.Del("Content-Encoding")
	resp.Header.Del("Content-Length")
	resp.ContentLength = -1
	return &lazyGzip{r: resp.Body}
}

// lazyGzip opens the stream when it is first read, so that nothing blocks before.
type lazyGzip struct {
	r io.Reader
	z *gzip.Reader
}

func (l *lazyGzip) Read(p []byte) (int, error) {
	if l.z == nil {
		z, err := gzip.NewReader(l.r)
		if err != nil {
			return 0, fmt.Errorf("unpack the answer: %w", err)
		}
		l.z = z
	}
	return l.z.Read(p)
}

// capped is a body that fails when it is longer than it may be, and tells
// failures of the connection from those of the content.
type capped struct {
	r    io.Reader
	c    io.Closer
	left int64
}

func (b *capped) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrTooLarge
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return n - 1, ErrTooLarge
	}
	if err != nil && err != io.EOF {
		err = &lost{err: err}
	}
	return n, err
}

// Close lets go of the connection.
func (b *capped) Close() error { return b.c.Close() }

// marked returns a context that notes in the bool when its call is sent.
func marked(ctx context.Context) (context.Context, *bool) {
	sent := new(bool)
	return context.WithValue(ctx, sending{}, sent), sent
}
