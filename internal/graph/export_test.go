package graph

import (
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/reseat-cli/reseat/plan"
)

// A PageReader decodes pages of users one after the other, as a listing does.
type PageReader struct{ r *userReader }

// NewPageReader returns a PageReader.
func NewPageReader() PageReader { return PageReader{newUserReader()} }

// Read appends the users of one page.
func (p PageReader) Read(r io.Reader, users []plan.User) ([]plan.User, string, error) {
	next, err := decodePage(r, func(string) error { return nil }, func(d *jsontext.Decoder) error {
		users = append(users, plan.User{})
		return p.r.read(d, &users[len(users)-1])
	})
	return users, next, err
}

// Carry sends r as the end of the pipeline does: once, with its body capped.
func Carry(rt http.RoundTripper, r *http.Request) (*http.Response, error) {
	return carrier{rt, newTokens(Config{})}.Do(r)
}

// MayFollow is whether c follows a link to a next page.
func MayFollow(c *Client, link string) bool { return c.mayFollow(link) == nil }

// RetryAfter reads headers of that name in an answer that was given at a time.
func RetryAfter(values []string, at time.Time) time.Duration { return retryAfter(values, at) }

// WithProxy makes c use the transport for the real Graph, by a proxy.
func WithProxy(c Config, proxy *url.URL) Config {
	t := newTransport(newTokens(Config{}).keep)
	t.Proxy = http.ProxyURL(proxy)
	c.Transport = t
	return c
}

// Pressure is what headers of an answer of that status say of limits.
func Pressure(status int, h http.Header) (share float64, limit string) {
	p := pressureOf(status, h.Values)
	return p.share, p.limit
}
