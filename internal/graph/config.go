package graph

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/hashicorp/go-hclog"
)

// A Config says which Graph to speak to, and as whom. Root and Token, or
// Beside, are needed; the rest has a useful zero.
type Config struct {
	// Root is scheme and host of the cloud, as in "https://graph.microsoft.com".
	// Plain http is accepted on loopback only.
	Root string
	// Transport carries the requests. Nil is one of our own, with proxies from
	// the environment and time-outs. [InProcess] makes one of a handler.
	Transport http.RoundTripper
	// Token gives a bearer token for Root and when it expires (zero: not known).
	// It is asked again shortly before that, and after a 401 without Renew.
	Token func(ctx context.Context) (token string, expires time.Time, err error)
	// Renew, if not nil, is asked in place of Token after a 401: for another
	// token than the refused one. claims, if not empty, are what Graph wants it
	// to meet (a claims challenge), as JSON.
	Renew func(ctx context.Context, refused, claims string) (token string, expires time.Time, err error)
	// Beside, if not nil, is a client with the same identity: its tokens are
	// used and not those of Token and Renew, and what Graph tells either of
	// waiting holds for both.
	Beside *Client
	// Tenant is the domain or GUID of the tenant that this must be, see
	// [Client.Verify]. Empty: whichever tenant the token is for.
	Tenant string
	// Log is told what an operator may want to know; nil is nobody.
	Log hclog.Logger
	// Now and Wait are the clock; nil is the real one. Wait ends early, with
	// the error of ctx, when ctx does.
	Now  func() time.Time
	Wait func(ctx context.Context, d time.Duration) error
	// Jitter gives numbers in [0, 1) that spread repeated reads; nil is random.
	Jitter func() float64
	// UserAgent is sent with each call, if not empty.
	UserAgent string
}

// inFlight is how many calls one read makes at once at most, as a listing or
// one of many people by their ids.
const inFlight = 6

// abreast is how many batches that change people are under way at once at most,
// and as many that look at them.
const abreast = 8

// A Client reads a tenant. It has no method that writes. It may be used by
// several goroutines at once.
type Client struct {
	root   *url.URL
	agent  string
	pipe   runtime.Pipeline
	tokens *tokens
	tenant string
	log    hclog.Logger
	now    func() time.Time
	wait   func(ctx context.Context, d time.Duration) error
	jitter func() float64
	brake  *brake
	clock  clockCheck
}

// New returns a Client, or an error if c lacks something or its Root is not
// one that a token may be sent to. It sends nothing.
func New(c Config) (*Client, error) {
	root, err := parseRoot(c.Root)
	if err != nil {
		return nil, err
	}
	if c.Token == nil && c.Beside == nil {
		return nil, errors.New("graph client: no token source")
	}
	if c.Beside != nil && *c.Beside.root != *root {
		return nil, errors.New("graph client: beside one of another root")
	}
	fill(&c)
	c.Log = c.Log.Named("graph")
	k := &Client{
		root: root, agent: c.UserAgent, tenant: c.Tenant, log: c.Log,
		now: c.Now, wait: c.Wait, jitter: c.Jitter,
		brake: newBrake(c), tokens: newTokens(c),
	}
	if c.Beside != nil {
		k.brake, k.tokens = c.Beside.brake, c.Beside.tokens
	}
	if c.Transport == nil {
		c.Transport = newTransport(k.tokens.keep)
	}
	k.pipe = runtime.NewPipeline("reseat", "v1", runtime.PipelineOptions{
		PerRetry: []policy.Policy{&bearer{root: root, tokens: k.tokens, brake: k.brake}},
	}, &policy.ClientOptions{
		Retry:     policy.RetryOptions{MaxRetries: -1},
		Telemetry: policy.TelemetryOptions{Disabled: true},
		Transport: carrier{c.Transport, k.tokens},
	})
	return k, nil
}

// fill puts the real things where c has nothing.
func fill(c *Config) {
	if c.Log == nil {
		c.Log = hclog.NewNullLogger()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Wait == nil {
		c.Wait = pause
	}
	if c.Jitter == nil {
		c.Jitter = rand.Float64
	}
}

// pause waits for d, or for the end of ctx.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// parseRoot returns the address that all URLs must share.
func parseRoot(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		// The cause repeats the text, and with it a password someone put there.
		return nil, errors.New("graph root: not a URL")
	}
	host := u.Hostname()
	switch {
	case u.User != nil:
		return nil, errors.New("graph root: a user name or password has no place in it")
	case host == "" || u.Opaque != "":
		return nil, fmt.Errorf("graph root %q: no host", clip(s, 100))
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("graph root %q: more than scheme and host", clip(s, 100))
	case u.Scheme == "https" || u.Scheme == "http" && loopback(host):
		return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
	case u.Scheme == "http":
		return nil, fmt.Errorf("graph root %q: plain http is for loopback only", clip(s, 100))
	}
	return nil, fmt.Errorf("graph root %q: neither https nor http", clip(s, 100))
}

// loopback reports whether host can only be this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
