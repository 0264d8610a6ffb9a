package graph

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// decodePage reads one page: its items with item, and returns its nextLink,
// which is empty on the last page. The link is told to linked as soon as it is
// there; Graph mostly puts it before the items.
func decodePage(r io.Reader, linked func(string) error, item func(*jsontext.Decoder) error) (next string, err error) {
	d := newDecoder(r)
	if err := open(d, '{'); err != nil {
		return "", err
	}
	var found bool
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return "", err
		}
		switch name.String() {
		case "value":
			found = true
			err = decodeArray(d, item)
		case "@odata.nextLink":
			if next, err = decodeLink(d); err == nil && next != "" {
				err = linked(next)
			}
		default:
			err = d.SkipValue()
		}
		if err != nil {
			return "", err
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return "", err
	}
	if !found {
		return "", fmt.Errorf("a page without a list: %w", ErrIncomplete)
	}
	return next, end(d)
}

// decodeOne reads a single value of an answer.
func decodeOne(raw []byte, one func(*jsontext.Decoder) error) error {
	if len(raw) == 0 {
		return errors.New("an answer without a body")
	}
	d := newDecoder(bytes.NewReader(raw))
	if err := one(d); err != nil {
		return err
	}
	return end(d)
}

// open reads the bracket with which an object or array begins.
func open(d *jsontext.Decoder, kind jsontext.Kind) error {
	t, err := d.ReadToken()
	if err != nil {
		if err == io.EOF {
			return io.ErrUnexpectedEOF
		}
		return err
	}
	if t.Kind() != kind {
		return fmt.Errorf("%v where %v belongs: %w", t.Kind(), kind, ErrIncomplete)
	}
	return nil
}

func decodeArray(d *jsontext.Decoder, item func(*jsontext.Decoder) error) error {
	if err := open(d, '['); err != nil {
		return err
	}
	for d.PeekKind() != ']' {
		if err := item(d); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

func decodeLink(d *jsontext.Decoder) (string, error) {
	t, err := d.ReadToken()
	switch {
	case err != nil:
		return "", err
	case t.Kind() == 'n':
		return "", nil
	case t.Kind() != '"' || t.String() == "":
		return "", fmt.Errorf("the link to the next page is none: %w", ErrIncomplete)
	}
	return t.String(), nil
}

// mayFollow refuses a link that leaves the root or the version of the API: the
// token goes where the link leads.
func (c *Client) mayFollow(link string) error {
	u, err := url.Parse(link)
	switch {
	case err != nil || len(link) > 1<<16:
		return fmt.Errorf("the link to the next page is not a URL: %w", ErrIncomplete)
	case u.User != nil || u.Opaque != "" || u.Fragment != "" || !sameHost(u, c.root):
		return fmt.Errorf("the link to the next page leads to %s://%s, not to %s: %w", u.Scheme, u.Host, c.root, ErrIncomplete)
	case !strings.HasPrefix(u.EscapedPath(), "/v1.0/") || climbs(u.Path):
		return fmt.Errorf("the link to the next page leaves /v1.0/: %w", ErrIncomplete)
	}
	return nil
}

// climbs reports whether a decoded path has segments that mean another one.
func climbs(path string) bool {
	for part := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '/' || r == '\\' }) {
		if part == "." || part == ".." {
			return true
		}
	}
	return strings.Contains(path, "\\")
}

// sameHost reports whether a and b have the same scheme, host and port, where
// a port left out is that of the scheme.
func sameHost(a, b *url.URL) bool {
	return strings.EqualFold(a.Scheme, b.Scheme) && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"http": "80", "https": "443"}[strings.ToLower(u.Scheme)]
}

// CountUsers asks how many users the tenant has.
func (c *Client) CountUsers(ctx context.Context) (int, error) { return c.count(ctx, "count users", "") }

// count asks how many users there are, or of them those that a filter lets
// through: encoded, or empty. The answer is a number as plain text, at times
// after a byte order mark.
func (c *Client) count(ctx context.Context, op, filter string) (n int, err error) {
	path := "/users/$count"
	if filter != "" {
		path += "?$filter=" + filter
	}
	k := call{op: op, method: http.MethodGet, url: c.url(path), accept: "text/plain", eventual: true}
	err = c.try(ctx, k.op, func() error {
		return c.do(ctx, k, func(r io.Reader) error {
			b, err := io.ReadAll(io.LimitReader(r, 64))
			if err != nil {
				return err
			}
			b = bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\ufeff")))
			n, err = strconv.Atoi(string(b))
			if err != nil || n < 0 {
				return errors.New("the answer is not a number")
			}
			return nil
		})
	})
	return n, err
}
