package graph_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
)

func send(t *testing.T, ctx context.Context, h http.HandlerFunc, body string) (*http.Response, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, "POST", root+"/v1.0/a%20b?$top=1", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return graph.InProcess(h).RoundTrip(r)
}

func TestInProcess(t *testing.T) {
	resp, err := send(t, t.Context(), func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Before", "1")
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(201)
		w.WriteHeader(500)
		w.Header().Set("X-After", "1")
		fmt.Fprintf(w, "%s %s %s %s %t %s", r.Method, r.Host, r.RequestURI, r.URL, r.TLS != nil, body)
	}, "hello")
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(resp.Body)
	if want := "POST graph.microsoft.com /v1.0/a%20b?$top=1 /v1.0/a%20b?$top=1 true hello"; string(got) != want || err != nil {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	if resp.StatusCode != 201 || resp.Header.Get("X-Before") != "1" || resp.Header.Get("X-After") != "" || resp.ContentLength != -1 {
		t.Errorf("got %+v", resp)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
}

// The answer can be read while the handler still writes it.
func TestInProcessStreams(t *testing.T) {
	more := make(chan bool)
	resp, err := send(t, t.Context(), func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "a")
		<-more
		io.WriteString(w, "b")
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	one := make([]byte, 1)
	if _, err := io.ReadFull(resp.Body, one); err != nil || one[0] != 'a' {
		t.Errorf("got %q, %v", one, err)
	}
	close(more)
	if rest, err := io.ReadAll(resp.Body); err != nil || string(rest) != "b" {
		t.Errorf("got %q, %v", rest, err)
	}
	resp.Body.Close()
}

func TestInProcessBreaks(t *testing.T) {
	for name, p := range map[string]any{"aborts": http.ErrAbortHandler, "panics": "oh"} {
		if _, err := send(t, t.Context(), func(http.ResponseWriter, *http.Request) { panic(p) }, ""); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s at once: got %v", name, err)
		}
		resp, err := send(t, t.Context(), func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "half")
			panic(p)
		}, "")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(resp.Body); string(got) != "half" || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s later: got %q, %v", name, got, err)
		}
		resp.Body.Close()
	}
	resp, err := send(t, t.Context(), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "3")
		if _, err := io.WriteString(w, "four"); !errors.Is(err, http.ErrContentLength) {
			t.Errorf("too much: got %v", err)
		}
		io.WriteString(w, "ab")
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(resp.Body); string(got) != "ab" || err != io.ErrUnexpectedEOF || resp.ContentLength != 3 {
		t.Errorf("too little: got %q, %v", got, err)
	}
	resp.Body.Close()
}

// The end of the context ends the wait for a handler, and the body.
func TestInProcessContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := send(t, ctx, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, ""); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("slow header: got %v", err)
		}
		if _, err := send(t, ctx, func(http.ResponseWriter, *http.Request) { t.Error("asked after the end") }, ""); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("late: got %v", err)
		}
		ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		resp, err := send(t, ctx, func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "x")
			<-r.Context().Done()
		}, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(resp.Body); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("slow body: got %v", err)
		}
		resp.Body.Close()
	})
}

// A body that is closed early lets the handler go.
func TestInProcessClosed(t *testing.T) {
	done := make(chan error, 1)
	resp, err := send(t, t.Context(), func(w http.ResponseWriter, r *http.Request) {
		_, err := w.Write(bytes.Repeat([]byte("x"), 1<<20))
		<-r.Context().Done()
		done <- err
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if err := <-done; !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
}
