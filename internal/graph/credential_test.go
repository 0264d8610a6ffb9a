package graph_test

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

func TestEndpointOf(t *testing.T) {
	for c, want := range map[plan.Cloud][2]string{
		"":            {"https://graph.microsoft.com", "https://login.microsoftonline.com"},
		plan.Global:   {"https://graph.microsoft.com", "https://login.microsoftonline.com"},
		plan.USGov:    {"https://graph.microsoft.us", "https://login.microsoftonline.us"},
		plan.USGovDoD: {"https://dod-graph.microsoft.us", "https://login.microsoftonline.us"},
		plan.China:    {"https://microsoftgraph.chinacloudapi.cn", "https://login.chinacloudapi.cn"},
	} {
		if got, err := graph.EndpointOf(c); err != nil || got.Root != want[0] || got.Authority != want[1] {
			t.Errorf("%s: got %+v, %v, want %v", c, got, err, want)
		}
	}
	if _, err := graph.EndpointOf("germany"); err == nil || err.Error() != `no cloud is called "germany"` {
		t.Errorf("got %v", err)
	}
}

func sign(t *testing.T, c graph.CredentialConfig) (string, time.Time, error) {
	t.Helper()
	k, err := graph.NewCredential(c)
	if err != nil {
		return "", time.Time{}, err
	}
	return k.Token(t.Context())
}

// Every method that asks the authority, in every cloud: to the authority of
// the cloud, for the tenant of the folder, for Graph of the same cloud.
func TestMethods(t *testing.T) {
	bare(t)
	// The library would take these; the folder says otherwise.
	t.Setenv("AZURE_AUTHORITY_HOST", "https://login.example/")
	t.Setenv("AZURE_TENANT_ID", "stray.example")
	cert := file(t, certificate(t, time.Now().Add(time.Hour)))
	federated := file(t, "eyJmZWRlcmF0ZWQ.dG9rZW4.c2ln\n")
	methods := map[string]struct {
		method plan.AuthMethod
		env    []string
		grant  string
		check  func(t *testing.T, k knock)
	}{
		"secret":      {plan.AuthEnvironment, []string{"AZURE_CLIENT_ID=" + app, "AZURE_CLIENT_SECRET=" + secret, "AZURE_TENANT_ID=stray.example"}, "client_credentials", has("client_secret", secret)},
		"environment": {plan.AuthEnvironment, []string{"AZURE_CLIENT_ID=" + app, "AZURE_CLIENT_CERTIFICATE_PATH=" + cert}, "client_credentials", has("client_assertion", "")},
		"password":    {plan.AuthEnvironment, []string{"AZURE_CLIENT_ID=" + app, "AZURE_USERNAME=ann@contoso.com", "AZURE_PASSWORD=" + userWord}, "password", has("password", userWord)},
		"certificate": {plan.AuthCertificate, []string{"AZURE_CLIENT_ID=" + app, "AZURE_CLIENT_CERTIFICATE_PATH=" + cert, "AZURE_CLIENT_CERTIFICATE_PASSWORD=not-for-pem"}, "client_credentials", has("client_assertion", "")},
		"pfx": {plan.AuthCertificate, []string{"AZURE_CLIENT_ID=" + app, "AZURE_CLIENT_CERTIFICATE_PATH=testdata/certificate-legacy.pfx",
			"AZURE_CLIENT_CERTIFICATE_PASSWORD=" + pfxSecret}, "client_credentials", has("client_assertion", "")},
		"workload": {plan.AuthWorkload, []string{"AZURE_CLIENT_ID=" + app, "AZURE_FEDERATED_TOKEN_FILE=" + federated}, "client_credentials", has("client_assertion", "eyJmZWRlcmF0ZWQ.dG9rZW4.c2ln")},
		"github":   {plan.AuthGitHub, job(), "client_credentials", has("client_assertion", "eyJhbGciOiJSUzI1NiJ9.am9i.c2lnbmF0dXJl1")},
		"default":  {plan.AuthDefault, []string{"AZURE_CLIENT_ID=" + app, "AZURE_CLIENT_SECRET=" + secret}, "client_credentials", has("client_secret", secret)},
		"unnamed":  {"", []string{"AZURE_CLIENT_ID=" + app, "AZURE_FEDERATED_TOKEN_FILE=" + federated}, "client_credentials", has("client_assertion", "")},
		"device":   {plan.AuthDeviceCode, []string{"AZURE_CLIENT_ID=" + app}, "device_code", has("device_code", "deviceCODEgeheim0123")},
	}
	for _, cloud := range []plan.Cloud{plan.Global, plan.USGov, plan.USGovDoD, plan.China} {
		for name, m := range methods {
			t.Run(string(cloud)+"/"+name, func(t *testing.T) {
				e := newEntra(t)
				c := e.config(m.method, m.env...)
				c.Cloud = cloud
				token, expires, err := sign(t, c)
				if err != nil || !strings.HasPrefix(token, "access-token-") || time.Until(expires) < 50*time.Minute {
					t.Fatalf("got %q until %v, %v", token, expires, err)
				}
				at, _ := graph.EndpointOf(cloud)
				for _, k := range e.asked {
					if host := "https://" + k.host; host != at.Authority && k.path != "/job/token" {
						t.Errorf("asked %s%s", k.host, k.path)
					}
				}
				got := e.to("/" + tenantID + "/oauth2/v2.0/token")
				if len(got) != 1 || len(got) != len(e.to("/token"))-len(e.to("/job/token")) {
					t.Fatalf("got %d requests for a token of the tenant, want 1: %v", len(got), e.asked)
				}
				k := got[0]
				if k.form.Get("client_id") != app || k.form.Get("grant_type") != m.grant || !strings.HasPrefix(k.form.Get("scope"), at.Root+"/.default") {
					t.Errorf("got %v", k.form)
				}
				m.check(t, k)
			})
		}
	}
}

func has(name, value string) func(*testing.T, knock) {
	return func(t *testing.T, k knock) {
		if got := k.form.Get(name); got == "" || value != "" && got != value {
			t.Errorf("%s: got %q, want %q", name, got, value)
		}
	}
}

// The client of the folder goes before that of the environment.
func TestClientOfFolder(t *testing.T) {
	bare(t)
	e := newEntra(t)
	c := e.config(plan.AuthEnvironment, "AZURE_CLIENT_ID="+id(9), "AZURE_CLIENT_SECRET="+secret)
	c.ClientID, c.Tenant = app, "Contoso.onmicrosoft.com"
	if _, _, err := sign(t, c); err != nil {
		t.Fatal(err)
	}
	if got := e.to("/contoso.onmicrosoft.com/oauth2/v2.0/token"); len(got) != 1 || got[0].form.Get("client_id") != app {
		t.Errorf("got %v", e.asked)
	}
}

func TestGitHubAudiences(t *testing.T) {
	bare(t)
	for cloud, want := range map[plan.Cloud]string{plan.Global: "api://AzureADTokenExchange", plan.USGov: "api://AzureADTokenExchangeUSGov",
		plan.USGovDoD: "api://AzureADTokenExchangeUSGov", plan.China: "api://AzureADTokenExchangeChina"} {
		e := newEntra(t)
		c := e.config(plan.AuthGitHub, job()...)
		c.Cloud = cloud
		if _, _, err := sign(t, c); err != nil {
			t.Fatal(err)
		}
		k := e.to("/job/token")[0]
		if k.form.Get("audience") != want || k.form.Get("api-version") != "2.0" || k.header.Get("Authorization") != "Bearer "+jobSecret || k.host != "run.actions.githubusercontent.com" {
			t.Errorf("%s: got %v", cloud, k)
		}
	}
}

// A token of GitHub is good for minutes: each exchange asks for a new one.
func TestGitHubRenews(t *testing.T) {
	bare(t)
	e := newEntra(t)
	e.life = 60 // less than what the library would still use
	k, err := graph.NewCredential(e.config(plan.AuthGitHub, job()...))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for range 3 {
		if _, _, err := k.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range e.to("/oauth2/v2.0/token") {
		seen[k.form.Get("client_assertion")] = true
	}
	if len(seen) != 3 || len(e.to("/job/token")) != 3 {
		t.Errorf("got %d assertions and %d questions, want 3", len(seen), len(e.to("/job/token")))
	}
}

// The platform renews the file; what stands in it now counts.
func TestWorkloadFileRenewed(t *testing.T) {
	bare(t)
	e := newEntra(t)
	e.life = 60
	name := file(t, "first.token.x")
	k, err := graph.NewCredential(e.config(plan.AuthWorkload, "AZURE_CLIENT_ID="+app, "AZURE_FEDERATED_TOKEN_FILE="+name))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"first.token.x", "second.token.y"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := k.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		all := e.to("/oauth2/v2.0/token")
		if got := all[len(all)-1].form.Get("client_assertion"); got != text {
			t.Errorf("got %q, want %q", got, text)
		}
	}
}

func TestManagedIdentity(t *testing.T) {
	for name, client := range map[string]string{"system": "", "user": id(31)} {
		t.Run(name, func(t *testing.T) {
			bare(t)
			e := newEntra(t)
			c := e.config(plan.AuthManagedIdentity, e.machine()...)
			c.ClientID = client
			k, err := graph.NewCredential(c)
			if err != nil {
				t.Fatal(err)
			}
			first, _, err := k.Token(t.Context())
			if err != nil || !strings.HasPrefix(first, "machine-token-") {
				t.Fatalf("got %q, %v", first, err)
			}
			q := e.to("/msi/token")[0]
			if q.form.Get("resource") != "https://graph.microsoft.com" || q.form.Get("client_id") != client || q.header.Get("X-IDENTITY-HEADER") != miSecret {
				t.Errorf("got %v", q)
			}
			// The library keeps these for the whole process; a refused one is not given again.
			if again, _, err := k.Renew(t.Context(), first, ""); err != nil || again == first {
				t.Errorf("renewed: got %q, %v", again, err)
			}
		})
	}
}

// tool puts a program on the path, which notes how it is called.
func tool(t *testing.T, name, script string) (calls func() string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the programs that stand in for Microsoft's are shell scripts")
	}
	dir := t.TempDir()
	log := filepath.Join(dir, "calls")
	text := "#!/bin/sh\necho \"$@\" >> '" + log + "'\n" + script + "\n"
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/bin:/usr/bin")
	return func() string {
		b, err := os.ReadFile(log)
		if err != nil {
			return ""
		}
		return string(b)
	}
}

func TestCLI(t *testing.T) {
	bare(t)
	calls := tool(t, "az", fmt.Sprintf(`echo '{"accessToken":"token-of-az","expires_on":%d,"tokenType":"Bearer"}'`, time.Now().Add(time.Hour).Unix()))
	e := newEntra(t)
	token, expires, err := sign(t, e.config(plan.AuthCLI))
	if err != nil || token != "token-of-az" || time.Until(expires) < 50*time.Minute {
		t.Errorf("got %q until %v, %v", token, expires, err)
	}
	if got, want := calls(), "account get-access-token -o json --resource https://graph.microsoft.com --tenant "+tenantID+"\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Azure CLI gives the same token again; what it must be told, a person types.
func TestCLIChallenged(t *testing.T) {
	bare(t)
	tool(t, "az", fmt.Sprintf(`echo '{"accessToken":"token-of-az","expires_on":%d,"tokenType":"Bearer"}'`, time.Now().Add(time.Hour).Unix()))
	const claims = `{"access_token":{"acrs":{"essential":true,"value":"c1"},"xms_caeerror":{"value":"10012"}}}`
	for _, m := range []plan.AuthMethod{plan.AuthCLI, plan.AuthDefault} {
		k, err := graph.NewCredential(newEntra(t).config(m))
		if err != nil {
			t.Fatal(err)
		}
		first, _, err := k.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = k.Renew(t.Context(), first, claims)
		var e *graph.SignInError
		if !errors.As(err, &e) || !strings.Contains(e.Message, "claims challenge") ||
			e.Remedy != "az login --tenant "+tenantID+" --claims-challenge "+base64.StdEncoding.EncodeToString([]byte(claims)) {
			t.Errorf("%s: got %v, %+v", m, err, e)
		}
	}
}

func TestDeviceCodePrompt(t *testing.T) {
	bare(t)
	e := newEntra(t)
	pending := 2
	e.said["/oauth2/v2.0/token"] = func(k knock) answer {
		if pending--; pending >= 0 {
			return answer{status: 400, body: `{"error":"authorization_pending","error_description":"AADSTS70016: OAuth 2.0 device flow error."}`}
		}
		return e.token(k)
	}
	c := e.config(plan.AuthDeviceCode)
	var said []string
	c.ClientID, c.Prompt = app, func(s string) { said = append(said, s) }
	k, err := graph.NewCredential(c)
	if err != nil {
		t.Fatal(err)
	}
	first, _, err := k.Token(t.Context())
	if err != nil || len(said) != 1 || said[0] != "to sign in, open https://microsoft.com/devicelogin and enter the code ABCD-1234" {
		t.Fatalf("got %q, %v, %v", first, err, said)
	}
	// Nobody is asked again while the person is signed in.
	again, _, err := k.Renew(t.Context(), first, "")
	if err != nil || again == first || len(said) != 1 {
		t.Errorf("renewed: got %q, %v, %v", again, err, said)
	}
	all := e.to("/oauth2/v2.0/token")
	if last := all[len(all)-1].form; last.Get("grant_type") != "refresh_token" {
		t.Errorf("got %v", last)
	}
}

func TestDefaultTriesInOrder(t *testing.T) {
	federated := file(t, "eyJm.dG9rZW4.c2ln")
	az := fmt.Sprintf(`echo '{"accessToken":"token-of-az","expires_on":%d}'`, time.Now().Add(time.Hour).Unix())
	tests := []struct {
		name    string
		env     []string
		machine bool
		az      string
		want    string
	}{
		{"environment first", []string{"AZURE_CLIENT_ID=" + id(41), "AZURE_CLIENT_SECRET=" + secret, "AZURE_FEDERATED_TOKEN_FILE=" + federated}, true, az, "client_secret"},
		{"then workload", []string{"AZURE_CLIENT_ID=" + id(42), "AZURE_FEDERATED_TOKEN_FILE=" + federated}, true, az, "client_assertion"},
		{"then machine", []string{"AZURE_CLIENT_ID=" + id(43)}, true, az, "machine-token-"},
		{"then az", nil, false, az, "token-of-az"},
		{"only dev", []string{"AZURE_CLIENT_ID=" + id(44), "AZURE_CLIENT_SECRET=" + secret, "AZURE_TOKEN_CREDENTIALS=dev"}, true, az, "token-of-az"},
		{"only one", []string{"AZURE_CLIENT_ID=" + id(45), "AZURE_CLIENT_SECRET=" + secret, "AZURE_TOKEN_CREDENTIALS=managedidentitycredential"}, true, az, "machine-token-"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bare(t)
			e := newEntra(t)
			tool(t, "az", tt.az)
			if tt.machine {
				tt.env = append(tt.env, e.machine()...)
			}
			k, err := graph.NewCredential(e.config(plan.AuthDefault, tt.env...))
			if err != nil {
				t.Fatal(err)
			}
			token, _, err := k.Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := token
			for _, q := range e.to("/oauth2/v2.0/token") {
				for _, field := range []string{"client_secret", "client_assertion"} {
					if q.form.Has(field) {
						got = field
					}
				}
			}
			if !strings.HasPrefix(got, tt.want) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			// What was found is kept, even for a fresh token.
			n := len(e.asked)
			if again, _, err := k.Renew(t.Context(), token, ""); err != nil || (again == token) != (tt.want == "token-of-az") {
				t.Errorf("renewed: got %q, %v", again, err)
			}
			for _, q := range e.asked[n:] {
				if strings.HasSuffix(q.path, "/token") && q.form.Has("client_secret") != (tt.want == "client_secret") {
					t.Errorf("renewed in another way: %v", q)
				}
			}
		})
	}
}

// noSignIn is how one method fails, and the words for it.
type noSignIn struct {
	name   string
	method plan.AuthMethod
	env    []string
	said   map[string]func(knock) answer
	change func(c *graph.CredentialConfig)
	want   string // the error
	remedy string // how the remedy begins
}

func TestMethodFailures(t *testing.T) {
	bare(t)
	e := newEntra(t)
	withSecret := []string{"AZURE_CLIENT_ID=" + app, "AZURE_CLIENT_SECRET=" + secret}
	ids := " (trace " + id(7) + ", correlation " + id(8) + ")"
	token := func(a func(knock) answer) map[string]func(knock) answer {
		return map[string]func(knock) answer{"/oauth2/v2.0/token": a}
	}
	oidc := func(a answer) map[string]func(knock) answer {
		return map[string]func(knock) answer{"/job/token": func(knock) answer { return a }}
	}
	cert := func(name string, more ...string) []string {
		return append([]string{"AZURE_CLIENT_ID=" + app, "AZURE_CLIENT_CERTIFICATE_PATH=" + name}, more...)
	}
	expired := file(t, certificate(t, time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)))
	tests := []noSignIn{
		{"unknown", "browser", nil, nil, nil, "sign in (browser): there is no such method", ""},
		{"no client", plan.AuthEnvironment, nil, nil, nil,
			"sign in (environment): no application is named: neither clientId nor AZURE_CLIENT_ID is set", "set AZURE_CLIENT_ID"},
		{"nothing set", plan.AuthEnvironment, withSecret[:1], nil, nil,
			"sign in (environment): none of AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH and AZURE_USERNAME is set", "set AZURE_CLIENT_ID"},
		{"no password", plan.AuthEnvironment, []string{"AZURE_CLIENT_ID=" + app, "AZURE_USERNAME=ann@contoso.com"}, nil, nil,
			"sign in (environment): AZURE_USERNAME is set, but AZURE_PASSWORD is not", "set AZURE_CLIENT_ID"},
		{"wrong secret", plan.AuthEnvironment, withSecret, token(says("AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '" + app + "'.")), nil,
			"sign in (environment): AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '" + app + "'" + ids, "set AZURE_CLIENT_SECRET to the value"},
		{"no such tenant", plan.AuthEnvironment, withSecret, map[string]func(knock) answer{"/openid-configuration": func(knock) answer {
			return answer{status: 400, body: `{"error":"invalid_tenant","error_description":"AADSTS90002: Tenant '` + tenantID + `' not found. Check to make sure you have the correct tenant ID. Trace ID: ` + id(7) + ` Correlation ID: ` + id(8) + ` Timestamp: x"}`}
		}}, nil, "sign in (environment): AADSTS90002: Tenant '" + tenantID + "' not found. Check to make sure you have the correct tenant ID" + ids, "correct tenant.id"},
		{"proxy page", plan.AuthEnvironment, withSecret, token(func(knock) answer { return answer{status: 407, body: "<html>" + secret} }), nil,
			"sign in (environment): login.microsoftonline.com answered 407", "set AZURE_CLIENT_ID"},
		{"redirect", plan.AuthEnvironment, withSecret, token(func(knock) answer {
			return answer{status: 307, header: map[string]string{"Location": e.plain.URL + "/stranger"}, body: `{"error":"x"}`}
		}), nil, "sign in (environment): login.microsoftonline.com answered 307, a redirect, which is not followed", "set AZURE_CLIENT_ID"},
		{"no JSON", plan.AuthEnvironment, withSecret, token(func(knock) answer { return ok("<html>" + secret) }), nil,
			"sign in (environment): the answer of login.microsoftonline.com is not what it should be", "set AZURE_CLIENT_ID"},
		{"no token", plan.AuthEnvironment, withSecret, token(func(knock) answer { return ok(`{"token_type":"Bearer","expires_in":3599}`) }), nil,
			"sign in (environment): the answer of login.microsoftonline.com is not what it should be", "set AZURE_CLIENT_ID"},
		{"foreign endpoint", plan.AuthEnvironment, withSecret, map[string]func(knock) answer{"/openid-configuration": func(knock) answer {
			return ok(`{"issuer":"https://login.microsoftonline.com/x/v2.0","authorization_endpoint":"https://login.microsoftonline.com/x","token_endpoint":"https://evil.example/oauth2/v2.0/token"}`)
		}}, nil, "sign in (environment): ask evil.example: it is not a host to sign in at", "set AZURE_CLIENT_ID"},
		{"too long", plan.AuthEnvironment, withSecret, token(func(knock) answer { return ok(strings.Repeat(" ", 2<<20)) }), nil, "sign in (environment): ask login.microsoftonline.com: answer is too large", "set AZURE_CLIENT_ID"},
		{"federated user", plan.AuthEnvironment, []string{"AZURE_CLIENT_ID=" + app, "AZURE_USERNAME=ann@contoso.com", "AZURE_PASSWORD=" + userWord}, map[string]func(knock) answer{"/ann@contoso.com": func(knock) answer {
			return ok(`{"account_type":"Federated","domain_name":"contoso.com","cloud_instance_name":"microsoftonline.com","cloud_audience_urn":"urn:federation:MicrosoftOnline","federation_protocol":"WSTrust","federation_metadata_url":"https://adfs.contoso.com/adfs/services/trust/mex"}`)
		}}, nil, "sign in (environment): ask adfs.contoso.com: it is not a host to sign in at", "set AZURE_CLIENT_ID"},

		{"no path", plan.AuthCertificate, withSecret, nil, nil, "sign in (certificate): AZURE_CLIENT_CERTIFICATE_PATH is not set", "set AZURE_CLIENT_ID and AZURE_CLIENT_CERTIFICATE_PATH"},
		{"no file", plan.AuthCertificate, cert("testdata/none.pem"), nil, nil, "sign in (certificate): read AZURE_CLIENT_CERTIFICATE_PATH: no such file: testdata/none.pem", "set AZURE_CLIENT_ID and"},
		{"expired", plan.AuthCertificate, cert(expired), nil, nil, "sign in (certificate): the certificate expired on 2024-03-01", "make a new certificate"},
		{"wrong password", plan.AuthCertificate, cert("testdata/certificate-legacy.pfx", "AZURE_CLIENT_CERTIFICATE_PASSWORD=wrong-one"), nil, nil,
			"sign in (certificate): the file of AZURE_CLIENT_CERTIFICATE_PATH: the password is wrong: set AZURE_CLIENT_CERTIFICATE_PASSWORD", "set AZURE_CLIENT_ID and"},
		{"no password", plan.AuthCertificate, cert("testdata/certificate-legacy.pfx"), nil, nil,
			"sign in (certificate): the file of AZURE_CLIENT_CERTIFICATE_PATH: the password is wrong: set AZURE_CLIENT_CERTIFICATE_PASSWORD", "set AZURE_CLIENT_ID and"},
		{"newer PFX", plan.AuthCertificate, cert("testdata/certificate-aes.pfx", "AZURE_CLIENT_CERTIFICATE_PASSWORD="+pfxSecret), nil, nil,
			"sign in (certificate): the file of AZURE_CLIENT_CERTIFICATE_PATH: its encryption is not supported: export it with TripleDES-SHA1 (openssl pkcs12 -export -legacy), or as PEM", "set AZURE_CLIENT_ID and"},
		{"no key", plan.AuthCertificate, cert(file(t, "-----BEGIN CERTIFICATE-----"+strings.SplitN(certificate(t, time.Now().Add(time.Hour)), "-----BEGIN CERTIFICATE-----", 2)[1])), nil, nil,
			"sign in (certificate): the file of AZURE_CLIENT_CERTIFICATE_PATH: found no private key", "set AZURE_CLIENT_ID and"},
		{"encrypted key", plan.AuthCertificate, cert(file(t, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")), nil, nil,
			"sign in (certificate): the file of AZURE_CLIENT_CERTIFICATE_PATH: the key within is encrypted, which is not supported in PEM: take PFX, or a key without password in a file that nobody else may read", "set AZURE_CLIENT_ID and"},
		{"no certificate at all", plan.AuthCertificate, cert(file(t, "hello")), nil, nil,
			"sign in (certificate): the file of AZURE_CLIENT_CERTIFICATE_PATH: neither PEM nor PFX with certificate and private key", "set AZURE_CLIENT_ID and"},

		{"no token file", plan.AuthWorkload, withSecret, nil, nil, "sign in (workload-identity): AZURE_FEDERATED_TOKEN_FILE is not set", "set AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE"},
		{"token file gone", plan.AuthWorkload, []string{"AZURE_CLIENT_ID=" + app, "AZURE_FEDERATED_TOKEN_FILE=testdata/none"}, nil, nil,
			"sign in (workload-identity): read AZURE_FEDERATED_TOKEN_FILE: no such file: testdata/none", "set AZURE_CLIENT_ID and"},
		{"token file empty", plan.AuthWorkload, []string{"AZURE_CLIENT_ID=" + app, "AZURE_FEDERATED_TOKEN_FILE=" + file(t, "\n")}, nil, nil,
			"sign in (workload-identity): the file of AZURE_FEDERATED_TOKEN_FILE is empty", "set AZURE_CLIENT_ID and"},

		{"no id-token", plan.AuthGitHub, withSecret, nil, nil,
			"sign in (github): GitHub gives this job no token: ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are not both set", "give the job `permissions: {id-token: write}`"},
		{"odd url", plan.AuthGitHub, append(job(), "ACTIONS_ID_TOKEN_REQUEST_URL=http://run.example/"), nil, nil,
			"sign in (github): ACTIONS_ID_TOKEN_REQUEST_URL is no https URL", "give the job"},
		{"refused by GitHub", plan.AuthGitHub, job(), oidc(answer{status: 403, body: `{"message":"Resource not accessible by integration ` + jobSecret + `"}`}), nil,
			"sign in (github): ask GitHub for a token about this job: run.actions.githubusercontent.com answered 403: Resource not accessible by integration [token]", "give the job"},
		{"empty of GitHub", plan.AuthGitHub, job(), oidc(ok(`{"value":null}`)), nil,
			"sign in (github): ask GitHub for a token about this job: the answer has none in it", "give the job"},
		{"no federated credential", plan.AuthGitHub, job(), token(says("AADSTS700213: No matching federated identity record found for presented assertion subject 'repo:contoso/licences:ref:refs/heads/main'.")), nil,
			"sign in (github): AADSTS700213: No matching federated identity record found for presented assertion subject 'repo:contoso/licences:ref:refs/heads/main'" + ids, "add a federated credential"},

		{"nobody to ask", plan.AuthDeviceCode, withSecret, nil, func(c *graph.CredentialConfig) { c.Prompt = nil }, "sign in (device-code): nobody is there to be asked", "set clientId"},
		{"no public client", plan.AuthDeviceCode, withSecret, token(says("AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")), nil,
			"sign in (device-code): AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'" + ids, "allow public client flows"},
		{"said no", plan.AuthDeviceCode, withSecret, token(func(knock) answer { return answer{status: 400, body: `{"error":"authorization_declined"}`} }), nil,
			"sign in (device-code): login.microsoftonline.com answered 400: authorization_declined", "set clientId"},

		{"no words of its", plan.AuthDefault, []string{"AZURE_TOKEN_CREDENTIALS=prd"}, nil, nil, `sign in (default): AZURE_TOKEN_CREDENTIALS is "prd", which is none of its words`, "unset AZURE_TOKEN_CREDENTIALS"},
		{"default stops", plan.AuthDefault, withSecret, token(says("AADSTS7000222: The provided client secret keys are expired.")), nil,
			"sign in (default): AADSTS7000222: environment: The provided client secret keys are expired" + ids, "the client secret has expired"},
		{"default with a broken certificate", plan.AuthDefault, cert("testdata/none.pem"), nil, nil,
			"sign in (default): environment: read AZURE_CLIENT_CERTIFICATE_PATH: no such file: testdata/none.pem", "az login --tenant"},
		{"other tenant", plan.AuthEnvironment, append(withSecret, "AZURE_TENANT_ID="+strings.ToUpper(otherID)), nil, nil,
			"sign in (environment): AZURE_TENANT_ID is " + otherID + ", but the tenant is " + tenantID, "unset AZURE_TENANT_ID"},
	}
	for _, tt := range tests {
		t.Run(string(tt.method)+"/"+tt.name, func(t *testing.T) {
			e := newEntra(t)
			for suffix, s := range tt.said {
				e.said[suffix] = s
			}
			c := e.config(tt.method, tt.env...)
			if tt.change != nil {
				tt.change(&c)
			}
			_, _, err := sign(t, c)
			failedWith(t, err, tt.want, tt.remedy)
		})
	}
}

func failedWith(t *testing.T, err error, want, remedy string) {
	t.Helper()
	var e *graph.SignInError
	if !errors.As(err, &e) || err.Error() != want || !strings.HasPrefix(e.Remedy, remedy) || e.Remedy == "" {
		t.Errorf("got  %v\nwant %s", err, want)
		if e != nil {
			t.Errorf("remedy %q, want %q", e.Remedy, remedy)
		}
	}
}

// TestNoWay: where the network is at fault, what to set for the method is no
// help.
func TestNoWay(t *testing.T) {
	for want, cause := range map[string]error{
		"dial tcp: connection refused": &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")},
		"the name login.microsoftonline.com was not found: no network, or only through a proxy (HTTPS_PROXY)":                                              &net.OpError{Op: "dial", Err: &net.DNSError{Name: "login.microsoftonline.com", IsNotFound: true}},
		"the certificate of login.microsoftonline.com is not trusted: unknown authority; where a proxy opens TLS on purpose, name its CA in SSL_CERT_FILE": &tls.CertificateVerificationError{Err: errors.New("unknown authority")},
	} {
		synctest.Test(t, func(t *testing.T) { // the library waits between tries
			c := graph.CredentialConfig{Method: plan.AuthEnvironment, Tenant: tenantID, Cloud: plan.Global,
				Env:       environment("AZURE_CLIENT_ID="+id(1), "AZURE_CLIENT_SECRET=never-seen"),
				Transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, cause })}
			_, _, err := sign(t, c)
			failedWith(t, err, "sign in (environment): ask login.microsoftonline.com: "+want, "see that login.microsoftonline.com can be reached")
		})
	}
}

func TestManagedIdentityFails(t *testing.T) {
	bare(t)
	e := newEntra(t)
	c := e.config(plan.AuthManagedIdentity, e.machine()...)
	c.ClientID = id(32)
	e.said["/msi/token"] = func(knock) answer {
		return answer{status: 400, body: `{"statusCode":400,"message":"No User Assigned or Delegated Managed Identity found for specified ClientId, header ` + miSecret + `"}`}
	}
	_, _, err := sign(t, c)
	failedWith(t, err, "sign in (managed-identity): "+strings.TrimPrefix(e.plain.URL, "http://")+
		" answered 400: No User Assigned or Delegated Managed Identity found for specified ClientId, header [token]", "run on a machine of Azure")
	_, _, err = sign(t, e.config(plan.AuthManagedIdentity, "IDENTITY_SERVER_THUMBPRINT=x"))
	failedWith(t, err, "sign in (managed-identity): managed identities of Service Fabric are not supported", "run on a machine of Azure")
}

func TestCLIFails(t *testing.T) {
	bare(t)
	for script, want := range map[string]string{
		`echo 'ERROR: Please run '"'az login'"' to setup account.' >&2; exit 1`: "sign in (cli): Please run 'az login' to setup account",
		`printf 'ERROR: AADSTS50076: Due to a configuration change made by your administrator you must use multi-factor authentication. Trace ID: ` + id(7) + ` Correlation ID: ` + id(8) + ` Timestamp: x\nTo re-authenticate, please run: az login' >&2; exit 1`: "sign in (cli): AADSTS50076: Due to a configuration change made by your administrator you must use multi-factor authentication (trace " + id(7) + ", correlation " + id(8) + ")",
		`echo "eyJhbGciOiJub25lIn0.eyJnZWhlaW0iOjF9. is no token" >&2; exit 1`: "sign in (cli): [token].[token]. is no token",
		`exit 127`:  "sign in (cli): executable not found on path",
		`echo '{}'`: "sign in (cli): error parsing token expiration time \"\": parsing time \"\" as \"2006-01-02 15:04:05.999999\": cannot parse \"\" as \"2006\"",
	} {
		tool(t, "az", script)
		_, _, err := sign(t, newEntra(t).config(plan.AuthCLI))
		remedy := "az login --tenant " + tenantID
		if strings.Contains(want, "AADSTS50076") {
			remedy = "sign in where a second factor can be asked for"
		}
		failedWith(t, err, want, remedy)
	}
}

func TestDefaultFails(t *testing.T) {
	bare(t)
	tool(t, "az", `echo "ERROR: Please run 'az login' to setup account." >&2; exit 1`)
	_, _, err := sign(t, newEntra(t).config(plan.AuthDefault))
	failedWith(t, err, "sign in (default): no way worked: environment: no application is named: neither clientId nor AZURE_CLIENT_ID is set; "+
		"workload-identity: no application is named: neither clientId nor AZURE_CLIENT_ID is set; managed-identity: this machine has none; "+
		"cli: Please run 'az login' to setup account; azd: executable not found on path; powershell: executable not found on path", "az login --tenant "+tenantID)
}

// What a machine answers tells whether the search goes on.
func TestDefaultPassesMachine(t *testing.T) {
	for _, tt := range []struct {
		a    answer
		fine bool
	}{
		{answer{status: 400, body: `{"message":"no identity"}`}, true},
		{answer{status: 403, body: `connecting to 169.254.169.254:80: network is unreachable`}, true},
		{answer{status: 200, body: `<html>`}, true},
		{answer{status: 403, body: `{"message":"no"}`}, false},
	} {
		bare(t)
		tool(t, "az", fmt.Sprintf(`echo '{"accessToken":"token-of-az","expires_on":%d}'`, time.Now().Add(time.Hour).Unix()))
		e := newEntra(t)
		e.said["/msi/token"] = func(knock) answer { return tt.a }
		token, _, err := sign(t, func() graph.CredentialConfig {
			c := e.config(plan.AuthDefault, e.machine()...)
			c.Cloud = plan.China // whose tokens no other test has asked a machine for
			return c
		}())
		if (err == nil) != tt.fine || tt.fine && token != "token-of-az" || len(e.to("/msi/token")) != 1 {
			t.Errorf("%d %s: got %q, %v", tt.a.status, tt.a.body, token, err)
		}
	}
}

// Other clouds have something else at the address where Azure answers for a
// machine: that is no identity, and the search goes on. What Azure refuses, in
// JSON, ends it.
func TestDefaultInOtherClouds(t *testing.T) {
	for _, tt := range []struct {
		a    answer
		fine bool
	}{
		{answer{status: 403, body: "<html>Your client does not have permission</html>"}, true}, {answer{status: 401}, true},
		{answer{status: 404, body: "404 page not found"}, true}, {answer{status: 403, body: `{"error":"forbidden","error_description":"no"}`}, false},
	} {
		bare(t)
		tool(t, "az", fmt.Sprintf(`echo '{"accessToken":"token-of-az","expires_on":%d}'`, time.Now().Add(time.Hour).Unix()))
		asked := 0
		machine := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Host != "169.254.169.254" {
				t.Errorf("asked %s", r.Host)
			}
			asked++
			tt.a.write(w)
		})
		token, _, err := sign(t, graph.CredentialConfig{Method: plan.AuthDefault, Tenant: tenantID, Cloud: plan.USGovDoD, Transport: graph.InProcess(machine), Env: environment()})
		if asked == 0 || (err == nil) != tt.fine || tt.fine && token != "token-of-az" {
			t.Errorf("%d %s: got %q, %v after %d calls", tt.a.status, tt.a.body, token, err, asked)
		}
	}
}

// A program that hangs is left with the context.
func TestCLIEnds(t *testing.T) {
	bare(t)
	tool(t, "az", "exec sleep 20")
	k, err := graph.NewCredential(newEntra(t).config(plan.AuthCLI))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := contextWithTimeout(t, 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, _, err := k.Token(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 10*time.Second {
		t.Errorf("got %v after %v", err, time.Since(start))
	}
}

// The library asks the authority of a region, if told to: that is the same one.
func TestRegion(t *testing.T) {
	bare(t)
	t.Setenv("AZURE_REGIONAL_AUTHORITY_NAME", "westeurope")
	for cloud, host := range map[plan.Cloud]string{plan.Global: "westeurope.login.microsoft.com", plan.USGov: "westeurope.login.microsoftonline.us"} {
		e := newEntra(t)
		c := e.config(plan.AuthEnvironment, "AZURE_CLIENT_ID="+app, "AZURE_CLIENT_SECRET="+secret)
		c.Cloud = cloud
		_, _, err := sign(t, c)
		if got := e.to("/oauth2/v2.0/token"); err != nil || len(got) != 1 || got[0].host != host {
			t.Errorf("%s: got %v, %v", cloud, got, err)
		}
	}
}

func TestTenants(t *testing.T) {
	bare(t)
	e := newEntra(t)
	env := func(tenant string) []string {
		return []string{"AZURE_CLIENT_ID=" + app, "AZURE_CLIENT_SECRET=" + secret, "AZURE_TENANT_ID=" + tenant}
	}
	for _, tt := range []struct {
		tenant, env string
		fine        bool
	}{
		{tenantID, "", true}, {tenantID, strings.ToUpper(tenantID), true}, {tenantID, "contoso.com", true}, {tenantID, otherID, false},
		{"contoso.com", otherID, true}, {"contoso.com", "fabrikam.com", true}, {"contoso.com", "common", true},
		{"", "", false}, {"common", "", false}, {"organizations", "", false}, {"consumers", "", false}, {"adfs", "", false},
		{"contoso.com/../x", "", false}, {"contoso.com?x", "", false}, {"..", "", false}, {".com", "", false}, {"contoso.com ", "", false},
	} {
		c := e.config(plan.AuthEnvironment, env(tt.env)...)
		c.Tenant = tt.tenant
		if _, err := graph.NewCredential(c); (err == nil) != tt.fine {
			t.Errorf("%q with AZURE_TENANT_ID=%q: got %v", tt.tenant, tt.env, err)
		}
	}
	c := e.config(plan.AuthEnvironment, env("")...)
	c.Cloud = "mars"
	if _, err := graph.NewCredential(c); err == nil || err.Error() != `sign in: no cloud is called "mars"` {
		t.Errorf("got %v", err)
	}
	if _, err := graph.NewCredential(graph.CredentialConfig{Tenant: tenantID}); err == nil || err.Error() != "sign in: no environment" {
		t.Errorf("got %v", err)
	}
	if len(e.asked) != 0 {
		t.Errorf("asked %v", e.asked)
	}
}

// Graph does not accept A in mid-run, though it has not expired: the read goes
// on with B, which the library would not have asked for by itself.
func TestRenewedInMidRun(t *testing.T) {
	bare(t)
	tests := map[string]func(e *entra) graph.CredentialConfig{
		"secret": func(e *entra) graph.CredentialConfig {
			return e.config(plan.AuthEnvironment, "AZURE_CLIENT_ID="+app, "AZURE_CLIENT_SECRET="+secret)
		},
		"github": func(e *entra) graph.CredentialConfig { return e.config(plan.AuthGitHub, job()...) },
		"default": func(e *entra) graph.CredentialConfig {
			return e.config(plan.AuthDefault, "AZURE_CLIENT_ID="+app, "AZURE_CLIENT_SECRET="+secret)
		},
		"machine": func(e *entra) graph.CredentialConfig {
			c := e.config(plan.AuthManagedIdentity, e.machine()...)
			c.ClientID = id(33)
			return c
		},
	}
	for name, config := range tests {
		t.Run(name, func(t *testing.T) {
			k, err := graph.NewCredential(config(newEntra(t)))
			if err != nil {
				t.Fatal(err)
			}
			f := contoso(t)
			calls, refusedA := 0, ""
			b := on(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls++
				switch with := r.Header.Get("Authorization"); {
				case calls == 2: // the count of users or what else comes second
					refusedA = with
					fallthrough
				case with == refusedA:
					refuse(401, "InvalidAuthenticationToken", "Access token has been revoked.").write(w)
				default:
					f.ServeHTTP(w, r)
				}
			}))
			b.Token, b.Renew = k.Token, k.Renew
			c := b.client(t)
			if _, err := c.Products(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Products(t.Context()); err != nil || calls != 3 || refusedA == "" {
				t.Errorf("got %v after %d calls", err, calls)
			}
			if got, _, err := k.Token(t.Context()); err != nil || "Bearer "+got == refusedA {
				t.Errorf("got %q, %v, want a token other than %q", got, err, refusedA)
			}
		})
	}
}

// Two clients share a credential: what one has renewed, the other takes.
func TestRenewedOnce(t *testing.T) {
	bare(t)
	e := newEntra(t)
	k, err := graph.NewCredential(e.config(plan.AuthEnvironment, "AZURE_CLIENT_ID="+app, "AZURE_CLIENT_SECRET="+secret))
	if err != nil {
		t.Fatal(err)
	}
	a, _, _ := k.Token(t.Context())
	b, _, _ := k.Renew(t.Context(), a, "")
	c, _, err := k.Renew(t.Context(), a, "")
	if err != nil || a == b || b != c || len(e.to("/oauth2/v2.0/token")) != 2 {
		t.Errorf("got %q, %q, %q, %v", a, b, c, err)
	}
	// What one was not asked to meet, the next one must.
	d, _, _ := k.Renew(t.Context(), a, `{"access_token":{}}`)
	f, _, err := k.Renew(t.Context(), a, `{"access_token":{}}`)
	if err != nil || d == c || f != d {
		t.Errorf("got %q after %q, then %q, %v", d, c, f, err)
	}
}

// Many at once get one token.
func TestTokenTogether(t *testing.T) {
	bare(t)
	e := newEntra(t)
	k, err := graph.NewCredential(e.config(plan.AuthGitHub, job()...))
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan string, 8)
	for range cap(got) {
		go func() {
			token, _, err := k.Token(context.Background())
			if err != nil {
				t.Error(err)
			}
			got <- token
		}()
	}
	first := <-got
	for range cap(got) - 1 {
		if again := <-got; again != first {
			t.Errorf("got %q and %q", first, again)
		}
	}
	if len(e.to("/oauth2/v2.0/token")) != 1 {
		t.Errorf("asked %d times", len(e.to("/oauth2/v2.0/token")))
	}
}

// What a claims challenge of Graph wants reaches Entra with every way that asks
// it, once for all clients of a credential; no person is asked for that.
func TestChallengeReachesEntra(t *testing.T) {
	bare(t)
	const claims = `{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`
	challenged := code(401, "InvalidAuthenticationToken").with("WWW-Authenticate",
		`Bearer error="insufficient_claims", claims="`+base64.StdEncoding.EncodeToString([]byte(claims))+`"`)
	for name, config := range map[string]func(e *entra) graph.CredentialConfig{
		"secret": func(e *entra) graph.CredentialConfig {
			return e.config(plan.AuthEnvironment, "AZURE_CLIENT_ID="+app, "AZURE_CLIENT_SECRET="+secret)
		},
		"github": func(e *entra) graph.CredentialConfig { return e.config(plan.AuthGitHub, job()...) },
		"default": func(e *entra) graph.CredentialConfig {
			return e.config(plan.AuthDefault, "AZURE_CLIENT_ID="+app, "AZURE_CLIENT_SECRET="+secret)
		},
		"device": func(e *entra) graph.CredentialConfig {
			return e.config(plan.AuthDeviceCode, "AZURE_CLIENT_ID="+app)
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEntra(t)
			c, prompts := config(e), 0
			c.Prompt = func(string) { prompts++ }
			k, err := graph.NewCredential(c)
			if err != nil {
				t.Fatal(err)
			}
			var clients []*graph.Client
			for range 2 {
				b := on(newFake(t).on("/subscribedSkus", list(), challenged, list()))
				b.Token, b.Renew = k.Token, k.Renew
				clients = append(clients, b.client(t))
			}
			for _, c := range slices.Concat(clients, clients) { // each has its first token before one is challenged
				if _, err := c.Products(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			asked := 0
			for _, knock := range e.to("/oauth2/v2.0/token") {
				if strings.Contains(knock.form.Get("claims"), `"acrs"`) {
					asked++
				}
			}
			if asked != 1 || prompts > 1 || name == "device" && prompts != 1 {
				t.Errorf("got %d requests with the claims, %d prompts", asked, prompts)
			}
		})
	}
}
