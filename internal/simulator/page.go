package simulator

import (
	"crypto/hmac"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// A page is the part of a listing that a call asks for.
type page struct {
	top   int
	after string // the last id of the page before; empty on the first
	first bool
}

const macLen = 16

// page reads $top and $skiptoken. Without $top a page has usual items; limit,
// where there is one, has the last word on how many they are.
func (t *Tenant) page(c *call, usual int, limit func(top int) (int, error)) (page, error) {
	p := page{top: usual, first: true}
	if c.query.Has("$top") {
		n, err := strconv.Atoi(c.option("$top"))
		if err != nil {
			return p, badQuery("Invalid value '%s' for $top query option found. The $top query option requires a non-negative integer value.", c.option("$top"))
		}
		if n < 1 || n > 999 {
			return p, badRequest("Invalid page size specified: '%d'. Must be between 1 and 999 inclusive.", n)
		}
		p.top = n
	}
	if limit != nil {
		var err error
		if p.top, err = limit(p.top); err != nil {
			return p, err
		}
	}
	if c.query.Has("$skiptoken") {
		b, err := base64.RawURLEncoding.DecodeString(c.option("$skiptoken"))
		if err != nil || len(b) < macLen || !hmac.Equal(b[:macLen], t.sign("page", c.path, c.rest(), string(b[macLen:]))[:macLen]) {
			return p, expiredPage()
		}
		after, _, _ := strings.Cut(string(b[macLen:]), " ")
		p.after, p.first = after, false
	}
	if t.o.ShortPages {
		p.top = t.chance(p.top + 1)
	}
	return p, nil
}

func expiredPage() error {
	return refuse(http.StatusBadRequest, "Directory_ExpiredPageToken", "The specified page token value has expired and can no longer be included in your request.")
}

// rest is the query without the page's place in the listing.
func (c *call) rest() string {
	q := url.Values{}
	for k, v := range c.query {
		if k != "$skiptoken" {
			q[k] = v
		}
	}
	return strings.ReplaceAll(q.Encode(), "%24", "$")
}

// next is the absolute link to the page behind the object with id after. Its
// token belongs to the query it was made for.
func (t *Tenant) next(c *call, after string) string {
	rest := c.rest()
	place := after + " " + strconv.FormatUint(t.nonce(), 36)
	token := base64.RawURLEncoding.EncodeToString(append(t.sign("page", c.path, rest, place)[:macLen:macLen], place...))
	if rest != "" {
		rest += "&"
	}
	return c.root + c.path + "?" + rest + "$skiptoken=" + token
}

func (t *Tenant) nonce() uint64 {
	t.luck.Lock()
	defer t.luck.Unlock()
	return t.rand.Uint64()
}

// listing writes a collection's answer.
type listing struct{ b []byte }

func newListing(c *call, fragment string) *listing {
	return &listing{b: append([]byte{'{'}, c.context(fragment)...)}
}

func (l *listing) count(n int) { l.b = appendInt(append(l.b, `,"@odata.count":`...), n) }

func (l *listing) link(url string) { l.b = appendString(append(l.b, `,"@odata.nextLink":`...), url) }

// value writes the items, which write themselves.
func value[T any](l *listing, items []T, one func([]byte, T) []byte) *answer {
	l.b = append(l.b, `,"value":`...)
	l.b = appendList(l.b, items, one)
	l.b = append(l.b, '}')
	return &answer{status: http.StatusOK, body: l.b}
}
