package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/plan"
)

// A faraway tenant has so many people and answers each call after a latency.
type faraway struct {
	people  int
	held    map[string]int // by product: how many hold it
	latency time.Duration
	page    []byte // of pageItems people; the marker stands for the number of the page

	mu   sync.Mutex
	peak uint64 // bytes that the process had from the system
}

const pageMarker, pageItems = "0PAGE0", 999

func newFaraway(people int, latency time.Duration, held map[string]int) *faraway {
	page := bytes.ReplaceAll(bigPage(), []byte(`"id":"0000abcd-0000-4000-8000-000000`), []byte(`"id":"0000abcd-0000-4000-8000-`+pageMarker))
	return &faraway{
		people: people, latency: latency, held: held,
		page: bytes.ReplaceAll(page, []byte(`person.`), []byte(`person.`+pageMarker+`.`)),
	}
}

// ServeHTTP makes the answer before it waits, so that the making is no part of
// what is measured.
func (f *faraway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.look()
	start := time.Now()
	var out bytes.Buffer
	f.answer(&out, r)
	time.Sleep(f.latency - time.Since(start))
	w.Write(out.Bytes())
}

func (f *faraway) answer(w io.Writer, r *http.Request) {
	people, filter := f.people, r.URL.Query().Get("$filter")
	for sku, n := range f.held {
		if strings.Contains(filter, sku) {
			people = n
		}
	}
	switch strings.TrimPrefix(r.URL.Path, "/v1.0") {
	case "/users/$count":
		io.WriteString(w, strconv.Itoa(people))
	case "/users":
		n, _ := strconv.Atoi(r.URL.Query().Get("$skiptoken"))
		f.write(w, r, people-n*pageItems, n)
	case "/organization":
		io.WriteString(w, list(`{"id":"`+id(1)+`"}`).body)
	case "/$batch":
		var in batchRequest
		json.NewDecoder(r.Body).Decode(&in)
		var out []string
		for _, m := range in.Requests {
			out = append(out, memberOf(m.ID, ok(`{"id":`+quote(m.ID)+`,"displayName":"a group"}`)))
		}
		io.WriteString(w, `{"responses":[`+strings.Join(out, ",")+`]}`)
	default:
		io.WriteString(w, list().body)
	}
}

// write writes the nth page of people, of whom so many are left.
func (f *faraway) write(w io.Writer, r *http.Request, left, n int) {
	body := bytes.ReplaceAll(f.page, []byte(pageMarker), fmt.Appendf(nil, "%06d", n))
	if left > pageItems {
		query := r.URL.Query()
		query.Set("$skiptoken", strconv.Itoa(n+1))
		scheme := "http://"
		if r.TLS != nil {
			scheme = "https://"
		}
		fmt.Fprintf(w, `{"@odata.nextLink":%q,`, scheme+r.Host+r.URL.Path+"?"+query.Encode())
		w.Write(body[1:])
		return
	}
	at := 0
	for range left {
		at += bytes.Index(body[at:], []byte(`}]}`)) + 3
	}
	w.Write(append(body[:at:at], `]}`...))
}

// A snapshot takes as many calls one after the other as there are pages, and
// three: the tenant's entry, the count before, and beside each other the count
// after and the names of groups. All else is read meanwhile.
func TestRounds(t *testing.T) {
	const latency = 300 * time.Millisecond
	for name, tt := range map[string]struct {
		wants  graph.Wants
		rounds time.Duration
		more   time.Duration // as it happens
	}{
		"everyone": {graph.Wants{Groups: []string{"board", id(1)}}, 1 + 1 + 5 + 1, 0},
		// The largest of the products, and the names of groups after its counts.
		// There is one call more than may go at once, and any may be the one that
		// waits.
		"holders": {holdersOf(e3, visio), 1 + 1 + 3 + 1 + 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := on(newFaraway(4*pageItems+1, latency, map[string]int{e3: 2*pageItems + 1, visio: 9}))
				b.Wait, b.Now = nil, nil
				b.Token = func(context.Context) (string, time.Time, error) { return token, time.Time{}, nil }
				start := time.Now()
				if _, err := b.client(t).Snapshot(t.Context(), tt.wants); err != nil {
					t.Fatal(err)
				}
				if got, want := time.Since(start), tt.rounds*latency; got < want || got > want+tt.more*latency {
					t.Errorf("got %v, want %v", got, want)
				}
			})
		})
	}
}

// look notes how much memory the process has: what the runtime had of the
// system and did not give back, stacks and all.
func (f *faraway) look() {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.peak = max(f.peak, s[0].Value.Uint64()-s[1].Value.Uint64())
}

// read reads the tenant over loopback and reports how long that took compared
// with the calls that must follow each other: the pages.
func (f *faraway) read(b *testing.B, wants graph.Wants) {
	debug.FreeOSMemory() // what was here before
	server := httptest.NewServer(f)
	defer server.Close()
	c, err := graph.New(graph.Config{Root: server.URL, Token: func(context.Context) (string, time.Time, error) {
		return token, time.Time{}, nil
	}})
	if err != nil {
		b.Fatal(err)
	}
	people := f.people
	if wants.Holders != nil {
		people = 0
		for _, n := range f.held {
			people = max(people, n)
		}
	}
	b.ResetTimer()
	for range b.N {
		s, err := c.Snapshot(b.Context(), wants)
		if err != nil || len(s.Users) != people {
			b.Fatalf("got %v", err)
		}
		f.look()
		runtime.KeepAlive(s)
	}
	pages := (people + pageItems - 1) / pageItems
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/(float64(pages)*f.latency.Seconds()), "wall/(pages*latency)")
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/f.latency.Seconds(), "latencies")
	b.ReportMetric(float64(f.peak)/(1<<20), "peak-MiB")
}

func BenchmarkRead20k(b *testing.B) {
	newFaraway(20_000, 20*time.Millisecond, nil).read(b, graph.Wants{})
}

func BenchmarkHolders5kOf20k(b *testing.B) {
	newFaraway(20_000, 20*time.Millisecond, map[string]int{e3: 5000, visio: 1500}).read(b, holdersOf(e3, visio))
}

// The large ones take a minute and more: make bench-large.

func BenchmarkLargeRead200k(b *testing.B) {
	large(b)
	newFaraway(200_000, 300*time.Millisecond, nil).read(b, graph.Wants{})
}

func BenchmarkLargeHolders5kOf200k(b *testing.B) {
	large(b)
	newFaraway(200_000, 300*time.Millisecond, map[string]int{e3: 5000, visio: 1500}).read(b, holdersOf(e3, visio))
}

func BenchmarkLargeRead1M(b *testing.B) {
	large(b)
	newFaraway(1_000_000, 100*time.Millisecond, nil).read(b, graph.Wants{})
}

func holdersOf(skus ...plan.SKU) graph.Wants {
	return graph.Wants{Holders: &graph.HolderWants{Products: skus}}
}

// large skips a benchmark that was not asked for by this name.
func large(b *testing.B) {
	if !strings.Contains(flag.Lookup("test.bench").Value.String(), "Large") {
		b.Skip("ask for it by name")
	}
}
