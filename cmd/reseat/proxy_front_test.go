package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/plan"
)

// proxyModes are the ways in which a proxy can stand between: in the place of
// Graph, or as the proxy of the environment, which sees of TLS only where it
// goes.
var proxyModes = [...]struct {
	name         string
	tls, forward bool
	seesAnswers  bool
}{
	{"a plain reverse proxy", false, false, true},
	{"a reverse proxy with TLS", true, false, true},
	{"a forward proxy", false, true, true},
	{"a forward proxy that connects", true, true, false},
}

// proxyServers are the servers on loopback. One run uses them at a time.
type proxyServers struct {
	base     *plan.Snapshot
	sim      *simulator.Tenant
	graph    [2]*httptest.Server // the tenant: plain, TLS
	front    [2]*httptest.Server // the proxy in its place
	forward  *httptest.Server    // the proxy that clients are told of
	strange  *stranger
	behind   *http.Client
	now      func() time.Time
	passed   atomic.Int64 // of the clock, by waiting
	mischief atomic.Pointer[mischief]
}

func newProxyServers(t *testing.T, base *plan.Snapshot) *proxyServers {
	s := &proxyServers{base: base}
	s.now = func() time.Time { return proxyNow().Add(time.Duration(s.passed.Load())) }
	var err error
	if s.sim, err = simulator.New(base, simulator.Options{Seed: 7, Now: s.now}); err != nil {
		t.Fatal(err)
	}
	quiet := func(h http.Handler, tls bool) *httptest.Server {
		srv := httptest.NewUnstartedServer(h)
		srv.Config.ErrorLog = nil
		srv.Config.ErrorLog = discardLog()
		if tls {
			srv.StartTLS()
		} else {
			srv.Start()
		}
		t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
		return srv
	}
	for i, tls := range []bool{false, true} {
		s.graph[i] = quiet(s.sim, tls)
		s.front[i] = quiet(http.HandlerFunc(s.relay), tls)
	}
	s.forward = quiet(http.HandlerFunc(s.forwards), false)
	s.strange = &stranger{}
	s.strange.Server = quiet(s.strange, false)
	s.behind = &http.Client{
		Transport:     s.graph[1].Client().Transport.(*http.Transport).Clone(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return s
}

// begin sets the scene for a run, and returns what its client is told.
func (s *proxyServers) begin(m *mischief, mode int) (root string, transport *http.Transport) {
	s.passed.Store(0)
	m.servers = s
	s.mischief.Store(m)
	kind := proxyModes[mode]
	i := 0
	if kind.tls {
		i = 1
	}
	transport = s.graph[1].Client().Transport.(*http.Transport).Clone()
	if m.distrusts() {
		transport.TLSClientConfig.RootCAs = nil
	}
	if !kind.forward {
		transport.Proxy = nil
		return s.front[i].URL, transport
	}
	u, err := url.Parse(s.forward.URL)
	if err != nil {
		panic(err)
	}
	u.User = url.UserPassword("reseat", "proxy-password-never-seen")
	transport.Proxy = http.ProxyURL(u)
	return s.graph[i].URL, transport
}

// wait lets time pass without waiting.
func (s *proxyServers) wait(ctx context.Context, d time.Duration) error {
	s.passed.Add(int64(d))
	return ctx.Err()
}

// relay is the proxy that sees requests and answers.
func (s *proxyServers) relay(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	x := &exchange{servers: s, mischief: s.mischief.Load(), w: w, r: r, in: body}
	for _, t := range x.mischief.next(kindOf(r)) {
		if !x.done {
			t.play(x)
		}
	}
	if !x.done {
		x.send()
	}
}

// forwards is the forward proxy: it relays what is plain, and connects.
func (s *proxyServers) forwards(w http.ResponseWriter, r *http.Request) {
	target := r.Host
	known := target == host(s.graph[0].URL) || target == host(s.graph[1].URL)
	if !known {
		s.strange.note(r)
		http.Error(w, "forbidden", http.StatusForbidden)
		return
	}
	if r.Method != http.MethodConnect {
		s.relay(w, r)
		return
	}
	x := &exchange{servers: s, mischief: s.mischief.Load(), w: w, r: r}
	for _, t := range x.mischief.next("CONNECT") {
		if !x.done {
			t.play(x)
		}
	}
	if x.done {
		return
	}
	x.connect(target, -1)
}

// connect joins the client to the target; after most bytes of the answers, if
// not negative, the connection breaks.
func (x *exchange) connect(target string, most int64) {
	x.done = true
	far, err := net.Dial("tcp", target)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	near, buf, err := x.w.(http.Hijacker).Hijack()
	if err != nil {
		far.Close()
		return
	}
	io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() {
		io.Copy(far, buf)
		far.Close()
	}()
	if most < 0 {
		io.Copy(near, far)
	} else {
		io.CopyN(near, far, most)
	}
	near.Close()
	far.Close()
}

// A exchange is one request on its way, and its answer on the way back.
type exchange struct {
	servers  *proxyServers
	mischief *mischief
	w        http.ResponseWriter
	r        *http.Request
	in       []byte

	fetched bool
	status  int
	header  http.Header
	body    []byte
	last    func() // before the answer is written
	done    bool
}

// fetch asks the tenant.
func (x *exchange) fetch() {
	if x.fetched {
		return
	}
	x.fetched = true
	back := x.servers.graph[0].URL
	if x.r.TLS != nil {
		back = x.servers.graph[1].URL
	}
	query := x.mischief.queryOf(x.r.URL.RawQuery)
	query = strings.Replace(query, "$top=999", fmt.Sprintf("$top=%d", x.mischief.top), 1)
	req, err := http.NewRequest(x.r.Method, back+x.r.URL.EscapedPath()+"?"+query, bytes.NewReader(x.in))
	if err != nil {
		panic(err)
	}
	if query == "" {
		req.URL.RawQuery, req.URL.ForceQuery = "", false
	}
	req.Header, req.Host = x.r.Header.Clone(), x.r.Host
	req.Header.Del("Accept-Encoding")
	resp, err := x.servers.behind.Do(req)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer resp.Body.Close()
	if x.body, err = io.ReadAll(resp.Body); err != nil {
		panic(http.ErrAbortHandler)
	}
	x.status, x.header = resp.StatusCode, resp.Header
	x.header.Del("Content-Length")
}

// good asks the tenant and reports whether there is an answer to play with.
func (x *exchange) good() bool {
	x.fetch()
	return x.status == http.StatusOK
}

// answer is what a trick says in the tenant's place.
func (x *exchange) answer(status int, body string, header ...string) {
	x.fetched, x.status, x.body = true, status, []byte(body)
	x.header = http.Header{"Content-Type": {"application/json"}}
	for i := 0; i+1 < len(header); i += 2 {
		x.header.Add(header[i], header[i+1])
	}
}

// send writes the answer.
func (x *exchange) send() {
	x.fetch()
	if x.last != nil {
		x.last()
	}
	x.done = true
	for k, v := range x.header {
		x.w.Header()[k] = v
	}
	x.w.WriteHeader(x.status)
	x.w.Write(x.body)
}

// reset breaks the connection.
func (x *exchange) reset() {
	x.done = true
	conn, _, err := x.w.(http.Hijacker).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if c, ok := conn.(*net.TCPConn); ok {
		c.SetLinger(0)
	}
	conn.Close()
}

// raw writes bytes past the server's own care, then ends the connection.
func (x *exchange) raw(text string) {
	x.done = true
	conn, _, err := x.w.(http.Hijacker).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	io.WriteString(conn, text)
	conn.Close()
}

// kindOf names what a request asks for.
func kindOf(r *http.Request) string {
	path := strings.TrimPrefix(r.URL.Path, "/v1.0/")
	switch {
	case strings.HasSuffix(path, "$count"):
		return "count"
	case strings.Contains(path, "/transitiveMembers"):
		return "members"
	case path == "$batch":
		return "batch"
	}
	return path
}

func host(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u.Host
}

// A stranger is a host that nobody has business with. It notes who comes.
type stranger struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func (s *stranger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.note(r)
	io.WriteString(w, `{"value":[]}`)
}

func (s *stranger) note(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, fmt.Sprint(r.Method, " ", r.Host, r.URL, " ", r.Header))
}

// take returns who came, once.
func (s *stranger) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := strings.Join(s.asked, "; ")
	s.asked = nil
	return all
}
