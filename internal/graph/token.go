package graph

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// early is how long before its end a token is no longer used.
const early = 2 * time.Minute

// tokens keeps the token of a source until shortly before it expires.
type tokens struct {
	source func(ctx context.Context) (string, time.Time, error)
	renew  func(ctx context.Context, refused string) (string, time.Time, error) // may be nil
	now    func() time.Time

	// lock is held by having put something into it; waiting for it ends with
	// ctx, which a mutex could not do while the source asks far away.
	lock    chan struct{}
	token   string
	expires time.Time
	refused string // the token, once Graph did not accept it
	number  int    // of the token, counted up with each new one

	mu      sync.Mutex
	secrets []string // what was handed out lately, newest first
}

func newTokens(c Config) *tokens {
	return &tokens{source: c.Token, renew: c.Renew, now: c.Now, lock: make(chan struct{}, 1)}
}

// get returns a token and its number.
func (t *tokens) get(ctx context.Context) (token string, number int, err error) {
	select {
	case t.lock <- struct{}{}:
	case <-ctx.Done():
		return "", 0, ctx.Err()
	}
	defer func() { <-t.lock }()
	if t.token != "" && (t.expires.IsZero() || t.now().Before(t.expires.Add(-early))) {
		return t.token, t.number, nil
	}
	token, expires, err := t.ask(ctx)
	t.remember(token)
	switch {
	case err != nil && ctx.Err() != nil:
		return "", 0, ctx.Err()
	case err != nil:
		return "", 0, &noToken{err}
	case token == "":
		return "", 0, &noToken{errors.New("the source gave an empty one")}
	}
	t.token, t.expires, t.refused = token, expires, ""
	t.number++
	return t.token, t.number, nil
}

// ask asks the source, telling it of a refused token if it can hear that: it
// may keep tokens of its own, and would give the same one again.
func (t *tokens) ask(ctx context.Context) (string, time.Time, error) {
	if t.refused != "" && t.renew != nil {
		return t.renew(ctx, t.refused)
	}
	return t.source(ctx)
}

// drop makes the next get ask the source, unless that happened already.
func (t *tokens) drop(number int) {
	t.lock <- struct{}{}
	defer func() { <-t.lock }()
	if t.number == number && t.token != "" {
		t.token, t.refused = "", t.token
	}
}

// remember notes what must not be seen in any text from now on.
func (t *tokens) remember(token string) {
	if token == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.secrets = slices.Concat(pieces(token), t.secrets)
	t.secrets = t.secrets[:min(len(t.secrets), 16)]
}

// hush makes text of strangers fit to be shown: one line, without tokens,
// clipped.
func (t *tokens) hush(s string, most int) string {
	t.mu.Lock()
	secrets := t.secrets // never changed in place
	t.mu.Unlock()
	return clip(hush(tidy(clip(s, maxLooked)), secrets), most)
}

// bearer is the policy that puts the token on a call. It stands below all that
// could send a call elsewhere, and refuses any other address than the root.
type bearer struct {
	root   *url.URL
	tokens *tokens
}

func (b *bearer) Do(req *policy.Request) (*http.Response, error) {
	u := req.Raw().URL
	if !sameHost(u, b.root) || req.Raw().Host != "" && req.Raw().Host != u.Host {
		return nil, errors.New("the address is not that of the root")
	}
	token, number, err := b.tokens.get(req.Raw().Context())
	if err != nil {
		return nil, err
	}
	req.Raw().Header.Set("Authorization", "Bearer "+token)
	resp, err := req.Next()
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		b.tokens.drop(number)
	}
	return resp, err
}
