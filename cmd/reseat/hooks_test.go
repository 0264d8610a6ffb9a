package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
)

// Hooks do something to this process at certain points of an apply, as
// RESEAT_TEST_AT says: "POINT:N=DEED", several with commas between, each done
// the N-th time that the point is reached.
//
// Points of the journal: before-STATE and after-STATE, an append of lines of
// which one has that state (INTENT, OK, VERIFIED, …; append is any, ANSWER an OK
// by an answer).
// Points of the wire, for batches that write: send, before it is sent; wrote,
// when all of it is written; sent, when its answer begins; answered, when its
// answer was read; and read, before a batch that reads is sent.
//
// Deeds: kill, as kill -9 does; signal, as Ctrl-C; meet, which asks
// RESEAT_TEST_MEET and goes on when it answers; and for before-STATE also torn,
// which writes some of the lines and dies, full, which writes nothing, and
// short, which writes some, both with the error of a disk that is full.
type hooks struct {
	wants []hook
	runs  string // the folder of the runs, for torn and short
	meet  string

	mu   sync.Mutex
	seen map[string]int
}

type hook struct {
	point string
	n     int
	deed  string
}

func newHooks(env func(string) string) *hooks {
	text := env("RESEAT_TEST_AT")
	if text == "" {
		return nil
	}
	h := &hooks{runs: env("RESEAT_TEST_RUNS"), meet: env("RESEAT_TEST_MEET"), seen: map[string]int{}}
	for one := range strings.SplitSeq(text, ",") {
		at, deed, _ := strings.Cut(one, "=")
		point, number, _ := strings.Cut(at, ":")
		n, err := strconv.Atoi(number)
		if err != nil || deed == "" {
			panic("RESEAT_TEST_AT: " + one)
		}
		h.wants = append(h.wants, hook{point, n, deed})
	}
	return h
}

// due counts a point as reached, and returns what is to be done there.
func (h *hooks) due(point string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen[point]++
	for _, w := range h.wants {
		if w.point == point && w.n == h.seen[point] {
			return w.deed
		}
	}
	return ""
}

// reach does what is to be done at a point.
func (h *hooks) reach(point string) {
	switch deed := h.due(point); deed {
	case "":
	case "kill":
		die()
	case "signal":
		interrupt()
	case "meet":
		h.rendezvous(point)
	default:
		panic("nothing can be " + deed + " at " + point)
	}
}

// rendezvous tells the test where this process is, and waits for its answer.
func (h *hooks) rendezvous(point string) {
	resp, err := http.Post(h.meet, "text/plain", strings.NewReader(point))
	if err != nil {
		panic(err)
	}
	_ = resp.Body.Close()
}

// journal stands between an apply and its journal.
func (h *hooks) journal(appendLines func([]byte) error) func([]byte) error {
	return func(lines []byte) error {
		points := []string{"append"}
		for _, state := range []string{"INTENT", "SENT", "OK", "ALREADY", "FAILED", "UNKNOWN", "VERIFIED", "SKIPPED"} {
			if bytes.Contains(lines, []byte(`"state":"`+state+`"`)) {
				points = append(points, state)
			}
		}
		if bytes.Contains(lines, []byte(`"evidence":"answer"`)) && slices.Contains(points, "OK") {
			points = append(points, "ANSWER")
		}
		for _, p := range points {
			if err := h.before(p, lines); err != nil {
				return err
			}
		}
		err := appendLines(lines)
		for _, p := range points {
			h.reach("after-" + p)
		}
		return err
	}
}

// before does what is to be done before an append.
func (h *hooks) before(state string, lines []byte) error {
	point := "before-" + state
	full := &os.PathError{Op: "write", Path: "journal.jsonl", Err: syscall.ENOSPC}
	switch deed := h.due(point); deed {
	case "":
	case "full":
		return full
	case "short", "torn":
		h.tear(lines)
		if deed == "short" {
			return full
		}
		die()
	case "kill":
		die()
	case "signal":
		interrupt()
	case "meet":
		h.rendezvous(point)
	default:
		panic("nothing can be " + deed + " at " + point)
	}
	return nil
}

// tear writes lines to the journal that was opened last, the last of them in part.
func (h *hooks) tear(lines []byte) {
	journals, err := filepath.Glob(filepath.Join(h.runs, "*", "journal.jsonl"))
	if err != nil || len(journals) == 0 {
		panic(fmt.Sprintf("no journal below %q: %v", h.runs, err))
	}
	newest, at := "", time.Time{}
	for _, name := range journals {
		if info, err := os.Stat(name); err == nil && !info.ModTime().Before(at) {
			newest, at = name, info.ModTime()
		}
	}
	f, err := os.OpenFile(newest, os.O_WRONLY|os.O_APPEND, 0o600)
	if err == nil {
		_, err = f.Write(lines[:len(lines)-len(lines)/(2*bytes.Count(lines, []byte("\n")))])
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		panic(err)
	}
}

// wire stands between the client and its tenant.
func (h *hooks) wire(c *graph.Config) {
	to := &http.Transport{Proxy: nil, MaxIdleConnsPerHost: 16}
	c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		if !strings.HasSuffix(r.URL.Path, "/$batch") {
			return to.RoundTrip(r)
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		_ = r.Body.Close()
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
		if !bytes.Contains(body, []byte("assignLicense")) {
			h.reach("read")
			return to.RoundTrip(r)
		}
		h.reach("send")
		r = r.WithContext(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{
			WroteRequest: func(httptrace.WroteRequestInfo) { h.reach("wrote") },
		}))
		resp, err := to.RoundTrip(r)
		h.reach("sent")
		if err != nil {
			return nil, err
		}
		answer, err := io.ReadAll(resp.Body)
		h.reach("answered")
		_ = resp.Body.Close()
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(answer), failing{err}))
		return resp, nil
	})
}

// failing is a body that ends with an error, or well if that is nil.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err == nil {
		return 0, io.EOF
	}
	return 0, f.err
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A meeting is where a process and a test meet: the process waits until the
// test lets it go on.
type meeting struct {
	url  string
	came chan string
	on   chan struct{}
}

func newMeeting(t testing.TB) *meeting {
	t.Helper()
	m := &meeting{came: make(chan string), on: make(chan struct{})}
	ctx, end := context.WithCancel(context.Background())
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		point, _ := io.ReadAll(r.Body)
		select {
		case m.came <- string(point):
		case <-ctx.Done():
			return
		}
		select {
		case <-m.on:
		case <-ctx.Done():
		}
	}))
	t.Cleanup(func() { end(); server.Close() })
	m.url = server.URL
	return m
}

func cutEnv(v string) (name, value string, ok bool) { return strings.Cut(v, "=") }
