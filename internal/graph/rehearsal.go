package graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/reseat-cli/reseat/plan"
)

// A RehearsalConfig says where a rehearsal takes place. Base is needed.
type RehearsalConfig struct {
	// Base is scheme, host and port of a simulated tenant on this machine.
	Base string
	// Tenant is the domain or GUID that the token is asked for; empty is "rehearsal".
	Tenant string
	// Transport carries the request for a token; nil is one of our own.
	Transport http.RoundTripper
	// Now is the clock; nil is the real one.
	Now func() time.Time
}

// NewRehearsal returns root and token source for a [Config] that speaks to a
// simulated tenant. Its credential is a dummy: it is handed nothing of the
// environment and reads nothing, so that no real secret can be sent. An
// address that is not on this machine is an error.
func NewRehearsal(c RehearsalConfig) (root string, token func(ctx context.Context) (string, time.Time, error), err error) {
	u, err := parseRoot(c.Base)
	switch {
	case err != nil && !strings.Contains(c.Base, "://"):
		return "", nil, errors.New("rehearsal: graph root: it begins with neither http:// nor https://")
	case err != nil:
		return "", nil, fmt.Errorf("rehearsal: %w", err)
	}
	if !loopback(u.Hostname()) {
		return "", nil, fmt.Errorf("rehearsal: %s is not on this machine: use 127.0.0.1, [::1] or localhost", clip(u.Host, 100))
	}
	tenant := first(c.Tenant, "rehearsal")
	if c.Tenant != "" {
		if tenant, err = oneTenant(c.Tenant); err != nil {
			return "", nil, fmt.Errorf("rehearsal: %w", err)
		}
	}
	if c.Transport == nil {
		t := newTransport(func(...string) {}) // no proxy, no password
		t.Proxy = nil
		c.Transport = t
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	d := &door{rt: c.Transport, admits: func(to *url.URL) bool { return sameHost(to, u) }}
	at := u.String() + "/" + tenant + "/oauth2/v2.0/token"
	return u.String(), func(ctx context.Context) (string, time.Time, error) { return dummyToken(ctx, d, at, u.String(), c.Now) }, nil
}

// dummyToken asks for a token with a name and a secret that are known to all.
func dummyToken(ctx context.Context, d *door, at, root string, now func() time.Time) (string, time.Time, error) {
	limited, cancel := context.WithTimeout(ctx, signInTry)
	defer cancel()
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {"00000000-0000-0000-0000-000000000001"},
		"client_secret": {"rehearsal"}, "scope": {root + "/.default"},
	}
	x := &exchange{secrets: &secrets{}}
	req, err := http.NewRequestWithContext(withExchange(limited, x), http.MethodPost, at, strings.NewReader(form.Encode()))
	if err != nil {
		return "", time.Time{}, errors.New("rehearsal: the address is not one")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	resp, err := d.Do(req)
	switch {
	case ctx.Err() != nil:
		return "", time.Time{}, ctx.Err()
	case err != nil || resp.StatusCode != http.StatusOK:
		if err == nil {
			err = io.ErrUnexpectedEOF // never seen: explain looks at the answer
		}
		return "", time.Time{}, rehearsed(explain(limited, x, err), x.host)
	}
	fields, _ := decodeObject(x.body)
	token, life := str(fields["access_token"]), seconds(fields["expires_in"])
	if token == "" || life <= 0 {
		return "", time.Time{}, rehearsed(&SignInError{Message: "the answer of " + x.host + " is not what it should be"}, x.host)
	}
	return token, now().Add(life), nil
}

// rehearsed makes e one about the simulated tenant at an address; the remedy is
// how to start one there, or what keeps the one there from being used.
func rehearsed(e *SignInError, at string) error {
	e.Method, e.Remedy = plan.AuthMethod("rehearsal"), "reseat sim --listen "+at
	switch {
	case e.untrusted:
		e.Remedy = "name http://" + at + ", or in SSL_CERT_FILE the file that `reseat sim --cert` wrote"
	case e.Code == "AADSTS90002":
		e.Remedy = "serve a snapshot of the tenant that reseat.yaml names, or correct tenant.id there"
	}
	return e
}

// seconds reads a number of seconds, at most a day.
func seconds(raw jsontext.Value) time.Duration {
	d, err := time.ParseDuration(strings.Trim(string(raw), `"`) + "s")
	if err != nil {
		return 0
	}
	return min(d, 24*time.Hour)
}
