package graph_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

func contextWithTimeout(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), d)
}

// tokenOf makes b's token one of a tenant.
func tokenOf(b *bench, tenant string) {
	token := jwt(`{"tid":"` + tenant + `","oid":"` + id(2) + `","idtyp":"app"}`)
	b.Token = func(context.Context) (string, time.Time, error) { return token, now.Add(time.Hour), nil }
}

// The entry of contoso has the id 1 and three domains.
var verifications = []struct {
	name, tenant, tid string
	calls             int    // of Graph
	want              string // an error; empty: none
}{
	{"guid", id(1), id(1), 1, ""},
	{"guid in capitals", strings.ToUpper(id(1)), id(1), 1, ""},
	{"domain", "contoso.com", id(1), 1, ""},
	{"domain in capitals", "CONTOSO.onmicrosoft.COM", id(1), 1, ""},
	{"opaque token, guid", id(1), "", 1, ""},
	{"opaque token, domain", "a.example", "", 1, ""},
	{"not asked for", "", id(1), 1, ""},
	{"token of another", id(1), id(9), 0, "wrong tenant: " + id(1) + " is wanted, but who signed in is in " + id(9)},
	{"another guid", id(8), "", 1, "wrong tenant: " + id(8) + " is wanted, but who signed in is in " + id(1) + " (contoso.onmicrosoft.com, a.example, contoso.com)"},
	{"another domain", "fabrikam.com", id(1), 1, "wrong tenant: fabrikam.com is wanted, but who signed in is in " + id(1) + " (contoso.onmicrosoft.com, a.example, contoso.com)"},
	{"part of a domain", "example", id(1), 1, "wrong tenant: example is wanted, but who signed in is in " + id(1) + " (contoso.onmicrosoft.com, a.example, contoso.com)"},
	{"graph of another", "contoso.com", id(9), 1, "read organization: the answer is not about the token's tenant: wrong tenant: " + id(9) + " is wanted, but who signed in is in " + id(1)},
}

func TestVerify(t *testing.T) {
	for _, tt := range verifications {
		t.Run(tt.name, func(t *testing.T) {
			f := contoso(t)
			b := on(f)
			if b.Tenant = tt.tenant; tt.tid != "" {
				tokenOf(b, tt.tid)
			}
			o, err := b.client(t).Verify(t.Context())
			verified(t, err, tt.want)
			if err == nil && (o.ID != plan.TenantID(id(1)) || o.DisplayName != "Contoso") {
				t.Errorf("got %+v", o)
			}
			if len(f.asked) != tt.calls || f.times("/organization") != tt.calls {
				t.Errorf("got %d calls, want %d", len(f.asked), tt.calls)
			}
			// A whole snapshot begins with it, and goes no further.
			f = contoso(t)
			b.Transport = graph.InProcess(f)
			_, err = b.client(t).Snapshot(t.Context(), graph.Wants{})
			verified(t, err, tt.want)
			if tt.want != "" && len(f.asked) != tt.calls {
				t.Errorf("snapshot: got %d calls, want %d", len(f.asked), tt.calls)
			}
			if len(f.asked) > 0 && f.asked[0].path != "/organization" || f.times("/organization") > 1 {
				t.Errorf("snapshot: got %s first", f.asked[0].path)
			}
		})
	}
}

func verified(t *testing.T, err error, want string) {
	t.Helper()
	var wrong *graph.WrongTenantError
	switch {
	case want == "" && err != nil:
		t.Errorf("got %v", err)
	case want != "" && (!errors.As(err, &wrong) || !strings.HasSuffix(err.Error(), want)):
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestWrongTenantText(t *testing.T) {
	e := &graph.WrongTenantError{Want: "contoso.com", Got: id(1), Domains: []string{"a.x", "b.x", "c.x", "d.x", "e.x", "f.x", "g.x"}}
	if got, want := e.Error(), "wrong tenant: contoso.com is wanted, but who signed in is in "+id(1)+" (a.x, b.x, c.x, d.x, e.x and 2 more)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A writer verifies before the first batch, once, and sends nothing elsewhere.
func TestWriterVerifies(t *testing.T) {
	for _, tt := range verifications {
		t.Run(tt.name, func(t *testing.T) {
			f := contoso(t)
			f.on("/users/"+id(1)+"/assignLicense", ok(`{"id":"`+id(1)+`"}`))
			b := on(f)
			if b.Tenant = tt.tenant; tt.tid != "" {
				tokenOf(b, tt.tid)
			}
			w := b.writer(t)
			for range 2 {
				answers, err := w.Assign(t.Context(), []plan.Request{take(1, e3)})
				verified(t, err, tt.want)
				if tt.want == "" && (len(answers) != 1 || answers[0].Status != 200) {
					t.Errorf("got %+v", answers)
				}
			}
			sent, asked := 0, 0
			if tt.want == "" {
				sent = 2
			}
			if tt.tenant != "" {
				asked = tt.calls
				if tt.want != "" {
					asked *= 2 // what failed is not known to be right
				}
			}
			if f.times("/$batch") != sent || f.times("/organization") != asked {
				t.Errorf("got %d batches and %d reads of the organisation, want %d and %d", f.times("/$batch"), f.times("/organization"), sent, asked)
			}
		})
	}
}

// Who may only write cannot read the organisation: then the token proves it,
// or nothing is sent.
func TestWriterMayNotRead(t *testing.T) {
	denied := refuse(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
	for _, tt := range []struct {
		name, tenant, tid string
		fine              bool
	}{
		{"token says so", id(1), id(1), true},
		{"opaque token", id(1), "", false},
		{"domain", "contoso.com", id(1), false},
	} {
		f := contoso(t).on("/organization", denied).on("/users/"+id(1)+"/assignLicense", ok(`{"id":"`+id(1)+`"}`))
		b := on(f)
		if b.Tenant = tt.tenant; tt.tid != "" {
			tokenOf(b, tt.tid)
		}
		_, err := b.writer(t).Assign(t.Context(), []plan.Request{take(1, e3)})
		if (err == nil) != tt.fine || !tt.fine && !errors.Is(err, graph.ErrDenied) || f.times("/$batch") != map[bool]int{true: 1}[tt.fine] {
			t.Errorf("%s: got %v and %d batches", tt.name, err, f.times("/$batch"))
		}
		if _, err := b.client(t).Verify(t.Context()); !errors.Is(err, graph.ErrDenied) {
			t.Errorf("%s: reader: got %v", tt.name, err)
		}
	}
}

// A token that cannot be had, or a Graph that cannot be asked, is not a tenant
// that is right: nothing is sent, and the next batch asks again.
func TestWriterCannotVerify(t *testing.T) {
	f := contoso(t).on("/users/"+id(1)+"/assignLicense", ok(`{"id":"`+id(1)+`"}`))
	b := on(f)
	b.Tenant = "contoso.com"
	fails := true
	b.Token = func(context.Context) (string, time.Time, error) {
		if fails {
			return "", time.Time{}, errors.New("no account found")
		}
		return token, now.Add(time.Hour), nil
	}
	w := b.writer(t)
	answers, err := w.Assign(t.Context(), []plan.Request{take(1, e3)})
	if err != nil || answers[0].Status != 401 || answers[0].Code != "TokenUnavailable" || len(f.asked) != 0 {
		t.Errorf("no token: got %+v, %v, %d calls", answers, err, len(f.asked))
	}
	fails = false
	f.on("/organization", refuse(400, "BadRequest", "x"), contoso(t).answers["/organization"][0])
	if answers, err := w.Assign(t.Context(), []plan.Request{take(1, e3)}); err == nil || f.times("/$batch") != 0 {
		t.Errorf("no answer: got %+v, %v", answers, err)
	}
	if answers, err := w.Assign(t.Context(), []plan.Request{take(1, e3)}); err != nil || answers[0].Status != 200 {
		t.Errorf("got %+v, %v", answers, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.writer(t).Assign(ctx, []plan.Request{take(1, e3)}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}

func TestRehearsal(t *testing.T) {
	// Real ones, none of which may be sent.
	for name, value := range map[string]string{"AZURE_CLIENT_ID": app, "AZURE_CLIENT_SECRET": secret, "AZURE_TENANT_ID": otherID} {
		t.Setenv(name, value)
	}
	var got []string
	given := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		all, _ := json.Marshal([]any{r.PostForm, r.Header, r.URL.String()})
		got = append(got, string(all))
		if r.Method != "POST" || r.URL.Path != "/contoso.com/oauth2/v2.0/token" || r.PostForm.Get("grant_type") != "client_credentials" ||
			r.PostForm.Get("client_id") == "" || r.PostForm.Get("client_secret") != "rehearsal" || r.PostForm.Get("scope") != "http://"+r.Host+"/.default" {
			t.Errorf("got %s %s %v", r.Method, r.URL, r.PostForm)
		}
		given++
		ok(`{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"dummy-` + string(rune('0'+given)) + `"}`).write(w)
	}))
	defer s.Close()
	root, source, err := graph.NewRehearsal(graph.RehearsalConfig{Base: s.URL + "/", Tenant: "Contoso.com", Now: func() time.Time { return now }})
	if err != nil || root != s.URL {
		t.Fatalf("got %q, %v", root, err)
	}
	token, expires, err := source(t.Context())
	if err != nil || token != "dummy-1" || !expires.Equal(now.Add(3599*time.Second)) {
		t.Errorf("got %q until %v, %v", token, expires, err)
	}
	if again, _, err := source(t.Context()); err != nil || again != "dummy-2" {
		t.Errorf("got %q, %v, want another", again, err)
	}
	for _, s := range got {
		if strings.Contains(s, app) || strings.Contains(s, "gEhEiM8Q") || strings.Contains(s, otherID) {
			t.Errorf("something real was sent: %s", s)
		}
	}
}

func TestRehearsalAddresses(t *testing.T) {
	for base, want := range map[string]string{
		"http://127.0.0.1:8080":       "",
		"https://localhost:8443/":     "",
		"https://[::1]:8443":          "",
		"http://127.9.9.9":            "",
		"https://graph.microsoft.com": "rehearsal: graph.microsoft.com is not on this machine: use 127.0.0.1, [::1] or localhost",
		"http://10.0.0.1:80":          `rehearsal: graph root "http://10.0.0.1:80": plain http is for loopback only`,
		"https://localhost.evil.com":  "rehearsal: localhost.evil.com is not on this machine: use 127.0.0.1, [::1] or localhost",
		"https://127.0.0.1.nip.io":    "rehearsal: 127.0.0.1.nip.io is not on this machine: use 127.0.0.1, [::1] or localhost",
		"http://localhost:1/v1.0":     `rehearsal: graph root "http://localhost:1/v1.0": more than scheme and host`,
		"http://localhost:1?x=y":      `rehearsal: graph root "http://localhost:1?x=y": more than scheme and host`,
		"http://u:geheim@localhost":   "rehearsal: graph root: a user name or password has no place in it",
		"localhost:8080":              "rehearsal: graph root: it begins with neither http:// nor https://",
		"":                            "rehearsal: graph root: it begins with neither http:// nor https://",
		"127.0.0.1:8080":              "rehearsal: graph root: it begins with neither http:// nor https://",
		"u:geheim@localhost":          "rehearsal: graph root: it begins with neither http:// nor https://",
	} {
		_, source, err := graph.NewRehearsal(graph.RehearsalConfig{Base: base})
		if got := errText(err); got != want || (source == nil) != (want != "") {
			t.Errorf("%s: got %q, want %q", base, got, want)
		}
	}
	if _, _, err := graph.NewRehearsal(graph.RehearsalConfig{Base: "http://localhost", Tenant: "contoso.com/../x"}); err == nil {
		t.Error("tenant: got no error")
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestRehearsalFails(t *testing.T) {
	for name, tt := range map[string]struct {
		a    answer
		want string
	}{
		"error":    {answer{status: 400, body: `{"error":"invalid_client","error_description":"AADSTS7000215: no"}`}, "sign in (rehearsal): AADSTS7000215: no"},
		"other":    {answer{status: 404, body: "<html>"}, "sign in (rehearsal): HOST answered 404"},
		"redirect": {answer{status: 302, header: map[string]string{"Location": "https://evil.example/"}}, "sign in (rehearsal): HOST answered 302, a redirect, which is not followed"},
		"no token": {ok(`{"expires_in":3599}`), "sign in (rehearsal): the answer of HOST is not what it should be"},
		"no life":  {ok(`{"access_token":"x"}`), "sign in (rehearsal): the answer of HOST is not what it should be"},
		"bad life": {ok(`{"access_token":"x","expires_in":"soon"}`), "sign in (rehearsal): the answer of HOST is not what it should be"},
		"no JSON":  {ok(`hello`), "sign in (rehearsal): the answer of HOST is not what it should be"},
	} {
		s := httptest.NewServer(tt.a)
		_, source, err := graph.NewRehearsal(graph.RehearsalConfig{Base: s.URL})
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = source(t.Context())
		var e *graph.SignInError
		if got := strings.ReplaceAll(errText(err), strings.TrimPrefix(s.URL, "http://"), "HOST"); got != tt.want || !errors.As(err, &e) || e.Remedy == "" {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
		s.Close()
	}
	_, source, err := graph.NewRehearsal(graph.RehearsalConfig{Base: "http://127.0.0.1:1", Transport: graph.InProcess(hanging)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := source(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}

// The tenant of products is before the underscore of their ids. accountId need
// not be it: in the sample of the docs it is not.
func TestTenantOfProducts(t *testing.T) {
	for _, tt := range []struct {
		id   string
		fits bool
	}{{strings.ToUpper(id(1)) + "_" + e3, true}, {id(2) + "_" + e3, false}, {"", true}, {"opaque", true}} {
		f := contoso(t).on("/subscribedSkus", list(`{"id":"`+tt.id+`","accountId":"`+id(3)+`",`+product(e3, 25, 14)[1:]))
		b := on(f)
		b.Token = func(context.Context) (string, time.Time, error) {
			return jwt(`{"tid":"` + id(1) + `","scp":"x"}`), now.Add(time.Hour), nil
		}
		products, err := b.client(t).Products(t.Context())
		var wrong *graph.WrongTenantError
		if tt.fits && (err != nil || len(products) != 1) || !tt.fits && (!errors.As(err, &wrong) || wrong.Got != id(2)) {
			t.Errorf("%q: got %+v, %v", tt.id, products, err)
		}
	}
}
