package graph_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	azlog "github.com/Azure/azure-sdk-for-go/sdk/azcore/log"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

// echoes are the ways in which a hostile authority, or one in the middle, says
// a request back.
func echoes(k knock) map[string]string {
	form, header := "", ""
	for name, values := range k.form {
		form += name + "=" + strings.Join(values, " ") + "; "
	}
	for name, values := range k.header {
		header += name + ": " + strings.Join(values, " ") + "; "
	}
	quoted, _ := json.Marshal(k.form)
	return map[string]string{
		"plain": form + header, "encoded": k.form.Encode() + header, "path": url.PathEscape(form), "json": string(quoted),
		"split": strings.ReplaceAll(form+header, ".", ". "), "upper": "AADSTS7000215: " + form + " Trace ID: " + form,
		"invisible": strings.ReplaceAll(form+header, "e", "e\u200b"),
	}
}

// tame makes text one that a header may hold.
func tame(s string) string { return strings.NewReplacer("\n", " ", "\u200b", "").Replace(s) }

// repeating is a connection that breaks, or a proxy, and repeats all it was given.
type repeating struct {
	asError bool
	rest    http.RoundTripper
}

func (r repeating) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(req.URL.Path, "/token") {
		return r.rest.RoundTrip(req)
	}
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
	}
	said := string(body) + fmt.Sprint(req.Header)
	if r.asError {
		return nil, stubborn{errors.New("malformed HTTP response: " + said)}
	}
	return &http.Response{StatusCode: 400, Status: "400 " + said, Body: io.NopCloser(strings.NewReader(said)), Request: req,
		Header: http.Header{"Content-Type": {said}, "Request-Id": {said}, "X-Ms-Request-Id": {said}}}, nil
}

// stubborn is not tried again.
type stubborn struct{ error }

func (stubborn) NonRetriable() {}

// listen collects what the library logs, if it is asked to.
func listen(t *testing.T) (all func() string) {
	var mu sync.Mutex
	var logged strings.Builder
	azlog.SetListener(func(e azlog.Event, s string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintln(&logged, e, s)
	})
	t.Cleanup(func() { azlog.SetListener(nil) })
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		defer logged.Reset()
		return logged.String()
	}
}

func TestSignInTransportNeverSeen(t *testing.T) {
	bare(t)
	logged := listen(t)
	for _, asError := range []bool{true, false} {
		for m, env := range map[plan.AuthMethod][]string{plan.AuthEnvironment: {"AZURE_CLIENT_ID=" + app, "AZURE_CLIENT_SECRET=" + secret}, plan.AuthGitHub: job()} {
			e := newEntra(t)
			c := e.config(m, env...)
			c.Transport = repeating{asError, c.Transport}
			_, _, err := sign(t, c)
			all := errText(err) + e.log.String() + logged()
			if err == nil || strings.Contains(all, "gEhEiM8Q") || strings.Contains(all, jobSecret) || !strings.Contains(all, "OUTGOING REQUEST") {
				t.Errorf("%s, as error %t: got %s", m, asError, all)
			}
		}
	}
}

// Whatever the other side repeats, no secret is in an error, in our log, or in
// that of the library.
func TestSignInSecretsNeverSeen(t *testing.T) {
	bare(t)
	logged := listen(t)
	federated := file(t, "eyJmZWRlcmF0ZWQ.geheimFEDERATEDtoken.c2ln")
	cert := file(t, certificate(t, time.Now().Add(time.Hour)))
	short := "xq7"
	methods := map[string]struct {
		method plan.AuthMethod
		env    []string
	}{
		"secret":      {plan.AuthEnvironment, []string{"AZURE_CLIENT_ID=" + app, "AZURE_CLIENT_SECRET=" + secret}},
		"short":       {plan.AuthEnvironment, []string{"AZURE_CLIENT_ID=" + app, "AZURE_CLIENT_SECRET=" + short}},
		"password":    {plan.AuthEnvironment, []string{"AZURE_CLIENT_ID=" + app, "AZURE_USERNAME=ann@contoso.com", "AZURE_PASSWORD=" + userWord}},
		"certificate": {plan.AuthCertificate, []string{"AZURE_CLIENT_ID=" + app, "AZURE_CLIENT_CERTIFICATE_PATH=" + cert, "AZURE_CLIENT_CERTIFICATE_PASSWORD=" + pfxSecret}},
		"workload":    {plan.AuthWorkload, []string{"AZURE_CLIENT_ID=" + app, "AZURE_FEDERATED_TOKEN_FILE=" + federated}},
		"github":      {plan.AuthGitHub, job()},
		"machine":     {plan.AuthManagedIdentity, nil},
		"device":      {plan.AuthDeviceCode, []string{"AZURE_CLIENT_ID=" + app}},
		"default":     {plan.AuthDefault, []string{"AZURE_CLIENT_ID=" + app, "AZURE_CLIENT_SECRET=" + secret}},
	}
	ways := []string{"plain", "encoded", "path", "json", "split", "upper", "invisible"}
	places := []string{"/oauth2/v2.0/token", "/openid-configuration", "/job/token", "/msi/token", "/devicecode"}
	for name, m := range methods {
		for _, way := range ways {
			for _, place := range places {
				e := newEntra(t)
				env := m.env
				if m.method == plan.AuthManagedIdentity {
					env = e.machine()
				}
				sent := []string{secret, pfxSecret, userWord, jobSecret, miSecret, "geheimFEDERATEDtoken", "deviceCODEgeheim0123"}
				asked := false
				e.said[place] = func(k knock) answer {
					asked = true
					for _, field := range []string{"client_assertion", "client_secret", "password", "device_code", "refresh_token"} {
						if v := k.form.Get(field); v != "" {
							sent = append(sent, v, url.QueryEscape(v), url.PathEscape(v))
							sent = append(sent, strings.Split(v, ".")...)
						}
					}
					said := echoes(k)[way]
					return answer{status: 400, header: map[string]string{"x-ms-request-id": tame(said), "Content-Type": tame(said), "Retry-After": tame(said), "Server": tame(said)}, body: `{"error":"invalid_request","error_description":` + quote(said) +
						`,"message":` + quote(said) + `,"trace_id":` + quote(said) + `,"correlation_id":` + quote(said) + `}`}
				}
				c := e.config(m.method, env...)
				if m.method == plan.AuthManagedIdentity {
					c.ClientID = id(34)
				}
				_, _, err := sign(t, c)
				if asked != (err != nil) {
					t.Fatalf("%s, %s at %s: asked %t, but got %v", name, way, place, asked, err)
				}
				all := fmt.Sprintf("%v %+v %s %s", err, err, e.log.String(), logged())
				for _, s := range sent {
					if len(s) >= 6 && strings.Contains(all, s) || name == "short" && strings.Contains(all, short) {
						t.Fatalf("%s, %s at %s: %q is in %s", name, way, place, s, all)
					}
				}
			}
		}
	}
}

// Tokens that arrive but cannot be used are in no error either.
func TestSignInAnswersNeverSeen(t *testing.T) {
	bare(t)
	const arrived = "geheimACCESS.tokenTHATarrived.abc"
	for name, body := range map[string]string{
		"cut":      `{"access_token":"` + arrived + `","expires_in":3599`,
		"odd life": `{"access_token":"` + arrived + `","expires_in":{}}`,
		"as error": `{"access_token":"` + arrived + `","error":"x","error_description":"AADSTS50000: ` + arrived + `"}`,
		"base64":   base64.StdEncoding.EncodeToString([]byte(arrived)),
	} {
		for _, status := range []int{200, 400} {
			e := newEntra(t)
			e.said["/oauth2/v2.0/token"] = func(knock) answer { return answer{status: status, body: body} }
			_, _, err := sign(t, e.config(plan.AuthEnvironment, "AZURE_CLIENT_ID="+app, "AZURE_CLIENT_SECRET="+secret))
			if err == nil && (name != "as error" || status != 200) {
				t.Errorf("%s, %d: got no error", name, status)
			}
			if all := fmt.Sprint(err) + e.log.String(); strings.Contains(all, "geheim") || strings.Contains(all, "THATarrived") || strings.Contains(all, "Z2Vo") {
				t.Errorf("%s, %d: it is in %s", name, status, all)
			}
		}
	}
}

// hanging answers nothing, for as long as anyone waits.
var hanging = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })

func TestSignInEnds(t *testing.T) {
	bare(t)
	federated := func(string) ([]byte, error) { return []byte("a.b.c"), nil }
	configs := map[string]graph.CredentialConfig{
		"secret":   {Method: plan.AuthEnvironment, Env: environment("AZURE_CLIENT_ID="+app, "AZURE_CLIENT_SECRET="+secret)},
		"workload": {Method: plan.AuthWorkload, Env: environment("AZURE_CLIENT_ID="+app, "AZURE_FEDERATED_TOKEN_FILE=x"), ReadFile: federated},
		"github":   {Method: plan.AuthGitHub, Env: environment(job()...)},
		"device":   {Method: plan.AuthDeviceCode, Env: environment("AZURE_CLIENT_ID=" + app), Prompt: func(string) {}},
		"machine":  {Method: plan.AuthManagedIdentity, Env: environment()},
		"default":  {Method: plan.AuthDefault, Env: environment("AZURE_CLIENT_ID="+app, "AZURE_CLIENT_SECRET="+secret)},
	}
	for name, c := range configs {
		t.Run(name, func(t *testing.T) {
			c.Tenant, c.Transport = tenantID, graph.InProcess(hanging)
			synctest.Test(t, func(t *testing.T) {
				k, err := graph.NewCredential(c)
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				_, _, err = k.Token(t.Context())
				if err == nil || !strings.HasSuffix(err.Error(), "no answer in time") || time.Since(start) > 2*time.Minute {
					t.Errorf("got %v after %v", err, time.Since(start))
				}
			})
			synctest.Test(t, func(t *testing.T) {
				k, err := graph.NewCredential(c)
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := contextWithTimeout(t, 5*time.Second)
				defer cancel()
				start := time.Now()
				if _, _, err := k.Token(ctx); err != ctx.Err() || err == nil || time.Since(start) != 5*time.Second {
					t.Errorf("got %v after %v", err, time.Since(start))
				}
			})
		})
	}
}

// The endpoint of a virtual machine needs more patience: it also says 404
// while it starts.
func TestMachineTriesAgain(t *testing.T) {
	bare(t)
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if asked++; asked < 4 {
				answer{status: 404}.write(w)
				return
			}
			if r.Host != "169.254.169.254" || r.Header.Get("Metadata") != "true" || r.URL.Query().Get("client_id") != id(35) {
				t.Errorf("got %s %v", r.URL, r.Header)
			}
			ok(fmt.Sprintf(`{"access_token":"machine-token","expires_on":"%d","resource":"x","token_type":"Bearer"}`, time.Now().Add(time.Hour).Unix())).write(w)
		})
		token, _, err := sign(t, graph.CredentialConfig{Method: plan.AuthManagedIdentity, ClientID: id(35), Tenant: tenantID, Transport: graph.InProcess(h), Env: environment()})
		if err != nil || token != "machine-token" || asked != 4 {
			t.Errorf("got %q, %v after %d calls", token, err, asked)
		}
	})
}

// What passes is tried again, and no more often than is of use.
func TestSignInTriesAgain(t *testing.T) {
	bare(t)
	for _, tt := range []struct {
		failures int
		status   int
		header   map[string]string
		fine     bool
	}{
		{0, 503, nil, true}, {2, 503, nil, true}, {2, 429, map[string]string{"Retry-After": "7"}, true}, {3, 503, nil, false}, {1, 400, nil, false},
		{1, 429, map[string]string{"Retry-After": "3600"}, false}, {2, 0, nil, true}, {3, 0, nil, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			e, failed := &entra{t: t, life: 3599}, 0
			h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/token") && failed < tt.failures {
					if failed++; tt.status == 0 {
						panic(http.ErrAbortHandler)
					}
					answer{status: tt.status, header: tt.header, body: `{"error":"busy"}`}.write(w)
					return
				}
				e.ServeHTTP(w, r)
			})
			_, _, err := sign(t, graph.CredentialConfig{Method: plan.AuthEnvironment, Tenant: tenantID, Transport: graph.InProcess(h),
				Env: environment("AZURE_CLIENT_ID="+app, "AZURE_CLIENT_SECRET="+secret)})
			if (err == nil) != tt.fine {
				t.Errorf("%d failures of %d: got %v", tt.failures, tt.status, err)
			}
		})
	}
}
