package graph

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxSignIn is the most bytes that are read of an answer about a token.
const maxSignIn = 1 << 20

// A door is what signing in goes through: it lets calls out to the hosts they
// belong to alone, follows no redirect, keeps answers small, and notes what
// became of each call, and what must not be seen.
type door struct {
	rt     http.RoundTripper
	admits func(*url.URL) bool
}

// An exchange is the last call of one attempt to sign in.
type exchange struct {
	host    string // asked; empty: nobody was
	status  int
	body    []byte
	err     error        // instead of an answer
	own     *SignInError // of what we do ourselves within the library
	secrets *secrets
}

// exchangeKey is the key under which a context carries its *exchange.
type exchangeKey struct{}

func withExchange(ctx context.Context, x *exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

// exchangeOf returns what ctx carries, or one that nobody looks at.
func exchangeOf(ctx context.Context) *exchange {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x
	}
	return &exchange{secrets: &secrets{}}
}

// Do sends one request, once.
func (d *door) Do(req *http.Request) (*http.Response, error) {
	x := exchangeOf(req.Context())
	*x = exchange{host: req.URL.Host, secrets: x.secrets}
	resp, err := d.send(req, x)
	if err != nil {
		// The library logs it, if asked to, and garbage that came back is in it.
		x.err = &hushed{text: x.secrets.hush(err.Error(), maxSaid), err: err}
		return nil, x.err
	}
	return resp, nil
}

func (d *door) send(req *http.Request, x *exchange) (*http.Response, error) {
	if !d.admits(req.URL) || req.Host != "" && req.Host != req.URL.Host {
		return nil, stopped{errors.New("it is not a host to sign in at")}
	}
	if err := x.secrets.sent(req); err != nil {
		return nil, err
	}
	resp, err := d.rt.RoundTrip(req)
	if err != nil {
		var bad *tls.CertificateVerificationError
		if errors.As(err, &bad) {
			return nil, stopped{err}
		}
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(&capped{r: unzip(resp), c: resp.Body, left: maxSignIn})
	switch {
	case errors.Is(err, ErrTooLarge):
		return nil, stopped{err}
	case err != nil:
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	x.secrets.received(body)
	x.status, x.body = resp.StatusCode, body
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.Status = http.StatusText(resp.StatusCode)
	resp.Header = x.secrets.needed(resp.Header)
	return resp, nil
}

// needed returns the headers of an answer that the library acts upon. It logs
// others, if asked to, and a secret may come back in any of them.
func (s *secrets) needed(from http.Header) http.Header {
	h := http.Header{}
	for _, name := range []string{"Content-Type", "Retry-After", "Retry-After-Ms", "X-Ms-Retry-After-Ms"} {
		if v := from.Get(name); v != "" {
			h.Set(name, s.hush(v, maxCode))
		}
	}
	// Where a machine keeps the key to its identity (Azure Arc); never logged.
	if v := from.Values("WWW-Authenticate"); len(v) > 0 {
		h["Www-Authenticate"] = v
	}
	return h
}

// A stopped error is one that trying again does not help.
type stopped struct{ err error }

func (s stopped) Error() string { return s.err.Error() }
func (s stopped) Unwrap() error { return s.err }

// NonRetriable tells the library so.
func (stopped) NonRetriable() {}

// secrets are what no error may show, in the spellings in which it may come back.
type secrets struct {
	mu  sync.Mutex
	all []string
}

// add notes values; what is empty is none.
func (s *secrets) add(values ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range values {
		if v = strings.TrimSpace(v); v == "" {
			continue
		}
		for _, spelling := range spellings(v) {
			if !slices.Contains(s.all, spelling) {
				s.all = append(s.all, spelling)
			}
		}
	}
}

// spellings are the ways in which a value is written in forms, URLs and JSON.
func spellings(v string) []string {
	quoted, _ := jsontext.AppendQuote(nil, v) // the error is about UTF-8, which is replaced
	return append(pieces(v), url.QueryEscape(v), url.PathEscape(v), strings.Trim(string(quoted), `"`), tidy(v))
}

// hush makes text of strangers fit to be shown, like [tokens.hush].
func (s *secrets) hush(text string, most int) string {
	s.mu.Lock()
	all := s.all // only ever appended to
	s.mu.Unlock()
	return clip(hush(tidy(clip(text, maxLooked)), all), most)
}

// sent notes the secrets in a request, and leaves it as it was.
func (s *secrets) sent(req *http.Request) error {
	for _, name := range []string{"Authorization", "X-IDENTITY-HEADER", "Secret"} {
		for _, v := range req.Header.Values(name) {
			s.add(strings.TrimPrefix(strings.TrimPrefix(v, "Bearer "), "bearer "))
		}
	}
	if req.Body == nil || req.Body == http.NoBody {
		return nil
	}
	body, err := io.ReadAll(req.Body)
	req.Body.Close()
	if err != nil {
		return err
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil // no form: nothing of ours is in it
	}
	for _, name := range []string{"client_secret", "client_assertion", "password", "refresh_token", "device_code", "code", "assertion"} {
		s.add(form[name]...)
	}
	return nil
}

// received notes the secrets in an answer.
func (s *secrets) received(body []byte) {
	if fields, ok := decodeObject(body); ok {
		for _, name := range []string{"access_token", "refresh_token", "id_token", "device_code", "value"} {
			s.add(str(fields[name]))
		}
	}
}

// decodeObject reads a JSON object of unknown fields.
func decodeObject(raw []byte) (map[string]jsontext.Value, bool) {
	var fields map[string]jsontext.Value
	d := jsontext.NewDecoder(&shallow{r: bytes.NewReader(raw)}, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	err := json.UnmarshalDecode(d, &fields)
	return fields, err == nil && fields != nil
}
