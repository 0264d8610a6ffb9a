package graph

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/hashicorp/go-hclog"

	"github.com/reseat-cli/reseat/plan"
)

// A CredentialConfig says how to sign in to Microsoft Entra. Tenant and Env are
// needed; the rest has a useful zero.
type CredentialConfig struct {
	Method plan.AuthMethod // empty: plan.AuthDefault
	// ClientID is the application, or the user-assigned identity, to sign in
	// as. Empty is AZURE_CLIENT_ID of Env.
	ClientID string
	// Tenant is the domain or GUID that every token is asked for.
	Tenant string
	Cloud  plan.Cloud
	// Env is the environment. What the library reads by itself, such as
	// IDENTITY_ENDPOINT, comes from that of the process.
	Env func(name string) string
	// ReadFile reads a file that the environment names: a certificate or a
	// federated token. Nil reads none.
	ReadFile func(name string) ([]byte, error)
	// Transport carries the requests. Nil is one of our own, with proxies from
	// the environment and time-outs.
	Transport http.RoundTripper
	// Prompt shows a person where to enter which code; only
	// [plan.AuthDeviceCode] needs it.
	Prompt func(message string)
	// Log is told what an operator may want to know; nil is nobody.
	Log hclog.Logger
	// Now is the clock, by which a certificate is expired; nil is the real one.
	Now func() time.Time
}

// How long signing in may take, and one call of it.
const (
	signInPatience = 2 * time.Minute
	signInTry      = 30 * time.Second
	promptPatience = 16 * time.Minute // a device code is good for 15
	toolPatience   = 30 * time.Second
)

// A Credential gets tokens for Graph. It may be used by several goroutines at once.
type Credential struct {
	c       CredentialConfig
	at      Endpoint
	log     hclog.Logger
	secrets *secrets
	source  source

	lock chan struct{} // as in tokens
	last azcore.AccessToken
	met  string // the claims that were asked for last
}

// A demand is what a token must be beside one for Graph.
type demand struct {
	fresh  bool   // one that nobody has seen before, as far as the way to it allows
	claims string // of a claims challenge, as JSON; only with fresh
}

// A source gives tokens in one way.
type source interface {
	token(ctx context.Context, scope string, d demand) (azcore.AccessToken, error)
}

// NewCredential returns a Credential, or an error if c, or the environment,
// lacks something that its method needs. It sends nothing. The error is a
// [*SignInError] where the environment is at fault.
func NewCredential(c CredentialConfig) (*Credential, error) {
	at, err := EndpointOf(c.Cloud)
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	if c.Env == nil {
		return nil, errors.New("sign in: no environment")
	}
	if c.Tenant, err = oneTenant(c.Tenant); err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	if c.ClientID == "" {
		c.ClientID = strings.TrimSpace(c.Env("AZURE_CLIENT_ID"))
	}
	fillCredential(&c)
	k := &Credential{c: c, at: at, log: c.Log.Named("graph"), secrets: &secrets{}, lock: make(chan struct{}, 1)}
	k.secrets.add(c.Env("AZURE_CLIENT_SECRET"), c.Env("AZURE_CLIENT_CERTIFICATE_PASSWORD"), c.Env("AZURE_PASSWORD"),
		c.Env("ACTIONS_ID_TOKEN_REQUEST_TOKEN"), c.Env("IDENTITY_HEADER"), c.Env("MSI_SECRET"))
	if err := k.sameTenant(); err != nil {
		return nil, k.named(err)
	}
	if k.source, err = k.sourceOf(c.Method); err != nil {
		return nil, k.named(err)
	}
	return k, nil
}

// fillCredential puts the real things where c has nothing.
func fillCredential(c *CredentialConfig) {
	if c.Method == "" {
		c.Method = plan.AuthDefault
	}
	if c.ReadFile == nil {
		c.ReadFile = func(string) ([]byte, error) { return nil, errors.New("files are not read here") }
	}
	if c.Log == nil {
		c.Log = hclog.NewNullLogger()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}

// oneTenant returns s in the form it is sent in. Entra also takes words that
// stand for many tenants ("organizations"); those are none.
func oneTenant(s string) (string, error) {
	if id, err := plan.ParseGUID(s); err == nil {
		return id, nil
	}
	odd := strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789.-")
	if odd != "" || !strings.Contains(strings.Trim(s, "."), ".") || len(s) > 253 {
		return "", fmt.Errorf("tenant %q is neither a domain nor a GUID", clip(s, 100))
	}
	return strings.ToLower(s), nil
}

// sameTenant refuses an environment that was made for another tenant. Of a
// domain and a GUID, or of two domains, it cannot be told; then the tenant of
// the configuration counts, and the environment's is not used.
func (k *Credential) sameTenant() error {
	theirs, err := plan.ParseGUID(strings.TrimSpace(k.c.Env("AZURE_TENANT_ID")))
	if err != nil || theirs == k.c.Tenant {
		return nil
	}
	if ours, err := plan.ParseGUID(k.c.Tenant); err != nil || ours == theirs {
		return nil
	}
	return &SignInError{
		Message: fmt.Sprintf("AZURE_TENANT_ID is %s, but the tenant is %s", theirs, k.c.Tenant),
		Remedy:  "unset AZURE_TENANT_ID, or use the environment of that tenant",
	}
}

// Token returns a token for Graph and when it expires, as [Config] wants it.
// The library keeps tokens, so that this is cheap until shortly before the end
// of one. It ends with ctx, and by itself after two minutes; with a device
// code after sixteen. An error is that of ctx, or a [*SignInError].
func (k *Credential) Token(ctx context.Context) (string, time.Time, error) {
	return k.get(ctx, func() demand { return demand{} })
}

// Renew returns another token than refused, which Graph did not accept though
// it had not expired; one that meets claims, where it asked for some. Tools and
// managed identities keep tokens of their own, and may give the same one again.
func (k *Credential) Renew(ctx context.Context, refused, claims string) (string, time.Time, error) {
	return k.get(ctx, func() demand {
		// Who shares this credential may have renewed it already; a person must
		// not be asked again for that.
		if k.last.Token != "" && k.last.Token != refused && (claims == "" || claims == k.met) {
			return demand{}
		}
		return demand{fresh: true, claims: claims}
	})
}

func (k *Credential) get(ctx context.Context, wanted func() demand) (string, time.Time, error) {
	select {
	case k.lock <- struct{}{}:
	case <-ctx.Done():
		return "", time.Time{}, ctx.Err()
	}
	defer func() { <-k.lock }()
	limited, cancel := context.WithTimeout(ctx, k.patience())
	defer cancel()
	d := wanted()
	t, err := k.source.token(limited, k.at.scope(), d)
	switch {
	case err != nil && ctx.Err() != nil:
		return "", time.Time{}, ctx.Err()
	case err != nil:
		return "", time.Time{}, k.named(err)
	case strings.TrimSpace(t.Token) == "":
		return "", time.Time{}, k.named(&SignInError{Message: "an empty token came back"})
	}
	k.secrets.add(t.Token)
	if t.Token != k.last.Token {
		k.log.Debug("signed in", "method", string(k.c.Method), "tenant", k.c.Tenant, "expires", t.ExpiresOn)
	}
	k.last, k.met = t, first(d.claims, k.met)
	return t.Token, t.ExpiresOn, nil
}

func (k *Credential) patience() time.Duration {
	if k.c.Method == plan.AuthDeviceCode {
		return promptPatience
	}
	return signInPatience
}

// named puts method and remedy into a SignInError that lacks them.
func (k *Credential) named(err error) error {
	var e *SignInError
	if !errors.As(err, &e) {
		return err
	}
	named := *e
	named.Method = k.c.Method
	if named.Remedy == "" {
		named.Remedy = k.remedy(named.Code)
	}
	return &named
}

// An asked source is one credential of the library.
type asked struct {
	k    *Credential
	make func() (azcore.TokenCredential, error)
	cred azcore.TokenCredential
	// claims, where fresh tokens are had by asking for claims (the library then
	// looks past its cache) and not by making the credential anew.
	claims bool
	// own is true if tokens are kept by others, and no fresh one can be had.
	own   bool
	login string        // the command that signs in with claims; they follow
	limit time.Duration // of one call; 0 is that of the caller
	// absent, if not nil, tells by the last call whether there is nobody to ask.
	absent func(x *exchange) bool
}

func (a *asked) token(ctx context.Context, scope string, d demand) (azcore.AccessToken, error) {
	opts := policy.TokenRequestOptions{Scopes: []string{scope}, Claims: d.claims}
	switch {
	case d.fresh && a.claims && d.claims == "":
		// As Graph itself would ask for a token made after this moment.
		opts.Claims = fmt.Sprintf(`{"access_token":{"nbf":{"essential":true,"value":"%d"}}}`, a.k.c.Now().Unix())
	case d.claims != "" && a.own:
		// The library would say so too, in a text that is cut as a token's is.
		return azcore.AccessToken{}, &SignInError{Message: "Graph asks for a new sign-in that meets its conditions (claims challenge)", Remedy: a.anew(d.claims)}
	case d.fresh && !a.claims && !a.own:
		a.cred = nil
	}
	if a.cred == nil {
		cred, err := a.make()
		if err != nil {
			return azcore.AccessToken{}, explain(ctx, &exchange{secrets: a.k.secrets}, err)
		}
		a.cred = cred
	}
	if a.limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, a.limit)
		defer cancel()
	}
	x := &exchange{secrets: a.k.secrets}
	t, err := a.cred.GetToken(withExchange(ctx, x), opts)
	if err != nil {
		e := explain(ctx, x, err)
		e.passing = e.passing || a.absent != nil && a.absent(x)
		return azcore.AccessToken{}, e
	}
	return t, nil
}

// anew is what a person types to sign in so that claims are met; empty if we
// do not know it.
func (a *asked) anew(claims string) string {
	if a.login == "" {
		return ""
	}
	return a.login + " " + base64.StdEncoding.EncodeToString([]byte(claims))
}
