package graph

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// early is how long before its end a token is no longer used; one that was given
// for a short time is used for three quarters of it.
const early = 2 * time.Minute

// tokens keeps the token of a source until shortly before it expires.
type tokens struct {
	source func(ctx context.Context) (string, time.Time, error)
	renew  func(ctx context.Context, refused, claims string) (string, time.Time, error) // may be nil
	now    func() time.Time

	// lock is held by having put something into it; waiting for it ends with
	// ctx, which a mutex could not do while the source asks far away.
	lock    chan struct{}
	token   string
	until   time.Time // it is used; zero: not known
	spent   string    // the token, once Graph did not accept it
	claims  string    // what Graph then wants the next one to meet; may be empty
	number  int64     // of the token, counted up with each new one
	failure error     // of the source, when it was asked last

	mu      sync.Mutex
	asked   int      // how often the source answered
	secrets []string // what was handed out lately, newest first
	kept    []string // other secrets
}

func newTokens(c Config) *tokens {
	return &tokens{source: c.Token, renew: c.Renew, now: c.Now, lock: make(chan struct{}, 1)}
}

// get returns a token and its number.
func (t *tokens) get(ctx context.Context) (token string, number int64, err error) {
	before := t.answered(0)
	select {
	case t.lock <- struct{}{}:
	case <-ctx.Done():
		return "", 0, ctx.Err()
	}
	defer func() { <-t.lock }()
	if t.token != "" && (t.until.IsZero() || t.now().Before(t.until)) {
		return t.token, t.number, nil
	}
	if t.failure != nil && t.answered(0) != before {
		return "", 0, t.failure // it was just asked; a person there need not be asked again
	}
	token, expires, err := t.ask(ctx)
	t.remember(token)
	if err != nil && ctx.Err() != nil {
		return "", 0, ctx.Err()
	}
	if err == nil && token == "" {
		err = errors.New("the source gave an empty one")
	}
	t.answered(1)
	if t.failure = nil; err != nil {
		t.failure = &noToken{err}
		return "", 0, t.failure
	}
	t.token, t.until, t.spent, t.claims = token, t.usable(expires), "", ""
	t.number++
	return t.token, t.number, nil
}

// usable is until when a token that was just given is used.
func (t *tokens) usable(expires time.Time) time.Time {
	if expires.IsZero() {
		return expires
	}
	return expires.Add(-min(early, max(0, expires.Sub(t.now()))/4))
}

// answered counts n more answers of the source and returns how many there were.
func (t *tokens) answered(n int) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.asked += n
	return t.asked
}

// ask asks for a token: in place of one that was refused for another, as the
// source may keep tokens of its own and would give the same one again.
func (t *tokens) ask(ctx context.Context) (string, time.Time, error) {
	if t.spent != "" && t.renew != nil {
		return t.renew(ctx, t.spent, t.claims)
	}
	return t.source(ctx)
}

// drop makes the next get ask the source, unless that happened already.
func (t *tokens) drop(number int64, claims string) {
	t.lock <- struct{}{}
	defer func() { <-t.lock }()
	if t.number == number && t.token != "" {
		t.token, t.spent, t.claims = "", t.token, claims
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

// keep notes other secrets that must not be seen either. Very short ones would
// blot out ordinary words, and are none.
func (t *tokens) keep(secrets ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range secrets {
		if len(s) >= 4 && !slices.Contains(t.kept, s) {
			t.kept = append(slices.Clip(t.kept), s)
		}
	}
}

// hush makes text of strangers fit to be shown: one line, without tokens,
// clipped.
func (t *tokens) hush(s string, most int) string {
	t.mu.Lock()
	secrets := slices.Concat(t.kept, t.secrets)
	t.mu.Unlock()
	return clip(hush(tidy(clip(s, maxLooked)), secrets), most)
}

// bearer is the policy that puts the token on a call. It stands below all that
// could send a call elsewhere, and refuses any other address than the root.
type bearer struct {
	root   *url.URL
	tokens *tokens
	brake  *brake
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
	l := reads
	if s, ok := req.Raw().Context().Value(sendingKey{}).(*sending); ok {
		s.token, l = number, s.lane
	}
	if b.brake.on(l) {
		return nil, errHeld // a token takes its time, and this one may be old when the brake is off
	}
	req.Raw().Header.Set("Authorization", "Bearer "+token)
	resp, err := req.Next()
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		claims, _ := challenge(resp.Header)
		b.tokens.drop(number, claims)
	}
	return resp, err
}

// maxChallenge is the longest claims challenge that is passed on.
const maxChallenge = 8 << 10

// challenge returns the claims that a 401 wants the next token to meet.
func challenge(h http.Header) (claims string, asked bool) {
	for _, s := range h.Values("WWW-Authenticate") {
		_, rest, found := strings.Cut(s, `claims="`)
		encoded, _, closed := strings.Cut(rest, `"`)
		if !found || !closed || len(encoded) > maxChallenge || !strings.Contains(s, "insufficient_claims") {
			continue
		}
		raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(encoded), "="))
		if err == nil && strings.HasPrefix(strings.TrimSpace(string(raw)), "{") {
			return string(raw), true
		}
	}
	return "", false
}
