package graph

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/base64"
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

// newTransport returns the transport for the real thing. The password of a
// proxy, in the spellings in which it may come back, is handed to keep.
func newTransport(keep func(secrets ...string)) *http.Transport {
	return &http.Transport{
		Proxy:                  func(r *http.Request) (*url.URL, error) { return proxy(r, keep) },
		OnProxyConnectResponse: connected,
		DialContext:            (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    15 * time.Second,
		ResponseHeaderTimeout:  3 * time.Minute,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConnsPerHost:    widest,
		MaxResponseHeaderBytes: 1 << 18,
		ForceAttemptHTTP2:      true,
	}
}

// proxy is that of the environment; its error would repeat the address, and
// with it a password.
func proxy(r *http.Request, keep func(...string)) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(r)
	if err != nil {
		return nil, errors.New("the proxy of the environment is not a URL")
	}
	if u != nil && u.User != nil {
		if password, ok := u.User.Password(); ok {
			keep(password, url.QueryEscape(password), base64.StdEncoding.EncodeToString([]byte(u.User.Username()+":"+password)))
		}
	}
	return u, nil
}

const wantsPassword = "a proxy before Graph wants a user name and a password: put them into HTTPS_PROXY"

// connected judges a proxy's answer to CONNECT. What it says of itself stays
// out of the error, and what it refuses it will refuse again.
func connected(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	switch code := resp.StatusCode; {
	case code == http.StatusOK:
		return nil
	case code == http.StatusProxyAuthRequired:
		return &lost{err: errors.New(wantsPassword), final: true}
	default:
		return &lost{err: fmt.Errorf("the proxy answered %d where it should connect", code), final: code < 500}
	}
}

// A sending, which a context carries, notes how far a call came.
type sending struct {
	sent   bool  // it was handed to the transport
	token  int64 // the number of its token
	lane   lane
	header http.Header // of a 200
}

type sendingKey struct{}

// carrier is the end of the pipeline. It follows no redirect, as it uses the
// RoundTripper itself, and no body it returns is longer than its limit.
type carrier struct {
	rt      http.RoundTripper
	secrets *tokens
}

// Do sends one request, once.
func (c carrier) Do(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	if s, ok := req.Context().Value(sendingKey{}).(*sending); ok {
		s.sent = true
	}
	resp, err := c.rt.RoundTrip(req)
	if err != nil {
		// Whatever stands between here and a log may write the text down.
		return nil, &hushed{text: c.secrets.hush(plainly(err, req.URL.Hostname()), 2*maxMessage), err: asLost(err)}
	}
	limit := int64(maxPage)
	if resp.StatusCode != http.StatusOK {
		limit = maxSmall
	}
	resp.Body = &capped{r: unzip(resp), c: resp.Body, left: limit}
	return resp, nil
}

// asLost returns err as a connection that failed; final is what TLS or a proxy
// refused.
func asLost(err error) *lost {
	var l *lost
	if errors.As(err, &l) {
		return l
	}
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	return &lost{err: err, final: errors.As(err, &cert) || errors.As(err, &record) || refusedTLS(err)}
}

// refusedTLS reports whether one side did not want the other's TLS, as with
// versions that do not meet. What the other side calls an error of its own may
// pass.
func refusedTLS(err error) bool {
	var op *net.OpError
	if errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error") {
		return !strings.Contains(op.Error(), "internal error")
	}
	return strings.HasPrefix(err.Error(), "tls: ")
}

// plainly says in an operator's words why there is no connection to host.
func plainly(err error, host string) string {
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var name *net.DNSError
	switch {
	case errors.As(err, &cert):
		return fmt.Sprintf("the certificate of %s is not trusted: %v; where a proxy opens TLS on purpose, name its CA in SSL_CERT_FILE", host, cert.Err)
	case errors.As(err, &record):
		return fmt.Sprintf("%s, or a proxy before it, does not speak TLS: %v", host, err)
	case refusedTLS(err):
		return fmt.Sprintf("%s, or a proxy before it, refused TLS: %v", host, err)
	case errors.As(err, &name) && name.IsNotFound:
		return fmt.Sprintf("the name %s was not found: no network, or only through a proxy (HTTPS_PROXY)", name.Name)
	case errors.Is(err, io.EOF):
		return "the connection was closed before there was an answer"
	}
	return err.Error()
}

// unzip returns the body of resp as it was before compression, without a byte
// order mark. The transport of the standard library has unpacked it already and
// says so by leaving the header out. Only gzip is ever asked for.
func unzip(resp *http.Response) io.Reader {
	packed := strings.ToLower(strings.TrimSpace(strings.Join(resp.Header.Values("Content-Encoding"), ",")))
	switch packed {
	case "", "identity":
		return &unmarked{r: resp.Body}
	case "gzip", "x-gzip":
	default:
		return refusing{fmt.Errorf("%w: it is packed as %q, which nobody asked for", ErrGarbled, clip(tidy(packed), 60))}
	}
	resp.Header.Del("Content-Encoding")
	resp.Header.Del("Content-Length")
	resp.ContentLength = -1
	return &unmarked{r: &lazyGzip{r: resp.Body}}
}

// refusing is a body that cannot be read.
type refusing struct{ err error }

func (r refusing) Read([]byte) (int, error) { return 0, r.err }

// unmarked leaves out a byte order mark, which some gateways put before JSON.
type unmarked struct {
	r io.Reader
	b *bufio.Reader
}

func (u *unmarked) Read(p []byte) (int, error) {
	if u.b == nil {
		u.b = bufio.NewReaderSize(u.r, 16) // the least: longer reads go past it
		if mark, _ := u.b.Peek(3); string(mark) == "\ufeff" {
			if _, err := u.b.Discard(len(mark)); err != nil {
				return 0, err
			}
		}
	}
	return u.b.Read(p)
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
	if err != nil && err != io.EOF && !errors.Is(err, ErrGarbled) {
		err = &lost{err: err}
	}
	return n, err
}

// Close lets go of the connection.
func (b *capped) Close() error { return b.c.Close() }
