package simulator

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
)

// A Listener serves an [http.Handler], mostly a [Tenant], over HTTP and HTTPS
// on one loopback address: what a connection begins with tells which it is.
type Listener struct {
	tcp    net.Listener
	server *http.Server
	cert   []byte
}

// Listen opens addr, as in "127.0.0.1:8080" or "localhost:0", which must be on
// loopback: what is simulated is nobody's to reach from elsewhere. HTTPS is
// served with a certificate made for this listener, see [Listener.Certificate].
// A request by another name than loopback's, or from a page of another site, is
// refused: what is simulated may be a copy of a real tenant, and a browser on
// this machine would fetch it for whoever leads a name of his here.
func Listen(addr string, h http.Handler, log hclog.Logger) (*Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: it is not host:port, as in 127.0.0.1:8080", addr)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("listen on %q: only loopback is served, as 127.0.0.1, ::1 or localhost", addr)
	}
	pair, certPEM, err := selfSigned()
	if err != nil {
		return nil, fmt.Errorf("make a certificate: %w", err)
	}
	tcp, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err // it says listen and the address
	}
	if ip := tcp.Addr().(*net.TCPAddr).IP; !ip.IsLoopback() { // a localhost that is not
		return nil, errors.Join(fmt.Errorf("listen on %q: it leads to %s, which is not loopback", addr, ip), tcp.Close())
	}
	if log == nil {
		log = hclog.NewNullLogger()
	}
	return &Listener{
		tcp: tcp, cert: certPEM,
		server: &http.Server{
			Handler: local(h), ReadHeaderTimeout: time.Minute, MaxHeaderBytes: 1 << 18,
			TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}},
			ErrorLog:  log.Named("simulator").StandardLogger(&hclog.StandardLoggerOptions{ForceLevel: hclog.Debug}),
		},
	}, nil
}

// local is h for callers who ask for loopback by one of its names.
func local(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin, err := url.Parse(r.Header.Get("Origin"))
		switch {
		case !loopback(r.Host):
			http.Error(w, "This simulated tenant is asked as localhost, 127.0.0.1 or [::1], not by another name.", http.StatusMisdirectedRequest)
		case err != nil || r.Header.Get("Origin") != "" && (origin.Host == "" || !loopback(origin.Host)):
			http.Error(w, "This simulated tenant does not answer pages of other sites.", http.StatusForbidden)
		default:
			h.ServeHTTP(w, r)
		}
	})
}

// loopback reports whether a host, with or without a port, is this machine's
// own; clients from before HTTP/1.1 name none.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	ip := net.ParseIP(host)
	return host == "" || strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// Addr is the address that is listened on, with the port that was chosen.
func (l *Listener) Addr() string { return l.tcp.Addr().String() }

// Certificate is the certificate of HTTPS in PEM, for clients to trust. Its key
// is in memory alone and goes with the listener.
func (l *Listener) Certificate() []byte { return l.cert }

// Serve answers until ctx ends, lets what is under way finish for a second,
// and returns nil; an error means that it could not go on.
func (l *Listener) Serve(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if l.server.Shutdown(grace) != nil {
			_ = l.server.Close() // whoever still waits is cut off
		}
	})
	defer stop()
	err := l.server.Serve(&either{Listener: l.tcp, config: l.server.TLSConfig, conns: make(chan net.Conn), done: make(chan struct{})})
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Close lets go of the address, for a listener that is not served.
func (l *Listener) Close() error { return l.tcp.Close() }

// either is a listener whose connections may be TLS or plain. It looks at the
// first byte of each, aside from the others: one that says nothing holds up
// nobody.
type either struct {
	net.Listener
	config *tls.Config
	start  sync.Once
	conns  chan net.Conn
	done   chan struct{}
	err    error
}

// Accept returns the next connection of which the first byte is there.
func (e *either) Accept() (net.Conn, error) {
	e.start.Do(func() { go e.run() })
	select {
	case c := <-e.conns:
		return c, nil
	case <-e.done:
		return nil, e.err
	}
}

func (e *either) run() {
	for {
		c, err := e.Listener.Accept()
		if err != nil {
			e.err = err
			close(e.done)
			return
		}
		go e.look(c)
	}
}

// look tells TLS by its first byte, that of a handshake record (RFC 8446, 5.1).
func (e *either) look(c net.Conn) {
	p := &peeked{Conn: c, r: bufio.NewReader(c)}
	first, err := p.firstByte()
	if err != nil {
		_ = c.Close() // it said nothing
		return
	}
	var out net.Conn = p
	if first == 0x16 {
		out = tls.Server(p, e.config)
	}
	select {
	case e.conns <- out:
	case <-e.done:
		_ = c.Close()
	}
}

// peeked is a connection of which the beginning was looked at.
type peeked struct {
	net.Conn
	r *bufio.Reader
}

func (p *peeked) firstByte() (byte, error) {
	if err := p.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		return 0, err
	}
	b, err := p.r.Peek(1)
	if err != nil {
		return 0, err
	}
	return b[0], p.SetReadDeadline(time.Time{})
}

func (p *peeked) Read(b []byte) (int, error) { return p.r.Read(b) }

// selfSigned makes a key and a certificate for loopback that lasts a year.
func selfSigned() (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "reseat simulated tenant"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, IsCA: true, BasicConstraintsValid: true,
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}

// Slow is h with answers that take d longer, as those from far away do. A
// caller who goes away is not waited for.
func Slow(h http.Handler, d time.Duration) http.Handler {
	if d <= 0 {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			h.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	})
}
