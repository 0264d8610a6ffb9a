package simulator_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
)

// serve starts a listener and returns it with a client that trusts it.
func serve(t *testing.T, h http.Handler) (*simulator.Listener, *http.Client) {
	t.Helper()
	l, err := simulator.Listen("127.0.0.1:0", h, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve: got %v, want nil at the end of its context", err)
		}
	})
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(l.Certificate()) {
		t.Fatal("the certificate is none")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(transport.CloseIdleConnections)
	return l, &http.Client{Transport: transport}
}

// One address answers both protocols, and links are of the one that was asked.
func TestListenBothProtocols(t *testing.T) {
	tenant := start(t, simulator.Options{})
	l, client := serve(t, tenant)
	for _, scheme := range []string{"http", "https"} {
		req, err := http.NewRequest(http.MethodGet, scheme+"://"+l.Addr()+"/v1.0/users?$top=1", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+tenant.Token(all(), time.Hour))
		resp, err := client.Do(req)
		if err != nil {
			t.Fatalf("%s: %v", scheme, err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if want := `"@odata.nextLink":"` + scheme + `://` + l.Addr() + `/v1.0/users`; err != nil || !strings.Contains(string(body), want) {
			t.Errorf("%s: got %.300s (%v), want a link %s", scheme, body, err, want)
		}
	}
}

// A caller who says nothing holds up nobody.
func TestListenSilentCaller(t *testing.T) {
	l, client := serve(t, start(t, simulator.Options{}))
	for range 3 {
		silent, err := net.Dial("tcp", l.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer silent.Close()
	}
	resp, err := client.Get("http://" + l.Addr() + "/v1.0/users")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("got %d, want 401", resp.StatusCode)
	}
}

// A web page must not read a copied tenant by a name that leads to this machine.
func TestListenByItsOwnNames(t *testing.T) {
	l, client := serve(t, start(t, simulator.Options{Control: true}))
	_, port, err := net.SplitHostPort(l.Addr())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		host, origin string
		status       int
	}{
		{"localhost:" + port, "", 200}, {"LOCALHOST", "", 200}, {"127.0.0.1", "", 200}, {"[::1]:" + port, "", 200}, {"127.0.0.1:" + port, "http://localhost:3000", 200},
		{"rebound.example:" + port, "", 421}, {"localhost.rebound.example", "", 421}, {"192.0.2.7", "", 421}, {"127.0.0.1.rebound.example:80", "", 421},
		{"localhost", "https://rebound.example", 403}, {"localhost", "null", 403}, {"localhost", "http://localhost@rebound.example", 403}, {"localhost", "%", 403},
	} {
		req, err := http.NewRequest(http.MethodGet, "http://"+l.Addr()+"/simulator/usage", nil)
		if err != nil {
			t.Fatal(err)
		}
		if req.Host = c.host; c.origin != "" {
			req.Header.Set("Origin", c.origin)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != c.status {
			t.Errorf("%q from %q: got %d, want %d", c.host, c.origin, resp.StatusCode, c.status)
		}
	}
}

// Its certificate is the listener's own: no other client trusts it.
func TestListenUntrusted(t *testing.T) {
	l, _ := serve(t, start(t, simulator.Options{}))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: x509.NewCertPool()}}
	defer transport.CloseIdleConnections()
	if _, err := (&http.Client{Transport: transport}).Get("https://" + l.Addr() + "/v1.0/users"); err == nil {
		t.Error("a client that trusts nobody trusts it")
	}
}

func TestListenLoopbackAlone(t *testing.T) {
	for addr, want := range map[string]string{
		"0.0.0.0:0": "only loopback", ":0": "only loopback", "192.0.2.1:0": "only loopback", "example.com:0": "only loopback",
		"127.0.0.1": "not host:port", "": "not host:port", "127.0.0.1:99999": "invalid port",
	} {
		l, err := simulator.Listen(addr, http.NotFoundHandler(), nil)
		if err == nil {
			l.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", addr, err, want)
		}
	}
}
