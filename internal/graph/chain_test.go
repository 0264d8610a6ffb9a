package graph_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

// page is a page of products with a link to the next.
func page(link string, items ...string) answer {
	return ok(`{"@odata.context":"x","@odata.nextLink":"` + link + `","value":[` + strings.Join(items, ",") + `]}`)
}

func TestPaging(t *testing.T) {
	f := newFake(t)
	f.on("/subscribedSkus?$skiptoken=b", page(root+":443/v1.0/subscribedSkus?$skiptoken=c")) // empty, and not the last
	f.on("/subscribedSkus?$skiptoken=c", ok(`{"value":[`+product(visio, 1, 1)+`],"@odata.nextLink":null}`))
	f.on("/subscribedSkus", page("HTTPS://Graph.Microsoft.com/v1.0/subscribedSkus?$skiptoken=b", product(e3, 1, 1)))
	got, err := on(f).client(t).Products(t.Context())
	if err != nil || len(got) != 2 {
		t.Errorf("got %v, %v", got, err)
	}
}

// The link is followed as it is: what it says is Graph's business.
func TestLinkUnchanged(t *testing.T) {
	const query = "$skiptoken=RFNwdAIAAQ%2B%2f==&x=a+b%20c"
	f := newFake(t).on("/subscribedSkus", page(root+"/v1.0/next?"+query))
	var got string
	f.special["/next"] = func(w http.ResponseWriter, r *http.Request) {
		got = r.URL.RawQuery
		list().write(w)
	}
	if _, err := on(f).client(t).Products(t.Context()); err != nil || got != query {
		t.Errorf("got %q, %v, want %q", got, err, query)
	}
}

func TestBrokenChains(t *testing.T) {
	first := root + "/v1.0/subscribedSkus"
	for name, link := range map[string]string{
		"itself":          first,
		"another host":    "https://graph.microsoft.com.evil.example/v1.0/x",
		"user info":       "https://graph.microsoft.com@evil.example/v1.0/x",
		"a password":      "https://u:p@graph.microsoft.com/v1.0/x",
		"another port":    "https://graph.microsoft.com:8443/v1.0/x",
		"plain http":      "http://graph.microsoft.com/v1.0/x",
		"beta":            root + "/beta/x",
		"no version":      root + "/x",
		"prefix alone":    root + "/v1.0evil/x",
		"climbing":        root + "/v1.0/../beta/x",
		"climbing hidden": root + "/v1.0/%2e%2e/beta/x",
		"climbing slash":  root + "/v1.0/a%2f..%2f..%2fbeta",
		"backslash":       root + `/v1.0/..\\beta`,
		"relative":        "/v1.0/x",
		"no scheme":       "//graph.microsoft.com/v1.0/x",
		"fragment":        root + "/v1.0/x#y",
		"not a URL":       "https://graph.microsoft.com/%zz",
		"control":         root + `/v1.0/x\u000d\u000ahost: evil`,
		"empty":           "",
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t).on("/subscribedSkus", page(link))
			b := on(f)
			got, err := b.client(t).Products(t.Context())
			if !errors.Is(err, graph.ErrIncomplete) || len(f.asked) != 1 || len(b.waits) != 0 {
				t.Errorf("got %v, %v after %d calls", got, err, len(f.asked))
			}
		})
	}
}

func TestLoop(t *testing.T) {
	f := newFake(t)
	f.on("/subscribedSkus?a", page(root+"/v1.0/subscribedSkus?b"))
	f.on("/subscribedSkus?b", page(root+"/v1.0/subscribedSkus?a"))
	f.on("/subscribedSkus", page(root+"/v1.0/subscribedSkus?a"))
	_, err := on(f).client(t).Products(t.Context())
	if !errors.Is(err, graph.ErrIncomplete) || len(f.asked) != 3 {
		t.Errorf("got %v after %d calls", err, len(f.asked))
	}
}

func TestEndlessChain(t *testing.T) {
	n := 0
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++
		fmt.Fprintf(w, `{"value":[],"@odata.nextLink":"%s/v1.0/subscribedSkus?%d"}`, root, n)
	})
	_, err := on(h).client(t).Products(t.Context())
	if !errors.Is(err, graph.ErrIncomplete) || n != 20_000 {
		t.Errorf("got %v after %d pages", err, n)
	}
}

// An answer that is no page is never an empty list.
func TestNoPage(t *testing.T) {
	for name, body := range map[string]string{
		"nothing there":   `{}`,
		"an error in 200": `{"error":{"code":"x"}}`,
		"value null":      `{"value":null}`,
		"value object":    `{"value":{}}`,
		"a list":          `[]`,
		"text":            `"x"`,
		"html":            `<html>sign in</html>`,
		"two values":      `{"value":[]}{"value":[]}`,
		"value twice":     `{"value":[],"value":[]}`,
		"rubbish after":   `{"value":[]}x`,
		"deep":            `{"x":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `,"value":[]}`,
	} {
		t.Run(name, func(t *testing.T) {
			b := on(newFake(t).on("/subscribedSkus", ok(body)))
			got, err := b.client(t).Products(t.Context())
			if err == nil || len(b.waits) != 0 {
				t.Errorf("got %v, %v, %d waits", got, err, len(b.waits))
			}
		})
	}
	deeper := `{"x":` + strings.Repeat(`{"a":`, 64) + "1" + strings.Repeat("}", 64) + `,"value":[]}`
	if _, err := on(newFake(t).on("/subscribedSkus", ok(deeper))).client(t).Products(t.Context()); !errors.Is(err, graph.ErrTooLarge) {
		t.Errorf("65 deep: got %v", err)
	}
	deep := `{"x":` + strings.Repeat("[", 63) + strings.Repeat("]", 63) + `,"y":"\"[[[[","z\\":"\\\\","q":"\\\"{{","value":[]}`
	if _, err := on(newFake(t).on("/subscribedSkus", ok(deep))).client(t).Products(t.Context()); err != nil {
		t.Errorf("64 deep: got %v", err)
	}
}

func TestRetry(t *testing.T) {
	good := list(product(e3, 1, 1))
	busy := refuse(429, "TooManyRequests", "Please retry again later.")
	html := answer{status: 502, body: "<html><body>Bad Gateway</body></html>"}
	tests := []struct {
		name    string
		answers []answer
		waits   []time.Duration
		fails   bool
	}{
		{"decimal", []answer{busy.with("Retry-After", "2.128"), good}, []time.Duration{2128 * time.Millisecond}, false},
		{"dated", []answer{busy.with("Retry-After", now.Add(42*time.Second).Format(http.TimeFormat)), good}, []time.Duration{42 * time.Second}, false},
		{"past", []answer{busy.with("Retry-After", now.Add(-time.Hour).Format(http.TimeFormat)), good}, []time.Duration{500 * time.Millisecond}, false},
		{"too long", []answer{busy.with("Retry-After", "1e300"), good}, []time.Duration{10 * time.Minute}, false},
		{"rubbish", []answer{busy.with("Retry-After", "NaN"), busy.with("Retry-After", "-3"), busy.with("Retry-After", "soon"), good},
			[]time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second}, false},
		{"html", []answer{html, good}, []time.Duration{500 * time.Millisecond}, false},
		{"empty 502", []answer{{status: 502}, good}, []time.Duration{500 * time.Millisecond}, false},
		{"500, 503, 504", []answer{{status: 500}, {status: 503, header: map[string]string{"Retry-After": "7"}}, {status: 504}, good},
			[]time.Duration{500 * time.Millisecond, 7 * time.Second, 2 * time.Second}, false},
		{"for ever", []answer{busy}, []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 30 * time.Second}, true},
		{"bad request", []answer{refuse(400, "Request_BadRequest", "x"), good}, nil, true},
		{"not implemented", []answer{{status: 501}, good}, nil, true},
		{"no content", []answer{{status: 204}, good}, nil, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := on(newFake(t).on("/subscribedSkus", tt.answers...))
			got, err := b.client(t).Products(t.Context())
			if (err != nil) != tt.fails || !tt.fails && len(got) != 1 {
				t.Errorf("got %v, %v", got, err)
			}
			if !slices.Equal(b.waits, tt.waits) {
				t.Errorf("got waits %v, want %v", b.waits, tt.waits)
			}
		})
	}
}

// A page that broke off is read again, and what came of it is not kept.
func TestBrokenOff(t *testing.T) {
	whole := list(product(e3, 1, 1), product(visio, 1, 1)).body
	for name, cut := range map[string]func(w http.ResponseWriter){
		"before the header": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"within the body": func(w http.ResponseWriter) {
			io.WriteString(w, whole[:len(whole)/2+40])
			panic(http.ErrAbortHandler)
		},
		"body ends early":     func(w http.ResponseWriter) { io.WriteString(w, whole[:len(whole)/2+40]) },
		"shorter than length": func(w http.ResponseWriter) { w.Header().Set("Content-Length", "9999"); io.WriteString(w, whole) },
		"nothing":             func(http.ResponseWriter) {},
		"broken gzip": func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, whole)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t).on("/subscribedSkus", ok(whole))
			calls := 0
			h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if calls++; calls == 1 {
					cut(w)
					return
				}
				f.ServeHTTP(w, r)
			})
			b := on(h)
			got, err := b.client(t).Products(t.Context())
			if err != nil || len(got) != 2 || len(b.waits) != 1 {
				t.Errorf("got %d products, %v, %d waits", len(got), err, len(b.waits))
			}
			always := on(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { cut(w) }))
			if got, err := always.client(t).Products(t.Context()); err == nil || len(always.waits) != 3 {
				t.Errorf("always: got %v, %v, %d waits, want an error after 3", got, err, len(always.waits))
			}
		})
	}
}

// packed returns n MiB of white space before body, as gzip in n+1 parts.
func packed(t *testing.T, n int, body string) string {
	t.Helper()
	pack := func(s []byte) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write(s); err != nil {
			t.Fatal(err)
		}
		z.Close()
		return b.String()
	}
	return strings.Repeat(pack(bytes.Repeat([]byte(" "), 1<<20)), n) + pack([]byte(body))
}

func TestTooLarge(t *testing.T) {
	gz := map[string]string{"Content-Encoding": "gzip"}
	for _, tt := range []struct {
		status, mebibytes int
		body              string
		want              error
	}{
		{200, 64, "", nil}, {200, 64, "x", graph.ErrTooLarge}, {200, 90, "", graph.ErrTooLarge},
		{400, 8, "", nil}, {400, 8, "x", graph.ErrTooLarge},
	} {
		var h http.Handler = answer{tt.status, gz, packed(t, min(tt.mebibytes, 8), tt.body)}
		if tt.status == 200 { // packing as much takes long
			h = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				mebibyte := make([]byte, 1<<20)
				for range tt.mebibytes {
					w.Write(mebibyte)
				}
				io.WriteString(w, tt.body)
			})
		}
		r, err := http.NewRequest("GET", root, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := graph.Carry(graph.InProcess(h), r)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if !errors.Is(err, tt.want) || n > int64(tt.mebibytes)<<20 || n > 64<<20 {
			t.Errorf("%d: got %d bytes of %d MiB, %v, want %v", tt.status, n, tt.mebibytes, err, tt.want)
		}
	}
	b := on(newFake(t).on("/subscribedSkus", answer{400, gz, packed(t, 9, `{}`)}).on("/$batch", answer{200, gz, packed(t, 9, `{"responses":[]}`)}))
	w := b.writer(t)
	if _, err := w.Products(t.Context()); !errors.Is(err, graph.ErrTooLarge) {
		t.Errorf("error: got %v", err)
	}
	if _, err := w.Users(t.Context(), users(1)); !errors.Is(err, graph.ErrTooLarge) {
		t.Errorf("batch: got %v", err)
	}
	if got, err := w.Assign(t.Context(), []plan.Request{take(1, e3)}); err != nil || got[0].Status != 0 {
		t.Errorf("assign: got %v, %v", got, err)
	}
	if len(b.waits) != 0 {
		t.Errorf("got %d waits, want none: it would be as large again", len(b.waits))
	}
}

// Few bytes, once unpacked, can be so many values that no machine holds them.
func TestTooMany(t *testing.T) {
	plans := func(n int, one string) string {
		return strings.Replace(product(e3, 1, 1), `"servicePlans":[`, `"servicePlans":[`+strings.Repeat(one+",", n), 1)
	}
	for name, tt := range map[string]struct {
		body string
		want error
	}{
		"many":     {plans(1<<18, `{"servicePlanId":"`+yam+`"}`), nil},
		"objects":  {plans(1<<19, `{}`), graph.ErrTooLarge},
		"products": {strings.Repeat("{},", 1<<19) + product(e3, 1, 1), graph.ErrTooLarge},
		"values":   {`{"skuId":"` + e3 + `","subscriptionIds":[` + strings.Repeat(`"",`, 1<<23) + `""]}`, graph.ErrTooLarge},
		"words":    {`{"skuPartNumber":"` + strings.Repeat("{,", 1<<20) + `","skuId":"` + e3 + `","consumedUnits":1,"servicePlans":[]}`, nil},
	} {
		f := newFake(t).on("/subscribedSkus", list(tt.body))
		_, err := on(f).client(t).Products(t.Context())
		if !errors.Is(err, tt.want) || len(f.asked) != 1 {
			t.Errorf("%s: got %v after %d calls, want %v", name, err, len(f.asked), tt.want)
		}
	}
}

// With the real clock: a Retry-After is waited for, and the end of ctx ends it.
func TestRealWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := on(newFake(t).on("/subscribedSkus", refuse(503, "x", "").with("Retry-After", "90"), list()))
		b.Wait, b.Now = nil, nil
		b.Token = func(context.Context) (string, time.Time, error) { return token, time.Now().Add(time.Hour), nil }
		start := time.Now()
		if _, err := b.client(t).Products(t.Context()); err != nil || time.Since(start) != 90*time.Second {
			t.Errorf("got %v after %v, want 90s", err, time.Since(start))
		}
		b = on(newFake(t).on("/subscribedSkus", refuse(503, "x", "").with("Retry-After", "90")))
		b.Wait = nil
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start = time.Now()
		if _, err := b.client(t).Products(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 10*time.Second {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
		// An answer that never ends is a connection that failed.
		stuck := on(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, `{"value":[`)
			<-r.Context().Done()
		}))
		start = time.Now()
		if _, err := stuck.client(t).Products(t.Context()); err == nil || time.Since(start) != 20*time.Minute {
			t.Errorf("stuck: got %v after %v, want 4 times 5m", err, time.Since(start))
		}
	})
}
