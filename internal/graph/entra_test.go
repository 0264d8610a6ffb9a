package graph_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

// What the tests sign in with. Each secret can be recognised.
const (
	app       = "11112222-3333-4444-8555-666677778888"
	tenantID  = "aaaabbbb-cccc-4ddd-8eee-ffff00001111"
	otherID   = "99998888-7777-4666-8555-444433332222"
	secret    = "gEhEiM8Q~client/secret+value.with%signs"
	pfxSecret = "pfx-Passw0rd-geheim"
	userWord  = "pass word&geheim=1234567"
	jobSecret = "jobREQUESTtokenGEHEIM.abcdefghij"
	miSecret  = "identityHEADERgeheim0123456789"
)

// An entra is Microsoft Entra on loopback, over TLS, and beside it what else
// signing in asks: GitHub, and the endpoints of a machine.
type entra struct {
	t      *testing.T
	server *httptest.Server
	plain  *httptest.Server // of the machine

	mu    sync.Mutex
	asked []knock
	given int
	// said, by path suffix, is answered in place of what is usual.
	said map[string]func(k knock) answer
	life int // of tokens, in seconds
	log  bytes.Buffer
}

// A knock is one request to an entra.
type knock struct {
	host, path string
	form       url.Values
	header     http.Header
}

func newEntra(t *testing.T) *entra {
	e := &entra{t: t, said: map[string]func(knock) answer{}, life: 3599}
	e.server = httptest.NewTLSServer(e)
	e.plain = httptest.NewServer(e)
	t.Cleanup(e.server.Close)
	t.Cleanup(e.plain.Close)
	return e
}

func (e *entra) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		e.t.Errorf("read the request: %v", err)
	}
	k := knock{r.Host, r.URL.Path, r.Form, r.Header.Clone()}
	e.mu.Lock()
	e.asked = append(e.asked, k)
	var say func(knock) answer
	for suffix, s := range e.said {
		if strings.HasSuffix(k.path, suffix) {
			say = s
		}
	}
	e.mu.Unlock()
	if say == nil {
		say = e.usual
	}
	say(k).write(w)
}

// usual is what each of them answers when all is well.
func (e *entra) usual(k knock) answer {
	base := "https://" + k.host + "/" + strings.Split(strings.Trim(k.path, "/"), "/")[0]
	switch {
	case strings.HasSuffix(k.path, "/openid-configuration"):
		return ok(`{"issuer":"` + base + `/v2.0","authorization_endpoint":"` + base + `/oauth2/v2.0/authorize","token_endpoint":"` + base + `/oauth2/v2.0/token"}`)
	case strings.HasSuffix(k.path, "/oauth2/v2.0/token"):
		return e.token(k)
	case strings.HasSuffix(k.path, "/oauth2/v2.0/devicecode"):
		return ok(`{"device_code":"deviceCODEgeheim0123","user_code":"ABCD-1234","verification_uri":"https://microsoft.com/devicelogin","expires_in":900,"interval":1,"message":"\u001b[31mgo"}`)
	case strings.HasPrefix(k.path, "/common/userrealm/"), strings.HasPrefix(k.path, "/common/UserRealm/"):
		return ok(`{"account_type":"Managed","domain_name":"contoso.com","cloud_instance_name":"microsoftonline.com","cloud_audience_urn":"urn:federation:MicrosoftOnline"}`)
	case k.path == "/job/token":
		return ok(fmt.Sprintf(`{"count":1,"value":"eyJhbGciOiJSUzI1NiJ9.am9i.c2lnbmF0dXJl%d"}`, e.number()))
	case k.path == "/msi/token":
		return ok(fmt.Sprintf(`{"access_token":"machine-token-%d","expires_on":"%d","resource":"x","token_type":"Bearer"}`, e.number(), time.Now().Add(time.Hour).Unix()))
	}
	e.t.Errorf("nobody asks for %s %s", k.host, k.path)
	return answer{status: 404}
}

func (e *entra) number() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.given++
	return e.given
}

func (e *entra) token(k knock) answer {
	n := e.number()
	if k.form.Get("grant_type") == "client_credentials" {
		return ok(fmt.Sprintf(`{"token_type":"Bearer","expires_in":%d,"ext_expires_in":%d,"access_token":"access-token-%d"}`, e.life, e.life, n))
	}
	b64 := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	person := "e30." + b64(`{"aud":"`+app+`","tid":"`+tenantID+`","oid":"`+id(2)+`","sub":"s","preferred_username":"ann@contoso.com","iss":"x","exp":9999999999,"iat":1}`) + ".sig"
	return ok(fmt.Sprintf(`{"token_type":"Bearer","scope":%q,"expires_in":%d,"access_token":"access-token-%d","refresh_token":"refreshTOKENgeheim%d","id_token":%q,"client_info":%q}`,
		k.form.Get("scope"), e.life, n, n, person, b64(`{"uid":"`+id(2)+`","utid":"`+tenantID+`"}`)))
}

// to returns the requests whose path ends so.
func (e *entra) to(suffix string) []knock {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []knock
	for _, k := range e.asked {
		if strings.HasSuffix(k.path, suffix) {
			out = append(out, k)
		}
	}
	return out
}

// transport reaches the entra under every name; what is not over TLS is the machine.
func (e *entra) transport() http.RoundTripper {
	pool := x509.NewCertPool()
	pool.AddCert(e.server.Certificate())
	dial := func(to *httptest.Server) func(ctx context.Context, network, addr string) (net.Conn, error) {
		return func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, to.Listener.Addr().String())
		}
	}
	sure := dial(e.server)
	plain := dial(e.plain)
	t := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: "example.com"},
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if strings.HasSuffix(addr, ":443") {
				return sure(ctx, network, addr)
			}
			if strings.HasPrefix(addr, "169.254.") {
				return nil, errors.New("no route to host")
			}
			return plain(ctx, network, addr)
		},
	}
	e.t.Cleanup(t.CloseIdleConnections)
	return t
}

// config is one for a method, with variables as "NAME=value".
func (e *entra) config(m plan.AuthMethod, env ...string) graph.CredentialConfig {
	return graph.CredentialConfig{
		Method: m, Tenant: tenantID, Cloud: plan.Global, Transport: e.transport(), Env: environment(env...),
		ReadFile: readFile, Prompt: func(string) {}, Log: hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: lockedLog{e}}),
	}
}

// readFile fails in the same words everywhere.
func readFile(name string) ([]byte, error) {
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		err = errors.New("no such file: " + name)
	}
	return b, err
}

type lockedLog struct{ e *entra }

func (l lockedLog) Write(p []byte) (int, error) {
	l.e.mu.Lock()
	defer l.e.mu.Unlock()
	return l.e.log.Write(p)
}

func environment(env ...string) func(string) string {
	m := map[string]string{}
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		m[name] = value
	}
	return func(name string) string { return m[name] }
}

// bare hides what the library would find in the environment of the process.
func bare(t *testing.T) {
	for _, name := range []string{"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_REGIONAL_AUTHORITY_NAME", "AZURE_AUTHORITY_HOST",
		"IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "MSI_ENDPOINT", "MSI_SECRET", "IMDS_ENDPOINT"} {
		t.Setenv(name, "")
	}
}

// machine makes the process one of Azure App Service.
func (e *entra) machine() []string {
	e.t.Setenv("IDENTITY_ENDPOINT", e.plain.URL+"/msi/token")
	e.t.Setenv("IDENTITY_HEADER", miSecret)
	return []string{"IDENTITY_ENDPOINT=" + e.plain.URL + "/msi/token", "IDENTITY_HEADER=" + miSecret}
}

// job is the environment of a job of GitHub.
func job() []string {
	return []string{"AZURE_CLIENT_ID=" + app, "ACTIONS_ID_TOKEN_REQUEST_URL=https://run.actions.githubusercontent.com/job/token?api-version=2.0",
		"ACTIONS_ID_TOKEN_REQUEST_TOKEN=" + jobSecret}
}

// file writes text to a file of its own and returns its name.
func file(t *testing.T, text string) string {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "")
	if err == nil {
		_, err = f.WriteString(text)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

// certificate makes a certificate and its key, as PEM.
func certificate(t *testing.T, until time.Time) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "reseat-test"}, NotBefore: until.Add(-time.Hour), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})) + string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// says is an error as Entra gives one.
func says(description string) func(knock) answer {
	return func(knock) answer {
		return answer{status: 401, body: `{"error":"invalid_client","error_description":` + quote(description+"\r\nTrace ID: "+id(7)+"\r\nCorrelation ID: "+id(8)+"\r\nTimestamp: 2026-11-20 08:00:00Z") +
			`,"error_codes":[7000215],"timestamp":"2026-11-20 08:00:00Z","trace_id":"` + id(7) + `","correlation_id":"` + id(8) + `","error_uri":"https://login.microsoftonline.com/error?code=1"}`}
	}
}
