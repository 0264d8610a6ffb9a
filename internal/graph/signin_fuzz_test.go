package graph_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

// FuzzSignIn has an authority that answers anything, to either question.
func FuzzSignIn(f *testing.F) {
	f.Add(byte(2), true, `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret. Trace ID: 0000abcd-0000-4000-8000-000000000007 Correlation ID: x"}`)
	f.Add(byte(0), true, `{"token_type":"Bearer","expires_in":3599,"access_token":"a.b.c"}`)
	f.Add(byte(0), false, `{"issuer":"https://login.microsoftonline.com/x","authorization_endpoint":"https://a","token_endpoint":"http://169.254.169.254/"}`)
	f.Add(byte(2), true, `{"error":{"code":"x","message":"`+secret+`"}}`)
	f.Add(byte(2), true, `{"error_description":"\r\n\u202e::error::\u001b[31m`+secret+`"}`)
	f.Add(byte(3), false, strings.Repeat(`{"error":`, 100))
	f.Fuzz(func(t *testing.T, status byte, whole bool, body string) {
		all := []int{200, 302, 400, 401, 403, 404, 418} // none that would be tried again
		usual := &entra{t: t, life: 3599}
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if whole != strings.HasSuffix(r.URL.Path, "/token") {
				usual.ServeHTTP(w, r)
				return
			}
			w.WriteHeader(all[int(status)%len(all)])
			io.WriteString(w, body)
		})
		k, err := graph.NewCredential(graph.CredentialConfig{Method: plan.AuthEnvironment, Tenant: tenantID,
			Transport: only{"login.microsoftonline.com", graph.InProcess(h), t}, Env: environment("AZURE_CLIENT_ID="+app, "AZURE_CLIENT_SECRET="+secret)})
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = k.Token(t.Context())
		var e *graph.SignInError
		switch {
		case err == nil:
		case !errors.As(err, &e) || e.Remedy == "":
			t.Errorf("got %v without a remedy", err)
		case strings.Contains(err.Error(), secret), strings.ContainsFunc(err.Error(), unicode.IsControl), len([]rune(err.Error())) > 700:
			t.Errorf("got %q", err)
		}
	})
}

// only fails the test if another host is asked.
type only struct {
	host string
	rt   http.RoundTripper
	t    *testing.T
}

func (o only) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" || r.URL.Host != o.host && !strings.HasSuffix(r.URL.Host, ".login.microsoft.com") {
		o.t.Errorf("asked %s", r.URL)
	}
	return o.rt.RoundTrip(r)
}
