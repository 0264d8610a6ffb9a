package graph_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

// guarded lets through who has the nth token.
func guarded(n int, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != fmt.Sprintf("Bearer token-%d", n) {
			refuse(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.").write(w)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// counted is a source of tokens token-1, token-2, …, each good for an hour.
func counted(b *bench, clock func() time.Time) {
	b.Token = func(context.Context) (string, time.Time, error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.given++
		return fmt.Sprintf("token-%d", b.given), clock().Add(time.Hour), nil
	}
}

func TestTokenRenewed(t *testing.T) {
	f := contoso(t)
	b := on(guarded(2, f))
	counted(b, b.Now)
	if _, err := b.client(t).Snapshot(t.Context(), graph.Wants{}); err != nil || b.given != 2 || len(b.waits) != 0 {
		t.Errorf("got %v, %d tokens, %d waits", err, b.given, len(b.waits))
	}
}

// Only a refused token is renewed; one that ends is asked for as ever.
func TestTokenRenewedByName(t *testing.T) {
	f := newFake(t).on("/subscribedSkus", refuse(401, "InvalidAuthenticationToken", "x"), list())
	b, clock := on(f), now
	b.Now = func() time.Time { return clock }
	counted(b, b.Now)
	var refused []string
	b.Renew = func(_ context.Context, token, _ string) (string, time.Time, error) {
		refused = append(refused, token)
		return "renewed", clock.Add(time.Hour), nil
	}
	c := b.client(t)
	for range 2 {
		if _, err := c.Products(t.Context()); err != nil {
			t.Fatal(err)
		}
		clock = clock.Add(time.Hour)
	}
	if !slices.Equal(refused, []string{"token-1"}) || b.given != 2 || f.asked[1].header.Get("Authorization") != "Bearer renewed" {
		t.Errorf("got %v refused and %d tokens", refused, b.given)
	}
}

func TestTokenRefused(t *testing.T) {
	calls := 0
	h := guarded(0, nil)
	b := on(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { calls++; h.ServeHTTP(w, r) }))
	counted(b, b.Now)
	_, err := b.client(t).Products(t.Context())
	if !errors.Is(err, graph.ErrUnauthorized) || errors.Is(err, graph.ErrDenied) || calls != 2 || b.given != 2 {
		t.Errorf("got %v after %d calls and %d tokens", err, calls, b.given)
	}
}

func TestTokenKept(t *testing.T) {
	f := newFake(t).on("/subscribedSkus", list())
	b := on(f)
	clock := now
	b.Now = func() time.Time { return clock }
	counted(b, b.Now)
	c := b.client(t)
	for _, step := range []struct {
		after time.Duration
		given int
	}{{0, 1}, {50 * time.Minute, 1}, {59 * time.Minute, 2}, {61 * time.Minute, 2}} {
		clock = now.Add(step.after)
		if _, err := c.Products(t.Context()); err != nil || b.given != step.given {
			t.Errorf("after %v: got %d tokens, %v, want %d", step.after, b.given, err, step.given)
		}
	}
}

// One that is good for a short time is used for most of it.
func TestShortToken(t *testing.T) {
	for life, used := range map[time.Duration]time.Duration{
		time.Minute: 45 * time.Second, 8 * time.Minute: 6 * time.Minute, time.Hour: 58 * time.Minute, 0: 0, -time.Minute: 0,
	} {
		b := on(newFake(t).on("/subscribedSkus", list()))
		clock := now
		b.Now = func() time.Time { return clock }
		b.Token = func(context.Context) (string, time.Time, error) {
			b.given++
			return token, clock.Add(life), nil
		}
		c := b.client(t)
		read := func() int {
			if _, err := c.Products(t.Context()); err != nil {
				t.Fatal(err)
			}
			return b.given
		}
		first := read()
		clock = clock.Add(used - time.Second)
		if got := read(); used > 0 && got != first {
			t.Errorf("%v: got %d tokens before %v", life, got, used)
		}
		first, clock = b.given, clock.Add(time.Second)
		if got := read(); got == first {
			t.Errorf("%v: got no new token after %v", life, used)
		}
	}
}

func TestTokenFails(t *testing.T) {
	f := contoso(t)
	b := on(f)
	b.Token = func(context.Context) (string, time.Time, error) {
		return "", time.Time{}, errors.New("no account found")
	}
	for _, err := range []error{
		func() error { _, err := b.client(t).Products(t.Context()); return err }(),
		func() error { _, err := b.client(t).Snapshot(t.Context(), graph.Wants{}); return err }(),
	} {
		if err == nil || !strings.Contains(err.Error(), "get a token: no account found") {
			t.Errorf("got %v", err)
		}
	}
	b.Token = func(context.Context) (string, time.Time, error) { return "", time.Time{}, nil }
	if _, err := b.client(t).Products(t.Context()); err == nil {
		t.Error("empty token: got no error")
	}
	if len(f.asked) != 0 || len(b.waits) != 0 {
		t.Errorf("got %d calls, %d waits", len(f.asked), len(b.waits))
	}
}

// Whatever the other side says back, the token is in no error and no log.
func TestTokenNeverSeen(t *testing.T) {
	parts := append(strings.Split(token, "."), token)
	escaped := strings.Join(parts, " / ")
	jwt := "eyJ0eXAiOiJKV1QifQ"
	echo := map[string]answer{
		"message":         refuse(400, "BadRequest", "CompactToken parsing failed: "+escaped+" "+jwt),
		"code":            refuse(400, token, "x"),
		"request id":      {status: 400, header: map[string]string{"request-id": token}, body: `{}`},
		"401":             refuse(401, "InvalidAuthenticationToken", escaped),
		"inner":           {status: 400, body: `{"error":{"innerError":{"code":"` + token + `","message":"` + escaped + `","request-id":"` + token + `"}}}`},
		"across":          refuse(400, "x", parts[0]+"\u200b."+parts[1]),
		"foreign":         page("https://" + token + ".example/v1.0/x"),
		"bad id":          list(`{"skuId":"` + token + `"}`),
		"bad kind":        list(`{"skuId":"` + e3 + `","consumedUnits":"` + token + `"}`),
		"bad name":        list(`{"` + token + `":1,"` + token + `":2}`),
		"no json":         ok(token),
		"busy":            refuse(503, token, escaped),
		"redirect":        {status: 302, header: map[string]string{"Location": "https://x.example/" + token}, body: escaped},
		"batch":           ok(`{"responses":[` + memberOf(token, answer{status: 200}) + `]}`),
		"batch error":     ok(`{"responses":[` + memberOf(id(1), refuse(400, token, escaped)) + `]}`),
		"batch throttled": ok(`{"responses":[` + memberOf(id(1), refuse(429, token, escaped).with("request-id", token)) + `]}`),
	}
	echo["piece"] = refuse(400, "x", "near 'xx"+parts[1][3:16]+"'")
	secrets := append(parts, jwt, parts[1][3:16])
	for name, a := range echo {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			for _, path := range []string{"/subscribedSkus", "/$batch", "/organization", "/groups"} {
				f.on(path, a)
			}
			b := on(f)
			w := b.writer(t)
			_, err1 := w.Products(t.Context())
			_, err2 := w.Users(t.Context(), users(1))
			_, err3 := w.Organization(t.Context())
			answers, err4 := w.Assign(t.Context(), []plan.Request{take(1, e3)})
			all := fmt.Sprintf("%v %v %v %v %+v %s", err1, err2, err3, err4, answers, b.log.String())
			for _, s := range secrets {
				if strings.Contains(all, s) {
					t.Errorf("%s is in %s", s, all)
				}
			}
			if err2 == nil && name != "batch" {
				t.Errorf("got no error to look at: %s", all)
			}
		})
	}
	// The transport repeats things too.
	b := on(nil)
	b.Transport = broken{}
	if _, err := b.client(t).Products(t.Context()); err == nil || strings.Contains(err.Error()+b.log.String(), parts[1]) {
		t.Errorf("transport: got %v", err)
	}
}

// broken is a transport whose error repeats what it was to send.
type broken struct{}

func (broken) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("malformed HTTP response %q", r.Header.Get("Authorization"))
}

// jwt makes a token of claims.
func jwt(claims string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

func TestActor(t *testing.T) {
	const ga = "62e90394-69f5-4237-9190-012177145e10"
	none := plan.Actor{Kind: plan.ActorUnknown, Roles: []string{}, Permissions: []string{}}
	tests := []struct {
		name, token string
		want        plan.Actor
		tenant      plan.TenantID
	}{
		{"application", jwt(`{"tid":"` + strings.ToUpper(id(1)) + `","idtyp":"app","oid":"` + id(2) + `","app_displayname":"reseat writer","roles":["User.Read.All","LicenseAssignment.ReadWrite.All"]}`),
			plan.Actor{Kind: plan.ActorApplication, ID: id(2), Name: "reseat writer", Roles: []string{}, Permissions: []string{"LicenseAssignment.ReadWrite.All", "User.Read.All"}, PermissionsKnown: true}, plan.TenantID(id(1))},
		{"application without idtyp", jwt(`{"appid":"` + id(3) + `","roles":[]}`),
			plan.Actor{Kind: plan.ActorApplication, Name: id(3), Roles: []string{}, Permissions: []string{}, PermissionsKnown: true}, ""},
		{"application without roles", jwt(`{"idtyp":"app"}`),
			plan.Actor{Kind: plan.ActorApplication, Roles: []string{}, Permissions: []string{}}, ""},
		{"person", jwt(`{"tid":"` + id(1) + `","oid":"` + id(2) + `","scp":"User.Read.All  Directory.Read.All","upn":"ann@contoso.com","wids":["` + strings.ToUpper(ga) + `","odd"]}`),
			plan.Actor{Kind: plan.ActorPerson, ID: id(2), Name: "ann@contoso.com", Roles: []string{ga}, RolesKnown: true, Permissions: []string{"Directory.Read.All", "User.Read.All"}, PermissionsKnown: true}, plan.TenantID(id(1))},
		{"person without wids", jwt(`{"idtyp":"user","scp":"","unique_name":"ann"}`),
			plan.Actor{Kind: plan.ActorPerson, Name: "ann", Roles: []string{}, Permissions: []string{}, PermissionsKnown: true}, ""},
		{"neither", jwt(`{"oid":"` + id(2) + `"}`), plan.Actor{Kind: plan.ActorUnknown, ID: id(2), Roles: []string{}, Permissions: []string{}}, ""},
		{"odd claims", jwt(`{"tid":7,"oid":"x","roles":"all","wids":{},"scp":[]}`), none, ""},
		{"opaque", "opaque-token", none, ""},
		{"bad base64", "a.%%%.c", none, ""},
		{"bad JSON", jwt(`{"tid"`), none, ""},
		{"not an object", jwt(`["x"]`), none, ""},
		{"null", jwt(`null`), none, ""},
		{"doubled claim", jwt(`{"tid":"` + id(1) + `","tid":"` + id(2) + `"}`), none, ""},
		{"deep", jwt(strings.Repeat(`{"a":`, 70) + "1" + strings.Repeat("}", 70)), none, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := on(newFake(t))
			b.Token = func(context.Context) (string, time.Time, error) { return tt.token, time.Time{}, nil }
			got, tenant, err := b.client(t).Actor(t.Context())
			if err != nil || !reflect.DeepEqual(got, tt.want) || tenant != tt.tenant {
				t.Errorf("got %+v, %s, %v\nwant %+v, %s", got, tenant, err, tt.want, tt.tenant)
			}
			if _, err := json.Marshal(got); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestNew(t *testing.T) {
	source := func(context.Context) (string, time.Time, error) { return token, time.Time{}, nil }
	for root, fine := range map[string]bool{
		"https://graph.microsoft.com":        true,
		"https://graph.microsoft.com/":       true,
		"https://dod-graph.microsoft.us":     true,
		"http://127.0.0.1:8080":              true,
		"http://localhost:8080":              true,
		"http://[::1]:8080":                  true,
		"http://graph.microsoft.com":         false,
		"http://127.0.0.1.example":           false,
		"http://10.0.0.1":                    false,
		"ftp://127.0.0.1":                    false,
		"graph.microsoft.com":                false,
		"":                                   false,
		"https://":                           false,
		"https://u:geheim@graph.example":     false,
		"https://graph.microsoft.com/v1.0":   false,
		"https://graph.microsoft.com?x":      false,
		"https://graph.microsoft.com/#x":     false,
		"https://geheim:geheim@%zz":          false,
		"https:graph.microsoft.com":          false,
		"https://graph.microsoft.com/../../": false,
	} {
		_, err := graph.New(graph.Config{Root: root, Token: source})
		if (err == nil) != fine {
			t.Errorf("%s: got %v", root, err)
		}
		if err != nil && strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: the error repeats the password: %v", root, err)
		}
		if _, werr := graph.NewWriter(graph.Config{Root: root, Token: source}); (werr == nil) != fine {
			t.Errorf("%s: writer: got %v", root, werr)
		}
	}
	if _, err := graph.New(graph.Config{Root: root}); err == nil {
		t.Error("no token source: got no error")
	}
}

// A Client only reads: a method more is a decision, not an accident.
func TestClientReadsOnly(t *testing.T) {
	var got []string
	for m := range reflect.TypeFor[*graph.Client]().Methods() {
		got = append(got, m.Name)
	}
	if want := []string{"Actor", "CountUsers", "Mailboxes", "Organization", "People", "Probe", "Products", "SignIns", "Skew", "Snapshot", "Users", "Verify"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Over a real socket, with the transport of our own: redirects are not
// followed, and nobody else is shown the token.
func TestRedirect(t *testing.T) {
	var mu sync.Mutex
	strangers := 0
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		strangers++
	}))
	defer stranger.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := httptest.NewServer(answer{status: status, header: map[string]string{"Location": stranger.URL + "/v1.0/subscribedSkus"}})
		b := on(nil)
		b.Root, b.Transport = s.URL, nil
		_, err := b.client(t).Products(t.Context())
		var e *graph.Error
		if !errors.As(err, &e) || e.Status != status || !strings.Contains(e.Message, "redirect") {
			t.Errorf("got %v, want %d", err, status)
		}
		s.Close()
	}
	linked := httptest.NewServer(page(stranger.URL + "/v1.0/subscribedSkus"))
	defer linked.Close()
	b := on(nil)
	b.Root, b.Transport = linked.URL, nil
	if _, err := b.client(t).Products(t.Context()); !errors.Is(err, graph.ErrIncomplete) {
		t.Errorf("link: got %v", err)
	}
	if strangers != 0 {
		t.Errorf("the stranger was asked %d times", strangers)
	}
}

// ServeHTTP makes an answer a server that says nothing else.
func (a answer) ServeHTTP(w http.ResponseWriter, _ *http.Request) { a.write(w) }

func TestErrorText(t *testing.T) {
	long := strings.Repeat("very ", 1000)
	f := newFake(t).on("/subscribedSkus", refuse(400, "Request\u202eBadRequest", "one\r\n::error::two\x1b[31m\x00 "+long))
	_, err := on(f).client(t).Products(t.Context())
	var e *graph.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v", err)
	}
	if e.Code != "RequestBadRequest" || !strings.HasPrefix(e.Message, "one ::error::two [31m very") || len([]rune(e.Message)) > 501 || strings.ContainsAny(err.Error(), "\r\n\x1b\x00\u202e") {
		t.Errorf("got %q, %q", e.Code, e.Message)
	}
	for body, want := range map[string]string{
		refuse(400, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "x").body: "400 Authentication_RequestFromNonPremiumTenantOrB2CTenant",
		``:                                  "400 Bad Request",
		`<html>`:                            "400 Bad Request",
		`{"error":"invalid_client"}`:        "400 Bad Request",
		`{"error":{"code":7}}`:              "400 Bad Request",
		`{"error":{"code":"A","code":"B"}}`: "400 B",
		`{"error":{"innerError":{"innererror":{"code":"C"}}}}`: "400 C",
		strings.Repeat(`{"error":`, 100):                       "400 Bad Request",
	} {
		_, err := on(newFake(t).on("/subscribedSkus", answer{status: 400, body: body})).client(t).Products(t.Context())
		if !errors.As(err, &e) || e.Short() != want {
			t.Errorf("%s: got %v, want %s", body, err, want)
		}
	}
}

// Who renews is told what the next token must meet; once, not for ever.
func TestChallenged(t *testing.T) {
	const claims = `{"access_token":{"nbf":{"essential":true,"value":"1"}}}`
	var asked []string
	f := newFake(t).on("/subscribedSkus", list(),
		code(401, "InvalidAuthenticationToken").with("WWW-Authenticate", `Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxIn19fQ=="`),
		list(), code(401, "InvalidAuthenticationToken").with("WWW-Authenticate", `Bearer claims="%%%", error="insufficient_claims"`), list())
	b := on(f)
	b.Renew = func(_ context.Context, _, claims string) (string, time.Time, error) {
		asked = append(asked, claims)
		return token, time.Time{}, nil
	}
	c := b.client(t)
	for range 3 {
		if _, err := c.Products(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{claims, ""}; !slices.Equal(asked, want) || b.given != 1 {
		t.Errorf("got %q, %d tokens, want %q", asked, b.given, want)
	}
}

// A person may need longer for a device code than a call may take. He is asked
// once for it, also in mid-run.
func TestTokenTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := on(newFake(t).on("/subscribedSkus", list()))
		b.Now = time.Now
		b.Token = func(ctx context.Context) (string, time.Time, error) {
			b.given++
			select {
			case <-time.After(14 * time.Minute):
				return token, time.Now().Add(time.Hour), nil
			case <-ctx.Done():
				return "", time.Time{}, ctx.Err()
			}
		}
		c := b.client(t)
		for range 2 {
			if _, err := c.Products(t.Context()); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Hour)
		}
		if b.given != 2 {
			t.Errorf("the person was asked %d times, want 2", b.given)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := c.Products(ctx); !errors.Is(err, context.DeadlineExceeded) || b.given != 3 {
			t.Errorf("got %v, asked %d times", err, b.given)
		}
	})
}

// Where there is no token, whoever waited for it is told the same: a person who
// did not sign in is not asked once for each read that was under way.
func TestTokenFailsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := on(newFake(t).on("/subscribedSkus", list()))
		b.Now = time.Now
		b.Token = func(ctx context.Context) (string, time.Time, error) {
			b.given++
			time.Sleep(15 * time.Minute)
			return "", time.Time{}, errors.New("the code has expired")
		}
		c := b.client(t)
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				if _, err := c.Products(t.Context()); err == nil || !strings.Contains(err.Error(), "the code has expired") {
					t.Errorf("got %v", err)
				}
			})
		}
		wg.Wait()
		if b.given != 1 {
			t.Errorf("asked %d times", b.given)
		}
		if _, err := c.Products(t.Context()); err == nil || b.given != 2 {
			t.Errorf("later: got %v, asked %d times", err, b.given)
		}
	})
}

// A client beside another has its tokens, and nobody else's root.
func TestBeside(t *testing.T) {
	b := on(newFake(t).on("/subscribedSkus", list()))
	counted(b, b.Now)
	c := b.client(t)
	beside := b.Config
	beside.Beside, beside.Token = c, nil
	other, err := graph.New(beside)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []*graph.Client{c, other} {
		if _, err := one.Products(t.Context()); err != nil || b.given != 1 {
			t.Errorf("got %v, %d tokens", err, b.given)
		}
	}
	beside.Root = "https://graph.microsoft.us"
	if _, err := graph.New(beside); err == nil {
		t.Error("a token for one cloud would go to another")
	}
}
