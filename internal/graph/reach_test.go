package graph_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

// quiet is a server that logs nothing.
func quiet(t *testing.T, h http.Handler, secure func(*tls.Config)) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	if secure == nil {
		s.Start()
	} else {
		s.TLS = &tls.Config{}
		secure(s.TLS)
		s.StartTLS()
	}
	t.Cleanup(s.Close)
	return s
}

// TestNoConnection: what stands in the way is said in words, and where trying
// again is of no use it is not done. Nothing is shown the token, and a write
// that was never sent is not known to be refused.
func TestNoConnection(t *testing.T) {
	good := newFake(t).on("/subscribedSkus", list())
	secure := quiet(t, good, func(*tls.Config) {})
	old := quiet(t, good, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS11; c.MinVersion = tls.VersionTLS10 })
	plain := quiet(t, good, nil)
	gone := quiet(t, good, nil)
	gone.Close()
	connects := func(status int) *url.URL {
		s := quiet(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			io.WriteString(w, r.Header.Get("Proxy-Authorization")+r.Header.Get("Authorization"))
		}), nil)
		u, err := url.Parse(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		u.User = url.UserPassword("ann", "never-seen")
		return u
	}
	nobody := roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "graph.microsoft.com", IsNotFound: true}}
	})
	tests := []struct {
		name  string
		root  string
		set   func(*graph.Config)
		text  string
		waits int
	}{
		{"a certificate that is not trusted", secure.URL, nil, "the certificate of 127.0.0.1 is not trusted", 0},
		{"a certificate for another", strings.Replace(secure.URL, "127.0.0.1", "localhost", 1), func(c *graph.Config) {
			c.Transport = secure.Client().Transport
		}, "the certificate of localhost is not trusted", 0},
		{"TLS that is too old", old.URL, nil, "refused TLS", 0},
		{"no TLS", strings.Replace(plain.URL, "http", "https", 1), nil, "does not speak TLS", 0},
		{"hangs up", root, func(c *graph.Config) {
			c.Transport = roundTrip(func(*http.Request) (*http.Response, error) { return nil, io.EOF })
		}, "the connection was closed before", 3},
		{"nobody listens", gone.URL, nil, "refused", 3},
		{"no such name", root, func(c *graph.Config) { c.Transport = nobody }, "the name graph.microsoft.com was not found", 3},
		{"a proxy that wants a password", root, func(c *graph.Config) { *c = graph.WithProxy(*c, connects(407)) }, "HTTPS_PROXY", 0},
		{"a proxy that refuses", root, func(c *graph.Config) { *c = graph.WithProxy(*c, connects(403)) }, "the proxy answered 403", 0},
		{"a proxy that cannot now", root, func(c *graph.Config) { *c = graph.WithProxy(*c, connects(503)) }, "the proxy answered 503", 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := on(nil)
			b.Root, b.Transport = tt.root, nil
			if tt.set != nil {
				tt.set(&b.Config)
			}
			w := b.writer(t)
			_, err := w.Products(t.Context())
			if !errors.Is(err, graph.ErrUnreachable) || !strings.Contains(err.Error(), tt.text) || len(b.waits) != tt.waits {
				t.Errorf("got %v after %d waits, want %q after %d", err, len(b.waits), tt.text, tt.waits)
			}
			got, werr := w.Assign(t.Context(), []plan.Request{take(1, e3)})
			if werr != nil || got[0].Status != 0 || !strings.Contains(got[0].Message, tt.text) || len(b.waits) != tt.waits {
				t.Errorf("write: got %+v, %v", got, werr)
			}
			seenNot(t, fmt.Sprint(err, got, b.log.String()), "never-seen", base64.StdEncoding.EncodeToString([]byte("ann:never-seen")))
		})
	}
	if len(good.asked) != 0 {
		t.Errorf("got %d calls through", len(good.asked))
	}
}

// seenIn returns a piece of the token, or another secret, that is in a text.
func seenIn(text string, more ...string) string {
	for _, s := range append(append(strings.Split(token, "."), token), more...) {
		if strings.Contains(text, s) {
			return s
		}
	}
	return ""
}

func seenNot(t *testing.T, text string, more ...string) {
	t.Helper()
	if s := seenIn(text, more...); s != "" {
		t.Errorf("%q is in %s", s, text)
	}
}

// TestCookies: what the other side wants to be remembered is not: nothing is
// sent back, shown or logged.
func TestCookies(t *testing.T) {
	f := newFake(t).on("/subscribedSkus", status(503, "Set-Cookie", "session=never-seen; Path=/"), list().with("Set-Cookie", "session=never-seen"))
	b := on(f)
	c := b.client(t)
	for range 2 {
		if _, err := c.Products(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range f.asked {
		if s.header.Get("Cookie") != "" {
			t.Errorf("got a cookie back: %v", s.header)
		}
	}
	seenNot(t, b.log.String(), "never-seen")
}

// TestProxyOfEnvironment: HTTPS_PROXY with a password, in a process of its own as
// the environment is read once. The proxy gets the password and never the token,
// and repeats what it got; nothing of it is shown, not even by the library
// below, which logs for whoever asks it to.
func TestProxyOfEnvironment(t *testing.T) {
	const password = "p%40ss-never-seen" // p@ss-never-seen
	if os.Getenv("RESEAT_TEST_PROXY") != "" {
		b := on(nil)
		b.Transport = nil
		_, err := b.client(t).Products(t.Context())
		fmt.Println(err)
		fmt.Println(b.log.String())
		return
	}
	var asked []string
	s := quiet(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, fmt.Sprint(r.Method, r.Host, r.Header))
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		basic := strings.TrimPrefix(r.Header.Get("Proxy-Authorization"), "Basic ")
		raw, _ := base64.StdEncoding.DecodeString(basic)
		fmt.Fprintf(conn, "HTTP/1.1 %s %s\r\n\r\n", basic, raw) // the status text goes into errors
		conn.Close()
	}), nil)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProxyOfEnvironment$", "-test.v")
	cmd.Env = append(os.Environ(), "RESEAT_TEST_PROXY=1", "AZURE_SDK_GO_LOGGING=all", "NO_PROXY=",
		"HTTPS_PROXY="+strings.Replace(s.URL, "http://", "http://ann:"+password+"@", 1))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if !strings.Contains(out.String(), "read subscribedSkus: ") || len(asked) == 0 || !strings.Contains(fmt.Sprint(asked), "CONNECT") {
		t.Fatalf("got %s, the proxy was asked %v", out.String(), asked)
	}
	seenNot(t, fmt.Sprint(asked))
	seenNot(t, out.String(), password, "p@ss-never-seen", base64.StdEncoding.EncodeToString([]byte("ann:p@ss-never-seen")))
}

// TestStrangers: whatever Graph answers, nobody but the root is asked for
// anything, over real sockets and with the transport of our own.
func TestStrangers(t *testing.T) {
	strangers := 0
	stranger := quiet(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strangers++ }), nil)
	away := stranger.URL + "/v1.0/x"
	for name, a := range map[string]answer{
		"redirect":        {status: 308, header: map[string]string{"Location": away}},
		"refresh":         {status: 200, header: map[string]string{"Refresh": "0; url=" + away, "Link": "<" + away + ">; rel=next"}, body: `{"value":[]}`},
		"alternative":     {status: 200, header: map[string]string{"Alt-Svc": `h2="` + strings.TrimPrefix(stranger.URL, "http://") + `"`}, body: `{"value":[]}`},
		"gone":            {status: 410, header: map[string]string{"Location": away}},
		"accepted":        {status: 202, header: map[string]string{"Location": away, "Operation-Location": away}},
		"link":            page(away),
		"link of a batch": ok(`{"responses":[],"@odata.nextLink":"` + away + `"}`),
		"link of changes": ok(`{"value":[],"@odata.deltaLink":"` + away + `"}`),
		"challenge":       code(401, "InvalidAuthenticationToken").with("WWW-Authenticate", `Bearer authorization_uri="`+away+`"`),
	} {
		s := quiet(t, a, nil)
		b := on(nil)
		b.Root, b.Transport = s.URL, nil
		w := b.writer(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		_, err := w.Products(ctx)
		_, err2 := w.Users(ctx, users(1))
		got, err3 := w.Assign(ctx, []plan.Request{take(1, e3)})
		cancel()
		if strangers != 0 {
			t.Fatalf("%s: the stranger was asked", name)
		}
		seenNot(t, fmt.Sprint(err, err2, got, err3, b.log.String()))
	}
}
