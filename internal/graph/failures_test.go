package graph_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

const (
	half = 500 * time.Millisecond
	sec  = time.Second
)

// all are the waits of a read that is tried as often as can be while Graph is busy.
func all() []time.Duration {
	return []time.Duration{half, sec, 2 * sec, 4 * sec, 8 * sec, 16 * sec, 30 * sec}
}

// A failure is a fact that a client can meet, and what it must do about it.
type failure struct {
	fact string
	// play is what the other side does, the first times; 0 is always.
	play  http.Handler
	times int
	// waits are those of a read, in which it is tried again; err is how it ends.
	waits []time.Duration
	err   error  // nil and text empty: it succeeds
	text  string // in the error
	// status is what a write answers, and seconds its RetryAfter: it is sent
	// once, whatever happens.
	status  int
	seconds float64
}

func status(n int, header ...string) answer {
	a := refuse(n, "Code", "what Graph says")
	for i := 0; i+1 < len(header); i += 2 {
		a = a.with(header[i], header[i+1])
	}
	return a
}

func code(n int, code string) answer { return refuse(n, code, "what Graph says") }

// twice is an answer with two headers of one name.
func twice(a answer, name, one, two string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add(name, one)
		w.Header().Add(name, two)
		a.write(w)
	}
}

// body is a good answer to a read in another form; a write cannot read it.
func body(change func(string) string, header ...string) answer {
	a := ok(change(list(product(e3, 1, 1)).body))
	for i := 0; i+1 < len(header); i += 2 {
		a = a.with(header[i], header[i+1])
	}
	return a
}

func zipped(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, s)
	z.Close()
	return b.String()
}

func date(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }

// throttling is how Graph says "not now".
func throttling() []failure {
	one := []time.Duration{half}
	return []failure{
		{"429, Retry-After in decimals", status(429, "Retry-After", "2.128"), 1, []time.Duration{2128 * time.Millisecond}, nil, "", 429, 2.128},
		{"429, Retry-After as a date", status(429, "Retry-After", date(42*sec)), 1, []time.Duration{42 * sec}, nil, "", 429, 42},
		{"429, a date by another clock", status(429, "Date", date(-time.Hour), "Retry-After", date(20*sec-time.Hour)), 1, []time.Duration{20 * sec}, nil, "", 429, 20},
		{"429, a date by a clock that is ahead", status(429, "Date", date(time.Hour), "Retry-After", date(20*sec+time.Hour)), 1, []time.Duration{20 * sec}, nil, "", 429, 20},
		{"429, a date that is past", status(429, "Retry-After", date(-sec)), 1, one, nil, "", 429, 0},
		{"429, a date in a year", status(429, "Retry-After", date(365*24*time.Hour)), 1, []time.Duration{10 * time.Minute}, nil, "", 429, 600},
		{"429 without Retry-After", status(429), 1, one, nil, "", 429, 0},
		{"429, negative", status(429, "Retry-After", "-5"), 1, one, nil, "", 429, 0},
		{"429, zero", status(429, "Retry-After", "0"), 1, one, nil, "", 429, 0},
		{"429, no number", status(429, "Retry-After", "NaN"), 1, one, nil, "", 429, 0},
		{"429, words", status(429, "Retry-After", "soon"), 1, one, nil, "", 429, 0},
		{"429, huge", status(429, "Retry-After", "1e300"), 1, []time.Duration{10 * time.Minute}, nil, "", 429, 600},
		{"429, two headers", twice(status(429), "Retry-After", "3", "17"), 1, []time.Duration{17 * sec}, nil, "", 429, 17},
		{"429, two joined", status(429, "Retry-After", "17, 3"), 1, []time.Duration{17 * sec}, nil, "", 429, 17},
		{"429 for ever", status(429), 0, all(), nil, "graph answered 429 Code", 429, 0},
		{"429 with a body in HTML", answer{status: 429, body: "<html>"}, 1, one, nil, "", 429, 0},
		{"509, too much bandwidth", status(509, "Retry-After", "4"), 1, []time.Duration{4 * sec}, nil, "", 0, 4},
		{"503, Retry-After", status(503, "Retry-After", "7"), 1, []time.Duration{7 * sec}, nil, "", 0, 7},
		{"503 without", status(503), 1, one, nil, "", 0, 0},
		{"504", status(504), 2, []time.Duration{half, sec}, nil, "", 0, 0},
		{"500", status(500), 1, one, nil, "", 0, 0},
		{"500 for ever", code(500, "InternalServerError"), 0, all(), nil, "500 InternalServerError", 0, 0},
		{"502 without a body", answer{status: 502}, 1, one, nil, "", 0, 0},
		{"502 in HTML", answer{status: 502, body: "<html>Bad Gateway", header: map[string]string{"Content-Type": "text/html"}}, 1, one, nil, "", 0, 0},
		{"408, the other side waited too long", answer{status: 408}, 1, one, nil, "", 0, 0},
		{"409, other writers", code(409, "Directory_ConcurrencyViolation"), 1, one, nil, "", 0, 0},
	}
}

// refusals are final.
func refusals() []failure {
	claims := base64.StdEncoding.EncodeToString([]byte(`{"access_token":{"nbf":{"essential":true}}}`))
	all := []failure{
		{"401 once", code(401, "InvalidAuthenticationToken"), 1, nil, nil, "", 401, 0},
		{"401 for ever", code(401, "InvalidAuthenticationToken"), 0, nil, graph.ErrUnauthorized, "", 401, 0},
		{"401 with claims", code(401, "InvalidAuthenticationToken").with("WWW-Authenticate", `Bearer realm="", error="insufficient_claims", claims="`+claims+`"`), 0, nil,
			graph.ErrUnauthorized, "new sign-in", 401, 0},
		{"403", code(403, "Authorization_RequestDenied"), 0, nil, graph.ErrDenied, "", 403, 0},
		{"400", code(400, "Request_BadRequest"), 0, nil, nil, "400 Request_BadRequest", 400, 0},
		{"400, an old page token", code(400, "Directory_ExpiredPageToken"), 0, nil, nil, "400 Directory_ExpiredPageToken", 400, 0},
		{"407", answer{status: 407, header: map[string]string{"Proxy-Authenticate": "Basic"}}, 0, nil, nil, "HTTPS_PROXY", 0, 0},
		{"409, the same key twice", code(409, "Request_MultipleObjectsWithSameKeyValue"), 0, nil, nil, "409", 0, 0},
		{"202", answer{status: 202, body: "{}"}, 0, nil, nil, "202 Accepted", 0, 0},
		{"204", answer{status: 204}, 0, nil, nil, "204 No Content", 0, 0},
		{"206", answer{status: 206, body: `{"value":[]}`}, 0, nil, nil, "206 Partial Content", 0, 0},
	}
	for _, n := range []int{404, 405, 410, 412, 413, 423, 501, 505, 507} {
		all = append(all, failure{fmt.Sprint(n), status(n), 0, nil, nil, fmt.Sprintf("graph answered %d Code: what Graph says (request inner-1)", n), 0, 0})
	}
	for _, n := range []int{300, 301, 302, 303, 304, 307, 308} {
		all = append(all, failure{fmt.Sprint(n), status(n, "Location", root+"/v1.0/elsewhere"), 0, nil, nil, "a redirect, which is not followed", 0, 0})
	}
	return all
}

// bodies are answers that come in another way, not whole, or as something else.
func bodies() []failure {
	same := func(s string) string { return s }
	into := func(members string) answer {
		return body(func(s string) string { return strings.Replace(s, "{", "{"+members+",", 1) })
	}
	cut := func(s string) string { return s[:len(s)/2] }
	three := []time.Duration{half, sec, 2 * sec}
	return []failure{
		{"gzip", body(zipped, "Content-Encoding", "gzip"), 0, nil, nil, "", 0, 0},
		{"gzip by its old name", body(zipped, "Content-Encoding", "X-GZIP"), 0, nil, nil, "", 0, 0},
		{"identity", body(same, "Content-Encoding", "identity"), 0, nil, nil, "", 0, 0},
		{"a byte order mark", body(func(s string) string { return "\ufeff" + s }), 0, nil, nil, "", 0, 0},
		{"a mark within gzip", body(func(s string) string { return zipped("\ufeff" + s) }, "Content-Encoding", "gzip"), 0, nil, nil, "", 0, 0},
		{"called HTML", body(same, "Content-Type", "text/html"), 0, nil, nil, "", 0, 0},
		{"called nothing", body(same, "Content-Type", ""), 0, nil, nil, "", 0, 0},
		{"JSON cut", body(cut), 1, three[:1], nil, "", 0, 0},
		{"JSON cut for ever", body(cut), 0, three, graph.ErrUnreachable, "cut off", 0, 0},
		{"shorter than its length", body(same, "Content-Length", "99999"), 0, three, graph.ErrUnreachable, "", 0, 0},
		{"gzip cut", body(func(s string) string { return cut(zipped(s)) }, "Content-Encoding", "gzip"), 0, three, graph.ErrUnreachable, "", 0, 0},
		{"no gzip", body(same, "Content-Encoding", "gzip"), 0, three, graph.ErrUnreachable, "unpack", 0, 0},
		{"nothing", ok(""), 0, three, graph.ErrUnreachable, "", 0, 0},
		{"white space", ok(" \n "), 0, three, graph.ErrUnreachable, "", 0, 0},
		{"deflate", body(same, "Content-Encoding", "deflate"), 0, nil, graph.ErrGarbled, `packed as "deflate"`, 0, 0},
		{"br", body(same, "Content-Encoding", "br"), 0, nil, graph.ErrGarbled, `packed as "br"`, 0, 0},
		{"gzip in gzip", body(func(s string) string { return zipped(zipped(s)) }, "Content-Encoding", "gzip, gzip"), 0, nil, graph.ErrGarbled, `packed as "gzip, gzip"`, 0, 0},
		{"a sign-in page", answer{200, map[string]string{"Content-Type": "text/html; charset=utf-8"}, "<html>sign in"}, 0, nil, graph.ErrGarbled, "called text/html", 0, 0},
		{"rubbish behind", body(func(s string) string { return s + "{}" }), 0, nil, graph.ErrGarbled, "more than one JSON value", 0, 0},
		{"no UTF-8", body(func(s string) string { return strings.Replace(s, "PART", "P\xffRT", 1) }), 0, nil, graph.ErrGarbled, "UTF-8", 0, 0},
		{"too deep", into(`"x":` + strings.Repeat("[", 64) + strings.Repeat("]", 64)), 0, nil, graph.ErrTooLarge, "deeper than 64", 0, 0},
		{"a key twice", into(`"value":[]`), 0, nil, graph.ErrGarbled, "duplicate", 0, 0},
		{"null for the list", ok(`{"value":null}`), 0, nil, graph.ErrIncomplete, "", 0, 0},
		{"null for a list within", body(func(s string) string { return strings.Replace(s, `"servicePlans":[`, `"servicePlans":null,"x":[`, 1) }), 0, nil, graph.ErrIncomplete, "null", 0, 0},
		{"an error with 200", ok(refuse(503, "ServiceUnavailable", "").body), 0, nil, graph.ErrIncomplete, "", 0, 0},
	}
}

// connections break.
func connections() []failure {
	three := []time.Duration{half, sec, 2 * sec}
	broken := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	within := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"value":[`)
		panic(http.ErrAbortHandler)
	})
	return []failure{
		{"reset before the answer", broken, 1, three[:1], nil, "", 0, 0},
		{"reset within the answer", within, 2, three[:2], nil, "", 0, 0},
		{"reset for ever", broken, 0, three, graph.ErrUnreachable, "", 0, 0},
	}
}

// TestFailures: each failure, of a read and of a write. A read is tried again
// where that may help, after the waits and never otherwise; a write never, and
// what became of it is known only where Graph said so.
func TestFailures(t *testing.T) {
	for _, tt := range slices.Concat(throttling(), refusals(), bodies(), connections()) {
		t.Run("read "+tt.fact, func(t *testing.T) {
			b, calls := failing(t, tt)
			got, err := b.client(t).Products(t.Context())
			switch fine := tt.err == nil && tt.text == ""; {
			case fine && (err != nil || len(got) != 1):
				t.Errorf("got %v, %v", got, err)
			case !fine && (err == nil || got != nil || tt.err != nil && !errors.Is(err, tt.err) || !strings.Contains(err.Error(), tt.text)):
				t.Errorf("got %v, %v, want %v with %q", got, err, tt.err, tt.text)
			}
			if !slices.Equal(b.waits, tt.waits) {
				t.Errorf("got waits %v, want %v", b.waits, tt.waits)
			}
			if renewed := b.given - 1; *calls != 1+len(tt.waits)+renewed {
				t.Errorf("got %d calls for %d waits and %d new tokens", *calls, len(tt.waits), renewed)
			}
		})
		t.Run("write "+tt.fact, func(t *testing.T) {
			b, calls := failing(t, tt)
			got, err := b.writer(t).Assign(t.Context(), []plan.Request{take(1, e3), take(2, e3)})
			if err != nil || len(got) != 2 || *calls != 1 || len(b.waits) != 0 {
				t.Fatalf("got %+v, %v after %d calls and %d waits", got, err, *calls, len(b.waits))
			}
			for i, a := range got {
				if a.User != plan.UserID(id(i+1)) || a.Status != tt.status || a.RetryAfter != tt.seconds || a.Status == 0 && a.Message == "" {
					t.Errorf("got %+v, want status %d after %vs", a, tt.status, tt.seconds)
				}
			}
		})
	}
}

// failing is a bench whose other side fails first, or always.
func failing(t *testing.T, tt failure) (*bench, *int) {
	good := newFake(t).on("/subscribedSkus", list(product(e3, 1, 1)))
	calls := 0
	return on(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls++; tt.times == 0 || calls <= tt.times {
			tt.play.ServeHTTP(w, r)
			return
		}
		good.ServeHTTP(w, r)
	})), &calls
}

// TestMemberFailures: what one member of a batch can meet. Read, it is asked for
// again, alone, where that may help; written, it is known or not.
func TestMemberFailures(t *testing.T) {
	fine := func(n int) string { return memberOf(id(n), ok(user(n))) }
	as := func(members string) string { return `{"id":"` + id(1) + `",` + members + `}` }
	tests := []struct {
		fact   string
		first  string // in the place of the first member
		waits  []time.Duration
		fails  string
		status int
		after  float64
	}{
		{"429, decimals", memberOf(id(1), status(429, "Retry-After", "0.249")), []time.Duration{249 * time.Millisecond}, "", 429, 0.249},
		{"429, another spelling", memberOf(id(1), status(429, "retry-after", "3")), []time.Duration{3 * sec}, "", 429, 3},
		{"429, a number", as(`"status":429,"headers":{"Retry-After":3.5}`), []time.Duration{3500 * time.Millisecond}, "", 429, 3.5},
		{"429, a list", as(`"status":429,"headers":{"Retry-After":["3",9]}`), []time.Duration{9 * sec}, "", 429, 9},
		{"429, a date by the batch's clock", memberOf(id(1), status(429, "Retry-After", date(-3*time.Hour+5*sec))), []time.Duration{5 * sec}, "", 429, 5},
		{"429, nothing", as(`"status":429`), []time.Duration{half}, "", 429, 0},
		{"429, headers null", as(`"status":429,"headers":null`), []time.Duration{half}, "", 429, 0},
		{"424", memberOf(id(1), status(424)), []time.Duration{half}, "", 424, 0},
		{"503, Retry-After", memberOf(id(1), status(503, "Retry-After", "6")), []time.Duration{6 * sec}, "", 503, 6},
		{"500", memberOf(id(1), status(500)), []time.Duration{half}, "", 500, 0},
		{"502, HTML in base64", as(`"status":502,"headers":{"Content-Type":"text/html"},"body":"PGh0bWw+"`), []time.Duration{half}, "", 502, 0},
		{"409, other writers", memberOf(id(1), code(409, "Directory_ConcurrencyViolation")), []time.Duration{half}, "", 409, 0},
		{"401", memberOf(id(1), code(401, "InvalidAuthenticationToken")), []time.Duration{half}, "", 401, 0},
		{"403", memberOf(id(1), code(403, "Authorization_RequestDenied")), nil, "403 Authorization_RequestDenied", 403, 0},
		{"501", memberOf(id(1), status(501)), nil, "501", 501, 0},
		{"missing", "", []time.Duration{half}, "", 0, 0},
		{"twice, alike", fine(1) + "," + fine(1), nil, "", 200, 0},
		{"twice, not alike", fine(1) + "," + memberOf(id(1), status(400)), []time.Duration{half}, "", 0, 0},
		{"status a text", as(`"status":"200","body":` + user(1)), []time.Duration{half}, "", 0, 0},
		{"status null", as(`"status":null,"body":` + user(1)), []time.Duration{half}, "", 0, 0},
		{"status out of range", as(`"status":1200,"body":` + user(1)), []time.Duration{half}, "", 0, 0},
		{"no object", `null`, []time.Duration{half}, "", 0, 0},
		{"id in upper case", strings.Replace(fine(1), id(1), strings.ToUpper(id(1)), 1), nil, "", 200, 0},
		{"id a number", `{"id":1,"status":200,"body":` + user(1) + `}`, []time.Duration{half}, "", 0, 0},
		{"foreign", memberOf(id(9), ok(user(9))), []time.Duration{half}, "", 0, 0},
		{"body in base64", as(`"status":200,"body":"PGh0bWw+"`), nil, "read users again", 0, 0},
		{"another's body", memberOf(id(1), ok(user(2))), nil, "the answer is about " + id(2), 0, 0},
		{"without headers", as(`"status":200,"body":` + user(1)), nil, "", 200, 0},
	}
	for _, tt := range tests {
		first := ok(`{"@odata.nextLink":"https://evil.example/v1.0/$batch","responses":[`+strings.TrimPrefix(tt.first+","+fine(2), ",")+`]}`).with("Date", date(-3*time.Hour))
		f := func() *bench {
			n := newFake(t).on("/users/"+id(1), ok(user(1))).on("/users/"+id(2), ok(user(2)))
			calls := 0
			return on(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/v1.0/$batch" {
					t.Errorf("%s was asked for", r.URL)
				}
				if calls++; calls == 1 {
					first.write(w)
					return
				}
				n.ServeHTTP(w, r)
			}))
		}
		t.Run("read "+tt.fact, func(t *testing.T) {
			b := f()
			got, err := b.client(t).Users(t.Context(), users(2))
			if tt.fails == "" && (err != nil || len(got) != 2) || tt.fails != "" && (err == nil || !strings.Contains(err.Error(), tt.fails)) {
				t.Errorf("got %d users, %v, want %q", len(got), err, tt.fails)
			}
			if !slices.Equal(b.waits, tt.waits) {
				t.Errorf("got waits %v, want %v", b.waits, tt.waits)
			}
		})
		t.Run("write "+tt.fact, func(t *testing.T) {
			b := f()
			got, err := b.writer(t).Assign(t.Context(), []plan.Request{take(1, e3), take(2, e3)})
			if err != nil || len(got) != 2 || len(b.waits) != 0 {
				t.Fatalf("got %+v, %v", got, err)
			}
			if got[0].Status != tt.status || got[0].RetryAfter != tt.after || got[1].Status != 200 || tt.status == 0 && got[0].Message == "" {
				t.Errorf("got %+v, want status %d after %vs, and 200", got, tt.status, tt.after)
			}
		})
	}
}
